"""A whole show, as its staff starts it: `sleeptree play` with its supervisor, in folders of its own, on any display.

It is asked only what anybody can ask: the state that `status` reads, the log, and the system's list of processes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from installation.watch.status_file import running
from tests.harness.home import environment, living
from tests.harness.waiting import TIMEOUT_S, free_ports, until

SCORE = """
name = "long"
settled = true

[[section]]
name = "communion"
phase = "harmony"
seconds = 3600
"""


PATIENT = "hang_s = 6.0\n"
"""[care] for tests: on a machine that they keep busy a healthy show may stand still for two seconds."""


class Playing:
    """One show. `venue` is put into its settings, `care` under [care] there, `screen` into its environment."""

    def __init__(
        self,
        screen: dict[str, str],
        venue: str = "",
        care: str = PATIENT,
        size: str = "320x180",
        sound: bool = False,
        threads: int = 1,
    ) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="st"))
        self.runtime = self.home / "run"
        (self.port,) = free_ports(1)
        quiet = "" if sound else "[sound]\nenabled = false\n"
        self.config = self.home / "venue.toml"
        self.config.write_text(
            f"[osc]\nport = {self.port}\n[oscquery]\nenabled = false\n[screen]\nthreads = {threads}\n"
            f"{quiet}[care]\n{care}{venue}",
            "utf-8",
        )
        self.score = self.home / "long.toml"
        self.score.write_text(SCORE, encoding="utf-8")
        self.environment = environment(self.home, **screen)
        self.command = ["--window", size, "--seed", "5"]
        self.prefix: list[str] = []  # of the command line, such as a shell that sets limits
        self.stderr: int = subprocess.PIPE
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str, score: str | None = None) -> None:
        """Begin."""
        self._run("play", "--score", score or str(self.score), *self.command, *arguments)

    def replay(self, journal: Path, *arguments: str) -> None:
        """Begin a replay."""
        self._run("replay", str(journal), *self.command[:2], *arguments)

    def _run(self, *given: str) -> None:
        self.process = subprocess.Popen(
            [*self.prefix, sys.executable, "-W", "error", "-m", "installation", *given, "--config", str(self.config)],
            env=self.environment,
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            text=True,
        )

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command, in the same home."""
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "installation", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    # what can be known

    @property
    def state(self) -> dict[str, Any]:
        """What the show says of itself; empty before it does."""
        return next(running(self.runtime / "sleeptree"), {})

    def wait(
        self, true: Callable[[dict[str, Any]], object], what: str, patience_s: float = TIMEOUT_S
    ) -> dict[str, Any]:
        """Until something is true of the state."""
        end = time.monotonic() + patience_s
        while not true(state := self.state):
            assert time.monotonic() < end, f"still waiting for {what}: {state}\n{self.log_text()[-3000:]}"
            time.sleep(0.02)
        return state

    def plays(self, than: int = -1) -> dict[str, Any]:
        """Until pictures are shown, by another process than `than`."""
        return self.wait(
            lambda s: s.get("place") == "playing" and s.get("process") != than and s.get("tick", 0) > 0, "pictures"
        )

    def guarded(self) -> dict[str, Any]:
        """Until another process stands by."""
        return self.wait(lambda s: s.get("place") == "playing" and s.get("standing_by"), "a process that stands by")

    def log_text(self) -> str:
        """All of the log."""
        path = self.home / ".local" / "state" / "sleeptree" / "log" / "sleeptree.log"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def log(self, event: str) -> list[dict[str, Any]]:
        """Lines of the log about something."""
        return [said for line in self.log_text().splitlines() if (said := json.loads(line))["event"] == event]

    def processes(self) -> dict[int, str]:
        """Every process that lives in this show's home, by number."""
        return living(self.home)

    @property
    def pages(self) -> int:
        """The process of its pages."""
        found = [number for number, command in self.processes().items() if "pages --serve" in command]
        assert len(found) == 1, self.processes()
        return found[0]

    # what can be done

    def tell(self, address: str, *arguments: Sequence[object] | float | str) -> None:
        """One OSC message."""
        from pythonosc.udp_client import SimpleUDPClient

        client = SimpleUDPClient("127.0.0.1", self.port)
        client.send_message(address, list(arguments))
        client._sock.close()

    def asked(self, address: str) -> dict[str, Any]:
        """What it answers to a message without arguments, by address, up to the last sleeper."""
        from pythonosc.osc_bundle import OscBundle
        from pythonosc.osc_message import OscMessage
        from pythonosc.osc_message_builder import OscMessageBuilder

        said: dict[str, Any] = {}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.settimeout(1.0)
            end = time.monotonic() + TIMEOUT_S
            while "/sleeper/240/present" not in said:
                assert time.monotonic() < end, said
                link.sendto(OscMessageBuilder(address).build().dgram, ("127.0.0.1", self.port))
                with suppress(TimeoutError):
                    while "/sleeper/240/present" not in said:
                        data = link.recv(65_536)
                        messages = list(OscBundle(data)) if OscBundle.dgram_is_bundle(data) else [OscMessage(data)]
                        said |= {m.address: (m.params or [None])[0] for m in messages if isinstance(m, OscMessage)}
        return said

    def give(self, address: str, value: float) -> None:
        """Say it until it was taken and is kept: whatever becomes of the process now, it may not be lost.

        A datagram may be lost on a busy machine, and with the process that it waits for.
        """
        said = f'"{address}",{struct.unpack(">f", struct.pack(">f", value))[0]!r}'

        def taken() -> bool:
            self.tell(address, value)
            return any(said in text for text in self.written())

        until(taken, f"{address} {value} to be taken")

    def written(self) -> Iterator[str]:
        """What is written down of what was played: journals, and what was written ahead of them."""
        ahead = self.runtime / "sleeptree/kept/show/write-ahead.log"
        for path in (ahead, *(self.home / ".local/share/sleeptree/journals").glob("*.journal")):
            with suppress(FileNotFoundError):
                yield path.read_text(encoding="utf-8", errors="replace")

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask it to end; exit code and words."""
        assert self.process is not None
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, out, err

    def close(self) -> None:
        """Nothing of it is left."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate(timeout=TIMEOUT_S)
        for number in self.processes():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)
