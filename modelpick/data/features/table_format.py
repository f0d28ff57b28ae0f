"""A table's preprocessing as JSON, and back; also from the first format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features import reading
from modelpick.data.features.categories import OneHot, Ordinal
from modelpick.data.features.columns import ColumnStep, Direct, NumberLike
from modelpick.data.features.dates import DateParts
from modelpick.data.features.number_columns import NumberColumns
from modelpick.data.features.scaling import Scaling
from modelpick.data.features.target_coding import TargetCoding
from modelpick.data.features.text_columns import TextColumn

FORMAT = "modelpick.preprocessing/2"
FIRST_FORMAT = "modelpick.preprocessing/1"

Parts = tuple[list[NumberLike], Scaling, list[Direct], tuple[str, ...], NDArray[np.intp] | None]


def to_fields(
    scaled: Sequence[NumberLike],
    scaling: Scaling,
    direct: Sequence[Direct],
    left_out: Sequence[str],
    order: NDArray[np.intp] | None,
) -> dict[str, Any]:
    """All but the large arrays, in JSON types."""
    fields: dict[str, Any] = {
        "format": FORMAT,
        "scaled": [step.to_dict() for step in scaled],
        "scaling": scaling.to_dict(),
        "direct": [step.to_dict() for step in direct],
        "left_out": list(left_out),
    }
    return fields if order is None else {**fields, "order": order.tolist()}


def from_fields(fields: Any, arrays: Mapping[str, NDArray[Any]]) -> Parts:
    """The parts that `to_fields` wrote; CannotFindOut (kind `checkpoint`) where they are damaged."""
    stated = fields.get("format") if isinstance(fields, Mapping) else None
    if stated == FIRST_FORMAT:
        parts = _from_first(fields)
    elif stated == FORMAT:
        parts = _from_second(fields, arrays)
    else:
        raise reading.damaged(f"its format is {stated!r}, expected {FORMAT!r}")
    scaled, _, direct, left_out, _ = parts
    steps: list[ColumnStep] = [*scaled, *direct]
    columns = [name for step in steps for name in step.columns]
    if len({*columns, *left_out}) != len(columns) + len(left_out):
        raise reading.damaged("a column is named twice")
    return parts


def _from_second(fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Parts:
    scaled = [_number_like(entry) for entry in reading.entries(fields.get("scaled"), "`scaled`")]
    scaling = Scaling.from_dict(fields.get("scaling"), sum(len(step.labels) for step in scaled))
    direct = [_direct(entry, i, arrays) for i, entry in enumerate(reading.entries(fields.get("direct"), "`direct`"))]
    left_out = reading.names_list(fields.get("left_out"), "`left_out`")
    if "order" not in fields:
        return scaled, scaling, direct, left_out, None
    width = len(scaling.indicators) + int(scaling.indicators.sum()) + sum(len(step.feature_names) for step in direct)
    order = fields["order"]
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(map(str, range(width))):
        raise reading.damaged(f"`order` does not hold each place of {width} features once")
    return scaled, scaling, direct, left_out, np.array(order, dtype=np.intp)


def _number_like(entry: Mapping[str, Any]) -> NumberLike:
    kind = reading.word(entry, "kind", ("numbers", "date", "integer", "target"))
    if kind == "numbers":
        return NumberColumns.from_dict(entry)
    if kind == "date":
        return DateParts.from_dict(entry)
    return Ordinal.from_dict(entry) if kind == "integer" else TargetCoding.from_dict(entry)


def _direct(entry: Mapping[str, Any], place: int, arrays: Mapping[str, NDArray[Any]]) -> Direct:
    if reading.word(entry, "kind", ("one-hot", "text")) == "one-hot":
        return OneHot.from_dict(entry)
    head = f"{place}."
    own = {name.removeprefix(head): array for name, array in arrays.items() if name.startswith(head)}
    return TextColumn.from_dict(entry, own)


def _from_first(fields: Mapping[str, Any]) -> Parts:
    """The first format: one entry a column, its features side by side in the order of the columns."""
    numbers: list[Mapping[str, Any]] = []
    direct: list[Direct] = []
    columns = reading.entries(fields.get("columns"), "`columns`")
    for entry in columns:
        if reading.word(entry, "kind", ("number", "category")) == "number":
            reading.word(entry, "name")
            numbers.append(entry)
        else:
            direct.append(OneHot.from_dict(entry))
    scaling = Scaling.from_dict(
        {
            "way": "standard",
            "medians": [entry.get("median") for entry in numbers],
            "centres": [entry.get("mean") for entry in numbers],
            "scales": [entry.get("scale") for entry in numbers],
            "indicators": [entry.get("indicator") for entry in numbers],
        },
        len(numbers),
    )
    names = reading.names_list([entry["name"] for entry in numbers], "the list of columns")
    scaled: list[NumberLike] = [NumberColumns(names)] if names else []
    places = {step.columns[0]: step for step in direct}
    order: list[int] = []
    value, mark, at = 0, len(numbers), len(numbers) + int(scaling.indicators.sum())
    for entry in columns:
        if entry["kind"] == "number":
            order.append(value)
            if scaling.indicators[value]:
                order.append(mark)
                mark += 1
            value += 1
        else:
            width = len(places[entry["name"]].feature_names)
            order += range(at, at + width)
            at += width
    left_out = reading.names_list(fields.get("left_out"), "`left_out`")
    return scaled, scaling, direct, left_out, np.array(order, dtype=np.intp)
