"""The lamps' flicker guard against whoever strobes them, judged by the film checker, which shares no code with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.checker.transitions import KINDS, Pixels
from installation.outputs.lampguard import LONGEST_S, SWING_S, LampGuard

Floats = NDArray[np.float32]
Clip = Callable[[float], Floats]
"""Seconds -> (3, n) what lamps are asked."""

RATE, SECONDS = 44, 12.0
PAIRS = 6
"""Transitions in any second that are no more than three flashes."""

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def between(a: tuple[float, ...], b: tuple[float, ...], hertz: float, lamps: int = 1, spread: float = 0.0) -> Clip:
    """From one colour to the other and back, hard; neighbours `spread` of a turn apart."""
    of = np.array([a, b], dtype=np.float32)

    def clip(t: float) -> Floats:
        turns = (t * hertz + spread * np.arange(lamps)) % 1.0
        return np.ascontiguousarray(of[(turns >= 0.5).astype(int)].T)

    return clip


def noise(seed: int, lamps: int) -> Clip:
    draw = np.random.default_rng(seed)
    return lambda t: draw.random((3, lamps), dtype=np.float32).round()


def guarded(clip: Clip, seconds: float = SECONDS, rate: int = RATE) -> list[Floats]:
    guard = LampGuard(clip(0.0).shape[1])
    return [guard.guard(clip(k / rate), 1.0 / rate).copy() for k in range(int(seconds * rate))]


def worst(shown: list[Floats], curve: float, rate: int = RATE) -> dict[str, int]:
    """The most transitions of one lamp in any second, and of all together, by kind, where light is value ** curve."""
    lamps = shown[0].shape[1]
    judge = Pixels(1, lamps + 1, float(rate))
    most = dict.fromkeys(KINDS, 0)
    for values in shown:
        light = values.T**curve
        judge.see(np.concatenate([light, light.mean(axis=0)[None]])[None].astype(np.float32))
        for kind, name in enumerate(KINDS):
            most[name] = max(most[name], int(judge.counts(kind).max()))
    return most


CLIPS = {
    **{f"strobe {hertz} Hz": between(BLACK, WHITE, hertz) for hertz in (3, 4, 5, 7.5, 10, 15, 20, 22, 30)},
    **{f"half a strobe {hertz} Hz": between((0.4,) * 3, (0.7,) * 3, hertz) for hertz in (3, 5, 10)},
    **{f"red and blue {hertz} Hz": between(RED, BLUE, hertz) for hertz in (1.5, 2, 3, 5, 10, 30)},
    **{f"red and black {hertz} Hz": between(RED, BLACK, hertz) for hertz in (2, 3, 6, 12)},
    **{f"red and grey {hertz} Hz": between(RED, (0.3,) * 3, hertz) for hertz in (2, 3, 6)},
    **{f"by turns {hertz} Hz": between(BLACK, WHITE, hertz, 4, 0.25) for hertz in (1, 2, 3, 8)},
    **{f"two by turns {hertz} Hz": between(BLACK, WHITE, hertz, 2, 0.37) for hertz in (1, 2, 4)},
    **{f"noise {seed}": noise(seed, 3) for seed in range(4)},
}


@pytest.mark.parametrize("name", CLIPS)
def test_no_lamp_and_no_room_flashes_too_often(name: str) -> None:
    shown = guarded(CLIPS[name])
    for curve in (1.0, 1.5, 2.0, 2.2):
        most = worst(shown, curve)
        assert max(most.values()) <= PAIRS, (curve, most)


@pytest.mark.parametrize("hertz", [5, 10])
def test_without_it_they_would(hertz: float) -> None:
    raw = [between(BLACK, WHITE, hertz)(k / RATE) for k in range(3 * RATE)]
    assert worst(raw, 1.0)["general"] > PAIRS
    assert worst([between(RED, BLUE, hertz)(k / RATE) for k in range(3 * RATE)], 1.0)["red (older)"] > PAIRS


def test_a_full_swing_takes_its_time() -> None:
    shown = guarded(between(BLACK, WHITE, 0.25), 8.0)
    steps = np.abs(np.diff([values.max() for values in shown]))
    assert steps.max() <= 1.0 / RATE / SWING_S + 1e-5
    assert shown[-1].min() == 1.0


def test_what_breathes_is_left_alone() -> None:
    breath: Clip = lambda t: np.full((3, 5), 0.5 - 0.5 * np.cos(2.0 * np.pi * 0.4 * t), dtype=np.float32)  # noqa: E731
    for k, values in enumerate(guarded(breath)):
        assert np.allclose(values, breath(k / RATE), atol=0.06), k


def test_steady_red_comes_and_stays() -> None:
    shown = guarded(between(RED, RED, 1.0), 2.0)
    assert np.allclose(shown[-1][:, 0], RED)


def test_it_only_darkens() -> None:
    clip = noise(9, 6)
    guard, before = LampGuard(6), np.zeros((3, 6), np.float32)
    for k in range(500):
        asked = clip(k / RATE)
        values = guard.guard(asked, 1.0 / RATE)
        assert (values <= np.maximum(asked, before) + 1e-6).all()
        before = values.copy()


@pytest.mark.parametrize("dt", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_nonsense_does_no_harm(dt: float) -> None:
    guard = LampGuard(2)
    rough = np.array([[np.nan, np.inf], [-5.0, 7.0], [1e30, -np.inf]], dtype=np.float32)
    for _ in range(50):
        values = guard.guard(rough, dt)
        assert ((values >= 0.0) & (values <= 1.0)).all()
    assert LampGuard(1).guard(np.ones((3, 1), np.float32), 1e9).max() <= LONGEST_S / SWING_S + 1e-6


def test_who_goes_on_begins_where_the_other_was() -> None:
    guard = LampGuard(1)
    guard.start(np.full((3, 1), 0.7, np.float32))
    assert np.allclose(guard.guard(np.full((3, 1), 0.7, np.float32), 0.03), 0.7)
