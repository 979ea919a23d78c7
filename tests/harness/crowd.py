"""A crowd in a process of its own: plain sockets, nothing of the project; what the benchmarks and the soak send.

    python tests/harness/crowd.py PORT LOAD RATE SECONDS

phones: 60 ports, each with 240 sleepers' glow in turn. sync: 60 ports ask for everything. junk: one port sends what is
no OSC. ports: junk from 400 ports. bangs: one port, a beat of
each sleeper in turn. presets: one port saves looks of 50 names. Prints how many datagrams it sent.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import time

PHONES, SLEEPERS, LOOKS, PORTS = 60, 240, 50, 400


def text(word: str) -> bytes:
    """A string as OSC: ended, and padded to four bytes."""
    data = word.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)


def packets(load: str) -> list[bytes]:
    """What is sent in turn."""
    if load == "phones":
        return [
            text(f"/sleeper/{n}/glow") + text(",f") + struct.pack(">f", (n + k) % 20 / 10)
            for k in range(4)
            for n in range(1, SLEEPERS + 1)
        ]
    if load == "sync":
        return [text("/sync") + text(",")]
    if load == "bangs":
        return [text(f"/sleeper/{n}/beat") + text(",") for n in range(1, SLEEPERS + 1)]
    if load == "presets":
        return [text("/preset/save") + text(",s") + text(f"crowd {n}") for n in range(LOOKS)]
    if load in ("junk", "ports"):
        return [os.urandom(32) for _ in range(100)]
    raise SystemExit(f"no such load: {load}")


def main(port: int, load: str, rate: float, seconds: float) -> int:
    many = {"phones": PHONES, "sync": PHONES, "ports": PORTS}.get(load, 1)
    links = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(many)]
    for link in links:
        link.setblocking(False)
        link.connect(("127.0.0.1", port))
    datagrams, sent, all_of_them = packets(load), 0, int(rate * seconds)
    began = time.perf_counter()
    while sent < all_of_them:
        due = min(all_of_them, int((time.perf_counter() - began) * rate))
        for k in range(sent, due):
            try:
                links[k % many].send(datagrams[k // many % len(datagrams)])
            except OSError:  # nobody listens, or no room: a crowd doesn't care
                continue
        sent = due
        time.sleep(0.001)
    return sent


if __name__ == "__main__":
    print(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
