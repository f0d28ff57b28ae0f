"""Which models answer without training, by which way, and their row of the comparison."""

from __future__ import annotations

from collections.abc import Mapping

from modelpick.data.candidate import Entry
from modelpick.data.dataset import Dataset
from modelpick.data.label_map import LabelMap, texts_of
from modelpick.data.labels import folded
from modelpick.errors import AnswerIsNo
from modelpick.models.pretrained.features import KEPT, FeatureBank
from modelpick.models.pretrained.folder import PretrainedFolder
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.zero_shot import SCALES, ByInference, ByVectors, ZeroShot
from modelpick.progress import SILENT, Listener

TEMPLATES = {"image": "a photo of a {}", "audio": "this is a sound of {}", "text": "This example is {}."}
"""Kind of rows -> the text of a class where the label map gives none."""

_ENTAILMENT = ("entailment", "entail", "entails", "entailed")


def zero_shot_entry(
    folder: PretrainedFolder,
    dataset: Dataset,
    label_map: LabelMap | None = None,
    device: str = "auto",
    listener: Listener = SILENT,
    bank: FeatureBank | None = None,
) -> Entry | None:
    """The row `name:zero-shot`; None where the model compares nothing with texts, or the task is a regression.

    Args:
        bank: Vectors of the rows, which the other ways of the model need too; None makes one.

    Raises:
        CannotFindOut: The label map names a class that the data do not have.
        AnswerIsNo: The labels of a model of inference have no entailment that is known by its name.
    """
    if dataset.task == "regression":
        return None
    if not compares_with_texts(folder) and not is_inference(folder):
        return None
    texts = texts_of(dataset.classes, TEMPLATES[folder.kind], label_map, folder.name)
    if bank is None:
        bank = FeatureBank(folder, "vectors", dataset.features, device, listener)
    candidate = zero_shot(folder, texts, dataset.target_name, bank, device, listener)
    if isinstance(candidate, ByInference):
        passes = sum(map(len, texts.values()))
        listener.notice(
            f"`{folder.name}:zero-shot` reads each tested row once for each of {passes:,} hypotheses; of all "
            f"{dataset.rows:,} rows that would be {passes * dataset.rows:,} passes"
        )
    return Entry(
        name=f"{folder.name}:zero-shot",
        kind="pretrained",
        make=lambda seed: candidate.ready(),
        fixed=True,
        way="zero-shot",
        source=folder.repo_id or str(folder.path),
        commit=folder.commit,
        note=candidate.describe() if isinstance(candidate, ByInference) else f"{candidate.describe()}; {KEPT}",
    )


def zero_shot(
    folder: PretrainedFolder,
    texts: Mapping[str, tuple[str, ...]],
    target_name: str,
    bank: FeatureBank,
    device: str,
    listener: Listener = SILENT,
) -> ZeroShot:
    """By vectors, those of the bank, or by inference, as the model is made for.

    Raises:
        AnswerIsNo: As of `entailment`.
    """
    if compares_with_texts(folder):
        return ByVectors(bank, texts, target_name)
    return ByInference(folder, texts, target_name, entailment(folder), device, listener)


def compares_with_texts(folder: PretrainedFolder) -> bool:
    """Whether it has a scale for the angle between a row's vector and a text's, as CLIP, SigLIP and CLAP have."""
    return folder.kind in ("image", "audio") and any(name in folder.tensors for name in SCALES)


def is_inference(folder: PretrainedFolder) -> bool:
    """Whether a classifier of texts was trained on natural language inference, by the names of its labels."""
    words = {folded(label) for label in folder.labels}
    inference = {*_ENTAILMENT, "contradiction", "notentailment", "nonentailment"}
    return folder.kind == "text" and folder.has_head and bool(words & inference)


def entailment(folder: PretrainedFolder) -> int:
    """Which output of its head is entailment; AnswerIsNo where no label, or more than one, is called so."""
    found = [i for i, label in enumerate(folder.labels) if folded(label) in _ENTAILMENT]
    if len(found) == 1:
        return found[0]
    why = f"none of its labels is called entailment ({', '.join(folder.labels[:5])}), and order says nothing"
    raise _not_zero_shot(folder, why)


def _not_zero_shot(folder: PretrainedFolder, why: str) -> AnswerIsNo:
    return refused(f"{folder.name}:zero-shot", why, "test it by its features instead")
