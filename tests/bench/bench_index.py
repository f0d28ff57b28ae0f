"""Import into the local index, and a search in it as a share of a plain scan and of DuckDB's, on the same models.

    python tests/bench/bench_index.py [--dump FILE.jsonl[.xz]] [--runs 50] [--models N]

Without `--dump` it makes 30,000 models of its own, half of them with a card. The query is a task, a family of licences,
a number of downloads and a word in the id, the tags or the card; the first 20 by downloads are wanted. The peers: a
scan of the entries held in memory as Python objects (its reading of the file not counted), and DuckDB over a table of
the same columns with `ILIKE` over the text. Only ours counts what was left out as well, and only ours finds words
rather than pieces of them, so the hits differ a little. Wanted: under 100 ms, and a share well below 1 of both.

With `--models N` the dump's models are repeated under other ids, without their cards, until there are N, and only the
import and the query are measured (of 2.5 million: at most 2 GB of memory, under 1 s).
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from modelpick.facts import ListedModel
from modelpick.hub.index.database import index_path, open_index
from modelpick.hub.index.dump import read_dump
from modelpick.hub.index.rows import model_of
from modelpick.hub.index.search import search_index
from modelpick.hub.query import Query, misses
from modelpick.hub.search import Looked
from modelpick.licences.lookup import licence_of
from modelpick.verbs.index import import_index

QUERY = Query(task="text-classification", license="permissive", min_downloads=100, text="sentiment")
WORDS = (
    "sentiment",
    "reviews",
    "news",
    "tweets",
    "german",
    "english",
    "french",
    "finance",
    "legal",
    "medical",
    "base",
    "large",
    "small",
    "emotion",
)
SENTENCE = "It was trained on {} and {}; it tells one {} from another and must not be used for {}. "


def made_dump(path: Path, count: int) -> Path:
    """Models as the API lists them; every other one with a card of about two thousand characters."""
    rng = random.Random(1)  # noqa: S311
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            words = rng.sample(WORDS, 3)
            task = rng.choice(["text-classification", "translation", "fill-mask", "image-classification"])
            tags = ["transformers", "pytorch", "bert", task, rng.choice(["en", "de"])]
            tags += [f"license:{rng.choice(['mit', 'apache-2.0', 'cc-by-nc-4.0'])}"] if rng.random() < 0.4 else []
            files = ("README.md", "config.json", "pytorch_model.bin", "tokenizer.json")
            entry = {"id": f"org{number % 97}/{'-'.join(words)}-{number}", "pipeline_tag": task, "tags": tags}
            entry |= {"library_name": "transformers", "downloads": int(10 ** rng.uniform(0, 6)), "likes": 0}
            entry |= {"lastModified": "2026-01-01T00:00:00.000Z", "siblings": [{"rfilename": name} for name in files]}
            card = "".join(SENTENCE.format(*rng.sample(WORDS, 4)) for _ in range(25))
            out.write(json.dumps(entry | ({"README.md": card} if number % 2 else {})) + "\n")
    return path


def milliseconds(work: Callable[[], int], runs: int) -> tuple[float, int]:
    """The median of the process's own time of so many runs, after one that warms, and how many hits it had."""
    found = work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times), found


def plain_scan(models: list[tuple[ListedModel, str]]) -> int:
    """Task, word, licence and downloads of each model in turn, the best 20 by downloads."""
    hits = [
        model
        for model, text in models
        if model.task == QUERY.task and QUERY.text is not None and QUERY.text in text and misses(model, QUERY) is None
    ]
    hits.sort(key=lambda model: -(model.downloads_30d or 0))
    return len(hits[:20])


def duckdb_table(models: list[tuple[ListedModel, str]]) -> duckdb.DuckDBPyConnection:
    """The same columns in DuckDB."""
    connection = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
    connection.execute("CREATE TABLE models (id VARCHAR, task VARCHAR, family VARCHAR, downloads BIGINT, text VARCHAR)")
    rows = []
    for model, text in models:
        known = licence_of(model.licenses[0]) if len(model.licenses) == 1 else None
        rows.append((model.repo_id, model.task, known.family if known else None, model.downloads_30d, text))
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "rows.jsonl"
        names = ("id", "task", "family", "downloads", "text")
        lines.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows), "utf-8")
        connection.execute(
            "INSERT INTO models SELECT id, task, family, downloads, text FROM read_json(?, format='newline_delimited', "
            "maximum_object_size=67108864, columns={id: 'VARCHAR', task: 'VARCHAR', family: 'VARCHAR', "
            "downloads: 'BIGINT', text: 'VARCHAR'})",
            [str(lines)],
        )
    return connection


def repeated(dump: Path, place: Path, count: int) -> Path:
    """The models of a dump under other ids, without cards, until there are so many."""
    opener = lzma.open if dump.suffix == ".xz" else open
    lines = []
    with opener(dump, "rt", encoding="utf-8") as source:
        for line in source:
            entry = json.loads(line)
            entry.pop("README.md", None)
            lines.append((entry["id"], json.dumps(entry)))
    with place.open("w", encoding="utf-8") as out:
        for number in range(count):
            repo_id, line = lines[number % len(lines)]
            again = number // len(lines)
            out.write((line.replace(repo_id, f"{repo_id}-{again}") if again else line) + "\n")
    return place


def large(dump: Path, runs: int, count: int) -> None:
    """Import and query of very many models."""
    many = repeated(dump, index_path().parent / "many.jsonl", count)
    child = os.fork()
    if not child:  # a process of its own, so that its memory is the import's alone
        about = import_index(many).about
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        spent = time.process_time()
        print(
            f"import: {about.models:,} models, {spent:.0f} s of the processor, at most {peak:.0f} MB of memory",
            flush=True,
        )
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the import failed")
    print(f"database {index_path().stat().st_size / 1e6:,.0f} MB")
    with open_index() as index:
        walls = []
        for _ in range(runs + 1):
            start = time.perf_counter()
            found = len(search_index(index, QUERY, Looked()))
            walls.append(1000 * (time.perf_counter() - start))
        ours, _ = milliseconds(lambda: len(search_index(index, QUERY, Looked())), runs)
    print(f"query: first {walls[0]:.0f} ms, then median {statistics.median(walls[1:]):.0f} ms by the clock, ", end="")
    print(f"{ours:.0f} ms of the processor ({found} hits)")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--models", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MODELPICK_HOME"] = folder
        dump = arguments.dump or made_dump(Path(folder) / "made.jsonl", 30_000)
        if arguments.models:
            index_path().parent.mkdir(parents=True, exist_ok=True)
            large(dump, arguments.runs, arguments.models)
            return
        start, own = time.perf_counter(), time.process_time()
        about = import_index(dump).about
        wall, busy = time.perf_counter() - start, time.process_time() - own
        size = index_path().stat().st_size / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"import: {about.models:,} models, {about.cards:,} cards in {wall:.1f} s (process's own {busy:.1f} s)")
        print(f"database {size:.0f} MB, at most {peak:.0f} MB of memory")
        models = []
        for read in read_dump(dump):
            model = None if read.row is None else model_of(read.row.facts, has_card=None)
            if read.row is not None and model is not None:
                models.append((model, f"{model.repo_id}\n{read.row.tags}\n{read.row.card or ''}".lower()))
        table = duckdb_table(models)
        like = (
            "SELECT id FROM models WHERE task = ? AND family IN ('permissive', 'public-domain') AND downloads >= ? "
            "AND text LIKE ? ORDER BY downloads DESC LIMIT 20"
        )
        wishes = [QUERY.task, QUERY.min_downloads, f"%{QUERY.text}%"]
        with open_index() as index:
            ours, found = milliseconds(lambda: len(search_index(index, QUERY, Looked())), arguments.runs)
        scan, scanned = milliseconds(lambda: plain_scan(models), arguments.runs)
        duck, liked = milliseconds(lambda: len(table.execute(like, wishes).fetchall()), arguments.runs)
    print(f"index: median {ours:.2f} ms ({found} hits); scan {scan:.2f} ms ({scanned}); DuckDB {duck:.2f} ms ({liked})")
    print(f"time as a share of the plain scan: {ours / scan:.2f}, of DuckDB: {ours / duck:.2f} (wanted: below 1)")


if __name__ == "__main__":
    main()
