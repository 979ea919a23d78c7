"""A projector that is none: PJLink on a port of loopback, with every fault that a real one, or no one, has."""

from __future__ import annotations

import hashlib
import socket
import threading
from contextlib import suppress

DRAWN = "498e4a67"
"""What it draws for its greeting: the specification's own example."""


class FakeProjector:
    """Answers as a projector does; `fault` makes it hang, hang up, babble, go on for ever or dribble."""

    def __init__(self, password: str = "", fault: str = "", shutter: bool = True) -> None:
        self.password, self.fault, self.has_shutter = password, fault, shutter
        self.power, self.shut = "0", False
        self.asked: list[str] = []
        self.callers = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._links: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for link in self._links:
            link.close()
        self._thread.join(10.0)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._server.accept()
            except OSError:
                return
            self._links.append(link)
            self.callers += 1
            with suppress(OSError):
                self._speak(link)

    def _speak(self, link: socket.socket) -> None:
        match self.fault:
            case "hangs":
                return
            case "hangs up":
                link.close()
            case "babbles":
                link.sendall(bytes(range(256)))
            case "has no end":
                link.sendall(b"PJLINK 0" * 40)
            case "is a web server":
                link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            case _:
                self._converse(link)

    def _converse(self, link: socket.socket) -> None:
        greeting = f"PJLINK 1 {DRAWN}\r" if self.password else "PJLINK 0\r"
        for octet in greeting.encode():
            link.sendall(bytes([octet]))  # a dribble: TCP has no lines
        proof = hashlib.md5(f"{DRAWN}{self.password}".encode()).hexdigest() if self.password else ""
        with link.makefile("rb") as lines:
            while line := b"".join(iter(lambda: lines.read(1).replace(b"\r", b""), b"")).decode():
                if not line.startswith(f"{proof}%1"):
                    link.sendall(b"PJLINK ERRA\r")
                    return
                proof = ""
                command = line.rpartition("%1")[2]
                self.asked.append(command)
                if self.fault == "answers another question":
                    link.sendall(b"%1LAMP=0 1\r")
                    continue
                link.sendall(f"%1{command[:4]}={self._answer(command)}\r".encode())
        link.close()

    def _answer(self, command: str) -> str:
        what, to = command.split()
        if what == "POWR":
            return self._answer_power(to)
        if what != "AVMT" or not self.has_shutter:
            return "ERR1"
        if self.power != "1":
            return "ERR3"
        if to != "?":
            self.shut = to == "31"
            return "OK"
        return "31" if self.shut else "30"

    def _answer_power(self, to: str) -> str:
        if to == "?":
            return self.power
        if self.power in "23":
            return "ERR3"
        self.power = to
        return "OK"
