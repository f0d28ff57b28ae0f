"""Every test runs in a home of its own: no token, no network but 127.0.0.1, no cache of the person who runs it.

huggingface_hub reads its variables when it is imported; so they are set here before anything imports it, and its
constants follow each test's own folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

SESSION = Path(tempfile.mkdtemp(prefix="modelpick-tests-"))
FOREIGN = ("HF_", "HUGGING", "HUGGINGFACE_", "MODELPICK_", "TRANSFORMERS_", "XDG_")
"""Variables of the person who runs the tests that must not count."""


def _set_environment() -> None:
    for name in [n for n in os.environ if n.startswith(FOREIGN) or n.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ |= {
        "HOME": str(SESSION / "home"),
        "HF_HOME": str(SESSION / "hf"),
        "MODELPICK_HOME": str(SESSION / "modelpick"),
        "MPLCONFIGDIR": str(SESSION / "matplotlib"),
        "MPLBACKEND": "agg",
        "HF_ENDPOINT": "http://127.0.0.1:9",  # nothing listens there: a test that forgets its endpoint fails at once
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_XET": "1",
        "DISABLE_SAFETENSORS_CONVERSION": "1",
    }
    if os.environ.get("TEST_ON_GPU") != "1":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # many tests compare bits, which a GPU gives only to the last but one
    (SESSION / "home").mkdir(exist_ok=True)


def _hear_ctrl_c() -> None:
    """Where a script starts the tests in the background, the shell has them ignore Ctrl-C, and so would every process
    that a test starts and interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_set_environment()
_hear_ctrl_c()


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh HOME, HF_HOME and MODELPICK_HOME for each test, and the folder that holds them."""
    home = tmp_path_factory.mktemp("home")
    cache = home / "hf"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("HF_HOME", str(cache))
    monkeypatch.setenv("MODELPICK_HOME", str(home / "modelpick"))
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is not None:
        places = {"HF_HOME": cache, "HF_HUB_CACHE": cache / "hub", "HF_TOKEN_PATH": cache / "token"}
        places |= {"HF_STORED_TOKENS_PATH": cache / "stored_tokens", "HF_ASSETS_CACHE": cache / "assets"}
        for name, place in places.items():
            monkeypatch.setattr(constants, name, str(place), raising=False)
    return home


@pytest.fixture
def repos(tmp_path: Path) -> Path:
    """An empty folder for the repos of a loopback Hub (see `loopback_hub`)."""
    folder = tmp_path / "repos"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def pretrained_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small pretrained models, made and trained once: text, image, sound, sentence, timm. Only to be read."""
    import made_models

    root = tmp_path_factory.mktemp("pretrained")
    made_models.text_classifier(root / "text")
    made_models.image_classifier(root / "image")
    made_models.sound_classifier(root / "sound")
    made_models.sentence_encoder(root / "sentence", root / "text")
    made_models.timm_resnet(root / "timm")
    return root


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Cases of bytes are named by their argument: packed bytes hold a time stamp, and two workers have to agree."""
    return argname if isinstance(val, bytes) else None


def pytest_sessionfinish() -> None:
    """Removes the session's folder."""
    shutil.rmtree(SESSION, ignore_errors=True)
