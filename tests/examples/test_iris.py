"""The course's five steps, as a script and as a notebook: both are run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOK = EXAMPLES / "iris.ipynb"


def test_the_script(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "iris.py"), "run"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    for words in ("4 x 128 + 128 = 640", "first rows centred and scaled", "80 updates", "It is a versicolor."):
        assert words in ended.stdout
    assert len(re.findall(r"^ +\d+  \d\.\d{3} ", ended.stdout, re.M)) == 10  # an accuracy for each epoch
    assert (tmp_path / "run" / "model.safetensors").is_file()


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    book = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    where = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MPLBACKEND")  # Jupyter's own shows plots as pictures
        return NotebookClient(book, timeout=300, kernel_name="python3", resources=where).execute()


def outputs(book: Any) -> list[Any]:
    return [output for cell in book.cells for output in cell.get("outputs", [])]


def test_the_notebook_shows_tables_and_plots(executed: Any) -> None:
    shown = [output.data for output in outputs(executed) if "data" in output]
    tables = [data["text/html"] for data in shown if "<table" in data.get("text/html", "")]
    assert len(tables) == 3  # the catalogue, the comparison, the answer
    assert "<img" in tables[1]
    assert any("image/png" in data for data in shown)
    assert "versicolor" in shown[-1]["text/plain"].splitlines()[0]


def test_what_is_committed_is_what_it_shows_and_names_no_place_of_a_machine(executed: Any) -> None:
    committed = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    assert [output.output_type for output in outputs(committed)] == [o.output_type for o in outputs(executed)]
    text = re.sub(r'base64,[^"]*"', "", str([o for o in outputs(committed) if "image/png" not in o.get("data", {})]))
    assert not re.search(r"/(home|root|tmp|usr|var|opt|Users)\b|[A-Z]:\\\\", text)
    assert all("execution" not in cell.metadata for cell in committed.cells)
