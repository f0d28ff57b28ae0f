"""What a screen shows of a comparison: what a person needs first. The whole report is `report.document`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from modelpick.document import Block, Cell, Heading, Table, Text, Tone
from modelpick.evaluation.advice import advice
from modelpick.evaluation.closer import CloserLook
from modelpick.evaluation.closer_report import closer_lines
from modelpick.evaluation.comparison import Comparison, comparisons, estimates
from modelpick.evaluation.contract import Saved, preprocessing_steps
from modelpick.evaluation.protocol import Evaluation
from modelpick.evaluation.report import FEW_ROWS, UNKNOWN, data_blocks, provenance, remarks, saved_words
from modelpick.evaluation.wording import interval_shown, number_shown, rows_counted, size_shown, time_shown


def first_blocks(
    evaluation: Evaluation,
    *,
    run_dir: str | None,
    saved: Mapping[str, Saved],
    device: str | None,
    closer: CloserLook | None,
) -> list[Block]:
    """Advice, data, leaderboard, the gist of the rest; the arguments are those of `report.document`."""
    dataset, compared = evaluation.dataset, comparisons(evaluation)
    advised = advice(evaluation, compared)
    blocks: list[Block] = [
        Heading(f"{dataset.name}: {dataset.task} of `{dataset.target_name}`", level=1),
        Text(advised.text, Tone.STRONG if advised.take is not None else Tone.WARN),
        *data_blocks(evaluation),
        *(Text(step, item=True) for step in preprocessing_steps(evaluation)),
        Heading("Results"),
        Text(f"{evaluation.plan.rule} {evaluation.plan.reason}"),
    ]
    if evaluation.metric_reason:
        blocks.append(Text(f"Ranked by {evaluation.metric.title}: {evaluation.metric_reason}."))
    blocks.append(leaderboard(evaluation, compared, saved))
    if any(c.candidate == evaluation.best and c.verdict != "better" for c in compared):
        blocks.append(Text("Unclear: no clear difference to the best; it may be luck.", Tone.MUTED))
    blocks += remarks(evaluation)
    blocks += _untouched(evaluation)
    if closer is not None:
        whose = f"{closer.name}, which `predict` takes" if closer.name in saved else closer.name
        blocks += [Heading(f"A closer look at {whose}"), *closer_lines(closer)]
    blocks += [Heading("The run"), *saved_words(evaluation, saved, run_dir), provenance(evaluation, device)]
    return blocks


def leaderboard(evaluation: Evaluation, compared: Sequence[Comparison], saved: Mapping[str, Saved]) -> Table:
    """The candidates, best first: quality with its interval, what may be said against the best, time, size."""
    best, metric = evaluation.best, evaluation.metric
    verdicts = {c.baseline: c for c in compared if c.candidate == best}
    against = "against the best"
    columns = ("model", metric.title, "95 % interval", against, "fit", "per row", "parameters", "saved")
    rows = []
    for result in evaluation.ranked:
        name = result.entry.name
        tone = Tone.GOOD if name == best else Tone.PLAIN
        estimate = estimates(evaluation, result).get(metric.name, UNKNOWN)
        place, found = saved.get(name), verdicts.get(name)
        said = Cell("best", Tone.GOOD) if name == best else Cell("")
        if found is not None:
            said = Cell("worse", Tone.BAD) if found.verdict == "better" else Cell("unclear", Tone.MUTED)
        rows.append(
            (
                Cell(name, tone),
                Cell(number_shown(estimate.mean), tone),
                interval_shown(estimate.ci95),
                said,
                time_shown(result.fit_seconds, "s"),
                time_shown(result.predict_us_per_sample, "µs"),
                "" if result.parameters is None else f"{result.parameters:,}",
                "" if place is None else size_shown(place.bytes),
            )
        )
    return Table(columns=columns, rows=tuple(rows), right=tuple(c for c in columns[1:] if c != against))


def _untouched(evaluation: Evaluation) -> Iterator[Text]:
    """What the saved models do on the untouched rows, in a line."""
    metric, rows = evaluation.metric, len(evaluation.plan.test)
    measured = [
        (result.entry.name, value)
        for result in evaluation.ranked
        if result.test is not None and (value := result.test.get(metric.name)) is not None
    ]
    if not measured:
        return
    told = ", ".join(f"{name} {number_shown(value.value)}" for name, value in measured)
    bounds = interval_shown(measured[0][1].ci95)
    width = f" (that of {measured[0][0]} lies in {bounds})" if bounds else ""
    few = ": too few to choose by" if rows < FEW_ROWS else ""
    yield Text(f"On the {rows_counted(rows)} untouched to the end, {metric.title}: {told}{width}{few}.")
