"""Threads of the network that end or hang in a show that people play: OSC and OSCQuery answer again, and it is said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.harness.desktop import Desktop
from tests.harness.playing import Playing
from tests.harness.waiting import ROOT, until

pytestmark = pytest.mark.whole

FAULT = """
import selectors, threading
from pathlib import Path

_select, _faults, _for_ever = selectors.EpollSelector.select, Path({faults!r}), threading.Event()

def select(self, timeout=None):
    name = threading.current_thread().name
    for fault in ("ends", "hangs"):
        try:
            (_faults / f"{{name}} {{fault}}").unlink()
        except OSError:
            continue
        if fault == "ends":
            raise SystemExit
        _for_ever.wait()
    return _select(self, timeout)

selectors.EpollSelector.select = select
"""


@pytest.fixture
def show(desktop: Desktop, tmp_path: Path) -> Iterator[Playing]:
    one = Playing(desktop.environment)
    (tmp_path / "sitecustomize.py").write_text(FAULT.format(faults=str(tmp_path)))
    one.environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    text = one.config.read_text(encoding="utf-8")
    one.config.write_text(text.replace("[oscquery]\nenabled = false", f"[oscquery]\nport = {one.port + 1}"), "utf-8")
    yield one
    one.close()


def found(show: Playing) -> bool:
    """Whether OSCQuery answers."""
    link = HTTPConnection("127.0.0.1", show.port + 1, timeout=10.0)
    try:
        link.request("GET", "/light/glow?VALUE")
        return link.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        link.close()


@pytest.mark.parametrize("fault", ["ends", "hangs"])
def test_what_listens_is_begun_again(show: Playing, tmp_path: Path, fault: str) -> None:
    show.start()
    before = show.plays()
    show.give("/sleeper/7/glow", 0.75)
    until(lambda: found(show), "OSCQuery")
    for thread in ("osc", "oscquery"):
        (tmp_path / f"{thread} {fault}").touch()
        until(lambda thread=thread: not (tmp_path / f"{thread} {fault}").exists(), "the fault")
    for name in ("OSC", "OSCQuery"):
        told = f"{name} had to be begun again"
        show.wait(lambda s, told=told: any(told in line for line in s.get("troubles", ())), told)
    show.give("/sleeper/8/glow", 0.25)
    answered = show.asked("/sync")
    assert [answered[f"/sleeper/{n}/glow"] for n in (7, 8)] == [0.75, 0.25]
    until(lambda: found(show), "OSCQuery again")
    after = show.state
    assert (after["restarts"], after["process"]) == (0, before["process"])
    assert len([line for line in show.log_text().splitlines() if "it begins again" in line]) == 2
    assert show.end()[0] == 0
