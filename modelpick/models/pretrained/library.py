"""transformers, imported when it is needed: silenced, never asked for the network, and only where it can work."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from functools import cache
from typing import Any

from modelpick.errors import CannotFindOut

_COMPANIONS = ("torchvision", "torchaudio")
_SECONDS = 120


@cache
def transformers() -> Any:
    """The package, quiet on stderr.

    Raises:
        CannotFindOut: (kind `environment`) It is missing, or torchvision or torchaudio beside it are broken: it looks
            only whether they are installed, believes in them, and then fails on models that need neither.
    """
    check_companions()
    os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")  # else a thread asks the Hub to convert pickles
    try:
        import transformers as package
    except ImportError as error:
        raise CannotFindOut(
            f"transformers cannot be imported: {error}", 'pip install "transformers>=5.3"', kind="environment"
        ) from error
    package.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    package.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return package


@cache
def check_companions() -> None:
    """Tries torchvision and torchaudio in a process of their own, where they are installed; errors as `transformers`.

    Without them everything here works.
    """
    broken = [name for name in _COMPANIONS if _installed(name) and not _works(name)]
    if broken:
        raise CannotFindOut(
            f"{' and '.join(broken)} cannot be imported beside this PyTorch, and so transformers fails on every model",
            f"pip uninstall {' '.join(broken)} (nothing here needs them)",
            kind="environment",
        )


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _works(name: str) -> bool:
    command = [sys.executable, "-P", "-c", f"import {name}"]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@cache
def known_families() -> frozenset[str]:
    """The values of `model_type` for which transformers has code."""
    transformers()
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES  # type: ignore[attr-defined]

    return frozenset(CONFIG_MAPPING_NAMES)


def versions() -> dict[str, str]:
    """Of the packages on which the last digits of what a model gives depend."""
    return {name: importlib.metadata.version(name) for name in ("torch", "transformers")}
