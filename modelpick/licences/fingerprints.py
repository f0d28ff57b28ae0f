"""Which licence a text is, by its title and by short phrases that only it has, and the thresholds that it sets.

A text is told by what stands in it, not by its file's name: every word of `permission` and `limit` holds "mit". A text
that nobody knows is None, and a known text with a clause more is never called the plain one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from modelpick.licences.lookup import licence_of
from modelpick.licences.texts import KNOWN_TEXTS, KnownText

Sure = Literal["text", "title", "named", "like"]
TermKind = Literal["users", "revenue", "territory"]

_MAX_TEXT = 400_000  # characters; the longest licence of the table has a tenth of it
_HEAD = 1_500  # normalised characters in which a title stands
_NEAR = 3_000  # normalised characters within which a text without a title begins
_NAMED = 1_000  # a text that only names a licence is no longer than this
_MAX_QUOTE = 600
_FEW_WORDS = 14  # of a title or copyright line; a longer line says something
_MAX_LEAD = 4
_COPYRIGHT = re.compile(r"(?i)copyright|\(c\)|©|all rights reserved")
_TOKENS = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_AMOUNT = r"(\d{1,15}(?:\.\d{1,3})?) ?(thousand|million|billion|m|b)? (?:usd |us |u s )?"
_USERS = re.compile(_AMOUNT + r"(?:or more )?(monthly|daily) active (?:users?|accounts?)|" + _AMOUNT + r"(mau|dau)s?\b")
_MONEY = re.compile(r"\b(?:usd|us usd|u s usd) (\d{1,15}) ?(million|billion)?|(\d{1,15}) (million|billion) us dollars")
_PLACES = re.compile(r"european union|united kingdom|south korea|republic of korea|\beu\b(?= member| and| or|\b)")
_SHUT_OUT = re.compile(
    r"does not apply|not licensed|not granted|not available|excluding|excluded|domiciled|not (?:use|permitted)|outside"
)
_RESTRICTS = re.compile(
    r"commercial|research|revenue|active users|prohibit|may not|must not|shall not|restrict|"
    r"display|personal use|written permission|not allowed"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A threshold or exclusion that a text sets, and where: `amount` users or US dollars `per` month, day or year."""

    kind: TermKind
    amount: int | None
    per: Literal["day", "month", "year"] | None
    line: int
    quote: str


@dataclass(frozen=True, slots=True)
class Identified:
    """What a text was told to be.

    Attributes:
        hub_id: Of the table.
        sure: `text`: its title and its phrases stand there, and nothing was added. `title`: its title and its phrases
            stand there; how long it is nobody here knows, so it may have been changed. `named`: a short text that
            names it and no other.
            `like`: that text with more, or less, than it has; `added` is then the first line that it has not.
        line, quote: Of the title, or of the first phrase where it has none; the text's own characters.
        restricts: Whether what was added speaks of commerce, research, thresholds or what is not allowed.
    """

    hub_id: str
    sure: Sure
    line: int
    quote: str
    added: tuple[int, str] | None = None
    restricts: bool = False


class _Title(NamedTuple):
    """Where a text begins to look like a known one."""

    place: int
    length: int
    known: KnownText
    hub_id: str


class _Words:
    """A text in lower case without punctuation, with the line of every place."""

    def __init__(self, text: str) -> None:
        self.rows = text[:_MAX_TEXT].split("\n")
        self.starts: list[int] = []
        parts: list[str] = []
        at = 0
        for row in self.rows:
            self.starts.append(at)
            words = " ".join(_TOKENS.findall(_plain(row)))
            if words:
                parts.append(words)
                at += len(words) + 1
        self.text = " ".join(parts)

    def line(self, place: int) -> int:
        """The line (from 1) in which a place of `text` stands."""
        return bisect_right(self.starts, place)

    def is_title(self, place: int) -> bool:
        """Whether a place stands near the beginning of a short line: longer ones only speak of a licence."""
        line = self.line(place)
        before = self.text[self.starts[line - 1] : place]
        return len(before.split()) <= _MAX_LEAD and len(self.rows[line - 1].split()) <= _FEW_WORDS

    def quote(self, line: int, near: str = "") -> str:
        """That line; of a long one the part around the word `near`."""
        row = self.rows[line - 1]
        if len(row) <= _MAX_QUOTE:
            return row.strip()
        at = max(0, row.lower().find(near) - _MAX_QUOTE // 2) if near else 0
        return row[at : at + _MAX_QUOTE].strip()


def identify(text: str) -> Identified | None:
    """The licence that a text is, or None where nobody knows it. Linear in the text, of which 400,000 characters count.

    The title that stands first decides, among several at one place the longest.
    """
    words = _Words(text)
    short = len(words.text) <= _NAMED
    found = (title for title in _titles(words) if short or words.is_title(title.place))
    titles = list(_outermost(sorted(found, key=lambda title: (title.place, -title.length))))
    ids = dict.fromkeys(title.hub_id for title in titles)
    whole = next((title for title in (*titles, *_bare(words)) if title.known.holds(words.text)), None)
    if whole is not None and not (short and len(ids) > 1):
        others = [title for title in titles if title.place < whole.place and title.hub_id != whole.hub_id]
        return _told(words, whole, others[0] if others else None, short=short)
    if len(ids) == 1 and short:
        line = words.line(titles[0].place)
        return Identified(titles[0].hub_id, "named", line, words.quote(line))
    return None


def terms_in(text: str) -> tuple[Term, ...]:
    """The thresholds (users, revenue) and excluded places of a licence or use policy, each once, in order."""
    words = _Words(text)
    found: dict[tuple[TermKind, int | None], Term] = {}
    for term in (*_users(words), *_revenue(words), *_territory(words)):
        found.setdefault((term.kind, term.amount), term)
    return tuple(sorted(found.values(), key=lambda term: term.line))


def _plain(row: str) -> str:
    row = _THOUSANDS.sub("", row.casefold())
    return row.replace("++", " plusplus ").replace("$", " usd ").replace("’", "'")


def _titles(words: _Words) -> Iterator[_Title]:
    head = words.text[:_HEAD]
    for known, pattern in _patterns():
        if match := pattern.search(head):
            yield _Title(match.start(), len(match[0]), known, _hub_id(known, match[0], words.text))


def _outermost(titles: Iterable[_Title]) -> Iterator[_Title]:
    """Without those of another licence that stand inside one: "MIT License" in "Modified MIT License"."""
    outer: _Title | None = None
    for title in titles:
        if outer is None or title.place + title.length > outer.place + outer.length:
            outer = title
            yield title
        elif title.hub_id == outer.hub_id:
            yield title


def _bare(words: _Words) -> Iterator[_Title]:
    """Texts that begin here without a title."""
    for known in KNOWN_TEXTS:
        at = words.text.find(known.phrases[0], 0, _NEAR) if known.bare else -1
        if at >= 0:
            yield _Title(at, 0, known, known.hub_id)


@cache
def _patterns() -> tuple[tuple[KnownText, re.Pattern[str]], ...]:
    return tuple((known, re.compile(rf"\b(?:{known.title})\b")) for known in KNOWN_TEXTS if known.title)


def _hub_id(known: KnownText, title: str, text: str) -> str:
    """The id; of the Creative Commons family by the words and the version of the title."""
    if known.hub_id != "cc":
        return known.hub_id
    parts = ["cc-by"]
    parts += ["nc"] if re.search(r"non ?commercial|\bnc\b", title) else []
    parts += ["sa"] if re.search(r"share ?alike|\bsa\b", title) else []
    parts += ["nd"] if re.search(r"no ?deriv|\bnd\b", title) else []
    version = re.search(r"\d\.\d", title) or re.search(r"(?<=licenses by)[a-z ]{0,12}(\d\.\d)", text)
    found = "-".join([*parts, *([version[version.lastindex or 0]] if version else [])])
    return found if licence_of(found) else "cc"


def _told(words: _Words, title: _Title, other: _Title | None, *, short: bool) -> Identified:
    line = words.line(title.place)
    added = (other.place, words.text[other.place : title.place]) if other else _added(words, title.known)
    if added is None:
        whole: Sure = "text" if title.known.body else "title"
        sure: Sure = "named" if short and not title.known.bare else whole
        return Identified(title.hub_id, sure, line, words.quote(line))
    start, extra = added
    at = words.line(start)
    restricts = other is not None or bool(_RESTRICTS.search(extra))
    return Identified(title.hub_id, "like", line, words.quote(line), (at, words.quote(at)), restricts)


def _added(words: _Words, known: KnownText) -> tuple[int, str] | None:
    """Where a text whose length is known has words that it should not have, and these words; None where it has none.

    Before its first phrase and after its last one stand a title, copyright lines and an appendix; what else stands
    there is an addition, and so is a body that is longer than the text.
    """
    if known.body is None:
        return None
    first, last, longest = known.body
    start, end = words.text.find(first), words.text.rfind(last)
    if start < 0 or end < start:
        return 0, words.text
    inside = words.text[start : end + len(last)]
    if len(inside) > longest:
        return start, inside
    tail = end + len(last)
    after = words.text[tail:]
    if known.appendix and (cut := after.find(known.appendix)) >= 0:
        tail += cut + len(known.appendix)
        after = words.text[tail:]
    if len(after.split()) > _FEW_WORDS:
        return tail + 1, after
    for row, at in zip(words.rows, words.starts, strict=True):
        if at >= start:
            break
        if len(row.split()) > _FEW_WORDS and not _COPYRIGHT.search(row):
            return at, words.text[at:start]
    return None


def _users(words: _Words) -> Iterator[Term]:
    for match in _USERS.finditer(words.text):
        number, scale, per = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
        line = words.line(match.start())
        day = per in {"daily", "dau"}
        yield Term("users", _amount(number, scale), "day" if day else "month", line, words.quote(line, "active user"))


def _revenue(words: _Words) -> Iterator[Term]:
    for match in _MONEY.finditer(words.text):
        around = words.text[max(0, match.start() - 250) : match.end() + 120]
        if "revenue" in around:
            number, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
            line = words.line(match.start())
            per: Literal["month", "year"] = "month" if "monthly revenue" in around else "year"
            yield Term("revenue", _amount(number, scale), per, line, words.quote(line, "revenue"))


def _territory(words: _Words) -> Iterator[Term]:
    for match in _PLACES.finditer(words.text):
        if _SHUT_OUT.search(words.text, max(0, match.start() - 200), match.end() + 200):
            line = words.line(match.start())
            yield Term("territory", None, None, line, words.quote(line, match[0]))
            return


def _amount(number: str, scale: str | None) -> int:
    factor = next((value for name, value in _SCALES.items() if scale and name.startswith(scale)), 1)
    return int(float(number) * factor)
