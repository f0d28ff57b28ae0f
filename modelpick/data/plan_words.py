"""The rule of a plan in words, as the report and the card print it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from modelpick.data.dataset import Dataset
    from modelpick.data.plan import Plan

_UNEVEN = 2
"""Test parts of which the largest is more than so many times the smallest are worth a word."""

Way = Literal["folds", "shares", "groups", "time"]


def rule_words(dataset: Dataset, plan: Plan, together: str | None) -> str:
    """What was done with the rows, in a few sentences.

    Args:
        together: `groups` or `equal rows`, where some rows stay together.
    """
    sentences = [_untouched(dataset, plan), _comparison(dataset, plan)]
    if together == "groups" and plan.way != "groups":
        sentences.append("Rows of one group are always on one side.")
    if together == "equal rows":
        sentences.append("Equal rows are always on one side.")
    if plan.known:
        sentences.append(
            f"{_rows(plan.known)} on which a given model was trained are in no test part, for any candidate."
        )
    if dataset.validation_rows is not None:
        sentences.append("The official validation part takes part in this like the training part.")
    return " ".join([*sentences, *_caveats(dataset, plan)])


def _caveats(dataset: Dataset, plan: Plan) -> list[str]:
    """Where the statistics, which take splits for draws of one kind and rows for independent, say less."""
    found = []
    sizes = [len(split.test) for split in plan.splits]
    if max(sizes) > _UNEVEN * min(sizes):
        found.append(f"The test parts hold from {_rows(min(sizes))} to {max(sizes):,}, and each counts the same.")
    if plan.way == "time" and len(sizes) > 1:
        found.append(
            "Later windows train on more rows and data may drift, so take the intervals and p values as rough."
        )
    if dataset.groups is not None:
        found.append("The untouched rows have no interval, for rows of one group are alike.")
    return found


def short_rule(plan: Plan) -> str:
    """`10 folds x 5`, `8:1:1 x 3`, `7 groups`, `5 windows`."""
    if plan.ratio is not None:
        shares = ":".join(f"{share:g}" for share in plan.ratio)
        return shares if plan.repeats == 1 else f"{shares} x {plan.repeats}"
    noun = {"groups": "groups", "time": "windows"}.get(plan.way, "folds")
    return f"{plan.folds} {noun}" if plan.repeats == 1 else f"{plan.folds} {noun} x {plan.repeats}"


def _untouched(dataset: Dataset, plan: Plan) -> str:
    count = _rows(len(plan.test))
    if dataset.test_rows is not None:
        official = f"The official test part, {count}, stays untouched to the end"
        if not plan.apart:
            return f"{official}."
        why = "in its groups" if dataset.groups is not None else "equal to one of its own"
        return f"{official}; {_rows(plan.apart)} {why} {'is' if plan.apart == 1 else 'are'} left out of the training."
    if dataset.times is not None:
        late = f"{_rows(plan.apart)} as late {'is' if plan.apart == 1 else 'are'} left out of the training"
        return f"The latest {count} stay untouched to the end{f'; {late}' if plan.apart else ''}."
    return f"{count} of {dataset.rows:,} stay untouched to the end."


def _comparison(dataset: Dataset, plan: Plan) -> str:
    rest, first = f"{len(plan.rest):,}", plan.splits[0]
    how = ", stratified by class" if dataset.task == "classification" else ", at random"
    if plan.way == "time":
        if plan.ratio is not None:
            return (
                f"Of the other {rest} the earliest {len(first.train):,} train, the next {len(first.validation):,} "
                f"validate, the latest {len(first.test):,} test."
            )
        return (
            f"The other {rest} are tested in {_times(len(plan.splits), 'window')}: each trains on all rows before a "
            "moment and tests on the next ones."
        )
    if plan.way == "groups":
        return f"Of the other {rest} each of {plan.folds} groups tests once, and the others train."
    if plan.ratio is not None:
        shares = ":".join(f"{share:g}" for share in plan.ratio)
        once = "once" if plan.repeats == 1 else f"{plan.repeats} times with other seeds"
        return (
            f"The other {rest} are split {shares}{how}, {once}: {len(first.train):,} train, "
            f"{len(first.validation):,} validate, {len(first.test):,} test."
        )
    once = "once" if plan.repeats == 1 else f"{plan.repeats} times with other seeds"
    return (
        f"The other {rest} are cross-validated in {plan.folds} folds{how}, {once}: about "
        f"{len(plan.rest) - plan.test_rows:,.0f} train and {plan.test_rows:,.0f} test each time."
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _times(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
