"""Nodes of a cloud as processes of their own: `tests.harness.cloudnode`, begun, heard, stopped and killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.harness.home import environment
from tests.harness.waiting import ROOT


class NodeProcess:
    """A node that begins at once in `home`, and what it has said. `ports` are everybody's, by name; to be closed.

    `more` goes on its command line.
    """

    def __init__(self, home: Path, name: str, ports: Mapping[str, int], *more: str) -> None:
        others = [str(port) for other, port in ports.items() if other != name]
        order = [sys.executable, "-m", "tests.harness.cloudnode", name, str(ports[name]), *more]
        order += ["--folder", str(home / "journals"), "--connect", *others, "--named", *ports]
        self.name = name
        self.said: list[dict[str, Any]] = []
        self.process = subprocess.Popen(order, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    @property
    def runs(self) -> bool:
        """Whether it has not ended; one that is stopped has not."""
        return self.process.poll() is None

    def latest(self, key: str) -> Any:
        """What it said of that last; None before it has."""
        return self.said[-1].get(key) if self.said else None

    def stop(self) -> None:
        """It stands still."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It runs again, after `stop`."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """It is gone at once, without a word."""
        self.process.kill()
        self.finish()

    def finish(self) -> int:
        """Wait until it ends by itself; its exit code."""
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.returncode

    close = kill


def conductor(nodes: Iterable[NodeProcess]) -> NodeProcess | None:
    """Who conducts, by what was said last; None where nobody says so."""
    return next((node for node in nodes if node.runs and node.latest("conducts")), None)
