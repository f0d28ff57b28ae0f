"""What the licence of a base means for what was made of it, as a table: rules B1 to B12 and B16 of our notes.

Sources: the licence texts, in short in licences/licences.csv. A rule says that two labels may not fit, never that
somebody broke the law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from modelpick.findings import Severity
from modelpick.licences.lookup import Licence
from modelpick.vetting.answers.license_ids import stem

Says = Literal["same", "kin", "open", "commercial", "closed", "nothing", "unknown"]
"""What the derived model says beside the base's licence: the same or one that may follow it; another version of the
same kind; an open licence; another that allows commerce; one that does not; no licence; one that is not in our table.
"""

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_OPEN = frozenset({"permissive", "public-domain", "weak-copyleft", "strong-copyleft", "network-copyleft", "other-data"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row.

    Attributes:
        name: Of the rule in our notes.
        ids: Patterns of the base's licence id; `families`: of its family. One of both must fit.
        relations: Only for these uses of the base; empty for all but copies.
        follows: Patterns of licence ids that may follow the base's own.
        levels: What the derived model says -> how bad that is; nothing is said of what is not there.
        adapter: How bad it is at most for an adapter, which holds nothing of the base and needs all of it to run.
        owner_may: The text leaves it to the owner of the base to license what he makes of it as he likes.
        why: Follows "..., but its base X is under Y: ".
        remediation: What the user can do.
    """

    name: str
    ids: tuple[str, ...] = ()
    families: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    follows: tuple[str, ...] = ()
    levels: Mapping[Says, Severity]
    adapter: Severity = MEDIUM
    owner_may: bool = False
    why: str
    remediation: str


_WORK_WITH = "work with the terms of the base until its owner allows others, and pass them on with every copy"
_ANY: Mapping[Says, Severity] = {"open": HIGH, "commercial": HIGH, "kin": HIGH, "closed": HIGH}
_AGREEMENT: Mapping[Says, Severity] = {
    "open": HIGH, "commercial": HIGH, "kin": MEDIUM, "closed": LOW, "nothing": LOW, "unknown": LOW,
}  # fmt: skip
_NO_COMMERCE: Mapping[Says, Severity] = {
    "open": HIGH, "commercial": HIGH, "kin": LOW, "nothing": LOW, "unknown": LOW,
}  # fmt: skip
_THRESHOLD: Mapping[Says, Severity] = {
    "open": HIGH, "commercial": MEDIUM, "kin": LOW, "closed": LOW, "nothing": LOW, "unknown": LOW,
}  # fmt: skip
_COPY = frozenset({"quantized"})

RULES: tuple[Rule, ...] = (
    Rule(
        name="B8",
        families=frozenset({"no-derivatives"}),
        relations=frozenset({"finetune", "merge", "quantized", ""}),
        levels={**_ANY, "same": HIGH, "nothing": HIGH, "unknown": HIGH},
        owner_may=True,
        why="it allows no sharing of adapted versions, and a fine-tune, merge or conversion may be one",
        remediation="use the base itself, or ask its owner for the right to the adapted version",
    ),
    Rule(
        name="B16",
        families=frozenset({"permissive", "public-domain"}),
        relations=_COPY,
        levels={"open": MEDIUM, "commercial": MEDIUM, "closed": MEDIUM},
        owner_may=True,
        why="a copy, converted or not, is the same work, so the licence of the base is the one that holds",
        remediation="work with the licence of the base, and keep its notices",
    ),
    Rule(
        name="B16",
        ids=("*",),
        relations=_COPY,
        levels={**_ANY, "nothing": LOW, "unknown": MEDIUM},
        owner_may=True,
        why="a copy, converted or not, is the same work, so the licence of the base is the one that holds",
        remediation="work with the licence of the base",
    ),
    Rule(
        name="B2",
        ids=("llama*",),
        levels=_AGREEMENT,
        why="the agreement, its policy of use and its notice travel with every derived model; another label can cover "
        "the maker's own changes only",
        remediation=_WORK_WITH,
    ),
    Rule(
        name="B4",
        ids=("gemma",),
        levels=_AGREEMENT,
        why="its terms and the list of prohibited uses must be passed on with every derived model",
        remediation=_WORK_WITH,
    ),
    Rule(
        name="B5",
        families=frozenset({"open-rail"}),
        levels={"open": HIGH, "commercial": MEDIUM, "closed": LOW, "nothing": LOW, "unknown": LOW},
        why="its use restrictions must stay an enforceable part of the terms of every derived model",
        remediation="keep to the use restrictions of the base, and pass them on",
    ),
    Rule(
        name="B7",
        ids=("cc-by-nc-sa-*",),
        levels={**_ANY, "kin": LOW, "nothing": LOW, "unknown": LOW},
        adapter=HIGH,
        owner_may=True,
        why="adapted versions stay non-commercial and under the same licence",
        remediation="use it under the licence of the base only",
    ),
    Rule(
        name="B7",
        ids=("cc-by-sa-4.0",),
        follows=("gpl-3.0",),
        levels={**_ANY, "kin": LOW, "nothing": LOW, "unknown": LOW},
        owner_may=True,
        why="adapted versions must be under the same or a compatible licence",
        remediation=_WORK_WITH,
    ),
    Rule(
        name="B7",
        ids=("cc-by-sa-*",),
        follows=("cc-by-sa-4.0",),
        levels={**_ANY, "kin": LOW, "nothing": LOW, "unknown": LOW},
        owner_may=True,
        why="adapted versions must be under the same or a later version of the licence",
        remediation=_WORK_WITH,
    ),
    Rule(
        name="B6",
        families=frozenset({"non-commercial"}),
        levels=_NO_COMMERCE,
        adapter=HIGH,
        owner_may=True,
        why="what is made of it stays non-commercial",
        remediation="do not use it commercially, or ask the owner of the base for other terms",
    ),
    Rule(
        name="B11",
        families=frozenset({"research-only"}),
        levels={**_NO_COMMERCE, "closed": LOW},
        adapter=HIGH,
        why="what is made of it stays limited to research",
        remediation="use it for research only, or ask the owner of the base for other terms",
    ),
    Rule(
        name="B9",
        ids=("gpl*",),
        follows=("gpl*", "agpl-3.0"),
        levels=_ANY,
        owner_may=True,
        why="what is made of it must be under the same licence",
        remediation=_WORK_WITH,
    ),
    Rule(
        name="B9",
        ids=("eupl-*",),
        follows=("eupl-*", "*gpl-*", "mpl-2.0", "epl-*", "osl-3.0", "cc-by-sa-3.0"),
        levels=_ANY,
        owner_may=True,
        why="what is made of it, or offered over a network, must be under the same or a compatible licence",
        remediation=_WORK_WITH,
    ),
    Rule(
        name="B9",
        families=frozenset({"strong-copyleft", "network-copyleft"}),
        levels=_ANY,
        owner_may=True,
        why="what is made of it must be under the same licence, for the network ones also where it is only hosted",
        remediation=_WORK_WITH,
    ),
    Rule(
        name="B10",
        families=frozenset({"weak-copyleft"}),
        follows=("*gpl-*",),
        levels={"open": LOW, "commercial": LOW, "closed": LOW},
        adapter=LOW,
        owner_may=True,
        why="files that it covers keep its licence",
        remediation="keep the licence of the base with the files that came from it",
    ),
    Rule(
        name="B12",
        ids=("nvidia-open-model-license",),
        levels={"open": LOW, "commercial": LOW, "closed": LOW},
        why="its agreement and notice go along with every derived model",
        remediation="keep the agreement and the notice of the base",
    ),
    Rule(
        name="B12",
        ids=("modified-mit", "prior-labs-license"),
        families=frozenset({"community"}),
        levels=_THRESHOLD,
        why="its thresholds, notices and displays still apply to what is made of it",
        remediation=_WORK_WITH,
    ),
)
"""In order: the first that fits the base and the use counts. B1 (a permissive base) says nothing, so it has no row;
B3 is the check `license-duties`, B13 `base-known`, B14 `merge-terms`, B15 the column `adapter`, B17 `gate-bypassed`.
"""


def rule_for(licence: Licence | None, family: str | None, relation: str | None) -> Rule | None:
    """The rule that fits a base of that licence, or where its own words count of that family, used in that way."""
    hub_id = licence.hub_id if licence else ""
    if not hub_id and not family:
        return None
    for rule in RULES:
        used = (relation or "") in rule.relations if rule.relations else relation != "quantized"
        if used and (family in rule.families or any(fnmatchcase(hub_id, pattern) for pattern in rule.ids)):
            return rule
    return None


def says(own: Licence | None, stated: bool, base: Licence | None, rule: Rule) -> Says:
    """What a derived model's own licence is, seen from the base's; None for a base whose own words count."""
    if own is None:
        return "unknown" if stated else "nothing"
    if base is not None:
        if own.hub_id == base.hub_id or any(fnmatchcase(own.hub_id, pattern) for pattern in rule.follows):
            return "same"
        if stem(own) == stem(base):
            return "same" if own.is_family or base.is_family else "kin"
        if own.family == base.family == "open-rail":
            return "same"
    if own.commercial_use == "no":
        return "closed"
    return "open" if own.family in _OPEN else "commercial"
