"""Whether the flash guard finds anything to do in a whole arc of a scene: the piece is composed so that it does not.

    python benchmarks/arcs.py [--scene NAME ...] [--seeds 1-5] [--size 640x360] [--rate 30] [--telling]

A line a scene and seed: the seconds in which something was held down, and what; `--telling` looks only where an arc is
likely to need it. An arc of 405 s takes minutes.
"""

from __future__ import annotations

import argparse
import time

from installation import repertoire
from tests.harness.guarding import TELLING, acting, arc


def seeds(text: str) -> range:
    """`3` or `1-5`."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = list(repertoire.found().scenes)
    parser.add_argument("--scene", nargs="+", default=names, choices=names)
    parser.add_argument("--seeds", type=seeds, default=seeds("1-5"))
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--rate", type=int, default=30, help="pictures a second")
    parser.add_argument("--score", default="festival")
    parser.add_argument("--telling", action="store_true")
    wanted = parser.parse_args()
    width, height = map(int, wanted.size.split("x"))
    for scene in wanted.scene:
        for seed in wanted.seeds:
            began = time.perf_counter()
            spans = TELLING if wanted.telling else ()
            held = acting(arc(wanted.score, scene), seed, (width, height), wanted.rate, spans)
            print(f"{scene} {seed}: {'; '.join(held) or 'idle'} ({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
