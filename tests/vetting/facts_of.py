"""Facts for tests: a card written in the test, read by the real reader."""

from __future__ import annotations

import textwrap
from typing import Any

from modelpick.card.reader import read_card
from modelpick.card_facts import CardFacts
from modelpick.facts import FileFact, RepoFacts


def card(text: str) -> CardFacts:
    """The card of a text; the text is dedented and stripped."""
    data = textwrap.dedent(text).strip("\n").encode()
    return read_card(data, "README.md", size=len(data))


def facts(text: str | None = None, *, files: dict[str, int | None] | None = None, **fields: Any) -> RepoFacts:
    """The facts of a repo on the Hub with that card and those files (path -> bytes)."""
    listed = None if files is None else tuple(FileFact(path=path, bytes=size) for path, size in files.items())
    fields = {"requested": "ann/model", "repo_id": "ann/model", "source": "hub", "gated": "no", **fields}
    return RepoFacts(card=None if text is None else card(text), files=listed, **fields)


GOOD = """
---
license: apache-2.0
library_name: transformers
datasets: [squad]
---
# Answers

This model is intended to be used for question answering over short English texts.

## Training data
It was fine-tuned on the SQuAD dataset.

## How to use
```python
from transformers import pipeline
answer = pipeline("question-answering", model="ann/answers")
```

## Limitations
The model may produce wrong answers and does not support texts of more than 512 tokens.

## Out-of-scope use
It should not be used for medical advice.

## Results
The model reaches an F1 of 88.2 on the test set.
"""
"""A card that answers everything."""
