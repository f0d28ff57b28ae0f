"""How the readers write down words: many short patterns that are one alternation. A space is a space.

Most are in lower case and are searched in a lowered text (`Line.low`), which is several times as fast as ignoring case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from functools import lru_cache, wraps
from typing import Any, Protocol, TypeVar, cast

STEM = 5
"""So many letters of a word are its stem: enough to tell words apart, and short enough to leave the endings out."""

_WORD = re.compile(r"[^\W_]+")
_MOST_KNOWN = 4_096


class _Late:
    """A pattern that is compiled when it is first used.

    Compiling all that the readers know takes half a second, and most cards call for a part of it only.
    """

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:  # for what is not there yet: from then on it is
        if name.startswith("_"):  # patterns have no such attribute; copying and pickling ask for some
            raise AttributeError(name)
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern to be used like a compiled one, by its methods and attributes; it is compiled when it is first used."""
    return cast("re.Pattern[str]", _Late(pattern, flags))


def either(*patterns: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """One pattern that matches where any of these does; as `late`."""
    return late(group(*patterns), flags)


def group(*patterns: str) -> str:
    """The alternation as text, to build further patterns from."""
    return "(?:" + "|".join(patterns) + ")"


def stems_of(low: str) -> frozenset[str]:
    """The first five letters of each word of a text in lower case."""
    return frozenset([word[:STEM] for word in _WORD.findall(low)])


class Said:
    """The words of a sentence, wherever it stands, and what was found out about them.

    Attributes:
        low: The text in lower case.
        stems: See `stems_of`.
        found: What the functions marked `kept` answered, by function.
    """

    __slots__ = ("found", "low", "stems")

    def __init__(self, low: str) -> None:
        self.low = low
        self.stems = stems_of(low)
        self.found: dict[Hashable, Any] = {}


@lru_cache(maxsize=8192)  # of many cards in a row, two sentences in three were read before
def said_of(low: str) -> Said:
    """The words of a text in lower case."""
    return Said(low)


Answer = TypeVar("Answer")


def kept(question: Callable[[Said], Answer]) -> Callable[[Said], Answer]:
    """Makes a question that only the words of a sentence decide be asked once for each sentence that is remembered."""

    @wraps(question)
    def ask(said: Said) -> Answer:
        found = said.found
        if question not in found:
            found[question] = question(said)
        answer: Answer = found[question]
        return answer

    return ask


class Worded(Protocol):
    """A text in lower case, and the stems of its words."""

    @property
    def low(self) -> str:
        """The text."""

    @property
    def stems(self) -> Set[str]:
        """See `stems_of`."""


class Cues:
    """Patterns that are tried only on a text that has one of the stems without which none of them can match.

    Most sentences have none, and looking a few stems up costs a hundredth of a search.
    """

    __slots__ = ("pattern", "stems")

    def __init__(self, stems: str, *patterns: str) -> None:
        self.stems = frozenset(stems.split())
        self.pattern = either(*patterns)

    def search(self, line: Worded) -> re.Match[str] | None:
        """The first match in the line."""
        return None if self.stems.isdisjoint(line.stems) else self.pattern.search(line.low)


class CueSet:
    """Several cues, of which only those are tried that have a stem in the line."""

    __slots__ = ("_by_stem", "_cues", "_known", "_stems")

    def __init__(self, *cues: Cues) -> None:
        self._cues = cues
        self._by_stem: dict[str, set[int]] = {}
        for number, cue in enumerate(cues):
            for stem in cue.stems:
                self._by_stem.setdefault(stem, set()).add(number)
        self._stems = frozenset(self._by_stem)
        self._known: dict[Set[str], tuple[re.Pattern[str], ...]] = {}  # which patterns some stems together call for

    def search(self, line: Worded) -> re.Match[str] | None:
        """A match of the first cue that has one."""
        for pattern in self._patterns(line):
            if (match := pattern.search(line.low)) is not None:
                return match
        return None

    def matches(self, line: Worded) -> Iterator[re.Match[str]]:
        """All matches, cue by cue."""
        for pattern in self._patterns(line):
            yield from pattern.finditer(line.low)

    def _patterns(self, line: Worded) -> Sequence[re.Pattern[str]]:
        there = self._stems & line.stems
        if not there:
            return ()
        patterns = self._known.get(there)
        if patterns is None:
            numbers = set[int]().union(*(self._by_stem[stem] for stem in there))
            patterns = tuple(self._cues[number].pattern for number in sorted(numbers))
            if len(self._known) < _MOST_KNOWN:
                self._known[there] = patterns
        return patterns
