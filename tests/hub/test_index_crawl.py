"""The index from the Hub's list: page by page, interrupted and gone on with, brought up to date, polite."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from command_line import call
from loopback_hub import Fault, LoopbackHub, write_repo

from modelpick.errors import CannotFindOut, NothingMatched
from modelpick.hub.client import HubClient
from modelpick.hub.index import crawl
from modelpick.hub.index.database import index_path, make_index, open_index
from modelpick.hub.index.facts import facts_from_index
from modelpick.hub.settings import Settings
from modelpick.verbs.index import build_index, index_stats, update_index
from modelpick.verbs.search import search

CARD = "---\nlicense: mit\npipeline_tag: {task}\ndatasets:\n- org/flowers\n---\n# A model\n"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LoopbackHub]:
    folder = tmp_path / "repos"
    for number in range(7):
        add(folder, number)
    add(folder, 90, task="translation")
    hurry = Fault("api/models", "set-header", headers={"RateLimit": '"api";r=500;t=1'})
    with LoopbackHub(folder, page_size=2, faults=[hurry]) as server:
        yield server


def add(folder: Path, number: int, task: str = "fill-mask", **more: object) -> None:
    """A model; a higher number means more downloads and made later."""
    made = f"2026-01-{number % 28 + 1:02}T00:00:00.000Z"
    fields = {"downloads": number, "createdAt": made, "lastModified": made} | more
    write_repo(folder, f"org/m{number}", {"README.md": CARD.format(task=task), "config.json": "{}"}, **fields)


def ids() -> list[str]:
    with open_index() as index:
        return [row[0] for row in index.connection.execute("SELECT repo_id FROM models ORDER BY downloads")]


def pages(hub: LoopbackHub) -> list[str]:
    return [request.query for request in hub.requests("api/models")]


def test_a_build_fetches_every_page_and_a_search_needs_no_network(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = call(capsys, "index", "build", "--endpoint", hub.endpoint)
    assert outcome.code == 0, outcome.err
    assert "8 models in the local index" in outcome.out
    assert len(pages(hub)) == 4
    assert parse_qs(pages(hub)[0])["sort"] == ["createdAt"], "an order that no model changes meanwhile"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = search(task="fill-mask", license="permissive", limit=2, offline=True)
    assert [candidate.repo_id for candidate in result.candidates] == ["org/m6", "org/m5"]
    assert result.endpoint == hub.endpoint
    assert index_stats().about.sources[0].finished


def test_tasks_and_a_limit_narrow_the_build(hub: LoopbackHub) -> None:
    done = build_index(["fill mask", "translation"], limit=3, endpoint=hub.endpoint)
    assert ids() == ["org/m4", "org/m5", "org/m6", "org/m90"]
    assert [source.name for source in done.about.sources] == ["fill-mask", "translation"]
    assert parse_qs(pages(hub)[0])["sort"] == ["downloads"]


def test_facts_of_a_crawled_repo_say_what_only_the_network_has(hub: LoopbackHub) -> None:
    build_index(endpoint=hub.endpoint)
    with open_index() as index:
        facts = facts_from_index(index, "org/m6")
    assert facts.card_data["license"] == "mit"
    assert facts.commit is not None
    assert [file.path for file in facts.files or ()] == ["README.md", "config.json"]
    assert facts.card is None
    [card] = [one for one in facts.missing if one.what == "card"]
    assert "--offline" in str(card.hint)


def test_an_interrupted_build_goes_on_where_it_stopped(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.inject(Fault("cursor", "status", status=403, skip=1))
    broken = call(capsys, "index", "build", "--endpoint", hub.endpoint)
    assert broken.code == 4
    assert "4 models are kept; the same command goes on from there" in broken.err
    assert index_stats().about.sources[0].finished is None
    waiting = call(capsys, "index", "update", "--endpoint", hub.endpoint)
    assert "a build is not finished" in waiting.err
    hub.heal()
    hub.forget()
    again = call(capsys, "index", "build", "--endpoint", hub.endpoint)
    assert "going on after 4 models" in again.err
    assert len(pages(hub)) == 2, "what was there is not asked for again"
    assert len(ids()) == 8
    hub.forget()
    build_index(endpoint=hub.endpoint)
    assert len(pages(hub)) == 4, "a finished build begins anew"


def test_a_cursor_that_the_hub_forgot_begins_anew(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.inject(Fault("cursor", "status", status=403, skip=1))
    call(capsys, "index", "build", "--endpoint", hub.endpoint)
    hub.heal()
    hub.inject(Fault("cursor", "status", status=400, count=1))
    outcome = call(capsys, "index", "build", "--endpoint", hub.endpoint)
    assert outcome.code == 0, outcome.err
    assert "starting again" in outcome.err
    assert len(ids()) == 8


def test_a_whole_build_forgets_what_is_gone_and_no_other(hub: LoopbackHub) -> None:
    build_index(endpoint=hub.endpoint)
    (hub.folder / "org" / "m3.json").write_text(json.dumps({"private": True}), "utf-8")
    limited = build_index(["fill-mask"], limit=2, endpoint=hub.endpoint)
    assert (limited.done["removed"], limited.about.models) == (0, 8)
    done = build_index(["fill-mask"], endpoint=hub.endpoint)
    assert (done.done["removed"], done.about.models) == (1, 7)
    assert "org/m3" not in ids()
    assert "org/m90" in ids(), "of another task, which was not looked at"
    hub.inject(Fault("api/models", "json", body="[]"))
    hub.inject(Fault("api/models", "drop-header", header="Link"))
    assert build_index(endpoint=hub.endpoint).about.models == 7, "a server that lists nothing empties nothing"


def test_an_update_fetches_what_has_changed_since(hub: LoopbackHub) -> None:
    build_index(endpoint=hub.endpoint)
    add(hub.folder, 4, lastModified="2099-01-01T00:00:00.000Z", downloads=1000)
    add(hub.folder, 8, lastModified="2099-01-02T00:00:00.000Z")
    hub.forget()
    done = update_index(endpoint=hub.endpoint)
    assert done.done == {"added": 1, "replaced": 1, "skipped": 0}
    assert len(pages(hub)) == 2, "the second page ends with what is known"
    assert ids()[-1] == "org/m4"
    assert len(ids()) == 9


def test_an_update_reads_on_where_the_list_is_in_another_order(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some mirrors pass `sort` over: the first model that is known says nothing of those after it."""
    build_index(endpoint=hub.endpoint)
    entries = [
        {"id": f"org/m{number}", "lastModified": f"2025-01-0{day}T00:00:00.000Z"}
        for number, day in enumerate((5, 9, 4, 8, 3, 7))
    ]
    entries.append({"id": "org/changed", "lastModified": "2099-01-01T00:00:00.000Z"})
    hub.inject(Fault("cursor", "json", body=json.dumps(entries[4:]), count=1))
    hub.inject(Fault("sort=lastModified", "json", body=json.dumps(entries[:4]), count=1))
    outcome = call(capsys, "index", "update", "--endpoint", hub.endpoint, "--format", "json")
    assert outcome.data["done"]["added"] == 1
    assert "org/changed" in ids()
    assert outcome.err.count("does not list by the last change") == 1


def test_an_index_with_nothing_in_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    make_index().close()
    outcome = call(capsys, "index", "stats")
    assert outcome.code == 0
    assert "Nothing is in it yet" in outcome.out
    assert "finished" not in outcome.out


def test_a_mirror_without_expand_gives_what_it_has(hub: LoopbackHub) -> None:
    hub.inject(Fault("expand=", "status", status=400))
    assert build_index(endpoint=hub.endpoint).about.models == 8


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("api/models", "html"), "not-a-hub"),
        (Fault("api/models", "json", body="{}"), "not-a-hub"),
        (
            Fault("api/models", "set-header", headers={"Link": '<http://localhost:1/api/models?cursor=x>; rel="next"'}),
            "not-a-hub",
        ),
        (Fault("api/models", "status", status=429, headers={"Retry-After": "86400"}), "rate-limit"),
    ],
)
def test_what_no_hub_says_is_one_clear_error(hub: LoopbackHub, fault: Fault, kind: str) -> None:
    hub.inject(fault)
    with pytest.raises(CannotFindOut) as caught:
        build_index(endpoint=hub.endpoint)
    assert caught.value.kind == kind


def test_a_page_that_names_itself_ends_the_build(hub: LoopbackHub) -> None:
    link = f'<{hub.endpoint}/api/models?cursor=MA%3D%3D>; rel="next"'
    hub.inject(Fault("api/models", "set-header", headers={"Link": link}))
    with pytest.raises(CannotFindOut, match="same next page twice"):
        build_index(endpoint=hub.endpoint)


def test_the_calls_are_spread_over_what_the_hub_allows(hub: LoopbackHub) -> None:
    hub.heal()
    hub.inject(Fault("api/models", "set-header", headers={"RateLimit": '"api";r=20;t=100'}, count=1))
    hub.inject(Fault("cursor", "set-header", headers={"RateLimit": '"api";r=0;t=7'}))
    waits: list[float] = []
    with make_index() as index, HubClient(Settings(endpoint=hub.endpoint)) as client:
        crawl.build(index, client, ("",), None, pause=waits.append)
    assert waits == [5.0, 8.0, 8.0], "evenly; until the window ends where nothing is left; not after the last page"


BUILD = "import sys; from modelpick.verbs.index import build_index; build_index(endpoint=sys.argv[1])"


def test_a_killed_build_goes_on_and_two_at_once_end_well(hub: LoopbackHub) -> None:
    hub.inject(Fault("cursor", "hang", seconds=0.5))
    command = [sys.executable, "-c", BUILD, hub.endpoint]
    process = subprocess.Popen(command, env=os.environ)
    deadline = time.monotonic() + 60
    while len(hub.requests("cursor")) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(ids())
    assert 2 <= kept < 8
    hub.heal()
    hub.forget()
    running = [subprocess.Popen(command, env=os.environ) for _ in range(2)]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert len(ids()) == 8
    with make_index() as index:
        assert index.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        index.connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    assert not list(index_path().parent.glob("*-journal"))


def test_a_task_of_which_there_is_no_model_is_said_and_not_kept(hub: LoopbackHub) -> None:
    build_index(["fill-mask"], endpoint=hub.endpoint)
    with pytest.raises(NothingMatched, match="lists no model of the task `no-such-thing`"):
        build_index(["no-such-thing"], endpoint=hub.endpoint)
    assert [source.name for source in index_stats().about.sources] == ["fill-mask"]
    hub.inject(Fault("api/models", "json", body="[]"))
    assert build_index(["fill-mask"], endpoint=hub.endpoint).done["removed"] == 0, (
        "the list is empty, the index is not: no misspelt task"
    )


def test_after_an_update_the_number_is_said_to_be_of_changes(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str]
) -> None:
    build_index(["fill-mask"], endpoint=hub.endpoint)
    update_index(endpoint=hub.endpoint)
    (source,) = index_stats().about.sources
    assert (source.models, source.updated) == (0, True)
    assert "0 changed" in call(capsys, "index", "stats").out
