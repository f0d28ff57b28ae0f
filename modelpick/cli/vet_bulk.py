"""`modelpick vet --ids` and `--cards`: lines as they come, then what they amount to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from modelpick.errors import CannotFindOut, ModelpickError
from modelpick.places import user_path

if TYPE_CHECKING:
    from modelpick.progress import Listener
    from modelpick.render.sink import Sink
    from modelpick.verbs.bulk import Bulk, Line

_MAX_IDS_BYTES = 64 * 2**20


def read_ids(source: str) -> list[str]:
    """The subjects in a file, or in stdin (`-`): one a line, blank lines and those that begin with `#` left out.

    Raises:
        CannotFindOut: It cannot be read, or is too long.
    """
    try:
        if source == "-":
            data = sys.stdin.buffer.read(_MAX_IDS_BYTES + 1)
        else:
            with user_path(source).open("rb") as file:
                data = file.read(_MAX_IDS_BYTES + 1)
    except OSError as error:
        reason = error.strerror or error
        raise CannotFindOut(f"`{source}` cannot be read: {reason}", "check the path of `--ids`") from error
    if len(data) > _MAX_IDS_BYTES:
        raise CannotFindOut(f"`{source}` is too long for a list of ids", "cut it into pieces")
    lines = (line.strip() for line in data.decode("utf-8-sig", "replace").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def listener_of(sink: Sink, *, each: bool) -> Listener:
    """Bars, but not on the terminal that the lines themselves go to: they show how far it is."""
    if sys.stdout.isatty() and (each or sink.format in {"json", "quiet"}):
        from modelpick.render.listener import TerminalListener

        return TerminalListener(sys.stderr, bars=False)
    return sink.listener


def show_bulk(sink: Sink, bulk: Bulk, *, each: bool, fail_on: str | None) -> None:
    """Writes the lines as they come and ends with the exit code that they deserve.

    Args:
        sink: JSON gets a line a subject, quiet its verdict.
        bulk: What to write.
        each: Whether people see a line a subject too, or the counts alone.
        fail_on: `review` where that verdict fails too.
    """
    broken: ModelpickError | None = None
    with bulk:
        try:
            for line in bulk:
                text = _text(sink.format, line) if sink.format in {"json", "quiet"} or each else ""
                if text:
                    sink.write(text + "\n")
        except ModelpickError as error:
            broken = error
    if sink.format in {"human", "markdown"}:
        if each:
            sink.write("\n")
        sink.show(bulk.tally.document())
    code = _told(sink, bulk, broken)
    verdicts = bulk.tally.verdicts
    refused = verdicts["reject"] or (fail_on == "review" and verdicts["review"])
    if code or refused:
        raise click.exceptions.Exit(code or 1)


def _text(format_: str, line: Line) -> str:
    from modelpick.render.sanitise import clean_line

    if format_ == "json":
        return line.json
    if format_ == "quiet":
        return line.verdict
    return f"{line.verdict:<7} {clean_line(line.requested)}" + (f": {clean_line(line.reason)}" if line.reason else "")


def _told(sink: Sink, bulk: Bulk, broken: ModelpickError | None) -> int:
    """Says on stderr what could not be found out; its exit code. stdout holds what was done, whole lines of it."""
    code = bulk.exit_code
    if bulk.limited:
        sink.warning(f"the Hub allows no more requests for now: {bulk.limited:,} could not be asked for")
        sink.hint(
            "vet them again later (their lines say `error`); a login (`hf auth login` or HF_TOKEN) is allowed more"
        )
    if broken is not None:
        sink.warning(broken.message)
        if broken.hint:
            sink.hint(broken.hint)
        code = max(code, broken.exit_code)
    return code
