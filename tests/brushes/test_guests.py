"""What guests are drawn with: a full room is no glare, and not more work than a picture has time for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.brushes.guests import ROUND, beat_rings


def taps(many: int, guests: int) -> Any:
    """So many sleepers who feel two beats a second, of whom some are guests."""
    told = {"joined": 0.5, "called": 9.0, "present": 1.0, "glow": 1.0, "hue": 0.5}
    ages = np.tile([0.2, 0.7, 1.2, 1.7], (many, 1))
    guest = (np.arange(many) < guests).astype(float)
    return SimpleNamespace(beats=ages, guest=guest, **{name: np.full(many, value) for name, value in told.items()})


@pytest.mark.parametrize(("guests", "each"), [(0, 4), (24, 4), (200, 2)])
def test_the_more_guests_the_sooner_rings_are_gone(guests: int, each: int) -> None:
    """Of the first two dozen each ring is seen to its end."""
    rings = beat_rings(taps(200, guests), np.zeros((200, 3)), 1.0)
    assert rings is not None
    assert len(rings.position) == 200 * each * ROUND
