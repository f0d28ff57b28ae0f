"""The batches of the architectures: every row once, images shifted by whole pixels, sequences cut to their longest."""

from __future__ import annotations

import torch

from modelpick.models.augmentation import Augmentation, shift_for
from modelpick.models.sources import ImageRows, SequenceRows


def stream(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def images(count=13, side=8, **options) -> ImageRows:
    pixels = torch.randint(1, 256, (count, side, side, 3), dtype=torch.uint8, generator=stream(1))
    zero, one = torch.zeros(3), torch.ones(3)
    return ImageRows(pixels, torch.eye(count), mean=zero, deviation=one, **options)


def test_an_epoch_has_every_image_once_and_no_batch_of_one():
    batches = list(images(13).batches(4, stream()))
    assert [len(batch.targets) for batch in batches] == [4, 3, 3, 3]
    assert torch.cat([batch.targets for batch in batches]).sum(0).tolist() == [1] * 13


def test_measuring_sees_the_images_as_they_are():
    rows = images(5, augmentation=Augmentation(shift=2, flip=True))
    whole = torch.cat([batch.inputs[0] for batch in rows.parts(2)])
    assert torch.equal(whole, rows.pixels.permute(0, 3, 1, 2).float())


def test_a_shift_moves_whole_pixels_and_brings_zeros_in():
    pixels = torch.randint(1, 256, (200, 8, 8, 1), dtype=torch.uint8, generator=stream(1))
    moved = Augmentation(shift=2).apply(pixels, stream())
    seen = set()
    for before, after in zip(pixels[..., 0], moved[..., 0], strict=True):
        padded = torch.nn.functional.pad(before, (2, 2, 2, 2))
        places = [(y, x) for y in range(5) for x in range(5) if torch.equal(padded[y : y + 8, x : x + 8], after)]
        assert len(places) == 1
        seen.update(places)
    assert len(seen) == 25  # drawn per image, and every shift comes


def test_flips_mirror_about_half_and_nothing_else():
    pixels = torch.randint(0, 256, (200, 6, 6, 3), dtype=torch.uint8, generator=stream(1))
    flipped = Augmentation(flip=True).apply(pixels, stream())
    same = (flipped == pixels).flatten(1).all(1)
    mirrored = (flipped == pixels.flip(2)).flatten(1).all(1)
    assert bool((same | mirrored).all())
    assert 70 < int(mirrored.sum()) < 130


def test_the_usual_shift_grows_with_the_image():
    assert [shift_for(side) for side in (8, 32, 64, 224)] == [1, 3, 6, 21]
    assert Augmentation(shift=3).describe() == "shifted by up to 3 pixels"


def test_pixels_that_are_read_on_demand_give_the_same_batches():
    kept = images(9)
    pixels = kept.pixels
    read = ImageRows(
        lambda rows: torch.from_numpy(pixels.numpy()[rows.numpy()]),
        kept.targets,
        mean=kept.mean,
        deviation=kept.deviation,
    )
    for one, other in zip(kept.batches(4, stream()), read.batches(4, stream()), strict=True):
        assert torch.equal(one.inputs[0], other.inputs[0])


def test_sequences_come_once_each_and_as_long_as_the_longest_of_their_batch():
    lengths = torch.tensor([1, 7, 3, 3, 5, 2, 7, 1, 4, 6])
    values = torch.zeros(10, 7, dtype=torch.int64)
    for row, length in enumerate(lengths.tolist()):
        values[row, :length] = row + 1
    rows = SequenceRows(values, lengths, torch.eye(10))
    seen = []
    for batch in rows.batches(3, stream()):
        words, counts = batch.inputs
        assert words.shape[1] == int(counts.max())
        assert torch.equal((words > 0).sum(1), counts)
        seen += words[:, 0].tolist()
    assert sorted(seen) == list(range(1, 11))
