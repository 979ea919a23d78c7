"""The cue list: which section of the score plays, what GO goes to, and in how many seconds.

Whatever a hand says about the score comes through here, from keys, OSC, MIDI and pages alike: so a least time between
two GO holds for all of them. It is counted in ticks, and a GO that came too soon is refused, which keeps it out of the
journal: a replay is the same show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from installation import addresses
from installation.controls import AS_WRITTEN, Accepted, Refused
from installation.foundation import snapshot as memory
from installation.model import ticks
from installation.model.score import HARMONY, Course, Score

BETWEEN = ticks.ticks(0.6)
"""Ticks that must lie between two GO, whoever presses it."""

SOOTHING = 2.4
"""Seconds in which /show/calm takes away all that is torn, and every thread: nothing is left after 2.5."""

NOWHERE = -1

COURSE = ("arc", "place", "elapsed")
"""What moves of a course."""


class CueList:
    """Where a show is in its score, and what was asked of it. Whoever moves it is told when another section begins."""

    moving = ("standby", "pressed", "due", "delay", "fade", "due_fade")

    def __init__(self, score: Score) -> None:
        self.score = score
        self.course = Course(score)
        self.standby = NOWHERE  # the place that GO goes to, where a hand has said so
        self.pressed = -BETWEEN  # the tick at which GO was pressed
        self.due = NOWHERE  # the place that begins when its pre-wait has passed
        self.delay = 0.0  # ticks until then; the score's rate makes this a fraction
        self.fade: float | None = None  # seconds of the way into this section, where a hand has said so
        self.due_fade: float | None = None  # the same of the one that is due

    # looking

    @property
    def next(self) -> int:
        """The place that GO goes to."""
        if self.due != NOWHERE:
            return self.due % len(self.score.section)
        return self.course.following if self.standby == NOWHERE else self.standby

    @property
    def waiting(self) -> bool:
        """Whether the section is at its end and stays there until somebody presses GO."""
        return self.due == NOWHERE and self.course.section.wait and self.course.ended

    @property
    def left(self) -> float:
        """Seconds until another section begins, at the score's own pace; a great many where nobody knows."""
        return self.course.left if self.due == NOWHERE else self.delay / ticks.RATE

    def way(self, seconds: float) -> float:
        """Seconds of a way into this section that takes `seconds` where no hand has said otherwise."""
        return seconds if self.fade is None else self.fade

    # moving; each says whether another section begins with it

    def step(self, rate: float) -> bool:
        """One tick at `rate`."""
        if self.due == NOWHERE:
            begins = self.course.step(rate)
            self.fade = None if begins else self.fade
            return begins
        self.course.stay(rate)
        self.delay -= rate
        return self.delay <= 0.0 and self.begin(self.due, self.due_fade)

    def begin(self, place: int, fade: float | None = None) -> bool:
        """The section at `place`, in `fade` seconds or as it is written."""
        self.course.go(place)
        self.fade, self.due, self.due_fade, self.delay = fade, NOWHERE, None, 0.0
        return True

    def soothe(self) -> bool:
        """The longest lit section of harmony; nothing stands by."""
        lit = [i for i, s in enumerate(self.score.section) if s.phase == HARMONY and s.presence > 0]
        self.standby = NOWHERE
        return self.begin(max(lit, key=lambda i: self.score.section[i].seconds, default=0), SOOTHING)

    def take(self, taken: Accepted, tick: int) -> bool:
        """What a hand says about the score. Raises controls.Refused and changes nothing."""
        value, address = taken.value, taken.address
        match address:
            case addresses.GO | addresses.GO_FADE | addresses.CUT | addresses.GO_FROM:
                return self._go(taken, tick)
            case addresses.BACK:
                return self.begin(self.course.place - 1)
            case addresses.SECTION:
                return self.begin(self._named(address, str(value)))
            case addresses.GOTO:
                name, seconds = cast(tuple[str, float], value)
                return self.begin(self._named(address, name), _fade(seconds))
            case addresses.PHASE:
                phase, seconds = cast(tuple[str, float], value)
                here = sorted({section.phase for section in self.score.section})
                return self.begin(known(address, self.score.first(phase), here, phase), _fade(seconds))
            case addresses.STANDBY:
                self.standby = self._named(address, str(value)) if value else NOWHERE
            case addresses.AT:
                (place,) = cast(tuple[float], value)
                self.course.elapsed = place * self.course.section.seconds * ticks.RATE
                self.due = NOWHERE
        return False

    def _go(self, taken: Accepted, tick: int) -> bool:
        """The next section, or the one that stands by; one whose pre-wait passes begins now."""
        self._check(taken, tick)
        fade = None
        if taken.address == addresses.GO_FADE:
            (fade,) = cast(tuple[float], taken.value)
        elif taken.address == addresses.CUT:
            fade = 0.0
        self.pressed = tick
        if self.due != NOWHERE:
            return self.begin(self.due, self.due_fade if fade is None else fade)
        place = self.course.place + 1 if self.standby == NOWHERE else self.standby
        waits = 0.0 if fade == 0.0 else self.score.section[self.next].pre_wait
        self.standby = NOWHERE
        if waits == 0.0:
            return self.begin(place, fade)
        self.due, self.delay, self.due_fade = place, waits * ticks.RATE, fade
        return False

    def _check(self, taken: Accepted, tick: int) -> None:
        since, here = tick - self.pressed, self.course.section.name
        if since < BETWEEN:
            rule = f"{ticks.seconds(BETWEEN):g} s must pass between two GO"
            raise Refused("soon", f"{taken.address}: {rule}, got {ticks.seconds(since):.2f} s")
        if taken.address == addresses.GO_FROM and taken.value != here:
            raise Refused("elsewhere", f'{taken.address}: pressed in "{str(taken.value)[:40]}", and "{here}" plays')

    # remembering

    def snapshot(self) -> Mapping[str, Any]:
        """All that moves."""
        return {"course": memory.remember(self.course, COURSE), **memory.remember(self, self.moving)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Back to a snapshot. Raises ValueError where that is of a score with more sections."""
        many = len(self.score.section)
        places = (state["course"]["place"], state["due"] - 1, state["standby"])
        if not (places[0] >= 0 and all(NOWHERE - 1 <= place < many for place in places)):
            raise ValueError(f"snapshot: the score has {many} sections")
        memory.recall(self.course, COURSE, state["course"])
        memory.recall(self, self.moving, state)

    def _named(self, address: str, name: str) -> int:
        return known(address, self.score.index(name), [section.name for section in self.score.section], name)


def rehearsal(score: Score, name: str) -> list[tuple[str, tuple[object, ...]]]:
    """What a show hears at its first tick to begin with the section `name`, as those before it would have left it."""
    before = score.section[: 1 + (score.index(name) or 0)]
    aims = {address: value for section in before for address, value in section.controls.items()}
    scene = next((section.scene for section in reversed(before) if section.scene), score.scene)
    said = [(address, (value,)) for address, value in aims.items()]
    return [*said, (addresses.SCENE, (scene,)), (addresses.GOTO, (name, 0.0))]


def _fade(seconds: float) -> float | None:
    return None if seconds == AS_WRITTEN else seconds


def known(address: str, place: int | None, names: Sequence[str], got: str) -> int:
    """The place of what was named. Raises controls.Refused where that is not there."""
    if place is None:
        raise Refused("type", f'{address} takes one of {", ".join(names)}, got "{got[:40]}"')
    return place
