"""Sanctuary: a nave of light with linked rings in its middle, in which people's lines are written by an unseen hand.

Torn, a fractal rift parts it; mended, the rings are threads of one cloth, and the lines are an anthology beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import numpy as np

from installation import (
    RATE,
    Array,
    Chance,
    Company,
    Control,
    Light,
    Mist,
    Moment,
    Phase,
    Points,
    Scene,
    Strokes,
    Verse,
    View,
    Voice,
    ease,
    shone,
    spatial,
)
from scenes.sanctuary import camera, pages
from scenes.sanctuary.cloth import DEPTH, HALF, MIDDLE, TALL, border, half_width
from scenes.sanctuary.fibres import Fibres
from scenes.sanctuary.glass import Glass
from scenes.sanctuary.guests import Guests
from scenes.sanctuary.holograms import Holograms
from scenes.sanctuary.nave import Nave, night
from scenes.sanctuary.palette import GOLD, ICE, ROSE, WINE, Doubles, Lines, drawn, joined
from scenes.sanctuary.people import People
from scenes.sanctuary.rift import Rift

PHASES: tuple[Phase, ...] = ("harmony", "glitch", "resolution")
BORDER = 96
CALM_LINES, TORN_LINES = 24, 18  # of an arc: then they come round again


class Sanctuary(Scene):
    """Every soul's ring is linked with every other's; what tears the room apart is mended with their threads."""

    controls: ClassVar[tuple[Control, ...]] = (
        Control(
            *("/sanctuary/verses", 1.0, 0.0, 1.0, "", "Brightness of all that is written; 0 nothing."),
            glide=2.0,
            seen=PHASES,
        ),
        Control(
            *("/sanctuary/pace", 16.0, 8.0, 40.0, "s", "Life of a line; a third of it is written."), heard=("harmony",)
        ),
        Control(*("/sanctuary/rift", 0.5, 0.0, 1.0, "", "How wide the rift opens."), glide=4.0, seen=("glitch",)),
        Control(
            *("/sanctuary/fractal", 0.5, 0.0, 1.0, "", "The rift's edge: 0 smooth .. 1 all branches."),
            glide=6.0,
            seen=("glitch",),
        ),
        Control(
            *("/sanctuary/turn", 0.5, 0.0, 1.0, "", "Speed of all that turns; 0 still."), glide=4.0, seen=("harmony",)
        ),
    )
    state: ClassVar[tuple[str, ...]] = ("turned", "said", "struck", "arc")
    writes: ClassVar[bool] = True
    budget: ClassVar[int] = 320_000

    def __init__(self, chance: Chance, company: Company) -> None:
        self._nave, self._rift = Nave(chance.of("nave")), Rift(chance.of("rift"))
        self._fibres, self._holograms = Fibres(chance.of("fibres"), company), Holograms()
        self._people = People(self._fibres.seats(), chance.of("people"))
        self._guests = Guests()
        self._glass = Glass(self._fibres.phi)
        self._border = np.stack([border(BORDER, out) for out in (1.012, 1.045)], axis=1)
        self.turned = 0.0  # seconds of usual speed that everything has turned
        self.said, self.struck = 0.0, 0.0  # couplets, and lives of torn lines, that were written in this arc
        self.arc = 0

    def seats(self) -> Doubles:
        """All round, where one's ring stands."""
        return self._fibres.seats()

    def step(self, now: Moment) -> None:
        """Everything turns on, and the hand writes on."""
        self.turned += 2.0 * now.number("/sanctuary/turn") / RATE
        if now.arc != self.arc:
            self.arc, self.said, self.struck = now.arc, 0.0, 0.0
        lives = 1.0 / (RATE * now.number("/sanctuary/pace"))
        self.said += lives / pages.COUPLET
        self.struck += lives * (now.unrest > 0.0)

    def light(self, now: Moment) -> Iterable[Light]:
        """Air, nave, rings or cloth, holograms, people, rift and seam, and what is written."""
        view, woven = self.view(now), self._fibres.woven(now, self.turned)
        seam = float(woven.opened.mean())
        built = self._nave.lines(now, seam)
        if seam > 0.0:
            built = built.dimmed(1.0 - np.float32(0.8 * seam) * _behind(built.place, view))
        standing = joined([built, woven.lines, self._holograms.lines(now, self.turned, 1.0 - 0.8 * ease(now.bloom))])
        wide = 0.35 + 1.3 * now.number("/sanctuary/rift")
        lights: list[Light] = [Mist(self._air(now, seam)), self._nave.motes(now), *self._people.light(now, self._rift)]
        if now.unrest > 0.0:
            standing = self._rift.torn(standing, now, wide)
            lights.append(self._rift.fractal(now, wide).strokes())
        lights.append(standing.strokes())
        lights += self._guests.light(now, self._unswayed(now), woven)
        if seam > 0.02:
            lights += self._mended(now, seam)
        lights += pages.inscription(self._inscribed(now), now, self.turned, seam)
        return [*lights, *pages.lit(*self._written(now, view, pages.sizes(view)))]

    def _air(self, now: Moment, seam: float) -> Array:
        calm = WINE * np.float32(0.006 * seam)
        field = night(now.aspect, ICE, ROSE, ease(1.2 * now.unrest), 2.6)
        return field + calm

    def _mended(self, now: Moment, seam: float) -> list[Light]:
        """The cloth's border, the gold seam, and their light on the floor."""
        turn = np.linspace(0.0, 2.0 * np.pi, 2 * (BORDER // 2))
        light = np.array([0.34, 0.16])[:, None] * (0.8 + 0.2 * np.sin(2.0 * turn + 0.2 * now.seconds)) * seam**2
        edge = drawn(self._border, 0.0125, GOLD, light)
        gold: Lines = joined([edge, self._rift.seam(seam**3, now)])
        pool = spatial(np.array([-0.7, 0.0, 0.7, 0.0]), np.array([0.2, -0.6, 0.2, 1.0]), np.full(4, 0.01))
        glow = Points(pool, np.full(4, 0.8, np.float32), shone(GOLD, np.full(4, 0.020 * seam)))
        return [gold.strokes(halo=0.2), glow]

    def _written(self, now: Moment, view: View, ems: pages.Sizes) -> tuple[list[Verse], list[Strokes]]:
        """What is being written now, and what was and stays."""
        verses: list[Verse] = []
        finished: list[Strokes] = []
        if now.unrest < 1.0 and now.bloom < 1.0:
            index, way = divmod(self.said, 1.0)
            verses += pages.couplet(self._couplet(now, int(index)), now, view, way, ems.couplet)
        if now.unrest > 0.0:
            rows = len(pages.TORN)
            lives = [divmod(self.struck + k / rows, 1.0) for k in range(rows)]
            lines = [
                self._line(now, "glitch", (int(life) * rows + k) % TORN_LINES) for k, (life, _) in enumerate(lives)
            ]
            verses += pages.torn(lines, now, [way for _, way in lives], ems.torn)
        if now.bloom > pages.FROM:
            lines_of = [now.poem.line(j, "resolution") for j in range(pages.LINES)]
            texts, who = tuple(line.text for line in lines_of), [line.sleeper for line in lines_of]
            writing, finished = pages.anthology(texts, who, now, ems.page)
            verses += writing
        return verses, finished

    def _couplet(self, now: Moment, index: int) -> tuple[str, str]:
        first = 2 * index % CALM_LINES
        return self._line(now, "harmony", first), self._line(now, "harmony", first + 1)

    def _inscribed(self, now: Moment) -> str:
        """A long line for the far wall: it changes seldom."""
        return " . ".join(self._couplet(now, 8 + int(self.said) // 6))

    def _line(self, now: Moment, phase: Phase, index: int) -> str:
        return now.poem.line(index, phase, now.unrest).text

    def sound(self, now: Moment) -> tuple[Voice, ...]:
        """Glass, the pen, and under them the community's drone."""
        x, speed = pages.heard(self._written(now, self.view(now), pages.Sizes())[0])
        scratch = self._glass.written(now, x, speed)
        return (*self._glass.rung(now), scratch, *(replace(v, gain=0.6 * v.gain) for v in super().sound(now)))

    def whereabouts(self, now: Moment) -> Doubles:
        """Where the guests' lamps stand."""
        return self._guests.place(now, self._unswayed(now))

    def view(self, now: Moment) -> View:
        """From the nave's mouth."""
        return camera.seen(now)

    def _unswayed(self, now: Moment) -> View:
        """The camera without its sway: lamps are placed by it, or they would sway along."""
        return self.view(replace(now, controls={**now.controls, "/camera/sway": 0.0}))


def _behind(place: Array, view: View) -> Array:
    """(n,) 0..1: how much of what is at (3, n) stands behind the cloth: it is put out, as light only adds."""
    x, y, z = place
    eye = view.eye
    share = np.float32(DEPTH - eye[1]) / np.maximum(y - np.float32(eye[1]), np.float32(1e-3))
    across, up = eye[0] + (x - eye[0]) * share, eye[2] + (z - eye[2]) * share
    height = (up - MIDDLE) / TALL
    inside = np.where(np.abs(height) < 1.0, half_width(np.clip(height, -1.0, 1.0)) - np.abs(across) / HALF, -1.0)
    hidden: Array = (np.clip(inside * 12.0, 0.0, 1.0) * (y > DEPTH)).astype(np.float32)
    return hidden
