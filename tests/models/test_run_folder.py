"""Run folders: they appear whole or not at all, are found by name, and are removed only where they are ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelpick.errors import CannotFindOut, UsageError
from modelpick.models import run_folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(path: Path, **report: object) -> Path:
    path.mkdir(parents=True)
    (path / "report.json").write_text(json.dumps({"schema": "modelpick.eval/1", **report}))
    return path


def test_the_name_tells_data_and_time_and_fits_every_file_system():
    when = datetime(2026, 11, 24, 18, 30, 5, tzinfo=UTC)
    assert run_folder.new_run_name("iris", when) == "iris-20261124-183005"
    assert run_folder.new_run_name("../a b:ü?", when) == "a-b-20261124-183005"
    assert run_folder.new_run_name("***", when) == "run-20261124-183005"


def test_a_run_appears_when_it_is_complete(here):
    place = here / "runs" / "one"
    with run_folder.building(place, unique=False) as run:
        (run.folder / "report.json").write_text("{}")
        assert not place.exists()
    assert run.place == place
    assert [p.name for p in (here / "runs").iterdir()] == ["one"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_an_interrupted_run_leaves_nothing(here, stop):
    def build() -> None:
        with run_folder.building(here / "runs" / "one", unique=True) as run:
            (run.folder / "big").write_text("x")
            raise stop

    with pytest.raises(stop):
        build()
    assert list((here / "runs").iterdir()) == []


def test_a_run_never_overwrites(here):
    taken = make(here / "one")
    with run_folder.building(taken, unique=True) as run:
        (run.folder / "new").write_text("x")
        assert run.place == here / "one-2"
        make(here / "one-2")
    assert run.place == here / "one-3"
    with pytest.raises(UsageError, match="never overwrites"), run_folder.building(taken, unique=False):
        pass
    with pytest.raises(UsageError, match="never overwrites"):
        run_folder.check_free(taken)
    (here / "empty").mkdir()
    run_folder.check_free(here / "empty")
    with run_folder.building(here / "empty", unique=False) as run:
        (run.folder / "new").write_text("x")
    assert (here / "empty" / "new").exists()
    assert sorted(p.name for p in here.iterdir()) == ["empty", "one", "one-2", "one-3"]


def test_the_folder_that_one_stands_in_is_no_place_for_a_run(here, monkeypatch):
    (here / "empty").mkdir()
    monkeypatch.chdir(here / "empty")
    for place in (Path(), Path("../empty"), here / "empty"):
        with pytest.raises(UsageError, match="you are in"):
            run_folder.check_free(place)


def test_a_run_is_found_by_name_or_path(here):
    run = make(here / "modelpick-runs" / "iris-1")
    assert run_folder.find_run("iris-1", "x").resolve() == run
    assert run_folder.find_run("./iris-1", "x") == Path("iris-1")
    assert run_folder.find_run(str(run), "x") == run
    make(here / "other")
    assert run_folder.find_run("other", "x") == Path("other")
    with pytest.raises(UsageError) as error:
        run_folder.find_run("iris-2", "x")
    assert "`iris-1`" in error.value.hint
    make(here / "iris-1")
    with pytest.raises(UsageError, match="folder here and also a run") as error:
        run_folder.find_run("iris-1", "modelpick predict")
    assert "`modelpick predict ./iris-1`" in error.value.hint
    assert "`modelpick predict modelpick-runs/iris-1`" in error.value.hint


def test_listing_passes_over_what_is_not_ours(here):
    runs = here / "modelpick-runs"
    make(runs / "b")
    make(runs / "a")
    (runs / "notes").mkdir()
    (runs / "broken").mkdir()
    (runs / "broken" / "report.json").write_text("{")
    (runs / "foreign").mkdir()
    (runs / "foreign" / "report.json").write_text('{"schema": "else"}')
    (runs / "link").symlink_to(runs / "a")
    assert [path.name for path, _ in run_folder.list_runs(runs)] == ["a", "b"]
    assert run_folder.list_runs(here / "nowhere") == []


def test_the_newest_run_stands_first(here):
    runs = here / "modelpick-runs"
    for name, day in (("a", "02"), ("b", "03"), ("c", "01")):
        make(runs / name, created=f"2026-11-{day}T10:00:00+00:00")
    assert [path.name for path, _ in run_folder.list_runs(runs)] == ["b", "a", "c"]


def test_only_a_run_is_removed(here):
    run, other = make(here / "run"), here / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("x")
    run_folder.remove(run)
    assert not run.exists()
    for path in (other, here / "nowhere", here):
        with pytest.raises(UsageError):
            run_folder.remove(path)
    (here / "link").symlink_to(make(here / "kept"))
    with pytest.raises(UsageError):
        run_folder.remove(here / "link")
    assert sorted(p.name for p in here.iterdir()) == ["kept", "link", "other"]


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", "linear"])
def test_a_saved_model_lies_where_its_name_says(here, name):
    models = [{"name": "best", "saved": "."}, {"name": name, "saved": f"candidates/{name}"}]
    run = make(here / "run", models=[*models, {"name": "forged", "saved": "../../else"}])
    assert run_folder.candidate_folder(run, "best") == run
    if name == "linear":
        assert run_folder.candidate_folder(run, "linear") == run / "candidates" / "linear"
    for unknown in ("forged", "lineer", *([name] if name != "linear" else [])):
        with pytest.raises(UsageError, match="no saved model") as error:
            run_folder.candidate_folder(run, unknown)
        assert "`best`" in error.value.hint
        assert ("compared there, but not saved" in error.value.hint) == (unknown != "lineer")


@pytest.mark.parametrize(
    "name", ["my model:as-is", "./other/text:probe", "org/name:zero-shot", "Bär", "../..", "...", "-x"]
)
def test_whatever_a_model_is_called_it_is_found_where_it_was_written(here, name):
    place = run_folder.place_of(name)
    assert Path(place).parts[0] == "candidates"
    assert len(Path(place).parts) == 2
    assert not Path(place).name.startswith((".", "-"))
    run = make(here / "run", models=[{"name": "best", "saved": "."}, {"name": name, "saved": place}])
    assert run_folder.candidate_folder(run, name) == run / place


def test_names_that_are_spelt_alike_have_places_of_their_own(here):
    first = run_folder.place_of("org/net:probe")
    second = run_folder.place_of("org--net:probe", [".", first])
    assert (first, second) == ("candidates/org--net--probe", "candidates/org--net--probe-2")
    models = [{"name": "org/net:probe", "saved": first}, {"name": "org--net:probe", "saved": second}]
    run = make(here / "run", models=models)
    assert [run_folder.candidate_folder(run, str(model["name"])) for model in models] == [run / first, run / second]


def test_a_place_that_takes_no_files_is_refused_before_anything_is_trained(here, monkeypatch):
    run_folder.check_writable(Path("modelpick-runs/not/there/yet"))
    run_folder.check_writable(here / "new")
    (here / "file").write_text("")
    with pytest.raises(CannotFindOut, match=r"no run can be written in `.*file`"):
        run_folder.check_writable(here / "file" / "run")
    monkeypatch.setattr(run_folder.os, "access", lambda place, mode: place != here)  # root may write everywhere
    with pytest.raises(CannotFindOut, match="where you may not write"):
        run_folder.check_writable(Path("modelpick-runs/iris"))
