"""A room full of phones in a process of its own: plain sockets, nothing of the project.

    python tests/harness/phones.py PORT MANY SECONDS TAPS [WORD]

MANY phones come, say hello with the WORD that hangs in the room, and lie down; says "there" then, and waits for a line.
For SECONDS each taps TAPS times a second, and what they are told is counted. Who is hung up on comes back as the page
does, with its token and no word. Prints all that as JSON.
"""

from __future__ import annotations

import json
import os
import random
import resource
import selectors
import socket
import statistics
import struct
import sys
import time
from contextlib import suppress

JOIN, BEAT = ({"k": "join", "hue": 0.4}, {"k": "beat"})
STATE, GREETING = b'{"k":"s"', b'{"k":"hello"'
NICE = 10  # real phones are elsewhere
FIRST_S, GROWS, LONGEST_S = 0.4, 1.7, 2.0  # from try to try, as in visitor.js within 20 s


def frame(message: dict[str, object]) -> bytes:
    """A text frame of a client, with a mask of zeros."""
    data = json.dumps(message).encode()
    return bytes((0x81, 0x80 | len(data))) + bytes(4) + data


class Phone:
    """One phone: its socket, and what it was told."""

    def __init__(self, port: int, word: str) -> None:
        self._port, self._word, self.token, self.states = port, word, "", 0
        self.tries, self.due, self.left = 0, 0.0, 0.0  # since it was hung up on: how often it tried, next, since when
        self.away: list[float] = []  # seconds from being hung up on to lying there again
        self.open()

    def open(self) -> None:
        """Come, with the token where there is one. Raises OSError."""
        port = self._port
        self.link = socket.create_connection(("127.0.0.1", port), timeout=30.0)
        host = f"127.0.0.1:{port}"
        head = f"GET /ws HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\nConnection: Upgrade"
        self.link.sendall(
            f"{head}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = self.link.recv(1024)
            if not data:
                raise ConnectionError("hung up on")
            answer += data
        if not answer.startswith(b"HTTP/1.1 101"):
            raise SystemExit(answer.decode())
        self.unread, self.gone = answer.partition(b"\r\n\r\n")[2], False
        who = {"token": self.token} if self.token else {"word": self._word}
        self.link.sendall(frame({"k": "hello", "lang": "en", **who}) + frame(JOIN))
        self.link.setblocking(False)

    def lose(self, now: float) -> None:
        """It is hung up on."""
        self.link.close()
        self.left, self.tries = now, 0
        self.wait(now)

    def wait(self, now: float) -> None:
        """Until the next try."""
        pause = min(FIRST_S * GROWS**self.tries, LONGEST_S) * random.uniform(0.5, 1.5)
        self.tries, self.due = self.tries + 1, now + pause

    def hear(self) -> None:
        """What has come, frame by frame."""
        try:
            data = self.link.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.gone |= not data
        self.unread += data
        while len(self.unread) >= 2:
            length, head = self.unread[1] & 127, 2
            if length == 126:
                if len(self.unread) < 4:
                    return
                length, head = struct.unpack(">H", self.unread[2:4])[0], 4
            if len(self.unread) < head + length:
                return
            message = self.unread[head : head + length]
            self.states += message.startswith(STATE)
            if message.startswith(GREETING):
                self.token = json.loads(message)["token"]
                if self.left:
                    self.away.append(time.perf_counter() - self.left)
                    self.left = 0.0
            self.unread = self.unread[head + length :]


class Crowd:
    """All of them."""

    def __init__(self, port: int, many: int, word: str) -> None:
        self.phones = [Phone(port, word) for _ in range(many)]
        self.away: list[Phone] = []
        self._selector = selectors.DefaultSelector()
        for phone in self.phones:
            self._selector.register(phone.link, selectors.EVENT_READ, phone)

    def hear(self) -> None:
        """What has come to any of them; who was hung up on tries again when it is time."""
        for key, _ in self._selector.select(0.002):
            key.data.hear()
            if key.data.gone:
                self._selector.unregister(key.fileobj)
                key.data.lose(time.perf_counter())
                self.away.append(key.data)
        for phone in [phone for phone in self.away if phone.due <= time.perf_counter()]:
            try:
                phone.open()
            except OSError:
                phone.wait(time.perf_counter())
                continue
            self.away.remove(phone)
            self._selector.register(phone.link, selectors.EVENT_READ, phone)


def main(port: int, many: int, seconds: float, taps: float, word: str = "") -> dict[str, float]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, many + 100)), hard))
    os.nice(NICE)
    crowd = Crowd(port, many, word)
    phones = crowd.phones
    print("there", flush=True)
    sys.stdin.readline()
    for phone in phones:
        phone.hear()  # what was said while the others came
        phone.states = 0
    sent, beat, began = 0, frame(BEAT), time.perf_counter()
    while (now := time.perf_counter() - began) < seconds:
        due = int(now * taps * many)
        for k in range(sent, due):
            with suppress(OSError):  # it is heard that it was hung up on
                phones[k % many].link.send(beat)
        sent = due
        crowd.hear()
    states = [phone.states / now for phone in phones]
    away = [each for phone in phones for each in phone.away]
    told = {"taps a second": sent / now, "least": min(states), "most": max(states)}
    back = {"came back": len(away), "after s, median": statistics.median(away or [0.0]), "last": max(away, default=0.0)}
    return {"phones": many, "lost": len(crowd.away), **told, **back}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), *sys.argv[5:])))
