"""A comparison as a report for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from modelpick.document import Block, Cell, Document, Heading, Table, Text, Tone
from modelpick.evaluation.advice import advice
from modelpick.evaluation.closer import CloserLook
from modelpick.evaluation.closer_report import closer_blocks
from modelpick.evaluation.comparison import Comparison, OnTheTestSet, comparisons, estimates, on_the_test_set
from modelpick.evaluation.contract import Saved, contract, preprocessing_steps, versions
from modelpick.evaluation.curves import curves
from modelpick.evaluation.metrics import Metric, metrics_of
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.evaluation.sizes import as_good_as_larger, as_good_words
from modelpick.evaluation.statistics import Estimate, holm
from modelpick.evaluation.wording import (
    interval_shown,
    more_rows_shown,
    number_shown,
    rows_counted,
    signed,
    size_shown,
    time_shown,
)
from modelpick.findings import Severity

FEW_ROWS = 1000
"""Of a test part: Wilson's interval of a share is wider than 6 points below."""

UNKNOWN = Estimate(mean=math.nan, std=None, ci95=None)
"""Of a metric that was not measured."""


def document(
    evaluation: Evaluation,
    *,
    run_dir: str | None = None,
    saved: Mapping[str, Saved] | None = None,
    device: str | None = None,
    closer: CloserLook | None = None,
) -> Document:
    """The report.

    Args:
        run_dir: Of the run, as it is shown to the user; None where nothing was saved.
        saved: Name of a candidate -> where it lies.
        device: On which the networks were trained.
        closer: At the candidate that `predict` takes.
    """
    compared = comparisons(evaluation)
    places = saved or {}
    look = None if closer is None else closer.to_dict()
    return Document(
        blocks=tuple(_blocks(evaluation, compared, places, run_dir, device, closer)),
        data={**contract(evaluation, compared, places, run_dir, device), "closer": look},
        quiet=(run_dir,) if run_dir else (),
    )


def _blocks(
    evaluation: Evaluation,
    compared: Sequence[Comparison],
    saved: Mapping[str, Saved],
    run_dir: str | None,
    device: str | None,
    closer: CloserLook | None,
) -> Iterator[Block]:
    dataset = evaluation.dataset
    yield Heading(f"{dataset.name}: {dataset.task} of `{dataset.target_name}`", level=1)
    advised = advice(evaluation, compared)
    yield Text(advised.text, Tone.STRONG if advised.take is not None else Tone.WARN)
    yield from data_blocks(evaluation)
    steps = preprocessing_steps(evaluation)
    if steps:
        yield Heading("Preprocessing, learned from the training rows alone")
        for step in steps:
            yield Text(step, item=True)
    yield Heading("Results")
    yield Text(f"{evaluation.plan.rule} {evaluation.plan.reason}")
    if evaluation.metric_reason:
        yield Text(f"Ranked by {evaluation.metric.title}: {evaluation.metric_reason}.")
    yield results_table(evaluation, saved)
    for words in as_good_words(as_good_as_larger(evaluation)):
        yield Text(words, Tone.STRONG, item=True)
    yield from remarks(evaluation)
    if len(metrics_of(dataset.task)) > 1:
        yield metrics_table(evaluation)
    if compared:
        yield from _is_it_real(evaluation, compared)
    yield from _trainings(evaluation)
    yield from _test_part(evaluation)
    if closer is not None:
        yield from closer_blocks(closer)
    yield from saved_words(evaluation, saved, run_dir)
    yield provenance(evaluation, device)


def data_blocks(evaluation: Evaluation) -> Iterator[Block]:
    """What was inferred about the data, and what the guards found."""
    yield Heading("The data")
    for note in evaluation.dataset.notes:
        yield Text(note, item=True)
    for finding in evaluation.dataset.findings:
        words = finding.message if finding.remediation is None else f"{finding.message}: {finding.remediation}"
        tone = Tone.WARN if finding.severity > Severity.INFO else Tone.PLAIN
        yield Text(words[:1].upper() + words[1:], tone, item=True)


def results_table(evaluation: Evaluation, saved: Mapping[str, Saved] | None = None) -> Table:
    """The candidates, best first: quality with its interval, time, size."""
    main = evaluation.metric
    columns = ("model", main.title, "95 % interval", "fit", "per row", "parameters", "saved size")
    rows = []
    for result in evaluation.ranked:
        tone = Tone.GOOD if result.entry.name == evaluation.best else Tone.PLAIN
        estimate = estimates(evaluation, result).get(main.name, UNKNOWN)
        place = (saved or {}).get(result.entry.name)
        rows.append(
            (
                Cell(result.entry.name, tone),
                Cell(number_shown(estimate.mean), tone),
                interval_shown(estimate.ci95),
                time_shown(result.fit_seconds, "s"),
                time_shown(result.predict_us_per_sample, "µs"),
                "" if result.parameters is None else f"{result.parameters:,}",
                "" if place is None else size_shown(place.bytes),
            )
        )
    return Table(columns=columns, rows=tuple(rows), right=columns[1:])


def metrics_table(evaluation: Evaluation) -> Table:
    """The mean of every other metric."""
    others = [metric for metric in metrics_of(evaluation.dataset.task) if metric is not evaluation.metric]
    columns = ("model", *(metric.title for metric in others))
    rows = []
    for result in evaluation.ranked:
        found = estimates(evaluation, result)
        rows.append((result.entry.name, *(number_shown(found.get(metric.name, UNKNOWN).mean) for metric in others)))
    return Table(columns=columns, rows=tuple(rows), right=columns[1:])


def _is_it_real(evaluation: Evaluation, compared: Sequence[Comparison]) -> Iterator[Block]:
    yield Heading("Is the difference real?")
    yield comparison_table(evaluation, compared)
    test = "Corrected resampled t test on the differences over the splits"
    if len(evaluation.splits) == 1:
        test = "McNemar's test (mid-p) on the rows of the single split" if evaluation.metric.counts_rows else ""
    adjusted = "p adjusted for all rows of this table (Holm)"
    if any(c.difference.ci95 for c in compared):
        adjusted += ", each interval for its own pair alone"
    yield Text(f"{test}; {adjusted}." if test else "A single split shows no spread: nothing can be told.", Tone.MUTED)
    best = evaluation.best
    for c in compared:
        if c.more_rows is not None and c.candidate == best:
            more = more_rows_shown(c.more_rows, grouped=evaluation.dataset.groups is not None)
            yield Text(f"{c.candidate} against {c.baseline}: you would need {more} to tell.", item=True)


def comparison_table(evaluation: Evaluation, compared: Sequence[Comparison]) -> Table:
    """Each comparison with its size, its interval and what may be said."""
    tones = {"better": Tone.GOOD, "worse": Tone.BAD, "no clear difference": Tone.MUTED}
    columns = ("model", "against", f"difference in {evaluation.metric.title}", "95 % interval", "p", "verdict")
    rows = []
    for c in compared:
        p = "" if c.p is None else "<0.001" if c.p < 0.001 else f"{c.p:.3f}"
        words = c.verdict if c.p is not None or c.difference.mean else "no difference seen"
        size, bounds = difference_words(evaluation, c), _bounds_words(evaluation, c)
        rows.append((c.candidate, c.baseline, size, bounds, p, Cell(words, tones[c.verdict])))
    return Table(columns=columns, rows=tuple(rows), right=columns[2:5])


def difference_words(evaluation: Evaluation, compared: Comparison) -> str:
    """The size of a difference: in points and in rows of those that were tested, or in the metric's unit."""
    mean, metric = compared.difference.mean, evaluation.metric
    if not metric.counts_rows:
        return signed(mean)
    points, rows = round(100 * mean, 1) + 0.0, round(mean * evaluation.plan.pool, 1) + 0.0  # no minus before a zero
    told = [f"{number:+,.1f}" if number else "0" for number in (points, rows)]
    return f"{told[0]} points ({told[1]} of {evaluation.plan.pool:,} rows)"


def _bounds_words(evaluation: Evaluation, compared: Comparison) -> str:
    """The interval of a difference in the unit of `difference_words`."""
    bounds = compared.difference.ci95
    if bounds is None or not evaluation.metric.counts_rows:
        return interval_shown(bounds)
    low, high = (f"{number:+,.1f}" if number else "0" for number in (round(100 * bound, 1) for bound in bounds))
    return f"{low} to {high}"


def _trainings(evaluation: Evaluation) -> Iterator[Block]:
    """Score and cost of each network by epoch, in the first split: of training and of validation rows."""
    drawn = [curves(result, evaluation.dataset.task) for result in evaluation.results]
    if any(drawn):
        yield Heading("Training by epoch")
    for charts in drawn:
        yield from charts


def _fate(result: CandidateResult) -> str:
    refused = result.entry.fixed and not result.scores
    return "took no part" if refused else "did not finish"


def remarks(evaluation: Evaluation) -> Iterator[Text]:
    """What went wrong, and what is worth a line."""
    notes: dict[str, list[str]] = {}
    for result in evaluation.results:
        if result.error is not None:
            yield Text(f"{result.entry.name} {_fate(result)}: {result.error}", Tone.BAD, item=True)
        elif result.entry.note:
            notes.setdefault(result.entry.note, []).append(result.entry.name)
    for note, names in notes.items():
        yield Text(f"{', '.join(names)}: {note}", item=True)
    for result in evaluation.results:
        if result.warned:
            fits = result.finished + (result.form is not None)
            yield Text(
                f"{result.entry.name} had not converged after its epochs in {result.warned} of {fits} fits.",
                Tone.MUTED,
                item=True,
            )
    if evaluation.interrupted:
        yield Text("The comparison was interrupted; what was finished stands here.", Tone.WARN, item=True)


def _test_part(evaluation: Evaluation) -> Iterator[Block]:
    tested = [result for result in evaluation.ranked if result.test is not None]
    if not tested:
        return
    metrics, rows = metrics_of(evaluation.dataset.task), len(evaluation.plan.test)
    yield Heading("The untouched rows, opened once")
    fixed = any(result.entry.fixed for result in tested)
    few = " So few rows decide nothing: choose by the table above." if rows < FEW_ROWS else ""
    given = " (a given model is taken as it is)" if fixed else ""
    yield Text(
        f"Trained again on {len(evaluation.final_rows):,} other rows{given}, and measured on the untouched "
        f"{rows_counted(rows)}.{few}"
    )
    shown = [m for m in metrics if m is evaluation.metric or m.name in _ON_THE_TEST_SET]
    columns = ("model", *(column for m in shown for column in _test_columns(m)))
    table_rows = []
    for result in tested:
        cells = [result.entry.name]
        for metric in shown:
            measured = (result.test or {}).get(metric.name)
            cells.append(number_shown(None if measured is None else measured.value))
            if metric.counts_rows:
                cells.append(interval_shown(None if measured is None else measured.ci95))
        table_rows.append(tuple(cells))
    yield Table(columns=columns, rows=tuple(table_rows), right=columns[1:])
    pairs = on_the_test_set(evaluation)
    if pairs:
        yield Text(_test_verdict(pairs, rows))


_ON_THE_TEST_SET = ("accuracy", "balanced_accuracy", "log_loss", "rmse", "r2")


def _test_verdict(pairs: Sequence[OnTheTestSet], rows: int) -> str:
    best = pairs[0].candidate
    clear = [
        pair for pair, p in zip(pairs, holm([pair.p for pair in pairs]), strict=True) if p is not None and p < 0.05
    ]
    if not clear:
        few = "One row is" if rows == 1 else f"{rows:,} rows are"
        return f"{few} too few to decide between {best} and the others (McNemar, mid-p)."
    told = ", ".join(
        f"{pair.baseline} ({pair.only_candidate} rows only {best} got right, {pair.only_baseline} only {pair.baseline})"
        for pair in clear
    )
    return f"Row by row {best} differs from {told} (McNemar, mid-p, adjusted)."


def _test_columns(metric: Metric) -> tuple[str, ...]:
    return (metric.title, "95 % interval (Wilson)") if metric.counts_rows else (metric.title,)


def saved_words(evaluation: Evaluation, saved: Mapping[str, Saved], run_dir: str | None) -> Iterator[Text]:
    """Where the models are saved, and which are not."""
    if run_dir is None:
        return
    unsaved = [r.entry.name for r in evaluation.results if r.entry.name not in saved and not r.entry.saved_before]
    where = "beside this report" if run_dir == "." else f"in {run_dir}"
    yield Text(f"Saved {where}: {', '.join(saved) or 'no model'}.")
    if unsaved:
        whole = [name for name in unsaved if (r := evaluation.result(name)) is not None and r.error is None]
        have = "it has" if len(unsaved) == 1 else "they have"
        why = f"; {have} no form that loads without running code" if whole == unsaved else ""
        if whole and not why:
            why = f" ({', '.join(whole)}: no form that loads without running code)"
        yield Text(f"Not saved: {', '.join(unsaved)}{why}.")


def provenance(evaluation: Evaluation, device: str | None) -> Text:
    """Data, seeds, versions, time."""
    seeds = ", ".join(map(str, evaluation.plan.seeds))
    used = ", ".join(f"{package} {number}" for package, number in versions().items())
    where = f" on {device}" if device else ""
    return Text(
        f"Data sha256 {evaluation.dataset.fingerprint[:16]}; seeds {seeds}; {used}; {evaluation.seconds:.1f} s{where}"
        f"{f', {evaluation.jobs} processes' if evaluation.jobs > 1 else ''}.",
        Tone.MUTED,
    )
