"""The pictures of scenes/examples that docs/scenes.md shows: each scene's harmony, glitch and resolution in a row.

    python benchmarks/examples.py [--size 320x180] [--out assets/examples]

Drawn from the abridged score, seed 1, as `sleeptree still` would.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.film.film import still
from installation.film.sheet import contact_sheet
from installation.foundation import places, png
from installation.light.picture import Picture, prepare
from installation.model.score import parse
from installation.show import Show
from installation.venue.settings import size
from tests.harness.examples import EXAMPLES

MOMENTS = (600, 1400, 2280)  # ticks of the abridged score: one in each phase


def main() -> None:
    """Draw and write one PNG for each example."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", default="320x180")
    parser.add_argument("--out", type=Path, default=places.assets() / "examples")
    wanted = parser.parse_args()
    wide = size(wanted.size)
    prepare(lambda _: None)
    score = parse((places.config() / "abridged.toml").read_text(encoding="utf-8"), "abridged.toml")
    for name, kind in EXAMPLES.items():
        pictures = []
        for tick in MOMENTS:
            picture = Picture(*wide, 1, 1)
            pictures.append(still(Show(score.alone(name), 1, {name: kind}), picture, tick).copy())
            picture.close()
        png.write(wanted.out / f"{name}.png", contact_sheet(pictures, len(pictures)), f"scenes/examples/{name}.py")
        print(wanted.out / f"{name}.png")


if __name__ == "__main__":
    main()
