"""What `modelpick download` does under each fault of a network, a server and a disk: a table of what a person gets.

    python tests/bench/fault_table.py [--only WORD]

Each line is the whole command as a process of its own against a loopback Hub that does harm, with a token set. Shown:
the exit code, whether the weights in the cache are byte for byte those of the Hub (`none`: not there), what is left
over beside whole files, how often a token reached another server, and the first line on stderr. The next run, with the
fault gone, must always end with the right bytes and no leftovers.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

CARD = "---\nlicense: mit\n---\n# Tiny\n\nIt tells cats from dogs on photos.\n"
WEIGHTS = safetensors_bytes({"w": (1400, 500)})  # 2.8 MB
FILE = "/resolve/.*model.safetensors"
COMMAND = [sys.executable, "-m", "modelpick", "download", "org/tiny", "--yes", "--allow-rejected"]
EVIL = [{"rfilename": "../../evil.json", "size": 2, "blobId": "a" * 40}]
CLASH = [{"rfilename": "CONFIG.json", "size": 2, "blobId": "a" * 40}]


@dataclass(frozen=True)
class Case:
    """A fault by name: what the server does, and what else is done."""

    name: str
    faults: tuple[Fault, ...] = ()
    around: Callable[[Bench], Iterator[None]] | None = None
    extra: tuple[str, ...] = ()
    mount: str = ""


class Bench:
    """One Hub, another server that hears what reaches it, and homes."""

    def __init__(self, folder: Path, hub: LoopbackHub, other: LoopbackHub) -> None:
        self.folder, self.hub, self.other = folder, hub, other
        self.home = folder

    def environment(self) -> dict[str, str]:
        """Of a person with a token, waits cut short."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "MODELPICK_"))}
        return kept | {
            "HOME": str(self.home),
            "HF_HOME": str(self.home / "hf"),
            "MODELPICK_HOME": str(self.home / "own"),
            "HF_ENDPOINT": self.hub.endpoint,
            "HF_TOKEN": "hf_secret",
            "HF_HUB_ETAG_TIMEOUT": "2",
            "HF_HUB_DOWNLOAD_TIMEOUT": "2",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def run(self, *extra: str) -> tuple[int, str]:
        """Exit code and first line on stderr that is no notice."""
        done = subprocess.run(
            [*COMMAND, *extra], env=self.environment(), capture_output=True, text=True, check=False, timeout=300
        )
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("error")]
        return done.returncode, (errors or [""])[0]

    def weights(self) -> str:
        """Whether the file that a loader would take is the Hub's."""
        found = list((self.home / "hf/hub").rglob("model.safetensors"))
        if not found:
            return "none"
        return "right" if all(path.read_bytes() == WEIGHTS for path in found) else "WRONG"

    def leftovers(self) -> str:
        """Part files, as the next run uses them."""
        parts = list((self.home / "hf").rglob("*.modelpick-part"))
        return f"part of {max(path.stat().st_size for path in parts):,} bytes" if parts else "none"


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[bool]:
    """A mount, where this process may; False where it may not."""
    place.mkdir(parents=True, exist_ok=True)
    made = not subprocess.run(["mount", *options, str(place)], capture_output=True, check=False).returncode
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", str(place)], check=True)


def full_disk(bench: Bench) -> Iterator[None]:
    """A file system with room for less than the weights."""
    with mounted(bench.home / "hf", "-t", "tmpfs", "-o", "size=2m", "none"):
        yield


def read_only(bench: Bench) -> Iterator[None]:
    """An empty cache on a file system that is mounted read-only."""
    cache = bench.home / "hf"
    with mounted(cache, "--bind", str(cache)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(cache)], check=True)
        yield


def read_only_filled(bench: Bench) -> Iterator[None]:
    """The same after a download."""
    bench.run()
    yield from read_only(bench)


def two_at_once(bench: Bench) -> Iterator[None]:
    """Another process that does the same."""
    other = subprocess.Popen(COMMAND, env=bench.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield
    other.wait(60)


def killed_twenty_times(bench: Bench) -> Iterator[None]:
    """Killed at a random moment, twenty times, before the run that counts."""
    rng = random.Random(0)  # noqa: S311 - moments, no secrets
    bench.hub.inject(Fault(FILE, "drip", at=60_000, seconds=0.05, method="GET"))
    for _ in range(20):
        process = subprocess.Popen(
            COMMAND, env=bench.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.5, 3))
        process.kill()
        process.wait()
    bench.hub.heal()
    yield


def burst(status: int, count: int = 2, headers: dict[str, str] | None = None) -> tuple[Fault, ...]:
    """A status for the first requests of the repo's description, and of the file."""
    return tuple(
        Fault(path, "status", status=status, count=count, headers=headers or {}) for path in ("^/api/models", FILE)
    )


def cases(hub: LoopbackHub, other: LoopbackHub) -> list[Case]:
    """All of them, in the order of the table."""
    import json
    import urllib.request

    with urllib.request.urlopen(f"{hub.endpoint}/api/models/org/tiny?blobs=true") as answer:
        siblings = json.load(answer)["siblings"]
    crowd = [{"rfilename": f"data/{n}.jpg", "size": 1, "blobId": f"{n:040x}"} for n in range(100_000)]

    def listed(more: list[dict[str, object]]) -> tuple[Fault, ...]:
        return (Fault("^/api/models/org/tiny", "patch", patch={"siblings": [*siblings, *more]}),)

    get = {"method": "GET", "skip": 1}  # the first GET of the weights is the vet's look at their header
    return [
        Case("no fault"),
        Case("reset in the body, once", (Fault(FILE, "reset", at=900_000, count=1, **get),)),
        Case("reset in the body, always", (Fault(FILE, "reset", at=400, **get),)),
        Case("body cut short, once", (Fault(FILE, "cut", at=900_000, count=1, **get),)),
        Case("truncated, with a fitting length", (Fault(FILE, "truncate", at=1_000_000, **get),)),
        Case("one wrong bit, once", (Fault(FILE, "flip", at=2_000_000, count=1, **get),)),
        Case("one wrong bit, always", (Fault(FILE, "flip", at=2_000_000, **get),)),
        Case("too long a body", (Fault(FILE, "endless", at=50_000_000, **get),)),
        Case("500 twice", burst(500)),
        Case("502 twice", burst(502)),
        Case("503 twice", burst(503)),
        Case("429 with Retry-After: 1", burst(429, 1, {"Retry-After": "1"})),
        Case("429 with RateLimit", burst(429, 1, {"RateLimit": '"api";r=0;t=1', "RateLimit-Policy": '"api";q=10;w=1'})),
        Case("a slow drip", (Fault(FILE, "drip", at=200_000, seconds=0.2, **get),)),
        Case("a hang before the answer", (Fault(FILE, "hang", **get),)),
        Case("a hang in the body", (Fault(FILE, "hang", at=500_000, **get),)),
        Case("a loop of redirects", (Fault(FILE, "redirect", location=hub.endpoint + "{path}", **get),)),
        Case("Location on another host", (Fault(FILE, "redirect", location=other.endpoint + "{path}", **get),)),
        Case("401", (Fault("org/tiny", "status", status=401),)),
        Case("403, gated", (Fault("/resolve/", "status", status=403, headers={"X-Error-Code": "GatedRepo"}),)),
        Case("HTML in place of JSON", (Fault("^/api/models", "html"),)),
        Case("HTML in place of the file", (Fault(FILE, "html", **get),)),
        Case("broken JSON", (Fault("^/api/models", "json"),)),
        Case("no ETag", (Fault("/resolve/", "drop-header", header="etag"),)),
        Case("a mirror without X-Repo-Commit", (Fault("/resolve/", "drop-header", header="x-repo-commit"),)),
        Case("a mirror that refuses expand", (Fault("expand", "status", status=400),)),
        Case("a mirror without the list route", (Fault(r"^/api/models\?", "status", status=404),)),
        Case("a mirror silent for 8 s", (Fault(FILE, "hang", seconds=8, count=1, **get),)),
        Case("Xet hosts that do not answer", (Fault("xet", "hang"),)),
        Case("the Hub under a path", mount="/repository/hub"),
        Case("names that climb out", listed(EVIL), extra=("--include", "*.json")),
        Case("names that differ by case", listed(CLASH), extra=("--include", "*.json")),
        Case("100,000 siblings", listed(crowd)),
        Case("a disk that is too small", around=full_disk),
        Case("an empty cache, read-only", around=read_only),
        Case("a filled cache, read-only", around=read_only_filled),
        Case("two processes at once", around=two_at_once),
        Case("kill -9 twenty times", around=killed_twenty_times),
    ]


def line_of(case: Case, bench: Bench) -> str:
    """One line of the table."""
    bench.hub.heal()
    for server in (bench.hub, bench.other):
        server.forget()
    for fault in case.faults:
        bench.hub.inject(fault)
    around = contextmanager(case.around)(bench) if case.around else contextmanager(lambda: iter([None]))()
    begun = time.monotonic()
    with around:
        code, said = bench.run(*case.extra)
        seconds = time.monotonic() - begun
        weights, left = bench.weights(), bench.leftovers()
    leaked = sum(request.token is not None for request in bench.other.requests())
    bench.hub.heal()
    bench.other.heal()
    after = bench.run()[0], bench.weights(), bench.leftovers()
    then = "right" if after == (0, "right", "none") else f"NOT RIGHT: {after}"
    said = said.replace(str(bench.home), "~").replace(bench.hub.endpoint, "HUB")
    return f"| {case.name} | {code} | {weights} | {left} | {leaked} | {then} | {seconds:.1f} | {said[:160]} |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="what modelpick download does under each fault")
    parser.add_argument("--only", default="", help="cases whose name has this word")
    options = parser.parse_args()
    print("| fault | exit | weights | left over | tokens elsewhere | next run | s | said |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_repo(root / "repos", "org/tiny", {"README.md": CARD, "config.json": "{}", "model.safetensors": WEIGHTS})
        with (
            LoopbackHub(root / "repos") as hub,
            LoopbackHub(root / "repos", mount="/repository/hub") as under,
            LoopbackHub(root / "repos") as other,
        ):
            for number, case in enumerate(cases(hub, other)):
                if options.only not in case.name:
                    continue
                bench = Bench(root, under if case.mount else hub, other)
                bench.home = root / f"home-{number}"
                bench.home.mkdir()
                print(line_of(case, bench), flush=True)


if __name__ == "__main__":
    main()
