"""Training speed of ResNet-18 on a GPU against the same network in a plain PyTorch loop with bf16 and channels last.

    python tests/bench/bench_architectures_gpu.py [--images 50000] [--epochs 3] [--rounds 3] [--batch-size 512]

50,000 synthetic 32 x 32 images in the GPU's memory for both, the same shifts (the plain loop shifts a batch as a whole,
which costs it less), AdamW, bf16 with weights in float32, channels last. The rounds alternate. The bar: at least 0.95
of the plain loop's images a second.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from modelpick.models.architectures.build import build
from modelpick.models.architectures.known import known
from modelpick.models.augmentation import Augmentation
from modelpick.models.sources import ImageRows
from modelpick.models.training import train
from modelpick.models.training_settings import Settings


def network(small_stem: bool) -> nn.Module:
    net = build(known("resnet18"), 10, (3, 32, 32), generator=torch.Generator().manual_seed(0), small_stem=small_stem)
    return net.to("cuda")


def plain_loop(pixels: torch.Tensor, labels: torch.Tensor, batch: int, epochs: int, small_stem: bool) -> None:
    net = network(small_stem).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-2, fused=True)
    for _ in range(epochs):
        order = torch.randperm(len(pixels), device="cuda")
        for start in range(0, len(pixels), batch):
            rows = order[start : start + batch]
            images = pixels[rows].permute(0, 3, 1, 2).float().sub_(127.5).div_(74.0)
            y, x = torch.randint(0, 7, (2,)).tolist()
            images = nn.functional.pad(images, (3, 3, 3, 3))[:, :, y : y + 32, x : x + 32]
            images = images.contiguous(memory_format=torch.channels_last)
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", dtype=torch.bfloat16):
                loss = nn.functional.cross_entropy(net(images), labels[rows])
            loss.backward()
            optimizer.step()


def ours(pixels: torch.Tensor, labels: torch.Tensor, batch: int, epochs: int, small_stem: bool) -> None:
    rows = ImageRows(
        pixels,
        nn.functional.one_hot(labels, 10).float(),
        mean=torch.full((3,), 127.5, device="cuda"),
        deviation=torch.full((3,), 74.0, device="cuda"),
        augmentation=Augmentation(shift=3),
        channels_last=True,
    )
    settings = Settings(
        cost="cross-entropy",
        optimizer="adamw",
        weight_decay=1e-2,
        batch_size=batch,
        epochs=epochs,
        measure_training=False,
        bf16=True,
        channels_last=True,
        threads="all",
        replayed=True,
    )
    train(network(small_stem), rows, settings, generator=torch.Generator().manual_seed(0))


def seconds(way: Callable[..., None], *arguments: object) -> float:
    torch.cuda.synchronize()
    start = time.perf_counter()
    way(*arguments)
    torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=512)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("no GPU")
        return
    stream = torch.Generator("cuda").manual_seed(0)
    shape = (options.images, 32, 32, 3)
    pixels = torch.randint(0, 256, shape, dtype=torch.uint8, device="cuda", generator=stream)
    labels = torch.arange(options.images, device="cuda") % 10
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, batches of {options.batch_size}")
    for small_stem in (False, True):
        few = (pixels[: 8 * options.batch_size], labels[: 8 * options.batch_size], options.batch_size, 1, small_stem)
        for way in (plain_loop, ours):
            way(*few)  # kernels are chosen, the optimiser is loaded
        whole = (pixels, labels, options.batch_size, options.epochs, small_stem)
        times: dict[str, list[float]] = {"plain": [], "ours": []}
        for _ in range(options.rounds):
            times["plain"].append(seconds(plain_loop, *whole))
            times["ours"].append(seconds(ours, *whole))
        rate = {name: options.images * options.epochs / statistics.median(found) for name, found in times.items()}
        print(
            f"ResNet-18, {'3x3' if small_stem else '7x7'} stem: {rate['ours']:,.0f} images/s, plain loop "
            f"{rate['plain']:,.0f}: ratio {rate['ours'] / rate['plain']:.3f} (wanted: at least 0.95)"
        )


if __name__ == "__main__":
    main()
