"""What the ways have in common in which a pretrained model answers as it was published."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import EpochRecord, SavedForm, Way
from modelpick.data.network_inputs.untouched import Untouched
from modelpick.models.pretrained.base import reference
from modelpick.models.pretrained.folder import PretrainedFolder


class Untrained(ABC):
    """A candidate that is never fitted.

    Args:
        target_name: The column that it answers for.
    """

    way: ClassVar[Way]

    def __init__(self, folder: PretrainedFolder, target_name: str) -> None:
        self.folder = folder
        self.target_name = target_name

    @property
    @abstractmethod
    def classes_(self) -> tuple[str, ...]:
        """The user's classes that it can answer with, in the order of `predict_proba`'s columns."""

    @abstractmethod
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one."""

    @abstractmethod
    def describe(self) -> str:
        """What its answers mean, in a sentence."""

    @abstractmethod
    def meant(self) -> Mapping[str, Any]:
        """The same as the members of a saved config."""

    def ready(self) -> Self:
        """Itself, once what is done for all rows at once is done: the time that a row takes is without it.

        Raises:
            AnswerIsNo: The model cannot be loaded or used.
        """
        return self

    @property
    def parameters(self) -> int:
        """Of the whole model."""
        return self.folder.parameters

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Empty: it was trained elsewhere."""
        return ()

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Never possible: it is tested as it is."""
        raise TypeError("a model that is tested as it is cannot be fitted")

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str), shape (rows,)."""
        names: NDArray[Any] = np.array(self.classes_, dtype=object)
        return names[self.predict_proba(X).argmax(axis=1)]  # type: ignore[no-any-return]

    def saved_form(self) -> SavedForm:
        """Which model it is, and what its answers mean."""
        config: dict[str, Any] = {
            "task": "classification",
            "kind": "pretrained",
            "way": self.way,
            "classes": list(self.classes_),
            "target_name": self.target_name,
            "columns": [],
            "base": reference(self.folder),
            "parameters": self.parameters,
            **self.meant(),
            "trained": f"as it was published, and never trained on these data; {self.describe()}",
        }
        rows = Untouched(self.folder.kind, self.folder.name)
        return SavedForm(architecture=self.way, config=config, tensors={}, preprocessing=rows)
