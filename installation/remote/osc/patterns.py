"""OSC address patterns (`? * [a-z] [!x] {one,two}`), matched within one segment against the table of controls.

No regular expressions: what a stranger sends is followed as a set of positions, so that no pattern is slow.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from installation.controls import Table

SPECIAL = frozenset("?*[]{}")
"""An address with any of these characters is a pattern."""

_REMEMBERED = 256


class Addresses:
    """Every address that a table accepts, `/sleeper/N/...` as 1..240, as a tree of segments."""

    def __init__(self, table: Table) -> None:
        self._tree: dict[str, dict[str, list[str]]] = {}
        for address in (address for row in table.values() for address in row.addresses):
            room, _, rest = address[1:].partition("/")
            self._tree.setdefault(room, {}).setdefault(rest.partition("/")[0], []).append(address)
        self._known: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The addresses that the pattern matches, in the table's order; none where the pattern is malformed."""
        found = self._known.get(pattern)
        if found is None:
            found = self._known[pattern] = tuple(self._search(pattern))
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def knows(self, pattern: str) -> bool:
        """Whether the pattern was asked for lately and costs nothing."""
        return pattern in self._known

    def _search(self, pattern: str) -> Iterable[str]:
        segments = pattern.split("/")
        if segments[0] or not 3 <= len(segments) <= 4:
            return
        for room, second in self._tree.items():
            if not matches(segments[1], room):
                continue
            for name, addresses in second.items():
                if not matches(segments[2], name):
                    continue
                for address in addresses:
                    last = address.split("/")[3:]
                    if len(last) == len(segments) - 3 and all(map(matches, segments[3:], last)):
                        yield address


def matches(pattern: str, text: str) -> bool:
    """Whether one segment of a pattern matches one segment of an address (OSC 1.0, `OSC Message Dispatching`)."""
    at, places = 0, {0}
    while at < len(pattern) and places:
        mark = pattern[at]
        end = at + 1
        if mark == "*":
            places = set(range(min(places), len(text) + 1))
        elif mark == "?":
            places = {place + 1 for place in places if place < len(text)}
        elif mark == "[" and (close := pattern.find("]", end)) > 0:
            places = {p + 1 for p in places if p < len(text) and _among(text[p], pattern[end:close])}
            end = close + 1
        elif mark == "{" and (close := pattern.find("}", end)) > 0:
            words = pattern[end:close].split(",")
            places = {place + len(word) for place in places for word in words if text.startswith(word, place)}
            end = close + 1
        else:
            places = {place + 1 for place in places if text.startswith(mark, place)}
        at = end
    return len(text) in places


def _among(letter: str, among: str) -> bool:
    wanted = not among.startswith("!")
    at = 0 if wanted else 1
    while at < len(among):
        if among[at + 1 : at + 2] == "-" and at + 2 < len(among):
            if among[at] <= letter <= among[at + 2]:
                return wanted
            at += 3
        else:
            if among[at] == letter:
                return wanted
            at += 1
    return not wanted
