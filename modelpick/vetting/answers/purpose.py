"""What the model is for: the sentence in which the card tells the task, the use or the user; and what it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Set

from modelpick.card_facts import BlockKind
from modelpick.findings import Evidence
from modelpick.vetting.answers import purpose_words as words
from modelpick.vetting.answers.contract import Purpose, Status
from modelpick.vetting.answers.doing import is_deed, tells_doing
from modelpick.vetting.answers.tasks import does_foreign_task, leading_tasks, names_task, task_in
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line

_SKIPPED = frozenset({Topic.DATA, Topic.LICENSE, Topic.EVALUATION, Topic.LIMITS, Topic.OUT_OF_SCOPE})
_OTHER = frozenset({Topic.OTHER})
_MAX_FRAGMENT = 16  # words
_MAX_BARE_TITLE = 2  # words; so short a heading is a name
_MIN_TITLE = 6  # words; so long a heading may be a sentence
_FIRST = 12  # lines
_NEAR = 140  # characters before a word that are looked at
_MAX_EVIDENCE = 4
_MAX_SOURCES = 2


def read_purpose(view: CardView) -> Purpose:
    """Stated where a sentence, an item, or a heading tells a task or a use; best statements first."""
    ranked = sorted(_candidates(view), key=lambda pair: (-pair[0], pair[1].line))
    quotes = tuple(view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE])
    status: Status = "stated" if quotes else "absent" if view.whole else "unknown"
    return Purpose(status=status, evidence=quotes, origin=_origin(view), papers=_papers(view))


def _origin(view: CardView) -> tuple[Evidence, ...]:
    """The first sentence that tells what the model was made from."""
    for line in view.sentences():
        if line.kind is BlockKind.TABLE_ROW or not words.ORIGIN.search(line):
            continue
        if words.SUBJECT.search(line.low) or line.low.startswith(("fine", "quant", "convert", "distil")):
            return (view.evidence(line),)
    return ()


def _papers(view: CardView) -> tuple[Evidence, ...]:
    """The first lines of the body that link to a paper."""
    if view.card is None or not any(sign in view.card.text for sign in words.PAPER_SIGNS):
        return ()
    found = []
    for line in view.lines:
        if any(sign in line.quote for sign in words.PAPER_SIGNS) and words.PAPER.search(line.quote):
            found.append(view.evidence(line))
            if len(found) == _MAX_SOURCES:
                break
    return tuple(found)


def _candidates(view: CardView) -> Iterator[tuple[int, Line]]:
    names = view.names
    for number, line in enumerate(view.sentences(headings=True)):
        score = _score(line, number, names)
        if score > 0:
            early = 3 if number < 8 else 1 if number < 30 else 0
            yield score + early, line


def _score(line: Line, number: int, names: Set[str]) -> int:
    """How plainly the line says what the model is for; 0 where it does not."""
    if line.kind is BlockKind.TABLE_ROW or len(line.low) < (10 if line.low.isascii() else 5):
        return 0
    if line.kind is BlockKind.HEADING:
        score = _title_points(line, names)
    else:
        if (paper := words.TITLED.search(line)) is not None:
            line = line.until(paper.start())  # the title of a paper says nothing about the model
        score = _points(line, number, names)
    return 0 if score and _is_about_else(line) else score


def _is_about_else(line: Line) -> bool:
    return bool(words.NOT_AT_HEAD.match(line.low) or words.NOT.search(line.low) or words.ONLY_LINK.match(line.quote))


def _points(line: Line, number: int, names: Set[str]) -> int:
    text, topics = line.low, line.topics
    made_for = words.MADE_FOR.search(line) is not None and bool(words.SUBJECT.search(text))
    if not topics.isdisjoint(_SKIPPED) and Topic.USE not in topics:
        return _aside_points(line, made_for)
    framed = made_for or _framed(line, names)
    noun, place = task_in(line)
    tasked = place is not None
    plain = 2 * bool(words.PLAIN_USE.search(line))
    if Topic.TRAINING in topics or (Topic.HOW_TO in topics and Topic.USE not in topics):
        return 2 + 2 * framed if (noun and (framed or tasked)) or plain else 0
    if Topic.USE in topics and (framed or noun or len(text.split()) > 7):
        return 4 + framed + noun + plain
    if place is not None and not made_for and words.RESULT.search(text, 0, place):
        return plain  # "it achieves new heights on question answering"
    points = (3 if framed else 0) + (3 if tasked else 0) + plain
    return points or (2 if noun and number < _FIRST and _is_name(line) else 0)


def _title_points(line: Line, names: Set[str]) -> int:
    """A heading of three words and more may say it: "Spoken digits: speech recognition for phones"."""
    if line.topics != _OTHER:
        return 0
    count = len(line.low.split())
    if count <= _MAX_BARE_TITLE:
        return 2 if not line.low.isascii() and does_foreign_task(line) else 0
    return 2 if names_task(line) or does_foreign_task(line) or (count >= _MIN_TITLE and _framed(line, names)) else 0


def _aside_points(line: Line, made_for: bool) -> int:
    """A use told under a heading that announces something else, such as data or licence."""
    if Topic.DATA in line.topics or Topic.EVALUATION in line.topics:
        return (
            2 if words.OF_THE_MODEL.search(line.low) and not _is_aside(line.low) and task_in(line)[1] is not None else 0
        )
    return 1 if made_for else 0


def _is_aside(text: str) -> bool:
    return bool(words.RESULT.search(text) or words.OF_DATA.search(text))


def _framed(line: Line, names: Set[str]) -> bool:
    text = line.low
    if (words.FRAMES.search(line) or _is_for_doing(line)) and words.SUBJECT.search(text):
        return True
    if tells_doing(line, names) or is_deed(line) or words.AT_HEAD.match(text) or words.GOOD_AT.search(line):
        return True
    if "data" in text:
        return False
    return bool(words.OTHER_TONGUES.search(line)) or (not text.isascii() and bool(words.FAR_TONGUES.search(text)))


def _is_for_doing(line: Line) -> bool:
    match = words.FOR_DOING.search(line)
    return (
        match is not None
        and words.THING_BEFORE.search(line.low, max(0, match.start() - _NEAR), match.start()) is not None
    )


def _is_name(line: Line) -> bool:
    """Whether the name of the thing is all that a paragraph says, or what it begins with: "Title generator based on"."""
    if line.kind is not BlockKind.PARAGRAPH:
        return False
    short = len(line.low.split()) <= _MAX_FRAGMENT and not words.VERBAL.search(line.low)
    return short or any(not words.VERBAL.search(line.low, 0, end) for end in leading_tasks(line))
