"""What being played costs: messages a second, the way from datagram to Moment, and a flood beside the pictures.

    python benchmarks/osc.py [--json FILE] [--seconds 5] [--rounds 3] [--size 1920x1080] [--parts rate,latency,...]

rate: one socket in another process sends to this show's server and to python-osc's own two, each in a process of its
own with the same 40 addresses; what arrived is counted, and the CPU that it cost. latency: `/sleeper/N/rate` at odd
times while the piece is drawn at --size, from just before `send` until the tick with the new Moment is done. flood:
20,000 messages a second, in turn with as long a time without; the times between pictures of both. crowds: phones,
/sync, junk, bangs and presets beside a performer on the same host (tests/harness/crowd.py). replay: ten busy
minutes played and replayed, a digest of Moment and lights each second. Senders share the machine with the show.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from tables import table  # beside this file

from installation.controls import TABLE, Accepted
from installation.light.picture import prepare
from installation.live.painter import Painter
from installation.live.stage import Stage
from installation.model import ticks
from installation.recording.journal import Journal, digest
from installation.recording.nights import wall
from installation.recording.replay import Replay, read
from installation.remote.access import RateLimit
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.osc import codec
from installation.remote.osc.server import Server
from installation.session.production import Production, cores, load_production
from installation.session.request import Request
from installation.show import Follower, Show
from installation.venue.settings import Size, size

FLOOD = 20_000
RATES = (5_000, 8_000, 10_000, 20_000)
NUMBERS = [
    row.address for row in TABLE.values() if row.kind == "number" and row.role == "input" and "/N/" not in row.address
]
ADDRESSES = [*NUMBERS, *(f"/sleeper/{n}/glow" for n in range(1, 41))][:40]
OURS, OPEN = "SleepTree", "SleepTree, no limit"
SERVERS = (OURS, OPEN, "BlockingOSCUDPServer", "ThreadingOSCUDPServer")


# ---- the other processes


def send(port: int, rate: int, seconds: float) -> None:
    """`rate` messages a second, evenly; says how many."""
    packets = [codec.encode(address, [k / 100]) for k in range(100) for address in ADDRESSES]
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect(("127.0.0.1", port))
    began, sent, many = time.perf_counter(), 0, int(rate * seconds)
    while sent < many:
        due = min(many, int((time.perf_counter() - began) * rate))
        for k in range(sent, due):
            link.send(packets[k % len(packets)])
        sent = due
        time.sleep(0.001)
    print(sent)


def touch(port: int, seconds: float) -> None:
    """A message at odd times, about a hundred a second; says when each was sent (monotonic ns)."""
    draw, said = random.Random(1), []
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect(("127.0.0.1", port))
    for k in range(int(100 * seconds)):
        packet = codec.encode(f"/sleeper/{k % 240 + 1}/rate", [0.5])
        said.append(time.monotonic_ns())
        link.send(packet)
        time.sleep(draw.uniform(0.005, 0.015))
    print(json.dumps(said))


def serve(kind: str) -> None:
    """Listen until a line comes in; say the port first, and last how many messages were taken and the CPU seconds."""
    if kind in (OURS, OPEN):
        show = load_production(Request()).show()
        desk = Desk(show, Path(tempfile.mkdtemp()))
        server = Server(desk, "127.0.0.1", 0, limit=RateLimit(rate=1e9, burst=1e9) if kind == OPEN else None)
        server.start()
        server.wait(5.0)
        print(server.port, flush=True)
        cpu = time.process_time()
        stop = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.readline(), stop.set())).start()
        while not stop.wait(1 / 120):
            desk.deliver(show, time.monotonic_ns())
        server.close()
        desk.deliver(show, time.monotonic_ns())
        taken = desk.counters.counted["taken"] + desk.inbox.merged + desk.counters.counted["superseded"]
        print(json.dumps([taken, time.process_time() - cpu]))
        return
    from pythonosc import dispatcher, osc_server

    heard = [0]

    def take(address: str, *arguments: object) -> None:
        heard[0] += 1

    routes = dispatcher.Dispatcher()
    for address in ADDRESSES:
        routes.map(address, take)
    theirs = getattr(osc_server, kind)(("127.0.0.1", 0), routes)
    print(theirs.server_address[1], flush=True)
    threading.Thread(target=theirs.serve_forever, daemon=True).start()
    cpu = time.process_time()
    sys.stdin.readline()
    print(json.dumps([heard[0], time.process_time() - cpu]))
    os._exit(0)  # the threading server may hold thousands of threads


def started(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


# ---- rate


def rate(seconds: float, rounds: int) -> list[dict[str, Any]]:
    rows = []
    for kind in SERVERS:
        for wanted in RATES:
            tries = [arrived(kind, wanted, seconds) for _ in range(rounds)]
            share, cpu = max(share for share, _ in tries), statistics.median(cpu for _, cpu in tries)
            rows.append({"server": kind, "sent_per_s": wanted, "arrived": share, "cpu_us_per_message": cpu})
    return rows


def arrived(kind: str, wanted: int, seconds: float) -> tuple[float, float]:
    """The share of messages that arrived, and microseconds of CPU for each of them."""
    server = started("--serve", kind)
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    sender = started("--send", port, wanted, seconds)
    sent = int(sender.communicate()[0])
    time.sleep(0.5)
    taken, cpu = json.loads(server.communicate("\n")[0])
    return taken / sent, 1e6 * cpu / max(1, taken)


# ---- beside the pictures


class Wall:
    """A screen without glass: memory to draw into, and when each picture was shown."""

    display = type("Display", (), {"rate": 60})
    present, fullscreen, apart = "memory", True, False

    def __init__(self, pixels: Size) -> None:
        self.size = pixels
        self.canvas = np.zeros((pixels[1], pixels[0]), np.uint32)
        self.shown: list[int] = []

    def show(self) -> None:
        self.shown.append(time.monotonic_ns())

    def pressed(self) -> list[str]:
        return []

    def held(self) -> frozenset[str]:
        return frozenset()

    def toggle(self) -> None:
        pass

    def write(self, lines: Sequence[str]) -> None:
        pass


class Witness:
    """Sees when what was accepted is in a Moment."""

    def __init__(self) -> None:
        self._accepted: list[str] = []
        self.seen: dict[str, list[int]] = {}

    def record(self, tick: int, accepted: Accepted) -> None:
        self._accepted.append(accepted.address)

    def follow(self, show: Show, level: float) -> None:
        show.moment()
        now = time.monotonic_ns()
        for address in self._accepted:
            self.seen.setdefault(address, []).append(now)
        self._accepted.clear()


class Theatre:
    """The piece, played as `sleeptree play` plays it, on a wall of memory."""

    def __init__(self, production: Production, pixels: Size, folder: Path) -> None:
        prepare(lambda _: None)
        self.show = production.show()
        for _ in range(ticks.ticks(40.0)):  # out of the dark of the beginning
            self.show.step()
        self.wall, self.witness = Wall(pixels), Witness()
        self.painter = Painter(self.wall, lambda s: production.picture(s, cores()), time.monotonic_ns)
        self.desk = Desk(self.show, folder, record=self.witness.record)
        self.server = Server(self.desk, "127.0.0.1", 0)
        self.followers: list[Follower] = [self.witness]
        self.stage = Stage(
            self.show, self.painter, self.desk, clock=time.monotonic_ns, sleep=time.sleep, followers=self.followers
        )

    def __enter__(self) -> Theatre:
        self.server.start()
        self.server.wait(5.0)
        self._playing = threading.Thread(target=self.stage.play)
        self._playing.start()
        while len(self.wall.shown) < 60:  # the first pictures compile, and fill caches
            time.sleep(0.1)
        self.wall.shown.clear()
        return self

    def __exit__(self, *error: object) -> None:
        self.stage.end()
        self._playing.join()
        self.painter.close()
        self.server.close()


def latency(theatre: Theatre, seconds: float) -> dict[str, float]:
    sender = started("--touch", theatre.server.port, seconds)
    said = json.loads(sender.communicate()[0])
    time.sleep(0.2)
    waits = []
    for n in range(240):
        sent = said[n::240]
        seen = theatre.witness.seen.get(f"/sleeper/{n + 1}/rate", [])
        assert len(seen) == len(sent), "a message was lost"
        waits += [(b - a) / 1e6 for a, b in zip(sent, seen, strict=True)]
    pictures = np.diff(theatre.wall.shown) / 1e6
    return {
        "messages": len(waits),
        "median_ms": float(np.median(waits)),
        "p99_ms": float(np.percentile(waits, 99)),
        "worst_ms": float(np.max(waits)),
        "picture_median_ms": float(np.median(pictures)),
        "picture_p99_ms": float(np.percentile(pictures, 99)),
    }


def flood(theatre: Theatre, seconds: float, rounds: int) -> dict[str, Any]:
    counters, quiet, loud = theatre.desk.counters, [], []
    before = counters.counted["datagrams"]
    for _ in range(rounds):
        quiet.append(between(theatre, lambda: time.sleep(seconds)))
        loud.append(between(theatre, lambda: started("--send", theatre.server.port, FLOOD, seconds).communicate()))
    calm, flooded = np.concatenate(quiet), np.concatenate(loud)
    grown = [float(np.percentile(b, 99) / np.percentile(a, 99) - 1) for a, b in zip(quiet, loud, strict=True)]
    return {
        "sent": FLOOD * seconds * rounds,
        "seen": counters.counted["datagrams"] - before,
        "cut_by_the_rate_limit": counters.refused["rate"],
        "quiet_median_ms": float(np.median(calm)),
        "quiet_p99_ms": float(np.percentile(calm, 99)),
        "flood_median_ms": float(np.median(flooded)),
        "flood_p99_ms": float(np.percentile(flooded, 99)),
        "p99_grows_by": statistics.median(grown),
        "p99_grows_by_each_round": grown,
    }


def between(theatre: Theatre, meanwhile: Any) -> np.ndarray[Any, Any]:
    """Milliseconds from picture to picture while something goes on, without its first 0.3 s (a process starting)."""
    began = time.monotonic_ns()
    meanwhile()
    shown = [at for at in theatre.wall.shown if at > began + 300_000_000]
    return np.diff(shown) / 1e6


# ---- a crowd beside a performer

CROWDS = (("phones", 3_000), ("phones", 6_000), ("sync", 5_000), ("junk", 20_000), ("junk", 50_000))
CROWDS += (("ports", 20_000), ("bangs", 20_000), ("presets", 2_000))
CROWD = Path(__file__).parent.parent / "tests" / "harness" / "crowd.py"


def crowds(theatre: Theatre, seconds: float) -> list[dict[str, Any]]:
    """Each load for so long, and none, while a performer on the same host sends a hundred messages a second."""
    return [beside(theatre, load, rate, seconds) for load, rate in (("nobody", 0), *CROWDS)]


def beside(theatre: Theatre, load: str, rate: int, seconds: float) -> dict[str, Any]:
    theatre.witness.seen.clear()
    performer = started("--touch", theatre.server.port, seconds)
    began = time.monotonic_ns()
    if rate:
        command = [sys.executable, str(CROWD), str(theatre.server.port), load, str(rate), str(seconds)]
        crowd = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        crowd.communicate()
    sent = json.loads(performer.communicate()[0])
    ended = time.monotonic_ns()
    time.sleep(0.5)
    waits, taken = [], 0
    for n in range(240):
        said, seen = sent[n::240], theatre.witness.seen.get(f"/sleeper/{n + 1}/rate", [])
        taken += len(seen)
        waits += [(b - a) / 1e6 for a, b in zip(said, seen, strict=True)] if len(said) == len(seen) else []
    pictures = sum(began < at < ended for at in tuple(theatre.wall.shown))
    return {
        "crowd": f"{load} {rate:,}/s" if rate else load,
        "pictures_per_s": pictures / ((ended - began) / 1e9),
        "performer_taken": taken / max(1, len(sent)),
        "p50_ms": float(np.median(waits)) if waits else float("nan"),
        "p99_ms": float(np.percentile(waits, 99)) if waits else float("nan"),
    }


# ---- replay


def replay(production: Production, folder: Path, seconds: float) -> dict[str, Any]:
    show = production.show()
    journal = Journal(folder / "journals", show, wall())
    desk = Desk(show, folder / "presets", record=journal.write)
    draw, hand = random.Random(7), Source("udp", "127.0.0.1", 1)
    digests = []
    began = time.perf_counter()
    while show.tick < ticks.ticks(seconds):
        for _ in range(draw.choice((0, 0, 0, 0, 1, 1, 3))):
            desk.receive(draw.choice(NUMBERS), [draw.uniform(-1, 3)], hand, show.tick * 8_333_333)
            desk.receive(f"/sleeper/{draw.randint(1, 240)}/beat", [], hand, show.tick * 8_333_333)
        if draw.random() < 1 / 3600:
            desk.receive("/show/phase", [draw.choice(("harmony", "glitch", "resolution"))], hand, show.tick * 8_333_333)
        desk.deliver(show, show.tick * 8_333_333)
        show.step()
        journal.mark(show, wall())
        if show.tick % ticks.RATE == 0:
            digests.append(digest(show.moment(), show.lights()))
    journal.close(show, wall())
    played = time.perf_counter() - began
    began = time.perf_counter()
    performance = read(journal.path)
    again, source = performance.begin(production.scenes), Replay(performance)
    equal = []
    while again.tick < performance.last:
        source.deliver(again, 0)
        again.step()
        if again.tick % ticks.RATE == 0:
            equal.append(digest(again.moment(), again.lights()) == digests[len(equal)])
    return {
        "seconds": seconds,
        "controls": sum(map(len, performance.controls.values())),
        "journal_bytes": journal.path.stat().st_size,
        "digests_equal": sum(equal),
        "digests": len(digests),
        "snapshot_equal": again.snapshot() == show.snapshot(),
        "played_in_s": played,
        "replayed_in_s": time.perf_counter() - began,
    }


# ---- the tables


def shown(results: dict[str, Any]) -> str:
    """Every part as a table."""
    return "\n\n".join(
        table(found if isinstance(found, list) else [{"what": k, "is": v} for k, v in found.items()], part)
        for part, found in results.items()
    )


def measured(parts: Sequence[str], seconds: float, rounds: int, pixels: Size) -> dict[str, Any]:
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        if "rate" in parts:
            results["rate"] = rate(seconds, rounds)
        if "latency" in parts:
            with Theatre(load_production(Request()), pixels, Path(folder)) as theatre:
                results["latency"] = latency(theatre, 4 * seconds)
        if "flood" in parts:
            with Theatre(load_production(Request()), pixels, Path(folder)) as theatre:
                results["flood"] = flood(theatre, 2 * seconds, rounds)
        if "crowds" in parts:
            with Theatre(load_production(Request()), pixels, Path(folder)) as theatre:
                results["crowds"] = crowds(theatre, 2 * seconds)
        if "replay" in parts:
            results["replay"] = replay(load_production(Request()), Path(folder), 600.0)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=size, default=(1920, 1080))
    parser.add_argument("--parts", default="rate,latency,flood,crowds,replay")
    for other in ("--serve", "--send", "--touch"):
        parser.add_argument(other, nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if given.serve:
        serve(given.serve[0])
    elif given.send:
        send(int(given.send[0]), int(given.send[1]), float(given.send[2]))
    elif given.touch:
        touch(int(given.touch[0]), float(given.touch[1]))
    else:
        results = measured(given.parts.split(","), given.seconds, given.rounds, given.size)
        print(shown(results))
        if given.json:
            given.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
