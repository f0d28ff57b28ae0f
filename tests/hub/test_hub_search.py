"""Search: what is asked of the Hub, how its list is read, and what the command shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from command_line import call
from loopback_hub import Fault, LoopbackHub
from searched_hub import ids, searched

from modelpick.errors import CannotFindOut, UsageError
from modelpick.hub.candidates import candidate_of
from modelpick.hub.listed import read_entry
from modelpick.hub.tasks import TASKS, task_id
from modelpick.verbs.search import search

HOSTILE = "org/\x1b[31mred\u202e[bold]"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    with searched(tmp_path_factory.mktemp("repos")) as hub:
        yield hub


def test_each_wish_narrows_the_list(hub: LoopbackHub) -> None:
    task = "image-classification"
    assert ids(hub, task=task) == ["org/first", "org/second", "lab/third"]
    assert ids(hub, task=task, sort="likes")[0] == "org/second"
    assert ids(hub, license="mit") == ["lab/third"]
    assert ids(hub, author="lab", limit=1) == ["lab/other-task"]
    assert ids(hub, text="sec") == ["org/second"]
    assert ids(hub, language="de", task=task) == ["org/second"]
    assert ids(hub, task=task, license="mit", author="org") == []


def test_the_list_is_paged_and_each_model_comes_once(hub: LoopbackHub) -> None:
    hub.inject(Fault("api/models", "page-size", at=1))
    assert ids(hub, limit=3) == ["lab/other-task", "org/first", "org/second"]
    assert len(hub.requests()) == 3, "no page more than is needed"
    hub.inject(Fault("cursor", "json", body='[{"id": "lab/other-task"}, {"id": "org/new"}]', count=1))
    assert ids(hub, limit=2) == ["lab/other-task", "org/new"]


def test_a_mirror_without_expand_is_asked_again(hub: LoopbackHub) -> None:
    hub.inject(Fault("expand=", "status", status=400))
    assert ids(hub, task="image-classification") == ["org/first", "org/second", "lab/third"]
    assert "full=true" in hub.requests()[-1].query


def test_a_mirror_that_ignores_filters_cannot_smuggle(hub: LoopbackHub) -> None:
    body = json.dumps(
        [
            {"id": "org/yes", "pipeline_tag": "image-classification", "tags": ["license:mit"]},
            {"id": "org/no", "pipeline_tag": "translation", "tags": ["license:mit"]},
            {"id": "org/nc", "pipeline_tag": "image-classification", "tags": ["license:cc-by-nc-4.0"]},
        ]
    )
    hub.inject(Fault("api/models", "json", body=body))
    hidden: Counter[str] = Counter()
    assert ids(hub, hidden, task="image-classification", license="mit") == ["org/yes"]
    assert hidden == {"another task": 1, "another licence": 1}
    kept = {"library": "timm", "language": "DE", "dataset": "a/b"}
    fitting = {"id": "org/fit", "library_name": "timm", "tags": ["de", "dataset:a/b"]}
    others = [
        fitting | {"id": "org/l", "library_name": "keras"},
        fitting | {"id": "org/m", "tags": ["fr", "dataset:a/b"]},
        fitting | {"id": "org/n", "tags": ["de"]},
    ]
    hub.heal()
    hub.inject(Fault("api/models", "json", body=json.dumps([fitting, *others, {"id": "org/says-nothing"}])))
    hidden.clear()
    assert ids(hub, hidden, **kept) == ["org/fit", "org/says-nothing"]
    assert hidden == {"another library": 1, "another language": 1, "another data set": 1}


@pytest.mark.parametrize("body", ["{}", "null", "[3]", '[{"downloads": 4}]', '[{"id": 5}]'])
def test_a_list_that_is_none_is_refused(hub: LoopbackHub, body: str) -> None:
    hub.inject(Fault("api/models", "json", body=body))
    with pytest.raises(CannotFindOut) as caught:
        ids(hub)
    assert caught.value.kind == "not-a-hub"


def test_an_entry_is_read_as_it_is_and_no_further() -> None:
    odd = {
        "id": "org/x",
        "downloads": 1e30,
        "likes": -1,
        "tags": ["license:mit", 3, "license:apache-2.0", "onnx"],
        "pipeline_tag": ["x"],
        "gated": "later",
        "createdAt": "2022-03-02T23:29:04.000Z",
        "safetensors": {"parameters": {"F32": 10, "ODD": 1}, "total": True},
    }
    model = read_entry(odd)
    assert model is not None
    assert (model.downloads_30d, model.likes, model.task, model.gated) == (None, None, None, None)
    assert (model.parameters, model.bytes, model.created) == (None, None, None)
    assert model.licenses == ("mit", "apache-2.0")
    full = read_entry({"id": "org/y", "safetensors": {"parameters": {"F32": 10, "F16": 5}, "total": 15}})
    assert full is not None
    assert (full.parameters, full.bytes) == (15, 50)


def test_a_licence_that_nobody_declared_is_unknown() -> None:
    bare = read_entry({"id": "org/x", "tags": ["pytorch", "safetensors"]})
    assert bare is not None
    candidate = candidate_of(bare)
    assert (candidate.license, candidate.family, candidate.commercial_use) == (None, None, "unknown")
    assert bare.formats == ("safetensors", "pytorch")
    assert candidate.concerns == ("no licence",)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("image-clasification", "`image-classification`"), ("spam", "`text-classification`"), ("tabular", "tabular-regr")],
)
def test_a_task_that_is_none_is_answered_with_close_ones(word: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        task_id(word)
    assert meant in str(caught.value.hint)


def test_tasks_are_found_in_any_spelling_and_new_ones_passed_on() -> None:
    assert task_id(" Image Classification") == "image-classification"
    assert task_id("text2text-generation") == "text2text-generation"
    assert task_id("odour-recall") == "odour-recall"
    assert len(TASKS) == 57
    assert all(task_id(task) == task for task in TASKS)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("classify images", "image-classification"),
        ("classifying photos", "image-classification"),
        ("sentiment", "text-classification"),
        ("text classifier", "text-classification"),
        ("ner", "token-classification"),
        ("speech to text", "automatic-speech-recognition"),
        ("text to speech", "text-to-speech"),
        ("Object Detector", "object-detection"),
        ("translate", "translation"),
        ("summarise texts", "summarization"),
        ("generate text", "text-generation"),
        ("forecasting", "time-series-forecasting"),
    ],
)
def test_plain_words_lead_to_a_task(words: str, meant: str) -> None:
    assert task_id(words) == meant


def test_the_verb_answers_with_candidates(hub: LoopbackHub) -> None:
    result = search(task="image-classification", license="Apache License 2.0", endpoint=hub.endpoint)
    data = result.to_dict()
    assert data["schema"] == "modelpick.search/1"
    assert data["query"]["license"] == "apache-2.0"
    assert data["source"] == "hub"
    [candidate] = data["candidates"]
    assert candidate["repo_id"] == "org/first"
    assert candidate["license"] == {"declared": "apache-2.0", "family": "permissive", "commercial_use": "yes"}
    assert (candidate["parameters"], candidate["bytes"], candidate["downloads_30d"]) == (10, 40, 900)
    assert candidate["formats"] == ["safetensors"]
    assert candidate["gated"] == "no"
    assert "900" in candidate["reasons"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sort": "beauty"},
        {"limit": 0},
        {"task": "image-clasification"},
        {"kind": "clone"},
        {"max_params": "many"},
        {"max_size": "5 apples"},
        {"fits": "-1GB"},
        {"updated_since": "2025-13"},
        {"min_params": "2B", "max_params": "1B"},
        {"sort": "relevance", "text": "vit"},
        {"offline": True, "endpoint": "http://127.0.0.1:9"},
    ],
)
def test_the_verb_refuses_what_it_cannot_ask(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        search(**wrong)  # type: ignore[arg-type]


def test_the_table_tells_what_a_chooser_needs(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "search", "--task", "image-classification", "--endpoint", hub.endpoint)
    assert outcome.code == 0
    rows = {line.split()[0]: line.split() for line in outcome.out.splitlines() if "/" in line}
    assert rows["org/first"][1:] == ["apache-2.0", "yes", "10", "40", "B", "safetensors", "900", "2026-01-15"]
    assert rows["org/second"][1:3] == ["cc-by-nc-4.0", "no"]
    assert "gated" in " ".join(rows["lab/third"])
    assert "task" not in outcome.out.splitlines()[2].split()
    any_task = call(capsys, "search", "--sort", "modified", "--endpoint", hub.endpoint).out.splitlines()
    assert any_task[0].endswith("models, last changed first")
    assert any_task[2].split()[:2] == ["model", "task"]
    assert any(line.split()[:2] == ["org/first", "image-classification"] for line in any_task)
    quiet = call(capsys, "search", "--limit", "2", "--format", "quiet", "--endpoint", hub.endpoint)
    assert quiet.out == "lab/other-task\norg/first\n"


def test_no_hit_is_three_and_an_empty_list_for_programs(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    people = call(capsys, "search", "--license", "apach-2", "--endpoint", hub.endpoint)
    assert (people.code, people.out) == (3, "")
    assert "apache-2.0" in people.err
    left_out = call(capsys, "search", "--license", "permissive", "--min-likes", "5", "--endpoint", hub.endpoint)
    assert left_out.code == 3
    assert "1 (no licence told)" in left_out.err
    uncounted = call(capsys, "search", "--min-params", "5B", "--endpoint", hub.endpoint)
    assert "no parameter count" in uncounted.err
    machine = call(capsys, "search", "--text", "nowhere", "--format", "json", "--endpoint", hub.endpoint)
    assert machine.code == 3
    assert machine.data["candidates"] == []
    assert "hint" in machine.err


def test_a_hostile_id_stays_on_its_row(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.inject(Fault("api/models", "json", body=json.dumps([{"id": HOSTILE}, {"id": "org/a\nb", "tags": ["\x1b]0;"]}])))
    outcome = call(capsys, "search", "--endpoint", hub.endpoint)
    assert outcome.code == 0
    assert not set(outcome.out) & {"\x1b", "\u202e", "\r"}
    assert "[bold]" in outcome.out
    machine = call(capsys, "search", "--format", "json", "--endpoint", hub.endpoint)
    assert machine.data["candidates"][0]["repo_id"] == HOSTILE


def test_sixty_thousand_tags_make_no_wall_of_text(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    tags = [f"license:x{number}" for number in range(60_000)]
    hub.inject(Fault("api/models", "json", body=json.dumps([{"id": "org/bomb", "tags": tags}])))
    outcome = call(capsys, "search", "--endpoint", hub.endpoint)
    assert outcome.code == 0
    assert max(map(len, outcome.out.splitlines())) < 300
    machine = call(capsys, "search", "--format", "json", "--endpoint", hub.endpoint)
    assert machine.data["candidates"][0]["license"]["declared"].endswith("x59999")
