"""The walk to the root: what ends it, what a base that cannot be had becomes, and when the whole vet ends."""

from __future__ import annotations

import pytest
from vetting.lineage_cases import repo

from modelpick.errors import AnswerIsNo, CannotFindOut
from modelpick.facts import RepoFacts
from modelpick.hub.faults import HubRefusal
from modelpick.hub.lineage import MAX_BASES, with_lineage
from modelpick.hub.repo_reader import Budget

SUBJECT = repo("ann/model", "mit", "org/base")


def refusing(error: Exception) -> RepoFacts:
    def look(repo_id: str) -> RepoFacts:
        raise error

    return with_lineage(SUBJECT, Budget(), look)


@pytest.mark.parametrize(
    "error",
    [
        CannotFindOut("gone", "look again", kind="repo-not-found"),
        HubRefusal("trouble of its own", None, kind="network", status=503),
        CannotFindOut("a page", None, kind="not-a-hub"),
        AnswerIsNo("another file than declared"),
    ],
)
def test_a_base_that_cannot_be_had_says_why(error: CannotFindOut | AnswerIsNo) -> None:
    (descent,) = refusing(error).lineage
    assert descent.facts is None
    assert descent.missing is not None
    assert (descent.missing.what, descent.missing.reason) == (error.kind, error.message)


@pytest.mark.parametrize("kind", ["network", "timeout", "offline"])
def test_without_the_hub_there_is_no_vet(kind: str) -> None:
    with pytest.raises(CannotFindOut):
        refusing(CannotFindOut("no answer", None, kind=kind))


def test_no_base_is_never_asked_for() -> None:
    def look(repo_id: str) -> RepoFacts:
        raise AssertionError(repo_id)

    facts = repo("ann/model", "mit")
    assert with_lineage(facts, Budget(), look) is facts


def test_what_is_not_walked_is_said_once() -> None:
    asked: list[str] = []

    def look(repo_id: str) -> RepoFacts:
        asked.append(repo_id)
        return repo(repo_id, "mit")

    wide = repo("ann/model", "mit", *(f"org/m{number}" for number in range(20)))
    walked = with_lineage(wide, Budget(), look)
    assert len(asked) == MAX_BASES
    assert sum(descent.missing is not None for descent in walked.lineage) == 20 - MAX_BASES
    assert [missing.what for missing in walked.missing] == ["lineage"]
    spent = with_lineage(wide, Budget(cap=10), look)
    assert all(descent.missing for descent in spent.lineage)
    assert "used up" in spent.missing[0].reason


def test_a_base_that_two_name_is_asked_for_once() -> None:
    asked: list[str] = []
    made = {"org/one": ("org/root",), "org/two": ("org/root",), "org/root": ()}

    def look(repo_id: str) -> RepoFacts:
        asked.append(repo_id)
        return repo(repo_id, "mit", *made[repo_id])

    walked = with_lineage(repo("ann/model", "mit", "org/one", "org/two"), Budget(), look)
    assert asked == ["org/one", "org/two", "org/root"]
    steps = [(descent.child, descent.base.repo_id, descent.depth) for descent in walked.lineage]
    assert steps == [
        ("ann/model", "org/one", 1),
        ("ann/model", "org/two", 1),
        ("org/one", "org/root", 2),
        ("org/two", "org/root", 2),
    ]
