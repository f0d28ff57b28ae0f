"""Vision Transformer: Dosovitskiy and others, An Image is Worth 16x16 Words (arXiv:2010.11929).

Normalisation before each part, GELU, a class token, learned positions. Names as in timm's weights, which follow the
paper's own; layer normalisation with epsilon 1e-6, as there. ViT-B/16: 86,567,656 parameters at 224 x 224 and 1,000
classes.

Adaptation: images under 64 x 64 are enlarged to that, 16 patches; larger ones are scaled to a multiple of 16. From
scratch on a few thousand images a Vision Transformer is the wrong choice: a far smaller convolutional network does
better in a tenth of the time.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from modelpick.models.architectures.layers import SelfAttention


class PatchEmbedding(nn.Module):
    """Each square of pixels as a vector."""

    def __init__(self, patch: int, channels: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, stride=patch)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, height, width) -> (rows, patches, width)."""
        return cast(Tensor, self.proj(x)).flatten(2).transpose(1, 2)


class Dense(nn.Module):
    """Two dense layers with GELU between them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return cast(Tensor, self.fc2(nn.functional.gelu(self.fc1(x))))


class Block(nn.Module):
    """Attention and dense layers, each behind a normalisation and with a short cut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = SelfAttention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Dense(width)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, steps, width) -> the same."""
        x = x + self.attn(self.norm1(x))
        return cast(Tensor, x + self.mlp(self.norm2(x)))


class VisionTransformer(nn.Module):
    """The base size with patches of 16 by default.

    Args:
        classes: How many.
        channels: Of the image.
        size: Its side in pixels, a multiple of `patch`.
        patch, width, depth, heads: Of the network.
    """

    def __init__(
        self,
        classes: int,
        *,
        channels: int = 3,
        size: int = 224,
        patch: int = 16,
        width: int = 768,
        depth: int = 12,
        heads: int = 12,
    ) -> None:
        super().__init__()
        self.patch_embed = PatchEmbedding(patch, channels, width)
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.pos_embed = nn.Parameter(torch.empty(1, (size // patch) ** 2 + 1, width))
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, size, size) -> (rows, classes), read from the class token."""
        patches = self.patch_embed(x)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), patches], dim=1) + self.pos_embed
        return cast(Tensor, self.head(self.norm(self.blocks(x))[:, 0]))
