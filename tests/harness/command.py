"""The command line as its user runs it, in a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness.desktop import Desktop
from tests.harness.waiting import ROOT, TIMEOUT_S


class Command:
    """Runs `python -m installation ...` as its user would, with folders of its own and no screen unless given one."""

    def __init__(self, home: Path) -> None:
        self.home = home
        gone = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "SDL_FRAMEBUFFER_ACCELERATION", "CI")
        kept = {name: value for name, value in os.environ.items() if name not in gone and not name.startswith("XDG_")}
        ours = {"HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
        self.environment = {**kept, **ours}

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
