"""A folder of class folders as a dataset of images, sounds or texts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from modelpick.data.dataset import Dataset
from modelpick.data.folders.classes import Classes, Row, classes_of
from modelpick.data.folders.scan import Scan, scan
from modelpick.data.groups import groups_of, suggested_group
from modelpick.data.kinds import UNREAD, WORDS, MediaKind
from modelpick.data.media_rows import read_media, suffixes_in_words
from modelpick.data.table import listed
from modelpick.errors import CannotFindOut
from modelpick.progress import SILENT, Listener

TARGET = "class"
"""What the target of a folder is called: the name of the folder that a file lies in."""

_TABLES = (".csv", ".tsv", ".parquet", ".jsonl", ".json", ".arff", ".xlsx")


def read_folder(
    root: Path, shown: str, *, kind: MediaKind | None = None, group: str | None = None, listener: Listener = SILENT
) -> Dataset:
    """Reads a folder of class folders; the guards have not looked at what comes of it.

    Folders `train`, `val` and `test` on top are taken as the official parts. Hidden and empty folders are no classes.
    Every file is read to the end; a damaged one is left out, counted and named.

    Args:
        kind: Of the files to take where several kinds lie there; None takes the most frequent.
        group: `folder:LEVEL` or `name:REGEX`; None warns where names suggest one.

    Raises:
        CannotFindOut: It cannot be read, holds nothing of a kind, or more than a tenth of the files are damaged.
        UsageError: A group that no file has.
    """
    with listener.step(f"Looking through {shown}"):
        found = scan(root, shown)
    counts = Counter(found.files.values())
    chosen = kind or _chosen(found, counts, root, shown)
    classes = _classes(found, chosen, root, shown)
    media = read_media(
        chosen,
        [os.fspath(root.joinpath(*row.path)) for row in classes.rows],
        ["/".join(row.path) for row in classes.rows],
        shown,
        listener,
    )
    rows = [classes.rows[i] for i in media.kept]
    notes = [_what(rows, chosen, classes), *media.notes, *_passed_over(classes, counts, chosen), *found.notes()]
    groups, findings = None, list(media.findings)
    if group is None:
        findings += suggested_group(rows)
    else:
        groups, note = groups_of(rows, group)
        notes.append(note)
    target = np.empty(len(rows), dtype=object)
    target[:] = [row.label for row in rows]
    return Dataset(
        name=root.resolve().name or "data",
        path=shown,
        kind=chosen,
        features=media.rows,
        target=target,
        target_name=TARGET,
        task="classification",
        classes=tuple(sorted(set(target))),
        fingerprint=media.fingerprint,
        notes=tuple(notes),
        findings=tuple(findings),
        groups=groups,
        test_rows=_part(rows, "test"),
        validation_rows=_part(rows, "validation"),
    )


def _classes(found: Scan, chosen: MediaKind, root: Path, shown: str) -> Classes:
    """The class folders of the files of a kind."""
    files = [path for path, of in found.files.items() if of == chosen]
    if not files:
        raise _nothing(found, root, shown, WORDS[chosen][1])
    classes = classes_of(files)
    if not classes.rows:
        raise CannotFindOut(
            f"the {WORDS[chosen][1]} of `{shown}` lie in no folder, and the folder's name is the class",
            "put those of each class into a folder of its own, or give a CSV with their paths and labels",
            kind="data",
        )
    return classes


def _part(rows: Sequence[Row], part: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    inside = np.array([row.part == part for row in rows], dtype=bool)
    return inside if inside.any() else None


def _chosen(found: Scan, counts: Counter[MediaKind], root: Path, shown: str) -> MediaKind:
    """The most frequent kind; texts only where there is nothing else, for notes lie in many folders."""
    for kinds in (("image", "audio"), ("text",)):
        ranked = sorted(((counts[kind], kind) for kind in kinds if counts[kind]), reverse=True)
        if ranked:
            return ranked[0][1]  # type: ignore[return-value]
    raise _nothing(found, root, shown, "images, sounds or texts")


def _nothing(found: Scan, root: Path, shown: str, what: str) -> CannotFindOut:
    """Why a folder has no rows, and what the user may have meant."""
    message = f"`{shown}` holds no {what} that can be read"
    tables = sorted(entry.name for entry in root.iterdir() if entry.suffix.lower() in _TABLES)
    unread = [suffix for suffix in found.others if suffix in UNREAD]
    there = Counter(found.files.values()).most_common(1)
    if tables:
        beneath = shown.rstrip("/")
        hint = f"give the table itself: {listed([f'{beneath}/{name}' for name in tables], 3)}"
    elif there and there[0][1] > sum(found.others[suffix] for suffix in unread):
        kind, count = there[0]
        hint = f"it holds {count:,} {WORDS[kind][count != 1]}: leave `--kind` out to take them"
    elif unread:
        hint = f"`{unread[0]}` is not read: {UNREAD[unread[0]]}"
    elif found.links:
        hint = "links out of the folder are not followed: give the folder that they lead to"
    else:
        hint = f"a folder for each class with {suffixes_in_words()}"
    return CannotFindOut(message, hint, kind="data")


def _what(rows: Sequence[Row], kind: MediaKind, classes: Classes) -> str:
    counts = Counter(row.label for row in rows)
    where = f" in `{'/'.join(classes.base)}`" if classes.base else ""
    sizes = sorted(counts.values())
    many = f"{sizes[0]:,} to {sizes[-1]:,} each" if sizes[0] != sizes[-1] else f"{sizes[0]:,} each"
    said = f"Read {len(rows):,} {WORDS[kind][len(rows) != 1]} in {len(counts):,} class folders{where}, {many}"
    if classes.parts:
        parts = Counter(row.part for row in rows)
        shares = ", ".join(f"{parts[part]:,} {part}" for part in ("train", "validation", "test") if parts[part])
        said += f"; the official split is taken: {shares}"
    return f"{said}."


def _passed_over(classes: Classes, counts: Counter[MediaKind], chosen: MediaKind) -> list[str]:
    said = []
    if classes.beside:
        names = listed(["/".join(path) for path in classes.beside], 3)
        one = len(classes.beside) == 1
        said.append(
            f"{names} {'lies' if one else 'lie'} beside the class folders and {'has' if one else 'have'} no class."
        )
    for kind, count in counts.items():
        if kind != chosen:
            word = WORDS[kind][count != 1]
            said.append(f"{count:,} {word} passed over: `--kind {kind}` takes them instead.")
    return said
