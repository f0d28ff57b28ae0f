"""Two parts of the report for people: what the model was made from, and what its user must do."""

from __future__ import annotations

from collections.abc import Iterator

from modelpick.document import Block, Heading, Text, Tone
from modelpick.findings import Evidence
from modelpick.vetting.answers.contract import Ancestor, Answers

_MAX_BASES = 8
_MAX_DUTIES = 10
_MAX_LINE = 600
_USED = {"finetune": "fine-tuned", "adapter": "an adapter for it", "merge": "merged", "quantized": "converted"}
_USE = {"yes": "allowed", "no": "not allowed", "conditional": "on conditions", "unknown": "unknown"}


def made_from(answers: Answers) -> Iterator[Block]:
    """A line for each base, the nearest first; nothing where none is named."""
    lineage = answers.license.lineage
    if lineage:
        yield Text("Made from:")
    for ancestor in lineage[:_MAX_BASES]:
        yield _line(_base(ancestor), Tone.WARN if ancestor.missing or ancestor.commercial_use != "yes" else Tone.PLAIN)
    if len(lineage) > _MAX_BASES:
        yield _line(f"and {len(lineage) - _MAX_BASES} more (`--format json` has all)", Tone.MUTED)


def must_do(answers: Answers) -> Iterator[Block]:
    """The duties, those of its own licence first; nothing where no licence with duties is known."""
    duties = answers.license.duties
    if duties:
        yield Heading("What you must do")
    for duty in duties[:_MAX_DUTIES]:
        place = next((_place(quote) for quote in duty.evidence if quote.line), None)
        yield _line(duty.text + (f": {place}" if place else ""))
    if len(duties) > _MAX_DUTIES:
        yield _line(f"and {len(duties) - _MAX_DUTIES} more (`--format json` has all)", Tone.MUTED)


def _base(ancestor: Ancestor) -> str:
    used = _USED.get(ancestor.relation or "", "")
    if used and ancestor.inferred:
        used += ", by its files"
    through = f"from it `{ancestor.child}`" if ancestor.depth > 1 else ""
    head = f"`{ancestor.repo_id}`" + (f" ({'; '.join(filter(None, (used, through)))})" if used or through else "")
    if ancestor.missing:
        return f"{head}: not looked at: {ancestor.missing}"
    if ancestor.declared is None:
        return f"{head}: no licence is stated"
    return f"{head}: {ancestor.declared}, commercial use {_USE[ancestor.commercial_use]}"


def _place(quote: Evidence) -> str:
    return f"{quote.file}:{quote.line}"


def _line(text: str, tone: Tone = Tone.PLAIN) -> Text:
    """An item on one line, for names and licences come from outside."""
    line = " ".join(text.split())
    return Text(line if len(line) <= _MAX_LINE else f"{line[:_MAX_LINE]} ...", tone, item=True)
