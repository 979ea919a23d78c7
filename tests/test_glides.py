from __future__ import annotations

import math

import pytest

from installation.controls import TABLE, Control, Table
from installation.glides import Glides
from installation.model import ticks

GLIDES = [row for row in TABLE.values() if row.kind == "number" and row.role == "input" and row.glide > 0]


@pytest.mark.parametrize("row", GLIDES, ids=lambda row: row.address)
def test_a_glide_neither_jumps_nor_overshoots_and_arrives_in_its_time(row: Control) -> None:
    glides = Glides(TABLE)
    assert isinstance(row.default, float)
    goal = row.high if row.high - row.default > row.default - row.low else row.low
    glides.aim(row.address, goal)
    way, before, steps = abs(goal - row.default), row.default, []
    for _ in range(ticks.ticks(row.glide)):
        glides.step()
        now = glides.now()[row.address]
        assert isinstance(now, float)
        steps.append(abs(now - before))
        assert abs(now - goal) <= abs(before - goal) + 1e-12
        before = now
    assert abs(before - goal) <= 0.0101 * way
    assert max(steps) < way * 4.0 / ticks.ticks(row.glide)
    assert steps[0] < 0.5 * max(steps)
    assert glides.aims()[row.address] == goal


def test_calm_aims_every_number_and_switch_at_its_default() -> None:
    glides = Glides(TABLE)
    before = glides.aims()
    for row in TABLE.values():
        if row.address in before:
            away = row.low if row.default == row.high else row.high
            glides.aim(row.address, True if row.kind == "switch" else away if row.kind == "number" else "x")
    assert all(glides.aims()[a] != before[a] for a in before)
    glides.rest()
    words = {row.address for row in TABLE.values() if row.kind == "word"}  # a language, whose lines are shown
    assert {a: value for a, value in glides.aims().items() if a not in words} == {
        a: value for a, value in before.items() if a not in words
    }
    assert all(
        isinstance(v, (float, bool, str)) and not (isinstance(v, float) and math.isnan(v)) for v in before.values()
    )


def test_requests_and_outputs_do_not_glide() -> None:
    assert {row.role for address, row in TABLE.items() if address in Glides(TABLE).aims()} == {"input"}
    assert Glides(Table([])).aims() == {}
