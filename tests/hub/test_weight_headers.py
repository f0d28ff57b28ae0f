"""Parts of weight files over the network: what is asked for, how much, and what a server may answer."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator

import pytest
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

from modelpick.errors import AnswerIsNo
from modelpick.facts import RepoFacts
from modelpick.hub.client import HubClient
from modelpick.hub.collect import collect
from modelpick.hub.repo_reader import MAX_VET, Budget
from modelpick.hub.settings import Settings, Timeouts

LARGE = safetensors_bytes({"a": [500_000]}, metadata={"license": "mit"})


def gguf(words: int) -> bytes:
    """A header of one chat template after a vocabulary."""

    def text(value: bytes) -> bytes:
        return struct.pack("<Q", len(value)) + value

    vocabulary = text(b"tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, words) + text(b"a long token") * words
    template = text(b"tokenizer.chat_template") + struct.pack("<I", 8) + text(b"{{ x }}")
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + vocabulary + template


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    folder = tmp_path_factory.mktemp("repos")
    write_repo(folder, "org/large", {"README.md": "# x\n", "model.safetensors": LARGE})
    write_repo(folder, "org/small", {"README.md": "# x\n", "model.safetensors": safetensors_bytes({"a": [2]})})
    write_repo(folder, "org/many", {f"checkpoint-{n}/optimizer.pt": b"\x80\x02}." for n in range(60)})
    write_repo(folder, "org/gguf", {"q4.gguf": gguf(400_000), "q8.gguf": gguf(400_000)})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02B" + struct.pack("<I", 7 * 2**20) + bytes(7 * 2**20) + b".")
    texts = {f"{n}/LICENSE": b"x" * 3_900_000 for n in range(5)}
    write_repo(folder, "org/heavy", {"README.md": "x" * 2**20, "m.pt": packed.getvalue(), **texts})
    write_repo(folder, "org/zip", {"weights.zip": b"PK\x03\x04" + bytes(500_000)})
    with LoopbackHub(folder) as hub:
        yield hub


def facts_of(hub: LoopbackHub, repo_id: str) -> RepoFacts:
    timeouts = Timeouts(connect=2, read=2, silence=3, file=1, headers=1)
    with HubClient(Settings(endpoint=hub.endpoint, token=None, timeouts=timeouts)) as client:
        return collect(client, repo_id)


def parts(hub: LoopbackHub) -> list[str]:
    return [request.headers["range"] for request in hub.requests("resolve") if "range" in request.headers]


def missing(facts: RepoFacts) -> dict[str, str]:
    return {one.what: one.reason for one in facts.missing}


def test_a_header_costs_one_request_of_64_kib(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/large")
    assert parts(hub) == ["bytes=0-65535"]
    (weights,) = facts.weights
    assert (weights.metadata, weights.tensors, weights.dtypes) == ({"license": "mit"}, 1, {"F32": 500_000})
    assert facts.parameters == 500_000


def test_where_the_hub_does_not_count_the_headers_do(hub: LoopbackHub) -> None:
    hub.inject(Fault("blobs=true", "patch", patch={"safetensors": None}))
    assert facts_of(hub, "org/large").parameters == 500_000


@pytest.mark.parametrize("place", ["{path}", "http://localhost:{port}{{path}}"])
def test_a_redirect_keeps_the_range(hub: LoopbackHub, place: str) -> None:
    port = hub.endpoint.rpartition(":")[2]
    location = place.format(port=port, path="{path}")
    hub.inject(Fault("safetensors", "redirect", location=location, count=1))
    assert facts_of(hub, "org/large").weights[0].tensors == 1
    assert parts(hub) == ["bytes=0-65535", "bytes=0-65535"]


def test_a_server_that_gives_no_parts_is_read_up_to_the_part_and_no_further(hub: LoopbackHub) -> None:
    hub.inject(Fault("safetensors", "no-range"))
    hub.inject(Fault("safetensors", "endless", at=1 << 33))
    assert facts_of(hub, "org/large").weights[0].tensors == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("safetensors", "shift", at=7), "another part"),
        (Fault("safetensors", "html"), "web page"),
        (Fault("safetensors", "hang", seconds=30), "did not send"),
        (Fault("safetensors", "status", status=403), "refused access"),
        (Fault("safetensors", "status", status=416), "does not serve"),
        (Fault("safetensors", "status", status=404), "has no file"),
    ],
)
def test_a_part_that_cannot_be_had_is_said_and_fails_no_vet(hub: LoopbackHub, fault: Fault, reason: str) -> None:
    hub.inject(fault)
    facts = facts_of(hub, "org/large")
    assert reason in missing(facts)["weights"]
    assert facts.card is not None
    assert facts.weights == ()


def test_a_part_that_is_cut_makes_the_file_broken(hub: LoopbackHub) -> None:
    hub.inject(Fault("safetensors", "truncate", at=5))
    facts = facts_of(hub, "org/large")
    (file,) = [file for file in facts.files or () if file.problem]
    assert "ends at 5" in (file.problem or "")


def test_a_file_that_was_read_whole_must_have_its_hash(hub: LoopbackHub) -> None:
    hub.inject(Fault("safetensors", "flip", at=60))
    with pytest.raises(AnswerIsNo):
        facts_of(hub, "org/small")


def test_many_files_cost_a_bounded_number_of_requests(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/many")
    assert len(parts(hub)) == 12
    assert missing(facts)["weights"] == "12 of 60 were looked into"
    siblings = [{"rfilename": f"a/{n}.pt", "size": 5000, "lfs": {"sha256": "a" * 64}} for n in range(50_000)]
    hub.inject(Fault("blobs=true", "json", body=json.dumps({"id": "org/many", "sha": "c" * 40, "siblings": siblings})))
    hub.forget()
    assert "weights" in missing(facts_of(hub, "org/many"))
    assert len(parts(hub)) == 1, "the first is not served, so no other is asked for"


def test_a_size_that_lies_is_found_out(hub: LoopbackHub) -> None:
    weights = {"rfilename": "model.safetensors", "size": 10**15, "lfs": {"sha256": "a" * 64, "size": 10**15}}
    hub.inject(Fault("blobs=true", "patch", patch={"siblings": [weights]}))
    (file,) = facts_of(hub, "org/large").files or ()
    assert f"the file holds {10**15 - 8}"[:18] in (file.problem or "")


def test_no_more_than_a_few_reads_of_one_zip(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/zip")
    assert len(parts(hub)) <= 5
    assert facts.weights[0].problem is not None


def test_a_long_vocabulary_before_the_template_costs_a_few_requests(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/gguf")
    (weights,) = facts.weights
    assert (weights.examined, weights.chat_template) == ("header", "{{ x }}")
    assert len(parts(hub)) <= 5
    assert "1 of 2" in missing(facts)["weights"]


def test_texts_and_weights_together_stay_within_what_one_vet_may_fetch(hub: LoopbackHub) -> None:
    facts = facts_of(hub, "org/heavy")
    weight = facts.weights[0]
    assert (weight.path, weight.examined) == ("m.pt", "header")
    read = 2**20 + 7 * 2**20 + sum(len(text.text) for text in facts.texts)
    assert read < MAX_VET
    assert sum(what.endswith("LICENSE") for what in missing(facts)) == 5 - len(facts.texts)


def test_a_share_of_a_budget_is_counted_once() -> None:
    whole = Budget(10)
    share = whole.share(8)
    assert (whole.left, share.left) == (2, 8)
    share.take(3)
    whole.give_back(share)
    assert (whole.left, share.left) == (7, 0)
    assert whole.share(20).left == 7
