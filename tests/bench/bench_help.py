"""Time of `modelpick --help` as a share of `hf --help` (huggingface_hub's command), whole processes, same machine.

    python tests/bench/bench_help.py [--runs 15]

The runs alternate, so that a busy machine disturbs both alike. The house rule is at most 0.25.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path


def seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    scripts = Path(sys.executable).parent
    commands = {name: [str(scripts / name), "--help"] for name in ("modelpick", "hf")}
    environment = {**os.environ, "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            times[name].append(seconds(command, environment))
    for name, values in times.items():
        del values[0]  # warms the file cache
        print(f"{name} --help: median {statistics.median(values):.3f} s, min {min(values):.3f} s, {runs} runs")
    ratio = statistics.median(times["modelpick"]) / statistics.median(times["hf"])
    print(f"ratio of medians: {ratio:.2f} (wanted: at most 0.25)")


if __name__ == "__main__":
    main()
