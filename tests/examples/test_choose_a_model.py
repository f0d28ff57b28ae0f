"""examples/choose_a_model.py, as a person runs it, against a Hub on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from loopback_hub import LoopbackHub, safetensors_bytes, write_repo

SCRIPT = Path(__file__).parents[2] / "examples" / "choose_a_model.py"
CARD = """---
license: apache-2.0
pipeline_tag: image-classification
library_name: transformers
datasets:
  - zalando-datasets/fashion_mnist
---

# Garments

This model classifies small grey images of garments into ten classes.

## Intended uses

It can be used to classify pictures of clothes in a warehouse. Not intended for photographs of people.

## Training data

It was trained on the Fashion-MNIST training images.

## Evaluation results

Accuracy on the test images: 0.91.

## Limitations

It has seen garments on a black ground only.
"""
CONFIG = json.dumps({"model_type": "resnet", "architectures": ["ResNetForImageClassification"]})


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, env=os.environ | environment
    )


def test_from_search_to_download(repos: Path, tmp_path: Path) -> None:
    weights = safetensors_bytes({"classifier.weight": [10, 8], "classifier.bias": [10]})
    files = {"README.md": CARD, "config.json": CONFIG, "model.safetensors": weights}
    write_repo(repos, "acme/garments", files, downloads=70)
    write_repo(repos, "acme/unsafe", {"README.md": CARD, "pytorch_model.bin": b"\x80\x04N."}, downloads=900)
    with LoopbackHub(repos) as hub:
        ended = run(HF_ENDPOINT=hub.endpoint, HF_HUB_CACHE=str(tmp_path / "cache"))
        nothing = run("--task", "translation", "--endpoint", hub.endpoint)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "It can be used to classify pictures of clothes" in ended.stdout
    assert "trained on the Fashion-MNIST training images" in ended.stdout
    folder = Path(ended.stdout.rsplit("It lies in ", 1)[1].strip())
    assert folder.is_relative_to(tmp_path / "cache")
    assert (folder / "model.safetensors").read_bytes() == weights
    assert nothing.returncode == 3


def test_no_hub_is_one_line_and_exit_code_4() -> None:
    ended = run("--endpoint", "http://127.0.0.1:9")
    assert ended.returncode == 4
    assert "Traceback" not in ended.stderr
