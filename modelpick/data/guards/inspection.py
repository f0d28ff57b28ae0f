"""Lets all guards look at a dataset: what they keep out, what they say, and what stops the run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches

from modelpick.data.dataset import Dataset
from modelpick.data.guards import GUARDS
from modelpick.data.guards.answer import ANSWER_COLUMN
from modelpick.data.guards.answer_hints import NAMED_AFTER_TARGET, PRESENCE_TELLS, TEXT_TELLS
from modelpick.data.guards.computed import COMPUTED
from modelpick.data.guards.view import View
from modelpick.data.table import Table, listed
from modelpick.errors import AnswerIsNo, UsageError
from modelpick.findings import Finding, Severity

_MAY_TELL = (ANSWER_COLUMN.id, PRESENCE_TELLS.id, TEXT_TELLS.id, NAMED_AFTER_TARGET.id, COMPUTED.id)


def inspected(dataset: Dataset, allow: Sequence[str] = (), asked: Collection[str] = ()) -> Dataset:
    """The dataset with the findings of all guards, and without the columns that one of them keeps out.

    Args:
        allow: Ids of guards: a dangerous finding of theirs does not stop, and they keep nothing out.
        asked: Columns that the user named as text: they name no rows, whatever they hold.

    Raises:
        UsageError: There is no such guard.
        AnswerIsNo: A guard stops: it found something of high severity and is not allowed.
    """
    check_allowed(allow)
    view = View(dataset, asked)
    out: dict[str, None] = {}
    for guard in GUARDS:
        if guard.keeps_out is not None and guard.id not in allow:
            out |= dict.fromkeys(guard.keeps_out(view))
    view.kept_out = frozenset(out)
    findings = tuple(found for guard in GUARDS for found in guard.run(view))
    _stop(findings, allow, view)
    if not out:
        return replace(dataset, findings=(*dataset.findings, *findings))
    features: Table = dataset.features
    return replace(
        dataset,
        findings=(*dataset.findings, *findings),
        features=features.select([name for name in features.names if name not in out]),
        kept_out=(*dataset.kept_out, *(features.column(name) for name in out)),
    )


def check_allowed(allow: Sequence[str]) -> None:
    """Refuses ids of `--allow` that no guard has."""
    known = [guard.id for guard in GUARDS]
    for name in allow:
        if name not in known:
            close = get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(f'`{match}`' for match in close)}? " if close else ""
            stopping = [guard.id for guard in GUARDS if guard.severity >= Severity.HIGH]
            listed = ", ".join(f"`{known}`" for known in [*stopping, "id-column"])
            raise UsageError(f"`--allow {name}` names no guard", f"{hint}those that hold something back are {listed}")


def _stop(findings: Sequence[Finding], allow: Sequence[str], view: View) -> None:
    """Raises AnswerIsNo for what is dangerous and not allowed; columns that may be answers too are named with it."""
    stops = [found for found in findings if found.severity >= Severity.HIGH and found.check not in allow]
    if not stops:
        return
    message = "; ".join(found.message for found in stops)
    hint = "; ".join(found.remediation for found in stops if found.remediation)
    if any(found.check == ANSWER_COLUMN.id for found in stops):
        named = {evidence.column for found in stops for evidence in found.evidence}
        doubtful = [found for found in findings if found.check in _MAY_TELL and found.severity >= Severity.MEDIUM]
        others = dict.fromkeys(e.column for found in doubtful for e in found.evidence if e.column not in named)
        names = [name for name in others if name is not None]
        if names:
            hint += f"; {listed(names)} may tell it too: {view.drop_options(names)}"
    raise AnswerIsNo(message, hint)
