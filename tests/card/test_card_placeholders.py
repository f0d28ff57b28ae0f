"""What templates leave behind says nothing; what stands beside it does."""

from __future__ import annotations

import pytest

from modelpick.card.placeholders import is_placeholder


@pytest.mark.parametrize(
    "text",
    [
        "[More Information Needed]",
        "More information needed.",
        "Developed by: [More Information Needed]",
        "{{ model_description }}",
        "[TODO: describe the data used to train the model]",
        "TBD",
        "Provide a quick summary of what the model is/does.",
        "This section is meant to convey both technical and sociotechnical limitations.",
        "This section describes the evaluation protocols and provides the results.",
        "Some next steps: fill out this model card with more information (see the template below)!",
        "test | N/A | N/A",
    ],
)
def test_a_text_that_nobody_filled_in(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "More information needed? See the paper, which tells the training data.",
        "test | 0.92 | N/A",
        "It finds `TODO` comments in code.",
        "This section describes how birds sing.",
        "Provide a photo and the model names the bird.",
    ],
)
def test_a_text_that_says_something(text: str) -> None:
    assert not is_placeholder(text)
