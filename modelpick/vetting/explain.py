"""What a check looks at, in the words of its own file."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass

from modelpick.document import Block, Document, Heading, Result, Text, Tone
from modelpick.errors import UsageError
from modelpick.vetting.check import HEADINGS, Check
from modelpick.vetting.checks import CHECKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(Result):
    """The explanation of one check: its title, and the text under each of the four headings."""

    check: Check
    title: str
    sections: tuple[tuple[str, str], ...]

    def document(self) -> Document:
        """For people and for machines (`modelpick.check/1`)."""
        blocks: list[Block] = [Heading(self.check.id, 1), Text(self.title, Tone.STRONG)]
        for heading, text in self.sections:
            blocks += [Heading(heading), Text(text)]
        blocks.append(Text(f"Severity of a failure, as a rule: {self.check.severity.word}.", Tone.MUTED))
        data = {
            "schema": "modelpick.check/1",
            "id": self.check.id,
            "severity": self.check.severity.word,
            "remediation": self.check.remediation,
            "title": self.title,
            "sections": dict(self.sections),
        }
        return Document(blocks=blocks, data=data, quiet=[self.title])


def explanation_of(check_id: str) -> Explanation:
    """The explanation of the check of that id.

    Raises:
        UsageError: There is none; the hint names those that may be meant, or where all stand.
    """
    by_id = {check.id: check for check in CHECKS}
    if check_id not in by_id:
        near = " or ".join(f"`{name}`" for name in difflib.get_close_matches(check_id, by_id, n=3))
        hint = f"did you mean {near}?" if near else "`modelpick policy init FILE` writes a file that lists them all"
        raise UsageError(f"no check is called `{check_id}`", hint=hint)
    check = by_id[check_id]
    title, sections = split_explanation(check.explanation)
    return Explanation(check=check, title=title, sections=sections)


def split_explanation(docstring: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The title of a check's docstring, and heading and text of each section, lines of a paragraph joined."""
    title, _, rest = inspect.cleandoc(docstring).partition("\n")
    sections: list[tuple[str, list[str]]] = []
    for line in rest.splitlines():
        if line in HEADINGS:
            sections.append((line, []))
        elif sections and line.strip():
            sections[-1][1].append(line.strip())
    return title, tuple((heading, " ".join(lines)) for heading, lines in sections)
