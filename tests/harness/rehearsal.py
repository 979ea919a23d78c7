"""A show without a picture, a desk, and a performer who plays it from another process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from installation.model import score, ticks
from installation.model.chance import Chance
from installation.remote.desk import Desk
from installation.remote.osc import codec
from installation.scene import Company, Light, Moment, Scene
from installation.show import Show
from tests.harness.waiting import TIMEOUT_S

PERFORMER = Path(__file__).with_name("performer.py")

SCORE = """
name = "rehearsal"
settled = true
scene = "dark"

[[section]]
name = "rest"
phase = "harmony"
seconds = 600

[[section]]
name = "storm"
phase = "glitch"
seconds = 600
controls = { "/light/glow" = 0.9 }

[[section]]
name = "dawn"
phase = "resolution"
seconds = 600
"""


class Dark(Scene):
    """Nothing to see: these tests are about what is said."""

    def __init__(self, chance: Chance, company: Company) -> None:
        pass

    def light(self, now: Moment) -> tuple[Light, ...]:
        return ()


def rehearsal(seed: int = 1) -> Show:
    return Show(score.parse(SCORE, "rehearsal"), seed, {"dark": Dark})


def tick(show: Show, desk: Desk) -> None:
    """One tick as the stage takes it."""
    desk.deliver(show, time.monotonic_ns())
    show.step()


def settled(show: Show, desk: Desk, seconds: float = 0.1) -> Moment:
    """The moment so many seconds later."""
    for _ in range(ticks.ticks(seconds)):
        tick(show, desk)
    return show.moment()


def record(desk: Desk) -> list[int]:
    """The ticks at which what the desk takes from now on acts, as they come."""
    acted: list[int] = []
    desk._record = lambda tick, accepted: acted.append(tick)
    return acted


def unevenness(felt: list[int], meant: list[float]) -> float:
    """The share by which a rate may be off, for beats felt at ticks and meant to be so many seconds apart.

    Other processes send them, and a machine that stands still in between makes them uneven: by as much as it did.
    """
    late = max(abs(ticks.seconds(b - a) - s) for a, b, s in zip(felt, felt[1:], meant, strict=False))
    return min(0.05 + 2.0 * late / min(meant), 0.9)


def perform(port: int, *moves: object, link: str = "udp") -> list[str]:
    """Send datagrams from another process, and give back as hex what it was told meanwhile. See performer.py."""
    done = subprocess.run(
        [sys.executable, str(PERFORMER), str(port), link],
        input=json.dumps(moves),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=True,
    )
    told: list[str] = json.loads(done.stdout)
    return told


def osc(address: str, *arguments: codec.Argument) -> str:
    """A message, as `perform` sends it."""
    return codec.encode(address, arguments).hex()


def decoded(told: list[str]) -> list[tuple[str, tuple[codec.Argument, ...]]]:
    """Every message in what `perform` was told."""
    return [(m.address, m.arguments) for packet in told for m in codec.decode(bytes.fromhex(packet))]
