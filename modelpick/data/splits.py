"""Which rows train, validate and test. The course's 8:1:1, stratified by class, once for each seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Task
from modelpick.errors import AnswerIsNo, UsageError

Ratio = tuple[float, float, float]

_LEAST = 1e-9
"""Shares from here to its inverse, so that no sum of them overflows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Row numbers of the three parts, each sorted; together they cover all rows, and no row is in two."""

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]
    seed: int


def parse_ratio(text: str) -> Ratio:
    """`8:1:1` -> (8.0, 1.0, 1.0): the shares of train, validation and test."""
    parts = text.split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(parts) != 3 or len(numbers) != 3 or not all(_LEAST <= n <= 1 / _LEAST for n in numbers):
        raise UsageError(
            f"`{text}` is no split: three positive shares are needed, of train, validation and test",
            "for example `--split 8:1:1`",
        )
    return numbers[0], numbers[1], numbers[2]


def three_way_splits(
    target: NDArray[Any],
    *,
    task: Task,
    ratio: Ratio = (8, 1, 1),
    seeds: Sequence[int],
    test_pool: NDArray[np.bool_] | None = None,
) -> tuple[Split, ...]:
    """One split into train, validation and test for each seed.

    For classification each part holds the classes in their proportions, as far as whole rows allow, and every
    class keeps at least one row in train. For regression the rows are drawn at random.

    Args:
        target: Shape (rows,).
        ratio: Shares of train, validation and test; each part has at least one row.
        test_pool: True for rows that may be tested; the others only train and validate. None: all may. Of a small
            pool at most half is tested at a time: test parts that were all the same rows would show no spread.

    Raises:
        AnswerIsNo: There are too few rows to fill the three parts, or none that may be tested.
    """
    rows = len(target)
    pool = np.ones(rows, dtype=bool) if test_pool is None else np.asarray(test_pool, dtype=bool)
    if rows < 3:
        raise AnswerIsNo(
            f"{rows} rows cannot be split into train, validation and test", "collect more rows: at least 3"
        )
    if not pool.any():
        raise AnswerIsNo(
            "no row is left to test on: a given model was trained on every one of them",
            "test it on rows that it has not seen",
        )
    if task == "classification":
        strata = np.unique(target.astype(str), return_inverse=True)[1]
    else:
        strata = np.zeros(rows, dtype=np.intp)
    return tuple(_split(strata, ratio, seed, pool) for seed in seeds)


def _split(strata: NDArray[np.intp], ratio: Ratio, seed: int, pool: NDArray[np.bool_]) -> Split:
    rows, whole = len(strata), sum(ratio)
    sizes = np.bincount(strata)
    rng = np.random.default_rng(seed)
    # One row of every class stays in train, and one row at least is left for validation.
    spare = sizes - 1
    testable = np.bincount(strata[pool], minlength=len(sizes))
    wanted = min(_whole(rows * ratio[2] / whole), int(spare.sum()) - 1)
    if not pool.all():
        wanted = min(wanted, max(1, int(pool.sum()) // 2))
    tests = _share(wanted, testable, np.minimum(testable, spare), rng)
    validations = _share(_whole(rows * ratio[1] / whole), sizes - tests, spare - tests, rng)
    if not tests.sum() or not validations.sum():
        raise AnswerIsNo(
            f"{rows} rows in {len(sizes)} classes cannot be split so that each class stays in train",
            "collect more rows of the small classes, or leave these classes out",
        )
    of_stratum = np.split(np.argsort(strata, kind="stable"), np.cumsum(sizes)[:-1])
    parts: tuple[list[NDArray[np.intp]], ...] = ([], [], [])
    for rows_of, test, validation in zip(of_stratum, tests, validations, strict=True):
        members = rng.permutation(rows_of)
        members = np.concatenate([members[pool[members]], members[~pool[members]]])
        parts[2].append(members[:test])
        parts[1].append(members[test : test + validation])
        parts[0].append(members[test + validation :])
    train, validation_rows, test_rows = (np.sort(np.concatenate(part)) for part in parts)
    return Split(train=train, validation=validation_rows, test=test_rows, seed=seed)


def _whole(rows: float) -> int:
    return max(1, round(rows))


def _share(total: int, sizes: NDArray[np.intp], most: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Divides `total` rows among the classes in proportion to their sizes, never more than `most` of each."""
    counts = np.zeros_like(sizes)
    left = max(0, min(total, int(most.sum())))
    while left:
        room = most - counts
        counts += np.minimum(_systematic(left, np.where(room > 0, sizes, 0), rng), room)
        left = min(total, int(most.sum())) - int(counts.sum())
    return counts


def _systematic(total: int, weights: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Each class gets its share rounded down or up at random, and over many seeds exactly its share.

    Systematic sampling (Madow 1949, Ann. Math. Stat. 20:333-354).
    """
    order = rng.permutation(len(weights))
    ends = np.round(np.cumsum(weights[order]) * (total / weights.sum()), 9) + rng.random()
    counts = np.empty_like(weights)
    counts[order] = np.diff(np.floor(ends), prepend=0).astype(np.intp)
    return counts
