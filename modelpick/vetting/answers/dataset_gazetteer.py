"""Known names of data sets found in a text in one pass over its words, however many names there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from modelpick.licences.datasets import dataset_key, known_names, meanings
from modelpick.vetting.answers.words import late

# Words by ASCII: Japanese and Chinese put no blank around a name.
_WORD = late(r"[A-Za-z0-9]+")
_CAMEL = late(r"(?:[A-Z][a-z]{2,}){2,4}")
_HUMP = late(r"(?<=[a-z])(?=[A-Z])")
_MAX_GAP = 2
_GLUED_BEFORE = frozenset("_/.-@")
_GLUED_AFTER = frozenset("_/@")
_EXACT_BELOW = 7  # shorter names, and ambiguous ones, are told from plain words by their capitals


def known_in(text: str) -> Iterator[tuple[str, int]]:
    """Each known name as the text spells it and where it begins, the longest at each place.

    Blanks, hyphens and the like between the words of a name do not matter: `MS-COCO` is `MS COCO`. A name inside an id
    or a path (`bert-base-squad`) is none.
    """
    if _last_words().isdisjoint(_WORD.findall(text.lower())):
        return
    index = _index()
    words = list(_WORD.finditer(text))
    skip = 0
    for number, match in enumerate(words):
        if number < skip:
            continue
        names = index.get(match[0].lower())
        if names is None or (match.start() and text[match.start() - 1] in _GLUED_BEFORE):
            continue
        for rest, exact in names:
            last = number + len(rest)
            if last >= len(words) or not _follow(text, words, number, rest):
                continue
            end = words[last].end()
            found = text[match.start() : end]
            if (exact is None or found == exact) and not _glued(text, end):
                yield found, match.start()
                skip = last + 1
                break


def is_known(name: str) -> bool:
    """Whether that is a known name, however it is spelled."""
    return dataset_key(name) in _keys()


def _follow(text: str, words: list[re.Match[str]], first: int, rest: tuple[str, ...]) -> bool:
    """Whether these words come next, each close behind the one before it."""
    for offset, word in enumerate(rest, start=1):
        match, before = words[first + offset], words[first + offset - 1]
        gap = text[before.end() : match.start()]
        if match[0].lower() != word or len(gap) > _MAX_GAP or "," in gap or ";" in gap:
            return False
    return True


def _glued(text: str, end: int) -> bool:
    """Whether what follows makes the words a part of an id or a file name."""
    after = text[end : end + 2]
    return bool(after) and (after[0] in _GLUED_AFTER or (after[0] == "." and len(after) > 1 and after[1].isalnum()))


@cache
def _index() -> Mapping[str, tuple[tuple[tuple[str, ...], str | None], ...]]:
    """First word of a name -> what must follow, and the exact spelling where capitals matter; longest first.

    Names all in lower case (`emotion`, `pile`) are names in metadata only, where nobody searches a text for them.
    """
    found: dict[str, list[tuple[tuple[str, ...], str | None]]] = {}
    split = {_HUMP.sub(" ", name) for name in known_names() if _CAMEL.fullmatch(name)}  # "BooksCorpus", "Books Corpus"
    for name in (*known_names(), *sorted(split)):
        words = tuple(_WORD.findall(name.lower()))
        if not words or _plain(name):
            continue
        like_a_word = len(name) < _EXACT_BELOW or name in split or meanings(name)
        exact = name if like_a_word and not any(sign.isdigit() for sign in name) else None
        found.setdefault(words[0], []).append((words[1:], exact))
    return {first: tuple(sorted(names, key=lambda item: -len(item[0]))) for first, names in found.items()}


@cache
def _last_words() -> frozenset[str]:
    """A text with none of these has no known name in it; last words are rarer than first ones ("the", "common")."""
    return frozenset(rest[-1] if rest else first for first, names in _index().items() for rest, _ in names)


@cache
def _keys() -> frozenset[str]:
    return frozenset(dataset_key(name) for name in known_names() if not _plain(name))


def _plain(name: str) -> bool:
    return re.fullmatch(r"[a-z ]*", name) is not None
