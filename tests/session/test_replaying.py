"""A recorded night at any moment of it: a still, and a replay that begins in the middle, watched over OSC."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.commands.still import still
from installation.foundation.errors import Mistake
from installation.model import score
from installation.recording.replay import Performance
from installation.repertoire import found as repertoire
from installation.session.request import Request, When
from installation.show import Show
from tests.harness.command import Command
from tests.harness.desktop import Desktop
from tests.harness.evening import Evening
from tests.harness.home import living
from tests.harness.playing import SCORE, Playing
from tests.harness.waiting import TIMEOUT_S, free_ports, until

pytestmark = pytest.mark.whole


def night(folder: Path, seconds: float = 6.0) -> Performance:
    """Somebody turns the light off in the second second, and sets a hue in the third."""
    evening = Evening(folder, Show(score.parse(SCORE, "long"), 5, repertoire().scenes))
    evening.play(1.5)
    evening.say("/light/brightness", 0.0)
    evening.play(1.0)
    evening.say("/light/hue", 0.25)
    evening.play(seconds - 2.5)
    return evening.end()


@pytest.mark.parametrize(("at", "lit"), [(When(1.0), True), (When(5.0), False), (When(clock=(21, 0, 5)), False)])
def test_a_still_of_a_moment_of_a_journal(tmp_path: Path, kernels: None, at: When, lit: bool) -> None:
    out = tmp_path / "a.png"
    said = still(Request(), at, None, (64, 36), out, night(tmp_path).path)
    with av.open(str(out)) as file:
        picture = next(file.decode(video=0)).to_ndarray(format="rgb24")
    assert (np.max(picture) > 40) == lit
    assert f"{at.seconds or 5.0:g} s" in said


def test_a_memento_of_a_journal_marks_whom_it_names(tmp_path: Path, kernels: None) -> None:
    path, out = night(tmp_path).path, tmp_path / "mine.png"
    said = still(Request(), When(clock=(21, 0, 1)), None, (320, 180), out, path, sleeper=17)
    across, down = (int(share) for share in re.findall(r"(\d+) % from", said))
    still(Request(), When(clock=(21, 0, 1)), None, (320, 180), tmp_path / "all.png", path)
    marked, without = (read(file) for file in (out, tmp_path / "all.png"))
    x, y = round(3.2 * across), round(1.8 * down)
    lit = (marked - without).max(axis=2)[max(y - 6, 0) : y + 7, max(x - 6, 0) : x + 7]
    assert lit.max() > 60, said
    with pytest.raises(Mistake, match="was played from 21:00:00 to 21:00:06"):
        still(Request(), When(clock=(22, 30, 0)), None, (320, 180), tmp_path / "none.png", path, sleeper=17)
    assert not (tmp_path / "none.png").exists()


def test_whoever_was_not_in_the_room_has_no_memento(tmp_path: Path, kernels: None) -> None:
    evening = Evening(tmp_path, Show(score.parse(SCORE, "long"), 5, repertoire().scenes))
    evening.say("/sleeper/17/present", 0)
    evening.play(6.0)
    path, out = evening.end().path, tmp_path / "mine.png"
    with pytest.raises(Mistake, match="--sleeper 17: this sleeper was not in the room at 5 s of the show"):
        still(Request(), When(5.0), None, (64, 36), out, path, sleeper=17)
    assert not out.exists()


def read(file: Path) -> NDArray[np.int64]:
    with av.open(str(file)) as opened:
        return next(opened.decode(video=0)).to_ndarray(format="rgb24").astype(np.int64)


def test_a_moment_that_a_journal_does_not_have_is_refused(tmp_path: Path) -> None:
    path = night(tmp_path, 3.0).path
    for at, why in (
        (When(9.0), "--at takes up to the 3 s that there are, got 9"),
        (When(clock=(20, 0, 0)), "was played from 21:00:00 to 21:00:03"),
    ):
        with pytest.raises(Mistake, match=why):
            still(Request(), at, None, (64, 36), tmp_path / "a.png", path)


def test_a_replay_begins_where_it_is_told_and_is_watched(tmp_path: Path, desktop: Desktop) -> None:
    performance = night(tmp_path, 60.0)
    show = Playing(desktop.environment)
    (show.port,) = free_ports(1)
    report = tmp_path / "report.json"
    try:
        show.replay(
            performance.path,
            *("--from", "21:00:30", "--seconds", "20", "--listen", f"127.0.0.1:{show.port}"),
            *("--silent", "--report", str(report)),
        )
        first = show.plays()
        assert first["tick"] >= 30 * 120
        show.tell("/light/hue", 0.75)
        show.wait(lambda s: s.get("refused", {}).get("replayed"), "a refusal")
        answered = show.asked("/sync")
        assert (answered["/light/brightness"], answered["/light/hue"]) == (0.0, 0.25)
        assert show.process is not None
        _, err = show.process.communicate(timeout=TIMEOUT_S)
        assert (show.process.returncode, "Traceback" in err) == (0, False)
        assert json.loads(report.read_text("utf-8"))["ticks"] == 50 * 120
    finally:
        show.close()


def test_a_replay_without_a_screen_is_a_film_of_the_journal(command: Command, tmp_path: Path) -> None:
    path = night(tmp_path).path
    done = command.run("replay", str(path), "--window", "64x36", "--from", "0.5")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == (
        "sleeptree: there is no screen here; filming 5.5 s to out/sleeptree.mp4 instead"
    )
    with av.open(str(command.home / "out" / "sleeptree.mp4")) as film:
        light = [int(frame.to_ndarray(format="rgb24").max()) for frame in film.decode(video=0)]
    assert len(light) == 165
    assert min(light[:20]) > 40 > max(light[-10:])  # somebody turned it off


def test_where_no_film_may_be_made_there_is_a_line_and_no_show(command: Command, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "installation", "play", "--window", "64x36"],
        env=command.environment,
        cwd="/proc",  # where not even root may make a folder
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[1:] == [
        "sleeptree: /proc/out: No such file or directory; play where there is a screen, or may be a film"
    ]


def test_a_terminal_that_closes_leaves_no_half_of_a_film_and_nobody(command: Command) -> None:
    with command.started("play", "--window", "64x36", "--seconds", "20") as process:
        until(lambda: list(command.home.glob("out/*.parts/.*.part")), "the film's first packets")
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=TIMEOUT_S)
    until(lambda: not living(command.home), "nobody to be left")
    assert list((command.home / "out").iterdir()) == []
