"""Time and accuracy of `modelpick eval iris`, whole processes, against importing what it cannot do without.

    python tests/bench/bench_eval_iris.py [--runs 3] [--seeds 20]

The bar: at most twice `python -c "import torch, sklearn.datasets"` plus 5 s, and a mean test accuracy of the network
over 20 seeds of at least 0.93. The runs alternate, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(command: list[str], folder: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    modelpick = str(Path(sys.executable).parent / "modelpick")
    commands = {
        "import": [sys.executable, "-c", "import torch, sklearn.datasets"],
        "eval": [modelpick, "eval", "iris"],
        "predict": [modelpick, "predict", "./run", "--row", "6.6,3,4.4,1.4", "--format", "quiet"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        many = [modelpick, "eval", "iris", "--repeats", str(options.seeds), "--run-dir", "run", "--format", "json"]
        report = json.loads(subprocess.run(many, check=True, capture_output=True, cwd=folder).stdout)
        for _ in range(options.runs):
            for name, command in commands.items():
                times[name].append(seconds(command, folder))
        answer = subprocess.run(commands["predict"], check=True, capture_output=True, text=True, cwd=folder).stdout
    for name, values in times.items():
        print(f"{name}: median {statistics.median(values):.2f} s, min {min(values):.2f} s, {options.runs} runs")
    bar = 2 * statistics.median(times["import"]) + 5
    print(f"eval iris: {statistics.median(times['eval']):.2f} s (wanted: at most {bar:.2f} s)")
    mean = next(m for m in report["models"] if m["name"] == "mlp")["metrics"]["accuracy"]["mean"]
    print(f"accuracy of mlp over {options.seeds} seeds: {mean:.4f} (wanted: at least 0.93)")
    print(f"predict 6.6, 3, 4.4, 1.4: {answer.strip()} (wanted: versicolor)")


if __name__ == "__main__":
    main()
