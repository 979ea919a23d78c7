"""A page of handwriting: what its strokes cost to lay out, to make and to draw.

    python benchmarks/lettering.py [--runs N]

Milliseconds of processor time on one thread at 1920x1080, medians: `layout` of twelve lines seen for the first time,
`strokes` of twelve lines that were laid out before, `drawn` by how much a picture with them costs more than without.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import numpy as np

from installation.brushes.colour import rgb
from installation.brushes.lettering import Verse, laid_out, lettered
from installation.light.grade import Grade
from installation.light.pyramid.renderer import Renderer
from installation.scene import Light, Points, View

VIEW = View((0.0, -8.5, 1.75), (0.0, 0.0, 2.4), 40.0)
PAGE = (
    "tell it again in your own ember", "i woke as one of us, and one", "the moon we made has rooms in it",
    "we differ the way roofs differ, lit", "sewn, not healed: a slow stone of gold",
    "i kept my own dark. it keeps me warm",
    "some slept in rooms, some slept in the cold", "my scar hums beside your second name",
    "yours is the star, mine the dark harbour", "leave the seam showing, hollow and bright",
    "wir öffnen uns, und das Boot atmet zurück", "mañana la luna abrirá su puerta",
)  # fmt: skip


def page() -> tuple[Verse, ...]:
    places = [((-2.6, 2.6)[i // 6], 0.0, 4.0 - 0.6 * (i % 6)) for i in range(12)]
    return tuple(Verse(line, at, 0.4, rgb(0.7, 0.6, 0.4), room=4.6) for line, at in zip(PAGE, places, strict=True))


def spent(work: object, runs: int) -> float:
    assert callable(work)
    times = []
    for _ in range(runs):
        began = time.process_time_ns()
        work()
        times.append(time.process_time_ns() - began)
    return median(times) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    verses, pixels = page(), np.zeros((1080, 1920), np.uint32)
    renderer = Renderer(1920, 1080, 1)
    dot = Points(np.zeros((1, 3), np.float32), np.full(1, 0.1, np.float32), np.ones((1, 3), np.float32))

    def draw(*lights: Light) -> None:
        renderer.draw((dot, *lights), VIEW, Grade(), 0, pixels)

    def fresh() -> None:
        laid_out.cache_clear()
        lettered(*verses)

    strokes = lettered(*verses)
    draw(strokes)
    without, with_page = spent(draw, runs), spent(lambda: draw(strokes), runs)
    again = spent(lambda: lettered(*verses), 5 * runs)
    print(f"{len(strokes.radius)} vertices; layout {spent(fresh, runs) - again:.2f} ms, strokes {again:.2f} ms, "
          f"drawn {with_page - without:.2f} ms")  # fmt: skip
    renderer.close()


if __name__ == "__main__":
    main()
