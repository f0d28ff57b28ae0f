"""Guards of columns that may give the target away: by being filled in at all, by their words, or by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from modelpick.data.guards.answer import TELLS_ALL, strengths
from modelpick.data.guards.association import Problem
from modelpick.data.guards.guard import Guard, finding
from modelpick.data.guards.ids import words_of
from modelpick.data.guards.view import FOLDS, View, missing
from modelpick.data.table import Column, listed
from modelpick.findings import Finding, Severity

_LEAST_ROWS = 10
_PURE, _CHANCE = 0.99, 1e-4
_MOST_TEXTS, _TEXT_ROWS = 2, 2000
_TEXT_TELLS = 0.8
_NAMED, _NAMED_RANK = 0.5, 0.7
_SERIES = 2

_DERIVED = words_of(
    "rank ranking percentile quantile quartile decile quintile score scored predicted prediction pred "
    "prob probability proba label target outcome encoded"
)
_ANY = words_of("column col field variable var feature attribute attr value unnamed the of and")
"""Words that two names may share by chance: tables without a header name all their columns alike."""
_PERCENTILE = re.compile(
    r"(?:p|q|pct|perc)_?(?:[0-9]{1,2}(?:th|st|nd|rd)|0?5|[1-9][05]|99|01)|[0-9]{1,2}(?:th|st|nd|rd)?_?(?:percentile|pct)",
    re.I,
)


def _presence(view: View) -> Iterator[Finding]:
    """A column that is filled in, or empty, for rows of one class only."""
    dataset = view.dataset
    if dataset.task != "classification" or len(dataset.classes) < 2:
        return
    target = view.target.astype(np.intp)
    share = np.bincount(target, minlength=len(dataset.classes)) / dataset.rows
    unlikely = np.log(_CHANCE / max(1, len(view.seen)))
    found: list[tuple[Column, str]] = []
    for column in view.seen:
        if not view.cells(column).missing:
            continue
        absent = missing(column)
        for rows, word in ((absent, "missing"), (~absent, "present")):
            count = int(rows.sum())
            if count < _LEAST_ROWS or count == dataset.rows:
                continue
            of_class = np.bincount(target[rows], minlength=len(share))
            label = int(of_class.argmax())
            pure = of_class[label] / count
            if pure >= _PURE and count * np.log(share[label]) < unlikely and 1 - pure <= 0.1 * (1 - share[label]):
                found.append(
                    (column, f"where `{column.name}` is {word}, {count} rows, it is `{dataset.classes[label]}`")
                )
                break
    if found:
        names = [column.name for column, _ in found]
        many = len(names) > 1
        message = (
            f"whether {listed(names)} {'are' if many else 'is'} filled in gives `{dataset.target_name}` away: "
            f"{found[0][1]}"
        )
        advice = f"if it is filled in when the answer is known, leave it out: {view.drop_options(names)}"
        yield finding(
            "presence-tells", Severity.MEDIUM, message, advice, [view.evidence(c, view.head) for c, _ in found]
        )


def _text(view: View) -> Iterator[Finding]:
    """A text beside other columns whose words tell the class: notes written after the fact."""
    texts = [c for c in view.seen if c.kind == "text" and c.name not in view.asked][:_MOST_TEXTS]
    if view.dataset.task != "classification" or len(view.seen) <= len(texts) or view.dataset.rows < 3 * FOLDS * 2:
        return
    for column in texts:
        removed = _words_remove(view, column)
        if removed >= _TEXT_TELLS:
            message = (
                f"the words of `{column.name}` alone remove {100 * removed:.0f} % of the error in "
                f"`{view.dataset.target_name}`"
            )
            advice = f"if it is written when the answer is known, leave it out: {view.drop_options([column.name])}"
            severity = Severity.MEDIUM if removed >= TELLS_ALL else Severity.INFO
            yield finding("text-tells", severity, message, advice, [view.evidence(column, view.head)])


def _words_remove(view: View, column: Column) -> float:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    problem = Problem(view)
    rows = np.arange(len(view.sample))[:_TEXT_ROWS]
    cells = ["" if cell is None else cell for cell in column.values[view.sample[rows]]]
    y, folds = problem.y[rows], problem.folds[rows]
    wrong, baseline = 0, 0
    for fold in range(FOLDS):
        held = folds == fold
        if not held.any() or len(np.unique(y[~held])) < 2:
            continue
        words = TfidfVectorizer(min_df=2, max_features=5000, sublinear_tf=True)
        try:
            X = words.fit_transform([cell for cell, out in zip(cells, held, strict=True) if not out])
        except ValueError:  # no word comes twice: there is nothing to tell by
            return 0.0
        model = LogisticRegression(C=10, max_iter=200).fit(X, y[~held])
        answers = model.predict(words.transform([cell for cell, out in zip(cells, held, strict=True) if out]))
        miss = int((answers != y[held]).sum())
        base = int((y[held] != np.bincount(y[~held].astype(np.intp)).argmax()).sum())
        if miss > 0.5 * base:
            return 0.0
        wrong, baseline = wrong + miss, baseline + base
    return 1 - wrong / baseline if baseline else 0.0


def _named(view: View) -> Iterator[Finding]:
    """A name that says it is made from the target (a rank, a quartile, a score), and numbers that follow it."""
    strong, names, telling = strengths(view), [], _telling_words(view)
    for column in view.seen:
        removed, correlation = strong.get(column.name, (0.0, 0.0))
        follows = removed >= _NAMED or correlation >= _NAMED_RANK
        if follows and max(removed, correlation) < TELLS_ALL and _says_derived(column.name, telling):
            names.append(column.name)
    if names and view.dataset.rows >= 3 * _LEAST_ROWS and len(view.seen) > 1:
        known = {column.name: column for column in view.seen}
        many = len(names) > 1
        message = (
            f"{listed(names)} {'are' if many else 'is'} named as if made from the target and follow{'s' * (not many)} "
            f"`{view.dataset.target_name}` (up to {max(max(strong[name]) for name in names):.2f} of 1)"
        )
        advice = f"if computed from the same numbers as the answer, leave out: {view.drop_options(names)}"
        evidence = [view.evidence(known[name], view.head) for name in names]
        yield finding("named-after-target", Severity.MEDIUM, message, advice, evidence)


def _telling_words(view: View) -> frozenset[str]:
    """The words of the target's name, unless they are in the names of many columns: `site1`, `site2`, ..."""
    said = frozenset(word for word in words_of(view.dataset.target_name) if len(word) > 2 and word.isalpha()) - _ANY
    return said if sum(said <= words_of(column.name) for column in view.columns) <= _SERIES else frozenset()


def _says_derived(name: str, telling: frozenset[str]) -> bool:
    words = words_of(name)
    if words & _DERIVED or _PERCENTILE.fullmatch(name.strip()):
        return True
    return bool(telling) and telling <= words


PRESENCE_TELLS = Guard(id="presence-tells", severity=Severity.MEDIUM, run=_presence)
TEXT_TELLS = Guard(id="text-tells", severity=Severity.MEDIUM, run=_text)
NAMED_AFTER_TARGET = Guard(id="named-after-target", severity=Severity.MEDIUM, run=_named)
