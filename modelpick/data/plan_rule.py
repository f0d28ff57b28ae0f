"""By which rule rows are split: what was asked for, checked, and filled up by the count of rows; and what refuses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from modelpick.data.dataset import Dataset
from modelpick.data.splits import Ratio
from modelpick.errors import AnswerIsNo, UsageError

_MANY_FOLDS, _MANY_REPEATS, _MANY_UP_TO = 10, 5, 5_000
FEW_FOLDS, _FEW_UP_TO = 5, 50_000
_COURSE: Ratio = (8.0, 1.0, 1.0)
_COURSE_SEEDS = 3
_MOST_SPLITS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOptions:
    """What the user asked for; None is the rule's own.

    Attributes:
        ratio: Shares of train, validation and test, once for each repeat.
        folds: Of cross-validation.
        repeats: How often, each with a seed of its own: `seed`, `seed` + 1, ...
    """

    ratio: Ratio | None = None
    folds: int | None = None
    repeats: int | None = None
    seed: int = 0


def checked(asked: SplitOptions, dataset: Dataset) -> SplitOptions:
    """The options, if they are in range and do not exclude each other.

    Raises:
        UsageError: They are not, or they do.
    """
    if asked.ratio is not None and asked.folds is not None:
        raise UsageError("`--split` and `--folds` exclude each other", "give one of them")
    if asked.folds is not None and asked.folds < 2:
        raise UsageError(f"{asked.folds} folds leave nothing to train on", "such as `--folds 10`")
    if asked.repeats is not None and asked.repeats < 1:
        raise UsageError(f"{asked.repeats} repeats test nothing", "such as `--repeats 5`")
    if not 0 <= asked.seed <= 2**31 - _MOST_SPLITS:
        raise UsageError(
            f"the seed is {asked.seed}, expected a number from 0 to {2**31 - _MOST_SPLITS}", "such as `--seed 0`"
        )
    if (asked.folds or 1) * (asked.repeats or 1) > _MOST_SPLITS:
        raise UsageError(f"more than {_MOST_SPLITS:,} splits are asked for", "give fewer `--repeats` or `--folds`")
    if dataset.times is not None and dataset.groups is not None:
        raise UsageError("`--group` and `--time` cannot both be kept", "give the one that new rows will differ by")
    if dataset.times is not None and (asked.repeats or 1) > 1:
        raise UsageError("rows in the order of time are split in one way only", "leave `--repeats` out")
    return asked


def rule(asked: SplitOptions, rows: int, heavy: bool, kind: str) -> tuple[SplitOptions, str]:
    """The options filled up, and the reason.

    Args:
        rows: Those outside the untouched part.
        heavy: Each fit takes long.
        kind: Of the rows.
    """
    if asked.ratio is not None:
        return replace(asked, repeats=asked.repeats or _COURSE_SEEDS), "Asked for with `--split`."
    if asked.folds is not None:
        repeats = asked.repeats or (_MANY_REPEATS if rows <= _MANY_UP_TO and not heavy else 1)
        return replace(asked, repeats=repeats), "Asked for with `--folds`."
    if heavy or rows > _FEW_UP_TO:
        filled = replace(asked, ratio=_COURSE, repeats=asked.repeats or _COURSE_SEEDS)
        if rows > _FEW_UP_TO:
            return filled, f"Above {_FEW_UP_TO:,} rows a tenth of them tells enough."
        what = "each fit takes long" if kind == "table" else f"each fit on {_KINDS[kind]} takes long"
        return filled, f"Few splits, for {what}."
    if rows > _MANY_UP_TO:
        filled = replace(asked, folds=FEW_FOLDS, repeats=asked.repeats or 1)
        return filled, f"From {_MANY_UP_TO:,} to {_FEW_UP_TO:,} rows each row is tested once, which is enough there."
    filled = replace(asked, folds=_MANY_FOLDS, repeats=asked.repeats or _MANY_REPEATS)
    return filled, f"Up to {_MANY_UP_TO:,} rows the score of one split depends much on its luck."


REASONS = {
    "groups": "There are no more groups than folds, so that each is left out once.",
    "time": "New rows will be later than those of the training, and so are the tested ones here.",
}
"""Of the ways that the data themselves ask for."""

_KINDS = {"text": "texts", "image": "images", "audio": "sounds"}


def none_left() -> AnswerIsNo:
    """Given models know every row."""
    return AnswerIsNo(
        "no row is left to test on: a given model was trained on every one of them",
        "test it on rows that it has not seen",
    )


def no_order() -> AnswerIsNo:
    """Too few moments for a part that is later than another."""
    return AnswerIsNo(
        "the rows cannot be split by time: too few different moments, or a single class before the last of them",
        "give another `--time` column, or leave it out",
    )
