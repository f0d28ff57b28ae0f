"""predict --explain for texts, images and sounds: the part that tells is the part that is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import call
from PIL import Image

import modelpick
from modelpick.data.sounds.wav import float_wav, read_wav
from modelpick.models.explain import GRID, Moved, image_grid


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kinds")


def test_the_word_that_tells_moves_a_text(folder, capsys):
    stream = np.random.default_rng(0)
    words = ["alpha", "beta", "gamma", "delta", "omega"]
    lines = [
        f"{' '.join(stream.choice(words, 6))} {word} {' '.join(stream.choice(words, 3))}\t{label}"
        for word, label in [("splendid", "good"), ("dreadful", "bad")] * 30
    ]
    table = folder / "texts.tsv"
    table.write_text("\n".join(["text\tlabel", *lines]) + "\n")
    run = folder / "texts"
    modelpick.evaluate(table, target="label", course=True, epochs=30, run_dir=run, allow=["answer-column"])
    row = "alpha beta splendid gamma omega delta alpha"
    answer = call(capsys, "predict", str(run), "--row", row, "--explain", "--format", "json").data["predictions"][0]
    assert answer["class"] == "good"
    assert answer["moved"][0]["part"] == "splendid"
    without = modelpick.predict(run, row=row.replace(" splendid", "")).predictions[0].probabilities["good"]
    assert answer["moved"][0]["effect"] == pytest.approx(answer["probabilities"]["good"] - without)


def test_the_cells_of_an_image_that_tell_are_dark(folder, capsys):
    stream = np.random.default_rng(0)
    for number in range(60):
        side = number % 2
        pixels = stream.integers(0, 60, size=(16, 16, 3), dtype=np.uint8)
        pixels[4:8, 2 + 8 * side : 6 + 8 * side] = 250
        place = folder / "pictures" / ("left", "right")[side]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{number}.png")
    run = folder / "pictures-run"
    modelpick.evaluate(folder / "pictures", course=True, epochs=5, run_dir=run)
    image = str(folder / "pictures" / "left" / "0.png")
    answer = call(capsys, "predict", str(run), "--input", image, "--explain", "--format", "json").data["predictions"][0]
    assert answer["class"] == "left"
    told = {f"row {i + 1}, column {j + 1}" for i in (2, 3) for j in (1, 2, 5, 6)}  # where either mark would be
    assert {found["part"] for found in answer["moved"][:3]} <= told
    assert "@" in call(capsys, "predict", str(run), "--input", image, "--explain").out


def test_the_piece_of_a_sound_that_tells_is_named(folder, capsys):
    """One second with a whistle in one tenth of it, high or low."""
    stream, rate = np.random.default_rng(0), 8000
    for number in range(40):
        pitch = (500, 2500)[number % 2]
        wave = stream.normal(0, 0.01, rate).astype(np.float32)
        start = rate * 3 // 10
        wave[start : start + rate // 10] += 0.5 * np.sin(2 * np.pi * pitch / rate * np.arange(rate // 10))
        place = folder / "sounds" / ("low", "high")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.wav").write_bytes(float_wav(wave, rate))
    run = folder / "sounds-run"
    modelpick.evaluate(folder / "sounds", course=True, epochs=5, run_dir=run)
    sound = str(folder / "sounds" / "low" / "0.wav")
    (answer,) = call(capsys, "predict", str(run), "--input", sound, "--explain", "--format", "json").data["predictions"]
    assert answer["class"] == "low"
    assert len(answer["moved"]) == 10
    assert answer["moved"][0]["part"] == "0.30 to 0.40 s"
    assert answer["moved"][0]["effect"] > 0
    assert "0.30 to 0.40 s" in call(capsys, "predict", str(run), "--input", sound, "--explain").out


def test_a_float_wav_comes_back_bit_for_bit():
    wave = np.random.default_rng(0).normal(0, 3, 77).astype(np.float32)
    samples, rate = read_wav(float_wav(wave, 11_025))
    assert rate == 11_025
    assert np.array_equal(samples, wave)


def test_a_grid_shades_what_speaks_for_the_answer():
    lines = image_grid([Moved("row 1, column 2", 0.5), Moved("row 2, column 1", -0.5), Moved("row 1, column 1", 0.25)])
    assert lines[0].startswith("==@@  ")
    assert lines[1] == " " * 2 * GRID
