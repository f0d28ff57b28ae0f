"""What the body and the gate text of a card say of the licence: names, restrictions, and what is licensed apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modelpick.card_facts import BlockKind
from modelpick.licences.lookup import licence_of
from modelpick.vetting.answers.contract_license import LicenseSubject, Restriction, Subject
from modelpick.vetting.answers.license_links import linked_licence
from modelpick.vetting.answers.license_subject import (
    is_of_lineage,
    is_of_outputs,
    is_of_training,
    model_under,
    subject_behind,
    subject_of,
)
from modelpick.vetting.answers.license_words import (
    NO_SALE,
    Mention,
    denies_licence,
    mentions,
    restricting_part,
    restriction_in,
    speaks_of_licence,
    states_licence,
)
from modelpick.vetting.answers.topics import Topic, topics_of
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import Said, kept, late

_STRENGTH: dict[Restriction, int] = {"none": 0, "other": 1, "non-commercial": 2, "research-only": 3}
_MAX_MENTIONS = 100
_MIN_COLUMNS = 3  # of a table of several things; one of two is a list of labels
# "This library is licensed under ..." on a model's card, where no other sentence licenses the model.
_ALL_OF_IT = late(r"\W*this (?:library|software|package|project|work|toolkit|framework)\b(?! (?:code|repo))")
# Where one sentence speaks of several things: "the code is MIT, while the weights are ...".
_CLAUSES = late(
    r";|,? (?:while|whereas|but)\b|,? and (?=(?:the|our) (?:model|weights?|code|data|checkpoints?)\b)|, (?=the )|"
    r",? however,? |"
    r"(?:, ?(?:and )?| and )(?=(?:the |our )?(?:pre-?trained )?(?:model )?"
    r"(?:weights?|models?|checkpoints?|code|data(?:sets?)?)"
    r"(?: is| are)? ?(?:[:(]|apache|mit\b|cc\b|bsd|[al]?gpl|open ?rail|"
    r"under\b|licen[sc]ed\b|released\b|distributed\b|available\b))|"
    r"(?:,|,? (?:und|et|y|e)) (?=(?:die|les?|los|las|el|os) (?:gewichte|modelle?|poids|modèles?|pesos|modelos?)\b)|"
    r"[，、；] ?(?=模型|权重|数据|モデル|重み)",
    re.I,
)


_OF_COMMERCE = late(rf"commercial|商[用业]|{NO_SALE.pattern}")
_KEYED = late(r"license:[ \t]*['\"]?([\w.+-]{2,60})['\"]?\s*\Z")
_LABEL_ROW = late(r"\s{0,8}[*_-]{0,3} ?[A-Za-z][\w -]{1,30}[*_]{0,2}:[*_]{0,2}(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Prose:
    """What was found.

    Attributes:
        named: Licences named for the model, in order.
        apart: Licences named for the code or the data.
        unread: The first line that states a licence for the model by a name that nobody here knows, or points to one.
        tabled: The first row of a table of several things, with a column for the licence of each.
        restriction: The strongest that is laid upon the model, and the lines that do so.
    """

    named: tuple[tuple[Mention, Line], ...]
    apart: tuple[LicenseSubject, ...]
    unread: Line | None
    tabled: Line | None
    restriction: Restriction
    restricting: tuple[Line, ...]

    @property
    def asking(self) -> Line | None:
        """The first line that asks commercial users for something."""
        lines = self.restricting if self.restriction == "other" else ()
        return next((line for line in lines if _OF_COMMERCE.search(line.low)), None)


def read_prose(view: CardView) -> Prose:
    """Reads every sentence, clause by clause."""
    reader = _Reader(view)
    for line in (*view.lines, *view.gate):
        if Topic.CITATION not in line.above or Topic.LICENSE in line.topics:
            reader.read(line)
    return reader.prose()


class _Reader:
    def __init__(self, view: CardView) -> None:
        self._view = view
        self._named: list[tuple[Mention, Line]] = []
        self._apart: list[LicenseSubject] = []
        self._unread: Line | None = None
        self._tabled: Line | None = None
        self._head: tuple[str, ...] = ()
        self._restricting: list[tuple[Restriction, Line]] = []
        self._of_code: list[tuple[Restriction, Line, bool]] = []

    def read(self, line: Line) -> None:
        """One sentence, heading or line of gate text."""
        if line.kind is BlockKind.HEADING and line.quote.startswith("license:"):
            return  # the last key of a second front matter, which its fence makes a heading
        row = line.kind is BlockKind.TABLE_ROW
        if row:
            self._read_row(line)
        in_license = Topic.LICENSE in line.topics or (row and _is_label(line))
        if not in_license and _says_nothing(line.said):
            return
        for clause, about in _clauses(line, in_license):
            low = clause.lower()
            restriction = restriction_in(low) if about or not row else "none"
            if (restriction == "other" and line.kind is BlockKind.HEADING) or _is_of_many(line):
                restriction = "none"  # "Prohibited uses" is the title of a list, and a row that of one thing of many
            if not about and restriction == "none":
                continue
            of_data = Topic.DATA in line.topics and not model_under(low)
            subject = "data" if of_data else "weights" if model_under(low) else subject_of(low)
            if restriction != "none" and subject == "data" and not of_data:
                subject = subject_of(restricting_part(low))
            named = (
                self._read_names(clause, low, subject, line, in_license) if about and (in_license or not row) else []
            )
            if restriction == "non-commercial" and any("-nc" in hub_id for hub_id in named):
                subject = "weights"  # by a name in a sentence that begins with the code
            # What restricts the base restricts what was made of it, and so does "this code" where nothing is licensed.
            part = about and subject == "component" and not is_of_lineage(low)
            if restriction == "none" or subject == "data" or part:
                continue
            if subject == "code" and about:
                self._of_code.append((restriction, line, bool(_ALL_OF_IT.match(low))))
            else:
                self._restricting.append((restriction, line))

    def _read_names(self, clause: str, low: str, subject: Subject, line: Line, in_license: bool) -> list[str]:
        """Notes the licences that a clause names; the ids of those that are the model's."""
        if len(self._named) + len(self._apart) >= _MAX_MENTIONS or is_of_outputs(low):
            return []
        heading = line.kind is BlockKind.HEADING
        known = tuple(mentions(clause))
        if not known and (keyed := _KEYED.match(clause)) and (licence := licence_of(keyed[1])):
            known = (Mention(licence.hub_id, f"`{keyed[1]}`", keyed.end()),)
        if not known and in_license and (hub_id := linked_licence(line.quote)):
            known = (Mention(hub_id, f"`{hub_id}` by a link", len(clause)),)
        tells = (in_license or states_licence(low)) and not denies_licence(low)
        if not known and subject == "weights" and not line.gate and not heading and tells:
            self._unread = self._unread or line
        own: list[str] = []
        for mention in known:
            of = subject_behind(low, mention.end) or subject
            if of == "weights" and is_of_training(low[: mention.end - len(mention.words)]):
                of = "data"
            if of != "weights":
                self._apart.append(_apart(of, mention, self._view, line))
                continue
            own.append(mention.hub_id)
            if not line.gate:
                self._named.append((mention, line))
        return own

    def _read_row(self, line: Line) -> None:
        """Notes a table of several things whose head names a column for the licence."""
        block = line.block
        if block is None or len(block.cells) < _MIN_COLUMNS:
            return
        if block.header:
            self._head = block.cells
        elif self._tabled is None and len(self._head) == len(block.cells):
            at = [n for n, cell in enumerate(self._head) if Topic.LICENSE in topics_of(cell.lower().strip("*:_ "))]
            if any(licence_of(block.cells[n]) or any(mentions(block.cells[n])) for n in at):
                self._tabled = line

    def prose(self) -> Prose:
        """What was found; what restricts the code restricts the model where the card licenses nothing but that."""
        restricting = self._restricting
        if not restricting and not self._named:
            alone = not self._apart and not self._view.strings("license")
            restricting = [(restriction, line) for restriction, line, all_of_it in self._of_code if alone or all_of_it]
        strongest: Restriction = max((r for r, _ in restricting), key=_STRENGTH.__getitem__, default="none")
        return Prose(
            named=tuple(self._named),
            apart=tuple(dict.fromkeys(self._apart)),
            unread=self._unread,
            tabled=self._tabled,
            restriction=strongest,
            restricting=tuple(line for restriction, line in restricting if restriction == strongest),
        )


@kept
def _says_nothing(said: Said) -> bool:
    """Whether a sentence neither speaks of a licence nor restricts a use, as nearly all do."""
    return not speaks_of_licence(said.low) and restriction_in(said.low) == "none"


def _clauses(line: Line, in_license: bool) -> Iterator[tuple[str, bool]]:
    """The clauses of a sentence, and whether each speaks of a licence; one that does not is a whole by itself.

    Rows that are labels or keys (`license: mit`, `Training data: ...`) without a full stop count each by itself.
    """
    if not (in_license or speaks_of_licence(line.low)):
        yield line.text, False
        return
    rows = line.quote.split("\n")
    if len(rows) > 1 and any(_LABEL_ROW.match(row) for row in rows[1:]):
        for row in rows:
            if row.strip():
                yield row.strip(), in_license or speaks_of_licence(row.lower())
        return
    for clause in _CLAUSES.split(line.text):
        if clause.strip():
            yield clause, True


def _is_of_many(line: Line) -> bool:
    return line.kind is BlockKind.TABLE_ROW and line.block is not None and len(line.block.cells) >= _MIN_COLUMNS


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
