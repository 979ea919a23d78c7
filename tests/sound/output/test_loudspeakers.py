"""The process that owns the loudspeakers, on a real sound server: it plays on beside the renderer, whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.light.picture import Picture, look
from installation.sound.hearing.exposure import BOOK
from installation.sound.output import loudspeakers
from installation.sound.output.loudspeakers import ExposureStore, Loudspeakers
from installation.venue.settings import Hearing, Sound
from tests.harness.counter import ROUND, counter
from tests.harness.house import House, opened, recorded
from tests.harness.night import dark_show
from tests.harness.waiting import TIMEOUT_S, alive, until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path / "house", monkeypatch) as house:
        yield house


class Live:
    """A show beside its loudspeakers, in real time."""

    def __init__(self, speakers: Loudspeakers) -> None:
        self.show, self.speakers = dark_show(), speakers
        self._began, self._due = time.monotonic(), 0

    def turn(self) -> None:
        """What is due now."""
        due = int((time.monotonic() - self._began) * 120)
        for _ in range(min(due - self._due, 12)):
            self.show.step()
            self.speakers.follow(self.show, 1.0)
        self._due = due

    def until(self, true: object, what: str) -> float:
        def turned() -> bool:
            self.turn()
            return bool(true())  # type: ignore[operator]

        return until(turned, what)

    def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end, "the time to pass")


def test_twenty_seconds_beside_the_renderer_have_every_sample(house: House) -> None:
    """A counter for sound, captured in the room: not one sample is missing or said twice, at 60 pictures a second."""
    path = house.listen()
    speakers = Loudspeakers(1, Sound(), Hearing(), counter)
    try:
        live = Live(speakers)
        live.until(lambda: speakers.levels.playing, "sound")
        picture, pixels = Picture(480, 270, 1, 1), np.zeros((270, 480), np.uint32)
        end = time.monotonic() + 20.5
        while time.monotonic() < end:
            live.turn()
            picture.draw(look(live.show), pixels, 1 / 60)
            time.sleep(max(0.0, 1 / 60 - time.monotonic() % (1 / 60)))
        heard, restarts = speakers.levels, speakers.restarts
    finally:
        speakers.close()
    sound = recorded(path)[:, 0].astype(int)
    sound = sound[np.flatnonzero(sound)[0] : np.flatnonzero(sound)[-1] - 2048]  # the last block fades
    odd = np.flatnonzero(np.diff(sound) % ROUND != 1)
    holes = len(odd) and 1 + np.count_nonzero(np.diff(odd) > 2048)  # what the server fills in is silence
    assert len(sound) > 20 * 48_000 * 0.97
    assert restarts == 0
    assert holes <= heard.xruns, f"on a machine that starves, a gap may happen, and is counted: {heard}"


def test_a_killed_process_is_replaced_by_the_one_that_waits(house: House) -> None:
    house.listen()
    speakers = Loudspeakers(1, Sound(), Hearing())
    try:
        live = Live(speakers)
        live.until(lambda: speakers.standing_by, "the standby")
        live.run(0.5)
        killed, waiting = speakers.processes
        os.kill(killed, signal.SIGKILL)
        live.until(lambda: speakers.levels.playing and speakers.process not in (None, killed), "sound again")
        assert speakers.restarts == 1
        assert speakers.process == waiting, "the standby, not a cold start"
        live.run(1.0)
        live.until(lambda: speakers.levels.rms > 1e-4, "something to hear")
        assert speakers.restarts == 1
    finally:
        speakers.close()


def test_a_stopped_process_is_noticed_and_replaced(house: House) -> None:
    house.listen()
    speakers = Loudspeakers(1, Sound(), Hearing())
    try:
        live = Live(speakers)
        live.until(lambda: speakers.standing_by, "the standby")
        live.run(1.0)
        stopped = speakers.process
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        live.until(lambda: speakers.levels.playing and speakers.process not in (None, stopped), "sound again")
        with pytest.raises(ProcessLookupError):
            os.kill(stopped, 0)
    finally:
        speakers.close()


def test_a_sound_server_that_dies_and_returns_is_found_again(house: House) -> None:
    house.listen()
    speakers = Loudspeakers(1, Sound(), Hearing())
    try:
        live = Live(speakers)
        live.until(lambda: speakers.standing_by, "the standby")
        live.run(0.7)
        house.close()
        live.until(lambda: not speakers.levels.playing, "the loss to be noticed")
        live.until(lambda: speakers.levels.state.startswith("no sound"), "a line that says so")
        live.run(1.0)
        assert not speakers.levels.playing
        house.open()
        path = house.listen()
        live.until(lambda: speakers.levels.playing, "sound again")
        live.run(1.5)
    finally:
        speakers.close()
    assert recorded(path).any(), "heard in the room"


class Book(ExposureStore):
    """Counts the times that it is opened."""

    def __init__(self) -> None:
        self.reads, self.writes = 0, 0
        self.heard = np.zeros(1 + BOOK)

    def read(self) -> tuple[NDArray[np.float64], float]:
        self.reads += 1
        return self.heard, 0.0

    def write(self, page: NDArray[np.float64]) -> None:
        self.writes += 1
        self.heard = page


def test_one_that_waits_is_loaded_touches_no_device_and_plays_when_it_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.listen()
    book, told = Book(), list[str]()
    speakers = Loudspeakers(1, Sound(), Hearing(), counter, told.append, book, waits=True)
    try:
        live = Live(speakers)
        live.until(lambda: speakers.loaded, "a process that is loaded")
        waiting = speakers.process
        assert waiting is not None
        monkeypatch.setattr(loudspeakers, "TIMEOUT_ROUNDS", 3)  # rounds: it waits for longer than a process may load
        live.run(1.0)
        assert (speakers.process, speakers.restarts, told) == (waiting, 0, [])
        assert not streams(house)
        assert (book.reads, book.writes) == (0, 0)
        monkeypatch.setattr(loudspeakers, "TIMEOUT_ROUNDS", 600)
        book.heard[[0, -1]] = -7.5, 1.0  # of an evening that another show plays meanwhile
        speakers.begin()
        live.until(lambda: speakers.levels.playing and speakers.levels.rms > 0.0, "sound")
        assert speakers.process == waiting
        assert streams(house)
        assert len(told) == 1
        assert speakers.levels.dose is None
    finally:
        speakers.close()
    assert book.reads == 1
    assert book.writes >= 1
    assert book.heard[0] == -7.5  # the counter has no servo that would change it
    assert book.heard[-1] >= 1.0


def test_one_that_waits_and_dies_is_loaded_again(house: House) -> None:
    told: list[str] = []
    speakers = Loudspeakers(1, Sound(), Hearing(), counter, told.append, waits=True)
    try:
        until(lambda: speakers.loaded, "a process that is loaded")
        first = speakers.process
        assert first is not None
        os.kill(first, signal.SIGKILL)
        until(lambda: speakers.loaded and speakers.process != first, "another one")
        assert told == []
    finally:
        speakers.close()
    assert speakers.processes == [] or not any(alive(one) for one in speakers.processes)


def streams(house: House) -> bytes:
    """Who plays in the house."""
    command = ["pactl", "list", "short", "sink-inputs"]
    return subprocess.run(command, env=house.environment, capture_output=True, check=True).stdout


def test_closing_leaves_no_process_behind(house: House) -> None:
    house.listen()
    speakers = Loudspeakers(1, Sound(), Hearing(), counter)
    live = Live(speakers)
    live.until(lambda: speakers.standing_by, "the standby")
    mine = speakers.processes
    speakers.close()
    assert len(mine) == 2
    for number in mine:
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)
    assert speakers.levels.state == "ended"


ORPHANS = """
    import sys, time
    from tests.harness.counter import counter
    from installation.venue.settings import Hearing, Sound
    from installation.sound.output.loudspeakers import Loudspeakers

    if __name__ == "__main__":
        speakers = Loudspeakers(1, Sound(), Hearing(), counter)
        while not speakers.standing_by:
            time.sleep(0.05)
        print(*speakers.processes, flush=True)
        time.sleep(60)
"""


def test_nobody_plays_on_when_the_show_was_killed(house: House, tmp_path: Path) -> None:
    house.listen()
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(ORPHANS))
    show = subprocess.Popen(
        [sys.executable, str(script)],
        env={**house.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert show.stdout is not None
    with show.stdout as said:
        children = [int(number) for number in said.readline().split()]
        assert len(children) == 2
        show.kill()
        show.wait()
        until(lambda: not any(alive(child) for child in children), "the processes to end")


def test_another_device_is_refused_when_told_so(house: House) -> None:
    house.listen()
    speakers = Loudspeakers(1, Sound(device="Fireface", fallback=False), Hearing(), counter)
    try:
        Live(speakers).until(lambda: "Fireface" in speakers.levels.state, "a line that says so")
        assert not speakers.levels.playing
    finally:
        speakers.close()
    speakers = Loudspeakers(1, Sound(device="Fireface"), Hearing(), counter)
    try:
        Live(speakers).until(lambda: speakers.levels.playing, "the fall-back")
        assert "instead of Fireface" in speakers.levels.state
    finally:
        speakers.close()


SCRIPT = """
    import time
    from tests.harness.night import dark_show
    from installation.venue.settings import Hearing, Sound
    from installation.sound.output.loudspeakers import Loudspeakers

    if __name__ == "__main__":
        said = []
        show = dark_show()
        speakers = Loudspeakers(1, Sound(device="Fireface 9000", fallback=False), Hearing(), notice=said.append)
        end = time.monotonic() + 120.0
        while not said and time.monotonic() < end:
            show.step()
            speakers.follow(show, 1.0)
            time.sleep(1 / 120)
        for _ in range(60):  # the show goes on
            show.step()
            speakers.follow(show, 1.0)
            time.sleep(1 / 120)
        speakers.close()
        print(len(said), speakers.restarts, said[0] if said else "")
"""


def in_a_bare_house(tmp_path: Path, **files: str) -> list[str]:
    """What SCRIPT prints where nobody serves sound, with these modules before all others."""
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}:{ROOT}",
        "PULSE_SERVER": f"unix:{tmp_path}/nobody",
    }
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split(" ", 2)


@pytest.mark.whole
def test_without_portaudio_the_show_goes_on_after_one_clear_line(tmp_path: Path) -> None:
    lines, restarts, said = in_a_bare_house(tmp_path, sounddevice='raise OSError("PortAudio library not found")')
    assert (lines, restarts) == ("1", "0")
    assert said.startswith("no sound: install PortAudio")
    assert "PortAudio library not found" in said


def test_without_a_device_the_show_goes_on_and_looks_again(tmp_path: Path) -> None:
    lines, restarts, said = in_a_bare_house(tmp_path)
    assert (lines, restarts) == ("1", "0")
    assert said == "no sound: no device Fireface 9000; looking again"
