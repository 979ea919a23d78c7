"""Control, and THE table of controls: the only place that writes an address, a range, a default or a unit.

From the table come what a message may say, the error texts, glides, OSCQuery, controller layouts and the
manual's table. Knows nothing of sockets; what a message says is checked in acceptance.py; values glide in glides.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from installation import addresses
from installation.arguments import LONGEST_S, PARTS, Argument, Over, Part
from installation.foundation.easing import CURVES
from installation.model import tempo
from installation.model import waves as gestures
from installation.model.score import GLITCH, HARMONY, PHASES, RESOLUTION, Phase

Value = float | bool | str | None
Kind = Literal["number", "switch", "word", "bang", "morph", "several"]
Role = Literal["input", "request", "output", "place"]

CALM: tuple[Phase, ...] = (HARMONY, RESOLUTION)
MENDED: tuple[Phase, ...] = (RESOLUTION,)
VIVID: tuple[Phase, ...] = (HARMONY, GLITCH)
TORN: tuple[Phase, ...] = (GLITCH,)

SLEEPERS = 240
"""Sleepers in the community; `/sleeper/N/...` accepts N from 1 to this."""


DATE = "date"
"""The unit of a word that is a date, as 2026-11-21."""


@dataclass(frozen=True, slots=True)
class Control:
    """One row of the table.

    `default` decides the kind: a number has a range low..high in `unit`, a bool is a switch, a str a word (one of
    `choices` where they are given), None a bang; `arguments` are those of a control that takes
    several. `glide` is the time in seconds in which a number reaches its target.
    `seen` and `heard` are the phases in which the ends of the range change the picture and the sound by more than half
    a second of the show does by itself: what the table promises, and tests hold.
    """

    address: str
    default: Value
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    meaning: str = ""
    glide: float = 0.0
    choices: tuple[str, ...] = ()
    tags: str = ""  # OSC type tags, where the default does not tell them
    role: Role = "input"  # moves the show; request: answered by what is round it; output: sent by the show; place: no
    # show's, but of outputs that are brought into place
    seen: tuple[Phase, ...] = ()
    heard: tuple[Phase, ...] = ()
    part: Part | Literal[""] | None = None  # of a look, "" in none; where nothing is said, the room's
    sensed: bool = False  # set by sensors, not by a hand
    arguments: tuple[Argument, ...] = ()
    kind: Kind = field(init=False, repr=False, compare=False)  # what the control takes

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", self._kind())  # asked for with every message

    def _kind(self) -> Kind:
        if self.arguments:
            return "several"
        if self.tags == "ssf":
            return "morph"
        if self.default is None:
            return "bang"
        if isinstance(self.default, bool):
            return "switch"
        return "word" if isinstance(self.default, str) else "number"

    @property
    def group(self) -> str:
        """The part of a look that this number or switch is in; empty where it is in none."""
        if self.part is not None or self.role != "input" or self.kind not in ("number", "switch"):
            return self.part or ""
        return next((part for part in PARTS if self.address.startswith(f"/{part}/")), "")

    @property
    def timed(self) -> bool:
        """Whether it can be told in what time to get there."""
        return self.role == "input" and self.kind == "number" and "/N/" not in self.address

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that a message may have: the row's own, or one for each sleeper from 1 to SLEEPERS."""
        if "/N/" not in self.address:
            return (self.address,)
        return tuple(self.address.replace("/N/", f"/{n}/") for n in range(1, SLEEPERS + 1))

    @property
    def takes(self) -> str:
        """What the control takes, in words that finish the sentence `/address takes ...`."""
        match self.kind:
            case "bang":
                return "no argument (a bang)"
            case "word" if self.unit == DATE:
                return "a date such as 2026-11-21"
            case "word":
                return f"one of {', '.join(self.choices)}" if self.choices else "one word"
            case "morph":
                return "two names and a number in 0..1"
            case "several":
                return self.span
        return f"one number in {self.span}" if self.kind == "number" else "one of 0 or 1"

    @property
    def span(self) -> str:
        """What may be said, for a table: the range with its unit, the choices, or the kind of thing."""
        match self.kind:
            case "number":
                return f"{self.low:g}..{self.high:g}{' ' + self.unit if self.unit else ''}"
            case "switch":
                return "0 or 1"
            case "word":
                return ", ".join(self.choices) if self.choices else f"a {self.unit or 'word'}"
            case "morph":
                return "name, name, 0..1"
            case "several":
                return ", ".join(argument.span for argument in self.arguments)
        return "a bang"

    @property
    def typetags(self) -> str:
        """OSC type tags of the arguments, one a letter."""
        if self.arguments:
            return "".join("f" if argument.numeric else "s" for argument in self.arguments)
        return self.tags or {"number": "f", "switch": "T", "word": "s", "bang": "I"}[self.kind]


class Refused(ValueError):
    """A control message that was refused. `reason` is a short name to count by; the text names place and rule."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Released(Refused):
    """A button was let go: a bang with a single 0 or false. It acts when it is pressed, and not again."""

    def __init__(self, address: str) -> None:
        super().__init__("release", f"{address}: a button was let go, which does nothing")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A control message as the show takes it: a known row, the sleeper it is for (0-based) and a checked value."""

    address: str
    control: Control
    sleeper: int | None
    value: Value | tuple[float | str, ...]
    over: Over | None = None

    @property
    def arguments(self) -> tuple[float | bool | str, ...]:
        """The value as the arguments of a message that `accept` would take again: without those that were left out."""
        if self.control.arguments and isinstance(self.value, tuple):
            known = zip(self.control.arguments, self.value, strict=True)
            return tuple(value for argument, value in known if value != argument.default)
        if isinstance(self.value, tuple):
            return self.value
        return () if self.value is None else (self.value, *(self.over or ()))


SECONDS = Argument("seconds", 0.0, 3_600.0, "s")
AS_WRITTEN = -1.0
WAY = replace(SECONDS, default=AS_WRITTEN)
"""Seconds that a way into a section takes; where they are left out, it is as the score has written it."""

_NUMBER = Argument("address")
_WAVE = (
    Argument("period", *gestures.PERIOD_S, "s"),
    Argument("depth", 0.0, 1.0),
    Argument("shape", choices=gestures.SHAPES, default=gestures.SHAPES[0]),
)
_LOOK = Argument("name")
_PART = Argument("part", choices=(*PARTS, "all"), default="")
_CURVE = Argument("curve", choices=tuple(CURVES), default="")

_ROWS = (
    Control(addresses.GO, None, meaning="Next section of the score.", seen=PHASES, heard=PHASES),
    Control(addresses.GO_FADE, "", meaning="The same, and the way there takes so long; 0 cuts.", arguments=(SECONDS,)),
    Control(addresses.GO_FROM, "", meaning="The same where the section of this name plays, and nothing elsewhere."),
    Control(addresses.CUT, None, meaning="The same, at once."),
    Control(addresses.BACK, None, meaning="Previous section of the score.", seen=PHASES, heard=PHASES),
    Control(addresses.GOTO, "", meaning="To the section of this name.", arguments=(Argument("section"), WAY)),
    Control(addresses.STANDBY, "", meaning="GO goes to this section, once; without a name, to the next one."),
    Control(
        addresses.AT,
        "",
        meaning="To this place in the section: 0 its beginning .. 1 its end.",
        arguments=(Argument("place", 0.0, 1.0),),
    ),
    Control(addresses.SECTION, "", meaning="Go to the section of this name.", seen=PHASES, heard=PHASES),
    Control(
        addresses.PHASE,
        HARMONY,
        meaning="Jump into a phase, with its own ramp or in so many seconds.",
        arguments=(Argument("phase", choices=PHASES), WAY),
        seen=PHASES,
        heard=PHASES,
    ),
    Control(addresses.SCENE, "", meaning="Cross-fade to this scene.", seen=PHASES, heard=CALM),
    Control(addresses.DATE, "", unit=DATE, meaning="The evening's date: the tree's year, and what is rare."),
    Control(addresses.HOLD, False, meaning="The score waits."),
    Control(addresses.RATE, 1.0, 0.25, 4.0, "x", "How fast the score moves.", glide=0.5),
    Control(addresses.TAP, None, meaning="A beat, tapped; from the second on it sets the tempo."),
    Control(addresses.TEMPO, 0.0, 0.0, tempo.MOST, "1/min", "Beats: breath and torn slices keep to it; 0 none."),
    Control(
        addresses.BLACKOUT, False, meaning="Fade to black and silence in 2 s, and back.", seen=PHASES, heard=PHASES
    ),
    Control(
        addresses.CODE, 0.0, 0.0, 1.0, "", "How bright the code is that leads visitors to their page.", 1.5, part=""
    ),
    Control(
        addresses.CALM,
        None,
        meaning="Back to gentle harmony from anywhere; every offset to its default.",
        seen=TORN,
        heard=TORN,
    ),
    Control(
        addresses.UNREST,
        0.0,
        -1.0,
        1.0,
        "",
        "Pulls frequencies apart (+) or together (-), added to the phase's own.",
        1.5,
        seen=PHASES,
        heard=CALM,
    ),
    Control(addresses.COMMUNION, 0.5, 0.0, 1.0, "", "0 every sleeper for themselves .. 1 all one.", 2.0, seen=MENDED),
    Control(addresses.BREATH, 0.16, 0.05, 0.4, "Hz", "Rate of the common breath.", 4.0, seen=PHASES),
    Control(
        addresses.CROWD,
        0.0,
        -1.0,
        1.0,
        "",
        "How it is in those who lie there: -1 still .. 1 restless.",
        4.0,
        part="",
        sensed=True,
    ),
    Control(addresses.CROWD_MOST, 0.0, 0.0, 0.5, "", "How far the crowd may move unrest; 0 not at all.", 1.0, part=""),
    Control(addresses.MEND, False, meaning="The stabiliser: holds the community together while it is on.", seen=TORN),
    Control(addresses.BRIGHTNESS, 1.0, 0.0, 2.0, "x", "Exposure of the whole picture.", 0.6, seen=PHASES),
    Control(addresses.GLOW, 0.5, 0.0, 1.0, "", "Halos, and how far bright light blooms.", 1.0, seen=PHASES),
    Control(addresses.TRAILS, 0.0, 0.0, 1.0, "", "How long light lingers, up to 2 s.", 1.0, seen=PHASES),
    Control(addresses.HUE, 0.0, -0.5, 0.5, "turns", "Turns every hue.", 3.0, seen=PHASES),
    Control(addresses.SATURATION, 1.0, 0.0, 1.5, "x", "0 grey .. 1 as painted .. 1.5 vivid.", 1.5, seen=VIVID),
    Control(addresses.LIGHT_GLITCH, 0.5, 0.0, 1.0, "", "How hard glitch tears the picture.", 0.5, seen=TORN),
    Control(
        addresses.SOUND_LEVEL,
        0.0,
        -60.0,
        0.0,
        "dB",
        "Loudness of the drones under the house's own.",
        0.5,
        part="level",
        heard=PHASES,
    ),
    Control(addresses.ROOT, 55.0, 40.0, 110.0, "Hz", "The lowest tone; an arc may move its key.", 4.0, heard=PHASES),
    Control(addresses.SOUND_COLOUR, 0.5, 0.0, 1.0, "", "0 nearly sines .. 1 every partial.", 1.5, heard=PHASES),
    Control(addresses.SPACE, 0.5, 0.0, 1.0, "", "How large the room is in which they sound.", 3.0, heard=CALM),
    Control(
        addresses.SOUND_ROUGHNESS, 0.5, 0.0, 1.0, "", "How far unrest pulls the tones into beating.", 1.0, heard=TORN
    ),
    Control(addresses.SOUND_GLITCH, 0.5, 0.0, 1.0, "", "How hard the glitch clock tears the sound.", 0.5, heard=TORN),
    Control(addresses.DMX_LEVEL, 1.0, 0.0, 1.0, "x", "Of the room's own lights.", 1.0, part=""),
    Control(addresses.SWAY, 0.5, 0.0, 1.0, "", "How far the camera drifts.", 4.0, seen=PHASES),
    Control(addresses.DISTANCE, 11.0, 1.5, 30.0, "m", "From the tree's axis to the camera.", 5.0, seen=PHASES),
    Control(addresses.HEIGHT, 1.9, -1.5, 9.0, "m", "Of the camera above the water, or under it.", 5.0, seen=PHASES),
    Control(addresses.ORBIT, 0.0, -0.5, 0.5, "turns", "Round the tree's axis, to the right.", 6.0, seen=PHASES),
    Control(addresses.TILT, 0.0, -30.0, 30.0, "degrees", "The camera looks down (-) or up (+).", 4.0, seen=PHASES),
    Control(
        "/sleeper/N/beat",
        None,
        meaning="One beat of this sleeper; the rate follows the beats.",
        seen=PHASES,
        heard=PHASES,
    ),
    Control("/sleeper/N/rate", 0.16, 0.02, 3.0, "Hz", "This sleeper's own rate.", seen=PHASES),
    Control("/sleeper/N/hue", 0.5, 0.0, 1.0, "turns", "This sleeper's hue.", seen=PHASES),
    Control("/sleeper/N/glow", 1.0, 0.0, 2.0, "x", "This sleeper's brightness.", seen=PHASES),
    Control("/sleeper/N/present", True, meaning="Whether this sleeper is in the room.", seen=PHASES),
    Control(addresses.SLEEPER_LINE, "", meaning="A visitor's line, as this sleeper's.", role="request"),
    Control(
        "/sleeper/N/guest", False, meaning="Somebody is this sleeper: larger, in front, with a thread into the dream."
    ),
    Control("/sleeper/N/call", None, meaning="This sleeper shows where it is, for 4 s."),
    Control("/sleeper/N/free", None, meaning="Its own again: rate, hue, glow, and nobody's."),
    Control(addresses.UNDO, None, meaning="Take back the last change that a hand made; a hundred of them."),
    Control(addresses.REDO, None, meaning="Make again what was taken back."),
    Control(
        addresses.CHANGE,
        "",
        arguments=(Argument("number", 1.0, 1e12), Argument("address")),
        meaning="A hand changes this control; said by the show itself.",
    ),
    Control(
        addresses.VOICE_LEVEL,
        0.0,
        0.0,
        1.0,
        "",
        "How loud somebody speaks or sings, over the room.",
        0.15,
        part="",
        sensed=True,
    ),
    Control(addresses.VOICE_ONSET, 0.0, 0.0, 1.0, "", "Something begins: how hard, for 0.1 s.", part="", sensed=True),
    Control(addresses.VOICE_PITCH, 0.0, 0.0, 1000.0, "Hz", "The note that is sung, or was last.", part="", sensed=True),
    Control(
        addresses.VOICE_CONFIDENCE,
        0.0,
        0.0,
        1.0,
        "",
        "How sure that note is; 0: nobody sings.",
        0.15,
        part="",
        sensed=True,
    ),
    Control(
        addresses.RECORD,
        "",
        arguments=(_NUMBER, Argument("seconds", gestures.SHORTEST_S, gestures.LONGEST_S, "s")),
        meaning="Remember what this number does from now on, for so long.",
    ),
    Control(
        addresses.PLAY,
        "",
        arguments=(_NUMBER, Argument("rate", 0.25, 4.0, "x", default=1.0)),
        meaning="Loop what is recorded of it, until a hand moves it.",
    ),
    Control(
        addresses.LFO,
        "",
        arguments=(_NUMBER, *_WAVE),
        meaning="A wave about where it is aimed; a depth of 1 is as wide as its range.",
    ),
    Control(
        addresses.RANDOM,
        "",
        arguments=(_NUMBER, Argument("low", -1e6, 1e6), Argument("high", -1e6, 1e6)),
        meaning="Somewhere between the two.",
    ),
    Control(addresses.END, "", arguments=(_NUMBER,), meaning="Its gesture ends; it glides to where it is aimed."),
    Control(addresses.STOP, None, meaning="Every gesture ends."),
    *(
        Control(f"{addresses.LOCK}{part}", False, meaning=f"No hand moves the {part}; the score does.", part="")
        for part in PARTS
    ),
    Control(
        addresses.LOCK_CONTROL,
        "",
        arguments=(Argument("address"), Argument("on", 0.0, 1.0, default=1.0)),
        meaning="No hand moves this one control; 0 takes it back.",
    ),
    Control(
        addresses.SAVE,
        "",
        arguments=(_LOOK, _PART),
        meaning="Remember a look by this name; once more within 3 s where there is one.",
        role="request",
    ),
    Control(
        addresses.LOAD,
        "",
        arguments=(_LOOK, Argument("seconds", 0.0, LONGEST_S, "s", default=""), _CURVE, _PART),
        meaning="Go to the look of this name, or a part of it, in a time.",
        role="request",
    ),
    Control(
        addresses.RESTORE,
        "",
        arguments=(_LOOK,),
        meaning="The look of this name as it was before it was saved last; the other way round the next time.",
        role="request",
    ),
    Control(addresses.MORPH, "", meaning="Between two looks: 0 the first .. 1 the second.", tags="ssf", role="request"),
    Control(addresses.LIST, None, meaning="Answered with the names of all looks, in /state/presets.", role="request"),
    Control(
        addresses.VERSE_LANGUAGE,
        "en",
        meaning="The language of the verses; own: the venue's lexicon.",
        choices=("en", "de", "fr", "own"),
    ),
    Control(addresses.VERSE_LINE, "", meaning="A visitor's line; it waits for the staff.", role="request"),
    Control(addresses.VERSE_APPROVE, 0.0, 0.0, 1e6, "", "Weave in the line of this number.", role="request"),
    Control(addresses.VERSE_HIDE, 0.0, 0.0, 1e6, "", "Take back the line of this number.", role="request"),
    Control(addresses.VERSE_BAN, 0.0, 0.0, 1e6, "", "The same, for the night, and who wrote it.", role="request"),
    Control(addresses.VERSE_CLEAR, None, meaning="Take all visitors' lines back, forget their text.", role="request"),
    Control(addresses.VERSE_SHOWN, "", meaning="Lines that are woven in, NUMBER:SLEEPER each; set by the show itself."),
    Control(addresses.LEARN, "", meaning="What is moved next on a MIDI device is this control.", role="request"),
    Control(addresses.FORGET, "", meaning="No MIDI device moves this control any more.", role="request"),
    Control(addresses.SYNC, None, meaning="Answered with every value and state.", role="request"),
    Control(
        addresses.STATE_PHASE,
        HARMONY,
        meaning="The phase that plays.",
        choices=PHASES,
        role="output",
    ),
    Control(addresses.STATE_SECTION, "", meaning="The section of the score that plays.", role="output"),
    Control(addresses.STATE_PROGRESS, 0.0, meaning="How far into the section.", role="output"),
    Control(addresses.STATE_STANDBY, "", meaning="The section that GO goes to.", role="output"),
    Control(addresses.STATE_NOTE, "", meaning="What the score tells the operator about the section.", role="output"),
    Control(addresses.STATE_WAITING, False, meaning="Whether it is at its end and waits for GO.", role="output"),
    Control(addresses.STATE_COHERENCE, 0.0, meaning="How much the sleepers breathe together, measured.", role="output"),
    Control(addresses.STATE_ROUGHNESS, 0.0, meaning="How rough the drones sound, measured.", role="output"),
    Control(addresses.STATE_FPS, 0.0, 0.0, 240.0, "1/s", "Pictures shown in the last second.", role="output"),
    Control(addresses.STATE_LEVEL, -60.0, -60.0, 0.0, "LUFS", "Loudness of the last 0.4 s.", role="output"),
    Control(addresses.STATE_INTEGRATED, -70.0, -70.0, 0.0, "LUFS", "Loudness since the sound began.", role="output"),
    Control(
        addresses.STATE_CALIBRATED, False, meaning="Whether the next two were calibrated with a meter.", role="output"
    ),
    Control(
        addresses.STATE_LAEQ, 0.0, 0.0, 140.0, "dB(A)", "LAeq of the last 15 minutes, where people are.", role="output"
    ),
    Control(
        addresses.STATE_DOSE, 0.0, 0.0, 999.0, "%", "Of what an ear may take in a day, of the last 24 h.", role="output"
    ),
    Control(
        addresses.STATE_HEARING, 0.0, 0.0, 60.0, "dB", "By how much hearing guard and limit turn down.", role="output"
    ),
    Control(addresses.STATE_GUARD, 0.0, meaning="Share of the picture in which the flash guard acts.", role="output"),
    Control(addresses.STATE_REFUSED, 0.0, 0.0, 99_999.0, "messages", "Refused since the show began.", role="output"),
    Control(addresses.STATE_WORDS, 0.0, 0.0, 999.0, "lines", "Visitors' lines that wait for the staff.", role="output"),
    Control(addresses.STATE_PRESETS, "", meaning="The names of all looks, with commas between.", role="output"),
)


class Table(Mapping[str, Control]):
    """Rows by address. `/sleeper/N/...` stands once; `find` resolves `/sleeper/17/...` to it."""

    def __init__(self, rows: Sequence[Control]) -> None:
        self._rows = {row.address: row for row in rows}
        if len(self._rows) != len(rows):
            twice = {row.address for row in rows if sum(r.address == row.address for r in rows) > 1}
            raise ValueError(f"table of controls: declared twice: {', '.join(sorted(twice))}")

    def __getitem__(self, address: str) -> Control:
        return self._rows[address]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, address: str) -> tuple[Control, int | None]:
        """The row for `address` and the 0-based sleeper it names, or None. Raises Refused("unknown", ...)."""
        row = self._rows.get(address)
        if row is not None and "/N/" not in address:
            return row, None
        parts = address.split("/")
        if len(parts) == 4 and parts[1] == "sleeper" and parts[2].isascii() and parts[2].isdigit():
            row = self._rows.get(f"/sleeper/N/{parts[3]}")
            number = int(parts[2]) if len(parts[2]) <= 4 else 0
            if row is not None and 1 <= number <= SLEEPERS:
                return row, number - 1
            if row is not None:
                raise Refused("unknown", f"{address}: sleepers are numbered 1..{SLEEPERS}, got {parts[2][:9]}")
        raise Refused("unknown", f"{address[:80]} is not a control")


TABLE = Table(_ROWS)
"""The engine's controls. A scene's own are added with `table(scene.controls)`."""


def table(extra: Sequence[Control] = ()) -> Table:
    """The engine's rows and a scene's own, `extra`. Raises ValueError when an address is declared twice."""
    own = (row if row.part is not None or row.group else replace(row, part="place") for row in extra)
    return Table((*_ROWS, *own))
