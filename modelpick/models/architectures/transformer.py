"""Transformer encoder for texts: Vaswani and others, Attention Is All You Need (arXiv:1706.03762).

As in the paper: layer normalisation after each short cut, ReLU, positions as sines and cosines, embeddings scaled by
the root of the width, dropout after the embeddings and in every block. Only its encoder, and smaller: the answer is
read from the mean over all words. No usual weights of this size exist; BERT and its kin are loaded, not trained here.
"""

from __future__ import annotations

from math import log, sqrt
from typing import cast

import torch
from torch import Tensor, nn

from modelpick.models.architectures.layers import Dropout, Embedding, SelfAttention


class EncoderLayer(nn.Module):
    """Attention, then two dense layers, each with a short cut and a normalisation."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.norm1 = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """(rows, steps, width) -> the same."""
        x = self.norm1(x + self.dropout(self.attention(x, seen)))
        return cast(Tensor, self.norm2(x + self.dropout(self.fc2(torch.relu(self.fc1(x))))))


class TransformerClassifier(nn.Module):
    """Words in, sums out.

    Args:
        classes: How many.
        vocabulary: How many words; 0 is padding.
        longest: The longest text in words.
        width, layers, heads, inner: Of the encoder; `inner` is the wider dense layer's.
    """

    positions: Tensor

    def __init__(
        self,
        classes: int,
        *,
        vocabulary: int,
        longest: int = 256,
        width: int = 64,
        layers: int = 2,
        heads: int = 4,
        inner: int = 256,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.width = width
        self.embedding = Embedding(vocabulary, width)
        self.register_buffer("positions", torch.empty(longest, width), persistent=False)
        self.dropout = Dropout(dropout)
        self.layers = nn.ModuleList(EncoderLayer(width, heads, inner, dropout) for _ in range(layers))
        self.head = nn.Linear(width, classes)

    def reset_buffers(self) -> None:
        """The sines and cosines of the positions (section 3.5 of the paper)."""
        steps = torch.arange(len(self.positions), device="cpu")[:, None]
        rates = torch.exp(torch.arange(0, self.width, 2, device="cpu") * (-log(10_000) / self.width))
        self.positions[:, 0::2] = torch.sin(steps * rates)
        self.positions[:, 1::2] = torch.cos(steps * rates)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Words, int64 of shape (rows, steps), padded with 0 at the end -> (rows, classes)."""
        if lengths is not None:
            lengths = lengths.to(x.device, non_blocking=x.is_cuda)
        seen = None if lengths is None else torch.arange(x.shape[1], device=x.device) < lengths[:, None]
        x = self.dropout(self.embedding(x) * sqrt(self.width) + self.positions[: x.shape[1]])
        for layer in self.layers:
            x = layer(x, seen)
        if seen is None or lengths is None:
            return cast(Tensor, self.head(x.mean(1)))
        return cast(Tensor, self.head((x * seen[:, :, None]).sum(1) / lengths[:, None]))
