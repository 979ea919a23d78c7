"""`sleeptree play --stream`, as its staff starts it: the key is seen nowhere, a crash is outlived, nobody is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation.commands.play import without
from installation.foundation.errors import Mistake
from installation.options import stream_url
from tests.harness.desktop import Desktop
from tests.harness.home import environment
from tests.harness.listener import Listener, received
from tests.harness.playing import Playing
from tests.harness.waiting import free_ports, until

KEY = "k3y-0f-th3-h0use"
SMALL = '[stream]\nsize = "320x180"\nbitrate_kbps = 600\n'


def test_what_can_not_be_streamed_to_is_refused_in_a_line_without_its_key() -> None:
    with pytest.raises(Mistake, match=r'^--stream takes rtmp://.*, got "http://example.org/..."$'):
        stream_url(f"http://example.org/{KEY}")
    assert stream_url(f"rtmp://example.org/{KEY}").endswith(KEY)


def test_the_address_is_taken_out_of_the_command_line_that_is_handed_on() -> None:
    given = ["play", "--stream", f"rtmp://h/{KEY}", "--seed", "3", f"--stream=rtmp://h/{KEY}", "--silent"]
    assert without(given, "--stream") == ["play", "--seed", "3", "--silent"]
    assert without(["play", "--stream"], "--stream") == ["play"]


def test_a_list_of_processes_shows_stars(tmp_path: Path) -> None:
    script = (
        "import os, subprocess, sys; from installation.watch.process_title import hide;"
        "print(hide(sys.argv[1]), hide('nobody' + ' said that'), hide(''), sys.argv[1], flush=True);"
        "subprocess.run(['ps', '-ww', '-o', 'command=', '-p', str(os.getpid())])"
    )
    url = f"rtmp://h/{KEY}"
    order = [sys.executable, "-c", script, url, f"--stream={url}"]
    ran = subprocess.run(order, env=environment(tmp_path), capture_output=True, text=True, check=True)
    found, title = ran.stdout.splitlines()
    hidden = sys.platform == "linux"  # no other system lets a process change that
    assert found == f"{hidden} False False {url}"
    assert title.count(KEY) == (0 if hidden else 2)
    assert title.count("*" * len(url)) == (2 if hidden else 0)


@pytest.fixture
def playing(desktop: Desktop) -> Iterator[Playing]:
    one = Playing(desktop.environment, venue=SMALL)
    one.command[1] = "160x90"
    yield one
    one.close()


def seen_of(show: Playing) -> str:
    """All that anybody could read of a show: its files, its state, what its processes are called."""
    files = [path for path in show.home.rglob("*") if path.is_file() and path != show.config]
    texts = [path.read_bytes().decode("utf-8", "replace") for path in files if ".cache" not in path.parts]
    return "\n".join(
        [*texts, *show.processes().values(), show.ask("status").stdout, show.ask("status", "--json").stdout]
    )


def test_a_crash_is_followed_by_another_call_a_blackout_is_black_and_ctrl_c_leaves_nobody(
    playing: Playing, tmp_path: Path
) -> None:
    url = f"rtmp://127.0.0.1:{free_ports(1)[0]}/live/{KEY}"
    first = Listener(url, tmp_path / "first.flv")
    again: Listener | None = None
    try:
        playing.start("--stream", url)
        before = playing.wait(lambda s: s.get("stream_sent", 0) >= 20, "the first pictures")
        playing.guarded()
        seen = seen_of(playing)
        assert KEY not in seen
        assert "rtmp://127.0.0.1:" in seen
        os.kill(before["process"], signal.SIGKILL)
        first.ended()
        again = Listener(url, tmp_path / "again.flv")
        new = playing.wait(
            lambda s: s.get("process") != before["process"] and s.get("stream_sent", 0) >= 30, "a new stream"
        )

        def darkened(state: dict[str, Any]) -> bool:
            playing.tell("/show/blackout", 1)  # a datagram may be lost
            return bool(state.get("stream_sent", 0) >= new["stream_sent"] + 120)

        playing.wait(darkened, "four seconds of a blackout")
        assert KEY not in seen_of(playing)
        code, _, err = playing.end(signal.SIGINT)
        assert code == 0
        assert KEY not in err
        assert "Traceback" not in err
        until(lambda: not playing.processes(), "nobody")
        file = received(again.ended())
    finally:
        first.close()
        if again is not None:
            again.close()
    assert (file.codecs, file.size) == (("h264", "aac"), (320, 180))
    assert file.brightest[5] > 40
    assert file.brightest[-1] <= 20
    assert np.abs(file.sound[:96_000]).max() > 0.001  # [sound] enabled is false, and the stream has it all the same


def test_nobody_outlives_a_show_that_is_killed(playing: Playing) -> None:
    playing.start("--stream", f"udp://127.0.0.1:{free_ports(1)[0]}")
    playing.wait(lambda s: s.get("stream_sent", 0) >= 5, "the first pictures")
    assert playing.process is not None
    playing.process.kill()
    until(lambda: not playing.processes(), "nobody")
