"""Which models a repo says that it was made from: the Hub's graph, its card, its configs, the headers of its weights.

A path of the maker's own machine (`./checkpoint-500`, `/content/model`) names no model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from modelpick.card.base_words import HUB_URL, MAX_SEARCHED, NAME, Relation, base_in, may_name
from modelpick.card.yaml_values import YamlFault, read_yaml
from modelpick.card_facts import BlockKind, Value
from modelpick.facts import BaseModel, RepoFacts, TextFile
from modelpick.findings import Evidence

Place = Literal["hub", "header", "text", "adapter_config", "config", "gguf", "mergekit"]

HUBS_HEADER = "the Hub's copy of the header"
"""The place of quotes from the front matter as the Hub tells it."""
ADAPTER_CONFIG, CONFIG = "adapter_config.json", "config.json"
MERGE_CONFIGS = ("mergekit_config.yml", "mergekit_config.yaml")

_TOLD: tuple[Place, ...] = ("header", "adapter_config", "mergekit", "text", "hub", "gguf", "config")
"""Whose word on how a base was used goes first."""
_MAX_NAMES = 40
"""Names that one place may give; a list of thousands is no lineage."""
_MAX_QUOTE = 500
_ID = re.compile(rf"{NAME}(?:/{NAME})?")
# First parts of a path of somebody's machine that could pass for an owner.
_FOLDERS = frozenset(
    """
    . .. build cache checkpoint checkpoints ckpt ckpts content data dir exp experiment experiments exps finetuned
    home local log logs merged mnt model model_output models my_model old_models opt out output output_dir outputs
    path pretrained project result results root run runs save saved saved_model saved_models saves scratch tmp train
    trained trained_models usr workspace
    """.split()  # noqa: SIM905 - easier to read and to extend
)
_CHECKPOINT = re.compile(r"(?i)(?:checkpoint|epoch|step|ckpt)s?[-_]?\d+")
_OF_A_MACHINE = frozenset({"adapter_config", "config", "mergekit"})
"""Places that tools fill with whatever path they loaded from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBase:
    """One statement about a base.

    Attributes:
        repo_id: The name as given.
        relation: How the base was used, where the place tells.
        place: Who says so.
        evidence: Where it stands.
        local: The name is a path of somebody's machine, or none that the Hub could have.
    """

    repo_id: str
    relation: Relation | None = None
    place: Place
    evidence: Evidence
    local: bool = False


def named_bases(facts: RepoFacts) -> tuple[NamedBase, ...]:
    """Every statement, the Hub's first; a repo that names itself says nothing."""
    own = {name.lower() for name in (facts.repo_id, facts.requested) if name}
    return tuple(
        named
        for reader in (_of_hub, _of_header, _of_adapter, _of_merge, _of_gguf, _of_text, _of_config)
        for named in reader(facts)
        if named.repo_id.lower() not in own
    )


def bases_of(facts: RepoFacts, named: Sequence[NamedBase] | None = None) -> tuple[BaseModel, ...]:
    """The bases, each once, in the order in which they are named; `named`: the statements, where they were read before.

    `_name_or_path` of config.json counts only where nothing else names a base: it may be what the first weights were
    loaded from, or a leftover. A relation that nobody tells is inferred from the files, and marked so.
    """
    statements = [base for base in (named_bases(facts) if named is None else named) if not base.local]
    told = [base for base in statements if base.place != "config"] or statements
    by_id: dict[str, list[NamedBase]] = {}
    for base in told:
        by_id.setdefault(base.repo_id.lower(), []).append(base)
    inferred = _inferred(facts, len(by_id)) if by_id else None
    return tuple(_base(same, inferred) for same in by_id.values())


def _base(same: list[NamedBase], inferred: Relation | None) -> BaseModel:
    """One base of all that is said of it. The Hub says `finetune` also where it knows no better, so files go first."""
    told = sorted((named for named in same if named.relation), key=lambda named: _TOLD.index(named.place))
    relation = told[0].relation if told else None
    if relation == "finetune" and told[0].place == "hub" and inferred in {"adapter", "quantized"}:
        relation = None
    first = same[0]
    source: Literal["hub", "card", "config"]
    source = "hub" if first.place == "hub" else "card" if first.place in {"header", "text"} else "config"
    guessed = relation is None and inferred is not None
    return BaseModel(repo_id=first.repo_id, relation=relation or inferred, source=source, inferred=guessed)


def _inferred(facts: RepoFacts, bases: int) -> Relation | None:
    """From the files: an adapter's config; weights in formats that copies are made in; several bases."""
    paths = {file.path.lower() for file in facts.files or ()} | {text.path for text in facts.texts}
    if ADAPTER_CONFIG in paths or any(re.fullmatch(r"adapter_model\.\w+", path) for path in paths):
        return "adapter"
    weights = [path for path in paths if re.search(r"\.(?:safetensors|bin|pth?|ckpt|h5|msgpack|onnx|gguf)$", path)]
    copies = [path for path in weights if path.endswith((".gguf", ".onnx"))]
    tagged = {"gptq", "awq", "exl2", "exl3", "mlx"} & {tag.lower() for tag in facts.tags or ()}
    config = _text(facts, CONFIG)
    if (weights and len(copies) == len(weights)) or tagged or (config and '"quantization_config"' in config.text):
        return "quantized"
    return "merge" if bases > 1 or any(path in MERGE_CONFIGS for path in paths) else None


# --- the places -------------------------------------------------------------------------------------------------


def _of_hub(facts: RepoFacts) -> Iterator[NamedBase]:
    for base in facts.base_models[:_MAX_NAMES]:
        if base.source == "hub":
            tag = f"base_model:{base.relation}:{base.repo_id}" if base.relation else f"base_model:{base.repo_id}"
            quote = tag if tag in (facts.tags or ()) else base.repo_id
            at = Evidence(file="the Hub's own graph", line=0, quote=quote)
            yield NamedBase(repo_id=base.repo_id, relation=base.relation, place="hub", evidence=at)


def _of_header(facts: RepoFacts) -> Iterator[NamedBase]:
    card = facts.card
    values: Mapping[str, Value] = card.front_matter.values if card else facts.card_data
    value = values.get("base_model")
    names = [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else []
    told = values.get("base_model_relation")
    relation = _relation(told) if isinstance(told, str) else None
    rows = card.text.split("\n", card.front_matter.end_line)[: card.front_matter.end_line] if card and names else []
    for name in names[:_MAX_NAMES]:
        if isinstance(name, str) and name.strip():
            at = Evidence(file=HUBS_HEADER, line=0, quote=f"base_model: {name[:_MAX_QUOTE]}")
            if card is not None:
                line = _line_with(rows, name, card.front_matter.lines.get("base_model", 1))
                at = Evidence(file=card.path, line=line, quote=_quote(rows, line))
            yield _named(name.strip(), relation, "header", at)


def _of_adapter(facts: RepoFacts) -> Iterator[NamedBase]:
    yield from _of_json(facts, ADAPTER_CONFIG, "base_model_name_or_path", "adapter_config", "adapter")


def _of_config(facts: RepoFacts) -> Iterator[NamedBase]:
    yield from _of_json(facts, CONFIG, "_name_or_path", "config", None)


def _of_json(facts: RepoFacts, path: str, key: str, place: Place, relation: Relation | None) -> Iterator[NamedBase]:
    file = _text(facts, path)
    value = read_object(file).get(key) if file else None
    if file and isinstance(value, str) and value.strip():
        yield _named(value.strip(), relation, place, quote_of_key(file, key))


def _of_merge(facts: RepoFacts) -> Iterator[NamedBase]:
    for path in MERGE_CONFIGS:
        file = _text(facts, path)
        if file is None:
            continue
        try:
            root = read_yaml(file.text).root
        except YamlFault:
            continue
        names = dict.fromkeys(name.partition("+")[0] for name in _merged(root))
        rows = file.text.split("\n")
        for name in list(names)[:_MAX_NAMES]:
            line = _line_with(rows, name, 1)
            yield _named(name, "merge", "mergekit", Evidence(file=path, line=line, quote=_quote(rows, line)))


def _merged(value: Value) -> Iterator[str]:
    """The names under the keys that mergekit reads models from, at any depth (the reader of YAML bounds it)."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in {"model", "base_model", "source_model", "path"} and isinstance(item, str):
                yield item
            elif not isinstance(item, str):
                yield from _merged(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            if not isinstance(item, str):
                yield from _merged(item)


_GGUF_KEY = re.compile(r"general\.base_model\.\d+\.repo_url")


def _of_gguf(facts: RepoFacts) -> Iterator[NamedBase]:
    seen: set[str] = set()
    for weights in facts.weights:
        for key, value in weights.metadata.items():
            match = HUB_URL.fullmatch(value.strip()) if _GGUF_KEY.fullmatch(key) else None
            if match and match[1].lower() not in seen:
                seen.add(match[1].lower())
                yield _named(match[1], None, "gguf", Evidence(file=weights.path, line=0, quote=value.strip()))


_SILENT = frozenset({BlockKind.CODE, BlockKind.COMMENT, BlockKind.HEADING})


def _of_text(facts: RepoFacts) -> Iterator[NamedBase]:
    """ "A fine-tuned version of [X](...)", "GGUF files for [X](...)" and the like."""
    card = facts.card
    if card is None or not may_name(card.text):
        return
    count = 0
    for block in card.blocks:
        if block.placeholder or block.kind in _SILENT:
            continue
        for sentence in block.sentences:
            if not may_name(sentence.quote):
                continue
            quote = sentence.quote[:MAX_SEARCHED]
            found = base_in(quote)
            if found is not None:
                section = card.section_of(block)
                title = section.title if section else None
                at = Evidence(file=card.path, line=sentence.line, quote=quote, section=title)
                yield _named(found[0], found[1], "text", at)
                count += 1
                if count == _MAX_NAMES:
                    return


# --- small readers ----------------------------------------------------------------------------------------------


def read_object(file: TextFile) -> Mapping[str, object]:
    """The object of a JSON file; empty where it holds none."""
    try:
        value = json.loads(file.text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def quote_of_key(file: TextFile, key: str, value: object = None) -> Evidence:
    """The line of a JSON file that gives a key (this value, where one is told)."""
    pattern = re.escape(json.dumps(key)) + r"\s*:" + (r"\s*" + re.escape(json.dumps(value)) if value else "")
    match = re.search(pattern, file.text)
    line = file.text.count("\n", 0, match.start()) + 1 if match else 1
    return Evidence(file=file.path, line=line, quote=_quote(file.text.split("\n"), line))


def _named(name: str, relation: Relation | None, place: Place, evidence: Evidence) -> NamedBase:
    linked = HUB_URL.fullmatch(name)
    name = linked[1] if linked else name
    return NamedBase(repo_id=name, relation=relation, place=place, evidence=evidence, local=_is_local(name, place))


def _is_local(name: str, place: Place) -> bool:
    if not _ID.fullmatch(name):
        return True
    parts = name.split("/")
    return place in _OF_A_MACHINE and (parts[0].lower() in _FOLDERS or _CHECKPOINT.fullmatch(parts[-1]) is not None)


def _line_with(rows: Sequence[str], words: str, first: int) -> int:
    """The first line from `first` on that holds these words; `first` where none does."""
    return next((n for n in range(first, len(rows) + 1) if words in rows[n - 1]), first)


def _quote(rows: Sequence[str], line: int) -> str:
    return rows[line - 1].strip()[:_MAX_QUOTE] if line <= len(rows) else ""


def _text(facts: RepoFacts, path: str) -> TextFile | None:
    return next((text for text in facts.texts if text.path == path), None)


def _relation(word: str) -> Relation | None:
    known: dict[str, Relation] = {
        "finetune": "finetune",
        "adapter": "adapter",
        "merge": "merge",
        "quantized": "quantized",
    }
    return known.get(word.strip().lower())
