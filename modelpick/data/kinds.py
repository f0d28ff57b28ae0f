"""Kinds of rows besides tables, and the names of files that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Literal

MediaKind = Literal["image", "audio", "text"]

SUFFIXES: dict[MediaKind, tuple[str, ...]] = {
    "image": (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".webp", ".gif"),
    "audio": (".wav", ".wave"),
    "text": (".txt",),
}
"""Kind -> suffixes of its files. What a file really is, its bytes say when it is read."""

UNREAD: dict[str, str] = {
    **dict.fromkeys((".tif", ".tiff", ".heic", ".heif", ".avif", ".svg", ".jp2", ".dcm"), "save the images as PNG"),
    **dict.fromkeys((".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".aiff", ".wma"), "convert the sounds to wav"),
}
"""Suffixes of images and sounds that are not read, and what to do."""

WORDS: dict[MediaKind, tuple[str, str]] = {
    "image": ("image", "images"),
    "audio": ("sound", "sounds"),
    "text": ("text", "texts"),
}

_KIND_OF = {suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes}


def media_kind(name: str) -> MediaKind | None:
    """What a file of this name holds; None where its suffix is of no kind."""
    return _KIND_OF.get(PurePath(name).suffix.lower())


def kind_of_all(names: Iterable[str]) -> MediaKind | None:
    """The one kind of image or sound that all of these names tell, or None. At least one name is needed."""
    kinds = {media_kind(name.strip()) for name in names}
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    return kind if kind in ("image", "audio") else None
