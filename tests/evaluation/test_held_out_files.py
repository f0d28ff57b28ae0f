"""Changing any held-out image, sound or text, in content, size, colours, rate or length, changes no fitted number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_folders import image_bytes, sound_bytes, write

from modelpick.data.read import read_dataset
from modelpick.evaluation.baselines import entries
from modelpick.evaluation.dense_baselines import NetworkShape
from modelpick.models.options import NetworkOptions
from modelpick.verbs.eval_rows import mlp_entry

EACH = 14
HELD = (0, 2, 3, 5, 7, 8, 10, 13)
"""Of each class, and most of it: what is commonest among all files is another thing among those that train."""
CLASSES = ("a", "b")


def text_bytes(seed: int, words: int = 6) -> bytes:
    return " ".join(np.random.default_rng(seed).choice([f"word{i}" for i in range(12)], words)).encode()


KINDS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "image": ("png", image_bytes),
    "audio": ("wav", sound_bytes),
    "text": ("txt", text_bytes),
}
OTHERWISE: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "image": st.fixed_dictionaries(
        {"size": st.tuples(st.integers(4, 30), st.integers(4, 30)), "mode": st.sampled_from(["L", "RGB"])}
    ),
    "audio": st.fixed_dictionaries({"rate": st.sampled_from([4000, 16000, 48000]), "seconds": st.floats(0.05, 0.4)}),
    "text": st.fixed_dictionaries({"words": st.integers(1, 40)}),
}
TRAINING: dict[str, dict[str, Any]] = {"image": {"mode": "L"}, "audio": {}, "text": {}}


def folder(root: Path, kind: str, changed: int, otherwise: dict[str, Any]) -> Path:
    """Class folders, of which the held-out files come from another seed and in another way."""
    suffix, made = KINDS[kind]
    files = {}
    for k, label in enumerate(CLASSES):
        for i in range(EACH):
            seed = 100 * k + i
            away = i in HELD
            data = made(seed + 1000 * changed, **otherwise) if away else made(seed, **TRAINING[kind])
            files[f"{label}/{i:02}.{suffix}"] = data
    return write(root, files)


def fitted(root: Path) -> list[Any]:
    """All that the linear model, the network and a network's inputs learn from the training rows."""
    dataset = read_dataset(f"{root}/", target=None)
    assert dataset.rows == EACH * len(CLASSES)
    train = np.flatnonzero([i % EACH not in HELD for i in range(dataset.rows)])
    X, y = dataset.features.take(train), dataset.target[train]
    shape = NetworkShape(hidden_layer_sizes=(3,), activation="relu", learning_rate=0.01, batch_size=8, epochs=2)
    linear = next(entry for entry in entries(dataset, shape) if entry.name == "linear")
    network = mlp_entry(dataset, NetworkOptions(hidden_layer_sizes=(3,), epochs=2, early_stopping=True))
    learned: list[Any] = []
    for entry in (linear, network):
        form = entry.make(0).fit(X, y).saved_form()
        assert form is not None
        learned.append(form.preprocessing.to_dict())
        for arrays in (form.preprocessing.arrays(), form.tensors):
            learned.append({name: (array.shape, array.tobytes()) for name, array in arrays.items()})
    return learned


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changing_held_out_files_changes_no_fitted_number(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp(kind)
    before = fitted(folder(root / "before", kind, 0, TRAINING[kind]))
    otherwise = data.draw(OTHERWISE[kind])
    assert fitted(folder(root / "after", kind, data.draw(st.integers(1, 50)), otherwise)) == before
