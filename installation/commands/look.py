"""`sleeptree look`: a scene's moments on one sheet, what they cost, and what is wrong with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
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
from installation.scene import Scene
from installation.session.production import Production, cores, load_production, writable
from installation.session.progress import Bar
from installation.session.request import Request
from installation.venue.settings import Size

if TYPE_CHECKING:
    from installation.film.looking import Eye, Glance

POLL_S = 0.25  # between two looks at a scene's files


@dataclass(frozen=True)
class LookRequest:
    """Which moments of a scene are looked at, and where the sheet goes."""

    size: Size
    out: Path
    at: tuple[float, ...] = ()  # seconds into the show
    strip: int = 0  # so many moments, evenly through the arc
    seeds: tuple[int, ...] = ()


def look(request: Request, wanted: LookRequest, watch: bool) -> None:
    """Draw the sheet of the scene that `request` names, say what it costs; `watch` draws it again after each save."""
    from installation.film.looking import Eye
    from installation.light.picture import prepare

    writable(wanted.out)
    if wanted.out.suffix.lower() != ".png":
        raise Mistake(f'--out takes a file whose name ends in .png, got "{wanted.out.name[:40]}"')
    production = load_production(request).unattended()
    name, console, eye = production.score.scene, Console(highlight=False), Eye(*wanted.size, min(cores(), 2))
    saves = _Saves(production.scenes[name])
    try:
        with Bar("look") as progress:
            prepare(progress.prepare)
            sheet = _Sheet(production, wanted, eye, progress)
        _say(console, sheet, saves.waits if watch else lambda: False)
        while watch:
            saves.wait()
            try:
                kind = repertoire.imported_anew(name)
                saves.kind = kind
                again = replace(production, scenes={**production.scenes, name: kind})
                _say(console, _Sheet(again, wanted, eye), saves.waits)
            except Exception as error:  # anything may be written in a scene that is being written
                console.print(f"{name}: {type(error).__name__}: {' '.join(str(error).split())}", markup=False)
    finally:
        eye.close()


class _Saves:
    """Whether one of a scene's files has changed."""

    def __init__(self, kind: type[Scene]) -> None:
        self.kind = kind
        self._known = repertoire.stamps(repertoire.sources(kind))

    def waits(self) -> bool:
        """Whether there is a version that was not drawn yet."""
        return repertoire.stamps(repertoire.sources(self.kind)) != self._known

    def wait(self) -> None:
        """Until there is; from now on it counts as drawn."""
        idle = threading.Event()
        while not self.waits():
            idle.wait(POLL_S)
        self._known = repertoire.stamps(repertoire.sources(self.kind))


class _Sheet:
    """The moments of one version of a scene: drawn at once, and judged one by one."""

    def __init__(self, production: Production, wanted: LookRequest, eye: Eye, progress: Bar | None = None) -> None:
        from installation.film.looking import Subject
        from installation.film.moments import Moments

        self.name, self.out, self._eye = production.score.scene, wanted.out, eye
        self.kind = production.scenes[self.name]
        at = [(seed, tick) for seed in wanted.seeds or (production.seed,) for tick in _ticks(production, wanted)]
        shows = {seed: replace(production, seed=seed).show() for seed in dict.fromkeys(seed for seed, _ in at)}
        folder = places.caches() / "moments"
        subjects = {seed: Subject(show, Moments.of(folder, show, production.scenes)) for seed, show in shows.items()}
        self._at = [(subjects[seed], tick) for seed, tick in at]
        self.glances = [eye.glance(subject, tick, progress) for subject, tick in self._at]
        self._cells = [glance.pixels for glance in self.glances]
        self._write()

    def judge(self, waits: Callable[[], bool]) -> Iterator[str]:
        """What the guard held, moment by moment, until something else `waits`; the sheet shows what it left."""
        idle = 0
        for i, (subject, tick) in enumerate(self._at):
            if waits():
                return
            self._cells[i], held = self._eye.judged(subject, tick)
            idle += not held
            if held:
                yield f"seed {self.glances[i].seed}, {self.glances[i].seconds:g} s: {held}"
        self._write()
        if idle == len(self._at):
            yield "guard: idle"

    def _write(self) -> None:
        from installation.film.sheet import contact_sheet
        from installation.foundation import png

        png.write(self.out, contact_sheet(self._cells, _columns(len(self._cells))))


def _say(console: Console, sheet: _Sheet, waits: Callable[[], bool]) -> None:
    glances = sheet.glances
    console.print(_table(glances, sheet.kind.budget))
    for fault in dict.fromkeys(fault for glance in glances for fault in glance.faults):
        console.print(f"  {fault}", markup=False, soft_wrap=True)
    for state in dict.fromkeys(glance.state for glance in glances if glance.state):
        console.print(f"  its state ({', '.join(sheet.kind.state)}) is {state}", soft_wrap=True)
    console.print(f"{sheet.out}: {len(glances)} moments of {sheet.name}", soft_wrap=True)
    for line in sheet.judge(waits):
        console.print(f"  {line}", markup=False, soft_wrap=True)


def _ticks(production: Production, wanted: LookRequest) -> list[int]:
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
    for heading in ("seed", "s", "phase", "light ms", "1080p ms", "vertices", "splats", "budget"):
        table.add_column(heading, justify="left" if heading == "phase" else "right")
    for g in glances:
        share = f"{100 * g.splats / budget:.0f} %"
        costs = f"{g.light_ms:.1f}", f"{g.draw_ms:.1f}", f"{g.vertices:,}", f"{g.splats:,}", share
        table.add_row(str(g.seed), f"{g.seconds:g}", g.phase, *costs)
    return table
