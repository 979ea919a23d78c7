"""What DMX out costs in CPU time: four universes of RGB lights, the whole way from a finished picture to the socket.

    python benchmarks/dmx.py [--universes 4] [--json FILE]

A look at a 1920x1080 picture, what the lamps are asked, the guard, the bytes and the sending, each alone, in
microseconds (medians); and all together as a share of a core at 30 and at 44 values a second, of which the picture is
looked at 30 times at most. `guard holds` is the same with lights that are strobed. Datagrams go to a socket of this
machine.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tables import table  # beside this file

from installation.model.ticks import SECOND
from installation.outputs.dmx import DmxSender
from installation.outputs.lampguard import LampGuard
from installation.outputs.lamps import APART_NS, Lamps
from installation.outputs.patch import Patch
from installation.outputs.sampling import Sampler
from installation.venue import settings

RATES = (30, 44)
ROUNDS = 400


def venue(universes: int, port: int) -> str:
    """170 RGB lights a universe, each with a part of the picture of its own."""
    lights = [
        f'[[fixture]]\nname = "{u}-{k}"\nuniverse = {u}\nchannel = {3 * k + 1}\n'
        f"at = [{(k % 17) / 17}, {(k // 17) / 10}, {(k % 17 + 1) / 17}, {(k // 17 + 1) / 10}]\n"
        for u in range(1, universes + 1)
        for k in range(170)
    ]
    return f'[dmx]\nenabled = true\nhost = "127.0.0.1:{port}"\n' + "".join(lights)


def spent(work: Callable[[int], object]) -> float:
    """Microseconds of CPU, the median of many rounds."""
    found = []
    for k in range(ROUNDS):
        began = time.process_time_ns()
        work(k)
        found.append((time.process_time_ns() - began) / 1e3)
    return statistics.median(found)


def measure(universes: int) -> list[dict[str, object]]:
    node = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    node.bind(("127.0.0.1", 0))
    asked = settings.parse(venue(universes, node.getsockname()[1]), "benchmark")
    lamps = Lamps(asked.fixture, time.monotonic_ns)
    sender = DmxSender(asked, lamps)
    draw = np.random.default_rng(1)
    picture = draw.integers(0, 1 << 24, (1080, 1920), dtype=np.uint32)
    sampler = Sampler([one.at for one in asked.fixture])
    lamps.rest()
    lamps.see(picture)
    calm = [draw.random((3, len(asked.fixture)), dtype=np.float32) * 0.05 + 0.4 for _ in range(8)]
    strobe = [np.full((3, len(asked.fixture)), k % 2, np.float32) for k in range(8)]
    guards, patch = (LampGuard(len(asked.fixture)), LampGuard(len(asked.fixture))), Patch(asked.dmx, asked.fixture)
    encoded = [patch.encode(values) for values in calm]
    parts = {
        "a look at the picture": lambda k: sampler.means(picture),
        "what is asked": lambda k: lamps.asked(),
        "guard": lambda k: guards[0].guard(calm[k // 4 % 8], 1 / 30),
        "guard holds": lambda k: guards[1].guard(strobe[k // 4 % 8], 1 / 30),
        "bytes": lambda k: patch.encode(calm[k % 8]),
        "send": lambda k: sender._send(encoded[k % 8], time.monotonic_ns()),
    }
    costs = {name: spent(work) for name, work in parts.items()}
    sender.close()
    node.close()
    look = costs["a look at the picture"]
    sent = sum(costs.values()) - look - costs["guard"]  # where it holds, it costs most
    rows: list[dict[str, object]] = [{"part": name, "us": cost} for name, cost in costs.items()]
    shares = {rate: (sent * rate + look * min(rate, SECOND / APART_NS)) / 1e4 for rate in RATES}
    return rows + [{"part": f"% of a core at {rate}/s", "us": share} for rate, share in shares.items()]


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    wanted.add_argument("--universes", type=int, default=4)
    wanted.add_argument("--json", type=Path)
    given = wanted.parse_args()
    found = measure(given.universes)
    print(table(found, f"{given.universes} universes, {170 * given.universes} RGB lights"))
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
