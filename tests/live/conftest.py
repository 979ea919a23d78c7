from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from installation.remote.desk import Desk
from installation.remote.osc.server import Server
from installation.show import Show
from tests.conftest import PATIENCE_S
from tests.live.rehearsal import rehearsal


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
    assert server.wait(PATIENCE_S)
    yield server
    server.close()
    assert not server.alive
