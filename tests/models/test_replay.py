"""Recorded work on a GPU: the same weights as the work done step by step. Without a GPU there is nothing to record."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from modelpick.models.arch_candidate import _streams
from modelpick.models.architectures.build import build
from modelpick.models.architectures.known import known
from modelpick.models.augmentation import Augmentation
from modelpick.models.batches import Batch
from modelpick.models.replay import Recording, Replayed, _to_register
from modelpick.models.sources import ImageRows
from modelpick.models.training import train
from modelpick.models.training_settings import Settings

GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU and TEST_ON_GPU=1")


def trained(name, device, *, replayed, bf16=False, weighted=False, side=32, images=72):
    """Weights and losses after four epochs of batches of 10 and 11 images."""
    channels = 1 if name.startswith("lenet") else 3
    net = build(known(name), 3, (channels, side, side), generator=torch.Generator().manual_seed(0))
    streams = _streams(net, torch.device(device), 0)
    net.to(device)
    stream = torch.Generator().manual_seed(1)
    pixels = torch.randint(0, 256, (images, side, side, channels), dtype=torch.uint8, generator=stream)
    codes = torch.arange(images) % 3
    rows = ImageRows(
        pixels.to(device),
        torch.eye(3)[codes].to(device),
        torch.tensor([1.0, 2.0, 0.5])[codes].to(device) if weighted else None,
        mean=torch.full((channels,), 127.5, device=device),
        deviation=torch.full((channels,), 74.0, device=device),
        augmentation=Augmentation(shift=2, flip=True),
        channels_last=device == "cuda",
    )
    settings = Settings(
        cost="cross-entropy",
        learning_rate=1e-3,
        label_smoothing=0.1,
        clip=1.0,
        batch_size=11,
        epochs=4,
        measure_training=False,
        bf16=bf16,
        channels_last=device == "cuda",
        replayed=replayed,
    )
    found = train(net, rows, settings, generator=streams[0], streams=streams)
    return torch.cat([t.float().flatten().cpu() for t in net.state_dict().values()]), found.history


@GPU
@pytest.mark.parametrize("name", ["lenet5-1998", "lenet5", "alexnet", "vgg11", "vgg11-bn", "resnet18", "resnet50"])
@pytest.mark.parametrize("bf16", [False, True])
def test_replayed_training_is_the_training(name, bf16, monkeypatch):
    replays, replay = [], Recording.replay

    def counted(self, batch):
        replays.append(len(batch.targets))
        return replay(self, batch)

    monkeypatch.setattr(Recording, "replay", counted)
    weights, history = trained(
        name, "cuda", replayed=True, bf16=bf16, weighted=True, side=64 if name == "alexnet" else 32
    )
    assert set(replays) == {10, 11}
    steps, told = trained(name, "cuda", replayed=False, bf16=bf16, weighted=True, side=64 if name == "alexnet" else 32)
    # Some kernels add up in another order from call to call: two trainings without recordings differ as much.
    assert torch.allclose(weights, steps, rtol=2e-2, atol=2e-2)
    assert [r.train_loss for r in history] == pytest.approx([r.train_loss for r in told], rel=1e-3)


@GPU
def test_a_vision_transformer_is_replayed_too():
    weights, history = trained("vit-b16", "cuda", replayed=True, images=24)
    steps, told = trained("vit-b16", "cuda", replayed=False, images=24)
    assert torch.allclose(weights, steps, rtol=1e-3, atol=1e-3)
    assert history[-1].train_loss == pytest.approx(told[-1].train_loss, rel=1e-3)


def test_a_shape_is_recorded_once_it_has_come_often_and_four_at_most(monkeypatch):
    """What is recorded when; the recordings themselves need a GPU."""

    class Told(Recording):
        def replay(self, batch):
            return "replayed", len(batch.targets)

    monkeypatch.setattr("modelpick.models.replay._roomy", lambda device: True)
    monkeypatch.setattr(
        Replayed, "_record", lambda self, work, batch: Told(graph=None, batch=batch, losses=None, sums=None)
    )
    replayed = Replayed(())

    def done(rows, times):
        batch = Batch(inputs=(torch.zeros(rows, 2),), targets=torch.zeros(rows, 3))
        return [replayed.do(lambda given: ("worked", len(given.targets)), batch)[0] for _ in range(times)]

    assert done(5, 5) == ["worked"] * 3 + ["replayed"] * 2
    assert done(6, 4) == ["worked"] * 3 + ["replayed"]
    assert done(5, 1) == ["replayed"]
    assert [done(rows, 6)[-1] for rows in (7, 8, 9)] == ["replayed", "replayed", "worked"]
    monkeypatch.setattr("modelpick.models.replay._roomy", lambda device: False)
    replayed = Replayed(())
    assert done(5, 9) == ["worked"] * 9


def test_on_a_cpu_nothing_is_recorded():
    weights, history = trained("lenet5", "cpu", replayed=True)
    steps, told = trained("lenet5", "cpu", replayed=False)
    assert torch.equal(weights, steps)
    assert history == told


@pytest.mark.parametrize(
    ("version", "told"), [("2.10.0", 1), ("2.13.0+cu130", 1), ("2.14.0a0+4fdf77b", 0), ("3.0.0", 0)]
)
def test_recordings_are_told_of_random_streams_where_they_do_not_find_them(version, told):
    streams = [torch.Generator(), SimpleNamespace(device=torch.device("cuda"))]
    assert _to_register(streams, version) == streams[1 : 1 + told]
