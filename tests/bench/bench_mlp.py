# ruff: noqa: E402 # the threads are set before numpy and torch count them
"""Training speed of the network beside scikit-learn, skorch and a DataLoader loop, one BLAS thread for all.

    python tests/bench/bench_mlp.py [one] [fifty] [large] [--rounds 10]

`one`: a fit of the course's network on Iris (4-128-128-3, ReLU, Adam, batch 16, 10 epochs), the estimator's own
checks included. `fifty`: 10 folds x 5 seeds, scaling inside, beside `cross_validate` of a pipeline over the same folds
with two worker processes, warm and new ones. `large`: 100,000 x 50, batch 256, 5 epochs.

The contenders alternate within a round, and each ratio is one of medians over the rounds; with a busy machine look at
the CPU times, which the worker processes' are not part of.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
import warnings
from collections.abc import Callable

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # of the workers, too
    os.environ[name] = "1"

import joblib
import numpy as np
import torch
from joblib.externals.loky import get_reusable_executor
from sklearn.datasets import load_iris, make_classification
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.neural_network import MLPClassifier as Theirs
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from modelpick import MLPClassifier
from modelpick.models.batched.job import Job, NetOptions
from modelpick.models.batched.train import sums_many, train_many

COURSE = {"hidden_layer_sizes": (128, 128), "batch_size": 16}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", default=["one", "fifty", "large"], choices=["one", "fifty", "large"])
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for which in options.which:
        {"one": one, "fifty": fifty, "large": large}[which](options.rounds)


def compare(title: str, rounds: int, contenders: dict[str, Callable[[], object]], bars: dict[str, float]) -> None:
    """Times all contenders in turn; the first is ours. `bars`: contender -> the largest ratio wanted."""
    wall: dict[str, list[float]] = {name: [] for name in contenders}
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, run in contenders.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            run()
            if turn:  # the first one warms up
                wall[name].append(time.perf_counter() - start)
                cpu[name].append(time.process_time() - start_cpu)
    print(f"{title}, medians of {rounds}")
    ours = next(iter(contenders))
    for name in contenders:
        took, used = statistics.median(wall[name]), statistics.median(cpu[name])
        line = f"  {name:42} {took * 1e3:9.1f} ms wall  {used * 1e3:9.1f} ms CPU"
        if name in bars:
            ratio, of_cpu = statistics.median(wall[ours]) / took, statistics.median(cpu[ours]) / used
            line += f"  ours {ratio:.3f} of it (CPU {of_cpu:.3f}; wanted: at most {bars[name]})"
        print(line, flush=True)


def one(rounds: int) -> None:
    import skorch
    from torch import nn

    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    X32 = X.astype(np.float32)

    def module() -> nn.Module:
        sizes = (nn.Linear(4, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 3))
        return nn.Sequential(*sizes)

    def with_skorch() -> None:
        skorch.NeuralNetClassifier(
            module, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=1e-3, batch_size=16, max_epochs=10,
            train_split=None, verbose=0,
        ).fit(X32, y)  # fmt: skip

    compare(
        "One fit of the course's network",
        rounds,
        {
            "modelpick": lambda: MLPClassifier(**COURSE, epochs=10, random_state=0).fit(X, y),
            "scikit-learn": lambda: Theirs(**COURSE, max_iter=10, random_state=0).fit(X, y),
            "skorch, without validation": with_skorch,
        },
        {"scikit-learn": 0.4, "skorch, without validation": 0.2},
    )


def fifty(rounds: int) -> None:
    X, y = load_iris(return_X_y=True)
    targets = np.eye(3)[y]
    options = NetOptions(batch_size=16, epochs=10)

    def ours() -> float:
        jobs, tests = [], []
        for seed in range(5):
            for train, test in StratifiedKFold(10, shuffle=True, random_state=seed).split(X, y):
                mean, scale = X[train].mean(0), X[train].std(0)
                jobs.append(
                    Job(features=X, rows=train, targets=targets, mean=mean, scale=scale, seed=seed, options=options)
                )
                tests.append(test)
        answers = sums_many(jobs, train_many(jobs), tests)
        return float(np.mean([(z.argmax(1) == y[test]).mean() for z, test in zip(answers, tests, strict=True)]))

    def theirs() -> float:
        scores = []
        for seed in range(5):
            pipeline = make_pipeline(StandardScaler(), Theirs(**COURSE, max_iter=10, random_state=seed))
            folds = StratifiedKFold(10, shuffle=True, random_state=seed)
            scores.append(cross_validate(pipeline, X, y, cv=folds, n_jobs=2)["test_score"].mean())
        return float(np.mean(scores))

    def with_new_workers() -> float:
        get_reusable_executor().shutdown(wait=True)
        return theirs()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    accuracy = ours()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    joblib.Parallel(n_jobs=2)(joblib.delayed(warnings.simplefilter)("ignore") for _ in range(2))
    print(f"accuracy {accuracy:.4f}, scikit-learn's {theirs():.4f}")
    print(f"peak memory of the 50 fits: {before / 1024:.0f} -> {after / 1024:.0f} MiB")
    compare(
        "50 fits: 10 folds x 5 seeds",
        rounds,
        {"modelpick": ours, "cross_validate, warm workers": theirs, "cross_validate, new workers": with_new_workers},
        {"cross_validate, warm workers": 0.15, "cross_validate, new workers": 0.08},
    )


def large(rounds: int) -> None:
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    X, y = make_classification(100_000, 50, n_informative=20, n_classes=4, random_state=0)
    X = StandardScaler().fit_transform(X).astype(np.float32)

    def loop() -> None:
        torch.manual_seed(0)
        data = TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
        sizes = (nn.Linear(50, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 4))
        net, cost = nn.Sequential(*sizes), nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
        for _ in range(5):
            for rows, classes in DataLoader(data, batch_size=256, shuffle=True):
                optimizer.zero_grad()
                cost(net(rows), classes).backward()
                optimizer.step()

    compare(
        "100,000 x 50, batch 256, 5 epochs",
        min(rounds, 3),
        {
            "modelpick": lambda: MLPClassifier(batch_size=256, epochs=5, random_state=0).fit(X, y),
            "scikit-learn, float32": lambda: Theirs((128, 128), batch_size=256, max_iter=5, random_state=0).fit(X, y),
            "DataLoader loop": loop,
        },
        {"scikit-learn, float32": 0.6, "DataLoader loop": 0.35},
    )


if __name__ == "__main__":
    main()
