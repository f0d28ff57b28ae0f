"""What the body and the gate text of a card say of the licence: names, restrictions, and what is licensed apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modelpick.facts import BlockKind
from modelpick.licences.lookup import licence_of
from modelpick.vetting.answers.contract import LicenseSubject, Restriction, Subject
from modelpick.vetting.answers.license_subject import subject_of
from modelpick.vetting.answers.license_words import Mention, mentions, restriction_in, speaks_of_licence, states_licence
from modelpick.vetting.answers.topics import Topic, topics_of
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
        unread: The first line that states a licence for the model by a name that nobody here knows, or points to one.
        restriction: The strongest that is laid upon the model, and the lines that do so.
    """

    named: tuple[tuple[Mention, Line], ...]
    apart: tuple[LicenseSubject, ...]
    unread: Line | None
    restriction: Restriction
    restricting: tuple[Line, ...]

    @property
    def asking(self) -> Line | None:
        """The first line that asks commercial users for something."""
        lines = self.restricting if self.restriction == "other" else ()
        return next((line for line in lines if "commercial" in line.low), None)


def read_prose(view: CardView) -> Prose:
    """Reads every sentence, clause by clause."""
    named: list[tuple[Mention, Line]] = []
    apart: list[LicenseSubject] = []
    unread: Line | None = None
    restricting: list[tuple[Restriction, Line]] = []
    for line in (*view.sentences(), *view.gate):
        row = line.kind is BlockKind.TABLE_ROW
        in_license = Topic.LICENSE in line.topics or (row and _is_label(line))
        for clause, about in _clauses(line, in_license):
            low = clause.lower()
            restriction = restriction_in(low) if about or not row else "none"
            if not about and restriction == "none":
                continue
            subject = "data" if Topic.DATA in line.topics else subject_of(low)
            if about and len(named) + len(apart) < _MAX_MENTIONS and (in_license or not row):
                known = tuple(mentions(clause))
                if not known and subject == "weights" and not line.gate and (in_license or states_licence(low)):
                    unread = unread or line
                for mention in known:
                    if subject != "weights":
                        apart.append(_apart(subject, mention, view, line))
                    elif not line.gate:
                        named.append((mention, line))
            # What restricts the base restricts what was made of it, and so does "this code" where nothing is licensed.
            if subject == "data" or (subject == "code" and about):
                continue
            if restriction != "none":
                restricting.append((restriction, line))
    strongest: Restriction = max((r for r, _ in restricting), key=_STRENGTH.__getitem__, default="none")
    return Prose(
        named=tuple(named),
        apart=tuple(dict.fromkeys(apart)),
        unread=unread,
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


def _is_label(line: Line) -> bool:
    """Whether a table row is `License | ...`; a column of licences tells those of many things."""
    cells = line.block.cells if line.block else ()
    return len(cells) == 2 and Topic.LICENSE in topics_of(cells[0].lower().strip("*:_ "))


def _apart(subject: Subject, mention: Mention, view: CardView, line: Line) -> LicenseSubject:
    licence = licence_of(mention.hub_id)
    return LicenseSubject(
        subject=subject,
        declared=mention.hub_id,
        commercial_use=licence.commercial_use if licence else "unknown",
        evidence=(view.evidence(line),),
    )
