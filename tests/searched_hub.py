"""The few models that the tests of searching look for, on a loopback Hub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loopback_hub import LoopbackHub, safetensors_bytes, write_repo

from modelpick.hub.client import HubClient
from modelpick.hub.query import Query
from modelpick.hub.search import Looked, search_models
from modelpick.hub.settings import Settings


def card(license: str, **more: str) -> str:  # noqa: A002
    lines = [f"license: {license}", "pipeline_tag: image-classification"]
    return "\n".join(["---", *lines, *(f"{key}: {value}" for key, value in more.items()), "---", "# A model\n"])


@contextmanager
def searched(folder: Path) -> Iterator[LoopbackHub]:
    """Four models in two tasks, one of them gated."""
    weights = safetensors_bytes({"a": [2, 3], "b": [4]})
    write_repo(folder, "org/first", {"README.md": card("apache-2.0"), "model.safetensors": weights}, downloads=900)
    write_repo(folder, "org/second", {"README.md": card("cc-by-nc-4.0", language="de")}, downloads=80, likes=7)
    write_repo(folder, "lab/third", {"README.md": card("mit")}, downloads=7, gated="manual")
    write_repo(folder, "lab/other-task", {"README.md": "---\npipeline_tag: translation\n---\n"}, downloads=5000)
    with LoopbackHub(folder) as hub:
        yield hub


def ids(hub: LoopbackHub, hidden: Counter[str] | None = None, **wishes: object) -> list[str]:
    looked = Looked()
    with HubClient(Settings(endpoint=hub.endpoint)) as client:
        found = [model.repo_id for model in search_models(client, Query(**wishes), looked)]  # type: ignore[arg-type]
    if hidden is not None:
        hidden.update(looked.hidden)
    return found
