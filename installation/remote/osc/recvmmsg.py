"""recvmmsg(2): datagrams from a socket, many with one system call.

A thread that lets go of Python's lock for every datagram gets it back only when the one that draws lets go in turn, up
to 5 ms later, and a flood is lost in between. On Linux one call of `recvmmsg` takes all that wait and keeps the lock
for the microseconds that it needs; elsewhere they are taken one by one.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Callable

Datagram = tuple[bytes, str, int]
"""What came, from which address and port."""

Receive = Callable[[], list[Datagram]]
"""Gives what waits, at most a batch, without waiting for more. Raises OSError when the socket is gone."""

BATCH = 256
"""Datagrams that one call takes at most."""


def receiver(udp: socket.socket, largest: int) -> Receive:
    """For a socket that doesn't block. What is longer than `largest` bytes is cut to one byte more."""
    if sys.platform == "linux":
        try:
            return _Many(udp, largest + 1)
        except (OSError, AttributeError):  # a C library without it
            pass
    return lambda: _one_by_one(udp, largest + 1)


def _one_by_one(udp: socket.socket, size: int) -> list[Datagram]:
    taken: list[Datagram] = []
    while len(taken) < BATCH:
        try:
            data, where = udp.recvfrom(size)
        except BlockingIOError:
            break
        except ConnectionError:  # Windows says here that somebody whom we told something has gone
            continue
        taken.append((data, where[0], where[1]))
    return taken


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint32),
        ("vectors", ctypes.POINTER(_Vector)),
        ("vectors_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    _fields_ = (("header", _Header), ("size", ctypes.c_uint))


_NAME = 28  # bytes of the longest of sockaddr_in and sockaddr_in6


class _Many:
    """recvmmsg(2) into memory that is made once. `PyDLL` calls without letting go of Python's lock."""

    def __init__(self, udp: socket.socket, size: int) -> None:
        self._call = ctypes.PyDLL(None, use_errno=True).recvmmsg
        self._handle, self._family, self._size = udp.fileno(), udp.family, size
        self._data = ctypes.create_string_buffer(BATCH * size)
        self._names = ctypes.create_string_buffer(BATCH * _NAME)
        data, names = ctypes.addressof(self._data), ctypes.addressof(self._names)
        self._vectors = (_Vector * BATCH)(*(_Vector(data + i * size, size) for i in range(BATCH)))
        self._messages = (_Message * BATCH)()
        for i, message in enumerate(self._messages):
            message.header.name, message.header.name_size = names + i * _NAME, _NAME
            message.header.vectors, message.header.vectors_count = ctypes.pointer(self._vectors[i]), 1
        self._known: dict[bytes, tuple[str, int]] = {}

    def __call__(self) -> list[Datagram]:
        many = self._call(self._handle, self._messages, BATCH, socket.MSG_DONTWAIT, None)
        if many < 0:
            number = ctypes.get_errno()
            if number in (11, 4):  # EAGAIN, EINTR
                return []
            raise OSError(number, os.strerror(number))
        data, names = memoryview(self._data), memoryview(self._names)
        taken = []
        for i in range(many):
            at, name = i * self._size, bytes(names[i * _NAME : (i + 1) * _NAME])
            taken.append((bytes(data[at : at + self._messages[i].size]), *(self._known.get(name) or self._who(name))))
        return taken

    def _who(self, name: bytes) -> tuple[str, int]:
        port = int.from_bytes(name[2:4], "big")
        if self._family == socket.AF_INET6:
            host = socket.inet_ntop(socket.AF_INET6, name[8:24])
        else:
            host = socket.inet_ntop(socket.AF_INET, name[4:8])
        if len(self._known) > 1024:
            self._known.clear()
        self._known[name] = host, port
        return host, port
