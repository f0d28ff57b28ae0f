"""What a table's preprocessing does, in sentences, and a typical row."""

from __future__ import annotations

from collections.abc import Sequence

from modelpick.data.features.categories import OneHot, Ordinal
from modelpick.data.features.columns import Direct, NumberLike
from modelpick.data.features.dates import DateParts, day_text
from modelpick.data.features.number_columns import NumberColumns
from modelpick.data.features.scaling import Scaling
from modelpick.data.features.target_coding import TargetCoding
from modelpick.data.features.text_columns import TextColumn
from modelpick.data.preprocessing_options import ScalingWay
from modelpick.data.table import listed, number_text

_SCALED: dict[ScalingWay, str] = {
    "standard": "Centring and scaling: {what} minus the training rows' mean, divided by their standard deviation.",
    "robust": (
        "Centring and scaling: {what} minus the training rows' median, divided by the range between their quartiles, "
        "and smoothly clipped to -3 to 3."
    ),
    "minmax": "Scaling: {what} so that the training rows go from 0 to 1.",
    "none": "No scaling: {what}, as in the table.",
}


def sentences(
    scaled: Sequence[NumberLike], scaling: Scaling, direct: Sequence[Direct], left_out: Sequence[str]
) -> tuple[str, ...]:
    """One sentence a step, in the order in which they happen."""
    lines = [*_date_lines(scaled), *_place_lines(scaled)]
    owners = [step.columns[0] if len(step.columns) == 1 else label for step in scaled for label in step.labels]
    gaps = [owner for owner, gap in zip(owners, scaling.indicators, strict=True) if gap]
    if gaps:
        lines.append(
            f"Imputing: a missing value of {listed(gaps)} becomes the training rows' median, and a further feature of "
            "0 or 1 marks it."
        )
    if owners:
        lines.append(_SCALED[scaling.way].format(what=_count(len(owners), "number")))
    return (*lines, *_one_hot_lines(direct), *_text_lines(direct, left_out))


def _date_lines(scaled: Sequence[NumberLike]) -> list[str]:
    lines = []
    for step in scaled:
        if isinstance(step, DateParts):
            named = [f"days since {day_text(step.first)}" if part == "days" else part for part in step.parts]
            line = f"Dates: `{step.name}` became {', '.join(named)}"
            round_again = [part for part in step.parts if part not in ("year", "days")]
            ends = f"; {', '.join(round_again)} as sine and cosine, for they come round again." if round_again else "."
            lines.append(line + ends)
    return lines


def _place_lines(scaled: Sequence[NumberLike]) -> list[str]:
    lines = []
    places = [step.name for step in scaled if isinstance(step, Ordinal)]
    if places:
        lines.append(
            f"Integer encoding: {listed(places)} became the category's place in alphabetical order; an unseen one "
            "counts as missing."
        )
    means = [step.name for step in scaled if isinstance(step, TargetCoding)]
    if means:
        lines.append(
            f"Target encoding: {listed(means)} became the mean target of the category's training rows, drawn to that "
            "of all rows where they are few; a training row's own label is kept out of it."
        )
    return lines


def _one_hot_lines(direct: Sequence[Direct]) -> list[str]:
    steps = [step for step in direct if isinstance(step, OneHot)]
    if not steps:
        return []
    lines = [
        f"One-hot encoding: {listed([s.name for s in steps])} became "
        f"{_count(sum(len(s.feature_names) for s in steps), 'feature')} of 0 or 1, one for each category of the "
        "training rows."
    ]
    rare = [s for s in steps if s.rare]
    if rare:
        most = max(len(s.categories) for s in rare)
        lines.append(f"Rare categories of {listed([s.name for s in rare])}, beyond the {most} commonest, share one.")
    return lines


def _text_lines(direct: Sequence[Direct], left_out: Sequence[str]) -> list[str]:
    lines = []
    for step in direct:
        if isinstance(step, TextColumn):
            what = "words and pairs of words" if step.tfidf.analyser == "words" else "runs of up to three characters"
            lines.append(
                f"TF-IDF: `{step.name}` became the weights of the {_count(len(step.tfidf.terms), 'term')} ({what}) "
                "that are commonest in the training rows."
            )
    if left_out:
        lines.append(f"Left out: {listed(left_out)}, for free text is not used here.")
    return lines


def example_cells(scaled: Sequence[NumberLike], scaling: Scaling, direct: Sequence[Direct]) -> dict[str, str]:
    """Column -> a typical cell: the median, the middle date, the first category, a term."""
    cells: dict[str, str] = {}
    at = 0
    for step in scaled:
        medians = scaling.medians[at : at + len(step.labels)]
        at += len(step.labels)
        if isinstance(step, NumberColumns):
            cells |= {
                name: number_text(float(f"{median:.4g}")) for name, median in zip(step.columns, medians, strict=True)
            }
        elif isinstance(step, DateParts):
            cells[step.name] = day_text(step.first + (medians[-1] if step.parts[-1] == "days" else 0))
        elif isinstance(step, Ordinal | TargetCoding):
            cells[step.name] = step.categories[0] if step.categories else ""
    return cells | {name: step.example() for step in direct for name in step.columns}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
