"""A voice on its way into the show: what is heard becomes controls like any other, journalled, so that a film has it.

The ears may be the show's own, or somebody's who sends /voice/... . What holds on to a voice listens to the controls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from installation import addresses
from installation.controls import Value
from installation.model import ticks
from installation.remote.inbox import Source
from installation.show import Show

VOICE = Source("voice")

Receive = Callable[[str, Sequence[object], Source, int], object]
"""Takes an address, its arguments, who sends them, and when: a desk's `receive`."""

SLOWLY, AT_ONCE = 4, 2  # ticks between two tellings of what glides, and of an onset: 30 and 60 a second
STRUCK = ticks.RATE // 10  # ticks that an onset lasts
LEVEL_STEP, CONFIDENCE_STEP = 0.02, 0.1  # the least that is told: a journal of a night is not to be one of noise
CENTS = 2.0 ** (10.0 / 1200.0)
SURE = 0.8  # confidence under which a pitch is not told

ANCHOR = "/trek/anchor"
TAKES, LETS_GO = 0.6, 2.5  # s in which a voice is held on to, and let go
SUNG = 0.65  # share that a note is held more than a murmur
HOLDS, FREE = 0.5, 0.25  # of the anchor, at which the stabiliser goes on and off
RESTS = 20 * ticks.RATE  # after a hand moved what a voice would


class VoiceSource(Protocol):
    """What is heard now: sound.listening.ears.Heard."""

    @property
    def level(self) -> float:
        """0..1."""

    @property
    def onsets(self) -> int:
        """So far."""

    @property
    def strength(self) -> float:
        """Of the newest, 0..1."""

    @property
    def pitch(self) -> float:
        """Hz, 0 for none yet."""

    @property
    def confidence(self) -> float:
        """0..1."""


class VoiceTeller:
    """Tells a desk what is `heard`, as far as it changes: at most sixty times a second, and nothing in silence."""

    def __init__(self, receive: Receive, heard: Callable[[], VoiceSource]) -> None:
        self._receive, self._heard = receive, heard
        self._told = dict.fromkeys(_ROWS, 0.0)
        self._onsets = heard().onsets
        self._struck: int | None = None  # tick of the newest onset

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if show.tick % AT_ONCE:
            return
        now = self._heard()
        if show.tick % ticks.RATE == 0:  # a look may have been loaded, or everything calmed
            aims = show.glides.aims()
            self._told = {address: _number(aims[address]) for address in _ROWS}
        if now.onsets != self._onsets:
            struck, self._onsets = now.onsets > self._onsets, now.onsets  # fewer: another process listens now
            if struck:
                self._struck = show.tick
                self._tell(addresses.VOICE_ONSET, round(now.strength, 2), 0.0)
        elif self._struck is not None and show.tick - self._struck >= STRUCK:
            self._struck = None
            self._tell(addresses.VOICE_ONSET, 0.0, 0.0)
        if show.tick % SLOWLY == 0:
            self._tell(addresses.VOICE_LEVEL, round(now.level, 2), LEVEL_STEP)
            self._tell(addresses.VOICE_CONFIDENCE, round(now.confidence, 1), CONFIDENCE_STEP)
            self._tell_pitch(now)

    def _tell_pitch(self, now: VoiceSource) -> None:
        before = self._told[addresses.VOICE_PITCH]
        if now.confidence >= SURE and not before / CENTS < now.pitch < before * CENTS:
            self._tell(addresses.VOICE_PITCH, round(now.pitch, 1), 0.0)

    def _tell(self, address: str, value: float, least: float) -> None:
        before = self._told[address]
        if value != before and (abs(value - before) > 0.99 * least or value == 0.0):
            self._told[address] = value
            self._receive(address, (value,), VOICE, 0)


class VoiceAnchor:
    """Dream Trek's anchor, and the stabiliser, hold as long as a voice does. A hand on either rests it for 20 s."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.held = 0.0  # 0..1
        self._mends = False
        self._told: dict[str, Value] = {}
        self._rests: dict[str, int] = {}  # until which tick

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if show.tick % SLOWLY:
            return
        values = show.moment().controls
        loud, sure = _number(values[addresses.VOICE_LEVEL]), _number(values[addresses.VOICE_CONFIDENCE])
        wanted = loud * (1.0 - SUNG + SUNG * sure)
        way = SLOWLY / ticks.RATE / (TAKES if wanted > self.held else LETS_GO)
        self.held += (wanted - self.held) * min(way, 1.0)
        self._mends = self.held > (FREE if self._mends else HOLDS)
        aims = show.glides.aims()
        if ANCHOR in aims:
            self._hold(show, aims, ANCHOR, round(self.held, 2) if self.held >= LEVEL_STEP else 0.0)
        self._hold(show, aims, addresses.MEND, self._mends)

    def _hold(self, show: Show, aims: Mapping[str, Value], address: str, value: float | bool) -> None:
        here = aims[address]
        told = self._told.get(address)
        if told is not None and here != told:  # a hand, a section or a look moved it
            self._told.pop(address)
            self._rests[address] = show.tick + RESTS
        if show.tick < self._rests.get(address, 0) or value == here or (told is None and not value):
            return
        self._told[address] = value
        self._receive(address, (value,), VOICE, 0)


_ROWS = (addresses.VOICE_LEVEL, addresses.VOICE_ONSET, addresses.VOICE_PITCH, addresses.VOICE_CONFIDENCE)


def _number(value: Value) -> float:
    assert isinstance(value, int | float)
    return float(value)
