"""The model card of a saved run: what the model is for, what it was trained on, how well it did, where it ends.

No row stands in it, for a card is made to be published: the row of the example is made of medians and, of each column
of categories, the first of those that the model knows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelpick.data.candidate import SavedForm
from modelpick.data.dataset import Dataset
from modelpick.data.table import Table as Rows
from modelpick.document import Block, Document, Heading, Table, Text
from modelpick.evaluation.card_front_matter import front_matter
from modelpick.evaluation.comparison import estimates
from modelpick.evaluation.contract import versions
from modelpick.evaluation.metrics import Metric, metrics_of
from modelpick.evaluation.protocol import CandidateResult, Evaluation
from modelpick.findings import Severity

_SHOWN_CLASSES = 30
_NOUNS = {"table": "rows", "text": "texts", "image": "images", "audio": "sounds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A model card before it is written: front matter, and the body around its section on usage.

    Attributes:
        row: Values of an example row in the order of the columns.
    """

    front_matter: Mapping[str, Any]
    before_usage: Document
    row: tuple[str, ...]
    after_usage: Document


def card(
    evaluation: Evaluation,
    result: CandidateResult,
    form: SavedForm,
    *,
    name: str,
    license: Mapping[str, str] | None,  # noqa: A002 - the Hub's own word
    bundled: bool,
    network: Sequence[Block],
) -> Card:
    """The card of one saved model.

    Args:
        result: The candidate of which `form` was saved.
        name: Of the run.
        license: Front-matter keys of the licence that was stated; None where none was.
        bundled: The data are a public set that comes with scikit-learn, and may be named as such.
        network: Blocks that tell its layers.
    """
    dataset = evaluation.dataset
    return Card(
        front_matter=front_matter(evaluation, result, name, license, bundled),
        before_usage=_document(
            [
                Heading(name, level=1),
                Text(_what_it_is(dataset, result, form)),
                *_uses(dataset),
                *_training_data(evaluation, bundled, result.entry.fixed),
                *_base(result),
                *_training(form, result, network),
            ]
        ),
        row=form.preprocessing.example_row(),
        after_usage=_document(
            [
                *_evaluation(evaluation, result),
                *_limitations(evaluation, form, result.entry.fixed),
                *_terms(license, result),
            ]
        ),
    )


def _document(blocks: Sequence[Block]) -> Document:
    return Document(blocks=blocks, data=None)


def _what_it_is(dataset: Dataset, result: CandidateResult, form: SavedForm) -> str:
    what, target = _what(result, form), f'"{dataset.target_name}"'
    if dataset.task == "classification":
        answer = f"{target}, one of {len(form.config['classes'])} classes, with probabilities"
    else:
        answer = f"the number {target}"
    given = {"text": "a text", "image": "an image", "audio": "a sound"}.get(dataset.kind) or _columns(dataset)
    return f"{what} {answer}, from {given}."


def _what(result: CandidateResult, form: SavedForm) -> str:
    """What kind of model it is, up to what it predicts."""
    entry = result.entry
    if entry.kind == "dummy":
        return "A baseline that looks at nothing and answers"
    if entry.kind == "linear":
        return "A linear model that predicts"
    if entry.kind == "architecture":
        return f"The architecture {form.architecture}, trained from scratch, that predicts"
    if entry.kind == "pretrained":
        name = entry.name.removesuffix(f":{entry.way}")
        return {
            "as-is": f"{name} as it was published, its labels taken for the classes here; it predicts",
            "zero-shot": f"{name} as it was published, asked which class's text fits best; it predicts",
            "probe": f"A linear model on the frozen features of {name} that predicts",
        }.get(str(entry.way), f"A fine-tuned copy of {name} that predicts")
    if entry.name == "mlp-stack":
        return "Several small networks, trained together and weighed, as one model that predicts"
    return "A multi-layer perceptron that predicts"


def _columns(dataset: Dataset) -> str:
    count = len(dataset.features.kinds)
    return f"{count} {'column' if count == 1 else 'columns'} of a table"


def _uses(dataset: Dataset) -> list[Block]:
    same = ""
    if isinstance(dataset.features, Rows):
        same = f" and have the same columns: {_listed(dataset.features.names)}"
    return [
        Heading("Intended uses"),
        Text(
            f'This model is intended for predicting "{dataset.target_name}" of new {_NOUNS[dataset.kind]} that were '
            f"collected in the same way as those of {dataset.name}{same}."
        ),
        Heading("Out-of-scope uses"),
        Text(
            "It should not be used on rows from another source, with other units or another way of measuring, without "
            "testing it there first. It must not be used to decide about people on its own: a person has to look at "
            "each case. It is not suitable for finding causes."
        ),
    ]


def _training_data(evaluation: Evaluation, bundled: bool, untrained: bool) -> list[Block]:
    """The rows; `untrained`: of a model that learned nothing from them."""
    dataset, rows = evaluation.dataset, evaluation.final_rows
    table, nouns = dataset.kind == "table", _NOUNS[dataset.kind]
    whose = f", {'a file' if table else 'files'} of the person who {'compared' if untrained else 'trained'} it"
    if bundled:
        whose = ", in the copy that comes with scikit-learn"
    columns = f" ({_columns(dataset)})" if table else ""
    used = (
        "The model was not trained again. It was compared with others on" if untrained else "The model was trained on"
    )
    tested = "the others are" if untrained else "the model is"
    blocks: list[Block] = [
        Heading("Training data"),
        Text(
            f"{used} the {dataset.name} dataset{whose}: {len(rows):,} of its {dataset.rows:,} {nouns}{columns}, with "
            f'the target "{dataset.target_name}". Fingerprint of the data (sha256): {dataset.fingerprint}.'
        ),
        Text(
            f"A hash of each of these rows lies in training_rows.safetensors, so that {tested} not tested on them "
            "unawares. Whoever guesses a row can look it up there; answers.safetensors holds the target of each row by "
            "its number, and report.json, report.md and blocks.json quote rows that were answered wrongly. Leave these "
            "files out where that must not be."
        ),
    ]
    if dataset.task == "classification":
        counts = Counter(dataset.target[rows])
        table_rows = tuple((label, f"{counts[label]:,}") for label in dataset.classes[:_SHOWN_CLASSES])
        counted = nouns if untrained else f"training {nouns}"
        blocks.append(Table(("class", counted), table_rows, right=(counted,)))
        if len(dataset.classes) > _SHOWN_CLASSES:
            blocks.append(Text(f"And {len(dataset.classes) - _SHOWN_CLASSES} more classes."))
    else:
        values = np.asarray(dataset.target[rows], dtype=np.float64)
        blocks.append(
            Text(f"The target goes from {values.min():.6g} to {values.max():.6g}, with a mean of {values.mean():.6g}.")
        )
    return blocks


def _base(result: CandidateResult) -> list[Block]:
    """What a pretrained model was, for its own card counts for what was made of it."""
    entry = result.entry
    if entry.kind != "pretrained":
        return []
    name = entry.name.removesuffix(f":{entry.way}")
    at = "" if entry.commit is None else f" at commit {entry.commit}"
    said = "what the card of that model says of its data, its licence and its limits counts here, too."
    if entry.way == "finetune":
        return [Text(f"It builds on {name}{at}, which was trained before on other data: {said}")]
    fetch = "" if entry.commit is None else f" (`modelpick download {entry.source} --revision {entry.commit}`)"
    return [
        Text(
            f"It {'is' if entry.fixed else 'builds on'} {name}{at}, which was trained before on other data: {said} The "
            f"weights of that model are not kept here: it is looked for where it was when this was saved{fetch}."
        )
    ]


def _training(form: SavedForm, result: CandidateResult, network: Sequence[Block]) -> list[Block]:
    blocks: list[Block] = [Heading("How it answers" if result.entry.fixed else "Training procedure")]
    blocks += [Text(step, item=True) for step in form.preprocessing.describe()]
    if network:
        blocks += network
    else:
        named = result.entry.kind == "pretrained"  # it begins with a name, which keeps its letters
        blocks.append(Text(f"{result.summary if named else result.summary[:1].upper() + result.summary[1:]}."))
    if form.config.get("augmentation"):
        blocks.append(Text(f"While it learned, images were {form.config['augmentation']}."))
    chosen = form.config.get("hyperparameters")
    if isinstance(chosen, Mapping):
        told = tuple((str(key), _plain(value)) for key, value in chosen.items() if value not in (None, {}))
        blocks.append(Table(("hyperparameter", "value"), told))
    with_what = "Compared" if result.entry.fixed else "Trained"
    blocks.append(
        Text(f"{with_what} with {', '.join(f'{package} {number}' for package, number in versions().items())}.")
    )
    return blocks


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _evaluation(evaluation: Evaluation, result: CandidateResult) -> list[Block]:
    dataset, metrics = evaluation.dataset, metrics_of(evaluation.dataset.task)
    means, measured = estimates(evaluation, result), result.test or {}
    rows = tuple(
        (
            metric.title,
            _digits(means[metric.name].mean),
            _interval(means[metric.name].ci95),
            _digits(measured[metric.name].value) if metric.name in measured else "",
            _interval(measured[metric.name].ci95) if metric.name in measured else "",
        )
        for metric in metrics
        if metric.name in means
    )
    mean = f"The mean is of models trained in this way on {dataset.name}, one for each split."
    if result.entry.fixed:
        mean = "The mean is of this very model on the test rows of each split."
    columns = ("metric", "mean over splits", "95 % interval", "this model, held-out rows", "95 % interval (Wilson)")
    return [
        Heading("Evaluation"),
        Text(f"{evaluation.plan.rule} {evaluation.plan.reason}"),
        Text(
            f"{mean} This very model was then measured on {len(evaluation.plan.test):,} held-out rows that it was not "
            "trained on."
        ),
        Table(columns, rows, right=columns[1:]),
        Text(_against_the_others(evaluation, result)),
    ]


def _listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _against_the_others(evaluation: Evaluation, result: CandidateResult) -> str:
    """The main metric of all that were compared on the same splits."""
    metric: Metric = evaluation.metric
    told = [
        f"{other.entry.name} {_digits(evaluation.mean(other)) or 'unknown'}"
        for other in evaluation.ranked
        if other.finished and other is not result
    ]
    others = f"On the same splits: {', '.join(told)}." if told else "Nothing else was compared on the same splits."
    return f"{metric.title[0].upper()}{metric.title[1:]} decides here. {others}"


def _digits(value: float) -> str:
    """Four digits; nothing where it cannot be told."""
    return f"{value:.4g}" if math.isfinite(value) else ""


def _interval(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"{bounds[0]:.4g} to {bounds[1]:.4g}"


def _limitations(evaluation: Evaluation, form: SavedForm, untrained: bool) -> list[Block]:
    dataset = evaluation.dataset
    rows = f"{len(evaluation.final_rows):,} {_NOUNS[dataset.kind]} of one source"
    seen = f"It has seen {rows}, and knows nothing of others"
    if untrained:
        seen = f"It was compared on {rows}, which says nothing of others"
    lines = [
        f"{seen}: on those from elsewhere it can be wrong with high confidence.",
        *_split_limits(evaluation),
        "Biases of the data are biases of the model: a group that is rare in the training rows is served worse.",
    ]
    if dataset.task == "classification":
        calibrated = "calibrated by one temperature" if "temperature" in form.config else "not calibrated"
        lines.append(
            "It always answers with one of the classes that it knows, also for a row that belongs to none. Its "
            f"probabilities were {calibrated}."
        )
    told = [finding.message for finding in dataset.findings if finding.severity > Severity.INFO]
    lines += [f"Known of the data: {message}." for message in told]
    return [Heading("Limitations"), *(Text(line, item=True) for line in lines)]


def _split_limits(evaluation: Evaluation) -> list[str]:
    dataset = evaluation.dataset
    if dataset.times is not None or dataset.groups is not None:
        return []
    return [
        "The rows were split at random. Where several rows belong to one person, place or day, or where the world "
        "changes with time, the figures above are too optimistic."
    ]


def _terms(license_: Mapping[str, str] | None, result: CandidateResult) -> list[Block]:
    if license_ is not None:
        return []
    if result.entry.fixed:
        name = result.entry.name.removesuffix(f":{result.entry.way}")
        return [Heading("Terms"), Text(f"The terms are those of {name}: read its own card before you use it.")]
    return [
        Heading("Terms"),
        Text("Whoever trained this model has stated no licence for it: ask before you use it for anything of yours."),
    ]
