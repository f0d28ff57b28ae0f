"""How a policy shows itself, and the commented file that a user starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from modelpick.document import Block, Document, Heading, Result, Table, Text, Tone
from modelpick.findings import Severity
from modelpick.licences.lookup import families
from modelpick.vetting.checks import CHECKS
from modelpick.vetting.explain import split_explanation
from modelpick.vetting.policy import Level, Levels, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyList(Result):
    """The built-in policies."""

    policies: tuple[Policy, ...]

    def document(self) -> Document:
        """A table for people, `modelpick.policies/1` for machines, the names for pipes."""
        rows = tuple((policy.name, policy.summary or "") for policy in self.policies)
        data = {
            "schema": "modelpick.policies/1",
            "policies": [{"name": policy.name, "summary": policy.summary} for policy in self.policies],
        }
        return Document(
            blocks=[Heading("Built-in policies", 1), Table(("policy", "what it demands"), rows)],
            data=data,
            quiet=[policy.name for policy in self.policies],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyShown(Result):
    """One policy, whole: with what it takes over from the one that it extends."""

    policy: Policy

    def document(self) -> Document:
        """For people, for machines (`modelpick.policy/1`), and for pipes (its name)."""
        return Document(blocks=list(_blocks(self.policy)), data=_data(self.policy), quiet=[self.policy.name])


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWritten(Result):
    """A policy file that was written."""

    path: str

    def document(self) -> Document:
        """One line for people, `modelpick.policy.written/1` for machines, the path for pipes."""
        shown = self.path if self.path.startswith(("/", "~", "./", "../")) else f"./{self.path}"
        return Document(
            blocks=[
                Text(f"Wrote {shown}. It demands what `default` does, until you edit it."),
                Text(f"  What to do: edit it, look at it with `modelpick policy show {shown}`", Tone.MUTED),
            ],
            data={"schema": "modelpick.policy.written/1", "path": self.path},
            quiet=[shown],
        )


def sample_policy() -> str:
    """The text of a policy that changes nothing, with a comment for each thing that it can change."""
    text = files("modelpick.vetting").joinpath("policies/sample.toml").read_text(encoding="utf-8")
    lines = [f'# {check.id} = "reject"  # {split_explanation(check.explanation)[0]}' for check in CHECKS]
    return text.replace("@FAMILIES@", ", ".join(families())) + "\n".join(lines) + "\n"


# --- for people -------------------------------------------------------------------------------------------------


def _blocks(policy: Policy) -> Iterator[Block]:
    yield Heading(f"Policy {policy.title}", 1)
    if policy.summary:
        yield Text(policy.summary)
    if policy.extends:
        yield Text(f"Builds on `{policy.extends}`.", Tone.MUTED)
    words = tuple(severity.word for severity in Severity)
    columns = ("what", *words)
    yield Heading("What a finding means, by severity")
    rows = [("a failed check", *_row(policy.levels.failed)), ("no answer", *_row(policy.levels.unknown))]
    for check, levels in policy.checks.items():
        rows += [(f"{check}, failed", *_row(levels.failed))] if levels.failed else []
        rows += [(f"{check}, no answer", *_row(levels.unknown))] if levels.unknown else []
    yield Table(columns, tuple(rows))
    yield from _licenses(policy)
    yield from _ignores(policy)


def _row(levels: Mapping[Severity, Level]) -> tuple[str, ...]:
    """Of a single check "" where it is like the others."""
    return tuple(levels.get(severity, "") for severity in Severity)


def _licenses(policy: Policy) -> Iterator[Block]:
    rules = policy.licenses
    if rules.demands or rules.approvals or policy.expired_approvals:
        yield Heading("Licences")
    for demand, words in (("allow", "let through"), ("ask", "only with an approval"), ("refuse", "refused")):
        names = [name for name, wanted in rules.demands.items() if wanted == demand]
        if names:
            yield Text(f"{words}: {', '.join(names)}", item=True)
    for approval in (*rules.approvals, *policy.expired_approvals):
        over = ", which is over" if approval in policy.expired_approvals else ""
        until = f" until {approval.until}{over}" if approval.until else ""
        yield Text(
            f"line {approval.line}: {approval.license} for {approval.subject}, approved by {approval.by} on "
            f"{approval.on}{until}: {approval.reason}",
            item=True,
        )


def _ignores(policy: Policy) -> Iterator[Block]:
    if policy.ignores or policy.expired:
        yield Heading("Ignored")
    for ignore in (*policy.ignores, *policy.expired):
        over = ", which is over" if ignore in policy.expired else ""
        until = f" until {ignore.until}{over}" if ignore.until else ""
        yield Text(f"line {ignore.line}: {ignore.check} for {ignore.subject}{until}: {ignore.reason}", item=True)


# --- for machines -----------------------------------------------------------------------------------------------


def _data(policy: Policy) -> dict[str, Any]:
    rules = policy.licenses
    return {
        "schema": "modelpick.policy/1",
        "name": policy.name,
        "summary": policy.summary,
        "extends": policy.extends,
        "sha256": policy.sha256,
        "levels": _levels(policy.levels),
        "checks": {check: _levels(levels) for check, levels in policy.checks.items()},
        "licenses": {
            "demands": dict(rules.demands),
            "approvals": [
                {
                    "license": a.license,
                    "by": a.by,
                    "on": str(a.on),
                    "reason": a.reason,
                    "subject": a.subject,
                    "until": str(a.until) if a.until else None,
                    "expired": a in policy.expired_approvals,
                    "line": a.line,
                }
                for a in (*rules.approvals, *policy.expired_approvals)
            ],
        },
        "ignores": [{**i.to_dict(), "expired": i in policy.expired} for i in (*policy.ignores, *policy.expired)],
    }


def _levels(levels: Levels) -> dict[str, dict[str, str]]:
    return {
        "fail": {severity.word: level for severity, level in levels.failed.items()},
        "unknown": {severity.word: level for severity, level in levels.unknown.items()},
    }
