"""What models were made from, walked on a Hub: licences that may not fit, adapters, copies, merges, circles, gates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from command_line import call
from loopback_hub import LoopbackHub, write_repo
from vetting.lineage_cases import card

ADAPTER = '{\n  "base_model_name_or_path": "lab/research",\n  "peft_type": "LORA"\n}'
MERGE = "merge_method: linear\nmodels:\n  - model: meta/llama-3\n  - model: goog/gemma\n"
POLICY = "Rights under this policy are\nnot granted to persons in the European Union for multimodal models.\n"
OURS = ("base-known", "base-license", "merge-terms", "license-duties", "base-named-rightly", "gate-bypassed")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")

    def write(repo_id: str, readme: str, **rest: Any) -> None:
        files = {"README.md": readme, **rest.pop("files", {})}
        write_repo(folder, repo_id, files, **rest)

    write("meta/llama-3", card("llama3"), files={"LICENSE": "Meta Llama 3 Community License Agreement\n"})
    write("meta/vision", card("llama3.2"), files={"USE_POLICY.md": POLICY}, gated="manual")
    write("goog/gemma", card("gemma"))
    write("lab/research", card("apple-amlr"))
    write("lab/nc", card("cc-by-nc-4.0"))
    write("org/open", card("apache-2.0"), files={"LICENSE": "Apache License"})
    write("ann/chat", card("apache-2.0", "meta/llama-3"))
    write("bob/chat-2", card("apache-2.0", "ann/chat"))
    write("ann/shop", card("mit", "lab/nc"))
    write("ann/lora", card("apache-2.0"), files={"adapter_config.json": ADAPTER, "adapter_model.safetensors": b"x"})
    write("ann/copy", card("mit", "lab/nc", keys="base_model_relation: quantized"), files={"q4.gguf": b"GGUF"})
    write("ann/mix", card("apache-2.0"), files={"mergekit_config.yml": MERGE})
    write("ann/torn-mix", card("apache-2.0"), files={"mergekit_config.yml": MERGE + "  - model: [lab/nc\n"})
    write("ann/torn-lora", card("mit", "org/open"), files={"adapter_config.json": ADAPTER[:-1]})
    write("ann/x", card("mit", "ann/y"))
    write("ann/y", card("mit", "ann/x"))
    for number in range(8):
        write(f"deep/m{number}", card("mit", f"deep/m{number + 1}"))
    write("ann/orphan", card("mit", "lab/gone"))
    write("ann/seer", card("mit", "meta/vision"))
    write_repo(folder, "lab/open-old", {}, renamed_to="org/open")
    write("ann/renamed", card("apache-2.0", "lab/open-old"), files={"config.json": '{"_name_or_path": "org/open"}'})
    write("ann/clean", card("apache-2.0", "org/open"), files={"LICENSE": "Apache License"})
    write("ann/rootless", card("apache-2.0"))
    write("ann/wide", card("mit", *(f"wide/m{number}" for number in range(20))))
    for number in range(20):
        write(f"wide/m{number}", card("mit"))
    with LoopbackHub(folder) as running:
        yield running


def vet(hub: LoopbackHub, capsys: pytest.CaptureFixture[str], repo_id: str) -> dict[str, Any]:
    report: dict[str, Any] = call(capsys, "vet", repo_id, "--endpoint", hub.endpoint, "--format", "json").data
    return report


def open_ones(report: dict[str, Any], check: str) -> list[dict[str, Any]]:
    """The findings of a check that need a look."""
    return [f for f in report["findings"] if f["check"] == check and f["outcome"] in {"fail", "unknown"}]


def quotes(finding: dict[str, Any]) -> list[tuple[str, int, str]]:
    """File (without the commit of a base), line and quote."""
    return [(_plain(e["file"]), e["line"], e["quote"]) for e in finding["evidence"]]


def _plain(file: str) -> str:
    repo_id, at, rest = file.partition("@")
    return f"{repo_id}/{rest[13:]}" if at else file


def test_apache_on_a_llama_base(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = vet(hub, capsys, "ann/chat")
    (found,) = open_ones(report, "base-license")
    assert found["severity"] == "high"
    assert "may conflict" in found["message"]
    assert quotes(found) == [
        ("README.md", 2, "license: apache-2.0"),
        ("meta/llama-3/README.md", 2, "license: llama3"),
    ]
    license_ = report["answers"]["license"]
    assert (license_["commercial_use"], license_["declared"]) == ("conditional", ["apache-2.0"])
    assert "`meta/llama-3`" in license_["reason"]
    (duties,) = open_ones(report, "license-duties")
    for words in ("`chat` does not begin with `Llama 3`", "`Built with Meta Llama 3`", "no copy of the agreement"):
        assert words in duties["message"]
    texts = [duty["text"] for duty in license_["duties"]]
    assert any("700,000,000 users a month" in text and "meta/llama-3" in text for text in texts)


def test_the_whole_line_counts(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = vet(hub, capsys, "bob/chat-2")
    (found,) = open_ones(report, "base-license")
    assert "`meta/llama-3` (through `ann/chat`) is under `llama3`" in found["message"]
    lineage = report["answers"]["license"]["lineage"]
    assert [(a["repo_id"], a["depth"], a["declared"]) for a in lineage] == [
        ("ann/chat", 1, "apache-2.0"),
        ("meta/llama-3", 2, "llama3"),
    ]


@pytest.mark.parametrize(
    ("repo_id", "own", "base", "words"),
    [
        ("ann/shop", "license: mit", ("lab/nc/README.md", 2, "license: cc-by-nc-4.0"), "stays non-commercial"),
        (
            "ann/lora",
            "license: apache-2.0",
            ("lab/research/README.md", 2, "license: apple-amlr"),
            "to run it you need `lab/research`",
        ),
        ("ann/copy", "license: mit", ("lab/nc/README.md", 2, "license: cc-by-nc-4.0"), "it is a copy of"),
    ],
)
def test_no_commerce_with_the_base_is_none_with_what_was_made_of_it(
    hub: LoopbackHub,
    capsys: pytest.CaptureFixture[str],
    repo_id: str,
    own: str,
    base: tuple[str, int, str],
    words: str,
) -> None:
    report = vet(hub, capsys, repo_id)
    (found,) = open_ones(report, "base-license")
    assert found["severity"] == "high"
    assert words in found["message"]
    assert quotes(found) == [("README.md", 2, own), base]
    license_ = report["answers"]["license"]
    assert license_["commercial_use"] == "no"
    assert _plain(license_["evidence"][0]["file"]) == base[0]


def test_a_merge_of_llama_and_gemma(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = vet(hub, capsys, "ann/mix")
    (found,) = open_ones(report, "merge-terms")
    assert found["severity"] == "high"
    assert quotes(found) == [
        ("meta/llama-3/README.md", 2, "license: llama3"),
        ("goog/gemma/README.md", 2, "license: gemma"),
    ]
    assert len(open_ones(report, "base-license")) == 2
    duties = " ".join(duty["text"] for duty in report["answers"]["license"]["duties"])
    assert "Gemma Prohibited Use Policy" in duties
    assert "Built with Meta Llama 3" in duties


def test_a_config_that_nobody_can_read_is_told(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    """What was merged is not known then: no word would read as no base."""
    (found,) = open_ones(vet(hub, capsys, "ann/torn-mix"), "base-known")
    assert (found["outcome"], found["severity"]) == ("unknown", "medium")
    assert "`mergekit_config.yml` cannot be read" in found["message"]
    assert quotes(found) == [("mergekit_config.yml", 0, "")]
    (lora,) = open_ones(vet(hub, capsys, "ann/torn-lora"), "base-known")
    assert (lora["outcome"], lora["severity"]) == ("unknown", "low"), "the header names the base"
    assert "`adapter_config.json` cannot be read" in lora["message"]


def test_a_circle_ends_and_is_told(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = open_ones(vet(hub, capsys, "ann/x"), "base-known")
    assert "circle" in found["message"]
    assert quotes(found) == [("README.md", 3, "base_model: ann/y"), ("ann/y/README.md", 3, "base_model: ann/x")]


def test_the_walk_ends_after_five_steps_and_sixteen_models(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.forget()
    report = vet(hub, capsys, "deep/m0")
    (found,) = open_ones(report, "base-known")
    assert (found["outcome"], found["evidence"][0]["quote"]) == ("unknown", "base_model: deep/m6")
    assert not hub.requests("deep/m[678]")
    assert len(hub.requests()) == 3 + 5 * 2, "two info calls and the card; of each base one and its card"
    wide = open_ones(vet(hub, capsys, "ann/wide"), "base-known")
    assert len(wide) == 4
    assert len(hub.requests("/api/models/wide/")) == 16


def test_a_base_that_is_gone_never_passes_silently(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = vet(hub, capsys, "ann/orphan")
    (found,) = open_ones(report, "base-known")
    assert found["outcome"] == "unknown"
    assert quotes(found) == [("README.md", 3, "base_model: lab/gone")]
    assert report["answers"]["license"]["commercial_use"] == "unknown"
    assert report["verdict"] == "review"


def test_a_gate_is_not_gone_round(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = vet(hub, capsys, "ann/seer")
    (found,) = open_ones(report, "gate-bypassed")
    assert quotes(found) == [("README.md", 3, "base_model: meta/vision")]
    (terms,) = open_ones(report, "base-license")
    assert "`llama3.2`" in terms["message"], "the tag tells what the gate hides"
    duties = [duty["text"] for duty in report["answers"]["license"]["duties"]]
    assert any("European Union" in text for text in duties)


def test_a_model_under_its_old_id_is_the_same(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = vet(hub, capsys, "ann/renamed")
    assert [a["repo_id"] for a in report["answers"]["license"]["lineage"]] == ["org/open"]
    assert not open_ones(report, "base-named-rightly")


def test_a_clean_line_gives_none_of_these(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    report = vet(hub, capsys, "ann/clean")
    assert [f["check"] for f in report["findings"] if f["check"] in OURS and f["outcome"] in {"fail", "unknown"}] == []
    assert report["answers"]["license"]["commercial_use"] == "yes"


def test_a_model_without_a_base_costs_nothing_more(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.forget()
    vet(hub, capsys, "ann/rootless")
    assert len(hub.requests()) == 3, "two info calls and the card"


def test_the_same_commit_gives_the_same_bytes(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    once, again = (call(capsys, "vet", "ann/mix", "--endpoint", hub.endpoint, "--format", "json").out for _ in range(2))
    assert once == again


def test_people_read_what_it_was_made_from_and_what_to_do(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    seen = call(capsys, "vet", "bob/chat-2", "--endpoint", hub.endpoint).out
    assert "Made from meta/llama-3 (finetune, from it ann/chat): llama3 (commercial use: on conditions)" in seen
    assert "What you must do" in seen
    assert "not looked at: " in call(capsys, "vet", "ann/orphan", "--endpoint", hub.endpoint).out
