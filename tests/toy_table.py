"""A small table with a number, a category and an answer that follows from the number, in nine rows of ten."""

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
        for row in range(rows):
            size = stream.normal()
            answer = (size > 0) != (row % 10 == 9)  # a column that told all would be stopped by a guard
            writer.writerow([f"{size:.4f}", stream.choice(["red", "green"]), "yes" if answer else "no"])
    return name
