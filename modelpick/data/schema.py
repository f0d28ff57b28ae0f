"""What a column of cells is (number, category, text), and what a target asks for (classification, regression)."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def as_number(text: str) -> float | None:
    """The value of a decimal number (`6.10`, `-1e-3`), else None: `01234` is an id and stays text."""
    return float(text) if _NUMBER.fullmatch(text) else None
