"""Which licence, or which family of licences, a user means."""

from __future__ import annotations

import difflib

from modelpick.licences.lookup import families, licence_of, licences


def licence_wish(wish: str) -> str:
    """The Hub's id of a licence, or a family of them; what is neither is asked for as it is."""
    word = "-".join(wish.lower().split())
    if word in families():
        return word
    known = licence_of(wish)
    return known.hub_id if known is not None and known.on_hub else wish


def close_licences(wish: str) -> tuple[str, ...]:
    """Ids and families that a wish may mean, where it is neither."""
    if licence_of(wish) is not None:
        return ()
    ids = [licence.hub_id for licence in licences() if licence.on_hub]
    return tuple(difflib.get_close_matches(wish.lower(), [*ids, *families()], n=3, cutoff=0.6))
