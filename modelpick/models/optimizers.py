"""Optimisers over all parameters of a network as one vector: gradient descent, momentum, Adam and AdamW.

Written out because they are short, and because `torch.optim` imports torch's compiler on its first use, which costs
more seconds than training a small network. Tests hold them equal to torch's own. Adam: Kingma and Ba,
arXiv:1412.6980; AdamW: Loshchilov and Hutter, arXiv:1711.05101.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Protocol

import torch
from torch import Tensor, nn


class Optimizer(Protocol):
    """Changes the parameters once, given their gradient; keeps what it remembers between steps."""

    def step(self, theta: Tensor, gradient: Tensor, rate: float) -> None:
        """One update of `theta` in place at this learning rate."""
        ...

    def memory(self) -> dict[str, Tensor]:
        """What it remembers between steps, by name, for a training that goes on later."""
        ...

    def remember(self, memory: Mapping[str, Tensor]) -> None:
        """Takes back what `memory` gave."""
        ...


class GradientDescent:
    """`theta -= rate * velocity`, where velocity remembers `momentum` of the steps before (0: none)."""

    def __init__(self, decay: Tensor | None, momentum: float = 0.0) -> None:
        self._decay = decay
        self._momentum = momentum
        self._velocity: Tensor | None = None

    def step(self, theta: Tensor, gradient: Tensor, rate: float) -> None:
        """One update of `theta` in place."""
        if self._decay is not None:
            gradient = gradient + self._decay * theta
        if self._momentum:
            if self._velocity is None:
                self._velocity = torch.zeros_like(theta)
            gradient = self._velocity.mul_(self._momentum).add_(gradient)
        theta.sub_(gradient, alpha=rate)

    def memory(self) -> dict[str, Tensor]:
        """The velocity, once there is one."""
        return {} if self._velocity is None else {"velocity": self._velocity}

    def remember(self, memory: Mapping[str, Tensor]) -> None:
        """Takes the velocity back."""
        self._velocity = memory.get("velocity")


class Adam:
    """Adam with beta 0.9 and 0.999, epsilon 1e-8. Decay is part of the gradient, or (AdamW) apart from it."""

    def __init__(self, decay: Tensor | None, apart: bool = False) -> None:
        self._decay = decay
        self._apart = apart
        self._steps = 0
        self._mean: Tensor | None = None
        self._square: Tensor | None = None

    def step(self, theta: Tensor, gradient: Tensor, rate: float) -> None:
        """One update of `theta` in place."""
        if self._mean is None or self._square is None:
            self._mean, self._square = torch.zeros_like(theta), torch.zeros_like(theta)
        self._steps += 1
        step = self._step_at_once if theta.device.type in ("cpu", "cuda") else self._step
        step(theta, gradient, self._mean, self._square, self._decay, rate)

    def _step(
        self, theta: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, decay: Tensor | None, rate: float
    ) -> None:
        if decay is not None and self._apart:
            theta.sub_(decay * theta, alpha=rate)
        elif decay is not None:
            gradient = gradient + decay * theta
        mean.lerp_(gradient, 1 - 0.9)
        square.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
        root = square.sqrt().div_(sqrt(1 - 0.999**self._steps)).add_(1e-8)
        theta.addcdiv_(mean, root, value=-rate / (1 - 0.9**self._steps))

    def _step_at_once(
        self, theta: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, decay: Tensor | None, rate: float
    ) -> None:
        """`_step` in one pass over memory, which is what an update of millions of weights costs, by torch's kernel."""
        if decay is not None and self._apart:
            theta.addcmul_(decay, theta, value=-rate)
        elif decay is not None:
            gradient = torch.addcmul(gradient, decay, theta)
        steps = torch.full((), float(self._steps), device=theta.device)
        torch.ops.aten._fused_adamw_(
            *([theta], [gradient], [mean], [square], [], [steps]),
            **{"lr": rate, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0},
            **{"amsgrad": False, "maximize": False},
        )

    def memory(self) -> dict[str, Tensor]:
        """Both moments and the count of steps, once there are some."""
        if self._mean is None or self._square is None:
            return {}
        return {"mean": self._mean, "square": self._square, "steps": torch.tensor([self._steps])}

    def remember(self, memory: Mapping[str, Tensor]) -> None:
        """Takes the moments and the count back."""
        if memory:
            self._mean, self._square = memory["mean"], memory["square"]
            self._steps = int(memory["steps"])


OPTIMIZERS: dict[str, Callable[[Tensor | None], Optimizer]] = {
    "sgd": GradientDescent,
    "momentum": lambda decay: GradientDescent(decay, momentum=0.9),
    "adam": Adam,
    "adamw": lambda decay: Adam(decay, apart=True),
}
"""Name -> optimiser, made with the decay of each parameter (None: no decay)."""


def trained(net: nn.Module) -> list[nn.Parameter]:
    """The parameters that want a gradient, in their order."""
    return [parameter for parameter in net.parameters() if parameter.requires_grad]


def as_one_vector(net: nn.Module, channels_last: bool = False) -> tuple[Tensor, Tensor]:
    """Moves all parameters that are trained into one vector, and their gradients into another.

    The parameters and their `grad` become views of the two vectors, which are returned: (theta, gradient). Those that
    want no gradient stay as and where they are.

    Args:
        channels_last: The filters of convolutions lie in the vector with their channels last, as convolutions over
            images in that order want them.
    """
    parameters = trained(net)
    theta = torch.empty(sum(p.numel() for p in parameters), dtype=parameters[0].dtype, device=parameters[0].device)
    gradient = torch.zeros_like(theta)
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        views = [_view(vector[start:end], parameter.shape, channels_last) for vector in (theta, gradient)]
        views[0].copy_(parameter.detach())
        parameter.data, parameter.grad = views
        start = end
    return theta, gradient


def fill_gradient(gradient: Tensor, loss: Tensor, parameters: Sequence[nn.Parameter], *, add: bool = False) -> None:
    """The gradient of a loss in the vector of `as_one_vector`, overwriting what it held, or added to it.

    `parameters` are those of `trained`; looking them up anew in every update costs a large network noticeable time.

    On a CPU each parameter's share is added where it belongs. On a GPU that would be one small kernel for each of
    them, which costs more than the sums, so there they are made apart and moved together.
    """
    if not gradient.is_cuda:
        if not add:
            gradient.zero_()
        loss.backward()  # type: ignore[no-untyped-call]
        return
    before = gradient.clone() if add else None
    move_together(gradient, loss, parameters)
    if before is not None:
        gradient.add_(before)


def move_together(gradient: Tensor, loss: Tensor, parameters: Sequence[nn.Parameter]) -> None:
    """`fill_gradient` in the way of a GPU; every parameter must have taken part in the loss."""
    shares = torch.autograd.grad(loss, parameters)
    torch.cat([_in_order_of(share, p) for share, p in zip(shares, parameters, strict=True)], out=gradient)


def _in_order_of(share: Tensor, parameter: Tensor) -> Tensor:
    """A gradient as a vector, in the order in which its parameter lies in memory."""
    if share.ndim == 1:
        return share
    return (share if parameter.is_contiguous() else share.permute(0, 2, 3, 1)).reshape(-1)


def _view(part: Tensor, shape: torch.Size, channels_last: bool) -> Tensor:
    if channels_last and len(shape) == 4:
        outputs, inputs, height, width = shape
        return part.view(outputs, height, width, inputs).permute(0, 3, 1, 2)
    return part.view(shape)


def decay_of(net: nn.Module, weight_decay: float) -> Tensor | None:
    """The decay of each parameter in the order of `as_one_vector`: weights only, never biases; None without any."""
    if not weight_decay:
        return None
    return torch.cat(
        [
            torch.full((p.numel(),), weight_decay if p.ndim > 1 else 0.0, dtype=p.dtype, device=p.device)
            for p in trained(net)
        ]
    )
