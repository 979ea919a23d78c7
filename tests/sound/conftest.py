"""What the tests of sound share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.scene import Moment
from tests.sound.night import heard


@pytest.fixture(scope="session")
def night() -> tuple[NDArray[np.float32], list[Moment]]:
    """A short arc as it is heard, and its moments."""
    sound, moments, _ = heard()
    return sound, moments
