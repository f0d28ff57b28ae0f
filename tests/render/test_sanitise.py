"""No control, bidi or escape character of outside text reaches a terminal or a report."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelpick.render.sanitise import clean, clean_line


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text, déjà vu, 模型, שלום", "plain text, déjà vu, 模型, שלום"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;http://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]8;;http://evil.example\x1b\\click", "click"),
        ("\x1b]52;c;cm0gLXJm\x07", ""),
        ("an unfinished \x1b]0;title hides nothing", "an unfinished 0;title hides nothing"),
        ("\x1bPq payload\x1b\\after", "after"),
        ("a\x00b\x07c\x7fd\x85e", "abcde"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 3),
        ("line\r\nnext\rlast", "line\nnext\nlast"),
        ("[bold]not markup[/bold] :smile:", "[bold]not markup[/bold] :smile:"),
    ],
)
def test_what_is_taken_out_and_what_stays(raw, shown):
    assert clean(raw) == shown


@pytest.mark.parametrize("introducer", ["\x9d", "\x90", "\x9b", "\x1b]", "\x1b["])
def test_sequences_that_never_end_cost_linear_time(introducer):
    start = time.process_time()
    assert clean(introducer * 100_000 + "end").endswith("nd")
    assert time.process_time() - start < 2


def test_a_newline_in_a_name_cannot_forge_a_row():
    assert clean_line("org/a\norg/b\t1") == "org/a org/b 1"


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=200))
def test_nothing_dangerous_gets_through(text):
    out = clean(text)
    bad = [c for c in out if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]
    bidi = [c for c in out if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"]
    assert not bad
    assert not bidi
    assert clean(out) == out
