"""Words of texts as numbers for a network, and how long a training takes in words."""

from __future__ import annotations

import numpy as np

from modelpick.data.network_inputs.words import WordInputs, words_of
from modelpick.data.texts import Texts
from modelpick.models.arch_entries import in_words


def test_words_are_cut_alike_and_rare_ones_are_unknown():
    assert words_of("It's GREAT, call 08452 now!") == ["it", "'", "s", "great", ",", "call", "#5", "now", "!"]
    words = WordInputs.fit(Texts(np.array(["a b c", "a b", "a"], dtype=object)))
    assert words.words == ("a", "b")
    assert words.transform(Texts(np.array(["b z a q", ""], dtype=object))).tolist() == [[3, 1, 2], [1, 0, 0]]


def test_how_long_is_said_in_words():
    assert [in_words(s) for s in (1.0, 42, 61, 540, 8000, 200_000)] == [
        "about 1 second",
        "about 42 seconds",
        "about 1 minute",
        "about 9 minutes",
        "about 2 hours",
        "about 2 days",
    ]
