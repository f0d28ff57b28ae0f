"""The walls that a linter cannot see: what is loaded when, and names that would swallow each other."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import modelpick

HEAVY = ("torch", "transformers", "sklearn")
PACKAGE = Path(modelpick.__file__).parent


def loaded_after(code, *names):
    program = f"import sys\n{code}\nprint(sorted(n for n in {names!r} if n in sys.modules))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()[-1]


def test_import_loads_nothing():
    assert loaded_after("import modelpick", *HEAVY, "huggingface_hub", "rich", "click", "numpy", "yaml") == "[]"


@pytest.mark.parametrize(
    "code",
    [
        "from modelpick.cli.entry import run; assert run(['catalog']) == 0",
        "from modelpick.cli.entry import run; assert run(['catalog', 'resnet', '--format', 'json']) == 0",
        "from modelpick.cli.entry import run; assert run(['vet', '--explain', 'license-declared']) == 0",
        "from modelpick.cli.entry import run; run(['vet', 'README.md'])",
        "from modelpick.cli.entry import run; assert run(['search', '--endpoint', 'http://127.0.0.1:9']) == 4",
        "from modelpick.cli.entry import run; assert run(['download', 'a/b', '--endpoint', 'http://127.0.0.1:9']) == 4",
        "from modelpick.cli.entry import run; assert run(['doctor', '--endpoint', 'http://127.0.0.1:9']) == 4",
        "import modelpick.vetting.checks, modelpick.hub.collect, modelpick.hub.search, modelpick.licences.lookup",
    ],
)
def test_choosing_a_model_loads_no_torch(code, tmp_path, monkeypatch):
    (tmp_path / "README.md").write_text("# A card\n\nIt classifies images.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert loaded_after(code, *HEAVY) == "[]"


def test_room_inits_import_nothing_but_their_tuples():
    tuples = {
        f"modelpick.{room}"
        for room in ("vetting.checks", "data.readers", "data.guards", "models.architectures", "models.forms")
    }
    for found in pkgutil.walk_packages([str(PACKAGE)], "modelpick."):
        if found.ispkg and found.name not in tuples:
            source = (PACKAGE / Path(*found.name.split(".")[1:]) / "__init__.py").read_text("utf-8")
            imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert not imports, found.name


def test_no_room_bears_the_name_of_a_public_function():
    rooms = {entry.stem for entry in PACKAGE.iterdir()}
    assert not rooms & set(modelpick.__all__)


def test_public_names_are_lazy_documented_and_survive_every_import():
    for found in pkgutil.walk_packages([str(PACKAGE)], "modelpick."):
        if found.name != "modelpick.__main__":
            importlib.import_module(found.name)
    for name in modelpick.__all__:
        first, second = getattr(modelpick, name), getattr(modelpick, name)
        assert first is second
        assert callable(first), f"{name} was replaced by a module"
        assert inspect.getdoc(first), name
        assert name in dir(modelpick)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = modelpick.nonsense


def test_each_public_function_answers_twice(tmp_path):
    for found in pkgutil.walk_packages([str(PACKAGE)], "modelpick."):
        if found.name != "modelpick.__main__":
            importlib.import_module(found.name)
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: mit\n---\n# M\n\nThis model classifies flowers.\n", "utf-8")
    for _ in range(2):
        assert modelpick.catalog().entries
        assert modelpick.vet(str(card)).verdict in {"accept", "review", "reject"}
        assert len(modelpick.vet_many([str(card), str(card)]).verdicts) == 2
        with pytest.raises(modelpick.ModelpickError):
            modelpick.vet_cards(tmp_path / "none.jsonl")
        with pytest.raises(modelpick.ModelpickError):
            modelpick.verify(str(tmp_path / "none"))
        assert modelpick.runs(tmp_path / "none").to_dict()["runs"] == []
        with pytest.raises(modelpick.CannotFindOut):
            modelpick.search(endpoint="http://127.0.0.1:9")
        with pytest.raises(modelpick.CannotFindOut):
            modelpick.download("a/b", endpoint="http://127.0.0.1:9")
        with pytest.raises(modelpick.ModelpickError):
            modelpick.evaluate(tmp_path / "none.csv", target="x")
        with pytest.raises(modelpick.ModelpickError):
            modelpick.predict(tmp_path / "none", row="1,2")
