"""How it is in those who lie there, as one number: medians, so that fewer than half of them move nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

FEELINGS, TAPPERS = 8, 5
"""So many must have said how it is in them, or tapped, for it to count."""

KEPT_S = 180.0
"""Seconds for which what was said holds."""

FASTEST = 0.01
"""A second, by which the crowd moves at most."""

GAPS = 6
_LONGEST_S = 12.0  # a gap between two taps that is none of a rhythm
_UNEVEN = 0.5  # sd over mean of the gaps at which a rhythm is no rhythm


class Said(NamedTuple):
    """What one visitor gave; `host` shares its weight among those who come from there."""

    host: str
    feel: float | None = None  # 0 still .. 1 restless
    gaps: Sequence[float] = ()  # seconds between the last taps


def crowd(said: Iterable[Said]) -> float | None:
    """-1 all still .. 1 all restless; None where too few have said anything."""
    everybody = list(said)
    feel = _median([(one.feel, one.host) for one in everybody if one.feel is not None], FEELINGS)
    taps = _median([(cv, one.host) for one in everybody if (cv := unevenness(one.gaps)) is not None], TAPPERS)
    known = [value for value in (feel, taps) if value is not None]
    return 2.0 * sum(known) / len(known) - 1.0 if known else None


def unevenness(gaps: Sequence[float]) -> float | None:
    """0 an even pulse .. 1 none at all, of the last gaps in seconds; None where they are too few."""
    last = [gap for gap in gaps[-GAPS:] if gap < _LONGEST_S]
    if len(last) < GAPS:
        return None
    mean = sum(last) / len(last)
    deviation = (sum((gap - mean) ** 2 for gap in last) / len(last)) ** 0.5
    return min(deviation / mean / _UNEVEN, 1.0) if mean > 0.0 else None


def moved(now: float, goal: float | None, seconds: float) -> float:
    """Where the crowd is so many seconds later; back to 0 where nobody says anything."""
    step, to = FASTEST * seconds, 0.0 if goal is None else goal
    return min(now + step, to) if now < to else max(now - step, to)


def _median(values: Sequence[tuple[float, str]], least: int) -> float | None:
    """The weighted median; everybody from one host together weighs as one."""
    if len(values) < least:
        return None
    share: dict[str, int] = {}
    for _, host in values:
        share[host] = share.get(host, 0) + 1
    if len(share) == 1:
        share = dict.fromkeys(share, 1)  # a house whose Wi-Fi shows one address for all
    weighed = sorted((value, 1.0 / share[host]) for value, host in values)
    half, so_far = 0.5 * sum(weight for _, weight in weighed), 0.0
    for value, weight in weighed:
        so_far += weight
        if so_far >= half:
            return value
    return weighed[-1][0]
