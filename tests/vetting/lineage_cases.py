"""Facts of models with a lineage, made for the checks that look at one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from vetting.facts_of import facts

from modelpick.facts import BaseModel, Descent, Missing, RepoFacts, TextFile

Relation = Literal["finetune", "adapter", "merge", "quantized"]
COMMIT = "1234567890ab" + "0" * 28


def card(license_: str | None, *bases: str, body: str = "A model.", keys: str = "") -> str:
    """A card with this licence and these bases in its header."""
    lines = [f"license: {license_}"] if license_ else []
    lines += [f"base_model: {bases[0]}"] if len(bases) == 1 else []
    lines += ["base_model:", *(f"- {base}" for base in bases)] if len(bases) > 1 else []
    header = "\n".join([*lines, *([keys] if keys else [])])
    return f"---\n{header}\n---\n# Model\n\n{body}\n"


def repo(repo_id: str, license_: str | None, *bases: str, body: str = "A model.", **fields: Any) -> RepoFacts:
    """A repo of the Hub at a commit; `files` as in `facts_of`."""
    given = {"requested": repo_id, "repo_id": repo_id, "commit": COMMIT, **fields}
    return facts(card(license_, *bases, body=body), **given)


def made_from(subject: RepoFacts, *bases: RepoFacts | Missing, relation: Relation | None = None) -> RepoFacts:
    """The subject with its bases, one step away; a `Missing` is a base that its header names and nobody could have."""
    names = _names(subject)
    descents = []
    for number, base in enumerate(bases):
        found = base if isinstance(base, RepoFacts) else None
        name = (found.repo_id if found else None) or names[number]
        descents.append(
            Descent(
                child=subject.repo_id or "",
                base=BaseModel(repo_id=name, relation=relation),
                depth=1,
                facts=found,
                missing=base if isinstance(base, Missing) else None,
            )
        )
    return replace(subject, lineage=tuple(descents))


def _names(subject: RepoFacts) -> list[str]:
    value = subject.card.front_matter.values.get("base_model") if subject.card else None
    return [value] if isinstance(value, str) else [str(name) for name in value or ()]


def text(path: str, content: str) -> TextFile:
    """A text file of a repo."""
    return TextFile(path=path, text=content)


LLAMA = repo("meta-llama/Llama-3.1-8B", "llama3.1", gated="manual", files={"LICENSE": 9})
GEMMA = repo("google/gemma-2-2b", "gemma")
OPEN = repo("org/open", "apache-2.0", files={"LICENSE": 9, "README.md": 9})
NC = repo("org/nc", "cc-by-nc-4.0")
RESEARCH = repo("org/lab", "apple-amlr")
SILENT = repo("org/silent", None)
GONE = Missing(what="repo-not-found", reason="the Hub has no such model")
FAR = Missing(what="lineage", reason="not followed further than 5 steps")

_PLAIN = repo("ann/model", "mit")
_NAMED = repo("ann/model", "mit", "org/open")
_BASED: dict[str, RepoFacts] = {
    "llama": made_from(repo("ann/model", "apache-2.0", LLAMA.repo_id or ""), LLAMA),
    "clean": made_from(repo("ann/model", "apache-2.0", "org/open", files={"LICENSE": 9}), OPEN),
    "gone": made_from(_NAMED, GONE),
}
_MERGE = repo("ann/model", "apache-2.0", "meta-llama/Llama-3.1-8B", "google/gemma-2-2b")
_OLD_LLAMA = repo("meta-llama/Llama-2-7b", "llama2")
_ADAPTER = text("adapter_config.json", '{"base_model_name_or_path": "b/c"}')
_SIZES = '{"model_type": "bert", "vocab_size": 30522,\n "hidden_size": %d}'

CASES: Mapping[str, list[tuple[RepoFacts, str, str]]] = {
    "base-known": [
        (_BASED["clean"], "pass", "info"),
        (made_from(repo("ann/model", "mit", "org/silent"), SILENT), "fail", "medium"),
        (made_from(repo("ann/model", "mit", "ann/silent"), repo("ann/silent", None)), "fail", "low"),
        (made_from(_NAMED, repo("org/open", "other")), "unknown", "medium"),
        (_BASED["gone"], "unknown", "medium"),
        (made_from(_NAMED, FAR), "unknown", "medium"),
        (_NAMED, "unknown", "medium"),
        (
            replace(_PLAIN, texts=(text("adapter_config.json", '{"base_model_name_or_path": "./x"}'),)),
            "unknown",
            "medium",
        ),
        (_PLAIN, "not-applicable", "info"),
    ],
    "base-license": [
        (_BASED["clean"], "pass", "info"),
        (_BASED["llama"], "fail", "high"),
        (made_from(repo("ann/model", "mit", "org/nc"), NC), "fail", "high"),
        (made_from(repo("org/model", "mit", "org/nc"), NC), "fail", "low"),
        (made_from(repo("ann/model", "cc-by-nc-4.0", "org/nc"), NC), "pass", "info"),
        (made_from(repo("ann/model", "mit", "org/lab"), RESEARCH, relation="adapter"), "fail", "high"),
        (made_from(repo("ann/model", "mit", LLAMA.repo_id or ""), LLAMA, relation="adapter"), "fail", "medium"),
        (made_from(repo("ann/model", "mit", "org/open"), OPEN, relation="quantized"), "fail", "medium"),
        (made_from(repo("ann/model", "mit", "org/open"), OPEN, relation="finetune"), "pass", "info"),
        (
            made_from(repo("ann/m", "mit", "b/x"), repo("b/x", "mit", body="For research purposes only.")),
            "fail",
            "high",
        ),
        (_BASED["gone"], "not-applicable", "info"),
        (_PLAIN, "not-applicable", "info"),
    ],
    "merge-terms": [
        (made_from(_MERGE, OPEN, repo("org/two", "mit")), "pass", "info"),
        (made_from(_MERGE, _OLD_LLAMA, GEMMA), "fail", "high"),
        (made_from(_MERGE, _OLD_LLAMA, OPEN), "fail", "medium"),
        (made_from(_MERGE, repo("a/b", "gpl-2.0"), OPEN), "fail", "high"),
        (made_from(_MERGE, repo("a/b", "cc-by-sa-4.0"), repo("a/c", "gpl-3.0")), "pass", "info"),
        (made_from(_MERGE, repo("a/b", "cc-by-sa-3.0"), repo("a/c", "agpl-3.0")), "fail", "high"),
        (made_from(_MERGE, OPEN, SILENT), "unknown", "low"),
        (_BASED["clean"], "not-applicable", "info"),
    ],
    "license-duties": [
        (_BASED["clean"], "pass", "info"),
        (_BASED["llama"], "fail", "medium"),
        (made_from(repo("ann/model", "gemma", GEMMA.repo_id or ""), GEMMA), "fail", "medium"),
        (
            made_from(repo("ann/m", "gemma", "g/b", body="Under the Gemma Terms of Use.", files={"LICENSE": 9}), GEMMA),
            "pass",
            "info",
        ),
        (made_from(repo("ann/model", "mit", "org/open", files={"README.md": 9}), OPEN), "fail", "info"),
        (made_from(repo("ann/model", "mit", "org/open"), OPEN), "unknown", "info"),
        (_PLAIN, "not-applicable", "info"),
    ],
    "base-named-rightly": [
        (_BASED["clean"], "pass", "info"),
        (replace(_NAMED, texts=(_ADAPTER,)), "fail", "low"),
        (made_from(replace(_NAMED, texts=(_ADAPTER,)), OPEN, repo("b/c", "mit")), "fail", "medium"),
        (replace(_NAMED, texts=(text("adapter_config.json", '{"base_model_name_or_path": "b/open"}'),)), "fail", "low"),
        (replace(_NAMED, texts=(text("config.json", '{"_name_or_path": "/content/model"}'),)), "pass", "info"),
        (
            made_from(
                replace(_NAMED, texts=(text("config.json", _SIZES % 768),)),
                replace(OPEN, texts=(text("config.json", _SIZES % 1024),)),
            ),
            "fail",
            "medium",
        ),
        (_PLAIN, "not-applicable", "info"),
    ],
    "gate-bypassed": [
        (_BASED["clean"], "pass", "info"),
        (_BASED["llama"], "fail", "medium"),
        (replace(_BASED["llama"], gated="auto"), "pass", "info"),
        (replace(_BASED["llama"], gated=None), "unknown", "medium"),
        (made_from(repo("ann/model", "mit", LLAMA.repo_id or ""), LLAMA, relation="adapter"), "not-applicable", "info"),
        (_PLAIN, "not-applicable", "info"),
    ],
}
"""Check id -> (facts, outcome, severity of the first finding)."""
