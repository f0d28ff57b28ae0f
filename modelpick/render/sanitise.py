"""Text from outside made fit for a terminal or a Markdown page: no control, bidi or escape character gets through.

rich is no protection: it passes ESC sequences, OSC 8 links and C1 controls on (CVE-2021-42574 tells what bidi does).
"""

from __future__ import annotations

import re

# An escape sequence is dropped whole only where it ends; an unfinished one loses its introducer and the rest stays
# readable, so that nothing can be hidden behind it. No class takes what begins a sequence: the scan is linear.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9b-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM
    r"|\x1b[\]PX^_\[]"
    r"|\x1b[ -/]*[0-~]?"
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # soft hyphen, zero width, bidi
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # surrogates, invisible tags and selectors
)
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILED_MARKS = re.compile(f"([{_MARKS}]{{3}})[{_MARKS}]+")


def clean(text: str) -> str:
    """The text without escape sequences, control, bidi and invisible characters; newlines and tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _PILED_MARKS.sub(r"\1", _CONTROLS.sub("", _SEQUENCES.sub("", text)))


def clean_line(text: str) -> str:
    """The same on one line, so that a newline in a name cannot forge a second row."""
    return " ".join(clean(text).split())
