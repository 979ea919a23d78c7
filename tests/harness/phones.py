"""A room full of phones in a process of its own: plain sockets, nothing of the project.

    python tests/harness/phones.py PORT MANY SECONDS TAPS

MANY phones come, say hello and lie down; says "there" then, and waits for a line. For SECONDS each taps TAPS times a
second, and what they are told is counted. Prints that as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import socket
import struct
import sys
import time

HELLO, JOIN, BEAT = ({"k": "hello", "lang": "en"}, {"k": "join", "hue": 0.4}, {"k": "beat"})
STATE = b'{"k":"s"'
NICE = 10  # real phones are elsewhere


def frame(message: dict[str, object]) -> bytes:
    """A text frame of a client, with a mask of zeros."""
    data = json.dumps(message).encode()
    return bytes((0x81, 0x80 | len(data))) + bytes(4) + data


class Phone:
    """One socket, and what it was told."""

    def __init__(self, port: int) -> None:
        self.link = socket.create_connection(("127.0.0.1", port), timeout=30.0)
        host = f"127.0.0.1:{port}"
        head = f"GET /ws HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\nConnection: Upgrade"
        self.link.sendall(
            f"{head}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.link.recv(1024)
        if not answer.startswith(b"HTTP/1.1 101"):
            raise SystemExit(answer.decode())
        self.unread, self.states, self.gone = answer.partition(b"\r\n\r\n")[2], 0, False
        self.link.sendall(frame(HELLO) + frame(JOIN))
        self.link.setblocking(False)

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
            self.states += self.unread[head : head + length].startswith(STATE)
            self.unread = self.unread[head + length :]


def main(port: int, many: int, seconds: float, taps: float) -> dict[str, float]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, many + 100)), hard))
    os.nice(NICE)
    selector, phones = selectors.DefaultSelector(), [Phone(port) for _ in range(many)]
    for phone in phones:
        selector.register(phone.link, selectors.EVENT_READ, phone)
    print("there", flush=True)
    sys.stdin.readline()
    for phone in phones:
        phone.states = 0
    sent, beat, began = 0, frame(BEAT), time.perf_counter()
    while (now := time.perf_counter() - began) < seconds:
        due = int(now * taps * many)
        for k in range(sent, due):
            try:
                phones[k % many].link.send(beat)
            except OSError:
                phones[k % many].gone = True
        sent = due
        for key, _ in selector.select(0.002):
            key.data.hear()
            if key.data.gone:
                selector.unregister(key.fileobj)
    states = [phone.states / now for phone in phones]
    lost = sum(phone.gone for phone in phones)
    return {"phones": many, "lost": lost, "taps a second": sent / now, "least": min(states), "most": max(states)}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))))
