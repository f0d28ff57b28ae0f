"""The plan of a download: exactly which files, with sizes and hashes, before anything is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from modelpick.errors import AnswerIsNo, CannotFindOut, UsageError
from modelpick.facts import FileFact, RepoFacts
from modelpick.hub.names import clash, leaves_folder, refusal
from modelpick.hub.selection import LeftOut, Selection, incomplete, select, select_named
from modelpick.weights.formats import GGUF, ONNX, PICKLE, SAFETENSORS, Format, weight_format

_SMALLEST_SAFETENSORS = 10  # eight bytes of length and `{}`
_LOADABLE = (GGUF, ONNX, PICKLE)
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file to fetch: its size and the hash that the Hub declares for it, one of the two."""

    path: str
    bytes: int
    sha256: str | None = None
    git_sha1: str | None = None

    @property
    def digest(self) -> str:
        """The declared hash: sha256 (64 hex) of an LFS file, else git's sha1 (40 hex). It names the blob."""
        return self.sha256 or self.git_sha1 or ""

    @property
    def is_weights(self) -> bool:
        """Whether it holds weights, by its name."""
        return weight_format(self.path) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadPlan:
    """What a download will fetch, at one commit.

    Attributes:
        requested: The repo as the user wrote it.
        repo_id: As the Hub names it.
        commit: 40 hex; every file is asked for at it.
        revision: The branch or tag that it was resolved from; None where the commit itself was asked for.
        files: Small ones first, so that what fails fails early.
        left_out: The repo's other files, each with the reason.
    """

    requested: str
    repo_id: str
    commit: str
    revision: str | None
    files: tuple[PlannedFile, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes in all."""
        return sum(file.bytes for file in self.files)


def plan(facts: RepoFacts, include: Sequence[str] | None = None) -> DownloadPlan:
    """The exact files to fetch: safetensors weights and what is needed to load them.

    Args:
        facts: Of a repo on a Hub, at a commit.
        include: Patterns over the whole path (`*` spans folders): weights and other files to take instead of those
            that would be chosen. Card, terms and configuration of the top folder come along.

    Raises:
        AnswerIsNo: No safe weights, weights that are empty or incomplete, or a file name that is not to be written.
        UsageError: A pattern that fits no file.
        CannotFindOut: The Hub disabled the repo, or does not tell files, commit, size or hash.
    """
    if facts.repo_id is None or not facts.files:
        raise CannotFindOut(
            f"the Hub lists no files of `{facts.requested}`", "see --revision, or try another endpoint", kind="data"
        )
    name = facts.repo_id
    if facts.commit is None:
        raise CannotFindOut(
            f"the Hub does not name the commit of `{name}`, so nothing could be pinned",
            "a mirror may leave it out; name a commit of 40 digits with --revision, or try without --endpoint and "
            "HF_ENDPOINT",
            kind="data",
        )
    if facts.disabled:
        raise CannotFindOut(f"`{name}` was disabled by the Hub", "choose another model", kind="disabled")
    for file in facts.files:
        if leaves_folder(file.path):
            raise _hostile(name, file.path, "leads out of the folder")
    if include:
        _check_patterns(name, facts.files, include)
        selection = select_named(facts.files, include)
    else:
        selection = select(facts.files)
        _check_weights(facts, selection)
    for file in selection.chosen:
        why = refusal(file.path)
        if why is not None:
            raise _hostile(name, file.path, why)
    twins = clash([file.path for file in selection.chosen])
    if twins is not None:
        raise _hostile(name, twins[1], f"cannot stand beside `{twins[0]}`")
    return DownloadPlan(
        requested=facts.requested,
        repo_id=name,
        commit=facts.commit,
        revision=None if facts.revision == facts.commit else facts.revision or "main",
        files=tuple(sorted((_planned(name, file) for file in selection.chosen), key=lambda f: (f.bytes, f.path))),
        left_out=selection.left_out,
    )


def _planned(name: str, file: FileFact) -> PlannedFile:
    if file.bytes is None or not (file.sha256 or file.git_sha1):
        raise CannotFindOut(
            f"the Hub does not tell size and hash of `{file.path}` of `{name}`, so it could not be verified",
            "a mirror may leave them out; try without --endpoint and HF_ENDPOINT",
            kind="data",
        )
    if file.bytes < _SMALLEST_SAFETENSORS and weight_format(file.path) is SAFETENSORS:
        raise AnswerIsNo(
            f"`{file.path}` of `{name}` holds no weights: it has {file.bytes} bytes",
            "choose another revision or another model",
            kind="empty-weights",
        )
    return PlannedFile(path=file.path, bytes=file.bytes, sha256=file.sha256, git_sha1=file.git_sha1)


def _hostile(name: str, path: str, why: str) -> AnswerIsNo:
    return AnswerIsNo(
        f"`{name}` is not downloaded: the name of its file `{path[:120]}` {why}",
        "name the files that you need with --include, or choose another model",
        kind="hostile-name",
    )


def _check_patterns(name: str, files: Sequence[FileFact], patterns: Sequence[str]) -> None:
    for pattern in patterns:
        if not any(fnmatchcase(file.path, pattern) for file in files):
            near = get_close_matches(pattern, [f.path for f in files], n=_SHOWN, cutoff=0.4)
            raise UsageError(
                f"`--include {pattern}` fits no file of `{name}`",
                f"it has {_listed(near)}" if near else "patterns are held against the whole path: `*.gguf`, `sub/*`",
            )


def _check_weights(facts: RepoFacts, selection: Selection) -> None:
    """Refuses a repo from which no safe weights were chosen, with the way out."""
    name, missing = facts.repo_id, incomplete(selection)
    if missing is not None:
        raise AnswerIsNo(
            f"the weights of `{name}` are incomplete: {missing}",
            "choose another revision or another model",
            kind="incomplete-weights",
        )
    if selection.weights:
        return
    others = [(kind, file) for file in facts.files or () if (kind := weight_format(file.path)) is not None]
    if not others:
        raise AnswerIsNo(
            f"`{name}` holds no weights",
            f"choose another model; `modelpick download {name} --include README.md` takes its card alone",
            kind="no-weights",
        )
    kinds = ", ".join(sorted({kind.name for kind, _ in others}))
    danger = "; loading a pickle runs whatever code lies in it" if PICKLE in {kind for kind, _ in others} else ""
    task = f" --task {facts.pipeline_tag}" if facts.pipeline_tag else ""
    raise AnswerIsNo(
        f"`{name}` has no safetensors weights, only {kinds}{danger}",
        f"choose another model (`modelpick search{task} --safetensors`), or take what you trust by its name: "
        f"`modelpick download {name} --include {_likeliest(others)}`",
        kind="no-safe-weights",
    )


def _likeliest(weights: Sequence[tuple[Format, FileFact]]) -> str:
    """The file that a person most likely wants where none is safe: a form that some program loads as it is, in the
    top folder, by the name of a model.
    """

    def rank(item: tuple[Format, FileFact]) -> tuple[int, int, bool, str]:
        kind, path = item[0], item[1].path
        known = _LOADABLE.index(kind) if kind in _LOADABLE else len(_LOADABLE)
        return known, path.count("/"), "model" not in path.rpartition("/")[2], path

    return min(weights, key=rank)[1].path


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
