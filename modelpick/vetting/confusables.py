"""Letters that look like others: which scripts a word mixes, and the Latin word that it looks like.

A short table of the look-alikes of Latin letters in Cyrillic, Greek, Armenian and among digits; of the wide and
mathematical letters Unicode itself tells the plain ones (NFKC).
"""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {
        **dict(zip("аеорсхуіјѕԁһӏтнкмвгԛԝ", "aeopcxyijsdhltHKMBrqw", strict=True)),
        **dict(zip("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS", strict=True)),
        **dict(zip("αορνυικτγχ", "aopvuikTyx", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
        **dict(zip("օոսցհզ", "onughq", strict=True)),
        **dict(zip("ıɑɡℓ", "iagl", strict=True)),
    }
)
_DIGITS = str.maketrans("0134578i|", "oleastbll")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")


def scripts(word: str) -> frozenset[str]:
    """The scripts of a word's letters, of those whose letters are taken for one another."""
    found = set()
    for letter in word:
        if letter.isalpha():
            name = unicodedata.name(letter, "").split(" ", 1)[0]
            found.add("LATIN" if letter.isascii() else name)
    return frozenset(found & set(_SCRIPTS))


def is_mixed(word: str) -> bool:
    """Whether Latin letters stand beside letters of another script that look like them."""
    return not word.isascii() and len(scripts(word)) > 1 and "LATIN" in scripts(word)


def latin(word: str) -> str:
    """The word as it looks to somebody who reads Latin letters."""
    return unicodedata.normalize("NFKC", word).translate(_LETTERS)


def skeleton(name: str) -> str:
    """What is left of a name when case, separators and look-alike signs are evened out; for comparing only."""
    plain = latin(name).casefold().replace("rn", "m").replace("vv", "w")
    return "".join(sign for sign in plain.translate(_DIGITS) if sign.isalnum())
