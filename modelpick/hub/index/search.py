"""Search in the index: the wishes of a query as SQL, in the order that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from modelpick.facts import ListedModel
from modelpick.hub.index.database import Index, errors
from modelpick.hub.index.rows import model_of
from modelpick.hub.memory import most_weights
from modelpick.hub.query import (
    SORTS,
    Query,
    allow_commerce,
    names_architecture,
    of_families,
    own_wishes,
    wanted_tags,
)
from modelpick.hub.search import MOST_ORDERED, Looked

_ORDERS = {"likes": "m.likes", "trending": "m.trending", "created": "m.created", "modified": "m.modified"}
_RANK = "bm25(words, 10.0, 4.0, 1.0)"
"""A word of the id counts ten times as much as one of the card, one of the tags four times (Robertson's BM25)."""

_ALL = 2**62  # more rows than there can be, and a number that SQLite can hold


class _Condition(NamedTuple):
    """SQL that is 1, 0 or, where the list does not tell, NULL; and its parameters."""

    sql: str
    values: tuple[object, ...] = ()


def search_index(index: Index, query: Query, looked: Looked | None = None) -> list[ListedModel]:
    """The models of the index that fit a query, in its order; for an order of ours the most downloaded of them.

    Args:
        index: Where to look.
        query: What for. `text` finds the models in whose id, tags or card each word, or a word that begins with it,
            stands.
        looked: Is told how many models of that task, text and so on do not meet the other wishes, by reason.

    Raises:
        CannotFindOut: The index is damaged.
    """
    most = query.limit if SORTS[query.sort] or query.sort == "relevance" else max(query.limit, MOST_ORDERED)
    with errors(index.path):
        index.connection.create_function("names_architecture", 2, _architecture_finder(query), deterministic=True)
        asked, own = list(_asked(index, query)), list(_own(index, query))
        if looked is not None and own:
            _count(index, query, asked, own, looked)
        match = _match(query)
        ranked = query.sort == "relevance" and match is not None
        conditions = [*asked, *own]
        if match is not None:
            conditions.insert(0, _Condition("words MATCH ?", (match,)) if ranked else _matching(match))
        source = "words JOIN models m ON m.n = words.rowid" if ranked else "models m"
        order = f"{_RANK}, m.downloads DESC" if ranked else f"{_ORDERS.get(query.sort, 'm.downloads')} DESC"
        numbers = index.connection.execute(
            f"SELECT m.n FROM {source} {_where(conditions)} ORDER BY {order}, m.n LIMIT ?",  # noqa: S608 - values are bound
            (*_values(conditions), min(most, _ALL)),
        ).fetchall()
        models = [_model(index, number) for (number,) in numbers]
    return [model for model in models if model is not None]


def _model(index: Index, number: int) -> ListedModel | None:
    """One model; None where its facts are damaged, or another process removed it just now."""
    row = index.connection.execute(
        "SELECT d.facts, m.card FROM models m JOIN details d USING (n) WHERE n = ?", (number,)
    ).fetchone()
    return None if row is None else model_of(row[0], has_card=None if row[1] is None else bool(row[1]))


def text_match(text: str) -> str | None:
    """The words of a text for FTS5: all of them, each as it is or as a beginning; None where it has no words."""
    words = [word.replace('"', "").replace("\0", "") for word in text.split()]
    wanted = [f'"{word}"*' for word in words if any(c.isalnum() for c in word)]
    return " AND ".join(wanted) or None


def _count(index: Index, query: Query, asked: list[_Condition], own: list[_Condition], looked: Looked) -> None:
    """Counts what the wishes that are ours leave out, each model by the first that it does not meet."""
    words: list[str] = []
    reason = "NULL"
    for number, (condition, wish) in reversed(list(enumerate(zip(own, own_wishes(query), strict=True)))):
        reason = f"CASE ({condition.sql}) WHEN 1 THEN {reason} WHEN 0 THEN {2 * number + 1} ELSE {2 * number} END"
        words[:0] = [wish.unknown, wish.other]
    match = _match(query)
    conditions = [*([_matching(match)] if match is not None else []), *asked]
    counted = index.connection.execute(
        f"SELECT {reason}, COUNT(*) FROM models m {_where(conditions)} GROUP BY 1",  # noqa: S608 - values are bound
        (*_values(own), *_values(conditions)),
    ).fetchall()
    looked.models = sum(count for _, count in counted)
    for number, count in counted:
        if number is not None:
            looked.hidden[words[number]] += count


def _match(query: Query) -> str | None:
    return None if query.text is None else text_match(query.text)


def _matching(match: str) -> _Condition:
    return _Condition("m.n IN (SELECT rowid FROM words WHERE words MATCH ?)", (match,))


def _asked(index: Index, query: Query) -> Iterator[_Condition]:
    """What a Hub filters by; the words of the text apart."""
    if query.text is not None and text_match(query.text) is None:
        yield _Condition("0")  # a text without a word is found nowhere
    if query.task is not None:
        yield _Condition("m.task = ?", (query.task,))
    if query.author is not None:
        yield _Condition("m.author = ?", (query.author.lower(),))
    for tag in wanted_tags(query):
        words = tag.replace('"', " ")
        if any(c.isalnum() for c in words):
            yield _matching(f'tags : "{words}"')
        held = "(SELECT instr(d.tags, char(10) || ? || char(10)) > 0 FROM details d WHERE d.n = m.n)"
        yield _Condition(held, (tag.lower(),))


def _own(index: Index, query: Query) -> Iterator[_Condition]:
    """The wishes of `query.own_wishes`, in the same order."""
    if query.families:
        families = query.families
        yield _licences(index, lambda names: of_families(names, families))
    if query.commercial:
        yield _licences(index, allow_commerce)
    if query.kind is not None:
        yield _Condition("m.kind = ?", (query.kind,))
    if query.arch:
        yield _Condition("names_architecture(m.repo_id, (SELECT d.tags FROM details d WHERE d.n = m.n))")
    if query.safetensors:
        held = "instr(char(10) || m.formats || char(10), char(10) || 'safetensors' || char(10)) > 0"
        yield _Condition(f"CASE WHEN m.formats = '' THEN NULL ELSE {held} END")
    if query.gated is not None:
        yield _Condition("CASE WHEN m.gated IS NULL THEN NULL ELSE (m.gated <> 'no') = ? END", (int(query.gated),))
    if query.min_params is not None:
        yield _Condition("m.parameters >= ?", (query.min_params,))
    if query.max_params is not None:
        yield _Condition("m.parameters <= ?", (query.max_params,))
    if query.max_size is not None:
        yield _Condition(
            "CASE WHEN m.bytes IS NOT NULL THEN m.bytes <= ? WHEN m.used_storage <= ? THEN 1 END",
            (query.max_size, query.max_size),
        )
    if query.fits is not None:
        yield _Condition("m.bytes <= ?", (most_weights(query.fits),))
    if query.min_downloads is not None:
        yield _Condition("m.downloads >= ?", (query.min_downloads,))
    if query.min_likes is not None:
        yield _Condition("m.likes >= ?", (query.min_likes,))
    if query.updated_since is not None:
        yield _Condition("m.modified >= ?", (query.updated_since,))


def _licences(index: Index, judge: Callable[[Sequence[str]], bool | None]) -> _Condition:
    """The verdict of a function on each distinct list of licences that the index holds."""
    rows = index.connection.execute("SELECT n, names FROM licences").fetchall()
    verdicts = [(str(number), judge(names.split("\n"))) for number, names in rows]
    yes, no = (", ".join(n for n, verdict in verdicts if verdict is wanted) for wanted in (True, False))
    return _Condition(f"CASE WHEN m.licence IN ({yes}) THEN 1 WHEN m.licence IN ({no}) THEN 0 END")


def _architecture_finder(query: Query) -> Callable[[str, str], bool]:
    pattern = names_architecture(query.arch)

    def finds(repo_id: str, tags: str) -> bool:
        plain = "\n".join(tag for tag in tags.split("\n") if ":" not in tag)
        return pattern.search(f"{repo_id.rpartition('/')[2].lower()}\n{plain}") is not None

    return finds


def _where(conditions: Sequence[_Condition]) -> str:
    return "WHERE " + (" AND ".join(f"({condition.sql})" for condition in conditions) or "1")


def _values(conditions: Sequence[_Condition]) -> tuple[object, ...]:
    return tuple(value for condition in conditions for value in condition.values)
