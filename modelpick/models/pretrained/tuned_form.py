"""A fine-tuned model as plain data, and back: its weights, and the small files of the model that it was made from.

To answer, it is laid out in a temporary folder like any model of the Hub and loaded through the same door with the same
checks. Nothing of it is run, and the Hub is not asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor

from modelpick.data.candidate import SavedForm
from modelpick.data.network_inputs.own import OwnInputs
from modelpick.errors import AnswerIsNo
from modelpick.models.devices import device_for
from modelpick.models.pretrained.embedding import at_a_time, budget
from modelpick.models.pretrained.folder import CONFIG, PretrainedFolder, open_folder
from modelpick.models.pretrained.inputs import Inputs, inputs_for
from modelpick.models.pretrained.loading import load, load_preprocessor
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.sentence_dense import DENSE
from modelpick.models.pretrained.sentence_modules import MODULES, SETTINGS, dense_folders
from modelpick.models.pretrained.side_by_side import side_by_side
from modelpick.models.pretrained.tuned_net import ModelRows, TunedNetwork, tuned_network
from modelpick.models.pretrained.weight_files import WEIGHTS

ARCHITECTURE = "fine-tuned"
HEAD, BASE = "head.", "base."

_SMALL_FILES = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.txt", "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model"),
    *("preprocessor_config.json", "processor_config.json"),
    *(*SETTINGS, "config_sentence_transformers.json"),
)
_NOT_KEPT = ("auto_map", "quantization_config", "_name_or_path", "torch_dtype", "dtype", "id2label", "label2id")
"""Of the base's config: what would name code, other files, or classes that are no longer its own."""


def tuned_form(net: TunedNetwork, classes: Sequence[str], target_name: str, about: Mapping[str, Any]) -> SavedForm:
    """The saved form of a fine-tuned network."""
    folder = net.folder
    tensors = {f"{HEAD}weight": _array(net.head.weight), f"{HEAD}bias": _array(net.head.bias)}
    encoder = getattr(net.encoder, "net", net.encoder) if folder.layout == "own weights" else net.encoder
    tensors |= {f"{BASE}{name}": _array(tensor) for name, tensor in encoder.state_dict().items()}
    config: dict[str, Any] = {
        "task": "classification",
        "kind": "pretrained",
        "way": "finetune",
        "classes": list(classes),
        "target_name": target_name,
        "columns": [],
        "output": "softmax",
        "base": {"name": folder.name, "repo_id": folder.repo_id, "commit": folder.commit},
        "layer": net.layer,
        "weights": {name: list(array.shape) for name, array in tensors.items()},
        **about,
    }
    files = _small_files(folder)
    return SavedForm(
        architecture=ARCHITECTURE,
        config=config,
        tensors=tensors,
        preprocessing=OwnInputs(folder.kind, folder.name, files),
    )


def _array(tensor: Tensor) -> NDArray[Any]:
    """float32; counts become float64, which holds them exactly, for a checkpoint has no other types."""
    array = tensor.detach().cpu().contiguous()
    return array.float().numpy().copy() if array.is_floating_point() else array.double().numpy()


def _small_files(folder: PretrainedFolder) -> dict[str, bytes]:
    """Config and preprocessing under the paths that `open_folder` looks for."""
    import json

    base = folder.model_path.relative_to(folder.path).as_posix()
    inside = "" if base == "." else f"{base}/"
    config = {key: value for key, value in folder.config.items() if key not in _NOT_KEPT}
    files = {f"{inside}{CONFIG}": json.dumps(config).encode("utf-8")}
    for place, prefix in ((folder.path, ""), (folder.model_path, inside)):
        for name in _SMALL_FILES:
            if (place / name).is_file():
                files[f"{prefix}{name}"] = (place / name).read_bytes()
    if (folder.path / MODULES).is_file():
        files[MODULES] = (folder.path / MODULES).read_bytes()
        for module in sorted(folder.path.glob("*/config.json")):
            files.setdefault(module.relative_to(folder.path).as_posix(), module.read_bytes())
    if folder.kind == "text" and f"{inside}tokenizer.json" not in files and "tokenizer.json" not in files:
        files |= _fast_tokenizer(folder, inside)
    return files


def _fast_tokenizer(folder: PretrainedFolder, inside: str) -> dict[str, bytes]:
    """`tokenizer.json` of a tokenizer that came as a vocabulary, where transformers could make one."""
    backend = getattr(load_preprocessor(folder), "backend_tokenizer", None)
    return {} if backend is None else {f"{inside}tokenizer.json": backend.to_str().encode("utf-8")}


def read_back(form: SavedForm, device: str = "cpu") -> tuple[TunedNetwork, Inputs]:
    """The network of a saved form, with its weights, on a device (as of `--device`), and its preprocessor.

    Raises:
        UsageError: The device cannot be used.
        AnswerIsNo: Config, weights and files do not hold together.
        CannotFindOut: (kind `environment`) transformers cannot work here.
    """
    own = form.preprocessing
    if not isinstance(own, OwnInputs):
        raise AnswerIsNo("a fine-tuned model without its own preprocessing", "train it again", kind="checkpoint")
    base = form.config["base"]
    with tempfile.TemporaryDirectory(prefix="modelpick-") as made:
        folder = _laid_out(Path(made), own, form, str(base["name"]))
        inputs = inputs_for(folder)
        encoder = load(folder, head=False)
        net = tuned_network(folder, encoder, inputs, len(form.config["classes"]), str(form.config["layer"]))
    width = form.tensors[f"{HEAD}weight"].shape[1]
    if net.head.in_features != width:
        raise refused(str(base["name"]), f"its last layer takes {width} numbers, and it gives {net.head.in_features}")
    with torch.no_grad():
        for name, parameter in (("weight", net.head.weight), ("bias", net.head.bias)):
            parameter.copy_(torch.from_numpy(np.array(form.tensors[f"{HEAD}{name}"])))
    return net.eval().requires_grad_(False).to(device_for(device)), inputs


def _laid_out(place: Path, own: OwnInputs, form: SavedForm, name: str) -> PretrainedFolder:
    for path, content in own.files.items():
        file = place / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    weights = {
        key.removeprefix(BASE): torch.from_numpy(np.array(tensor))
        for key, tensor in form.tensors.items()
        if key.startswith(BASE)
    }
    weights = {key: tensor.long() if tensor.dtype == torch.float64 else tensor for key, tensor in weights.items()}
    inside = next(
        (path for path in sorted(own.files) if path.endswith(f"/{CONFIG}") and _is_model(own.files[path])), CONFIG
    )
    for number, behind in enumerate(_dense_folders(place, name)):  # behind the pooling of a sentence encoder
        prefix = f"{DENSE}.{number}."
        its = {key.removeprefix(prefix): weights.pop(key) for key in list(weights) if key.startswith(prefix)}
        behind.mkdir(parents=True, exist_ok=True)  # one that was forged may hold nothing of a layer that it names
        safetensors.torch.save_file(its, behind / WEIGHTS, {"format": "pt"})
    safetensors.torch.save_file(weights, place / Path(inside).parent / WEIGHTS, {"format": "pt"})
    return open_folder(place, own.kind, name=name)


def _dense_folders(place: Path, name: str) -> list[Path]:
    return dense_folders(place, name) if (place / MODULES).is_file() else []


def _is_model(content: bytes) -> bool:
    return b'"model_type"' in content


def answers_of(net: TunedNetwork, inputs: Inputs, rows: Any) -> NDArray[np.float64]:
    """Probabilities for raw rows, shape (rows, classes), in their order; computed where the network lies.

    On a CPU on all threads that torch takes by itself.
    """
    classes = net.head.out_features
    answers = np.empty((len(rows), classes))
    if not len(rows):
        return answers
    device, kind = net.head.weight.device, net.folder.kind
    source = ModelRows(inputs, rows, torch.zeros(len(rows), 1, device=device), net.names)
    together = at_a_time(kind, device)
    if together > 1:
        source.budget = budget(kind, device)

    def answer(own: TunedNetwork, given: tuple[Tensor, ...]) -> NDArray[np.float64]:
        with torch.inference_mode():
            return torch.softmax(own(*given).cpu().double(), dim=1).numpy()  # `mps` has no float64

    def keep(index: NDArray[np.intp], found: NDArray[np.float64]) -> None:
        answers[index] = found

    side_by_side(net, list(source.in_parts()), lambda index: source.batch(index).inputs, answer, keep, together)
    return answers
