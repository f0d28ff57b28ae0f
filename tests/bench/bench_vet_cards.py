"""Cards that `modelpick vet --cards` vets in a second, and its time as a share of markdown-it-py alone on them.

    python tests/bench/bench_vet_cards.py [--cards FILE.jsonl.xz] [--most 4000] [--jobs 2] [--profile]

Without `--cards` it makes a file of its own. Both get the same lines of the same file over equally many processes;
markdown-it-py (CommonMark and tables) parses the text of each card and does nothing with it, while ours reads the
front matter and the Markdown, answers, checks, and writes the JSON. Repos without a card are left out of the file that
both read. `--profile` also prints, for one process, what each stage takes. Wanted: 400 cards a second on 2 cores, and
a share below 2.
"""

from __future__ import annotations

import argparse
import json
import lzma
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_card import made_cards

NO_CARD = "Error: the path"


def card_lines(path: Path | None) -> Iterator[bytes]:
    """The lines of a dump that have a card; without one, made lines."""
    if path is None:
        for n, card in enumerate(made_cards(3000)):
            infos = {"tags": ["license:apache-2.0"], "siblings": [{"rfilename": "README.md"}], "downloads": n}
            yield json.dumps({"id": f"org/card-{n}", "infos.json": infos, "README.md": card.decode()}).encode() + b"\n"
        return
    with lzma.open(path, "rb") as lines:
        for line in lines:
            if not json.loads(line)["README.md"].startswith(NO_CARD):
                yield line


def parse_alone(lines: list[bytes]) -> int:
    """What markdown-it-py alone does with some lines."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark").enable("table")
    return sum(len(markdown.parse(json.loads(line)["README.md"])) for line in lines)


def seconds_alone(path: Path, jobs: int) -> float:
    """The time of markdown-it-py over so many processes."""
    start = time.monotonic()
    with path.open("rb") as lines, ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        chunks = iter(lambda: list(islice(lines, 24)), [])
        list(pool.map(parse_alone, chunks))
    return time.monotonic() - start


def seconds_of_vet(path: Path, jobs: int) -> tuple[float, int]:
    """The time of ours, and the bytes of JSON."""
    from modelpick.verbs.vet_bulk import vet_cards

    start = time.monotonic()
    written = 0
    with vet_cards(path, jobs=jobs) as bulk:
        for line in bulk:
            written += len(line.json)
            if line.verdict == "error":
                raise SystemExit(f"{line.requested}: {line.reason}")
    return time.monotonic() - start, written


def processor_time() -> float:
    """Seconds of this process and those that it ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def profile(path: Path) -> None:
    """The time of each stage in this process."""
    from modelpick.hub.card_dump import facts_of_record, records
    from modelpick.verbs.policy import load_policy
    from modelpick.vetting.answers.read import read_answers
    from modelpick.vetting.check import Reading
    from modelpick.vetting.checks import CHECKS
    from modelpick.vetting.verdict import vet_reading

    policy = load_policy("default")
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.process_time()
        found = work()
        spent[name] = spent.get(name, 0.0) + time.process_time() - start
        return found

    count = 0
    for record in records(path):
        count += 1
        facts = timed("line and card to facts", lambda record=record: facts_of_record(record))
        answers = timed("facts to answers", lambda facts=facts: read_answers(facts))
        reading = Reading(facts=facts, answers=answers)
        timed("checks", lambda reading=reading: [list(check.findings(reading)) for check in CHECKS])
        report = vet_reading(facts, policy)
        data = timed("report to JSON's values", report.to_dict)
        timed("JSON", lambda data=data: json.dumps(data))
    for name, time_spent in spent.items():
        print(f"{name}: {1000 * time_spent / count:.2f} ms a card")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=Path)
    parser.add_argument("--most", type=int, default=4000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cards.jsonl"
        lines = list(islice(card_lines(arguments.cards), arguments.most))
        path.write_bytes(b"".join(lines))
        if arguments.profile:
            profile(path)
            return
        before = processor_time()
        ours, written = seconds_of_vet(path, arguments.jobs)
        between = processor_time()
        alone = seconds_alone(path, arguments.jobs)
        own_time, its_time = between - before, processor_time() - between
    print(f"{len(lines)} cards on {arguments.jobs} processes: {len(lines) / ours:,.0f} a second ({ours:.1f} s)")
    print(f"JSON: {written / len(lines):,.0f} bytes a card")
    print(f"markdown-it-py alone: {len(lines) / alone:,.0f} a second; our time as a share of its: {ours / alone:.2f}")
    print(f"processor time: {1000 * own_time / len(lines):.2f} ms a card, its: {1000 * its_time / len(lines):.2f} ms")
    print(f"share by processor time, which a busy machine changes less: {own_time / its_time:.2f}")


if __name__ == "__main__":
    main()
