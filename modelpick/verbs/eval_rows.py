"""The rows of `evaluate` that are trained here: the baselines and the networks, made for one dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelpick.data.imports import importing
from modelpick.errors import UsageError
from modelpick.progress import SILENT, Listener
from modelpick.verbs.eval_options import ROWS, RowOptions

if TYPE_CHECKING:
    from modelpick.data.candidate import Entry
    from modelpick.data.dataset import Dataset
    from modelpick.data.plan_rule import SplitOptions
    from modelpick.data.preprocessing_options import PreprocessingOptions
    from modelpick.evaluation.dense_baselines import NetworkShape
    from modelpick.models.options import NetworkOptions
    from modelpick.models.pretrained.tuning_plan import TuningOptions


def trained_rows(dataset: Dataset, network: NetworkOptions, rows: RowOptions, listener: Listener) -> list[Entry]:
    """The baselines and the networks that take part, in the order of `ROWS`.

    Raises:
        UsageError: An option of the network, or a row that was asked for and cannot be had with these options.
        CannotFindOut: The network does not fit into this machine's memory.
    """
    with listener.step("Loading PyTorch and scikit-learn"), importing():
        from modelpick.evaluation.baselines import MOST_ROWS, entries

        import_module("modelpick.models.candidate")
    shaped = _for_many_rows(dataset, network, rows, listener)
    made = {entry.name: entry for entry in entries(dataset, _shape(shaped), rows.preprocessing)}
    made["mlp"] = mlp_entry(dataset, shaped, rows.tune, listener, rows.preprocessing)
    if dataset.kind == "table":
        from modelpick.models.stack.candidate import stack_entry

        made["mlp-stack"] = stack_entry(dataset.task, dataset.target_name, network.device, options=rows.preprocessing)
    left_out = set(rows.without)
    for name, most in MOST_ROWS.items():
        if dataset.rows > most and name in made and name not in rows.with_ and name not in left_out:
            listener.notice(f"`{name}` is left out above {most:,} rows, for it takes long: `--with {name}`")
            left_out.add(name)
    for name in rows.with_:
        if name == "perceptron" and dataset.task == "regression":
            raise UsageError("`perceptron` answers with classes, and the task is regression", "leave `--with` out")
        if name not in made:
            raise UsageError(
                f"`{name}` knows no activation `{network.activation}` or optimizer `{network.optimizer}`",
                f"leave `--with {name}` out, or take `--activation relu --optimizer adam`",
            )
    trained = [made[name] for name in ROWS if name in made and name not in left_out]
    return [*trained, *_architectures(dataset, network, rows, listener)]


ONE_BY_ONE = ("trees", "sklearn-mlp")
"""Rows whose many fits are each done for itself, in worker processes where there are cores for them."""


def pays_ahead(dataset: Dataset, rows: RowOptions, splits: SplitOptions) -> bool:
    """Whether so many fits of `ONE_BY_ONE` will come that workers may start before all is imported here."""
    from modelpick.data.plan_rule import rule

    chosen, _ = rule(splits, dataset.rows, bool(rows.archs or rows.finetune), dataset.kind)
    repeats = 1 if dataset.times is not None else chosen.repeats or 1  # windows of time come once
    if dataset.kind != "table" or (chosen.folds or 1) * repeats < _MANY_SPLITS:
        return False
    return not set(ONE_BY_ONE) <= set(rows.without)


_MANY_SPLITS = 20

MANY_ROWS, LARGE_BATCH = 50_000, 256
"""Above so many rows `mlp` takes larger batches than the course's, unless a size was asked for."""


def _for_many_rows(dataset: Dataset, network: NetworkOptions, rows: RowOptions, listener: Listener) -> NetworkOptions:
    """The options with batches that so many rows can be trained in, in minutes."""
    from modelpick.models.options import NetworkOptions

    usual = NetworkOptions().batch_size
    asked = "batch_size" in (rows.said or ()) or network.batch_size != usual
    if dataset.rows <= MANY_ROWS or asked or "mlp" in rows.without:
        return network
    listener.notice(
        f"`mlp` takes batches of {LARGE_BATCH} above {MANY_ROWS:,} rows, for it would take long: `--batch-size {usual}`"
    )
    return replace(network, batch_size=LARGE_BATCH)


_FOR_ARCHITECTURES = {
    "epochs": "epochs",
    "lr": "learning_rate",
    "optimizer": "optimizer",
    "batch_size": "batch_size",
    "early_stopping": "early_stopping",
    "patience": "patience",
    "dropout": "dropout",
    "weight_decay": "weight_decay",
}
"""Options of `evaluate` that an architecture has too -> their names among those of the network."""


def _architectures(dataset: Dataset, network: NetworkOptions, rows: RowOptions, listener: Listener) -> list[Entry]:
    """A row for each architecture that was asked for, with the options of the network that were said."""
    if not rows.archs:
        return []
    from modelpick.models.arch_entries import architecture_entries
    from modelpick.models.arch_plan import ArchitectureOptions

    given = _said(network, rows, "an architecture")
    init = {"zero": "zero", "normal": "random"}.get(network.init, "paper")
    options = ArchitectureOptions(
        **given,
        init=init,
        device=network.device,
        keep_in=rows.keep_in,
        side=rows.side,
        flip=rows.flip,
        class_weight=rows.class_weight,
    )
    return architecture_entries(rows.archs, dataset, options, listener)


def tuning_of(network: NetworkOptions, rows: RowOptions) -> TuningOptions | None:
    """How given models are trained on, with the options of the network that were said; None where they are not."""
    if not rows.finetune:
        return None
    from modelpick.models.pretrained.tuning_plan import TuningOptions

    given = _said(network, rows, "a pretrained model")
    known = ("epochs", "learning_rate", "batch_size", "patience", "weight_decay")
    taken = {name: given[name] for name in known if name in given}
    return TuningOptions(**taken, device=network.device, keep_in=rows.keep_in)


def _said(network: NetworkOptions, rows: RowOptions, who: str) -> dict[str, Any]:
    """The options of the network that count for others too: those that were said, by their names there."""
    from modelpick.models.options import NetworkOptions

    usual = NetworkOptions()
    given = {
        name: getattr(network, name)
        for option, name in _FOR_ARCHITECTURES.items()
        if (getattr(network, name) != getattr(usual, name) if rows.said is None else option in rows.said)
    }
    if not isinstance(given.get("batch_size", 1), int):
        raise UsageError(
            f"{who} takes no batches of `{given['batch_size']}`", "give a number of rows: `--batch-size 32`"
        )
    return given


def asked_of(
    dataset: Dataset, network: NetworkOptions, rows: RowOptions, splits: SplitOptions, **more: object
) -> dict[str, object]:
    """All that the numbers of what keeps states depends on, by the words of the command line."""
    shared = {option: getattr(network, name) for option, name in _FOR_ARCHITECTURES.items()}
    return {
        "data": dataset.fingerprint,
        "--arch": rows.archs,
        "--model": rows.models if rows.finetune else (),
        "--finetune": rows.finetune,
        **{f"--{option.replace('_', '-')}": value for option, value in shared.items()},
        "--init": network.init,
        "--device": network.device,
        "--side": rows.side,
        "--flip": rows.flip,
        "--class-weight": rows.class_weight,
        "--split": splits.ratio,
        "--folds": splits.folds,
        "--repeats": splits.repeats,
        "--seed": splits.seed,
        **more,
    }


def _shape(network: NetworkOptions) -> NetworkShape:
    from modelpick.evaluation.dense_baselines import NetworkShape

    return NetworkShape(
        hidden_layer_sizes=network.hidden_layer_sizes,
        activation=network.activation,
        learning_rate=network.learning_rate,
        batch_size=network.batch_size,  # type: ignore[arg-type] # `check_options` has checked it
        epochs=network.epochs,
        optimizer=network.optimizer,
    )


def mlp_entry(
    dataset: Dataset,
    network: NetworkOptions,
    tune: bool = False,
    listener: Listener = SILENT,
    preprocessing: PreprocessingOptions | None = None,
) -> Entry:
    """Row `mlp`: the plain network, shaped by the options, or (`tune`) by a search that begins with them."""
    from modelpick.data.candidate import Entry
    from modelpick.models.candidate import MLPCandidate, fit_many
    from modelpick.models.devices import usable_device
    from modelpick.models.estimators import MLPClassifier, MLPRegressor
    from modelpick.models.memory import check_memory
    from modelpick.models.options import REGRESSION_COSTS, one_of

    usable_device(network.device)
    estimator: Callable[..., MLPClassifier | MLPRegressor]
    estimator = MLPClassifier if dataset.task == "classification" else MLPRegressor
    if network.cost is not None and dataset.task == "regression":
        one_of("the cost of a regression", network.cost, REGRESSION_COSTS)
    columns = len(dataset.features.kinds) if dataset.kind == "table" else 1
    outputs = max(1, len(dataset.classes))
    batch = network.batch_size if isinstance(network.batch_size, int) else dataset.rows
    check_memory((columns, *network.hidden_layer_sizes, outputs), dataset.rows, batch)  # at least so many features
    settings = asdict(network)
    if tune:
        from modelpick.models.tune.candidate import TunedMLPCandidate, fit_many_tuned

        def make_tuned(seed: int) -> TunedMLPCandidate:
            network = estimator(**settings, random_state=seed)
            return TunedMLPCandidate(network, dataset.target_name, preprocessing, listener)

        return Entry(name="mlp", kind="mlp", make=make_tuned, fit_many=lambda jobs: fit_many_tuned(make_tuned, jobs))

    def make(seed: int) -> MLPCandidate:
        return MLPCandidate(estimator(**settings, random_state=seed), dataset.target_name, preprocessing)

    return Entry(name="mlp", kind="mlp", make=make, fit_many=lambda jobs: fit_many(make, jobs))
