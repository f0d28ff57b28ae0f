"""The error for a pretrained model that is not taken: one line, and the way out."""

from __future__ import annotations

from modelpick.errors import AnswerIsNo

ANOTHER = "choose another model"


def refused(name: str, why: str, hint: str = ANOTHER) -> AnswerIsNo:
    """`name` is how the model is called by the user; `why` follows it in the sentence."""
    return AnswerIsNo(f"`{name}` cannot be used: {why}", hint, kind="pretrained")
