"""In which order search hits stand, and why each stands where it stands.

`--sort fit` compares, one after the other: does the model do the task, what does its licence allow, do its weights
load without running code, does it fit in memory, is it kept up. Only between models that are equal in all of these do
downloads decide: many downloads say that a model is known, not that it is good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from modelpick.facts import ListedModel
from modelpick.hub.amounts import short_bytes, short_count
from modelpick.hub.candidates import Candidate
from modelpick.hub.list_order import VALUES
from modelpick.hub.listed import SAFE_FORMATS
from modelpick.hub.query import SORTS, Query

_MOST = 2**63
_LICENCES = {"yes": 3, "conditional": 2, "unknown": 1, "no": 0}


class Grade(NamedTuple):
    """A higher grade goes first; the reason is for people."""

    value: int
    reason: str


def in_order(candidates: Sequence[Candidate], query: Query, *, memory: int | None, today: date) -> list[Candidate]:
    """The first `query.limit` candidates in the order that the query asks for, each with its reasons.

    Args:
        candidates: As the source gave them; equal ones stay in its order.
        query: Its `sort` says how.
        memory: Bytes of this machine, None where not known.
        today: For the age of a model.
    """
    if query.sort == "fit":
        graded = [(candidate, grades(candidate, query, memory, today)) for candidate in candidates]
        graded.sort(key=lambda pair: (*(-grade.value for grade in pair[1]), -(pair[0].facts.downloads_30d or 0)))
        return [
            replace(candidate, reasons=tuple(grade.reason for grade in found))
            for candidate, found in graded[: query.limit]
        ]
    ordered = list(candidates)
    if query.sort in ("parameters", "size"):
        ordered.sort(key=lambda candidate: _smallness(candidate.facts, query.sort))
    elif (by := SORTS[query.sort]) is not None:  # changes nothing, unless a mirror passes the order over
        untold = [candidate for candidate in ordered if VALUES[by](candidate.facts) is None]
        told = [candidate for candidate in ordered if VALUES[by](candidate.facts) is not None]
        told.sort(key=lambda candidate: VALUES[by](candidate.facts), reverse=True)  # type: ignore[arg-type,return-value]
        ordered = told + untold
    return [
        replace(candidate, reasons=(_place(candidate.facts, place, query.sort),))
        for place, candidate in enumerate(ordered[: query.limit], 1)
    ]


def grades(candidate: Candidate, query: Query, memory: int | None, today: date) -> tuple[Grade, ...]:
    """Task, licence, safety, size, maintenance: the grades that `--sort fit` compares, in this order."""
    facts = candidate.facts
    return (
        _task(facts, query.task),
        Grade(_LICENCES[candidate.commercial_use], _licence_words(candidate)),
        _safety(facts),
        _size(candidate, query.fits if query.fits is not None else memory),
        _maintenance(facts.last_modified, today),
    )


def _task(facts: ListedModel, task: str | None) -> Grade:
    if task is None:
        return Grade(0, f"for {facts.task}" if facts.task else "no task told")
    if facts.task == task:
        return Grade(2, f"made for {task}")
    if task in facts.tags:
        return Grade(1, f"made for {facts.task or 'no told task'}, tagged {task}")
    return Grade(0, "no task told")


def _licence_words(candidate: Candidate) -> str:
    if candidate.license is None:
        return "no licence told"
    words = {"yes": "allowed", "conditional": "with conditions", "no": "not allowed", "unknown": "unknown"}
    return f"{candidate.license[:60]}: commercial use {words[candidate.commercial_use]}"


def _safety(facts: ListedModel) -> Grade:
    safe = next((form for form in SAFE_FORMATS if form in facts.formats), None)
    if "custom_code" in facts.tags:
        return Grade(0, "runs code of its own")
    if safe is not None:
        return Grade(2 if safe == "safetensors" else 1, f"{safe} weights")
    return Grade(0, f"{facts.formats[0]} weights" if facts.formats else "no weights told")


def _size(candidate: Candidate, memory: int | None) -> Grade:
    need = candidate.memory
    if need is None:
        return Grade(1, "no size told")
    if memory is None:
        return Grade(1, f"needs about {short_bytes(need)} of memory")
    words = f"needs about {short_bytes(need)} of {short_bytes(memory)} memory"
    return Grade(3 if need <= memory / 2 else 2 if need <= memory else 0, words)


def _maintenance(last_modified: str | None, today: date) -> Grade:
    try:
        changed = date.fromisoformat((last_modified or "")[:10])
    except ValueError:
        return Grade(0, "no date of the last change told")
    years = (today - changed).days / 365.25
    return Grade(2 if years <= 1 else 1 if years <= 3 else 0, f"last changed {changed}")


def _smallness(facts: ListedModel, sort: str) -> tuple[int, str]:
    amount = facts.parameters if sort == "parameters" else facts.bytes
    return (_MOST if amount is None else amount), facts.repo_id


def _place(facts: ListedModel, place: int, sort: str) -> str:
    words = {"trending": "trend", "created": "date of creation", "modified": "last change"}
    values = {
        "downloads": None if facts.downloads_30d is None else f"{facts.downloads_30d:,} in 30 days",
        "likes": None if facts.likes is None else f"{facts.likes:,}",
        "created": facts.created and facts.created[:10],
        "modified": facts.last_modified and facts.last_modified[:10],
        "parameters": None if facts.parameters is None else short_count(facts.parameters),
        "size": None if facts.bytes is None else short_bytes(facts.bytes),
    }
    value = values.get(sort)
    return f"place {place} by {words.get(sort, sort)}" + (f" ({value})" if value else "")
