"""evaluate: train and test models on the user's own data, and keep the run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelpick.errors import ModelpickError, UsageError
from modelpick.progress import SILENT, Listener
from modelpick.verbs.eval_result import Bar, EvalResult, judge_bar, report_extra

if TYPE_CHECKING:
    from modelpick.data.candidate import Entry
    from modelpick.data.dataset import Dataset, Task
    from modelpick.evaluation.protocol import Evaluation
    from modelpick.models.options import NetworkOptions

ROWS = ("dummy", "linear", "sklearn-mlp", "mlp")
"""The rows of the comparison that are trained here, by name."""

_MOST_FOR_SKLEARN_MLP = 5000


def evaluate(
    data: str | Path,
    *,
    target: str | int | None = None,
    task: Task | None = None,
    drop: Sequence[str] = (),
    models: Sequence[str] = (),
    hidden: Sequence[int] | None = None,
    activation: str = "relu",
    init: str = "torch",
    cost: str | None = None,
    optimizer: str = "adam",
    lr: float = 1e-3,
    batch_size: int | str = 16,
    epochs: int = 10,
    early_stopping: bool = False,
    patience: int = 10,
    dropout: float = 0.0,
    weight_decay: float = 0.0,
    split: str = "8:1:1",
    repeats: int = 5,
    seed: int = 0,
    metric: str | None = None,
    with_: Sequence[str] = (),
    without: Sequence[str] = (),
    must_beat: str | None = None,
    run_dir: str | Path | None = None,
    license: str | None = None,  # noqa: A002 - the Hub's own word
    allow_rejected: bool = False,
    device: str = "auto",
    endpoint: str | None = None,
    listener: Listener = SILENT,
) -> EvalResult:
    """Trains a network from scratch on the user's table, next to baselines and given models, and saves the run.

    Every candidate sees the same rows. What is saved is trained again on all rows outside the first split's test
    part; nothing that was there is overwritten, and an interrupted run is whole or not there.

    Args:
        data: A CSV, TSV or Parquet file with a header, or `iris`, `wine`, `breast_cancer`, `digits`, `diabetes`.
        target: The column to predict: its name, or its position from 0 (negative from the end).
        task: Overrules what the target suggests.
        drop: Columns to leave out.
        models: Given models, tested as they are: run folders, names of runs, or repos that were published in our
            layout. Rows on which one was trained are in no test part, for any candidate.
        hidden: Nodes of each hidden layer; None is 128, 128; an empty one makes a linear model.
        activation, init, cost, optimizer, lr, batch_size, epochs, early_stopping, patience, dropout, weight_decay:
            Of the network (row `mlp`), as in `MLPClassifier`. Without them it is the course's network for Iris.
        split: Shares of train, validation and test.
        repeats: How many splits, each with a seed of its own: `seed`, `seed` + 1, ...
        metric: The main metric; accuracy or RMSE by default.
        with_: Rows to add to the comparison; `without`: rows to leave out.
        must_beat: A row that the best one must clearly beat, for `exit_code`.
        run_dir: Where to save the run, instead of a new folder in `./modelpick-runs`.
        license: Id of the licence that is stated for what is saved, such as `mit`.
        allow_rejected: Take a repo that the vet rejects.
        device: `auto` is the CPU, where small networks are fastest.
        endpoint: The Hub to ask for given repos.
        listener: Hears of the fits.

    Raises:
        UsageError: An option, a column or a file name that cannot be used.
        AnswerIsNo: A guard stops: one class, too few rows.
        CannotFindOut: The data cannot be read, or the disk is full.
        KeyboardInterrupt: Ctrl-C before any candidate was finished; later, what was finished is saved.
    """
    from modelpick.data.read import read_dataset
    from modelpick.data.splits import parse_ratio
    from modelpick.models.options import NetworkOptions, check_options, hidden_sizes
    from modelpick.models.run_folder import RUNS, check_free, new_run_name
    from modelpick.notebook import register
    from modelpick.places import user_path

    register()
    drop, models, with_, without = (_names(given) for given in (drop, models, with_, without))
    options = NetworkOptions(
        hidden_layer_sizes=(128, 128) if hidden is None else hidden_sizes(hidden),
        activation=activation,
        init=init,
        cost=cost,
        optimizer=optimizer,
        learning_rate=lr,
        batch_size=batch_size,
        epochs=epochs,
        early_stopping=early_stopping,
        patience=patience,
        dropout=dropout,
        weight_decay=weight_decay,
        device=device,
    )
    check_options(options)
    ratio, seeds = parse_ratio(split), _seeds(seed, repeats)
    for option, names in (("--with", with_), ("--without", without)):
        for name in names:
            _check_row(option, name, ROWS)
    terms = None if license is None else _licence_keys(license)
    created = datetime.now().astimezone()
    if run_dir is not None:
        check_free(user_path(run_dir))
    dataset = read_dataset(str(data), target=target, task=task, drop=drop, listener=listener)
    place = RUNS / new_run_name(dataset.name, created) if run_dir is None else user_path(run_dir)
    evaluation, refused = _compare(
        dataset,
        _entries(dataset, options, with_, without, listener),
        models,
        options={"ratio": ratio, "seeds": seeds, "metric": metric},
        must_beat=must_beat,
        hub={"allow_rejected": allow_rejected, "endpoint": endpoint},
        listener=listener,
    )
    bar = None if must_beat is None else judge_bar(evaluation, must_beat)
    return _keep(evaluation, place, run_dir is None, created, options.device, terms, bar, refused)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """A single name stands for a list of one: it is never taken apart into its letters."""
    return (given,) if isinstance(given, str) else tuple(given)


def _check_row(option: str, name: str, rows: Sequence[str]) -> None:
    if name not in rows:
        raise UsageError(
            f"`{option} {name}` names no row of this comparison",
            f"there are {', '.join(f'`{row}`' for row in rows)}",
        )


def _seeds(seed: int, repeats: int) -> tuple[int, ...]:
    if repeats < 1:
        raise UsageError(f"{repeats} repeats test nothing", "such as `--repeats 5`")
    if seed < 0 or seed + repeats > 2**31:
        raise UsageError(f"the seed is {seed}, expected a number from 0 to 2147483647", "such as `--seed 0`")
    return tuple(range(seed, seed + repeats))


def _licence_keys(license_id: str) -> dict[str, str]:
    """Front-matter keys for a licence: the Hub's id, or `other` with its name.

    Raises:
        UsageError: No such licence is known.
    """
    from difflib import get_close_matches

    from modelpick.licences.lookup import licence_of, licences

    licence = licence_of(license_id)
    if licence is None or licence.hub_id in ("other", "unknown"):
        close = get_close_matches(license_id.lower(), [known.hub_id for known in licences()], n=3)
        hint = f"did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else "such as `--license mit`"
        raise UsageError(f"there is no licence `{license_id}`", hint)
    return {"license": licence.hub_id} if licence.on_hub else {"license": "other", "license_name": licence.hub_id}


def _entries(
    dataset: Dataset, options: NetworkOptions, with_: Sequence[str], without: Sequence[str], listener: Listener
) -> list[Entry]:
    """The rows that are trained here: the baselines and the network, in the order of `ROWS`."""
    with listener.step("Loading PyTorch and scikit-learn"):
        from modelpick.evaluation.baselines import NetworkShape, entries
        from modelpick.models.candidate import MLPCandidate
        from modelpick.models.estimators import MLPClassifier, MLPRegressor
        from modelpick.models.fitting import usable_device
        from modelpick.models.memory import check_memory
    from modelpick.data.candidate import Entry
    from modelpick.models.options import REGRESSION_COSTS, one_of

    usable_device(options.device)
    estimator = MLPClassifier if dataset.task == "classification" else MLPRegressor
    if options.cost is not None and dataset.task == "regression":
        one_of("the cost of a regression", options.cost, REGRESSION_COSTS)
    columns, outputs = len(dataset.features.columns), max(1, len(dataset.classes))
    batch = options.batch_size if isinstance(options.batch_size, int) else dataset.rows
    check_memory((columns, *options.hidden_layer_sizes, outputs), dataset.rows, batch)  # at least so many features
    settings = asdict(options)

    def network(seed: int) -> MLPCandidate:
        return MLPCandidate(estimator(**settings, random_state=seed), dataset.target_name)

    shape = NetworkShape(
        hidden_layer_sizes=options.hidden_layer_sizes,
        activation=options.activation,
        learning_rate=options.learning_rate,
        batch_size=options.batch_size,  # type: ignore[arg-type] # `check_options` has checked it
        epochs=options.epochs,
        optimizer=options.optimizer,
    )
    made = {entry.name: entry for entry in entries(dataset, shape)}
    made["mlp"] = Entry(name="mlp", kind="mlp", make=network)
    left_out = set(without)
    if dataset.rows > _MOST_FOR_SKLEARN_MLP and "sklearn-mlp" in made and "sklearn-mlp" not in with_:
        listener.notice(
            f"`sklearn-mlp` is left out above {_MOST_FOR_SKLEARN_MLP:,} rows, for it takes long: `--with sklearn-mlp`"
        )
        left_out.add("sklearn-mlp")
    for name in with_:
        if name not in made:
            raise UsageError(
                f"`{name}` knows no activation `{options.activation}` or optimizer `{options.optimizer}`",
                f"leave `--with {name}` out, or take `--activation relu --optimizer adam`",
            )
    return [made[name] for name in ROWS if name in made and name not in left_out]


def _compare(
    dataset: Dataset,
    entries: list[Entry],
    models: Sequence[str],
    *,
    options: dict[str, Any],
    must_beat: str | None,
    hub: dict[str, Any],
    listener: Listener,
) -> tuple[Evaluation, dict[str, ModelpickError]]:
    """The comparison with the given models; those that were refused stand in it with their reason."""
    from modelpick.evaluation.metrics import main_metric
    from modelpick.evaluation.protocol import CandidateResult, run
    from modelpick.models.training import one_torch_thread
    from modelpick.verbs.given_models import given_models

    main_metric(dataset.task, options["metric"])
    given, known = given_models(models, dataset, taken=ROWS, listener=listener, **hub) if models else ([], None)
    taking_part = [*entries, *(model.entry for model in given if model.error is None)]
    if not taking_part:
        raise UsageError("nothing is left to compare", "leave one of `--without` out")
    if must_beat is not None:
        _check_row("--must-beat", must_beat, [entry.name for entry in taking_part])
    with one_torch_thread():
        evaluation = run(dataset, taking_part, known_rows=known, listener=listener, **options)
    if evaluation.interrupted and evaluation.best is None:
        raise KeyboardInterrupt
    refused = {model.entry.name: model.error for model in given if model.error is not None}
    for name, error in refused.items():
        listener.notice(f"`{name}` takes no part: {error.message}")
    more = [CandidateResult(entry=model.entry, error=model.error.message) for model in given if model.error is not None]
    return replace(evaluation, results=(*evaluation.results, *more)), refused


def _keep(
    evaluation: Evaluation,
    place: Path,
    unique: bool,
    created: datetime,
    device: str,
    license_: Mapping[str, str] | None,
    bar: Bar | None,
    refused: Mapping[str, ModelpickError],
) -> EvalResult:
    """Saves the run and says what to type next."""
    from modelpick.data.cells import row_line
    from modelpick.models.run_folder import RUNS, shown
    from modelpick.verbs.run_writer import write_run

    used = "cpu" if device == "auto" else device
    written = write_run(
        evaluation,
        place,
        unique=unique,
        device=used,
        license=license_,
        extra=report_extra(created, bar),
    )
    folder = written.folder
    advice = None
    if written.saved:
        name = folder.name if folder.parent == RUNS else shown(folder)
        row = row_line(evaluation.dataset.features, int(evaluation.splits[0].test[0]))
        advice = f"modelpick predict {shlex.quote(name)} --row {shlex.quote(row)}"
    return EvalResult(
        evaluation=evaluation,
        run_dir=shown(folder),
        saved=written.saved,
        device=used,
        created=created,
        bar=bar,
        refused=refused,
        next=advice,
    )
