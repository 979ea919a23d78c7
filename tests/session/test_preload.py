"""What is ready before the first picture."""

from __future__ import annotations

import threading

import msgspec

from installation.foundation import places
from installation.model.chance import Chance
from installation.model.score import parse
from installation.scene import Company, Light, Moment, Scene
from installation.session.preload import built
from installation.session.production import Production
from installation.venue import settings


def test_scenes_of_the_score_are_built_before_the_show_and_the_others_beside_it() -> None:
    where: dict[str, str] = {}

    def kind(name: str) -> type[Scene]:
        class World(Scene):
            def __init__(self, chance: Chance, company: Company) -> None:
                where[name] = threading.current_thread().name

            def light(self, now: Moment) -> tuple[Light, ...]:
                return ()

        return World

    score = parse((places.config() / "abridged.toml").read_text(encoding="utf-8"), "abridged.toml")
    first, *rest = score.section
    score = msgspec.structs.replace(score, scene="one", section=(first, msgspec.structs.replace(rest[0], scene="two")))
    venue = settings.read(places.shipped_venue())
    show = built(Production(venue, score, 1, {name: kind(name) for name in ("one", "two", "three", "four")}))
    for thread in threading.enumerate():
        if thread.name == "wings":
            thread.join()
    assert where == {"one": "MainThread", "two": "MainThread", "three": "wings", "four": "wings"}
    for name in ("four", "three"):
        show.accept("/show/scene", [name])
    assert set(where.values()) == {"MainThread", "wings"}
