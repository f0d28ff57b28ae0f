"""The saved form: the same answers after loading, the same bytes after saving again, and nothing believed."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from modelpick import AnswerIsNo, CannotFindOut, MLPClassifier, MLPRegressor, ModelpickError, UsageError
from modelpick.data.table import Column, Table
from modelpick.models import checkpoint
from modelpick.models.candidate import MLPCandidate
from modelpick.models.saved import SavedModel

ROWS = 60


def table(rows=ROWS, seed=0) -> tuple[Table, np.ndarray]:
    """Numbers with gaps, categories, a text; a class that depends on them."""
    stream = np.random.default_rng(seed)
    size = stream.normal(size=rows)
    size[::7] = np.nan
    colour = np.array(["red", "green", None], dtype=object)[stream.integers(0, 3, rows)]
    words = np.array([f"free text {i}" for i in range(rows)], dtype=object)
    X = Table(
        (
            Column(name="size", kind="number", values=size),
            Column(name="colour", kind="category", values=colour),
            Column(name="words", kind="text", values=words),
        ),
        rows,
    )
    return X, np.where(np.nan_to_num(size) > 0, "höch", "low").astype(object)


def fitted(**options) -> MLPCandidate:
    X, y = table()
    return MLPCandidate(MLPClassifier(**{"epochs": 3, "batch_size": 16, "random_state": 0, **options}), "level").fit(
        X, y
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checkpoint.save(fitted().saved_form(), tmp_path / "run", training_rows=np.arange(5, dtype=np.uint64))
    return tmp_path / "run"


@pytest.mark.parametrize(
    "options", [{}, {"batch_size": "auto"}, {"cost": "binary-cross-entropy"}, {"activation": "gelu"}]
)
def test_save_load_predict_equals_predicting_in_the_same_process(tmp_path, options):
    candidate, (X, _) = fitted(**options), table(seed=1)
    checkpoint.save(candidate.saved_form(), tmp_path)
    loaded = SavedModel(checkpoint.load(tmp_path))
    np.testing.assert_array_equal(loaded.predict_proba(X), candidate.predict_proba(X))
    assert list(loaded.predict(X)) == list(candidate.predict(X))
    assert loaded.classes_ == ("höch", "low")
    assert loaded.columns == (("size", "number"), ("colour", "category"), ("words", "text"))
    assert loaded.parameters == candidate.parameters
    assert loaded.summary() in candidate.summary()


def test_regression_too(tmp_path):
    X, _ = table()
    y = np.nan_to_num(X.column("size").values) * 100 + 5
    candidate = MLPCandidate(MLPRegressor(epochs=3, batch_size=16), "price").fit(X, y)
    checkpoint.save(candidate.saved_form(), tmp_path)
    loaded = SavedModel(checkpoint.load(tmp_path))
    np.testing.assert_array_equal(loaded.predict(X), candidate.predict(X))
    assert (loaded.task, loaded.target_name, loaded.classes_) == ("regression", "price", ())


def test_the_estimator_gives_the_same_answers_as_its_candidate():
    candidate, (X, _) = fitted(), table()
    form = candidate.saved_form()
    features = form.preprocessing.transform(X)
    np.testing.assert_array_equal(candidate.estimator.predict_proba(features), candidate.predict_proba(X))


def test_saving_again_gives_the_same_bytes_and_the_umask_the_mode(folder, tmp_path):
    checkpoint.save(checkpoint.load(folder), tmp_path / "copy", checkpoint.load_training_rows(folder))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["config.json", "model.safetensors", "preprocessing.json", "training_rows.safetensors"]
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "copy" / name).read_bytes(), name
    mask = os.umask(0)
    os.umask(mask)
    assert (folder / "model.safetensors").stat().st_mode & 0o777 == 0o666 & ~mask


def test_training_rows_come_back_and_may_be_absent(folder, tmp_path):
    assert checkpoint.load_training_rows(folder).tolist() == [0, 1, 2, 3, 4]
    checkpoint.save(fitted().saved_form(), tmp_path / "bare")
    assert checkpoint.load_training_rows(tmp_path / "bare") is None


@pytest.mark.parametrize(
    "name", ["config.json", "preprocessing.json", "model.safetensors", "training_rows.safetensors"]
)
def test_every_flipped_byte_is_found(folder, name):
    path = folder / name
    content = path.read_bytes()
    for place in {0, 8, len(content) // 3, len(content) // 2, len(content) - 2}:
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(ModelpickError):
            (checkpoint.load(folder), checkpoint.load_training_rows(folder))
    path.write_bytes(content)
    checkpoint.load(folder)


def test_swapped_weights_are_found(folder, tmp_path):
    checkpoint.save(fitted(random_state=1).saved_form(), tmp_path / "other")
    (tmp_path / "other" / "model.safetensors").replace(folder / "model.safetensors")
    with pytest.raises(AnswerIsNo, match=r"model\.safetensors.*sha256"):
        checkpoint.load(folder)


def rewrite(folder: Path, **changes: object) -> None:
    """Changes fields of config.json and states its hashes anew, as a forger would."""
    import hashlib

    path = folder / "config.json"
    fields = json.loads(path.read_text()) | changes
    for name in ("preprocessing.json", "model.safetensors"):
        fields["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    fields["sha256"]["config.json"] = checkpoint._config_hash(fields)
    path.write_text(json.dumps(fields))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_layer_sizes": [128, 64]}, "has shape"),
        ({"hidden_layer_sizes": [128]}, "has shape|is unknown"),
        ({"hidden_layer_sizes": [10**9]}, "has shape"),
        ({"classes": ["a", "b", "c"]}, "has shape"),
        ({"classes": ["a", "a"]}, "twice"),
        ({"classes": []}, "do not go together"),
        ({"task": "regression"}, "do not go together"),
        ({"output": "identity"}, "do not go together"),
        ({"activation": "os.system"}, "activation"),
        ({"columns": [["size", "number"]]}, "columns"),
        ({"columns": "size"}, "columns"),
        ({"target_name": None}, "target_name"),
        ({"ignored_columns": 5}, "ignored_columns"),
    ],
)
def test_a_config_that_does_not_fit_is_refused_whatever_hash_it_states(folder, changes, message):
    rewrite(folder, **changes)
    with pytest.raises(AnswerIsNo, match=message):
        checkpoint.load(folder)


def test_a_number_that_is_none_among_the_weights_is_refused(folder):
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-4:] = np.float32("nan").tobytes()
    (folder / "model.safetensors").write_bytes(bytes(content))
    rewrite(folder)
    with pytest.raises(AnswerIsNo, match="not numbers"):
        checkpoint.load(folder)


@pytest.mark.parametrize(
    "header", [b'{"a":{"dtype":"F32","shape":[9999999999],"data_offsets":[0,39999999996]}}', b"{}", b"x"]
)
def test_a_header_that_lies_takes_no_memory(folder, header):
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    rewrite(folder)
    with pytest.raises(AnswerIsNo):
        checkpoint.load(folder)


def test_a_key_that_stands_twice_is_refused(folder):
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(text.replace('"task"', '"task": "classification", "task"', 1))
    with pytest.raises(AnswerIsNo, match="every key once"):
        checkpoint.load(folder)


def test_a_newer_format_and_an_unknown_architecture_name_the_way_out(folder):
    rewrite(folder, architecture="made.up")
    with pytest.raises(CannotFindOut, match=r"made\.up"):
        checkpoint.load(folder)
    rewrite(folder, format="modelpick.checkpoint/2", versions={"modelpick": "9.1"})
    with pytest.raises(CannotFindOut, match="format 2") as error:
        checkpoint.load(folder)
    assert "9.1" in error.value.hint


def test_a_missing_file_is_named(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(CannotFindOut, match=r"model\.safetensors"):
        checkpoint.load(folder)


class Marker:
    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self):
        return (Path.touch, (self.place,))


@pytest.mark.parametrize("suffix", [".pkl", ".joblib", ".pt", ".skops"])
def test_a_pickle_is_refused_and_never_opened(tmp_path, suffix):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(pickle.dumps(Marker(tmp_path / "ran")))
    (tmp_path / "folder").mkdir()
    path_inside = tmp_path / "folder" / path.name
    path_inside.write_bytes(path.read_bytes())
    for place in (path, tmp_path / "folder"):
        with pytest.raises(UsageError, match="not a modelpick model"):
            checkpoint.load(place)
    assert not (tmp_path / "ran").exists()
    assert not checkpoint.is_checkpoint(tmp_path / "folder")


def test_a_full_disk_leaves_the_old_model_as_it_was(folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(fitted(random_state=1).saved_form(), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_values_that_cannot_be_scaled_name_column_and_row():
    X, y = table()
    X.column("size").values[3] = np.inf
    with pytest.raises(CannotFindOut, match="`size`"):
        MLPCandidate(MLPClassifier(epochs=1), "level").fit(X, y)
    candidate, (fine, _) = fitted(), table()
    fine.column("size").values[9] = 1e300
    with pytest.raises(CannotFindOut, match="row 10"):
        candidate.predict(fine)
