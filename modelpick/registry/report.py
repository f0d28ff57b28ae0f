"""The catalogue for people and for machines: the list, and one entry whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from modelpick.document import Block, Cell, Document, Heading, Table, Text, Tone
from modelpick.registry.entry import Entry, Part, Passage, Variant, short_count

SCHEMA = "modelpick.catalog/1"

_BEFORE_THE_TABLES = (
    ("What it is for", Part.PURPOSE),
    ("With modelpick today", Part.TODAY),
    ("When not to use it", Part.NOT_FOR),
    ("What to watch out for", Part.LIMITATIONS),
)
_AFTER_THE_VARIANTS = (
    ("What it reached", Part.RESULTS),
    ("What it cost to train", Part.COST),
    ("What it was trained on", Part.DATA),
    ("Licence of the usual weights", Part.LICENSE),
)


def list_document(entries: Sequence[Entry], *, task: str | None) -> Document:
    """The table of architectures, those for one task where a task is given."""
    rows = tuple(
        (
            Cell(entry.name, Tone.STRONG),
            str(entry.year),
            entry.summary,
            entry.parameters_range,
            entry.headline.figure if entry.headline else "depends on data",
            Cell(", ".join(entry.eval), Tone.GOOD) if entry.eval else Cell("not yet", Tone.MUTED),
        )
        for entry in entries
    )
    columns = ("name", "year", "for", "parameters", "known for", "eval")
    blocks: list[Block] = [
        Heading(f"Architectures for {task}" if task else "Architectures", 1),
        Table(columns, rows, right=("parameters",)),
        Text(
            "eval: the kinds of your own data on which `modelpick eval` of this version trains it. Weights that others "
            "trained can be searched, vetted and downloaded for all of them.",
            Tone.MUTED,
        ),
        Text(f"`modelpick catalog {entries[-1].name}` shows one whole.", Tone.MUTED),
    ]
    return Document(
        blocks=blocks,
        data=_data(entries, name=None, task=task, variant=None),
        quiet=[entry.name for entry in entries],
    )


def entry_document(entry: Entry, *, name: str, variant: Variant | None) -> Document:
    """One entry whole; where its variant was asked for, that one's row stands out."""
    blocks: list[Block] = [Heading(f"{entry.title} ({entry.year})", 1), *_texts(entry.about)]
    for title, part in _BEFORE_THE_TABLES:
        blocks += [Heading(title), *_texts(entry.prose[part])]
    blocks += [Heading("Input and size"), Text(f"Input: {entry.input}."), *_variants(entry.variants, variant)]
    for title, part in _AFTER_THE_VARIANTS:
        blocks += [Heading(title), *_texts(entry.prose[part])]
    if entry.checkpoints:
        rows = tuple((checkpoint.repo_id, checkpoint.license) for checkpoint in entry.checkpoints)
        blocks.append(Table(("weights on the Hub", "licence stated there"), rows))
    blocks += [Heading("How to go on"), *_texts(entry.prose[Part.USAGE])]
    blocks += [Text(command, item=True) for command in entry.commands]
    blocks += [Heading("Paper"), *_texts(entry.prose[Part.CITATION])]
    return Document(
        blocks=blocks,
        data=_data([entry], name=name, task=None, variant=variant),
        quiet=[entry.name],
    )


def _texts(passages: Sequence[Passage]) -> list[Block]:
    return [Text(passage.text, item=passage.item) for passage in passages]


def _variants(variants: Sequence[Variant], chosen: Variant | None) -> list[Block]:
    columns = {
        "variant": [variant.name for variant in variants],
        "parameters": [_parameters(variant) for variant in variants],
        "multiply-adds": [short_count(round(v.gmacs * 1e9)) if v.gmacs else "" for v in variants],
        "reached": [variant.result or "" for variant in variants],
        "form": [variant.note or "" for variant in variants],
    }
    filled = {title: cells for title, cells in columns.items() if any(cells)}
    tones = [Tone.STRONG if variant is chosen else Tone.PLAIN for variant in variants]
    rows = tuple(tuple(Cell(cells[number], tone) for cells in filled.values()) for number, tone in enumerate(tones))
    return [Table(tuple(filled), rows, right=("parameters", "multiply-adds"))]


def _parameters(variant: Variant) -> str:
    return f"{variant.parameters:,}" if variant.source == "counted" else f"about {short_count(variant.parameters)}"


def _data(entries: Sequence[Entry], *, name: str | None, task: str | None, variant: Variant | None) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "query": {"name": name, "task": task},
        "variant": variant.name if variant else None,
        "entries": [_entry(entry) for entry in entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "summary": entry.summary,
        "year": entry.year,
        "paper": asdict(entry.paper),
        "tasks": list(entry.tasks),
        "input": entry.input,
        "eval": list(entry.eval),
        "aliases": list(entry.aliases),
        "headline": asdict(entry.headline) if entry.headline else None,
        "variants": [asdict(variant) for variant in entry.variants],
        "checkpoints": [asdict(checkpoint) for checkpoint in entry.checkpoints],
        "about": _joined(entry.about),
        **{part.name.lower(): _joined(passages) for part, passages in entry.prose.items()},
        "commands": list(entry.commands),
    }


def _joined(passages: Sequence[Passage]) -> str:
    return "\n".join(f"- {passage.text}" if passage.item else passage.text for passage in passages)
