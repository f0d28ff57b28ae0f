"""Block rules for what cards hold most of, plain paragraphs and tables, and a state that makes cheap tokens.

The rules find what the parser's own rules find and the walk needs, in half the time. A row of a table is one token,
`row`, that holds its cells.
"""

from __future__ import annotations

import re
from typing import Literal

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

_DELIMITERS = re.compile(r"(?:[|:][|:\- \t]|-[|:\-])[|:\- \t]*")
_DELIMITER = re.compile(r":?-+:?")
_CELLS = re.compile(r"(?<!\\)\|")
_MAX_EMPTY_CELLS = 65_536
"""Cells that are added to short rows of a table, as in the parser's own rule."""


class Cheap(Token):
    """A token that costs a third: most of its fields are those of the class, until a rule sets them."""

    attrs = {}  # noqa: RUF012 - set, never changed in place
    map: list[int] | None = None
    level = 0
    children = None
    content = ""
    markup = ""
    info = ""
    meta = {}  # noqa: RUF012
    block = True
    hidden = False
    cells: tuple[str, ...] = ()

    def __init__(self, type: str, tag: str, nesting: Literal[-1, 0, 1]) -> None:  # noqa: A002 - as in Token
        self.type, self.tag, self.nesting = type, tag, nesting


class State(StateBlock):
    """The state of a parse whose rules code blocks are among."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Cheap:
        """Adds a token."""
        token = Cheap(ttype, tag, nesting)
        if nesting:
            if nesting < 0:
                self.level -= 1
                token.level = self.level
            else:
                token.level = self.level
                self.level += 1
        else:
            token.level = self.level
        self.tokens.append(token)
        return token

    def is_code_block(self, line: int) -> bool:
        """Whether the line is indented so far that it is code."""
        return self.sCount[line] - self.blkIndent >= 4


# --- paragraphs -------------------------------------------------------------------------------------------------


def prose(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Reads a paragraph whose first line begins with a letter, where no other rule can have a say in it."""
    if silent or state.is_code_block(start) or not state.src[state.bMarks[start] + state.tShift[start]].isalpha():
        return False
    src, marks, shifts, ends = state.src, state.bMarks, state.tShift, state.eMarks
    rules = None
    parent = state.parentType
    line = start + 1
    while line < state.lineMax:
        begin = marks[line] + shifts[line]
        if begin >= ends[line]:
            break
        if not src[begin].isalpha():
            if src[begin] in "|:=-" and not _is_item(src[begin : ends[line]]):
                state.parentType = parent  # perhaps the rule of a table, or a line under a heading
                return False
            if rules is None:
                rules = state.md.block.ruler.getRules("paragraph")
                state.parentType = "paragraph"
            deep = state.sCount[line] - state.blkIndent > 3 or state.sCount[line] < 0
            if not deep and any(rule(state, line, state.lineMax, True) for rule in rules):
                break
        line += 1
    opening = state.push("paragraph_open", "p", 1)
    opening.map = [start, line]
    inline = state.push("inline", "", 0)
    inline.content = mdTrim(state.getLines(start, line, state.blkIndent, False))
    state.push("paragraph_close", "p", -1)
    state.line = line
    state.parentType = "paragraph"  # as the parser's own rule for headings leaves it
    return True


def _is_item(row: str) -> bool:
    """Whether a line begins with a dash, a blank and something else."""
    return row.startswith("- ") and row.strip("- \t") != ""


# --- tables -----------------------------------------------------------------------------------------------------


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Reads a table as GitHub's Markdown has it: a header, a line of dashes with as many columns, then rows."""
    second = start + 1
    if second >= end or state.src[state.bMarks[second] + state.tShift[second]] not in "|-:":
        return False
    if state.sCount[second] < state.blkIndent or state.is_code_block(second) or state.is_code_block(start):
        return False
    columns = _columns(_text(state, second))
    header = mdTrim(_text(state, start))
    if not columns or "|" not in header or len(cells := _cells(header)) != columns:
        return False
    if silent:
        return True
    parent, state.parentType = state.parentType, "table"
    rules = state.md.block.ruler.getRules("blockquote")
    _push(state, start, "th", cells)
    empty, line = 0, start + 2
    while line < end and state.sCount[line] >= state.blkIndent:
        if any(rule(state, line, end, True) for rule in rules):
            break
        text = mdTrim(_text(state, line))
        if not text or state.is_code_block(line):
            break
        cells = _cells(text)
        empty += columns - len(cells)
        if empty > _MAX_EMPTY_CELLS:
            break
        _push(state, line, "td", [*cells[:columns], *[""] * (columns - len(cells))])
        line += 1
    state.parentType = parent
    state.line = line
    return True


def _push(state: StateBlock, line: int, tag: str, cells: list[str]) -> None:
    token = Cheap("row", tag, 0)
    token.map = [line, line + 1]
    token.cells = tuple(map(mdTrim, cells))
    state.tokens.append(token)


def _text(state: StateBlock, line: int) -> str:
    """The text of a line, its indent left out."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _columns(rule: str) -> int:
    """How many columns a line of dashes has; 0 where it is none."""
    if _DELIMITERS.fullmatch(rule) is None:
        return 0
    parts = list(map(mdTrim, rule.split("|")))
    inner = [part for number, part in enumerate(parts) if part or 0 < number < len(parts) - 1]
    return len(inner) if all(map(_DELIMITER.fullmatch, inner)) else 0


def _cells(text: str) -> list[str]:
    """The cells of a row; a backslash before a bar makes it a part of its cell."""
    cells = [cell.replace("\\|", "|") for cell in _CELLS.split(text)] if "\\" in text else text.split("|")
    if cells and cells[0] == "":
        del cells[0]
    if cells and cells[-1] == "":
        del cells[-1]
    return cells
