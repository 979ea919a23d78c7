"""Show: the same to the byte however it is reached, never the same arc twice, and every control seen in the Moment."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable

import msgspec
import numpy as np
import pytest

from installation.controls import Refused
from installation.model.chance import Chance
from installation.model.choir import AZIMUTH
from installation.model.score import Score, parse
from installation.scene import Company, Control, Light, Moment, Points, Scene
from installation.show import Show

SCORE = """
name = "brief"
[[section]]
name = "together"
phase = "harmony"
seconds = 3
fade = 1
[[section]]
name = "torn"
phase = "glitch"
seconds = 3
ramp = 1
[section.controls]
"/light/glow" = 0.9
[[section]]
name = "mended"
phase = "resolution"
seconds = 3
ramp = 1
"""

TARGETS = '[section.controls]\n"/light/glow" = 0.9'


class Pendulum(Scene):
    """A scene with state of its own, so that snapshots have something to lose."""

    controls = (Control("/pendulum/length", 1.0, 0.1, 3.0, "m", "Its length."),)
    state = ("angle", "speed", "seen")

    def __init__(self, chance: Chance, company: Company) -> None:
        self.angle = float(chance.at().uniform(0.1, 1.0))
        self.speed = 0.0
        self.seen = np.zeros(3)

    def step(self, now: Moment) -> None:
        self.speed -= 9.81 / now.number("/pendulum/length") * np.sin(self.angle) / 120
        self.angle += self.speed / 120
        self.seen = self.seen + now.sleepers.place[:3, 0]

    def light(self, now: Moment) -> Iterable[Light]:
        position = np.array([[self.angle, 0.0, now.unrest]], dtype=np.float32)
        return (Points(position, np.ones(1, np.float32), np.full((1, 3), now.coherence, np.float32)),)


class Still(Scene):
    """A scene without state."""

    def __init__(self, chance: Chance, company: Company) -> None: ...

    def light(self, now: Moment) -> Iterable[Light]:
        return (Points(np.zeros((1, 3), np.float32), np.ones(1, np.float32), np.ones((1, 3), np.float32)),)


SCENES: dict[str, type[Scene]] = {"sleeptree": Pendulum, "still": Still}


def brief() -> Score:
    return parse(SCORE, "brief.toml")


def begun(seed: int = 1) -> Show:
    return Show(brief(), seed, SCENES)


def digest(show: Show) -> str:
    """Everything a Moment and the lights say, as one number."""
    sha = hashlib.sha256()
    moment = show.moment()
    for field in dataclasses.fields(moment):
        value = getattr(moment, field.name)
        if dataclasses.is_dataclass(value):
            for part in dataclasses.fields(value):
                sha.update(np.ascontiguousarray(getattr(value, part.name)).tobytes())
        elif isinstance(value, np.ndarray):
            sha.update(np.ascontiguousarray(value).tobytes())
        else:
            sha.update(repr(dict(value) if field.name == "controls" else value).encode())
    for light in show.lights():
        for part in dataclasses.fields(light):
            sha.update(np.ascontiguousarray(getattr(light, part.name)).tobytes())
    return sha.hexdigest()


GESTURES: dict[int, tuple[str, list[object]]] = {
    40: ("/dream/unrest", [0.4]),
    90: ("/sleeper/3/beat", []),
    150: ("/sleeper/3/beat", []),
    170: ("/show/scene", ["still"]),
    300: ("/show/go", []),
    320: ("/pendulum/length", [2.0]),
    500: ("/show/calm", []),
    650: ("/show/rate", [2.5]),
}


def played(show: Show, until: int) -> Show:
    while show.tick < until:
        if show.tick in GESTURES:
            show.accept(*GESTURES[show.tick])
        show.step()
    return show


def test_two_runs_are_equal_to_the_byte() -> None:
    assert digest(played(begun(), 1300)) == digest(played(begun(), 1300))
    assert digest(played(begun(1), 300)) != digest(played(begun(2), 300))


def test_restoring_a_snapshot_equals_never_having_stopped() -> None:
    first, kept = begun(), []
    for at in (1, 333, 650, 1000, 1199):  # calm, on the way, torn, mended
        kept.append((played(first, at).snapshot(), digest(first)))
    end = digest(played(first, 1300))
    for snapshot, then in kept:
        later = begun()
        later.restore(snapshot)
        assert digest(later) == then
        assert digest(played(later, 1300)) == end


def test_lights_and_moments_change_nothing() -> None:
    watched, unwatched = begun(), begun()
    for _ in range(200):
        watched.step()
        unwatched.step()
        watched.lights(), watched.lights(), watched.moment(), watched.view(), watched.snapshot()
    assert digest(watched) == digest(unwatched)


def test_a_moment_is_read_only() -> None:
    moment = begun().moment()
    for array in (moment.sleepers.phase, moment.sleepers.place, moment.chord):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        moment.tick = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        moment.controls["/light/hue"] = 1.0  # type: ignore[index]


def test_the_arc_never_repeats_itself() -> None:
    show = played(begun(), 0)
    arcs: dict[int, np.ndarray] = {}
    while show.moment().arc < 2:
        show.step()
        if show.moment().section == "mended":
            arcs[show.moment().arc] = show.moment().sleepers.place
    assert np.abs(arcs[0] - arcs[1]).max() > 0.5


@pytest.mark.parametrize(
    ("address", "arguments", "said"),
    [
        ("/show/section", ["nowhere"], '/show/section takes one of together, torn, mended, got "nowhere"'),
        ("/show/scene", ["opera"], '/show/scene takes one of sleeptree, still, got "opera"'),
        (
            "/show/phase",
            ["disco"],
            '/show/phase takes phase (harmony, glitch, resolution), [seconds 0..3600 s], got "disco"',
        ),
        ("/dream/breath", ["fast"], '/dream/breath takes one number in 0.05..0.4 Hz, got "fast"'),
        ("/dream/breath", [float("nan")], "/dream/breath takes one number in 0.05..0.4 Hz, got nan"),
        ("/dream/breath", [0.1, "soon"], '/dream/breath takes a time in 0..3600 s, got "soon"'),
        ("/sleeper/241/rate", [1.0], "/sleeper/241/rate: sleepers are numbered 1..240, got 241"),
        ("/nothing", [], "/nothing is not a control"),
    ],
)
def test_a_refused_message_is_named_and_changes_nothing(address: str, arguments: list[object], said: str) -> None:
    show = begun()
    before = show.snapshot()
    with pytest.raises(Refused) as caught:
        show.accept(address, arguments)
    assert str(caught.value) == said
    assert show.snapshot() == before


def test_numbers_are_clipped_and_glide_without_a_jump() -> None:
    show = begun()
    assert show.accept("/camera/distance", [1e9]).value == show.table["/camera/distance"].high
    seen = []
    for _ in range(120 * 6):
        show.step()
        seen.append(show.moment().number("/camera/distance"))
    speed = np.diff([show.table["/camera/distance"].default, *seen])
    assert np.abs(np.diff(speed)).max() < 0.04 * np.abs(speed).max() + 1e-6  # no jump in speed either
    assert seen[-1] == pytest.approx(30.0, abs=0.2)
    assert np.all(speed >= -1e-12)


def test_sections_aim_their_controls_and_calm_forgets_everything() -> None:
    show = begun()
    show.accept("/show/section", ["torn"])
    for _ in range(240):
        show.step()
    assert show.moment().number("/light/glow") == pytest.approx(0.9, abs=0.01)
    assert show.moment().unrest == 1.0
    show.accept("/show/blackout", [1])
    show.accept("/sleeper/9/present", [0])
    show.accept("/show/calm")
    for _ in range(350):
        show.step()
    moment = show.moment()
    assert (moment.phase, moment.unrest) == ("harmony", 0.0)
    assert moment.presence == 1.0
    assert moment.sleepers.present[8] > 0.8
    assert moment.number("/light/glow") == pytest.approx(show.table["/light/glow"].default, abs=0.02)


def test_hold_and_blackout() -> None:
    show = begun()
    show.accept("/show/hold", [True])
    show.accept("/show/blackout", [1.0])
    for _ in range(120 * 4):
        show.step()
    assert show.moment().section == "together"
    assert show.moment().presence == 0.0


def test_scenes_cross_fade_and_leave() -> None:
    show = begun()
    show.accept("/show/scene", ["still"])
    weights = []
    for _ in range(120 * 9):
        show.step()
        weights.append(dict(zip(show.playing, show._stage.weights, strict=True)))
    assert all(abs(sum(w.values()) - 1.0) < 0.02 for w in weights)
    assert show.playing == ["still"]


def test_a_section_says_how_long_its_scene_takes_to_come_in() -> None:
    show = Show(parse(SCORE.replace('name = "torn"', 'name = "torn"\nscene = "still"\ncrossfade = 2'), "x"), 1, SCENES)
    gone = []
    while show.course.arc == 0 and (not gone or len(gone) < 3 * 120):
        show.step()
        if show.course.section.name == "torn":
            gone.append(len(show.playing) == 1)
    assert (gone.index(True), gone[0]) == (pytest.approx(2 * 120, abs=2), False)


def test_a_scene_that_was_built_ahead_enters_without_being_built_in_the_tick() -> None:
    built: list[int] = []

    class Heavy(Pendulum):
        controls = ()

        def __init__(self, chance: Chance, company: Company) -> None:
            super().__init__(chance, company)
            built.append(len(company))

    show = Show(brief(), 1, {**SCENES, "heavy": Heavy})
    assert not built
    show.build("heavy")
    assert built == [240]
    lights = []
    for name in ("heavy", "still", "heavy"):
        show.accept("/show/scene", [name])
        show.step()
        lights.append(show._stage[name])
        for _ in range(120 * 9):
            show.step()
        assert show.playing == [name]
    assert built == [240]  # once, and not while anybody was looking
    again = Show(brief(), 1, {**SCENES, "heavy": Heavy})
    again.restore(show.snapshot())
    assert again._stage["heavy"].angle == show._stage["heavy"].angle  # type: ignore[attr-defined]


def test_a_scene_comes_back_as_it_was_born() -> None:
    show = begun()
    born = show._stage["sleeptree"].angle  # type: ignore[attr-defined]
    show.accept("/show/scene", ["still"])
    for _ in range(120 * 9):
        show.step()
    show.accept("/show/scene", ["sleeptree"])
    assert show._stage["sleeptree"].angle == born  # type: ignore[attr-defined]


def test_the_scenes_of_a_score_are_named_in_their_order() -> None:
    text = SCORE.replace('name = "torn"', 'name = "torn"\nscene = "still"')
    assert Show(parse(text, "brief.toml"), 1, SCENES).named == ("sleeptree", "still")


def test_a_snapshot_is_read_by_a_show_with_other_scenes_installed() -> None:
    """A control more or less in the table, because a plug-in was installed, loses nothing of the others."""
    show = begun()
    show.accept("/light/glow", [0.9])
    show.accept("/pendulum/length", [2.0])
    for _ in range(60):
        show.step()

    class Other(Still):
        controls = (Control("/other/size", 0.5, 0.0, 1.0, "", "Its size."),)

    more = Show(brief(), 1, {**SCENES, "other": Other})
    more.restore(show.snapshot())
    again = begun()
    again.restore(more.snapshot())
    for one in (show, more, again):
        for _ in range(60):
            one.step()
    assert dict(again.moment().controls) == dict(show.moment().controls)
    assert more.moment().number("/pendulum/length") == show.moment().number("/pendulum/length")
    assert more.moment().number("/other/size") == 0.5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('scene = "opera"', 'section torn: scene takes one of sleeptree, still, got "opera"'),
        ('controls = {"/light/glw" = 1.0}', "section torn: /light/glw is not a control"),
        ('controls = {"/light/glow" = "much"}', 'section torn: /light/glow takes one number in 0..1, got "much"'),
        ('controls = {"/show/go" = 1}', "section torn: /show/go can't be a section's target"),
    ],
)
def test_a_score_that_asks_for_what_is_not_there_is_refused(wrong: str, said: str) -> None:
    text = SCORE.replace('name = "torn"', f'name = "torn"\n{wrong}').replace(
        '[section.controls]\n"/light/glow" = 0.9', ""
    )
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        Show(parse(text, "brief.toml"), 1, SCENES)


@pytest.mark.parametrize("data", [b"", b"\x00" * 40, b"\x81\xa1a\x01", begun(2).snapshot(), begun().snapshot()[:-9]])
def test_a_bad_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        begun().restore(data)


class Terraces(Pendulum):
    """Everybody sits in front, on the right."""

    controls = ()

    def __init__(self, chance: Chance, company: Company) -> None:
        super().__init__(chance, company)
        self.company = company

    def seats(self) -> np.ndarray:
        return np.tile([3.0, 0.1], (len(self.company), 1))

    def step(self, now: Moment) -> None:
        self.seen = now.sleepers.place[:3, 0]


def test_a_scene_is_told_at_birth_who_is_there_and_where_it_seats_them_is_where_they_are_heard() -> None:
    show = Show(msgspec.structs.replace(brief(), settled=True), 1, {**SCENES, "terraces": Terraces})
    on_the_water = show.moment()
    show.accept("/show/scene", ["terraces"])
    show.step()
    seated = show.moment()
    company = show._stage["terraces"].company  # type: ignore[attr-defined]
    assert np.array_equal(company.hue, seated.sleepers.hue)
    assert np.array_equal(company.character, seated.sleepers.character)
    assert np.array_equal(company.side, seated.sleepers.side)
    assert (seated.sleepers.place == [3.0, 0.1]).all()
    assert len(set(on_the_water.sleepers.tone)) == 8
    (tone,) = set(seated.sleepers.tone)
    assert AZIMUTH[tone] == 0.25  # a quarter turn clockwise from ahead
    assert seated.tones[tone] > 0.3
    assert np.count_nonzero(seated.tones > 0.3) <= 3  # only groups that lie on the right sing
    old = [scene for name, scene in show._stage.scenes.items() if name == "sleeptree"]
    assert (show._stage["terraces"].seen == 3.0).all()  # type: ignore[attr-defined]
    assert not (old[0].seen == 3.0).any()  # type: ignore[attr-defined]


def test_the_shape_of_the_picture_reaches_lights_and_view_and_never_a_step() -> None:
    seen: list[float] = []

    class Framed(Still):
        def step(self, now: Moment) -> None:
            seen.append(now.aspect)

        def light(self, now: Moment) -> Iterable[Light]:
            seen.append(now.aspect)
            return super().light(now)

    show = Show(brief(), 1, {"sleeptree": Framed})
    show.step()
    show.lights(4 / 3)
    show.lights()
    assert seen == [16 / 9, 4 / 3, 16 / 9]
