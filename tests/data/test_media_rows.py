"""Rows of files: parts share what was decoded, caches hold and spill, other processes get what is there."""

import pickle

import numpy as np
import pytest
from media_folders import image_bytes, sound_bytes, write

from modelpick.data.images import pixel_cache
from modelpick.data.images import store as image_store
from modelpick.data.images.rows import read_images
from modelpick.data.sounds import store as sound_store
from modelpick.data.sounds.rows import read_sounds
from modelpick.errors import CannotFindOut


def image_files(tmp_path, count=10, **options):
    files = {f"{i}.png": image_bytes(i, **options) for i in range(count)}
    root = write(tmp_path, files)
    return [str(root / name) for name in files]


def test_parts_and_batches_are_rows_of_the_whole(tmp_path):
    rows, bad = read_images(image_files(tmp_path))
    assert bad == ()
    whole = rows.array((6, 5))
    part = rows.take([7, 2, 2]).take([1, 0])
    assert (part.array((6, 5)) == whole[[2, 7]]).all()
    assert (np.concatenate(list(rows.arrays((6, 5), batch=3))) == whole).all()
    assert (rows.at([9, 0], (6, 5)) == whole[[9, 0]]).all()
    assert (rows.suggested_size(), rows.suggested_size(4), rows.mode) == ((12, 10), (4, 4), "RGB")


def test_grey_of_colours_is_pillows(tmp_path):
    from PIL import Image

    paths = image_files(tmp_path, 3)
    rows, _ = read_images(paths)
    for path, pixels in zip(paths, rows.array((12, 10), "L"), strict=True):
        assert (np.asarray(Image.open(path).convert("L")) == pixels[:, :, 0]).all()
    assert rows.array((12, 10), "L").shape == (3, 12, 10, 1)
    grey, _ = read_images(image_files(tmp_path / "grey", 3, mode="L"))
    assert grey.mode == "L"
    assert (np.ptp(grey.array((12, 10), "RGB"), axis=3) == 0).all()


@pytest.mark.parametrize("place", ["memory", "disk", "nowhere"])
def test_every_place_of_the_cache_gives_the_same_pixels(tmp_path, monkeypatch, place):
    paths = image_files(tmp_path, 8) + image_files(tmp_path / "other", 4, size=(30, 8))
    expected = read_images(paths)[0].array((9, 7))
    monkeypatch.setattr(image_store, "place_for", lambda *_: place)
    rows, _ = read_images(paths)
    order = [11, 0, 5, 5, 3]
    for _ in range(2):  # the second time from the cache
        assert (rows.at(order, (9, 7)) == expected[order]).all()
    assert (rows.array((9, 7)) == expected).all()


def test_what_does_not_fit_into_memory_goes_to_disk():
    assert pixel_cache.place_for(10, 0, 0) == "memory"
    assert pixel_cache.place_for(10, pixel_cache.MEMORY_BUDGET, 0) == "disk"
    assert pixel_cache.place_for(10, pixel_cache.MEMORY_BUDGET, pixel_cache.DISK_BUDGET) == "nowhere"


def test_a_file_that_changes_after_it_was_read_is_an_error(tmp_path):
    paths = image_files(tmp_path, 4) + image_files(tmp_path / "other", 4, size=(30, 8))
    rows, _ = read_images(paths)
    (tmp_path / "2.png").write_bytes(image_bytes(99))
    with pytest.raises(CannotFindOut, match=r"2\.png` has changed since it was read"):
        rows.array((5, 5))
    sound = write(tmp_path, {"a.wav": sound_bytes()}) / "a.wav"
    sounds, _ = read_sounds([str(sound)])
    sound.unlink()
    with pytest.raises(CannotFindOut, match="not there"):
        list(sounds.waves())


def test_another_process_gets_what_is_decoded(tmp_path):
    paths = image_files(tmp_path)
    rows, _ = read_images(paths)
    expected = rows.array((6, 5))
    sound = write(tmp_path, {"a.wav": sound_bytes()}) / "a.wav"
    sounds, _ = read_sounds([str(sound)])
    features = next(sounds.log_mel(frames=4))
    copies = pickle.loads(pickle.dumps((rows, sounds)))  # noqa: S301 - our own
    for path in [*map(str, paths), str(sound)]:
        (tmp_path / path).unlink()
    assert (copies[0].array((6, 5)) == expected).all()
    assert (next(copies[1].log_mel(frames=4)) == features).all()


def test_sounds_are_kept_up_to_a_budget(tmp_path, monkeypatch):
    files = {f"{i}.wav": sound_bytes(i, rate=11_025) for i in range(5)}
    paths = [str(write(tmp_path, files) / name) for name in files]
    rows, _ = read_sounds(paths)
    assert rows.rate == 11_025
    assert [len(wave) for wave in rows.waves(8000)] == [1600] * 5
    assert rows.seconds == pytest.approx([0.2] * 5)
    expected = [*rows.log_mel(frames=3, rate=8000)]
    monkeypatch.setattr(sound_store, "MEMORY_BUDGET", 1000)
    small, _ = read_sounds(paths)
    for _ in range(2):
        assert np.array_equal([*small.log_mel(frames=3, rate=8000)], expected)
    assert small.store._bytes <= 1000


class Late:
    """Something kept whose pickling finds that meanwhile more was kept, as a thread of joblib may."""

    def __init__(self, store):
        self.store = store

    def __reduce__(self):
        self.store._kept["more", len(self.store._kept)] = np.zeros(1, np.float32)
        return int, ()


def test_a_store_may_keep_more_while_it_is_pickled_for_another_process():
    store = sound_store.SoundStore(["a.wav"], [], np.zeros((1, 32), np.uint8))
    store._kept = {("first", 0): Late(store), ("second", 0): Late(store)}
    copy = pickle.loads(pickle.dumps(store))  # noqa: S301 - our own
    assert list(copy._kept) == [("first", 0), ("second", 0)]
    assert len(store._kept) == 4
