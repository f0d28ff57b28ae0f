"""Make repos for the loopback Hub: files in a folder, metadata beside it, tiny weight files."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BYTES_PER_VALUE = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I8": 1, "U8": 1, "BOOL": 1}


def write_repo(folder: Path, repo_id: str, files: Mapping[str, str | bytes], **metadata: Any) -> Path:
    """Writes a repo of these files, and what the API is to say of it; returns its folder.

    `repo_id` may end in `@revision` for another branch (or tag, or older commit) of a repo. `metadata` are fields of
    the Hub's own answers (`downloads=7`, `gated="manual"`), and the loopback Hub's: see `store.py`.
    """
    root = folder / repo_id
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    if metadata:
        root.with_name(root.name + ".json").write_text(json.dumps(metadata), encoding="utf-8")
    return root


def safetensors_bytes(
    tensors: Mapping[str, Sequence[int]], dtype: str = "F32", metadata: Mapping[str, str] | None = None
) -> bytes:
    """A valid safetensors file of these shapes; the values are a fixed pattern of small numbers."""
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": dict(metadata)}
    offset = 0
    for name, shape in tensors.items():
        size = BYTES_PER_VALUE[dtype]
        for length in shape:
            size *= length
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pattern = struct.pack("<4f", 0.5, -0.25, 0.125, 1.0)
    return struct.pack("<Q", len(text)) + text + (pattern * (offset // len(pattern) + 1))[:offset]
