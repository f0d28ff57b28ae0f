"""Texts as rows: what is cut, repaired and kept."""

import numpy as np

from modelpick.data.texts import LONGEST, read_texts


def test_odd_texts_are_rows_and_are_told():
    rows, notes = read_texts(["fine", None, " \n", "\U0001f600!", "a" * (LONGEST + 5), "half \ud83d here"], "body")
    assert (len(rows), rows.name) == (6, "body")
    assert rows.values[1] == ""
    assert len(rows.values[4]) == LONGEST
    assert rows.values[5] == "half \ufffd here"
    said = " ".join(notes)
    for part in ("2 texts are empty", "1 text is without a letter", "1 text is longer", "1 text is broken"):
        assert part in said


def test_parts_and_hashes():
    rows, notes = read_texts(["one", "two", "one", "\u00fcber"])
    assert notes == ()
    assert rows.take([3, 0]).values.tolist() == ["\u00fcber", "one"]
    hashes = rows.row_hashes()
    assert hashes[0] == hashes[2] != hashes[1]
    assert (rows.take(np.array([1])).row_hashes() == hashes[1]).all()
