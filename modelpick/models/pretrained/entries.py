"""A pretrained model as rows of the comparison, one for each way to use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelpick.data.candidate import Entry, Way
from modelpick.data.dataset import Dataset
from modelpick.data.label_map import LabelMap
from modelpick.data.labels import map_labels
from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.models.pretrained.as_is import AsIsCandidate
from modelpick.models.pretrained.features import KEPT, FeatureBank
from modelpick.models.pretrained.finetune import finetune_entry
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.probe import ProbeCandidate, fit_many
from modelpick.models.pretrained.tuning_plan import TuningOptions
from modelpick.models.pretrained.zero_shot_entry import zero_shot_entry
from modelpick.progress import SILENT, Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedOptions:
    """How pretrained models are used.

    Attributes:
        label_map: What their labels mean, where names do not tell.
        device: As of `--device`; `auto` is a GPU where there is one.
        tuning: How they are fine-tuned; None: they are not.
    """

    label_map: LabelMap | None = None
    device: str = "auto"
    tuning: TuningOptions | None = None


def pretrained_entries(
    folder: PretrainedFolder,
    dataset: Dataset,
    options: PretrainedOptions | None = None,
    listener: Listener = SILENT,
) -> list[Entry]:
    """The rows of a model, named `org/name:way`; nothing is loaded before the first of them is tested.

    The ways that look at its vectors share them. A classifier is tested as it is, where its labels mean the user's
    classes; the mapping, or why there is none, is told. Every model is tested by its frozen features.

    Args:
        folder: Opened for rows of the dataset's kind.
        listener: Hears of mappings, of rows that are cut, and of progress.
    """
    options = PretrainedOptions() if options is None else options
    bank = FeatureBank(folder, "vectors", dataset.features, options.device, listener)
    made = (way(bank, dataset, options, listener) for way in WAYS)
    return [entry for entry in made if entry is not None]


def _as_is(bank: FeatureBank, dataset: Dataset, options: PretrainedOptions, listener: Listener) -> Entry | None:
    """None where it has no head, or where its labels do not mean the classes; then the listener hears why."""
    folder = bank.folder
    if not folder.has_head or dataset.task == "regression":
        return None
    if folder.no_labels is not None:
        listener.notice(f"`{folder.name}` is not tested as it is: {folder.no_labels}")
        return None
    try:
        mapped = map_labels(folder.labels, dataset.classes, options.label_map, folder.name)
    except CannotFindOut as error:
        listener.notice(f"`{folder.name}` is not tested as it is: {error.message}; {error.hint}")
        return None
    listener.notice(f"`{folder.name}` as it is: {mapped.describe()}")
    candidate = AsIsCandidate(
        FeatureBank(folder, "scores", dataset.features, options.device, listener), mapped, dataset.target_name
    )
    return Entry(
        name=row_name(folder, "as-is"),
        kind="pretrained",
        make=lambda seed: candidate.ready(),
        fixed=True,
        way="as-is",
        source=folder.repo_id or str(folder.path),
        commit=folder.commit,
        note=f"{mapped.describe()}; {KEPT}",
    )


def _probe(bank: FeatureBank, dataset: Dataset, options: PretrainedOptions, listener: Listener) -> Entry | None:
    folder = bank.folder

    def make(seed: int) -> ProbeCandidate:
        return ProbeCandidate(bank, dataset.task, dataset.target_name, seed)

    return Entry(
        name=row_name(folder, "probe"),
        kind="pretrained",
        make=make,
        way="probe",
        source=folder.repo_id or str(folder.path),
        commit=folder.commit,
        fit_many=lambda jobs: fit_many(make, jobs),
        note=KEPT,
    )


def _zero_shot(bank: FeatureBank, dataset: Dataset, options: PretrainedOptions, listener: Listener) -> Entry | None:
    """None where it compares nothing with texts."""
    folder = bank.folder
    try:
        return zero_shot_entry(folder, dataset, options.label_map, options.device, listener, bank)
    except (AnswerIsNo, CannotFindOut) as error:
        listener.notice(f"`{folder.name}` is not tested without training: {error.message}")
        return None


def _finetune(bank: FeatureBank, dataset: Dataset, options: PretrainedOptions, listener: Listener) -> Entry | None:
    """None where nobody asks for it."""
    tuning = options.tuning
    return None if tuning is None else finetune_entry(bank.folder, dataset, tuning, listener, bank)


WAYS: tuple[Callable[[FeatureBank, Dataset, PretrainedOptions, Listener], Entry | None], ...] = (
    _as_is,
    _probe,
    _zero_shot,
    _finetune,
)
"""Each makes the row of one way, or None where the model or the options do not ask for it."""


def row_name(folder: PretrainedFolder, way: Way) -> str:
    """`org/name:way`."""
    return f"{folder.name}:{way}"
