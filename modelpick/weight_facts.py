"""What was seen inside weight files, without loading them: headers, indexes, the names that a pickle asks for.

The readers of weights/ make these, hub/ and its folders gather them, vetting/ only reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Examined = Literal["whole", "header", "part", "not"]
"""How much of a file was looked at. A file of which something was not looked at is never called clean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFacts:
    """What one weight file, or the index of its shards, holds.

    Attributes:
        path: Inside the repo.
        format: As `weights.formats` names it, by what the bytes are and not only by the name.
        examined: How much was looked at; `reason` says why not more.
        metadata: The free texts of its header: `__metadata__` of safetensors, the `general.*` keys of GGUF.
        tensors: How many tensors it holds or, of an index, names.
        keys_sha256: Of the sorted names of its tensors, joined by line feeds: two files of one model compare by it.
        keys: Those names, sorted; empty where they are not known or more than 50,000.
        dtypes: Count of numbers by dtype.
        parameters: Count of numbers over all dtypes; packed ones count as they lie in the file.
        programs: Of an archive: scripts and programs in it.
        imports: Of a pickle, of those in an archive, or of a Keras model: the names `module.attribute` that loading it
            would import, in order, each once.
        lacking: Of an index, in words: the shards that the repo does not list, the tensors that their shards do not
            hold.
        chat_template: The Jinja template in it, as it stands, cut at 20,000 characters.
        problem: What is wrong with it, in words; None where nothing was found.
    """

    path: str
    format: str
    examined: Examined
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tensors: int | None = None
    keys_sha256: str | None = None
    keys: tuple[str, ...] = ()
    dtypes: Mapping[str, int] | None = None
    parameters: int | None = None
    programs: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    chat_template: str | None = None
    problem: str | None = None
