"""Texts, images and sounds as features: what is learned, equal to the reference, and the same after a file."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from modelpick import document as blocks
from modelpick.data.candidate import Preprocessing
from modelpick.data.features.standardised import fit_standardising
from modelpick.data.features.terms import characters, choose_analyser
from modelpick.data.features_shown import features_before_and_after
from modelpick.data.images.rows import ImageFiles, read_images
from modelpick.data.preprocessing_formats import read_preprocessing
from modelpick.data.preprocessing_images import PixelPreprocessor
from modelpick.data.preprocessing_kinds import preprocessor_for, sparse_features
from modelpick.data.preprocessing_options import PreprocessingOptions
from modelpick.data.preprocessing_sounds import FRAMES, LogMelPreprocessor
from modelpick.data.preprocessing_texts import TextPreprocessor
from modelpick.data.sounds.mel import log_mel, stretched
from modelpick.data.sounds.rows import SoundFiles, read_sounds
from modelpick.data.table import Column, Table
from modelpick.data.texts import Texts
from modelpick.document import Heading
from modelpick.errors import CannotFindOut, UsageError

ENGLISH = [
    "Call me now, or call me never: the offer ends today!",
    "the cat sat on the mat, and the dog did not",
    "An offer: win 1,000 now",
    "never mind the cat",
    "\U0001f600 \U0001f600",
    "",
    "café CAFÉ naïve offer",
]
CHINESE = ["我今天很高兴", "今天天气很好", "你好吗", "高兴见到你"]


def texts(values: list[str]) -> Texts:
    return Texts(np.array([*values, None], dtype=object)[:-1], "message")


def reloaded(fitted: Preprocessing) -> Preprocessing:
    fields = json.loads(json.dumps(fitted.to_dict(), allow_nan=False))
    return read_preprocessing(fields, safetensors.numpy.load(safetensors.numpy.save(dict(fitted.arrays()))))


@pytest.mark.parametrize(
    ("values", "settings_of_theirs"),
    [(ENGLISH, {"ngram_range": (1, 2)}), (CHINESE, {"ngram_range": (1, 3), "analyzer": "char"})],
)
def test_the_weights_equal_those_of_scikit_learn(values: list[str], settings_of_theirs: dict[str, Any]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    theirs = TfidfVectorizer(sublinear_tf=True, **settings_of_theirs).fit(values)
    ours = TextPreprocessor().fit(texts(values))
    assert ours.feature_names_ == tuple(theirs.get_feature_names_out())
    new = [*values, "the offer ended 今天", "unknown"]
    expected = theirs.transform(new).toarray()
    np.testing.assert_allclose(ours.transform_sparse(texts(new)).toarray(), expected, rtol=1e-6)
    assert ours.transform(texts(new)).dtype == np.float32


def test_the_commonest_terms_are_kept_and_counted_on_the_training_texts_alone() -> None:
    all_of_them = texts([*ENGLISH, "zebra zebra zebra zebra zebra"])
    options = PreprocessingOptions(max_terms=3)
    among = TextPreprocessor(options).fit(all_of_them.take(range(len(ENGLISH))))
    alone = TextPreprocessor(options).fit(texts(ENGLISH))
    assert among.feature_names_ == alone.feature_names_ == ("café", "offer", "the")
    assert among.tfidf.idf.tobytes() == alone.tfidf.idf.tobytes()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(alphabet="ab cé今\n", max_size=20), min_size=1, max_size=8),
    st.lists(st.text(alphabet="ab cz今\ud800", max_size=20), min_size=1, max_size=4),
)
def test_texts_give_the_same_features_after_a_file_and_beside_other_texts(train: list[str], others: list[str]) -> None:
    together = texts([*others, *train])
    rows = together.take(range(len(others), len(together)))
    try:
        fitted = preprocessor_for(rows).fit(rows)
    except CannotFindOut:
        return  # no word at all
    features = fitted.transform(together)
    assert features.tobytes() == reloaded(fitted).transform(texts([*others, *train])).tobytes()
    assert fitted.to_dict() == preprocessor_for(rows).fit(texts(train)).to_dict()
    assert sparse_features(fitted, together).toarray().tobytes() == features.tobytes()


def test_where_words_have_no_spaces_characters_count() -> None:
    def chosen(values: list[str]) -> str:
        return choose_analyser(texts(values).values)

    assert chosen(ENGLISH) == "words"
    assert chosen(CHINESE) == "characters"
    assert chosen(["ACGTTGCA", "TTGACA", "GGCATC"]) == "characters"
    assert chosen(["", "  "]) == "words"
    assert characters("aB  c") == ["a", "b", " ", "c", "ab", "b ", " c", "ab ", "b c"]


def test_a_dense_matrix_beyond_the_cap_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = texts(ENGLISH)
    fitted = TextPreprocessor().fit(rows)
    monkeypatch.setattr("modelpick.data.preprocessing_texts.MOST_BYTES", 100)
    with pytest.raises(CannotFindOut, match="7 texts x 51 terms") as caught:
        fitted.transform(rows)
    assert caught.value.kind == "memory"
    assert fitted.transform_sparse(rows).shape == (7, 51)


def test_texts_without_a_word_are_an_error() -> None:
    with pytest.raises(CannotFindOut, match="no word"):
        TextPreprocessor().fit(texts(["! !", "a b"]))


@pytest.fixture
def images(tmp_path: Path) -> ImageFiles:
    from PIL import Image

    stream = np.random.default_rng(0)
    for i in range(6):
        Image.fromarray(stream.integers(0, 256, (5, 4, 3), dtype=np.uint8)).save(tmp_path / f"{i}.png")
    return read_images([str(tmp_path / f"{i}.png") for i in range(6)])[0]


def test_pixels_are_scaled_to_one_and_standardised_on_the_training_images(images: ImageFiles) -> None:
    train = images.take([0, 1, 2, 3])
    fitted = preprocessor_for(train).fit(train)
    assert isinstance(fitted, PixelPreprocessor)
    assert (fitted.size, fitted.mode, len(fitted.feature_names_)) == ((5, 4), "RGB", 60)
    values = images.array((5, 4)).reshape(6, 60) / 255
    known = values[:4]
    expected = (values - known.mean(axis=0)) / np.maximum(known.std(axis=0), 0.1 * known.std(axis=0).mean())
    np.testing.assert_allclose(fitted.transform(images), expected, rtol=1e-5, atol=1e-6)
    assert reloaded(fitted).transform(images).tobytes() == fitted.transform(images).tobytes()
    assert "5 x 4 red, green and blue" in fitted.describe()[0]


def test_large_images_are_made_smaller(images: ImageFiles) -> None:
    assert preprocessor_for(images, PreprocessingOptions(pixel_side=2)).fit_transform(images).shape == (6, 12)


@pytest.fixture
def sounds(tmp_path: Path) -> SoundFiles:
    for i in range(4):
        seconds = np.arange(int(8_000 * (0.3 + 0.1 * i))) / 8_000
        tone = (np.sin(2 * np.pi * 300 * (i + 1) * seconds) * 8_000 * (i + 1) / 4).astype("<i2")
        with wave.open(str(tmp_path / f"{i}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes(tone.tobytes())
    return read_sounds([str(tmp_path / f"{i}.wav") for i in range(4)])[0]


@pytest.mark.parametrize(("way", "width"), [("log-mel", FRAMES * 40), ("log-mel-statistics", 80), ("series", 1_024)])
def test_sounds_become_features_that_are_the_same_after_a_file(sounds: SoundFiles, way: Any, width: int) -> None:
    train = sounds.take([0, 1, 2])
    fitted = preprocessor_for(train, PreprocessingOptions(sounds=way))
    features = fitted.fit_transform(train)
    assert features.shape == (3, width) == (3, len(fitted.feature_names_))
    assert features.tobytes() == fitted.transform(train).tobytes()
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-5)
    assert reloaded(fitted).transform(sounds).tobytes() == fitted.transform(sounds).tobytes()
    assert "8,000 Hz" in fitted.describe()[0]


def test_log_mel_features_are_those_of_the_clip_normalised_and_stretched(sounds: SoundFiles) -> None:
    fitted = LogMelPreprocessor().fit(sounds)
    clip = next(sounds.waves(8_000))
    raw = stretched(log_mel(clip, 8_000), FRAMES).reshape(-1)
    np.testing.assert_allclose(
        fitted.transform(sounds)[0], (raw - fitted.arrays()["means"]) / fitted.arrays()["scales"], rtol=1e-4, atol=1e-5
    )


def test_means_and_deviations_of_a_stream_are_those_of_the_whole() -> None:
    values = np.random.default_rng(0).normal(size=(1_000, 5)) * [1, 2, 3, 1e-9, 1] + [1e4, 0, 0, 5, 0]
    learned = fit_standardising(np.array_split(values, 7))
    np.testing.assert_allclose(learned.means, values.mean(axis=0))
    floor = 0.1 * values.std(axis=0).mean()
    np.testing.assert_allclose(learned.scales, np.maximum(values.std(axis=0), floor), rtol=1e-9)
    constant = fit_standardising([np.full((3, 2), 7.0)])
    assert constant.gather([np.full((1, 2), 7.0)], 1).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda f, a: ({**f, "width": 0}, a),
        lambda f, a: ({**f, "height": 10**9}, a),
        lambda f, a: ({**f, "mode": "CMYK"}, a),
        lambda f, a: (f, {}),
        lambda f, a: (f, {**a, "means": a["means"][:-1]}),
        lambda f, a: (f, {**a, "scales": a["scales"] * 0}),
    ],
)
def test_damaged_pixels_are_refused(images: ImageFiles, damage: Any) -> None:
    fitted = PixelPreprocessor().fit(images)
    with pytest.raises(CannotFindOut) as caught:
        read_preprocessing(*damage(fitted.to_dict(), fitted.arrays()))
    assert caught.value.kind == "checkpoint"


def test_options_that_make_no_sense_are_refused() -> None:
    for wrong in ({"scaling": "log"}, {"categories": "hash"}, {"max_terms": 0}, {"sounds": "mfcc"}):
        with pytest.raises(UsageError):
            PreprocessingOptions(**wrong)  # type: ignore[arg-type]


def test_the_first_rows_are_shown_before_and_after(images: ImageFiles) -> None:
    columns = (
        Column(name="size", kind="number", values=np.array([1.0, 3.0, np.nan])),
        Column(name="colour", kind="category", values=np.array(["red", None, "blue"], dtype=object)),
        Column(name="when", kind="date", values=np.array([0.0, 3_661.0, np.nan])),
    )
    rows = Table(columns, 3)
    heading, before, after, more = features_before_and_after(preprocessor_for(rows).fit(rows), rows, count=2)
    assert isinstance(heading, Heading)
    assert isinstance(before, blocks.Table)
    assert isinstance(after, blocks.Table)
    assert isinstance(more, blocks.Text)
    assert heading.text == "Features before and after scaling"
    assert before.rows == (("1", "red", "1970-01-01"), ("3", "", "1970-01-01 01:01:01"))
    assert after.columns[0] == "size"
    assert [row[0] for row in after.rows] == ["-1.225", "1.225"]
    assert more.text.startswith("And 1 more")

    talk = texts(ENGLISH)
    _, before, after = features_before_and_after(preprocessor_for(talk).fit(talk), talk)
    assert before.columns == ("message",)  # type: ignore[union-attr]
    assert after.rows[4] == ("0", "no known term")  # type: ignore[union-attr]
    assert "offer" in str(after.rows[2][1])  # type: ignore[union-attr]
    _, before, after, _ = features_before_and_after(preprocessor_for(images).fit(images), images)
    assert before.rows[0] == ("0.png",)  # type: ignore[union-attr]
