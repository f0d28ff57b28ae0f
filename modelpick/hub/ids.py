"""The syntax of what goes into a URL or a path: repo ids, revisions, commits. Checked before anything is asked."""

from __future__ import annotations

import re

from modelpick.errors import AnswerIsNo, UsageError

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_])?")
_ON_A_PAGE = re.compile(r"https?://[^/\s]+/(?!datasets/|spaces/|api/)([\w.-]+/[\w.-]+)(?:[/?#].*)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+@-]{0,254}")


def is_commit(text: str) -> bool:
    """Whether a text is a whole commit: 40 lower-case hexadecimal digits."""
    return _COMMIT.fullmatch(text) is not None


def is_repo_id(text: str) -> bool:
    """Whether a text may be the id of a repo: `owner/name`, or a bare old `name`.

    Wider than the Hub's rules for new names (96 characters, no `.git` at the end): old repos break those.
    """
    parts = text.split("/")
    return len(parts) <= 2 and all(_NAME.fullmatch(part) for part in parts) and "--" not in text and ".." not in text


def check_repo_id(repo_id: str) -> str:
    """The id of a repo as it is.

    Raises:
        UsageError: It cannot be one.
    """
    if not is_repo_id(repo_id):
        page = _ON_A_PAGE.fullmatch(repo_id)
        if page:
            raise UsageError(f"`{repo_id}` is an address, and a model is named by its id", f"write `{page[1]}`")
        raise UsageError(
            f"`{repo_id}` is no repo id",
            "an id reads `owner/name`, such as `google/vit-base-patch16-224`; a path begins with ./ or /",
        )
    return repo_id


def check_revision(revision: str) -> str:
    """A branch, tag, pull request or commit as it is.

    Raises:
        UsageError: It cannot be one (git's own rules, and nothing that climbs out of a folder).
    """
    bad = ".." in revision or "//" in revision or "@{" in revision or revision.endswith(("/", ".", ".lock"))
    if bad or not _REVISION.fullmatch(revision):
        raise UsageError(
            f"`{revision}` is no revision",
            "give a branch such as main, a tag, or a commit of 40 hexadecimal digits",
        )
    return revision


def check_commit(commit: str, host: str) -> str:
    """A commit that a server named.

    Raises:
        AnswerIsNo: It is none. It would become part of a path, so this is not let pass as a slip.
    """
    if not is_commit(commit):
        raise AnswerIsNo(
            f"{host} names a commit that is none: `{commit[:60]}`",
            "the answer is forged or the server is no Hub; try without --endpoint and HF_ENDPOINT",
            kind="forged",
        )
    return commit
