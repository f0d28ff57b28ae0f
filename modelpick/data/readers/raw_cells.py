"""The cells of a table as text in DuckDB: one column or all rows of them, and where in the file they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from modelpick.data.readers.cell_sql import trimmed
from modelpick.data.readers.duck_sql import quoted_texts
from modelpick.errors import CannotFindOut

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCells:
    """The table `raw` (columns c0, c1, ...) of a connection.

    Attributes:
        shown: The path as the user wrote it, for messages.
        first_line: Line of the file on which its record 0 stands; None where records are not lines.
        codes: Cells that mean a missing value.
    """

    connection: DuckDBPyConnection
    names: tuple[str, ...]
    shown: str
    first_line: int | None
    codes: tuple[str, ...]
    _places: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {name: j for j, name in enumerate(self.names)})

    def cell(self, name: str) -> str:
        """SQL of a cell as it stands in the file."""
        return f"c{self._places[name]}"

    def trimmed(self, name: str) -> str:
        """SQL of a cell without the blanks around it."""
        return trimmed(self.cell(name))

    def present(
        self, name: str, codes: Sequence[str], *, different: bool = False, most: int | None = None
    ) -> list[str]:
        """The trimmed cells that are not missing: all, each once, or the first ones."""
        limit = "" if most is None else f" LIMIT {most}"
        query = (
            f"SELECT {'DISTINCT ' if different else ''}v FROM (SELECT {self.trimmed(name)} AS v FROM raw) "
            f"WHERE v NOT IN ({quoted_texts(codes)}){limit}"
        )
        return [cell for (cell,) in self.connection.execute(query).fetchall()]

    def texts(self, expression: str) -> NDArray[Any]:
        """What an expression over the columns is in each row: object array of str, None for NULL."""
        fetched = self.connection.execute(f"SELECT {expression} AS v FROM raw").fetchnumpy()["v"]
        cells: Any = np.ma.asarray(fetched, dtype=object)
        values: NDArray[Any] = np.ma.getdata(cells).copy()
        values[np.ma.getmaskarray(cells)] = None  # `filled(None)` would fill in numpy's own default, "?"
        return values

    def place(self, row: int) -> str:
        """`line 5`, or `row 4` (from 1, without the header) where rows are not lines."""
        if self.first_line is not None:
            found = self.connection.execute(
                "SELECT rowid FROM raw ORDER BY rowid LIMIT 1 OFFSET ?", [int(row)]
            ).fetchone()
            if found is not None:
                return f"line {found[0] + self.first_line}"
        return f"row {row + 1}"

    def place_of_record(self, rowid: int) -> str:
        """`place` of a record by its number in the file, those above the table counted."""
        if self.first_line is not None:
            return f"line {rowid + self.first_line}"
        before = self.connection.execute("SELECT count(*) FROM raw WHERE rowid < ?", [rowid]).fetchone()
        return f"row {(before[0] if before else 0) + 1}"

    def refuse(self, name: str, cell: str, place: str, what: str) -> NoReturn:
        """Raises the error that names a cell."""
        raise CannotFindOut(
            f"`{cell}` in {place}, column `{name}` of `{self.shown}` {what}",
            "correct the cell, or empty it if the value is not known (decimals are written `1.5`)",
            kind="data",
        )
