"""What transformers and its parts raise on files of others that do not hold together, told in one line."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType

from safetensors import SafetensorError

from modelpick.errors import ModelpickError, lacks_memory
from modelpick.models.pretrained.refusal import refused

_FAULTS = (
    OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, ImportError, ArithmeticError,
    AssertionError, SafetensorError,
)  # fmt: skip
_BY_NAME = ("StrictDataclassError",)
"""Of huggingface_hub, on values of a config; that package is not for this room."""


class InOneLine(AbstractContextManager[None]):
    """Turns what a model's own code raises into a refusal of the model; lack of memory, and our own errors, go through.

    Args:
        name: Of the model.
        what: What it fails at, with the error's own words behind it.
    """

    def __init__(self, name: str, what: str) -> None:
        self.name = name
        self.what = what

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raises AnswerIsNo in the error's place.

        tokenizers raises a bare Exception on a damaged tokenizer: that class alone is meant, and no other below it.
        """
        if error is None or isinstance(error, ModelpickError) or lacks_memory(error):
            return
        named = any(above.__name__ in _BY_NAME for above in type(error).__mro__)
        if isinstance(error, _FAULTS) or named or type(error) is Exception:
            raise refused(self.name, f"{self.what}: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """The first line that says something, cut; of a key that is not there its name."""
    if isinstance(error, KeyError) and error.args:
        return f"it has no {str(error.args[0])[:100]!r}"
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)[:200]
