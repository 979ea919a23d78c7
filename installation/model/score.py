"""The arc: sections with a phase, a length and a scene, read from TOML text. Reads no file itself.

`Score` is what was written; `Course` is where a show is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from installation.foundation.refusal import Keys, converted, parsed, plain
from installation.model import ticks

Phase = Literal["harmony", "glitch", "resolution"]
PHASES: tuple[Phase, ...] = get_args(Phase)
HARMONY, GLITCH, RESOLUTION = PHASES

FULL_SWING = {HARMONY: 10.0, GLITCH: 12.0, RESOLUTION: 15.0}
"""Seconds in which unrest crosses its whole range on the way into a phase, where the section gives no `ramp`."""

OPENING = {HARMONY: 25.0, GLITCH: 25.0, RESOLUTION: 45.0}
"""Seconds in which bloom crosses its whole range, closing or opening, where the section gives no `bloom`."""


AXES = ("distance", "height", "orbit", "tilt")
"""What a camera's move may name: the controls under /camera, which say in which units and how far."""


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One move of the camera: in so many seconds to these values. What it doesn't name stays."""

    seconds: float
    distance: float | None = None
    height: float | None = None
    orbit: float | None = None
    tilt: float | None = None


LONGEST_WAY = 3_600.0
"""Seconds that a ramp, a bloom, a fade or a camera's move can take."""

LOUDNESS = (-34.0, -16.0)
"""LUFS that a section may ask for."""

NOTE = 200
"""Letters of a line for the operator, at most."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section of the score, which is a cue too.

    Cues follow each other by themselves, as QLab's do that auto-follow. One that must `wait` doesn't: at its end it
    stays as it is until somebody presses GO. A `pre_wait` is what passes between GO, or the end of the section before,
    and the beginning of this one; what was there before stays for so long.
    """

    name: str
    phase: Phase
    seconds: float
    scene: str = ""  # empty: the scene that is playing goes on
    crossfade: float = 8.0  # seconds in which this scene comes in, and the one before goes
    ramp: float | None = None  # seconds in which unrest would cross its whole range; by default the phase's own
    bloom: float | None = None  # seconds in which all would become themselves, or alike; by default the phase's own
    presence: float = 1.0  # 0 dark and silent .. 1
    fade: float = 8.0  # seconds in which presence would cross its whole range
    fade_out: float = 0.0  # the last seconds of it, in which it goes into the dark; 0: it doesn't
    wait: bool = False  # at its end, for GO
    follow: bool = False  # said in a score that waits: this section doesn't
    pre_wait: float = 0.0  # seconds before it begins
    note: str = ""  # a line for the operator
    loudness: tuple[float, float] = (-20.5, -20.5)  # LUFS that the sound has as it begins and as it ends
    controls: dict[str, float | bool | str] = {}
    camera: tuple[Move, ...] = ()  # one after the other, from the section's beginning; in TOML also one alone

    @property
    def swing(self) -> float:
        """Seconds in which unrest would cross its whole range."""
        return FULL_SWING[self.phase] if self.ramp is None else self.ramp

    @property
    def opening(self) -> float:
        """Seconds in which bloom would cross its whole range."""
        return OPENING[self.phase] if self.bloom is None else self.bloom

    @property
    def whole(self) -> float:
        """Seconds from the end of the section before to its own."""
        return self.pre_wait + self.seconds

    def slowed(self, factor: float) -> Section:
        """This section `factor` times as long, and so is all that happens in it; the way into the dark stays."""
        moves = tuple(msgspec.structs.replace(m, seconds=min(m.seconds * factor, LONGEST_WAY)) for m in self.camera)
        return msgspec.structs.replace(
            self,
            seconds=self.seconds * factor,
            pre_wait=self.pre_wait * factor,
            ramp=None if self.ramp is None else min(self.ramp * factor, LONGEST_WAY),
            bloom=None if self.bloom is None else min(self.bloom * factor, LONGEST_WAY),
            camera=moves,
        )


LONGEST, TENSEST = 12.0, 1.5
"""How many times as long a score can be made, and what is torn in it."""


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of sections that comes round for ever. `settled` begins with everybody asleep, not in the dark.

    Where the score must `wait`, every section does, but for those that `follow`.
    """

    name: str
    section: tuple[Section, ...]
    settled: bool = False
    scene: str = "sleeptree"
    wait: bool = False

    @property
    def seconds(self) -> float:
        """Length of one arc that nobody has to wait in."""
        return sum(section.whole for section in self.section)

    def unattended(self) -> Score:
        """This score where nobody is there who could press GO: no section waits."""
        sections = tuple(msgspec.structs.replace(section, wait=False) for section in self.section)
        return msgspec.structs.replace(self, section=sections, wait=False)

    def alone(self, scene: str) -> Score:
        """This score with one scene from its beginning to its end."""
        sections = tuple(msgspec.structs.replace(section, scene="") for section in self.section)
        return msgspec.structs.replace(self, scene=scene, section=sections)

    def lasting(self, hours: float) -> Score:
        """This score with an arc of so many hours: what is calm takes longer, what is torn at most half as long again.

        Raises ValueError for less than it lasts as it is written, and for more than LONGEST times that.
        """
        factor, torn = hours * 3_600.0 / self.seconds, sum(s.whole for s in self.section if s.phase == GLITCH)
        if not 1.0 <= factor <= LONGEST or torn == self.seconds:
            least = self.seconds / 3_600.0
            raise ValueError(f"score {self.name} can last {least:.3g} to {LONGEST * least:.3g} hours, got {hours:g}")
        tense = min(factor, TENSEST)
        calm = (hours * 3_600.0 - tense * torn) / (self.seconds - torn)
        sections = tuple(s.slowed(tense if s.phase == GLITCH else calm) for s in self.section)
        return msgspec.structs.replace(self, section=sections)

    def index(self, name: str) -> int | None:
        """The place of the section called `name`."""
        return next((i for i, section in enumerate(self.section) if section.name == name), None)

    def first(self, phase: str) -> int | None:
        """The first section of a phase."""
        return next((i for i, section in enumerate(self.section) if section.phase == phase), None)

    def heart(self, phase: str) -> float | None:
        """Seconds from the start to the middle of the longest lit section of a phase; None where there is none."""
        lit = [s for s in self.section if s.phase == phase and s.presence > 0]
        if not lit:
            return None
        longest = max(lit, key=lambda s: s.seconds)
        place = self.section.index(longest)
        return self.begins(place) + longest.seconds / 2

    def begins(self, place: int) -> float:
        """Seconds from the start of a show that nobody plays to its section at `place`."""
        return sum(s.whole for s in self.section[: place + 1]) - self.section[place].seconds - self.section[0].pre_wait


def parse(text: str, source: str) -> Score:
    """The score written in `text`. Raises ValueError naming `source`, the section and the rule that was broken."""
    raw = parsed(text, source)
    sections = raw.get("section")
    if not isinstance(sections, list) or not sections:
        raise ValueError(f"{source}: a score needs at least one [[section]]")
    read = tuple(_section(entry, i, source) for i, entry in enumerate(sections))
    names = [section.name for section in read]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(
                f'{source}: section {i + 1}: the name "{name}" is taken by section {names.index(name) + 1}'
            )
    score = converted({**raw, "section": []}, Score, source, _place)
    if score.wait:
        read = tuple(msgspec.structs.replace(section, wait=not section.follow) for section in read)
    return msgspec.structs.replace(score, section=read)


def _section(entry: object, i: int, source: str) -> Section:
    name = entry.get("name") if isinstance(entry, dict) else None
    place = f"{source}: section {i + 1}" + (f" ({name})" if isinstance(name, str) else "")
    if isinstance(entry, dict) and isinstance(entry.get("camera"), dict):
        entry = {**entry, "camera": [entry["camera"]]}
    section = converted(entry, Section, place, _place)
    for field, value, low, high in (
        ("seconds", section.seconds, 0.5, 86_400.0),
        ("crossfade", section.crossfade, 0.1, LONGEST_WAY),
        ("ramp", section.swing, 0.1, LONGEST_WAY),
        ("bloom", section.opening, 0.1, LONGEST_WAY),
        ("presence", section.presence, 0.0, 1.0),
        ("fade", section.fade, 0.1, LONGEST_WAY),
        ("fade_out", section.fade_out, 0.0, min(section.seconds, LONGEST_WAY)),
        ("pre_wait", section.pre_wait, 0.0, LONGEST_WAY),
        *(("camera seconds", move.seconds, 0.1, LONGEST_WAY) for move in section.camera),
        ("loudness", section.loudness[0], *LOUDNESS),
        ("loudness", section.loudness[1], *LOUDNESS),
    ):
        if not low <= value <= high:  # refuses nan too
            raise ValueError(f"{place}: {field} takes a number in {low:g}..{high:g}, got {value:g}")
    if len(section.note) > NOTE or not section.note.isprintable():
        raise ValueError(f'{place}: note takes one line of at most {NOTE} letters, got "{plain(section.note[:40])}"')
    if section.wait and section.follow:
        raise ValueError(f"{place}: wait and follow exclude each other, got both")
    return section


def _place(keys: Keys) -> str:
    return " ".join(keys) or "a section"


UNTOLD = 1e6
"""Seconds until something of which nobody knows when it comes."""


@dataclass(slots=True)
class Course:
    """Where the show is in a score: which arc, which section, how far in."""

    score: Score
    arc: int = 0
    place: int = 0
    elapsed: float = 0.0  # ticks into the section; the score's rate makes this a fraction

    @property
    def section(self) -> Section:
        """The section that is playing."""
        return self.score.section[self.place]

    @property
    def elapsed_s(self) -> float:
        """Seconds into the section, at the score's own pace."""
        return self.elapsed / ticks.RATE

    @property
    def progress(self) -> float:
        """0..1 within the section."""
        return min(self.elapsed_s / self.section.seconds, 1.0)

    @property
    def loudness(self) -> float:
        """LUFS that the section wants now, on the straight way from its beginning to its end."""
        first, last = self.section.loudness
        return first + (last - first) * self.progress

    @property
    def following(self) -> int:
        """The place of the next section; after the last comes the first."""
        return (self.place + 1) % len(self.score.section)

    @property
    def ended(self) -> bool:
        """Whether the section is at its end, and stays there: it waits, or the next one's pre-wait passes."""
        return self.elapsed >= self.section.seconds * ticks.RATE

    @property
    def left(self) -> float:
        """Seconds until the next section begins, at the score's own pace; UNTOLD where somebody must press GO."""
        if self.section.wait:
            return UNTOLD
        return max(self.section.seconds + self.score.section[self.following].pre_wait - self.elapsed_s, 0.0)

    @property
    def closing(self) -> bool:
        """Whether the section is on its way out, into the dark."""
        out = self.section.fade_out
        return out > 0.0 and self.elapsed_s >= self.section.seconds - out

    @property
    def phase_progress(self) -> float:
        """0..1 within the sections of this phase that follow each other in the score."""
        first = last = self.place
        while first > 0 and self.score.section[first - 1].phase == self.section.phase:
            first -= 1
        while last + 1 < len(self.score.section) and self.score.section[last + 1].phase == self.section.phase:
            last += 1
        return self._within(first, last)

    @property
    def arc_progress(self) -> float:
        """0..1 through the whole score."""
        return self._within(0, len(self.score.section) - 1)

    def _within(self, first: int, last: int) -> float:
        """0..1 through the sections `first` to `last`."""
        seconds = [section.seconds for section in self.score.section[first : last + 1]]
        here = sum(seconds[: self.place - first]) + self.progress * self.section.seconds
        return min(here / sum(seconds), 1.0)

    def step(self, rate: float) -> bool:
        """One tick at `rate`; True when another section begins with it."""
        if self.section.wait:
            self.stay(rate)
            return False
        self.elapsed += rate
        if self.elapsed < (self.section.seconds + self.score.section[self.following].pre_wait) * ticks.RATE:
            return False
        self.go(self.place + 1)
        return True

    def stay(self, rate: float) -> None:
        """One tick at `rate`, to the section's end at most."""
        self.elapsed = min(self.elapsed + rate, self.section.seconds * ticks.RATE)

    def go(self, place: int) -> None:
        """To the start of a section; one past the last is the first of the next arc."""
        if place >= len(self.score.section):
            self.arc += 1
            place = 0
        self.place, self.elapsed = max(place, 0), 0.0
