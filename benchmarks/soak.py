"""A soak: the whole show under its supervisor, played, flooded and hurt for as long as one likes.

    python benchmarks/soak.py --minutes 60 --json soak.json
    python benchmarks/soak.py --kills 100

It plays on an X server of its own, into a sound server of its own where PulseAudio is there (else it says so, and plays
silently), at a small size so that one can work beside it. A performer plays over UDP all the time; faults come in turn.
Printed is a table of care.md's promises, pass or fail. Figures of time are the machine's of that hour.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from installation.model import ticks
from installation.watch.process_stats import memory_mb
from tests.harness.house import TOOLS, House
from tests.harness.playing import Playing

SETTLING_S = 300.0  # at the beginning, in which memory may still grow
WINDOW_S = 2.0  # between two samples
CALM = ("/light/hue", "/dream/unrest", "/light/trails", "/sound/colour", "/dream/communion", "/camera/sway")

CROWD = Path(__file__).parent.parent / "tests" / "harness" / "crowd.py"
CROWDS = (("phones", 3_000), ("phones", 6_000), ("sync", 5_000), ("junk", 20_000), ("ports", 20_000))
CROWDS += (("bangs", 20_000), ("presets", 2_000))


@dataclass
class Soak:
    """What was seen."""

    show: Playing
    minutes: float
    display: int
    sound: House | None = None
    samples: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # things given that were not there afterwards
    faults: list[str] = field(default_factory=list)
    server: subprocess.Popen[bytes] | None = None
    flooded: int = 0
    garbage: int = 0
    crowded: int = 0

    # the screen

    def open_screen(self) -> None:
        for path in (Path(f"/tmp/.X11-unix/X{self.display}"), Path(f"/tmp/.X{self.display}-lock")):
            path.unlink(missing_ok=True)
        command = ["Xvfb", f":{self.display}", "-screen", "0", "640x360x24", "-nolisten", "tcp"]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(Path(f"/tmp/.X11-unix/X{self.display}").exists, "an X server")

    def close_screen(self) -> None:
        if self.server is not None:
            self.server.kill()
            self.server.wait()

    # what is measured

    def sample(self) -> None:
        state = self.show.state
        if state.get("place") == "playing" and "memory_mb" in state:
            supervisor = memory_mb(state["supervisor"]) if "supervisor" in state else None
            self.samples.append({**state, "supervisor_mb": supervisor, "soaked_s": time.monotonic()})

    def rest(self, seconds: float) -> None:
        """Play, and look now and then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.perform(0.5)
            if not self.samples or time.monotonic() - self.samples[-1]["soaked_s"] > WINDOW_S:
                self.sample()

    def perform(self, seconds: float) -> None:
        """A performer: faders, sleepers' hearts, now and then a phase."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(OSError):
                self.show.tell(random.choice(CALM), round(random.random(), 3))
                self.show.tell(f"/sleeper/{random.randint(1, 240)}/beat")
                if random.random() < 0.01:
                    self.show.tell("/show/phase", random.choice(("harmony", "glitch", "resolution")))
            time.sleep(0.05)

    # faults

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """The process that draws; what was given before is asked for afterwards."""
        before = self.show.guarded()
        glow = random.randint(1, 127) / 64
        self.show.give("/sleeper/11/glow", glow)
        time.sleep(random.uniform(0.1, 1.1))  # anywhere between two snapshots
        os.kill(before["process"], number)
        self.show.plays(before["process"])
        self.expect("/sleeper/11/glow", glow)

    def stop(self) -> None:
        self.kill(signal.SIGSTOP)

    def kill_sound(self) -> None:
        before = self.show.wait(lambda s: s.get("sound_playing"), "sound")
        os.kill(before["sound_process"], signal.SIGKILL)
        self.show.wait(
            lambda s: s.get("sound_playing") and s["sound_process"] != before["sound_process"], "sound again"
        )

    def kill_both(self) -> None:
        before = self.show.guarded()
        for process in (before.get("sound_process"), before["process"]):
            if process:
                os.kill(process, signal.SIGKILL)
        self.show.plays(before["process"])

    def lose_screen(self) -> None:
        self.show.guarded()
        self.close_screen()
        self.show.wait(lambda s: s.get("present") == "nowhere", "a show without a screen")
        self.perform(2.0)
        self.open_screen()
        self.show.wait(lambda s: s.get("present") not in ("nowhere", None), "the screen")

    def lose_sound(self) -> None:
        assert self.sound is not None
        self.sound.close()
        self.show.wait(lambda s: not s.get("sound_playing"), "silence")
        self.perform(1.0)
        self.sound.open()
        self.show.wait(lambda s: s.get("sound_playing"), "sound again")

    def spoil_settings(self) -> None:
        """The config becomes garbage; a restart must not care."""
        self.show.config.write_bytes(b"\xff\x00 garbage [[[")
        self.kill()

    def flood(self, seconds: float = 4.0, rate: int = 5000) -> None:
        """5,000 messages a second on the same faders."""
        packets = [_message(address, i / 50) for i in range(50) for address in CALM]
        self._send(packets, seconds, rate)
        self.flooded += int(seconds * rate)

    def babble(self, seconds: float = 4.0, rate: int = 5000) -> None:
        """Datagrams that mean nothing, or harm."""
        packets = [random.randbytes(random.randint(0, 200)) for _ in range(500)]
        packets += [b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xf0", b"/a\0\0,", b"/dream/unrest\0\0\0,f\0\0\x7f\xc0\0\0"]
        self._send(packets, seconds, rate)
        self.garbage += int(seconds * rate)

    def crowd(self, seconds: float = 1.5) -> None:
        """Phones, questions, junk, bangs and looks beside the performer; what is given then is taken as ever."""
        for load, rate in CROWDS:
            command = [sys.executable, str(CROWD), str(self.show.port), load, str(rate), str(seconds)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as others:
                self.perform(seconds)
                self.crowded += int(others.communicate()[0])
        glow = random.randint(1, 127) / 64
        self.show.give("/sleeper/12/glow", glow)
        self.expect("/sleeper/12/glow", glow)

    def _send(self, packets: list[bytes], seconds: float, rate: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            began, sent = time.monotonic(), 0
            while (now := time.monotonic()) - began < seconds:
                due = int((now - began) * rate)
                for i in range(sent, due):
                    with suppress(OSError):
                        link.sendto(packets[i % len(packets)], ("127.0.0.1", self.show.port))
                sent = due
                time.sleep(0.002)

    def expect(self, address: str, value: float) -> None:
        """What was given is still there: the newest journal or what is kept says so."""
        data = self.show.home / ".local/share/sleeptree/journals"
        wanted = f'"{address}",{value!r}'
        with suppress(AssertionError):
            wait(lambda: any(wanted in path.read_text("utf-8") for path in data.glob("*.journal")), address, 60.0)
            return
        self.lost.append(f"{address} {value}")


def _message(address: str, value: float) -> bytes:
    from pythonosc.osc_message_builder import OscMessageBuilder

    builder = OscMessageBuilder(address)
    builder.add_arg(value, "f")
    return builder.build().dgram


def wait(true: Callable[[], object], what: str, patience_s: float = 180.0) -> None:
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, f"still waiting for {what}"
        time.sleep(0.02)


# the whole


def soak(minutes: float) -> dict[str, Any]:
    """Run it; everything measured."""
    with stage(minutes) as run:
        run.show.start(score="festival")
        run.show.plays()
        _faults(run, time.monotonic() + 60.0 * minutes)
        code, _, err = run.show.end()
        wait(lambda: not run.show.processes(), "nobody to be left")
        return figures(run, code, err)


def kills(times: int) -> dict[str, Any]:
    """The process that draws, killed so many times in a row; how long there was no picture, and what was forgotten."""
    with stage() as run:
        run.show.start(score="festival")
        run.show.plays()
        for i in range(times):
            print(f"kill {i + 1} of {times}", flush=True)
            run.perform(0.5)
            run.kill()
        code = run.show.end()[0]
        backs = [line["without_picture_s"] for line in run.show.log("back")]
        pairs = zip(run.show.log("restart"), run.show.log("goes on"), strict=True)
        ages = [(died["tick"] - on["tick"]) / ticks.RATE for died, on in pairs]  # from the last tick that it told
        said: dict[str, Any] = {
            "kills": times,
            "without_picture_s": {"median": statistics.median(backs), "worst": max(backs)},
            "state_age_s": {"median": statistics.median(ages), "worst": max(ages)},
            "lost": run.lost,
        }
        said["promises"] = {
            "a picture within 2 s of every crash": len(backs) == times and max(backs) <= 2.0,
            "the state is at most 1 s old": max(ages) <= 1.0,
            "nothing that was given is lost": not run.lost,
            "it ends with exit code 0": code == 0,
        }
        return said


@contextmanager
def stage(minutes: float = 0.0, sound: bool = True) -> Iterator[Soak]:
    """A show with a screen and a sound server of its own, not yet begun; nothing of it is left afterwards."""
    display = next(n for n in range(300, 400) if not Path(f"/tmp/.X11-unix/X{n}").exists())
    screen = {"DISPLAY": f":{display}", "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": "x11"}
    house = House(Path(tempfile.mkdtemp(prefix="sth"))) if sound and all(map(shutil.which, TOOLS)) else None
    if house is None and sound:
        print("PulseAudio is not installed: soaking without sound", file=sys.stderr)
    if house is not None:
        house.open()
        screen |= {name: house.environment[name] for name in ("PULSE_SERVER", "ALSA_CONFIG_PATH", "PULSE_RUNTIME_PATH")}
    # faults come far more often here than the limit means: without raising it, the calm scene would take over
    care = "failures = 1000\nwithin_s = 60\n"
    show = Playing(screen, care=care, size="640x360", sound=house is not None, threads=os.cpu_count() or 1)
    run = Soak(show, minutes, display, house)
    try:
        run.open_screen()
        yield run
    finally:
        show.close()
        run.close_screen()
        if house is not None:
            house.close()
            shutil.rmtree(house.folder, ignore_errors=True)


def _faults(run: Soak, until: float) -> None:
    """First what no process dies of, so that one lives for half of the time; then everything, round and round.

    Everything comes at least once, however long a slow machine takes for it.
    """
    kind: list[Callable[[], None]] = [run.flood, run.babble, run.crowd]
    cruel: list[Callable[[], None]] = [run.kill, run.stop, run.kill_both, run.lose_screen, run.spoil_settings]
    if run.sound is not None:
        kind += [run.kill_sound, run.lose_sound]
    began = time.monotonic()
    run.rest(min(10.0, 6.0 * run.minutes))
    parts = [([*kind, *cruel], until)]
    if run.minutes >= 4.0:
        parts.insert(0, (kind, began + (until - began) / 2))
    for faults, end in parts:
        rounds = max(1.0, (end - time.monotonic()) / 600.0)
        quiet = max(1.0, (end - time.monotonic()) / rounds / len(faults) - 8.0)
        while time.monotonic() < end - 12.0 or not {fault.__name__ for fault in faults} <= {*run.faults}:
            for fault in faults:
                if time.monotonic() >= end - 12.0 and fault.__name__ in run.faults:
                    continue
                print(f"{until - time.monotonic():6.0f} s to go: {fault.__name__.replace('_', ' ')}", flush=True)
                fault()
                run.faults.append(fault.__name__)
                run.rest(min(quiet, max(0.0, end - time.monotonic() - 5.0)))


def figures(run: Soak, code: int, err: str) -> dict[str, Any]:
    """Everything that was measured, and whether it keeps the promises."""
    backs = [line["without_picture_s"] for line in run.show.log("back")]
    hangs = [line["silent_s"] for line in run.show.log("hang")]
    ages = [(line["tick"], line["snapshot"]) for line in run.show.log("goes on")]
    lives, settled = _lives(run.samples, 6.0), _lives(run.samples, SETTLING_S)
    grown = [_growth([s["memory_mb"] for s in life]) for life in settled if _seconds(life) > 60.0]
    longest = max(lives, key=len, default=[])
    frames = longest[-1]["frame_ms"] if longest else {}
    tiers = {name: [s[name] for s in longest] or [0] for name in ("threads", "descriptors")}
    supervisor = [s["supervisor_mb"] for s in run.samples if s["supervisor_mb"]]
    said: dict[str, Any] = {
        "minutes": run.minutes,
        "faults": len(run.faults),
        "restarts": len(run.show.log("restart")),
        "without_picture_s": {
            "n": len(backs),
            "median": statistics.median(backs or [0]),
            "worst": max(backs, default=0),
        },
        "hang_noticed_s": max(hangs, default=None),
        "snapshots_resumed": len(ages),
        "lost": run.lost,
        "flooded": run.flooded,
        "garbage": run.garbage,
        "crowded": run.crowded,
        "refused": sum(s.get("refused", {}).get("malformed", 0) for s in run.samples[-1:]),
        "frame_ms": frames,
        "memory_mb": {"first": longest[0]["memory_mb"], "last": longest[-1]["memory_mb"]} if longest else {},
        "memory_growth_mb": max(grown, default=None),
        "memory_watched_s": round(max(map(_seconds, settled), default=0.0)),
        "supervisor_mb": [supervisor[0], max(supervisor)] if supervisor else [],
        "threads": [min(tiers["threads"]), max(tiers["threads"])],
        "threads_risen": _risen(tiers["threads"]),
        "descriptors": [min(tiers["descriptors"]), max(tiers["descriptors"])],
        "descriptors_risen": _risen(tiers["descriptors"]),
        "xruns": max((s.get("xruns", 0) for s in run.samples), default=None),
        "samples": len(run.samples),
        "exit_code": code,
        "stderr": err[-2000:],
    }
    said["promises"] = promises(run, said)
    return said


def _lives(samples: list[dict[str, Any]], settling_s: float) -> list[list[dict[str, Any]]]:
    """Samples by the process that they are of, without its beginning."""
    by: dict[int, list[dict[str, Any]]] = {}
    for sample in samples:
        by.setdefault(sample["process"], []).append(sample)
    return [[s for s in life if s["soaked_s"] - life[0]["soaked_s"] > settling_s] for life in by.values()]


def _seconds(life: list[dict[str, Any]]) -> float:
    return float(life[-1]["soaked_s"] - life[0]["soaked_s"]) if life else 0.0


def _growth(values: list[float]) -> float:
    """Median of the last quarter over that of the first."""
    quarter = max(1, len(values) // 4)
    return round(statistics.median(values[-quarter:]) - statistics.median(values[:quarter]), 2)


def _risen(values: list[int]) -> int:
    """The least of the second half over that of the first: what is open for a moment, such as a file, is no leak."""
    half = (len(values) + 1) // 2
    return min(values[-half:]) - min(values[:half])


def promises(run: Soak, said: dict[str, Any]) -> dict[str, bool]:
    """care.md's table, as far as a soak can tell."""
    steady = said["memory_growth_mb"]
    memory = {} if steady is None else {"memory grows by less than 5 MB once it has settled": steady < 5.0}
    return {
        **memory,
        "a picture within 2 s of every crash": said["without_picture_s"]["n"] > 0
        and all(line["without_picture_s"] <= 2.0 for line in run.show.log("back")),
        "a hang is noticed within 3 s": said["hang_noticed_s"] is None or said["hang_noticed_s"] <= 3.0,
        "every restart went on where the show was": len(run.show.log("goes on")) == said["restarts"],
        "nothing that was given is lost": not said["lost"],
        "threads are flat": said["threads_risen"] <= 2,
        "descriptors are flat": said["descriptors_risen"] <= 2,
        "99 of 100 pictures within 17.5 ms": said["frame_ms"].get("p99", 1e9) <= 17.5,
        "no picture later than 50 ms": said["frame_ms"].get("worst", 1e9) <= 50.0,
        "it ends with exit code 0 and leaves nobody": said["exit_code"] == 0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=0, help="only kill the process that draws, so many times")
    parser.add_argument("--json", type=Path, help="write everything that was measured")
    given = parser.parse_args()
    said = kills(given.kills) if given.kills else soak(given.minutes)
    if given.json is not None:
        given.json.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    for name, value in said.items():
        if name not in ("promises", "stderr"):
            print(f"{name:20} {value}")
    for promise, held in said["promises"].items():
        print(f"{'pass' if held else 'FAIL'}  {promise}")
    sys.exit(0 if all(said["promises"].values()) else 1)


if __name__ == "__main__":
    main()
