"""Whatever a show meets after its loading was compiled before: on a new machine a compiler takes a second a kernel."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.harness.waiting import ROOT, TIMEOUT_S

NIGHT = """
import sys

import numpy as np

from installation.session.production import load_production
from installation.session.request import Request
from installation.light.picture import look, prepare
from installation.model import ticks
from installation.venue.settings import Hearing, Sound
from installation.sound.cue import Cue, encode
from installation.sound.output.process import drones, warm


def ready():
    modules = [(name, vars(module)) for name, module in sys.modules.items() if name.startswith("installation.")]
    kernels = [(f"{name}.{what}", it) for name, its in modules for what, it in its.items() if hasattr(it, "py_func")]
    return {name: len(kernel.signatures) for name, kernel in kernels}


prepare(lambda word: None)
synth = warm(drones, 1, Sound(), Hearing())
production = load_production(Request(score="abridged", seed=1))
show, picture = production.show(), production.picture((160, 90), 2)
before = ready()
pixels = np.zeros((90, 160), np.uint32)
stripes = np.where(np.arange(160) % 8 < 4, 0xFFFFFF, 0).astype(np.uint32)
extremes = {"/light/trails": 0.7, "/light/glitch": 1.0, "/light/glow": 1.0, "/light/hue": 0.3, "/sound/level": 12.0}
while show.tick < ticks.ticks(production.score.seconds):
    second, part = divmod(show.tick, ticks.RATE)
    if show.tick == 4 * ticks.RATE:
        for address, value in extremes.items():
            show.accept(address, [value])
    if show.tick == 8 * ticks.RATE:
        show.accept("/dream/unrest", [1.0])
    show.step()
    synth.render_row(encode(Cue.of(show.moment()), show.voices()), 400)
    if part % 12 == 0:
        picture.draw(look(show), pixels, 0.1)
    elif part % 4 == 0:
        picture.linger(look(show))
    if second % 4 == 3 and part % 12 == 6:  # what the guard has to act on: stripes, and red that flashes
        pixels[:] = (stripes, 0xFF0000, 0)[min(second % 8 // 4 * (1 + part // 12 % 2), 2)]
        picture.guard.guard(pixels, 0.1)
print(len(before), *sorted(name for name, many in ready().items() if many > before.get(name, 0)))
"""


@pytest.mark.whole
def test_nothing_is_compiled_once_a_show_has_loaded(kernels: None) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", NIGHT],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen, *late = done.stdout.split()
    assert int(seen) > 50
    assert late == []
