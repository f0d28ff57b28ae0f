"""Which of the older encodings bytes are in, by how much their reading looks like writing.

Each candidate reads the same bytes; each character beyond ASCII is worth between -1 and 1, and the best mean wins. What
is common: small letters inside words, quotation marks and dashes around them, the first level of the Chinese and
Japanese standards, Korean syllables.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MOST = 5_000  # characters that are looked at
_HANDICAP = 0.15
"""What a regional encoding must be better by than that of Western Europe."""
_LEAST, _DIFFERENT, _USUAL = 0.1, 5, {"cp1252", "mac_roman"}
_ONLY_OLD_MAC = "ŒœŠšŽžŸƒ"  # letters where Mac Roman has its most common ones
_ICELANDIC, _TURKISH = "ðþýÐÞÝ", "çğıöşüÇĞİÖŞÜâîû"
_PUNCTUATION = "‘’‚“”„–—…•°€£§©®«»¿¡½¼¾×²³µ·ºª№™"
_SHORTENED = re.compile(r"(?:s|t|d|m|re|ve|ll)(?!\w)", re.ASCII)  # after the apostrophe of English
_VOWELS = re.compile(r"[aeiouyh]\w", re.IGNORECASE)
_BEFORE_VOWELS = re.compile(r"(?:(?<!\w)(?:[cdjlmnst]|qu|un)|ll)$", re.ASCII | re.IGNORECASE)  # of French, Italian
_CYRILLIC, _GREEK = "оеаинтсрвл", "αοιεντσηςάόίέή"

_AROUND = 4
_Score = Callable[[str, str, str], float]
"""(character, up to four before it, up to four after it) -> how likely it is there."""


def best_encoding(sample: bytes) -> str | None:
    """The likeliest encoding, as Python names it; where none looks like writing, a usual one or None."""
    scores = {name: score for name, of in _CANDIDATES if (score := _mean(sample, name, of)) is not None}
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or scores[best] > _LEAST:
        return best
    return max(scores.keys() & _USUAL, key=lambda name: scores[name], default=None)


def _mean(sample: bytes, encoding: str, score: _Score) -> float | None:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return None
        text = sample[: error.start].decode(encoding)  # the sample ends inside a character
    strange = [i for i, char in enumerate(text) if char > "\x7f"][:_MOST]
    if not strange:
        return None
    if score not in _WESTERN and len({text[i] for i in strange}) < _DIFFERENT:
        return None  # a stray letter or two of ours make a character of somebody's
    around = ((text[i], text[max(0, i - _AROUND) : i], text[i + 1 : i + 1 + _AROUND]) for i in strange)
    return sum(score(*one) for one in around) / len(strange)


def _ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _beside_ours(before: str, after: str) -> bool:
    return _ascii_letter(before[-1:]) or _ascii_letter(after[:1])


def _latin(char: str, before: str, after: str) -> float:
    last, following = before[-1:], after[:1]
    if char == "\xa0":
        return 1
    if char.isalpha() and char not in "ˆ˜":
        misplaced = following.isupper()
        if char.isupper():  # a capital begins a word, or stands among others
            alone = not (following.isalpha() or last.isupper())
            misplaced = alone or last.islower() or (last.isupper() and following.islower())
        return (-1 if misplaced else 1) if _beside_ours(before, after) else 0
    return _mark(char, before, after)


def _mark(char: str, before: str, after: str) -> float:
    """Of a sign that is no letter: 1 where it stands as it is written, 0.5 where it may stand."""
    last, following = before[-1:], after[:1]
    inside, alone = _ascii_letter(last) and _ascii_letter(following), not last.strip() and not following.strip()
    begins = not last.isalnum() and following.isalnum()
    ends = bool(last.strip()) and not following.isalnum()
    if char == "’" and inside:
        elided = _BEFORE_VOWELS.search(before) and _VOWELS.match(after)
        return 1 if elided or _SHORTENED.match(after) else -0.5
    if char in "“”‘„…™" and not inside:
        return 1 if (begins if char in "“‘„" else ends) else 0.5 if char in "“‘" and ends else -1
    if char in "–—" and not inside:
        return 1 if alone or (last.isdigit() and following.isdigit()) else 0.5
    joins = char == "—" or (char == "·" and last in "lL" and following in "lL")  # as in Catalan
    may = char in _PUNCTUATION and (not inside or joins) and not (char == "£" and following.isalpha())
    return 0.5 if may else -1


def _western(char: str, before: str, after: str) -> float:
    rare = 0.25 if char in _ONLY_OLD_MAC else 0.5 if char in _ICELANDIC else 0
    return _latin(char, before, after) - rare


def _regional(char: str, before: str, after: str) -> float:
    return _latin(char, before, after) - _HANDICAP


def _turkish(char: str, before: str, after: str) -> float:
    return _regional(char, before, after) - (0.3 if char.isalpha() and char not in _TURKISH else 0)


def _alphabet(first: str, last: str, common: str) -> _Score:
    """Letters of an alphabet of its own: no neighbours from ours, and no capital inside a word."""

    def score(char: str, before: str, after: str) -> float:
        if not first <= char <= last:
            return 0.3 if char in _PUNCTUATION else -1
        if _beside_ours(before, after):
            return -1
        if char.isupper():
            return -1 if before[-1:].islower() else 0.4 if before[-1:].isalpha() else 0.6
        return 1 if char in common else 0.6

    return score


def _lead(char: str, encoding: str) -> int:
    """The first of the two bytes of a character in a national standard, or 0."""
    code = char.encode(encoding, errors="ignore")
    return code[0] if len(code) == 2 else 0


def _is_kana(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff"


def _is_sign(char: str) -> bool:
    return "\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff5e"


def _chinese(char: str, before: str, after: str) -> float:
    if _is_sign(char):
        return 0.5
    if _beside_ours(before, after):
        return -1
    return 0.9 if 0xB0 <= _lead(char, "gb2312") <= 0xD7 else -0.5 if char.isalpha() and not _is_kana(char) else -1


def _taiwanese(char: str, before: str, after: str) -> float:
    if _is_sign(char):
        return 0.5
    if _beside_ours(before, after):
        return -1
    return 0.85 if 0xA4 <= _lead(char, "big5") <= 0xC6 and char > "\u33ff" else -0.5


def _japanese(char: str, before: str, after: str) -> float:
    if _is_sign(char):
        return 0.5
    if _beside_ours(before, after):
        return -1
    if _is_kana(char):
        return 1
    return 0.8 if 0xB0 <= _lead(char, "euc_jp") <= 0xCF else -0.5


def _korean(char: str, before: str, after: str) -> float:
    if _beside_ours(before, after):
        return -1
    return 1 if "\uac00" <= char <= "\ud7a3" else 0.3 if _is_sign(char) else -0.5


_WESTERN = (_western, _turkish, _regional)
_CANDIDATES: tuple[tuple[str, _Score], ...] = (
    ("cp1252", _western),
    ("mac_roman", _western),
    ("cp1254", _turkish),
    ("cp850", _regional),
    ("cp1250", _regional),
    ("iso8859_2", _regional),
    ("cp1251", _alphabet("\u0400", "\u045f", _CYRILLIC)),
    ("koi8_r", _alphabet("\u0400", "\u045f", _CYRILLIC)),
    ("cp866", _alphabet("\u0400", "\u045f", _CYRILLIC)),
    ("cp1253", _alphabet("\u0384", "\u03ce", _GREEK)),
    ("gb18030", _chinese),
    ("cp949", _korean),
    ("cp932", _japanese),
    ("euc_jp", _japanese),
    ("big5", _taiwanese),
)
"""Of several that are equally likely the first is taken."""
