"""A dump of two models to be imported into the local index."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CARD = "---\nlicense: mit\n---\n# Petals\n\nThis model tells flowers apart. It must not be used for medicine.\n"
ENTRY = {
    "id": "org/petals",
    "sha": "a" * 40,
    "downloads": 900,
    "likes": 3,
    "pipeline_tag": "image-classification",
    "library_name": "timm",
    "tags": ["timm", "safetensors", "image-classification", "en", "dataset:org/flowers", "license:mit"],
    "lastModified": "2026-01-15T12:00:00.000Z",
    "gated": False,
    "safetensors": {"parameters": {"F32": 1000}, "total": 1000},
    "siblings": [{"rfilename": "README.md"}, {"rfilename": "model.safetensors", "size": 4100}],
    "cardData": {"license": "mit", "datasets": ["org/flowers"]},
}
OLD = {"modelId": "old", "downloads": 5, "tags": ["license:gpl-3.0", "translation"], "pipeline_tag": "translation"}


def write_dump(path: Path, entries: Sequence[dict[str, Any]], cards: dict[str, str] | None = None) -> Path:
    """Lines as the API lists models, with their cards."""
    lines = (
        json.dumps({**e, **({"README.md": (cards or {})[e["id"]]} if e.get("id") in (cards or {}) else {})})
        for e in entries
    )
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
