"""How search hits are shown to people: one row each, with what a chooser needs first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from textwrap import shorten

from modelpick.document import Block, Cell, Heading, Table, Text, Tone
from modelpick.hub.amounts import short_bytes, short_count
from modelpick.hub.candidates import Candidate
from modelpick.hub.query import Query

_TONES = {"yes": Tone.GOOD, "no": Tone.BAD, "conditional": Tone.WARN, "unknown": Tone.MUTED}
_ORDERS = {
    "trending": "trending first",
    "created": "newest first",
    "modified": "last changed first",
    "relevance": "best match first",
    "parameters": "fewest parameters first",
    "size": "smallest first",
    "fit": "best fit first",
}
_RIGHT = ("parameters", "size", "memory", "downloads", "likes")
_DROPPED = frozenset({"parameters", "size", "memory", "formats", "downloads", "updated"})
"""Columns that are left out where no model fills them."""


def blocks(
    candidates: Sequence[Candidate],
    query: Query,
    hidden: Mapping[str, int],
    notes: Sequence[str],
    *,
    offline: bool = False,
) -> list[Block]:
    """The table, why each stands where it stands (for `--sort fit`), what was left out, and what to do next."""
    count = len(candidates)
    about = f" for {query.task}" if query.task else ""
    order = _ORDERS.get(query.sort, f"by {query.sort}")
    table, untold = _table(candidates, query)
    shown: list[Block] = [Heading(f"{count} model{'' if count == 1 else 's'}{about}, {order}", level=1), table]
    if query.sort == "fit":
        shown.append(Heading("Why in this order"))
        shown.extend(
            Text(f"{candidate.repo_id}: {'; '.join(candidate.reasons)}", item=True) for candidate in candidates
        )
    if hidden:
        shown.append(Text(f"Left out: {left_out(hidden)}.", Tone.MUTED))
    shown.extend(Text(note, Tone.MUTED) for note in notes)
    lacking = f" Of none of these it tells: {', '.join(untold)}." if untold else ""
    shown.append(Text(f"Downloads are of the last 30 days. ? means that the list does not tell.{lacking}", Tone.MUTED))
    if candidates:
        vet = f"modelpick vet {candidates[0].repo_id}" + (" --offline" if offline else "")
        shown.append(Text(f"Next: `{vet}` reads its card.", Tone.MUTED))
    return shown


def left_out(hidden: Mapping[str, int]) -> str:
    """How many models were left out, the most frequent reason first."""
    ordered = sorted(hidden.items(), key=lambda item: -item[1])
    return ", ".join(f"{number:,} ({reason})" for reason, number in ordered)


def _table(candidates: Sequence[Candidate], query: Query) -> tuple[Table, list[str]]:
    """The table, and the columns that were left out because nobody knows.

    What a model is for, its likes and its need of memory have a column where the query makes them matter.
    """
    columns: dict[str, Callable[[Candidate], str | Cell]] = {"model": lambda c: c.repo_id}
    if query.task is None:
        columns["task"] = lambda c: c.facts.task or "?"
    columns["licence"] = lambda c: shorten(c.license or "?", 60, placeholder=" ...")
    columns["commercial"] = lambda c: Cell(c.commercial_use, _TONES[c.commercial_use])
    columns["parameters"] = lambda c: "?" if c.facts.parameters is None else short_count(c.facts.parameters)
    columns["size"] = lambda c: "?" if c.facts.bytes is None else short_bytes(c.facts.bytes)
    if query.fits is not None:
        columns["memory"] = lambda c: "?" if c.memory is None else short_bytes(c.memory)
    columns["formats"] = lambda c: _formats(c.facts.formats)
    columns["downloads"] = lambda c: "?" if c.facts.downloads_30d is None else f"{c.facts.downloads_30d:,}"
    if query.sort == "likes" or query.min_likes is not None:
        columns["likes"] = lambda c: "?" if c.facts.likes is None else f"{c.facts.likes:,}"
    columns["updated"] = lambda c: (c.facts.last_modified or "?")[:10]
    if any(candidate.concerns for candidate in candidates):
        columns["look at"] = lambda c: Cell(", ".join(c.concerns), Tone.WARN)
    filled = {name: [show(candidate) for candidate in candidates] for name, show in columns.items()}
    untold = [name for name, cells in filled.items() if name in _DROPPED and set(cells) == {"?"}]
    kept = {name: cells for name, cells in filled.items() if name not in untold}
    rows = tuple(zip(*kept.values(), strict=True))
    return Table(tuple(kept), rows, right=tuple(name for name in _RIGHT if name in kept)), untold


def _formats(formats: Sequence[str]) -> str:
    """The safest two, and how many more."""
    more = f" +{len(formats) - 2}" if len(formats) > 2 else ""
    return (", ".join(formats[:2]) or "?") + more
