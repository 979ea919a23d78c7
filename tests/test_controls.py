from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.acceptance import accept
from installation.commands.controls import as_markdown
from installation.controls import SLEEPERS, TABLE, Accepted, Control, Refused, table

NUMBERS = [row for row in TABLE.values() if row.kind == "number"]


def test_every_row_is_fit_to_be_played() -> None:
    for row in TABLE.values():
        assert re.fullmatch(r"/[a-z]+(/N)?(/[a-z_]+)?", row.address), row.address
        assert row.meaning.endswith("."), row.address
        if row.kind == "number":
            assert isinstance(row.default, float), row.address
            assert row.low <= row.default <= row.high, row.address
        if row.choices:
            assert row.default in row.choices, row.address


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row.address)
def test_a_number_out_of_range_is_clipped(row: Control) -> None:
    if row.role == "output":
        return
    address = row.address.replace("/N/", "/1/")
    assert accept(TABLE, address, [row.high + 1000]).value == row.high
    assert accept(TABLE, address, [row.low - 1000]).value == row.low
    assert accept(TABLE, address, [row.default]).value == row.default


def said(address: str, arguments: list[object]) -> Accepted | Refused:
    try:
        return accept(TABLE, address, arguments)
    except Refused as refused:
        return refused


@given(st.lists(st.one_of(st.floats(), st.integers(), st.booleans(), st.text(), st.none(), st.binary()), max_size=4))
def test_whatever_is_said_is_accepted_within_range_or_refused_by_name(arguments: list[object]) -> None:
    for row in TABLE.values():
        address = row.address.replace("/N/", "/7/")
        accepted = said(address, arguments)
        if isinstance(accepted, Refused):
            assert str(accepted).startswith(address)
            assert accepted.reason in ("type", "nan", "output", "release")
            continue
        if row.kind == "number":
            assert isinstance(accepted.value, float)
            assert row.low <= accepted.value <= row.high
        for argument, value in zip(row.arguments, accepted.value if row.arguments else (), strict=True):
            assert isinstance(value, float if argument.numeric else str) or value == argument.default
            assert not argument.choices or value in (*argument.choices, argument.default)
        assert accept(TABLE, address, accepted.arguments) == accepted


@pytest.mark.parametrize("number", ["0", "241", "-1", "1.5", "x", "", "٣", "99999999999999999999"])
def test_sleepers_are_numbered_from_1_to_240(number: str) -> None:
    with pytest.raises(Refused) as refused:
        TABLE.find(f"/sleeper/{number}/hue")
    assert refused.value.reason == "unknown"
    assert TABLE.find("/sleeper/1/hue") == (TABLE["/sleeper/N/hue"], 0)
    assert TABLE.find(f"/sleeper/{SLEEPERS}/hue")[1] == SLEEPERS - 1


@pytest.mark.parametrize("address", ["/sleeper/N/hue", "/dream", "dream/unrest", "/dream/unrest/", "", "/sleeper/1/x"])
def test_what_is_not_an_address_is_unknown(address: str) -> None:
    with pytest.raises(Refused, match="is not a control"):
        TABLE.find(address)


def test_an_address_stands_once() -> None:
    with pytest.raises(ValueError, match="declared twice: /dream/unrest"):
        table([Control("/dream/unrest", 0.0)])


def test_a_morph_takes_two_names_and_a_way() -> None:
    assert accept(TABLE, "/preset/morph", ["a", "b", 2]).value == ("a", "b", 1.0)
    with pytest.raises(Refused, match=r"takes two names and a number in 0\.\.1"):
        accept(TABLE, "/preset/morph", ["a", 1, 0.5])
    with pytest.raises(Refused, match="got 2 arguments"):
        accept(TABLE, "/preset/morph", ["a", "b"])


def test_the_table_is_readable_as_markdown() -> None:
    lines = as_markdown(TABLE).splitlines()
    assert len(lines) == len(TABLE) + 2
    assert all(line.count("|") == 6 for line in lines)
    assert "| `/dream/breath` | 0.05..0.4 Hz | 0.16 | Rate of the common breath. | seen: every phase |" in lines
    assert "| `/show/hold` | 0 or 1 | 0 | The score waits. |  |" in lines
