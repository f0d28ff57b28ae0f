"""Files as rows of a kind: read once to the end, those that cannot be used counted and named, and what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelpick.data.images.rows import ImageFiles, read_images
from modelpick.data.kinds import SUFFIXES, WORDS, MediaKind
from modelpick.data.media_files import BadFile, LeftOut, contents_fingerprint, read_whole
from modelpick.data.sounds.rows import SoundFiles, read_sounds
from modelpick.data.texts import Texts, read_texts
from modelpick.errors import CannotFindOut
from modelpick.findings import Evidence, Finding, Outcome, Severity
from modelpick.progress import SILENT, Listener

MOST_LEFT_OUT = 0.1
"""Share of the files that may be damaged; with more of them something else is wrong, and the run stops."""

_NAMED = 3
_MOST_EVIDENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRows:
    """Files that were read.

    Attributes:
        rows: `ImageFiles`, `SoundFiles` or `Texts`.
        kept: Which of the given files they are, in their order.
        fingerprint: sha256 (hex) of names and contents.
        notes: What was seen, one sentence each.
        findings: Of what is left out or says nothing.
    """

    rows: ImageFiles | SoundFiles | Texts
    kept: NDArray[np.intp]
    fingerprint: str
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_media(
    kind: MediaKind, paths: Sequence[str], names: Sequence[str], shown: str, listener: Listener = SILENT
) -> MediaRows:
    """Reads files of one kind.

    Args:
        paths: Where they lie, each at most once.
        names: How each is called in messages and in the fingerprint: its path below what the user gave.
        shown: What the user gave.

    Raises:
        CannotFindOut: More than a tenth of the files cannot be used, or all of them.
    """
    rows, bad, digests, notes, findings = _READ[kind](paths, listener)
    called = dict(zip(paths, names, strict=True))
    left_out = {item.path for item in bad}
    kept = np.array([i for i, path in enumerate(paths) if path not in left_out], dtype=np.intp)
    named = [LeftOut(called[item.path], item.why) for item in bad]
    if named and (not len(kept) or len(named) > MOST_LEFT_OUT * len(paths)):
        raise CannotFindOut(
            f"{_count(len(named), len(paths), kind)} of `{shown}` cannot be used: {_why(named)}",
            "repair or remove them, and run again",
            kind="data",
        )
    if named:
        findings = [_left_out(named, len(paths), kind), *findings]
    return MediaRows(
        rows=rows,
        kept=kept,
        fingerprint=contents_fingerprint([names[i] for i in kept], digests),
        notes=tuple(notes),
        findings=tuple(findings),
    )


def _count(some: int, all_: int, kind: MediaKind) -> str:
    one, many = WORDS[kind]
    return f"the only {one}" if all_ == 1 else f"{some:,} of {all_:,} {many}"


def _why(named: Sequence[LeftOut]) -> str:
    shown = ", ".join(f"`{item.path}` ({item.why})" for item in named[:_NAMED])
    return shown if len(named) <= _NAMED else f"{shown} and {len(named) - _NAMED:,} more"


def _left_out(named: Sequence[LeftOut], all_: int, kind: MediaKind) -> Finding:
    return Finding(
        check="files-left-out",
        outcome=Outcome.FAIL,
        severity=Severity.LOW,
        message=f"{_count(len(named), all_, kind)} cannot be used and {'is' if len(named) == 1 else 'are'} left out: "
        f"{_why(named)}",
        evidence=tuple(Evidence(file=item.path, line=0, quote=item.why) for item in named[:_MOST_EVIDENCE]),
        remediation="repair or remove them",
    )


_Read = tuple[Any, Sequence[LeftOut], NDArray[np.uint8], list[str], list[Finding]]


def _images(paths: Sequence[str], listener: Listener) -> _Read:
    rows, bad = read_images(paths, listener)
    looks, notes = rows.store.looks, []
    sizes = Counter(look.size for look in looks)
    if sizes:
        (height, width), count = sizes.most_common(1)[0]
        colours = "in grey" if rows.store.grey else "in colour"
        if count == len(looks):
            notes.append(f"All images are {height} x {width} (height x width), {colours}.")
        else:
            tall, wide = rows.shape
            notes.append(
                f"Images of {len(sizes):,} sizes, {colours}, the median {tall} x {wide} (height x width): each is "
                "squeezed to one size."
            )
    for count, words in (
        (sum(look.deep for look in looks), "of 16 bits: the upper 8 are taken."),
        (sum(look.frames for look in looks), "animated: the first frame is taken."),
        (sum(look.turned for look in looks), "turned or mirrored upright, as EXIF says."),
        (_misnamed(rows), "of another format than the name says, and read as what they are."),
    ):
        if count:
            notes.append(f"{'1 image is' if count == 1 else f'{count:,} images are'} {words}")
    return rows, bad, rows.store.digests, notes, []


_FORMAT_SUFFIXES = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "BMP": (".bmp", ".dib"),
    "WEBP": (".webp",),
    "GIF": (".gif",),
}


def _misnamed(rows: ImageFiles) -> int:
    pairs = zip(rows.store.paths, rows.store.looks, strict=True)
    return sum(PurePath(path).suffix.lower() not in _FORMAT_SUFFIXES.get(look.format, ()) for path, look in pairs)


def _sounds(paths: Sequence[str], listener: Listener) -> _Read:
    rows, bad = read_sounds(paths, listener)
    looks, notes, findings = rows.store.looks, [], []
    if looks:
        seconds = rows.seconds
        rates = Counter(look.rate for look in looks)
        said = " and ".join(f"{rate:,} Hz" for rate, _ in rates.most_common(2))
        more = f" and {len(rates) - 2} other rates" if len(rates) > 2 else ""
        shortest, longest = f"{seconds.min():.2g}", f"{seconds.max():.3g}"
        long = f"of {shortest} to {longest} seconds, median {np.median(seconds):.2g}"
        if float(shortest) == float(longest):
            long = f"each {longest} s long"
        notes.append(f"Sounds at {said}{more}, {long}; all are brought to {rows.rate:,} Hz and one channel.")
    silent = [path for path, look in zip(rows.store.paths, looks, strict=True) if look.silent]
    if silent:
        names = ", ".join(f"`{'/'.join(PurePath(path).parts[-2:])}`" for path in silent[:_NAMED])
        more = f" and {len(silent) - _NAMED} more" if len(silent) > _NAMED else ""
        findings.append(
            Finding(
                check="silent-sounds",
                outcome=Outcome.FAIL,
                severity=Severity.LOW,
                message=f"{_count(len(silent), len(looks), 'audio')} {'is' if len(silent) == 1 else 'are'} silent from "
                f"beginning to end: {names}{more}",
                remediation="remove them, unless silence is what is to be told",
            )
        )
    return rows, bad, rows.store.digests, notes, findings


def _text_files(paths: Sequence[str], listener: Listener) -> _Read:
    from hashlib import sha256

    bad: list[LeftOut] = []
    texts: list[str] = []
    digests: list[bytes] = []
    with listener.step("Reading texts", total=len(paths), unit="files") as step:
        for path in paths:
            try:
                data = read_whole(path)
                texts.append(decoded_text(data))
                digests.append(sha256(data).digest())
            except BadFile as error:
                bad.append(LeftOut(path, str(error)))
            step.advance()
    rows, notes = read_texts(texts)
    return rows, bad, np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 32), list(notes), []


def decoded_text(data: bytes) -> str:
    """The text of a file in UTF-8; BadFile where it is none."""
    if b"\0" in data:
        raise BadFile("no text: NUL bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"not UTF-8: byte 0x{data[error.start]:02x} at {error.start:,}") from None


_READ = {"image": _images, "audio": _sounds, "text": _text_files}


def suffixes_in_words() -> str:
    """The files that are read, for messages."""
    return "; ".join(f"{WORDS[kind][1]} ({', '.join(suffixes)})" for kind, suffixes in SUFFIXES.items())
