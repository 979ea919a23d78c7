"""Opening hours: on which days of the week, and from when to when. Reads no clock; day and minute are handed in."""

from __future__ import annotations

import re
from collections.abc import Sequence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60  # minutes
WEEK = 7 * DAY

RULE = 'takes times such as "10:00-18:00", "mon-fri 10:00-22:00" or "fri,sat 20:00-02:00"'

Span = tuple[int, int]
"""Minutes since Monday, 0:00: from the first to before the second, which may lie in the next week."""


def parse(text: str) -> tuple[Span, ...]:
    """The spans that one line means; what lasts over midnight is the evening's. Raises ValueError (RULE)."""
    match = re.fullmatch(r"(?:([a-z,\- ]+?) +)?(\d{1,2}):(\d\d) *- *(\d{1,2}):(\d\d)", text.strip().lower())
    if match is None:
        raise ValueError(RULE)
    first, last = _minute(match[2], match[3]), _minute(match[4], match[5])
    if first in (DAY, last):
        raise ValueError(f"{RULE}; it opens before it closes")
    length = last - first if last > first else last + DAY - first
    days = _days(match[1]) if match[1] else range(7)
    return tuple((day * DAY + first, day * DAY + first + length) for day in days)


def _minute(hours: str, minutes: str) -> int:
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > DAY:
        raise ValueError(f"{RULE}; a day has 24:00")
    return minute


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in text.replace(" ", "").split(","):
        names = part.split("-")
        if len(names) > 2 or any(name[:3] not in DAYS or not _FULL[name[:3]].startswith(name) for name in names):
            raise ValueError(f"{RULE}; days are {', '.join(DAYS)}")
        begin, end = DAYS.index(names[0][:3]), DAYS.index(names[-1][:3])
        days += [day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1)]
    return sorted(set(days))


_FULL = dict(zip(DAYS, ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), strict=True))


def spans(lines: Sequence[str]) -> tuple[Span, ...]:
    """Of all lines together. Raises ValueError for the first that is wrong."""
    return tuple(span for line in lines for span in parse(line))


def is_open(open_: Sequence[Span], weekday: int, minute: int) -> bool:
    """Whether it is open on `weekday` (0 Monday) at `minute` of the day. Without any spans it always is."""
    now = weekday * DAY + minute
    return not open_ or any(first <= at < last for first, last in open_ for at in (now, now + WEEK))
