"""The show under its supervisor, in real processes: killed, stopped, its snapshots damaged, its screen gone and back.

Nothing here is decided by how long something takes; that is measured in benchmarks/soak.py.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from installation.recording import checkpoint
from tests.harness.desktop import Desktop
from tests.harness.playing import PATIENT, Playing
from tests.harness.waiting import TIMEOUT_S, needed, until

Stage = Callable[..., Playing]


@pytest.fixture
def stage(desktop: Desktop) -> Iterator[Stage]:
    """Makes shows on the desktop; none outlives the test."""
    made: list[Playing] = []

    def make(venue: str = "", **more: Any) -> Playing:
        made.append(Playing(desktop.environment, venue, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def gone(playing: Playing) -> None:
    until(lambda: not playing.processes(), f"nobody to be left of {playing.processes()}")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGABRT])
def test_a_crash_or_a_hang_is_followed_by_the_show_where_it_was(stage: Stage, number: signal.Signals) -> None:
    show = stage()
    show.start()
    before = show.guarded()
    show.tell("/light/hue", 0.3)
    show.tell("/sleeper/7/glow", 1.75)
    show.wait(lambda s: s.get("messages", {}).get("taken", 0) >= 2, "what was said")
    show.give("/dream/communion", 0.9)  # whether a snapshot has this already or not
    in_place = show.state["snapshot_tick"]
    os.kill(before["process"], number)
    after = show.plays(before["process"])
    assert (after["restarts"], after["process"]) == (1, before["standby"])
    (on,) = show.log("goes on")
    assert max(in_place, 120) <= on["snapshot"] <= on["tick"]
    assert on["refused"] == []
    (restart,) = show.log("restart")
    assert restart["reason"] == ("hang" if number == signal.SIGSTOP else number.name)
    (back,) = show.log("back")
    print(f"without a picture for {back['without_picture_s']} s")
    answered = show.asked("/sync")
    assert answered["/light/hue"] == pytest.approx(0.3, abs=1e-6)
    assert answered["/sleeper/7/glow"] == pytest.approx(1.75, abs=1e-6)
    assert answered["/dream/communion"] == pytest.approx(0.9, abs=1e-6)
    code, _, err = show.end()
    assert code == 0
    if number == signal.SIGABRT and err:  # it fell while the scene was asked: nobody can tell that it was not the scene
        assert err.startswith("a scene is replaced by the calm one scene=sleeptree")
    else:
        assert err == ""
    gone(show)
    journals = sorted((show.home / ".local/share/sleeptree/journals").glob("*.journal"))
    whole = "".join(path.read_text(encoding="utf-8") for path in journals)
    assert all(f'"{address}"' in whole for address in ("/light/hue", "/sleeper/7/glow", "/dream/communion"))


def test_nobody_outlives_a_supervisor_that_is_killed(stage: Stage) -> None:
    show = stage(sound=True)
    show.start()
    show.guarded()
    assert len(show.processes()) >= 4  # supervisor, show, standby, sound
    assert show.process is not None
    show.process.kill()
    gone(show)
    assert show.state == {}
    left = next(
        checkpoint.found([show.home / ".local/share/sleeptree/kept/show", show.runtime / "sleeptree/kept/show"])
    )
    show.process.communicate()
    show.start("--resume")
    show.plays()
    on = show.log("goes on")[-1]
    assert (on["snapshot"], on["strayed"]) == (left.tick, None)
    assert left.tick <= on["tick"] <= left.tick + 2 * 120


def test_what_fails_too_often_gives_way_to_the_calm_scene_then_to_black_then_ends(
    stage: Stage, desktop: Desktop
) -> None:
    show = stage(care=f"{PATIENT}failures = 2\nwithin_s = 3600\n")
    show.start()
    roles = []
    process = -1
    for _ in range(6):
        state = (
            show.plays(process)
            if len(roles) < 4
            else show.wait(lambda s, than=process: s.get("place") == "playing" and s.get("process") != than, "black")
        )
        roles.append(state["role"])
        process = state["process"]
        if state["role"] == "black":
            until(lambda: 0 < (desktop.picture() & 0xFF > 0x40).mean() < 0.1, "words for the staff on black")
        os.kill(process, signal.SIGKILL)
    assert roles == ["show", "show", "calm", "calm", "black", "black"]
    assert show.process is not None
    show.process.communicate(timeout=TIMEOUT_S)
    assert show.process.returncode == 1
    assert [line["instead"] for line in show.log("given up")] == ["calm", "black", "nothing"]
    gone(show)


@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM", "SIGHUP", "escape", "close"])
def test_it_ends_cleanly_and_leaves_nobody(stage: Stage, desktop: Desktop, ending: str) -> None:
    show = stage(sound=True)
    show.start()
    show.guarded()
    assert show.process is not None
    if ending == "escape":
        desktop.window()
        desktop.key("Escape")
    elif ending == "close":
        desktop.close()
    else:
        show.process.send_signal(getattr(signal, ending))
    out, err = show.process.communicate(timeout=TIMEOUT_S)
    assert (show.process.returncode, out) == (0, "")
    assert [line for line in err.splitlines() if "no sound" not in line] == []
    gone(show)
    assert show.log("restart") == []
    until(lambda: (desktop.picture() & 0xFF).mean() < 1, "a screen with nothing left but the server's own cursor")
    journal = next((show.home / ".local/share/sleeptree/journals").glob("*.journal")).read_text(encoding="utf-8")
    assert '"end":true' in journal.splitlines()[-1]
    assert list((show.runtime / "sleeptree").glob("show-*")) == []


def test_a_standby_that_dies_is_replaced_and_costs_nothing(stage: Stage) -> None:
    show = stage()
    show.start()
    before = show.guarded()
    os.kill(before["standby"], signal.SIGKILL)
    show.wait(lambda s: s.get("standing_by") and s.get("standby") != before["standby"], "another one")
    assert show.state["restarts"] == 0
    assert show.state["process"] == before["process"]


def test_a_restart_reads_no_file_that_people_edit(stage: Stage) -> None:
    show = stage()
    show.start()
    before = show.plays()
    show.config.write_text("[screen\nfps = garbage", encoding="utf-8")
    show.score.unlink()
    os.kill(before["process"], signal.SIGKILL)
    again = show.plays(before["process"])
    later = show.guarded()
    os.kill(later["process"], signal.SIGKILL)
    assert show.plays(again["process"])["score"] == "long"
    assert show.end()[0] == 0


def test_bad_input_is_said_once_and_not_tried_again(stage: Stage) -> None:
    show = stage("[hours]\nopen = ['always']\n")
    show.start()
    assert show.process is not None
    out, err = show.process.communicate(timeout=TIMEOUT_S)
    assert (show.process.returncode, out, err.count("\n")) == (2, "", 1)
    assert '[hours] open takes times such as "10:00-18:00"' in err
    assert show.log("restart") == []


@pytest.mark.whole
def test_a_screen_that_is_lost_comes_back_and_the_show_goes_on_meanwhile(tmp_path: Path) -> None:
    needed("Xvfb")
    number = next(n for n in range(200, 300) if not Path(f"/tmp/.X11-unix/X{n}").exists())
    command = ["Xvfb", f":{number}", "-screen", "0", "640x360x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(Path(f"/tmp/.X11-unix/X{number}").exists, "an X server")
    show = Playing({"DISPLAY": f":{number}", "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": "x11"})
    try:
        show.start()
        before = show.guarded()
        server.kill()
        server.wait()
        blind = show.wait(lambda s: s.get("present") == "nowhere", "a show without a screen")
        show.wait(lambda s: s.get("tick", 0) > blind["tick"] + 120, "the show to go on")
        assert blind["tick"] >= before["snapshot_tick"]
        Path(f"/tmp/.X11-unix/X{number}").unlink(missing_ok=True)
        Path(f"/tmp/.X{number}-lock").unlink(missing_ok=True)
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        there = show.wait(lambda s: s.get("present") == "memory", "the screen")
        assert there["size"] == [320, 180]
        assert show.end()[0] == 0
    finally:
        show.close()
        server.kill()
        server.wait()


def test_systemd_is_told(stage: Stage) -> None:
    show = stage()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(show.home / "notify"))
        ear.settimeout(TIMEOUT_S)
        show.environment["NOTIFY_SOCKET"] = str(show.home / "notify")
        show.start()
        heard: list[str] = []

        def listen(word: str) -> None:
            while word not in heard:
                heard.extend(ear.recv(4096).decode().splitlines())

        listen("READY=1")
        heard.clear()
        listen("WATCHDOG=1")
        os.kill(show.plays()["process"], signal.SIGSTOP)
        show.wait(lambda s: s.get("silent_s", 0.0) > 0.3 or show.log("hang"), "what was still said before to be heard")
        ear.setblocking(False)
        with suppress(BlockingIOError):
            while ear.recv(4096):
                continue
        ear.settimeout(TIMEOUT_S)
        heard.clear()
        listen("WATCHDOG=1")
        assert show.log("hang")  # nobody feeds a watchdog for a loop that stands still
        assert show.end()[0] == 0
        listen("STOPPING=1")


def test_status_says_how_it_is_and_that_nothing_runs(stage: Stage) -> None:
    show = stage()
    none = show.ask("status")
    assert (none.returncode, none.stdout, none.stderr) == (1, "no show runs here\n", "")
    show.start()
    show.guarded()
    told = show.ask("status")
    assert told.returncode == 0, told.stderr
    for word in ("playing", "communion", "320x180", "median", "stands by", "sleeptree.log"):
        assert word in told.stdout
    show.end()
    assert show.ask("status", "--json").stdout.strip() == "[]"
