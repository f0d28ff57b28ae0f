"""A small convolutional network for sounds as log-mel spectrograms; it follows no single paper.

Four 3 x 3 convolutions with batch normalisation and ReLU (arXiv:1502.03167), each but the last followed by halving
both axes, and the mean over what is left: any number of frames goes in, and a pattern counts wherever it stands in
time. No usual weights exist.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from modelpick.models.architectures.layers import Dropout

_WIDTHS = (16, 32, 48, 64)
_SHORTEST = 8


class SoundCNN(nn.Module):
    """Log-mel frames in, sums out."""

    def __init__(self, classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        channels = 1
        convolutions, norms = [], []
        for width in _WIDTHS:
            convolutions.append(nn.Conv2d(channels, width, 3, padding=1, bias=False))
            norms.append(nn.BatchNorm2d(width))
            channels = width
        self.convolutions = nn.ModuleList(convolutions)
        self.norms = nn.ModuleList(norms)
        self.dropout = Dropout(dropout)
        self.head = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, frames, bands) -> (rows, classes)."""
        if x.shape[1] < _SHORTEST:
            x = nn.functional.pad(x, (0, 0, 0, _SHORTEST - x.shape[1]))
        x = x[:, None]
        for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            x = torch.relu(norm(convolution(x)))
            if number < len(_WIDTHS) - 1:
                x = nn.functional.max_pool2d(x, 2)
        return cast(Tensor, self.head(self.dropout(x.mean((2, 3)))))
