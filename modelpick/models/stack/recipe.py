"""What a stack is made of, and how training shrinks as rows grow. Chosen by measurement: see `model_cards/mlp.md`."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A network before training.

    Attributes:
        binned: It takes the bins of the features.
        least_rows: Of the training set; with fewer it gains nothing and is left out.
        weight_decay: Decoupled: a step takes rate x decay off every weight, never off a bias.
    """

    name: str
    binned: bool = False
    hidden: tuple[int, ...] = ()
    activation: str = "identity"
    least_rows: int = 0
    weight_decay: float
    learning_rate: float = 3e-3


_HIDDEN = (128, 128)
TINY_ROWS = 300
"""Training rows below which fewer epochs and fewer networks do as well (measured on seven tables)."""

_TANH = Member(name="tanh", hidden=_HIDDEN, activation="tanh", weight_decay=1.0)
_RELU = Member(name="relu", hidden=_HIDDEN, activation="relu", weight_decay=0.3)
_BINNED_RELU = replace(_RELU, name="binned-relu", binned=True, least_rows=TINY_ROWS)
_LINEAR = Member(name="linear", weight_decay=10.0, learning_rate=1e-2)
_BINNED_LINEAR = replace(_LINEAR, name="binned-linear", binned=True)

CLASSIFICATION = (
    _TANH,
    _RELU,
    _LINEAR,
    _BINNED_RELU,
    replace(_BINNED_LINEAR, weight_decay=0.1),
    replace(_BINNED_LINEAR, name="binned-linear-calm"),
)
"""The calm ones carry noisy tables, where nothing else is sure of itself rightly."""

REGRESSION = (
    _TANH,
    _RELU,
    replace(_RELU, name="relu-calm", weight_decay=3.0),
    replace(_LINEAR, weight_decay=0.1, learning_rate=3e-2),
    replace(_BINNED_RELU, weight_decay=1.0),
    replace(_BINNED_LINEAR, weight_decay=1.0),
)

_EPOCHS, _TINY_EPOCHS = 50, 35
_ROW_VISITS = 200_000
_FEW_ROWS, _MANY_ROWS, _HUGE_ROWS = 2_000, 10_000, 200_000
MANY_CLASSES = 100
"""Classes above which an update costs by their count: with 250 of them half of the epochs, in four times as large
batches, took 0.4 of the time and lost nothing."""
_CLASSES_BATCH, _CLASSES_EPOCHS = 128, 15
_FOLDS = 3
_MOST_HELD = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and on what the members of a stack train.

    Attributes:
        folds: Of the inner cross-validation by which the members are weighted; 1: one part is held out, and the
            members trained on the rest answer, without being trained again; 0: so few rows that all weigh the same.
        held: Rows of the part that is held out where `folds` is 1.
        ordered: The folds are windows of time, each measured on later rows than it learned from; after any count of
            them the members are trained again, for the latest rows tell most of those to come.
    """

    epochs: int
    batch_size: int
    folds: int
    held: int = 0
    ordered: bool = False

    def words(self) -> str:
        """The plan in a sentence."""
        trained = f"{self.epochs} epochs in batches of {self.batch_size:,}"
        if self.ordered and self.folds:
            windows = "a later window" if self.folds == 1 else f"{self.folds} windows of time, each later"
            return (
                f"{trained}; weighted by {windows} than what it learned from, then trained again on all training rows"
            )
        if self.folds > 1:
            return f"{trained}; weighted by {self.folds} inner folds, then trained again on all training rows"
        if self.folds == 1:
            return f"{trained}; weighted by {self.held:,} training rows held out, and not trained again"
        return f"{trained}; too few rows to weigh the members"


def plan_for(rows: int, classes: int = 0) -> Plan:
    """The rule: 50 epochs (35 below 300 rows) in batches of 32; with more rows larger batches, from 4,000 on fewer
    epochs (about 200,000 rows seen in all, at least 4 epochs), and above 20,000 rows one held-out fifth (at most
    20,000 rows) instead of 3 inner folds. Above 100 classes batches of 128 at least, and as many times fewer epochs as
    there are more classes, but 15 at least.
    """
    batch = 32
    for more, size in ((_FEW_ROWS, 64), (_MANY_ROWS, 256), (_HUGE_ROWS, 1024)):
        if rows > more:
            batch = size
    most = _TINY_EPOCHS if rows < TINY_ROWS else _EPOCHS
    epochs = max(4, min(most, round(_ROW_VISITS / rows)))
    if classes > MANY_CLASSES:
        batch = max(batch, _CLASSES_BATCH)
        epochs = max(min(epochs, _CLASSES_EPOCHS), round(epochs * MANY_CLASSES / classes))
    if rows > _MOST_HELD:
        return Plan(epochs=epochs, batch_size=batch, folds=1, held=min(rows // 5, _MOST_HELD))
    return Plan(epochs=epochs, batch_size=batch, folds=_FOLDS if rows >= 2 * _FOLDS else 0)
