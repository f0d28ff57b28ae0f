"""Where the keys of a policy file stand: tomllib tells values without their lines."""

from __future__ import annotations

import re

_TABLE = re.compile(r"\s*(\[\[?)\s*([^\]#]{1,200})\]")
_KEY = re.compile(r"""\s*((?:"[^"]{1,100}"|'[^']{1,100}'|[\w-]{1,100})(?:\s*\.\s*[\w"'-]{1,100}){0,5})\s*=""")

KeyPath = tuple[str | int, ...]
"""Keys from the top down; a number counts the tables of an array from 0."""


class PolicyLines:
    """The line of each key that begins one, and of each table."""

    def __init__(self, text: str) -> None:
        self._text = text.split("\n")
        self._lines: dict[KeyPath, int] = {}
        counts: dict[KeyPath, int] = {}
        table: KeyPath = ()
        for number, line in enumerate(self._text, 1):
            if opened := _TABLE.match(line):
                table = _names(opened[2])
                if opened[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                names = _names(key[1])
                for end in range(1, len(names) + 1):
                    self._lines.setdefault((*table, *names[:end]), number)

    def __contains__(self, path: KeyPath) -> bool:
        return path in self._lines

    def of(self, path: KeyPath, word: str | None = None) -> int:
        """The line of a key; of one inside an inline table the first line from its parent's on that has it.

        `word`: what to look for in place of the last key, such as a value of a list.
        """
        known = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in self._lines), None)
        start = self._lines[known] if known else 1
        if known == path and word is None:
            return start
        wanted = word or str(path[-1])
        return next((n for n, line in enumerate(self._text[start - 1 :], start) if wanted in line), start)


def _names(dotted: str) -> KeyPath:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))
