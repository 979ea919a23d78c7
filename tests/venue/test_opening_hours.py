"""Opening hours: days, nights over midnight, the turn of the week, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.venue import opening_hours
from installation.venue.opening_hours import DAYS, is_open, parse, spans


def opened(lines: list[str], day: str, time: str) -> bool:
    h, m = time.split(":")
    return is_open(spans(lines), DAYS.index(day), int(h) * 60 + int(m))


@pytest.mark.parametrize(
    ("line", "inside", "outside"),
    [
        ("10:00-18:00", "mon 10:00, sun 17:59, wed 12:00", "mon 9:59, mon 18:00, sat 0:00"),
        ("mon-fri 10:00-22:00", "mon 10:00, fri 21:59", "sat 12:00, sun 12:00, tue 22:00"),
        ("fri,sat 20:00-02:00", "fri 20:00, sat 1:59, sat 23:00, sun 1:00", "fri 19:59, fri 1:00, sun 2:00, sun 20:00"),
        ("sun 22:00-03:00", "sun 23:00, mon 2:59", "mon 3:00, sun 2:00"),
        ("sat-mon 9:00-10:00", "sat 9:00, sun 9:30, mon 9:59", "tue 9:30, fri 9:30"),
        ("0:00-24:00", "mon 0:00, sun 23:59", ""),
        ("Monday, Thursday 8:30 - 9:15", "mon 8:30, thu 9:14", "tue 8:45, thu 9:15"),
        ("tues 8:00-9:00", "tue 8:00", "mon 8:00"),
    ],
)
def test_a_line_means(line: str, inside: str, outside: str) -> None:
    for moment in filter(None, inside.split(", ")):
        assert opened([line], *moment.split()), moment
    for moment in filter(None, outside.split(", ")):
        assert not opened([line], *moment.split()), moment


def test_lines_add_and_none_is_always() -> None:
    two = ["mon 10:00-12:00", "mon 14:00-16:00"]
    assert [opened(two, "mon", f"{h}:00") for h in (9, 10, 12, 14, 16)] == [False, True, False, True, False]
    assert opened([], "sun", "3:00")


@pytest.mark.parametrize(
    "line",
    ["", "always", "10-18", "10:00-10:00", "24:00-10:00", "25:00-26:00", "10:60-11:00", "someday 10:00-11:00",
     "mon-wed-fri 10:00-11:00", "mon 10:00", "monkey 10:00-11:00", "10:00-24:01", "mon- 10:00-11:00"],
)  # fmt: skip
def test_what_is_no_such_line_is_refused_with_the_rule(line: str) -> None:
    with pytest.raises(ValueError, match="takes times such as"):
        parse(line)


@given(
    day=st.integers(0, 6),
    first=st.integers(0, 1439),
    last=st.integers(0, 1439),
    now=st.integers(0, opening_hours.WEEK - 1),
)
def test_it_is_open_for_as_long_as_it_says(day: int, first: int, last: int, now: int) -> None:
    if first == last:
        return
    line = f"{DAYS[day]} {first // 60}:{first % 60:02}-{last // 60}:{last % 60:02}"
    since = (now - day * opening_hours.DAY - first) % opening_hours.WEEK
    length = (last - first) % opening_hours.DAY
    assert is_open(parse(line), now // opening_hours.DAY, now % opening_hours.DAY) == (since < length)
