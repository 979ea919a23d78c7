"""DMX out: what the lamps are asked, guarded, as sACN or Art-Net to the room's lights, from a thread of its own.

It waits for nobody and nobody for it: who can't be reached is said once, and sending goes on. Values that stay are sent
each second, so that lights know that somebody is there.
"""

from __future__ import annotations

import math
import socket
import threading
import time
import uuid
from contextlib import suppress

import numpy as np
import structlog

from installation.model.ticks import SECOND
from installation.outputs import artnet, e131, lampguard, sampling
from installation.outputs.lampguard import LampGuard
from installation.outputs.lamps import Lamps
from installation.outputs.patch import Patch
from installation.venue.fixtures import target
from installation.venue.settings import Settings

_log = structlog.get_logger("dmx")

AGAIN = 3
"""Times that values which stay are said again at once, as E1.31 6.6.2 asks for: datagrams get lost."""
KEEP_NS = SECOND * 9 // 10
"""Nanoseconds after which they are said again then; both protocols ask for 0.8 to 1 s."""
DISCOVERY_NS = 10 * SECOND
"""Between two words of an sACN source about which universes it sends."""
LAST = 3
"""Times that the end is said."""
DOWN = 2.0 * lampguard.SWING_S
"""Seconds in which every light is at its least at the end, whatever it showed."""
HOPS = 16
"""Routers that multicast may pass."""

Where = tuple[str, int]


class DmxSender:
    """A service: begins with `start`, ends with `close`, when all lights go to their least.

    `goes_on` where another process has just shown the same: no light goes through the dark then.
    """

    def __init__(self, settings: Settings, lamps: Lamps, goes_on: bool = False) -> None:
        self._lamps, self._goes_on = lamps, goes_on
        dmx = settings.dmx
        self._patch = Patch(dmx, settings.fixture)
        self._guard = LampGuard(len(settings.fixture))
        self._period_ns = SECOND // dmx.rate
        self._cid = uuid.uuid5(uuid.NAMESPACE_DNS, f"{socket.gethostname()}.sleeptree").bytes
        self._name = f"SleepTree on {socket.gethostname()}"
        self._sacn = dmx.protocol == "sacn"
        self._where = [self._target(dmx.host, universe) for universe in self._patch.universes]
        self._interface = dmx.interface
        self._links = [self._link(settings, universe) for universe in self._patch.universes]
        self._sync = None if not dmx.sync else e131.Sync(dmx.sync, self._cid) if self._sacn else artnet.Sync()
        self._sync_where, self._synced = self._target(dmx.host, dmx.sync), False
        self._multicast = self._sacn and not dmx.host
        # values, when they were sent, and how often they are said again at once
        self._sent: list[tuple[bytes, int, int]] = [(b"", 0, 0)] * len(self._links)
        self._discovered_ns = -DISCOVERY_NS
        self._socket: socket.socket | None = None
        self._ending, self._rest = threading.Event(), threading.Event()  # the second is never set: who waits, rests
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="dmx", daemon=True)
        self.turns = 0
        self.trouble = ""
        self.packets = 0
        sampling.warm()
        lampguard.warm()

    def _link(self, settings: Settings, universe: int) -> e131.Universe | artnet.Universe:
        if not self._sacn:
            return artnet.Universe(universe)
        return e131.Universe(universe, self._cid, self._name, settings.dmx.priority, settings.dmx.sync)

    def _target(self, host: str, universe: int) -> Where:
        to, port = target(host)
        usual = e131.PORT if self._sacn else artnet.PORT
        return to or (e131.group(universe) if self._sacn else "255.255.255.255"), port or usual

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def abandon(self) -> None:
        """Forget a thread that may never come back: it sends nothing more."""
        self._abandoned = True
        self._ending.set()
        self._hang_up()

    def close(self) -> None:
        """All lights go to their least, and hear that nothing follows."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=2.0)
        self._hang_up()

    # the thread

    def _run(self) -> None:
        due, before = time.monotonic_ns(), time.monotonic_ns()
        while not self._ending.is_set():
            self.turns += 1
            now = time.monotonic_ns()
            if self._lamps.ready:
                self._send(self._values((now - before) / SECOND), now)
                before = now
            due = max(due + self._period_ns, now)
            self._ending.wait((due - now) / SECOND)
        if not self._abandoned:
            self._finish()

    def _values(self, dt: float) -> list[bytes]:
        asked = self._lamps.asked()
        if self._goes_on:
            self._goes_on = False
            self._guard.start(asked)
        return self._patch.encode(self._guard.guard(asked, dt))

    def _send(self, values: list[bytes], now: int) -> None:
        """What is new, what is new no more but may have got lost, and what was sent a while ago."""
        sent = False
        for i, data in enumerate(values):
            before, at, again = self._sent[i]
            if data == before and not again and now - at < KEEP_NS:
                continue
            self._sent[i] = data, now, AGAIN if data != before else max(again - 1, 0)
            link = self._links[i]
            for packet in (link.packet(data),) if before else link.begin(data):
                self._put(packet, self._where[i])
            sent = True
        if sent:
            self._show()
        if self._sacn and now - self._discovered_ns >= DISCOVERY_NS:
            self._discovered_ns = now
            where = (e131.group(e131.DISCOVERY), e131.PORT) if self._multicast else self._where[0]
            self._put(e131.discovery(self._patch.universes[:512], self._cid, self._name), where)

    def _show(self) -> None:
        """What all lights have been sent is shown by all of them now, where the venue asks for that."""
        if self._sync is not None:
            for packet in (self._sync.packet(),) if self._synced else self._sync.begin():
                self._put(packet, self._sync_where)
            self._synced = True

    def _finish(self) -> None:
        """To the least, no faster than lights may; then sACN hears that nothing follows."""
        dark = np.zeros_like(self._lamps.asked())
        least, period = self._patch.encode(dark), self._period_ns / SECOND
        for _ in range(math.ceil(DOWN / period)):
            values = self._patch.encode(self._guard.guard(dark, period))
            self._send(values, time.monotonic_ns())
            if values == least and not any(again for _, _, again in self._sent):
                break
            self._rest.wait(period)
        for _ in range(LAST):
            for link, data, where in zip(self._links, least, self._where, strict=True):
                if isinstance(link, e131.Universe):
                    self._put(link.packet(data, True), where)

    def _put(self, packet: bytes, where: Where) -> None:
        try:
            if self._socket is None:
                self._socket = _opened(self._interface)
            self._socket.sendto(packet, where)
        except BlockingIOError:  # the system's buffer is full; what is newer comes soon
            return
        except OSError as error:
            self._hang_up()  # an address of this machine may be back with another card
            trouble = f"lights: {where[0]} can't be reached: {error.strerror}"
            if not self.trouble:
                _log.warning(trouble)
            self.trouble = trouble
            return
        self.packets += 1
        if self.trouble:
            self.trouble = ""
            _log.info("the lights can be reached again")

    def _hang_up(self) -> None:
        link, self._socket = self._socket, None
        if link is not None:
            with suppress(OSError):
                link.close()


def _opened(interface: str) -> socket.socket:
    """A socket that never waits. Raises OSError where `interface` is no address of this machine."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, HOPS)
        if interface:
            link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
            link.bind((interface, 0))
    except OSError:
        link.close()
        raise
    return link
