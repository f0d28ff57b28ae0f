"""What the tests of downloads share: one repo on a loopback Hub, a client with short waits, a cache."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from loopback_hub import LoopbackHub, safetensors_bytes

from modelpick.hub.client import HubClient
from modelpick.hub.download import Receipt, fetch
from modelpick.hub.info import read_info
from modelpick.hub.plan import DownloadPlan, plan

WEIGHTS = safetensors_bytes({"w": (300, 200)})  # 240 kB
CONFIG = '{"model_type": "bert"}'


class Bench(NamedTuple):
    hub: LoopbackHub
    client: HubClient
    cache: Path

    def plan(self) -> DownloadPlan:
        answer = self.client.get_json(self.client.api_url("org/tiny"), [("blobs", "true")])
        return plan(read_info(self.client.settings, answer, "org/tiny", None))

    def fetch(self, local_dir: Path | None = None) -> Receipt:
        return fetch(self.client, self.plan(), cache_dir=self.cache, local_dir=local_dir)

    def files(self) -> list[str]:
        return sorted(p.relative_to(self.cache).as_posix() for p in self.cache.rglob("*") if not p.is_dir())
