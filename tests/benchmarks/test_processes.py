"""What a process has used is what the process itself knows of that."""

from __future__ import annotations

import os
import time

import pytest

from benchmarks.processes import cpu_s, resident_kb


def test_cpu_seconds_are_those_of_the_process() -> None:
    while time.process_time() < 0.1:
        pass
    before = time.process_time()
    assert before - 0.05 < cpu_s(os.getpid()) < time.process_time() + 0.05


def test_memory_that_is_written_to_is_counted() -> None:
    before = resident_kb(os.getpid())
    held = b"1" * 40_000_000
    assert resident_kb(os.getpid()) - before == pytest.approx(len(held) / 1024, rel=0.1)
