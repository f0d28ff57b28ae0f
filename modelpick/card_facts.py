"""Facts of a model card: its front matter, sections, blocks and sentences, each with its line.

`card/` makes them. They stand below `facts.py`, where a card is one of many facts of a repo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | None | Sequence["Value"] | Mapping[str, "Value"]
"""A value of a front matter. Scalars stay strings (`no` is Norwegian, `1.10` a version); None is an empty value."""


class BlockKind(StrEnum):
    """What a block of a card's body is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE_ROW = "table-row"
    QUOTE = "quote"
    CODE = "code"
    COMMENT = "comment"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a block: `text` without Markdown markup, and the line (from 1) on which it begins.

    `quote` is the file's own characters of the sentence, markup and line breaks included, over at most six lines.
    """

    text: str
    line: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a card's body.

    Attributes:
        kind: A heading, paragraph, list item, table row, quote, code block, HTML comment or other HTML.
        text: Its text without markup; code and comments as they stand; table cells joined by ` | `.
        line: Its first line, counted from 1 over the whole file, front matter included.
        end_line: Its last line, inclusive.
        section: Index into `CardFacts.sections`; None before the first heading.
        sentences: Empty for headings, code and comments.
        placeholder: Filled by nobody: `[More Information Needed]`, `{{ ... }}`, N/A, a template's own sentence.
        cells: The cells of a table row, else empty. `header` tells whether it is the table's header row.
        language: Of a code block, as its fence names it ("" where it does not), else None.
    """

    kind: BlockKind
    text: str
    line: int
    end_line: int
    section: int | None = None
    sentences: tuple[Sentence, ...] = ()
    placeholder: bool = False
    cells: tuple[str, ...] = ()
    header: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it.

    Attributes:
        title: As written, without markup.
        name: Normalised for comparing: lower case, without numbers, emoji, punctuation at the ends, "[optional]".
        level: 1 to 6; a bold line that serves as a heading has 7.
        line: Of the heading.
        parent: Index of the section above it, if any.
    """

    title: str
    name: str
    level: int
    line: int
    parent: int | None = None


class FrontMatterStatus(StrEnum):
    """How the front matter of a card was found."""

    ABSENT = "absent"
    READ = "read"
    EMPTY = "empty"
    UNCLOSED = "unclosed"  # an opening fence that never ends: what follows is read as far as it can be
    NOT_A_MAPPING = "not-a-mapping"
    BROKEN = "broken"  # not YAML; single `key: value` lines are kept where they can be read
    REFUSED = "refused"  # anchors, aliases, tags, merge keys, too deep
    OVER_CAP = "over-cap"  # too large or too many nodes: what it says is unknown, never absent


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The YAML at the head of a card.

    Attributes:
        status: How it was found. Only READ, and what could be saved of BROKEN and UNCLOSED, has values.
        values: Top-level key -> value, without `model-index`. For a duplicate key the last one, as YAML has it.
        lines: Top-level key -> line in the file.
        duplicates: (key, line of each occurrence) for keys given more than once.
        model_index: The key `model-index`, read apart for it may be large; None where absent or unreadable.
        start_line: Line of the opening fence; 0 where there is no front matter.
        end_line: Line of the closing fence.
        problem: What is wrong with it, in words, for any status but EMPTY and ABSENT; of READ where only `model-index`
            could not be read.
    """

    status: FrontMatterStatus
    values: Mapping[str, Value] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    duplicates: tuple[tuple[str, tuple[int, ...]], ...] = ()
    model_index: Value = None
    start_line: int = 0
    end_line: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    r"""A model card as read. An empty card has no blocks; a card that is not there is None in `RepoFacts.card`.

    Attributes:
        path: Inside the repo, as a rule `README.md`.
        sha256: Of the bytes that were read.
        bytes: Size of the file as far as known.
        truncated: Not all of the card was read (it is over a cap): what it does not seem to say is unknown.
        cut: The file is longer than what is read of a card.
        text: The decoded text (UTF-8, bad bytes replaced), newlines as in the file.
        problems: What a reader should be told: bad UTF-8, truncated, duplicate keys, a second front matter, ...
    """

    path: str
    sha256: str
    bytes: int
    text: str
    truncated: bool = False
    cut: bool = False
    front_matter: FrontMatter
    sections: tuple[Section, ...] = ()
    blocks: tuple[Block, ...] = ()
    problems: tuple[str, ...] = ()

    def section_of(self, block: Block) -> Section | None:
        """The section that a block stands in."""
        return None if block.section is None else self.sections[block.section]

    def quote(self, line: int, end_line: int | None = None) -> str:
        r"""The file's own characters of the lines from `line` on (from 1, counted at \n), at most six of them."""
        last = min(end_line or line, line + 5)
        return "\n".join(self.text.split("\n")[line - 1 : last]).strip()
