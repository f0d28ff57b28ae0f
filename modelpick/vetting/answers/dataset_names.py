"""Names of data sets in a sentence: links, code spans, known names, and what stands before "data set" or after "on"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from modelpick.licences.datasets import dataset_terms
from modelpick.vetting.answers.dataset_gazetteer import is_known, known_in
from modelpick.vetting.answers.dataset_patterns import (
    A_SET,
    A_WORD,
    AFTER_FOREIGN_ON,
    AFTER_FROM,
    AFTER_ON,
    AFTER_ON_PART,
    AFTER_SET,
    AFTER_STAGE,
    BEGINNING,
    BETWEEN,
    CAPITALS,
    CODE,
    CODE_OF,
    CONNECTORS,
    DATA,
    EVENTS,
    FOREIGN,
    FOREIGN_STEMS,
    FROM,
    GERMAN_ON,
    HASH,
    HUB_URL,
    KAGGLE,
    LANGUAGE_USING,
    LATIN_BEFORE,
    LINK,
    LISTED,
    MAX_CODE,
    MAX_SPAN,
    MAX_TOKEN,
    MIN_SHAPE,
    MODEL_URL,
    NAME_LIKE,
    PLAIN_BEFORE_SET,
    QUOTED,
    SCRIPT,
    SET,
    SET_ID,
    SET_WORD,
    SIGLA,
    STAGES,
    TAKEN_FROM,
    TWO_CAPITALS,
    USED_IN,
    VERSION,
)
from modelpick.vetting.answers.dataset_words import (
    A_LANGUAGE,
    A_TASK,
    HARDWARE,
    MODEL_LIKE,
    MODEL_WORD,
    NO_NAME,
    PLAIN_ENDING,
    PLAIN_NOUN,
    PLAIN_WORDS,
    PLATFORM,
    RECIPE,
)

_SHORTEST_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Named:
    """A name, where it begins in the sentence's plain text (-1 where only the markup has it), its Hub id if linked."""

    name: str
    at: int
    hub_id: str | None = None


@lru_cache(maxsize=2048)  # cards of one tool say the same sentences
def names_in(text: str, quote: str, *, known_only: bool = False, listed: bool = False) -> tuple[Named, ...]:
    """The data sets named in a sentence, in order, each once. `text` is plain, `quote` has the markup.

    `known_only` takes links to data sets of the Hub and known names, and leaves out what only looks like a name.
    `listed` is for the sentences of a section about data, where names need no cue before them.
    """
    found: dict[str, Named] = {}
    models = _model_labels(quote)
    for named in sorted(_all_names(text, quote, known_only, listed), key=lambda n: (n.at < 0, n.at, -len(n.name))):
        key = re.sub(r"[\W_]+", "", named.name.lower())
        if named.hub_id is None and any(named.name in label for label in models):
            continue
        if key and not any(_is_part(named, other) or _is_part(other, named) for other in found.values()):
            found[key] = named
    return tuple(found.values())


def _model_labels(quote: str) -> list[str]:
    """The labels of links to models of the Hub: what they name is no data set."""
    if "](" not in quote:
        return []
    return [label.strip("`* ") for label, url in LINK.findall(quote) if MODEL_URL.search(url)]


def looks_like_name(words: str) -> bool:
    """Whether words are written like the name of a data set: an inner capital, two capitals, a digit, `_` or `/`."""
    return bool(NAME_LIKE.search(words)) and bool(trimmed(words, 0))


def hub_ids(quote: str) -> tuple[str, ...]:
    """The data sets of the Hub that a piece of Markdown links to."""
    return tuple(match[1] for match in HUB_URL.finditer(quote)) if "/datasets/" in quote else ()


def _is_part(short: Named, long: Named) -> bool:
    """Whether one name is the other or a part of it; `CIFAR-10` is no part of `CIFAR-100`."""
    a, b = (re.sub(r"[\W_]+", " ", named.name.lower()) for named in (short, long))
    return a.replace(" ", "") in b.replace(" ", "") and not re.search(rf"{a}(?<=\d)\d", b)


def _all_names(text: str, quote: str, known_only: bool, listed: bool) -> Iterator[Named]:
    if "](" in quote:
        for label, url in LINK.findall(quote):
            clean = label.strip("`* ")
            if hub := hub_ids(url):
                bare = clean.startswith("http") or bool(HASH.fullmatch(clean)) or all(map(_is_plain, clean.split()))
                short = trimmed(clean, 0)
                name = hub[0] if bare else short[0].name if len(short) == 1 else clean
                yield Named(name, text.find(clean), hub[0])
            elif listed and not known_only and not MODEL_URL.search(url):
                at = text.find(clean)
                if USED_IN.search(text, max(0, at - MAX_CODE), max(0, at)):
                    continue
                if _is_label(clean) or (FROM.search(text[:at]) and trimmed(clean, 0) and clean[:1].isupper()):
                    yield Named(clean, at)
    for hub_id in hub_ids(LINK.sub("", quote)):
        yield Named(hub_id, text.find(hub_id), hub_id)
    for match in KAGGLE.finditer(quote) if "kaggle.com/" in quote and not SCRIPT.search(quote) else ():
        yield Named(match[1], text.find(match[1]))
    certain = [
        Named(name, at)
        for name, at in known_in(text)
        if not RECIPE.match(text, at + len(name)) and not PLATFORM.fullmatch(name)
    ]
    yield from certain
    if known_only:
        return
    for named in certain:
        yield from _rest_of_list(text, named.at + len(named.name))
    yield from _by_pattern(text, quote, listed)


def _is_label(words: str) -> bool:
    return looks_like_name(words) and len(words) < 60 and not MODEL_WORD.search(words) and not words.startswith("http")


def _by_pattern(text: str, quote: str, listed: bool) -> Iterator[Named]:
    if "`" in quote:
        for match in CODE.finditer(quote):
            name = match[1].strip()
            a_set = re.match(rf" ?{SET}", quote[match.end() : match.end() + 20])
            if dataset_terms(name) or (a_set and trimmed(name, 0)):
                yield Named(name, text.find(name))
    for match in QUOTED.finditer(text) if '"' in text or "“" in text or "`" in text else ():
        if not MODEL_WORD.search(match[1]) and ("-" in match[1] or looks_like_name(match[1])):
            yield Named(match[1], match.start(1))
    starts = [*AFTER_ON_PART.finditer(text)]
    if listed:
        starts += [*AFTER_FROM.finditer(text), *BEGINNING.finditer(text)]
    if sets := list(A_SET.finditer(text)):
        for match in sets:
            span, at = _span_before(text, match.start())
            if span.endswith(("'s", "’s")) and " " not in span:
                continue  # somebody's corpus
            if match[0].lower() not in EVENTS or TAKEN_FROM.search(text[max(0, at - MAX_CODE) : at]):
                yield from trimmed(span, at)
        for match in (*PLAIN_BEFORE_SET.finditer(text), *SET_ID.finditer(text)):
            yield from trimmed(match[1], match.start(1))
        starts += AFTER_SET.finditer(text)
    for match in DATA.finditer(text):
        span, at = _span_before(text, match.start())
        if looks_like_name(span):
            yield from trimmed(span, at)
    if not text.isascii():
        yield from _foreign(text)
    if "trainiert" in text or "feinabgestimmt" in text:
        starts += GERMAN_ON.finditer(text)
    for match in starts:
        yield from _run_of_names(text, match, strict=True)
    certain = [*AFTER_ON.finditer(text)]
    if any(stage in text for stage in STAGES):
        certain += AFTER_STAGE.finditer(text)
    if any(stem in text for stem in FOREIGN_STEMS):
        certain += AFTER_FOREIGN_ON.finditer(text)
    for match in certain:
        yield from _run_of_names(text, match, strict=False)


def _span_before(text: str, end: int) -> tuple[str, int]:
    """The run of words that look like a name and end there, and where it begins; walked back word by word."""
    window = text[max(0, end - MAX_TOKEN) : end]
    if between := BETWEEN.search(window):
        end -= len(window) - between.start()
    first = pos = end
    for _ in range(MAX_SPAN):
        start = text.rfind(" ", max(0, pos - MAX_TOKEN), pos) + 1
        word = text[start:pos].lstrip("([\"'“*`")
        if A_WORD.fullmatch(word):
            first = pos - len(word)
        elif first == end or word not in CONNECTORS:
            break
        if len(word) < pos - start or start == 0:
            break
        pos = start - 1
    if end - first <= MAX_CODE and (config := CODE_OF.search(text, max(0, first - MAX_CODE), first)):
        return _span_before(text, config.start() + 1)  # "COMMON_VOICE - BR dataset": a set and its language
    return text[first:end], first


def _foreign(text: str) -> Iterator[Named]:
    for match in FOREIGN.finditer(text):
        at = match.start(1)
        if _is_name(match[1]) or "-" in match[1]:
            yield from trimmed(match[1], at)
        while before := LATIN_BEFORE.search(text, max(0, at - MAX_TOKEN), at):  # "AとBで学習": both
            at = before.start(1)
            if _is_name(before[1]) or "-" in before[1]:
                yield from trimmed(before[1], at)


def _run_of_names(text: str, match: re.Match[str], *, strict: bool) -> Iterator[Named]:
    """A name and those listed after it: `on X, Y and Z`. None where the words after it say that it is a model."""
    if MODEL_LIKE.match(text[match.end() : match.end() + 40]) or MODEL_WORD.search(match[1]):
        return
    spans = [(match[1], match.start(1)), *_listed_after(text, match.end())]
    if not strict and not _is_name(match[1]) and LANGUAGE_USING.match(text, match.end()):
        spans = spans[1:]
    yield from _names_of(text, spans, strict=strict)


def _rest_of_list(text: str, end: int) -> Iterator[Named]:
    """The names that go on a list after a name that ends there."""
    return _names_of(text, _listed_after(text, end), strict=True, in_company=True)


def _listed_after(text: str, end: int) -> list[tuple[str, int]]:
    spans: list[tuple[str, int]] = []
    while more := LISTED.match(text, end):
        end = more.end()
        if MODEL_LIKE.match(text[end : end + 40]) or MODEL_WORD.search(more[1]):
            break
        spans.append((more[1], more.start(1)))
    return spans


def _names_of(text: str, spans: list[tuple[str, int]], *, strict: bool, in_company: bool = False) -> Iterator[Named]:
    """Those of a list that are names: where one is surely, words in capitals beside it are too.

    Not `strict`: a capital is enough, where no plain noun makes the word an adjective ("on Swiss texts").
    """
    in_company = in_company or any(_is_name(span) for span, _ in spans)
    for span, at in spans:
        taken = _is_name(span) or (in_company and CAPITALS.fullmatch(span))
        if taken or not (strict or PLAIN_NOUN.match(text, at + len(span)) or A_TASK.search(span)):
            yield from trimmed(span, at)


def _is_name(words: str) -> bool:
    return looks_like_name(words) or is_known(words)


def trimmed(words: str, at: int) -> tuple[Named, ...]:
    """The name without the words around it that are none; empty where nothing is left. `A/B/C` are three names."""
    parts = words.split(" ")
    tongue = parts[0] if len(parts) > 2 and A_LANGUAGE.fullmatch(parts[0]) and SET_WORD.search(words) else ""
    while parts and _is_plain(parts[0]) and parts[0] != tongue:
        at += len(parts[0]) + 1
        parts = parts[1:]
    while parts and _is_plain(parts[-1]) and not VERSION.fullmatch(parts[-1]):
        parts = parts[:-1]
    name = re.sub(r"['’]s?\Z|-(?:Datens[aä]tz\w*|Korpus)\Z", "", " ".join(parts).strip(" .,:;-"))
    if "://" in name or name.startswith("http") or HARDWARE.search(name) or _is_digest(name):
        return ()
    several = name.split("/")
    if len(several) == 2 and NO_NAME.match(several[1]) and not is_known(several[1]):
        return ()  # the id of a model
    if len(several) > 2 or (len(several) == 2 and (is_known(several[0]) or SIGLA.fullmatch(name))):
        pieces = [(piece, name.find(piece)) for piece in several]
        return tuple(named for piece, offset in pieces for named in _piece(piece, at + offset))
    if len(name) < MIN_SHAPE and not is_known(name):
        return ()
    return (Named(name, at),) if re.search(r"[A-Za-z]", name) and not MODEL_WORD.search(name) else ()


def _is_digest(name: str) -> bool:
    """Whether a name is a checksum or a commit; a word such as `facade` is none."""
    return bool(HASH.fullmatch(name)) and any(sign.isdigit() for sign in name) and len(name) >= _SHORTEST_DIGEST


def _piece(name: str, at: int) -> tuple[Named, ...]:
    """A name between slashes, where two capitals are enough: `LAION/CC/SBU`."""
    return trimmed(name, at) or ((Named(name, at),) if TWO_CAPITALS.fullmatch(name) else ())


def _is_plain(word: str) -> bool:
    bare = word.strip(".,:;'’()-")
    if not bare or NO_NAME.match(bare) or bare.lower() in PLAIN_WORDS:
        return not is_known(bare)
    return bare.islower() and bare.replace("-", "").isalpha() and bool(PLAIN_ENDING.match(bare))
