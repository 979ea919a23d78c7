"""SRT, as far as a stream needs it: it calls a server that listens, and sends what MPEG-TS is made of.

FFmpeg as PyAV brings it has no SRT, so that the system's libsrt (MPL 2.0, found when it is wanted) is spoken to. Every
call ends by itself within seconds, whatever the other end does.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import socket
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from installation.venue.streaming import srt_options

PAYLOAD = 7 * 188
"""Octets of a datagram: seven packets of MPEG-TS."""

MISSING = "there is no libsrt on this machine (Debian: libsrt1.5-gnutls, which ffmpeg brings; macOS: brew install srt)"
NAMES = ("srt-gnutls", "srt-openssl", "srt")

# SRT_SOCKOPT of srt.h
_SNDTIMEO, _LATENCY, _PASSPHRASE, _CONNTIMEO, _STREAMID, _PEERIDLETIMEO = 13, 23, 26, 36, 46, 55
TIMEOUT_MS = 4000


class SrtLink:
    """A call to the server at `url`, as a file that MPEG-TS is written to. Raises OSError where it is not answered."""

    def __init__(self, url: str, options: Callable[[str], dict[str, str]] = srt_options) -> None:
        place, self._srt = urlsplit(url), _library()
        self._socket, self._rest = -1, b""
        if self._srt.srt_startup() < 0:
            raise OSError(self._said())
        asked = options(place.query)
        family, address = _resolved(str(place.hostname), place.port or 0)
        self._socket = self._srt.srt_create_socket()
        try:
            for option, number in ((_SNDTIMEO, TIMEOUT_MS), (_CONNTIMEO, TIMEOUT_MS), (_PEERIDLETIMEO, TIMEOUT_MS)):
                self._set(option, ctypes.c_int32(number))
            if "latency" in asked:
                self._set(_LATENCY, ctypes.c_int32(int(asked["latency"])))
            for option, key in ((_PASSPHRASE, "passphrase"), (_STREAMID, "streamid")):
                if asked.get(key):
                    self._set(option, ctypes.create_string_buffer(asked[key].encode(), len(asked[key].encode())))
            at = _sockaddr(family, address)
            if self._srt.srt_connect(self._socket, at, len(at)) < 0:
                raise OSError(self._said())
        except OSError:
            self.close()
            raise

    def write(self, data: bytes) -> int:
        """Send it, in datagrams of whole packets; what is left waits for more. Raises OSError."""
        whole = self._rest + bytes(data)
        full = len(whole) - len(whole) % PAYLOAD
        for at in range(0, full, PAYLOAD):
            if self._srt.srt_send(self._socket, whole[at : at + PAYLOAD], PAYLOAD) < 0:
                raise OSError(self._said())
        self._rest = whole[full:]
        return len(data)

    def close(self) -> None:
        """Hang up, and send what is left if that can be."""
        if self._socket >= 0:
            if self._rest:
                self._srt.srt_send(self._socket, self._rest, len(self._rest))
            self._srt.srt_close(self._socket)
            self._socket, self._rest = -1, b""

    def _set(self, option: int, value: ctypes.c_int32 | ctypes.Array[ctypes.c_char]) -> None:
        if self._srt.srt_setsockflag(self._socket, option, ctypes.byref(value), ctypes.sizeof(value)) < 0:
            raise OSError(self._said())

    def _said(self) -> str:
        self._srt.srt_getlasterror_str.restype = ctypes.c_char_p
        return str((self._srt.srt_getlasterror_str() or b"SRT failed").decode(errors="replace")).strip()


def _library() -> ctypes.CDLL:
    for name in NAMES:
        path = ctypes.util.find_library(name)
        if path is not None:
            return ctypes.CDLL(path)
    raise OSError(MISSING)


def _resolved(host: str, port: int) -> tuple[int, tuple[str, int]]:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    return family, (str(address[0]), int(address[1]))


def _sockaddr(family: int, address: tuple[str, int]) -> bytes:
    """`struct sockaddr_in` or `sockaddr_in6`, as the system has it."""
    host, port = socket.inet_pton(family, address[0]), address[1].to_bytes(2, "big")
    body = port + (host + bytes(8) if family == socket.AF_INET else bytes(4) + host + bytes(4))
    if sys.platform == "darwin":
        return bytes([len(body) + 2, family]) + body
    return family.to_bytes(2, sys.byteorder) + body
