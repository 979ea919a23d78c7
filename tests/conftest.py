"""What tests of more than one room use: a real X server without a monitor, and a scene small enough to count on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from installation.remote.desk import Desk
from installation.remote.osc.server import Server
from installation.scene import Moment
from installation.show import Show
from tests.harness.command import Command
from tests.harness.desktop import Desktop
from tests.harness.home import move_into
from tests.harness.night import heard
from tests.harness.rehearsal import rehearsal
from tests.harness.waiting import TIMEOUT_S, needed

_SLOW = [HealthCheck.too_slow]  # how fast a machine is decides no test, and neither does what is drawn today
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile("search", deadline=None, max_examples=5000, suppress_health_check=_SLOW)
settings.load_profile("steady")  # `make test ARGS=--hypothesis-profile=search` draws others, and many more


@pytest.fixture(scope="session")
def kernels() -> None:
    """All machine code that a show needs is on the disk: here it may take minutes, and nobody waits for a process."""
    from installation.light.picture import prepare
    from installation.sound.output.process import drones, warm
    from installation.venue.settings import Hearing, Sound

    prepare(lambda _: None)
    warm(drones, 1, Sound(), Hearing())


@pytest.fixture(scope="session")
def desktop(kernels: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """An Xvfb that nobody else uses."""
    needed("Xvfb", "xdotool")
    folder = tmp_path_factory.mktemp("xvfb")
    ours, theirs = os.pipe()
    screen = f"{Desktop.width}x{Desktop.height}x24"
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(theirs),
            "-screen",
            "0",
            screen,
            "-fbdir",
            str(folder),
            "-noreset",
            "-br",
            "-nolisten",
            "tcp",
        ],
        pass_fds=[theirs],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        yield Desktop(f":{number}", folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(timeout=TIMEOUT_S)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command line, in a new home."""
    return Command(tmp_path)


@pytest.fixture
def show() -> Show:
    return rehearsal()


@pytest.fixture
def desk(show: Show, tmp_path: Path) -> Desk:
    return Desk(show, tmp_path / "presets")


@pytest.fixture
def server(desk: Desk) -> Iterator[Server]:
    server = Server(desk, "127.0.0.1", 0)
    server.start()
    assert server.wait(TIMEOUT_S)
    yield server
    server.close()
    assert not server.alive


@pytest.fixture(scope="session")
def night() -> tuple[NDArray[np.float32], list[Moment]]:
    """A short arc as it is heard, and its moments."""
    sound, moments, _ = heard()
    return sound, moments


_HOME = TemporaryDirectory(prefix="sleeptree-tests-")


def pytest_configure(config: pytest.Config) -> None:
    """No test sees the folders of whoever runs it."""
    move_into(Path(_HOME.name), os.environ)


def pytest_unconfigure(config: pytest.Config) -> None:
    _HOME.cleanup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What opens a real window or listens to a real sound server is a test of whole processes."""
    for item in items:
        if {"desktop", "house"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.whole)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regold", action="store_true", help="write the golden pictures anew, after looking at them")
