"""All places that name a base name the same, and its shape is the base's.

What it checks
    Whether the header, the text, config.json, adapter_config.json, the headers of GGUF files and a merge config name
    the same base (a model under its old id is the same, and so is one that the other was made from), and whether
    architecture and sizes in config.json are those of the base.

Why it matters
    A model that was made from another than it says has other terms, other data and other limits than it says.

How to fix
    Ask the maker what the model was made from; work with the stricter of the two.

Limits
    `_name_or_path` of config.json may be a leftover; a path of the maker's machine says nothing. Where nobody walked,
    two names may be of one line, so that counts little. Weights are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modelpick.card.bases import CONFIG, NamedBase, quote_of_key, read_object
from modelpick.facts import RepoFacts, TextFile
from modelpick.findings import Confidence, Evidence, Severity
from modelpick.vetting.answers.lineage import place_of
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed

_PLACES = {
    "hub": "the Hub",
    "header": "the header",
    "text": "the text",
    "adapter_config": "adapter_config.json",
    "config": "config.json",
    "gguf": "the header of the weights",
    "mergekit": "the merge config",
}
_SIZES = {
    "hidden_size": ("hidden_size", "d_model", "n_embd", "dim"),
    "vocab_size": ("vocab_size",),
}
_TOKENS = 0.02
"""A vocabulary that differs by less is the base's with tokens added."""


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each place that names another base than the header, and for each size that is not the base's."""
    facts = reading.facts
    statements = [named for named in reading.answers.named_bases if not named.local]
    said = [*_names(facts, statements), *_shape(facts, statements)]
    yield from said
    if not said and statements:
        yield passed("all places that name a base agree")
    elif not said:
        yield not_applicable("no base model is named")


# --- names ------------------------------------------------------------------------------------------------------


def _names(facts: RepoFacts, statements: list[NamedBase]) -> Iterator[Said]:
    told = [named for named in statements if named.place in {"header", "text"}]
    told = told or [named for named in statements if named.place == "hub"]
    if not told:
        return
    line = _Line(facts)
    seen: set[str] = set()
    for named in statements:
        if named.place in {"hub", told[0].place} or named.repo_id.lower() in seen:
            continue
        if any(line.same(named.repo_id, other.repo_id) for other in told if other.place == told[0].place):
            continue
        seen.add(named.repo_id.lower())
        first = told[0]
        mirror = _last(named.repo_id) == _last(first.repo_id)
        unsure = mirror or named.place == "config" or not facts.lineage
        severity = Severity.LOW if unsure else Severity.MEDIUM
        yield failed(
            f"{_PLACES[named.place]} names `{named.repo_id}`, {_PLACES[first.place]} `{first.repo_id}`"
            + (": of the same name, but of another owner" if mirror else ""),
            first.evidence,
            named.evidence,
            severity=severity,
            confidence=Confidence.LOW if named.place == "config" else Confidence.MEDIUM,
        )


class _Line:
    """Which names stand for one model, and which for models of one line."""

    def __init__(self, facts: RepoFacts) -> None:
        self._real: dict[str, str] = {}
        self._bases: dict[str, set[str]] = {}
        for descent in facts.lineage:
            base = descent.base.repo_id.lower()
            if descent.facts is not None and descent.facts.repo_id:
                self._real[base] = descent.facts.repo_id.lower()
            self._bases.setdefault(self.real(descent.child), set()).add(self.real(base))

    def real(self, name: str) -> str:
        """The id by which the Hub knows a name."""
        return self._real.get(name.lower(), name.lower())

    def same(self, one: str, other: str) -> bool:
        """Whether two names stand for one model, an old bare name and a new one, or for two of one line."""
        a, b = self.real(one), self.real(other)
        bare = "/" not in a or "/" not in b
        return a == b or (bare and _last(a) == _last(b)) or b in self._above(a) or a in self._above(b)

    def _above(self, name: str) -> set[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for base in self._bases.get(waiting.pop(), set()) - found:
                found.add(base)
                waiting.append(base)
        return found


def _last(name: str) -> str:
    return name.lower().rpartition("/")[2]


# --- shape ------------------------------------------------------------------------------------------------------


def _shape(facts: RepoFacts, statements: list[NamedBase]) -> Iterator[Said]:
    """Differences of the configs, where the model was made from one base whose config was read."""
    first = [descent for descent in facts.lineage if descent.depth == 1 and descent.facts is not None]
    base = first[0].facts if len({d.facts.repo_id for d in first if d.facts}) == 1 else None
    if base is None or first[0].base.relation in {"adapter", "merge"} or not statements:
        return
    mine, theirs = _config(facts), _config(base)
    if mine is None or theirs is None:
        return
    own, other = read_object(mine), read_object(theirs)
    quote = _Quotes(mine, theirs, place_of(base))
    kind, base_kind = own.get("model_type"), other.get("model_type")
    if isinstance(kind, str) and isinstance(base_kind, str) and kind != base_kind and not _holds(own, base_kind):
        yield failed(
            f"config.json says `{kind}`, that of its base `{base.repo_id}` says `{base_kind}`: another architecture",
            *quote.of("model_type"),
            confidence=Confidence.MEDIUM,
        )
        return
    for what, keys in _SIZES.items():
        key = next((key for key in keys if _is_size(own.get(key)) and _is_size(other.get(key))), None)
        if key is None:
            continue
        a, b = own[key], other[key]
        if not isinstance(a, int) or not isinstance(b, int) or a == b:
            continue
        if what == "vocab_size" and b <= a <= b * (1 + _TOKENS):
            continue
        yield failed(
            f"`{key}` is {a:,}, in the config of its base `{base.repo_id}` {b:,}",
            *quote.of(key),
            severity=Severity.LOW if what == "vocab_size" else None,
            confidence=Confidence.MEDIUM,
        )


class _Quotes:
    """The lines of two configs that give a key."""

    def __init__(self, mine: TextFile, theirs: TextFile, place: str) -> None:
        self._mine = mine
        self._theirs = theirs
        self._place = place

    def of(self, key: str) -> tuple[Evidence, Evidence]:
        own, other = (quote_of_key(text, key, read_object(text).get(key)) for text in (self._mine, self._theirs))
        named = Evidence(file=f"{self._place}/{other.file}", line=other.line, quote=other.quote)
        return own, named


def _config(facts: RepoFacts) -> TextFile | None:
    return next((text for text in facts.texts if text.path == CONFIG), None)


def _holds(config: Mapping[str, object], model_type: str) -> bool:
    """Whether a part of a composed model (`text_config`, `encoder`) is of that type."""
    return any(isinstance(part, Mapping) and part.get("model_type") == model_type for part in config.values())


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


CHECK = Check(
    id="base-named-rightly",
    severity=Severity.MEDIUM,
    remediation="ask the maker what it was made from, and work with the stricter terms of the two",
    run=run,
)
