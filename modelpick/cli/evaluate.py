"""`modelpick eval`."""

from __future__ import annotations

from typing import Any

import click

from modelpick.cli import completions
from modelpick.cli.grouped import GroupedCommand
from modelpick.cli.options import endpoint_option, faces
from modelpick.data.preprocessing_options import ENCODINGS, SCALINGS
from modelpick.models.options import ACTIVATIONS, COSTS, INITIALISATIONS, OPTIMIZERS
from modelpick.render.sink import Sink

_GROUPS = (
    ("What most people need", ("target", "models", "epochs", "must_beat", "run_dir")),
    (
        "Data",
        (
            "task",
            "drop",
            "allow",
            "kind",
            "text",
            "group",
            "time",
            "test",
            "sep",
            "encoding",
            "na",
            "no_header",
            "schema",
            "scaling",
            "encode",
        ),
    ),
    ("Models", ("finetune", "label_map", "with_", "without", "allow_rejected", "endpoint")),
    (
        "Network (row `mlp`)",
        (
            "hidden",
            "activation",
            "init",
            "cost",
            "optimizer",
            "lr",
            "batch_size",
            "early_stopping",
            "patience",
            "dropout",
            "weight_decay",
            "tune",
            "device",
        ),
    ),
    ("Architectures", ("arch", "side", "flip", "class_weight", "resume")),
    ("Protocol", ("course", "split", "folds", "repeats", "seed", "metric", "jobs")),
    ("Output", ("license", "format_", "no_progress")),
)


class _Layers(click.ParamType):  # type: ignore[type-arg] # generic in newer releases of click only
    """`128,128`, or `none` for no hidden layer."""

    name = "layers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Whole numbers above zero, with commas between."""
        if isinstance(value, tuple):
            return value
        if value.strip().lower() == "none":
            return ()
        parts = [part.strip() for part in value.split(",")]
        if not all(part.isascii() and part.isdigit() and len(part) < 10 and int(part) for part in parts):
            self.fail(f"`{value}` is no list of layers: give the nodes of each, such as `128,128`, or `none`")
        return tuple(map(int, parts))


class _BatchSize(click.ParamType):  # type: ignore[type-arg] # as above
    """A number of rows, `full` or `auto`."""

    name = "batch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """A whole number above zero, or one of the words."""
        if isinstance(value, int) or value in ("full", "auto"):
            return value  # type: ignore[no-any-return]
        if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value)):
            self.fail(f"`{value}` is no batch size: give a number of rows, or `full` for one update an epoch")
        return int(value)


@click.command(
    name="eval",
    cls=GroupedCommand,
    groups=_GROUPS,
    epilog="Examples: `modelpick eval iris`; `modelpick eval rows.csv --target price --epochs 50`; "
    "`modelpick eval rows.csv --target -1 --model iris-20261124-183000 --must-beat linear`.",
)
@click.argument("data", shell_complete=completions.data)
@click.option("--target", metavar="NAME|N", default=None, help="The column to predict: its name or position from 0.")
@click.option(
    "--model",
    "models",
    metavar="RUN|REPO",
    multiple=True,
    shell_complete=completions.saved_runs,
    help="A model to test as it is. Repeatable.",
)
@click.option(
    "--arch",
    metavar="NAME",
    multiple=True,
    help="An architecture to train from scratch, such as lenet5, resnet18, lstm, transformer. Repeatable.",
)
@click.option("--finetune", is_flag=True, help="Train the given pretrained models on, too: a new last layer, then all.")
@click.option(
    "--label-map",
    metavar="FILE",
    default=None,
    help="TOML or CSV: labels of a given model, or texts for zero-shot, and the classes here that they mean.",
)
@click.option("--epochs", type=click.IntRange(1), default=10, show_default=True, help="How often every row is seen.")
@click.option("--must-beat", metavar="NAME", default=None, help="Exit 1 unless the best row clearly beats this one.")
@click.option("--run-dir", metavar="FOLDER", default=None, help="Where to save, instead of in ./modelpick-runs.")
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    default=None,
    help="Overrules what the target suggests.",
)
@click.option("--drop", metavar="COLUMN", multiple=True, help="A column to leave out. Repeatable.")
@click.option(
    "--allow",
    metavar="GUARD",
    multiple=True,
    help="A guard of the data that shall not stop the run, nor keep columns out, such as id-column. Repeatable.",
)
@click.option("--time", metavar="COLUMN", default=None, help="Orders the rows: later ones are tested.")
@click.option("--test", metavar="FILE", default=None, help="A file of the same columns that alone is the test part.")
@click.option("--sep", metavar="CHAR", default=None, help=r"The delimiter, such as ; or \t, if it is mistaken.")
@click.option("--encoding", metavar="NAME", default=None, help="Of the text, such as latin-1, if it is mistaken.")
@click.option("--na", metavar="CODE", multiple=True, help="A cell that means a missing value. Repeatable.")
@click.option("--no-header", is_flag=True, help="The first line is a row, and columns are known by their position.")
@click.option("--schema", metavar="FILE", default=None, help="Obeyed where it is there, else written: edit, and reuse.")
@click.option(
    "--kind",
    type=click.Choice(["table", "text", "image", "audio"]),
    default=None,
    help="Of the rows, instead of what is seen.",
)
@click.option("--text", metavar="COLUMN", multiple=True, help="A column of free text. Repeatable.")
@click.option(
    "--group",
    metavar="COLUMN|folder:LEVEL|name:REGEX",
    default=None,
    help="Rows of one group stay on one side of every split: a column, or of files a folder or a part of the name.",
)
@click.option(
    "--scaling",
    type=click.Choice(tuple(SCALINGS)),
    default="standard",
    show_default=True,
    help="Of a table's numbers, for all rows, trees too, but --model and --arch.",
)
@click.option(
    "--encode",
    type=click.Choice(tuple(ENCODINGS)),
    default="one-hot",
    show_default=True,
    help="Of a table's categories, likewise; target: their mean target in the training rows.",
)
@click.option(
    "--with", "with_", metavar="NAME", multiple=True, help="Rows to add, such as sklearn-mlp,knn. Repeatable."
)
@click.option("--without", metavar="NAME", multiple=True, help="Rows to leave out, such as trees,knn. Repeatable.")
@click.option(
    "--resume",
    metavar="RUN",
    default=None,
    help="An interrupted run: the same command again goes on with its trainings of --arch and --finetune.",
)
@click.option("--side", metavar="N", type=click.IntRange(8, 1024), default=None, help="Pixels a side, for --arch.")
@click.option("--flip", is_flag=True, help="Mirror half of the images while --arch learns, where left is as right.")
@click.option(
    "--class-weight",
    type=click.Choice(["balanced"]),
    default=None,
    help="Count the rows of rare classes more while --arch learns.",
)
@click.option("--allow-rejected", is_flag=True, help="Take a repo although the vet rejects it.")
@click.option(
    "--hidden",
    type=_Layers(),
    metavar="N,N,...",
    default=(128, 128),
    help="Nodes of each hidden layer, or none.  [default: 128,128]",
)
@click.option("--activation", type=click.Choice(ACTIVATIONS), default="relu", show_default=True, help="Of its nodes.")
@click.option(
    "--init", type=click.Choice(INITIALISATIONS), default="torch", show_default=True, help="Of weights and biases."
)
@click.option("--cost", type=click.Choice(COSTS), default=None, help="By default cross-entropy, or mse for regression.")
@click.option("--optimizer", type=click.Choice(OPTIMIZERS), default="adam", show_default=True, help="How it learns.")
@click.option("--lr", type=click.FloatRange(0, min_open=True), default=1e-3, show_default=True, help="Learning rate.")
@click.option(
    "--batch-size",
    type=_BatchSize(),
    metavar="N|full",
    default=16,
    show_default=True,
    help="Rows in an update; full: one update an epoch.",
)
@click.option("--early-stopping", is_flag=True, help="End when the validation loss no longer falls.")
@click.option(
    "--patience", type=click.IntRange(1), default=10, show_default=True, help="Epochs that early stopping waits."
)
@click.option(
    "--dropout",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Share of nodes left out in an update.",
)
@click.option(
    "--weight-decay", type=click.FloatRange(0), default=0.0, show_default=True, help="Pulls weights towards zero."
)
@click.option("--tune", is_flag=True, help="Search its settings inside the training rows; it takes its time.")
@click.option("--device", default="auto", show_default=True, help="auto (the CPU), cuda, mps, ...")
@click.option("--course", is_flag=True, help="A lesson instead: one network, one split 8:1:1, step by step.")
@click.option("--split", metavar="A:B:C", default=None, help="Shares of train, validation and test, such as 8:1:1.")
@click.option(
    "--folds",
    type=click.IntRange(2, 1000),
    default=None,
    help="Of cross-validation.  [default: 10 up to 5,000 rows, 5 up to 50,000, above --split 8:1:1]",
)
@click.option(
    "--repeats",
    type=click.IntRange(1, 1000),
    default=None,
    help="How often the rows are split anew.  [default: 5 for 10 folds, 1 for 5 folds, 3 for shares]",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The first of the seeds.")
@click.option(
    "--metric",
    default=None,
    help="The main metric: accuracy, balanced_accuracy, f1_macro, roc_auc, log_loss, brier; rmse, mae, r2.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1),
    default=None,
    help="Processes.  [default: 1, or the free cores where the work would take long]",
)
@click.option("--license", metavar="ID", default=None, help="The licence that the saved card states, such as mit.")
@endpoint_option
@faces(markdown=True)
def command(sink: Sink, data: str, **options: Any) -> None:
    """Train and test models on your data, with honest statistics.

    DATA is a table (CSV and its like, Parquet, JSON lines, ARFF, Excel), a folder with a folder for each class, or
    iris, wine, breast_cancer, digits, diabetes. A network is trained from scratch next to baselines and the models
    that you give, all on the same rows, and the run is saved.
    """
    from modelpick.verbs.evaluate import evaluate

    context = click.get_current_context()
    said = [name for name in options if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]
    if "patience" in said and not options["early_stopping"]:
        sink.notice("`--patience` counts with `--early-stopping` only, and all epochs are trained")
    unused = [name for name in ("optimizer", "batch_size", "epochs") if name in said]
    if options["tune"] and unused and not options["arch"]:
        names = ", ".join(f"`--{name.replace('_', '-')}`" for name in unused)
        sink.notice(f"{names}: with `--tune`, row `mlp` takes adamw, and epochs and batches by the count of rows")
    result = evaluate(data, listener=sink.listener, said=said, **options)
    sink.show(result.document())
    if result.bar is not None and not result.bar.met:
        sink.warning(result.bar.why)
    if result.exit_code:
        raise click.exceptions.Exit(result.exit_code)
