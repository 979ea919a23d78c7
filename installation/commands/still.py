"""`sleeptree still`: one picture of the show, as a film would show it."""

from __future__ import annotations

from pathlib import Path

from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.session.outputs import raster
from installation.session.production import Production, load_production, writable
from installation.session.progress import Bar
from installation.session.replaying import load_replay
from installation.session.request import Request, When
from installation.show import Show
from installation.venue.settings import Size

THERE = 0.05
"""Of a sleeper's presence, 0..1: with less of it their light can't be seen."""


def still(
    request: Request,
    at: When | None,
    phase: str | None,
    size: Size,
    out: Path,
    journal: Path | None = None,
    output: str | None = None,
    sleeper: int | None = None,
) -> str:
    """Draw the picture `at` a moment, or in the middle of the longest section of `phase`; say where it is.

    Of the show; or of the performance in a journal, where a moment may be a time of day. Of one `output` of the canvas
    alone, where its name is given. The light of `sleeper`, from 1, is marked: nothing else is another than without.
    """
    writable(out)
    if out.suffix.lower() not in (".png", ".webp"):
        raise Mistake(f'--out takes a file whose name ends in .png or .webp, got "{out.name[:40]}"')
    production = load_production(request).unattended() if journal is None else load_replay(journal, request.config)
    tick = ticks.ticks(_seconds(production, at, phase))
    from installation.film import film
    from installation.film.encoder import webp
    from installation.foundation import png
    from installation.foundation.atomic import publish
    from installation.light.mapping.outputs import Projection
    from installation.light.picture import prepare

    if output is not None:
        raster(production.layout, output)
    layout = production.layout if output is not None else None
    if layout is not None:
        size = layout.size
    show, picture, source = production.show(), production.picture(size), production.source()
    show.marked = None if sleeper is None else sleeper - 1
    with Bar("still") as progress:
        prepare(progress.prepare)
        production.approach(show, max(0, tick - film.ROLL), progress)
        pixels = film.still(show, picture, tick, progress, source)
    if layout is not None and output is not None:
        with Projection(layout, output, picture.threads) as projection:
            pixels, size = projection.of(pixels), projection.size
    now = show.moment()
    of_whom = [] if sleeper is None else [_found(show, sleeper, size)]
    if out.suffix.lower() == ".webp":
        publish(out, webp(pixels))
    else:
        made = f"SleepTree, seed {show.seed}, score {show.score.name}, {ticks.seconds(tick):g} s"
        png.write(out, pixels, made if sleeper is None else f"{made}, sleeper {sleeper}")
    said = [f"{size[0]}x{size[1]}", f"{now.section} ({now.phase})", f"{now.seconds:g} s"]
    said += [f"coherence {now.coherence:.2f}", *of_whom, *filter(None, [str(picture.held)])]
    return f"{out}: {', '.join(said)}"


def _found(show: Show, sleeper: int, size: Size) -> str:
    """Where in the picture somebody's light is, in words. Raises Mistake where it isn't there at all."""
    who, seconds = sleeper - 1, ticks.seconds(show.tick)
    if show.community.present[who] < THERE:
        raise Mistake(f"--sleeper {sleeper}: this sleeper was not in the room at {seconds:g} s of the show")
    place, inside = show.whereabouts(size[0] / size[1])
    across, down = 100.0 * place[who]
    where = f"{across:.0f} % from the left, {down:.0f} % from the top" if inside[who] else "outside the picture"
    return f"sleeper {sleeper} {where}"


def _seconds(production: Production, at: When | None, phase: str | None) -> float:
    """Seconds of show at which the picture is."""
    if at is not None:
        begins, _ = production.reach
        return begins + production.into(at, "--at")
    assert phase is not None
    heart = production.score.heart(phase)
    if heart is None:
        raise Mistake(f"score {production.score.name}: no lit section is {phase}")
    return heart
