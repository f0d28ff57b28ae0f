"""Run folders: where they lie, how one is found by name, recognised, built in one go and removed.

A run holds the report of one `eval`, and in the checkpoint layout its best model, at the top, and the others under
`candidates/`. It appears under its name only when it is complete.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from modelpick.data.files import is_path
from modelpick.errors import CannotFindOut, UsageError
from modelpick.places import user_path

RUNS = Path("modelpick-runs")
"""Where runs are put when nobody says otherwise, in the current folder."""

REPORT = "report.json"
CANDIDATES = "candidates"
SCHEMA = "modelpick.eval/1"

_MAX_REPORT = 64_000_000
_OURS = (".modelpick-run-", ".modelpick-removed-")


def shown(folder: Path) -> str:
    """A folder as it can be typed anywhere a path is meant: `./x` or absolute."""
    text = folder.as_posix()
    return text if folder.is_absolute() or text.startswith(("./", "../")) else f"./{text}"


def typed(folder: Path) -> str:
    """What a user types to mean this run, quoted for a shell: its name, if it lies among the runs here."""
    return shlex.quote(folder.name if folder.parent == RUNS else shown(folder))


def place_of(name: str, taken: Collection[str] = ()) -> str:
    """Where in a run a candidate of that name lies that is not the best: `org/name:probe` needs another spelling.

    It is one folder under `candidates/` and never another place, whatever the name. A number is added where it is
    `taken` by one that is spelt alike, as `org--name` is.
    """
    plain = re.sub(r"[^\w.-]+", "--", name).lstrip(".-") or "model"
    place, number = f"{CANDIDATES}/{plain}", 1
    while place in taken:
        number += 1
        place = f"{CANDIDATES}/{plain}-{number}"
    return place


def read_report(folder: Path) -> Mapping[str, Any] | None:
    """The report of a run; None where the folder holds none of ours (a link to a folder is not followed)."""
    path = folder / REPORT
    if folder.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_REPORT:
        return None
    try:
        report = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return report if isinstance(report, dict) and report.get("schema") == SCHEMA else None


def list_runs(folder: Path) -> list[tuple[Path, Mapping[str, Any]]]:
    """The runs in a folder and their reports, the newest first."""
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        report = read_report(path) if path.is_dir() and not path.name.startswith(_OURS) else None
        if report is not None:
            found.append((path, report))
    return sorted(found, key=lambda run: str(run[1].get("created") or ""), reverse=True)


def find_run(text: str, command: str, more: str = "") -> Path:
    """The folder that a user means: a path, or the name of a run in `./modelpick-runs`. Nothing in it is opened.

    Args:
        command: For the hint, such as `modelpick predict`.
        more: What else the command takes, for the hint where there is no such run.

    Raises:
        UsageError: There is no such run (close names are suggested), or two could be meant.
    """
    path = user_path(text)
    named = RUNS / text
    if is_path(text) or text in ("", ".", ".."):
        return path
    here = path.exists()
    if here and named.exists():
        raise UsageError(
            f"`{text}` is a folder here and also a run in `{RUNS}`",
            f"write `{command} ./{text}` or `{command} {RUNS.as_posix()}/{text}`",
        )
    if named.exists() or not here:
        if not named.exists():
            raise _no_such_run(text, more)
        return named
    return path


def candidate_folder(run: Path, name: str) -> Path:
    """The folder of one saved model of a run: the best lies at the top, the others under `candidates/`.

    Raises:
        UsageError: The run has no saved model of that name; those that it has are listed.
    """
    report = read_report(run)
    models = report.get("models") if report is not None else None
    told = [model for model in models if isinstance(model, dict)] if isinstance(models, list) else []
    saved = {
        str(model["name"]): run / str(model["saved"])
        for model in told
        if model.get("name")
        and re.fullmatch(rf"\.|{re.escape(place_of(str(model['name'])))}(-\d+)?", str(model.get("saved")))
    }
    if name not in saved:
        close = get_close_matches(name, saved, n=1)
        hint = f"did you mean `{close[0]}`? " if close else ""
        if any(model.get("name") == name for model in told):
            hint = "it was compared there, but not saved; "
        known = ", ".join(f"`{known}`" for known in saved) or "none"
        raise UsageError(f"`{run}` has no saved model `{name}`", f"{hint}it has {known}")
    return saved[name]


def _no_such_run(name: str, more: str) -> UsageError:
    names = [path.name for path, _ in list_runs(RUNS)]
    close = get_close_matches(name, names, n=3)
    if close:
        hint = f"did you mean {' or '.join(f'`{match}`' for match in close)}?"
    elif names:
        hint = "`modelpick runs` lists the runs"
    else:
        hint = "there is none yet: `modelpick eval iris` makes one"
    return UsageError(f"there is no run `{name}` in `{RUNS}`", f"{hint}{more}")


def new_run_name(data: str, when: datetime) -> str:
    """`iris-20261124-183000`: what the data are called, in characters that every file system takes, and the time."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", data).strip("-")[:60] or "run"
    return f"{plain}-{when:%Y%m%d-%H%M%S}"


def check_free(folder: Path) -> None:
    """Refuses a place that is taken: a run never overwrites anything.

    Raises:
        UsageError: Something is there already (an empty folder is no obstacle, unless one stands in it).
    """
    if folder.exists() and folder.resolve() == Path.cwd():
        raise UsageError(f"`{folder}` is the folder you are in, which cannot be replaced", "name a new `--run-dir`")
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise UsageError(f"`{folder}` exists already, and a run never overwrites", "name another `--run-dir`")


def check_writable(place: Path) -> None:
    """Refuses, before anything is trained, a place in which no run could be written.

    Raises:
        CannotFindOut: The folder that would hold the run, or the first one above it that is there, takes no files.
    """
    above = place.absolute().parent
    while not above.exists() and above != above.parent:
        above = above.parent
    if not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
        raise CannotFindOut(
            f"no run can be written in `{shown(above)}`, where you may not write",
            "name another `--run-dir`",
            kind="disk",
        )


@dataclass(slots=True)
class Building:
    """A run that is being built: `folder` is where its files go; once it is complete, `place` is where they are.

    Before, `place` is where they are meant to be: it changes only if someone takes it meanwhile.
    """

    folder: Path
    place: Path


@contextmanager
def building(place: Path, *, unique: bool) -> Iterator[Building]:
    """A temporary folder to build a run in, beside its place and moved there when all went well.

    On any error, and on Ctrl-C, nothing is left behind.

    Args:
        unique: Where the place is taken, now or meanwhile, `-2`, `-3`, ... is added to the name; else it is an error.

    Raises:
        UsageError: The place was taken meanwhile.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    run = Building(Path(tempfile.mkdtemp(prefix=_OURS[0], dir=place.parent)), _free(place) if unique else place)
    try:
        mask = os.umask(0)
        os.umask(mask)
        run.folder.chmod(0o777 & ~mask)  # mkdtemp made it private
        yield run
        while not _moved(run):
            if not unique:
                check_free(place)
            run.place = _free(place)
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise


def _free(place: Path) -> Path:
    number, free = 1, place
    while free.exists() or free.is_symlink():
        number += 1
        free = place.with_name(f"{place.name}-{number}")
    return free


def _moved(run: Building) -> bool:
    if run.place.is_symlink():
        return False
    with suppress(OSError):
        run.place.rmdir()  # an empty folder makes room
    try:
        run.folder.rename(run.place)
    except OSError:
        if run.place.exists():
            return False
        raise
    return True


def check_run(folder: Path) -> None:
    """Refuses what is not recognisably a run.

    Raises:
        UsageError: There is no such folder, or it is not a run of ours.
    """
    if not folder.exists():
        raise UsageError(f"there is no `{folder}`", "`modelpick runs` lists the runs")
    if read_report(folder) is None:
        raise UsageError(f"`{folder}` is not a run of modelpick", f"it has no {REPORT} of ours: nothing is touched")


def remove(folder: Path) -> None:
    """Removes a run: moved aside first, so that an interruption never leaves half a run under its name.

    Raises:
        UsageError: As `check_run`; nothing is touched.
    """
    check_run(folder)
    folder = folder.absolute()
    aside = folder.with_name(f"{_OURS[1]}{os.getpid()}-{folder.name}")
    folder.rename(aside)
    shutil.rmtree(aside)
