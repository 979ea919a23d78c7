"""A node of a cloud without pictures: a show, its desk and journal, as a process that says each second how it is.

`python -m tests.harness.cloudnode NAME PORT --connect PORT ... --named NAME ... --rate 25 --seconds 20`
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

from installation import repertoire
from installation.cloud.desk import CloudDesk
from installation.cloud.service import CloudService
from installation.cloud.wire import Gone, Hear, Wire
from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.model.score import parse
from installation.model.ticks import SECOND
from installation.recording.journal import Journal, digest
from installation.remote.inbox import Source
from installation.session.cloud import version
from installation.show import Show, advance
from installation.venue.cloud import CloudSettings

HAND = Source("udp", "10.0.0.9", 9000)
PLAYED = ("/light/hue", "/dream/unrest", "/light/glow", "/camera/orbit", "/sound/space")


def shown(seed: int = 7) -> Show:
    """The show that they play."""
    text = places.score("abridged").read_text(encoding="utf-8")
    return Show(parse(text, "abridged"), seed, repertoire.found().scenes)


def settings(port: int, others: Iterable[int], named: Iterable[str]) -> CloudSettings:
    """A node on this machine at `port`, which looks for others at theirs."""
    return CloudSettings(nodes=tuple(named), port=port, connect=tuple(f"127.0.0.1:{other}" for other in others))


class CountedWire(Wire):
    """A wire that counts what it was given to send, once whoever hears it."""

    said = 0

    def send(self, node: str, data: bytes) -> None:
        self.said += len(data)
        super().send(node, data)


class CloudNode:
    """One node in this process."""

    def __init__(self, name: str, made: CloudSettings, folder: Path, seed: int = 7, changed: str = "") -> None:
        self.show = shown(seed)
        self.name, self.false_ns = name, random.Random(name).randint(-1000, 1000) * SECOND
        known = {**version(self.show), **({'scene "mural"': changed} if changed else {})}
        self.service = CloudService(
            "test",
            name,
            made,
            known,
            self.show,
            self.clock,
            lambda life, hear, gone: self._opened(made, life, hear, gone),
            time.time_ns() // 1000,
        )
        self.journal = Journal(folder / name, self.show, time.time())
        self.service.moved.append(lambda show: self.journal.begin_anew(show, time.time()))
        self.desk = CloudDesk(self.show, folder / f"{name}-looks", self.service, (), self.journal.write)

    def _opened(self, made: CloudSettings, life: int, hear: Hear, gone: Gone) -> CountedWire:
        self.wire = CountedWire("test", self.name, life, made, hear, gone)
        return self.wire

    def clock(self) -> int:
        """A clock of its own, far from everybody else's."""
        return time.monotonic_ns() + self.false_ns

    def steps(self) -> Iterator[int]:
        """Every tick that is due, one after the other: where the show is then."""
        for _ in range(self.service.due(self.show, self.clock())):
            advance(self.show, self.desk, (self.service,), self.clock())
            self.journal.mark(self.show, time.time())
            yield self.show.tick

    def close(self) -> None:
        self.desk.close()
        self.service.close()
        self.journal.close(self.show, time.time())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("port", type=int)
    parser.add_argument("--connect", type=int, nargs="*", default=[])
    parser.add_argument("--named", nargs="*", default=[])
    parser.add_argument("--rate", type=float, default=25.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--every", type=int, default=ticks.RATE, help="ticks from one line to the next")
    parser.add_argument("--changed", default="")
    parser.add_argument("--folder", type=Path, required=True)
    wanted = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # lines are for who reads them
    made = settings(wanted.port, wanted.connect, wanted.named)
    chance = random.Random(wanted.name)
    node = CloudNode(wanted.name, made, wanted.folder, changed=wanted.changed)
    began, said = time.monotonic(), 0
    try:
        while time.monotonic() - began < wanted.seconds:
            time.sleep(1.0 / 240.0)  # the benchmark's own beat: what is due is asked twice a tick
            for tick in node.steps():
                if tick % wanted.every == 0:
                    tell(node)
            while node.service.node.born and said < (time.monotonic() - began) * wanted.rate:
                said += 1
                address = chance.choice(PLAYED)
                node.desk.receive(address, [round(chance.random(), 3)], HAND, node.clock())
    except Mistake as error:
        print(json.dumps({"refused": str(error)}), flush=True)
        return 2
    finally:
        node.close()
    return 0


def tell(node: CloudNode) -> None:
    """One line: the tick, when it was, and what the show was."""
    inner = node.service.node
    said = {
        "tick": node.show.tick,
        "at_ns": time.monotonic_ns(),
        "digest": digest(node.show.moment()),
        "conducts": inner.conducting,
        "term": inner.term[0],
        "missed": inner.missed,
        "corrections": inner.corrections,
        "cpu_s": time.process_time(),
        "show_s": time.thread_time(),
        "waited_s": waited_s(),
        "said": node.wire.said,
        "refused": dict(node.service.counters.refused),
        "taken": node.desk.counters.counted["taken"],
    }
    print(json.dumps(said), flush=True)


def waited_s() -> float:
    """For how long this thread could have run and had no core: Linux's count."""
    return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / SECOND


if __name__ == "__main__":
    sys.exit(main())
