"""The text of a lock: TOML, sorted, one key a line, so that a diff shows what changed; and its strict reader."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from modelpick.errors import UsageError
from modelpick.hub.ids import check_revision, is_commit, is_repo_id
from modelpick.hub.lock import Lock, LockedFile, LockedModel
from modelpick.hub.names import clash, refusal

FORMAT = 1
_HEAD = """\
# Written by modelpick: the models of this project, each at one commit, every file with its hash.
# Restore: modelpick download --locked   See what changed: modelpick lock check   Take it: modelpick lock update
"""
_RESTORE = "restore it from version control, or delete it and write it anew: `modelpick download REPO --lock`"
_SHA256, _DATE, _WORD = re.compile(r"[0-9a-f]{64}"), re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"[a-z-]{1,40}")
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029]")
_HALF = re.compile(r"[\ud800-\udfff]")

Check = Callable[[object], bool]


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 2000


def _texts(value: object) -> bool:
    return isinstance(value, list) and len(value) <= 1000 and all(_text(item) for item in value)


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_revision(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(check_revision(value))
    except UsageError:
        return False


_MODEL: dict[str, tuple[Check, str]] = {
    "repo_id": (lambda v: isinstance(v, str) and is_repo_id(v), "the id of a repo"),
    "revision": (_is_revision, "a branch or tag"),
    "commit": (lambda v: isinstance(v, str) and is_commit(v), "a commit of 40 hexadecimal digits"),
    "date": (_matches(_DATE), "a date as YYYY-MM-DD, in quotes"),
    "license": (_texts, "a list of licences"),
    "license_family": (_matches(_WORD), "a word"),
    "commercial_use": (_matches(_WORD), "a word"),
    "verdict": (lambda v: v in ("accept", "review", "reject"), "accept, review or reject"),
    "card_sha256": (_matches(_SHA256), "a sha256 of 64 hexadecimal digits"),
    "include": (_texts, "a list of patterns"),
    "file": (lambda v: isinstance(v, list) and all(isinstance(f, dict) for f in v), "tables [[model.file]]"),
}
_FILE: dict[str, tuple[Check, str]] = {
    "path": (lambda v: isinstance(v, str) and refusal(v) is None, "a name that may be written"),
    "size": (lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**60, "a size in bytes"),
    "sha256": (_matches(_SHA256), "a sha256 of 64 hexadecimal digits"),
    "git_sha1": (lambda v: isinstance(v, str) and is_commit(v), "a sha1 of 40 hexadecimal digits"),
}
_OPTIONAL = frozenset({"revision", "card_sha256", "include", "git_sha1"})


def format_lock(lock: Lock) -> str:
    """The text of a lock; the same lock gives the same text."""
    lines = [_HEAD, f"format = {FORMAT}"]
    for model in sorted(lock.models, key=lambda m: m.repo_id):
        lines += ["", "[[model]]", f"repo_id = {_quoted(model.repo_id)}"]
        lines += [f"revision = {_quoted(model.revision)}"] if model.revision is not None else []
        lines += [f"commit = {_quoted(model.commit)}", f"date = {_quoted(model.date)}"]
        lines += [f"license = {_listed(model.license)}", f"license_family = {_quoted(model.license_family)}"]
        lines += [f"commercial_use = {_quoted(model.commercial_use)}", f"verdict = {_quoted(model.verdict)}"]
        lines += [f"card_sha256 = {_quoted(model.card_sha256)}"] if model.card_sha256 is not None else []
        lines += [f"include = {_listed(model.include)}"] if model.include else []
        for file in sorted(model.files, key=lambda f: f.path):
            lines += ["", "[[model.file]]", f"path = {_quoted(file.path)}", f"size = {file.size}"]
            lines += [f"sha256 = {_quoted(file.sha256)}"]
            lines += [f"git_sha1 = {_quoted(file.git_sha1)}"] if file.git_sha1 is not None else []
    return "\n".join(lines) + "\n"


def parse_lock(data: bytes, place: Path) -> Lock:
    """A lock from its text. Nothing that it does not know is passed over: a lock decides what is fetched.

    Raises:
        UsageError: It is broken, hostile, or of another format; the message names place and line.
    """
    text = _decoded(data, place)
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else text.count("\n") + 1
        conflict = " (a merge was not finished)" if re.search(r"^(<<<<<<<|=======|>>>>>>>)", text, re.M) else ""
        raise _broken(place, number, f"this is no TOML{conflict}") from error
    except (RecursionError, ValueError) as error:
        raise _broken(place, 1, "this is no lock") from error
    _check_format(fields, place, text)
    for name in fields:
        if name not in ("format", "model"):
            raise _broken(place, _line(text, name), f"`{name[:60]}` is nothing that a lock has")
    models = fields.get("model", [])
    if not isinstance(models, list) or not all(isinstance(model, dict) for model in models):
        raise _broken(place, _line(text, "model"), "`model` must be tables [[model]]")
    read = tuple(_model(model, place, text, number) for number, model in enumerate(models))
    seen: set[str] = set()
    for number, model in enumerate(read):
        if model.repo_id.casefold() in seen:
            raise _broken(place, _line(text, "repo_id", number), f"`{model.repo_id}` stands twice")
        seen.add(model.repo_id.casefold())
    return Lock(models=read)


def _decoded(data: bytes, place: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _broken(place, data[: error.start].count(b"\n") + 1, "this is not UTF-8") from error


def _check_format(fields: dict[str, Any], place: Path, text: str) -> None:
    version = fields.get("format")
    if version == FORMAT and not isinstance(version, bool):
        return
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT:
        raise UsageError(
            f"`{place}` has format {version}, and this modelpick reads format {FORMAT}",
            "a newer modelpick wrote it: `pip install --upgrade modelpick`",
            kind="lock",
        )
    raise _broken(place, _line(text, "format"), f"its first key must be `format = {FORMAT}`")


def _model(fields: dict[str, Any], place: Path, text: str, number: int) -> LockedModel:
    _check(fields, _MODEL, place, lambda key: _line(text, key, number))
    files: list[LockedFile] = []
    for index, file in enumerate(fields["file"]):
        _check(file, _FILE, place, partial(_line, text, model=number, file=index))
        files.append(
            LockedFile(path=file["path"], size=file["size"], sha256=file["sha256"], git_sha1=file.get("git_sha1"))
        )
    twins = clash([file.path for file in files])
    if twins is not None:
        index = [file.path for file in files].index(twins[1])
        raise _broken(place, _line(text, "path", number, index), f"`{twins[1]}` cannot stand beside `{twins[0]}`")
    return LockedModel(
        repo_id=fields["repo_id"],
        revision=fields.get("revision"),
        commit=fields["commit"],
        date=fields["date"],
        license=tuple(fields["license"]),
        license_family=fields["license_family"],
        commercial_use=fields["commercial_use"],
        verdict=fields["verdict"],
        card_sha256=fields.get("card_sha256"),
        include=tuple(fields.get("include", ())),
        files=tuple(sorted(files, key=lambda f: f.path)),
    )


def _check(
    fields: dict[str, Any], known: dict[str, tuple[Check, str]], place: Path, line: Callable[[str], int]
) -> None:
    for key, value in fields.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            raise _broken(place, line(key), f"`{key[:60]}` is nothing that a lock has{meant}")
        good, what = known[key]
        if not good(value):
            raise _broken(place, line(key), f"`{key}` must be {what}, not `{str(value)[:80]}`")
    for key in known:
        if key not in fields and key not in _OPTIONAL:
            raise _broken(place, line(key), f"`{key}` is missing")


def _line(text: str, key: str, model: int | None = None, file: int | None = None) -> int:
    """The line where a key of the model-th model (or of its file-th file) stands; where it is absent, its table's."""
    models = files = -1
    table, inside = 1, model is None
    for number, line in enumerate(text.split("\n"), 1):
        head = line.strip()
        if head == "[[model]]":
            models, files = models + 1, -1
        elif head == "[[model.file]]":
            files += 1
        if head.startswith("[["):
            inside = models == model and files == (-1 if file is None else file)
            table = number if inside else table
        elif inside and re.match(rf'"?{re.escape(key)}"?\s*[=.]', head):
            return number
    return table


def _broken(place: Path, line: int, why: str) -> UsageError:
    return UsageError(f"`{place}`, line {line}: {why}", _RESTORE, kind="lock")


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes, a few more, and no halves of characters, which TOML cannot hold."""
    whole = json.dumps(_HALF.sub("?", text), ensure_ascii=False)
    return _UNSAFE.sub(lambda m: f"\\u{ord(m[0]):04x}", whole)


def _listed(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
