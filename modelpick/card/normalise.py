"""Names of sections, made comparable."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_OPTIONAL = re.compile(r"[\[(]\s*optional\s*[\])]")
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+\-]{1,40}:")
_NUMBER = re.compile(
    r"(?:(?:\d{1,4}(?:\.\d{1,4}){0,4}|[ivx]{1,5}|[a-z])[.):]+(?!\d)|\d{1,4}(?:\.\d{1,4}){0,4}(?=\s))\s*(?=\S)"
)
_NOT_WORDS = frozenset(("So", "Sk", "Cf", "Cc", "Co", "Cs", "Cn"))
_VARIATION = re.compile(r"[\ufe00-\ufe0f\u20e3]")
_LETTER = re.compile(r"[^\W_]")
_SIGNS = re.compile(r"\+{1,2}|#(?!#)")


@lru_cache(maxsize=8192)
def normalise_title(title: str) -> str:
    """A title in lower case, without numbers before it, emoji, "[optional]" and punctuation at its ends.

    >>> normalise_title("3.1 🚀 Intended Uses & Limitations [optional]:")
    'intended uses & limitations'
    """
    name = title[:400]
    if not name.isascii():
        name = unicodedata.normalize("NFKC", _VARIATION.sub("", name)).replace("’", "'")
        name = "".join(" " if unicodedata.category(c) in _NOT_WORDS else c for c in name)
    name = _SHORTCODE.sub(" ", _OPTIONAL.sub(" ", name.lower()))
    name = _bare(name)
    number = _NUMBER.match(name)
    return " ".join((_bare(name[number.end() :]) if number else name).split())


def _bare(name: str) -> str:
    """Without what is neither letter nor digit at its ends; `(BLEU)` keeps its bracket and `c++` its signs."""
    letters = _LETTER.search(name)
    if letters is None:
        return ""
    end = len(name)
    while not name[end - 1].isalnum():
        end -= 1
    name, tail = name[letters.start() : end], name[end:]
    if tail.startswith(")") and name.rfind("(") > name.rfind(")"):
        return f"{name})"
    signs = _SIGNS.match(tail)
    return f"{name}{signs.group()}" if signs else name
