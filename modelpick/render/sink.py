"""The one way out: data to stdout in the chosen format, everything else to stderr, in every format."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from modelpick.errors import ModelpickError, UsageError
from modelpick.render.sanitise import clean_line
from modelpick.render.stderr import tell

if TYPE_CHECKING:
    from modelpick.document import Document
    from modelpick.progress import Listener

_MAX_LINE = 600  # of an error: server text ends up in messages


class Sink:
    """Where a command puts what it has to say.

    Args:
        format: human, json, quiet, markdown or html.
        progress: Whether bars may be shown on stderr (and then only where that is a terminal).
    """

    def __init__(
        self,
        format: str = "human",  # noqa: A002 - the option's own name
        *,
        progress: bool = True,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.format = format
        self._progress = progress
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr

    @cached_property
    def listener(self) -> Listener:
        """What library code reports its progress to."""
        from modelpick.render.listener import TerminalListener

        return TerminalListener(self._stderr, bars=self._progress and self.format != "quiet")

    def show(self, document: Document) -> None:
        """Writes the document to stdout."""
        if self.format == "json":
            from modelpick.render.as_json import render_json

            text = render_json(document)
        elif self.format == "quiet":
            from modelpick.render.quiet import render_quiet

            text = render_quiet(document)
        elif self.format == "markdown":
            from modelpick.render.markdown import render_markdown

            text = render_markdown(document)
        elif self.format == "html":
            from modelpick.render.as_html import render_page

            text = render_page(document)
        else:
            from modelpick.render.human import render_human

            text = render_human(document, self._stdout)
        self.write(text)

    def write(self, text: str) -> None:
        """Writes finished data (a completion script, JSON lines) to stdout as it is."""
        self._stdout.write(text)
        self._stdout.flush()

    def notice(self, text: str) -> None:
        """A line that a person should know; the command goes on."""
        self._line("note", text)

    def warning(self, text: str) -> None:
        """A line that a person should act on."""
        self._line("warning", text)

    def hint(self, text: str) -> None:
        """What to do next."""
        self._line("hint", text)

    def error(self, error: ModelpickError) -> None:
        """The error on stderr; with `--format json` also as `modelpick.error/1` on stdout."""
        self._line("error", error.message)
        if error.hint:
            self.hint(error.hint)
        if self.format == "json":
            from modelpick.render.as_json import to_json

            self.write(to_json({"schema": "modelpick.error/1", "error": error_fields(error)}) + "\n")

    def confirm(self, question: str, *, flag: str) -> bool:
        """Asks a person; where nobody can answer, it refuses and names the flag that says yes.

        Raises:
            UsageError: stdin or stderr is no terminal, or the format is not human.
        """
        if self.format != "human" or not (sys.stdin and sys.stdin.isatty() and self._stderr.isatty()):
            raise UsageError(f"{question} Nobody can be asked here", f"say yes beforehand with `{flag}`")
        self._stderr.write(clean_line(question) + " [y/N] ")
        self._stderr.flush()
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):  # Ctrl-D: what comes next begins a line
            self._stderr.write("\n")
        return answer.strip().lower() in {"y", "yes"}

    def _line(self, label: str, text: str) -> None:
        line = clean_line(text)
        if len(line) > _MAX_LINE:
            line = line[:_MAX_LINE] + " ..."
        tell(self._stderr, f"{label}: {line}")


def error_fields(error: ModelpickError) -> dict[str, object]:
    """The `error` member of the JSON contracts, for one subject of several too."""
    return {"kind": error.kind, "message": error.message, "hint": error.hint, "exit_code": error.exit_code}
