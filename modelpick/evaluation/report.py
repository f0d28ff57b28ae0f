"""A comparison as a report for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from modelpick.document import Block, Cell, Chart, Document, Heading, Series, Table, Text, Tone
from modelpick.evaluation.comparison import Comparison, comparisons, estimates, protocol_reason
from modelpick.evaluation.contract import Saved, contract, versions
from modelpick.evaluation.metrics import Metric, metrics_of
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.evaluation.statistics import Estimate

_FEW_ROWS = 1000
"""Of a test part: Wilson's interval of a share is wider than 6 points below."""


def document(
    evaluation: Evaluation,
    *,
    run_dir: str | None = None,
    saved: Mapping[str, Saved] | None = None,
    device: str | None = None,
) -> Document:
    """The report.

    Args:
        run_dir: Of the run, as it is shown to the user; None where nothing was saved.
        saved: Name of a candidate -> where it lies.
        device: On which the networks were trained.
    """
    compared = comparisons(evaluation)
    places = saved or {}
    return Document(
        blocks=tuple(_blocks(evaluation, compared, places, run_dir, device)),
        data=contract(evaluation, compared, places, run_dir, device),
        quiet=(run_dir,) if run_dir else (),
    )


def _blocks(
    evaluation: Evaluation,
    compared: Sequence[Comparison],
    saved: Mapping[str, Saved],
    run_dir: str | None,
    device: str | None,
) -> Iterator[Block]:
    dataset = evaluation.dataset
    yield Heading(f"{dataset.name}: {dataset.task} of `{dataset.target_name}`", level=1)
    for note in dataset.notes:
        yield Text(note, item=True)
    for finding in dataset.findings:
        yield Text(f"{finding.message}: {finding.remediation}", Tone.WARN, item=True)
    steps = next((r.form.preprocessing.describe() for r in evaluation.results if r.form is not None), ())
    if steps:
        yield Heading("Preprocessing, learned from the training rows alone")
        for step in steps:
            yield Text(step, item=True)
    yield Heading("Results")
    yield Text(protocol_reason(evaluation))
    yield results_table(evaluation)
    yield from _remarks(evaluation)
    if compared:
        yield Heading("Is the difference real?")
        yield comparison_table(evaluation, compared)
        yield Text(
            "Corrected resampled t test on the differences over the splits; p adjusted for all rows (Holm).", Tone.MUTED
        )
    yield from charts(evaluation)
    yield from _test_part(evaluation)
    yield from _provenance(evaluation, saved, run_dir, device)


def results_table(evaluation: Evaluation) -> Table:
    """The candidates, best first, with the mean of each metric and the interval of the main one."""
    main = evaluation.metric
    others = [metric for metric in metrics_of(evaluation.dataset.task) if metric is not main]
    columns = ("model", main.title, "95 % interval", *(m.title for m in others), "fit", "per row", "parameters")
    rows = []
    for result in evaluation.ranked:
        found = estimates(evaluation, result)
        tone = Tone.GOOD if result.entry.name == evaluation.best else Tone.PLAIN
        unknown = Estimate(mean=math.nan, std=None, ci95=None)
        estimate = found.get(main.name, unknown)
        cells: list[str | Cell] = [Cell(result.entry.name, tone), Cell(_shown(estimate.mean), tone)]
        cells.append(_interval(estimate.ci95))
        cells += [_shown(found.get(metric.name, unknown).mean) for metric in others]
        cells.append(_about(result.fit_seconds, "s"))
        cells.append(_about(result.predict_us_per_sample, "µs"))
        cells.append("" if result.parameters is None else f"{result.parameters:,}")
        rows.append(tuple(cells))
    return Table(columns=columns, rows=tuple(rows), right=columns[1:])


def comparison_table(evaluation: Evaluation, compared: Sequence[Comparison]) -> Table:
    """Each comparison with its size, its interval and what may be said."""
    tones = {"better": Tone.GOOD, "worse": Tone.BAD, "no clear difference": Tone.MUTED}
    metric, test_rows = evaluation.metric, len(evaluation.splits[0].test)
    columns = ("model", "against", f"difference in {metric.title}", "95 % interval", "p", "verdict")
    rows = []
    for c in compared:
        size = _signed(c.difference.mean)
        if metric.counts_rows:
            size += f" ({c.difference.mean * test_rows:+.1f} of {test_rows} rows)"
        p = "" if c.p is None else "<0.001" if c.p < 0.001 else f"{c.p:.3f}"
        words = c.verdict if c.p is not None or c.difference.mean else "no difference seen"
        rows.append((c.candidate, c.baseline, size, _interval(c.difference.ci95), p, Cell(words, tones[c.verdict])))
    return Table(columns=columns, rows=tuple(rows), right=columns[2:5])


def charts(evaluation: Evaluation) -> Iterator[Chart]:
    """The score of each network by epoch, in the first split: of training and of validation rows."""
    score = "accuracy" if evaluation.dataset.task == "classification" else "R2"
    for result in evaluation.results:
        if len(result.history) < 2:
            continue
        epochs = tuple(float(record.epoch) for record in result.history)
        series = [Series("training", epochs, tuple(record.train_score for record in result.history))]
        held = [(float(r.epoch), r.validation_score) for r in result.history if r.validation_score is not None]
        if held:
            series.append(Series("validation", tuple(x for x, _ in held), tuple(y for _, y in held)))
        yield Chart(title=f"{result.entry.name}, split 1", x_label="epoch", y_label=score, series=tuple(series))


def _fate(result: CandidateResult) -> str:
    refused = result.entry.fixed and not result.scores
    return "took no part" if refused else "did not finish"


def _remarks(evaluation: Evaluation) -> Iterator[Text]:
    for result in evaluation.results:
        if result.error is not None:
            yield Text(f"{result.entry.name} {_fate(result)}: {result.error}", Tone.BAD, item=True)
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
    metrics, rows = metrics_of(evaluation.dataset.task), len(evaluation.splits[0].test)
    yield Heading("What is saved, on rows that it never saw")
    fixed = any(result.entry.fixed for result in tested)
    few = " So few rows decide nothing: choose by the table above." if rows < _FEW_ROWS else ""
    yield Text(
        f"Trained again on all {len(evaluation.final_rows)} rows outside the first test part"
        f"{' (a given model is taken as it is)' if fixed else ''}, and measured on its {_counted(rows)}.{few}"
    )
    columns = ("model", *(column for m in metrics for column in _test_columns(m)))
    table_rows = []
    for result in tested:
        cells = [result.entry.name]
        for metric in metrics:
            measured = (result.test or {})[metric.name]
            cells.append(_shown(measured.value))
            if metric.counts_rows:
                cells.append(_interval(measured.ci95))
        table_rows.append(tuple(cells))
    yield Table(columns=columns, rows=tuple(table_rows), right=columns[1:])


def _test_columns(metric: Metric) -> tuple[str, ...]:
    return (metric.title, "95 % interval (Wilson)") if metric.counts_rows else (metric.title,)


def _provenance(
    evaluation: Evaluation, saved: Mapping[str, Saved], run_dir: str | None, device: str | None
) -> Iterator[Text]:
    unsaved = [r.entry.name for r in evaluation.results if r.entry.name not in saved and not r.entry.fixed]
    if run_dir is not None:
        yield Text(f"Saved in {run_dir}: {', '.join(saved) or 'no model'}.")
        if unsaved:
            yield Text(f"Not saved: {', '.join(unsaved)}.")
    seeds = ", ".join(str(split.seed) for split in evaluation.splits)
    used = ", ".join(f"{package} {number}" for package, number in versions().items())
    where = f" on {device}" if device else ""
    yield Text(
        f"Data sha256 {evaluation.dataset.fingerprint[:16]}; seeds {seeds}; {used}; {evaluation.seconds:.1f} s{where}.",
        Tone.MUTED,
    )


def _counted(rows: int) -> str:
    return "one row" if rows == 1 else f"{rows} rows"


def _about(value: float | None, unit: str) -> str:
    """Two digits, for more would not come again: `0.0021 s`, `110 s`."""
    return "" if value is None else f"{float(f'{value:.2g}'):,.10g} {unit}"


def _shown(value: float | None) -> str:
    """Three decimals below 10, three digits below 0.01, else four digits; nothing where it cannot be told."""
    if value is None or not math.isfinite(value):
        return ""
    if 0 < abs(value) < 0.01:
        return f"{value:.3g}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.{max(0, 3 - int(np.log10(abs(value))))}f}"


def _signed(value: float) -> str:
    return f"+{_shown(value)}" if value > 0 else _shown(value)


def _interval(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"{_shown(bounds[0])} to {_shown(bounds[1])}"
