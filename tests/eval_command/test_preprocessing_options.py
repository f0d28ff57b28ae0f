"""`--scaling` and `--encode`: all rows of a table take them alike, and what was learned is saved and loaded whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import call
from made_dataset import made_dataset
from toy_table import write_toy

from modelpick.data.dataset import Dataset
from modelpick.data.preprocessing_kinds import learn
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.table import Table
from modelpick.errors import UsageError
from modelpick.models import checkpoint
from modelpick.models.options import NetworkOptions
from modelpick.models.saved import SavedModel
from modelpick.progress import SILENT
from modelpick.verbs.eval_options import RowOptions, check_preprocessing
from modelpick.verbs.eval_rows import trained_rows


def mixed(rows: int, seed: int = 0) -> Dataset:
    stream = np.random.default_rng(seed)
    size, weight = stream.normal(size=rows), stream.exponential(size=rows)
    colour = [None if stream.random() < 0.1 else str(stream.choice(["red", "green", "blue"])) for _ in range(rows)]
    labels = np.where(size + np.array([c == "red" for c in colour]) > 0.5, "yes", "no")
    return made_dataset(labels, {"size": size, "weight": np.where(weight > 2, np.nan, weight), "colour": colour})


@pytest.mark.parametrize(("scaling", "encode"), [("robust", "target"), ("min-max", "integer"), ("none", "one-hot")])
def test_every_row_takes_them_and_answers_the_same_when_loaded(tmp_path, scaling, encode):
    dataset, new = mixed(60), mixed(40, seed=1).features
    options = PreprocessingOptions.named(scaling, encode)
    wanted, features = learn(dataset.features, dataset.target, options)
    rows = RowOptions(preprocessing=options, without=() if encode == "target" else ("mlp-stack",))
    entries = {
        e.name: e for e in trained_rows(dataset, NetworkOptions(epochs=2, hidden_layer_sizes=(4,)), rows, SILENT)
    }
    assert {"dummy", "linear", "perceptron", "knn", "trees", "sklearn-mlp", "mlp"} <= set(entries)
    for name, entry in entries.items():
        candidate: Any = entry.make(0).fit(dataset.features, dataset.target)
        form = candidate.saved_form()
        learned = candidate._preprocessing if form is None else form.preprocessing
        assert learned.to_dict() == wanted.to_dict()
        if form is None:
            continue
        checkpoint.save(form, tmp_path / name)
        loaded = SavedModel(checkpoint.load(tmp_path / name))
        np.testing.assert_array_equal(loaded.form.preprocessing.transform(new), wanted.transform(new))
        np.testing.assert_array_equal(loaded.predict_proba(new), candidate.predict_proba(new))
    own = (wanted.transform(dataset.features) == features).all()
    assert own == (encode != "target")  # a training row's own label does not come back to it


def test_a_regression_takes_mean_targets_too():
    labels = mixed(60)
    numbers = made_dataset(np.arange(60.0), {c.name: c.values for c in labels.features.columns})
    rows = RowOptions(preprocessing=PreprocessingOptions.named("min-max", "target"), without=("mlp-stack",))
    for entry in trained_rows(numbers, NetworkOptions(epochs=1, hidden_layer_sizes=(4,)), rows, SILENT):
        candidate = entry.make(0).fit(numbers.features, numbers.target)
        assert np.isfinite(candidate.predict(numbers.features)).all()


def test_the_command_says_and_keeps_them(capsys):
    others = [word for row in ("perceptron", "knn", "trees", "sklearn-mlp", "mlp-stack") for word in ("--without", row)]
    asked = ["--scaling", "robust", "--encode", "target", "--split", "8:1:1", "--repeats", "1", "--run-dir", "run"]
    done = call(capsys, "eval", write_toy(), "--target", "answer", *asked, *others, "--no-progress")
    assert done.code == 0, done.err
    assert "Target encoding: `colour`" in done.out
    assert "training rows' median" in done.out
    steps = json.loads(Path("run/report.json").read_text())["preprocessing"]
    assert [step.split(":")[0] for step in steps] == ["Target encoding", "Centring and scaling"]
    refused = call(capsys, "eval", "toy.csv", "--target", "answer", "--scaling", "minmax")
    assert refused.code == 2
    assert "'min-max'" in refused.err


def test_they_are_refused_by_name_and_where_rows_are_no_table():
    with pytest.raises(UsageError, match="`--encode` cannot be 'hot'") as refused:
        PreprocessingOptions.named("standard", "hot")
    assert refused.value.hint == "take one of one-hot, integer, target"
    texts = replace(mixed(6), kind="text")
    check_preprocessing(PreprocessingOptions(), texts)
    with pytest.raises(UsageError, match="the rows are of kind text"):
        check_preprocessing(PreprocessingOptions.named("robust", "one-hot"), texts)
    assert isinstance(texts.features, Table)
