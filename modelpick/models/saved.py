"""A model as plain data that answers for raw rows: what a fitted network becomes, and what a checkpoint loads to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.candidate import EpochRecord, FitJob, Preprocessing, SavedForm
from modelpick.data.dataset import Kind
from modelpick.data.preprocessing_kinds import learn
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import ColumnKind, Table
from modelpick.errors import CannotFindOut
from modelpick.models.forms import form_of
from modelpick.models.forms.form import Answerer, Rows, RowsAnswerer
from modelpick.models.forms.untrained import AS_IS, ZERO_SHOT

_AT_ONCE = 1 << 24
"""Features that are made at once when a saved model answers: 128 MiB in float64."""


def finite_features(preprocessing: Preprocessing, X: Any, before: int = 0) -> NDArray[Any]:
    """Features of raw rows, shape (rows, features), each of them a number that float32 can hold.

    Args:
        before: Rows before these, for the number of the row in an error.

    Raises:
        CannotFindOut: (kind `data`) The columns differ, or a value is infinite or beyond all others by so much that
            scaling it gives no number; column and row are named.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        features = preprocessing.transform(X)
    return _all_finite(preprocessing, features, before)


def learned_features(job: FitJob, options: PreprocessingOptions | None = None) -> tuple[Preprocessing, NDArray[Any]]:
    """A preprocessing learned from the training rows of a job, and their features.

    Raises:
        CannotFindOut: As `finite_features`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        preprocessing, features = learn(job.X, job.y, options, groups=job.groups, times=job.times)
    return preprocessing, _all_finite(preprocessing, features)


def _all_finite(preprocessing: Preprocessing, features: NDArray[Any], before: int = 0) -> NDArray[Any]:
    most = np.finfo(np.float32).max
    if features.size and not (features.min() >= -most and features.max() <= most):  # NaN too
        bad = ~(np.abs(features) <= most)
        row, feature = (int(i) for i in np.argwhere(bad)[0])
        raise CannotFindOut(
            f"column `{preprocessing.feature_names_[feature]}` cannot be scaled: row {before + row + 1} has a value "
            "that is infinite or far too large",
            "correct the value, or leave the column out",
            kind="data",
        )
    return features


class SavedModel:
    """A candidate over raw rows that is fitted already and is never fitted again.

    Args:
        device: As of `--device`, where it answers; `auto` is a GPU where there is one and the model is large. Dense
            networks answer by numpy in any case.

    Attributes:
        form: Its weights, preprocessing and config.
    """

    def __init__(self, form: SavedForm, device: str = "cpu") -> None:
        kind = form_of(form.architecture)
        if kind is None:
            raise ValueError(f"no saved form is called {form.architecture!r}")
        self.form = form
        self._answerer: Answerer | RowsAnswerer = kind.answerer(form, device)

    @property
    def task(self) -> str:
        """`classification` or `regression`."""
        return str(self.form.config["task"])

    @property
    def kind(self) -> Literal["dummy", "linear", "mlp", "architecture", "pretrained"]:
        """What it was in the comparison that it comes from."""
        kind = self.form.config.get("kind")
        return kind if kind in ("dummy", "linear", "architecture", "pretrained") else "mlp"

    @property
    def trained_here(self) -> bool:
        """Whether it learned from rows of the comparison that it comes from."""
        return self.form.architecture not in (AS_IS, ZERO_SHOT)

    @property
    def rows_kind(self) -> Kind:
        """Of the raw rows that it takes: `table`, `text`, `image` or `audio`."""
        return self.form.preprocessing.kind

    @property
    def target_name(self) -> str:
        """The column that it answers for."""
        return str(self.form.config["target_name"])

    @property
    def columns(self) -> tuple[tuple[str, ColumnKind], ...]:
        """Name and kind of the raw columns that it was trained on, in their order then."""
        return tuple((str(name), kind) for name, kind in self.form.config["columns"])

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns of the training table that it was not given: they may be there and are not looked at."""
        return tuple(str(name) for name in self.form.config.get("ignored_columns", ()))

    @property
    def reading(self) -> Mapping[str, Any]:
        """How its training table was read (`Dataset.reading`): new rows are read likewise."""
        return dict(self.form.config.get("reading", {}))

    @property
    def classes_(self) -> tuple[str, ...]:
        """Class names in the order of `predict_proba`'s columns; empty for regression."""
        return tuple(self.form.config["classes"])

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self._answerer.parameters

    def layers(self) -> Rows:
        """What it is made of, as a table: names of the columns, and the rows."""
        return self._answerer.layers()

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Empty: a saved model does not train."""
        return ()

    def fit(self, X: Table, y: NDArray[Any], validation: tuple[Table, NDArray[Any]] | None = None) -> Self:
        """Never possible: a saved model is tested as it is."""
        raise TypeError("a saved model is tested as it is and cannot be fitted again")

    def ready(self) -> Self:
        """Itself, with what a pretrained one loads from elsewhere in memory: the time that a row takes is without it.

        Raises:
            CannotFindOut: The pretrained model is not here.
            AnswerIsNo: It is damaged.
        """
        if isinstance(self._answerer, RowsAnswerer):
            self._answerer.ready()
        return self

    def own_threads(self) -> AbstractContextManager[None]:
        """A context in which a pretrained model finds the threads that torch takes by itself, whatever limits them
        behind it; others need none.
        """
        if not isinstance(self._answerer, RowsAnswerer):
            return nullcontext()
        from modelpick.models.torch_threads import one_torch_thread

        return one_torch_thread()

    def predict_proba(self, X: Table) -> NDArray[np.float64]:
        """Probabilities, shape (rows, classes), each row summing to one.

        Raises:
            CannotFindOut: The columns are not those that it was trained on, or a row is so far from the training rows
                that no number comes out.
        """
        return self._outputs(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str) or numbers (float64), shape (rows,); errors as `predict_proba`."""
        if self.task == "classification":
            names: NDArray[Any] = np.array(self.classes_, dtype=object)
            return names[self.predict_proba(X).argmax(axis=1)]  # type: ignore[no-any-return]
        return self._outputs(X)

    def _outputs(self, X: Any) -> NDArray[Any]:
        preprocessing = self.form.preprocessing
        rows = max(1, _AT_ONCE // max(1, len(preprocessing.feature_names_)))
        if isinstance(self._answerer, RowsAnswerer):
            if not len(X):  # of no rows a pretrained model would not tell the width of its answer
                return np.empty((0, len(self.classes_)) if self.classes_ else 0)
            answers = self._answerer.rows_outputs(X)
        elif len(X) <= rows:
            answers = self._answerer.outputs(finite_features(preprocessing, X))
        else:
            starts = range(0, len(X), rows)
            parts = [X.take(range(start, min(start + rows, len(X)))) for start in starts]
            made = [
                self._answerer.outputs(finite_features(preprocessing, part, start))
                for start, part in zip(starts, parts, strict=True)
            ]
            answers = np.concatenate(made)
        told = np.isfinite(answers)
        lost = np.flatnonzero(~(told if told.ndim == 1 else told.all(axis=1)))
        if len(lost):
            raise CannotFindOut(
                f"row {lost[0] + 1} has values so far from those of the training rows that the answer is no number",
                "correct the row, or leave it out",
                kind="data",
            )
        return answers

    def unseen(self, X: Table) -> dict[str, int]:
        """Column -> how many rows have a category that no training row had; columns without such rows are left out.

        Of a column with so many categories that the rare ones share a feature, nobody knows.
        """
        return self.form.preprocessing.unseen(X)

    def saved_form(self) -> SavedForm:
        """What it was made from."""
        return self.form

    def summary(self) -> str:
        """Its layers with weights A x B and biases B, or its members."""
        return self._answerer.summary()
