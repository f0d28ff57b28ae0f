"""Architectures as candidates: they learn from raw rows, are saved without code, and go on after an interruption."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from safetensors import safe_open
from saved_devices import check_gpu

from modelpick.data.dataset import Dataset
from modelpick.data.images.rows import read_images
from modelpick.data.read import read_dataset
from modelpick.data.texts import Texts
from modelpick.errors import AnswerIsNo, UsageError
from modelpick.models import arch_candidate
from modelpick.models.arch_entries import architecture_entries
from modelpick.models.arch_inputs import inputs_for
from modelpick.models.arch_plan import ArchitectureOptions
from modelpick.models.checkpoint import load, save
from modelpick.models.saved import SavedModel
from modelpick.models.training_state import Keeping
from modelpick.progress import SILENT


def data(kind, features, target) -> Dataset:
    return Dataset(
        name="toy",
        path="toy",
        kind=kind,
        features=features,
        target=np.array(target, dtype=object),
        target_name="label",
        task="classification",
        classes=tuple(sorted(set(target))),
        fingerprint="0" * 64,
    )


@pytest.fixture(scope="module")
def stripes(tmp_path_factory) -> Dataset:
    """Bright stripes that lie or stand, on dark ground."""
    from PIL import Image

    folder, stream, names = tmp_path_factory.mktemp("stripes"), np.random.default_rng(0), []
    for i in range(60):
        pixels = stream.integers(0, 60, (12, 12)).astype(np.uint8)
        place = int(stream.integers(2, 9))
        if i % 2:
            pixels[place : place + 2] = 250
        else:
            pixels[:, place : place + 2] = 250
        path = folder / f"{i:02}.png"
        Image.fromarray(pixels).save(path)
        names.append(str(path))
    files, bad = read_images(names)
    assert not bad
    return data("image", files, ["lies" if i % 2 else "stands" for i in range(60)])


@pytest.fixture(scope="module")
def notes() -> Dataset:
    stream = np.random.default_rng(0)
    words = {"good": ["fine", "lovely", "warm"], "bad": ["awful", "cold", "broken"]}
    target = ["good" if i % 2 else "bad" for i in range(80)]
    texts = [f"it was {words[name][stream.integers(3)]} on day {stream.integers(1, 99)} !" for name in target]
    return data("text", Texts(np.array(texts, dtype=object)), target)


def candidate(dataset, name, **options):
    (entry,) = architecture_entries([name], dataset, ArchitectureOptions(**options))
    return entry.make(3)


def test_lenet_learns_what_pixels_show_and_is_saved_whole(stripes, tmp_path):
    fitted = candidate(stripes, "lenet5", epochs=8).fit(stripes.features, stripes.target)
    assert (fitted.predict(stripes.features) == stripes.target).mean() > 0.95
    assert len(fitted.history) == 8
    assert "shifted by up to 3 pixels" in fitted.summary()
    assert fitted.parameters == 61_706 - 8 * 85  # two classes
    save(fitted.saved_form(), tmp_path)
    read = SavedModel(load(tmp_path))
    assert read.kind == "architecture"
    assert np.array_equal(read.predict_proba(stripes.features), fitted.predict_proba(stripes.features))
    check_gpu(load(tmp_path), stripes.features, read.predict_proba(stripes.features))


@pytest.mark.parametrize(("name", "epochs"), [("lstm", 8), ("transformer", 12)])
def test_networks_for_texts_learn_words(notes, name, epochs, tmp_path):
    fitted = candidate(notes, name, epochs=epochs, learning_rate=5e-3).fit(notes.features, notes.target)
    assert (fitted.predict(notes.features) == notes.target).mean() > 0.95
    save(fitted.saved_form(), tmp_path)
    answers = SavedModel(load(tmp_path)).predict_proba(Texts(np.array(["", "fine", "never seen", "🎉"], dtype=object)))
    assert answers.shape == (4, 2)
    assert np.allclose(answers.sum(1), 1)


def test_numbers_are_learned_in_their_own_unit_and_no_image_is_shifted(stripes, tmp_path):
    target = np.array([1000.0 if i % 2 else 1010.0 for i in range(60)])
    numbers = replace(stripes, task="regression", classes=(), target=target)
    fitted = candidate(numbers, "lenet5", epochs=8, early_stopping=True).fit(numbers.features, target)
    answers = fitted.predict(numbers.features)
    assert np.abs(answers - target).mean() < 2
    assert fitted.classes_ == ()
    assert fitted.history[-1].train_score > 0.5 > fitted.history[0].train_score  # R2
    assert "shifted" not in fitted.summary()
    save(fitted.saved_form(), tmp_path)
    read = SavedModel(load(tmp_path))
    assert read.task == "regression"
    assert np.array_equal(read.predict(numbers.features), answers)
    assert len(read.predict(numbers.features.take([]))) == len(fitted.predict(numbers.features.take([]))) == 0


def test_texts_give_numbers_too(notes):
    target = np.array([5.0 if name == "good" else -5.0 for name in notes.target])
    numbers = replace(notes, task="regression", classes=(), target=target)
    fitted = candidate(numbers, "transformer", epochs=12, learning_rate=5e-3).fit(numbers.features, target)
    assert np.abs(fitted.predict(numbers.features) - target).mean() < 1


def test_the_same_seed_gives_the_same_bits(notes):
    one, other = (
        candidate(notes, "transformer", epochs=2).fit(notes.features, notes.target).predict_proba(notes.features)
        for _ in range(2)
    )
    assert np.array_equal(one, other)


def test_an_interrupted_training_goes_on_to_the_same_weights(notes, tmp_path):
    whole = candidate(notes, "transformer", epochs=4).fit(notes.features, notes.target)

    broken = candidate(notes, "transformer", epochs=4, keep_in=tmp_path)
    writes, write = [], Keeping.write

    def stopping(self, memory, tensors):
        write(self, memory, tensors)
        writes.append(memory.epoch)
        if memory.epoch == 2 and len(writes) == 2:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arch_candidate, "Keeping", partial(Keeping, every=0))
        patch.setattr(Keeping, "write", stopping)
        with pytest.raises(KeyboardInterrupt):
            broken.fit(notes.features, notes.target)
        going_on = candidate(notes, "transformer", epochs=4, keep_in=tmp_path).fit(notes.features, notes.target)
    assert writes == [1, 2, 3, 4]
    assert np.array_equal(going_on.predict_proba(notes.features), whole.predict_proba(notes.features))
    assert len(going_on.history) == 4
    (state,) = tmp_path.iterdir()
    with safe_open(state, framework="pt") as file:  # what is done is not learned from any more
        assert not any(name.startswith("optimizer") for name in file.keys())  # noqa: SIM118 - it is no dict


def test_a_full_disk_does_not_end_a_training(notes, tmp_path):
    heard = []

    class Hearing(type(SILENT)):
        def notice(self, text):
            heard.append(text)

    (tmp_path / "taken").write_text("a file stands where the folder should")
    (entry,) = architecture_entries(
        ["transformer"], notes, ArchitectureOptions(epochs=2, keep_in=tmp_path / "taken"), Hearing()
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arch_candidate, "Keeping", partial(Keeping, every=0))
        assert len(entry.make(0).fit(notes.features, notes.target).history) == 2
    assert len(heard) == 1
    assert "cannot be kept" in heard[0]


def test_the_time_of_all_trainings_is_told_once(notes):
    heard = []

    class Hearing(type(SILENT)):
        def notice(self, text):
            heard.append(text)

    (entry,) = architecture_entries(["lstm"], notes, listener=Hearing())
    entry.foretold(4)
    tell = entry.make(0).recipe.expects
    for seconds in (2.0, 135.0, 200.0):
        tell(seconds)
    assert heard == ["`lstm`: about 9 minutes on this machine for 3 trainings and the final one"]


def test_early_stopping_counts_on_validation_rows(notes):
    part = np.arange(len(notes.target)) % 4 == 0
    train, held = np.flatnonzero(~part), np.flatnonzero(part)
    fitted = candidate(notes, "transformer", epochs=60, early_stopping=True, patience=2, learning_rate=5e-3).fit(
        notes.features.take(train), notes.target[train], (notes.features.take(held), notes.target[held])
    )
    assert len(fitted.history) < 60
    assert all(record.validation_loss is not None for record in fitted.history)


def test_where_no_rows_validate_early_stopping_holds_some_out(notes):
    options = {"epochs": 60, "early_stopping": True, "patience": 2, "learning_rate": 5e-3, "batch_size": 8}
    fitted = candidate(notes, "transformer", **options).fit(notes.features, notes.target)
    assert len(fitted.history) < 60
    assert all(record.validation_loss is not None for record in fitted.history)
    assert "9 batches x" in fitted.summary()  # of 72 rows out of 80


def test_zero_weights_learn_only_how_frequent_the_classes_are(notes):
    fitted = candidate(notes, "lstm", epochs=2, init="zero").fit(notes.features, notes.target)
    assert np.ptp(fitted.predict_proba(notes.features), axis=0).max() < 1e-6


class OnApple(torch.Tensor):
    """On a device that has no float64."""

    def double(self):
        raise TypeError("Cannot convert a MPS Tensor to float64")

    def cpu(self):
        return self.as_subclass(torch.Tensor)


def test_answers_are_fetched_before_they_become_float64(notes):
    fitted = candidate(notes, "lstm", epochs=1, init="zero").fit(notes.features, notes.target)
    model = SavedModel(fitted.saved_form())
    model._answerer.net = lambda words, lengths: torch.zeros(len(words), len(notes.classes)).as_subclass(OnApple)
    np.testing.assert_allclose(model.predict_proba(notes.features), 1 / len(notes.classes))


def test_what_is_asked_wrongly_is_refused_with_the_way_out(notes, stripes):
    with pytest.raises(UsageError) as raised:
        architecture_entries(["resnet18"], notes)
    assert "`lstm`" in (raised.value.hint or "")
    with pytest.raises(UsageError):
        architecture_entries(["lenet5", "LeNet-5"], stripes)
    numbers = replace(stripes, task="regression", classes=())
    with pytest.raises(UsageError, match="nearest code of a class"):
        architecture_entries(["lenet5-1998"], numbers)
    with pytest.raises(UsageError, match="`--class-weight` is for classes"):
        architecture_entries(["lenet5"], numbers, ArchitectureOptions(class_weight="balanced"))


def test_a_config_that_states_another_network_is_refused(notes, tmp_path):
    form = candidate(notes, "lstm", epochs=1).fit(notes.features, notes.target).saved_form()
    for changes in ({"hidden": 10**9}, {"hidden": 32}, {"code": "os.system"}):
        save(replace(form, config={**form.config, "network": {**form.config["network"], **changes}}), tmp_path)
        with pytest.raises(AnswerIsNo):
            load(tmp_path)


@pytest.mark.parametrize(
    ("data", "name", "changed"),
    [
        ("notes", "transformer", {"network": {"vocabulary": 90, "width": 64, "heads": 5}}),
        ("notes", "transformer", {"network": {"vocabulary": 90, "width": 63, "heads": 3}}),
        ("stripes", "lenet5", {"input_shape": [3, 64, 16]}),
        ("stripes", "resnet18", {"input_shape": [3, 64, 16]}),
    ],
)
def test_a_network_that_could_be_built_and_not_asked_is_refused(data, name, changed, request, tmp_path):
    dataset = request.getfixturevalue(data)
    form = candidate(dataset, name, epochs=1).fit(dataset.features, dataset.target).saved_form()
    save(form, tmp_path)
    load(tmp_path)
    save(replace(form, config={**form.config, **changed}), tmp_path)
    with pytest.raises(AnswerIsNo, match="does not describe a model"):
        load(tmp_path)


def test_options_that_do_not_count_are_told_and_batches_of_two_refused(stripes):
    heard = []

    class Listener(type(SILENT)):
        def notice(self, text):
            heard.append(text)

    architecture_entries(["resnet18", "lenet5"], stripes, ArchitectureOptions(dropout=0.3, side=48), Listener())
    assert [text.split("`")[1] for text in heard] == ["resnet18", "lenet5", "lenet5"]
    assert "`--dropout` does not count for it" in heard[0]
    assert "`lenet5` takes images of 32 pixels a side" in heard[2]
    for name in ("resnet18", "vgg11-bn"):
        with pytest.raises(UsageError, match="2 are too few"):
            architecture_entries([name], stripes, ArchitectureOptions(batch_size=2))
    architecture_entries(["lenet5", "vgg11"], stripes, ArchitectureOptions(batch_size=1))


def test_images_have_the_side_that_is_asked_for_where_the_architecture_takes_it(stripes):
    def side(name, **options):
        (entry,) = architecture_entries([name], stripes, ArchitectureOptions(**options))
        recipe = entry.make(0).recipe
        return inputs_for(recipe.architecture, recipe.plan, recipe.options, stripes.features).shape[1]

    assert [side("resnet18"), side("resnet18", side=96), side("lenet5", side=96)] == [32, 96, 32]
    for name, wrong in (("vit-b16", 70), ("alexnet", 32), ("resnet18", 5000)):
        with pytest.raises(UsageError) as raised:
            side(name, side=wrong)
        assert f"not {wrong}" in raised.value.message


def test_pixels_are_measured_in_little_memory(stripes):
    import tracemalloc

    (entry,) = architecture_entries(["alexnet"], stripes, ArchitectureOptions(side=160))
    recipe = entry.make(0).recipe
    many = stripes.features.take(np.arange(600) % 60)
    many.take([*range(60)]).array((160, 160), "RGB")  # decoded before
    tracemalloc.start()
    found = inputs_for(recipe.architecture, recipe.plan, recipe.options, many).pixels
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    pixels = many.array((160, 160), "RGB").reshape(-1, 3).astype(float)
    assert np.allclose(found["mean"], pixels.mean(0))
    assert np.allclose(found["deviation"], pixels.std(0))
    assert peak < 60_000_000  # of 46 MB of bytes, or 369 MB of numbers


def test_a_table_is_a_series_of_numbers_and_words_in_it_are_refused_before_anything_is_trained(tmp_path):
    stream, lines = np.random.default_rng(0), ["y,where," + ",".join(f"t{i}" for i in range(12))]
    for i in range(80):
        wave = np.sin((1 + i % 2) * np.arange(12) + stream.normal(0, 0.3, 12))
        lines.append(f"{'fast' if i % 2 else 'slow'},{'xy'[i % 3 == 0]}," + ",".join(f"{v:.3f}" for v in wave))
    (tmp_path / "waves.csv").write_text("\n".join(lines) + "\n")
    allow = ["answer-column"]
    with pytest.raises(UsageError) as raised:
        architecture_entries(["lstm"], read_dataset(tmp_path / "waves.csv", target="y", allow=allow))
    assert "`where` is no number" in raised.value.message
    assert "`--drop where`" in (raised.value.hint or "")

    series = read_dataset(tmp_path / "waves.csv", target="y", drop=["where"], allow=allow)
    fitted = candidate(series, "lstm", epochs=25).fit(series.features, series.target)
    assert (fitted.predict(series.features) == series.target).mean() > 0.9
    save(fitted.saved_form(), tmp_path / "model")
    assert np.array_equal(
        SavedModel(load(tmp_path / "model")).predict_proba(series.features), fitted.predict_proba(series.features)
    )
