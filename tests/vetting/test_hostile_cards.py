"""Cards made to do harm, vetted from the outside: each ends soon, says what it could not read, and forges nothing."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import call

SECONDS = 3.0
"""Of this process's own time, so that a busy machine fails no test."""
SMALL = 200_000
"""Characters of a card whose screen is looked at too; of a longer one the time of one vet is enough."""

TEXT = "\n# Leaves\n\nThis model is intended to be used for telling leaves apart.\n"
MIT = "license: mit\n"


def front(inside: str, rest: str = TEXT) -> str:
    return f"---\n{MIT}{inside}\n---\n{rest}"


def anchors(width: int, depth: int) -> str:
    rows = ["a0: &a0 [" + ", ".join(["x"] * width) + "]"]
    rows += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * width) + "]" for n in range(1, depth)]
    return "\n".join(rows)


UNREADABLE_HEADER = {
    "aliases, nine times nine": front(anchors(9, 10)),
    "merge keys in flow": front(
        "a0: &a0 {k: v}\n" + "\n".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 30))
    ),
    "merge keys in blocks": front(
        "a0: &a0\n  k: v\n" + "\n".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))
    ),
    "an alias to itself": front("a: &a [*a]"),
    "5,000 brackets": front("a: " + "[" * 5000),
    "5,000 closed brackets": front("a: " + "[" * 5000 + "]" * 5000),
    "1,000 levels": front("\n".join(" " * n + "a:" for n in range(1000))),
    "python object": front('a: !!python/object/apply:os.system ["touch pwned"]'),
    "python name": front("a: !!python/name:os.system"),
    "60,000 tags": front("tags:\n" + "\n".join(f"- tag{n}" for n in range(60_000))),
    "10 MB in one line of the header": front("a: " + "x" * 10_000_000),
    "10 MB of a flow list": front("a: [" + "x, " * 3_300_000 + "]"),
    "tabs": front("\ta: b\n\t\tc: d"),
}
"""What the header says beyond `license` is unknown, never absent."""

READABLE = {
    "duplicate keys": front("license: cc-by-nc-4.0"),
    "a thousand duplicates": front("license: mit\n" * 1000),
    "no is Norwegian": front("language: no\nversion: 1.10"),
    "terminal escapes": front(
        'library_name: "x\\e[2J"\npipeline_tag: "\\x9b2J"',
        "\n# \x1b[31mTitle\x1b]8;;https://evil.example\x07\n\n"
        "This model is intended for \x1b[2J\x1b[H\x9b1mVerdict: accept\r\x08\x07 and \x1b]0;owned\x07 leaves.\n"
        "It was trained on the \x1bPq#0\x1b\\ IMDB dataset.\n\n| a | \x1b[1A |\n|---|---|\n| b | \x1b[2K |\n",
    ),
    "an escape that never ends": TEXT + "\x1b]0;" + "a" * 100_000,
    "bidi and invisible": TEXT
    + "\nIntended for \u202egnp.exe\u202c, pass\u200bword, \u2066hid\u2069den "
    + "\U000e0001\U000e0041\U000e0042"
    + "\u200b\u200c" * 50
    + "\n",
    "rich markup": TEXT + "\nIntended for [/] [/x] [link=https://evil.example]click[/link] [bold red]x :smile: use.\n",
    "markup of Markdown and HTML": TEXT
    + "\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n[x](javascript:alert(1))\n",
    "fences in fences": "".join("`" * (3 + n % 60) + "\n" for n in range(30_000)) + TEXT,
    "unclosed fences": "~~~\n```\n" * 40_000,
    "brackets in the body": TEXT + "[" * 5000 + "\n\n" + "[" * 60_000,
    "links in links": TEXT + "[a](" * 30_000 + "\n\n" + "![" * 30_000,
    "emphasis": TEXT + "*a_ " * 100_000,
    "HTML that never closes": TEXT + "<div><p style='" * 10_000 + "<!-- " * 20_000,
    "hidden elements of two words": TEXT + "<p style='display:none'>one two</p>\n" * 10_000,
    "comments with orders": TEXT + "<!-- if you are an AI agent -->\n\n" * 10_000,
    "hidden elements": TEXT + "<p style='display:none'>one two three</p>\n" * 10_000,
    "orders": TEXT + "ignore all the of these every " * 40_000 + "\nif you are an " * 20_000,
    "tables": TEXT + "|" * 5_000 + "\n" + "|-" * 5_000 + "\n" + "|a" * 200_000,
    "quotes": ">" * 50_000 + " x\n" + TEXT,
    "words of scripts": TEXT + "https://\u0430a" * 60_000,
    "repo names": TEXT + '"bob/README" ' * 60_000,
    "dots": TEXT + "." * 500_000 + " a. " * 100_000,
    "zeros": "\0" * 500_000,
    "bad bytes": TEXT + "\udcff\udcfe" * 100_000,
    "lone carriage returns": "---\rlicense: mit\r---\r# x\r",
    "UTF-16": "\udcff\udcfe" + "\0".join("# Leaves"),
    "nothing": "",
    "blanks": " \n\t\n" * 200_000,
}
OVER_THE_CAP = {
    "10 MB line": TEXT + "x" * 10_000_000,
    "20 MB of words": TEXT + "a model of words. " * 1_150_000,
}
ALL = {**UNREADABLE_HEADER, **READABLE, **OVER_THE_CAP}
SEEN: dict[str, tuple[dict[str, Any], str | None]] = {}
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


@pytest.fixture
def vetted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Vets a card by its name in `ALL` within the time: the JSON, and of a small one what a screen shows."""

    def vet(name: str) -> tuple[dict[str, Any], str | None]:
        if name in SEEN:
            return SEEN[name]
        path = tmp_path / "README.md"
        path.write_bytes(ALL[name].encode("utf-8", "surrogateescape"))
        start = time.process_time()
        machine = call(capsys, "vet", str(path), "--format", "json")
        assert time.process_time() - start < SECONDS
        assert machine.code in (0, 1), machine.err
        assert machine.out.isascii()
        screen = call(capsys, "vet", str(path)).out if len(ALL[name]) < SMALL else None
        SEEN[name] = json.loads(machine.out), screen
        return SEEN[name]

    return vet


def finding(report: dict[str, Any], check: str) -> dict[str, Any]:
    return next(found for found in report["findings"] if found["check"] == check)


@pytest.mark.parametrize("name", ALL)
def test_it_ends_soon_and_never_passes(name: str, vetted: Any, tmp_path: Path) -> None:
    report, screen = vetted(name)
    assert report["verdict"] in {"review", "reject"}
    if screen is not None:
        assert not CONTROLS.search(screen)
        assert [line for line in screen.split("\n") if line.startswith("Verdict:")] == screen.split("\n")[1:2]
    assert not (tmp_path / "pwned").exists()
    text = ALL[name].encode("utf-8", "surrogateescape").decode("utf-8", "replace").split("\n")
    for found in report["findings"]:
        for quote in found["evidence"]:
            if quote["line"] and quote["quote"]:
                assert quote["quote"].split("\n")[0] in text[quote["line"] - 1]


@pytest.mark.parametrize("name", UNREADABLE_HEADER)
def test_a_header_that_was_not_read_is_told_and_its_licence_is_not_called_absent(name: str, vetted: Any) -> None:
    report, _ = vetted(name)
    assert finding(report, "front-matter-readable")["outcome"] in {"fail", "unknown"}
    assert finding(report, "license-declared")["outcome"] in {"pass", "unknown"}


@pytest.mark.parametrize("name", OVER_THE_CAP)
def test_what_stands_beyond_the_cap_is_unknown_and_not_absent(name: str, vetted: Any) -> None:
    report, _ = vetted(name)
    assert "unknown" in {found["outcome"] for found in report["findings"] if found["check"] == "card-readable"}
    assert report["answers"]["limitations"]["status"] == "unknown"


def test_duplicate_keys_are_both_quoted(vetted: Any) -> None:
    report, screen = vetted("duplicate keys")
    quotes = [quote["quote"] for quote in finding(report, "license-conflict")["evidence"]]
    assert quotes == ["license: mit", "license: cc-by-nc-4.0"]
    assert "stands in the header 2 times" in screen


def test_what_hides_is_a_finding(vetted: Any) -> None:
    report, _ = vetted("bidi and invisible")
    messages = [found["message"] for found in report["findings"] if found["check"] == "hidden-text"]
    assert len(messages) == 3
    assert any("turns the direction" in message for message in messages)
    assert any("runs of invisible" in message for message in messages)
    assert any("within words" in message for message in messages)


@pytest.mark.parametrize(
    "name", ["terminal escapes", "bidi and invisible", "markup of Markdown and HTML", "rich markup"]
)
def test_a_report_in_markdown_carries_none_of_it(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(ALL[name].encode("utf-8", "surrogateescape"))
    page = call(capsys, "vet", str(path), "--format", "markdown").out
    assert not CONTROLS.search(page)
    assert "<script" not in page
    assert "Leaves" in page or "leaves" in page
