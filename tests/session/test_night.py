"""A night as a whole: played over UDP by another process, kept, replayed, filmed; stills agree with the film."""

from __future__ import annotations

import threading
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from installation import repertoire
from installation.film.film import Cut, pictures
from installation.light.picture import Picture
from installation.live.painter import Painter
from installation.live.stage import Stage
from installation.live.state import StatePublisher
from installation.model import score, ticks
from installation.recording.journal import Journal, digest
from installation.recording.replay import Performance, Replay, read
from installation.remote.desk import Desk
from installation.remote.osc.server import Server
from installation.show import Show
from tests.harness.command import Command
from tests.harness.desktop import Desktop
from tests.harness.rehearsal import osc, perform
from tests.harness.waiting import TIMEOUT_S, free_ports, until
from tests.live.test_stage import Clock, Glass

pytestmark = pytest.mark.whole

SIZE = (160, 90)
ARC = """
name = "night"
settled = true
[[section]]
name = "calm"
phase = "harmony"
seconds = 4
[[section]]
name = "torn"
phase = "glitch"
seconds = 60
ramp = 1.0
"""
SCENES = {"sleeptree": repertoire.found().scenes["sleeptree"]}


class Digests:
    """A digest of the Moment and its lights, each second."""

    def __init__(self) -> None:
        self.by_tick: dict[int, str] = {}

    def follow(self, show: Show, level: float = 1.0) -> None:
        if show.tick and show.tick % ticks.RATE == 0:
            self.by_tick[show.tick] = digest(show.moment(), show.lights())


def painted(show: Show, clock: Clock, glass: Glass) -> Painter:
    return Painter(glass, lambda size: Picture(*size, 1, show.seed), clock)


class Night:
    """The real scene on a stage whose clock runs as fast as it can, with real sockets."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.digests = Clock(), Digests()
        self.glass = Glass(self.clock, size=SIZE)
        self.show = Show(score.parse(ARC, "night"), 5, SCENES)
        self.journal = Journal(folder / "journals", self.show, 0.0)
        self.desk = Desk(self.show, folder / "presets", record=self.journal.write)
        self.server, self.spoken = Server(self.desk, "127.0.0.1", 0), 0
        publisher = StatePublisher(self.desk, self.journal, lambda: self.clock.now / ticks.SECOND)
        self.painter = painted(self.show, self.clock, self.glass)
        self.stage = Stage(
            self.show,
            self.painter,
            self.desk,
            clock=self.clock,
            sleep=self.clock.sleep,
            followers=(publisher, self.digests, self),
            stills=folder / "stills",
        )

    def follow(self, show: Show, level: float) -> None:
        self.clock.tell()
        said = min(show.tick // 8, self.spoken)
        until(
            lambda: self.desk.counters.counted["datagrams"] >= said, "the performer, who is real and takes their time"
        )

    def play(self, seconds: float, *moves: object) -> Performance:
        self.server.start()
        assert self.server.wait(TIMEOUT_S)
        self.spoken = sum(isinstance(move, str) for move in moves)
        performer = threading.Thread(target=lambda: perform(self.server.port, *moves))
        performer.start()
        self.stage.play(seconds)
        performer.join()
        self.server.close()
        self.painter.close()
        self.journal.close(self.show, self.clock.now / ticks.SECOND)
        return read(self.journal.path)


MOVES: tuple[object, ...] = (
    osc("/light/trails", 0.0),
    *(move for n in range(40) for move in (osc("/dream/unrest", n / 40), osc(f"/sleeper/{n + 1}/beat"), 0.03)),
    osc("/light/hue", 0.25),
    osc("/sleeper/*/glow", 1.5),
)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Night, Performance, Path]:
    folder = tmp_path_factory.mktemp("night")
    night = Night(folder)
    for second in (4.6, 5.3):
        night.clock.at(second, lambda: night.glass.typed.append("s"))
    return night, night.play(6.5, *MOVES), folder


def still_of(path: Path) -> tuple[int, NDArray[np.int16]]:
    with av.open(str(path)) as file:
        picture = next(file.decode(video=0)).to_ndarray(format="rgb24").astype(np.int16)
    return int(path.stem.rsplit("-", 1)[1]), picture


def test_a_replay_at_another_size_and_rate_is_the_same_show(night: tuple[Night, Performance, Path]) -> None:
    played, performance, _ = night
    assert sum(map(len, performance.controls.values())) > 50
    show, clock, digests = performance.begin(SCENES), Clock(), Digests()
    replay, painter = Replay(performance), painted(show, clock, glass := Glass(clock, size=(64, 36), work=23_000_000))
    stage = Stage(show, painter, replay, clock=clock, sleep=clock.sleep, followers=(digests,))
    glass.typed.extend(["space", "2", "b"])  # a replay can't be played
    stage.play(performance.seconds)
    painter.close()
    common = sorted(played.digests.by_tick.keys() & digests.by_tick.keys())
    assert len(common) >= 6
    assert [digests.by_tick[tick] for tick in common] == [played.digests.by_tick[tick] for tick in common]
    assert replay.strayed is None


@pytest.mark.parametrize("fps", [24, 60])
def test_a_film_is_the_same_show_and_stills_agree_with_it(night: tuple[Night, Performance, Path], fps: int) -> None:
    played, performance, folder = night
    stills = sorted((folder / "stills").iterdir())
    assert len(stills) == 2
    tick, still = still_of(stills[fps == 60])
    show, digests = performance.begin(SCENES), Digests()
    picture = Picture(*SIZE, 2, show.seed)
    frame = next(pictures(show, picture, Cut(tick, 1, fps), source=Replay(performance), followers=(digests,)))
    rgb = np.stack([frame >> 16 & 255, frame >> 8 & 255, frame & 255], axis=-1).astype(np.int16)
    picture.close()
    assert still.max() > 60
    assert np.abs(rgb - still).max() <= 1
    assert digests.by_tick.items() <= played.digests.by_tick.items()
    assert len(digests.by_tick) == tick // ticks.RATE


def test_from_the_command_line(command: Command, desktop: Desktop) -> None:
    """Played in a window over UDP, summarised, filmed with sound, and replayed, as a user would."""
    port, query = free_ports(2)
    venue = command.home / "venue.toml"
    venue.write_text(f"[oscquery]\nport = {query}\n[sound]\nenabled = false\n")
    arguments = ("--config", str(venue), "--window", "320x180")
    with command.started("play", *arguments, "--osc-port", str(port), "--score", "abridged", desktop=desktop) as show:
        until(lambda: perform(port, osc("/sync"), 0.3), "the show to answer over OSC")
        perform(port, osc("/dream/unrest", 0.5), osc("/preset/save", "dusk"), osc("/light/glow", "much"), 0.2)
        told = perform(port, osc("/show/go"), {"hear": ["/state/coherence", "rupture"]})
        show.terminate()
        _, err = show.communicate(timeout=TIMEOUT_S)
    assert show.returncode == 0, err
    assert any(b"/state/coherence" in bytes.fromhex(packet) for packet in told)
    assert '/light/glow takes one number in 0..1, got "much"' in err
    (journal,) = command.home.rglob("*.journal")
    assert list(command.home.rglob("dusk.toml"))

    said = command.run("journal", "last")
    assert said.returncode == 0, said.stderr
    assert "/show/go" in said.stdout
    assert "rupture" in said.stdout
    assert "gaps:" in said.stdout

    film = command.run("film", "--journal", str(journal), "--out", "night.mp4", "--size", "160x90", "--fps", "30")
    assert film.returncode == 0, film.stderr
    with av.open(str(command.home / "night.mp4")) as file:
        frames = sum(1 for _ in file.decode(video=0))
    assert frames == pytest.approx(read(journal).seconds * 30, abs=1)

    again = command.run("replay", str(journal), *arguments, desktop=desktop)
    assert again.returncode == 0, again.stderr
