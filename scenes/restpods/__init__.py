"""Rest Pods: a night street of glass pods, over each its sleeper's own figure, and a net of light between them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from installation import RATE, SLEEPERS, Chance, Company, Control, Light, Moment, Phase, Scene, View, Voice, eased
from scenes.restpods import camera, lullaby
from scenes.restpods.city import City
from scenes.restpods.dreamers import Dreamers
from scenes.restpods.fate import Fate
from scenes.restpods.guests import HEART, Guests
from scenes.restpods.maelstrom import HEARD, OWN, TELLING, Figures, Maelstrom
from scenes.restpods.net import Net
from scenes.restpods.palette import Doubles
from scenes.restpods.pods import Pods
from scenes.restpods.stage import TURN, Limelight
from scenes.restpods.street import Street

PHASES: tuple[Phase, ...] = ("harmony", "glitch", "resolution")
DT = 1.0 / RATE
RETURN = 5.0  # seconds at least, until everybody who was stolen is back
ENTRANCE = 1.6  # seconds in which a soloist comes in, or goes


class RestPods(Scene):
    """Everyone dreams their own figure; torn, all become one average; mended, each is seen by a light of their own."""

    controls = (
        Control(
            *("/pods/mesh", 1.0, 0.0, 2.0, "x", "How bright the mesh between the sleepers is."),
            glide=1.0,
            seen=("harmony", "resolution"),
            heard=("harmony",),
        ),
        Control(
            *("/pods/spot", 1.0, 0.0, 2.0, "x", "How bright the spotlights of the resolution are."),
            glide=1.0,
            seen=("resolution",),
        ),
        Control(
            *("/pods/solo", 0.0, 0.0, float(SLEEPERS), "", "The sleeper who comes to the front; 0 all by turns."),
            seen=PHASES,
            heard=PHASES,
        ),
        Control(
            *("/pods/market", 0.0, -1.0, 1.0, "", "A feed from outside: on the ticker, and how fast it draws."),
            glide=0.5,
            seen=("glitch",),
        ),
    )
    state: ClassVar[tuple[str, ...]] = ("way", "gesture", "theft", "drawn", "solo", "shown", "own", "heard", "told")
    budget: ClassVar[int] = 320_000

    def __init__(self, chance: Chance, company: Company) -> None:
        self._street = Street(chance.of("street"), company)
        self._fate = Fate(self._street, chance.of("fate"))
        self._dreamers = Dreamers(self._street, self._fate, chance.of("dreamers"))
        self._pods = Pods(self._street, chance.of("pods"))
        self._net = Net(self._street, chance.of("net"))
        self._city = City(chance.of("city"))
        self._maelstrom = Maelstrom(self._fate, chance.of("maelstrom"))
        self._stage = Limelight(self._street, self._dreamers)
        self._guests = Guests(self._street)
        self._turns = chance.of("turns")
        self.way = camera.START  # (2, 2, 3) metres: where the camera is on its way
        self.gesture = np.zeros(len(company))  # (n,) 0 breathed out .. 1 breathed in, as the bodies follow
        self.theft = 0.0  # 0 everybody themselves .. 1 all are one average
        self.drawn = 0.0  # turns of dreamers that the maelstrom has drawn in
        self.solo, self.shown = 0, 0.0  # who stands in front, and how far they have come in
        self.own, self.heard = np.zeros(OWN), np.zeros(HEARD)  # what the ticker shows, the newest first
        self.told = 0.0  # seconds since the newest

    def seats(self) -> Doubles:
        """Along the street, as it is seen: what sounds on the left is on the left."""
        return self._street.seats()

    def whereabouts(self, now: Moment) -> Doubles:
        """Over their pods."""
        return np.asarray(self._street.foot.T + np.array([0.0, 0.0, HEART]))

    def step(self, now: Moment) -> None:
        """Bodies follow their breath; who was stolen comes back no faster than the bloom lets them."""
        self.gesture = self.gesture + (0.5 + 0.5 * np.cos(now.sleepers.phase) - self.gesture) * (DT / 0.5)
        held = max(now.unrest, 1.0 - now.bloom if now.phase == "resolution" else 0.0)
        self.theft = max(now.unrest, self.theft - DT / RETURN if self.theft > held else self.theft)
        market = now.number("/pods/market")
        self.drawn = (self.drawn + 0.022 * (1.0 + 1.6 * market) * DT * self.theft) % 1.0
        self.way = camera.followed(self.way, now)
        self._tell(now, market)
        self._turn(now)

    def _tell(self, now: Moment, market: float) -> None:
        """The ticker moves on by one figure."""
        self.told += DT
        if self.told >= TELLING:
            self.told -= TELLING
            self.heard = np.concatenate([[market], self.heard[:-1]])
            self.own = np.concatenate([[2.0 * now.coherence - 1.0], self.own[:-1]])

    def _turn(self, now: Moment) -> None:
        """Whoever is asked to the front comes in when whoever stands there has gone."""
        asked = round(now.number("/pods/solo"))
        if asked > 0:
            wanted: int | None = asked - 1
        elif now.bloom * (1.0 - now.unrest) > 0.5:
            drawn = float(self._turns.hashed(now.tick // round(TURN * RATE)))
            wanted = int(self._stage.soloists[int(drawn * len(self._stage.soloists))])
        else:
            wanted = None
        if self.shown <= 0.0 and wanted is not None:
            self.solo = wanted
        here = wanted == self.solo and now.sleepers.present[self.solo] > 0.5
        step = DT / ENTRANCE
        self.shown = min(self.shown + step, 1.0) if here else max(self.shown - step, 0.0)

    def light(self, now: Moment) -> Iterable[Light]:
        """City, pods, net, figures; the maelstrom while anything is stolen, the stage when anyone is seen."""
        view = self.view(now)
        eye = camera.standing(view)
        kept = eased(now.sleepers.guest).astype(np.float64)  # somebody real is not stolen
        shown = self.shown * self.shown * (3.0 - 2.0 * self.shown)
        kept[self.solo] = max(kept[self.solo], shown)
        crowd = self._dreamers.crowd(now, self.gesture, self.theft, self.drawn, kept, eye)
        figures = Figures(self.own, self.heard)
        lights: list[Light] = [
            *self._city.light(now, view),
            *self._pods.light(now, crowd, eye, 1.0 - crowd.grey),
            *self._net.light(now, crowd, self._dreamers.crowns(crowd), eye, self.theft),
            *self._dreamers.light(now, crowd),
            *self._maelstrom.light(now, crowd, self.theft, self.drawn, figures),
            *self._stage.light(now, crowd, self.solo, shown),
            *self._guests.light(now, crowd, self._dreamers.crowns(crowd)),
        ]
        return lights

    def sound(self, now: Moment) -> tuple[Voice, ...]:
        """A lullaby, bells, and the soloist."""
        return lullaby.sung(now, self.solo, self.shown)

    def view(self, now: Moment) -> View:
        """Down the street."""
        return camera.view(now, self.way)
