"""What `evaluate` was asked for, in groups, and checked before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from modelpick.errors import UsageError

if TYPE_CHECKING:
    from modelpick.data.dataset import Dataset
    from modelpick.data.label_map import LabelMap
    from modelpick.data.plan_rule import SplitOptions
    from modelpick.data.preprocessing_options import PreprocessingOptions
    from modelpick.models.pretrained.tuning_plan import TuningOptions

ROWS = ("dummy", "linear", "perceptron", "knn", "trees", "sklearn-mlp", "mlp", "mlp-stack")
"""The rows of the comparison that are trained here, by name, from the simplest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOptions:
    """Which rows the comparison has.

    Attributes:
        with_, without: Names out of `ROWS` to add and to leave out.
        models: Given models: run folders, names of runs, repo ids.
        must_beat: A row that the best one must clearly beat.
        allow_rejected: Take a repo that the vet rejects.
        endpoint: The Hub to ask for given repos.
        archs: Architectures of the catalogue to train from scratch.
        said: Options of the network that count for them, by the names of `evaluate`; None: those that differ from the
            defaults of `mlp`.
        keep_in: A folder for the states of their trainings.
        side, flip, class_weight: Of architectures, as in `ArchitectureOptions`.
        device: Of given models.
        label_map: What the labels of given models mean.
        finetune: Given models are trained on, too.
        tuning: How; None where they are not.
        tune: The settings of row `mlp` are searched for inside its training rows.
        preprocessing: Of the rows in `ROWS`; None: the usual one.
    """

    with_: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    must_beat: str | None = None
    allow_rejected: bool = False
    endpoint: str | None = None
    archs: tuple[str, ...] = ()
    said: tuple[str, ...] | None = None
    keep_in: Path | None = None
    side: int | None = None
    flip: bool = False
    class_weight: str | None = None
    device: str = "auto"
    label_map: LabelMap | None = None
    finetune: bool = False
    tuning: TuningOptions | None = None
    tune: bool = False
    preprocessing: PreprocessingOptions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolOptions:
    """How it is compared.

    Attributes:
        metric: Name of the main metric; None is chosen by the data.
        jobs: Processes; None is as many as pay.
    """

    splits: SplitOptions
    metric: str | None = None
    jobs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where a run is kept, and under which terms.

    Attributes:
        asked: The folder that was named; None is a new one among the runs here.
        resumed: The place of the interrupted run that goes on; None where none does.
        created: When it was asked for.
        terms: Front-matter keys of the licence that was stated; None where none was.
    """

    asked: Path | None
    resumed: Path | None
    created: datetime
    terms: Mapping[str, str] | None

    @property
    def unique(self) -> bool:
        """Whether its name is ours to choose, so that a number may be added."""
        return self.asked is None

    def place(self, data: str) -> Path:
        """The run folder, for data of that name."""
        from modelpick.models.run_folder import RUNS, new_run_name

        return self.asked or self.resumed or RUNS / new_run_name(data, self.created)


def keeping_of(run_dir: str | Path | None, resume: str | Path | None, license_id: str | None, goes_on: bool) -> Keeping:
    """Checks, before anything is read, that the run can be kept as it is asked for.

    Args:
        goes_on: Something takes part whose training can be resumed.

    Raises:
        UsageError: The folder is taken, no such run was interrupted, nothing can go on, or no such licence is known.
        CannotFindOut: Nothing can be written there.
    """
    from modelpick.models.run_folder import RUNS, check_free, check_writable
    from modelpick.models.unfinished import find_unfinished
    from modelpick.places import user_path

    terms = None if license_id is None else licence_keys(license_id)
    asked = None if run_dir is None else user_path(run_dir)
    if asked is not None:
        check_free(asked)
    check_writable(asked or RUNS / "new")
    resumed = None if resume is None else find_unfinished(str(resume))
    if resumed is not None and not goes_on:
        raise UsageError(
            "`--resume` goes on with trainings of `--arch` or `--finetune`, and there is none",
            "repeat the whole command",
        )
    return Keeping(asked=asked, resumed=resumed, created=datetime.now().astimezone(), terms=terms)


def row_options(
    with_: Sequence[str],
    without: Sequence[str],
    models: Sequence[str],
    must_beat: str | None,
    allow_rejected: bool,
    endpoint: str | None,
) -> RowOptions:
    """The rows that were asked for; for `with_` and `without` also several in one word, with commas.

    Raises:
        UsageError: A name that no row bears.
    """
    added, left_out = separate_names(with_), separate_names(without)
    for option, names in (("--with", added), ("--without", left_out)):
        for name in names:
            check_row(option, name, ROWS)
    return RowOptions(
        with_=added,
        without=left_out,
        models=as_names(models),
        must_beat=must_beat,
        allow_rejected=allow_rejected,
        endpoint=endpoint,
    )


def check_preprocessing(options: PreprocessingOptions | None, dataset: Dataset) -> None:
    """Refuses `--scaling` and `--encode` where rows have no columns to be scaled or encoded.

    Raises:
        UsageError: The rows are no table.
    """
    from modelpick.data.preprocessing_options import PreprocessingOptions

    if dataset.kind != "table" and options not in (None, PreprocessingOptions()):
        raise UsageError(
            f"`--scaling` and `--encode` are for the columns of tables, and the rows are of kind {dataset.kind}",
            "leave them out: what becomes of such rows is printed under `Preprocessing`",
        )


def as_names(given: Sequence[str]) -> tuple[str, ...]:
    """A single name stands for a list of one: it is never taken apart into its letters."""
    return (given,) if isinstance(given, str) else tuple(given)


def separate_names(given: Sequence[str]) -> tuple[str, ...]:
    """Names that hold no comma of their own, as those of rows, each for itself: `["knn,trees", "mlp"]` are three."""
    return tuple(part.strip() for name in as_names(given) for part in name.split(","))


def check_row(option: str, name: str, rows: Sequence[str]) -> None:
    """Refuses a name that no row of the comparison bears.

    Raises:
        UsageError: With the names that there are.
    """
    if name not in rows:
        raise UsageError(
            f"`{option} {name}` names no row of this comparison",
            f"there are {', '.join(f'`{row}`' for row in rows)}",
        )


def licence_keys(license_id: str) -> dict[str, str]:
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
