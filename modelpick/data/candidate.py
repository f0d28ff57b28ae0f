"""The contract between evaluation/ and whatever is tested: candidates over raw rows, and their safe form on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.folds import held_out
from modelpick.data.table import ColumnKind
from modelpick.data.time_order import latest


class Rows(Protocol):
    """Raw rows of any kind: a `Table`, texts, image files, sound files. Row i of a part is row `indices[i]` of it."""

    def __len__(self) -> int:
        """How many rows."""
        ...

    def take(self, indices: NDArray[np.intp] | Sequence[int]) -> Self:
        """The rows at `indices`, in that order."""
        ...


class Preprocessing(Protocol):
    """What was learned from the training rows, and turns raw rows of its kind into features. Plain data, no code.

    `transform` is a function of one row alone, so that rows may be given in blocks. The same rows give the same
    features bit for bit after `to_dict` and `arrays` went through a file and `read_preprocessing`.
    """

    @property
    def kind(self) -> Kind:
        """The kind of the rows that it takes."""
        ...

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """Names of the features, in the order of `transform`'s columns."""
        ...

    @property
    def columns_(self) -> tuple[str, ...]:
        """Names of the table's columns that it knows, used or left out; empty where rows are no table."""
        ...

    def transform(self, rows: Any) -> NDArray[Any]:
        """Features, float32 or float64, shape (rows, features); CannotFindOut where rows are not as in training."""
        ...

    def unseen(self, rows: Any) -> dict[str, int]:
        """Column -> how many rows have a category that no training row had; columns without such rows left out."""
        ...

    def example_row(self) -> tuple[str, ...]:
        """A typical row, one cell for each column that it uses; empty where rows are no table."""
        ...

    def describe(self) -> tuple[str, ...]:
        """What happens to a row before the model sees it, one sentence a step."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """All that was learned but `arrays`, in JSON types; `format` names what reads it."""
        ...

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """The large learned arrays, float32 or float64, by name; empty for most."""
        ...


CandidateKind = Literal["dummy", "linear", "neighbours", "trees", "mlp", "architecture", "pretrained"]
Way = Literal["as-is", "probe", "zero-shot", "finetune"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRecord:
    """One epoch of a training: loss and score (accuracy, or R2 for regression).

    Those of the training rows are means over the epoch's batches, each measured before its update; those of the
    validation rows are measured after the epoch.
    """

    epoch: int
    train_loss: float
    train_score: float
    validation_loss: float | None = None
    validation_score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedForm:
    """A fitted candidate as plain data: it is written as JSON and safetensors and loads without running code.

    Attributes:
        architecture: A bare name of the catalogue (`mlp`), never a dotted path.
        config: What rebuilds it: task, classes, target_name, hidden_layer_sizes, activation, output, and what is
            worth knowing (hyperparameters). JSON types only.
        tensors: Name -> float32 or float64 array; of a network `layers.<i>.weight` (out, in) and `layers.<i>.bias`
            (out,).
        preprocessing: From raw rows to the features that the first layer takes.
    """

    architecture: str
    config: Mapping[str, Any]
    tensors: Mapping[str, NDArray[Any]]
    preprocessing: Preprocessing


class Candidate(Protocol):
    """Anything that learns from raw rows and answers for new ones. All that is fitted is fitted inside.

    `X` is of the kind of the data: a `Table`, or other `Rows` (a Protocol cannot say so without refusing candidates
    that take one kind only, hence Any).
    """

    @property
    def classes_(self) -> tuple[str, ...]:
        """Class names in the order of `predict_proba`'s columns; empty for regression."""
        ...

    @property
    def parameters(self) -> int | None:
        """How many numbers it learned (weights and biases); None where that says nothing."""
        ...

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Its training by epoch; empty where it has none."""
        ...

    def fit(self, X: Any, y: NDArray[Any], validation: tuple[Any, NDArray[Any]] | None = None) -> Self:
        """Learns from the training rows; the validation rows may stop it early and are never trained on."""
        ...

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Probabilities, shape (rows, classes), each row summing to one. Classification only."""
        ...

    def predict(self, X: Any) -> NDArray[Any]:
        """Class names (object array of str) or numbers (float64), shape (rows,)."""
        ...

    def saved_form(self) -> SavedForm | None:
        """Its safe form, or None where it has none."""
        ...

    def summary(self) -> str:
        """Its layers with weights A x B and biases B, or a line that says what it is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FitJob:
    """One fit among many: a training set with its seed, as `Candidate.fit` would get it.

    Attributes:
        groups: Shape (rows of X,): rows of one number belong together (a patient, equal rows). Whoever holds out some
            of the training rows, to stop early or to weigh or choose, keeps them on one side. None: all are their own.
        times: Shape (rows of X,): the rows have an order in time, and whoever holds out some of them takes later ones
            than those that it learns from (`data.time_order`). None: they have none.
    """

    seed: int
    X: Any
    y: NDArray[Any]
    validation: tuple[Any, NDArray[Any]] | None = None
    groups: NDArray[np.intp] | None = None
    times: NDArray[np.float64] | None = None

    def held_rows(self, share: float, strata: NDArray[np.intp], seed: int | None = None) -> NDArray[np.intp] | None:
        """About a share of the training rows to hold out, sorted: the latest in the order of time, else whole groups.

        None where that would leave a class without a row to learn from.

        Args:
            strata: Shape (rows of X,): the class of each row as a number; all 0 where there are none.
            seed: None is the job's own.
        """
        if self.times is not None:
            return latest(self.times, share, strata)
        groups = np.arange(len(strata)) if self.groups is None else self.groups
        return held_out(strata, share, self.seed if seed is None else seed, groups)


@runtime_checkable
class FitsJob(Protocol):
    """A candidate that may hold out some of its training rows, and asks which belong together or come later."""

    def fit_job(self, job: FitJob) -> Self:
        """As `Candidate.fit`, with all that a job says of its rows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the comparison: a name and how to make a fresh candidate.

    Attributes:
        name: Unique in one report.
        make: Seed -> an unfitted candidate; for a `fixed` one, the fitted candidate itself.
        fixed: Tested as it is and never fitted (a saved run).
        way: How a pretrained one is used; None for those trained here.
        source: Where it comes from: a run folder, a repo id; None for those made here.
        commit: Of the repo, 40 hex.
        columns: (name, kind) of the raw columns that a `fixed` one was trained on: it gets these, found by name in
            the table. None: it gets all features.
        ignored: Further columns that may stand in the table and that a `fixed` one does not look at.
        fit_many: Trains several at once, one fitted candidate a job in the same order, with the results that `make`
            and `fit` give one by one; None where there is no such way.
        at_once: The most jobs of one call of `fit_many`, where fitted candidates take much memory; None: any.
        probabilities: False: it gives class names alone (`predict`), and what needs probabilities is left out.
        torch: Whether its fits may use torch; False spares another process the import.
        foretold: Hears before the first fit how many there will be, the final one counted.
        note: What a reader of the report must know of it: how labels were mapped, by which texts classes stand.
    """

    name: str
    kind: CandidateKind
    make: Callable[[int], Candidate]
    fixed: bool = False
    way: Way | None = None
    source: str | None = None
    commit: str | None = None
    columns: tuple[tuple[str, ColumnKind], ...] | None = None
    ignored: tuple[str, ...] = ()
    fit_many: Callable[[Sequence[FitJob]], Sequence[Candidate]] | None = None
    at_once: int | None = None
    probabilities: bool = True
    torch: bool = True
    foretold: Callable[[int], None] | None = None
    note: str = ""

    @property
    def saved_before(self) -> bool:
        """Whether it is a saved model of ours that was given: it lies where it lies, and is not saved again."""
        return self.fixed and self.way is None
