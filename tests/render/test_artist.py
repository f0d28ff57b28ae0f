"""Pictures from another process are those drawn here, also where it fails; it never outlives its use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modelpick.document import Chart, Series
from modelpick.render.artist import Artist, Picture, artist_ahead
from modelpick.render.plot import bars_image, chart_image

CHART = Chart("t", "x", "y", (Series("s", tuple(map(float, range(40))), tuple(x / 7 for x in range(40))),))
PICTURES = [
    Picture(file="chart.png", words="a chart", draw=chart_image, arguments=(CHART,)),
    Picture(file="bars.png", words="bars", draw=bars_image, arguments=("b", ["a", "b"], [1.0, 2.0], [0.1, 0.1], "x")),
]


def test_another_process_draws_the_same_bytes_in_any_order():
    with artist_ahead(other_process=True) as artist:
        process = artist._process
        drawn = [artist.draw(picture) for picture in [*PICTURES, *PICTURES]]
        assert [d.result() for d in drawn] == [p.draw(*p.arguments) for p in PICTURES] * 2
        assert artist._answers  # none was drawn here
    assert process.returncode is not None


def test_a_process_that_dies_is_replaced_by_this_one(monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path, Path("of a careless program")])
    with artist_ahead(other_process=True) as artist:
        process = artist._process
        process.kill()
        assert artist.draw(PICTURES[0]).result() == chart_image(CHART)
        assert artist.draw(PICTURES[1]).result() == PICTURES[1].draw(*PICTURES[1].arguments)
    assert process.returncode is not None
    assert process.stdin.closed
    assert process.stdout.closed


def test_what_cannot_be_drawn_says_so_here_too():
    broken = Picture(file="", words="", draw=chart_image, arguments=(None,))
    with artist_ahead(other_process=True) as artist, pytest.raises(AttributeError):
        artist.draw(broken).result()
    with pytest.raises(AttributeError):
        Artist().draw(broken)


def test_without_another_process_all_is_drawn_at_once():
    with artist_ahead(other_process=False) as artist:
        assert artist._process is None
        assert artist.draw(PICTURES[0]).done()


def test_its_end_waits_for_no_picture():
    with artist_ahead(other_process=True) as artist:
        process = artist._process
        waiting = [artist.draw(PICTURES[0]) for _ in range(50)]
    assert process.returncode is not None
    assert sum(future.cancelled() for future in waiting) > 40
