"""What an interrupted run leaves beside its place: the states of its trainings, from which `eval --resume RUN` goes on.

`modelpick-runs/iris-20261124-183000.unfinished/` holds what was asked for, in JSON, and a state for each training that
took longer than half a minute. It is gone once the run is complete.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from modelpick.data.files import is_path
from modelpick.errors import UsageError
from modelpick.models.run_folder import RUNS, typed
from modelpick.places import user_path
from modelpick.progress import SILENT, Listener

SUFFIX = ".unfinished"
_ASKED = "asked.json"
_FORMAT = "modelpick.unfinished/1"


@dataclass(slots=True)
class States:
    """Where the states of a run's trainings go; they stay there after the run unless it is `complete`."""

    folder: Path
    complete: bool = False


def find_unfinished(text: str) -> Path:
    """The place of the interrupted run that a user means: its path, or its name in `./modelpick-runs`.

    Raises:
        UsageError: No such run was interrupted; those that were are named.
    """
    plain = text.rstrip("/").removesuffix(SUFFIX)
    place = user_path(plain) if is_path(plain) or _folder_of(user_path(plain)).is_dir() else RUNS / plain
    if _folder_of(place).is_dir():
        return place
    names = sorted(path.name.removesuffix(SUFFIX) for path in RUNS.glob(f"*{SUFFIX}"))
    close = get_close_matches(plain, names, n=1) or names[-1:]
    hint = f"did you mean `--resume {close[0]}`?" if close else "leave `--resume` out: the run begins anew"
    raise UsageError(f"there is no interrupted run `{text}`", hint)


@contextmanager
def states_of(
    place: Path, asked: Mapping[str, Any] | None, *, resumed: bool, listener: Listener = SILENT
) -> Iterator[States]:
    """A folder for the states of a run's trainings, beside its place; gone at the end, unless some are worth keeping.

    Args:
        asked: All that the numbers depend on, by the words of the command line; JSON types, or what `str` tells apart.
            None: nothing is trained that keeps states.
        resumed: Go on from the states that lie there; else they are removed first.
        listener: Hears how to go on where states are left.

    Raises:
        UsageError: The folder holds states of a run for which something else was asked, or what no run has left.
    """
    folder = _folder_of(place)
    states = States(folder)
    if asked is None:
        yield states
        return
    text = json.dumps({"format": _FORMAT, "asked": asked}, sort_keys=True, default=str)
    if resumed:
        _check_same(place, json.loads(text)["asked"])
    else:
        _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _ASKED).write_text(text + "\n", encoding="utf-8")
    try:
        yield states
    finally:
        if states.complete or not any(folder.glob("*.safetensors")):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            listener.notice(f"the same command with `--resume {typed(place)}` goes on with the trainings")


def _folder_of(place: Path) -> Path:
    return place.with_name(place.name + SUFFIX)


def _clear(folder: Path) -> None:
    """Removes what an earlier run has left, and nothing else that happens to bear such a name."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _ASKED).is_file():
        raise UsageError(
            f"`{folder}` is no folder of an interrupted run", "move it away, or choose another `--run-dir`"
        )
    shutil.rmtree(folder, ignore_errors=True)


def _check_same(place: Path, asked: Mapping[str, Any]) -> None:
    path = _folder_of(place) / _ASKED
    if not path.is_file():
        return
    try:
        before = json.loads(path.read_bytes())
    except ValueError:
        return
    if not isinstance(before, dict) or before.get("format") != _FORMAT or not isinstance(before.get("asked"), dict):
        return
    for name in sorted(asked.keys() | before["asked"].keys()):
        old, new = before["asked"].get(name), asked.get(name)
        if old != new:
            what = f"{name} {old}, and now it is {new}" if name != "data" else "other data"
            raise UsageError(
                f"the run `{place.name}` was interrupted with {what}",
                "give the same command as then, or leave `--resume` out: the run begins anew",
            )
