"""Acceptance: a message checked against the table of controls. What passes is within range, what doesn't is named.

Knows nothing of sockets: `accept` is given an address and its arguments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from installation.arguments import LONGEST_S, Argument, Over
from installation.controls import DATE, Accepted, Control, Refused, Released, Table, Value
from installation.foundation.easing import CURVES
from installation.model import almanac

_NUMERIC = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", re.ASCII)
_RELEASES = (0, "0", "0.0")  # 0.0 and False are equal to the first


def accept(rows: Table, address: str, arguments: Sequence[object]) -> Accepted:
    """Check one message against the table. Numbers out of range are clipped; anything else wrong raises Refused."""
    control, sleeper = rows.find(address)
    if control.role == "output":
        raise Refused("output", f"{address} is sent by the show and can't be set")
    if control.timed and len(arguments) > 1:
        over = _over(control, address, arguments[1:])
        return Accepted(address, control, sleeper, _checked(control, address, arguments[:1]), over)
    return Accepted(address, control, sleeper, _checked(control, address, arguments))


def _over(control: Control, address: str, arguments: Sequence[object]) -> Over:
    """In what time: seconds, and how where that is said."""
    curve = arguments[1] if len(arguments) > 1 else "ease"
    if len(arguments) > 2 or not isinstance(curve, str) or curve not in CURVES:
        said = f"{address} takes {control.takes}, in seconds 0..{LONGEST_S:g}, by one of {', '.join(CURVES)}"
        raise Refused("type", f"{said}, got {' '.join(str(one)[:40] for one in arguments[:4])}")
    try:
        seconds = _number(control, address, arguments[0])
    except Refused as error:
        got = str(error).rpartition(", got ")[2]
        raise Refused(error.reason, f"{address} takes a time in 0..{LONGEST_S:g} s, got {got}") from None
    return Over(min(max(seconds, 0.0), LONGEST_S), curve)


def _checked(control: Control, address: str, arguments: Sequence[object]) -> Value | tuple[float | str, ...]:
    if control.kind == "several":
        return _several(control, address, arguments)
    if control.kind == "bang":
        if len(arguments) == 1 and arguments[0] in _RELEASES:
            raise Released(address)
        return None  # a button sends 1.0 with its bang: other arguments are welcome and mean nothing
    wanted = 3 if control.kind == "morph" else 1
    if len(arguments) != wanted:
        raise Refused("type", f"{address} takes {control.takes}, got {len(arguments)} arguments")
    first = arguments[0]
    if control.kind == "word":
        if not isinstance(first, str) or (control.choices and first not in control.choices):
            raise _refusal("type", control, address, first)
        return _date(control, address, first) if control.unit == DATE else first
    if control.kind == "morph":
        second = arguments[1]
        if not isinstance(first, str) or not isinstance(second, str):
            raise _refusal("type", control, address, f"{first!r:.40} {second!r:.40}")
        return first, second, min(max(_number(control, address, arguments[2]), 0.0), 1.0)
    number = _number(control, address, first)
    if control.kind == "switch":
        return number != 0.0
    return min(max(number, control.low), control.high)


def _several(control: Control, address: str, arguments: Sequence[object]) -> tuple[float | str, ...]:
    """Each argument to the first that takes it; what may be left out and was is its default."""
    left = list(control.arguments)
    found: dict[str, float | str] = {}
    for given in arguments:
        at = next((one for one in left if one.default is None or _fits(one, given)), None)
        if at is None:
            raise _refusal("type", control, address, given)
        found[at.name] = _argument(control, at, address, given)
        left.remove(at)
    if any(one.default is None for one in left):
        raise Refused("type", f"{address} takes {control.takes}, got {len(arguments)} arguments")
    return tuple(found.get(one.name, one.default if one.default is not None else "") for one in control.arguments)


def _fits(argument: Argument, given: object) -> bool:
    if argument.numeric:
        return not isinstance(given, str) or bool(_NUMERIC.fullmatch(given))
    return isinstance(given, str) and (not argument.choices or given in argument.choices)


def _argument(control: Control, argument: Argument, address: str, given: object) -> float | str:
    if argument.numeric:
        return min(max(_number(control, address, given), argument.low), argument.high)
    if not isinstance(given, str) or (argument.choices and given not in argument.choices):
        raise _refusal("type", control, address, given)
    return given


def _date(control: Control, address: str, word: str) -> str:
    try:
        return almanac.read(word).isoformat()
    except ValueError:
        raise _refusal("type", control, address, word) from None


def _number(control: Control, address: str, argument: object) -> float:
    """int, bool, float and numeric strings convert freely; NaN and infinity are refused."""
    if not isinstance(argument, (int, float, str)):
        raise _refusal("type", control, address, argument)
    try:
        number = float(argument)
    except (ValueError, OverflowError):
        raise _refusal("type", control, address, argument) from None
    if not math.isfinite(number):
        raise _refusal("nan", control, address, argument)
    return number


def _refusal(reason: str, control: Control, address: str, got: object) -> Refused:
    said = f'"{got[:40]}"' if isinstance(got, str) else f"{got!s:.40}"
    return Refused(reason, f"{address} takes {control.takes}, got {said}")
