"""What a search asks for, and whether a listed model fits it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, get_args

from modelpick.errors import UsageError
from modelpick.facts import ListedModel
from modelpick.hub.amounts import short_bytes
from modelpick.hub.listed import Kind, kind_of
from modelpick.hub.memory import needed_memory
from modelpick.licences.lookup import families, licence_of

SORTS: Mapping[str, str | None] = {
    "downloads": "downloads",
    "likes": "likes",
    "trending": "trendingScore",
    "created": "createdAt",
    "modified": "lastModified",
    "relevance": None,
    "parameters": None,
    "size": None,
    "fit": None,
}
"""Our word -> the Hub's, in whose order the largest or newest come first; None where the Hub has no such order."""

KINDS: tuple[Kind, ...] = get_args(Kind)
_FREE = ("permissive", "public-domain")
"""Families that `--license permissive` means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for; None asks for nothing. Several wishes narrow the search together.

    Attributes:
        task: A task id of the Hub (`hub.tasks`).
        text: On the Hub: part of the name. In the index: words of the id, the tags and the card, or their beginnings.
        author: A user or an organisation.
        license: An id of the Hub (`apache-2.0`) or a family of `licences.families`; `permissive` means
            `public-domain` too.
        commercial: Commercial use of the model is allowed without a condition.
        library, language, dataset: As the Hub tags them (`timm`, `de`, `imagenet-1k`).
        arch: Names of one architecture; one of them must stand in the name or the tags.
        kind: What it was made from.
        min_params, max_params: Number of parameters.
        max_size: Bytes of the weights.
        fits: Bytes of memory in which it must run.
        safetensors: Weights in this form.
        gated: True for gated models only, False for none of them.
        updated_since: A day, `YYYY-MM-DD`.
        sort: A key of `SORTS`.
        limit: How many at most.
    """

    task: str | None = None
    text: str | None = None
    author: str | None = None
    license: str | None = None
    commercial: bool = False
    library: str | None = None
    language: str | None = None
    dataset: str | None = None
    arch: tuple[str, ...] = ()
    kind: Kind | None = None
    min_params: int | None = None
    max_params: int | None = None
    max_size: int | None = None
    fits: int | None = None
    safetensors: bool = False
    gated: bool | None = None
    min_downloads: int | None = None
    min_likes: int | None = None
    updated_since: str | None = None
    sort: str = "downloads"
    limit: int = 20

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise UsageError(f"cannot sort by `{self.sort}`", f"sort by one of {', '.join(SORTS)}")
        if self.limit < 1:
            raise UsageError(f"a limit of {self.limit} leaves nothing", "give a limit of 1 or more")
        if self.kind is not None and self.kind not in KINDS:
            raise UsageError(f"`{self.kind}` is no kind of model", f"the kinds are {', '.join(KINDS)}")
        if self.min_params is not None and self.max_params is not None and self.min_params > self.max_params:
            raise UsageError("the fewest parameters are more than the most", "swap --min-params and --max-params")

    @property
    def families(self) -> frozenset[str]:
        """The families of licences that `license` names; empty where it is the id of one licence."""
        if self.license is None or self.license not in families():
            return frozenset()
        known = licence_of(self.license)
        if known is not None and known.on_hub and known.hub_id == self.license:
            return frozenset()  # `other` and `unknown` are ids as well
        return frozenset(_FREE if self.license == "permissive" else (self.license,))


class Wish(NamedTuple):
    """One condition.

    Attributes:
        holds: Of a model: yes, no, or None where the list does not tell.
        other: What is said of a model that does not meet it; `unknown`: of one that does not tell.
    """

    holds: Callable[[ListedModel], bool | None]
    other: str
    unknown: str


def unfit(model: ListedModel, query: Query) -> str | None:
    """Why a model that a Hub listed for a query does not fit it, as far as the entry tells; None where it fits.

    What the Hub itself was asked for and the entry does not tell is taken as met.
    """
    for wish in asked_wishes(query):
        if wish.holds(model) is False:
            return wish.other
    return misses(model, query)


def misses(model: ListedModel, query: Query) -> str | None:
    """Why a model does not meet the wishes that no Hub filters by; None where it meets them all."""
    for wish in own_wishes(query):
        holds = wish.holds(model)
        if holds is not True:
            return wish.other if holds is False else wish.unknown
    return None


def asked_wishes(query: Query) -> Iterator[Wish]:
    """The wishes that a Hub filters by, to be looked at once more: a mirror may ignore them."""
    task, author = query.task, query.author
    if task is not None:
        yield Wish(lambda m: task in (m.task, *m.tags) if m.task or m.tags else None, "another task", "no task told")
    if author is not None:
        yield Wish(lambda m: m.repo_id.partition("/")[0].lower() == author.lower(), "another author", "")
    for tag, other in wanted_tags(query).items():
        yield Wish(partial(_tagged, tag), other, "no tags told")


def wanted_tags(query: Query) -> Mapping[str, str]:
    """The tags that a query asks for -> what a model without it has."""
    license_id = None if query.families else query.license
    wishes = (
        (license_id and f"license:{license_id}", "another licence"),
        (query.library, "another library"),
        (query.language, "another language"),
        (query.dataset and f"dataset:{query.dataset}", "another data set"),
    )
    return {tag: other for tag, other in wishes if tag}


def has_tag(model: ListedModel, tag: str) -> bool | None:
    """Whether a model has a tag, or that library; None where it has no tags at all."""
    if tag.lower() in {one.lower() for one in (*model.tags, model.library or "")}:
        return True
    return False if model.tags else None


def _tagged(tag: str, model: ListedModel) -> bool | None:
    return has_tag(model, tag)


def own_wishes(query: Query) -> Iterator[Wish]:
    """The wishes that are looked at here, in the order in which the first that fails is told."""
    if query.families:
        wanted = query.families
        yield Wish(lambda m: of_families(m.licenses, wanted), "another licence", "no licence told")
    if query.commercial:
        yield Wish(
            lambda m: allow_commerce(m.licenses),
            "commercial use not allowed, or with conditions",
            "commercial use unknown",
        )
    yield from _form_wishes(query)
    yield from _size_wishes(query)
    if query.min_downloads is not None:
        fewest = query.min_downloads
        yield Wish(lambda m: _at_least(m.downloads_30d, fewest), "fewer downloads", "no downloads told")
    if query.min_likes is not None:
        likes = query.min_likes
        yield Wish(lambda m: _at_least(m.likes, likes), "fewer likes", "no likes told")
    if query.updated_since is not None:
        since = query.updated_since
        yield Wish(
            lambda m: m.last_modified >= since if m.last_modified else None, "older", "no date of the last change told"
        )


def names_architecture(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds one of these names in lower-case text where it begins a word and no further letter follows: `resnet50`."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words))})(?![^\W\d_])")


def architecture_text(model: ListedModel) -> str:
    """Where an architecture may be named: the name, the `model_type`, the tags; in lower case, one a line."""
    named = [word for word in (*model.tags, model.library or "", model.architecture or "") if ":" not in word]
    return "\n".join((model.repo_id.rpartition("/")[2], *named)).lower()


def _form_wishes(query: Query) -> Iterator[Wish]:
    if query.kind is not None:
        kind = query.kind
        yield Wish(
            lambda m: None if (found := kind_of(m.tags)) is None else found == kind,
            "made in another way",
            "not told how it was made from its base",
        )
    if query.arch:
        pattern = names_architecture(query.arch)
        yield Wish(lambda m: pattern.search(architecture_text(m)) is not None, "another architecture", "")
    if query.safetensors:
        yield Wish(lambda m: "safetensors" in m.formats if m.formats else None, "no safetensors", "no formats told")
    if query.gated is not None:
        gated = query.gated
        other = "not gated" if gated else "gated"
        yield Wish(
            lambda m: None if m.gated is None else (m.gated != "no") == gated, other, "not told whether it is gated"
        )


def _size_wishes(query: Query) -> Iterator[Wish]:
    if query.min_params is not None:
        fewest = query.min_params
        yield Wish(lambda m: _at_least(m.parameters, fewest), "fewer parameters", "no parameter count told")
    if query.max_params is not None:
        most = query.max_params
        yield Wish(lambda m: _at_most(m.parameters, most), "more parameters", "no parameter count told")
    if query.max_size is not None:
        size = query.max_size
        yield Wish(lambda m: _within(m, size), "larger", "no size of the weights told")
    if query.fits is not None:
        memory = query.fits
        yield Wish(
            lambda m: None if m.bytes is None else needed_memory(m.bytes) <= memory,
            f"needs more than {short_bytes(memory)} of memory",
            "no size of the weights told",
        )


def of_families(names: Sequence[str], wanted: frozenset[str]) -> bool | None:
    """Whether all these licences are of those families (of several, nobody says which one counts); None without any."""
    if not names:
        return None
    known = [licence_of(name) for name in names]
    return all(licence is not None and licence.family in wanted for licence in known)


def allow_commerce(names: Sequence[str]) -> bool | None:
    """Whether all these licences allow commercial use without a condition; None where nobody knows."""
    uses = {licence.commercial_use if (licence := licence_of(name)) else "unknown" for name in names}
    if uses == {"yes"}:
        return True
    return None if not uses or "unknown" in uses else False


def _within(model: ListedModel, size: int) -> bool | None:
    """The weights are at most that large: as counted, else where the whole repo is no larger."""
    if model.bytes is not None:
        return model.bytes <= size
    return True if model.used_storage is not None and model.used_storage <= size else None


def _at_least(count: int | None, fewest: int) -> bool | None:
    return None if count is None else count >= fewest


def _at_most(count: int | None, most: int) -> bool | None:
    return None if count is None else count <= most
