"""The chat template asks for nothing strange.

What it checks
    The Jinja template in a GGUF file's header or among the configs: that there is one, how long it is, and whether it
    uses what no chat needs (special attributes, imports, web addresses). It is never rendered.

Why it matters
    The template is a small program that writes the prompt. One that was changed can put words into every
    conversation, or try to break out of the program that renders it.

How to fix
    Read the template, or use the one of the base model.

Limits
    A template that only adds an instruction looks like any other: read it where much depends on the model. Templates
    in files of their own (`chat_template.jinja`) are not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from modelpick.facts import RepoFacts
from modelpick.findings import Evidence, Severity
from modelpick.vetting.check import Check, Reading, Said, failed, not_applicable, passed, whole_file

_AROUND = 60
_STRANGE = re.compile(
    r"__\w+__|\|\s*attr\b|\b(?:cycler|joiner|lipsum|self|request|config)(?:\.\w|\[)|"
    r"\{%-?\s*(?:import|include|from|extends)\b|\b(?:popen|eval|exec)\s*\(|\bsubprocess\.|\.mro\b|"
    r"https?://[^\s'\"<>]{4,}"
)


def run(reading: Reading) -> Iterator[Said]:
    """One finding for each template."""
    found = list(_templates(reading.facts))
    if not found:
        yield not_applicable("no chat template was read")
    for path, template, raw in found:
        match = _STRANGE.search(template)
        if match:
            yield failed(
                f"the chat template in `{path}` uses what no chat needs: `{match[0][:80]}`",
                _quote(path, raw, match[0]),
            )
        else:
            yield passed(f"`{path}` brings a chat template of {len(template):,} characters, which was not run")


def _templates(facts: RepoFacts) -> Iterator[tuple[str, str, str]]:
    """Path, template, and the file's own characters that it stands in."""
    for weight in facts.weights:
        if weight.chat_template:
            yield weight.path, weight.chat_template, ""
    for text in facts.texts:
        if text.path.rpartition("/")[2] in {"tokenizer_config.json", "processor_config.json"}:
            try:
                config = json.loads(text.text)
            except (ValueError, RecursionError):
                continue
            template = config.get("chat_template") if isinstance(config, dict) else None
            if isinstance(template, str) and template:
                yield text.path, template, text.text


def _quote(path: str, raw: str, found: str) -> Evidence:
    """The line of a config that holds it; a binary file has no lines."""
    place = raw.find(found)
    if place < 0:
        return whole_file(path)
    begin, end = raw.rfind("\n", 0, place) + 1, (raw + "\n").find("\n", place)
    quote = raw[max(begin, place - _AROUND) : min(end, place + len(found) + _AROUND)]
    return Evidence(file=path, line=raw.count("\n", 0, place) + 1, quote=quote.strip())


CHECK = Check(
    id="chat-template",
    severity=Severity.MEDIUM,
    remediation="read the template, or use that of the base model",
    run=run,
)
