"""A run that the tests of eval share, and a folder of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One thread for torch, here and in processes that a test starts: the last bits of large sums hang on the count."""
    import torch

    before = torch.get_num_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
