"""Pictures and pages: points without lines, matrices, bars, a whole HTML page, the brief form of a report."""

from __future__ import annotations

import io
import struct

import numpy as np

from modelpick.document import Chart, Document, Heading, Series, Text
from modelpick.render.as_html import render_page
from modelpick.render.human import render_human
from modelpick.render.markdown import render_markdown
from modelpick.render.plot import bars_image, chart_image, matrix_image
from modelpick.render.text_chart import chart_text


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return struct.unpack(">II", png[16:24])


def drawn(png: bytes) -> int:
    """Pixels of a strong colour."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    return int((pixels.max(axis=2) - pixels.min(axis=2) > 60).sum())


def test_points_are_not_joined_by_a_line():
    points = Chart("t", "x", "y", (Series("s", (0.0, 10.0), (0.0, 1.0), line=False),))
    joined = Chart("t", "x", "y", (Series("s", (0.0, 10.0), (0.0, 1.0)),))
    assert ".." not in chart_text(points)
    assert ".." in chart_text(joined)
    assert drawn(chart_image(points)) < 0.9 * drawn(chart_image(joined))


def test_matrix_and_bars_grow_with_their_names_and_are_the_same_each_time():
    small = matrix_image("m", ["a", "b"], ["a", "b"], [[3, 1], [0, 2]])
    large = matrix_image("m", list("abcdefghij"), list("abcdefghij"), [[i == j for j in range(10)] for i in range(10)])
    assert size_of(large)[0] > size_of(small)[0]
    assert small == matrix_image("m", ["a", "b"], ["a", "b"], [[3, 1], [0, 2]])
    assert small != matrix_image("m", ["a", "b"], ["a", "b"], [[3, 1], [1, 2]])
    few, many = (bars_image("b", list("abcdefgh")[:n], [1.0] * n, [0.1] * n, "x") for n in (2, 8))
    assert size_of(many)[1] > size_of(few)[1]


def test_names_of_any_script_and_dollars_make_a_picture_without_a_warning(recwarn):
    matrix_image("cost in $ and $x^2$", ["\u4e2d\u6587", "$a"], ["\u4e2d\u6587", "$a"], [[1, 0], [0, 1]])
    assert not list(recwarn)


def test_a_page_is_whole_loads_nothing_and_escapes_its_title():
    page = render_page(Document(blocks=[Heading("<script>x</script>", 1), Text("t")], data=None))
    assert page.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in page
    assert "<title>&lt;script&gt;" in page
    assert "<script" not in page


def test_a_screen_shows_the_brief_form_and_a_report_all_of_it():
    document = Document(blocks=[Text("everything")], data=None, brief=[Text("first")])
    assert render_human(document, io.StringIO()) == "first\n"
    assert render_markdown(document) == "everything\n"
    assert "everything" in render_page(document)
