"""What the licences of its bases ask of a derived model was done.

What it checks
    For each base whose licence asks for it: whether the repo's name begins as it demands, whether the card or a notice
    shows the words that it wants shown, and whether the repo holds a copy of the licence, or the notices of the base.

Why it matters
    These duties pass on to you with the model: what its maker left out you have to add before you share it.

How to fix
    Take the licence and the notices from the base, show the words that it asks for, and name what you make of it so.

Limits
    Looks at the name, the card and the licence files of the repo; what stands on a website is not seen. The duties are
    told in short from our table: the text counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelpick.facts import RepoFacts
from modelpick.findings import Severity
from modelpick.licences.files import is_licence_file, is_notice
from modelpick.licences.lookup import Licence, licence_of
from modelpick.vetting.answers.contract_license import Ancestor
from modelpick.vetting.answers.lineage import is_free
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, unknown

_AGREEMENTS = frozenset({"community", "open-rail", "research-only"})
_MAX_NAMES = 3
_FLOW_DOWN = re.compile(r"(?i)gemma terms of use|ai\.google\.dev/gemma/(?:terms|prohibited)|prohibited use policy")


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each duty that does not seem to be met."""
    facts = reading.facts
    subject = facts.repo_id or facts.requested
    bases: dict[str, tuple[Licence, Ancestor]] = {}
    for ancestor in reading.answers.license.lineage:
        licence = licence_of(ancestor.hub_id) if ancestor.hub_id else None
        if licence is not None and not is_free(ancestor, subject):
            bases.setdefault(licence.hub_id, (licence, ancestor))
    if not bases:
        yield not_applicable("no base with a known licence of another owner")
        return
    said = [one for licence, base in bases.values() for one in _of_base(facts, licence, base)]
    yield from said
    if not said:
        yield passed("the name, the words to show and the licence texts are as its bases ask")


def _of_base(facts: RepoFacts, licence: Licence, base: Ancestor) -> Iterator[Said]:
    """What one licence asks for and is not there, in one finding as grave as its gravest part."""
    lacking = [*_lacking(facts, licence, base)]
    copy = _asks_for_copy(licence, base)
    if lacking:
        words = "; ".join(words for words, _ in lacking)
        message = f"as `{licence.hub_id}` of its base `{base.repo_id}` asks: {words}"
        yield failed(message, *base.evidence[:1], severity=max(severity for _, severity in lacking))
    elif facts.files is None and (copy or _files_of(_facts_of(facts, base))):
        yield unknown(
            f"the files are not listed, so nobody knows whether the licence of `{base.repo_id}` is kept",
            severity=Severity.INFO,
        )


def _lacking(facts: RepoFacts, licence: Licence, base: Ancestor) -> Iterator[tuple[str, Severity]]:
    name = (facts.repo_id or "").rpartition("/")[2]
    if licence.name_prefix and name and not _begins_with(name, licence.name_prefix):
        yield f"the name `{name}` does not begin with `{licence.name_prefix}`", Severity.MEDIUM
    unread = any(missing.what == "card" for missing in facts.missing)
    if licence.display and not unread and not _shows(facts, licence.display):
        yield f"nothing says `{licence.display}`", Severity.LOW
    if (
        licence.hub_id == "gemma"
        and not unread
        and base.relation_to_subject != "adapter"
        and not _passes_gemma_on(facts)
    ):
        yield "neither the terms of Gemma nor its list of prohibited uses are passed on", Severity.MEDIUM
    if facts.files is None or _files_of(facts):
        return
    if _asks_for_copy(licence, base):
        yield "no copy of the agreement lies in the repo", Severity.LOW
    elif licence.family == "permissive" and base.relation_to_subject != "adapter":
        kept = [f"`{path}`" for path in _files_of(_facts_of(facts, base))[:_MAX_NAMES]]
        if kept:
            yield f"the base has {', '.join(kept)}, and the repo has no such file", Severity.INFO


def _asks_for_copy(licence: Licence, base: Ancestor) -> bool:
    return licence.family in _AGREEMENTS and base.relation_to_subject != "adapter"


def _begins_with(name: str, prefix: str) -> bool:
    """Whether a name begins with the words, whatever stands between them; `Meta` may stand before."""
    letters = re.sub(r"[\W_]+", "", name.casefold()).removeprefix("meta")
    return letters.startswith(re.sub(r"[\W_]+", "", prefix.casefold()))


def _shows(facts: RepoFacts, words: str) -> bool:
    pattern = re.compile(r"[\W_]+".join(map(re.escape, words.split())), re.I)
    texts = [text.text for text in facts.texts if is_licence_file(text.path) and is_notice(text.path)]
    return any(pattern.search(text) for text in (facts.card.text if facts.card else "", *texts))


def _passes_gemma_on(facts: RepoFacts) -> bool:
    texts = [text.text for text in facts.texts if is_licence_file(text.path)]
    return any(_FLOW_DOWN.search(text) for text in (facts.card.text if facts.card else "", *texts))


def _files_of(facts: RepoFacts | None) -> list[str]:
    return [file.path for file in (facts.files if facts else None) or () if is_licence_file(file.path)]


def _facts_of(facts: RepoFacts, base: Ancestor) -> RepoFacts | None:
    return next((d.facts for d in facts.lineage if d.facts and d.facts.repo_id == base.repo_id), None)


CHECK = Check(
    id="license-duties",
    severity=Severity.MEDIUM,
    remediation="take the licence and notices from the base, and show and name what you make of it as it asks",
    run=run,
)
