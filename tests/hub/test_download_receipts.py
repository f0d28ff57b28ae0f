"""What a download leaves in our own folder."""

import json
from pathlib import Path

from modelpick.hub.download import Receipt, ReceivedFile
from modelpick.hub.receipts import home, write_receipt


def receipt(folder):
    file = ReceivedFile(path="model.safetensors", bytes=12, sha256="a" * 64, fetched=True)
    return Receipt(repo_id="org/x", commit="b" * 40, folder=folder, files=(file,), seconds=1.0)


def test_a_receipt_tells_what_lies_where(tmp_path):
    place = write_receipt(receipt(tmp_path / "here"), "http://127.0.0.1:1")
    written = json.loads(place.read_text("utf-8"))
    assert place.parent == home() / "receipts"
    assert written["folder"] == str(tmp_path / "here")
    assert written["files"] == [{"path": "model.safetensors", "size": 12, "sha256": "a" * 64, "fetched": True}]
    assert write_receipt(receipt(tmp_path / "here"), "http://127.0.0.1:1") == place
    assert write_receipt(receipt(tmp_path / "there"), "http://127.0.0.1:1") != place
    assert len(list(place.parent.iterdir())) == 2


def test_without_modelpick_home_the_platform_decides(monkeypatch):
    monkeypatch.delenv("MODELPICK_HOME")
    assert home().name == "modelpick"
    assert home().is_relative_to(Path.home())
