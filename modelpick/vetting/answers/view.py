"""A card as the readers of the answers look at it: its sentences in order, each with the topics of its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile

from modelpick.card.bases import HUBS_HEADER
from modelpick.card_facts import Block, BlockKind, CardFacts, Sentence, Value
from modelpick.findings import Evidence
from modelpick.vetting.answers.topics import Topic, topics_of
from modelpick.vetting.answers.words import Said, late, said_of

_MAX_LINES = 5_000
_MAX_TEXT = 1_500
_MAX_QUOTE_LINES = 6
_MAX_QUOTE = 2_000
_MAX_GATE_LINES = 400
_GATE_KEYS = ("extra_gated_prompt", "extra_gated_description", "extra_gated_heading")
_NO_TOPICS: frozenset[Topic] = frozenset()
_OTHER = frozenset({Topic.OTHER})
_NO_PROSE = frozenset({BlockKind.CODE, BlockKind.COMMENT})
_MAX_TITLE_WORDS = 2
_MAX_TITLE_SIGNS = 8
_MIN_WORDS = 4
_MIN_HEADER_WORDS = 6  # so long a head of a column is a statement in a table without a header

_MAX_LEAD = 200  # characters
_MAX_NAMES = 12
_MIN_NAME = 3  # letters
_MARKS = "*_\"'`()[]{}:,.!?|<>"
_NO_NAMES = frozenset(
    "model models card base large small tiny mini the for and with this our that from fine-tuned fine bert gpt2".split()  # noqa: SIM905
)

_ANCHOR = late(
    r"\[[^\[\]\n]{0,200}\]\(#[^()\s]{0,200}\)|<a\b[^<>]{0,200}href=.?#[^<>]{0,200}>[^<>]{0,200}</a>", re.IGNORECASE
)
_URL = late(r"\W*https?://\S+")
_WORD = late(r"[^\W\d_]")


@dataclass(eq=False)  # not frozen: that would make it several times as slow to make
class Line:
    """A sentence of the card's prose (or a heading, or a line of its gate text) and where it stands.

    `low` is the text in lower case. `topics` are those of the section's heading (of the next one above that announces
    any), `above` adds those of all headings above it. `said` are its words, shared with the same sentence elsewhere.
    """

    text: str
    low: str
    line: int
    quote: str
    kind: BlockKind
    topics: frozenset[Topic] = _NO_TOPICS
    above: frozenset[Topic] = _NO_TOPICS
    section: str | None = None
    block: Block | None = None
    gate: bool = False
    said: Said = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.said = said_of(self.low)

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its words, for `Cues`."""
        return self.said.stems


class CardView:
    """The readable parts of a card. Placeholders, comments and code are no prose; code stands apart.

    Attributes:
        card: None where the repo has no card.
        whole: False where something could not be read: what is not found is then unknown, not absent.

    `told` is the front matter as the Hub tells it: its gate text is read where the card could not be had.
    """

    def __init__(self, card: CardFacts | None, *, whole: bool = True, told: Mapping[str, Value] | None = None) -> None:
        self.card = card
        self._told = told or {}
        self.whole = whole and not (card and card.truncated) and len(self.lines) < _MAX_LINES

    @cached_property
    def rows(self) -> list[str]:
        """The raw lines of the file, the first at index 0."""
        return self.card.text.split("\n") if self.card else []

    def quote(self, first: int, last: int | None = None) -> str:
        """The file's own characters of these lines (from 1): at most six lines, and of a giant line the beginning."""
        rows = self.rows[first - 1 : min(last or first, first + _MAX_QUOTE_LINES - 1)]
        return "\n".join(rows).strip()[:_MAX_QUOTE]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All sentences of the body in order, headings among them."""
        lines: list[Line] = []
        for line in self._body():
            lines.append(line)
            if len(lines) >= _MAX_LINES:
                break
        return tuple(lines)

    @cached_property
    def gate(self) -> tuple[Line, ...]:
        """The lines of the gate text (`extra_gated_*`) of the front matter."""
        if self.card is None:
            return tuple(self._told_gate())
        front = self.card.front_matter
        starts = sorted(front.lines.values())
        raw = self.rows
        found: list[Line] = []
        for key in _GATE_KEYS:
            first = front.lines.get(key)
            if first is None:
                continue
            last = min((start for start in starts if start > first), default=front.end_line or len(raw) + 1)
            for number in range(first, min(last, first + _MAX_GATE_LINES)):
                text = raw[number - 1].strip().removeprefix(f"{key}:").strip(" >|-'\"")
                if text:
                    quote = raw[number - 1].strip()[:_MAX_QUOTE]
                    text = text[:_MAX_TEXT]
                    found.append(Line(text, text.lower(), number, quote, BlockKind.PARAGRAPH, gate=True))
        return tuple(found)

    def _told_gate(self) -> Iterator[Line]:
        for key in _GATE_KEYS:
            value = self._told.get(key)
            rows = value.split("\n")[:_MAX_GATE_LINES] if isinstance(value, str) else ()
            for text in (row.strip()[:_MAX_TEXT] for row in rows):
                if text:
                    yield Line(text, text.lower(), 0, text, BlockKind.PARAGRAPH, gate=True)

    @cached_property
    def code(self) -> tuple[Block, ...]:
        """The code blocks."""
        if self.card is None:
            return ()
        return tuple(block for block in self.card.blocks if block.kind is BlockKind.CODE)

    def lead(self, code: Block) -> str:
        """The text of the block right before a block of code, which as a rule says what the code is; "" where none."""
        blocks = self.card.blocks if self.card else ()
        before = self._places.get(code.line, 0) - 1
        return blocks[before].text[-_MAX_LEAD:] if before >= 0 else ""

    @cached_property
    def _places(self) -> dict[int, int]:
        """Where among the blocks those are that begin on a line of code."""
        blocks = self.card.blocks if self.card else ()
        return {block.line: number for number, block in enumerate(blocks) if block.kind is BlockKind.CODE}

    def sentences(self, *, headings: bool = False) -> Iterator[Line]:
        """The sentences, with or without headings among them, but no citations."""
        return iter(self._prose if headings else self._sentences)

    @cached_property
    def _prose(self) -> list[Line]:
        return [line for line in self.lines if Topic.CITATION not in line.above]

    @cached_property
    def _sentences(self) -> list[Line]:
        return [line for line in self._prose if line.kind is not BlockKind.HEADING]

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the card's own title by which its sentences may call the model, in lower case."""
        if self.card is None or not self.card.sections:
            return frozenset()
        title = self.card.sections[0].title.lower()
        found = [word for word in (part.strip(_MARKS) for part in title.split()[:_MAX_NAMES]) if len(word) >= _MIN_NAME]
        return frozenset([*found, *(word.partition("-")[0] for word in found if "-" in word)]) - _NO_NAMES

    def topics(self, block: Block) -> frozenset[Topic]:
        """What the section of a block is about."""
        return _NO_TOPICS if block.section is None else self._topics[0][block.section]

    def value(self, key: str) -> Value:
        """A value of the front matter; None where it is not there or empty."""
        return self.card.front_matter.values.get(key) if self.card else None

    def strings(self, key: str) -> tuple[str, ...]:
        """A value of the front matter that may be one string or a list of them; what is neither is left out."""
        value = self.value(key)
        if isinstance(value, str):
            return (value.strip(),) if value.strip() else ()
        if isinstance(value, (list, tuple)):
            return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())
        return ()

    def evidence(self, line: Line) -> Evidence:
        """The quote of a sentence."""
        place = self.path if line.line else HUBS_HEADER
        return Evidence(file=place, line=line.line, quote=line.quote, section=line.section)

    def key_evidence(self, key: str, item: str | None = None) -> tuple[Evidence, ...]:
        """The quote of a key of the front matter, or of the line where `item` of its list stands."""
        if self.card is None or key not in self.card.front_matter.lines:
            return ()
        first = number = self.card.front_matter.lines[key]
        if item:
            last = min(self.card.front_matter.end_line or first, first + 500)
            number = next((n for n in range(first, last + 1) if item in self.rows[n - 1]), first)
        last = number if item else self._end_of_list(first)
        return (Evidence(file=self.path, line=number, quote=self.quote(number, last)),)

    def _end_of_list(self, first: int) -> int:
        """The last line of a list whose items stand below its key; the key's own line where there is none."""
        if not self.rows[first - 1].rstrip().endswith(":"):
            return first
        after = self.rows[first : first + _MAX_QUOTE_LINES - 1]
        return first + sum(1 for _ in takewhile(lambda row: row.lstrip().startswith("- "), after))

    def block_evidence(self, block: Block) -> Evidence:
        """The first lines of a block."""
        assert self.card is not None  # noqa: S101 - a block comes from a card
        section = self.card.section_of(block)
        return Evidence(
            file=self.path,
            line=block.line,
            quote=self.quote(block.line, block.end_line),
            section=section.title if section else None,
        )

    def line_evidence(self, number: int) -> Evidence:
        """One whole line of the file."""
        return Evidence(file=self.path, line=number, quote=self.quote(number))

    @property
    def path(self) -> str:
        """The card's file name."""
        return self.card.path if self.card else "README.md"

    def _body(self) -> Iterator[Line]:
        if self.card is None:
            return
        head = ""
        for block in self.card.blocks:
            if block.placeholder or block.kind in _NO_PROSE:
                continue
            if block.kind is BlockKind.TABLE_ROW:
                statement = self._statement(block, "" if block.header else head) if len(block.cells) == 2 else None
                if block.header:
                    head = block.cells[0] if block.cells else ""
                if statement:
                    yield statement
                    continue
            sentences = block.sentences
            if block.kind is BlockKind.HEADING:
                sentences = (Sentence(text=block.text, line=block.line, quote=self.rows[block.line - 1].strip()),)
            for sentence in sentences:
                if ("](#" in sentence.quote or "href" in sentence.quote) and _is_contents(sentence.quote):
                    continue
                text = sentence.text[:_MAX_TEXT].strip()
                if text and not ("://" in text and _URL.fullmatch(text)):
                    yield self._line(block, text, sentence)

    def _statement(self, block: Block, head: str) -> Line | None:
        """A table row that is a label and a statement, as a sentence: `| Limitations | It fails on ... |`."""
        fewest = _MIN_HEADER_WORDS if block.header else _MIN_WORDS
        if len(block.cells[1].split()) < fewest or not block.sentences:
            return None
        label, text = (cell.strip() for cell in block.cells)
        topics = topics_of(label.lower())
        if topics == _OTHER:
            topics = topics_of(head.strip().lower())
        line = self._line(block, f"{label}: {text}"[:_MAX_TEXT], block.sentences[0])
        if topics == _OTHER:
            topics = line.topics
        return replace(line, kind=BlockKind.PARAGRAPH, topics=topics, above=line.above | topics)

    def _line(self, block: Block, text: str, sentence: Sentence) -> Line:
        own, above = self._topics
        at = block.section
        return Line(
            text=text,
            low=text.lower(),
            line=sentence.line,
            quote=sentence.quote[:_MAX_QUOTE],
            kind=block.kind,
            topics=_NO_TOPICS if at is None else own[at],
            above=_NO_TOPICS if at is None else above[at],
            section=None if at is None or self.card is None else self.card.sections[at].title,
            block=block,
        )

    @cached_property
    def _topics(self) -> tuple[list[frozenset[Topic]], list[frozenset[Topic]]]:
        card = self.card
        if card is None:
            return [], []
        own = [
            # The card's own title names the model: "X fine-tuned on Y" opens no section on training.
            _OTHER if number == 0 and _is_title(section.name) else topics_of(section.name)
            for number, section in enumerate(card.sections)
        ]
        above: list[frozenset[Topic]] = []
        for number, section in enumerate(card.sections):
            if own[number] == _OTHER and section.parent is not None and section.parent < number:
                own[number] = own[section.parent]  # "Image" under "Training data" goes on with it
            inherited = above[section.parent] if section.parent is not None and section.parent < number else _NO_TOPICS
            above.append(own[number] | inherited)
        return own, above


def _is_contents(quote: str) -> bool:
    """Whether a line only leads to other places of the card: an entry of a table of contents states nothing."""
    rest, links = _ANCHOR.subn("", quote[:_MAX_QUOTE])
    return links > 0 and _WORD.search(rest) is None


def _is_title(name: str) -> bool:
    """Whether the first heading of a card is more than the name of a section."""
    return len(name.split()) > _MAX_TITLE_WORDS or (not name.isascii() and len(name) > _MAX_TITLE_SIGNS)
