"""predict: what a saved model answers for new rows, each row with its class name and probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelpick.errors import UsageError
from modelpick.progress import SILENT, Listener
from modelpick.verbs.predict_result import Prediction, PredictResult

if TYPE_CHECKING:
    from pathlib import Path

    from modelpick.data.table import Table as Rows
    from modelpick.models.saved import SavedModel


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
        explain: Say which columns, words or parts of an image or a sound moved each answer, by taking each away.
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

    from modelpick.models.checkpoint import load
    from modelpick.models.run_folder import candidate_folder, find_run
    from modelpick.models.saved import SavedModel
    from modelpick.notebook import register
    from modelpick.verbs.eval_options import as_names
    from modelpick.verbs.predict_output import free_output, write_answers

    register()
    _check_options(input, row, device)
    written = None if output is None else free_output(Path(output), None if input is None else Path(input))
    folder = find_run(str(run), "modelpick predict")
    place = folder if use is None else candidate_folder(folder, use)
    model = SavedModel(load(place), device)
    with listener.step("Answering"):
        rows, table, files = _rows(model, input, row, as_names(drop), written is not None, listener)
        predictions = _answer(model, rows, files, explain)
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


def _check_options(path: str | Path | None, row: str | Sequence[object] | None, device: str) -> None:
    """Refuses what cannot be, before anything is read."""
    if (path is None) == (row is None):
        raise UsageError(
            "which rows?" if row is None else "both `--input` and `--row` are given, and one of them is enough",
            "give `--input FILE.csv`, or one row as `--row V,V,...`",
        )
    if device not in ("auto", "cpu"):  # a small model would not look at it
        from modelpick.models.devices import usable_device

        usable_device(device)


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


def _answer(model: SavedModel, rows: Any, files: Sequence[str], explain: bool) -> tuple[Prediction, ...]:
    from modelpick.data.threads import one_thread

    with model.own_threads(), one_thread():  # the last bits must not depend on the count of cores
        predictions = _predictions(model, rows, files)
        return _explained(model, rows, predictions) if explain else predictions


def _predictions(model: SavedModel, rows: Any, files: Sequence[str]) -> tuple[Prediction, ...]:
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
