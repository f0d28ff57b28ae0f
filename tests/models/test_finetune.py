"""Fine-tuning: any pretrained model gets a new last layer and is trained on; what is saved answers alike."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import made_models
import numpy as np
import pytest
import safetensors.torch
import torch
from saved_devices import check_gpu

from modelpick.data.candidate import SavedForm
from modelpick.data.dataset import Dataset
from modelpick.data.network_inputs.own import OwnInputs
from modelpick.data.read import read_dataset
from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError
from modelpick.models.checkpoint import CONFIG, load, save
from modelpick.models.pretrained import finetune
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.finetune import FineTuned, TuningRecipe, finetune_entry
from modelpick.models.pretrained.folder import open_folder
from modelpick.models.pretrained.tuning_plan import TuningOptions, tuning_plan
from modelpick.models.saved import SavedModel
from modelpick.models.training_state import Keeping, Memory

OPTIONS = TuningOptions(epochs=3, batch_size=16, learning_rate=1e-3)


WRITERS: dict[str, Callable[[Path], Path]] = {
    "text": lambda place: made_models.write_texts(place / "texts.csv"),
    "sentence": lambda place: made_models.write_texts(place / "texts.csv"),
    "image": lambda place: made_models.write_pictures(place / "pictures"),
    "sound": lambda place: made_models.write_tones(place / "tones"),
    "timm": lambda place: made_models.write_pictures(place / "pictures", 16),
}


def dataset_of(path: Path) -> Dataset:
    return read_dataset(str(path), target="mood" if path.suffix == ".csv" else None)


def fitted(folder: Path, data: Dataset, options: TuningOptions = OPTIONS, seed: int = 0) -> FineTuned:
    opened = open_folder(folder, data.kind)
    recipe = TuningRecipe(
        folder=opened,
        bank=FeatureBank(opened, "vectors", data.features),
        options=options,
        target_name=data.target_name,
        fingerprint=data.fingerprint,
    )
    rows = np.arange(data.rows)
    held = rows % 4 == 0
    train = rows[~held]
    return FineTuned(recipe, seed).fit(
        data.features.take(train), data.target[train], (data.features.take(rows[held]), data.target[held])
    )


@pytest.mark.parametrize("kind", list(WRITERS))
def test_every_kind_learns_new_classes_and_what_is_saved_answers_alike(
    kind: str, pretrained_models: Path, tmp_path: Path
) -> None:
    data = dataset_of(WRITERS[kind](tmp_path))
    options = OPTIONS if kind != "timm" else TuningOptions(epochs=1, batch_size=8)
    candidate = fitted(pretrained_models / kind, data, options)
    assert float((candidate.predict(data.features) == data.target).mean()) >= 0.9
    assert candidate.classes_ == data.classes
    before = candidate.predict_proba(data.features)
    np.testing.assert_allclose(before.sum(axis=1), 1)
    save(candidate.saved_form(), tmp_path / "saved")
    form = load(tmp_path / "saved")
    assert form.config["base"]["name"] == kind
    model = SavedModel(form)
    assert model.parameters >= candidate.parameters
    np.testing.assert_allclose(model.predict_proba(data.features), before, atol=2e-6)
    assert "new last layer" in candidate.summary()
    assert model.rows_kind == data.kind
    if kind == "text":
        check_gpu(form, data.features, before)
        _words_stay_and_the_rest_moves(form, pretrained_models / kind)
        config = tmp_path / "saved" / CONFIG
        config.write_text(config.read_text().replace('"head.bias"', '"head.bios"'))
        with pytest.raises(AnswerIsNo):
            load(tmp_path / "saved")


def _words_stay_and_the_rest_moves(form: SavedForm, folder: Path) -> None:
    base = safetensors.torch.load_file(folder / "model.safetensors")
    words, query = "embeddings.word_embeddings.weight", "encoder.layer.1.attention.self.query.weight"
    assert np.array_equal(form.tensors[f"base.{words}"], base[f"bert.{words}"].numpy())
    assert not np.array_equal(form.tensors[f"base.{query}"], base[f"bert.{query}"].numpy())


class _CutOffError(RuntimeError):
    pass


def test_an_interrupted_training_goes_on_to_the_same_bits(
    pretrained_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, folder = dataset_of(made_models.write_texts(tmp_path / "texts.csv")), pretrained_models / "text"
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    whole = fitted(folder, data).predict_proba(data.features)
    assert torch.equal(torch.rand(1), expected)  # torch's own stream is left alone
    keeping = replace(OPTIONS, keep_in=tmp_path / "states")
    write = Keeping.write

    def cut_off(self: Keeping, memory: Memory, tensors: Mapping[str, torch.Tensor]) -> None:
        write(self, memory, tensors)
        if memory.epoch == 2:
            raise _CutOffError

    monkeypatch.setattr(finetune, "Keeping", partial(Keeping, every=0))
    with monkeypatch.context() as patched:
        patched.setattr(Keeping, "write", cut_off)
        with pytest.raises(_CutOffError):
            fitted(folder, data, keeping)
    assert len(list((tmp_path / "states").iterdir())) == 1
    assert np.array_equal(fitted(folder, data, keeping).predict_proba(data.features), whole)


def test_files_of_a_saved_model_stay_inside_of_their_folder() -> None:
    for path in ("../x.json", "/etc/x.json", "a/b/c.json", "a/../x.json", ".hidden.json", "x.py"):
        with pytest.raises(CannotFindOut, match="a path that it never has"):
            OwnInputs.from_dict({"kind": "text", "name": "x", "files": {path: "{}"}}, {})
    kept = OwnInputs("text", "x", {"spiece.model": b"\xff\x00", "1_Pooling/config.json": b"{}"})
    assert OwnInputs.from_dict(kept.to_dict(), {}).to_dict() == kept.to_dict()


def test_a_regression_is_refused(pretrained_models: Path, tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    texts, _ = made_models.texts(40)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "mood"), *((text, i + 0.5) for i, text in enumerate(texts))])
    data = read_dataset(str(path), target="mood")
    assert data.task == "regression"
    with pytest.raises(UsageError, match="regression"):
        finetune_entry(open_folder(pretrained_models / "text", "text"), data)


def test_the_plan_gives_few_rows_more_epochs() -> None:
    few, many = (tuning_plan(TuningOptions(), "text", rows, 10**7) for rows in (100, 10_000))
    assert (few.epochs, many.epochs) == (10, 3)
    assert tuning_plan(TuningOptions(), "text", 100, 10**8).learning_rate < few.learning_rate
    assert tuning_plan(TuningOptions(epochs=1, learning_rate=0.5), "text", 8, 1).batch_size == 8


def test_what_is_over_the_budget_goes_through_in_pieces_unless_rows_are_normalised_together(
    pretrained_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modelpick.data.texts import read_texts
    from modelpick.models.pretrained import tuned_net
    from modelpick.models.pretrained.inputs import inputs_for
    from modelpick.models.pretrained.loading import load as load_model

    monkeypatch.setattr(tuned_net, "TOKENS", 64)
    folder = open_folder(pretrained_models / "text", "text")
    inputs = inputs_for(folder)
    net = tuned_net.tuned_network(folder, load_model(folder, head=False, learns=True), inputs, 2)
    assert tuned_net.alone(net)
    assert not tuned_net.alone(torch.nn.BatchNorm2d(3))
    rows = read_texts([f"good film {'story ' * (i % 13)}" for i in range(12)])[0]
    source = tuned_net.ModelRows(inputs, rows, torch.eye(2).repeat(6, 1), net.names, in_pieces=True)
    seen = list(source.batches(6, torch.Generator().manual_seed(0)))
    assert [len(batch.targets) for batch in seen] == [6, 6]
    few, many = sorted(len(batch.pieces) for batch in seen)
    assert few == 0
    assert many > 1
    assert all(piece.inputs[0].numel() <= 64 for batch in seen for piece in batch.pieces)
    assert net.encoder.config.attention_probs_dropout_prob == 0
