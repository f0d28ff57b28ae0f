"""What `predict` returns: an answer for each row, for people, machines and pipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone

_SHOWN_ROWS = 200
_SHOWN_CLASSES = 12
_SHOWN_PARTS = 8
_TOLD_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The answer for one row.

    Attributes:
        row: Counted from 1, as in the input.
        name: The class; None for regression.
        probabilities: Class -> probability; empty for regression.
        value: The number; None for classification.
        file: That it answers for; empty where the row comes from a table or was typed.
        moved: (part of the row, by how much the answer sinks without it), the largest first; None where nobody asked.
        picture: The same of an image, as lines of characters.
    """

    row: int
    name: str | None = None
    probabilities: Mapping[str, float]
    value: float | None = None
    file: str = ""
    moved: tuple[tuple[str, float], ...] | None = None
    picture: tuple[str, ...] = ()

    @property
    def answer(self) -> str:
        """The class name, or the number in its shortest exact form."""
        from modelpick.data.table import number_text

        return str(self.name) if self.value is None else number_text(self.value)

    @property
    def shown(self) -> str:
        """The class name, or the number in six digits."""
        return self.answer if self.value is None else f"{float(f'{self.value:.6g}'):,.15g}"

    def to_dict(self) -> dict[str, Any]:
        """As in `modelpick.predict/1`."""
        whose = {"row": self.row, "file": self.file} if self.file else {"row": self.row}
        why = {} if self.moved is None else {"moved": [{"part": part, "effect": e} for part, e in self.moved]}
        if self.name is None:
            return {**whose, "value": self.value, **why}
        return {**whose, "class": self.name, "probabilities": dict(self.probabilities), **why}


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictResult(Result):
    """What a saved model answered.

    Attributes:
        run: The folder of the model.
        model: Its name in the report, None where that is not told.
        unseen: Column -> how many rows have a category that the model has never seen.
        output: The file that was written, if any.
    """

    run: Path
    model: str | None
    task: str
    target: str
    classes: tuple[str, ...]
    predictions: tuple[Prediction, ...]
    unseen: Mapping[str, int]
    output: str | None = None

    def document(self) -> Document:
        """A table for people, `modelpick.predict/1` for machines, the bare answers for pipes."""
        from modelpick.models.run_folder import shown

        place = shown(self.run)
        return Document(
            blocks=self._blocks(place),
            data={
                "schema": "modelpick.predict/1",
                "run": place,
                "model": self.model,
                "task": self.task,
                "target": self.target,
                "classes": list(self.classes),
                "rows": len(self.predictions),
                "unseen": dict(self.unseen),
                "output": self.output,
                "predictions": [prediction.to_dict() for prediction in self.predictions],
            },
            quiet=[prediction.answer for prediction in self.predictions],
        )

    def _blocks(self, place: str) -> list[Block]:
        rows = len(self.predictions)
        blocks: list[Block] = []
        if rows == 1:
            blocks.append(Heading(f"{self.target}: {self.predictions[0].shown}", level=1))
            blocks += self._one(self.predictions[0])
            blocks += _why(self.predictions[0])
        elif rows:
            blocks += [Heading(f"{self.target} of {rows:,} rows", level=1), self._table()]
        else:
            blocks.append(Text("No rows, no answers.", Tone.MUTED))
        if rows > _SHOWN_ROWS:
            more = f"{rows - _SHOWN_ROWS:,} more rows are not shown: `--output FILE.csv` or `--format json` has all."
            blocks.append(Text(more, Tone.WARN))
        for column, count in self.unseen.items():
            say = f"{count:,} {'row has' if count == 1 else 'rows have'} a category of `{column}` that the model has "
            blocks.append(Text(f"{say}never seen: it counts as none of those it knows.", Tone.WARN))
        if self.output is not None:
            blocks.append(Text(f"Written: {self.output}"))
        by = f"`{self.model}` of " if self.model else ""
        blocks.append(Text(f"Answered by {by}{place}.", Tone.MUTED))
        return blocks

    def _one(self, prediction: Prediction) -> list[Block]:
        from modelpick.evaluation.wording import share_shown

        if prediction.name is None:
            return []
        ranked = sorted(prediction.probabilities.items(), key=lambda item: -item[1])[:_SHOWN_CLASSES]
        rows = tuple(
            (Cell(name, Tone.STRONG if name == prediction.name else Tone.PLAIN), share_shown(p)) for name, p in ranked
        )
        return [Table((self.target, "probability"), rows, right=("probability",))]

    def _table(self) -> Table:
        from modelpick.evaluation.wording import share_shown

        shown = self.classes if len(self.classes) <= _SHOWN_CLASSES else ()
        last = tuple(f"p({name})" for name in shown) or (("probability",) if self.classes else ())
        explained = self.predictions[0].moved is not None
        rows: list[tuple[str | Cell, ...]] = []
        for prediction in self.predictions[:_SHOWN_ROWS]:
            if shown:
                values = [share_shown(prediction.probabilities[name]) for name in shown]
            else:
                values = [share_shown(max(prediction.probabilities.values()))] if self.classes else []
            if explained:
                values.append(", ".join(f"{part} {_effect(e)}" for part, e in (prediction.moved or ())[:_TOLD_PARTS]))
            rows.append((prediction.file or str(prediction.row), Cell(prediction.shown, Tone.STRONG), *values))
        columns = ("row", self.target, *last, *(("moved by",) if explained else ()))
        return Table(columns, tuple(rows), right=("row", *last))


def _why(prediction: Prediction) -> list[Block]:
    """What moved one answer."""
    if prediction.moved is None:
        return []
    blocks: list[Block] = [Heading("What moved the answer")]
    what = "the number" if prediction.name is None else f"the probability of {prediction.name}"
    if prediction.picture:
        blocks.append(Text(f"The darker a cell, the more {what} sinks when it is painted in the mean colour."))
        return [*blocks, Text("\n".join(prediction.picture))]
    rows = tuple((part, _effect(effect)) for part, effect in prediction.moved[:_SHOWN_PARTS])
    blocks.append(
        Table(("part of the row", f"{what} sinks without it by"), rows, right=(f"{what} sinks without it by",))
    )
    more = len(prediction.moved) - len(rows)
    tail = f" Parts that move it less: {more:,}." if more > 0 else ""
    blocks.append(
        Text(
            f"Effect: by how much {what} sinks without the part; with a minus it rises. One part is taken away at a "
            "time: numbers and dates are set to the training rows' median, categories are emptied, words left out, "
            f"tenths of a sound made silent. It tells of this model, and nothing of causes.{tail}",
            Tone.MUTED,
        )
    )
    return blocks


def _effect(effect: float) -> str:
    return f"{float(f'{effect:.2g}'):+,.10g}" if abs(effect) >= 1e-9 else "0"
