"""A pretrained model in a local folder: what it is and for which rows, checked without loading it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from modelpick.data.dataset import Kind
from modelpick.models.pretrained.config_checks import check_attention, check_sizes, read_labels
from modelpick.models.pretrained.folder_checks import (
    PREPROCESSORS,
    check_links,
    check_no_adapter,
    check_not_quantised,
    check_preprocessor,
)
from modelpick.models.pretrained.json_files import read_table
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.sentence_modules import MODULES, SentenceModules, read_modules
from modelpick.models.pretrained.weight_files import INDEX, WEIGHTS, Stored, content_hash, stored_tensors
from modelpick.weights.formats import weight_format

CONFIG = "config.json"
Layout = Literal["transformers", "sentence-transformers", "own weights"]
"""`own weights`: of a ResNet, VGG, AlexNet or Vision Transformer under timm's or torchvision's names."""

_TOKENIZERS = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
_WORDS: dict[Kind, str] = {"table": "tables", "text": "texts", "image": "images", "audio": "sounds"}
_LACKING: dict[Kind, str] = {
    "text": "it has no tokenizer (`tokenizer.json` or `vocab.txt`)",
    "image": "it has no preprocessor (`preprocessor_config.json`), which says how its images were scaled",
    "audio": "it has no preprocessor (`preprocessor_config.json`), which says at which rate it listens",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedFolder:
    """A pretrained model that lies in a folder here. Made by `open_folder`; nothing of it is loaded.

    Attributes:
        path: The folder that was given.
        model_path: The folder of config and weights: `path`, or of sentence-transformers the transformer's.
        name: How it is called in messages and rows: the repo id, else the folder's name.
        repo_id, commit: Where it was fetched from; None for a folder of the user's own.
        layout: Who has written it.
        kind: Of the rows that it is used for here: text, image or audio. One for several kinds (CLIP) is opened for
            one of them.
        config: `config.json`.
        architecture: Bare name of its class (`BertForSequenceClassification`), or in our own catalogue; may be empty.
        labels: Of its head, in the order of its outputs, as they stand there: perhaps `LABEL_0`. Empty where they are
            not known: `no_labels` says why.
        tensors: What the weights hold, by name.
        modules: Of sentence-transformers: pooling, normalisation, prompts.
    """

    path: Path
    model_path: Path
    name: str
    repo_id: str | None
    commit: str | None
    layout: Layout
    kind: Kind
    config: Mapping[str, Any]
    architecture: str
    labels: tuple[str, ...]
    no_labels: str | None
    tensors: Mapping[str, Stored]
    modules: SentenceModules | None = None

    @property
    def model_type(self) -> str:
        """As transformers names the family: `bert`, `vit`, `wav2vec2`; empty for our own modules."""
        return str(self.config.get("model_type", ""))

    @property
    def has_head(self) -> bool:
        """Whether it was trained to answer with classes, by the name of its architecture."""
        return self.layout == "own weights" or self.architecture.endswith(
            ("ForSequenceClassification", "ForImageClassification", "ForAudioClassification")
        )

    @property
    def parameters(self) -> int:
        """How many numbers its weights hold."""
        return sum(stored.tensor.elements for stored in self._stored())

    def _stored(self) -> Iterator[Stored]:
        """All tensors, those behind the pooling too."""
        yield from self.tensors.values()
        if self.modules is not None:
            for dense in self.modules.dense.values():
                yield from dense.tensors.values()

    def identity(self) -> str:
        """What it is, for whoever keeps something computed by it: repo and commit, else `content`."""
        if self.repo_id is not None and self.commit is not None:
            return f"{self.repo_id}@{self.commit}"
        return self.content()

    def content(self) -> str:
        """sha256 (hex) over all its files that count; reads them all."""
        used = {stored.file for stored in self._stored()}
        places = {self.path, self.model_path, *_module_folders(self.path, self.modules)}
        small = {
            path
            for folder in places
            for path in folder.iterdir()
            if path.is_file() and path.suffix in (".json", ".txt", ".model")
        }
        return content_hash({path.relative_to(self.path).as_posix(): path for path in used | small})


def open_folder(
    path: Path, kind: Kind, *, name: str | None = None, repo_id: str | None = None, commit: str | None = None
) -> PretrainedFolder:
    """Looks at a model and refuses what cannot be trusted or used. Reads JSON and headers, loads no tensor.

    Args:
        path: A folder, complete.
        kind: Of the rows that it is to be used for.
        name: For messages; by default the repo id, else the folder's name.
        repo_id, commit: Where it was fetched from, None for a folder of the user's own.

    Raises:
        AnswerIsNo: (kind `pretrained`) Damaged, incomplete, unsafe, of code of its own, or for other rows: one line and
            the way out.
    """
    called = name or repo_id or path.absolute().name
    if not path.is_dir():
        raise refused(called, f"`{path}` is no folder", "give the folder of a model, or the id of a repo")
    modules = read_modules(path, called) if (path / MODULES).is_file() else None
    model_path = path if modules is None else path / modules.transformer
    check_no_adapter(model_path, called)
    if not (model_path / CONFIG).is_file() and not (model_path / WEIGHTS).is_file():
        stored_tensors(model_path, called)  # says of pickles what they are
    config = read_table(model_path / CONFIG, called)
    check_not_quantised(config, called)
    layout = _layout(config, modules, called)
    tensors = stored_tensors(model_path, called)
    check_links(path, _files(path, model_path, tensors, modules), called)
    check_preprocessor(model_path, called)
    check_attention(config, called)
    if layout != "own weights":
        check_sizes(config, tensors, called)
        _check_family(config, called)
    _check_kind(model_path, path, kind, layout, called)
    labels, no_labels = read_labels(config, called) if layout != "own weights" else _timm_labels(config, called)
    return PretrainedFolder(
        path=path,
        model_path=model_path,
        name=called,
        repo_id=repo_id,
        commit=commit,
        layout=layout,
        kind=kind,
        config=config,
        architecture=_architecture(config, layout),
        labels=labels,
        no_labels=no_labels,
        tensors=tensors,
        modules=modules,
    )


def _files(path: Path, model_path: Path, tensors: Mapping[str, Stored], modules: SentenceModules | None) -> set[Path]:
    """All that is ever read of a model."""
    places = {path, model_path, *_module_folders(path, modules)}
    beside = {file for place in places for file in place.iterdir()}
    return beside | {stored.file for stored in tensors.values()} | set(path.glob("*/config.json"))


def _module_folders(path: Path, modules: SentenceModules | None) -> set[Path]:
    """Those of a sentence encoder's modules that are there; one that only normalises may have none."""
    return set() if modules is None else {path / place for place in modules.folders if (path / place).is_dir()}


def is_pretrained(path: Path) -> bool:
    """Whether a folder looks like a model that others have written, safe or not, by the names of its files."""
    if not path.is_dir():
        return False
    names = [file.name for file in path.iterdir() if file.is_file()]
    return MODULES in names or any(name in (CONFIG, INDEX) or weight_format(name) is not None for name in names)


def _layout(config: Mapping[str, Any], modules: SentenceModules | None, name: str) -> Layout:
    if modules is not None:
        return "sentence-transformers"
    if isinstance(config.get("model_type"), str) and config["model_type"] != "timm_wrapper":
        return "transformers"
    if isinstance(config.get("architecture"), str):
        return "own weights"
    raise refused(name, "its config names no `model_type` of transformers and no `architecture` of timm")


def _architecture(config: Mapping[str, Any], layout: Layout) -> str:
    if layout == "own weights":
        return str(config["architecture"])
    named = config.get("architectures")
    return named[0] if isinstance(named, list) and named and isinstance(named[0], str) else ""


def _check_family(config: Mapping[str, Any], name: str) -> None:
    """Refuses a family that only the repo's own code knows. With a known one its `auto_map` is ignored."""
    from modelpick.models.pretrained.library import known_families

    family = str(config.get("model_type"))
    if family in known_families():
        return
    code = config.get("auto_map")
    if isinstance(code, dict) and code:
        files = sorted({f"{str(value).rpartition('--')[2].partition('.')[0]}.py" for value in code.values()})
        why = f"it needs code of its own ({', '.join(f'`{file[:60]}`' for file in files[:3])}), which is never run"
        raise refused(name, why, "choose a model of a family that transformers has: `modelpick search`")
    raise refused(
        name, f"transformers here knows no family `{family[:60]}`", "upgrade transformers, or choose another model"
    )


def _check_kind(model_path: Path, path: Path, kind: Kind, layout: Layout, name: str) -> None:
    if kind == "table":
        raise refused(
            name,
            "rows here are a table's",
            "of a table with a column of texts, `--kind text --text COLUMN` makes that the row",
        )
    found = _kinds(model_path, path, layout)
    if kind in found:
        return
    if found:
        raise refused(
            name, f"it answers for {' and '.join(_WORDS[one] for one in found)}, and rows here are {_WORDS[kind]}"
        )
    raise refused(name, _LACKING[kind], "fetch the whole repo, or choose another model")


def _kinds(model_path: Path, path: Path, layout: Layout) -> list[Kind]:
    """The kinds of rows for which it has a preprocessor."""
    if layout == "own weights":
        return ["image"]
    found: list[Kind] = []
    if any((folder / file).is_file() for folder in {model_path, path} for file in _TOKENIZERS):
        found.append("text")
    for file in PREPROCESSORS:
        place = model_path / file
        if not place.is_file():
            continue
        fields = read_table(place, path.name)
        nested = [value for value in fields.values() if isinstance(value, dict)]
        for settings in (fields, *nested):
            if "image_processor_type" in settings or "image_mean" in settings:
                found.append("image")
            elif "feature_extractor_type" in settings or "sampling_rate" in settings:
                found.append("audio")
    return list(dict.fromkeys(found))


def _timm_labels(config: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], str | None]:
    """timm's `label_names`, where a repo states them; the thousand of ImageNet mostly go without."""
    names = config.get("label_names")
    if not isinstance(names, list) or not names:
        return (), "its config names no labels"
    return read_labels({"id2label": {str(i): label for i, label in enumerate(names)}}, name)
