"""The places beside the key `license` that speak of the licence, each with what was recognised in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.card_facts import Value
from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.licences.files import is_licence_file, is_notice
from modelpick.licences.fingerprints import identify, terms_in
from modelpick.licences.lookup import licence_of
from modelpick.vetting.answers.contract_license import LicenseSource, LicenseTerm, Subject
from modelpick.vetting.answers.license_links import linked_licence
from modelpick.vetting.answers.license_words import mentions, speaks_of_licence
from modelpick.vetting.answers.view import CardView
from modelpick.vetting.answers.words import late

TOOL_VALUE = "license"
"""What TRL writes into the misspelt key `licence` of every card; it names nothing."""

_POLICY = late(r"(?i)use[-_ ]?policy")
_PARTS: tuple[tuple[Subject, re.Pattern[str]], ...] = (
    ("code", late(r"(?i)(?:^|[-_./ ])(?:code|software|src|source)(?:$|[-_./ ])")),
    ("data", late(r"(?i)(?:^|[-_./ ])(?:data|datasets?)(?:$|[-_./ ])")),
    ("weights", late(r"(?i)(?:^|[-_./ ])(?:models?|weights?|checkpoints?|ckpts?)(?:$|[-_./ ])")),
    ("component", late(r"(?i)third[-_ ]?part(?:y|ies)|dependenc(?:y|ies)")),
)
_HEADER_KEYS = ("license", "modelspec.license", "general.license", "general.license.name", "general.license.link")


def read_sources(facts: RepoFacts, view: CardView) -> tuple[LicenseSource, ...]:
    """All other sources, in this order: tag, the keys beside `license`, files, headers of weights, gate, the Hub."""
    files = tuple(_files(facts))
    return (
        *_tags(facts),
        *_keys(facts, view, files),
        *files,
        *_headers(facts),
        *_gate(view),
        *_from_the_hub(facts, view),
    )


def read_terms(facts: RepoFacts) -> tuple[LicenseTerm, ...]:
    """The thresholds and excluded places of the licence files and use policies of the model."""
    found: list[LicenseTerm] = []
    for path, text in _texts(facts).items():
        if part_of(path) in {None, "weights"}:
            for term in terms_in(text):
                quote = Evidence(file=path, line=term.line, quote=term.quote)
                found.append(LicenseTerm(kind=term.kind, amount=term.amount, per=term.per, evidence=quote))
    return tuple(found)


def hub_values(facts: RepoFacts, key: str) -> tuple[str, ...]:
    """The strings of a key of the front matter as the Hub tells it."""
    return tuple(_strings(facts.card_data.get(key)))


def part_of(path: str) -> Subject | None:
    """What a licence file is for by its name or folder: `LICENSE-CODE` the code, `vae/LICENSE` a component."""
    folder, _, name = path.rpartition("/")
    stem = re.sub(r"(?i)\.(?:txt|md|rst)$", "", name)
    for subject, pattern in _PARTS:
        if pattern.search(stem) or (folder and pattern.search(folder)):
            return subject
    return "component" if folder else None


def named_licence(value: str) -> str | None:
    """The id of the table that a name means, as a key or a header has it: the name itself, or the one in it."""
    known = licence_of(value)
    if known is not None:
        return known.hub_id
    ids = {mention.hub_id for mention in mentions(value[:300])}
    return ids.pop() if len(ids) == 1 else None


def _tags(facts: RepoFacts) -> Iterator[LicenseSource]:
    for tag in facts.tags or ():
        if tag.startswith("license:"):
            value = tag.removeprefix("license:")
            yield LicenseSource(source="tag", value=value, hub_id=_id(value))


def _keys(facts: RepoFacts, view: CardView, files: tuple[LicenseSource, ...]) -> Iterator[LicenseSource]:
    for value in view.strings("license_name"):
        yield LicenseSource(
            source="license_name", value=value, evidence=_at(view, "license_name"), hub_id=named_licence(value)
        )
    for value in view.strings("license_link"):
        hub_id = _linked(facts, value, files)
        yield LicenseSource(source="license_link", value=value, evidence=_at(view, "license_link"), hub_id=hub_id)
    for value in view.strings("licence"):
        hub_id = None if value.lower() == TOOL_VALUE else _id(value)
        yield LicenseSource(source="licence", value=value, evidence=_at(view, "licence"), hub_id=hub_id)


def _linked(facts: RepoFacts, link: str, files: tuple[LicenseSource, ...]) -> str | None:
    """The licence that a link leads to: a file of this repo, or a page that everybody knows."""
    path = link.removeprefix("./")
    own = re.match(r"https?://(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/(?:blob|resolve|raw)/[^/]+/(.+)", link)
    if own and facts.repo_id and own[1].lower() == facts.repo_id.lower():
        path = own[2]
    for source in files:
        if source.value == path:
            return source.hub_id
    return linked_licence(link)


def _files(facts: RepoFacts) -> Iterator[LicenseSource]:
    texts = _texts(facts)
    paths = dict.fromkeys([*(file.path for file in facts.files or () if _is_licence(file.path)), *texts])
    for path in paths:
        found = None if path not in texts or _POLICY.search(path) else identify(texts[path])
        subject = part_of(path)
        if found is None:
            yield LicenseSource(source="file", value=path, subject=subject)
            continue
        yield LicenseSource(
            source="file",
            value=path,
            evidence=Evidence(file=path, line=found.line, quote=found.quote),
            hub_id=found.hub_id,
            sure=found.sure,
            subject=subject,
            restricts=found.restricts,
            added=Evidence(file=path, line=found.added[0], quote=found.added[1]) if found.added else None,
        )


def _texts(facts: RepoFacts) -> dict[str, str]:
    return {text.path: text.text for text in facts.texts if _is_licence(text.path)}


def _is_licence(path: str) -> bool:
    return is_licence_file(path) and not is_notice(path)


def _headers(facts: RepoFacts) -> Iterator[LicenseSource]:
    """One source for each value, however many shards repeat it."""
    seen: set[str] = set()
    for weights in facts.weights:
        for key in _HEADER_KEYS:
            value = weights.metadata.get(key, "").strip()[:300]
            if value and value not in seen:
                seen.add(value)
                hub_id = _linked(facts, value, ()) if key.endswith("link") else named_licence(value)
                quote = Evidence(file=weights.path, line=0, quote=value)
                yield LicenseSource(source="weights header", value=value, evidence=quote, hub_id=hub_id)


def _gate(view: CardView) -> Iterator[LicenseSource]:
    for line in view.gate:
        for mention in mentions(line.text) if speaks_of_licence(line.low) else ():
            hub_id = _id(mention.hub_id)
            yield LicenseSource(source="gate text", value=mention.words, evidence=view.evidence(line), hub_id=hub_id)
            return


def _from_the_hub(facts: RepoFacts, view: CardView) -> Iterator[LicenseSource]:
    if not view.strings("license"):
        for value in hub_values(facts, "license"):
            yield LicenseSource(source="hub", value=value, hub_id=_id(value))


def _id(value: str) -> str | None:
    licence = licence_of(value)
    return licence.hub_id if licence else None


def _at(view: CardView, key: str) -> Evidence | None:
    found = view.key_evidence(key)
    return found[0] if found else None


def _strings(value: Value) -> Iterator[str]:
    for item in (value,) if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ():
        if isinstance(item, str) and item.strip():
            yield item.strip()
