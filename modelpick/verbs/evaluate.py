"""evaluate: train and test models on the user's own data, and keep the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelpick.errors import UsageError
from modelpick.progress import SILENT, Listener
from modelpick.verbs.eval_options import (
    ProtocolOptions,
    as_names,
    check_preprocessing,
    keeping_of,
    row_options,
    separate_names,
)
from modelpick.verbs.eval_result import EvalResult

if TYPE_CHECKING:
    from modelpick.data.dataset import Kind, Task


def evaluate(
    data: Any,
    *,
    target: str | int | None = None,
    task: Task | None = None,
    drop: Sequence[str] = (),
    allow: Sequence[str] = (),
    sep: str | None = None,
    encoding: str | None = None,
    na: Sequence[str] = (),
    no_header: bool = False,
    schema: str | Path | None = None,
    kind: Kind | None = None,
    text: Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    test: str | Path | None = None,
    models: Sequence[str] = (),
    arch: Sequence[str] = (),
    label_map: str | Path | None = None,
    finetune: bool = False,
    said: Sequence[str] | None = None,
    side: int | None = None,
    flip: bool = False,
    class_weight: str | None = None,
    scaling: str = "standard",
    encode: str = "one-hot",
    resume: str | Path | None = None,
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
    tune: bool = False,
    split: str | None = None,
    folds: int | None = None,
    repeats: int | None = None,
    seed: int = 0,
    metric: str | None = None,
    jobs: int | None = None,
    with_: Sequence[str] = (),
    without: Sequence[str] = (),
    must_beat: str | None = None,
    run_dir: str | Path | None = None,
    license: str | None = None,  # noqa: A002 - the Hub's own word
    allow_rejected: bool = False,
    device: str = "auto",
    course: bool = False,
    endpoint: str | None = None,
    listener: Listener = SILENT,
) -> EvalResult:
    """Trains a network from scratch on the user's table, next to baselines and given models, and saves the run.

    Every candidate sees the same rows. What is saved is trained again on all rows outside the untouched part; nothing
    that was there is overwritten, and an interrupted run is whole or not there.

    Args:
        data: A file of a table (CSV and its like, Parquet, JSON lines, ARFF, Excel; also packed), a folder with one of
            images, sounds (wav) or texts for each class, a table that names such files, a data frame, an array, a pair
            (X, y), or `iris`, `wine`, `breast_cancer`, `digits`, `diabetes`.
        target: The column to predict: its name, or its position from 0 (negative from the end).
        task: Overrules what the target suggests.
        drop: Columns to leave out.
        allow: Guards that shall not stop the run, nor keep columns out: `answer-column`, `id-column`, ...
        sep, encoding, na, no_header: Of the file, where what is inferred is wrong: the delimiter, the encoding of the
            text, cells that mean a missing value, that its first line is a row already.
        schema: A TOML file: one that is not there is written with what was inferred, one that is there is obeyed.
        text: Columns of free text.
        group: What keeps rows on one side of every split: the column whose equal values (a patient, a speaker) do; for
            files also `folder:LEVEL` (2 is the folder inside the class's) or `name:REGEX` (its first group).
        time: The column that orders the rows, numbers or dates: later ones are tested with earlier ones.
        test: A file of the same columns that alone is the test part.
        kind: Of the rows (`table`, `text`, `image`, `audio`), instead of what is seen: an image where a folder holds
            images or a column names them, a text where a table has nothing else.
        models: Given models, tested as they are: run folders, names of runs, or repos that were published in our
            layout. Rows on which one was trained are in no test part, for any candidate.
        arch: Architectures of the catalogue to train from scratch on these data: `lenet5`, `resnet18`, `lstm`, ...
        label_map: A TOML or CSV file of pairs: a label of a given model and the class here that it means, or, for a
            zero-shot model, a text and the class that it describes.
        finetune: Train the given pretrained models on, too: a new last layer first, then all.
        said: Names of the network's options below that count for `arch` and `finetune` too; None: those that differ
            from their defaults. What is not said is set for each by what was measured to work.
        side: Pixels on a side to which images are scaled for `arch`; None: what suits the architecture.
        flip: Half of the images are mirrored while `arch` learns: only where left and right mean the same.
        class_weight: `balanced` counts the rows of rare classes more while `arch` learns.
        scaling: Of a table's numbers, parts of dates and encoded categories, for all rows but given models and `arch`:
            `standard` (mean and standard deviation), `robust` (median and quartiles, smoothly clipped), `min-max`
            (0 to 1 over the training rows) or `none`.
        encode: Of its categories, likewise: `one-hot`, `integer` (their place in alphabetical order) or `target` (the
            mean target of their training rows, and of a training row the mean of others, with `time` of earlier ones).
        resume: The place or name of a run with `arch` that was interrupted: with what else was asked for then, its
            trainings go on from their last states, to the numbers that it would have had.
        hidden: Nodes of each hidden layer; None is 128, 128; an empty one makes a linear model.
        activation, init, cost, optimizer, lr, batch_size, epochs, early_stopping, patience, dropout, weight_decay:
            Of the network (row `mlp`), as in `MLPClassifier`. Without them it is the course's network for Iris.
        tune: Searches hidden layers, activation, decay, rate and dropout of row `mlp` inside its training rows, by
            successive halving; what the options say is the first setting tried. Epochs and batches then go by the
            count of rows, and the optimiser is adamw.
        split: Shares of train, validation and test, such as `8:1:1`, instead of cross-validation.
        folds: Of cross-validation. By default a tenth of the rows stays untouched to the end, and the others are
            cross-validated: 10 folds 5 times up to 5,000 rows, 5 folds once up to 50,000; above, and for what takes
            long to train, 8:1:1 three times.
        repeats: How often the rows are split anew, each time with a seed of its own: `seed`, `seed` + 1, ...
        metric: The main metric; by default accuracy, balanced accuracy where nine of ten rows are of one class, or
            RMSE.
        jobs: Processes for the fits that are done one by one. By default one, and as many as cores are free where
            the work would take long. The numbers are the same for any.
        with_: Rows to add to the comparison; `without`: rows to leave out.
        must_beat: A row that the best one must clearly beat, for `exit_code`.
        run_dir: Where to save the run, instead of a new folder in `./modelpick-runs`.
        license: Id of the licence that is stated for what is saved, such as `mit`.
        allow_rejected: Take a repo that the vet rejects.
        device: `auto` is the CPU, where small networks are fastest.
        course: A lesson instead of a comparison: the network alone, on one split 8:1:1, step by step.
        endpoint: The Hub to ask for given repos.
        listener: Hears of the fits.

    Raises:
        UsageError: An option, a column or a file name that cannot be used.
        AnswerIsNo: A guard stops: a column that is the answer, one class, a class of one row, too few rows.
        CannotFindOut: The data cannot be read, or no run can be written there. A disk that is full in the end raises
            nothing: the result holds the comparison, `run_dir` is None, and `unwritten` says why.
        KeyboardInterrupt: Ctrl-C before any candidate was finished; later, what was finished is saved.
    """
    from modelpick.data.label_map import read_label_map
    from modelpick.data.plan_rule import SplitOptions
    from modelpick.data.preprocessing_options import PreprocessingOptions
    from modelpick.data.read import read_dataset
    from modelpick.data.read_options import ReadOptions
    from modelpick.data.splits import parse_ratio
    from modelpick.models.architectures.known import known
    from modelpick.models.options import NetworkOptions, check_options, hidden_sizes
    from modelpick.notebook import register
    from modelpick.verbs.eval_flow import trained_and_kept
    from modelpick.verbs.lesson import check_course, teach

    register()
    reading = ReadOptions.of(
        sep=sep,
        encoding=encoding,
        na=na,
        header=False if no_header else None,
        schema=schema,
        kind=kind,
        text=text,
        group=group,
        time=time,
        test=test,
    )
    network = NetworkOptions(
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
    check_options(network)
    rows = replace(
        row_options(with_, without, models, must_beat, allow_rejected, endpoint),
        archs=tuple(known(name).name for name in separate_names(arch)),
        said=None if said is None else as_names(said),
        side=side,
        flip=flip,
        class_weight=class_weight,
        device=device,
        label_map=None if label_map is None else read_label_map(label_map),
        finetune=finetune,
        tune=tune,
        preprocessing=PreprocessingOptions.named(scaling, encode),
    )
    if finetune and not rows.models:
        raise UsageError("`--finetune` trains given models on, and none is given", "add `--model org/name`")
    splits = SplitOptions(ratio=None if split is None else parse_ratio(split), folds=folds, repeats=repeats, seed=seed)
    protocol = ProtocolOptions(splits=splits, metric=metric, jobs=jobs)
    if course:
        check_course(rows, protocol)
    keeping = keeping_of(run_dir, resume, license, goes_on=bool(rows.archs or rows.finetune))
    dataset = read_dataset(
        data,
        target=target,
        task=task,
        drop=as_names(drop),
        allow=separate_names(allow),
        options=reading,
        listener=listener,
    )
    check_preprocessing(rows.preprocessing, dataset)
    if course:
        return teach(dataset, network, rows, protocol, keeping, listener)
    splits_by = {"--group": group, "--time": time, "--test": test}
    return trained_and_kept(dataset, network, rows, protocol, keeping, splits_by, listener)
