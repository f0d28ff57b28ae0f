"""The file that `predict --output` writes: the rows as they came, in their order, and the answers beside them."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from modelpick.errors import UsageError

if TYPE_CHECKING:
    from modelpick.data.table import ColumnKind
    from modelpick.data.table import Table as Rows
    from modelpick.models.saved import SavedModel
    from modelpick.verbs.predict_result import Prediction

_ROWS_AT_ONCE = 10_000
_DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_SEPARATORS = (",", ";", "\t", "|")
_TOLD = 5
"""Parts of a row that are named where answers are explained."""


def free_output(output: Path, source: Path | None) -> Path:
    """The place for the answers, where nothing may be yet.

    Raises:
        UsageError: It is the input or exists, or its name does not tell what to write.
    """
    if source is not None and output.exists() and source.exists() and output.samefile(source):
        raise UsageError(f"`{output}` is the input, and is never written to", "name another `--output`")
    if output.exists() or output.is_symlink():
        raise _taken(output)
    if _suffix(output) not in _DELIMITERS:
        raise UsageError(
            f"`{output}` ends in none of {', '.join(_DELIMITERS)}, which are what is written (also with .gz after it)",
            "name it `FILE.csv`",
        )
    return output


def _suffix(path: Path) -> str:
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return name.suffix.lower()


def _taken(output: Path) -> UsageError:
    return UsageError(f"`{output}` exists already, and is never overwritten", "name another `--output`")


def delimiter(path: Path, reading: Mapping[str, Any]) -> str:
    """A tab for .tsv; for .csv what stood between the cells of the training table, where that was such a file."""
    given = reading.get("sep")
    return str(given) if _suffix(path) == ".csv" and given in _SEPARATORS else _DELIMITERS[_suffix(path)]


def write_answers(path: Path, model: SavedModel, rows: Rows, predictions: Sequence[Prediction]) -> None:
    """Writes the rows and the answers beside the place first, so that nothing half-written is ever found there.

    Cells of text that a spreadsheet would take for a formula get a `'` before them.
    """
    explained = any(prediction.moved is not None for prediction in predictions)
    answers = [f"predicted {model.target_name}", *(f"p({name})" for name in model.classes_)]
    header = [*rows.names, *_different([*answers, *(["moved by"] if explained else [])], rows.names)]
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with _opened(beside, path) as file:
            writer = csv.writer(file, delimiter=delimiter(path, model.reading), lineterminator="\n")
            writer.writerow([_harmless(name) for name in header])
            for start in range(0, len(predictions), _ROWS_AT_ONCE):
                part = slice(start, start + _ROWS_AT_ONCE)
                given = [_cells(column.values[part].tolist(), column.kind) for column in rows.columns]
                said = _cells([p.value if p.name is None else p.name for p in predictions[part]])
                more = [[*map(repr, p.probabilities.values()), *_moved(p, explained)] for p in predictions[part]]
                writer.writerows([*cells, *shares] for *cells, shares in zip(*given, said, more, strict=True))
        _move(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _opened(beside: Path, path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return gzip.open(beside, "xt", encoding="utf-8", newline="")
    return beside.open("x", encoding="utf-8", newline="")


def _different(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """The names, with a number where a column of the rows bears one of them."""
    found: list[str] = []
    for name in names:
        number, free = 1, name
        while free in taken or free in found:
            number += 1
            free = f"{name} {number}"
        found.append(free)
    return found


def _moved(prediction: Prediction, explained: bool) -> list[str]:
    if not explained:
        return []
    return [_harmless("; ".join(f"{part} {effect:+.4g}" for part, effect in (prediction.moved or ())[:_TOLD]))]


def _move(beside: Path, path: Path) -> None:
    """Gives a file its name, unless that is taken meanwhile."""
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:  # a file system without links
        beside.replace(path)


def _cells(values: Sequence[Any], kind: ColumnKind = "number") -> list[str]:
    """Values of one column as a spreadsheet may have them."""
    from modelpick.data.cells import typed_text

    return [_harmless(value) if isinstance(value, str) else typed_text(value, kind) for value in values]


def _harmless(text: str) -> str:
    from modelpick.data.table import as_number

    if as_number(text) is not None:
        return text
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "'")) else text
