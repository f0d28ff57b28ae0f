"""Which of the licences that a repo names count for the model, and which are kin to each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from modelpick.licences.lookup import Licence, licence_of
from modelpick.vetting.answers.contract_license import LicenseSource
from modelpick.vetting.answers.license_prose import Prose

NO_NAME = frozenset({"other", "unknown"})
"""Ids that tell no licence."""


def files_of_model(sources: Sequence[LicenseSource]) -> list[LicenseSource]:
    """The licence files that were recognised and stand for the weights: those named for them, else those for all."""
    files = [source for source in sources if source.source == "file" and source.hub_id]
    return [file for file in files if file.subject == "weights"] or [file for file in files if file.subject is None]


def ids_to_work_with(declared: Sequence[str], sources: Sequence[LicenseSource], prose: Prose) -> list[str]:
    """The ids that count: those declared (for `other` and for a family what tells the text), else those said elsewhere.

    Without a key: the tag or what the Hub tells, the misspelt key, the files and the text, the headers of the weights,
    the gate text.
    """
    names = [source for source in sources if source.source == "license_name"]
    files = [file.hub_id for file in files_of_model(sources) if file.hub_id]
    links = recognised(sources, "license_link")
    named = list(dict.fromkeys(mention.hub_id for mention, _ in prose.named))
    texts = [*files, *recognised(sources, "license_name"), *links, *named]
    ids: list[str] = []
    for value in declared:
        licence = licence_of(value)
        if value.lower() in NO_NAME:
            if names and not all(name.hub_id for name in names):
                ids += files or links or [*(name.value for name in names), *named]
            else:
                ids += recognised(sources, "license_name") or files or links or named or [value]
        elif licence is not None and licence.is_family:
            ids += [one for one in texts if kin_ids(one, licence.hub_id)] or [value]
        else:
            ids.append(value)
    ids = ids or [source.value for source in sources if source.source == "tag"]
    ids = ids or [source.value for source in sources if source.source == "hub"] or recognised(sources, "licence")
    ids = ids or recognised(sources, "license_name") or [*files, *(named if files or named else links)]
    ids = ids or links or recognised(sources, "weights header") or recognised(sources, "gate text")
    return list(dict.fromkeys(ids))


def recognised(sources: Iterable[LicenseSource], place: str) -> list[str]:
    """The ids that were recognised in the sources of one place."""
    return [source.hub_id for source in sources if source.source == place and source.hub_id]


def kin_ids(one: str, other: str) -> bool:
    """Whether two ids name the same licence, or a family and a member of it."""
    a, b = licence_of(one), licence_of(other)
    return a is not None and b is not None and kin(a, b)


def kin(a: Licence, b: Licence) -> bool:
    """Whether two licences are the same, or a family and a member of it (`cc` and `cc-by-4.0`, `gpl` and `gpl-3.0`)."""
    if a.hub_id == b.hub_id:
        return True
    return any(_member(one, family) for one, family in ((a, b), (b, a)) if family.is_family)


def _member(one: Licence, family: Licence) -> bool:
    if family.hub_id == "openrail":
        return one.family == "open-rail"
    if family.hub_id == "cc":
        return one.hub_id.startswith(("cc-", "cc0"))
    return bool(re.fullmatch(rf"{re.escape(family.hub_id)}-\d.*", one.hub_id))


def contradicts(said: Licence | None, stated: Sequence[Licence]) -> bool:
    """Whether a licence named elsewhere is none of the stated ones, nor a family or member of one."""
    if said is None or said.hub_id in NO_NAME:
        return False
    return not any(kin(said, one) for one in stated)


def versions(said: Licence | None, stated: Sequence[Licence]) -> bool:
    """Whether a licence is another version of one of the stated ones, and both say the same of commercial use."""
    return said is not None and any(
        said.commercial_use == one.commercial_use and said.family == one.family and stem(said) == stem(one)
        for one in stated
    )


def stem(licence: Licence) -> str:
    """The id without its version: `cc-by-sa`, `llama`, `gpl`."""
    return licence.hub_id.rstrip("0123456789.").rstrip("-")
