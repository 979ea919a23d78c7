"""What MIDI costs: bytes parsed, and the way from a fader's bytes to a Moment.

    python benchmarks/midi.py [--seconds 10] [--json FILE]

parse: microseconds of CPU a byte, ours and mido's on the same stream of controllers. latency: a pseudo-terminal stands
for the device; bytes at odd times, from just before they are written until the tick with the new Moment is done, while
the show steps 120 times a second and nothing is drawn. flood: CPU of this process a second while 156,250 bytes a
second (fifty lines at full speed) come in, beside the same without.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
from tables import table  # beside this file

from installation.model.ticks import RATE
from installation.remote.desk import Desk
from installation.remote.midi import maps
from installation.remote.midi.maps import DeviceMap, Map
from installation.remote.midi.parser import Parser
from installation.remote.midi.service import MidiService
from installation.session.production import load_production
from installation.session.request import Request
from installation.show import Show
from installation.venue.settings import Midi

FADER = "/sleeper/7/glow"
LINE, LINES = 3_125, 50
"""Bytes a second of one line, and how many lines a flood is."""


def parse() -> list[dict[str, Any]]:
    draw = random.Random(1)
    data = b"".join(bytes((0xB0 | k % 16, draw.randrange(128), draw.randrange(128))) for k in range(20_000))
    theirs = mido.Parser()

    def read_theirs() -> None:
        theirs.feed(data)
        theirs.messages.clear()

    ways: dict[str, Callable[[], object]] = {"ours": lambda: Parser().feed(data), "mido": read_theirs}
    rows = []
    for name, read in ways.items():
        spent = []
        for _ in range(5):
            began = time.process_time()
            read()
            spent.append(1e6 * (time.process_time() - began) / len(data))
        rows.append({"parser": name, "us_a_byte": statistics.median(spent)})
    return rows


class Room:
    """A show that steps by the clock, and a device at it."""

    def __init__(self) -> None:
        self.hand, line = os.openpty()
        tty.setraw(line)
        path, folder = os.ttyname(line), Path(tempfile.mkdtemp())
        maps.write(maps.file(folder, Path(path).name), DeviceMap(True, False, (Map(FADER, 1, high=1.0),)))
        self.show: Show = load_production(Request()).show()
        self.desk = Desk(self.show, folder / "presets")
        self.service = MidiService(self.desk, Midi(enabled=True, ports=(path,)), folder, self.show.score)
        self.service.start()
        while not self.service.devices:
            time.sleep(0.01)

    def play(self, seconds: float, stepped: Callable[[], None] = lambda: None) -> float:
        """So many seconds, by the clock; the CPU seconds of this process in them."""
        began, spent = time.perf_counter(), time.process_time()
        for k in range(int(seconds * RATE)):
            time.sleep(max(0.0, began + k / RATE - time.perf_counter()))
            self.desk.deliver(self.show, time.monotonic_ns())
            self.show.step()
            stepped()
        return time.process_time() - spent


def latency(room: Room, seconds: float) -> dict[str, Any]:
    draw, sent, found = random.Random(2), [0, 0], []
    ending = threading.Event()

    def play() -> None:
        value = 0
        while not ending.wait(draw.uniform(0.03, 0.06)):
            value = (value + 1) % 128
            sent[:] = [time.perf_counter_ns(), value]
            os.write(room.hand, bytes((0xB0, 1, value)))

    def stepped() -> None:
        at, value = sent
        if at and abs(room.show.community.glow_target[6] - value / 127) < 1e-5:
            room.show.moment()
            found.append((time.perf_counter_ns() - at) / 1e6)
            sent[0] = 0

    thread = threading.Thread(target=play)
    thread.start()
    room.play(seconds, stepped)
    ending.set()
    thread.join()
    late = statistics.quantiles(found, n=100)[98]
    return {"bytes": len(found), "median_ms": statistics.median(found), "p99_ms": late}


def flood(room: Room, seconds: float) -> dict[str, Any]:
    quiet = room.play(seconds) / seconds
    pid = os.fork()
    if pid == 0:  # another process sends: its CPU is not ours
        began, at = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            due = int((time.perf_counter() - began) * LINE * LINES / 3)
            os.write(room.hand, b"".join(bytes((0xB0, 1, k % 128)) for k in range(at, due)) or b"\xfe")
            at = due
            time.sleep(0.002)
        os._exit(0)
    busy = room.play(seconds) / seconds
    os.waitpid(pid, 0)
    return {"quiet_cpu_share": quiet, "flooded_cpu_share": busy}


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    wanted.add_argument("--seconds", type=float, default=10.0)
    wanted.add_argument("--json", type=Path)
    given = wanted.parse_args()
    rows = parse()
    print(table(rows, "parse"), end="\n\n")
    room = Room()
    way = latency(room, given.seconds)
    print(table([way], "latency"), end="\n\n")
    much = flood(room, given.seconds)
    print(table([much], f"flood, {LINE * LINES} bytes a second"))
    room.service.close()
    if given.json is not None:
        given.json.write_text(json.dumps({"parse": rows, "latency": way, "flood": much}, indent=2) + "\n")


if __name__ == "__main__":
    main()
