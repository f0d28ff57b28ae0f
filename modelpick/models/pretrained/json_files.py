"""Small JSON files of a model, read with a cap and without trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from modelpick.models.pretrained.refusal import refused
from modelpick.weights.lfs_pointer import MAX_BYTES, read_pointer

_MOST = 32_000_000


def read_table(path: Path, name: str) -> dict[str, Any]:
    """The object in a JSON file.

    Args:
        name: Of the model, for messages.

    Raises:
        AnswerIsNo: It is missing, larger than 32 MB, a Git LFS pointer, or no JSON object; NaN is none.
    """
    value = read_json(path, name)
    if not isinstance(value, dict):
        raise refused(name, f"its `{path.name}` is no table of settings")
    return value


def read_json(path: Path, name: str) -> Any:
    """The value in a JSON file; errors as `read_table`."""
    if not path.is_file():
        raise refused(name, f"it has no `{path.name}`", "fetch the whole repo, or choose another model")
    with path.open("rb") as file:
        content = file.read(_MOST + 1)
    if len(content) > _MOST:
        raise refused(name, f"its `{path.name}` is larger than {_MOST:,} bytes")
    if len(content) <= MAX_BYTES and read_pointer(content) is not None:
        raise refused(name, f"its `{path.name}` is a pointer of Git LFS, not the file itself", "run `git lfs pull`")
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise refused(name, f"its `{path.name}` is not JSON") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)
