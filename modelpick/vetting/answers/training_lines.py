"""What one sentence, heading or list item says about training data, by its own words and by where it stands."""

from __future__ import annotations

import re
from dataclasses import replace

from modelpick.card_facts import Block, BlockKind
from modelpick.vetting.answers import training_words as words
from modelpick.vetting.answers.contract import Role
from modelpick.vetting.answers.dataset_names import Named, hub_ids, looks_like_name, names_in
from modelpick.vetting.answers.dataset_patterns import LINK, MODEL_URL
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.training_found import Found, set_key
from modelpick.vetting.answers.training_items import is_step, item_names
from modelpick.vetting.answers.view import Line
from modelpick.vetting.answers.words import Said, kept, late

_PAPER = late(r"arxiv\.org|aclweb\.org|aclanthology|doi\.org|openreview|semanticscholar|\.pdf\b|proceedings", re.I)
_PLAIN = frozenset({BlockKind.PARAGRAPH, BlockKind.HEADING})
_TOLD_IN = frozenset({Topic.TRAINING, Topic.DATA})
_TITLE_BLANKS = 3
_MAX_GAP = 3  # rows between a sentence about training and one that goes on about it
_REACH = 120  # signs between "trained" and "on"
_SHORT_LEAD = 200
_SHORT = 30
_ON = late(r" (?:on|with|using|against) |[;.] |, and |fine")
_LABELLED_LINK = late(r"[:：][*_`\s]{0,4}\[([^\[\]\n]{2,80})\]\(\s*<?([^()\s<>]{1,300})")


def in_data(line: Line) -> bool:
    """Whether the line stands in a section about training data; "Training and evaluation data" is one."""
    if Topic.DATA not in line.topics:
        return False
    return Topic.EVALUATION not in line.topics or "train" in (line.section or "").lower()


@kept
def _is_aside(said: Said) -> bool:
    return words.ASIDE.match(said.low) is not None


@kept
def _is_setting(said: Said) -> bool:
    return ":" in said.low[:60] and words.SETTING.match(said.low) is not None


@kept
def _is_cued(said: Said) -> bool:
    return words.CUE.search(said.low) is not None


class LineReader:
    """Reads the lines of one card in order; remembers what announced the next ones.

    `title` is the card's first heading, in lower case: a famous model that it names is this model.
    """

    def __init__(self, found: Found, title: str) -> None:
        self._found = found
        self._title = title
        self._list_under: int | None = None  # section of a list that a sentence on training announced
        self._announced_in: Block | None = None  # the paragraph of that sentence
        self._told_at = -_MAX_GAP - 1  # line of the last sentence that told of training data

    def announced(self, line: Line) -> bool:
        """Whether that line is of a list or table that was announced as training data."""
        if self._list_under is None or line.kind in _PLAIN:
            return False
        at = line.block.section if line.block else None
        return self._list_under == (-1 if at is None else at)

    def near(self, line: Line) -> bool:
        """Whether training data were told of right before that line."""
        return 0 <= line.line - self._told_at <= _MAX_GAP

    def read(self, line: Line) -> None:
        """Takes what the line says."""
        self._leave_list(line)
        data = in_data(line) or self.announced(line)
        if _is_aside(line.said) or (not data and _is_setting(line.said)):
            return
        near = self.near(line)
        if not (data or near or line.topics & _TOLD_IN or Topic.EVALUATION in line.above or _is_cued(line.said)):
            return
        line = _without_titles(line)
        text = line.low
        trained, evaluated = words.TRAINED.search(text), words.EVALUATED.search(text)
        self._note_other_use(line, trained is not None, evaluated is not None)
        if words.HIDDEN.search(text) and self._withheld(line):
            return
        denied = words.DENIED.search(text)
        if denied and not (trained and trained.start() < denied.start() and words.EXCEPT.match(text, denied.start())):
            self._add(names_in(line.text, line.quote, known_only=True), "other", line)
            return
        if (trained or data or near) and self._not_this_model(line, data, trained is not None):
            return
        label = None if Topic.EVALUATION in line.topics else words.LABEL.search(text)
        told = len(self._found.naming) + len(self._found.describing)
        if label and line.kind is not BlockKind.HEADING:
            self._take_label(line, label.end())
        elif trained and _tells_on_what(text, trained) and not self._only_measured(line, evaluated is not None):
            if not self._take_sentence(line) and data:
                self._take_data(line)
        elif line.kind is BlockKind.HEADING:
            return
        elif not evaluated and (data or (words.OUR_DATA.search(text) and not _how_to(line))):
            self._take_data(line)
        elif words.MADE_ON.search(text) and not evaluated and not _how_to(line):
            self._found.describing.append(line)
        elif not evaluated and self._goes_on(line, near or Topic.TRAINING in line.topics):
            self._take_data(line)
        elif evaluated or Topic.EVALUATION in line.above:
            self._add(names_in(line.text, line.quote, known_only=True), "evaluation", line)
        if len(self._found.naming) + len(self._found.describing) > told:
            self._told_at = line.line + line.quote.count("\n")
        if trained and words.STAGES.search(text):
            self._told_at = line.line
        end = text[-_SHORT_LEAD:]
        if trained and not evaluated and words.LEAD.search(end) and not words.NO_LEAD.search(end):
            self._announce(line)

    def _leave_list(self, line: Line) -> None:
        """A list that was announced ends with the section, or with a paragraph other than the announcing one."""
        if self._list_under is not None and line.block is not self._announced_in and not self.announced(line):
            self._list_under = None

    def _announce(self, line: Line) -> None:
        at = line.block.section if line.block else None
        self._list_under = -1 if at is None else at
        self._announced_in = line.block

    def _not_this_model(self, line: Line, data: bool, trained: bool) -> bool:
        """Advice to the reader, and what is told of other models."""
        text = line.low
        first = words.ADVICE_FIRST.match(text)
        advice = first or words.ADVICE.search(text), None if data else words.OTHERS.search(text)
        if any(advice) and not words.DATA_USED.search(text):  # each is None or a match
            stated = words.STATED.search(text)
            if any(match and not (stated and stated.start() < match.start()) for match in advice):
                return True
        if not trained:
            return False
        famous = words.FAMOUS_TRAINED.search(text)
        if words.BASE_TRAINED.search(text) or (famous and famous[1] not in self._title and " this " not in text):
            self._add(names_in(line.text, line.quote, known_only=True), "other", line)
            return True
        return False

    @staticmethod
    def _only_measured(line: Line, evaluated: bool) -> bool:
        """A sentence of a section on results that speaks of an evaluation too: what it was trained on is by the way."""
        return evaluated and Topic.EVALUATION in line.topics and not words.TRAIN_SPLIT.search(line.low)

    @staticmethod
    def _goes_on(line: Line, near: bool) -> bool:
        """A sentence after one about training, or in a section on it, that speaks of data or names several sets."""
        if near and (words.GOES_ON.search(line.low) or hub_ids(line.quote)):
            return True
        if words.MEASURED.search(line.low):
            return False
        if not near and (_how_to(line) or not words.WE_USED.search(line.low)):
            return False
        fewest = 1 if near and words.STAGE.match(line.low) else 2
        return len(names_in(line.text, line.quote, known_only=True)) >= fewest

    def _withheld(self, line: Line) -> bool:
        """Takes a sentence that speaks of data and does not tell which; False where it is none."""
        text = line.low
        match = words.UNDISCLOSED.search(text)
        if match is None:
            return False
        rest = text[match.end() :]
        if re.match(r"s?\w* (?:of|with|containing|consisting|comprising) ", rest) and words.KIND.search(rest):
            self._found.describing.append(line)
        else:
            self._found.withholding.append(line)
        return True

    def _add(self, names: tuple[Named, ...], role: Role, line: Line) -> None:
        for named in names:
            self._found.add(named, role, line)

    def _take_label(self, line: Line, end: int) -> None:
        """`Training data: X`: what follows the label is about training data; where nothing does, the list below is."""
        rest = line.text[end:].strip(" *_`")
        if not rest:
            self._announce(line)
            return
        names = names_in(line.text, line.quote, listed=True)
        if not names and (link := _LABELLED_LINK.search(line.quote)) and not MODEL_URL.search(link[2]):
            label = link[1].strip("`*_ ")
            if re.search(r"[^\W\d]", label) and not words.NO_LINK.match(label.lower()):
                names = (Named(label, line.text.find(label)),)
        if not names and len(rest.split()) <= 4 and looks_like_name(rest):
            names = (Named(rest, end, next(iter(hub_ids(line.quote)), None)),)
        if names:
            self._add(names, "training", line)
            self._found.naming.append(line)
        else:
            self._take_unnamed(line, rest.lower())

    def _take_data(self, line: Line) -> None:
        """A statement of a section, or of a list, about training data: names need no cue there."""
        step = line.kind is BlockKind.LIST_ITEM and is_step(line.text)
        names = item_names(line) or names_in(line.text, line.quote, listed=True, known_only=step)
        self._add(names, "training", line)
        if names:
            self._found.naming.append(line)
        else:
            self._take_unnamed(line, line.low)

    def _take_unnamed(self, line: Line, text: str) -> None:
        if words.OWNED_ONLY.search(text) and not words.KIND.search(words.OWNED_ONLY.sub("", text)):
            self._found.withholding.append(line)
        elif not words.POINTER.match(text) and (len(text.split()) > 4 or words.KIND.search(text)):
            self._found.describing.append(line)

    def _take_sentence(self, line: Line) -> bool:
        """A sentence about training, the roles of its names by what stands around them; whether it told anything."""
        names = names_in(line.text, line.quote)
        training = False
        for named in names:
            role = _role(line.low, named)
            self._found.add(named, role, line)
            training = training or role == "training"
        if training:
            self._found.naming.append(line)
        elif words.OWNED_ONLY.search(line.low) and not words.KIND.search(words.OWNED_ONLY.sub("", line.low)):
            self._found.withholding.append(line)
        elif _describes(line):
            self._found.describing.append(line)
        else:
            return bool(names)
        return True

    def _note_other_use(self, line: Line, trained: bool, evaluated: bool) -> None:
        """Names that the text uses for something else than training (a calibration or test set), or not at all."""
        if trained != evaluated and (evaluated or words.DENIED.search(line.low)):
            for match in re.finditer(r"[\w.-]+/[\w.-]+|`([^`]+)`", line.quote):
                self._found.not_training.add(set_key(match[1] or match[0]))


def _tells_on_what(text: str, trained: re.Match[str]) -> bool:
    """Whether the sentence goes on to say on what: a preposition soon after the word, or a phrase that needs none."""
    near = words.PREPOSITION.search(text, trained.start(), trained.end() + _REACH)
    return near is not None or words.TRAINED_ON.search(text) is not None


def _how_to(line: Line) -> bool:
    return Topic.HOW_TO in line.topics and Topic.DATA not in line.topics


def _without_titles(line: Line) -> Line:
    """The line without the titles of linked papers, whose words tell nothing about this model."""
    if "](" not in line.quote:
        return line
    text = line.text
    for label, url in LINK.findall(line.quote):
        label = label.strip("`*_ ")
        if label.count(" ") >= _TITLE_BLANKS and _PAPER.search(url):
            text = text.replace(label, " ")
    return line if text == line.text else replace(line, text=text, low=text.lower())


def _role(text: str, named: Named) -> Role:
    """The role of a name in a sentence about training, by whether an evaluation stands nearer before it."""
    trained, evaluated = words.TRAINED.search(text), words.EVALUATED.search(text)
    compared = words.COMPARED.search(text)
    if compared and 0 <= compared.start() < named.at:
        return "other"
    before, after = text[max(0, named.at - _REACH) : max(0, named.at)], text[named.at + len(named.name) :][:_SHORT]
    if (tasks := words.FOR_TASKS.search(text)) and tasks.start() < named.at < tasks.end():
        return "evaluation"
    if words.OF_BASE.search(before) or words.MODELLED_ON.search(before) or words.EXCEPTED.search(before):
        return "other"
    if words.IS_TEST_SET.match(after) or (trained and trained.start() > named.at and words.IS_TEST.match(after)):
        return "evaluation"
    result = words.RESULT.search(text)
    if result and trained and trained.start() < result.start() < named.at:
        return "evaluation"
    if trained is None or evaluated is None or evaluated.start() > named.at:
        return "training"
    if words.BOTH.search(text) or trained.start() > named.at:
        return "training" if words.BOTH.search(text) else "other"
    if trained.start() < evaluated.start():
        return "evaluation"
    # "evaluate the model, trained for a day, on X": what was measured on comes last.
    return "training" if _ON.search(text, evaluated.end(), trained.start()) else "evaluation"


def _describes(line: Line) -> bool:
    """Whether a sentence about training tells kind, source or amount of the data, and is no instruction to train."""
    text = line.low
    if line.kind is BlockKind.HEADING or _how_to(line) or words.POINTER.match(text) or words.INSTRUCTION.search(text):
        return False
    told = words.NO_DATA.sub("", text)
    for match in words.OBJECT.finditer(told):
        if words.KIND.search(match[2]) and (match[1] in {"on", "from", "over"} or words.WITH_DATA.search(match[2])):
            return True
    if words.FOREIGN_TRAINED.search(told) and words.KIND.search(told):
        return True
    return bool(
        re.search(r"\bdata(?:set)?s?\b(?!-)|\bcorp(?:us|ora)\b|\btraining (?:images|texts|samples|set)\b", told)
    )
