"""How results show in Jupyter: as tables and plots. A verb calls `register` when it runs inside IPython."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from modelpick.document import Result


def register() -> None:
    """Teaches the running IPython, if there is one, to show every `Result` as HTML and text. Harmless twice."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return
    formatters = shell.display_formatter.formatters
    for result in _subclasses(Result):
        formatters["text/html"].for_type(result, _to_html)
        # For each class by itself: IPython takes a class's own __repr__ before what is registered for its base.
        formatters["text/plain"].for_type(result, _to_text)


def _subclasses(base: type) -> Iterator[type]:
    subclass: type
    for subclass in base.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _to_html(result: Result) -> str:
    from modelpick.render.as_html import render_html

    return render_html(result.document())


def _to_text(result: Result, printer: object, cycle: bool) -> None:
    import io

    from modelpick.render.human import render_human

    printer.text(render_human(result.document(), io.StringIO()))  # type: ignore[attr-defined]
