"""What the index knows of one repo, as the facts that vetting reads."""

from __future__ import annotations

import difflib
from dataclasses import replace

from modelpick.card.reader import read_card
from modelpick.errors import CannotFindOut
from modelpick.facts import Missing, RepoFacts
from modelpick.hub.ids import check_repo_id, is_commit
from modelpick.hub.index.database import Index, errors
from modelpick.hub.index.rows import fields_of, unpack
from modelpick.hub.info import facts_of_info, with_more
from modelpick.hub.lineage import with_lineage
from modelpick.hub.reading import as_text
from modelpick.hub.repo_reader import Budget

_MORE = ("baseModels", "childrenModelCount", "downloadsAllTime")
_NOT_HERE = "not in the local index"
_WAY_OUT = "with a network `modelpick vet {}` without `--offline` reads it"


def facts_from_index(index: Index, repo_id: str) -> RepoFacts:
    """The facts of a repo and of its bases, as the index had them when it was made; nothing is fetched.

    The card is there where the index was imported from a dump with cards; a crawl brings its front matter only. Weight
    files, licences and configs are never there: they are `missing`, with that reason.

    Raises:
        UsageError: The id cannot be one.
        CannotFindOut: The repo is not in the index, or the index is damaged.
    """
    facts = _look(index, check_repo_id(repo_id))
    lacking = tuple(
        Missing(what=what, reason=_NOT_HERE, hint=_WAY_OUT.format(repo_id)) for what in ("texts", "weights")
    )
    facts = replace(facts, missing=(*facts.missing, *lacking))
    return with_lineage(facts, Budget(), lambda base: _look(index, check_repo_id(base)))


def _look(index: Index, repo_id: str) -> RepoFacts:
    with errors(index.path):
        row = _row(index, repo_id)
    if row is None:
        raise CannotFindOut(f"`{repo_id}` is not in the local index", _hint(index, repo_id), kind="repo-not-found")
    name, has_card, packed_facts, packed_card = row
    with errors(index.path):
        fields = fields_of(packed_facts)
        text = None if packed_card is None else unpack(packed_card)
    sha = as_text(fields.get("sha"))
    commit = sha if sha is not None and is_commit(sha) else None
    facts = facts_of_info(fields, requested=repo_id, source="index", repo_id=name, commit=commit)
    if any(fields.get(field) is not None for field in _MORE):
        facts = with_more(facts, fields)
    else:
        unknown = (Missing(what=what, reason=_NOT_HERE) for what in ("downloads_all_time", "derived"))
        facts = replace(facts, missing=(*facts.missing, *unknown))
    if text is not None:
        return replace(facts, card=read_card(text.encode()))
    if has_card == 0:
        return facts
    lacking = Missing(what="card", reason=_NOT_HERE, hint=_WAY_OUT.format(repo_id))
    return replace(facts, missing=(*facts.missing, lacking))


def _row(index: Index, repo_id: str) -> tuple[str, int | None, bytes, bytes | None] | None:
    """By the exact id; else, as the Hub does, in any case."""
    wanted = "SELECT repo_id, m.card, d.facts, d.card FROM models m JOIN details d USING (n) WHERE repo_id = ?"
    for how in ("", " COLLATE NOCASE"):
        row: tuple[str, int | None, bytes, bytes | None] | None = index.connection.execute(
            f"{wanted}{how}", (repo_id,)
        ).fetchone()
        if row is not None:
            return row
    return None


def _hint(index: Index, repo_id: str) -> str:
    """Close names of the same owner or of the same name, else how to get it in."""
    author, _, name = repo_id.rpartition("/")
    with errors(index.path):
        rows = index.connection.execute(
            "SELECT repo_id FROM models WHERE author = ? OR repo_id LIKE ? ORDER BY downloads DESC LIMIT 2000",
            (author.lower(), f"%/{name}"),
        ).fetchall()
    close = difflib.get_close_matches(repo_id, [found for (found,) in rows], n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"`{found}`" for found in close) + "?"
    return (
        "leave `--offline` out to ask the Hub, or build the index again (`modelpick index stats` shows what it holds)"
    )
