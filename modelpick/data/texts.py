"""Texts as raw rows: what `fit` and `predict` of every candidate for texts take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.features.terms import Analyser, TermCounts
from modelpick.data.table import Column, Table

LONGEST = 100_000
"""Characters of one text that are kept: some twenty thousand words, more than any model here looks at."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Texts:
    """One text a row. Texts taken from others share the counts of terms, which are made once.

    Attributes:
        values: Shape (rows,): an object array of str, none of them None; an empty text stays a row.
        name: Of the column that they come from.
    """

    __slots__ = ("_table", "name", "values")

    def __init__(self, values: NDArray[Any], name: str = "text") -> None:
        self.values = values
        self.name = name
        self._table = Table((Column(name=name, kind="text", values=values),), len(values))

    def __len__(self) -> int:
        return len(self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Texts, (self.values, self.name)

    def take(self, indices: NDArray[np.intp] | Sequence[int]) -> Texts:
        """The texts at `indices`, in that order."""
        taken = Texts.__new__(Texts)
        taken.values, taken.name = self.values[np.asarray(indices, dtype=np.intp)], self.name
        taken._table = self._table.take(indices)
        return taken

    def terms(self, analyser: Analyser) -> tuple[TermCounts, NDArray[np.intp] | None]:
        """The terms of the texts, and which of the counted texts are these rows; None: all."""
        return self._table.terms(self.name, analyser)

    def row_hashes(self) -> NDArray[np.uint64]:
        """A stable 64-bit hash of each text, shape (rows,); equal texts have equal ones."""
        return np.array([_hash(text) for text in self.values], dtype=np.uint64)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def read_texts(values: Iterable[str | None], name: str = "text") -> tuple[Texts, tuple[str, ...]]:
    """Texts as rows, and what was found odd about them, one sentence each.

    A missing text is an empty one. What is longer than `LONGEST` is cut there, and halves of characters (lone
    surrogates, which JSON can hold) become U+FFFD, so that every text can be encoded.
    """
    texts: list[str] = []
    empty = cut = repaired = wordless = 0
    for value in values:
        text = "" if value is None else value
        if len(text) > LONGEST:
            text, cut = text[:LONGEST], cut + 1
        if _SURROGATE.search(text):
            text, repaired = _SURROGATE.sub("\ufffd", text), repaired + 1
        if not text.strip():
            empty += 1
        elif not any(character.isalnum() for character in text):
            wordless += 1
        texts.append(text)
    notes = []
    if empty:
        notes.append(f"{_texts(empty)} empty, and kept as such.")
    if wordless:
        notes.append(f"{_texts(wordless)} without a letter or digit (emoji, punctuation), and kept.")
    if cut:
        notes.append(f"{_texts(cut)} longer than {LONGEST:,} characters, and cut there.")
    if repaired:
        notes.append(f"{_texts(repaired)} broken in a character (a lone surrogate), which is now U+FFFD.")
    rows = np.empty(len(texts), dtype=object)
    rows[:] = texts
    return Texts(rows, name), tuple(notes)


def _texts(count: int) -> str:
    return "1 text is" if count == 1 else f"{count:,} texts are"
