"""Why a saved model answers so, by occlusion: each part of a row is taken away, and the answer is looked at again.

It tells what moves this model's answer for this row, and nothing of causes. Parts that tell the same stand in for each
other, and then each of them seems to move little (Zeiler and Fergus 2014, ECCV, for images).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import Preprocessing
from modelpick.data.images.rows import ImageFiles, read_images
from modelpick.data.preprocessing import TablePreprocessor
from modelpick.data.sounds.rows import SoundFiles, read_sounds
from modelpick.data.sounds.wav import float_wav
from modelpick.data.table import Column, Table, as_kind
from modelpick.data.texts import Texts, read_texts
from modelpick.errors import UsageError
from modelpick.models.saved import SavedModel

GRID = 8
"""Cells of an image, across and down."""

PIECES = 10
"""Of a sound, of equal length."""

_LONGEST = 600
"""Seconds of a sound, which is written anew for each of its pieces."""

_MOST_WORDS = 200
_MOST_ROWS = 50
"""Texts, images or sounds that are explained at a time: each of them is answered for many times."""


@dataclass(frozen=True, slots=True)
class Moved:
    """By how much one part moves the answer: the probability of the class that is answered, or the number.

    Attributes:
        part: A column, a word, a cell of an image (`row 2, column 5`, from 1) or a piece of a sound (`0.2 to 0.3 s`).
        effect: The answer as it is minus the answer without the part.
    """

    part: str
    effect: float


def explain(model: SavedModel, rows: Any) -> list[tuple[Moved, ...]]:
    """Of each row its parts, those that move its answer most first.

    Columns of numbers and dates are set to the training rows' median, categories and texts are emptied; of a text
    each of its words is left out wherever it stands; of an image each cell of a grid is painted in its mean colour; of
    a sound each tenth is made silent.

    Raises:
        UsageError: Too many texts, images or sounds at a time, or too long a sound.
    """
    if isinstance(rows, Table):
        return _of_table(model, rows)
    if len(rows) > _MOST_ROWS:
        raise UsageError(f"{len(rows)} rows are too many to explain", f"give up to {_MOST_ROWS} at a time")
    single = [rows.take([i]) for i in range(len(rows))]
    if isinstance(rows, Texts):
        return [_of_text(model, row) for row in single]
    if isinstance(rows, ImageFiles):
        return [_of_image(model, row) for row in single]
    return [_of_sound(model, row) for row in single]


def image_grid(moved: Sequence[Moved]) -> list[str]:
    """The cells of an image as lines of characters, darker where a cell speaks more for the answer."""
    effects = {part.part: part.effect for part in moved}
    most = max((abs(effect) for effect in effects.values()), default=0.0)
    shades = " .:-=+*#%@"
    lines = []
    for i in range(GRID):
        cells = [effects.get(_cell_name(i, j), 0.0) for j in range(GRID)]
        lines.append("".join(shades[round((len(shades) - 1) * max(0.0, e) / most) if most else 0] * 2 for e in cells))
    return lines


def _answers(model: SavedModel, rows: Any) -> NDArray[Any]:
    return model.predict(rows) if model.task == "regression" else model.predict_proba(rows)


def _effects(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.float64]:
    """By how much each row's own answer sinks, shape (rows,)."""
    if before.ndim == 1:
        return np.asarray(before - after, dtype=np.float64)
    own, every = before.argmax(axis=1), np.arange(len(before))
    return np.asarray(before[every, own] - after[every, own], dtype=np.float64)


def _of_table(model: SavedModel, rows: Table) -> list[tuple[Moved, ...]]:
    before, names, effects = _answers(model, rows), [], []
    typical = typical_values(model.form.preprocessing, model.columns)
    for place, column in enumerate(rows.columns):
        if column.name not in typical:
            continue
        changed = list(rows.columns)
        changed[place] = column.with_values(np.full(rows.rows, typical[column.name], dtype=column.values.dtype))
        names.append(column.name)
        effects.append(_effects(before, _answers(model, Table(changed, rows.rows))))
    told = np.array(effects).reshape(len(names), rows.rows)
    return [_ranked(names, told[:, i]) for i in range(rows.rows)]


def typical_values(preprocessing: Preprocessing, columns: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Column -> what stands for nothing known: the median of numbers and dates, None for categories and texts."""
    left_out = preprocessing.left_out_ if isinstance(preprocessing, TablePreprocessor) else ()
    used = [name for name in preprocessing.columns_ if name not in left_out]
    cells, kinds = dict(zip(used, preprocessing.example_row(), strict=True)), dict(columns)
    found: dict[str, Any] = {}
    for name in used:
        if kinds[name] in ("number", "date"):
            text = Column(name=name, kind="category", values=np.array([cells[name] or None], dtype=object))
            found[name] = float(as_kind(text, "number" if kinds[name] == "number" else "date").values[0])
        else:
            found[name] = None
    return found


def _of_text(model: SavedModel, row: Texts) -> tuple[Moved, ...]:
    text = str(row.values[0])
    words = text.split()
    different = list(dict.fromkeys(words))[:_MOST_WORDS]
    if not different:
        return ()
    without = [" ".join(word for word in words if word != left) for left in different]
    answers = _answers(model, read_texts([text, *without], row.name)[0])
    return _ranked(different, _of_one(answers))


def _of_image(model: SavedModel, row: ImageFiles) -> tuple[Moved, ...]:
    from PIL import Image

    pixels = next(iter(row.originals()))
    height, width = pixels.shape[:2]
    rows, columns = (np.linspace(0, side, GRID + 1).astype(int) for side in (height, width))
    names, paths = [], list(row.paths)
    with tempfile.TemporaryDirectory(prefix="modelpick-") as folder:
        for i in range(GRID):
            for j in range(GRID):
                painted = pixels.copy()
                cell = painted[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
                if not cell.size:
                    continue
                cell[...] = pixels.mean(axis=(0, 1)).astype(np.uint8)
                names.append(_cell_name(i, j))
                path = Path(folder, f"{i}-{j}.png")
                Image.fromarray(painted).save(path)
                paths.append(str(path))
        answers = _answers(model, read_images(paths)[0])
    return _ranked(names, _of_one(answers))


def _of_sound(model: SavedModel, row: SoundFiles) -> tuple[Moved, ...]:
    (look,) = (row.store.looks[i] for i in row.index)
    if look.seconds > _LONGEST:
        raise UsageError(f"`{row.paths[0]}` is too long to explain", f"cut it to {_LONGEST // 60} minutes or less")
    wave = next(iter(row.waves(look.rate)))
    ends = np.linspace(0, len(wave), PIECES + 1).astype(int)
    names, paths = [], list(row.paths)
    with tempfile.TemporaryDirectory(prefix="modelpick-") as folder:
        for number, (start, end) in enumerate(pairwise(ends)):
            if start == end:
                continue
            silenced = wave.copy()
            silenced[start:end] = 0
            names.append(f"{start / look.rate:.2f} to {end / look.rate:.2f} s")
            path = Path(folder, f"{number}.wav")
            path.write_bytes(float_wav(silenced, look.rate))
            paths.append(str(path))
        answers = _answers(model, read_sounds(paths)[0])
    return _ranked(names, _of_one(answers))


def _cell_name(i: int, j: int) -> str:
    return f"row {i + 1}, column {j + 1}"


def _of_one(answers: NDArray[Any]) -> NDArray[np.float64]:
    """The first answer minus each of the others."""
    first = np.repeat(answers[:1], len(answers) - 1, axis=0)
    return _effects(first, answers[1:])


def _ranked(names: Sequence[str], effects: NDArray[np.float64]) -> tuple[Moved, ...]:
    order = np.argsort(-np.abs(effects), kind="stable")
    return tuple(Moved(names[i], float(effects[i])) for i in order)
