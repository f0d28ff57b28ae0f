"""The middle of `evaluate`: what takes part is trained and compared, judged and saved."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from modelpick.errors import ModelpickError, UsageError
from modelpick.progress import Listener
from modelpick.verbs.eval_options import ROWS, Keeping, ProtocolOptions, RowOptions, check_row
from modelpick.verbs.eval_result import Bar, EvalResult, judge_bar

if TYPE_CHECKING:
    from modelpick.data.candidate import Entry
    from modelpick.data.dataset import Dataset
    from modelpick.evaluation.protocol import Evaluation
    from modelpick.models.options import NetworkOptions
    from modelpick.verbs.pictures import Pictures


def trained_and_kept(
    dataset: Dataset,
    network: NetworkOptions,
    rows: RowOptions,
    protocol: ProtocolOptions,
    keeping: Keeping,
    splits_by: Mapping[str, object],
    listener: Listener,
) -> EvalResult:
    """The comparison, judged and saved; trainings that take long leave states to go on from."""
    from modelpick.evaluation.workers import free_cores, workers_ahead
    from modelpick.models.unfinished import states_of
    from modelpick.render.artist import artist_ahead
    from modelpick.verbs.eval_rows import asked_of, pays_ahead, trained_rows, tuning_of
    from modelpick.verbs.pictures import Pictures

    splits, place, asked = protocol.splits, keeping.place(dataset.name), None
    if rows.archs or rows.finetune:
        asked = asked_of(dataset, network, rows, splits, **splits_by)
    resumed = keeping.resumed
    processes = free_cores() if protocol.jobs is None else protocol.jobs
    with (
        states_of(resumed or place, asked, resumed=resumed is not None, listener=listener) as states,
        artist_ahead(processes > 1) as artist,
    ):
        rows = replace(rows, keep_in=states.folder)
        rows = replace(rows, tuning=tuning_of(network, rows))
        with workers_ahead(processes) if pays_ahead(dataset, rows, splits) else nullcontext(0) as ahead:
            trained = trained_rows(dataset, network, rows, listener)
            evaluation, refused = _compare(dataset, trained, rows, protocol, ahead, listener)
        bar = None if rows.must_beat is None else judge_bar(evaluation, rows.must_beat)
        result = _keep(evaluation, place, keeping, network.device, bar, refused, Pictures(artist), listener)
        states.complete = not evaluation.interrupted and result.unwritten is None
    return result


def _compare(
    dataset: Dataset,
    trained: list[Entry],
    rows: RowOptions,
    protocol: ProtocolOptions,
    ahead: int,
    listener: Listener,
) -> tuple[Evaluation, dict[str, ModelpickError]]:
    """The comparison with the given models; those that were refused stand in it with their reason."""
    from modelpick.data.guards.duplicates import duplicate_groups
    from modelpick.data.plan import plan
    from modelpick.evaluation.metrics import chosen_metric
    from modelpick.evaluation.protocol import CandidateResult, run
    from modelpick.models.torch_threads import one_torch_thread
    from modelpick.verbs.given_models import given_models

    metric, why = chosen_metric(dataset.task, dataset.target, protocol.metric)
    given, known = given_models(
        rows.models,
        dataset,
        taken=(*ROWS, *rows.archs),
        allow_rejected=rows.allow_rejected,
        endpoint=rows.endpoint,
        options=rows,
        listener=listener,
    )
    taking_part = [*trained, *(model.entry for model in given if model.error is None)]
    if not taking_part:
        raise UsageError("nothing is left to compare", "leave one of `--without` out")
    if rows.must_beat is not None:
        check_row("--must-beat", rows.must_beat, [entry.name for entry in taking_part])
    heavy = any(not e.fixed and (e.kind == "architecture" or e.way == "finetune") for e in taking_part)
    planned = plan(dataset, protocol.splits, alike=duplicate_groups(dataset), known=known, heavy=heavy)
    with one_torch_thread():
        evaluation = run(
            dataset,
            taking_part,
            planned,
            metric=metric,
            metric_reason=why,
            jobs=protocol.jobs,
            ahead=ahead,
            pin=one_torch_thread,
            listener=listener,
        )
    if evaluation.interrupted and evaluation.best is None:
        raise KeyboardInterrupt
    refused = {model.entry.name: model.error for model in given if model.error is not None}
    for name, error in refused.items():
        listener.notice(f"`{name}` takes no part: {error.in_one_line()}")
    refusals = [(model.entry, model.error) for model in given if model.error is not None]
    more = [CandidateResult(entry=entry, error=error.in_one_line()) for entry, error in refusals]
    return replace(evaluation, results=(*evaluation.results, *more)), refused


def _keep(
    evaluation: Evaluation,
    place: Path,
    keeping: Keeping,
    device: str,
    bar: Bar | None,
    refused: Mapping[str, ModelpickError],
    pictures: Pictures,
    listener: Listener,
) -> EvalResult:
    """Saves the run and says what to type next; where it cannot be written, the comparison is told all the same."""
    from modelpick.data.new_rows import row_option
    from modelpick.models.devices import devices_said
    from modelpick.models.run_folder import shown, typed
    from modelpick.verbs.run_writer import look_closer, write_or_tell

    closer = look_closer(evaluation, pictures)
    large = any(r.entry.kind in ("architecture", "pretrained") for r in evaluation.results if r.error is None)
    used = devices_said(device, large)
    written, unwritten = write_or_tell(
        evaluation, place, keeping, device=used, bar=bar, closer=closer, pictures=pictures, listener=listener
    )
    folder, advice = written.folder, None
    if written.saved:
        row = row_option(evaluation.dataset.features, int(evaluation.plan.test[0]))
        advice = f"modelpick predict {typed(folder)} {row}"
    return EvalResult(
        evaluation=evaluation,
        run_dir=None if unwritten is not None else shown(folder),
        saved=written.saved,
        device=used,
        created=keeping.created,
        bar=bar,
        refused=refused,
        closer=closer,
        next=advice,
        unwritten=unwritten,
    )
