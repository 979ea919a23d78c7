"""What a stream costs: CPU of a show with and without one, and how long the painter hands a picture over.

    python benchmarks/stream.py [--seconds 20] [--size 1280x720] [--worker process] [--json FILE]

A show is drawn `--fps` times a second on one thread in the machine's own time, without a window and loudspeakers. The
stream goes to a socket of this machine (udp) at 1280x720, 30 a second. `show` is the process that draws, `stream` the
one that packs and sends; `handed over` is the time that the painter spends on it. With `--worker thread`, for
comparison, pictures are packed in a thread of the show instead.
"""

from __future__ import annotations

import argparse
import json
import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread

import numpy as np
from processes import cpu_s  # beside this file
from tables import table

from installation.foundation import places
from installation.light.picture import Picture, Pixels, look, prepare
from installation.model import ticks
from installation.model.score import parse
from installation.recording.nights import wall
from installation.repertoire import found
from installation.show import Show
from installation.status import Status
from installation.stream.broadcast import Broadcast
from installation.stream.streamer import Streamer
from installation.venue.settings import Hearing, size
from installation.venue.streaming import StreamSettings

AT_S = 200.0  # of the festival's arc: glitch
Take = Callable[[Pixels, int], None]


class Packer:
    """What a stream could be instead: a thread of the show, without the sound."""

    def __init__(self, stream: StreamSettings) -> None:
        self._to, self._given = Broadcast(stream.url, stream), Queue[tuple[Pixels, int] | None](1)
        self._to.begin(0)
        self._thread, self._slot = Thread(target=self._run), -1
        self._thread.start()

    def take(self, frame: Pixels, tick: int) -> None:
        slot = tick * 30 // ticks.RATE
        if slot != self._slot:
            self._slot = slot
            with suppress(Full):
                self._given.put_nowait((frame.copy(), tick))

    def _run(self) -> None:
        while (given := self._given.get()) is not None:
            self._to.show(*given)

    def close(self) -> None:
        with suppress(Empty):
            self._given.get_nowait()
        self._given.put(None)
        self._thread.join()
        self._to.close()


def played(show: Show, picture: Picture, seconds: float, fps: int, take: Take, follow: Take) -> dict[str, float]:
    """CPU milliseconds a second of this process, pictures a second, and milliseconds to hand one over."""
    canvas = np.zeros((picture.height, picture.width), np.uint32)
    spent, drawn, first = [], 0, show.tick
    cpu, began = time.process_time(), time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        while show.tick - first < now * ticks.RATE:
            show.step()
            follow(canvas, show.tick)
        picture.draw(look(show, picture.width / picture.height), canvas, 1 / fps)
        handing = time.perf_counter()
        take(canvas, show.tick)
        spent.append(1e3 * (time.perf_counter() - handing))
        drawn += 1
        time.sleep(max(0.0, drawn / fps - (time.monotonic() - began)))
    used = 1e3 * (time.process_time() - cpu) / seconds
    middle, worst = float(np.median(spent)), float(np.max(spent))
    return {"show CPU ms/s": used, "fps": drawn / seconds, "handed over ms": middle, "at worst ms": worst}


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    wanted.add_argument("--seconds", type=float, default=20.0)
    wanted.add_argument("--fps", type=int, default=30)
    wanted.add_argument("--size", default="1280x720")
    wanted.add_argument("--worker", choices=("process", "thread"), default="process")
    wanted.add_argument("--json", type=Path)
    given = wanted.parse_args()
    prepare(lambda _: None)
    arc = parse(places.score("festival").read_text(encoding="utf-8"), "festival")
    rows: list[dict[str, object]] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        stream = StreamSettings().to(f"udp://127.0.0.1:{server.getsockname()[1]}")
        show = Show(arc, 1, found().scenes)
        while show.tick < AT_S * ticks.RATE:
            show.step()
        for streamed in (False, True):
            with closing(Picture(*size(given.size), 1, 1)) as picture:
                rows.append(one(show, picture, given.seconds, given.fps, stream, streamed and given.worker))
    rows = [{key: row.get(key, "-") for key in rows[-1]} for row in rows]  # of a stream there is more to say
    print(table(rows, f"{given.size}, {given.fps} a second, on one thread; streamed from a {given.worker}"))
    if given.json is not None:
        given.json.write_text(json.dumps(rows, indent=2) + "\n")


def one(
    show: Show, picture: Picture, seconds: float, fps: int, stream: StreamSettings, worker: str | bool
) -> dict[str, object]:
    """A row: so many seconds of a show, streamed by a process, by a thread, or not at all."""
    if not worker:
        return {"streamed": "no", **played(show, picture, seconds, fps, lambda *_: None, lambda *_: None)}
    if worker == "thread":
        with closing(Packer(stream)) as packer:
            return {"streamed": worker, **played(show, picture, seconds, fps, packer.take, lambda *_: None)}
    with closing(Streamer(stream, 1, Hearing(), print, wall)) as streamer:
        streamer.start()
        while not streamer.gauge(Status()).stream_connected:
            time.sleep(0.05)
        assert streamer.process is not None
        before = cpu_s(streamer.process)
        row = played(show, picture, seconds, fps, streamer.take, lambda _, tick: streamer.follow(show, 1.0))
        status = streamer.gauge(Status())
        used = 1e3 * (cpu_s(streamer.process) - before) / seconds
        counts = {"sent": status.stream_sent, "dropped": status.stream_dropped}
        return {"streamed": worker, **row, "stream CPU ms/s": used, **counts}


if __name__ == "__main__":
    main()
