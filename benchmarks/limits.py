"""A show at its limits: what the machine refuses it, minutes of each, and whether OSC is answered all the while.

    python benchmarks/limits.py [--seconds 120] [--limits few-files,full-disk,...] [--json FILE]

few-files: 256 descriptors. full-disk: half a megabyte for journals, written full. unread: nobody reads stderr, whose
pipe is full. closed: there is no stderr. half-open: 500 HTTP requests that never end. connections: 1,000 TCP
connections to OSC. Each is a whole `sleeptree play` on an X server of its own. Once a second, which is as often as
anybody is told everything, a value is set and asked for. Printed are the share of answers within a second, their times,
pictures a second, restarts and its last words.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from soak import stage, wait  # beside this file
from tables import table

from tests.harness.limits import fill, full_pipe, half_opened, small_disk
from tests.harness.playing import Playing

ASKED, EVERY_S, WITHIN_S = "/sleeper/7/glow", 1.05, 1.0
HALVES, LINKS = 500, 1000


@contextmanager
def few_files(show: Playing) -> Iterator[None]:
    """As many descriptors as a usual soft limit leaves."""
    show.prefix = ["bash", "-c", 'ulimit -n 256; exec "$@"', "few"]
    with half_open(show):
        yield


@contextmanager
def full_disk(show: Playing) -> Iterator[None]:
    """No room for another byte of a journal."""
    folder = show.home / ".local/share/sleeptree"
    with small_disk(folder):
        begin(show)
        fill(folder / "rubbish")
        yield


@contextmanager
def unread(show: Playing) -> Iterator[None]:
    """A terminal that is held up."""
    ours, show.stderr = full_pipe()
    begin(show)
    os.close(show.stderr)
    yield
    os.close(ours)


@contextmanager
def closed(show: Playing) -> Iterator[None]:
    """A terminal that was never there."""
    show.prefix = ["bash", "-c", 'exec "$@" 2>&-', "closed"]
    begin(show)
    yield


@contextmanager
def half_open(show: Playing) -> Iterator[None]:
    """Requests that never end."""
    begin(show)
    with half_opened(show.port + 1, HALVES):
        yield


@contextmanager
def connections(show: Playing) -> Iterator[None]:
    """Strangers who hold on to OSC's TCP."""
    begin(show)
    with half_opened(show.port, LINKS, words=b""):
        yield


def begin(show: Playing) -> None:
    """Until it plays, and another process stands by."""
    show.start()
    show.guarded()


LIMITS: Mapping[str, Callable[[Playing], AbstractContextManager[None]]] = {
    "few-files": few_files,
    "full-disk": full_disk,
    "unread": unread,
    "closed": closed,
    "half-open": half_open,
    "connections": connections,
}


def answered(link: socket.socket, value: float) -> float | None:
    """Seconds until it says that the value is the one just set; None where it does not in time."""
    began = time.monotonic()
    message = OscMessageBuilder(ASKED)
    message.add_arg(value, "f")
    link.send(message.build().dgram)
    link.send(OscMessageBuilder("/sync").build().dgram)
    while (left := began + WITHIN_S - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            data = link.recv(65_536)
        except (TimeoutError, ConnectionRefusedError):
            continue
        messages = list(OscBundle(data)) if OscBundle.dgram_is_bundle(data) else [OscMessage(data)]
        if any(isinstance(m, OscMessage) and m.address == ASKED and m.params == [value] for m in messages):
            return time.monotonic() - began
    return None


def measured(name: str, seconds: float) -> dict[str, Any]:
    """One show at one of its limits."""
    with stage(sound=False) as run:
        show = run.show
        text = show.config.read_text(encoding="utf-8")
        query = f"[oscquery]\nport = {show.port + 1}"
        show.config.write_text(text.replace("[oscquery]\nenabled = false", query), "utf-8")
        answers: list[float | None] = []
        rates: list[float] = []
        with LIMITS[name](show), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.connect(("127.0.0.1", show.port))
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                answers.append(answered(link, len(answers) % 64 / 64))
                rates.append(show.state.get("fps", 0.0))
                time.sleep(EVERY_S)
            state = show.state
            code, _, err = show.end()
        wait(lambda: not show.processes(), "nobody to be left")
    taken = sorted(one * 1e3 for one in answers if one is not None)
    return {
        "limit": name,
        "asked": len(answers),
        "answered %": 100.0 * len(taken) / len(answers),
        "median ms": statistics.median(taken) if taken else float("nan"),
        "longest ms": taken[-1] if taken else float("nan"),
        "pictures/s": statistics.median(rates),
        "restarts": state["restarts"],
        "exit": code,
        "traceback": "Traceback" in (err or ""),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--limits", default=",".join(LIMITS))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = []
    for name in given.limits.split(","):
        rows.append(measured(name, given.seconds))
        print(table(rows[-1:]), flush=True)
    print(table(rows, "limits"))
    if given.json is not None:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
