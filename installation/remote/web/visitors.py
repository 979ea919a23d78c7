"""Visitors: who is on, who has which sleeper, who waits, what they gave, and how all of it is taken back.

In memory only, and never written anywhere: who goes leaves nothing behind. Opens no socket and reads no clock; what is
to be done in the show waits in `orders`, what is to be said to phones is returned.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from installation import addresses
from installation.controls import Refused
from installation.model.ticks import SECOND
from installation.remote.web.crowd import GAPS, KEPT_S, Said
from installation.remote.web.limits import Counts, Hosts, Pace
from installation.words.visitors import VisitorLine, VisitorLines

AWAY_S = 120.0
"""Seconds for which a seat is kept for a phone that is away."""

SEATED_S, TOLD_S = 720.0, 60.0
"""Seconds that one may sit while others wait, and how long before the end that is said."""

TOKENS = 4_000
"""Visitors that are remembered; the longest away without a seat is forgotten first."""

FIND_S, LINE_S = 8.0, 20.0
"""Seconds between two times of being shown on the wall, and between two lines."""

LINES = 5
"""Lines of one visit."""

OLD_BEAT_MS = 400.0
"""A tap that comes later than this was held up on its way, and would be heard as an uneven heart."""

Message = dict[str, Any]
Order = tuple[str, list[float | bool]]
"""An address of the show and its arguments."""


@dataclass(eq=False, slots=True)
class Visitor:
    """One phone, from its first hello to its waking up."""

    token: str
    host: str
    pace: Pace
    hue: float = 0.5
    seat: int | None = None  # 0-based
    on: int = 0  # sockets
    away_ns: int = 0  # since when there is none
    seated_ns: int = 0
    wait: int = 0  # their number among those who wait, as they were told
    told: bool = False  # that the seat is needed soon
    feel: float | None = None
    felt_ns: int = 0
    beat_ns: int = 0
    gaps: deque[float] = field(default_factory=lambda: deque(maxlen=GAPS))
    lines: dict[int, str] = field(default_factory=dict)  # what became of each, as the phone was told
    said: int = 0
    line_ns: int = -(1 << 62)
    find_ns: int = -(1 << 62)
    leaving: bool = False  # until the show has let go of its sleeper


class Visitors:
    """Everybody who is on. `seats` is how many sleepers visitors may be at once; `drawn` makes a token."""

    def __init__(
        self,
        hosts: Hosts,
        seats: int,
        keep_beats: bool = True,
        lines: VisitorLines | None = None,
        drawn: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self.hosts, self.counts, self._drawn = hosts, Counts(), drawn
        self._seats, self._keep_beats, self.lines = seats, keep_beats, lines
        self._by_token: dict[str, Visitor] = {}
        self.waiting: list[Visitor] = []
        self.orders: list[Order] = []
        self.places: Sequence[Sequence[float]] = ()  # in the picture, of everybody, as the show says
        self._sensors: Sequence[bool] = ()
        self._freed: set[int] = set()  # seats that the show has not let go of yet

    def __len__(self) -> int:
        return len(self._by_token)

    @property
    def seated(self) -> list[Visitor]:
        """Who has a sleeper."""
        return [one for one in self._by_token.values() if one.seat is not None]

    # coming

    def known(self, token: object) -> Visitor | None:
        """Whose token this is."""
        return self._by_token.get(token) if isinstance(token, str) else None

    def come(self, host: str, now_ns: int) -> Visitor | None:
        """Somebody new; None where too many have come from there."""
        if not self.hosts.newcomer(host, now_ns) or not self._room():
            return None
        visitor = Visitor(self._drawn(), host, Pace(now_ns), away_ns=now_ns)
        self._by_token[visitor.token] = visitor
        return visitor

    def _room(self) -> bool:
        if len(self._by_token) < TOKENS:
            return True
        away = [v for v in self._by_token.values() if v.seat is None and not v.on]
        if not away:
            return False
        self._forget(min(away, key=lambda v: v.away_ns))
        return True

    def hello(self, visitor: Visitor) -> Message:
        """What a phone needs to know first."""
        lines = [self._line_of(one) for one in self._written() if one.id in visitor.lines]
        words = self.lines is not None
        return {"k": "hello", "token": visitor.token, "hue": visitor.hue, "lines": lines, "words": words} | {
            key: value for key, value in self.place(visitor).items() if key != "k"
        }

    def place(self, visitor: Visitor, wait: int | None = None) -> Message:
        """Where somebody is: sleeper and place in the picture, or the number among those who wait (given as `wait`)."""
        at = None
        if visitor.seat is not None:
            x, y = self.places[visitor.seat] if len(self.places) > visitor.seat else (0.5, 0.8)
            at = [visitor.seat + 1, round(float(x), 2), round(float(y), 2)]
        if wait is None:
            wait = self.waiting.index(visitor) + 1 if visitor in self.waiting else 0
        visitor.wait = wait
        return {"k": "place", "place": at, "wait": wait}

    # what they do

    def take(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        """One message of a phone: what to say to it. What makes no sense is counted and means nothing."""
        kind = message.get("k")
        if not isinstance(kind, str) or kind not in _KINDS:
            self.counts.refuse("unknown")
            return []
        waking = kind == "leave" and not visitor.leaving  # whoever wakes up is heard, however much they said before
        if not waking and not visitor.pace.allows(kind, now_ns):
            self.counts.refuse("too fast")
            return []
        if visitor.leaving and kind != "leave":
            return []
        if kind == "clock":
            return (
                [{"k": "clock", "a": message.get("a"), "t": server_ms}]
                if _number(message.get("a"), -1e15, 1e15)
                else []
            )
        return list(getattr(self, f"_{kind}")(visitor, message, now_ns, server_ms))

    def _join(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        if not _number(message.get("hue"), 0.0, 1.0):
            self.counts.refuse("type")
            return []
        visitor.hue = float(message["hue"])
        if visitor.seat is None and visitor not in self.waiting:
            self.waiting.append(visitor)
            self._seat_waiting(now_ns)
        elif visitor.seat is not None:
            self._order(visitor, "hue", visitor.hue)
        return [self.place(visitor)]

    def _hue(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        if _number(message.get("hue"), 0.0, 1.0):
            visitor.hue = float(message["hue"])
            if visitor.seat is not None:
                self._order(visitor, "hue", visitor.hue)
        return []

    def _beat(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        sent = message.get("t", server_ms)
        if not _number(sent, -1e15, 1e15) or not -OLD_BEAT_MS < server_ms - float(sent) < OLD_BEAT_MS:
            self.counts.refuse("late")
            return []
        gap = (now_ns - visitor.beat_ns) / SECOND
        if visitor.beat_ns:
            visitor.gaps.append(gap)
        visitor.beat_ns = now_ns
        if visitor.seat is None:
            return []
        if self._keep_beats:
            self._order(visitor, "beat")
        elif visitor.gaps:
            usual = sorted(visitor.gaps)[len(visitor.gaps) // 2]
            self._order(visitor, "rate", round(min(max(1.0 / usual, 0.02), 3.0), 2))
        return []

    def _find(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        if visitor.seat is not None and now_ns - visitor.find_ns >= FIND_S * SECOND:
            visitor.find_ns = now_ns
            self._order(visitor, "call")
        return [self.place(visitor)]

    def _feel(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        if _number(message.get("v"), 0.0, 1.0):
            visitor.feel, visitor.felt_ns = float(message["v"]), now_ns
        return []

    def _line(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        text = message.get("text")
        if self.lines is None or not isinstance(text, str):
            return [{"k": "no", "why": "line"}]
        if visitor.said >= LINES or now_ns - visitor.line_ns < LINE_S * SECOND:
            return [{"k": "no", "why": "lines" if visitor.said >= LINES else "soon"}]
        try:
            line = self.lines.offer(text, visitor.token, now_ns, visitor.seat)
        except Refused as refused:
            self.counts.refuse(f"line: {refused.reason}")
            if refused.reason != "banned":
                return [{"k": "no", "why": "line"}]
            visitor.said += 1  # who is banned is not told
            return [{"k": "line", "id": 0, "text": "", "state": "waits"}]
        visitor.said, visitor.line_ns = visitor.said + 1, now_ns
        visitor.lines[line.id] = _TOLD[line.state]
        return [self._line_of(line)]

    def _unline(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        number = message.get("id")
        if self.lines is None or not isinstance(number, int) or number not in visitor.lines:
            return []
        self.lines.withdraw([number])
        del visitor.lines[number]
        return [{"k": "line", "id": number, "state": "gone"}]

    def _leave(self, visitor: Visitor, message: Mapping[str, Any], now_ns: int, server_ms: float) -> list[Message]:
        """Everything they gave is taken back; said when it is done: for who lies there, when the show says so."""
        self._drop(visitor)
        if visitor.seat is None:
            self._forget(visitor)
            return [{"k": "left"}]
        visitor.leaving = True
        self._free_sleeper(visitor.seat)
        return []

    def _written(self) -> Sequence[VisitorLine]:
        return () if self.lines is None else self.lines.listed()

    @staticmethod
    def _line_of(line: VisitorLine) -> Message:
        return {"k": "line", "id": line.id, "text": line.text, "state": _TOLD[line.state]}

    def _decided(self) -> list[tuple[Visitor, Message]]:
        """What staff have decided since: whoever wrote a line is told when it is on the wall, and when no longer."""
        if self.lines is None or not self.lines.refresh():
            return []
        by_id = {line.id: line for line in self.lines.listed()}
        said: list[tuple[Visitor, Message]] = []
        for visitor in self._by_token.values():
            for number, told in list(visitor.lines.items()):
                line = by_id.get(number)
                state = "gone" if line is None else _TOLD[line.state]
                if state == told:
                    continue
                visitor.lines[number] = state
                said.append(
                    (visitor, {"k": "line", "id": number, "state": "gone"} if line is None else self._line_of(line))
                )
                if line is None:
                    del visitor.lines[number]
        return said

    # time, and what the show says

    def tick(self, now_ns: int) -> list[tuple[Visitor, Message]]:
        """Once a second: seats of those who are away become free, who waits sits down; what to say to whom."""
        for visitor in list(self._by_token.values()):
            if not visitor.on and now_ns - visitor.away_ns > AWAY_S * SECOND:
                self._let_go(visitor, now_ns)
        said: list[tuple[Visitor, Message]] = []
        if self.waiting:
            said += self._hurry(now_ns)
        seated = self._seat_waiting(now_ns)
        said += [(visitor, self.place(visitor)) for visitor in seated]
        said += [(v, self.place(v, wait)) for wait, v in enumerate(self.waiting, 1) if v.wait != wait]
        self.hosts.forget(now_ns)
        return said + self._decided()

    def _hurry(self, now_ns: int) -> list[tuple[Visitor, Message]]:
        said: list[tuple[Visitor, Message]] = []
        for visitor in self.seated:
            age = (now_ns - visitor.seated_ns) / SECOND
            if age > SEATED_S and not visitor.leaving:
                self._free_seat(visitor, now_ns)
                self.waiting.append(visitor)
                said.append((visitor, self.place(visitor)))
            elif age > SEATED_S - TOLD_S and not visitor.told:
                visitor.told = True
                said.append((visitor, {"k": "soon", "s": round(SEATED_S - age)}))
        return said

    def heard(self, guests: Sequence[bool], seated: Sequence[bool]) -> list[Visitor]:
        """The show says who is a guest, and who is somebody's or a sensor's. Who has left by it."""
        self._freed = {n for n in self._freed if n < len(guests) and guests[n]}
        ours = {visitor.seat for visitor in self.seated}
        self._sensors = [bool(s) and n not in ours for n, s in enumerate(seated)]
        gone = [v for v in self.seated if v.leaving and len(guests) > (v.seat or 0) and not guests[v.seat or 0]]
        for visitor in gone:
            self._forget(visitor)
        return gone

    def greeted(self) -> None:
        """Another process shows the piece: it is told who is where."""
        for seat in self._freed:
            self.orders.append((f"{addresses.SLEEPER}{seat + 1}/free", []))
        for visitor in self.seated:
            if not visitor.leaving:
                self._order(visitor, "guest", True)
                self._order(visitor, "hue", visitor.hue)

    def said(self, now_ns: int) -> list[Said]:
        """What everybody gave lately, for the crowd's number."""
        fresh = now_ns - int(KEPT_S * SECOND)
        return [
            Said(
                v.host,
                v.feel if v.feel is not None and v.felt_ns > fresh else None,
                tuple(v.gaps) if v.beat_ns > fresh else (),
            )
            for v in self._by_token.values()
            if not v.leaving
        ]

    def told(self) -> dict[str, Any]:
        """For who runs the show: numbers, no names."""
        return {
            "phones": sum(v.on for v in self._by_token.values()),
            "lie": len(self.seated),
            "wait": len(self.waiting),
            "refused": sum(self.counts.refused.values()),
        }

    # seats

    def _seat_waiting(self, now_ns: int) -> list[Visitor]:
        seated: list[Visitor] = []
        free = self._free()
        for visitor in list(self.waiting) if free else ():
            if len(seated) == len(free):
                break
            if not self.hosts.may_sit(visitor.host, now_ns):
                continue
            seat = free[len(seated)]
            self.waiting.remove(visitor)
            visitor.seat, visitor.seated_ns, visitor.told = seat, now_ns, False
            self.hosts.of(visitor.host, now_ns).seats += 1
            self._order(visitor, "guest", True)
            self._order(visitor, "hue", visitor.hue)
            seated.append(visitor)
        return seated

    def _free(self) -> list[int]:
        taken = {visitor.seat for visitor in self.seated} | self._freed
        return [n for n in range(self._seats) if n not in taken and not (n < len(self._sensors) and self._sensors[n])]

    def _order(self, visitor: Visitor, what: str, *arguments: float | bool) -> None:
        assert visitor.seat is not None
        self.orders.append((f"{addresses.SLEEPER}{visitor.seat + 1}/{what}", list(arguments)))

    def _free_sleeper(self, seat: int) -> None:
        self._freed.add(seat)
        self.orders.append((f"{addresses.SLEEPER}{seat + 1}/free", []))

    def _free_seat(self, visitor: Visitor, now_ns: int) -> None:
        if visitor.seat is not None:
            self._free_sleeper(visitor.seat)
            self.hosts.of(visitor.host, now_ns).seats -= 1
            visitor.seat = None

    # going

    def _drop(self, visitor: Visitor) -> None:
        """What they gave, but for the seat, whose freeing the show must confirm."""
        if self.lines is not None and visitor.lines:
            self.lines.withdraw(visitor.lines)
        visitor.lines.clear()
        visitor.gaps.clear()
        visitor.feel, visitor.beat_ns = None, 0
        if visitor in self.waiting:
            self.waiting.remove(visitor)

    def _let_go(self, visitor: Visitor, now_ns: int) -> None:
        """Their phone is gone: as if they had woken up."""
        self._drop(visitor)
        self._free_seat(visitor, now_ns)
        self._forget(visitor)

    def _forget(self, visitor: Visitor) -> None:
        if visitor.seat is not None:
            self.hosts.of(visitor.host, visitor.away_ns).seats -= 1
            visitor.seat = None
        self._by_token.pop(visitor.token, None)


_TOLD = {"held": "waits", "approved": "shown", "hidden": "hidden", "banned": "hidden"}
"""What a phone is told of what staff decided: nobody learns from it that they are banned."""

_KINDS = frozenset({"join", "hue", "beat", "find", "feel", "line", "unline", "leave", "clock"})


def _number(value: object, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
