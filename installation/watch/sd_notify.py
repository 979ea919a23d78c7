"""What systemd is told, over the datagram socket in NOTIFY_SOCKET (sd_notify(3)). Silent where there is none."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class SdNotify:
    """One service's words. Never waits and never raises."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._socket: socket.socket | None = None
        if self._address[:1] in ("/", "@"):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | getattr(socket, "SOCK_CLOEXEC", 0))
            self._socket.setblocking(False)

    @property
    def listened(self) -> bool:
        """Whether anybody listens."""
        return self._socket is not None

    def say(self, *words: str) -> None:
        """Such as READY=1, WATCHDOG=1, STOPPING=1, STATUS=..."""
        if self._socket is None:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            self._socket.sendto("\n".join(words).encode(), address)
        except OSError:  # systemd is restarting, or its queue is full: the next word comes in a moment
            return

    def close(self) -> None:
        """Nothing follows."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
