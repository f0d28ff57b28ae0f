"""The 3 x 3 convolution of ResNet and VGG, quick on a CPU also where the maps have become very small."""

from __future__ import annotations

from torch import Tensor, nn

_FEW_PLACES = 4


class Convolution3(nn.Conv2d):
    """`nn.Conv2d` of 3 x 3 with a padding of 1: its weights, their names, and its numbers up to rounding.

    Where at most 2 x 2 places come out, as at the end of a network for images of 32 x 32, it is one matrix product on a
    CPU: there oneDNN's way back takes up to fifteen times as long, for each place is padded to a whole 3 x 3.
    """

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1, bias: bool = False) -> None:
        super().__init__(inputs, outputs, 3, stride=stride, padding=1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        """(rows, inputs, height, width) -> (rows, outputs, height, width), the latter two divided by the stride."""
        stride = self.stride[0]
        height, width = (-(-side // stride) for side in input.shape[2:])
        if input.device.type != "cpu" or input.dtype != self.weight.dtype or height * width > _FEW_PLACES:
            return super().forward(input)
        if input.shape[2:] == (1, 1):  # eight of the nine weights meet nothing but padding
            return nn.functional.linear(input.flatten(1), self.weight[:, :, 1, 1], self.bias)[:, :, None, None]
        patches = nn.functional.unfold(input, 3, padding=1, stride=stride).transpose(1, 2)
        sums = nn.functional.linear(patches, self.weight.flatten(1), self.bias)
        return sums.transpose(1, 2).reshape(len(input), self.out_channels, height, width)
