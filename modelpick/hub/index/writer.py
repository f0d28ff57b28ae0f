"""Writes models into the index: new ones are added, known ones replaced, all of a batch or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from modelpick.hub.index.rows import COLUMNS, Row, pack, unpack

_INSERT = f"INSERT INTO models ({', '.join(COLUMNS)}, seen) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"  # noqa: S608 - names of ours
_SEEN = "NULLIF(MAX(COALESCE(seen, 0), COALESCE(?, 0)), 0)"  # never back to an earlier crawl
_UPDATE = f"UPDATE models SET {', '.join(f'{name} = ?' for name in COLUMNS)}, seen = {_SEEN} WHERE n = ?"  # noqa: S608 - names of ours
_LICENCE = COLUMNS.index("licence")
_CARD = COLUMNS.index("card")
_MODIFIED = COLUMNS.index("modified")


@dataclass(slots=True)
class Written:
    """How many models were added and replaced, and entries passed over."""

    added: int = 0
    replaced: int = 0
    skipped: int = 0


class Writer:
    """Writes batches inside the caller's transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._licences: dict[str, int] = {}
        self._cards = 0
        self.written = Written()

    def write(self, rows: Iterable[Row], *, generation: int | None = None) -> None:
        """Adds or replaces models; a card that is known stays where the new entry brings none.

        Args:
            rows: The models; of two of one id the later counts.
            generation: The crawl that saw them.
        """
        added, cards, newest = self.written.added, self._cards, ""
        for row in {row.repo_id: row for row in rows}.values():
            newest = max(newest, row.values[_MODIFIED] or "")
            known = self._connection.execute("SELECT n FROM models WHERE repo_id = ?", (row.repo_id,)).fetchone()
            if known is None:
                self._add(row, generation)
                self.written.added += 1
            else:
                self._replace(known[0], row, generation)
                self.written.replaced += 1
        self._total(self.written.added - added, self._cards - cards, newest)

    def forget(self, numbers: Iterable[int]) -> int:
        """Removes models; returns how many."""
        count = cards = 0
        for number in numbers:
            cards += self._unindex(number) is not None
            self._connection.execute("DELETE FROM details WHERE n = ?", (number,))
            self._connection.execute("DELETE FROM models WHERE n = ?", (number,))
            count += 1
        self._total(-count, -cards, "")
        return count

    def _total(self, models: int, cards: int, newest: str) -> None:
        self._connection.execute(
            "UPDATE totals SET models = models + ?, cards = cards + ?, "
            "newest = NULLIF(MAX(COALESCE(newest, ''), ?), '')",
            (models, cards, newest),
        )

    def _add(self, row: Row, generation: int | None) -> None:
        number = self._connection.execute(_INSERT, (*self._values(row), generation)).lastrowid
        card = None if row.card is None else pack(row.card)
        self._cards += card is not None
        self._connection.execute("INSERT INTO details VALUES (?, ?, ?, ?)", (number, row.tags, row.facts, card))
        self._index(number, row.repo_id, row.tags, row.card)

    def _replace(self, number: int, row: Row, generation: int | None) -> None:
        old = self._unindex(number)
        kept = old if row.card is None else row.card
        self._cards += kept is not None and old is None
        values = list(self._values(row))
        if values[_CARD] is None and kept is not None:
            values[_CARD] = 1
        self._connection.execute(_UPDATE, (*values, generation, number))
        card = None if kept is None else pack(kept)
        self._connection.execute(
            "UPDATE details SET tags = ?, facts = ?, card = ? WHERE n = ?", (row.tags, row.facts, card, number)
        )
        self._index(number, row.repo_id, row.tags, kept)

    def _unindex(self, number: int) -> str | None:
        """Takes a model out of the text index, which must be told the old text; returns the old card."""
        repo_id, tags, packed = self._connection.execute(
            "SELECT repo_id, tags, details.card FROM models JOIN details USING (n) WHERE n = ?", (number,)
        ).fetchone()
        card = None if packed is None else unpack(packed)
        self._connection.execute(
            "INSERT INTO words (words, rowid, id, tags, card) VALUES ('delete', ?, ?, ?, ?)",
            (number, repo_id, tags, card or ""),
        )
        return card

    def _index(self, number: int | None, repo_id: str, tags: str, card: str | None) -> None:
        self._connection.execute(
            "INSERT INTO words (rowid, id, tags, card) VALUES (?, ?, ?, ?)", (number, repo_id, tags, card or "")
        )

    def _values(self, row: Row) -> tuple[object, ...]:
        values = list(row.values)
        values[_LICENCE] = self._licence(row.licences) if row.licences else None
        return tuple(values)

    def _licence(self, names: str) -> int:
        """The number of a list of licences; looked up again in each process, for another may have added it."""
        number = self._licences.get(names)
        if number is None:
            self._connection.execute("INSERT OR IGNORE INTO licences (names) VALUES (?)", (names,))
            number = int(self._connection.execute("SELECT n FROM licences WHERE names = ?", (names,)).fetchone()[0])
            self._licences[names] = number
        return number
