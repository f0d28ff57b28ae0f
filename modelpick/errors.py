"""What modelpick raises, and the exit code of each.

An error has three parts: what failed and why (`message`), what to do next (`hint`), and an exit code. Public functions
raise nothing else on bad input; a bug stays a plain exception with its traceback.
"""

from __future__ import annotations

import errno
from typing import ClassVar

EXIT_CODES: dict[int, str] = {
    0: "yes, or done (verdict `review` too, with a notice on stderr)",
    1: "the answer is no: rejected, failed verification or forged answer, a guard's stop, `--must-beat` not met",
    2: "usage: command line, unknown target, environment, syntax of a lock or policy",
    3: "nothing matched",
    4: "could not find out: network, unknown or gated repo, unreadable data, disk, memory, permission",
    70: "a bug in modelpick",
    130: "interrupted (Ctrl-C)",
    143: "terminated",
}
"""Exit code -> its meaning. The README's table is generated from it. Of several, 4 beats 1."""


class ModelpickError(Exception):
    """Base of all errors that a user can cause or meet.

    Args:
        message: What failed and why, one sentence without a full stop.
        hint: What to do next, with the user's own arguments where they help; None where nothing can be done.
        kind: A stable word for machines (`modelpick.error/1`), by default the class's own.
    """

    exit_code: ClassVar[int] = 4
    kind: str = "error"

    def __init__(self, message: str, hint: str | None = None, *, kind: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if kind is not None:
            self.kind = kind

    def in_one_line(self) -> str:
        """What failed and what to do next, where there is one line for both."""
        return self.message if self.hint is None else f"{self.message}; {self.hint}"


class AnswerIsNo(ModelpickError):  # noqa: N818 - it is an answer, not a fault
    """The answer is no: a rejected model, a failed verification, a guard's stop. Exit code 1."""

    exit_code = 1
    kind = "no"


class UsageError(ModelpickError, ValueError):
    """The call itself is wrong: an option, a target, a variable of the environment. Exit code 2."""

    exit_code = 2
    kind = "usage"


class NothingMatched(ModelpickError):  # noqa: N818 - an empty answer, not a fault
    """A search or a listing found nothing. Exit code 3."""

    exit_code = 3
    kind = "nothing-matched"


class CannotFindOut(ModelpickError):  # noqa: N818 - names what happened
    """A fact could not be had: network, unknown or gated repo, unreadable data, disk, permission. Exit code 4.

    `kind` is one of: network, timeout, not-a-hub, repo-not-found, gated, disabled, revision-not-found,
    file-not-found, rate-limit, offline, data, disk, memory, permission, checkpoint.
    """

    exit_code = 4
    kind = "cannot-find-out"


_OF_ERRNO = {
    errno.ENOSPC: "disk",
    errno.EDQUOT: "disk",
    errno.EFBIG: "disk",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.EROFS: "permission",
}
_OF_KIND = {"disk": "free some space, or name another place", "permission": "name a place where you may write"}


def from_os_error(error: OSError, what: str | None = None) -> CannotFindOut:
    """The operating system's refusal as an error of ours.

    Args:
        what: What could not be done; None: the error's own words are all that is known.
    """
    kind = _OF_ERRNO.get(error.errno or 0, "system")
    words = str(error.strerror or error) or type(error).__name__
    place = f" (`{error.filename}`)" if error.filename else ""
    return CannotFindOut(f"{what}: {words}" if what else f"{words}{place}", _OF_KIND.get(kind), kind=kind)


_LACKING = ("out of memory", "not enough memory", "allocate memory")


def lacks_memory(error: BaseException) -> bool:
    """Whether that is what happened; torch says it in a RuntimeError, and speaks of memory formats in others."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(word in text for word in _LACKING)
    )
