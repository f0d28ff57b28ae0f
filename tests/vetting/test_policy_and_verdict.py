"""The policy decides: failures by severity, unknown never passes silently, popularity never helps."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vetting.facts_of import GOOD, facts

from modelpick.errors import UsageError
from modelpick.findings import Finding, Outcome, Severity
from modelpick.verbs.vet import vet_facts
from modelpick.vetting.policy import DEFAULT, policy_named
from modelpick.vetting.verdict import judge

ORDER = ["accept", "review", "reject"]
FINDINGS = st.builds(
    Finding,
    check=st.sampled_from(["purpose-stated", "license-conflict", "weights-safe"]),
    outcome=st.sampled_from(list(Outcome)),
    severity=st.sampled_from(list(Severity)),
    message=st.just("x"),
)


@given(st.lists(FINDINGS), FINDINGS)
def test_a_further_finding_never_improves_the_verdict(findings: list[Finding], more: Finding) -> None:
    assert ORDER.index(judge([*findings, more], DEFAULT)) >= ORDER.index(judge(findings, DEFAULT))


def test_a_good_repo_is_accepted() -> None:
    report = vet_facts(facts(GOOD, files={"model.safetensors": 5000, "config.json": 10}))
    assert report.verdict == "accept"
    assert report.decided_by == ()


@pytest.mark.parametrize(
    ("text", "files", "verdict"),
    [
        (GOOD.replace("license: apache-2.0\n", ""), {"model.safetensors": 5000}, "review"),
        (GOOD.replace("apache-2.0", "other"), {"model.safetensors": 5000}, "review"),
        (GOOD, {"pytorch_model.bin": 5000}, "review"),
        (GOOD, {"model.safetensors": 0}, "reject"),
        (GOOD + "\nThis model is for research purposes only.\n", {"model.safetensors": 5000}, "review"),
    ],
)
def test_verdicts(text: str, files: dict[str, int | None], verdict: str) -> None:
    assert vet_facts(facts(text, files=files)).verdict == verdict


def test_popularity_never_improves_a_verdict() -> None:
    poor = facts("# x", files={"pytorch_model.bin": 5000})
    famous = dataclasses.replace(poor, downloads_30d=10**9, likes=10**6)
    assert vet_facts(poor).verdict == vet_facts(famous).verdict == "review"


def test_an_unknown_policy_names_those_that_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        policy_named("lenient")
    assert "`default`" in (caught.value.hint or "")
