"""Which displays there are, by name, and where each lies on the desktop: what tells one projector from the other.

SDL knows a display by its own name (of two alike, twice the same one) and by a number that swaps when a cable is
pulled; on X11 it also goes on listing what is no longer there. So the X server is asked for its monitors, by connector.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Monitor:
    """A display: its number as SDL counts from 1 (0: SDL does not know it), its names, and its place in pixels."""

    number: int
    names: tuple[str, ...]  # the connector, such as DP-1, and what it calls itself
    at: tuple[int, int]
    size: tuple[int, int]

    @property
    def name(self) -> str:
        """The name that tells it from the others."""
        return self.names[0] if self.names else f"display {self.number}"


def find(monitors: Sequence[Monitor], wanted: int | str) -> Monitor | None:
    """The one that is called so, or has this number. Raises ValueError where more than one is called so."""
    if isinstance(wanted, int):
        return next((monitor for monitor in monitors if monitor.number == wanted), None)
    called = wanted.casefold()
    found = [monitor for monitor in monitors if called in (name.casefold() for name in monitor.names)]
    if len(found) > 1:
        raise ValueError(f'{len(found)} displays are called "{wanted}": take {" or ".join(m.name for m in found)}')
    return found[0] if found else None


def connected(driver: str, sizes: Sequence[tuple[int, int]]) -> tuple[Monitor, ...]:
    """The displays that are there now; `sizes` are those that SDL lists, shown by `driver`."""
    known = tuple(_of_sdl(sizes))
    if driver != "x11":
        return known
    there = _of_x11()
    if there is None:
        return known
    places = {(monitor.at, monitor.size): monitor for monitor in known}
    connectors, found = {connector for connector, *_ in there}, []
    for connector, at, size in there:
        same = places.get((at, size))
        # SDL remembers who was there when it began, and calls what names itself nothing by its connector
        own = () if same is None else tuple(name for name in same.names if name not in connectors)
        found.append(Monitor(0 if same is None else same.number, (connector, *own), at, size))
    return tuple(sorted(found, key=lambda monitor: (monitor.number or len(known) + 1, monitor.at)))


class _Rect(ctypes.Structure):
    _fields_ = [(side, ctypes.c_int) for side in ("x", "y", "w", "h")]


def _of_sdl(sizes: Sequence[tuple[int, int]]) -> Iterator[Monitor]:
    sdl = _sdl()
    for i, size in enumerate(sizes):
        at, name, rect = (0, 0), None, _Rect()
        if sdl is not None:
            name = sdl.SDL_GetDisplayName(i)
            if sdl.SDL_GetDisplayBounds(i, ctypes.byref(rect)) == 0:
                at = (rect.x, rect.y)
        yield Monitor(i + 1, (name.decode(errors="replace"),) if name else (), at, size)


@cache
def _sdl() -> Any:
    """The library that pygame brought along, which this process has loaded already; None where it hides."""
    import importlib.util

    found = importlib.util.find_spec("pygame")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    patterns = ("../pygame_ce.libs/libSDL2-2*", ".dylibs/libSDL2-2*", "SDL2.dll", "../pygame_ce.libs/SDL2-*.dll")
    for path in (path for pattern in patterns for path in sorted(package.glob(pattern))):
        with suppress(OSError, AttributeError):
            sdl = ctypes.CDLL(str(path))
            sdl.SDL_GetDisplayName.restype = ctypes.c_char_p
            return sdl
    return None


class _XMonitor(ctypes.Structure):
    """XRRMonitorInfo of X11/extensions/Xrandr.h."""

    _fields_ = [
        ("name", ctypes.c_ulong),
        *((field, ctypes.c_int) for field in ("primary", "automatic", "outputs_n")),
        *((field, ctypes.c_int) for field in ("x", "y", "width", "height", "width_mm", "height_mm")),
        ("outputs", ctypes.c_void_p),
    ]


class _XServer:
    """A line of our own to the X server, which stays open: a show asks every second."""

    def __init__(self) -> None:
        self._x, self._randr = (ctypes.CDLL(name) for name in ("libX11.so.6", "libXrandr.so.2"))
        self._x.XOpenDisplay.restype = self._x.XDefaultRootWindow.restype = ctypes.c_void_p
        self._x.XGetAtomName.restype = ctypes.c_void_p
        self._x.XGetAtomName.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._randr.XRRGetMonitors.restype = ctypes.POINTER(_XMonitor)
        self._randr.XRRGetMonitors.argtypes = [
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_int,
            ctypes.POINTER(ctypes.c_int),
        ]
        self._line = ctypes.c_void_p(self._x.XOpenDisplay(None))
        if not self._line:
            raise OSError("no X server")
        self._root = ctypes.c_void_p(self._x.XDefaultRootWindow(self._line))

    def monitors(self) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
        """Connector, place and size of each that is lit."""
        count = ctypes.c_int(0)
        listed = self._randr.XRRGetMonitors(self._line, self._root, 1, ctypes.byref(count))
        found = []
        for each in listed[: max(0, count.value)]:
            word = self._x.XGetAtomName(self._line, each.name)
            name = ctypes.cast(word, ctypes.c_char_p).value or b""
            self._x.XFree(ctypes.c_void_p(word))
            found.append((name.decode(errors="replace"), (each.x, each.y), (each.width, each.height)))
        if count.value > 0:
            self._randr.XRRFreeMonitors(listed)
        return found

    def close(self) -> None:
        """Hang up."""
        self._x.XCloseDisplay(self._line)


_server: list[_XServer] = []


def _of_x11() -> list[tuple[str, tuple[int, int], tuple[int, int]]] | None:
    with suppress(OSError, AttributeError):
        if not _server:
            _server.append(_XServer())
        return _server[0].monitors()
    return None


def close() -> None:
    """Nothing is asked any more."""
    while _server:
        _server.pop().close()
