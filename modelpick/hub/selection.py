"""Which files of a repo are needed to load it: one safe weight format and what stands beside it. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate

from modelpick.facts import FileFact
from modelpick.weights.formats import PICKLE, SAFETENSORS, weight_format

COMPANIONS = (
    *("config.json", "*_config.json", "config_*.json", "model_index.json", "modules.json"),
    *("tokenizer*.json", "vocab*.json", "vocab*.txt", "merges*.txt", "special_tokens_map.json", "added_tokens.json"),
    *("tokenizer*.model", "spiece.model", "sentencepiece*.model", "sp.model", "*bpe*.model", "*spm*.model", "*.spm"),
    *("*.tiktoken", "tekken.json", "bpe.codes", "dict*.txt"),
    *("chat_template*", "*.jinja", "*processor*.json", "feature_extractor*.json", "id2label.json", "label*.json"),
    *("labels.txt", "classes.txt"),
    *("readme.md", "license*", "licence*", "notice*", "copying*", "use_policy*", "usage_policy*"),
)
"""Base names, in lower case, of what is needed beside weights: configuration, tokenizer, preprocessor, card, terms."""
_COMPANION = re.compile("|".join(map(translate, COMPANIONS)))

_CODE = (".py", ".pyc", ".ipynb", ".sh", ".so", ".dll", ".exe", ".js", ".jar")
_OTHER_FOLDERS = frozenset("original onnx openvino coreml tflite flax tf tensorflow gguf ggml runs logs".split())  # noqa: SIM905
_CHECKPOINT = re.compile(r"checkpoint[-_]\d+|global_step\d+|epoch[-_]?\d+")
_VARIANTS = r"fp16|bf16|fp32|fp8|int8|int4|non_ema|ema"
_WEIGHT = re.compile(
    rf"(?P<stem>.+?)(?:\.(?P<v1>{_VARIANTS}))?(?:-(?P<part>\d{{5}})-of-(?P<of>\d{{5}}))?(?:\.(?P<v2>{_VARIANTS}))?"
    r"\.safetensors"
)
_INDEX = re.compile(rf".+\.safetensors\.index(?:\.(?:{_VARIANTS}))?\.json")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not fetched, and why."""

    file: FileFact
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to fetch, and those left out."""

    chosen: tuple[FileFact, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def weights(self) -> tuple[FileFact, ...]:
        """The chosen files that hold weights."""
        return tuple(f for f in self.chosen if weight_format(f.path) is not None)


@dataclass(frozen=True, slots=True)
class _Weight:
    """A safetensors file by the parts of its name: `model.fp16-00001-of-00002.safetensors`."""

    file: FileFact
    folder: str
    stem: str
    variant: str
    part: int
    of: int


def select(files: Sequence[FileFact]) -> Selection:
    """The files that are needed to load the model from safetensors; no pickle, no code, nothing twice."""
    paths = {file.path for file in files}
    usable = [_parse(file) for file in files if weight_format(file.path) is SAFETENSORS and not _aside(file.path)]
    groups: dict[tuple[str, str, str], list[_Weight]] = defaultdict(list)
    for weight in _needed_folders([w for w in usable if w is not None], paths):
        groups[weight.folder, weight.stem, weight.variant].append(weight)
    chosen = {weight.file.path for group in _once(groups) for weight in group}
    folders = {"", "additional_chat_templates"} | {path.rpartition("/")[0] for path in chosen}
    pipeline = bool({"modules.json", "model_index.json"} & paths)
    sharded = _sharded(chosen)
    reasons: dict[str, str] = {}
    for file in files:
        if file.path not in chosen:
            reason = _why_not(file.path, sharded)
            if reason is None and not pipeline and file.path.rpartition("/")[0] not in folders:
                reason = "not needed to load it"
            if reason is not None:
                reasons[file.path] = reason
    return _selection(files, reasons)


def select_named(files: Sequence[FileFact], patterns: Sequence[str]) -> Selection:
    """The files whose whole path fits one of these patterns, with card, terms, configuration and index of shards."""
    named = {file.path for file in files if any(fnmatchcase(file.path, pattern) for pattern in patterns)}
    sharded = _sharded(named)
    beside = {
        file.path
        for file in files
        if ("/" not in file.path and _is_companion(file.path))
        or (_INDEX.fullmatch(file.path) and _indexed(file.path) in sharded)
    }
    return _selection(files, {file.path: "not asked for" for file in files if file.path not in named | beside})


def _selection(files: Iterable[FileFact], reasons: dict[str, str]) -> Selection:
    files = sorted(files, key=lambda f: f.path)
    left_out = tuple(LeftOut(f, reasons[f.path]) for f in files if f.path in reasons)
    return Selection(tuple(f for f in files if f.path not in reasons), left_out)


def incomplete(selection: Selection) -> str | None:
    """A chosen shard of which a sibling is missing in the repo (`1 of 3 parts`); None where all are there."""
    parts: dict[tuple[str, str, str, int], set[int]] = defaultdict(set)
    for weight in (_parse(file) for file in selection.chosen if weight_format(file.path) is SAFETENSORS):
        if weight is not None and weight.of:
            parts[weight.folder, weight.stem, weight.variant, weight.of].add(weight.part)
    for (folder, stem, _, of), found in parts.items():
        if found != set(range(1, of + 1)):
            return f"{folder}{'/' if folder else ''}{stem}: {len(found)} of {of} parts"
    return None


def _parse(file: FileFact) -> _Weight | None:
    folder, _, name = file.path.rpartition("/")
    match = _WEIGHT.fullmatch(name)
    if match is None:
        return None
    variant = match["v1"] or match["v2"] or ""
    return _Weight(file, folder, match["stem"], variant, int(match["part"] or 0), int(match["of"] or 0))


def _needed_folders(weights: Sequence[_Weight], paths: set[str]) -> list[_Weight]:
    """Of a pipeline its components, of sentence-transformers its modules too, else the top folder if it has weights."""
    if "model_index.json" in paths:
        parts = [w for w in weights if w.folder and f"{w.folder}/config.json" in paths]
        return parts or list(weights)
    top = [w for w in weights if not w.folder]
    if top and "modules.json" not in paths:
        return top
    return list(weights)


def _once(groups: dict[tuple[str, str, str], list[_Weight]]) -> Iterable[list[_Weight]]:
    """Each set of weights once: the plain precision before a variant, one file before its shards, transformers' own
    name before Mistral's `consolidated`.
    """
    for (folder, stem, variant), group in groups.items():
        if variant and (folder, stem, "") in groups:
            continue
        if stem == "consolidated" and (folder, "model", "") in groups:
            continue
        single = [weight for weight in group if not weight.of]
        fewest = min(weight.of for weight in group)
        yield single or [weight for weight in group if weight.of == fewest]


def _aside(path: str) -> bool:
    folders = path.lower().split("/")[:-1]
    return any(f in _OTHER_FOLDERS or _CHECKPOINT.fullmatch(f) for f in folders)


def _why_not(path: str, sharded: set[str]) -> str | None:
    """Why a file that is no chosen weight is left out; None for what is needed beside the weights (see `_sharded`)."""
    found = weight_format(path)
    if found is PICKLE:
        return "a pickle: it runs code when loaded"
    if path.lower().endswith(_CODE):
        return "code"
    if _aside(path):
        return "another format, or an older checkpoint"
    if found is SAFETENSORS:
        return "the same weights again, or another part"
    if found is not None:
        return "another weight format"
    if _INDEX.fullmatch(path):
        return None if _indexed(path) in sharded else "the index of weights that are not fetched"
    return None if _is_companion(path) else "not needed to load it"


def _is_companion(path: str) -> bool:
    return _COMPANION.match(path.rpartition("/")[2].lower()) is not None


def _sharded(paths: Iterable[str]) -> set[str]:
    """The sets of weights of which shards are among these paths, by folder and stem: `sub/model`."""
    names = ((path.rpartition("/"), _WEIGHT.fullmatch(path.rpartition("/")[2])) for path in paths)
    return {f"{folder}{slash}{match['stem']}" for (folder, slash, _), match in names if match and match["of"]}


def _indexed(index: str) -> str:
    """The set of weights that an index of shards is of."""
    return index.split(".safetensors.index")[0]
