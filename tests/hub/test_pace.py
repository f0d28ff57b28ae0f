"""Many threads and one Hub: nobody asks on after a refusal, a window is never overdrawn, order and errors hold."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from loopback_hub import Fault, LoopbackHub, write_repo

from modelpick.errors import CannotFindOut
from modelpick.hub.client import HubClient
from modelpick.hub.collect import collect
from modelpick.hub.pace import Pace
from modelpick.hub.pool import aside, in_order
from modelpick.hub.settings import Settings, Timeouts
from modelpick.progress import SILENT

API = "https://hub.example/api/models/a"
FILE = "https://hub.example/a/resolve/main/README.md"


def test_requests_under_way_count_as_spent() -> None:
    pace = Pace("hub.example", 60, SILENT)
    pace.heard(API, {"ratelimit": '"api";r=2;t=0'})
    pace.heard(API, {"ratelimit": '"api";r=2;t=30'})
    entered = []

    def third() -> None:
        with pace.turn(API):
            entered.append(3)

    with pace.turn(API):
        with pace.turn(API):
            thread = threading.Thread(target=third, daemon=True)
            thread.start()
            thread.join(0.2)
            assert not entered, "two are left and two are under way"
            with pace.turn(FILE):
                pass  # files are counted apart
        thread.join(5)
        assert entered == [3], "one came back, and nobody said that it was spent"


def test_an_empty_window_is_waited_for_and_old_answers_do_not_fill_it() -> None:
    pace = Pace("hub.example", 60, SILENT)
    pace.heard(API, {"ratelimit": '"api";r=0;t=1'})
    pace.heard(API, {"ratelimit": '"api";r=7;t=1'})  # sent before, came later
    start = time.monotonic()
    with pace.turn(API):
        assert time.monotonic() - start > 0.8


def test_a_refusal_stops_all_and_a_long_one_is_not_waited_for() -> None:
    pace = Pace("hub.example", 60, SILENT)
    pace.refused(API, 1)
    start = time.monotonic()
    with pace.turn(API):
        assert time.monotonic() - start > 0.8
    pace.refused(API, 3000)
    with pytest.raises(CannotFindOut, match="50 min") as error, pace.turn(API):
        pass
    assert error.value.kind == "rate-limit"


def test_who_waits_is_sent_away_when_the_client_is_closed() -> None:
    pace = Pace("hub.example", 60, SILENT)
    pace.refused(API, 50)

    def wait() -> None:
        with pace.turn(API):
            pass

    waiting = aside(wait)
    time.sleep(0.1)
    pace.close()
    with pytest.raises(CannotFindOut, match="closed"):
        waiting()


def test_waiting_for_a_turn_is_no_silence_of_the_server(repos: Path) -> None:
    write_repo(repos, "org/m", {"README.md": "# x\n"})
    with LoopbackHub(repos, faults=[Fault("^/api/", "reset", at=1, count=1)]) as hub:
        client = HubClient(Settings(endpoint=hub.endpoint, timeouts=Timeouts(read=1, silence=2)))
        client._connection._pace.refused(client.api_url("org/m"), 2.5)
        with client:
            assert client.get_json(client.api_url("org/m")).value, "the broken try is followed by another"


def test_results_come_in_order_with_the_errors_in_their_place() -> None:
    def work(number: int) -> int:
        time.sleep(0.02 * (number % 3))
        if number == 4:
            raise CannotFindOut("four")
        return number * number

    found = dict(in_order(work, range(50), threads=8))
    assert list(found) == list(range(50))
    assert isinstance(found.pop(4), CannotFindOut)
    assert all(result == number * number for number, result in found.items())


def test_a_bug_in_the_work_is_raised_and_nothing_more_is_begun() -> None:
    begun = []

    def work(number: int) -> int:
        begun.append(number)
        return 1 // (5 - number)

    with pytest.raises(ZeroDivisionError):
        list(in_order(work, range(10_000), threads=2))
    time.sleep(0.1)
    assert len(begun) < 200


def test_one_refusal_pauses_all_threads_of_a_client(repos: Path) -> None:
    ids = [f"org/m{n}" for n in range(12)]
    for repo_id in ids:
        write_repo(repos, repo_id, {"README.md": "# x\n"})
    with LoopbackHub(repos) as hub:
        hub.inject(Fault("^/api/models/", "status", count=1, skip=3, status=429, headers={"Retry-After": "1"}))
        settings = Settings(endpoint=hub.endpoint, timeouts=Timeouts(wait=5))
        with HubClient(settings) as client:
            facts = [found for _, found in in_order(lambda repo_id: collect(client, repo_id), ids, threads=4)]
        times = sorted(request.time for request in hub.requests("^/api/models/"))
    assert [one.repo_id for one in facts] == ids  # type: ignore[union-attr]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert sum(gap > 0.7 for gap in gaps) == 1, "one pause of a second for all, not one for each"
