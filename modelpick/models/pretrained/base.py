"""The pretrained model that a saved one stands on: how it is named in a config, and where it is found again."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelpick.errors import CannotFindOut
from modelpick.models.pretrained.folder import PretrainedFolder, open_folder
from modelpick.places import user_path

_ID = re.compile(r"[\w.-]+/[\w.-]+")
_HEX = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
KINDS = ("text", "image", "audio")


def reference(folder: PretrainedFolder) -> dict[str, Any]:
    """What names it: repo and commit or the folder, the kind of its rows, and the hash of its files."""
    place = {"folder": str(folder.path.absolute())} if folder.commit is None else {}
    return {
        "repo_id": folder.repo_id,
        "commit": folder.commit,
        **place,
        "kind": folder.kind,
        "content": folder.content(),
    }


def is_reference(value: Any) -> bool:
    """Whether a config's `base` is one that `reference` wrote."""
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        return False
    if not isinstance(value.get("content"), str) or not _SHA256.fullmatch(value["content"]):
        return False
    repo_id, commit = value.get("repo_id"), value.get("commit")
    if repo_id is None and commit is None:
        return isinstance(value.get("folder"), str)
    return (
        isinstance(repo_id, str)
        and _ID.fullmatch(repo_id) is not None
        and ".." not in repo_id
        and isinstance(commit, str)
        and _HEX.fullmatch(commit) is not None
    )


def find_base(stated: Mapping[str, Any]) -> PretrainedFolder:
    """The model that a `reference` names, from its folder or the shared Hugging Face cache, and no other.

    Raises:
        CannotFindOut: (kind `checkpoint`) It is not there, or its files are not those of then.
        AnswerIsNo: It is damaged.
    """
    repo_id, commit = stated.get("repo_id"), stated.get("commit")
    if repo_id is None or commit is None:
        path = Path(stated["folder"])
        called, way_out = str(path), "put it back there"
    else:
        path = _cache() / f"models--{repo_id.replace('/', '--')}" / "snapshots" / commit
        called, way_out = repo_id, f"`modelpick download {repo_id} --revision {commit}` fetches it"
    if not path.is_dir():
        raise CannotFindOut(
            f"the pretrained model `{called}` that it stands on is not at {path}", way_out, kind="checkpoint"
        )
    folder = open_folder(path, stated["kind"], repo_id=repo_id, commit=commit)
    if folder.content() != stated["content"]:
        raise CannotFindOut(
            f"the pretrained model `{called}` is not as it was when this was saved", way_out, kind="checkpoint"
        )
    return folder


def _cache() -> Path:
    """The shared Hugging Face cache, by the variables that it goes by."""
    chosen = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if chosen:
        return user_path(chosen)
    home = os.environ.get("HF_HOME")
    if home:
        return user_path(home) / "hub"
    return user_path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"
