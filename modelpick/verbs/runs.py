"""runs: what was evaluated here, and removing what is no longer needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelpick.document import Document, Heading, Result, Table, Text, Tone
from modelpick.progress import SILENT, Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One saved run, as its report tells.

    Attributes:
        best: Name of the best saved model, which `predict` takes; None where none was saved.
        metric: The main metric; `score`: that model's mean in it.
        created: Date and time in UTC, ISO 8601.
        bytes: Of all that lies in its folder.
    """

    name: str
    path: Path
    data: str | None
    best: str | None
    metric: str | None
    score: float | None
    created: str | None
    bytes: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As in `modelpick.runs/1`."""
        from modelpick.models.run_folder import shown

        return {
            "name": self.name,
            "path": shown(self.path),
            "data": self.data,
            "best": self.best,
            "metric": self.metric,
            "score": self.score,
            "created": self.created,
            "bytes": self.bytes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsResult(Result):
    """The saved runs of a folder, the newest first."""

    folder: Path
    runs: tuple[Run, ...]

    def document(self) -> Document:
        """A table for people, `modelpick.runs/1` for machines, bare names for pipes."""
        from modelpick.evaluation.wording import number_shown, size_shown
        from modelpick.models.run_folder import shown

        place = shown(self.folder)
        data = {
            "schema": "modelpick.runs/1",
            "folder": place,
            "runs": [run.to_dict() for run in self.runs],
        }
        count = len(self.runs)
        if not count:
            none = Text(f"No runs in {place}. `modelpick eval iris` makes one.", Tone.MUTED)
            return Document(blocks=[none], data=data)
        rows = tuple(
            (
                run.name,
                run.data or "?",
                run.best or "none saved",
                "?" if run.score is None else f"{number_shown(run.score)} {run.metric}",
                (run.created or "?")[:16].replace("T", " "),
                size_shown(run.bytes),
            )
            for run in self.runs
        )
        title = Heading(f"{count} {'run' if count == 1 else 'runs'} in {place}", level=1)
        table = Table(("run", "data", "predict takes", "its mean", "made (UTC)", "size"), rows, right=("size",))
        more = Text("`modelpick show NAME` shows one, `modelpick runs rm NAME` removes it.", Tone.MUTED)
        return Document(blocks=[title, table, more], data=data, quiet=[run.name for run in self.runs])


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedRun(Result):
    """A run that is gone."""

    path: Path

    def document(self) -> Document:
        """One line for people, `modelpick.runs.removed/1` for machines, the path for pipes."""
        from modelpick.models.run_folder import shown

        place = shown(self.path)
        return Document(
            blocks=[Text(f"Removed {place}.")],
            data={"schema": "modelpick.runs.removed/1", "path": place},
            quiet=[place],
        )


def runs(folder: str | Path | None = None, *, listener: Listener = SILENT) -> RunsResult:
    """The saved runs in a folder, by default `./modelpick-runs`. Other folders there are passed over."""
    from modelpick.models.run_folder import RUNS, list_runs
    from modelpick.notebook import register
    from modelpick.places import user_path

    register()
    place = RUNS if folder is None else user_path(folder)
    return RunsResult(folder=place, runs=tuple(_run(path, report) for path, report in list_runs(place)))


def remove_run(name: str | Path, *, listener: Listener = SILENT) -> RemovedRun:
    """Removes one run for good, with all that lies in its folder.

    Args:
        name: Of a run in `./modelpick-runs`, or the path of a run.

    Raises:
        UsageError: There is no such run, or the folder is not recognisably a run of ours; nothing is touched.
    """
    from modelpick.models.run_folder import find_run, remove

    path = find_run(str(name), "modelpick runs rm")
    remove(path)
    return RemovedRun(path=path)


def _run(path: Path, report: Mapping[str, Any]) -> Run:
    """Reads leniently: a report may have been edited, and one odd run should not hide the others."""
    data, protocol = _table(report.get("data")), _table(report.get("protocol"))
    models, metric = report.get("models"), _text(protocol.get("metric"))
    # What `predict` takes lies at the top; a given model may have been better, and is saved elsewhere.
    best: Mapping[str, Any] = next(
        (m for m in (models if isinstance(models, list) else []) if isinstance(m, dict) and m.get("saved") == "."), {}
    )
    score = _table(_table(best.get("metrics")).get(metric or "")).get("mean")
    return Run(
        name=path.name,
        path=path,
        data=_text(data.get("path")),
        best=_text(best.get("name")),
        metric=metric,
        score=float(score) if isinstance(score, int | float) else None,
        created=_text(report.get("created")),
        bytes=sum(file.lstat().st_size for file in path.rglob("*") if file.is_file() and not file.is_symlink()),
    )


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
