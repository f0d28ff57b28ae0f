"""Lets the guards look at a folder of awkward tables, with the target alone given, and compares with its index.

    python tests/bench/bench_guards.py FOLDER [NAME ...]

`FOLDER/index.jsonl` states for each table which columns give the target away (`leaking_columns`, and columns named in
a remark that begins with LEAK) and which are to be left out, for they name a row (`drop_columns`). Every finding is
printed; then what was found, missed and wrongly accused, what stopped, and the seconds that the guards took.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

# What the guards import when they need it is imported here, so that no table pays for it.
import scipy.stats  # noqa: F401
import sklearn.feature_extraction.text
import sklearn.linear_model
import sklearn.tree  # noqa: F401

from modelpick.data.dataset import Dataset
from modelpick.data.guards import GUARDS
from modelpick.data.read import read_dataset
from modelpick.data.readers.bundled import BUNDLED
from modelpick.errors import AnswerIsNo
from modelpick.findings import Severity
from modelpick.progress import SILENT, Step

TELLING = ("answer-column", "presence-tells", "text-tells", "named-after-target")
STOPPING = [guard.id for guard in GUARDS if guard.severity >= Severity.HIGH]


class Clock:
    """A listener that measures the last step: the guards'."""

    seconds = cpu = 0.0

    @contextmanager
    def step(self, text: str, total: float | None = None, unit: str = "") -> Iterator[Step]:
        begun, used = perf_counter(), process_time()
        with SILENT.step(text, total, unit) as step:
            yield step
        self.seconds, self.cpu = perf_counter() - begun, process_time() - used

    def notice(self, text: str) -> None:
        """Nothing."""


def look(path: str, target: Any) -> tuple[Dataset, str | None, Clock]:
    """The dataset with its findings, what stopped it, and the seconds that the guards took."""
    clock, stop = Clock(), None
    try:
        return read_dataset(path, target=target, listener=clock), None, clock
    except AnswerIsNo as error:
        stop = f"{error.message}\n     hint: {error.hint}"
    return read_dataset(path, target=target, allow=STOPPING, listener=clock), stop, clock


def named_by(dataset: Dataset, checks: tuple[str, ...]) -> set[str]:
    """Columns that findings of these checks give as evidence."""
    return {
        proof.column for found in dataset.findings if found.check in checks for proof in found.evidence if proof.column
    }


def _as_read(name: str) -> str:
    """The name of a column without one: the index has pandas' way, a position or `Unnamed: 3`."""
    number = name.removeprefix("Unnamed: ")
    return f"column_{number}" if number.isdigit() else name


def judge(entry: dict[str, Any], dataset: Dataset, counts: dict[str, int]) -> None:
    """Prints what was found and missed of what the index knows."""
    columns = {*dataset.features.names, *(column.name for column in dataset.kept_out)}
    remarks = " ".join(remark for remark in entry["awkward"] if remark.startswith("LEAK"))
    leaks = {*entry["leaking_columns"], *(name for name in columns if len(name) > 5 and name in remarks)}
    ids = {_as_read(str(name)) for name in entry["drop_columns"]}
    told, out = named_by(dataset, TELLING), named_by(dataset, ("id-column",))
    for what, truth, found in (
        ("leaks", leaks, told | out),
        ("ids", ids, told | out | named_by(dataset, ("empty-column",))),
    ):
        if truth:
            counts[what], counts[f"{what} found"] = (
                counts[what] + len(truth),
                counts[f"{what} found"] + len(truth & found),
            )
            print(f"   {what}: found {sorted(truth & found)}, missed {sorted(truth - found)}")
    for what, accused in (("leaks", told - leaks - ids), ("ids", out - ids - leaks)):
        if accused:
            counts[f"{what} besides"] += len(accused)
            print(f"   {what} that the index does not know: {sorted(accused)}")


def main(folder: Path, names: list[str]) -> None:
    counts = dict.fromkeys(("leaks", "leaks found", "leaks besides", "ids", "ids found", "ids besides", "warnings"), 0)
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    tables = [
        (e["name"], str(folder / e["name"] / e["read"]["file"]), e["target"], e)
        for e in entries
        if e["kind"] == "tabular"
    ]
    for name, path, target, entry in [*tables, *((name, name, None, None) for name in BUNDLED)]:
        if names and name not in names:
            continue
        dataset, stop, clock = look(path, target)
        shape = f"{dataset.rows} rows, {len(dataset.features.names) + len(dataset.kept_out)} columns"
        print(f"{name} ({shape}): {clock.seconds:.2f} s, CPU {clock.cpu:.2f} s" + (f"\n   STOP {stop}" if stop else ""))
        for found in dataset.findings:
            counts["warnings"] += Severity.INFO < found.severity < Severity.HIGH
            print(f"   [{found.severity.word}] {found.check}: {found.message}")
        if entry is not None:
            judge(entry, dataset, counts)
    print(", ".join(f"{what}: {count}" for what, count in counts.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
