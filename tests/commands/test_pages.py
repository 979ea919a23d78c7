"""The process that serves the pages, as a supervisor starts it: it ends when it is told to, and without a word."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.command import Command
from tests.harness.waiting import TIMEOUT_S, free_ports, until

pytestmark = pytest.mark.whole


def started(command: Command, home: Path) -> subprocess.Popen[str]:
    """The pages, with a supervisor at the other end of their input."""
    visitors, operators = free_ports(2)
    config = home / "venue.toml"
    ports = f"port = {visitors}\noperator_port = {operators}"
    config.write_text(f'[pages]\nenabled = true\nlisten = "127.0.0.1"\n{ports}\nwords = true\n', "utf-8")
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "installation", "pages", "--serve", "--config", str(config)],
        env=command.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, None], ids=["SIGTERM", "SIGINT", "end of input"])
def test_it_ends_without_a_word(command: Command, tmp_path: Path, how: signal.Signals | None) -> None:
    """Its input is read all the while: who reads that in a way that can't be let go of ends with an abort."""
    with started(command, tmp_path) as process:
        try:
            assert process.stdin is not None
            assert process.stderr is not None
            door = tmp_path / "run" / "sleeptree" / "pages.sock"
            until(lambda: door.exists() or process.poll() is not None, "the pages")
            compiler = "llvmlite" in Path(f"/proc/{process.pid}/maps").read_text()
            assert not compiler, "it takes nothing of a show along: half of its memory, and of the time to be back"
            if how is None:
                process.stdin.close()
            else:
                process.send_signal(how)
            assert process.wait(TIMEOUT_S) == 0  # its input is open until here, but for the one that ends with it
            assert process.stderr.read() == ""
            assert not door.exists()
        finally:
            process.kill()
