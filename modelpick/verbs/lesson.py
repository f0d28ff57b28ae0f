"""The lesson of `evaluate(course=True)`: one network through load, create, train, save and load, predict."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from modelpick.document import Document, Table
from modelpick.errors import ModelpickError, UsageError, from_os_error
from modelpick.progress import Listener
from modelpick.verbs.eval_options import Keeping, ProtocolOptions, RowOptions
from modelpick.verbs.eval_result import EvalResult, report_extra, told_unwritten

if TYPE_CHECKING:
    from modelpick.data.candidate import SavedForm
    from modelpick.data.dataset import Dataset
    from modelpick.evaluation.lesson import Kept, Lesson
    from modelpick.evaluation.protocol import Evaluation
    from modelpick.models.options import NetworkOptions
    from modelpick.verbs.predict_result import PredictResult

FLOWER = "6.6,3,4.4,1.4"
"""The row of the course on Iris."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseResult(EvalResult):
    """A lesson: the comparison has a single row, tested on a single split."""

    lesson: Lesson

    def document(self) -> Document:
        """The five steps for people; `modelpick.eval/1` with a member `course` for machines."""
        from modelpick.evaluation.lesson import lesson_blocks
        from modelpick.evaluation.report import document

        made = document(self.evaluation, run_dir=self.run_dir, saved=self.saved, device=self.device, closer=self.closer)
        lesson, split = self.lesson, self.evaluation.plan.splits[0]
        course: dict[str, Any] = {
            "rows": {"train": len(split.train), "validation": len(split.validation), "test": len(split.test)},
            "trained": lesson.form.config.get("trained"),
        }
        kept = lesson.kept
        course |= {
            "sha256": {} if kept is None else {name: sha for name, _, sha, _ in kept.files},
            "difference_after_loading": kept and kept.difference,
            "row": kept and kept.typed,
            "answer": kept and kept.answer,
            "truth": kept and kept.truth,
            "probabilities": {} if kept is None else dict(kept.probabilities),
        }
        data = {**made.data, **report_extra(self.created, self.bar, self.unwritten), "course": course}
        return Document(blocks=lesson_blocks(lesson), data=data, quiet=made.quiet)


def check_course(rows: RowOptions, protocol: ProtocolOptions) -> None:
    """Refuses what a lesson has no use for.

    Raises:
        UsageError: An option of the comparison; it is named.
    """
    splits = protocol.splits
    asked = {
        "--model": rows.models,
        "--arch": rows.archs,
        "--with": rows.with_,
        "--without": rows.without,
        "--must-beat": rows.must_beat,
        "--tune": rows.tune,
        "--label-map": rows.label_map,
        "--side": rows.side,
        "--flip": rows.flip,
        "--class-weight": rows.class_weight,
        "--split": splits.ratio not in (None, (8.0, 1.0, 1.0)),
        "--folds": splits.folds,
        "--repeats": splits.repeats,
    }
    for option, given in asked.items():
        if given:
            raise UsageError(
                f"`{option}` has no part in `--course`, which trains one network on one split 8:1:1",
                f"leave `{option}` or `--course` out",
            )


def teach(
    dataset: Dataset,
    network: NetworkOptions,
    rows: RowOptions,
    protocol: ProtocolOptions,
    keeping: Keeping,
    listener: Listener,
) -> CourseResult:
    """Trains the network once, saves it, loads it again and lets it answer for one row.

    Raises:
        UsageError, AnswerIsNo, CannotFindOut: As `evaluate`.
    """
    from modelpick.evaluation.workers import free_cores
    from modelpick.models.devices import devices_said
    from modelpick.models.run_folder import shown
    from modelpick.render.artist import artist_ahead
    from modelpick.verbs.pictures import Pictures
    from modelpick.verbs.run_writer import look_closer, write_or_tell

    place = keeping.place(dataset.name)
    with artist_ahead((protocol.jobs or free_cores()) > 1) as artist:
        pictures = Pictures(artist)
        evaluation = _trained(dataset, network, rows, protocol, listener)
        closer = look_closer(evaluation, pictures)
        device = devices_said(network.device, large=False)
        written, unwritten = write_or_tell(
            evaluation, place, keeping, device=device, bar=None, closer=closer, pictures=pictures, listener=listener
        )
    lesson = _lesson(evaluation, None if unwritten is not None else written.folder, unwritten, listener)
    if lesson.kept is not None:
        _write(written.folder, lesson, listener)
    return CourseResult(
        evaluation=evaluation,
        run_dir=None if unwritten is not None else shown(written.folder),
        saved=written.saved,
        device=device,
        created=keeping.created,
        bar=None,
        refused={},
        closer=closer,
        next=None if lesson.kept is None else lesson.kept.next,
        unwritten=unwritten,
        lesson=lesson,
    )


def _lesson(
    evaluation: Evaluation, folder: Path | None, unwritten: ModelpickError | None, listener: Listener
) -> Lesson:
    """What was trained; from a folder that it was saved in it is loaded again, compared, and answers for one row."""
    from modelpick.evaluation.lesson import Lesson
    from modelpick.models.saved import SavedModel

    dataset, result = evaluation.dataset, evaluation.results[0]
    if result.form is None:
        raise RuntimeError("a network always has a form that can be saved")
    named = dataset.path in _bundled() or Path(dataset.path).expanduser().is_dir()  # these have a target of their own
    target = "" if named else f" --target {shlex.quote(dataset.target_name)}"
    columns, layers = SavedModel(result.form).layers()
    return Lesson(
        evaluation=evaluation,
        result=result,
        form=result.form,
        layers=Table(columns, layers, right=columns[1:]),
        kept=None if folder is None else _kept(evaluation, result.form, folder, listener),
        unwritten="" if unwritten is None else told_unwritten(unwritten),
        compare=f"modelpick eval {shlex.quote(dataset.path)}{target}",
    )


def _kept(evaluation: Evaluation, form: SavedForm, folder: Path, listener: Listener) -> Kept:
    """Loads what was saved, compares it, and lets it answer for one row."""
    from modelpick.data.new_rows import row_option
    from modelpick.evaluation.lesson import Kept
    from modelpick.models.checkpoint import load
    from modelpick.models.run_folder import shown, typed
    from modelpick.models.saved import SavedModel

    dataset, new = evaluation.dataset, int(evaluation.plan.test[0])
    words, truth, answered = _answer(dataset, new, folder, listener)
    predicted = answered.predictions[0]
    row = f"--row {FLOWER}" if truth is None else row_option(dataset.features, new)
    return Kept(
        place=shown(folder),
        files=_files(folder),
        difference=_difference(SavedModel(form), SavedModel(load(folder)), dataset.features.take(evaluation.plan.test)),
        typed=words,
        truth=truth,
        answer=predicted.shown,
        probabilities=sorted(predicted.probabilities.items(), key=lambda item: -item[1]),
        next=f"modelpick predict {typed(folder)} {row}",
    )


def _write(folder: Path, lesson: Lesson, listener: Listener) -> None:
    """Puts the lesson beside the report of the run; where there is no more room, the run is whole without it."""
    from modelpick.evaluation.lesson import lesson_blocks
    from modelpick.render.markdown import render_markdown

    text = render_markdown(Document(blocks=lesson_blocks(lesson), data=None))
    place = folder / "lesson.md"
    try:
        place.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        place.unlink(missing_ok=True)
        listener.notice(f"the lesson is not kept: {from_os_error(error, f'`{place.name}`').in_one_line()}")


def _trained(
    dataset: Dataset, network: NetworkOptions, rows: RowOptions, protocol: ProtocolOptions, listener: Listener
) -> Evaluation:
    with listener.step("Loading PyTorch"):
        from modelpick.verbs.eval_rows import mlp_entry

        entry = mlp_entry(dataset, network, preprocessing=rows.preprocessing)
    from modelpick.data.guards.duplicates import duplicate_groups
    from modelpick.data.lesson_split import lesson_plan
    from modelpick.evaluation.metrics import chosen_metric
    from modelpick.evaluation.one_training import train_once
    from modelpick.models.torch_threads import one_torch_thread

    metric, why = chosen_metric(dataset.task, dataset.target, protocol.metric)
    plan = lesson_plan(dataset, protocol.splits.seed, alike=duplicate_groups(dataset))
    if network.early_stopping:  # the validation rows choose the epoch, so that the model knows them
        plan = replace(plan, rest=np.union1d(plan.splits[0].train, plan.splits[0].validation))
    with listener.step("Training the network"), one_torch_thread():
        return train_once(dataset, entry, plan, metric=metric, metric_reason=why, pin=one_torch_thread)


def _difference(before: Any, after: Any, rows: Any) -> float:
    """The largest difference of two models' answers."""
    from modelpick.data.threads import one_thread

    with one_thread():
        if before.task == "classification":
            return float(np.abs(before.predict_proba(rows) - after.predict_proba(rows)).max())
        return float(np.abs(before.predict(rows) - after.predict(rows)).max())


def _answer(dataset: Dataset, row: int, folder: Path, listener: Listener) -> tuple[str, str | None, PredictResult]:
    """The course's flower, or an untouched row of other data: as typed, its truth, and the answer from the folder."""
    from modelpick.data.cells import cell_text, row_line
    from modelpick.data.table import Table as Rows
    from modelpick.data.texts import Texts
    from modelpick.verbs.predict import predict

    if dataset.path == "iris" and isinstance(dataset.features, Rows) and len(dataset.features.names) == 4:
        return FLOWER.replace(",", ", "), None, predict(folder.absolute(), row=FLOWER, listener=listener)
    truth = cell_text(dataset.target[row])
    if isinstance(dataset.features, Rows):
        typed = row_line(dataset.features, row)
        return typed, truth, predict(folder.absolute(), row=typed, listener=listener)
    if isinstance(dataset.features, Texts):
        typed = " ".join(dataset.features.values[row].split())
        return typed[:200], truth, predict(folder.absolute(), row=dataset.features.values[row], listener=listener)
    path = dataset.features.take([row]).paths[0]
    return path, truth, predict(folder.absolute(), input=path, listener=listener)


def _files(folder: Path) -> list[tuple[str, int, str, str]]:
    from hashlib import sha256

    from modelpick.models.checkpoint import CONFIG, PREPROCESSING, WEIGHTS

    holds = {
        WEIGHTS: "weights and biases",
        PREPROCESSING: "what preprocessing learned, in words and numbers",
        CONFIG: "the network's shape, its options, and the sha256 of the others",
    }
    return [
        (name, len(content), sha256(content).hexdigest(), what)
        for name, what in holds.items()
        for content in [(folder / name).read_bytes()]
    ]


def _bundled() -> tuple[str, ...]:
    from modelpick.data.readers.bundled import BUNDLED

    return tuple(BUNDLED)
