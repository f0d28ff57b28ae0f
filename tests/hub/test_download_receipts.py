"""What a download leaves in our own folder."""

import json

from modelpick.hub.download import Receipt, ReceivedFile
from modelpick.hub.receipts import read_receipts, write_receipt
from modelpick.places import own_folder


def receipt(folder):
    file = ReceivedFile(path="model.safetensors", bytes=12, sha256="a" * 64, fetched=True)
    return Receipt(repo_id="org/x", commit="b" * 40, folder=folder, files=(file,), seconds=1.0)


def test_a_receipt_tells_what_lies_where(tmp_path):
    place = write_receipt(receipt(tmp_path / "here"), "http://127.0.0.1:1")
    written = json.loads(place.read_text("utf-8"))
    assert place.parent == own_folder() / "receipts"
    assert written["folder"] == str(tmp_path / "here")
    assert written["files"] == [{"path": "model.safetensors", "size": 12, "sha256": "a" * 64, "fetched": True}]
    assert write_receipt(receipt(tmp_path / "here"), "http://127.0.0.1:1") == place
    assert write_receipt(receipt(tmp_path / "there"), "http://127.0.0.1:1") != place
    assert len(list(place.parent.iterdir())) == 2


def test_of_two_receipts_of_one_second_the_later_stands_last(tmp_path):
    folders = [tmp_path / f"folder{number}" for number in range(6)]
    for folder in folders:
        write_receipt(receipt(folder), "http://127.0.0.1:1")
    assert [kept.folder for kept in read_receipts()[0]] == folders
