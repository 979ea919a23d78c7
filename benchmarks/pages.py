"""What a room full of phones costs: the process that serves them, and the pictures of the show beside it.

    python benchmarks/pages.py [--phones 500,2000] [--seconds 10] [--rounds 3] [--size 1280x720] [--parts load,...]

load: so many phones lie down (tests/harness/phones.py, a process that gives way), tap twice a second and are told how
the show is; CPU and memory of the process that serves them, what each was told a second, who was lost. A show without
pictures steps in this process. pictures: the times between pictures of the piece drawn at --size, in turn with the
fewest phones and with none. kills: a whole show on an X server of its own with the fewest phones; its pages are killed,
in turn with as long a time without; when phones lay there again, and pictures that came late in each of these times.
herd: the fewest phones come within a second, each for the page, its files and a place; when they had one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from osc import Theatre, between  # beside this file
from processes import cpu_s, resident_kb
from soak import stage
from tables import table

from installation.remote.desk import Desk
from installation.remote.web import wire
from installation.remote.web.bridge import Bridge
from installation.session.production import load_production
from installation.session.request import Request
from installation.venue.settings import size
from tests.harness.home import environment, move_into
from tests.harness.pages import FILES, played
from tests.harness.playing import Playing
from tests.harness.rehearsal import rehearsal
from tests.harness.waiting import free_ports, until

PHONES = Path(__file__).parent.parent / "tests" / "harness" / "phones.py"
TAPS = 2.0
SMALL = "320x180"  # of a show beside kills: so that it has room, and what is late is late for their sake


@contextmanager
def served(home: Path) -> Iterator[tuple[int, int]]:
    """Pages in a process of their own: its number, and their port."""
    (port,) = free_ports(1)
    config = home / "venue.toml"
    config.write_text(
        f'[pages]\nenabled = true\nlisten = "127.0.0.1"\nport = {port}\nentry_word = false\noperator = false\n'
        "sockets = 4000\nsockets_of_host = 0\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "installation", "pages", "--serve", "--config", str(config)]
    process = subprocess.Popen(command, env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        until(wire.path().exists, "the pages")
        yield process.pid, port
    finally:
        assert process.stdin is not None
        process.stdin.close()  # as where its supervisor is gone
        process.wait()


@contextmanager
def lying(port: int, many: int, seconds: float, word: str = "") -> Iterator[subprocess.Popen[str]]:
    """So many phones that lie there; a line to them, and they tap for so long."""
    command = [sys.executable, str(PHONES), str(port), str(many), str(seconds), str(TAPS), word]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "there\n":
            raise SystemExit("the phones did not come")
        yield process
    finally:
        process.kill()
        process.wait()


def load(home: Path, phones: list[int], seconds: float) -> list[dict[str, Any]]:
    rows = []
    for many in phones:
        show = rehearsal()
        with served(home) as (server, port), played(show, Desk(show, home / "looks"), wire.path()) as bridge:
            until(lambda bridge=bridge: bridge.connected, "the show to have met the pages")  # type: ignore[misc]
            time.sleep(1.0)  # what is loaded late is loaded
            alone = resident_kb(server)
            with lying(port, many, seconds) as them:
                time.sleep(1.0)
                before, began = cpu_s(server), time.monotonic()
                said, _ = them.communicate("\n")
                share = (cpu_s(server) - before) / (time.monotonic() - began)
                each = (resident_kb(server) - alone) / many
            rows.append({**json.loads(said), "share of a core": share, "KB a phone": each})
    return rows


def pictures(home: Path, many: int, seconds: float, rounds: int, pixels: str) -> dict[str, Any]:
    with served(home) as (_, port), Theatre(load_production(Request()), size(pixels), home / "looks") as theatre:
        bridge = Bridge(theatre.desk, wire.path(), [])
        theatre.followers.append(bridge)
        bridge.start()
        until(lambda: bridge.connected, "the show to have met the pages")
        quiet, loud = [], []
        for _ in range(rounds):
            quiet.append(between(theatre, lambda: time.sleep(seconds)))
            with lying(port, many, seconds) as them:
                loud.append(between(theatre, lambda them=them: them.communicate("\n")))  # type: ignore[misc]
        theatre.followers.remove(bridge)
        bridge.close()
    p99 = [[float(np.percentile(one, 99)) for one in each] for each in (quiet, loud)]
    return {
        "phones": many,
        "median ms, none": float(np.median(np.concatenate(quiet))),
        "median ms": float(np.median(np.concatenate(loud))),
        "p99 ms, none": statistics.median(p99[0]),
        "p99 ms": statistics.median(p99[1]),
        "p99 grows by": statistics.median(b / a - 1.0 for a, b in zip(*p99, strict=True)),
    }


async def arrives(session: aiohttp.ClientSession, address: str, after_s: float) -> float:
    """Seconds from scanning the code to lying there."""
    await asyncio.sleep(after_s)
    began = time.monotonic()
    for name in ("/", *(f"/a/{name}" for name in FILES.served if not name.endswith("keepsake.js"))):
        async with session.get(f"{address}{name}") as answer:
            answer.raise_for_status()
            await answer.read()
    async with session.ws_connect(f"{address}/ws", headers={"Origin": address}) as link:
        await link.send_json({"k": "hello", "lang": "en"})
        await link.send_json({"k": "join", "hue": 0.4})
        while (await link.receive_json())["k"] != "place":
            pass
        await asyncio.sleep(10.0)  # they stay
    return time.monotonic() - began - 10.0


async def herd(port: int, many: int) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)  # no two phones share a connection
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        each = [arrives(session, f"http://127.0.0.1:{port}", number / many) for number in range(many)]
        found = await asyncio.gather(*each, return_exceptions=True)
    taken = [one for one in found if isinstance(one, float)]
    return {"phones": many, "lost": many - len(taken), "s, median": statistics.median(taken), "last": max(taken)}


def kills(many: int, seconds: float, rounds: int) -> list[dict[str, Any]]:
    (port,) = free_ports(1)
    quiet, killed = [], []
    with stage(sound=False) as run:
        show = run.show
        with show.config.open("a") as config:
            config.write(f'[pages]\nenabled = true\nlisten = "127.0.0.1"\nport = {port}\nsockets_of_host = 0\n')
        show.command[1] = SMALL
        show.start()
        show.guarded()
        word = str(show.wait(lambda s: s.get("pages", {}).get("word"), "the pages")["pages"]["word"])
        with lying(port, many, 2 * rounds * seconds, word) as them:
            assert them.stdin is not None
            them.stdin.write("\n")
            them.stdin.flush()
            for _ in range(rounds):
                quiet.append(shown(show, seconds))
                os.kill(show.pages, signal.SIGKILL)
                killed.append(shown(show, seconds))
            said, _ = them.communicate()
        show.end()
    told = json.loads(said)
    back = {key: told[key] for key in ("lost", "came back", "after s, median", "last")}
    none = dict.fromkeys(back, "-")
    return [{"pages": "left alone", **total(quiet), **none}, {"pages": "killed", **total(killed), **back}]


def shown(show: Playing, seconds: float) -> dict[str, int]:
    """Pictures in so many seconds, of them late ones, and ticks by which its time has slipped."""
    before = show.state
    time.sleep(seconds)
    after = show.state
    pictures = after["frame_ms"]["n"] - before["frame_ms"]["n"]
    late, slipped = (after[key] - before[key] for key in ("late", "slipped_ticks"))
    return {"pictures": pictures, "late": late, "ticks slipped": slipped}


def total(times: list[dict[str, int]]) -> dict[str, int]:
    return {key: sum(each[key] for each in times) for key in times[0]}


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    wanted.add_argument("--phones", default="500,2000")
    wanted.add_argument("--seconds", type=float, default=10.0)
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--size", default="1280x720")
    wanted.add_argument("--parts", default="load,pictures,herd,kills")
    wanted.add_argument("--json", type=Path)
    given = wanted.parse_args()
    phones, found = sorted(map(int, given.phones.split(","))), {}
    with tempfile.TemporaryDirectory(prefix="st") as home:
        move_into(Path(home), os.environ)
        if "load" in given.parts:
            found["load"] = load(Path(home), phones, given.seconds)
            print(table(found["load"], f"phones that tap {TAPS:g} times a second; states a second: least, most"))
        if "pictures" in given.parts:
            found["pictures"] = [pictures(Path(home), phones[0], given.seconds, given.rounds, given.size)]
            print(table(found["pictures"], f"between pictures at {given.size}"))
        if "herd" in given.parts:
            with served(Path(home)) as (_, port):
                found["herd"] = [asyncio.run(herd(port, phones[0]))]
            print(table(found["herd"], "come within a second"))
        if "kills" in given.parts:
            found["kills"] = kills(phones[0], given.seconds, given.rounds)
            print(table(found["kills"], f"{given.rounds} times {given.seconds:g} s each, {phones[0]} phones"))
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
