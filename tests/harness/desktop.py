"""A real X server without a monitor, with what is on its screen and somebody at its keyboard."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.harness.waiting import TIMEOUT_S, until


class Desktop:
    """An X server of our own, 640x360, with what is on its screen and somebody at its keyboard."""

    width, height = 640, 360

    def __init__(self, display: str, memory: Path) -> None:
        self.display, self._memory = display, memory
        self.environment = {"DISPLAY": display, "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": "x11"}

    def do(self, *arguments: str) -> str:
        """What xdotool answers."""
        env = {**os.environ, "DISPLAY": self.display}
        order = ["xdotool", *arguments]
        done = subprocess.run(order, env=env, capture_output=True, text=True, check=True, timeout=TIMEOUT_S)
        return done.stdout.strip()

    def key(self, *names: str) -> None:
        """Press keys, by their X names."""
        self.do("key", *names)

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """A key that stays down."""
        self.do("keydown", name)
        try:
            yield
        finally:
            self.do("keyup", name)

    def close(self) -> None:
        """What a window manager does when somebody presses its close button: WM_DELETE_WINDOW (ICCCM 4.2.8.1)."""
        window = int(self.window())
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        server = ctypes.c_void_p(x11.XOpenDisplay(self.display.encode()))
        atoms = [x11.XInternAtom(server, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        message = (
            ctypes.c_long * 24
        )()  # an XEvent: type, serial, sent, display, window, type of message, format, data
        message[0], message[4], message[5], message[6], message[7] = 33, window, atoms[0], 32, atoms[1]
        assert x11.XSendEvent(server, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
        x11.XCloseDisplay(server)

    def window(self, title: str = "") -> str:
        """The id of our window, or of ours that bears this title, once it is there."""
        found: list[str] = []

        def there() -> bool:
            try:
                ours = self.do("search", "--onlyvisible", "--class", "^sleeptree$").split()
                found[:] = [one for one in ours if title in ("", self.do("getwindowname", one))]
            except subprocess.CalledProcessError:  # there is none, or one closed meanwhile
                return False
            return bool(found)

        until(there, f"a window {title}".rstrip())
        return found[-1]

    def picture(self) -> NDArray[np.uint32]:
        """What is on the screen: (360, 640) of 0x00RRGGBB, read from the server's own XWD file."""
        raw = self._memory.read_bytes()
        head = struct.unpack(">25I", raw[:100])
        size, height, width, pitch, colours = head[0], head[5], head[4], head[12], head[19]
        rows = np.frombuffer(raw, np.uint8, count=pitch * height, offset=size + 12 * colours)
        order = ">u4" if head[7] else "<u4"
        return rows.view(order).reshape(height, pitch // 4)[:, :width].astype(np.uint32) & np.uint32(0xFFFFFF)
