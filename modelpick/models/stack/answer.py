"""How a stack answers: every member for itself, then their weighted mean. numpy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.forward import probabilities, sums
from modelpick.models.stack.bins import Bins

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMember:
    """A trained network of a stack.

    Attributes:
        weight: Its share of the answer.
        binned: It takes the bins of the features.
        activation: Of the hidden layers.
        tensors: `layers.<i>.weight` (out, in) and `layers.<i>.bias` (out,).
    """

    name: str
    weight: float
    binned: bool
    activation: str
    tensors: Mapping[str, NDArray[Any]]


def member_answers(z: NDArray[Any], classes: int) -> NDArray[np.float64]:
    """What a member's last sums mean: class probabilities, or (without classes) the scaled number itself."""
    return probabilities(z, "softmax", classes) if classes else z.astype(np.float64)


def mixed(
    members: Sequence[StackMember],
    bins: Bins | None,
    features: NDArray[np.floating],
    *,
    classes: int,
    temperature: float = 1.0,
) -> NDArray[np.float64]:
    """The stack's answers for scaled features, shape (rows, features), computed in float64.

    Returns:
        Shape (rows, classes), each row summing to one; without classes shape (rows, 1), the scaled number. NaN where a
        row is so far out that no number comes out.
    """
    exact = [{name: tensor.astype(np.float64) for name, tensor in member.tensors.items()} for member in members]
    out = np.zeros((len(features), classes or 1))
    for start in range(0, len(features), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        with np.errstate(over="ignore", invalid="ignore"):
            plain = features[part].astype(np.float64)
            rise = None if bins is None else bins.transform(plain)
            for member, tensors in zip(members, exact, strict=True):
                given = rise if member.binned and rise is not None else plain
                z = sums(tensors, member.activation, given)
                z[~np.isfinite(z).all(axis=1)] = np.nan
                out[part] += member.weight * member_answers(z, classes)
    return cooled(out, temperature) if classes else out


def cooled(mixture: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Probabilities ** (1 / temperature), each row summing to one again; at 1 only rounding is mended."""
    if temperature != 1.0:
        with np.errstate(under="ignore"):
            mixture = (mixture / mixture.max(axis=1, keepdims=True)) ** (1 / temperature)
    total: NDArray[np.float64] = mixture / mixture.sum(axis=1, keepdims=True)
    return total
