"""How results show in Jupyter: as tables and plots. A verb calls `register` when it runs inside IPython."""

from __future__ import annotations

import sys

from modelpick.document import Result


def register() -> None:
    """Teaches the running IPython, if there is one, to show a `Result` as HTML. Cheap, and harmless twice."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return
    shell.display_formatter.formatters["text/html"].for_type(Result, _to_html)
    shell.display_formatter.formatters["text/plain"].for_type(Result, _to_text)


def _to_html(result: Result) -> str:
    from modelpick.render.as_html import render_html

    return render_html(result.document())


def _to_text(result: Result, printer: object, cycle: bool) -> None:
    import io

    from modelpick.render.human import render_human

    printer.text(render_human(result.document(), io.StringIO()))  # type: ignore[attr-defined]
