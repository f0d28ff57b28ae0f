"""For pipes: the document's quiet lines, one a line, cleaned. Blanks stay as they are: a line may be a path."""

from __future__ import annotations

from modelpick.document import Document
from modelpick.render.sanitise import clean


def render_quiet(document: Document) -> str:
    """The bare ids, the verdict word, the class names or the run folder: one a line."""
    return "".join(clean(line).replace("\n", " ") + "\n" for line in document.quiet)
