"""A pretrained model's own preprocessing, kept as the small files that describe it: tokenizer, image sizes, config.

The model itself reads raw rows by them, so there are no features between the two.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, NoReturn, cast, get_args

from numpy.typing import NDArray

from modelpick.data.candidate import Preprocessing
from modelpick.data.dataset import Kind
from modelpick.data.features.reading import damaged
from modelpick.data.network_inputs.plain import PlainInputs

FORMAT = "modelpick.own-inputs/1"

_FILE = re.compile(r"(?:[A-Za-z0-9][\w-]{0,63}/)?[A-Za-z0-9][\w.-]{0,99}\.(?:json|txt|model)")
_MOST_FILES = 40
_WORDS = {"text": "text", "image": "image", "audio": "sound"}


class OwnInputs(PlainInputs):
    """The files of a model that are no weights.

    Attributes:
        kind: Of the rows that it takes.
        name: Of the model, for people.
        files: Path in the model's folder -> content.
    """

    def __init__(self, kind: Kind, name: str, files: Mapping[str, bytes]) -> None:
        self.kind: Kind = kind
        self.name = name
        self.files = dict(files)

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """Empty: the model reads rows, not features."""
        return ()

    def transform(self, rows: Any) -> NoReturn:
        """Never possible: the model itself reads the rows."""
        raise TypeError("a pretrained model reads raw rows by itself, and has no features to give")

    def describe(self) -> tuple[str, ...]:
        """What happens to a row."""
        return (f"each {_WORDS[self.kind]} is prepared as `{self.name}` has it from its own training",)

    def to_dict(self) -> dict[str, Any]:
        """The files: text where they are text, else in base 64."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "name": self.name,
            "files": {path: _as_text(content) for path, content in sorted(self.files.items())},
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Preprocessing:
        """What `to_dict` wrote; CannotFindOut where it is damaged, or a file would lie outside of its folder."""
        kind, name, files = fields.get("kind"), fields.get("name"), fields.get("files")
        if kind not in get_args(Kind) or kind == "table" or not isinstance(name, str):
            raise damaged("`kind` or `name` is missing")
        if not isinstance(files, dict) or not 0 < len(files) <= _MOST_FILES:
            raise damaged("`files` is no table of files")
        for path in files:
            if not _FILE.fullmatch(path):
                raise damaged(f"`files` has a path that it never has: {path[:80]!r}")
        return cls(cast(Kind, kind), name, {path: _as_bytes(content) for path, content in files.items()})


def _as_text(content: bytes) -> str | dict[str, str]:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def _as_bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode("utf-8")
    try:
        return base64.b64decode(content["base64"], validate=True)
    except (TypeError, KeyError, ValueError):
        raise damaged("`files` holds what is no file") from None
