"""Training speed and memory of LeNet-5 and ResNet-18 against a plain PyTorch loop with a DataLoader and two workers.

    python tests/bench/bench_architectures.py [--images 1000] [--epochs 2] [--rounds 3] [--threads 1]

Both train the same network on the same synthetic 32 x 32 images, with the same shifts, batches and updates; each runs
in a process of its own, in turn, so that a busy machine disturbs both alike. The bar: at least as many images a second
(ratio of the medians 1.0), and no more memory; that of the loop's workers is not even counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import torch
from torch import nn

from modelpick.models.architectures.build import build
from modelpick.models.architectures.known import known
from modelpick.models.augmentation import Augmentation
from modelpick.models.sources import ImageRows
from modelpick.models.training import train
from modelpick.models.training_settings import Settings

BATCH = 32
NETWORKS = {"lenet5": 1, "resnet18": 3}


def pixels(count: int, channels: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 32, 32, channels), dtype=np.uint8)


class Images(torch.utils.data.Dataset):
    """One image at a time, as the tutorials do it: to a tensor, scaled, padded and cropped somewhere."""

    def __init__(self, images: np.ndarray, labels: torch.Tensor) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        image = torch.from_numpy(self.images[index]).permute(2, 0, 1).float().sub_(127.5).div_(74.0)
        y, x = torch.randint(0, 7, (2,)).tolist()
        return nn.functional.pad(image, (3, 3, 3, 3))[:, y : y + 32, x : x + 32], self.labels[index]


def plain_loop(net: nn.Module, images: np.ndarray, labels: torch.Tensor, epochs: int) -> None:
    loader = torch.utils.data.DataLoader(
        Images(images, labels), batch_size=BATCH, shuffle=True, num_workers=2, persistent_workers=True
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    net.train()
    for _ in range(epochs):
        for batch, targets in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(batch), targets).backward()
            optimizer.step()


def ours(net: nn.Module, images: np.ndarray, labels: torch.Tensor, epochs: int, threads: int) -> None:
    channels = images.shape[3]
    rows = ImageRows(
        torch.from_numpy(images),
        nn.functional.one_hot(labels, 10).float(),
        mean=torch.full((channels,), 127.5),
        deviation=torch.full((channels,), 74.0),
        augmentation=Augmentation(shift=3),
    )
    settings = Settings(
        cost="cross-entropy",
        optimizer="adamw",
        batch_size=BATCH,
        epochs=epochs,
        measure_training=False,
        threads="one" if threads == 1 else "all",
    )
    train(net, rows, settings, generator=torch.Generator().manual_seed(0))


def measure(way: str, name: str, options: argparse.Namespace) -> None:
    """In a process of its own: trains once and prints seconds and peak memory."""
    torch.set_num_threads(options.threads)
    images = pixels(options.images, NETWORKS[name])
    labels = torch.from_numpy(np.arange(options.images) % 10)
    net = build(known(name), 10, (NETWORKS[name], 32, 32), generator=torch.Generator().manual_seed(0))
    if way == "plain":
        torch.optim.AdamW([nn.Parameter(torch.zeros(1))])  # what it loads at its first use is not counted
    start = time.perf_counter()
    if way == "plain":
        plain_loop(net, images, labels, options.epochs)
    else:
        ours(net, images, labels, options.epochs, options.threads)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "kilobytes": memory}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--network", choices=NETWORKS, action="append")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure, options)
        return
    for name in options.network or NETWORKS:
        found: dict[str, list[dict[str, float]]] = {"ours": [], "plain": []}
        for _ in range(options.rounds):
            for way in found:
                command = [sys.executable, __file__, "--measure", way, name]
                for option in ("images", "epochs", "threads"):
                    command += [f"--{option}", str(getattr(options, option))]
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found[way].append(json.loads(answer.strip().splitlines()[-1]))
        seconds = {way: statistics.median(run["seconds"] for run in runs) for way, runs in found.items()}
        memory = {way: max(run["kilobytes"] for run in runs) / 1000 for way, runs in found.items()}
        rate = {way: options.images * options.epochs / value for way, value in seconds.items()}
        print(
            f"{name}: {rate['ours']:,.0f} images/s, plain loop {rate['plain']:,.0f}: "
            f"ratio {rate['ours'] / rate['plain']:.2f} (wanted: at least 1.0)"
        )
        print(
            f"{name}: peak {memory['ours']:,.0f} MB, plain loop {memory['plain']:,.0f} MB without its workers "
            "(wanted: no more)"
        )


if __name__ == "__main__":
    main()
