"""Paths as users write them."""

from pathlib import Path

import pytest
from command_line import call

from modelpick.errors import UsageError
from modelpick.places import own_folder, user_path, whole_path


def test_home_is_filled_in_and_an_unknown_one_is_named(own_home):
    assert user_path("~/x") == Path.home() / "x"
    assert whole_path("x") == Path.cwd() / "x"
    assert own_folder() == own_home / "modelpick"
    with pytest.raises(UsageError, match="~nosuchuser"):
        user_path("~nosuchuser/x")
    with pytest.raises(UsageError, match="empty"):
        whole_path(" ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["runs", "--folder", "~nosuchuser/x"],
        ["predict", "~nosuchuser/x", "--row", "1"],
        ["eval", "iris", "--run-dir", "~nosuchuser/x"],
        ["download", "a/b", "--local-dir", "~nosuchuser/x"],
    ],
)
def test_no_command_stumbles_over_an_unknown_home(capsys, arguments):
    ended = call(capsys, *arguments)
    assert ended.code == 2, ended.err
    assert "~nosuchuser" in ended.err


def test_without_modelpick_home_the_platform_decides(monkeypatch):
    monkeypatch.delenv("MODELPICK_HOME")
    assert own_folder().name == "modelpick"
    assert own_folder().is_relative_to(Path.home())
