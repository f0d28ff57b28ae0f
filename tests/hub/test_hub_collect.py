"""Collect: the facts of one repo at one commit, and what is said of those that cannot be had."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

from modelpick.errors import AnswerIsNo, CannotFindOut, ModelpickError, UsageError
from modelpick.facts import RepoFacts
from modelpick.hub import collect as collect_module
from modelpick.hub.client import Answer, HubClient
from modelpick.hub.collect import collect
from modelpick.hub.info import read_info, with_more
from modelpick.hub.settings import Settings

CARD = "---\nlicense: mit\npipeline_tag: image-classification\nbase_model: org/base\n---\n# Tiny\n\nFor tests.\n"
TOKEN = "hf_secret"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    files: dict[str, str | bytes] = {
        "README.md": CARD,
        "LICENSE": "Permission is hereby granted",
        "config.json": '{"model_type": "vit"}',
        "docs/LICENSE.txt": "of the docs",
        "model.safetensors": safetensors_bytes({"a": [2, 3]}),
    }
    scan = {"scansDone": True, "filesWithIssues": [{"path": "config.json", "level": "caution"}]}
    more = {"downloadsAllTime": 5000, "childrenModelCount": {"finetune": 3, "adapter": 0, "merge": 1, "quantized": 2}}
    write_repo(folder, "org/Tiny", files, downloads=70, likes=5, usedStorage=99, securityRepoStatus=scan, **more)
    write_repo(folder, "org/Tiny@v1", {"README.md": "# The first\n"})
    write_repo(folder, "new/home", {"README.md": CARD})
    write_repo(folder, "old/home", {}, renamed_to="new/home")
    write_repo(folder, "org/gated", files, gated="manual", access_tokens=[TOKEN])
    write_repo(folder, "org/off", files, disabled=True)
    write_repo(folder, "org/bare", {"config.json": "{}"})
    with LoopbackHub(folder) as hub:
        yield hub


def facts_of(hub: LoopbackHub, repo_id: str, revision: str | None = None, **options: object) -> RepoFacts:
    token = options.pop("token", None)
    with HubClient(Settings(endpoint=hub.endpoint, token=token)) as client:  # type: ignore[arg-type]
        return collect(client, repo_id, revision, **options)  # type: ignore[arg-type]


def missing(facts: RepoFacts) -> dict[str, str]:
    return {one.what: one.reason for one in facts.missing}


def test_everything_about_a_repo_at_one_commit(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/Tiny")
    assert (facts.requested, facts.repo_id, facts.source) == ("org/Tiny", "org/Tiny", "hub")
    assert facts.commit is not None
    assert len(facts.commit) == 40
    assert facts.card is not None
    assert "For tests." in facts.card.text
    assert facts.card.front_matter.values["license"] == "mit"
    assert (facts.downloads_30d, facts.downloads_all_time, facts.likes) == (70, 5000, 5)
    assert facts.derived is not None
    assert (facts.derived.finetune, facts.derived.adapter) == (3, 0)
    assert (facts.pipeline_tag, facts.library, facts.gated) == ("image-classification", "transformers", "no")
    assert (facts.parameters, facts.dtypes, facts.used_storage) == (6, {"F32": 6}, 99)
    assert [(base.repo_id, base.relation) for base in facts.base_models] == [("org/base", "finetune")]
    assert [text.path for text in facts.texts] == ["config.json", "LICENSE", "docs/LICENSE.txt"]
    files = {file.path: file for file in facts.files or ()}
    weights = files["model.safetensors"]
    assert weights.sha256 is not None
    assert weights.git_sha1 is None
    assert files["README.md"].git_sha1 is not None
    assert (facts.security, files["config.json"].scan) == ("caution", "caution")
    assert facts.missing == ()
    fetched = [request.path for request in hub.requests("resolve")]
    assert all(f"/resolve/{facts.commit}/" in path for path in fetched), "pinned"
    assert len(hub.requests()) == 8, "two info calls, card, config, two licences, header; the info call of its base"


def test_a_shallow_look_is_one_info_call_and_the_card(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/Tiny", shallow=True)
    assert facts.card is not None
    assert len(hub.requests()) == 2
    assert {"downloads_all_time", "derived"} <= missing(facts).keys()


def test_a_revision_leads_to_its_commit(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/Tiny", "v1")
    assert facts.card is not None
    assert "The first" in facts.card.text
    again = facts_of(hub, "org/Tiny", facts.commit)
    assert again.commit == facts.commit != facts_of(hub, "org/Tiny").commit


@pytest.mark.parametrize(("asked", "found"), [("old/home", "new/home"), ("ORG/tiny", "org/Tiny")])
def test_a_rename_and_another_case_are_facts(hub: LoopbackHub, asked: str, found: str) -> None:
    facts = facts_of(hub, asked)
    assert (facts.requested, facts.repo_id) == (asked, found)
    assert facts.card is not None


def test_a_gated_repo_tells_what_it_tells(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/gated")
    assert (facts.gated, facts.card) == ("manual", None)
    assert "gated" in missing(facts)["card"]
    assert facts.card_data["license"] == "mit"
    assert missing(facts).keys() >= {"card", "config.json", "LICENSE"}
    assert "license:mit" in (facts.tags or ())
    assert len(hub.requests("resolve")) == 1, "no file more is asked for after the refusal"
    opened = facts_of(hub, "org/gated", token=TOKEN)
    assert opened.card is not None


def test_a_disabled_repo_says_so(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/off")
    assert facts.disabled is True
    assert "disabled" in missing(facts)["card"]


def test_a_repo_without_a_card_has_none_and_misses_none(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/bare")
    assert facts.card is None
    assert "card" not in missing(facts)


def test_a_mirror_that_knows_little_still_serves(hub: LoopbackHub) -> None:
    hub.inject(Fault("expand=", "status", status=404))
    hub.inject(Fault("blobs=true", "status", status=400))
    facts = facts_of(hub, "org/Tiny")
    assert facts.card is not None
    assert (facts.downloads_all_time, facts.derived) == (None, None)
    assert "downloads_all_time" in missing(facts)


def test_a_file_that_is_not_there_is_unknown_and_the_next_is_read(hub: LoopbackHub) -> None:
    hub.inject(Fault("README", "status", status=404))
    facts = facts_of(hub, "org/Tiny")
    assert facts.card is None
    assert missing(facts)["card"] == "listed, but not served"
    assert [text.path for text in facts.texts] == ["config.json", "LICENSE", "docs/LICENSE.txt"]


def test_bytes_with_another_hash_are_not_believed(hub: LoopbackHub) -> None:
    hub.inject(Fault("README", "flip", at=3))
    with pytest.raises(AnswerIsNo) as caught:
        facts_of(hub, "org/Tiny")
    assert caught.value.kind == "wrong-hash"
    assert "README.md" in caught.value.message


def test_a_text_over_its_cap_is_unknown(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_module, "MAX_TEXT", 10)
    facts = facts_of(hub, "org/Tiny")
    assert facts.texts == ()
    assert {"config.json", "LICENSE"} <= missing(facts).keys()


def test_a_card_over_its_cap_is_read_as_truncated(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_module, "MAX_CARD", 60)
    facts = facts_of(hub, "org/Tiny")
    assert facts.card is not None
    assert facts.card.truncated
    assert facts.card.bytes == len(CARD)


@pytest.mark.parametrize(
    ("patch", "error"),
    [
        ({"sha": "../../etc"}, AnswerIsNo),
        ({"sha": "A" * 40}, AnswerIsNo),
        ({"id": "evil/other"}, CannotFindOut),
        ({"id": "Tiny"}, CannotFindOut),
        ({"id": None, "modelId": None}, CannotFindOut),
    ],
)
def test_a_forged_answer_is_refused(hub: LoopbackHub, patch: dict[str, object], error: type[ModelpickError]) -> None:
    hub.inject(Fault("blobs=true", "patch", patch=patch))
    with pytest.raises(error):
        facts_of(hub, "org/Tiny")
    assert hub.requests("resolve") == []


@pytest.mark.parametrize(
    "wrong", ["", "a/b/c", "../up", "a b", "-x/y", "org/.git", "org/a..b", "org/a--b", "org/" + "x" * 256]
)
def test_what_cannot_be_an_id_is_not_asked_for(hub: LoopbackHub, wrong: str) -> None:
    with pytest.raises(UsageError, match="no repo id"):
        facts_of(hub, wrong)
    assert hub.requests() == []


@pytest.mark.parametrize("wrong", ["../x", "a..b", "/main", "-x", "a b", "x\n", "a.lock", ""])
def test_what_cannot_be_a_revision_is_not_asked_for(hub: LoopbackHub, wrong: str) -> None:
    with pytest.raises(UsageError, match="no revision"):
        facts_of(hub, "org/Tiny", wrong)
    assert hub.requests() == []


def answer(**fields: object) -> Answer:
    return Answer({"id": "org/x", **fields}, {}, "http://host/api/models/org/x")


def test_types_lie_and_nothing_is_made_up() -> None:
    settings = Settings()
    facts = read_info(
        settings,
        answer(
            tags="license:mit",
            downloads="many",
            likes=True,
            gated={"a": 1},
            disabled="no",
            safetensors=[1],
            siblings=[{"rfilename": "a", "size": -1, "lfs": {"sha256": "short"}, "blobId": "x"}, 7, {}],
            securityRepoStatus={"filesWithIssues": {"path": 1}},
            createdAt="2022-03-02T23:29:05.000Z",
        ),
        "org/x",
        None,
    )
    assert (facts.tags, facts.downloads_30d, facts.likes, facts.gated, facts.disabled) == (None, None, None, None, None)
    assert (facts.parameters, facts.security, facts.commit, facts.created) == (None, None, None, None)
    [file] = facts.files or ()
    assert (file.bytes, file.sha256, file.git_sha1) == (None, None, None)
    assert missing(facts).keys() == {"files", "commit", "created"}
    assert "2 entries" in missing(facts)["files"]
    assert with_more(facts, ["no object"]).downloads_all_time is None
    graph = {"baseModels": {"relation": "quantized", "models": [{"id": "org/b"}, {"id": 3}]}, "childrenModelCount": 4}
    more = with_more(facts, graph)
    assert [(base.repo_id, base.relation) for base in more.base_models] == [("org/b", "quantized")]
    assert more.derived is None


def test_a_commit_that_was_asked_for_is_the_one_answered_for() -> None:
    with pytest.raises(CannotFindOut, match="answers for commit"):
        read_info(Settings(), answer(sha="b" * 40), "org/x", "a" * 40)
    assert read_info(Settings(), answer(), "org/x", "a" * 40).commit == "a" * 40


@pytest.mark.parametrize("end", ["", "/revision/main", "/revision/refs%2Fpr%2F1", "/revision/api%2Fmodels%2Fa"])
def test_the_id_is_that_of_the_address_also_under_a_mirrors_path(end: str) -> None:
    for base in ("http://host", "http://host/repository/api/models/hf"):
        address = f"{base}/api/models/org/x{end}"
        assert read_info(Settings(), Answer({"id": "Org/X"}, {}, address), "org/x", None).repo_id == "Org/X"


def test_base_models_of_the_tags() -> None:
    tags = ["base_model:org/b", "base_model:adapter:org/b", "base_model:org/c"]
    facts = read_info(Settings(), answer(tags=tags), "org/x", None)
    assert [(base.repo_id, base.relation) for base in facts.base_models] == [("org/b", "adapter"), ("org/c", None)]


def test_a_hundred_thousand_files(hub: LoopbackHub) -> None:
    siblings = [{"rfilename": f"data/{n}.bin", "size": n, "blobId": "a" * 40} for n in range(100_000)]
    hub.inject(Fault("blobs=true", "json", body=json.dumps({"id": "org/bare", "sha": "c" * 40, "siblings": siblings})))
    start = time.process_time()
    facts = facts_of(hub, "org/bare")
    assert len(facts.files or ()) == 100_000
    assert time.process_time() - start < 10
    assert facts.card is None


def test_nothing_is_written_anywhere(hub: LoopbackHub, own_home: Path) -> None:
    facts_of(hub, "org/Tiny")
    assert list(own_home.rglob("*")) == []
