"""What ears cost the process that plays: ms of CPU per second of sound, beside the drones' own in the same run.

python benchmarks/listening.py
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np

from installation.model.chance import Chance
from installation.sound.listening.ears import Ears
from installation.sound.synth import Synth
from tests.harness.night import CHORD, QUANTUM, RATE, WILD

ROUNDS = 15
HEARD, PLAYED = RATE // 50, 512  # samples of a call


def main() -> None:
    """Print medians and their ratio."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    synth, ears = Synth(Chance(1).of("sound")), Ears(RATE)
    voice = np.random.default_rng(1).normal(0.0, 0.05, (RATE, 1)).astype(np.float32)
    drones, heard = [], []
    for _ in range(ROUNDS + 1):  # the first compiles
        began = time.process_time()
        own = np.concatenate(
            [synth.render(replace(WILD, tick=t, beat=t // 20, age=t % 20), CHORD, QUANTUM) for t in range(120)]
        )
        between = time.process_time()
        for at in range(0, RATE, PLAYED):
            ears.played(own[at : at + PLAYED])
        for at in range(0, RATE, HEARD):
            ears.hear(np.array(voice[at : at + HEARD]))
        drones.append(1e3 * (between - began))
        heard.append(1e3 * (time.process_time() - between))
    chain, more = statistics.median(drones[1:]), statistics.median(heard[1:])
    print(f"drones {chain:.1f} ms/s, ears {more:.2f} ms/s: {100.0 * more / chain:.1f} % more")


if __name__ == "__main__":
    main()
