"""One model on its way into the index and back: an entry of the API's list, with its card where a dump has it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from modelpick.facts import ListedModel
from modelpick.hub.listed import kind_of, read_entry
from modelpick.hub.reading import as_list, as_object, as_text

COLUMNS = (
    "repo_id",
    "author",
    "task",
    "library",
    "licence",
    "parameters",
    "bytes",
    "used_storage",
    "formats",
    "architecture",
    "card",
    "kind",
    "downloads",
    "likes",
    "trending",
    "created",
    "modified",
    "gated",
)
"""Of the table `models`, in the order of `Row.values`."""

KEPT = (
    "baseModels",
    "cardData",
    "childrenModelCount",
    "createdAt",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "gated",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "private",
    "safetensors",
    "securityRepoStatus",
    "sha",
    "tags",
    "trendingScore",
    "usedStorage",
)
"""Members of an entry that are kept as they are; of `config`, `gguf` and `siblings` a part is."""
_CONFIG = ("architectures", "auto_map", "model_type", "quantization_config")
_MOST_FILES = 20_000
_LEVEL = 3  # higher ones gain two in a hundred
_MOST = 64 * 2**20  # bytes of one unpacked value, when a file that was tampered with is read


class Damaged(Exception):  # noqa: N818 - what the index found; `database.errors` makes an error of it
    """A stored value is not what was stored."""


class Row(NamedTuple):
    """A model as the tables hold it; `licences` and `values[4]` are joined when it is written."""

    repo_id: str
    values: tuple[Any, ...]
    licences: str
    tags: str
    facts: bytes
    card: str | None


def row_of(entry: object, card: str | None = None) -> Row | None:
    """The row of an entry; None where it has no id.

    Args:
        entry: As the list of models has it.
        card: Its README.md, where the source has it.
    """
    model = read_entry(entry)
    if model is None:
        return None
    fields = as_object(entry)
    kept = {key: fields[key] for key in KEPT if fields.get(key) is not None} | {"id": model.repo_id}
    if isinstance(fields.get("siblings"), list):
        kept["siblings"] = as_list(fields["siblings"])[:_MOST_FILES]
    config = {key: value for key, value in as_object(fields.get("config")).items() if key in _CONFIG}
    gguf = as_object(fields.get("gguf")).get("total")
    kept |= ({"config": config} if config else {}) | ({"gguf": {"total": gguf}} if gguf is not None else {})
    has_card = True if card is not None else model.card
    values = (
        model.repo_id,
        model.repo_id.partition("/")[0].lower(),
        model.task,
        model.library,
        None,
        model.parameters,
        model.bytes,
        model.used_storage,
        "\n".join(model.formats),
        model.architecture,
        None if has_card is None else int(has_card),
        kind_of(model.tags),
        model.downloads_30d,
        model.likes,
        model.trending,
        model.created,
        model.last_modified,
        model.gated,
    )
    return Row(model.repo_id, values, "\n".join(model.licenses), tag_lines(model), pack(json.dumps(kept)), card)


def tag_lines(model: ListedModel) -> str:
    r"""The tags in lower case, each between two `\n`, with the library and the architecture."""
    more = [word for word in (model.library, model.architecture) if word and word not in model.tags]
    return "\n".join(("", *(tag.replace("\n", " ").lower() for tag in (*model.tags, *more)), ""))


def model_of(facts: bytes, *, has_card: bool | None) -> ListedModel | None:
    """The listed model that a packed entry tells of; None where it has no id.

    Raises:
        Damaged: It cannot be unpacked.
    """
    model = read_entry(fields_of(facts))
    return None if model is None else replace(model, card=has_card)


def fields_of(facts: bytes) -> Mapping[str, Any]:
    """The API's fields of a packed entry.

    Raises:
        Damaged: It cannot be unpacked.
    """
    try:
        return as_object(json.loads(unpack(facts)))
    except ValueError as error:
        raise Damaged(str(error)) from error


def pack(text: str) -> bytes:
    """A text as it is stored."""
    return zlib.compress(text.encode("utf-8", "replace"), _LEVEL)


def unpack(data: bytes) -> str:
    """The text of a stored value.

    Raises:
        Damaged: It cannot be unpacked.
    """
    try:
        return zlib.decompressobj().decompress(data, _MOST).decode("utf-8")
    except (zlib.error, UnicodeDecodeError) as error:
        raise Damaged(str(error)) from error


def card_text(value: object) -> str | None:
    """The card of a dump, which may be empty; None where there is none."""
    if not isinstance(value, str) or value.startswith("Error: the path 'README.md' does not exist"):
        return None
    return as_text(value) or ""
