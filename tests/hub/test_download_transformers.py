"""What was downloaded is accepted offline by those who use it: `hf cache verify` and transformers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from loopback_hub import LoopbackHub, write_repo

import modelpick


def test_hf_verifies_it_and_transformers_loads_the_same_tensors_offline(
    repos: Path, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModel, BertConfig, BertModel

    config = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, vocab_size=50)
    model = BertModel(config)
    model.save_pretrained(tmp_path / "made")
    contents: dict[str, str | bytes] = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    write_repo(repos, "org/tiny", contents | {"README.md": "---\nlicense: mit\n---\n# Tiny\n"})
    cache = own_home / "hf" / "hub"
    with LoopbackHub(repos) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        result = modelpick.download("org/tiny", allow_rejected=True)
        hf = Path(sys.executable).with_name("hf")
        verify = [hf, "cache", "verify", "org/tiny", "--cache-dir", cache]
        done = subprocess.run(verify, capture_output=True, text=True, check=False, env=os.environ)
        assert done.returncode == 0, done.stdout + done.stderr
        asked = len(hub.requests())
        by_id = AutoModel.from_pretrained("org/tiny", cache_dir=cache, local_files_only=True)
        by_path = AutoModel.from_pretrained(result.path, use_safetensors=True, local_files_only=True)
        assert len(hub.requests()) == asked
    assert result.loading[0] == "from transformers import AutoModel"
    for loaded in (by_id, by_path):
        state = loaded.state_dict()
        assert state.keys() == model.state_dict().keys()
        assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
