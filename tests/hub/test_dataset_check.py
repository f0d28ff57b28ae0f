"""The data sets of a card's front matter, as the Hub knows them."""

from __future__ import annotations

from pathlib import Path

from loopback_hub import Fault, LoopbackHub, write_repo

from modelpick.hub.client import HubClient
from modelpick.hub.collect import collect
from modelpick.hub.settings import Settings
from modelpick.vetting.answers.read import read_answers
from modelpick.vetting.check import Reading
from modelpick.vetting.checks import training_data_found

CARD = """---
license: mit
datasets:
- org/leaves
- org/old
- org/gone
- org/closed
- leaves-of-nobody
---
# Tiny

It sorts leaves.
"""


def test_what_the_hub_says_of_each_data_set(tmp_path: Path) -> None:
    write_repo(tmp_path, "org/tiny", {"README.md": CARD})
    write_repo(tmp_path, "datasets/org/leaves", {"README.md": "# Leaves"}, tags=["license:cc-by-nc-4.0"])
    write_repo(tmp_path, "datasets/org/new", {"README.md": "# Leaves"})
    write_repo(tmp_path, "datasets/org/old", {}, renamed_to="datasets/org/new")
    write_repo(tmp_path, "datasets/org/closed", {"README.md": "# Leaves"}, gated="manual")
    with LoopbackHub(tmp_path) as hub, HubClient(Settings(endpoint=hub.endpoint)) as client:
        facts = collect(client, "org/tiny")
        asked = [request.path for request in hub.requests("/api/datasets/")]
    leaves, old, gone, closed = facts.datasets
    assert (leaves.repo_id, leaves.gated, leaves.licenses) == ("org/leaves", "no", ("cc-by-nc-4.0",))
    assert (old.asked, old.repo_id) == ("org/old", "org/new")
    assert gone.repo_id is None
    assert gone.missing is not None
    assert closed.gated == "manual"
    assert not any("nobody" in path for path in asked)
    said = list(training_data_found.CHECK.run(Reading(facts=facts, answers=read_answers(facts))))
    assert [(one.evidence[0].line, one.evidence[0].quote) for one in said] == [
        (5, "- org/old"),
        (6, "- org/gone"),
        (7, "- org/closed"),
    ]


def test_a_vet_does_not_fail_for_it_and_a_shallow_one_does_not_ask(tmp_path: Path) -> None:
    write_repo(tmp_path, "org/tiny", {"README.md": CARD})
    with LoopbackHub(tmp_path) as hub, HubClient(Settings(endpoint=hub.endpoint)) as client:
        hub.inject(Fault("/api/datasets/", "status", status=418))
        facts = collect(client, "org/tiny")
        hub.forget()
        assert collect(client, "org/tiny", shallow=True).datasets == ()
        assert not hub.requests("/api/datasets/")
    assert [fact.repo_id for fact in facts.datasets] == [None] * 4
    assert all(fact.missing and fact.missing.reason for fact in facts.datasets)
