"""A run that the tests of eval share, and a folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelpick

FEW = {"without": ["linear", "perceptron", "knn", "trees", "sklearn-mlp", "mlp-stack"]}


@pytest.fixture(scope="session")
def iris_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's network on iris, best by construction: the only one that is saved, so it lies at the top."""
    place = tmp_path_factory.mktemp("runs") / "iris"
    modelpick.evaluate("iris", split="8:1:1", repeats=2, run_dir=place, license="mit", **FEW)
    return place


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path
