"""Quality of the stack against four peers, on a folder of tables that an `index.jsonl` describes.

    python tests/bench/bench_quality.py DATA [--folds 5] [--most-rows 8000] [--jobs 2] [--only NAME,NAME] [--cache DIR]

Each table is read by modelpick's own reader, without the columns that the index calls ids or leaks; classes of fewer
rows than folds are left out. Every candidate gets the same folds, and features that modelpick's preprocessing has
learned from the training rows. Larger tables are cut to `--most-rows` rows at random. What is done is kept in the
cache, so that a second run takes seconds; delete it when a model changes.
"""

from __future__ import annotations

import argparse
import json
import pickle
import tempfile
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from modelpick.data.preprocessing_kinds import preprocessor_for

PEERS = {
    "classification": {
        "linear": LogisticRegression(max_iter=1000),
        "forest": RandomForestClassifier(random_state=0),
        "boosting": HistGradientBoostingClassifier(random_state=0),
        "sklearn-mlp": MLPClassifier(random_state=0),
    },
    "regression": {
        "linear": Ridge(),
        "forest": RandomForestRegressor(random_state=0),
        "boosting": HistGradientBoostingRegressor(random_state=0),
        "sklearn-mlp": MLPRegressor(random_state=0),
    },
}
STACK = "mlp-stack"


def read(entry: dict[str, Any], folder: Path, folds: int, most: int) -> tuple[Any, np.ndarray, str]:
    """Raw rows, targets and task of one table of the index."""
    from modelpick.data.guards import GUARDS
    from modelpick.data.read import read_dataset

    path = folder / entry["name"] / entry["read"]["file"]
    allow = [guard.id for guard in GUARDS]
    dataset = read_dataset(str(path), target=entry["target"], task=entry["task"], allow=allow)
    out = {str(name) for name in (*entry["drop_columns"], *entry["leaking_columns"])}
    names = dataset.features.names
    out |= {names[i] for i in (*entry["drop_columns"], *entry["leaking_columns"]) if isinstance(i, int)}
    features, target = dataset.features.select([name for name in names if name not in out]), dataset.target
    kept = np.arange(len(target))
    if dataset.task == "classification":
        classes, counts = np.unique(target.astype(str), return_counts=True)
        kept = np.flatnonzero(np.isin(target.astype(str), classes[counts >= folds]))
    if len(kept) > most:
        kept = np.sort(np.random.default_rng(0).permutation(kept)[:most])
        if dataset.task == "classification":
            classes, counts = np.unique(target[kept].astype(str), return_counts=True)
            kept = kept[np.isin(target[kept].astype(str), classes[counts >= folds])]
    return features.take(kept), target[kept], dataset.task


def score(model: str, features: Any, target: np.ndarray, task: str, folds: int) -> dict[str, float]:
    """Mean over all rows, each answered for by the fold that did not train on it."""
    started = time.perf_counter()
    if task == "classification":
        labels = target.astype(str)
        parts = list(StratifiedKFold(folds, shuffle=True, random_state=0).split(labels, labels))
        classes, codes = np.unique(labels, return_inverse=True)
        answers = np.zeros((len(labels), len(classes)))
    else:
        parts = list(KFold(folds, shuffle=True, random_state=0).split(target))
        answers = np.zeros(len(target))
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fitted, (_, test) in zip(_fitted(model, features, target, task, parts), parts, strict=True):
            if task == "classification":
                answers[np.ix_(test, np.searchsorted(classes, fitted.classes_))] = fitted.predict_proba(
                    features.take(test)
                )
            else:
                answers[test] = fitted.predict(features.take(test))
    seconds = time.perf_counter() - started
    if task == "regression":
        return {"r2": 1 - float(((answers - target) ** 2).sum() / ((target - target.mean()) ** 2).sum()), "s": seconds}
    answers /= answers.sum(axis=1, keepdims=True)
    chances = np.clip(answers[np.arange(len(codes)), codes], 1e-15, 1)
    return {
        "log_loss": float(-np.log(chances).mean()),
        "accuracy": float((answers.argmax(axis=1) == codes).mean()),
        "s": seconds,
    }


class _Peer:
    """A model of scikit-learn behind the preprocessing; a regression's target is scaled for it."""

    def __init__(self, model: Any, X: Any, y: np.ndarray, task: str) -> None:
        self.preprocessing = preprocessor_for(X).fit(X)
        self.mean, self.scale = (float(y.mean()), float(y.std()) or 1.0) if task == "regression" else (0.0, 1.0)
        given = (y - self.mean) / self.scale if task == "regression" else y.astype(str)
        self.model = clone(model).fit(self.preprocessing.transform(X), given)
        self.classes_ = getattr(self.model, "classes_", None)

    def predict_proba(self, X: Any) -> np.ndarray:
        return self.model.predict_proba(self.preprocessing.transform(X))

    def predict(self, X: Any) -> np.ndarray:
        return self.model.predict(self.preprocessing.transform(X)) * self.scale + self.mean


def _fitted(model: str, features: Any, target: np.ndarray, task: str, parts: list[Any]) -> Any:
    if model == STACK:
        from modelpick.data.candidate import FitJob
        from modelpick.models.stack.candidate import stack_entry

        jobs = [FitJob(seed=i, X=features.take(train), y=target[train]) for i, (train, _) in enumerate(parts)]
        fit_many = stack_entry(task, "target").fit_many  # type: ignore[arg-type]
        return fit_many(jobs) if fit_many is not None else []
    return (_Peer(PEERS[task][model], features.take(train), target[train], task) for train, _ in parts)


def _one(work: tuple[dict[str, Any], Path, int, int, str, Path]) -> tuple[str, str, dict[str, float]]:
    entry, folder, folds, most, model, cache = work
    kept = cache / f"{entry['name']}.{model}.{folds}.{most}.json"
    if not kept.exists():
        table = cache / f"{entry['name']}.{folds}.{most}.pickle"  # our own file, of this very run or the last
        if not table.exists():
            table.write_bytes(pickle.dumps(read(entry, folder, folds, most)))
        features, target, task = pickle.loads(table.read_bytes())  # noqa: S301
        kept.write_text(json.dumps(score(model, features, target, task, folds)))
    return entry["name"], model, json.loads(kept.read_text())


def _ranks(values: list[float]) -> np.ndarray:
    given = np.array(values)
    return np.array([1 + (given < v - 1e-9).sum() + ((np.abs(given - v) <= 1e-9).sum() - 1) / 2 for v in given])


def _show(title: str, metric: str, found: dict[str, dict[str, dict[str, float]]], sign: int) -> None:
    models = [*PEERS["classification"], STACK]
    print(f"\n| {title} | {' | '.join(models)} |\n|---|{'---|' * len(models)}")
    rows, ranks = [], []
    for name, scores in found.items():
        values = [scores[model][metric] for model in models]
        rows.append(values)
        ranks.append(_ranks([sign * round(value, 6) for value in values]))
        print(f"| {name} | {' | '.join(f'{value:.4f}' for value in values)} |")
    for words, numbers in (("**mean**", np.mean(rows, axis=0)), ("**mean rank**", np.mean(ranks, axis=0))):
        print(f"| {words} | {' | '.join(f'{number:.4f}' for number in numbers)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--most-rows", type=int, default=8000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "modelpick-bench-quality")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    lines = (options.data / "index.jsonl").read_text(encoding="utf-8").splitlines()
    index = [entry for entry in map(json.loads, lines) if entry["kind"] == "tabular"]
    only = set(filter(None, options.only.split(",")))
    work = [
        (entry, options.data, options.folds, options.most_rows, model, options.cache)
        for entry in sorted(index, key=lambda entry: entry["rows"])
        for model in (*PEERS["classification"], STACK)
        if not only or entry["name"] in only
    ]
    found: dict[str, dict[str, dict[str, dict[str, float]]]] = {"classification": {}, "regression": {}}
    tasks = {entry["name"]: entry["task"] for entry in index}
    with ProcessPoolExecutor(options.jobs) as pool:
        for name, model, scores in pool.map(_one, work):
            found[tasks[name]].setdefault(name, {})[model] = scores
            print(f"{name} {model} {scores}", flush=True)
    if found["classification"]:
        _show("log loss", "log_loss", found["classification"], 1)
        _show("accuracy", "accuracy", found["classification"], -1)
    if found["regression"]:
        _show("R2", "r2", found["regression"], -1)


if __name__ == "__main__":
    main()
