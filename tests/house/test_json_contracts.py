"""The README's table of JSON schemas is what the commands print."""

import json
import re

import pytest
from command_line import call
from house.readme_blocks import README
from loopback_hub import LoopbackHub, safetensors_bytes, write_repo

CARD = "---\nlicense: apache-2.0\npipeline_tag: image-classification\n---\n# M\n\nThis model classifies photos.\n"
TABLE = {
    schema: re.findall(r"`(\w+)`", members)
    for schema, members in re.findall(
        r"^\| `(modelpick\.[\w.]+/1)` \| [^|]+ \| ([^|]+) \|$", README.read_text("utf-8"), re.MULTILINE
    )
}


@pytest.fixture
def printed(repos, tmp_path, monkeypatch, capsys):
    """Schema -> the object that a real command printed."""
    files = {"README.md": CARD, "config.json": "{}", "model.safetensors": safetensors_bytes({"w": (2, 2)})}
    write_repo(repos, "org/m", files, downloads=3)
    monkeypatch.chdir(tmp_path)
    with LoopbackHub(repos) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        lines = [
            "catalog resnet",
            "search --task image-classification",
            "vet org/m",
            "vet --explain license-known",
            "policy",
            "policy show commercial",
            "policy init p.toml",
            "download org/m --yes --lock",
            "lock check",
            "verify",
            "cache",
            "doctor org/m",
            "index build --task image-classification",
            "eval iris --repeats 2 --epochs 2 --without sklearn-mlp --run-dir run",
            "predict ./run --row 6.6,3,4.4,1.4",
            "show ./run",
            "runs",
            "runs rm ./run --yes",
            "predict ./none --row 1",
        ]
        answers = [json.loads(call(capsys, *line.split(), "--format", "json").out) for line in lines]
    return {answer["schema"]: answer for answer in answers}


def test_the_readme_lists_the_schemas_and_their_members(printed):
    assert set(TABLE) == set(printed)
    for schema, answer in printed.items():
        members = [name for name in answer if name != "schema"]
        if schema == "modelpick.error/1":
            members += list(answer["error"])
        assert members == TABLE[schema], schema
