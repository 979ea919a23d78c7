"""`sleeptree check`: what this machine can do, measured with the piece itself, in plain words."""

from __future__ import annotations

import platform
import time
from types import ModuleType

from installation.foundation.errors import Mistake
from installation.live import autotune
from installation.model import ticks
from installation.model.score import GLITCH
from installation.model.ticks import SECOND
from installation.session.audio import devices
from installation.session.production import Production, cores, load_production
from installation.session.progress import Bar
from installation.session.request import Request
from installation.venue.settings import Hearing, Size

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))


def check(request: Request) -> None:
    """Print it."""
    production = load_production(request, score="abridged")
    own = _screens()
    for line in devices(production):
        print(f"sound      {line}")
    print(f"hearing    {_hearing(production.settings.hearing)}")
    print(f"processor  {platform.machine()}, {cores()} cores for us; Python {platform.python_version()}")
    _kernels()
    sizes = sorted({*SIZES, *own}, key=lambda size: size[0] * size[1])
    tick, rates, counts = _rates(production, sizes)
    print(f"show       {tick / 1e6:.2f} ms a tick, {tick * ticks.RATE / SECOND * 100:.0f} % of one core")
    for size, rate, count in zip(sizes, rates, counts, strict=True):
        print(f"picture    {size[0]}x{size[1]}: {rate:.0f} fps, {count} thread{'s' if count > 1 else ''}, in glitch")
    print()
    print(_verdict(sizes, rates, own))


def _hearing(hearing: Hearing) -> str:
    """What the venue's settings say of the room."""
    reading = hearing.cal_dba_at_minus20dbfs_pink
    if reading is None:
        return "not calibrated, so dB(A) are not known: sleeptree check --calibrate"
    limit = hearing.laeq15_limit_dba
    return f"{reading:g} dB(A) at -20 dBFS, calibrated{hearing.calibrated}; limit {limit:g} dB(A) in 15 minutes"


def _screens() -> tuple[Size, ...]:
    """The displays' sizes, after a line about each."""
    from installation.light.screen import window

    try:
        found = window.displays()
        driver = window.driver()
    except window.NoScreen:
        print("screen     none: `play` will film instead")
        return ()
    for display in found:
        rate = f" at {display.rate} Hz" if display.rate else ""
        modes = ", ".join(f"{w}x{h}" for w, h in display.modes[:8])
        print(f"screen {display.number}   {display.size[0]}x{display.size[1]}{rate}, {driver}; modes {modes}")
    window.close()
    return tuple(display.size for display in found)


def _kernels() -> None:
    """Load or compile the kernels, and a line about it."""
    began = time.monotonic()
    from installation import light
    from installation.light.picture import prepare

    prepare(lambda _: None)
    hits = misses = 0
    for module in vars(light).values():
        if isinstance(module, ModuleType):
            for kernel in vars(module).values():
                if hasattr(kernel, "py_func") and kernel.__module__ == module.__name__:
                    hits += sum(kernel.stats.cache_hits.values())
                    misses += sum(kernel.stats.cache_misses.values())
    print(f"kernels    {hits} from the cache, {misses} compiled now, {time.monotonic() - began:.1f} s")


def _rates(production: Production, sizes: list[Size]) -> tuple[int, list[float], list[int]]:
    """Nanoseconds a tick; for each size pictures a second with the show that moves beside them, and threads."""
    show = production.show()
    heart = production.score.heart(GLITCH)
    if heart is None:
        raise Mistake(f"score {production.score.name}: there is no glitch to measure")
    with Bar("measuring") as progress:
        last = ticks.ticks(heart)
        while show.tick < last - ticks.RATE:
            show.step()
            progress(show.tick, last)
        tick = autotune.tick(show, time.monotonic_ns)
    counts = [autotune.threads(show, production.picture, size, cores(), time.monotonic_ns) for size in sizes]
    took = [
        autotune.picture(show, production.picture, size, count, time.monotonic_ns)
        for size, count in zip(sizes, counts, strict=True)
    ]
    free = max(0.0, 1.0 - tick * ticks.RATE / SECOND)  # what the ticks leave of each second
    return tick, [free * SECOND / ns for ns in took], counts


def _verdict(sizes: list[Size], rates: list[float], own: tuple[Size, ...]) -> str:
    best = autotune.recommended(sizes, rates)
    if best is None:
        smooth = autotune.recommended(sizes, rates, 30.0)
        if smooth is None:
            return "This machine is too slow to play the piece live; it can film it: sleeptree film --out FILE.mp4"
        return f"This machine plays the piece at {smooth[0]}x{smooth[1]}, 30 pictures a second.{_advice(smooth, own)}"
    return f"This machine plays the piece at {best[0]}x{best[1]}, 60 pictures a second.{_advice(best, own)}"


def _advice(best: Size, own: tuple[Size, ...]) -> str:
    if not own or any(size[0] * size[1] <= best[0] * best[1] for size in own):
        return ""
    return f' Write size = "{best[0]}x{best[1]}" under [screen] in the venue\'s settings.'
