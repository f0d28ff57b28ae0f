"""The front matter: where it may stand, what it says, what is refused, what is saved of a broken one."""

from __future__ import annotations

import pytest

from modelpick.card.front_matter import FRONT_MATTER_CAP, read_front_matter
from modelpick.card.reader import read_card
from modelpick.card_facts import FrontMatterStatus as Status


def declared(text: str) -> object:
    return read_front_matter(text).values.get("license")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("---\nlicense: mit\n---\n", 1, 3),
        ("\ufeff---\nlicense: mit\n---\n", 1, 3),
        ("\n\n---\nlicense: mit\n---\n", 3, 5),
        ("---\r\nlicense: mit\r\n---\r\n", 1, 3),
        ("---  \nlicense: mit\n---\t\n", 1, 3),
        ("---\nlicense: mit\n---", 1, 3),
        ("---\rlicense: mit\r---\rtext", 1, 1),
        ("---\n---\nlicense: mit\n---\n", 2, 4),
        ("# Title\n\n---\nlicense: mit\n---\n", 3, 5),
        ("Text.\n\n```\n---\nlicense: mit\n---\n```\n", 4, 6),
        ("One\n\n---\n\nTwo\n\n---\nlicense: mit\n---\n", 7, 9),
    ],
)
def test_where_it_may_stand(text: str, start: int, end: int) -> None:
    found = read_front_matter(text)
    assert (found.status, found.values["license"]) == (Status.READ, "mit")
    assert (found.start_line, found.end_line) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["", "license: mit\n", "Text\n---\nmore: text\n---\n", "--- license: mit ---", "---\n# Title\n\nlicense", "\\n---"],
)
def test_absent(text: str) -> None:
    assert read_front_matter(text).status is Status.ABSENT


def test_scalars_stay_strings_and_nothing_is_none() -> None:
    found = read_front_matter(
        "---\nlanguage: no\nversion: 1.10\ntime: 12:30:45\nyes: yes\nlicense:\nbase_model: ~\nempty: ''\n"
        "quoted: 'null'\nnested: {a: [1, null], b: off}\ntags: [on, 017]\n---\n"
    )
    assert found.values == {
        "language": "no",
        "version": "1.10",
        "time": "12:30:45",
        "yes": "yes",
        "license": None,
        "base_model": None,
        "empty": "",
        "quoted": "null",
        "nested": {"a": ["1", None], "b": "off"},
        "tags": ["on", "017"],
    }


def test_duplicate_keys_name_every_line_and_the_last_one_counts() -> None:
    text = "\n---\nlicense: mit\ntags:\n- license: inner\nlicense: cc-by-nc-4.0\n---\n"
    found = read_front_matter(text)
    assert found.values["license"] == "cc-by-nc-4.0"
    assert found.duplicates == (("license", (3, 6)),)
    assert found.lines == {"license": 6, "tags": 4}
    problems = read_card(text.encode()).problems
    assert any("`license`" in problem and "3, 6" in problem for problem in problems)


def test_model_index_is_read_apart_and_lines_behind_it_are_right() -> None:
    index = "model-index:\n- name: x\n  results:\n  - metrics:\n    - type: f1\n      value: 0.5\n"
    found = read_front_matter(f"---\nlicense: mit\n{index}tags: [a]\n---\n")
    assert found.values == {"license": "mit", "tags": ["a"]}
    assert found.model_index == [{"name": "x", "results": [{"metrics": [{"type": "f1", "value": "0.5"}]}]}]
    assert found.lines == {"license": 2, "model-index": 3, "tags": 9}


def test_a_broken_model_index_does_not_hide_the_licence() -> None:
    found = read_front_matter("---\nlicense: mit\nmodel-index:\n- name: [x\ntags: [a]\n---\n")
    assert (found.status, found.values["license"], found.model_index) == (Status.READ, "mit", None)
    assert found.problem is not None
    assert "model-index" in found.problem


@pytest.mark.parametrize(
    ("yaml", "word"),
    [
        ("a: &x 1\nb: *x", "anchor"),
        ("a: *x", "alias"),
        ("a: !!python/object/apply:os.system ['touch marker']", "tag"),
        ("a: !x 1", "tag"),
        ("<<: {a: b}", "merge"),
        ("a:\n  <<: {a: b}", "merge"),
        ("a: " + "[" * 30 + "]" * 30, "deeper"),
    ],
)
def test_refused(yaml: str, word: str) -> None:
    found = read_front_matter(f"---\nlicense: mit\n{yaml}\n---\n")
    assert (found.status, found.values) == (Status.REFUSED, {})
    assert found.problem is not None
    assert word in found.problem


def test_over_a_cap_is_unknown_never_absent() -> None:
    tags = "".join(f"- tag{i}\n" for i in range(60_000))
    assert read_front_matter(f"---\nlicense: mit\ntags:\n{tags}---\n").status is Status.OVER_CAP
    assert read_front_matter(f"---\nlicense: mit\nx: {'a' * FRONT_MATTER_CAP}\n---\n").status is Status.OVER_CAP
    card = read_card(b"---\nlicense: mit\nx: " + b"a" * 2_000_000 + b"\n---\nText")
    assert card.front_matter.status is Status.OVER_CAP
    assert card.truncated


@pytest.mark.parametrize(
    ("inside", "values"),
    [
        ('language: "fr"tags:\n- a\nlicense: "apache-2.0"  # ours', {"license": "apache-2.0"}),
        (
            "license: mit\ntags:\n\t- a\n\t- 'b'\nmetrics: [f1, wer]",
            {"license": "mit", "tags": ["a", "b"], "metrics": ["f1", "wer"]},
        ),
        (
            "datasets:\n- one: two: three\n- common_voice\nstray text here\nlicense: mit",
            {"datasets": ["common_voice"], "license": "mit"},
        ),
        ("license: [mit, {a: b]\ntags: x: y\nlanguage: en", {"tags": "x: y", "language": "en"}),
        (
            "base_model:\nextra_gated_prompt: |\n  You agree.\n\n  To all.\nlicense: other\n: [",
            {"base_model": None, "extra_gated_prompt": "You agree.\nTo all.", "license": "other"},
        ),
    ],
)
def test_what_is_saved_of_broken_yaml(inside: str, values: dict[str, object]) -> None:
    text = f"---\n{inside}\n---\n# Title\n\nThe body is read.\n"
    found = read_front_matter(text)
    assert found.status is Status.BROKEN
    assert found.values == values
    assert found.problem is not None
    assert [block.text for block in read_card(text.encode()).blocks] == ["Title", "The body is read."]


def test_lines_and_duplicates_of_broken_yaml() -> None:
    found = read_front_matter("---\nlicense: mit\n\tx\nlicense: gpl\n---\n")
    assert found.lines == {"license": 4}
    assert found.duplicates == (("license", (2, 4)),)


@pytest.mark.parametrize("rest", ["", "\n---\n\nA rule came later.\n"])
def test_a_fence_that_is_never_closed_does_not_swallow_the_card(rest: str) -> None:
    text = f"---\nlicense: mit\ntags:\n- a: [\n- b\n\n# Title\n\nA sentence.\n{rest}"
    card = read_card(text.encode())
    assert card.front_matter.status is Status.UNCLOSED
    assert card.front_matter.values == {"license": "mit", "tags": ["b"]}
    assert (card.front_matter.start_line, card.front_matter.end_line) == (1, 5)
    assert [(block.text, block.line) for block in card.blocks[:2]] == [("Title", 7), ("A sentence.", 9)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("---\n- a\n- b\n---\n", Status.NOT_A_MAPPING),
        ("---\nJust words between two rules.\n---\n", Status.NOT_A_MAPPING),
        ("---\n\n---\n", Status.EMPTY),
        ("---\n# only a remark\n---\n", Status.EMPTY),
    ],
)
def test_no_mapping(text: str, status: Status) -> None:
    assert read_front_matter(text).status is status


def test_words_between_two_rules_are_read_as_body() -> None:
    card = read_card(b"---\nJust words between two rules.\n---\nMore.\n")
    assert "Just words between two rules." in [block.text for block in card.blocks]


def test_problems_name_misplaced_second_and_missing_fences() -> None:
    def told(text: str) -> str:
        return " / ".join(read_card(text.encode()).problems)

    assert "line 3" in told("# Title\n\n---\nlicense: mit\n---\n")
    assert "second front matter stands in the body at line 6" in told(
        "---\nlicense: mit\n---\n\nText\n---\nlicense: gpl-3.0\n---\n"
    )
    assert told("---\nlicense: mit\n---\n\n```yaml\n---\nlicense: gpl-3.0\n---\n```\n") == ""
    assert "no `---`" in told("license: mit\ntags: x\n\n# Title\n")


def test_body_around_a_misplaced_front_matter_keeps_its_lines() -> None:
    card = read_card(b"# Title\n\n---\nlicense: mit\n---\n\nBehind it.\n")
    assert [(block.text, block.line) for block in card.blocks] == [("Title", 1), ("Behind it.", 7)]
    assert card.blocks[1].section == 0


def test_a_code_block_around_a_misplaced_front_matter_does_not_swallow_the_body() -> None:
    card = read_card(b"## Metadata\n\n```yaml\n---\nlicense: mit\n---\n```\n\nBehind it.\n")
    assert card.front_matter.values == {"license": "mit"}
    assert [(block.text, block.line) for block in card.blocks] == [("Metadata", 1), ("Behind it.", 9)]


def test_a_rule_over_a_card_that_was_cut_is_no_front_matter() -> None:
    card = read_card(b"---\n# Title\n\nText.\n", size=3_000_000)
    assert (card.front_matter.status, card.sections[0].title) == (Status.ABSENT, "Title")


def test_the_last_of_two_model_indexes_counts_and_both_lines_are_told() -> None:
    found = read_front_matter("---\nmodel-index: [a]\nlicense: mit\nmodel-index: [b]\n---\n")
    assert (found.values, found.model_index) == ({"license": "mit"}, ["b"])
    assert found.duplicates == (("model-index", (2, 4)),)
