"""What the body and the gate text of a card say of the licence: names, restrictions, and what is licensed apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modelpick.facts import BlockKind
from modelpick.licences.lookup import licence_of
from modelpick.vetting.answers.contract import LicenseSubject, Restriction, Subject
from modelpick.vetting.answers.license_words import Mention, mentions, restriction_in, speaks_of_licence, subject_of
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line

_STRENGTH: dict[Restriction, int] = {"none": 0, "other": 1, "non-commercial": 2, "research-only": 3}
_MAX_MENTIONS = 100
# Where one sentence speaks of several things: "the code is MIT, while the weights are ...".
_CLAUSES = re.compile(
    r";|,? (?:while|whereas|but)\b|,? and (?=the (?:model|weights?|code|data|checkpoints?)\b)|, (?=the )", re.I
)


@dataclass(frozen=True, slots=True)
class Prose:
    """What was found.

    Attributes:
        named: Licences named for the model, in order.
        apart: Licences named for the code or the data.
        restriction: The strongest that is laid upon the model, and the lines that do so.
    """

    named: tuple[tuple[Mention, Line], ...]
    apart: tuple[LicenseSubject, ...]
    restriction: Restriction
    restricting: tuple[Line, ...]


def read_prose(view: CardView) -> Prose:
    """Reads every sentence, clause by clause."""
    named: list[tuple[Mention, Line]] = []
    apart: list[LicenseSubject] = []
    restricting: list[tuple[Restriction, Line]] = []
    for line in (*view.sentences(), *view.gate):
        in_license = Topic.LICENSE in line.topics
        row = line.kind is BlockKind.TABLE_ROW
        for clause, about in _clauses(line, in_license):
            subject = "data" if Topic.DATA in line.topics else subject_of(clause.lower()) if about else "weights"
            if about and len(named) + len(apart) < _MAX_MENTIONS and (in_license or not row):
                for mention in mentions(clause):
                    if subject != "weights":
                        apart.append(_apart(subject, mention, view, line))
                    elif not line.gate:
                        named.append((mention, line))
            restriction = restriction_in(clause.lower()) if subject == "weights" and (about or not row) else "none"
            if restriction != "none":
                restricting.append((restriction, line))
    strongest: Restriction = max((r for r, _ in restricting), key=_STRENGTH.__getitem__, default="none")
    return Prose(
        named=tuple(named),
        apart=tuple(dict.fromkeys(apart)),
        restriction=strongest,
        restricting=tuple(line for restriction, line in restricting if restriction == strongest),
    )


def _clauses(line: Line, in_license: bool) -> Iterator[tuple[str, bool]]:
    """The clauses of a sentence, and whether each speaks of a licence; one that does not is a whole by itself."""
    if not (in_license or speaks_of_licence(line.low)):
        yield line.text, False
        return
    for clause in _CLAUSES.split(line.text):
        if clause.strip():
            yield clause, True


def _apart(subject: Subject, mention: Mention, view: CardView, line: Line) -> LicenseSubject:
    licence = licence_of(mention.hub_id)
    return LicenseSubject(
        subject=subject,
        declared=mention.hub_id,
        commercial_use=licence.commercial_use if licence else "unknown",
        evidence=(view.evidence(line),),
    )
