"""Way `as-is`: a pretrained classifier with its own head, its labels mapped to the user's classes by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.labels import Mapped
from modelpick.models.forms.probe import shares
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.untrained import Untrained


class AsIsCandidate(Untrained):
    """What the head says, summed over the labels that mean the same class; it is never fitted.

    Args:
        bank: The scores of the head for rows.
        mapped: What its labels mean.
        target_name: The column that it answers for.
    """

    way = "as-is"

    def __init__(self, bank: FeatureBank, mapped: Mapped, target_name: str) -> None:
        super().__init__(bank.folder, target_name)
        self.bank = bank
        self.mapped = mapped

    @property
    def classes_(self) -> tuple[str, ...]:
        """The user's classes that it can answer with."""
        return self.mapped.classes

    def ready(self) -> Self:
        """Itself, with the scores of all rows of the dataset."""
        self.bank.ready()
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one; labels that mean no class are left out.

        Raises:
            AnswerIsNo: The model cannot be loaded or used, or its head has another count of labels than its config.
        """
        given = shares(self.bank.of(X)["scores"].astype(np.float64))
        labels = self.mapped.labels
        if given.shape[1] != len(labels):
            why = f"its head has {given.shape[1]} outputs and its config {len(labels)} labels"
            raise refused(self.folder.name, why)
        place = {name: column for column, name in enumerate(self.classes_)}
        summed = np.zeros((len(given), len(place)))
        for column, name in enumerate(self.mapped.names):
            if name is not None:
                summed[:, place[name]] += given[:, column]
        summed = np.maximum(summed, np.finfo(np.float64).tiny)
        return summed / summed.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]

    def describe(self) -> str:
        """What its labels mean."""
        return self.mapped.describe()

    def meant(self) -> Mapping[str, Any]:
        """Each label with the class that it means and how that was found, and the classes that none means."""
        mapped = self.mapped
        labels = [list(one) for one in zip(mapped.labels, mapped.names, mapped.how, strict=True)]
        return {"labels": labels, "without": list(mapped.without)}

    def summary(self) -> str:
        """What it is, and what its labels mean."""
        return f"{self.folder.name} with its own head ({self.parameters:,} parameters); {self.describe()}"
