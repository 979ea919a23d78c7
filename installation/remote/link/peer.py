"""One place in a Link session, as a program of its own: says how many others there are, and their tempo.

It is run by its path, and knows nothing of the project: aalink is under the GPL, and Link's own threads may fail
without taking a show with them. It ends when its standard input does.

Who joins a session takes its tempo, and of two that meet the elder's stays. A show has no tempo that anybody should
take. So it waits until somebody else is heard (peers say four times a second that they are there), and only then
opens a session of its own, which is younger than theirs; alone again, it closes that.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Any

GROUP, PORT, WORD = "224.76.78.75", 20_808, b"_asdp_v"
"""Where peers are heard, and how their datagrams begin."""

LISTEN_S = 1.0
EVERY_S = 0.05
SAID_S = 1.0
"""After so many seconds the same is said again: so that who reads knows that somebody is there."""
ALONE_S = 3.0
"""Without others, after which the session is closed."""


def anybody(seconds: float) -> bool:
    """Whether somebody is heard within so many seconds, on any of this machine's networks."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        link.bind((GROUP, PORT))
        for index, _ in socket.if_nameindex():  # anew each time: a network may have come
            with suppress(OSError):
                one = struct.pack("4s4si", socket.inet_aton(GROUP), bytes(4), index)
                link.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, one)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0.0:
            if select.select([link], [], [], left)[0] and link.recv(2048).startswith(WORD):
                return True
    return False


class Saying:
    """What is said, a line of JSON each; what is the same, once a second."""

    def __init__(self) -> None:
        self._said, self._at = "", 0.0

    def say(self, peers: int, tempo: float) -> None:
        """So many others are there, and their tempo in beats a minute; 0 and 0 for nobody."""
        line = json.dumps({"peers": peers, "tempo": round(tempo, 3)})
        now = time.monotonic()
        if line != self._said or now - self._at >= SAID_S:
            self._said, self._at = line, now
            print(line, flush=True)


async def follow(make: Any, saying: Saying) -> None:
    """Wait for others and go with them, for ever."""
    while True:
        saying.say(0, 0.0)
        try:
            there = await asyncio.to_thread(anybody, LISTEN_S)
        except OSError as error:
            print(f"Link's port can't be listened to: {error.strerror}", flush=True)
            await asyncio.sleep(LISTEN_S)
            continue
        if there:
            await _along(make(120.0), saying)


async def _along(link: Any, saying: Saying) -> None:
    """In their session, as long as anybody is there."""
    link.enabled = True
    alone = 0.0
    while alone < ALONE_S:
        alone = 0.0 if link.num_peers else alone + EVERY_S
        saying.say(link.num_peers, link.tempo if link.num_peers else 0.0)
        await asyncio.sleep(EVERY_S)
    link.enabled = False


def _end_with_input() -> None:
    with suppress(OSError):
        while os.read(0, 4096):  # not sys.stdin: its lock would be held where this process ends by itself
            pass
    os._exit(0)


def main() -> None:
    """Until whoever reads it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the show ends it, after its fade
    threading.Thread(target=_end_with_input, daemon=True).start()
    from aalink import Link

    asyncio.run(follow(Link, Saying()))


if __name__ == "__main__":
    main()
