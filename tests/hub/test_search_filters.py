"""Search: what the Hub cannot filter or order is done here, and amounts are read as people write them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from command_line import call
from loopback_hub import Fault, LoopbackHub
from searched_hub import ids, searched

from modelpick.facts import ListedModel
from modelpick.hub import list_order
from modelpick.hub import search as hub_search
from modelpick.hub.amounts import parse_bytes, parse_count, parse_day, short_bytes, short_count
from modelpick.hub.candidates import candidate_of
from modelpick.hub.listed import kind_of, read_entry
from modelpick.hub.memory import most_weights, needed_memory
from modelpick.hub.ordering import in_order
from modelpick.hub.query import Query, misses
from modelpick.verbs.search import search


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    with searched(tmp_path_factory.mktemp("repos")) as hub:
        yield hub


def listed(repo_id: str = "org/x", **fields: object) -> ListedModel:
    model = read_entry({"id": repo_id, **fields})
    assert model is not None
    return model


def weights(count: int, dtype: str = "F32") -> dict[str, object]:
    return {"safetensors": {"parameters": {dtype: count}, "total": count}}


@pytest.mark.parametrize(
    ("wish", "fits", "other", "tells_nothing"),
    [
        ({"license": "permissive"}, {"tags": ["license:mit"]}, {"tags": ["license:gpl-3.0"]}, {"tags": ["x"]}),
        ({"license": "permissive"}, {"tags": ["license:cc0-1.0"]}, {"tags": ["license:mit", "license:gpl"]}, {}),
        (
            {"commercial": True},
            {"tags": ["license:gpl-3.0"]},
            {"tags": ["license:llama3"]},
            {"tags": ["license:other"]},
        ),
        ({"max_params": 100}, weights(100), weights(101), {}),
        ({"min_params": 100}, weights(100), weights(99), {"tags": ["pytorch"]}),
        ({"max_size": 400}, weights(100), weights(101), {"usedStorage": 500}),
        ({"max_size": 400}, {"usedStorage": 300}, weights(201, "F16"), {}),
        ({"fits": 1200}, weights(250), weights(251), {}),
        ({"safetensors": True}, {"tags": ["safetensors"]}, {"tags": ["pytorch"]}, {"tags": ["x"]}),
        ({"gated": False}, {"gated": False}, {"gated": "auto"}, {}),
        ({"gated": True}, {"gated": "manual"}, {"gated": False}, {}),
        ({"kind": "original"}, {"tags": ["x"]}, {"tags": ["base_model:finetune:a/b"]}, {"tags": ["base_model:a/b"]}),
        ({"kind": "quantized"}, {"tags": ["base_model:a/b", "base_model:quantized:a/b"]}, {"tags": ["x"]}, None),
        ({"min_downloads": 5}, {"downloads": 5}, {"downloads": 4}, {}),
        ({"min_likes": 5}, {"likes": 5}, {"likes": 4}, {}),
        ({"updated_since": "2025-01-01"}, {"lastModified": "2025-01-01T00:00:00Z"}, {"lastModified": "2024-12-31"}, {}),
        ({"arch": ("vit",)}, {"tags": ["vit"]}, {"tags": ["vitmatte", "dataset:vit"]}, None),
    ],
)
def test_what_the_hub_cannot_filter_is_filtered_here(
    wish: dict[str, object], fits: dict[str, object], other: dict[str, object], tells_nothing: dict[str, object] | None
) -> None:
    query = Query(**wish)  # type: ignore[arg-type]
    assert misses(listed(**fits), query) is None
    reason = misses(listed(**other), query)
    assert reason is not None
    if tells_nothing is not None:
        unknown = misses(listed(**tells_nothing), query)
        assert unknown is not None
        assert unknown != reason
        assert {"no", "not", "unknown"} & set(unknown.split())


def test_an_architecture_is_found_in_names_and_tags() -> None:
    query = Query(arch=("resnet",))
    assert misses(listed("timm/resnet50.a1_in1k"), query) is None
    assert misses(listed("org/wide-resnet"), query) is None
    assert misses(listed("org/x", config={"model_type": "resnet"}), query) is None
    assert misses(listed("resnet/x"), query) == "another architecture", "an owner's name says nothing"
    assert misses(listed("org/resnetish"), query) == "another architecture"


def test_what_the_server_can_filter_goes_to_the_server(hub: LoopbackHub) -> None:
    search(
        task="classify images",
        license="mit",
        min_params="1k",
        max_params="1.5M",
        safetensors=True,
        gated=False,
        endpoint=hub.endpoint,
    )
    [request] = hub.requests("api/models")
    query = parse_qs(request.query)
    assert query["pipeline_tag"] == ["image-classification"]
    assert query["filter"] == ["license:mit", "safetensors"]
    assert query["num_parameters"] == ["min:1000,max:1500000"]
    assert query["gated"] == ["false"]
    assert {"usedStorage", "safetensors"} < set(query["expand"])


def test_the_list_is_left_where_nothing_more_can_fit(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_order, "FEWEST", 3)
    hub.inject(Fault("api/models", "page-size", at=1))
    assert ids(hub, min_downloads=500) == ["lab/other-task", "org/first"]
    assert len(hub.requests()) == 3, "the third model has fewer downloads than are wanted"


def test_a_list_in_another_order_than_asked_for_is_read_on(hub: LoopbackHub) -> None:
    """Some mirrors pass `sort` over."""
    few = [{"id": f"org/few-{n}", "downloads": 5 + n % 3, "tags": ["x"]} for n in range(30)]
    many = [{"id": f"org/many-{n}", "downloads": 1000 + n, "tags": ["x"]} for n in range(3)]
    body = json.dumps([*few, *many])
    hub.inject(Fault("api/models", "json", body=body))
    assert ids(hub, min_downloads=500) == ["org/many-0", "org/many-1", "org/many-2"]
    result = search(min_downloads=500, limit=2, endpoint=hub.endpoint)
    assert [candidate.repo_id for candidate in result.candidates] == ["org/many-1", "org/many-0"]
    assert result.candidates[0].reasons == ("place 1 by downloads (1,001 in 30 days)",)
    assert result.notes == (
        "The list does not come by downloads, as it was asked for: these are the first that fit, in order.",
    )


def test_a_list_that_counted_on_meanwhile_is_still_in_order(hub: LoopbackHub) -> None:
    falling = [{"id": f"org/m{n}", "downloads": 1000 - 10 * n + 15 * (n % 20 == 7), "tags": ["x"]} for n in range(60)]
    hub.inject(Fault("api/models", "json", body=json.dumps(falling)))
    result = search(min_downloads=500, limit=50, endpoint=hub.endpoint)
    assert len(result.candidates) == 50
    assert result.notes == ()
    found = [candidate.facts.downloads_30d or 0 for candidate in result.candidates]
    assert found == sorted(found, reverse=True)


def test_a_search_that_finds_too_little_gives_up_and_says_so(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_search, "MOST_LOOKED_AT", 2)
    hub.inject(Fault("api/models", "page-size", at=1))
    result = search(license="permissive", limit=4, endpoint=hub.endpoint)
    assert [candidate.repo_id for candidate in result.candidates] == ["org/first"]
    assert "first 2 models" in result.notes[0]
    assert result.hidden == {"no licence told": 1}


def test_best_fit_is_no_popularity() -> None:
    shared = {"pipeline_tag": "image-classification", "lastModified": "2026-01-01T00:00:00Z", "downloads": 10}
    free = {"tags": ["license:mit", "safetensors"]} | weights(1000)
    models = [
        listed("a/famous-nc", **shared | {"downloads": 10**9, "tags": ["license:cc-by-nc-4.0", "safetensors"]}),
        listed("a/pickle", **shared | {"downloads": 10**8, "tags": ["license:mit", "pytorch"]}),
        listed("a/old", **shared | free | {"lastModified": "2020-01-01T00:00:00Z", "downloads": 10**7}),
        listed("a/huge", **shared | free | weights(10**6)),
        listed("a/good", **shared | free),
        listed("a/code", **shared | free | {"tags": ["license:mit", "safetensors", "custom_code"]}),
        listed("a/equal-and-known", **shared | free | {"downloads": 11}),
    ]
    query = Query(task="image-classification", sort="fit", limit=6)
    found = in_order([candidate_of(model) for model in models], query, memory=10_000, today=date(2026, 6, 1))
    assert [candidate.repo_id.removeprefix("a/") for candidate in found] == [
        "equal-and-known",
        "good",
        "old",
        "huge",
        "code",
        "pickle",
    ]
    assert found[0].reasons == (
        "made for image-classification",
        "mit: commercial use allowed",
        "safetensors weights",
        "needs about 4.8 kB of 10 kB memory",
        "last changed 2026-01-01",
    )


def test_orders_that_the_hub_does_not_have_are_made_here(hub: LoopbackHub) -> None:
    result = search(sort="parameters", endpoint=hub.endpoint)
    assert result.candidates[0].repo_id == "org/first", "the only one whose number is told"
    assert result.candidates[0].reasons == ("place 1 by parameters (10)",)
    best = search(sort="fit", task="image-classification", limit=1, fits="1MB", endpoint=hub.endpoint)
    assert best.to_dict()["candidates"][0]["memory"] == 48
    assert any("a fifth more, to fit in 1 MB" in note for note in best.notes)
    assert best.hidden == {"no size of the weights told": 2}


def test_why_in_this_order_is_told_to_people(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = call(capsys, "search", "--task", "classify images", "--sort", "fit", "--fits", "--endpoint", hub.endpoint)
    assert outcome.code == 0, outcome.err
    assert "- org/first: made for image-classification; apache-2.0: commercial use allowed; safetensors" in outcome.out
    assert "downloads decide between equals only" in outcome.out


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("100M", 10**8),
        ("1.5B", 1_500_000_000),
        ("50k", 50_000),
        ("1,500,000", 1_500_000),
        ("7 billion", 7 * 10**9),
        ("12", 12),
    ],
)
def test_counts_are_read_as_people_write_them(text: str, count: int) -> None:
    assert parse_count(text, "--max-params") == count


@pytest.mark.parametrize(
    ("text", "size"), [("500MB", 5 * 10**8), ("2GiB", 2**31), ("1.5 GB", 1_500_000_000), ("300", 300), ("4k", 4000)]
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert parse_bytes(text, "--max-size") == size


def test_days_counts_and_sizes_are_short() -> None:
    assert [parse_day(text, "--x") for text in ("2025", "2025-6", "2025-06-30")] == [
        "2025-01-01",
        "2025-06-01",
        "2025-06-30",
    ]
    assert [short_count(n) for n in (0, 999, 86_567_656, 999_999, 1_500_000_000)] == ["0", "999", "86.6M", "1M", "1.5B"]
    assert short_bytes(346_293_852) == "346 MB"
    assert [
        needed_memory(most_weights(n)) <= n < needed_memory(most_weights(n) + 1) for n in (1, 7, 1200, 16 * 10**9)
    ] == [True] * 4


def test_the_kind_is_told_by_the_tags() -> None:
    assert kind_of(["base_model:a/b", "base_model:adapter:a/b"]) == "adapter"
    assert kind_of(["base_model:a/b"]) is None
    assert kind_of(["adapter"]) == "original"


def test_formats_and_architecture_come_from_tags_and_file_names() -> None:
    files = [
        {"rfilename": name} for name in ("model.safetensors", "x/pytorch_model-00001-of-2.bin", "v.pkl", 5, "a.gguf")
    ]
    model = listed(
        siblings=files, tags=["transformers", "pytorch", "bert", "fill-mask", "en"], pipeline_tag="fill-mask"
    )
    assert model.formats == ("safetensors", "gguf", "pytorch", "pickle")
    assert (model.architecture, model.card) == ("bert", False)
    assert "no card" in candidate_of(model).concerns
    assert candidate_of(listed(tags=["pytorch"])).concerns == ("no licence", "pickle only")
    assert listed(tags=["transformers", "en", "de", "fill-mask"], pipeline_tag="fill-mask").architecture is None


def test_a_fresh_process_loads_no_torch_and_checks_the_environment_first(hub: LoopbackHub) -> None:
    code = (
        "import os, sys\n"
        "from modelpick.cli.entry import run\n"
        "codes = [run(['search', '--format', 'quiet'])]\n"
        "os.environ['HF_HUB_DOWNLOAD_TIMEOUT'] = 'abc'\n"
        "codes.append(run(['search']))\n"
        "heavy = {'torch', 'transformers', 'sklearn', 'duckdb', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "print(codes)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(hub.endpoint), check=True
    )
    assert done.stdout.splitlines()[-1] == "[0, 2]"
    bad = subprocess.run(
        [sys.executable, "-m", "modelpick", "search"],
        capture_output=True,
        text=True,
        env=environment(hub.endpoint) | {"HF_HUB_DOWNLOAD_TIMEOUT": "abc"},
        check=False,
    )
    assert bad.returncode == 2
    assert "HF_HUB_DOWNLOAD_TIMEOUT" in bad.stderr
    assert "Traceback" not in bad.stderr


def environment(endpoint: str) -> dict[str, str]:
    return {**os.environ, "HF_ENDPOINT": endpoint, "PYTHONPATH": str(Path(__file__).parents[2])}
