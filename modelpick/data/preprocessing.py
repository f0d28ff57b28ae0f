"""From the rows of a table to the numbers that a network takes.

Everything is learned from the rows given to `fit`; `transform` only applies it. Columns are matched by name. The
features are first all that is scaled (numbers, parts of dates, categories as places or mean targets), then a feature of
0 or 1 for each of these that was missing in training rows, then categories of 0 and 1 and terms of free text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.features.categories import fit_one_hot, fit_ordinal
from modelpick.data.features.columns import ColumnStep, Direct, Floats, NumberLike
from modelpick.data.features.dates import fit_dates
from modelpick.data.features.number_columns import NumberColumns
from modelpick.data.features.scaling import Scaling, fit_scaling
from modelpick.data.features.table_format import from_fields, to_fields
from modelpick.data.features.target_coding import fit_target_coding, target_numbers
from modelpick.data.features.text_columns import fit_text_column
from modelpick.data.features.wording import example_cells, sentences
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import ColumnKind, Table, columns_differ
from modelpick.errors import CannotFindOut

_HOLDS = {"number": "numbers", "date": "dates", "category": "categories", "text": "texts"}


class TablePreprocessor:
    """Turns a table into a matrix of features, in the way that the training rows taught it.

    Attributes:
        feature_names_: Names of the features, in the order of `transform`'s columns.
        left_out_: Columns that are not used: free text, where the options say so.
    """

    kind: ClassVar[Kind] = "table"
    feature_names_: tuple[str, ...]
    left_out_: tuple[str, ...]

    def __init__(self, options: PreprocessingOptions | None = None) -> None:
        self.options = PreprocessingOptions() if options is None else options
        self._scaling: Scaling | None = None

    def fit(self, table: Table, y: NDArray[Any] | None = None) -> Self:
        """Learns from these rows.

        Raises:
            TypeError: Categories become mean targets: then only `fit_transform` gives features to train on.
        """
        if self.options.categories == "target":
            raise TypeError("categories as mean targets are learned by fit_transform: fit and transform would leak")
        self._learn(table, y)
        return self

    def fit_transform(
        self,
        table: Table,
        y: NDArray[Any] | None = None,
        groups: NDArray[np.intp] | None = None,
        times: NDArray[np.float64] | None = None,
    ) -> Floats:
        """Learns from these rows and returns their features, shape (rows, features); `y`: their targets.

        They are those of `transform`, but where categories become mean targets: there each row's come from rows of
        other folds (`features.target_coding`), for its own label must not come back to it. These folds hold whole
        `groups`, and keep the order of `times` (as of `FitJob`).
        """
        return self._features(table, self._learn(table, y, groups, times))

    def _learn(
        self,
        table: Table,
        y: NDArray[Any] | None,
        groups: NDArray[np.intp] | None = None,
        times: NDArray[np.float64] | None = None,
    ) -> Floats:
        if not table.rows:
            raise CannotFindOut("there are no rows to learn the preprocessing from", kind="data")
        options = self.options
        named: dict[str, list[str]] = {kind: [] for kind in _HOLDS}
        for name, kind in table.kinds:
            named[kind].append(name)
        scaled: list[NumberLike] = [NumberColumns(tuple(named["number"]))] if named["number"] else []
        scaled += [fit_dates(table, name) for name in named["date"]]
        values = [step.values(table) for step in scaled]
        direct: list[Direct] = []
        if options.categories == "onehot":
            direct += [fit_one_hot(table, name, options.max_categories) for name in named["category"]]
        elif options.categories == "integer":
            scaled += [fit_ordinal(table, name) for name in named["category"]]
            values += [step.values(table) for step in scaled[len(values) :]]
        elif named["category"]:
            if y is None:
                raise TypeError("categories as mean targets need the target: call fit_transform with it")
            targets = target_numbers(y, groups, times)
            for name in named["category"]:
                step, own = fit_target_coding(table, name, targets)
                scaled.append(step)
                values.append(own)
        if options.column_terms:
            direct += [fit_text_column(table, name, options.column_terms) for name in named["text"]]
        together = _beside(values, table.rows)
        marks = np.concatenate([np.zeros(0, dtype=bool), *(step.marks for step in scaled)])
        left_out = () if options.column_terms else tuple(named["text"])
        self._set(scaled, fit_scaling(together, options.scaling, marks), direct, table.kinds, left_out)
        return together

    def _set(
        self,
        scaled: Sequence[NumberLike],
        scaling: Scaling,
        direct: Sequence[Direct],
        kinds: Sequence[tuple[str, ColumnKind]],
        left_out: Sequence[str] = (),
        order: NDArray[np.intp] | None = None,
    ) -> None:
        self._scaled, self._scaling, self._direct = tuple(scaled), scaling, tuple(direct)
        self._order = order  # of the features, where it is not that of the steps: a first format's
        self.left_out_ = tuple(left_out)
        labels = [label for step in scaled for label in step.labels]
        self._marked: NDArray[np.intp] = np.flatnonzero(scaling.indicators)
        owners = [step.columns[0] if len(step.columns) == 1 else "" for step in scaled for _ in step.labels]
        names = [*labels, *(f"{owners[j] or labels[j]} (missing)" for j in self._marked)]
        names += [name for step in direct for name in step.feature_names]
        self.feature_names_ = tuple(names if order is None else [names[j] for j in order])
        self._kinds = tuple(kinds)

    def _fitted(self) -> Scaling:
        if self._scaling is None:
            raise RuntimeError("the preprocessing is not fitted yet: call fit first")
        return self._scaling

    @property
    def columns_(self) -> tuple[str, ...]:
        """Names of the columns that it knows, used or left out, in the order of the training table."""
        self._fitted()
        return tuple(name for name, _ in self._kinds)

    def transform(self, rows: Table) -> Floats:
        """Features of these rows, shape (rows, features).

        Raises:
            CannotFindOut: Columns are missing, unknown or of another kind; the message names them.
        """
        self._fitted()
        self._check(rows)
        return self._features(rows, _beside([step.values(rows) for step in self._scaled], rows.rows))

    def _check(self, table: Table) -> None:
        if table.kinds == self._kinds:
            return
        given = dict(table.kinds)
        known = dict(self._kinds)
        missing = [name for name in known if name not in given and name not in self.left_out_]
        extra = [name for name in given if name not in known]
        if missing or extra:
            raise columns_differ(missing, extra)
        for name, kind in given.items():
            if kind != known[name] and not {kind, known[name]} <= {"category", "text"}:
                raise CannotFindOut(
                    f"column `{name}` holds {_HOLDS[kind]} where the model was trained on {_HOLDS[known[name]]}",
                    "give the column the values that it had in the training table",
                    kind="data",
                )

    def _features(self, table: Table, values: Floats) -> Floats:
        width, marked = values.shape[1], self._marked
        if width == len(self.feature_names_):
            features = np.empty(values.shape)
        else:
            features = np.zeros((table.rows, len(self.feature_names_)))
        missing = self._fitted().apply(values, features[:, :width])
        at = width + len(marked)
        if len(marked):
            features[:, width:at] = missing[:, marked]
        for step in self._direct:
            step.write(table, features[:, at : at + len(step.feature_names)])
            at += len(step.feature_names)
        return features if self._order is None else features[:, self._order]

    def unseen(self, rows: Table) -> dict[str, int]:
        """Column -> how many rows have a category that no training row had; columns without such rows left out.

        Of a column with so many categories that the rare ones share a feature, nobody knows.
        """
        counts: dict[str, int] = {}
        steps: list[ColumnStep] = [*self._scaled, *self._direct]
        for step in steps:
            if set(step.columns) <= set(rows.names):
                counts |= step.unseen(rows)
        return counts

    def example_row(self) -> tuple[str, ...]:
        """A typical row: medians, and the first category of each column, in the order of the training table."""
        cells = example_cells(self._scaled, self._fitted(), self._direct)
        return tuple(cells[name] for name in self.columns_ if name in cells)

    def describe(self) -> tuple[str, ...]:
        """What happens to a row before the model sees it, one sentence a step."""
        return sentences(self._scaled, self._fitted(), self._direct, self.left_out_)

    def to_dict(self) -> dict[str, Any]:
        """All that was learned but `arrays`, in JSON types; floats survive JSON bit for bit."""
        scaling = self._fitted()
        return to_fields(self._scaled, scaling, self._direct, self.columns_, self.left_out_, self._order)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weights of the terms of free text."""
        return {f"{i}.{key}": array for i, step in enumerate(self._direct) for key, array in step.arrays().items()}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> Self:
        """The preprocessing that `to_dict` and `arrays` wrote.

        Raises:
            CannotFindOut: (kind `checkpoint`) It is damaged, or of a format that this version does not know.
        """
        made = cls()
        made._set(*from_fields(fields, {} if arrays is None else arrays))
        return made


def _beside(values: Sequence[Floats], rows: int) -> Floats:
    if len(values) == 1:
        return values[0]
    return np.hstack(values) if values else np.zeros((rows, 0))
