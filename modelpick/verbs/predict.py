"""predict: what a saved model answers for new rows, each row with its class name and probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from modelpick.document import Block, Cell, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import UsageError
from modelpick.progress import SILENT, Listener

if TYPE_CHECKING:
    from pathlib import Path

    from modelpick.data.table import Table as Rows
    from modelpick.models.saved import SavedModel

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
            "time: numbers and dates are set to the training rows' median, categories are emptied, words left out. It "
            f"tells of this model, and nothing of causes.{tail}",
            Tone.MUTED,
        )
    )
    return blocks


def _effect(effect: float) -> str:
    return f"{float(f'{effect:.2g}'):+,.10g}" if abs(effect) >= 1e-9 else "0"


def predict(
    run: str | Path,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's own name
    row: str | Sequence[object] | None = None,
    use: str | None = None,
    output: str | Path | None = None,
    explain: bool = False,
    drop: Sequence[str] = (),
    device: str = "auto",
    listener: Listener = SILENT,
) -> PredictResult:
    """Answers for new rows with a saved model. Nothing in its folder is executed; it is read and checked.

    Args:
        run: A run folder, a folder in the same layout (such as a download), or the name of a run in
            `./modelpick-runs`.
        input: A file of a table: columns are matched by name, and one called as the target is ignored. For a model of
            images, sounds or texts a file, or a folder of them.
        row: One row instead: `6.6,3,4.4,1.4` or the values, in the order of the columns.
        use: Another saved model of the run than the best, such as `linear`.
        output: A new file (.csv, .tsv, also .gz) for all columns of the input and the answers. Cells of text that a
            spreadsheet would take for a formula (they begin with `=`, `+`, `-`, `@`, a tab or a carriage return, and
            are no number) get a `'` before them, and so do cells that begin with `'`.
        explain: Say which columns, words or parts of an image moved each answer, by taking each away.
        drop: Columns of the input that the model does not know and shall not look at.
        device: Where a pretrained model or an architecture answers; `auto` is a GPU where there is one.
        listener: Hears of the steps.

    Raises:
        UsageError: No such run, not a model of ours, no such model in it; `output` exists or is the input; a device
            that cannot be used.
        AnswerIsNo: The model is damaged or forged.
        CannotFindOut: The rows cannot be read, or their columns are not the model's.
    """
    from pathlib import Path

    from modelpick.data.threads import one_thread
    from modelpick.models.checkpoint import load
    from modelpick.models.run_folder import candidate_folder, find_run
    from modelpick.models.saved import SavedModel
    from modelpick.notebook import register
    from modelpick.verbs.eval_options import as_names
    from modelpick.verbs.predict_output import free_output, write_answers

    register()
    if (input is None) == (row is None):
        raise UsageError(
            "which rows?" if row is None else "both `--input` and `--row` are given, and one of them is enough",
            "give `--input FILE.csv`, or one row as `--row V,V,...`",
        )
    written = None if output is None else free_output(Path(output), None if input is None else Path(input))
    folder = find_run(str(run), "modelpick predict")
    place = folder if use is None else candidate_folder(folder, use)
    model = SavedModel(load(place), device)
    with listener.step("Answering"):
        rows, table, files = _rows(model, input, row, as_names(drop), written is not None, listener)
        with one_thread():  # the last bits must not depend on the count of cores
            predictions = _answer(model, rows, files)
            if explain:
                predictions = _explained(model, rows, predictions)
    if written is not None:
        write_answers(written, model, table, predictions)
    return PredictResult(
        run=place,
        model=model.form.config.get("name"),
        task=model.task,
        target=model.target_name,
        classes=model.classes_,
        predictions=predictions,
        unseen=model.unseen(rows),
        output=None if written is None else str(written),
    )


def _rows(
    model: SavedModel,
    path: str | Path | None,
    row: str | Sequence[object] | None,
    drop: Sequence[str],
    beside: bool,
    listener: Listener,
) -> tuple[Any, Rows, Sequence[str]]:
    """The rows to answer for, the table to be written (if `beside`), and the file of each row where it is one."""
    from modelpick.data.cells import cell_text, values_line
    from modelpick.data.read_rows import find_rows, rows_from_values

    if model.rows_kind != "table":
        return _other_rows(model, path, row, listener)
    if path is not None:
        aside = (*model.ignored, *drop)
        found = find_rows(str(path), model.columns, model.target_name, aside, model.reading, beside=beside)
        return found.rows, found.whole, ()
    if not isinstance(row, str):
        row = values_line([cell_text(value) for value in row or ()])
    rows = rows_from_values(row, model.columns, model.reading)
    return rows, rows, ()


def _other_rows(
    model: SavedModel, path: str | Path | None, row: str | Sequence[object] | None, listener: Listener
) -> tuple[Any, Rows, Sequence[str]]:
    """Rows of a model of texts, images or sounds."""
    from modelpick.data.new_rows import read_new_rows, text_row

    kind = model.rows_kind
    if path is not None:
        new = read_new_rows(kind, str(path), model.form.config, listener)
    elif kind != "text":
        raise UsageError(f"the model takes files ({kind}), no values", "give `--input FILE` or a folder")
    elif isinstance(row, str):
        new = text_row(row)
    else:
        raise UsageError("one text is expected", "give it as `row='...'`")
    return new.rows, new.table, new.files


def _answer(model: SavedModel, rows: Any, files: Sequence[str]) -> tuple[Prediction, ...]:
    called = files or [""] * len(rows)
    if model.task == "regression":
        values = zip(model.predict(rows), called, strict=True)
        return tuple(
            Prediction(row=i, value=float(value), probabilities={}, file=file)
            for i, (value, file) in enumerate(values, 1)
        )
    table = model.predict_proba(rows)
    names = model.classes_
    return tuple(
        Prediction(
            row=i,
            name=names[int(probabilities.argmax())],
            probabilities=dict(zip(names, map(float, probabilities), strict=True)),
            file=file,
        )
        for i, (probabilities, file) in enumerate(zip(table, called, strict=True), 1)
    )


def _explained(model: SavedModel, rows: Any, predictions: tuple[Prediction, ...]) -> tuple[Prediction, ...]:
    from modelpick.models.explain import explain, image_grid

    return tuple(
        replace(
            prediction,
            moved=tuple((part.part, part.effect) for part in moved),
            picture=tuple(image_grid(moved)) if model.rows_kind == "image" else (),
        )
        for prediction, moved in zip(predictions, explain(model, rows), strict=True)
    )
