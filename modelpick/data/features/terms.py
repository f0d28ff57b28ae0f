"""Texts as counts of terms: words and pairs of words, or runs of characters where words are not set apart by spaces."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Analyser = Literal["words", "characters"]

_WORD = re.compile(r"\b\w\w+\b")
_SPACES = re.compile(r"\s\s+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_LOOKED_AT = 2_000


class TermCounts:
    """How often each term stands in each text.

    Attributes:
        terms: The different ones, sorted.
        matrix: Shape (texts, terms), sparse, int32; each row's terms in their order.
    """

    __slots__ = ("matrix", "terms")

    def __init__(self, terms: Sequence[str], matrix: csr_matrix) -> None:
        self.terms = tuple(terms)
        self.matrix = matrix


def words(text: str) -> list[str]:
    """The words of two letters and more, in lower case, then each with its neighbour."""
    single = _WORD.findall(text.lower())
    return single + [f"{one} {following}" for one, following in pairwise(single)]


def characters(text: str) -> list[str]:
    """All runs of one, two and three characters, in lower case, spaces as one."""
    line = _SPACES.sub(" ", text.lower())
    return [line[i : i + n] for n in (1, 2, 3) for i in range(len(line) - n + 1)]


def count_terms(texts: Iterable[str | None], analyser: Analyser) -> TermCounts:
    """Counts the terms of texts; a missing text has none."""
    from scipy.sparse import csr_matrix

    analyse = words if analyser == "words" else characters
    places: defaultdict[str, int] = defaultdict()
    places.default_factory = places.__len__
    found, ends = array("i"), [0]
    for text in texts:
        if text:
            found.extend([places[term] for term in analyse(text)])
        ends.append(len(found))
    ordered = sorted(places)
    new_place = np.empty(len(ordered), dtype=np.int32)
    new_place[[places[term] for term in ordered]] = np.arange(len(ordered), dtype=np.int32)
    indices = new_place[np.frombuffer(found, dtype=np.int32)] if len(found) else np.zeros(0, dtype=np.int32)
    ones = np.ones(len(indices), dtype=np.int32)
    matrix: Any = csr_matrix((ones, indices, np.array(ends)), shape=(len(ends) - 1, len(ordered)))
    matrix.sum_duplicates()
    return TermCounts(ordered, matrix)


def choose_analyser(texts: NDArray[Any]) -> Analyser:
    """Characters where not one text in ten has a space, or a fifth of the letters belongs to a script without."""
    some = [text for text in texts[:_LOOKED_AT] if text and text.strip()]
    if not some:
        return "words"
    spaced = sum(len(text.split(None, 1)) > 1 for text in some)
    letters = sum(map(len, some))
    unspaced = sum(len(_UNSPACED.findall(text)) for text in some)
    return "characters" if 10 * spaced < len(some) or 5 * unspaced >= letters else "words"
