"""The Hub and the bench of the tests of downloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from download_bench import CONFIG, WEIGHTS, Bench
from loopback_hub import LoopbackHub, write_repo

from modelpick.hub import transfer
from modelpick.hub.client import HubClient
from modelpick.hub.settings import Settings, Timeouts


@pytest.fixture(scope="module")
def tiny_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    files: dict[str, str | bytes] = {"README.md": "# t", "config.json": CONFIG, "model.safetensors": WEIGHTS}
    files["additional_chat_templates/tool.jinja"] = "{{ x }}"
    write_repo(folder, "org/tiny", files | {"pytorch_model.bin": b"x"})
    with LoopbackHub(folder) as server:
        yield server


@pytest.fixture
def bench(tiny_hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    tiny_hub.heal()
    tiny_hub.forget()
    monkeypatch.setattr(transfer, "_PAUSES", (0.0, 0.0, 0.0, 0.0))
    timeouts = Timeouts(connect=2, read=2, silence=3, file=1, headers=1)
    with HubClient(Settings(endpoint=tiny_hub.endpoint, token="hf_secret", timeouts=timeouts)) as client:
        yield Bench(tiny_hub, client, tmp_path / "cache")


@pytest.fixture
def hub(served: LoopbackHub) -> LoopbackHub:
    """The Hub that a test module serves, without faults and with an empty record of requests."""
    served.heal()
    served.forget()
    return served
