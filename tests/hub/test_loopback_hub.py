"""The loopback Hub, held against the real clients: huggingface_hub, the `hf` command and transformers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_hub import Fault, LoopbackHub, safetensors_bytes, write_repo

CARD = (
    "---\nlicense: mit\nlanguage:\n- en\ndatasets: [imdb]\nbase_model: org/base\n---\n"
    "# Tiny\narxiv.org/abs/1706.03762\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repos")
    files: dict[str, str | bytes] = {
        "README.md": CARD,
        "config.json": '{"model_type": "bert", "architectures": ["BertModel"]}',
        "model.safetensors": safetensors_bytes({"w": (3, 4), "b": (3,)}),
        "sub/vocab.txt": "a\nb\n",
    }
    write_repo(root, "org/tiny", files, downloads=7, likes=2, downloadsAllTime=70, childrenModelCount={"adapter": 1})
    write_repo(root, "org/tiny@v1", {"README.md": "# old"})
    write_repo(root, "org/gated", {"README.md": "# g"}, gated="manual", access_tokens=["hf_right"])
    write_repo(root, "org/old", {}, renamed_to="org/tiny")
    write_repo(root, "org/off", {"README.md": "# o"}, disabled=True)
    for index in range(5):
        write_repo(root, f"many/m{index}", {}, downloads=index, tags=["license:mit", "x"], pipeline_tag="fill-mask")
    return root


@pytest.fixture(scope="module")
def hub(folder: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub(folder, page_size=2) as server:
        yield server


@pytest.fixture(autouse=True)
def clean(hub: LoopbackHub) -> None:
    hub.forget()
    hub.heal()


def get(hub: LoopbackHub, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(hub.endpoint + path, method=method, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_model_info_and_list_models_of_the_real_client(hub: LoopbackHub) -> None:
    from huggingface_hub import HfApi

    api = HfApi(endpoint=hub.endpoint)
    info = api.model_info("org/tiny", files_metadata=True, securityStatus=True)
    assert info.safetensors is not None
    assert info.safetensors.total == 15
    assert set(info.tags or ()) >= {"license:mit", "dataset:imdb", "arxiv:1706.03762", "base_model:org/base", "en"}
    weights = next(s for s in info.siblings or () if s.rfilename == "model.safetensors")
    assert weights.lfs is not None
    assert len(weights.lfs.sha256) == 64
    assert api.model_info("org/tiny", expand=["downloadsAllTime"]).downloads_all_time == 70
    assert api.model_info("org/old").id == "org/tiny"
    assert api.model_info("org/tiny", revision="v1").sha != info.sha
    listed = [m.id for m in api.list_models(filter=["license:mit", "x"], sort="downloads", limit=3)]
    assert listed == ["many/m4", "many/m3", "many/m2"]
    assert len(hub.requests("^/api/models\\?")) == 2  # pages of two
    assert [b.name for b in api.list_repo_refs("org/tiny").branches] == ["main", "v1"]
    assert {f.path for f in api.get_paths_info("org/tiny", ["config.json", "nope"])} == {"config.json"}


def test_snapshot_and_file_download_and_the_hf_command(hub: LoopbackHub, own_home: Path) -> None:
    from huggingface_hub import hf_hub_download, snapshot_download

    root = Path(snapshot_download("org/tiny", endpoint=hub.endpoint, cache_dir=own_home / "c"))
    assert (root / "sub/vocab.txt").read_text() == "a\nb\n"
    old = Path(hf_hub_download("org/tiny", "README.md", revision="v1", endpoint=hub.endpoint, cache_dir=own_home / "c"))
    assert old.read_text() == "# old"
    environment = os.environ | {"HF_ENDPOINT": hub.endpoint, "HF_HUB_CACHE": str(own_home / "c")}
    command = [Path(sys.executable).with_name("hf"), "cache", "verify", "org/tiny"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_transformers_reads_a_config(hub: LoopbackHub, own_home: Path) -> None:
    code = (
        "import sys; from transformers import AutoConfig; "
        "print(AutoConfig.from_pretrained('org/tiny', cache_dir=sys.argv[1]).model_type)"
    )
    command = [sys.executable, "-c", code, str(own_home / "c")]
    environment = os.environ | {"HF_ENDPOINT": hub.endpoint}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "bert", done.stderr


def test_errors_as_recorded_from_the_hub(hub: LoopbackHub, folder: Path) -> None:
    status, headers, _ = get(hub, "/api/models/org/nope")
    assert (status, headers.get("X-Error-Code")) == (401, None)
    status, headers, _ = get(hub, "/api/models/org/nope", Authorization="Bearer hf_any")
    assert (status, headers["X-Error-Code"]) == (404, "RepoNotFound")
    for token, expected in ((None, 401), ("hf_wrong", 403), ("hf_right", 200)):
        sent = {} if token is None else {"Authorization": f"Bearer {token}"}
        status, headers, _ = get(hub, "/org/gated/resolve/main/README.md", **sent)
        assert status == expected
        assert headers.get("X-Error-Code") == (None if status == 200 else "GatedRepo")
    assert get(hub, "/api/models/org/gated")[0] == 200
    assert get(hub, "/org/off/resolve/main/README.md")[0] == 403
    status, headers, _ = get(hub, "/org/tiny/resolve/main/no.txt", "HEAD")
    assert (status, headers["X-Error-Code"], len(headers["X-Repo-Commit"])) == (404, "EntryNotFound", 40)
    assert get(hub, "/api/models/org/tiny/tree/nope")[1]["X-Error-Code"] == "RevisionNotFound"
    assert get(hub, "/api/models?sort=nope")[0] == 400
    assert [r.token for r in hub.requests("gated/resolve")] == [None, "hf_wrong", "hf_right"]
    with LoopbackHub(folder, not_found_code=True) as other:
        assert get(other, "/api/models/org/nope")[1]["X-Error-Code"] == "RepoNotFound"


def test_ranges(hub: LoopbackHub) -> None:
    path = "/org/tiny/resolve/main/sub/vocab.txt"
    status, headers, body = get(hub, path, Range="bytes=2-")
    assert (status, headers["Content-Range"], body) == (206, "bytes 2-3/4", b"b\n")
    status, headers, _ = get(hub, path, Range="bytes=4-")
    assert (status, headers["Content-Range"]) == (416, "bytes */4")
    assert get(hub, path, **{"Range": "bytes=2-", "If-Range": '"other"'})[0] == 200


def test_faults(hub: LoopbackHub) -> None:
    path = "/org/tiny/resolve/main/sub/vocab.txt"
    hub.inject(Fault("vocab", "flip", at=2, count=1))
    assert get(hub, path)[2] == b"a\nc\n"
    assert get(hub, path)[2] == b"a\nb\n"
    hub.inject(Fault("vocab", "status", status=503, headers={"Retry-After": "2"}, count=1, skip=1))
    assert get(hub, path)[0] == 200
    assert get(hub, path)[1]["Retry-After"] == "2"
    hub.inject(Fault("vocab", "shift", at=1, count=1))
    assert get(hub, path, Range="bytes=2-")[1]["Content-Range"] == "bytes 3-3/4"
    hub.inject(Fault("vocab", "no-range", count=1))
    assert get(hub, path, Range="bytes=2-")[0] == 200
    hub.inject(Fault("api/models/org", "patch", patch={"sha": "../x"}, count=1))
    assert b'"sha": "../x"' in get(hub, "/api/models/org/tiny")[2]
    hub.inject(Fault("vocab", "redirect", location=hub.endpoint + "/org/tiny/resolve/v1/README.md", count=1))
    assert get(hub, path)[2] == b"# old"
    hub.inject(Fault("vocab", "html", count=1))
    assert b"<html>" in get(hub, path)[2]
    hub.inject(Fault("vocab", "drop-header", header="ETag", count=1))
    assert "ETag" not in get(hub, path)[1]


@pytest.mark.parametrize(("kind", "got"), [("cut", b"HTTP/1.1 200"), ("reset", b"")])
def test_broken_connections(hub: LoopbackHub, kind: str, got: bytes) -> None:
    hub.inject(Fault("vocab", kind, at=1, count=1))
    host, port = hub.endpoint.removeprefix("http://").split(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /org/tiny/resolve/main/sub/vocab.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            while part := connection.recv(4096):
                received += part
            ended = "cut"
        except ConnectionResetError:
            ended = "reset"
    assert ended == kind
    assert received.startswith(got)
    assert not received.endswith(b"a\nb\n")


def test_starting_is_quick(folder: Path) -> None:
    start = time.monotonic()
    with LoopbackHub(folder):
        assert time.monotonic() - start < 10  # 0.1 s on a quiet machine
