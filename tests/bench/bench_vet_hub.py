"""Seconds to vet many repos of a Hub that takes its time, and how much a plain loop of the same requests takes.

    python tests/bench/bench_vet_hub.py [--repos 100] [--delay 0.1] [--shallow] [--loop 10]

The Hub is a process of its own on this machine, without repos that were made from others, and answers each request
after `--delay` seconds. The loop asks what huggingface_hub asks for the same facts (two info calls, then each text
file) one after the other, for `--loop` repos, and is scaled up. Wanted: 100 repos at 0.1 s in under 5 s.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

CARD = """---
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
datasets: [imdb]
---
# Model {n}

This model is intended to be used for sentiment analysis of English reviews.

## Training data

It was fine-tuned on the IMDb dataset.

## How to use

```python
from transformers import pipeline
classify = pipeline("text-classification", model="org/model-{n}")
```

## Limitations

The model may be wrong on texts of more than 512 tokens. It should not be used for medical advice.

## Results

| Metric | Value |
|---|---|
| Accuracy | 0.9{n} |
"""


def write_repos(folder: Path, count: int) -> list[str]:
    """So many repos with a card, a config, a licence and weights; their ids."""
    weights = safetensors_bytes({"a": [20, 30]})
    ids = [f"org/model-{n}" for n in range(count)]
    for n, repo_id in enumerate(ids):
        files: dict[str, str | bytes] = {"README.md": CARD.format(n=n), "LICENSE": "Permission is granted."}
        files |= {"config.json": '{"model_type": "bert"}', "model.safetensors": weights}
        write_repo(folder, repo_id, files, downloads=n)
    return ids


def loop_seconds(endpoint: str, ids: list[str]) -> float:
    """The time of the plain loop with huggingface_hub."""
    from huggingface_hub import HfApi, hf_hub_download

    api = HfApi(endpoint=endpoint)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as cache:
        for repo_id in ids:
            info = api.model_info(repo_id, securityStatus=True, files_metadata=True)
            api.model_info(repo_id, expand=["downloadsAllTime", "childrenModelCount", "baseModels"])
            for name in ("README.md", "config.json", "LICENSE"):
                hf_hub_download(repo_id, name, revision=info.sha, cache_dir=cache, endpoint=endpoint)
    return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repos", type=int, default=100)
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--shallow", action="store_true")
    parser.add_argument("--loop", type=int, default=10, help="repos of the plain loop; 0 for none")
    arguments = parser.parse_args()
    os.environ |= {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1"}
    from modelpick.verbs.vet import vet_many

    with tempfile.TemporaryDirectory() as folder:
        ids = write_repos(Path(folder), arguments.repos)
        with LoopbackHub(Path(folder), faults=[Fault("^/(api|org)/", "hang", seconds=arguments.delay)]) as hub:
            start, own = time.monotonic(), time.process_time()
            reports = vet_many(ids, endpoint=hub.endpoint, shallow=arguments.shallow)
            taken, own = time.monotonic() - start, time.process_time() - own
            requests = len(hub.requests())
            plain = loop_seconds(hub.endpoint, ids[: arguments.loop]) if arguments.loop else 0.0
    print(f"{len(ids)} repos{' (shallow)' if arguments.shallow else ''}, {requests} requests: {taken:.2f} s")
    print(f"this process's own time: {own:.2f} s")
    print(f"verdicts: {dict(Counter(reports.verdicts))}")
    if arguments.loop:
        plain *= len(ids) / arguments.loop
        print(f"a plain loop with huggingface_hub: {plain:.1f} s, {plain / taken:.1f} times as long")


if __name__ == "__main__":
    main()
