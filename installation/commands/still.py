"""`sleeptree still`: one picture of the show, as a film would show it."""

from __future__ import annotations

from pathlib import Path

from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.session.production import load_production, writable
from installation.session.progress import Bar
from installation.session.request import Request
from installation.venue.settings import Size


def still(request: Request, at: float | None, phase: str | None, size: Size, out: Path) -> str:
    """Draw the picture at `at` seconds, or in the middle of the longest section of `phase`; say where it is."""
    writable(out)
    if out.suffix.lower() != ".png":
        raise Mistake(f'--out takes a file whose name ends in .png, got "{out.name[:40]}"')
    production = load_production(request)
    seconds = production.score.heart(phase) if phase is not None else at
    if seconds is None:
        raise Mistake(f"score {production.score.name}: no lit section is {phase}")
    from installation.film import film
    from installation.foundation import png
    from installation.light.picture import prepare

    tick = ticks.ticks(seconds)
    show, picture = production.show(), production.picture(size)
    with Bar("still") as progress:
        prepare(progress.prepare)
        production.approach(show, max(0, tick - film.ROLL), progress)
        pixels = film.still(show, picture, tick, progress)
    now = show.moment()
    png.write(out, pixels, f"SleepTree, seed {show.seed}, score {show.score.name}, {ticks.seconds(tick):g} s")
    said = [f"{size[0]}x{size[1]}", f"{now.section} ({now.phase})", f"{now.seconds:g} s"]
    said += [f"coherence {now.coherence:.2f}", *filter(None, [str(picture.held)])]
    return f"{out}: {', '.join(said)}"
