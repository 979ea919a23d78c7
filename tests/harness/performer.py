"""A performer in a process of their own: plain sockets, nothing of the project.

Reads a list of moves from stdin: a string is a packet in hex; a number is a rest in seconds; {"flood": [hex, ...],
"rate": a second, "seconds": s} sends those in turn; {"hear": [word, ...]} listens until all these
addresses and words were told. Writes what came back as a list of hex.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

ADDRESS = ("127.0.0.1", int(sys.argv[1]))
UDP = sys.argv[2] == "udp"
TIMEOUT_S = 90.0  # no test is decided by it: what was not told by then never is


def main() -> None:
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if UDP else socket.SOCK_STREAM)
    link.connect(ADDRESS)
    told: list[str] = []
    for move in json.load(sys.stdin):
        if isinstance(move, str):
            with suppress(ConnectionRefusedError):  # that an earlier datagram found nobody
                link.send(bytes.fromhex(move))
        elif isinstance(move, dict) and "hear" in move:
            listen(link, TIMEOUT_S, told, partial(heard, told, move["hear"]))
        elif isinstance(move, dict):
            flood(link, move)
        else:
            listen(link, float(move), told)
    json.dump(told, sys.stdout)


def flood(link: socket.socket, move: dict[str, Any]) -> None:
    packets = [bytes.fromhex(packet) for packet in move["flood"]]
    began, sent, many = time.perf_counter(), 0, int(move["rate"] * move["seconds"])
    while sent < many:
        due = min(many, int((time.perf_counter() - began) * move["rate"]))
        for _ in range(due - sent):
            link.send(packets[sent % len(packets)])
            sent += 1
        time.sleep(0.0005)


def listen(link: socket.socket, seconds: float, told: list[str], enough: Callable[[], bool] = lambda: False) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0 and not enough():
        link.settimeout(left)
        try:
            told.append(link.recv(65536).hex())
        except (TimeoutError, ConnectionRefusedError):  # nobody listens there yet
            return


def heard(told: list[str], words: list[str]) -> bool:
    packets = [bytes.fromhex(packet) for packet in told]
    return all(any(word.encode() + b"\0" in packet for packet in packets) for word in words)


if __name__ == "__main__":
    main()
