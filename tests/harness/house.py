"""A sound server of our own: a private PulseAudio with a null sink, whose monitor hears what a room would."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.harness import waiting
from tests.harness.home import environment
from tests.harness.waiting import until

TOOLS = ("pulseaudio", "pactl", "parec")


def needed() -> None:
    """Skip where PulseAudio is missing, loudly; on the machine that decides, fail."""
    waiting.needed(*TOOLS)


@contextmanager
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch | None = None) -> Iterator[House]:
    """A house that is open meanwhile; with a `monkeypatch`, this very process lives in it."""
    needed()
    house = House(folder)
    if monkeypatch is not None:
        for name in ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_SERVER", "ALSA_CONFIG_PATH"):
            monkeypatch.setenv(name, house.environment[name])
    try:
        house.open()
        yield house
    finally:
        house.close()


class House:
    """The server, and whoever listens in its room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = environment(
            folder / "home",
            XDG_RUNTIME_DIR=str(folder),
            PULSE_RUNTIME_PATH=str(folder / "pulse"),
            PULSE_SERVER=f"unix:{folder / 'native'}",
            ALSA_CONFIG_PATH=str(folder / "asound.conf"),
        )
        (folder / "asound.conf").write_text(
            "</usr/share/alsa/alsa.conf>\npcm.pulse { type pulse }\nctl.pulse { type pulse }\n"
            "pcm.!default { type pulse hint { show on description room } }\n"
        )
        self.server: subprocess.Popen[bytes] | None = None
        self.listener: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        modules = (
            f"module-native-protocol-unix auth-anonymous=1 socket={self.folder / 'native'}",
            "module-null-sink sink_name=room rate=48000 channels=2 format=s16le",
        )
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        command += ["--disable-shm=yes", "--high-priority=yes", "--realtime=yes"]
        for module in modules:
            command += ["-L", module]
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        until(self.answers, "PulseAudio")

    def answers(self) -> bool:
        told = subprocess.run(
            ["pactl", "list", "short", "sinks"], env=self.environment, capture_output=True, check=False
        )
        return b"room" in told.stdout

    def listen(self) -> Path:
        """Begin to record the room; s16le, two channels. A listener also keeps a null sink from dozing off."""
        path = self.folder / f"heard-{time.monotonic_ns()}.raw"
        with path.open("wb") as file:
            command = ["parec", "--raw", "--format=s16le", "--rate=48000", "--channels=2", "--latency-msec=20"]
            self.listener = subprocess.Popen([*command, "-d", "room.monitor"], env=self.environment, stdout=file)
        until(lambda: path.stat().st_size > 0, "the first recorded sample")
        return path

    def close(self) -> None:
        for process in (self.listener, self.server):
            if process is not None:
                process.kill()
                process.wait()
        self.listener = self.server = None


def recorded(path: Path) -> NDArray[np.int16]:
    """(n, 2) what was heard."""
    whole = path.read_bytes()
    return np.frombuffer(whole[: len(whole) // 4 * 4], dtype="<i2").reshape(-1, 2)
