"""What the model is not for, and where it fails: out-of-scope use, and limitations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modelpick.card_facts import BlockKind
from modelpick.vetting.answers import scope_words as words
from modelpick.vetting.answers.contract import Statement
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line

_MAX_EVIDENCE = 4
_OTHER = frozenset({Topic.OTHER})
_MIN_TITLE = 5  # words of a heading that may be a sentence
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
    cue = bool(words.EXCLUDED_USE.search(line) or (_foreign(line) and words.EXCLUDED_USE_OTHER.search(line.low)))
    if not (cue or under) or words.TEMPLATE.search(line.low):
        return 0
    if under and not words.POINTER.search(line.low):
        return 3 + cue if cue or not (words.NOTHING.search(line.low) or len(line.low.split()) < 2) else 0
    return 2 if cue else 0


def _limits(line: Line) -> int:
    text = line.low
    if line.gate or (line.kind is BlockKind.TABLE_ROW and Topic.LIMITS not in line.above):
        return 0
    if line.topics & {Topic.LICENSE, Topic.EVALUATION, Topic.TRAINING} and Topic.LIMITS not in line.topics:
        return 0
    cue = bool(words.LIMIT.search(line) or (_foreign(line) and words.LIMIT_OTHER.search(text)))
    under = Topic.LIMITS in line.above and Topic.OUT_OF_SCOPE not in line.topics
    if not (cue or under) or words.TEMPLATE.search(text):
        return 0
    cue = cue and not words.NO_LIMIT.search(text)
    if under:
        if words.POINTER.search(text) or words.HOW_TO.search(text):
            return 0
        mixed = len(line.topics) > 1 or Topic.LIMITS not in line.topics
        if cue:
            return 4
        return (
            0
            if mixed or len(text.split()) < 5 or not words.CLAIM.search(text) or words.EXCLUDED_USE.search(line)
            else 2
        )
    return 1 if cue and not words.COMPARED.search(line) else 0


def _has_words(line: Line) -> bool:
    """Whether a cell of the row is a sentence, or nearly."""
    return line.block is not None and any(len(cell.split()) >= _MIN_CELL for cell in line.block.cells)


def _foreign(line: Line) -> bool:
    """Whether the line may be in another language than English: it has letters, or small words, of another one."""
    return not line.low.isascii() or not words.FOREIGN.isdisjoint(line.stems)
