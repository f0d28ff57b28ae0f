"""Layers that more than one architecture uses: dropout with its own random stream, embedding, self-attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Dropout(nn.Module):
    """Leaves out each number with this probability while training, and scales the others up.

    It draws from `generator`, which training sets, so that nothing else that draws numbers changes a result; without
    one it draws from torch's own stream.
    """

    generator: torch.Generator | None

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.generator = None

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        if not self.training or not self.share:
            return x
        kept = torch.empty_like(x).bernoulli_(1 - self.share, generator=self.generator)
        return x * kept.div_(1 - self.share)


class Embedding(nn.Embedding):
    """A vector for each word, 0 being padding. It leaves its weights to whoever fills them.

    (`nn.Embedding` fills them by itself, which on the meta device makes torch load its compiler: seconds.)
    """

    def __init__(self, words: int, width: int) -> None:
        super().__init__(words, width, padding_idx=0)

    def reset_parameters(self) -> None:
        """Nothing: see `filling.fill`."""


class SelfAttention(nn.Module):
    """Scaled dot-product attention of a sequence to itself, in several heads (Vaswani and others, arXiv:1706.03762).

    Query, key and value stand in one dense layer, `qkv`, one below the other, as in timm's weights.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """(rows, steps, width) -> the same; `seen` of shape (rows, steps) is False where a step is only padding."""
        rows, steps, width = x.shape
        parts = self.qkv(x).view(rows, steps, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mask = None if seen is None else seen[:, None, None, :]
        mixed = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        return self.proj(mixed.transpose(1, 2).reshape(rows, steps, width))  # type: ignore[no-any-return]
