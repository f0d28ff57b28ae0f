"""The lesson of `--course` as a report: load and preprocess, create, train, save and load, predict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelpick.data.candidate import EpochRecord, SavedForm
from modelpick.data.features_shown import features_before_and_after
from modelpick.data.table import Table as Rows
from modelpick.document import Block, Heading, Table, Text, Tone
from modelpick.evaluation.curves import curves
from modelpick.evaluation.lesson_words import ACTIVATIONS, COSTS, INITIALISATIONS, OPTIMIZERS, OUTPUTS
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.evaluation.report import FEW_ROWS, data_blocks
from modelpick.evaluation.wording import number_shown, share_shown

_FIRST_ROWS = 4
_SHOWN_CLASSES = 12
_SHOWN_EPOCHS = 20
_CLASS_COLUMNS = 4
_SHOWN_COLUMNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was saved, and what it does once it is loaded again.

    Attributes:
        files: (name, bytes, sha256, what is in it) of what was saved in `place`.
        difference: The largest between an answer before saving and after loading, over the test rows.
        typed: The row that is predicted, as it is typed; `truth` is its answer in the data, None where it is new.
        answer: The class or the number, and `probabilities` of each class, best first.
        next: The command that asks it again.
    """

    place: str
    files: Sequence[tuple[str, int, str, str]]
    difference: float
    typed: str
    truth: str | None
    answer: str
    probabilities: Sequence[tuple[str, float]]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one training was and gave.

    Attributes:
        result, form: Of the network.
        layers: Its layers as a table.
        kept: None where nothing could be saved, and `unwritten` says why.
        compare: The command that compares the network with others.
    """

    evaluation: Evaluation
    result: CandidateResult
    form: SavedForm
    layers: Table
    kept: Kept | None
    unwritten: str = ""
    compare: str


def lesson_blocks(lesson: Lesson) -> list[Block]:
    """The five steps, in order."""
    return [
        Heading(f"A first neural network on {lesson.evaluation.dataset.name}, in five steps", level=1),
        Heading("1. Load and preprocess"),
        *_load(lesson),
        Heading("2. Create the network"),
        *_create(lesson),
        Heading("3. Train"),
        *_train(lesson),
        Heading("4. Save and load"),
        *(_not_saved(lesson) if lesson.kept is None else _kept(lesson, lesson.kept)),
    ]


# --- 1 ---


def _load(lesson: Lesson) -> Iterator[Block]:
    evaluation, dataset = lesson.evaluation, lesson.evaluation.dataset
    what = f"The target, what the network shall answer, is `{dataset.target_name}`"
    if isinstance(dataset.features, Rows):
        what = f"{len(dataset.features.names)} columns are its features, what it sees. {what}"
    yield Text(f"{dataset.rows:,} rows were loaded. {what}.")
    yield from list(data_blocks(evaluation))[1:]  # without its heading
    yield Heading("The split, before anything is learned", level=3)
    yield _split(evaluation)
    yield Text(
        "The network learns from the training rows. The validation rows are looked at after each epoch, to see how it "
        "does on rows that it has not learned from. The test rows stay closed until the end."
    )
    train = evaluation.plan.splits[0].train
    yield from features_before_and_after(
        lesson.form.preprocessing, dataset.features.take(train), count=_FIRST_ROWS, level=3
    )
    for step in lesson.form.preprocessing.describe():
        yield Text(step, item=True)
    yield Text(
        "All of this is learned from the training rows alone: the other rows stand for the future, which nobody knows."
    )
    yield Heading("The target as numbers", level=3)
    yield from _target(lesson)


def _split(evaluation: Evaluation) -> Table:
    dataset, split = evaluation.dataset, evaluation.plan.splits[0]
    parts = (("training", split.train), ("validation", split.validation), ("test", split.test))
    classes = dataset.classes if len(dataset.classes) <= _CLASS_COLUMNS else ()
    columns = ("part", "rows", "share", *classes)
    rows = []
    for name, places in parts:
        counts = Counter(dataset.target[places]) if classes else Counter()
        share = f"{len(places) / dataset.rows:.0%}"
        rows.append((name, f"{len(places):,}", share, *(f"{counts[label]:,}" for label in classes)))
    return Table(columns, tuple(rows), right=columns[1:])


def _target(lesson: Lesson) -> Iterator[Block]:
    dataset, config = lesson.evaluation.dataset, lesson.form.config
    if dataset.task == "regression":
        mean, scale = float(config["target_mean"]), float(config["target_scale"])
        yield Text(
            f"The target is a number. It is centred and scaled for the training, too: minus {mean:.6g}, divided by "
            f"{scale:.6g}, by the training rows; the answers are turned back into its own unit."
        )
        return
    shown = dataset.classes[:_SHOWN_CLASSES]
    rows = tuple(
        (label, str(i), " ".join("1" if j == i else "0" for j in range(len(shown)))) for i, label in enumerate(shown)
    )
    yield Table((dataset.target_name, "integer", "one-hot"), rows, right=("integer",))
    if len(shown) < len(dataset.classes):
        yield Text(f"And {len(dataset.classes) - len(shown):,} more classes.", Tone.MUTED)
    yield Text(
        "Integer encoding gives each class a number. One-hot encoding gives it a place among zeros, one for each node "
        "of the last layer, so that no class counts as larger than another."
    )


# --- 2 ---


def _create(lesson: Lesson) -> Iterator[Block]:
    config = lesson.form.config
    chosen: dict[str, Any] = dict(config.get("hyperparameters", {}))
    hidden = config["hidden_layer_sizes"]
    if hidden:
        kind = f"A multi-layer perceptron with {len(hidden)} hidden {'layer' if len(hidden) == 1 else 'layers'}"
    else:
        kind = "A network without a hidden layer, which is a linear model"
    yield Text(
        f"{kind}. A layer with A inputs and B nodes has A x B weights and B biases: each node sums its inputs, each "
        "times a weight, adds its bias, and bends the sum by the activation."
    )
    yield lesson.layers
    cost = chosen.get("cost") or ("mse" if config["task"] == "regression" else "cross-entropy")
    told = [
        ("output", str(config["output"]), OUTPUTS.get(str(config["output"]), "")),
        ("initialisation", str(chosen["init"]), INITIALISATIONS.get(str(chosen["init"]), "")),
        ("cost", str(cost), COSTS.get(str(cost), "")),
        ("optimiser", str(chosen["optimizer"]), OPTIMIZERS.get(str(chosen["optimizer"]), "")),
        ("learning rate", f"{chosen['learning_rate']:g}", "how far one update goes"),
    ]
    if hidden:
        activation = str(config["activation"])
        told.insert(0, ("activation", activation, ACTIVATIONS.get(activation, "")))
    told += [(name.replace("_", " "), f"{chosen[name]:g}", what) for name, what in _EXTRA.items() if chosen.get(name)]
    yield Table(("chosen", "value", "what it does"), tuple(told))


_EXTRA = {
    "dropout": "share of the nodes that are left out of each update, so that none is relied on alone",
    "weight_decay": "pulls the weights towards zero, so that none grows without need",
}


# --- 3 ---


def _train(lesson: Lesson) -> Iterator[Block]:
    evaluation, config = lesson.evaluation, lesson.form.config
    train = evaluation.plan.splits[0].train
    yield Text(f"Epoch: the network sees each of the {len(train):,} training rows once.", item=True)
    yield Text(_batches(str(config.get("hyperparameters", {}).get("batch_size")), len(train)), item=True)
    yield Text("Loss: how wrong the answer for one row is. Cost: the mean loss of a batch, made smaller.", item=True)
    yield Text(
        "Back-propagation: from the last layer back to the first, by the chain rule, how much each weight adds to the "
        "cost; the optimiser then moves each weight a little the other way. That is one update.",
        item=True,
    )
    yield Text(f"{config.get('trained', '')}.", Tone.STRONG)
    yield _epochs(lesson.result.history, evaluation)
    yield from curves(lesson.result, evaluation.dataset.task)
    yield Text(_tested(lesson), Tone.STRONG)
    yield from _how_good(lesson)


def _batches(size: str, rows: int) -> str:
    if size == "full" or (size.isdigit() and int(size) >= rows):
        return "Batch: all training rows at once make one update (batch gradient descent)."
    told = f"{size} rows" if size.isdigit() else "some rows"
    return f"Mini-batch: {told} at a time make one update; in each epoch they are drawn in a new order."


def _epochs(history: Sequence[EpochRecord], evaluation: Evaluation) -> Table:
    score = "accuracy" if evaluation.dataset.task == "classification" else "R2"
    columns = ["epoch", "training cost", f"training {score}"]
    held = any(record.validation_loss is not None for record in history)
    if held:
        columns += ["validation cost", f"validation {score}"]
    every = -(-len(history) // _SHOWN_EPOCHS)
    shown = [record for record in history if record.epoch % every == 0 or record.epoch in (1, len(history))]
    rows = []
    for r in shown:
        values = [r.train_loss, r.train_score, *((r.validation_loss, r.validation_score) if held else ())]
        rows.append((f"{r.epoch:,}", *("" if value is None else f"{value:.3f}" for value in values)))
    return Table(tuple(columns), tuple(rows), right=tuple(columns))


def _tested(lesson: Lesson) -> str:
    evaluation, rows = lesson.evaluation, len(lesson.evaluation.plan.test)
    measured = lesson.result.test or {}
    if evaluation.dataset.task == "regression":
        rmse, r2 = number_shown(measured["rmse"].value), number_shown(measured["r2"].value)
        return f"On the {rows:,} test rows, opened once: RMSE {rmse}, R2 {r2 or 'unknown'}."
    accuracy = measured["accuracy"]
    right = round(accuracy.value * rows)
    return f"On the {rows:,} test rows, opened once: {right:,} right, an accuracy of {accuracy.value:.3f}."


def _how_good(lesson: Lesson) -> Iterator[Block]:
    evaluation, split = lesson.evaluation, lesson.evaluation.plan.splits[0]
    truth = evaluation.dataset.target[split.test]
    if evaluation.dataset.task == "regression":
        mean = float(evaluation.dataset.target[split.train].mean())
        dull = float(np.sqrt(np.mean((truth.astype(np.float64) - mean) ** 2)))
        yield Text(f"Always to answer the training rows' mean has an RMSE of {number_shown(dull)}.")
        return
    commonest = Counter(evaluation.dataset.target[split.train]).most_common(1)[0][0]
    right = int((truth == commonest).sum())
    yield Text(
        f"Always to answer `{commonest}`, the commonest class, is right {right:,} {'time' if right == 1 else 'times'}."
    )
    bounds = (lesson.result.test or {})["accuracy"].ci95
    if bounds is not None:
        few = "So few rows tell little: the" if len(split.test) < FEW_ROWS else "The"
        yield Text(
            f"{few} true accuracy may well lie between {bounds[0]:.2f} and {bounds[1]:.2f} (95 % interval, Wilson)."
        )


# --- 4 and 5 ---


def _not_saved(lesson: Lesson) -> Iterator[Block]:
    yield Text(lesson.unwritten, Tone.BAD)
    yield Heading("5. Predict")
    yield Text("A network is saved, loaded and then asked. This one could not be saved, so that it is not asked here.")


def _kept(lesson: Lesson, kept: Kept) -> Iterator[Block]:
    dataset = lesson.evaluation.dataset
    yield Text(f"Saved in {kept.place}. Nothing in these files is code: loading them runs nothing.")
    files = tuple((name, f"{size:,}", sha[:16], what) for name, size, sha, what in kept.files)
    yield Table(("file", "bytes", "sha256 begins", "holds"), files, right=("bytes",))
    same = "the same to the last bit"
    if kept.difference:
        same = f"the same but for {kept.difference:.1g} at most, the rounding of the file"
    yield Text(f"Loaded again from there, it answers for the {len(lesson.evaluation.plan.test):,} test rows: {same}.")
    yield Heading("5. Predict")
    if isinstance(dataset.features, Rows):
        names = dataset.features.names
        row = "A new row" if kept.truth is None else "A test row"
        more = ", ..." if len(names) > _SHOWN_COLUMNS else ""
        yield Text(f"{row}: {kept.typed} (in the order of the columns: {', '.join(names[:_SHOWN_COLUMNS])}{more}).")
    else:
        yield Text(f"One that it has not seen: {kept.typed}")
    if kept.probabilities:
        shown = tuple((name, share_shown(p)) for name, p in kept.probabilities[:_SHOWN_CLASSES])
        yield Table((dataset.target_name, "probability"), shown, right=("probability",))
    truth = "" if kept.truth is None else f". In the data it is {kept.truth}"
    yield Text(f"The network answers: {kept.answer}{truth}.", Tone.STRONG)
    yield Heading("Next")
    yield Text(kept.next, Tone.STRONG)
    yield Text(lesson.compare, Tone.STRONG)
    yield Text(
        "The second command, with what else you said here about the data, trains the same network on many splits, "
        "beside simpler models, and says which differences are more than luck.",
        Tone.MUTED,
    )
