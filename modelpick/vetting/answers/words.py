"""How the readers write down words: many short patterns that are one alternation. A space is a space.

Most are in lower case and are searched in a lowered text (`Line.low`), which is several times as fast as ignoring case.
"""

from __future__ import annotations

import re


def either(*patterns: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """One pattern that matches where any of these does."""
    return re.compile(group(*patterns), flags)


def group(*patterns: str) -> str:
    """The alternation as text, to build further patterns from."""
    return "(?:" + "|".join(patterns) + ")"
