"""The command: parses, calls, and turns every way to end into its exit code. Imports nothing heavy by itself."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn, TextIO

import click

from modelpick.data.imports import own_process
from modelpick.errors import CannotFindOut, ModelpickError, UsageError, from_os_error

_BUG = 70
_INTERRUPTED = 130
_TERMINATED = 143


class _Terminated(BaseException):
    """SIGTERM came; unwinds so that temporary files are removed."""


def main(argv: Sequence[str] | None = None, prog: str = "modelpick") -> NoReturn:
    """Runs the command line and ends the process with the exit code."""
    signal.signal(signal.SIGTERM, _on_terminate)
    own_process()
    code = run(argv, prog)
    for stream in (sys.stdout, sys.stderr):  # what cannot be written now would become Python's own exit code 120
        try:
            stream.flush()
        except OSError:
            _reader_gone(stream)
    sys.exit(code)


def run(argv: Sequence[str] | None = None, prog: str = "modelpick") -> int:
    """Runs the command line in this process and returns its exit code; stdout and stderr are the process's own."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    code = 0
    try:
        code = _call(arguments, prog)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        _reader_gone(sys.stdout)
    except OSError as error:  # a full disk behind stdout shows only at the flush
        code = _fail(from_os_error(error), arguments)
    return code


def _call(arguments: list[str], prog: str) -> int:
    try:
        return _invoke(arguments, prog)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _end(_INTERRUPTED, "interrupted")
    except _Terminated:
        return _end(_TERMINATED, "terminated")
    except click.ClickException as error:
        return _fail(_usage_error(error, prog), arguments)
    except ModelpickError as error:
        return _fail(error, arguments)
    except BrokenPipeError:
        raise
    except MemoryError as error:
        hint = "take fewer rows or columns, smaller batches, or a machine with more memory"
        return _fail(CannotFindOut("out of memory", hint, kind="memory"), arguments, error)
    except OSError as error:
        return _fail(from_os_error(error), arguments, error)
    except Exception as error:  # the one place where a bug ends: its traceback and its own exit code
        _show_traceback(error)
        return _fail(_Bug("this is a bug in modelpick", "please report it with the lines above"), arguments)


class _Bug(ModelpickError):  # noqa: N818
    exit_code = _BUG
    kind = "bug"


def _invoke(arguments: list[str], prog: str) -> int:
    from modelpick.cli.group import group

    if _completes_shell(group):
        return 0
    # Not `group.main()`: it answers a closed pipe with exit code 1, which here means "the answer is no".
    with group.make_context(prog, arguments) as context:
        group.invoke(context)
    return 0


def _completes_shell(group: click.Group) -> bool:
    instruction = os.environ.get("_MODELPICK_COMPLETE")
    if not instruction:
        return False
    from click.shell_completion import shell_complete

    shell_complete(group, {}, "modelpick", "_MODELPICK_COMPLETE", instruction)
    return True


def _fail(error: ModelpickError, arguments: list[str], cause: BaseException | None = None) -> int:
    from modelpick.render.sink import Sink

    if os.environ.get("MODELPICK_DEBUG") == "1" and error.exit_code != _BUG:
        _show_traceback(cause or error)
    try:
        Sink(_asked_format(arguments)).error(error)
    except OSError:  # its JSON finds stdout closed or full; the exit code tells
        _reader_gone(sys.stdout)
    return error.exit_code


def _show_traceback(error: BaseException) -> None:
    """On stderr, cleaned: an exception's words may come from a server or a file."""
    from modelpick.render.sanitise import clean
    from modelpick.render.stderr import tell

    tell(sys.stderr, clean("".join(traceback.format_exception(error))).rstrip("\n"))


def _end(code: int, word: str) -> int:
    from modelpick.render.stderr import tell

    tell(sys.stderr, f"\n{word}")
    return code


def _usage_error(error: click.ClickException, prog: str) -> ModelpickError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else prog
    return UsageError(error.format_message().rstrip("."), f"`{command} --help` lists what it takes")


def _asked_format(arguments: list[str]) -> str:
    """The `--format` of a command line that may be too broken to parse."""
    asked = "human"
    for number, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--format" and number + 1 < len(arguments):
            asked = arguments[number + 1]
        elif argument.startswith("--format="):
            asked = argument.partition("=")[2]
    return asked if asked == "json" else "human"


def _prepare_streams() -> None:
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - lives as long as the process
    if sys.stdout is None:
        _fail(CannotFindOut("stdout is closed", "give the command somewhere to write", kind="system"), [])
        sys.exit(CannotFindOut.exit_code)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # cp1252 and ascii terminals get `?`, never a UnicodeEncodeError
            reconfigure(errors="replace")


def _reader_gone(stream: TextIO) -> None:
    """Ends quietly: nothing more is flushed into the closed pipe or the full disk at exit."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a file descriptor is wanted
        os.dup2(nowhere.fileno(), stream.fileno())


def _on_terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated
