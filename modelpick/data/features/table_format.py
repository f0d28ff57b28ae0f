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
from modelpick.data.table import ColumnKind

FORMAT = "modelpick.preprocessing/2"
FIRST_FORMAT = "modelpick.preprocessing/1"

Kinds = tuple[tuple[str, ColumnKind], ...]
Parts = tuple[list[NumberLike], Scaling, list[Direct], Kinds, tuple[str, ...], NDArray[np.intp] | None]


def to_fields(
    scaled: Sequence[NumberLike],
    scaling: Scaling,
    direct: Sequence[Direct],
    columns: Sequence[str],
    left_out: Sequence[str],
    order: NDArray[np.intp] | None,
) -> dict[str, Any]:
    """All but the large arrays, in JSON types."""
    fields: dict[str, Any] = {
        "format": FORMAT,
        "columns": list(columns),
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
        return _from_first(fields)
    if stated == FORMAT:
        return _from_second(fields, arrays)
    raise reading.damaged(f"its format is {stated!r}, expected {FORMAT!r}")


def _kinds(
    columns: Sequence[str], scaled: Sequence[NumberLike], direct: Sequence[Direct], left_out: Sequence[str]
) -> Kinds:
    """Name and kind of the columns in their order; each must be known once."""
    steps: list[ColumnStep] = [*scaled, *direct]
    kinds: list[tuple[str, ColumnKind]] = [(name, step.column_kind) for step in steps for name in step.columns]
    kinds += [(name, "text") for name in left_out]
    known = dict(kinds)
    if len(known) != len(kinds):
        raise reading.damaged("a column is named twice")
    if known.keys() != set(columns):
        raise reading.damaged("the list of columns is not that of its steps")
    return tuple((name, known[name]) for name in columns)


def _from_second(fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Parts:
    scaled = [_number_like(entry) for entry in reading.entries(fields.get("scaled"), "`scaled`")]
    scaling = Scaling.from_dict(fields.get("scaling"), sum(len(step.labels) for step in scaled))
    direct = [_direct(entry, i, arrays) for i, entry in enumerate(reading.entries(fields.get("direct"), "`direct`"))]
    left_out = reading.names_list(fields.get("left_out"), "`left_out`")
    kinds = _kinds(reading.names_list(fields.get("columns"), "`columns`"), scaled, direct, left_out)
    if "order" not in fields:
        return scaled, scaling, direct, kinds, left_out, None
    width = len(scaling.indicators) + int(scaling.indicators.sum()) + sum(len(step.feature_names) for step in direct)
    order = fields["order"]
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(map(str, range(width))):
        raise reading.damaged(f"`order` does not hold each place of {width} features once")
    return scaled, scaling, direct, kinds, left_out, np.array(order, dtype=np.intp)


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
    kinds = _kinds([*(entry["name"] for entry in columns), *left_out], scaled, direct, left_out)
    return scaled, scaling, direct, kinds, left_out, np.array(order, dtype=np.intp)
