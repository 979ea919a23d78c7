"""Looks as they are asked for: saved, loaded whole or in part and in a time, mixed, and had back.

Who saves over a look is asked once more. Knows no show: what it gives are messages, to be taken like a hand's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, cast

from installation import addresses
from installation.acceptance import accept
from installation.controls import Accepted, Refused, Table, Value
from installation.model.ticks import SECOND
from installation.remote.inbox import PRESET, Received, Source
from installation.remote.presets import Presets

AGAIN = 3 * SECOND
"""Nanoseconds within which a look must be saved once more to replace one."""

TWICE = SECOND // 5
"""Nanoseconds within which that is no second press, but the first, sent twice."""

ASKED = 100
"""Looks that are asked about at once."""

LOOKS: Final = frozenset((addresses.SAVE, addresses.LOAD, addresses.MORPH, addresses.RESTORE))
"""What is answered here."""


class Looks:
    """Between those who ask for looks and the files."""

    def __init__(self, presets: Presets, table: Table) -> None:
        self._presets, self._table = presets, table
        self._asked: dict[tuple[str, str, str], int] = {}  # look, link, host: when they were asked (ns)

    def answer(self, asked: Accepted, aims: Mapping[str, Value], source: Source, now_ns: int) -> list[Received]:
        """What the show is to be told, all in one tick. Raises Refused."""
        words = cast(tuple[str, ...], asked.value)
        match asked.address:
            case addresses.SAVE:
                name, part = words
                self._ask(name, source, now_ns)
                self._presets.save(name, aims, part)
            case addresses.RESTORE:
                self._presets.restore(words[0])
            case addresses.LOAD:
                name, seconds, curve, part = words
                return self._played(self._presets.load(name, part), name, (seconds, curve) if curve else (seconds,))
            case addresses.MORPH:
                first, second, way = cast(tuple[str, str, float], asked.value)
                return self._played(self._presets.between(first, second, way), f"{first} {second}")
        return []

    def _played(self, values: Mapping[str, Value], look: str, over: Iterable[object] = ()) -> list[Received]:
        source = PRESET._replace(host=look)
        over = [said for said in over if said != ""]
        return [
            Received(accept(self._table, a, [v, *over] if self._table[a].timed else [v]), source)
            for a, v in values.items()
        ]

    def _ask(self, name: str, source: Source, now_ns: int) -> None:
        """Raises Refused where there is such a look, and nobody has just asked to replace it."""
        who = (name, source.link, source.host)
        asked = self._asked.pop(who, None)
        if not self._presets.has(name) or (asked is not None and TWICE <= now_ns - asked <= AGAIN):
            return
        if len(self._asked) >= ASKED:
            self._asked.clear()
        self._asked[who] = asked if asked is not None and now_ns - asked < TWICE else now_ns
        raise Refused("again", f'/preset/save "{name}": there is such a look; once more within 3 s replaces it')
