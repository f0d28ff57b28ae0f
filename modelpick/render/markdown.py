"""A document as Markdown. All text is escaped: nothing from outside becomes a heading, HTML, or a link whose text hides
where it leads. (A bare address is made a link by some viewers, whatever is done.)
"""

from __future__ import annotations

import re

from modelpick.document import Block, Cell, Chart, Document, Heading, Quote, Table, Text, Tone
from modelpick.render.sanitise import clean, clean_line

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~$#!])")
_LEADING = re.compile(r"^(\s*)([-+=>]|\d+[.)])(?=\s|$|[-=])", re.M)


def escape_markdown(text: str) -> str:
    """The text with everything escaped that Markdown or HTML would read as its own."""
    return _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;")))


def render_markdown(document: Document) -> str:
    """The document's blocks, with a newline at the end."""
    lines: list[str] = []
    previous: Block | None = None
    for block in document.blocks:
        is_next_item = isinstance(block, Text) and block.item and isinstance(previous, Text) and previous.item
        if lines and not is_next_item:
            lines.append("")
        lines.extend(_lines(block))
        previous = block
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> list[str]:
    if isinstance(block, Heading):
        return ["#" * block.level + " " + escape_markdown(clean_line(block.text))]
    if isinstance(block, Text):
        if block.item:
            return ["- " + escape_markdown(clean_line(block.text))]
        text = "  \n".join(escape_markdown(line) for line in clean(block.text).split("\n"))
        return [f"**{text}**" if block.tone is Tone.STRONG and "\n" not in text else text]
    if isinstance(block, Quote):
        quoted = ["> " + escape_markdown(line.strip()) + "  " for line in clean(block.text).split("\n")]
        return [*quoted, "> " + escape_markdown("(" + clean_line(block.place) + ")")] if block.place else quoted
    if isinstance(block, Table):
        return _table(block)
    return _chart(block)


def _table(block: Table) -> list[str]:
    def cell_text(cell: str | Cell) -> str:
        return escape_markdown(clean_line(cell.text if isinstance(cell, Cell) else cell))

    lines = [f"**{escape_markdown(clean_line(block.title))}**", ""] if block.title else []
    lines.append("| " + " | ".join(cell_text(column) for column in block.columns) + " |")
    lines.append("|" + "|".join(" ---: " if column in block.right else " --- " for column in block.columns) + "|")
    lines.extend("| " + " | ".join(cell_text(cell) for cell in row) + " |" for row in block.rows)
    return lines


def _chart(block: Chart) -> list[str]:
    from modelpick.render.text_chart import chart_text

    return ["```text", *chart_text(block).split("\n"), "```"]
