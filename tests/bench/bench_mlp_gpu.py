"""A thousand nets at once on a CUDA device, beside the CPU: time and fits a second.

    python tests/bench/bench_mlp_gpu.py [--fits 1000] [--runs 3]

The course's network (4-128-128-3, ReLU, Adam, batch 16, 10 epochs) on ten folds of Iris for each of many seeds, scaling
inside. Weights and the order of the rows are drawn on the host, so that both devices train the same nets; how far
their weights and answers are apart is printed.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold

from modelpick.models.batched.job import Job, NetOptions
from modelpick.models.batched.train import sums_many, train_many


def jobs_of(fits: int) -> tuple[list[Job], list[np.ndarray], np.ndarray]:
    X, y = load_iris(return_X_y=True)
    targets, options = np.eye(3)[y], NetOptions(batch_size=16, epochs=10)
    jobs: list[Job] = []
    tests: list[np.ndarray] = []
    for seed in range(-(-fits // 10)):
        for train, test in StratifiedKFold(10, shuffle=True, random_state=seed).split(X, y):
            mean, scale = X[train].mean(0), X[train].std(0)
            jobs.append(
                Job(features=X, rows=train, targets=targets, mean=mean, scale=scale, seed=seed, options=options)
            )
            tests.append(test)
    return jobs[:fits], tests[:fits], y


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("no GPU")
        return
    jobs, tests, y = jobs_of(options.fits)
    print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}")
    results = {}
    for device in ("cuda", "cpu"):
        train_many(jobs[:20], device=device)  # starts libraries and kernels
        took = []
        for _ in range(options.runs):
            start = time.perf_counter()
            results[device] = train_many(jobs, device=device)
            took.append(time.perf_counter() - start)
        seconds = statistics.median(took)
        z = sums_many(jobs, results[device], tests)
        accuracy = np.mean([(a.argmax(1) == y[test]).mean() for a, test in zip(z, tests, strict=True)])
        print(
            f"{device:5} {len(jobs)} fits: median {seconds:.2f} s, {seconds / len(jobs) * 1e3:.2f} ms a fit, "
            f"{len(jobs) / seconds:.0f} fits a second, accuracy {accuracy:.4f}"
        )
    apart = max(
        float(np.abs(a.tensors[name] - b.tensors[name]).max())
        for a, b in zip(results["cuda"], results["cpu"], strict=True)
        for name in a.tensors
    )
    print(f"weights at most {apart:.1e} apart; GPU memory at most {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
