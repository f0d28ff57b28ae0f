"""Each guard speaks on its trap and is silent on the honest twin, in whatever order the rows stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_dataset import made_dataset

from modelpick.data.dataset import Dataset
from modelpick.data.guards import GUARDS
from modelpick.data.guards.duplicates import duplicate_groups
from modelpick.data.guards.inspection import inspected
from modelpick.data.read import read_dataset
from modelpick.errors import AnswerIsNo, UsageError
from modelpick.findings import Finding, Severity

ROWS = 200
STREAM = np.random.default_rng(0)
NOISE = STREAM.normal(size=(ROWS, 3))
SIGNAL = STREAM.normal(size=ROWS)
LABELS = np.where(SIGNAL + 0.7 * STREAM.normal(size=ROWS) > 0, "yes", "no")
AMOUNT = SIGNAL + 0.7 * STREAM.normal(size=ROWS)
COLOURS = STREAM.choice(["red", "green", "blue"], size=ROWS)
HALF = np.arange(ROWS) % 2 == 0
STOPPING = [guard.id for guard in GUARDS if guard.severity >= Severity.HIGH]


def with_columns(target: Any = LABELS, fields: dict[str, Any] | None = None, **columns: Any) -> Dataset:
    honest = {"a": SIGNAL, "b": NOISE[:, 0], "colour": COLOURS}
    return made_dataset(target, {**honest, **columns}, **(fields or {}))


def findings(dataset: Dataset, allow: Sequence[str] = STOPPING) -> dict[str, Finding]:
    return {found.check: found for found in inspected(dataset, allow).findings}


def filled(cells: Any, where: Any, kind: Any = object) -> Any:
    return [cell if there else None for cell, there in zip(cells, where, strict=True)]


def sentences(words: Sequence[str]) -> list[str]:
    others = np.random.default_rng(1).choice(["one", "two", "three", "four", "five"], size=(len(words), 6))
    return [" ".join([*row, word]) for row, word in zip(others, words, strict=True)]


def drifting(shift: float, extra: str | None = None, copied: int = 0) -> Dataset:
    test = np.arange(ROWS) >= 120
    columns = {"a": SIGNAL + shift * test, "b": NOISE[:, 0].copy(), "colour": COLOURS}
    labels = LABELS.astype(object)
    if extra is not None:
        labels[-1] = labels[-2] = extra
    if copied:
        columns = {name: np.concatenate([cells[:-copied], cells[:copied]]) for name, cells in columns.items()}
    return made_dataset(labels, columns, test_rows=test)


def rare(count: int) -> Any:
    labels = LABELS.astype(object)
    labels[7 : 7 + count] = "rare"
    return labels


def twice(share: float, other_target: bool = False) -> Dataset:
    index = np.arange(ROWS)
    again = int(share * ROWS)
    index[:again] = index[-again:] if again else index[:again]
    labels = LABELS[index].astype(object)
    if other_target:
        labels[:again] = np.where(labels[:again] == "yes", "no", "yes")
    columns = {"a": SIGNAL[index], "b": NOISE[index, 0], "colour": COLOURS[index]}
    return made_dataset(labels, columns)


CODED = np.where(LABELS == "yes", 3.0, 7.0)
SITE = np.array([f"http://host/{i}" for i in range(ROWS)])
NEARLY = np.where(STREAM.random(ROWS) < 0.05, np.where(CODED == 3.0, 7.0, 3.0), CODED)
CHOSEN = STREAM.choice(10**6, ROWS, False)

TRAPS: list[tuple[str, Dataset, Dataset]] = [
    ("answer-column", with_columns(code=CODED), with_columns(code=STREAM.permutation(CODED))),
    ("answer-column", with_columns(word=np.where(LABELS == "yes", "p", "q")), with_columns(word=COLOURS)),
    ("answer-column", with_columns(AMOUNT, other=np.exp(AMOUNT)), with_columns(AMOUNT, other=np.exp(SIGNAL))),
    ("strong-column", with_columns(code=NEARLY), with_columns(code=CODED)),
    (
        "presence-tells",
        with_columns(when=filled(COLOURS, (LABELS == "yes") & HALF)),
        with_columns(when=filled(COLOURS, HALF)),
    ),
    ("text-tells", with_columns(notes=sentences(LABELS.tolist())), with_columns(notes=sentences(COLOURS.tolist()))),
    ("named-after-target", with_columns(AMOUNT, rank_y=SIGNAL), with_columns(AMOUNT, other=SIGNAL)),
    ("named-after-target", with_columns(AMOUNT, P75th=SIGNAL), with_columns(AMOUNT, P75th=NOISE[:, 1])),
    ("id-column", with_columns(customer_id=STREAM.permutation(ROWS) + 0.0), with_columns(size=NOISE[:, 1].round(2))),
    ("id-column", with_columns(number=np.arange(1.0, ROWS + 1)), with_columns(year=np.arange(1801.0, 1801 + ROWS))),
    (
        "id-column",
        with_columns(number=3e6 + STREAM.choice(10**6, ROWS, False)),
        with_columns(gross=np.floor(np.exp(14 + 2 * SIGNAL))),
    ),
    ("id-column", with_columns(site=SITE), with_columns(site=[f"group {i % 90}" for i in range(ROWS)])),
    (
        "id-column",
        with_columns(name=[f"Ann {i}" for i in range(ROWS)]),
        with_columns(price=[f"$ {i}.50" for i in range(ROWS)]),
    ),
    (
        "answer-column",
        with_columns(AMOUNT, band=np.digitize(AMOUNT, np.quantile(AMOUNT, [0.2, 0.5, 0.9])) * 1.0),
        with_columns(AMOUNT, band=np.digitize(SIGNAL, np.quantile(SIGNAL, [0.2, 0.5, 0.9])) * 1.0),
    ),
    (
        "computed-target",
        with_columns(AMOUNT, one=NOISE[:, 1], two=AMOUNT - NOISE[:, 1]),
        with_columns(AMOUNT, one=NOISE[:, 1], two=AMOUNT - NOISE[:, 1] + 0.3 * NOISE[:, 2]),
    ),
    ("named-after-target", with_columns(AMOUNT, p75=SIGNAL), with_columns(AMOUNT, p2=SIGNAL)),
    ("id-column", with_columns(number=np.arange(1.0, ROWS + 1)[::-1]), with_columns(cost=3e6 + CHOSEN)),
    (
        "id-column",
        with_columns(address=[f"10.0.{i // 100}.{i % 100}" for i in range(ROWS)]),
        with_columns(seen=[f"{i % 28 + 1}/{i // 28 + 1}/2020" for i in range(ROWS)]),
    ),
    (
        "id-column",
        with_columns(place=STREAM.permutation(ROWS) + 1.0),
        with_columns(wealth=STREAM.permutation(ROWS) + 1.0, crime=STREAM.permutation(ROWS) + 1.0),
    ),
    (
        "repeated-ids",
        with_columns(patient=[f"p{i // 4}" for i in range(ROWS)]),
        with_columns(ward=[f"p{i // 4}" for i in range(ROWS)]),
    ),
    ("duplicate-rows", twice(0.2), twice(0.0)),
    ("contradicting-rows", twice(0.2, other_target=True), twice(0.2)),
    ("constant-column", with_columns(same=np.ones(ROWS)), with_columns(same=filled(["x"] * ROWS, HALF))),
    ("empty-column", with_columns(none=np.full(ROWS, np.nan)), with_columns(none=filled(["x"] * ROWS, HALF))),
    (
        "mostly-empty",
        with_columns(some=np.where(np.arange(ROWS) % 20 == 0, NOISE[:, 1], np.nan)),
        with_columns(some=np.where(HALF, NOISE[:, 1], np.nan)),
    ),
    ("infinite-values", with_columns(c=np.where(HALF, np.inf, 1.0)), with_columns(c=np.where(HALF, 1e300, 1.0))),
    ("one-class", with_columns(np.full(ROWS, "yes")), with_columns()),
    ("class-of-one-row", with_columns(rare(1)), with_columns(rare(2))),
    ("tiny-class", with_columns(rare(5)), with_columns(rare(30))),
    ("imbalance", with_columns(np.where(np.arange(ROWS) % 20 == 0, "yes", "no")), with_columns()),
    ("labels-alike", with_columns(np.where(HALF, LABELS, np.char.upper(LABELS))), with_columns()),
    ("few-rows", made_dataset(LABELS[:20], {"a": SIGNAL[:20]}), with_columns()),
    ("too-few-rows", made_dataset(["x", "y"], {"a": [1.0, 2.0]}), with_columns()),
    (
        "more-columns-than-rows",
        made_dataset(LABELS, {f"g{j}": STREAM.normal(size=ROWS) for j in range(220)}),
        with_columns(),
    ),
    ("missing-target", with_columns(fields={"missing_targets": 50}), with_columns(fields={"missing_targets": 2})),
    ("sorted-by-target", with_columns(np.sort(LABELS)), with_columns()),
    ("drift", drifting(1.5), drifting(0.0)),
    ("unseen-class", drifting(0.0, extra="maybe"), drifting(0.0)),
    ("test-rows-in-train", drifting(0.0, copied=20), drifting(0.0)),
]


@pytest.mark.parametrize(("check", "trap", "honest"), TRAPS, ids=[f"{i}-{trap[0]}" for i, trap in enumerate(TRAPS)])
def test_a_guard_speaks_on_its_trap_and_is_silent_on_the_honest_twin(
    check: str, trap: Dataset, honest: Dataset
) -> None:
    told = findings(trap)
    assert check in told
    assert check not in findings(honest)
    assert told[check].remediation
    assert all(proof.file == "made.csv" and proof.column for proof in told[check].evidence)


def test_every_guard_has_a_trap() -> None:
    assert {check for check, _, _ in TRAPS} == {guard.id for guard in GUARDS}


@pytest.mark.parametrize("trap", [trap for _, trap, _ in TRAPS], ids=[f"{i}-{trap[0]}" for i, trap in enumerate(TRAPS)])
def test_shuffled_rows_change_no_finding(trap: Dataset) -> None:
    order = np.random.default_rng(3).permutation(trap.rows)
    mask = None if trap.test_rows is None else trap.test_rows[order]
    shuffled = replace(trap, features=trap.features.take(order), target=trap.target[order], test_rows=mask)
    messages, others = ({c: f.message for c, f in findings(d).items()} for d in (trap, shuffled))
    messages.pop("sorted-by-target", None)
    others.pop("sorted-by-target", None)
    assert messages == others


def test_honest_rows_raise_nothing() -> None:
    assert inspected(with_columns()).findings == ()
    assert inspected(with_columns(AMOUNT)).findings == ()


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "diabetes"])
def test_the_built_in_data_sets_raise_no_false_alarm(name: str) -> None:
    told = [found.check for found in read_dataset(name, target=None).findings if found.severity > Severity.INFO]
    assert told == (["constant-column"] if name == "digits" else [])


def test_an_answer_column_stops_with_the_two_ways_out(tmp_path: Path) -> None:
    lines = [f"{a:.6f},{label},{label[0]}" for a, label in zip(SIGNAL, LABELS, strict=True)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["a,y,first letter", *lines]))
    with pytest.raises(AnswerIsNo, match="column `first letter` gives `y` away") as stopped:
        read_dataset(str(path), target="y")
    assert "`--drop 'first letter'`" in str(stopped.value.hint)
    assert "`--allow answer-column`" in str(stopped.value.hint)
    assert read_dataset(str(path), target="y", drop=["first letter"]).features.names == ("a",)
    allowed = read_dataset(str(path), target="y", allow=["answer-column"])
    assert allowed.features.names == ("a", "first letter")
    assert [found.check for found in allowed.findings] == ["answer-column"]


PEOPLE = np.exp(12 + 1.5 * STREAM.normal(size=ROWS))
LAST_YEAR = PEOPLE * np.exp(0.02 + 0.02 * STREAM.normal(size=ROWS))
COUNTRY = np.arange(ROWS) % (ROWS // 10)


def test_the_same_quantity_a_year_ago_warns_and_does_not_stop() -> None:
    found = findings(with_columns(PEOPLE, people_2019=LAST_YEAR), allow=[])["answer-column"]
    assert found.severity is Severity.MEDIUM
    assert "`people_2019`" in found.message
    assert "`--drop people_2019`" in str(found.remediation)


@pytest.mark.parametrize(
    "made",
    [
        lambda y: np.argsort(np.argsort(-y)) + 0.5,
        lambda y: np.round(y / 5000),
        lambda y: np.where(np.arange(ROWS) == 7, 1.0, 3 * y),
        lambda y: np.where(np.arange(ROWS) % 5 == 0, np.nan, np.log(y)),
    ],
    ids=["rank", "rounded", "one wrong cell", "log with gaps"],
)
def test_what_is_made_from_a_number_stops(made: Any) -> None:
    with pytest.raises(AnswerIsNo, match="column `other` gives `y` away"):
        inspected(with_columns(PEOPLE, other=made(PEOPLE), people_2019=LAST_YEAR))


def test_equal_rows_of_a_test_file_are_said_to_be_left_out_unless_the_order_of_time_counts() -> None:
    copied = drifting(0.0, copied=20)
    found = findings(copied)["test-rows-in-train"]
    assert found.severity is Severity.LOW
    assert "; 20 training rows like them are left out" in found.message
    found = findings(replace(copied, times=np.arange(ROWS) + 0.0))["test-rows-in-train"]
    assert found.severity is Severity.MEDIUM
    assert "left out" not in found.message


def test_equal_rows_are_said_to_stay_together_only_where_they_do() -> None:
    doubled = twice(0.2)
    assert findings(doubled)["duplicate-rows"].message.endswith("; equal rows are kept on one side of every split")
    for fields in ({"times": np.arange(doubled.rows) + 0.0}, {"groups": np.arange(doubled.rows)}):
        assert findings(replace(doubled, **fields))["duplicate-rows"].message.endswith("may stand on both sides")


def test_countries_with_many_years_are_a_group_and_no_answer() -> None:
    panel = PEOPLE[COUNTRY] * np.exp(0.01 * STREAM.normal(size=ROWS))
    names = np.array([f"land {number}" for number in COUNTRY])
    found = findings(with_columns(panel, country=names), allow=[])["answer-column"]
    assert found.severity is Severity.MEDIUM
    assert "`--group country`" in str(found.remediation)
    with pytest.raises(AnswerIsNo, match="`country`"):
        inspected(with_columns(PEOPLE[COUNTRY], country=names))


def test_two_dangers_are_told_at_once() -> None:
    with pytest.raises(AnswerIsNo, match=r"single row.*away"):
        inspected(with_columns(rare(1), word=[f"is {label}" for label in rare(1)]))


def test_an_unknown_guard_is_refused_with_its_neighbour() -> None:
    with pytest.raises(UsageError, match="`--allow answer-colum` names no guard") as refused:
        inspected(with_columns(), allow=["answer-colum"])
    assert "`answer-column`" in str(refused.value.hint)


def test_ids_are_kept_out_unless_allowed_or_asked_for_as_text() -> None:
    dataset = with_columns(site=SITE)
    assert "site" not in inspected(dataset).features.names
    assert [column.name for column in inspected(dataset).kept_out] == ["site"]
    assert "site" in inspected(dataset, allow=["id-column"]).features.names
    asked = inspected(dataset, asked=["site"])
    assert "site" in asked.features.names
    assert asked.findings == ()


def test_the_only_column_is_neither_an_id_nor_an_answer() -> None:
    count = made_dataset(np.arange(50) * 2.0 + 1, {"x": np.arange(50.0)})
    assert inspected(count).features.names == ("x",)


def test_an_id_that_follows_the_target_is_named_and_does_not_stop() -> None:
    told = findings(with_columns(np.sort(LABELS), number=np.arange(1.0, ROWS + 1)), allow=[])
    assert told["answer-column"].severity is Severity.LOW
    assert "`number`" in told["answer-column"].message


def test_names_that_a_reader_made_up_hint_at_nothing() -> None:
    made = made_dataset(AMOUNT, {"column_1": SIGNAL, "column_2": NOISE[:, 0]}, target_name="column_3")
    assert inspected(made).findings == ()


def test_a_rare_class_is_given_away_among_many_columns() -> None:
    labels = np.where(np.arange(ROWS) % 25 == 0, "rare", "often")
    columns = {f"g{j}": np.random.default_rng(j).normal(size=ROWS) for j in range(60)}
    columns["late"] = np.where(labels == "rare", 5.0, 0.0) + np.random.default_rng(9).random(ROWS)
    assert "`late`" in findings(made_dataset(labels, columns))["answer-column"].message


def test_equal_rows_are_in_one_group_and_others_are_not() -> None:
    dataset = made_dataset(["x", "y", "x", "y"], {"a": [1.0, np.nan, 1.0, 1.0], "b": ["u", "v", "u", None]})
    groups = duplicate_groups(dataset)
    assert groups is not None
    assert groups[0] == groups[2]
    assert len(set(groups.tolist())) == 3
    assert duplicate_groups(with_columns()) is None


def test_evidence_says_file_column_and_rows() -> None:
    (proof, *_) = findings(with_columns(code=CODED))["answer-column"].evidence
    fields = proof.to_dict()
    assert fields["file"] == "made.csv"
    assert fields["column"] == "code"
    assert [float(cell) for cell in fields["quote"].split("\n")] == [CODED[row] for row in fields["rows"]]
