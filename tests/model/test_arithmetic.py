"""What moves the show is right, and is the same to the bit whatever instructions a processor has."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from installation.model import arithmetic
from installation.model.chance import Chance, normal
from tests.harness.home import environment
from tests.harness.waiting import ROOT, TIMEOUT_S

EPS = 2.0**-52


def spread(low: float, high: float, many: int = 20_000) -> np.ndarray:
    return Chance(3).of("spread").at().uniform(low, high, many)


@pytest.mark.parametrize("reach", [1.0, 10.0, 1e5])
def test_cosines_and_sines_are_right_to_the_last_bit_but_one(reach: float) -> None:
    x = np.concatenate([spread(-reach, reach), np.linspace(-8, 8, 33) * math.pi / 4])
    cos, sin = arithmetic.cos_sin(x)
    assert np.abs(cos - np.cos(x)).max() <= EPS
    assert np.abs(sin - np.sin(x)).max() <= EPS
    assert arithmetic.sin(0.5) == pytest.approx(math.sin(0.5), abs=EPS)


def test_powers_and_logarithms_are_right() -> None:
    x = np.concatenate([spread(-700.0, 700.0), spread(-1.0, 1.0), np.zeros(1)])
    assert np.abs(arithmetic.exp(x) / np.exp(x) - 1.0).max() <= 4 * EPS
    y = np.concatenate([spread(1e-6, 40.0), 2.0 ** np.arange(-8, 9)])
    assert np.abs(arithmetic.log2(y) - np.log2(y)).max() <= 20 * EPS
    assert arithmetic.log2(2.0 ** np.arange(-8, 9)).tolist() == list(range(-8, 9))
    assert np.abs(arithmetic.exp2(arithmetic.log2(y)) / y - 1.0).max() <= 20 * EPS
    assert arithmetic.exp(np.array([-1e9, 1e9])).tolist() == arithmetic.exp(np.array([-709.0, 709.0])).tolist()
    assert arithmetic.power_of_e(-1.0) == pytest.approx(math.exp(-1.0), rel=2 * EPS)


def test_a_direction_is_right_all_the_way_round() -> None:
    turn, far = spread(-math.pi, math.pi, 4000), spread(1e-9, 3.0, 4000)
    for x, y in zip((far * np.cos(turn)).tolist(), (far * np.sin(turn)).tolist(), strict=True):
        assert arithmetic.angle(y, x) == pytest.approx(math.atan2(y, x), abs=4 * EPS)
    corners = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]
    for y, x in corners:
        assert arithmetic.angle(y, x) == pytest.approx(math.atan2(y, x), abs=2 * EPS)
    assert arithmetic.angle(0.0, 0.0) == 0.0


def test_no_last_bit_of_a_normal_number_is_the_librarys() -> None:
    drawn = normal(Chance(1).at(), 100, 240)
    assert drawn.shape == (100, 240)
    assert np.array_equal(drawn, drawn.astype(np.float32))
    assert np.abs(drawn - Chance(1).at().standard_normal((100, 240))).max() < 1e-6


PLAYED = """
import json
from installation import repertoire
from installation.foundation import places
from installation.model.score import parse
from installation.recording.journal import digest
from installation.show import Show

text = places.score("abridged").read_text(encoding="utf-8")
show = Show(parse(text, "abridged"), 7, repertoire.found().scenes)
said = []
for scene in ("sleeptree", "dreamtrek"):
    show.accept("/show/scene", [scene])
    show.accept("/show/phase", ["glitch"])
    show.accept("/sleeper/3/guest", [1])
    show.accept("/sleeper/3/rate", [0.2])
    show.accept("/dream/unrest", [0.7])
    for _ in range(360):
        show.step()
        if show.tick % 24 == 0:
            said.append(digest(show.moment()))
print(json.dumps(said))
"""


@pytest.mark.whole
def test_a_show_is_the_same_to_the_byte_on_a_processor_of_another_make(tmp_path: Path) -> None:
    from numpy._core import _multiarray_umath as umath

    features = [name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name)]
    older = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(features),
        "OPENBLAS_CORETYPE": "Nehalem",
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CACHE_DIR": str(tmp_path / "compiled"),
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
    }
    assert features, "this machine has nothing that could be switched off: nothing was tested"
    assert played(tmp_path) == played(tmp_path, **older)


def played(home: Path, **how: str) -> list[str]:
    """Digests of a show of six seconds, in a process of its own."""
    order = [sys.executable, "-c", PLAYED]
    done = subprocess.run(
        order, env=environment(home, **how), cwd=ROOT, capture_output=True, text=True, check=True, timeout=TIMEOUT_S
    )
    said: list[str] = json.loads(done.stdout)
    assert len(said) == 30
    return said
