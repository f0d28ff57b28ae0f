"""A bundle: the facts that a vet rested on, in one file, from which it is replayed without a network."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from modelpick.errors import AnswerIsNo, CannotFindOut, ModelpickError, NothingMatched, UsageError
from modelpick.facts import RepoFacts
from modelpick.hub.atomic import write_whole
from modelpick.hub.plain_facts import NotFacts, facts_of_plain, to_plain

FORMAT = "modelpick.bundle/1"
MAX_BYTES = 128 * 2**20
"""Of a bundle, unpacked."""
_HEAD = 64

_ERRORS: dict[int, type[ModelpickError]] = {
    error.exit_code: error for error in (AnswerIsNo, UsageError, NothingMatched, CannotFindOut)
}


class Kept(NamedTuple):
    """One subject of a bundle: its facts, or why there are none."""

    requested: str
    found: RepoFacts | ModelpickError


def write_bundle(path: Path, subjects: Sequence[Kept]) -> None:
    """Writes the facts of some subjects; gzip where the name ends in `.gz`. The same facts give the same bytes.

    Raises:
        CannotFindOut: The file cannot be written, or would be larger than what is read.
    """
    entries = ",\n".join(json.dumps(_plain(kept), ensure_ascii=True) for kept in subjects)
    data = f'{{"schema": "{FORMAT}", "subjects": [\n{entries}\n]}}\n'.encode()
    if len(data) > MAX_BYTES:
        raise CannotFindOut(
            f"the facts take more than {MAX_BYTES // 2**20} MiB", "save fewer subjects in one file", kind="data"
        )
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    try:
        write_whole(path, data)
    except OSError as error:
        raise _not_written(path, error.strerror or str(error)) from error


def check_target(path: Path) -> None:
    """Looks, before there is anything to lose, whether a bundle may be written there.

    Raises:
        UsageError: Something else than a bundle lies there.
        CannotFindOut: There is no such folder, or what lies there cannot be read.
    """
    try:
        there = path.exists()
        if not there and path.parent.is_dir():
            return
        head = _head(path) if path.is_file() else None
    except OSError as error:
        raise _not_written(path, error.strerror or str(error)) from error
    if head is None:
        raise _not_written(path, "that is no file" if there else "there is no such folder")
    if head and not head.startswith(b'{"schema": "modelpick.bundle/'):
        raise UsageError(f"`{path}` is no bundle and is left as it is", "name another file with `--save`")


def _head(path: Path) -> bytes:
    """The first bytes of a file, unpacked."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        with gzip.open(path, "rb") as packed:
            return packed.read(_HEAD)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return b"damaged"


def _not_written(path: Path, why: str) -> CannotFindOut:
    return CannotFindOut(f"`{path}` cannot be written: {why}", "name another place with `--save`", kind="disk")


def read_bundle(path: Path) -> tuple[Kept, ...]:
    """The subjects of a bundle, in the order in which they were asked for.

    Raises:
        CannotFindOut: It cannot be read, is no bundle, or one of another version.
    """
    try:
        value = json.loads(_bytes(path))
    except (ValueError, RecursionError) as error:
        raise _no_bundle(path, "it is no JSON") from error
    schema = value.get("schema") if isinstance(value, dict) else None
    if isinstance(schema, str) and schema.startswith("modelpick.bundle/") and schema != FORMAT:
        raise CannotFindOut(
            f"`{path}` is a bundle of another version (`{schema[:40]}`; this modelpick reads `{FORMAT}`)",
            "vet the subject again with `--save`, or use the modelpick that wrote it",
            kind="data",
        )
    subjects = value.get("subjects") if schema == FORMAT else None
    if not isinstance(subjects, list) or not subjects:
        raise _no_bundle(path, "it lists no subjects")
    try:
        return tuple(_kept(subject) for subject in subjects)
    except NotFacts as error:
        raise _no_bundle(path, str(error)) from error


def _plain(kept: Kept) -> dict[str, Any]:
    found = kept.found
    if isinstance(found, RepoFacts):
        return {"requested": kept.requested, "facts": to_plain(found)}
    error = {"kind": found.kind, "message": found.message, "hint": found.hint, "exit_code": found.exit_code}
    return {"requested": kept.requested, "error": error}


def _kept(subject: object) -> Kept:
    requested = subject.get("requested") if isinstance(subject, dict) else None
    if not isinstance(subject, dict) or not isinstance(requested, str):
        raise NotFacts("a subject has no name")
    if "error" not in subject:
        return Kept(requested, facts_of_plain(subject.get("facts")))
    error = subject["error"] if isinstance(subject["error"], dict) else {}
    kind, message, hint = error.get("kind"), error.get("message"), error.get("hint")
    code = error.get("exit_code")
    raised = _ERRORS.get(code) if isinstance(code, int) else None
    if raised is None or not (isinstance(kind, str) and isinstance(message, str) and isinstance(hint, str | None)):
        raise NotFacts("an error is none of ours")
    return Kept(requested, raised(message, hint, kind=kind))


def _bytes(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _no_bundle(path, "it is no sound gzip file") from error
    except OSError as error:
        raise CannotFindOut(
            f"`{path}` cannot be read: {error.strerror or error}", "check the path", kind="data"
        ) from error
    if len(data) > MAX_BYTES:
        raise _no_bundle(path, f"it holds more than {MAX_BYTES // 2**20} MiB")
    return data


def _no_bundle(path: Path, why: str) -> CannotFindOut:
    return CannotFindOut(
        f"`{path}` is no bundle that can be read: {why}", "write one with `modelpick vet ... --save FILE`", kind="data"
    )
