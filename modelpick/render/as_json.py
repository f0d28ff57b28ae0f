"""Machine JSON: the document's data, always valid (no NaN), ASCII only, so that no terminal interprets a quote."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from modelpick.document import Document


def to_json(data: Any, *, indent: int | None = 2) -> str:
    """`data` as JSON text; NaN and infinities become null."""
    return json.dumps(_finite(data), ensure_ascii=True, indent=indent, allow_nan=False)


def render_json(document: Document) -> str:
    """The document's data, with a newline at the end."""
    return to_json(document.data) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_finite(item) for item in value]
    return value
