"""The local index: what goes in comes out, people see what they need, and a broken file is told."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from command_line import call
from index_dump import CARD, ENTRY, OLD, write_dump

from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.index.database import index_path, make_index, open_index
from modelpick.hub.index.facts import facts_from_index
from modelpick.hub.index.importing import import_dump
from modelpick.hub.index.search import search_index
from modelpick.hub.query import Query
from modelpick.verbs.index import import_index, index_stats
from modelpick.verbs.search import search


@pytest.fixture
def petals(tmp_path: Path) -> Path:
    return write_dump(tmp_path / "dump.jsonl", [ENTRY, OLD], {"org/petals": CARD})


# --- what people see -----------------------------------------------------------------------------------------------


def test_a_dump_goes_in_and_is_searched_offline(petals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = call(capsys, "index", "import", str(petals))
    assert done.code == 0, done.err
    assert "2 models in the local index" in done.out
    assert "Just now: 2 added." in done.out
    hits = call(capsys, "search", "--offline", "--text", "flowers", "--license", "permissive", "--max-params", "1M")
    assert "org/petals" in hits.out
    assert "From the local index: 2 models" in hits.out
    machine = call(capsys, "search", "--offline", "--task", "classify images", "--format", "json").data
    assert (machine["source"], machine["endpoint"]) == ("index", None)
    [candidate] = machine["candidates"]
    assert (candidate["repo_id"], candidate["bytes"], candidate["formats"]) == ("org/petals", 4000, ["safetensors"])
    assert candidate["reasons"] == ["place 1 by downloads (900 in 30 days)"]
    left_out = call(capsys, "search", "--offline", "--max-params", "10", "--format", "json")
    assert left_out.code == 3
    assert left_out.data["hidden"] == {"more parameters": 1, "no parameter count told": 1}
    stats = call(capsys, "index", "stats", "--format", "json").data
    assert (stats["models"], stats["cards"], stats["newest"]) == (2, 1, "2026-01-15T12:00:00.000Z")
    assert stats["sources"][0]["finished"]
    quiet = call(capsys, "index", "stats", "--format", "quiet")
    assert quiet.out.strip() == str(index_path())


def test_without_an_index_the_way_to_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["search", "--offline"], ["index", "stats"], ["index", "update"]):
        outcome = call(capsys, *words)
        assert outcome.code == 4
        assert "modelpick index build" in outcome.err
    assert not index_path().exists()


def test_facts_for_a_vet_come_with_card_files_and_commit(petals: Path) -> None:
    import_index(petals)
    with open_index() as index:
        facts = facts_from_index(index, "Org/Petals")
        assert (facts.repo_id, facts.requested, facts.source, facts.commit) == (
            "org/petals",
            "Org/Petals",
            "index",
            "a" * 40,
        )
        assert facts.card is not None
        assert facts.card.text == CARD
        assert [file.path for file in facts.files or ()] == ["README.md", "model.safetensors"]
        assert (facts.downloads_30d, facts.parameters, facts.gated) == (900, 1000, "no")
        assert facts.card_data["license"] == "mit"
        assert {one.what for one in facts.missing} == {"texts", "weights", "downloads_all_time", "derived"}
        old = facts_from_index(index, "old")
        assert old.card is None
        assert "card" in {one.what for one in old.missing}, "nobody said that it has none"
        with pytest.raises(CannotFindOut) as caught:
            facts_from_index(index, "org/petal")
        assert caught.value.kind == "repo-not-found"
        assert "`org/petals`" in str(caught.value.hint)


def test_a_vet_offline_reads_the_index(petals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_index(petals)
    report = call(capsys, "vet", "org/petals", "--offline", "--format", "json").data
    assert (report["subject"]["source"], report["subject"]["commit"]) == ("index", "a" * 40)
    assert report["answers"]["license"]["declared"] == ["mit"]
    assert report["answers"]["popularity"]["downloads_30d"] == 900
    assert "medicine" in report["answers"]["out_of_scope"]["evidence"][0]["quote"]
    absent = call(capsys, "vet", "org/petal", "--offline")
    assert absent.code == 4
    assert "did you mean `org/petals`?" in absent.err
    assert call(capsys, "vet", "org/petals", "--offline", "--revision", "v1").code == 2
    several = call(capsys, "vet", "org/petals", "old", "--offline", "--format", "json")
    assert [one["subject"]["repo_id"] for one in several.data] == ["org/petals", "old"]
    assert several.code == 4, "the index has no card of the second, and does not know that it has none"


# --- dumps --------------------------------------------------------------------------------------------------------


def test_packed_dumps_and_entries_as_strings_are_read(tmp_path: Path) -> None:
    line = json.dumps({"id": "org/petals", "infos.json": json.dumps(ENTRY), "README.md": CARD}).encode()
    absent = json.dumps(
        {
            "id": "old",
            "infos.json": json.dumps(OLD),
            "README.md": "Error: the path 'README.md' does not exist in the given tree",
        }
    ).encode()
    data = line + b"\n\n" + absent + b"\nnot json\n[]\n{}\n"
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data))
    (tmp_path / "b.jsonl.xz").write_bytes(lzma.compress(data))
    for name in ("a.jsonl.gz", "b.jsonl.xz"):
        done = import_index(tmp_path / name).to_dict()
        assert (done["models"], done["cards"], done["done"]["skipped"]) == (2, 1, 3)
    assert done["done"] == {"added": 0, "replaced": 2, "skipped": 3}


def test_parquet_in_the_columns_of_hub_stats_is_read(tmp_path: Path) -> None:
    path = tmp_path / "models.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'org/petals' AS id, 'org' AS author, TIMESTAMP '2026-01-15 12:00:00' AS lastModified, "
            "900::BIGINT AS downloads, 3::BIGINT AS likes, ['timm', 'license:mit'] AS tags, "
            "'image-classification' AS pipeline_tag, '{\"license\": \"mit\"}' AS cardData, "
            "{'parameters': {'F32': 1000::BIGINT, 'F16': NULL::BIGINT}, 'total': 1000::BIGINT} AS safetensors, "
            "[{'rfilename': 'README.md'}] AS siblings UNION ALL SELECT 'org/b', 'org', NULL, NULL, NULL, NULL, NULL, "
            f"'not json', NULL, NULL) TO '{path}' (FORMAT parquet)"
        )
    assert import_index(path).to_dict()["models"] == 2
    [hit] = search(offline=True, license="mit").candidates
    assert (hit.facts.parameters, hit.facts.bytes, hit.facts.last_modified) == (1000, 4000, "2026-01-15T12:00:00.000Z")
    with open_index() as index:
        assert facts_from_index(index, "org/petals").card_data["license"] == "mit"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(CannotFindOut, match="Parquet"):
        import_index(path)


@pytest.mark.parametrize(
    ("name", "data", "error", "words"),
    [
        ("d.csv", b"id\n", UsageError, "no dump"),
        ("d.jsonl", b"nothing\n", CannotFindOut, "holds no model"),
        ("d.jsonl", b"", CannotFindOut, "holds no model"),
        ("d.jsonl.xz", lzma.compress(b'{"id": "org/a"}\n' * 9000)[:-40], CannotFindOut, "cut off"),
        ("d.jsonl.gz", b"no gzip", CannotFindOut, "damaged"),
    ],
)
def test_a_dump_that_is_none_is_one_clear_line(
    tmp_path: Path, name: str, data: bytes, error: type[Exception], words: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(error, match=words):
        import_index(tmp_path / name)
    with pytest.raises(CannotFindOut, match="no file"):
        import_index(tmp_path / "none.jsonl")


def test_a_second_import_replaces_and_keeps_the_card(petals: Path, tmp_path: Path) -> None:
    import_index(petals)
    changed = ENTRY | {"downloads": 1, "tags": ["license:apache-2.0", "orchid"]}
    done = import_index(write_dump(tmp_path / "new.jsonl", [changed, changed]))
    assert (done.done["replaced"], done.about.models, done.about.cards) == (1, 2, 1)
    assert search(offline=True, license="mit").candidates == ()
    assert [c.repo_id for c in search(offline=True, text="orchid").candidates] == ["org/petals"]
    assert [c.repo_id for c in search(offline=True, text="medicine").candidates] == ["org/petals"], "the old card"
    assert search(offline=True, text="safetensors").candidates == (), "the old tags are forgotten"
    with make_index() as index:
        index.connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")


# --- harm ---------------------------------------------------------------------------------------------------------


def test_an_index_of_another_format_and_a_damaged_one_are_refused(
    petals: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_index(petals)
    path = index_path()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    for words in (["search", "--offline"], ["index", "import", str(petals)]):
        outcome = call(capsys, *words)
        assert outcome.code == 4
        assert "format 7" in outcome.err
        assert "remove" in outcome.err
    path.write_bytes(b"no database at all" * 500)
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    for words in (["search", "--offline"], ["index", "import", str(petals)], ["index", "stats"]):
        outcome = call(capsys, *words)
        assert outcome.code == 4, outcome
        assert "damaged" in outcome.err
        assert "Traceback" not in outcome.err


def test_a_damaged_value_is_told_and_not_passed_over(petals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_index(petals)
    with make_index() as index:
        index.connection.execute("UPDATE details SET facts = x'00'")
    for words in (["search", "--offline"], ["vet", "org/petals", "--offline"]):
        outcome = call(capsys, *words)
        assert outcome.code == 4
        assert "damaged" in outcome.err


def test_an_index_that_cannot_be_written_names_the_way_out(
    petals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("MODELPICK_HOME", str(tmp_path / "file"))
    outcome = call(capsys, "index", "import", str(petals))
    assert outcome.code == 4
    assert "MODELPICK_HOME" in outcome.err


IMPORT = "import sys; from modelpick.verbs.index import import_index; import_index(sys.argv[1])"


def test_a_killed_import_loses_nothing_that_was_written(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "many.jsonl", [{"id": f"org/m{n}", "tags": ["license:mit"]} for n in range(12_000)])
    process = subprocess.Popen([sys.executable, "-c", IMPORT, str(dump)], env=os.environ)
    deadline = time.monotonic() + 60
    there = 0
    while there < 2000 and time.monotonic() < deadline:
        time.sleep(0.05)
        try:
            there = index_stats().about.models
        except CannotFindOut:
            continue
    process.send_signal(signal.SIGKILL)
    process.wait()
    about = index_stats().about
    assert 2000 <= there <= about.models < 12_000
    assert about.sources[0].finished is None, "it says that it was interrupted"
    assert len(search(offline=True, text="m7", limit=50).candidates) > 1, "what is there is found"
    with make_index() as index:
        assert index.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        index.connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        import_dump(index, dump)
        assert index.about().models == 12_000
        assert index.about().sources[0].finished


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    halves = [range(4000), range(2000, 6000)]
    dumps = [
        write_dump(tmp_path / f"{k}.jsonl", [{"id": f"org/m{n}", "likes": n} for n in half])
        for k, half in enumerate(halves)
    ]
    running = [subprocess.Popen([sys.executable, "-c", IMPORT, str(dump)], env=os.environ) for dump in dumps]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    with make_index() as index:
        assert index.about().models == 6000
        assert index.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        index.connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        assert [model.repo_id for model in search_index(index, Query(text="m5999"))] == ["org/m5999"]


def test_numbers_beyond_all_measure_are_unknown_and_lose_no_other_model(tmp_path: Path) -> None:
    huge = [
        {"id": "org/a", "trendingScore": 10**30, "downloads": 10**30},
        {"id": "org/b", "safetensors": {"parameters": {"F32": 2**62}, "total": 2**62}},
        {"id": "org/c", "trendingScore": float("inf"), "likes": -1},
        {"id": "org/d", "trendingScore": float("nan")},
    ]
    done = import_index(write_dump(tmp_path / "d.jsonl", [*huge, ENTRY])).done
    assert (done["added"], done["skipped"]) == (5, 0)
    found = {c.facts.repo_id: c.facts for c in search(offline=True, limit=2**80).candidates}
    assert len(found) == 5
    assert {found[f"org/{name}"].trending for name in "acd"} == {None}
    assert (found["org/b"].bytes, found["org/b"].parameters) == (None, 2**62)
    assert not search(offline=True, min_likes=10**18).candidates
