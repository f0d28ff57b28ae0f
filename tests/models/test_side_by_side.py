"""Batches of a pretrained model side by side: the same bits as one after the other, and errors that end it all."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from PIL import Image

from modelpick.data.images.rows import read_images
from modelpick.data.texts import read_texts
from modelpick.models.pretrained import embedding
from modelpick.models.pretrained.features import FeatureBank
from modelpick.models.pretrained.folder import open_folder
from modelpick.models.pretrained.side_by_side import side_by_side, twin


@pytest.fixture
def threads():
    """Sets torch's threads for a test."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def texts():
    words = ["good", "bad", "film", "story", "dull", "the", "a", "very"]
    rng = np.random.default_rng(0)
    return read_texts([" ".join(rng.choice(words, rng.integers(1, 12))) + f" {i}" for i in range(60)])[0]


def images(folder):
    rng = np.random.default_rng(0)
    for i in range(24):
        Image.fromarray(rng.integers(0, 255, (20, 20, 3), dtype=np.uint8)).save(folder / f"{i}.png")
    return read_images([str(folder / f"{i}.png") for i in range(24)])[0]


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [
        ("text", "text", "scores"),
        ("sentence", "text", "vectors"),
        ("image", "image", "vectors"),
        ("timm", "image", "vectors"),
    ],
)
def test_the_same_bits_as_one_after_the_other(pretrained_models, tmp_path, monkeypatch, threads, name, kind, what):
    monkeypatch.setattr(embedding, "SIDE_BY_SIDE", {"text": (8, 32), "image": (4, 2)})
    rows = texts() if kind == "text" else images(tmp_path)
    bank = FeatureBank(open_folder(pretrained_models / name, kind), what, None, "cpu")
    threads(1)
    alone = bank.of(rows)
    threads(4)
    together = bank.of(rows)
    assert torch.get_num_threads() == 4
    assert alone.keys() == together.keys()
    for layer, values in alone.items():
        np.testing.assert_array_equal(values, together[layer])


def test_the_first_error_ends_it_all(threads):
    threads(3)
    kept, prepared = [], []

    def work(_, number):
        if number == 2:
            raise ValueError("the third")
        return number * 10

    with pytest.raises(ValueError, match="the third"):
        side_by_side(
            torch.nn.Linear(1, 1), range(100), lambda n: prepared.append(n) or n, work,
            lambda part, made: kept.append((part, made)), 3,
        )  # fmt: skip
    assert kept == [(0, 0), (1, 10)]
    assert len(prepared) <= 2 + 2 * 3
    assert torch.get_num_threads() == 3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("batch")]


def test_each_thread_has_a_network_of_its_own_with_the_weights_of_all(threads):
    threads(2)
    net = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3))
    both, seen = threading.Barrier(2, timeout=20), []

    def work(own, _):
        both.wait()  # two are at work at once
        seen.append(own)
        return torch.get_num_threads()

    made = []
    side_by_side(net, range(2), lambda part: part, work, lambda _, one: made.append(one), 8)
    assert made == [1, 1]
    assert seen[0] is not seen[1]
    assert seen[0][0].weight is seen[1][0].weight
    assert seen[0][1].running_mean is not seen[1][1].running_mean


def test_a_copy_of_a_network_of_ours_sees_what_its_own_head_is_given(pretrained_models):
    from modelpick.models.pretrained.own_weights import load_own

    net = load_own(open_folder(pretrained_models / "timm", "image"))
    copied = twin(net)
    pixels = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(copied.features_of(pixels), net.features_of(pixels))


@pytest.mark.parametrize(("name", "kind"), [("text", "text"), ("timm", "image")])
def test_a_fine_tuned_network_answers_with_the_same_bits(pretrained_models, tmp_path, monkeypatch, threads, name, kind):
    from modelpick.models.pretrained.inputs import inputs_for
    from modelpick.models.pretrained.loading import load
    from modelpick.models.pretrained.tuned_form import answers_of
    from modelpick.models.pretrained.tuned_net import tuned_network

    monkeypatch.setattr(embedding, "SIDE_BY_SIDE", {"text": (8, 32), "image": (4, 2)})
    folder = open_folder(pretrained_models / name, kind)
    inputs, rows = inputs_for(folder), texts() if kind == "text" else images(tmp_path)
    net = tuned_network(folder, load(folder, head=False), inputs, 3).eval()
    threads(1)
    alone = answers_of(net, inputs, rows)
    threads(4)
    np.testing.assert_array_equal(answers_of(net, inputs, rows), alone)
    np.testing.assert_allclose(alone.sum(axis=1), 1)


def test_a_saved_model_answers_on_the_threads_of_torch_in_predict_too(
    pretrained_models, tmp_path, monkeypatch, threads
):
    """Whether torch was loaded before or not, as in a second call of a notebook."""
    import modelpick
    from modelpick.data.candidate import SavedForm
    from modelpick.data.network_inputs.untouched import Untouched
    from modelpick.models.checkpoint import save
    from modelpick.models.pretrained import side_by_side as module
    from modelpick.models.pretrained.base import reference

    folder, seen = open_folder(pretrained_models / "text", "text"), []
    config = {
        **{"task": "classification", "kind": "pretrained", "way": "as-is", "target_name": "mood", "columns": []},
        **{"classes": sorted(folder.labels), "labels": [[label, label, "exact"] for label in folder.labels]},
        **{"without": [], "base": reference(folder), "parameters": folder.parameters},
    }
    save(SavedForm(architecture="as-is", config=config, tensors={}, preprocessing=Untouched("text", "m")), tmp_path)
    counted = module.own_torch_threads
    monkeypatch.setattr(module, "own_torch_threads", lambda: seen.append(counted()) or seen[-1])
    threads(3)
    modelpick.predict(tmp_path, row="a good film")
    assert seen == [3]
    assert torch.get_num_threads() == 3


class OnApple(torch.Tensor):
    """On a device that has no float64."""

    def double(self):
        raise TypeError("Cannot convert a MPS Tensor to float64")

    def cpu(self):
        return self.as_subclass(torch.Tensor)


def test_answers_of_a_fine_tuned_network_are_fetched_before_they_become_float64(pretrained_models, monkeypatch):
    from modelpick.models.pretrained.inputs import inputs_for
    from modelpick.models.pretrained.loading import load
    from modelpick.models.pretrained.tuned_form import answers_of
    from modelpick.models.pretrained.tuned_net import TunedNetwork, tuned_network

    folder = open_folder(pretrained_models / "text", "text")
    inputs = inputs_for(folder)
    net = tuned_network(folder, load(folder, head=False), inputs, 3).eval()
    monkeypatch.setattr(
        TunedNetwork, "forward", lambda self, *given: torch.zeros(len(given[0]), 3).as_subclass(OnApple)
    )
    np.testing.assert_allclose(answers_of(net, inputs, read_texts(["a good film"])[0]), 1 / 3)
