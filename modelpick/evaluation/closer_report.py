"""A closer look at one candidate as blocks of a report, and in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from modelpick.document import Block, Cell, Chart, Heading, Series, Table, Text, Tone
from modelpick.evaluation.closer import CloserLook
from modelpick.evaluation.mistakes import Mistake
from modelpick.evaluation.wording import number_shown, percent_shown, rows_are, rows_counted

_MATRIX_CLASSES = 12
_SHOWN_COLUMNS = 20
_SHOWN_VALUES = 6
_BAR = 20
_CELL = 60
_MOST_POINTS = 2_000


def closer_blocks(look: CloserLook) -> Iterator[Block]:
    """All of it."""
    yield Heading(f"A closer look at {look.name}")
    yield Text(
        f"By what it answered in the comparison for {rows_counted(look.rows)}, {_tested(look)} by a model that had not "
        "seen it."
    )
    if look.given.task == "classification":
        yield from _confusion(look)
        yield from _calibration(look)
    else:
        yield Heading("Answers against the truth", level=3)
        yield truth_chart(look)
    yield from _importances(look)
    yield from _mistakes(look)


def closer_lines(look: CloserLook) -> Iterator[Text]:
    """The gist, a line each."""
    if look.given.task == "classification":
        yield Text(_mistaken(look), item=True)
        if look.confused:
            true, answered, count, total = look.confused[0]
            often = percent_shown(count / total)
            yield Text(f"Most confused: `{true}` is answered as `{answered}` in {often}.", item=True)
        if look.bins:
            yield Text(_sure(look), item=True)
    elif look.mistakes:
        worst = look.mistakes[0]
        yield Text(
            f"Farthest off: row {worst.place}, {float(worst.truth):,.10g} in truth, is answered as "
            f"{float(worst.answer):,.10g}.",
            item=True,
        )
    told = [found.column for found in look.importances if found.loss > 2 * found.spread and found.loss > 0][:3]
    if told:
        yield Text(f"It looks most at {', '.join(f'`{name}`' for name in told)}.", item=True)


def _tested(look: CloserLook) -> str:
    """How often each row was tested: splits that are drawn anew take some rows more often than others."""
    times = np.unique(look.given.rows, return_counts=True)[1]
    least, most = int(times.min()), int(times.max())
    if least != most:
        return f"each tested {least:,} to {most:,} times"
    return "each tested once" if most == 1 else f"each tested {most:,} times"


def _mistaken(look: CloserLook) -> str:
    return f"{look.mistaken:,} of {rows_are(look.rows)} answered wrongly most of the time."


# --- classes ---


def _confusion(look: CloserLook) -> Iterator[Block]:
    yield Heading("Which class is taken for which", level=3)
    classes = look.given.classes
    if look.counts is not None and len(classes) <= _MATRIX_CLASSES:
        counts = look.counts if look.counts[:, -1].any() else look.counts[:, :-1]
        names = (*classes, "another class")[: counts.shape[1]]
        columns = ("true, and answered as", *names, "right")
        rows: list[tuple[str | Cell, ...]] = []
        for i, label in enumerate(classes):
            total = int(counts[i].sum())
            cells = [Cell(f"{n:,}", _tone(i == j, int(n))) for j, n in enumerate(counts[i])]
            rows.append((label, *cells, percent_shown(counts[i, i] / total) if total else ""))
        yield Table(columns, tuple(rows), right=columns[1:])
        return
    if not look.confused:
        yield Text("No answer was wrong.")
        return
    pairs = tuple((t, a, f"{n:,}", percent_shown(n / total)) for t, a, n, total in look.confused)
    yield Table(("true", "answered as", "answers", "of that class"), pairs, right=("answers", "of that class"))


def _tone(diagonal: bool, count: int) -> Tone:
    if not count:
        return Tone.MUTED
    return Tone.GOOD if diagonal else Tone.BAD


def _sure(look: CloserLook) -> str:
    answers = sum(found.answers for found in look.bins)
    sure = sum(found.answers * found.sure for found in look.bins) / answers
    right = sum(found.answers * found.right for found in look.bins) / answers
    gap = sure - right
    how = "about as sure as it is right" if abs(gap) < 0.02 else "too sure of itself" if gap > 0 else "too unsure"
    return f"It is {how}: on average {percent_shown(sure)} sure, and {percent_shown(right)} right."


def _calibration(look: CloserLook) -> Iterator[Block]:
    if not look.bins:
        return
    yield Heading("Can its probabilities be trusted?", level=3)
    yield Text(_sure(look))
    columns = ("confidence", "answers", "sure on average", "right")
    rows = tuple(
        (f"{b.low:.1f} to {b.high:.1f}", f"{b.answers:,}", f"{b.sure:.3f}", f"{b.right:.3f}") for b in look.bins
    )
    yield Table(columns, rows, right=columns[1:])
    if len(look.bins) > 1:
        yield calibration_chart(look)


def calibration_chart(look: CloserLook) -> Chart:
    """How often answers of a confidence are right, beside what would be perfect."""
    sure = tuple(found.sure for found in look.bins)
    low = min(look.bins[0].low, *sure)
    return Chart(
        title=f"{look.name}: sure and right",
        x_label="confidence",
        y_label="share right",
        series=(
            Series("as sure as right", (low, 1.0), (low, 1.0)),
            Series(look.name, sure, tuple(found.right for found in look.bins)),
        ),
    )


# --- numbers ---


def truth_chart(look: CloserLook) -> Chart:
    """Each answer against its truth, beside the line on which answers are right; of very many some."""
    given, count = look.given, len(look.given)
    some = np.unique(np.linspace(0, count - 1, min(count, _MOST_POINTS)).astype(np.intp))
    truth, answers = given.truth[some], given.answers[some]
    low, high = float(truth.min()), float(truth.max())
    return Chart(
        title=f"{look.name}: answers against the truth",
        x_label="truth",
        y_label="answer",
        series=(
            Series(look.name, tuple(map(float, truth)), tuple(map(float, answers)), line=False),
            Series("right", (low, high), (low, high)),
        ),
    )


# --- columns and rows ---


def _importances(look: CloserLook) -> Iterator[Block]:
    if not look.importances:
        return
    yield Heading("What it looks at", level=3)
    classes = look.given.task == "classification"
    loss, score = ("log loss rises by", "accuracy falls by") if classes else ("RMSE rises by", "R2 falls by")
    most = max(found.loss for found in look.importances)
    rows = []
    for found in look.importances[:_SHOWN_COLUMNS]:
        length = round(_BAR * found.loss / most) if most > 0 else 0
        rows.append(
            (
                found.column,
                number_shown(found.loss),
                number_shown(found.spread),
                number_shown(found.score),
                "#" * max(0, length),
            )
        )
    columns = ("column", loss, "+-", score, "")
    yield Table(columns, tuple(rows), right=columns[1:4])
    if len(look.importances) > _SHOWN_COLUMNS:
        yield Text(f"And {len(look.importances) - _SHOWN_COLUMNS} more columns.", Tone.MUTED)
    few = " So few rows tell only the largest ones." if look.looked_at < 100 else ""
    yield Text(
        f"The saved model on {rows_counted(look.looked_at)} that stayed untouched, when a column's values are replaced "
        f"by those of rows drawn at random (+-: over the draws).{few} Columns that tell the same stand in for each "
        "other.",
        Tone.MUTED,
    )


def _mistakes(look: CloserLook) -> Iterator[Block]:
    classes = look.given.task == "classification"
    yield Heading("Wrong cases to look at" if classes else "Rows that are farthest off", level=3)
    if not look.mistakes:
        yield Text("None: every row is answered rightly most of the time.")
        return
    if classes:
        yield Text(
            f"{_mistaken(look)} First those of which it is most sure. Is the row odd, is its label wrong, or does the "
            "model lack a column that tells?"
        )
        columns: tuple[str, ...] = ("row", "true", "answered as", "sure", "wrong", "values")
    else:
        columns = ("row", "truth", "answered", "error", "values")
    rows = [_mistake(m, classes) for m in look.mistakes]
    if not any(m.values for m in look.mistakes):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    yield Table(
        columns, tuple(rows), right=tuple(name for name in columns if name in ("sure", "truth", "answered", "error"))
    )


def _mistake(m: Mistake, classes: bool) -> tuple[str | Cell, ...]:
    if not classes:
        error = "" if m.error is None else f"{float(f'{m.error:.4g}'):+,.10g}"
        return m.place, f"{float(m.truth):,.10g}", f"{float(m.answer):,.10g}", error, _values(m)
    sure = "" if m.sure is None else f"{m.sure:.3f}"
    return m.place, m.truth, Cell(m.answer, Tone.BAD), sure, f"{m.wrong} of {m.tested}", _values(m)


def _values(mistake: Mistake) -> str:
    cells = list(mistake.values.items())
    if len(cells) == 1:
        return cells[0][1]
    told = ", ".join(f"{name} {_cut(value)}" for name, value in cells[:_SHOWN_VALUES])
    return told + (", ..." if len(cells) > _SHOWN_VALUES else "")


def _cut(value: str) -> str:
    return (value if len(value) <= _CELL else value[: _CELL - 3] + "...") or "(empty)"
