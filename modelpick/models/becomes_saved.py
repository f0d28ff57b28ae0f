"""What candidates have in common that become a `SavedModel` by fitting, and answer by it: what is tested is saved."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import SavedForm
from modelpick.models.saved import SavedModel


class BecomesSaved:
    """A candidate whose `fit` ends with a `SavedModel`, in `_model`."""

    _model: SavedModel | None = None

    @property
    def _fitted(self) -> SavedModel:
        if self._model is None:
            raise RuntimeError("the candidate is not fitted yet: call fit first")
        return self._model

    @property
    def classes_(self) -> tuple[str, ...]:
        """Class names in the order of `predict_proba`'s columns; empty for regression."""
        return self._fitted.classes_

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self._fitted.parameters

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one."""
        return self._fitted.predict_proba(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str) or numbers (float64), shape (rows,)."""
        return self._fitted.predict(X)

    def saved_form(self) -> SavedForm:
        """Its weights, preprocessing and config."""
        return self._fitted.form
