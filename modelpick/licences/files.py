"""Which files of a repo are licences, notices or policies of use, by their names."""

from __future__ import annotations

import re

_KIND = r"licen[cs]e|copying|notice|use[-_ ]?policy"
_WORDS = ("licen", "copying", "notice", "policy")
# `LICENSE`, `LICENSE-CODE.txt`, `vae/LICENSE`, `apache_license.md`, `Tongyi Qianwen LICENSE AGREEMENT.txt`
_FILE = re.compile(rf"(?:[\w.-]{{1,60}}/)?(?:[a-z0-9.]{{1,20}}[-_ ]){{0,4}}(?:{_KIND})[\w .-]{{0,60}}", re.IGNORECASE)
_NO_TEXT = (".py", ".json", ".png", ".jpg", ".svg", ".yaml", ".yml", ".csv", ".html")


def is_licence_file(path: str) -> bool:
    """Whether a file, at the top or one folder down, bears the name of a licence, a notice or a policy of use."""
    low = path.lower()
    if not any(word in low for word in _WORDS):
        return False  # cheap: repos of a hundred thousand files come here
    return bool(_FILE.fullmatch(path)) and not low.endswith(_NO_TEXT)


def is_notice(path: str) -> bool:
    """Whether such a file is a notice, which credits somebody and grants nothing."""
    return "notice" in path.rpartition("/")[2].lower()
