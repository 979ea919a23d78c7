"""The local link between show and pages: a Unix socket, frames of a 4-byte length and msgpack. Opens nothing by itself.

Neither end ever waits for the other: a frame that the socket does not take whole ends the link, which is opened again.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from installation.foundation import places
from installation.foundation.errors import Mistake

MOST = 1 << 20
"""Bytes of one frame; more is nobody of ours."""

LONGEST = 100
"""Characters of the socket's path: Unix allows 104 to 108."""

_HEAD = struct.Struct(">I")


class Broken(ConnectionError):
    """The other end is gone, stands still, or says what it can't."""


PAGES, OPERATOR = "pages.sock", "operator.sock"
"""Where visitors' pages listen for the show, and where the operator's page does, in one folder."""


def path(name: str = PAGES) -> Path:
    """One of these doors. Raises Mistake where the folder's name is too long for a socket."""
    found = places.runtime() / name
    longest = LONGEST - 1 - len(OPERATOR)
    if len(str(found.parent)) > longest:
        raise Mistake(f"{found}: the pages need a runtime folder with a shorter name, of {longest} characters")
    return found


def packed(message: object) -> bytes:
    """A frame."""
    data = msgspec.msgpack.encode(message)
    return _HEAD.pack(len(data)) + data


def send(link: socket.socket, frame: bytes) -> None:
    """The whole frame at once, or Broken: half of one would spoil all that follow."""
    try:
        sent = link.send(frame, getattr(socket, "MSG_DONTWAIT", 0))
    except OSError as error:
        raise Broken(str(error)) from None
    if sent != len(frame):
        raise Broken("it stands still")


class Frames:
    """Bytes as they come, as messages."""

    def __init__(self) -> None:
        self._unread = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """Every message that is whole by now. Raises Broken for what is none."""
        self._unread += data
        while len(self._unread) >= _HEAD.size:
            (size,) = _HEAD.unpack_from(self._unread)
            if size > MOST:
                raise Broken(f"a frame of {size} bytes")
            end = _HEAD.size + size
            if len(self._unread) < end:
                return
            try:
                message = msgspec.msgpack.decode(bytes(self._unread[_HEAD.size : end]))
            except (msgspec.DecodeError, RecursionError) as error:
                raise Broken(str(error)) from None
            del self._unread[:end]
            yield message
