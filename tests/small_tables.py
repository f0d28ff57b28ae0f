"""Tables by name of the column, for tests of what is made of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from modelpick.data.table import Column, Table

NAN = float("nan")


def table(**columns: list[Any]) -> Table:
    """Columns by name: floats make numbers, words and None categories; a name `text...` makes free text."""
    made = []
    for name, values in columns.items():
        if all(isinstance(value, float) for value in values):
            made.append(Column(name=name, kind="number", values=np.array(values)))
        else:
            kind = "text" if name.startswith("text") else "category"
            made.append(Column(name=name, kind=kind, values=np.array([*values, None], dtype=object)[:-1]))
    return Table(tuple(made), len(made[0].values))
