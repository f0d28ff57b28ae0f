"""show: the whole report of a saved run again, from its folder; or what one of its models is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelpick.document import Block, Document, Heading, Result, Table, Text, Tone
from modelpick.errors import UsageError
from modelpick.progress import SILENT, Listener

_SHOWN = (".png", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a saved model is made of.

    Attributes:
        layers: Names of the columns, and the rows.
        trained: The count of its updates; None where it tells none.
        preprocessing: What happens to a row before it, one sentence a step.
        hyperparameters: Name -> value, of those that it keeps.
    """

    model: str
    parameters: int
    layers: tuple[Sequence[str], Sequence[Sequence[str]]]
    trained: str | None
    preprocessing: tuple[str, ...]
    hyperparameters: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """As the member `summary` of `modelpick.show/1`."""
        columns, rows = self.layers
        return {
            "model": self.model,
            "parameters": self.parameters,
            "layers": [dict(zip(columns, row, strict=True)) for row in rows],
            "trained": self.trained,
            "preprocessing": list(self.preprocessing),
            "hyperparameters": dict(self.hyperparameters),
        }

    def blocks(self) -> list[Block]:
        """For people."""
        columns, rows = tuple(self.layers[0]), self.layers[1]
        made: list[Block] = [Heading(f"{self.model}: {self.parameters:,} weights and biases", level=1)]
        made += [Text(step, item=True) for step in self.preprocessing]
        made.append(Table(columns, tuple(map(tuple, rows)), right=columns[1:]))
        if self.trained is not None:
            made.append(Text(f"{self.trained}."))
        chosen = [(name, _value(value)) for name, value in self.hyperparameters.items() if value is not None]
        if chosen:
            made.append(Table(("hyperparameter", "value"), tuple(chosen)))
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowResult(Result):
    """A saved run.

    Attributes:
        report: As `eval --format json` printed it.
        history: Of its networks by epoch (`modelpick.history/1`); None where it kept none.
        report_blocks: The report for people; empty where a summary was asked for.
        summary: Of one model; None where it was not asked for.
        files: Of the folder, for people to look at.
    """

    run: Path
    report: Mapping[str, Any]
    history: Mapping[str, Any] | None
    report_blocks: tuple[Block, ...]
    summary: Summary | None
    files: tuple[str, ...]

    def document(self) -> Document:
        """The report or the layers for people, `modelpick.show/1` for machines, the folder for pipes."""
        from modelpick.models.run_folder import shown

        place = shown(self.run)
        data = {
            "schema": "modelpick.show/1",
            "run": place,
            "report": dict(self.report),
            "history": self.history,
            "summary": None if self.summary is None else self.summary.to_dict(),
            "files": list(self.files),
        }
        blocks = list(self.report_blocks) if self.summary is None else self.summary.blocks()
        made = str(self.report.get("created") or "")[:16].replace("T", " ")
        blocks.append(Text(f"{place}{f', made {made} UTC' if made else ''}: {', '.join(self.files)}.", Tone.MUTED))
        return Document(blocks=blocks, data=data, quiet=[place])


def show(run: str | Path, *, summary: bool = False, use: str | None = None, listener: Listener = SILENT) -> ShowResult:
    """The report of a saved run, or the layers of one of its models. Nothing in its folder is executed.

    Args:
        run: A run folder, or the name of a run in `./modelpick-runs`.
        summary: The layers instead of the report.
        use: Another saved model of the run than the best, for the summary.

    Raises:
        UsageError: There is no such run or no such model in it, or it was saved without its report for people.
        AnswerIsNo: The model is damaged or forged.
        CannotFindOut: The stored report is damaged.
    """
    from modelpick.models.run_folder import check_run, find_run, read_report, typed
    from modelpick.notebook import register
    from modelpick.verbs.stored_report import FILE, read_blocks

    register()
    folder = find_run(str(run), "modelpick show")
    check_run(folder)
    report = read_report(folder) or {}
    if use is not None and not summary:
        raise UsageError("`--use` chooses a model for its layers", f"`modelpick show {typed(folder)} --summary`")
    blocks = () if summary else read_blocks(folder)
    if blocks is None:
        raise UsageError(
            f"`{folder}` was saved by an older modelpick, without {FILE}",
            f"read {folder / 'report.md'}, or `modelpick show {typed(folder)} --summary`",
        )
    return ShowResult(
        run=folder,
        report=report,
        history=_history(folder),
        report_blocks=tuple(blocks),
        summary=_summary(folder, use) if summary else None,
        files=tuple(sorted(path.name for path in folder.iterdir() if path.suffix in _SHOWN)),
    )


def _summary(folder: Path, use: str | None) -> Summary:
    from modelpick.models.checkpoint import load
    from modelpick.models.run_folder import candidate_folder
    from modelpick.models.saved import SavedModel

    model = SavedModel(load(folder if use is None else candidate_folder(folder, use)))
    config = model.form.config
    chosen = config.get("hyperparameters")
    return Summary(
        model=str(config.get("name") or use or folder.name),
        parameters=model.parameters,
        layers=model.layers(),
        trained=str(config["trained"]) if "trained" in config else None,
        preprocessing=model.form.preprocessing.describe(),
        hyperparameters=chosen if isinstance(chosen, dict) else {},
    )


def _history(folder: Path) -> Mapping[str, Any] | None:
    path = folder / "history.json"
    if not path.is_file():
        return None
    try:
        history = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return history if isinstance(history, dict) else None


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value)
