"""The card speaks of this repo, not of another owner's.

What it checks
    Whether the card links to, or its code loads, a repo of the same name under another owner, or says that the model
    was developed by an organisation whose repo it is not; where that repo or organisation is named as the base, it is
    a copy that says so, and passes.

Why it matters
    A copied card with other files behind it is how malware posed as a famous lab's model. A forgotten copy is
    harmless, and still speaks of files that are not these.

How to fix
    Take the model from the owner whom the card names, or ask this owner why the card speaks of another repo.

Limits
    It knows organisations from a list of about a hundred. A repo that moved to another owner may keep old links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from modelpick.card_facts import Block, BlockKind, CardFacts
from modelpick.findings import Confidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, quote_of
from modelpick.vetting.known_owners import known_owners, organisations

_ID = r"([A-Za-z0-9][\w.-]{0,95})/([\w.-]{1,96})"
_LINK = re.compile(
    rf"(?i)\b(?:huggingface\.co|hf\.co)/(?!datasets/|spaces/|api/|docs/|papers/|blog/){_ID}(?!/resolve/)(?![\w.-])"
)
_CODE = re.compile(rf"(?<!dir=)(?<!dir = )(?<!path=)(?<!folder=)[\"']{_ID}[\"']")  # not where a folder here is named
_SAYS_SO = re.compile(
    r"(?i)\b(?:copy|copied|clone|mirror|fork|moved|renamed|re-?upload|convert|conversion|port|quanti)"
)
_DEVELOPED = re.compile(
    r"(?i)\s*(?:model )?(?:developed|created|released|published|provided|built|trained)(?: and \w+)? by\s*[:\-]*\s*"
    r"(?:the )?(?P<who>[\w.&' -]{2,60})"
    r"|\s*(?:model )?(?:developers?|publishers?|creators?)\s*:\s*(?:the )?(?P<whom>[\w.&' -]{2,60})"
)
_MAX_QUOTES = 2
_MAX_ROW = 2_000  # of a line that is looked at


def run(reading: Reading) -> Iterator[Said]:
    """The repos of the same name that the card links or loads, then the organisation that it gives as its maker."""
    facts = reading.facts
    card, repo_id = facts.card, facts.repo_id
    if card is None or repo_id is None or "/" not in repo_id:
        yield not_applicable("there is no card of a repo with an owner")
        return
    found = [*_same_name(reading, card, repo_id), *_maker(reading, card, repo_id)]
    yield from found or [passed("the card names no other owner as its own")]


def _same_name(reading: Reading, card: CardFacts, repo_id: str) -> Iterator[Said]:
    owner, name = repo_id.casefold().split("/", 1)
    if name not in card.text.casefold():
        return
    named = [*_named(card, name)]
    own_too = any(other.casefold().startswith(f"{owner}/") for other, _ in named)
    honest = {owner, *(base.split("/", 1)[0] for base in _bases(reading))}
    others: dict[str, dict[int, None]] = {}
    for other, line in named:
        if other.casefold().split("/", 1)[0] not in honest:
            others.setdefault(other, {})[line] = None
    for other, lines in list(others.items())[:_MAX_QUOTES]:
        famous = other.casefold().split("/", 1)[0] in known_owners()
        if own_too and not famous:  # an example that was not adapted everywhere
            continue
        quotes = [quote_of(card, line) for line in list(lines)[:_MAX_QUOTES]]
        says_so = any(_SAYS_SO.search(quote.quote) for quote in quotes)
        yield failed(
            f"the card {'also ' if own_too else ''}speaks of `{other}`, a repo of this name under another owner"
            + (", and tells why" if says_so else ""),
            *quotes,
            severity=Severity.MEDIUM if famous and not own_too else Severity.LOW,
            confidence=Confidence.MEDIUM,
        )


def _named(card: CardFacts, name: str) -> Iterator[tuple[str, int]]:
    """Id and line of each repo of that name that the card links, or that its code loads."""
    for number, row in enumerate(card.text.split("\n"), 1):
        if len(row) <= _MAX_ROW and "/" in row and name in row.casefold():
            for found in (*_LINK.finditer(row), *_CODE.finditer(row)):
                if found[2].casefold().rstrip(".") == name:
                    yield f"{found[1]}/{found[2].rstrip('.')}", number


def _maker(reading: Reading, card: CardFacts, repo_id: str) -> Iterator[Said]:
    owner = repo_id.casefold().split("/", 1)[0]
    known = organisations()
    related = {owner, *(base.split("/", 1)[0] for base in _bases(reading))}
    for block in card.blocks:
        if block.kind not in {BlockKind.LIST_ITEM, BlockKind.PARAGRAPH, BlockKind.TABLE_ROW} or block.placeholder:
            continue
        who = _organisation(block, known)
        if who is not None and not related & known[who]:
            yield failed(
                f"the card gives {who} as the developer, and `{repo_id.split('/')[0]}` is no known owner of theirs",
                quote_of(card, block.line),
                severity=Severity.LOW,
                confidence=Confidence.LOW,
            )
            return


def _organisation(block: Block, known: Mapping[str, frozenset[str]]) -> str | None:
    """The known organisation that a block such as `Developed by: OpenAI` names, and nothing else."""
    found = _DEVELOPED.match(block.text.replace(" | ", ": ", 1))
    if found is None:
        return None
    who = re.split(r"(?i)[,.(;]| and | team\b| research team", found["who"] or found["whom"])[0].strip().casefold()
    return who if who in known else None


def _bases(reading: Reading) -> set[str]:
    facts, answers = reading.facts, reading.answers
    told = [base.repo_id for base in facts.base_models] + [base.repo_id for base in answers.base_models]
    return {repo_id.casefold() for repo_id in told}


CHECK = Check(
    id="card-is-own",
    severity=Severity.MEDIUM,
    remediation="take the model from the owner whom the card names, or ask this owner about it",
    run=run,
)
