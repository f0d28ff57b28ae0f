"""From the cards in `model_cards/` to the entries of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from modelpick.card.reader import read_card
from modelpick.card_facts import BlockKind, CardFacts, FrontMatterStatus
from modelpick.errors import CannotFindOut
from modelpick.registry.entry import Entry, Part, Passage
from modelpick.registry.schema import (
    Fields,
    broken_card,
    checkpoint_of,
    headline_of,
    paper_of,
    variant_of,
)

_KINDS = ("table", "text", "image", "audio")
_PROSE = {BlockKind.PARAGRAPH: False, BlockKind.LIST_ITEM: True}


def cards_folder() -> Path:
    """The folder with the cards: inside the package in a wheel, beside it in a checkout.

    Raises:
        CannotFindOut: It is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "model_cards", package.parent / "model_cards"):
        if (folder / "mlp.md").is_file():
            return folder
    raise CannotFindOut(
        "the catalogue's cards are missing from this installation", "install modelpick again", kind="data"
    )


@cache
def entries() -> tuple[Entry, ...]:
    """All architectures, the oldest first.

    Raises:
        CannotFindOut: The cards are missing, or one of them is broken.
    """
    found = [entry_of(_read(path)) for path in sorted(cards_folder().glob("*.md"))]
    return tuple(sorted(found, key=lambda entry: (entry.year, entry.name)))


def _read(path: Path) -> CardFacts:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise broken_card(path.name, error.strerror or "unreadable") from error
    return read_card(data, path.name)


def entry_of(card: CardFacts) -> Entry:
    """The entry that a card of the catalogue describes.

    Raises:
        CannotFindOut: Its front matter does not follow the schema, or a section is missing.
    """
    if card.front_matter.status is not FrontMatterStatus.READ:
        raise broken_card(card.path, card.front_matter.problem or "it has no front matter")
    fields = Fields(card.front_matter.values.get("modelpick"), path=card.path, place="modelpick")
    name = fields.text("architecture")
    if f"{name}.md" != card.path:
        raise broken_card(card.path, f"`modelpick.architecture` is `{name}`, not the file's name")
    paper, headline = fields.mapping("paper"), fields.mapping("headline")
    if paper is None:
        raise broken_card(card.path, "`modelpick` lacks the key `paper`")
    sections = {part: _section(card, part) for part in Part}
    entry = Entry(
        name=name,
        title=fields.text("title"),
        summary=fields.text("summary"),
        year=fields.number("year"),
        paper=paper_of(paper),
        tasks=fields.texts("tasks"),
        input=fields.text("input"),
        eval=fields.choices("eval", _KINDS),
        aliases=fields.texts("aliases"),
        headline=None if headline is None else headline_of(headline),
        variants=tuple(map(variant_of, fields.mappings("variants"))),
        checkpoints=tuple(map(checkpoint_of, fields.mappings("checkpoints"))),
        about=_about(card),
        prose={part: _passages(card, section) for part, section in sections.items()},
        commands=tuple(_commands(card, sections[Part.USAGE])),
    )
    fields.done()
    for key, values in (("tasks", entry.tasks), ("variants", entry.variants)):
        if not values:
            raise broken_card(card.path, f"`modelpick` lacks the key `{key}`")
    return entry


def _section(card: CardFacts, part: Part) -> int:
    for index, section in enumerate(card.sections):
        if section.title == part.value:
            return index
    raise broken_card(card.path, f"it has no section `{part.value}`")


def _about(card: CardFacts) -> tuple[Passage, ...]:
    first = next((index for index, section in enumerate(card.sections) if section.level == 1), None)
    if first is None:
        raise broken_card(card.path, "it has no title")
    return _passages(card, first)


def _passages(card: CardFacts, section: int) -> tuple[Passage, ...]:
    """The prose of a section, as it stands in the file: our cards use no markup in it but backticks."""
    lines = card.text.split("\n")
    passages: list[Passage] = []
    for block in card.blocks:
        if block.section == section and block.kind in _PROSE:
            text = " ".join(" ".join(lines[block.line - 1 : block.end_line]).split())
            passages.append(Passage(text.removeprefix("- "), item=_PROSE[block.kind]))
    return tuple(passages)


def _commands(card: CardFacts, section: int) -> Iterator[str]:
    for block in card.blocks:
        if block.section == section and block.kind is BlockKind.CODE and block.language == "bash":
            yield from (line for line in block.text.splitlines() if line.strip())
