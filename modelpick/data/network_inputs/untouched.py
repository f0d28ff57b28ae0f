"""Rows as they are: a pretrained model brings its own preprocessor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.features.reading import damaged
from modelpick.data.network_inputs.plain import PlainInputs

FORMAT = "modelpick.untouched-rows/1"
_ONE: dict[Kind, str] = {"text": "text", "image": "image", "audio": "sound"}


class Untouched(PlainInputs):
    """No features: the model takes the rows themselves.

    Attributes:
        kind: Of the rows.
        model: The pretrained model, by name.
    """

    def __init__(self, kind: Kind, model: str) -> None:
        self.kind = kind
        self.model = model

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """Empty."""
        return ()

    def transform(self, rows: Any) -> NDArray[np.float32]:
        """Shape (rows, 0)."""
        return np.empty((len(rows), 0), dtype=np.float32)

    def describe(self) -> tuple[str, ...]:
        """Who prepares a row."""
        return (f"each {_ONE[self.kind]} is prepared as {self.model} says, and goes through that model unchanged",)

    def to_dict(self) -> dict[str, Any]:
        """Kind and model."""
        return {"format": FORMAT, "kind": self.kind, "model": self.model}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Untouched:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        kind, model = fields.get("kind"), fields.get("model")
        if kind not in _ONE or not isinstance(model, str):
            raise damaged("`kind` or `model` makes no sense")
        return cls(kind, model)
