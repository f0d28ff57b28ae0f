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


class Falling:
    """Follows values that should fall, or stay, from each to the next."""

    def __init__(self) -> None:
        self.last: Value | None = None
        self.told = self._steps_up = 0

    def take(self, value: Value | None) -> None:
        """The next value, of one type with the others; None where nobody tells."""
        if value is None:
            return
        if self.last is not None and value > self.last:  # type: ignore[operator]  # see above
            self._steps_up += 1
        self.last = value
        self.told += 1

    @property
    def kept(self) -> bool:
        """Whether they fall, as far as they were seen."""
        return self._steps_up <= max(1, self.told // _STEPS_UP)


class ListOrder:
    """Follows a list as it comes, and the value by which it should fall.

    Args:
        query: Its `sort`; where the Hub has no such order, its list is asked for by downloads.
    """

    def __init__(self, query: Query) -> None:
        by = SORTS[query.sort] or "downloads"
        wanted = {
            "downloads": query.min_downloads,
            "likes": query.min_likes,
            "lastModified": query.updated_since,
        }
        self._value = VALUES[by]
        self._least: Value | None = wanted.get(by)
        self._falling = Falling()

    def take(self, model: ListedModel) -> None:
        """The next model of the list."""
        self._falling.take(self._value(model))

    @property
    def kept(self) -> bool:
        """Whether the list falls, as far as it was seen."""
        return self._falling.kept

    @property
    def below_the_wish(self) -> bool:
        """Whether the list has fallen below what is wanted, so that nothing after it can fit."""
        last = self._falling.last
        if self._least is None or last is None or self._falling.told < FEWEST:
            return False
        return self.kept and last < self._least  # type: ignore[operator]  # one order has values of one type
