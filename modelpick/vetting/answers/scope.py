"""What the model is not for, and where it fails: out-of-scope use, and limitations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modelpick.card_facts import BlockKind
from modelpick.vetting.answers import scope_words as words
from modelpick.vetting.answers.contract import Statement
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import Said, kept

_MAX_EVIDENCE = 4
_OTHER = frozenset({Topic.OTHER})
_MIN_TITLE = 5  # words of a heading that may be a sentence
_MIN_LIMIT = 5  # words
_LIMITS = frozenset({Topic.LIMITS})
_ELSEWHERE = frozenset({Topic.LICENSE, Topic.EVALUATION, Topic.TRAINING})
_MIN_CELL = 5  # words; a shorter cell of a table is no statement


def read_out_of_scope(view: CardView) -> Statement:
    """Stated where a use is excluded, in any section, the gate text included."""
    return _statement(view, _excludes_use)


def read_limitations(view: CardView) -> Statement:
    """Stated where a weakness, bias, bound or failure of this model is told."""
    return _statement(view, _limits)


def _statement(view: CardView, wanted: Callable[[Line], int]) -> Statement:
    ranked = sorted(_ranked(view, wanted), key=lambda pair: (-pair[0], pair[1].line))
    if not ranked:
        return Statement(status="absent" if view.whole else "unknown")
    return Statement(status="stated", evidence=tuple(view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE]))


def _ranked(view: CardView, wanted: Callable[[Line], int]) -> Iterator[tuple[int, Line]]:
    for line in (*view.sentences(headings=True), *view.gate):
        if line.kind is BlockKind.HEADING and (line.topics != _OTHER or len(line.low.split()) < _MIN_TITLE):
            continue  # a long heading may be a warning: "This only works with portraits"
        score = wanted(line)
        if score > 0:
            yield score, line


def _excludes_use(line: Line) -> int:
    if line.kind is BlockKind.TABLE_ROW and not _has_words(line):
        return 0
    under = Topic.OUT_OF_SCOPE in line.above
    cue = _says_excluded(line.said)
    if not (cue or under) or words.TEMPLATE.search(line.low):
        return 0
    if under and not words.POINTER.search(line.low):
        return 3 + cue if cue or not (words.NOTHING.search(line.low) or len(line.low.split()) < 2) else 0
    return 2 if cue else 0


def _limits(line: Line) -> int:
    topics = line.topics
    if line.gate or (line.kind is BlockKind.TABLE_ROW and Topic.LIMITS not in line.above):
        return 0
    if not topics.isdisjoint(_ELSEWHERE) and Topic.LIMITS not in topics:
        return 0
    said = line.said
    cue = _says_limit(said)
    if Topic.LIMITS in line.above and Topic.OUT_OF_SCOPE not in topics:
        if _leads_elsewhere(said):
            return 0
        return 4 if cue else 2 if topics == _LIMITS and _may_be_limit(said) else 0
    return 1 if cue and not words.COMPARED.search(said) else 0


@kept
def _says_excluded(said: Said) -> bool:
    if words.EXCLUDED_USE.search(said):
        return True
    return _foreign(said) and words.EXCLUDED_USE_OTHER.search(said.low) is not None


@kept
def _says_limit(said: Said) -> bool:
    text = said.low
    if not (words.LIMIT.search(said) or (_foreign(said) and words.LIMIT_OTHER.search(text))):
        return False
    return not (words.TEMPLATE.search(text) or words.NO_LIMIT.search(text))


@kept
def _leads_elsewhere(said: Said) -> bool:
    return any(pattern.search(said.low) for pattern in (words.TEMPLATE, words.POINTER, words.HOW_TO))


@kept
def _may_be_limit(said: Said) -> bool:
    """Whether a sentence without a cue may be one where the heading says that limits follow."""
    if len(said.low.split()) < _MIN_LIMIT or not words.CLAIM.search(said.low):
        return False
    return not words.EXCLUDED_USE.search(said)


def _has_words(line: Line) -> bool:
    """Whether a cell of the row is a sentence, or nearly."""
    return line.block is not None and any(len(cell.split()) >= _MIN_CELL for cell in line.block.cells)


def _foreign(said: Said) -> bool:
    """Whether a text may be in another language than English: it has letters, or small words, of another one."""
    return not said.low.isascii() or not words.FOREIGN.isdisjoint(said.stems)
