"""Seconds to download a repo with `modelpick download` and with `hf download`, from the same Hub on this machine.

    python tests/bench/bench_download.py [--mb 2048] [--shards 4] [--rounds 3]

Both run as commands, one after the other, each into an empty cache; modelpick vets the repo first and hashes every
byte, hf does neither. Wanted: at least 0.9 of hf's rate. What the two cost in processor time is shown as well: on a
busy machine it says more than the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loopback_hub import LoopbackHub, write_repo

MIB = 2**20
BIN = Path(sys.executable).parent
COMMANDS = {
    "hf": [str(BIN / "hf"), "download", "org/big"],
    "modelpick": [str(BIN / "modelpick"), "download", "org/big", "--yes", "--allow-rejected", "--format", "quiet"],
}


def weights(place: Path, mb: int) -> None:
    """A safetensors file of one tensor of `mb` MiB."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [mb * MIB], "data_offsets": [0, mb * MIB]}}).encode()
    header += b" " * (-len(header) % 8)
    block = os.urandom(MIB)
    with place.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for _ in range(mb):
            file.write(block)


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="modelpick download against hf download")
    parser.add_argument("--mb", type=int, default=512, help="MiB of weights")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        repo = write_repo(
            root / "repos", "org/big", {"README.md": "---\nlicense: mit\n---\n# Big\n", "config.json": "{}"}
        )
        for n in range(options.shards):
            shard = f"model-{n + 1:05}-of-{options.shards:05}.safetensors"
            weights(repo / ("model.safetensors" if options.shards == 1 else shard), options.mb // options.shards)
        quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
        with LoopbackHub(root / "repos") as hub:
            common = {**os.environ, **quiet, "HF_ENDPOINT": hub.endpoint, "NO_PROXY": "127.0.0.1"}
            for turn in range(options.rounds + 1):  # the first warms the server's hashes and the disk
                for name, command in COMMANDS.items():
                    own = common | {"HF_HOME": str(root / name), "MODELPICK_HOME": str(root / "own")}
                    shutil.rmtree(root / name, ignore_errors=True)
                    if turn:
                        found[name].append(timed(command, own))
                        print(f"{turn} {name:10} {found[name][-1][0]:6.2f} s, processor {found[name][-1][1]:6.2f} s")
                    else:
                        timed(command, own)
        clock = {name: statistics.median(seconds for seconds, _ in runs) for name, runs in found.items()}
        cpu = {name: statistics.median(seconds for _, seconds in runs) for name, runs in found.items()}
        print(f"{options.mb} MiB in {options.shards} files, medians of {options.rounds}:")
        for name in COMMANDS:
            print(f"  {name:10} {options.mb / clock[name]:6.1f} MiB/s, processor {cpu[name]:.2f} s")
        print(f"  modelpick at {clock['hf'] / clock['modelpick']:.2f} of hf's rate")


main()
