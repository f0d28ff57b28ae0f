"""Whether a Hub lists models in the order that it was asked for: some mirrors pass `sort` over."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from modelpick.facts import ListedModel
from modelpick.hub.query import SORTS, Query

FEWEST = 20
"""So many models must have been listed before their order says anything."""
_STEPS_UP = 10
"""One model in so many, and one in any list, may stand higher than the one before: what it counts goes on meanwhile."""

Value = float | str

VALUES: Mapping[str, Callable[[ListedModel], Value | None]] = {
    "downloads": lambda m: m.downloads_30d,
    "likes": lambda m: m.likes,
    "trendingScore": lambda m: m.trending,
    "createdAt": lambda m: m.created,
    "lastModified": lambda m: m.last_modified,
}
"""The Hub's word for an order -> what falls in it; None where the list does not tell."""


class ListOrder:
    """Follows a list as it comes, and the value by which it should fall.

    Args:
        query: Its `sort`; where the Hub has no such order, its list is asked for by downloads.
    """

    def __init__(self, query: Query) -> None:
        self._by = SORTS[query.sort] or "downloads"
        wanted = {
            "downloads": query.min_downloads,
            "likes": query.min_likes,
            "lastModified": query.updated_since,
        }
        self._least: Value | None = wanted.get(self._by)
        self._last: Value | None = None
        self._told = self._steps_up = 0

    def take(self, model: ListedModel) -> None:
        """The next model of the list."""
        value = VALUES[self._by](model)
        if value is None:
            return
        if self._last is not None and value > self._last:  # type: ignore[operator]  # one order has values of one type
            self._steps_up += 1
        self._last = value
        self._told += 1

    @property
    def kept(self) -> bool:
        """Whether the list falls, as far as it was seen."""
        return self._steps_up <= max(1, self._told // _STEPS_UP)

    @property
    def below_the_wish(self) -> bool:
        """Whether the list has fallen below what is wanted, so that nothing after it can fit."""
        if self._least is None or self._last is None or self._told < FEWEST:
            return False
        return self.kept and self._last < self._least  # type: ignore[operator]  # as above
