"""The code that a repo's configs name: what runs when the model is loaded with its own code trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from modelpick.facts import RepoFacts, TextFile

_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCode:
    """One piece of code that a config names.

    Attributes:
        config: The file that names it.
        key: Under which key.
        name: As written there.
        path: The file of this repo that it means; None where it lies elsewhere.
        repo_id: The other repo that it comes from; None where it lies in this one.
    """

    config: str
    key: str
    name: str
    path: str | None = None
    repo_id: str | None = None


def named_code(facts: RepoFacts) -> tuple[NamedCode, ...]:
    """What the configs that were fetched name, each once. A config that is no JSON names nothing."""
    listed = {file.path for file in facts.files or ()}
    found = [code for text in facts.texts if text.path.endswith(".json") for code in _of_text(text, listed)]
    return tuple(dict.fromkeys(found))


def _of_text(text: TextFile, listed: set[str]) -> Iterator[NamedCode]:
    try:
        config = json.loads(text.text)
    except (ValueError, RecursionError):
        return
    folder, _, name = text.path.rpartition("/")
    prefix = f"{folder}/" if folder else ""
    if name == "modules.json" and isinstance(config, list):
        kinds = [item.get("type") for item in config if isinstance(item, dict)]
        for kind in kinds:
            path = f"{prefix}{str(kind).rpartition('.')[0].replace('.', '/')}.py"
            if path in listed:
                yield NamedCode(config=text.path, key="type", name=str(kind), path=path)
    elif name == "model_index.json" and isinstance(config, dict):
        yield from _of_pipeline(text.path, prefix, config, listed)
    else:
        yield from _of_config(text.path, prefix, config, 0)


def _of_pipeline(config: str, prefix: str, fields: dict[str, object], listed: set[str]) -> Iterator[NamedCode]:
    """A pipeline of diffusers: `name: [module, class]`, where the module may be a file of the repo."""
    for key, value in fields.items():
        if isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) for item in value):
            for path in (f"{prefix}{value[0]}.py", f"{prefix}{key}/{value[0]}.py"):
                if path in listed:
                    yield NamedCode(config=config, key=key, name=".".join(value), path=path)


def _of_config(config: str, prefix: str, value: object, depth: int) -> Iterator[NamedCode]:
    """`auto_map` at any depth, and the other keys by which a config makes a library fetch code."""
    if isinstance(value, list) and depth < _MAX_DEPTH:
        for item in value:
            yield from _of_config(config, prefix, item, depth + 1)
    if not isinstance(value, dict):
        return
    for key, inside in value.items():
        if key in ("auto_map", "custom_pipelines"):
            for name in _texts(inside, only="impl" if key == "custom_pipelines" else None):
                yield _reference(config, prefix, key, name)
        elif key in ("attn_implementation", "_attn_implementation"):
            if isinstance(inside, str) and "/" in inside:
                yield NamedCode(config=config, key=key, name=inside, repo_id=inside.partition("@")[0])
        elif key == "trust_remote_code":
            if inside is True:
                yield NamedCode(config=config, key=key, name="true")
        elif depth < _MAX_DEPTH:
            yield from _of_config(config, prefix, inside, depth + 1)


def _reference(config: str, prefix: str, key: str, name: str) -> NamedCode:
    """`module.Class`, or `owner/name--module.Class` for code of another repo."""
    repo_id, dashes, reference = name.rpartition("--")
    module = reference.rpartition(".")[0].replace(".", "/")
    if dashes:
        return NamedCode(config=config, key=key, name=name, repo_id=repo_id)
    return NamedCode(config=config, key=key, name=name, path=f"{prefix}{module}.py")


def _texts(value: object, only: str | None) -> Iterator[str]:
    stack = [(value, only is None)]
    while stack:
        item, wanted = stack.pop()
        if isinstance(item, str) and wanted:
            yield item
        elif isinstance(item, dict):
            stack.extend((inside, only is None or name == only) for name, inside in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((inside, wanted) for inside in reversed(item))
