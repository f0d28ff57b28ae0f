"""Text of any encoding as a UTF-8 file: a mark, strict UTF-8, the zero bytes of UTF-16, then a guess that is told."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelpick.data.encoding_guess import best_encoding
from modelpick.errors import CannotFindOut

_CHUNK = 1 << 20
_SAMPLE = 1 << 22
_WORDS = {
    "cp1252": "Windows-1252 (latin-1)",
    "mac_roman": "Mac Roman",
    "cp850": "code page 850 (DOS)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp932": "Shift-JIS",
    "cp949": "EUC-KR",
    "gb18030": "GB18030",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    r"""A text file in UTF-8.

    Attributes:
        path: Of the file in UTF-8: the file itself where it is that already.
        encoding: That it had, as Python names it.
        lines: Counted at `\n`, an unterminated last one included.
        quotes: Whether a `"` stands in it.
        note: What was guessed, with a sample; None where nothing was.
    """

    path: Path
    encoding: str
    lines: int
    quotes: bool
    note: str | None = None


def as_utf8(path: Path, shown: str, encoding: str | None, folder: Path) -> Text:
    """The file in UTF-8; `folder` takes a copy where one is needed.

    Raises:
        CannotFindOut: It is empty or no text, or not in the encoding that was given; byte and line are named.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if not sample:
        raise _empty(shown)
    if encoding is None:
        encoding = _by_mark(sample)
    if encoding is None:
        wrong = _first_wrong(path, "utf-8")
        if wrong is None:
            return _checked(path, shown, "utf-8", None)
        encoding, note = _guessed(path, shown, wrong)
        return _checked(_converted(path, shown, encoding, folder), shown, encoding, note)
    if codecs.lookup(encoding).name == "utf-8":
        wrong = _first_wrong(path, "utf-8")
        if wrong is not None:
            raise _not_that(shown, encoding, wrong, path)
        return _checked(path, shown, "utf-8", None)
    return _checked(_converted(path, shown, encoding, folder), shown, encoding, None)


def _by_mark(sample: bytes) -> str | None:
    """UTF-16 and UTF-32 by their marks, or UTF-16 of Western text by a zero in every other byte."""
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = sample[:1000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 4 and min(even, odd) == 0 and max(even, odd) > 0.4 * len(head) / 2:
        return "utf-16-be" if even else "utf-16-le"
    return None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _first_wrong(path: Path, encoding: str) -> int | None:
    """Where (byte, from 0) the file stops being of that encoding; None where it never does."""
    decoder, begins = codecs.getincrementaldecoder(encoding)(), 0
    for chunk in _pieces(path):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return begins - held + error.start
        begins += len(chunk)
    held = len(decoder.getstate()[0])
    return begins - held if held else None


def _guessed(path: Path, shown: str, wrong: int) -> tuple[str, str]:
    """The likeliest of the older encodings, and a note with a cell by which a person can judge."""
    with path.open("rb") as file:
        file.seek(max(0, wrong - 100))
        sample = file.read(_SAMPLE)
    if any(byte in sample for byte in range(9)):
        raise CannotFindOut(
            f"`{shown}` is no text: it is neither UTF-8 nor UTF-16, and holds bytes that no table has",
            "check the file; another encoding is named with `--encoding`",
            kind="data",
        )
    best = best_encoding(sample) or "latin-1"
    cell = _around(sample, min(wrong, 100)).decode(best, errors="replace").strip(' "')
    name = _WORDS.get(best, best)
    return best, f"Not UTF-8: taken as {name} by guess, so that a cell reads `{cell}`; `--encoding` overrules."


def _around(sample: bytes, at: int) -> bytes:
    """The piece between delimiters in which a byte stands, at most 40 bytes."""
    start = max(at - 20, *(sample.rfind(sep, 0, at) + 1 for sep in (b",", b";", b"\t", b"\n")))
    ends = [end for sep in (b",", b";", b"\t", b"\n", b"\r") if (end := sample.find(sep, at)) >= 0]
    return sample[start : min([*ends, start + 40])]


def _converted(path: Path, shown: str, encoding: str, folder: Path) -> Path:
    target = folder / "utf8"
    decoder = codecs.getincrementaldecoder(encoding)()
    with target.open("xb") as file:
        try:
            for chunk in _pieces(path):
                file.write(decoder.decode(chunk).encode("utf-8", errors="strict"))
            file.write(decoder.decode(b"", final=True).encode())
        except UnicodeDecodeError:
            raise _not_that(shown, encoding, _first_wrong(path, encoding) or 0, path) from None
        except UnicodeEncodeError:
            raise CannotFindOut(
                f"`{shown}` is no text: it holds half a character", "check the file", kind="data"
            ) from None
    return target


def _checked(path: Path, shown: str, encoding: str, note: str | None) -> Text:
    lines, last, blank, quotes = 0, b"", True, False
    for chunk in _pieces(path):
        zero = chunk.find(b"\0")
        if zero >= 0:
            at = lines + 1 + chunk[:zero].count(b"\n")
            raise CannotFindOut(
                f"`{shown}` is no text: a NUL byte in line {at}", "take it out, or save it as text", kind="data"
            )
        blank = blank and not chunk.decode("utf-8", errors="replace").strip().strip("\ufeff")
        quotes = quotes or b'"' in chunk
        lines += chunk.count(b"\n")
        last = chunk
    if blank:
        raise _empty(shown)
    return Text(path=path, encoding=encoding, lines=lines + (not last.endswith(b"\n")), quotes=quotes, note=note)


def _empty(shown: str) -> CannotFindOut:
    return CannotFindOut(f"`{shown}` is empty", "give a file with a header and rows", kind="data")


def _not_that(shown: str, encoding: str, at: int, path: Path) -> CannotFindOut:
    with path.open("rb") as file:
        before = file.read(at + 1)
    line, byte = before.count(b"\n", 0, at) + 1, f"byte 0x{before[at]:02x} in " if len(before) > at else ""
    return CannotFindOut(
        f"`{shown}` is not in the encoding `{encoding}`: {byte}line {line} does not fit",
        "leave `--encoding` out and it is guessed, or name another",
        kind="data",
    )
