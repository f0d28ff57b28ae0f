"""The policy decides: failures by severity. What a file demands: test_policy_file.py."""

import pytest
from vetting.facts_of import GOOD, facts

from modelpick.errors import UsageError
from modelpick.verbs.vet import vet_facts
from modelpick.vetting.policy_file import built_in


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


def test_an_unknown_policy_names_those_that_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        built_in("lenient")
    assert "`default`" in (caught.value.hint or "")
