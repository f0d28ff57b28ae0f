"""A small table with a number, a category and an answer that follows from the number."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

TOY = "toy.csv"


def write_toy(name: str = TOY, rows: int = 60, seed: int = 0) -> str:
    stream = np.random.default_rng(seed)
    with Path(name).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["size", "colour", "answer"])
        for _ in range(rows):
            size = stream.normal()
            writer.writerow([f"{size:.4f}", stream.choice(["red", "green"]), "yes" if size > 0 else "no"])
    return name
