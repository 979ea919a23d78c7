"""The room's lights, as the venue asks for them: with a show, or at their least where nothing can be shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from installation.outputs.dmx import DmxSender
from installation.outputs.lamps import Lamps
from installation.remote.watchdog import ServiceWatchdog
from installation.venue.settings import Settings


def begin_lights(
    settings: Settings, watchdog: ServiceWatchdog, stack: ExitStack, troubles: list[Callable[[], str]], goes_on: bool
) -> Lamps | None:
    """The lamps that follow a show, sent until `stack` closes; None where the venue has none.

    What is wrong is told to `troubles`. `goes_on` where a show that was cut off goes on.
    """
    if not settings.dmx.enabled:
        return None
    lamps = Lamps(settings.fixture, time.monotonic_ns)
    watched = watchdog.watch("DMX", lambda: DmxSender(settings, lamps, goes_on))
    stack.callback(watched.close)
    troubles.append(lambda: watched.service.trouble)
    return lamps


@contextmanager
def dark_lights(settings: Settings) -> Iterator[None]:
    """All lights are told their least for as long as this lasts."""
    if not settings.dmx.enabled:
        yield
        return
    lamps = Lamps(settings.fixture, time.monotonic_ns)
    lamps.rest()
    sender = DmxSender(settings, lamps)
    sender.start()
    try:
        yield
    finally:
        sender.close()
