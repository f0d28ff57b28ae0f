"""Every block in every format, side by side; nothing of the text is read as markup anywhere."""

import io
import json
import re
import time
from collections import Counter

import pytest

from modelpick.document import Cell, Chart, Document, Heading, Quote, Series, Table, Text, Tone
from modelpick.errors import CannotFindOut, UsageError
from modelpick.render.as_html import render_html
from modelpick.render.as_json import render_json
from modelpick.render.human import render_human
from modelpick.render.listener import TerminalListener
from modelpick.render.markdown import render_markdown
from modelpick.render.plot import chart_image
from modelpick.render.quiet import render_quiet
from modelpick.render.sink import Sink
from modelpick.render.text_chart import chart_text

EVIL = "[bold]x[/bold] [/] <script>alert(1)</script> \x1b[31m **b** [l](http://e) | pipe"
CHART = Chart(
    "Accuracy",
    "epoch",
    "accuracy",
    (Series("train", (1, 2, 3), (0.4, 0.7, 0.9)), Series("validation", (1, 2, 3), (0.3, 0.6, 0.8))),
)
DOCUMENT = Document(
    blocks=[
        Heading("Report " + EVIL, 1),
        Text(EVIL, Tone.BAD),
        Text("first", item=True),
        Text("second", item=True),
        Quote("license: mit\n# not a heading", "README.md:3"),
        Table(("name", "score"), (("a/b", Cell("0.9", Tone.GOOD)), (EVIL, "0.1")), right=("score",)),
        CHART,
    ],
    data={"schema": "test/1", "nan": float("nan"), "quote": EVIL, "rows": [{"x": float("inf")}, (1, 2)]},
    quiet=["a/b", "c\nd", "./two  blanks\u00a0\x1b[31m"],
)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_human_off_a_terminal_has_whole_lines_and_no_escape():
    text = render_human(DOCUMENT, io.StringIO())
    assert "\x1b" not in text
    assert "[bold]x[/bold] [/] <script>alert(1)</script>" in text
    assert "| license: mit\n| # not a heading" in text
    assert "- first\n- second\n" in text
    assert "Accuracy (accuracy by epoch)" in text
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("columns", ["0", "1", "20", "100", "abc"])
def test_human_on_a_terminal_of_any_width_loses_no_name(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    name = "organisation/a-model-with-a-very-long-name-indeed"
    text = render_human(Document(blocks=[Table(("repo", "n"), ((name, "1"),))], data=None), Terminal())
    assert Counter(name) <= Counter(text), text
    assert "…" not in text


@pytest.mark.parametrize("columns", [40, 60, 80, 100])
def test_numbers_and_ids_of_a_wide_table_stay_whole_on_a_narrow_terminal(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    names = ("model", "accuracy", "95 % interval", "balanced accuracy", "log loss", "fit", "parameters", "updated")
    row = ("sklearn-mlp", "0.987", "0.939 to 1.000", "0.986", "0.133", "0.13 s", "17,539", "2026-11-25")
    text = render_human(Document(blocks=[Table(names, (row,), right=names[1:-1])], data=None), Terminal())
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    for cell in row:
        assert any(f" {cell} " in f" {line} " for line in lines), (cell, text)
    parts = sum(line.startswith("sklearn-mlp") for line in lines)  # what goes on below begins with the name again
    assert (parts == 1) == (columns == 100), text


def test_a_sentence_in_a_table_folds_between_words(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    note = "for research and educational purposes only, as its terms of access say"
    text = render_human(Document(blocks=[Table(("set", "note"), (("ImageNet", note),))], data=None), Terminal())
    assert " ".join(text.split()[3:]) == "ImageNet " + note


def test_human_on_a_terminal_has_colour_unless_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in render_human(DOCUMENT, Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    coloured = render_human(DOCUMENT, Terminal())
    assert "\x1b[31m" not in coloured
    assert "\x1b[32m" not in coloured


def test_an_indented_text_stays_indented_where_it_folds(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("NO_COLOR", "1")
    document = Document(blocks=[Text("  What to do: " + "read the terms " * 5)], data=None)
    lines = render_human(document, Terminal()).splitlines()
    assert len(lines) > 2
    assert all(line.startswith("  ") for line in lines)
    assert render_human(document, io.StringIO()).startswith("  What to do: read")


def test_a_line_to_be_copied_is_never_broken(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("NO_COLOR", "1")
    line = 'model = AutoModel.from_pretrained("/home/ann/.cache/huggingface/hub/\x1b[31m", use_safetensors=True)'
    shown = render_human(Document(blocks=[Text(line, whole=True)], data={}), Terminal())
    assert shown == line.replace("\x1b[31m", "") + "\n"


def test_json_is_valid_ascii_without_nan():
    text = render_json(DOCUMENT)
    assert text.isascii()
    data = json.loads(text, parse_constant=lambda c: pytest.fail(f"{c} in JSON"))
    assert data["nan"] is None
    assert data["rows"] == [{"x": None}, [1, 2]]
    assert data["quote"] == EVIL


def test_markdown_and_html_are_inert():
    from markdown_it import MarkdownIt

    markdown = render_markdown(DOCUMENT)
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    for page in (html, render_html(DOCUMENT)):
        assert "<script" not in page
        assert 'href="' not in page
        assert "\x1b" not in page
    assert html.count("<h1>") == 1
    assert "<table>" in html
    assert "<blockquote>" in html
    assert html.count("<li>") == 2
    assert "[bold]x[/bold]" in html
    assert "<ul><li>first</li>\n<li>second</li></ul>" in render_html(DOCUMENT)
    assert "data:image/png;base64," in render_html(DOCUMENT)


def test_quiet_is_one_line_each():
    assert render_quiet(DOCUMENT) == "a/b\nc d\n./two  blanks\u00a0\n"


def test_a_chart_in_characters_has_true_ticks():
    line = Chart("loss", "epoch", "cost", (Series("train", (1.0, 9.0), (0.2, 1.0)),))
    rows = chart_text(line, width=60, height=9).split("\n")
    assert rows[1].startswith("1.0 |")
    assert rows[1].endswith("*")
    assert rows[6].startswith("0.5 |")
    assert rows[9] == "    |*" + rows[9][6:]
    assert rows[-1].strip() == "* train"
    assert chart_text(Chart("t", "x", "y", (Series("empty", (), ()),))) == ""
    flat = chart_text(Chart("t", "x", "y", (Series("flat", (1.0, 2.0), (0.5, 0.5)),)))
    assert "0.5 |*" in flat
    # A scale of one figure tells nothing: steps of 0.5 would give 0.5 alone here.
    cost = chart_text(Chart("t", "x", "y", (Series("c", (1.0, 2.0), (0.14, 0.984)),)))
    assert [float(row.split("|")[0]) for row in cost.split("\n") if "|" in row and row[0] != " "] == [
        0.8,
        0.6,
        0.4,
        0.2,
    ]


def test_a_dumb_terminal_is_as_wide_as_it_is(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    words = Document(blocks=[Text("word " * 40)], data=None)
    for columns in (50, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        longest = max(map(len, render_human(words, Terminal()).splitlines()))
        assert columns - 5 <= longest <= columns


def test_a_chart_is_a_picture_with_the_same_bytes_each_time():
    first = chart_image(CHART)
    assert first.startswith(b"\x89PNG")
    assert first == chart_image(CHART)
    assert b"<svg" in chart_image(CHART, "svg")


def test_bytes_and_rate_stand_in_one_line_beside_a_long_name(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Terminal()
    with TerminalListener(screen, bars=True).step("fetching model.safetensors", 48_000_000, "bytes") as step:
        for _ in range(6):
            step.advance(131_072)
            time.sleep(0.06)
    shown = [line for line in re.split(r"[\r\n]+", screen.getvalue()) if "B/s" in line]
    assert shown
    assert all("/48.0 MB" in line and "fetching model.safetensors" in line for line in shown)


def test_sink_puts_data_on_stdout_and_the_rest_on_stderr():
    out, err = io.StringIO(), io.StringIO()
    sink = Sink("json", stdout=out, stderr=err)
    sink.notice("a\nb")
    sink.warning("w")
    sink.error(CannotFindOut("no \x1b[31manswer" + "x" * 5000, "try again", kind="network"))
    assert err.getvalue().startswith("note: a b\nwarning: w\nerror: no answerxxx")
    assert len(err.getvalue()) < 1000
    error = json.loads(out.getvalue())
    assert error["schema"] == "modelpick.error/1"
    assert error["error"]["kind"] == "network"
    assert error["error"]["exit_code"] == 4


def test_nobody_is_asked_where_nobody_can_answer():
    with pytest.raises(UsageError) as caught:
        Sink("human", stdout=io.StringIO(), stderr=io.StringIO()).confirm("Go on?", flag="--yes")
    assert "--yes" in (caught.value.hint or "")


@pytest.mark.parametrize(("typed", "yes"), [("y\n", True), ("Yes\n", True), ("\n", False), ("n\n", False), ("", False)])
def test_only_a_yes_is_one_and_what_comes_next_begins_a_line(monkeypatch, typed, yes):
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    screen = Terminal()
    assert Sink("human", stdout=io.StringIO(), stderr=screen).confirm("Go on?", flag="--yes") is yes
    assert screen.getvalue() == "Go on? [y/N] " + ("" if typed else "\n")  # else the terminal showed the typed one
