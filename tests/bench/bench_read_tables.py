"""Reads a folder of awkward tables as `eval` would, with the target alone given, and compares with its index.

    python tests/bench/bench_read_tables.py FOLDER

`FOLDER/index.jsonl` states for each table its file, the options with which pandas reads it rightly, and its rows and
columns. A file counts as read rightly where the shape, the names of the columns (where it has a header), the target of
every row and the values of all columns of numbers are those of that reading. Beside it: pandas' defaults.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from modelpick.data.opening import open_table
from modelpick.data.read_options import ReadOptions


def truth(entry: dict[str, Any], path: Path) -> pd.DataFrame:
    """The table as its index says that it is read rightly."""
    frame = pd.read_csv(path, **entry["read"]["pandas"])
    for step in entry["read"]["then"]:
        frame = frame.iloc[1:] if step == "drop_first_row" else frame.dropna(how="all")
    return frame.reset_index(drop=True)


def wrongs(path: Path, right: pd.DataFrame, named: bool) -> list[str]:
    """What is not as it should be in our reading."""
    raw = open_table(path, str(path), ReadOptions())
    found = []
    if (raw.rows, len(raw.names)) != right.shape:
        return [f"{raw.rows} x {len(raw.names)} instead of {right.shape[0]} x {right.shape[1]}"]
    for j, (name, of_pandas) in enumerate(zip(raw.names, right.columns, strict=True)):
        spelled = str(of_pandas).replace("\xa0", " ").strip()
        if named and not spelled.startswith("Unnamed: ") and name != spelled:
            found.append(f"column {j} is called {name!r} instead of {spelled!r}")
    from modelpick.data import missing_numbers

    typed = raw.features(raw.names)
    columns = missing_numbers.without(typed.columns, missing_numbers.find(typed.columns))
    for column, (_, series) in zip(columns, right.items(), strict=True):
        if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
            if series.isna().all():
                continue
            if column.kind != "number":
                found.append(f"`{column.name}` is {column.kind} instead of number")
            elif not np.allclose(column.values, series.to_numpy(float), equal_nan=True):
                found.append(f"numbers of `{column.name}` differ")
        elif column.kind in ("category", "text"):
            missing = np.array([value is None for value in column.values])
            if (missing != series.isna().to_numpy()).any():
                found.append(f"`{column.name}` misses {missing.sum()} instead of {series.isna().sum()}")
    return found


def of_pandas(path: Path, right: pd.DataFrame, named: bool) -> str:
    """What pandas' defaults make of it."""
    try:
        frame = pd.read_csv(path)
    except (ValueError, UnicodeError) as error:
        return type(error).__name__
    if frame.shape != right.shape:
        return f"{frame.shape[0]} x {frame.shape[1]}"
    return "right" if named else "first row as names"


def main(folder: Path) -> None:
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    right_count = pandas_count = total = 0
    for entry in entries:
        if entry["kind"] not in ("tabular", "text"):
            continue
        path = folder / entry["name"] / entry["read"]["file"]
        right = truth(entry, path)
        named = "header" not in entry["read"]["pandas"]
        started = perf_counter()
        found = wrongs(path, right, named)
        seconds = perf_counter() - started
        defaults = of_pandas(path, right, named)
        total += 1
        right_count += not found
        pandas_count += defaults == "right"
        print(
            f"{entry['name']:26} {seconds:6.2f} s  {'; '.join(found[:4]) or 'right':40}  pandas: {defaults}", flush=True
        )
    print(f"{right_count} of {total} read rightly; pandas' defaults {pandas_count}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
