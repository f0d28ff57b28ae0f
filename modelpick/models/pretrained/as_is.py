"""Way `as-is`: a pretrained classifier with its own head, its labels mapped to the user's classes by name."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import EpochRecord, SavedForm
from modelpick.data.labels import Mapped
from modelpick.models.forms.probe import shares
from modelpick.models.pretrained.base import untrained_form
from modelpick.models.pretrained.features import FeatureBank


class AsIsCandidate:
    """What the head says, summed over the labels that mean the same class; it is never fitted.

    Args:
        bank: The scores of the head for rows.
        mapped: What its labels mean.
        target_name: The column that it answers for.
    """

    def __init__(self, bank: FeatureBank, mapped: Mapped, target_name: str) -> None:
        self.bank = bank
        self.mapped = mapped
        self.target_name = target_name

    @property
    def classes_(self) -> tuple[str, ...]:
        """The user's classes that it can answer with."""
        return self.mapped.classes

    @property
    def parameters(self) -> int:
        """Of the whole model."""
        return self.bank.folder.parameters

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Empty: it was trained elsewhere."""
        return ()

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Never possible: it is tested as it is."""
        raise TypeError("a model that is tested as it is cannot be fitted")

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one; labels that mean no class are left out.

        Raises:
            AnswerIsNo: The model cannot be loaded or used, or its head has another count of labels than its config.
        """
        given = shares(self.bank.of(X)["scores"].astype(np.float64))
        labels = self.mapped.labels
        if given.shape[1] != len(labels):
            from modelpick.models.pretrained.refusal import refused

            raise refused(
                self.bank.folder.name, f"its head has {given.shape[1]} outputs and its config {len(labels)} labels"
            )
        place = {name: column for column, name in enumerate(self.classes_)}
        summed = np.zeros((len(given), len(place)))
        for column, name in enumerate(self.mapped.names):
            if name is not None:
                summed[:, place[name]] += given[:, column]
        summed = np.maximum(summed, np.finfo(np.float64).tiny)
        return summed / summed.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str), shape (rows,)."""
        names: NDArray[Any] = np.array(self.classes_, dtype=object)
        return names[self.predict_proba(X).argmax(axis=1)]  # type: ignore[no-any-return]

    def saved_form(self) -> SavedForm:
        """Which model it is, and what its labels mean."""
        mapped = self.mapped
        meant = [list(one) for one in zip(mapped.labels, mapped.names, mapped.how, strict=True)]
        fields = {"labels": meant, "without": list(mapped.without)}
        return untrained_form(self.bank.folder, "as-is", self.classes_, self.target_name, fields, mapped.describe())

    def summary(self) -> str:
        """What it is, and what its labels mean."""
        folder = self.bank.folder
        return f"{folder.name} with its own head ({folder.parameters:,} parameters); {self.mapped.describe()}"
