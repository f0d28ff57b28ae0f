"""How many cores are free: by the mean of the last minute, and by who works now where that says that none is."""

from __future__ import annotations

import os

import pytest

from modelpick.evaluation import workers


def stat(*cores: tuple[int, int]) -> str:
    """Lines as in /proc/stat, of (ticks worked, ticks idle) for each core."""
    lines = [f"cpu{i} {work} 0 0 {idle} 0 0 0 0 0 0" for i, (work, idle) in enumerate(cores)]
    return "\n".join(["cpu  9 9 9 9 9 9 9 9 9 9", *lines, "intr 5 6 7", "ctxt 1"])


@pytest.mark.parametrize(
    ("load", "after", "free"),
    [
        (1.2, None, 2),  # this process alone: nobody has to look
        (3.0, stat((100, 120), (120, 100), (100, 120)), 2),  # busy a minute ago, idle now; core 1 is not ours
        (3.0, stat((120, 100), (100, 120), (100, 120)), 1),  # one of ours is at work
        (3.0, stat((120, 100), (100, 120), (118, 102)), 1),  # both are: there is always this one
        (3.0, "", 1),  # a system that does not tell
    ],
)
def test_cores_that_others_do_not_use_now(load, after, free, monkeypatch, tmp_path):
    told = tmp_path / "stat"
    told.write_text(stat(*[(100, 100)] * 3) if after else "")

    def meanwhile(seconds):
        assert after is not None
        told.write_text(after)

    monkeypatch.setattr(workers, "_PROC_STAT", told)
    monkeypatch.setattr(workers.time, "sleep", meanwhile)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2}, raising=False)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load), raising=False)
    assert workers.free_cores() == free


def test_without_a_place_to_look_the_last_minute_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "_PROC_STAT", tmp_path / "nothing")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(os, "getloadavg", lambda: (2.9, 0.0, 0.0), raising=False)
    assert workers.free_cores() == 2
