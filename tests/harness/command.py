"""The command line as its user runs it, in a home of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness.desktop import Desktop
from tests.harness.home import environment
from tests.harness.waiting import TIMEOUT_S


class Command:
    """Runs `python -m installation ...` as its user would, with folders of its own and no screen unless given one."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = environment(home)

    def _start(self, *arguments: str, desktop: Desktop | None = None) -> subprocess.Popen[str]:
        screen = desktop.environment if desktop is not None else {}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "installation", *arguments],
            env={**self.environment, **screen},
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def started(self, *arguments: str, desktop: Desktop | None = None) -> Iterator[subprocess.Popen[str]]:
        """Begin it; it does not outlive the block."""
        with self._start(*arguments, desktop=desktop) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *arguments: str, desktop: Desktop | None = None) -> subprocess.CompletedProcess[str]:
        """Do it, to the end."""
        with self.started(*arguments, desktop=desktop) as process:
            out, err = process.communicate(timeout=TIMEOUT_S)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)
