"""The JSON of a sentence-transformers folder: which layers are pooled how. The package itself is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from modelpick.models.pretrained.json_files import read_json, read_table
from modelpick.models.pretrained.refusal import refused
from modelpick.models.pretrained.sentence_dense import SentenceDense, read_dense

MODULES = "modules.json"
SETTINGS = tuple(
    f"sentence_{family}_config.json"
    for family in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet", "mpnet")
)
"""Where the length of a text stands: by the transformer's family in older folders."""
Pooling = Literal["mean", "cls", "max", "last", "mean_sqrt"]
_KEYS: dict[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt",
    "pooling_mode_lasttoken": "last",
}
_WORDS: dict[str, Pooling] = {
    "cls": "cls",
    "mean": "mean",
    "max": "max",
    "mean_sqrt_len_tokens": "mean_sqrt",
    "lasttoken": "last",
}

_MOST_DENSE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceModules:
    """What a sentence-transformers folder says.

    Attributes:
        transformer: Folder of the transformer, `.` or such as `0_Transformer`.
        folders: Of all modules, the transformer's too; a normalisation needs none and may name one.
        pooling: Ways to make one vector of the tokens', one after the other where there are several.
        dense: Layers behind the pooling, by the folder of each (`2_Dense`), in their order.
        normalise: Whether vectors are brought to length one in the end.
        longest: Tokens of a text that are read; None where the tokenizer tells.
        lower: Whether texts are put in lower case first.
        prompts: Name -> words that are set before a text; `default_prompt` names the one that is always set.
        default_prompt: Its name, or None.
    """

    transformer: str
    pooling: tuple[Pooling, ...]
    normalise: bool
    folders: tuple[str, ...] = ()
    dense: Mapping[str, SentenceDense] = field(default_factory=dict)
    longest: int | None = None
    lower: bool = False
    prompts: Mapping[str, str] = field(default_factory=dict)
    default_prompt: str | None = None

    @property
    def prompt(self) -> str:
        """The words set before every text; mostly none."""
        return self.prompts.get(self.default_prompt or "", "")


def read_modules(folder: Path, name: str) -> SentenceModules:
    """The modules of a sentence-transformers folder.

    Raises:
        AnswerIsNo: A module is of a kind that is not known, or its settings make no sense.
    """
    kinds = _kinds(folder, name)
    words = [kind for kind, _ in kinds]
    normalise = words[-1:] == ["Normalize"]
    dense = words[2:-1] if normalise else words[2:]
    if words[:2] != ["Transformer", "Pooling"] or len(dense) > _MOST_DENSE or set(dense) - {"Dense"}:
        raise refused(name, f"its modules are {', '.join(words)[:120] or 'none'}; a transformer, pooling, dense layers "
                      "and a normalisation, in this order, are known")  # fmt: skip
    behind = [_within(place, folder) for kind, place in kinds if kind == "Dense"]
    if len(set(behind)) < len(behind):
        raise refused(name, f"two of its modules are the dense layer in `{behind[0][:60]}`")
    transformer, pooling = kinds[0][1], kinds[1][1]
    pooled = read_table(pooling / "config.json", name)
    settings = next((found for file in SETTINGS if (found := _optional(transformer / file, name))), {})
    about = _optional(folder / "config_sentence_transformers.json", name)
    longest, prompts, default = settings.get("max_seq_length"), about.get("prompts"), about.get("default_prompt_name")
    if longest is not None and (not isinstance(longest, int) or isinstance(longest, bool) or longest < 1):
        raise refused(name, "its `max_seq_length` is no count of tokens")
    prompts = prompts if isinstance(prompts, dict) else {}
    if not all(isinstance(text, str) for text in prompts.values()) or (default is not None and default not in prompts):
        raise refused(name, "its prompts are no table of texts")
    if default is not None and prompts[default] and pooled.get("include_prompt") is False:
        raise refused(name, "it sets a prompt before each text and leaves it out of the pooling, which is not known")
    return SentenceModules(
        transformer=_within(transformer, folder),
        pooling=_pooling(pooled, name),
        normalise=normalise,
        folders=tuple(_within(place, folder) for _, place in kinds),
        dense={place: read_dense(folder / place, name) for place in behind},
        longest=longest,
        lower=settings.get("do_lower_case") is True,
        prompts=prompts,
        default_prompt=default,
    )


def dense_folders(folder: Path, name: str) -> list[Path]:
    """The folders of its dense layers in their order; errors as `read_modules`."""
    return [place for kind, place in _kinds(folder, name) if kind == "Dense"]


def _kinds(folder: Path, name: str) -> list[tuple[str, Path]]:
    """Each module's kind and folder."""
    listed = read_json(folder / MODULES, name)
    if not isinstance(listed, list) or not all(isinstance(module, dict) for module in listed):
        raise refused(name, f"its `{MODULES}` is no list of modules")
    return [(_kind(module.get("type"), name), _inside(folder, module.get("path"), name)) for module in listed]


def _kind(stated: Any, name: str) -> str:
    """`sentence_transformers.models.Pooling` and its later places are all `Pooling`."""
    if not isinstance(stated, str) or not stated.startswith("sentence_transformers."):
        raise refused(name, f"its `{MODULES}` names a module of its own code: {str(stated)[:80]!r}")
    return stated.rpartition(".")[2]


def _inside(folder: Path, stated: Any, name: str) -> Path:
    if not isinstance(stated, str) or ".." in Path(stated).parts or Path(stated).is_absolute():
        raise refused(name, f"its `{MODULES}` leads out of the folder")
    return folder / stated


def _within(place: Path, folder: Path) -> str:
    return place.relative_to(folder).as_posix()


def _optional(path: Path, name: str) -> dict[str, Any]:
    return read_table(path, name) if path.is_file() else {}


def _pooling(fields: Mapping[str, Any], name: str) -> tuple[Pooling, ...]:
    unknown = [key for key, on in fields.items() if key.startswith("pooling_mode_") and on is True and key not in _KEYS]
    if unknown:
        raise refused(name, f"its pooling `{unknown[0][:60]}` is not known")
    ways = [way for key, way in _KEYS.items() if fields.get(key) is True]
    if not ways:
        stated = fields.get("pooling_mode")
        words = stated if isinstance(stated, list) else [stated]
        if not words or not all(isinstance(word, str) and word in _WORDS for word in words):
            raise refused(name, f"its pooling {str(stated)[:60]!r} is not known")
        ways = [_WORDS[str(word)] for word in words]
    return tuple(ways)
