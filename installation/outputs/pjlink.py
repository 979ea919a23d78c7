"""PJLink, class 1: projectors over TCP (JBMIA, "PJLink Specifications", version 1.04). One short conversation a call.

Nothing is believed of who answers: lines have a length, answers a form, and everything a time.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Sequence
from typing import Final

PORT = 4352
TIMEOUT_S = 5.0  # for the connection, and for each answer
LONGEST = 136  # octets of a line, its end with it
ON, OFF, POWER = "POWR 1", "POWR 0", "POWR ?"
SHUT, OPEN, SHUTTER = "AVMT 31", "AVMT 30", "AVMT ?"

REFUSALS: Final = {
    "ERR1": "does not know",
    "ERR2": "does not take",
    "ERR3": "can't just now:",
    "ERR4": "has failed:",
}
"""What the specification's errors mean, before the command."""


class Unanswered(Exception):
    """The projector can't be reached, or says what nobody understands; the text says so in a few words."""


class ProjectorRefused(Unanswered):
    """The projector answered that it won't."""


def ask(host: str, commands: Sequence[str], password: str = "", port: int = PORT) -> list[str]:
    """What a projector answers to each of `commands`, in one conversation; "OK" where it obeys.

    Waits for TIMEOUT_S at most each time. Raises Unanswered, or ProjectorRefused for the first command that it refuses.
    """
    try:
        with socket.create_connection((host, port), TIMEOUT_S) as link:
            greeting = _line(link)
            proof = _proof(greeting, password)
            answers = []
            for command in commands:
                link.sendall(f"{proof}%1{command}\r".encode())
                proof = ""
                answers.append(_answer(_line(link), command))
            return answers
    except TimeoutError:
        raise Unanswered("does not answer") from None
    except OSError as error:
        raise Unanswered(f"can't be reached: {error.strerror or error}") from None


def _line(link: socket.socket) -> str:
    """The next line. Each octet may come by itself, and all of them within TIMEOUT_S each: a line has few."""
    line = b""
    while not line.endswith(b"\r"):
        if len(line) >= LONGEST:
            raise Unanswered("is no projector: it says too much")
        more = link.recv(LONGEST - len(line))
        if not more:
            raise Unanswered("hung up")
        line += more.partition(b"\r")[0] + (b"\r" if b"\r" in more else b"")
    return line[:-1].decode("ascii", "replace")


def _proof(greeting: str, password: str) -> str:
    """What goes before the first command: nothing, or the digest of what the projector drew and the password."""
    match greeting.upper().split():
        case ["PJLINK", "0"]:
            return ""
        case ["PJLINK", "1", _]:
            drawn = greeting.split()[2]
            return hashlib.md5(f"{drawn}{password}".encode(), usedforsecurity=False).hexdigest()
    raise Unanswered("is no projector: it does not speak PJLink")


def _answer(line: str, command: str) -> str:
    if line.upper() == "PJLINK ERRA":
        raise ProjectorRefused("refuses the password")
    head, _, answer = line.partition("=")
    if head.upper() != f"%1{command[:4]}" or not answer:
        raise Unanswered("answers what nobody asked")
    if answer.upper() in REFUSALS:
        raise ProjectorRefused(f"{REFUSALS[answer.upper()]} {command}")
    return answer
