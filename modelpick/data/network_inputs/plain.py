"""What the inputs of networks have in common: no columns, no categories, no arrays beside the JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from modelpick.data.features.reading import damaged


class PlainInputs:
    """The parts of a `Preprocessing` that rows without columns do not have."""

    @property
    def columns_(self) -> tuple[str, ...]:
        """Empty: the rows are no table."""
        return ()

    def unseen(self, rows: Any) -> dict[str, int]:
        """Empty: there are no categories."""
        return {}

    def example_row(self) -> tuple[str, ...]:
        """Empty: the rows are no table."""
        return ()

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Empty: all of it is JSON."""
        return {}


def checked(fields: Mapping[str, Any], key: str, most: int) -> int:
    """A whole number from 1 to `most`; CannotFindOut (kind `checkpoint`) where it is none."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise damaged(f"`{key}` is not a whole number from 1 to {most}")
    return value
