"""`vet` of weights and what lies beside them, in a folder and on a Hub: each fault gets the finding that names it."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from loopback_hub import LoopbackHub, safetensors_bytes, write_repo
from vetting.facts_of import GOOD

from modelpick.findings import Finding, Outcome
from modelpick.verbs.vet import vet, vet_many
from modelpick.vetting.policy_file import built_in
from modelpick.vetting.report import VetReport
from modelpick.vetting.verdict import rule

CARD = GOOD.strip() + "\n"
CONFIG = '{"model_type": "bert"}'
WEIGHTS = safetensors_bytes({"a": [2, 3], "b": [4]})
OWN = {
    "weights-safe",
    "weights-complete",
    "pickle-imports",
    "archives-examined",
    "formats-agree",
    "weights-same-elsewhere",
    "custom-code",
    "executables-beside",
    "chat-template",
}
OID = "ab" * 32
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 999\n"

Files = Mapping[str, str | bytes]


class Calls:
    """Pickled, it stands for a call that loading would make. Nothing here loads it."""

    def __init__(self, function: Callable[..., Any], *arguments: object) -> None:
        self.parts = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object, ...]]:
        return self.parts


def evil(protocol: int = 4) -> bytes:
    return pickle.dumps(Calls(os.system, "true"), protocol)


def torch_zip(data: bytes, packing: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/data/0", bytes(200_000))  # so the pickle does not lie in the last 64 KiB
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LoopbackHub, Path]]:
    folder = tmp_path_factory.mktemp("repos")
    with LoopbackHub(folder) as hub:
        yield hub, folder


@pytest.fixture(params=["folder", "hub"])
def vetted(
    request: pytest.FixtureRequest, served: tuple[LoopbackHub, Path], tmp_path: Path
) -> Callable[[Files], VetReport]:
    hub, repos = served
    hub.forget()

    def folder(files: Files) -> VetReport:
        for path, content in files.items():
            file = tmp_path / "model" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return vet(str(tmp_path / "model"))

    def on_hub(files: Files) -> VetReport:
        name = f"ann/m{abs(hash(request.node.name)):x}"
        texts = {path: content for path, content in files.items() if content == POINTER}
        write_repo(repos, name, {p: c for p, c in files.items() if p not in texts}, extra_files=texts)
        return vet(name, endpoint=hub.endpoint)

    return folder if request.param == "folder" else on_hub


def found(report: VetReport, check: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.check == check]


def worst(report: VetReport, check: str) -> tuple[str, str, str]:
    """Outcome, severity and message of the gravest finding of a check."""
    first = found(report, check)[0]
    return first.outcome.value, first.severity.word, first.message


BASE: dict[str, str | bytes] = {"README.md": CARD, "config.json": CONFIG, "model.safetensors": WEIGHTS}


def test_a_clean_repo_has_none_of_these_findings(vetted: Callable[[Files], VetReport]) -> None:
    report = vetted(BASE)
    bad = [f for f in report.findings if f.check in OWN and f.outcome not in {Outcome.PASS, Outcome.NOT_APPLICABLE}]
    assert bad == []
    assert report.facts.parameters == 10
    assert [(w.format, w.examined, w.tensors) for w in report.facts.weights] == [("safetensors", "header", 2)]


def test_a_git_lfs_pointer_is_no_weights(vetted: Callable[[Files], VetReport]) -> None:
    report = vetted({"README.md": CARD, "model.safetensors": POINTER})
    assert worst(report, "weights-safe") == (
        "fail",
        "medium",
        "`model.safetensors` is a Git LFS pointer, not the weights",
    )
    (file,) = [file for file in report.facts.files or () if file.pointer]
    assert (file.bytes, file.sha256) == (999, OID)


def index(**tensors: str) -> str:
    return json.dumps({"metadata": {}, "weight_map": tensors})


def test_an_index_names_a_shard_and_a_tensor_that_are_not_there(vetted: Callable[[Files], VetReport]) -> None:
    first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    files = {"README.md": CARD, first: safetensors_bytes({"a": [2], "extra": [1]})}
    report = vetted(files | {"model.safetensors.index.json": index(a=first, b=first, c=second)})
    outcome, severity, message = worst(report, "weights-complete")
    assert (outcome, severity) == ("fail", "high")
    assert f"the file `{second}`" in message
    assert f"the tensor `b` in `{first}`" in message
    assert any("`extra`" in finding.message for finding in found(report, "weights-complete"))
    assert report.verdict == "reject"


def test_a_whole_index_passes(vetted: Callable[[Files], VetReport]) -> None:
    first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    files: dict[str, str | bytes] = {first: safetensors_bytes({"a": [2]}), second: safetensors_bytes({"b": [1]})}
    report = vetted({"README.md": CARD, **files, "model.safetensors.index.json": index(a=first, b=second)})
    assert worst(report, "weights-complete")[0] == "pass"
    assert report.facts.parameters == 3


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(evil(0), "model.pkl", id="protocol 0"),
        pytest.param(evil(2), "model.pkl", id="protocol 2"),
        pytest.param(evil(), "model.pkl", id="plain"),
        pytest.param(torch_zip(evil(2)), "pytorch_model.bin", id="torch zip"),
        pytest.param(torch_zip(evil(2), zipfile.ZIP_DEFLATED), "pytorch_model.bin", id="packed torch zip"),
        pytest.param(evil()[:-1] + b"\xff\xff", "model.pkl", id="broken tail"),
        pytest.param(pickle.dumps(Calls(pickle.loads, evil())), "model.pkl", id="nested"),
        pytest.param(pickle.dumps(Calls(pickle.loads, evil()), 2), "model.pkl", id="nested in a text"),
        pytest.param(
            b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x9400h\x00h\x01\x93\x8c\x04true\x85R.",
            "model.pkl",
            id="by way of the memo",
        ),
        pytest.param(pickle.dumps([1]) + evil(), "model.pt", id="second of several"),
        pytest.param(b"Vo\\u0073\nVsystem\n\x93Vtrue\n\x85R.", "model.pkl", id="escapes"),
        pytest.param(evil(), "model.safetensors", id="a pickle in disguise"),
        pytest.param(evil(), "model.bin", id="a name that tells nothing"),
    ],
)  # fmt: skip
def test_a_dangerous_pickle_is_named_with_its_import(
    vetted: Callable[[Files], VetReport], content: bytes, name: str
) -> None:
    report = vetted({"README.md": CARD, name: content})
    outcome, severity, message = worst(report, "pickle-imports")
    assert (outcome, severity) == ("fail", "high")
    assert f"`{name}`" in message
    assert ".system`" in message
    assert report.verdict == "reject"
    assert [f.outcome for f in found(report, "pickle-imports") if f.outcome is Outcome.PASS] == []


def test_what_breaks_off_is_dangerous_and_unreadable_at_once(vetted: Callable[[Files], VetReport]) -> None:
    report = vetted({"README.md": CARD, "model.pkl": evil()[:-1] + b"\xff\xff"})
    outcomes = [finding.outcome for finding in found(report, "pickle-imports")]
    assert outcomes == [Outcome.FAIL, Outcome.UNKNOWN]


def test_a_pickle_with_harmless_imports_is_no_clean_bill(vetted: Callable[[Files], VetReport]) -> None:
    harmless = torch_zip(b"\x80\x02ccollections\nOrderedDict\n)R.")
    report = vetted({"README.md": CARD, "pytorch_model.bin": harmless})
    assert worst(report, "pickle-imports")[0] == "pass"
    outcome, severity, message = worst(report, "weights-safe")
    assert (outcome, severity) == ("fail", "medium")
    assert "nothing dangerous was found in what they import" in message
    assert rule(report.findings, built_in("strict"), "x").verdict == "reject"


def test_a_harmless_pickle_makes_no_other_one_milder(vetted: Callable[[Files], VetReport]) -> None:
    harmless = torch_zip(b"\x80\x02ccollections\nOrderedDict\n)R.")
    broken = {"README.md": CARD, "pytorch_model.bin": harmless, "optimizer.pt": harmless[:60]}
    assert vetted(broken).verdict == "review"


@pytest.mark.parametrize("content", [b"\x80\x04", b"7z\xbc\xaf\x27\x1c" + bytes(90), b"\x80\x04]" + b"N" * 90])
def test_what_cannot_be_read_as_a_pickle_is_never_clean(vetted: Callable[[Files], VetReport], content: bytes) -> None:
    report = vetted({"README.md": CARD, "pytorch_model.bin": content})
    assert worst(report, "pickle-imports")[0] == "unknown"
    assert all(finding.outcome is not Outcome.PASS for finding in found(report, "pickle-imports"))
    assert report.verdict == "review"


def test_an_archive_that_is_not_opened_is_said(vetted: Callable[[Files], VetReport]) -> None:
    report = vetted({"README.md": CARD, "weights.7z": b"7z\xbc\xaf\x27\x1c" + bytes(90)})
    outcome, _, message = worst(report, "archives-examined")
    assert outcome == "unknown"
    assert "`weights.7z` is not examined" in message


def test_programs_in_a_zip_are_named(vetted: Callable[[Files], VetReport]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("setup.exe", b"MZ")
        archive.writestr("inner.pkl", evil())
    report = vetted(BASE | {"all.zip": buffer.getvalue()})
    assert "posix.system" in worst(report, "pickle-imports")[2]
    assert report.verdict == "reject"


def test_code_that_a_config_names_is_listed_with_its_size(vetted: Callable[[Files], VetReport]) -> None:
    code = "import os\nos.system('true')\n"
    config = '{\n  "auto_map": {\n    "AutoModel": "modeling_x.Model"\n  }\n}\n'
    report = vetted(BASE | {"config.json": config, "modeling_x.py": code})
    outcome, severity, message = worst(report, "custom-code")
    assert (outcome, severity) == ("fail", "medium")
    assert f"`modeling_x.py` ({len(code)} bytes) would run" in message
    evidence = found(report, "custom-code")[0].evidence
    assert (evidence[0].file, evidence[0].line) == ("config.json", 2)
    assert worst(report, "executables-beside")[0] == "pass"


def test_code_of_another_repo_in_the_tokenizers_config(vetted: Callable[[Files], VetReport]) -> None:
    config = json.dumps({"auto_map": {"AutoTokenizer": ["bob/code--tokenization_x.Tokenizer", None]}})
    card = CARD + "\nLoad it with `trust_remote_code=True`.\n"
    report = vetted(BASE | {"README.md": card, "tokenizer_config.json": config})
    assert "code of another repo would run, `bob/code`" in worst(report, "custom-code")[2]


def test_clean_weights_with_a_script_to_run(vetted: Callable[[Files], VetReport]) -> None:
    card = CARD + "\n## Quick start\n\nClone the repo, then run\n\n```bash\npython loader.py\n```\n"
    report = vetted(BASE | {"README.md": card, "loader.py": "print(1)\n", "start.bat": "echo 1\n"})
    about = found(report, "executables-beside")
    called = next(finding for finding in about if "`loader.py`" in finding.message)
    assert "tells its reader to run" in called.message
    assert "(9 bytes)" in called.message
    assert any("python loader.py" in quote.quote for quote in called.evidence)
    assert any("`start.bat`" in finding.message and finding.severity.word == "medium" for finding in about)
    assert report.verdict != "accept"
    assert worst(report, "weights-safe")[0] == "pass"


@pytest.mark.skipif(os.name != "posix", reason="no such mode here")
def test_what_a_mode_lets_run_lies_beside_the_weights(tmp_path: Path) -> None:
    for name, content in BASE.items():
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (tmp_path / "start").write_text("#!/bin/sh\ntrue\n")
    (tmp_path / "start").chmod(0o755)
    assert "`start` (15 bytes)" in worst(vet(str(tmp_path)), "executables-beside")[2]
    for name in BASE:
        (tmp_path / name).chmod(0o755)  # a file system that marks all files marks none
    assert worst(vet(str(tmp_path)), "executables-beside")[0] == "pass"


def test_a_strange_chat_template_is_quoted_where_it_stands(vetted: Callable[[Files], VetReport]) -> None:
    config = json.dumps({"a": 1, "chat_template": "{{ x.__class__.__mro__ }}"}, indent=1)
    card = CARD + "\nLoad it with `trust_remote_code=True`.\n"
    report = vetted(BASE | {"README.md": card, "tokenizer_config.json": config})
    assert worst(report, "chat-template")[:2] == ("fail", "medium")
    (quote,) = found(report, "chat-template")[0].evidence
    assert (quote.file, quote.line) == ("tokenizer_config.json", 3)
    assert quote.quote in config


def test_two_formats_of_other_tensors(vetted: Callable[[Files], VetReport]) -> None:
    one = b"ctorch._utils\n_rebuild_tensor_v2\n(K\x01tR"
    named = b"\x80\x02}(" + b"".join(b"X\x01\0\0\0" + key + one for key in (b"x", b"y")) + b"u."
    report = vetted(BASE | {"pytorch_model.bin": torch_zip(named)})
    outcome, _, message = worst(report, "formats-agree")
    assert outcome == "fail"
    assert "0 names in both" in message
    agreeing = named.replace(b"\0x", b"\0a").replace(b"\0y", b"\0b")
    assert worst(vetted(BASE | {"pytorch_model.bin": torch_zip(agreeing)}), "formats-agree")[0] == "pass"


@pytest.mark.parametrize("place", ["folder", "hub"])
def test_equal_weights_under_two_licences(place: str, served: tuple[LoopbackHub, Path], tmp_path: Path) -> None:
    hub, repos = served
    cards = {"mine": CARD, "theirs": CARD.replace("license: apache-2.0", "license: cc-by-nc-4.0"), "other": CARD}
    others = safetensors_bytes({"a": [5, 5]})
    for name, card in cards.items():
        files = {"README.md": card, "model.safetensors": others if name == "other" else WEIGHTS}
        for path, content in files.items() if place == "folder" else ():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / path).write_bytes(content.encode() if isinstance(content, str) else content)
        if place == "hub":
            write_repo(repos, f"ann/{name}", files)
    subjects = [str(tmp_path / name) if place == "folder" else f"ann/{name}" for name in cards]
    mine, theirs, other = vet_many(subjects, endpoint=hub.endpoint).items
    assert isinstance(mine, VetReport)
    assert isinstance(theirs, VetReport)
    assert isinstance(other, VetReport)
    for report in (mine, theirs):
        outcome, _, message = worst(report, "weights-same-elsewhere")
        assert outcome == "fail"
        assert "apache-2.0" in message
        assert "cc-by-nc-4.0" in message
        quotes = {quote.quote for quote in found(report, "weights-same-elsewhere")[0].evidence}
        assert quotes == {"license: apache-2.0", "license: cc-by-nc-4.0"}
    assert worst(other, "weights-same-elsewhere")[0] == "pass"
