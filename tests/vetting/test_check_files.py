"""Every check is in the tuple, explained under the four headings, and findable by its id."""

import pkgutil
import re

import pytest

import modelpick.vetting.checks as room
from modelpick.errors import UsageError
from modelpick.vetting.check import HEADINGS
from modelpick.vetting.checks import CHECKS
from modelpick.vetting.explain import explanation_of, split_explanation


def test_every_file_is_in_the_tuple_and_bears_its_id() -> None:
    files = {module.name for module in pkgutil.iter_modules(room.__path__)}
    assert files == {check.id.replace("-", "_") for check in CHECKS}
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)+", check.id)
        assert check.run.__module__.rsplit(".", 1)[-1] == check.id.replace("-", "_")
        assert check.remediation.strip()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_explains_itself_under_the_four_headings(check: object) -> None:
    title, sections = split_explanation(check.explanation)  # type: ignore[attr-defined]
    assert title.endswith(".")
    assert tuple(heading for heading, _ in sections) == HEADINGS
    assert all(len(text) > 20 for _, text in sections)


def test_an_unknown_check_gets_close_matches() -> None:
    with pytest.raises(UsageError) as caught:
        explanation_of("weights-save")
    assert "`weights-safe`" in (caught.value.hint or "")


def test_the_explanation_shows_itself() -> None:
    document = explanation_of("weights-safe").document()
    assert document.data["schema"] == "modelpick.check/1"
    assert set(document.data["sections"]) == set(HEADINGS)
