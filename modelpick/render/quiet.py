"""For pipes: the document's quiet lines, one a line, cleaned."""

from __future__ import annotations

from modelpick.document import Document
from modelpick.render.sanitise import clean_line


def render_quiet(document: Document) -> str:
    """The bare ids, the verdict word, the class names or the run folder: one a line."""
    return "".join(clean_line(line) + "\n" for line in document.quiet)
