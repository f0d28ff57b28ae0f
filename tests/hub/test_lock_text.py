"""The text of a lock: the same lock gives the same text, and nothing that is no lock is taken for one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.lock import Lock, LockedFile, LockedModel, change_lock, known_locks, read_lock
from modelpick.hub.lock_text import format_lock, parse_lock

FILES = (
    LockedFile(path="config.json", size=2, sha256="c" * 64, git_sha1="d" * 40),
    LockedFile(path="model.safetensors", size=10**11, sha256="e" * 64),
)
MODEL = LockedModel(
    repo_id="org/tiny",
    revision="main",
    commit="a" * 40,
    date="2026-11-26",
    license=("apache-2.0",),
    license_family="permissive",
    commercial_use="yes",
    verdict="review",
    card_sha256="b" * 64,
    files=FILES,
)
TEXT = format_lock(Lock(models=(MODEL,)))
PLACE = Path("modelpick.lock")


def test_it_reads_what_it_writes_sorted_and_one_key_a_line() -> None:
    other = replace(MODEL, repo_id="a/b", revision=None, card_sha256=None, include=('*"Q4".gguf',), files=FILES[::-1])
    lock = Lock(models=(MODEL, other))
    text = format_lock(lock)
    assert parse_lock(text.encode(), PLACE) == Lock(models=(replace(other, files=FILES), MODEL))
    assert format_lock(parse_lock(text.encode(), PLACE)) == text
    assert text.index("a/b") < text.index("org/tiny")
    assert 'sha256 = "' + "e" * 64 + '"\n' in text


@given(st.text(max_size=50), st.text(max_size=50))
@settings(max_examples=60, deadline=None)
def test_any_text_of_a_card_survives(license_: str, pattern: str) -> None:
    model = replace(MODEL, license=(license_,), include=(pattern,))
    read = parse_lock(format_lock(Lock(models=(model,))).encode(), PLACE).models[0]
    assert read.license[0] == "".join("?" if "\ud800" <= c <= "\udfff" else c for c in license_)
    assert len(read.include[0]) == len(pattern)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("format = 1", "", 1, "first key"),
        ("format = 1", "format = true", 4, "first key"),
        ("format = 1", "format = 1\nfromat = 2", 5, "nothing that a lock has"),
        ('commit = "aaaa', 'comit = "aaaa', 9, "did you mean `commit`"),
        ("a" * 40, "a" * 39, 9, "commit of 40"),
        ("a" * 40, "../" + "a" * 37, 9, "commit of 40"),
        ('"main"', '"../../x"', 8, "a branch or tag"),
        ('"org/tiny"', '"../tiny"', 7, "id of a repo"),
        ('"config.json"', '"../config.json"', 18, "may be written"),
        ('"config.json"', '".git/config"', 18, "may be written"),
        ('"config.json"', '"MODEL.safetensors"', 24, "cannot stand beside"),
        ("size = 2", "size = -2", 19, "size in bytes"),
        ("size = 2", "", 17, "`size` is missing"),
        ("e" * 64, "E" * 64, 26, "sha256"),
        ('verdict = "review"', 'verdict = "fine"', 14, "accept, review or reject"),
        ("[[model]]", "<<<<<<< HEAD\n[[model]]", 6, "a merge was not finished"),
        ('["apache-2.0"]', "[" * 5000 + "]" * 5000, 1, "no lock"),
    ],
)
def test_a_broken_or_hostile_lock_is_refused_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in TEXT
    with pytest.raises(UsageError) as caught:
        parse_lock(TEXT.replace(old, new, 1).encode(), PLACE)
    assert f"`modelpick.lock`, line {line}:" in caught.value.message
    assert says in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_a_repo_stands_once() -> None:
    twice = TEXT + "\n" + TEXT[TEXT.index("[[model]]") :].replace("org/tiny", "Org/Tiny")
    with pytest.raises(UsageError, match="stands twice"):
        parse_lock(twice.encode(), PLACE)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UsageError, match="line 2: this is not UTF-8"):
        parse_lock(b"# x\n\xff", PLACE)


def test_the_lock_of_a_newer_version_names_the_way_out() -> None:
    with pytest.raises(UsageError, match="reads format 1") as caught:
        parse_lock(TEXT.replace("format = 1", "format = 2").encode(), PLACE)
    assert "upgrade" in str(caught.value.hint)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_lock_or_our_error(data: bytes) -> None:
    with suppress(UsageError):
        parse_lock(b"format = 1\n" + data, PLACE)


def test_where_nothing_but_the_day_differs_the_lock_stays(tmp_path: Path) -> None:
    lock = Lock(models=(MODEL,))
    assert lock.put(replace(MODEL, date="2027-01-01")) is lock
    assert lock.put(replace(MODEL, commit="f" * 40, date="2027-01-01")).models[0].date == "2027-01-01"
    renamed = lock.put(replace(MODEL, repo_id="new/tiny"), instead_of="org/tiny")
    assert [model.repo_id for model in renamed.models] == ["new/tiny"]


def test_it_is_written_whole_and_known_from_then_on(tmp_path: Path) -> None:
    place = tmp_path / "modelpick.lock"
    change_lock(place, lambda _: Lock(models=(MODEL,)))
    assert read_lock(place) == Lock(models=(MODEL,))
    assert known_locks() == [place.resolve()]
    assert [path.name for path in tmp_path.iterdir()] == ["modelpick.lock"]
    before = place.stat().st_mtime_ns
    change_lock(place, lambda _: Lock(models=(MODEL,)))
    assert place.stat().st_mtime_ns == before
    place.unlink()
    assert known_locks() == []
    with pytest.raises(CannotFindOut, match="there is no"):
        read_lock(place)


def test_of_many_that_change_a_lock_at_once_none_loses_an_entry(tmp_path: Path, own_home: Path) -> None:
    place = tmp_path / "modelpick.lock"

    def add(number: int) -> None:
        change_lock(place, lambda old: old.put(replace(MODEL, repo_id=f"org/m{number}")))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))
    assert {model.repo_id for model in read_lock(place).models} == {f"org/m{number}" for number in range(24)}
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_a_turn_that_never_comes_is_an_error(tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "modelpick.lock"
    monkeypatch.setattr("modelpick.hub.lock._WAIT", 0.2)

    def again(old: Lock) -> Lock:
        with pytest.raises(CannotFindOut, match="another process"):
            change_lock(place, lambda inner: inner)
        return old

    change_lock(place, again)
