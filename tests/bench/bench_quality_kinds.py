"""Quality of the architectures on public images, texts and sounds, each line through `modelpick eval` as a user has it.

    python tests/bench/bench_quality_kinds.py DATA [--only NAME,NAME] [--seeds 3] [--jobs 2]

DATA holds `digits_png/images`, `sign_digits/images`, `sms_spam/sms.tsv` and `fsdd/wav`. Each line is a process of its
own. Printed: mean test accuracy over the splits with its 95 % interval, that of the untouched rows, seconds of one
training, wall and CPU seconds and peak memory of the whole command, and the paired difference of every two rows; all
intervals by the corrected resampled t. Then whether the bar is met. The time of a bar is that of the whole command,
which trains once for each seed and once more at the end: by the clock, and by its CPU seconds shared by two cores,
for where others use them too.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from modelpick.evaluation.statistics import corrected_comparison, corrected_interval
from modelpick.verbs.eval_options import ROWS

SMS_ROWS = 3000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the acceptance.

    Attributes:
        data: Below the data folder.
        rows: Candidates, the one that is judged first; all are compared with each other, split by split.
        least: Of its mean accuracy; None: nothing is asked for.
        minutes: Of the whole command.
    """

    data: str
    rows: tuple[str, ...]
    least: float | None = None
    minutes: float | None = None
    options: tuple[str, ...] = ()
    speakers: bool = False


_SPEAKER = ("--group", r"name:^\d+_([a-z]+)_", "--folds", "6", "--repeats", "1")
LINES = {
    "digits": Line(data="digits_png/images", rows=("lenet5", "linear", "mlp"), least=0.98, minutes=1),
    "signs": Line(data="sign_digits/images", rows=("resnet18", "lenet5", "linear"), least=0.95, minutes=5),
    "sms-lstm": Line(data="sms", rows=("lstm", "linear", "mlp"), least=0.975, minutes=5),
    "sms-transformer": Line(data="sms", rows=("transformer", "linear", "mlp"), least=0.975, minutes=5),
    "speakers": Line(data="fsdd/wav", rows=("linear", "mlp", "cnn", "lstm"), options=_SPEAKER, speakers=True),
    "mixed": Line(data="fsdd/wav", rows=("linear", "mlp", "cnn", "lstm")),
}


def command_of(line: Line, data: Path, folder: Path, options: argparse.Namespace) -> list[str]:
    """What a user would type, with a run folder of its own."""
    where = data / line.data
    if line.data == "sms":
        where = folder / "sms.tsv"
        text = (data / "sms_spam" / "sms.tsv").read_text(encoding="utf-8").splitlines()
        kept = np.sort(np.random.default_rng(0).permutation(len(text))[:SMS_ROWS])
        where.write_text("label\ttext\n" + "\n".join(text[i] for i in kept) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "modelpick", "eval", str(where), "--run-dir", str(folder / "run")]
    if line.data == "sms":
        command += ["--target", "label", "--text", "text"]
    for name in line.rows:
        command += [] if name in ROWS else ["--arch", name]
    for name in ROWS:
        command += [] if name in line.rows else ["--without", name]
    command += line.options or ("--repeats", str(options.seeds))
    return [*command, "--jobs", str(options.jobs), "--format", "json", "--no-progress"]


def overlap_of(protocol: dict[str, Any]) -> float:
    """Test rows by training rows of a split, as the corrected t wants it: of shares like `8:1:1 x 3`, or of folds."""
    if protocol["folds"] is not None:
        return float(1 / (protocol["folds"] - 1))
    shares = [float(share) for share in protocol["splits"].split()[0].split(":")]
    return shares[-1] / shares[0]


def said(mean: float, ci95: tuple[float, float] | None) -> str:
    """A value with its interval."""
    return f"{mean:.3f}" if ci95 is None else f"{mean:.3f} ({ci95[0]:.3f} to {ci95[1]:.3f})"


def scores(report: dict[str, Any], line: Line) -> dict[str, list[float]]:
    """Accuracy by row; of speakers, that of the one who stayed untouched stands last, so that all are left out once."""
    found = {}
    for model in report["models"]:
        if model["error"] is not None:
            print(f"  {model['name']}: {model['error']}")
            continue
        found[model["name"]] = list(model["metrics"]["accuracy"]["per_split"])
        if line.speakers:
            found[model["name"]].append(report["test"]["models"][model["name"]]["accuracy"]["value"])
    return found


def run(name: str, line: Line, options: argparse.Namespace) -> dict[str, list[float]]:
    """Runs one line and prints what came of it; returns the accuracies by row."""
    with tempfile.TemporaryDirectory(prefix="modelpick-kinds-") as temporary:
        command = command_of(line, options.data, Path(temporary), options)
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"}
        )
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(f"{name}: exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return {}
    if options.keep is not None:
        (options.keep / f"{name}.json").write_text(done.stdout, encoding="utf-8")
    report = json.loads(done.stdout)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{name}: {report['data']['rows']} rows, {wall:.0f} s wall, {cpu:.0f} s CPU, "
        f"peak {after.ru_maxrss / 1000:,.0f} MB"
    )
    found, overlap = scores(report, line), overlap_of(report["protocol"])
    for model in report["models"]:
        row = model["name"]
        if row not in found:
            continue
        test = report["test"]["models"][row]["accuracy"]["value"]
        each = "" if model["fit_seconds"] is None else f"; {model['fit_seconds']:.1f} s a training"
        values = " ".join(f"{value:.3f}" for value in found[row])
        estimate = corrected_interval(found[row], overlap, bounds=(0, 1))
        print(f"  {row}: {said(estimate.mean, estimate.ci95)}: {values}; untouched rows {test:.3f}{each}")
    for one, other in combinations([row for row in line.rows if row in found], 2):
        pair = corrected_comparison(found[one], found[other], overlap)
        print(f"  {one} - {other}: {said(pair.mean, pair.ci95)}")
    for finding in report["data"]["findings"]:
        print(f"  finding {finding['check']}: {finding['message']}")
    if line.least is not None and line.minutes is not None and line.rows[0] in found:
        mean = float(np.mean(found[line.rows[0]]))
        print(
            f"  bar: accuracy {'met' if mean >= line.least else 'MISSED'} ({line.least}), "
            f"time by the clock {'met' if wall <= 60 * line.minutes else 'MISSED'} ({line.minutes} min), "
            f"by CPU seconds on two cores {'met' if cpu <= 120 * line.minutes else 'MISSED'} ({120 * line.minutes:g} s)"
        )
    sys.stdout.flush()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default=",".join(LINES), help=f"of {', '.join(LINES)}")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the whole reports")
    options = parser.parse_args()
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    found = {name: run(name, LINES[name], options) for name in options.only.split(",")}
    if "speakers" in found and "mixed" in found:
        for row, apart in found["speakers"].items():
            if row in found["mixed"]:
                mixed = float(np.mean(found["mixed"][row]))
                print(f"{row}: {mixed:.3f} with speakers on both sides, {mixed - np.mean(apart):+.3f} beside apart")


if __name__ == "__main__":
    main()
