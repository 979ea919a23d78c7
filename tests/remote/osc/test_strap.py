"""The manual's bridge for a heart-rate strap, run as it is written, with a strap that is simulated in its process."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installation.model import ticks
from installation.remote.desk import Desk
from installation.remote.osc.server import Server
from installation.show import Show
from tests.harness.rehearsal import record, tick, unevenness
from tests.harness.waiting import until

RECIPES = (Path(__file__).parents[3] / "docs" / "hosts.md").read_text(encoding="utf-8")

STRAP = '''
import asyncio

class BleakClient:
    """A strap on a heart of 80 beats a minute: a notification a second with the beats since the last, as they come."""

    def __init__(self, address):
        assert address == "AA:BB"
        self.is_connected = True

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        self.strap.cancel()

    async def start_notify(self, characteristic, heard):
        assert characteristic.startswith("00002a37")
        self.strap = asyncio.ensure_future(self.beat(heard))

    async def beat(self, heard):
        interval, beats = 768, 0  # 1/1024 s
        for second in range(1, 5):
            await asyncio.sleep(1.0)
            new = int(second * 1024 / interval) - beats
            beats += new
            wide = second % 2  # the rate as one byte or two, with and without energy
            head = bytes([0x10 | wide | 8 * wide, 80]) + (b"\\\\0" + b"\\\\x12\\\\x34" if wide else b"")
            heard(0, bytearray(head + interval.to_bytes(2, "little") * new))
        self.is_connected = False
'''.replace("\\\\", "\\")


@pytest.mark.whole
def test_the_readmes_bridge_leads_a_sleeper(server: Server, desk: Desk, show: Show, tmp_path: Path) -> None:
    (bridge,) = (block for block in re.findall(r"```python\n(.*?)```", RECIPES, re.S) if "bleak" in block)
    (tmp_path / "bleak.py").write_text(STRAP)
    (tmp_path / "bridge.py").write_text(bridge)
    process = subprocess.Popen([sys.executable, str(tmp_path / "bridge.py"), "AA:BB", "3", str(server.port)])
    felt = record(desk)
    began = time.monotonic()
    led = []
    while process.poll() is None:
        while show.tick < (time.monotonic() - began) * ticks.RATE:
            tick(show, desk)
            led.append(float(show.community.driven[2]))
        time.sleep(0.002)
    assert process.returncode == 0
    until(lambda: tick(show, desk) or desk.counters.counted["taken"] + desk.inbox.merged == 5, "every beat")
    assert desk.counters.total == 0
    uneven = unevenness(felt, [1.0, 1.0, 0.75, 0.75])  # it can't tell what was before it was asked
    assert show.community.rate_target[2] == pytest.approx(80 / 60, rel=uneven)
    assert max(led) > 0.95
    for _ in range(ticks.ticks(45.0)):  # the strap is taken off
        tick(show, desk)
    assert show.community.driven[2] < 0.1
