"""What the model is for: the sentence in which the card tells the task, the use or the user; and what it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Set

from modelpick.card_facts import BlockKind
from modelpick.findings import Evidence
from modelpick.vetting.answers import purpose_words as words
from modelpick.vetting.answers.contract import Purpose, Status
from modelpick.vetting.answers.doing import tells_doing
from modelpick.vetting.answers.tasks import does_foreign_task, leading_tasks, names_task, task_in
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import Said, kept, said_of

_SKIPPED = frozenset({Topic.DATA, Topic.LICENSE, Topic.EVALUATION, Topic.LIMITS, Topic.OUT_OF_SCOPE})
_OTHER = frozenset({Topic.OTHER})
_MAX_FRAGMENT = 16  # words
_MAX_BARE_TITLE = 2  # words; so short a heading is a name
_MIN_TITLE = 6  # words; so long a heading may be a sentence
_MIN_USE = 7  # words; so long a sentence under "Intended use" tells one
_FIRST = 12  # lines
_NEAR = 140  # characters before a word that are looked at
_MAX_EVIDENCE = 4
_MAX_SOURCES = 2
_MADE = ("fine", "quant", "convert", "distil")


def read_purpose(view: CardView) -> Purpose:
    """Stated where a sentence, an item, or a heading tells a task or a use; best statements first."""
    ranked = sorted(_candidates(view), key=lambda pair: (-pair[0], pair[1].line))
    quotes = tuple(view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE])
    status: Status = "stated" if quotes else "absent" if view.whole else "unknown"
    return Purpose(status=status, evidence=quotes, origin=_origin(view), papers=_papers(view))


def _origin(view: CardView) -> tuple[Evidence, ...]:
    """The first sentence that tells what the model was made from."""
    for line in view.sentences():
        if line.kind is not BlockKind.TABLE_ROW and _tells_origin(line.said):
            return (view.evidence(line),)
    return ()


@kept
def _tells_origin(said: Said) -> bool:
    if not words.ORIGIN.search(said):
        return False
    return said.low.startswith(_MADE) or words.SUBJECT.search(said.low) is not None


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
        score = _points(line, _without_paper(line.said), number, names)
    return 0 if score and (_is_about_else(line.said) or words.ONLY_LINK.match(line.quote)) else score


@kept
def _without_paper(said: Said) -> Said:
    """The words before the title of a paper, which says nothing about the model."""
    paper = words.TITLED.search(said)
    return said if paper is None else said_of(said.low[: paper.start()])


@kept
def _is_about_else(said: Said) -> bool:
    return bool(words.NOT_AT_HEAD.match(said.low) or words.NOT.search(said.low))


def _points(line: Line, said: Said, number: int, names: Set[str]) -> int:
    topics = line.topics
    made_for = _made_for(said)
    if not topics.isdisjoint(_SKIPPED) and Topic.USE not in topics:
        return _aside_points(topics, said, made_for)
    framed = made_for or _framed(said, names)
    noun, place = task_in(said)
    tasked = place is not None
    plain = 2 * _is_plain_use(said)
    if Topic.TRAINING in topics or (Topic.HOW_TO in topics and Topic.USE not in topics):
        return 2 + 2 * framed if (noun and (framed or tasked)) or plain else 0
    if Topic.USE in topics and (framed or noun or len(said.low.split()) > _MIN_USE):
        return 4 + framed + noun + plain
    if place is not None and not made_for and words.RESULT.search(said.low, 0, place):
        return plain  # "it achieves new heights on question answering"
    points = (3 if framed else 0) + (3 if tasked else 0) + plain
    return points or (2 if noun and number < _FIRST and line.kind is BlockKind.PARAGRAPH and _is_name(said) else 0)


def _title_points(line: Line, names: Set[str]) -> int:
    """A heading of three words and more may say it: "Spoken digits: speech recognition for phones"."""
    if line.topics != _OTHER:
        return 0
    said = line.said
    count = len(said.low.split())
    if count <= _MAX_BARE_TITLE:
        return 2 if not said.low.isascii() and does_foreign_task(said) else 0
    return 2 if names_task(said) or does_foreign_task(said) or (count >= _MIN_TITLE and _framed(said, names)) else 0


def _aside_points(topics: Set[Topic], said: Said, made_for: bool) -> int:
    """A use told under a heading that announces something else, such as data or licence."""
    if Topic.DATA in topics or Topic.EVALUATION in topics:
        return 2 if _is_task_of_the_model(said) else 0
    return 1 if made_for else 0


@kept
def _is_task_of_the_model(said: Said) -> bool:
    text = said.low
    if not words.OF_THE_MODEL.search(text) or words.RESULT.search(text) or words.OF_DATA.search(text):
        return False
    return task_in(said)[1] is not None


@kept
def _made_for(said: Said) -> bool:
    return words.MADE_FOR.search(said) is not None and words.SUBJECT.search(said.low) is not None


@kept
def _is_plain_use(said: Said) -> bool:
    return words.PLAIN_USE.search(said) is not None


def _framed(said: Said, names: Set[str]) -> bool:
    return _is_framed(said) or tells_doing(said, names)


@kept
def _is_framed(said: Said) -> bool:
    text = said.low
    if (words.FRAMES.search(said) or _is_for_doing(said)) and words.SUBJECT.search(text):
        return True
    if words.AT_HEAD.match(text) or words.GOOD_AT.search(said):
        return True
    if "data" in text:
        return False
    return bool(words.OTHER_TONGUES.search(said)) or (not text.isascii() and bool(words.FAR_TONGUES.search(text)))


def _is_for_doing(said: Said) -> bool:
    match = words.FOR_DOING.search(said)
    if match is None:
        return False
    return words.THING_BEFORE.search(said.low, max(0, match.start() - _NEAR), match.start()) is not None


@kept
def _is_name(said: Said) -> bool:
    """Whether the name of a thing is all that a paragraph says, or what it begins with."""
    if len(said.low.split()) <= _MAX_FRAGMENT and not words.VERBAL.search(said.low):
        return True
    return any(not words.VERBAL.search(said.low, 0, end) for end in leading_tasks(said))
