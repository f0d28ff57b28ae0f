"""A bundle gives back the facts that it was made of, and refuses what is none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from vetting.facts_of import GOOD, facts

from modelpick.card.reader import read_card
from modelpick.errors import CannotFindOut, UsageError
from modelpick.facts import BaseModel, DerivedCounts, Descent, FileFact, Missing, RepoFacts, TextFile
from modelpick.hub.bundle import Kept, check_target, read_bundle, write_bundle
from modelpick.weight_facts import WeightFacts


def full() -> RepoFacts:
    base = facts("# Base\n", repo_id="ann/base", source="hub")
    return facts(
        GOOD,
        commit="a" * 40,
        texts=(TextFile(path="LICENSE", text="terms\r\n\u2028 \ud83d"),),
        weights=(WeightFacts(path="w", format="safetensors", examined="header", dtypes={"F32": 6}),),
        card_data={"license": ["mit", None], "nested": {"a": ["b"]}},
        lineage=(
            Descent(child="ann/model", base=BaseModel(repo_id="ann/base"), depth=1, facts=base),
            Descent(child="x", base=BaseModel(repo_id="y"), depth=2, missing=Missing(what="y", reason="gone")),
        ),
        tags=("a",),
        downloads_30d=0,
        private=False,
        derived=DerivedCounts(finetune=3),
        dtypes={"F32": 6},
        files={"README.md": 1, "x.bin": None},
    )


@pytest.mark.parametrize("name", ["b.json", "b.json.gz"])
def test_what_was_written_is_read(name: str, tmp_path: Path) -> None:
    error = CannotFindOut("`x` is gone", "look elsewhere", kind="repo-not-found")
    kept = [Kept("ann/model", full()), Kept("x", error), Kept("no id", UsageError("`no id` is no repo id"))]
    write_bundle(tmp_path / name, kept)
    first = (tmp_path / name).read_bytes()
    one, two, three = read_bundle(tmp_path / name)
    assert one == kept[0]
    assert (type(two.found), str(two.found), two.found.hint) == (CannotFindOut, "`x` is gone", "look elsewhere")  # type: ignore[union-attr]
    assert isinstance(three.found, UsageError)
    write_bundle(tmp_path / name, kept)
    assert (tmp_path / name).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == [name], "no part file is left"


@pytest.mark.parametrize("data", [b"\xff\xfe# x\n\xff", b"a" * 2_000_100, "\ufeff# x\n".encode("utf-16")])
def test_a_card_is_read_anew_as_it_was(data: bytes, tmp_path: Path) -> None:
    found = RepoFacts(requested="x", source="path", card=read_card(data, "card.md"))
    write_bundle(tmp_path / "b.json", [Kept("x", found)])
    assert read_bundle(tmp_path / "b.json")[0].found == found


def plain(**members: object) -> bytes:
    facts = {"requested": "x", "source": "hub", **members}
    return json.dumps({"schema": "modelpick.bundle/1", "subjects": [{"requested": "x", "facts": facts}]}).encode()


ERROR = (
    b'{"schema": "modelpick.bundle/1", "subjects": [{"requested": "x", "error": '
    b'{"kind": "no", "message": "x", "hint": null, "exit_code": %s}}]}'
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no JSON"),
        (b"[1]", "lists no subjects"),
        (b'{"schema": "modelpick.bundle/2", "subjects": []}', "another version"),
        (b'{"schema": "modelpick.bundle/1", "subjects": [7]}', "has no name"),
        (ERROR % b"{}", "none of ours"),
        (ERROR % b"70", "none of ours"),
        (b"[" * 100_000, "no JSON"),
        (plain(downloads_30d="many"), "facts.downloads_30d is not of its type"),
        (plain(downloads_30d=True), "facts.downloads_30d is not of its type"),
        (plain(source="elsewhere"), "facts.source is not of its type"),
        (plain(source=["hub"]), "facts.source is not of its type"),
        (plain(files=[{"path": 3}]), "facts.files[0].path is not of its type"),
        (plain(files=[{}]), "facts.files[0] lacks a member"),
        (plain(evil=1), "unknown member `evil`"),
        (plain(card={"text": "# x"}), "members of a card"),
        (plain(dtypes={"F32": "x"}), "facts.dtypes.F32 is not of its type"),
        (plain(card_data={"a": 7}), "facts.card_data.a is not of its type"),
    ],
)  # fmt: skip
def test_a_hostile_bundle_is_refused_in_one_line(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(data)
    with pytest.raises(CannotFindOut) as error:
        read_bundle(tmp_path / "b.json")
    assert words in error.value.message
    assert "\n" not in error.value.message
    assert error.value.hint


def test_a_packed_bomb_and_a_broken_pack_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelpick.hub.bundle.MAX_BYTES", 2**20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b" " * 2**22))
    (tmp_path / "cut.gz").write_bytes(gzip.compress(plain())[:-9])
    for name in ("bomb.gz", "cut.gz"):
        with pytest.raises(CannotFindOut, match="no bundle"):
            read_bundle(tmp_path / name)


def test_a_lineage_without_end_is_refused(tmp_path: Path) -> None:
    found: dict[str, object] = {"requested": "x", "source": "hub"}
    for _ in range(200):
        step = {"child": "x", "base": {"repo_id": "x"}, "depth": 1, "facts": found}
        found = {"requested": "x", "source": "hub", "lineage": [step]}
    (tmp_path / "b.json").write_bytes(plain(lineage=found["lineage"]))
    with pytest.raises(CannotFindOut, match="too deeply"):
        read_bundle(tmp_path / "b.json")


def test_facts_of_files_keep_none_apart_from_empty(tmp_path: Path) -> None:
    for files in (None, (), (FileFact(path="a", bytes=0),)):
        found = RepoFacts(requested="x", source="hub", files=files)
        write_bundle(tmp_path / "b.json", [Kept("x", found)])
        assert read_bundle(tmp_path / "b.json")[0].found == found


@pytest.mark.parametrize("name", ["b.json", "b.json.gz"])
def test_a_bundle_is_replaced_and_nothing_else_is(name: str, tmp_path: Path) -> None:
    check_target(tmp_path / name)
    write_bundle(tmp_path / name, [Kept("x", full())])
    check_target(tmp_path / name)
    for other in (b"my notes", gzip.compress(b"my notes"), b"\x1f\x8b\x08"):
        (tmp_path / "notes").write_bytes(other)
        with pytest.raises(UsageError, match="left as it is"):
            check_target(tmp_path / "notes")


def test_where_no_bundle_can_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "b.json"):
        with pytest.raises(CannotFindOut, match="cannot be written"):
            check_target(path)
