"""An X server with three displays beside each other, as SDL sees three projectors: Xorg with the dummy driver."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.harness.waiting import TIMEOUT_S, needed, until

CONFIG = """
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "DontVTSwitch" "true"
EndSection
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 64000
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual 2048 512
    Modes "640x480"
  EndSubSection
EndSection
"""
MODE = ["14.0", "640", "656", "720", "800", "360", "361", "364", "375"]


class _Image(ctypes.Structure):
    """The beginning of XImage of X11/Xlib.h."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")),
        ("data", ctypes.c_void_p),
        *((name, ctypes.c_int) for name in ("byte_order", "unit", "bit_order", "pad", "depth", "pitch")),
    ]


class Projectors:
    """Three displays of 640x360, DUMMY0 to DUMMY2 from left to right."""

    size = width, height = 640, 360
    names = "DUMMY0", "DUMMY1", "DUMMY2"

    def __init__(self, display: str) -> None:
        self.display = display
        self.environment = {"DISPLAY": display, "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": "x11"}
        self._x = ctypes.CDLL("libX11.so.6")
        for function in ("XOpenDisplay", "XDefaultRootWindow", "XGetImage"):
            getattr(self._x, function).restype = ctypes.c_void_p
        self._line = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        self._randr("--newmode", "wide", *MODE)
        for name in self.names:
            self._randr("--addmode", name, "wide")
        self.put_back()

    def _randr(self, *arguments: str) -> None:
        env = {**os.environ, "DISPLAY": self.display}
        subprocess.run(["xrandr", *arguments], env=env, check=True, capture_output=True, timeout=TIMEOUT_S)

    def put_back(self, order: tuple[str, ...] = names) -> None:
        """All three beside each other, in this order from the left."""
        for i, name in enumerate(order):
            self.plug_in(name, i * self.width)

    def pull_out(self, name: str) -> None:
        """Its cable is gone."""
        self._randr("--output", name, "--off")

    def plug_in(self, name: str, x: int) -> None:
        """It is there again, so far from the left."""
        self._randr("--output", name, "--mode", "wide", "--pos", f"{x}x0")
        self._randr("--query")  # probes: until then the server says that nothing is connected there

    def picture(self, place: int) -> NDArray[np.uint32]:
        """(360, 640) of 0x00RRGGBB: what is seen in the first, second or third place from the left."""
        root = ctypes.c_void_p(self._x.XDefaultRootWindow(self._line))
        whole, pixmap = ctypes.c_ulong(0xFFFFFF), 2
        found = self._x.XGetImage(self._line, root, place * self.width, 0, self.width, self.height, whole, pixmap)
        assert found, "no picture of the screen"
        image = ctypes.cast(found, ctypes.POINTER(_Image)).contents
        rows = np.frombuffer(ctypes.string_at(image.data, image.pitch * image.height), np.uint32)
        pixels = rows.reshape(image.height, image.pitch // 4)[:, : image.width] & np.uint32(0xFFFFFF)
        self._x.XDestroyImage(ctypes.c_void_p(found))
        return np.asarray(pixels)

    def close(self) -> None:
        self._x.XCloseDisplay(self._line)


@contextmanager
def projectors(folder: Path) -> Iterator[Projectors]:
    """A server of our own, until the block ends."""
    needed("Xorg", "xrandr")
    (folder / "xorg.conf").write_text(CONFIG, encoding="utf-8")
    ours, theirs = os.pipe()
    order = ["Xorg", "-config", str(folder / "xorg.conf"), "-logfile", str(folder / "xorg.log"), "-displayfd"]
    order += [str(theirs), "-noreset", "-nolisten", "tcp", "-novtswitch", "-sharevts"]
    with (folder / "xorg.out").open("wb") as said:
        server = subprocess.Popen(order, pass_fds=[theirs], stdout=said, stderr=said)
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            number = answer.readline().strip()
        if not number:
            _failed((folder / "xorg.out").read_text(errors="replace"))
        displays = Projectors(f":{number}")
        yield displays
        displays.close()
    finally:
        server.terminate()
        until(lambda: server.poll() is not None, "Xorg to end")


def _failed(said: str) -> None:
    """Only root may start it on some systems: said loudly, and on the machine that decides a failure."""
    line = next((line for line in said.splitlines() if "(EE)" in line and line.strip() != "(EE)"), said[-200:])
    if os.environ.get("CI"):
        pytest.fail(f"Xorg did not start: {line}")
    pytest.skip(f"Xorg did not start, nothing was tested with three displays: {line}")
