"""`sleeptree look`: a scene's moments on one sheet, what they cost, and what is wrong with them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from installation import repertoire
from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.model.score import PHASES
from installation.session.production import Production, cores, load_production, writable
from installation.session.progress import Bar
from installation.session.request import Request
from installation.show import Show
from installation.venue.settings import Size

if TYPE_CHECKING:
    from installation.film.looking import Eye, Glance

POLL_S = 0.25  # between two looks at a scene's files


@dataclass(frozen=True)
class Wanted:
    """Which moments of a scene are looked at, and where the sheet goes."""

    size: Size
    out: Path
    at: tuple[float, ...] = ()  # seconds into the show
    strip: int = 0  # so many moments, evenly through the arc
    seeds: tuple[int, ...] = ()


def look(request: Request, wanted: Wanted, watch: bool) -> None:
    """Draw the sheet of the scene that `request` names, say what it costs; `watch` draws it again after each save."""
    from installation.film.looking import Eye
    from installation.light.picture import prepare

    writable(wanted.out)
    if wanted.out.suffix.lower() != ".png":
        raise Mistake(f'--out takes a file whose name ends in .png, got "{wanted.out.name[:40]}"')
    production = load_production(request)
    name = production.score.scene
    console, eye = Console(highlight=False), Eye(*wanted.size, min(cores(), 2))
    with Bar("look") as progress:
        prepare(progress.prepare)
    try:
        _say(console, production, wanted, eye)
        for _ in _saves(production, name) if watch else ():
            try:
                production = _reloaded(production, name)
                _say(console, production, wanted, eye)
            except Exception as error:  # anything may be written in a scene that is being written
                console.print(f"{name}: {type(error).__name__}: {' '.join(str(error).split())}", markup=False)
    finally:
        eye.close()


def _reloaded(production: Production, name: str) -> Production:
    scenes = {**production.scenes, name: repertoire.imported_anew(name)}
    return Production(production.settings, production.score, production.seed, scenes)


def _saves(production: Production, name: str) -> Iterator[None]:
    """Each time one of the scene's files has changed; waits in between."""
    known = repertoire.stamps(repertoire.sources(production.scenes[name]))
    waiting = threading.Event()
    while not waiting.wait(POLL_S):
        now = repertoire.stamps(repertoire.sources(production.scenes[name]))
        if now != known:
            known = now
            yield


def _say(console: Console, production: Production, wanted: Wanted, eye: Eye) -> None:
    from installation.film.sheet import contact_sheet
    from installation.foundation import png

    glances = _glances(production, wanted, eye)
    png.write(wanted.out, contact_sheet([glance.pixels for glance in glances], _columns(len(glances))))
    kind = production.scenes[production.score.scene]
    console.print(_table(glances, kind.budget))
    for fault in dict.fromkeys(fault for glance in glances for fault in glance.faults):
        console.print(f"  {fault}", markup=False, soft_wrap=True)
    if kind.state:
        console.print(f"  its state ({', '.join(kind.state)}) is only seconds old in each moment", soft_wrap=True)
    console.print(f"{wanted.out}: {len(glances)} moments of {production.score.scene}", soft_wrap=True)


def _glances(production: Production, wanted: Wanted, eye: Eye) -> list[Glance]:
    from installation.film.moments import Moments

    found: list[Glance] = []
    name, kinds = production.score.scene, production.scenes
    for seed in wanted.seeds or (production.seed,):
        try:
            show = Show(production.score, seed, kinds)
        except ValueError as error:
            raise Mistake(str(error)) from None
        moments = Moments(places.caches() / "moments", production.score, seed, {})
        found += eye.glances(show, moments, _ticks(production, wanted), bool(kinds[name].state))
    return found


def _ticks(production: Production, wanted: Wanted) -> list[int]:
    score = production.score
    if wanted.strip:
        return [ticks.ticks(score.seconds * (i + 0.5) / wanted.strip) for i in range(wanted.strip)]
    hearts = (score.heart(phase) for phase in PHASES)
    seconds = wanted.at or [heart for heart in hearts if heart is not None]
    return [ticks.ticks(second) for second in seconds]


def _columns(count: int) -> int:
    return count if count <= 3 else 4 if count % 4 == 0 else 3


def _table(glances: Sequence[Glance], budget: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("seed", "s", "phase", "light ms", "1080p ms", "vertices", "splats", "budget", "guard"):
        table.add_column(heading, justify="left" if heading in ("phase", "guard") else "right")
    for g in glances:
        held = f"{100 * g.held.share:.0f} %: {', '.join(g.held.rules)}" if g.held else "idle"
        share = f"{100 * g.splats / budget:.0f} %"
        costs = f"{g.light_ms:.1f}", f"{g.draw_ms:.1f}", f"{g.vertices:,}", f"{g.splats:,}", share
        table.add_row(str(g.seed), f"{g.seconds:g}", g.phase, *costs, held)
    return table
