"""What a show measures of itself may fail, and the show doesn't: it is said once, counted, and tried again."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from installation.live.frame_pacing import Times
from installation.live.painter import Painter
from installation.live.state import StatusReader
from installation.model import ticks
from installation.show import Show
from installation.watch import process_stats
from installation.watch.telemetry import Telemetry


def test_what_can_not_be_measured_stops_no_show(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> float:
        raise OSError(24, "Too many open files")

    said: list[Mapping[str, Any]] = []
    painter = cast(Painter, SimpleNamespace(intervals=Times(), work=Times()))
    telemetry = Telemetry(painter, 16_666_667, StatusReader(), said.append)

    def play(seconds: int) -> None:
        for _ in range(seconds * ticks.RATE):
            show.step()
            telemetry.follow(show, 1.0)

    with monkeypatch.context() as machine, capture_logs() as logged:
        machine.setattr(process_stats, "memory_mb", none)
        play(3)
    assert (telemetry.failed, said) == (3, [])
    assert [line["why"] for line in logged] == ["OSError: [Errno 24] Too many open files"]
    play(1)
    assert said[-1]["state"]["tick"] == 4 * ticks.RATE
