"""Guards of the column that is the answer, or nearly so: what it removes of the error all by itself.

The bounds were tried on 22 tables: honest columns reach 0.97 (the smell of a mushroom), leaks begin at 0.98. Equality
with the target, or a correlation of 0.85 to 0.95 as other tools take it, is too late or too eager. A column that passes
them and is not made from a numeric target (last year's value of the same quantity) is doubtful: it warns.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np

from modelpick.data.guards.association import errors_removed, rank_correlations
from modelpick.data.guards.exactness import is_exact
from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.ids import TIME_WORDS, words_of
from modelpick.data.guards.view import View
from modelpick.data.table import Column, listed
from modelpick.findings import Finding, Severity

TELLS_ALL = 0.98
_TELLS_MUCH = 0.8
_STANDS_OUT = 0.5
"""It leaves at most this share of the error that the next best column leaves."""
_MOST_BANDS, _LEAST_OF_BAND = 100, 10
_LEAST_ROWS = 30
"""With fewer rows some column tells all of them by chance."""


def strengths(view: View) -> dict[str, tuple[float, float]]:
    """Column -> (share of the error that it removes, absolute rank correlation), of all columns, those kept out too."""
    known: dict[str, tuple[float, float]] | None = view.memo.get("strengths")
    if known is None:
        correlations = rank_correlations(view, view.columns)
        removed = errors_removed(view, view.columns)
        names = dict.fromkeys([*removed, *correlations])
        known = view.memo["strengths"] = {
            name: (removed.get(name, 0.0), abs(correlations.get(name, 0.0))) for name in names
        }
    return known


def _answers(view: View) -> list[Column]:
    if view.dataset.rows < _LEAST_ROWS:
        return []
    strong = strengths(view)
    return [c for c in view.columns if max(strong.get(c.name, (0.0, 0.0))) >= TELLS_ALL or c.name in cut_from(view)]


def cut_from(view: View) -> frozenset[str]:
    """Columns whose values are intervals of a numeric target: deciles, bands, `above the median`.

    Each value stands for a stretch of the target in which no other value comes.
    """
    if "cut" not in view.memo:
        regression = view.dataset.task == "regression"
        view.memo["cut"] = frozenset(c.name for c in view.columns if regression and _is_cut(c, view))
    found: frozenset[str] = view.memo["cut"]
    return found


def _is_cut(column: Column, view: View) -> bool:
    values, y = view.values(column), view.target[view.scanned]
    if not 2 <= values.distinct <= min(_MOST_BANDS, len(y) // _LEAST_OF_BAND) or values.present < len(y):
        return False
    sizes = np.bincount(values.codes)
    if len(y) - sizes.max() < _LEAST_OF_BAND:
        return False
    low, high = np.full(values.distinct, np.inf), np.full(values.distinct, -np.inf)
    np.minimum.at(low, values.codes, y)
    np.maximum.at(high, values.codes, y)
    order = np.lexsort((high, low))
    return bool((high[order][:-1] <= low[order][1:]).all()) and bool((high > low).any())


def _say_answer(view: View) -> Iterator[Finding]:
    """Columns with which nothing is left to learn. Where one is the only column, that is what the user wants."""
    found = _answers(view)
    seen = [column for column in found if column.name not in view.kept_out]
    out = [column for column in found if column.name in view.kept_out]
    target = view.dataset.target_name
    if out:
        which = listed([column.name for column in out])
        message = (
            f"kept out in any case: {which} give{'s' * (len(out) == 1)} `{target}` away (`{out[0].name}` "
            f"{_how(out[0], view)})"
        )
        advice = "leave it out for good: what is only known with the answer cannot be used to predict it"
        yield finding("answer-column", Severity.LOW, message, advice, [view.evidence(c, (0, 1, 2)) for c in out])
    if not seen or len(view.seen) == 1:
        return
    if view.dataset.task == "regression" and any(_is_time(column) for column in seen):
        message = f"{_gives_away(seen, view)}; the target follows time so smoothly that all that rises with it tells it"
        advice = (
            "rows drawn at random are too easy here: give the column of time, `--time COLUMN`, and trust that score"
        )
        yield finding("answer-column", Severity.MEDIUM, message, advice, [view.evidence(c, view.head) for c in seen])
        return
    sure = [column for column in seen if _is_made_from_target(column, view)]
    if sure:
        names = [column.name for column in sure]
        advice = (
            f"leave {'them' if len(sure) > 1 else 'it'} out, {view.drop_options(names)}; if known before the answer "
            "is, `--allow answer-column`"
        )
        evidence = [view.evidence(c, view.head) for c in sure]
        yield finding("answer-column", Severity.HIGH, _gives_away(sure, view), advice, evidence)
    if len(sure) < len(seen):
        yield _doubtful([column for column in seen if column not in sure], view)


def _gives_away(columns: list[Column], view: View) -> str:
    names, target = [column.name for column in columns], view.dataset.target_name
    many = len(names) > 1
    told = f"column{'s' * many} {listed(names)} give{'s' * (not many)} `{target}` away"
    others = ("", ", and the other likewise", ", and the others likewise")[min(len(names), 3) - 1]
    return f"{told}: `{names[0]}` {_how(columns[0], view)}{others}"


def _is_made_from_target(column: Column, view: View) -> bool:
    """Always where the target is a class: one value out of a few is no coincidence, where a number may run along."""
    return view.dataset.task == "classification" or column.name in cut_from(view) or is_exact(column, view)


def _doubtful(columns: list[Column], view: View) -> Finding:
    """What tells nearly all of a numeric target and is not made from it."""
    names, target = [column.name for column in columns], view.dataset.target_name
    many, first = len(names) > 1, columns[0]
    message = (
        f"`{names[0]}` {_how(first, view)}{f', and {listed(names[1:])} likewise' if many else ''}, without being made "
        f"from `{target}`: it may be the same quantity at another time, or what it belongs to"
    )
    advice = f"if known before the answer is, {'they' if many else 'it'} may stay, as the forecast to beat"
    if first.values.dtype == object:
        advice = f"rows of one `{first.name}` are alike: `--group {shlex.quote(first.name)}` keeps them on one side"
    advice += f"; else {view.drop_options(names)}"
    evidence = [view.evidence(column, view.head) for column in columns]
    return finding("answer-column", Severity.MEDIUM, message, advice, evidence)


def _is_time(column: Column) -> bool:
    return column.kind == "date" or bool(words_of(column.name) & TIME_WORDS - {"age"})


def _how(column: Column, view: View) -> str:
    removed, correlation = strengths(view)[column.name]
    if column.name in cut_from(view):
        return "is cut from it: each of its values is an interval of the target"
    if removed >= TELLS_ALL:
        return f"alone removes {100 * removed:.0f} % of the error"
    return f"has a rank correlation of {correlation:.3f} with it"


def _say_strong(view: View) -> Iterator[Finding]:
    """A column that tells much and stands out: honest as a rule, and worth a thought."""
    strong = strengths(view)
    columns = [c for c in view.seen if c.name in strong]
    if len(view.seen) == 1 or view.dataset.rows < _LEAST_ROWS or not columns:
        return
    columns.sort(key=lambda c: -strong[c.name][0])
    best, removed = columns[0], strong[columns[0].name][0]
    second = strong[columns[1].name][0] if len(columns) > 1 else 0.0
    if not _TELLS_MUCH <= removed < TELLS_ALL or 1 - removed > _STANDS_OUT * (1 - second) or best.kind == "text":
        return
    message = f"`{best.name}` alone removes {100 * removed:.0f} % of the error in `{view.dataset.target_name}`"
    advice = "make sure that it is known before the answer is"
    yield finding("strong-column", Severity.INFO, message, advice, [view.evidence(best, view.head)])


ANSWER_COLUMN = Guard(id="answer-column", severity=Severity.HIGH, run=_say_answer)
STRONG_COLUMN = Guard(id="strong-column", severity=Severity.INFO, run=_say_strong)
