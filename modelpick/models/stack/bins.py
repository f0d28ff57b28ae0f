"""Numbers in bins: a feature of many values becomes several, each of which rises from 0 to 1 within one bin.

A network over such features bends at the borders of the bins, as a tree does, where over the bare number it would have
to learn every bend. Piecewise-linear encoding: Gorishniy, Rubachev, Babenko, On Embeddings for Numerical Features in
Tabular Deep Learning, 2022, arXiv:2203.05556. numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

_OFTEN = 64
"""A value that fewer than one in so many rows have is rare."""


class Bins:
    """The borders of the bins of every feature, learned from training rows.

    The borders are quantiles; a feature with at most `most` + 1 values has those of its values for borders too that are
    not rare, so that each of them is told from the others.

    Attributes:
        counts: Borders of each feature, at least 1; a feature with one value makes nothing.
        edges: All borders, feature by feature, rising within one, float64, shape (sum of counts,).
        centre: What is taken off each made feature, so that it is 0 on average, float64, shape (width,).
    """

    def __init__(self, counts: Sequence[int], edges: NDArray[np.float64], centre: NDArray[np.float64]) -> None:
        self.counts = tuple(counts)
        self.edges = edges
        self.centre = centre

    @classmethod
    def learn(cls, features: NDArray[Any], most: int) -> Self:
        """Borders from features, shape (rows, features), finite, with at most `most` bins each."""
        found: list[NDArray[np.float64]] = []
        quantiles, often = np.linspace(0, 1, most + 1), len(features) / _OFTEN
        for j in range(features.shape[1]):
            values, counts = np.unique(features[:, j].astype(np.float64), return_counts=True)
            if len(values) > 2:
                borders = np.quantile(features[:, j].astype(np.float64), quantiles, method="nearest")
                if len(values) <= most + 1:
                    borders = np.concatenate([borders, values[counts >= often]])
                values = np.unique(borders)
            found.append(values)
        edges = np.concatenate(found) if found else np.zeros(0)
        made = cls([len(own) for own in found], edges, np.zeros(sum(len(own) - 1 for own in found)))
        made.centre = made._rise(features).mean(axis=0, dtype=np.float64)
        return made

    @property
    def width(self) -> int:
        """How many features it makes."""
        return sum(self.counts) - len(self.counts)

    def transform(self, features: NDArray[Any]) -> NDArray[Any]:
        """The made features of rows, shape (rows, width), in their dtype; beyond the outer borders nothing rises."""
        out = self._rise(features)
        out -= self.centre.astype(out.dtype)
        return out

    def _rise(self, features: NDArray[Any]) -> NDArray[Any]:
        out = np.empty((len(features), self.width), dtype=features.dtype)
        at = place = 0
        for j, count in enumerate(self.counts):
            own = self.edges[at : at + count]
            low, wide = own[:-1], np.diff(own)
            share = (features[:, j, None] - low) / wide
            out[:, place : place + count - 1] = np.clip(share, 0, 1)
            at, place = at + count, place + count - 1
        return out
