"""A policy: what this user demands. Checks only find; the policy says what a finding means for the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from modelpick.errors import UsageError
from modelpick.findings import Finding, Outcome, Severity

Level = Literal["accept", "review", "reject"]
"""What a finding does to the verdict."""

_ORDER: Mapping[str, int] = MappingProxyType({"accept": 0, "review": 1, "reject": 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Levels by severity, with exceptions by check.

    Attributes:
        name: As reports name it.
        failed: Level of a failed check of each severity.
        unknown: Level of a check of each severity that could not be answered. An `error` counts as unknown.
        at_most: Check id -> the harshest that its failure can bring, where that is not "reject".
    """

    name: str
    failed: Mapping[Severity, Level]
    unknown: Mapping[Severity, Level]
    at_most: Mapping[str, Level] = field(default_factory=dict)

    def level(self, finding: Finding) -> Level:
        """What one finding means under this policy."""
        match finding.outcome:
            case Outcome.PASS | Outcome.NOT_APPLICABLE:
                return "accept"
            case Outcome.FAIL:
                return _milder(self.failed[finding.severity], self.at_most.get(finding.check, "reject"))
            case Outcome.UNKNOWN | Outcome.ERROR:
                return self.unknown[finding.severity]


def stricter(a: Level, b: Level) -> Level:
    """The harsher of two levels."""
    return a if _ORDER[a] >= _ORDER[b] else b


def _milder(a: Level, b: Level) -> Level:
    return b if _ORDER[a] >= _ORDER[b] else a


DEFAULT = Policy(
    name="default",
    failed=MappingProxyType(
        {Severity.INFO: "accept", Severity.LOW: "accept", Severity.MEDIUM: "review", Severity.HIGH: "reject"}
    ),
    unknown=MappingProxyType(
        {Severity.INFO: "accept", Severity.LOW: "accept", Severity.MEDIUM: "review", Severity.HIGH: "review"}
    ),
    # A contradiction or a data set's terms need a person, who may find them settled elsewhere.
    at_most=MappingProxyType({"license-conflict": "review", "training-data-terms": "review"}),
)
"""High failures reject, medium ones and unknowns need a person, low ones are told."""

POLICIES: Mapping[str, Policy] = MappingProxyType({DEFAULT.name: DEFAULT})
"""The built-in policies by name."""


def policy_named(name: str) -> Policy:
    """The built-in policy of that name.

    Raises:
        UsageError: There is none; the hint names those that there are.
    """
    try:
        return POLICIES[name]
    except KeyError:
        known = ", ".join(f"`{known}`" for known in POLICIES)
        raise UsageError(f"no policy is called `{name}`", hint=f"the built-in ones: {known}") from None
