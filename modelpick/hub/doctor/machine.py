"""Probes of this machine: the places that are written to, what is installed."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from modelpick.errors import CannotFindOut
from modelpick.hub.cache_layout import default_cache
from modelpick.hub.disk import disk_error, free_bytes, in_bytes
from modelpick.hub.doctor.probe import Found, Visit, without_it
from modelpick.hub.index.database import open_index
from modelpick.hub.server_words import clean
from modelpick.places import own_folder

_TOO_LITTLE, _LITTLE = 100_000_000, 2_000_000_000  # bytes: less than any model of use; than most
_PACKAGES = ("huggingface_hub", "torch", "transformers", "safetensors", "scikit-learn")
_LEAST = re.compile(r"([A-Za-z0-9_.-]+)>=(\d[\d.]*)")
_EXACT = re.compile(r"torch\s*\(?==\s*([\w.+!]+)")
_IMPORT_SECONDS = 60.0


def cache(visit: Visit) -> Found:
    """Whether the shared Hugging Face cache can be written to."""
    return _writable(default_cache())


def links(visit: Visit) -> Found:
    """Whether the cache's disk has links, which let a snapshot share its files with others."""
    from huggingface_hub import constants

    folder = default_cache()
    with _scratch(folder) as scratch:
        file = scratch / "file"
        file.write_bytes(b"x")
        ways: dict[str, Callable[[], None]] = {
            "symbolic links": lambda: (scratch / "symbolic").symlink_to("file"),
            "hard links": lambda: (scratch / "hard").hardlink_to(file),
        }
        if constants.HF_HUB_DISABLE_SYMLINKS:
            del ways["symbolic links"]
        can = [name for name, link in ways.items() if _does(link)]
    if not can:
        where = "set HF_HOME to a disk that has links; on Windows, developer mode allows them"
        return Found("limited", "none can be made: each file lies there twice", where)
    return Found("works", " and ".join(can))


def disk(visit: Visit) -> Found:
    """How much room there is for models."""
    folder = default_cache()
    try:
        free = free_bytes(folder)
    except OSError as error:
        raise disk_error(error, folder) from error
    if free < _LITTLE:
        remedy = "free some space, or set HF_HOME to a larger disk"
        return Found("fails" if free < _TOO_LITTLE else "limited", f"{in_bytes(free)} are free at `{folder}`", remedy)
    return Found("works", f"{in_bytes(free)} are free")


def own_place(visit: Visit) -> Found:
    """Whether our own folder, of receipts and the index, can be written to."""
    try:
        return _writable(own_folder())
    except CannotFindOut as error:
        return Found("fails", error.message, "set MODELPICK_HOME to a folder that you may write to")


def index(visit: Visit) -> Found:
    """Whether there is a local index for work without a network."""
    try:
        with open_index() as opened:
            return Found("works", opened.about().words)
    except CannotFindOut as error:
        return without_it(error)


def packages(visit: Visit) -> Found:
    """Whether what modelpick needs is installed, in versions that it works with. Nothing is imported."""
    versions = {name: _version(name) for name in _PACKAGES}
    told = [f"python {sys.version.split()[0]}", *(f"{name} {found or 'missing'}" for name, found in versions.items())]
    needs = (_LEAST.match(need) for need in metadata.requires("modelpick") or ())
    least = {match[1]: match[2] for match in needs if match is not None}
    bad = [
        f"{name}>={least[name]}" if name in least else name
        for name, found in versions.items()
        if found is None or (name in least and _numbers(found) < _numbers(least[name]))
    ]
    if bad:
        wanted = " ".join(f'"{need}"' for need in bad)
        return Found("fails", ", ".join(told), f"{sys.executable} -m pip install --upgrade {wanted}")
    return Found("works", ", ".join(told))


def torchvision(visit: Visit) -> Found:
    """Whether torchvision, where it is installed, fits torch: transformers loads it for images, and fails with it.

    Each torchvision names the one torch that it was built for. Where that fits it is imported, in a process of its
    own: builds for another processor or another CUDA bear the same numbers.
    """
    found, torch = _version("torchvision"), _version("torch")
    if found is None:
        return Found("works", "not installed; images are read without it")
    remedy = f"{sys.executable} -m pip uninstall torchvision, or install the one that was built for torch {torch}"
    wanted = next((m[1] for need in metadata.requires("torchvision") or () if (m := _EXACT.match(need))), None)
    if torch is None or (wanted is not None and wanted.partition("+")[0] != torch.partition("+")[0]):
        return Found("fails", f"{found} is built for torch {wanted}, and torch is {torch or 'missing'}", remedy)
    try:
        ended = subprocess.run(
            [sys.executable, "-P", "-c", "import torchvision"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_IMPORT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Found("limited", f"{found}; importing it took more than {_IMPORT_SECONDS:.0f} s")
    if ended.returncode != 0:
        said = clean((ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"])[-1])
        return Found("fails", f"{found} is broken: {said}", remedy)
    return Found("works", f"{found} fits torch {torch}")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version's release: 2.13.0+cpu is (2, 13, 0)."""
    release = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(number) for number in release[0].split(".")) if release else ()


def _writable(folder: Path) -> Found:
    with _scratch(folder) as scratch:
        (scratch / "file").write_bytes(b"x" * 4096)
    return Found("works", f"`{folder}` can be written to" if folder.is_dir() else f"`{folder}` can be made")


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder inside, or where that would be made; gone again afterwards.

    Raises:
        CannotFindOut: Nothing can be written there.
    """
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryDirectory(prefix=".modelpick-doctor-", dir=place) as name:
            yield Path(name)
    except OSError as error:
        raise disk_error(OSError(error.errno, error.strerror), folder) from error  # it names the scratch folder


def _does(link: Callable[[], None]) -> bool:
    try:
        link()
    except (OSError, NotImplementedError):  # no right to make them (Windows), or a file system without
        return False
    return True
