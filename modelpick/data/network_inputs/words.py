"""Texts as a network takes them: the numbers of their words, by a vocabulary learned from the training rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from modelpick.data.dataset import Kind
from modelpick.data.features.reading import damaged
from modelpick.data.network_inputs.plain import PlainInputs, checked
from modelpick.data.texts import Texts

FORMAT = "modelpick.words-for-networks/1"
PADDING, UNKNOWN = 0, 1
"""Numbers that stand for no word, and for a word that no training text had (or only one)."""

MOST_WORDS = 20_000
LONGEST = 256

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_CHARACTERS = 20_000  # of one text that are looked at: more than `LONGEST` words of any language


class WordInputs(PlainInputs):
    """Words in lower case, punctuation marks one by one, numbers by their count of digits (`08452` is `#5`).

    Attributes:
        words: The vocabulary; the number of `words[i]` is `i + 2`.
        longest: Words of a text that are kept; later ones are cut off.
    """

    kind: ClassVar[Kind] = "text"

    def __init__(self, words: tuple[str, ...], longest: int) -> None:
        self.words = words
        self.longest = longest
        self._numbers = {word: number for number, word in enumerate(words, 2)}

    @classmethod
    def fit(cls, rows: Texts, *, most: int = MOST_WORDS, longest: int = LONGEST) -> Self:
        """The words that at least two of these texts have, the most frequent first."""
        texts = [words_of(text) for text in rows.values]
        counts = Counter(word for words in texts for word in set(words))
        often = sorted((word for word, count in counts.items() if count > 1), key=lambda word: (-counts[word], word))
        return cls(tuple(often[:most]), max(1, min(longest, max(map(len, texts), default=1))))

    @property
    def vocabulary(self) -> int:
        """How many numbers there are, padding and the unknown word included."""
        return len(self.words) + 2

    @property
    def feature_names_(self) -> tuple[str, ...]:
        """`word 1`, `word 2`, ..."""
        return tuple(f"word {position}" for position in range(1, self.longest + 1))

    def transform(self, rows: Texts) -> NDArray[np.int32]:
        """Numbers of the words, shape (rows, longest), padded with 0 at the end; a text without words has one, 1."""
        numbers = np.full((len(rows), self.longest), PADDING, dtype=np.int32)
        for row, text in enumerate(rows.values):
            known = [self._numbers.get(word, UNKNOWN) for word in words_of(text)[: self.longest]] or [UNKNOWN]
            numbers[row, : len(known)] = known
        return numbers

    def describe(self) -> tuple[str, ...]:
        """What happens to a text."""
        return (
            "each text is cut into words (lower case), punctuation marks and numbers, of which only the count of "
            "digits is kept",
            f"{len(self.words):,} words are known, each from at least two training texts; all others are one unknown "
            f"word; after {self.longest} words a text is cut off",
        )

    def to_dict(self) -> dict[str, Any]:
        """The vocabulary and the longest text."""
        return {"format": FORMAT, "words": list(self.words), "longest": self.longest}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> WordInputs:
        """What `to_dict` wrote; CannotFindOut where it is damaged."""
        words = fields.get("words")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise damaged("`words` is not a list of words")
        if len(set(words)) != len(words) or len(words) > MOST_WORDS:
            raise damaged(f"`words` names a word twice, or more than {MOST_WORDS:,}")
        return cls(tuple(words), checked(fields, "longest", LONGEST))


def words_of(text: str) -> list[str]:
    """The words of a text, as `WordInputs` says."""
    return list(_shapes(_WORD.findall(text[:_CHARACTERS].lower())))


def _shapes(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        yield f"#{len(word)}" if word[0].isdecimal() else word
