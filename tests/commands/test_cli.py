"""The commands as people type them: what they say, how they fail, and the piece playing in a real window."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, version
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from installation import cli, repertoire
from installation.scene import Scene
from installation.session.playing import FILM, FILM_FROM, FILM_S, NEXT
from installation.session.production import load_production
from installation.session.request import Request
from tests.harness.command import Command
from tests.harness.desktop import Desktop
from tests.harness.manual import parsed
from tests.harness.waiting import ROOT, TIMEOUT_S, until

COMMANDS = ("play", "still", "film", "check")
SCENES = ", ".join(sorted(repertoire.found().scenes))


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For what a show writes about itself."""
    return tmp_path_factory.mktemp("own")


@pytest.fixture
def told(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Runs a command line in this process: exit code, what it says, what it complains about."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        folder = elsewhere / name
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    before = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]

    def tell(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(list(arguments))
        said = capfd.readouterr()  # what a supervised process says too
        return int(left.value.code or 0), said.out, said.err

    yield tell
    for number, handler in before:
        signal.signal(number, handler)


# words


def test_without_words_it_helps(told: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = told()
    assert (code, err) == (0, "")
    for name in COMMANDS:
        assert f" {name} " in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_says_what_it_is(told: Callable[..., tuple[int, str, str]], name: str) -> None:
    code, out, _ = told(name, "--help")
    assert code == 0
    options = [line for line in out.splitlines() if line.strip("│ *").startswith("--")]
    assert len(options) >= 2
    for line in options:
        assert len(line.strip("│ ").split("  ")[-1].strip()) > 5, line


def test_help_shows_the_names_of_tables_in_the_settings(told: Callable[..., tuple[int, str, str]]) -> None:
    assert "[osc] allow" in told("play", "--help")[1]
    assert "[hearing]" in told("check", "--help")[1]
    assert "[[output]]" in told("film", "--help")[1]


def test_no_terminal_obeys_what_is_refused(told: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = told("still", "--at", "\x1b[2J", "--out", "s.png")
    assert (code, "\x1b" in err, "[2J" in err) == (2, False, True)


def test_it_says_which_version_it_is(told: Callable[..., tuple[int, str, str]]) -> None:
    assert told("--version") == (0, f"sleeptree {version('sleeptree')}\n", "")


GOOD = {"still": ("--at", "0", "--out", "s.png"), "film": ("--out", "f.mp4")}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sing", "No such command 'sing'"),
        ("still --out s.png", "still takes either --phase or --at"),
        ("still --out s.png --at 1 --phase glitch", "still takes either --phase or --at"),
        ("still --at 1", "Missing option '--out'"),
        ("still --phase sleep --out s.png", "'--phase'"),
        ("still --at soon --out s.png", '--at takes one number of 0 or more, got "soon"'),
        ("still --at -1 --out s.png", '--at takes one number of 0 or more, got "-1"'),
        ("still --at nan --out s.png", '--at takes one number of 0 or more, got "nan"'),
        ("still --at 21:14 --out s.png", "--at takes a time of day with --journal: only a recorded night"),
        ("still --at 25:14 --out s.png", '--at takes one number of 0 or more, got "25:14"'),
        ("still --phase glitch --journal x.journal --out s.png", "still takes --at with --journal: what was played"),
        ("still --at 1 --sleeper 0 --out s.png", '--sleeper takes a whole number in 1..240, got "0"'),
        ("still --at 1 --sleeper me --out s.png", '--sleeper takes a whole number in 1..240, got "me"'),
        ("still --journal last --at 21:14 --sleeper 17 --out s.png", "journal: there is none yet in"),
        ("replay x.journal --from dusk", '--from takes one number of 0 or more, got "dusk"'),
        ("still --at 0 --out a.jpg", '--out takes a file whose name ends in .png or .webp, got "a.jpg"'),
        ("still --at 0 --out s.png --size big", '--size takes WIDTHxHEIGHT in pixels, 16..16384 each'),
        ("still --at 0 --out s.png --size big", 'such as 1920x1080, got "big"'),
        ("still --at 0 --out nowhere/s.png", "nowhere/s.png: there is no folder"),
        ("still --at 0 --out .", ".: is a folder, a file is wanted"),
        ("still --at 0 --out s.png --score none", 'there is no file "none", and the scores that ship are abridged'),
        ("still --at 0 --out s.png --score bad.toml", "bad.toml: section 1 (a): "),
        ("still --at 0 --out s.png --score latin.toml", "latin.toml: a score is UTF-8 text"),
        ("still --at 0 --out s.png --score odd.toml", f'score odd: scene takes one of {SCENES}, got "nowhere"'),
        ("still --phase glitch --out s.png --score calm.toml", "score calm: no lit section is glitch"),
        ("still --at 0 --out s.png --scene none", f'scene takes one of {SCENES}, got "none"'),
        ("still --at 0 --out s.png --config none.toml", "No such file or directory: none.toml"),
        ("still --at 0 --out s.png --config venue.toml", "venue.toml: [screen] fps takes a whole number"),
        ("still --at 0 --out s.png --seed -1", '--seed takes a whole number in 0..9223372036854775807, got "-1"'),
        ("still --at 0 --out s.png --seed abc", 'got "abc"'),
        ("sound --out s.wav --channels 9", '--channels takes a whole number in 1..8, got "9"'),
        ("film", "film takes --out FILE.mp4, --frames DIR, or both"),
        ("film --out f.mp4 --size 101x100", "--size takes even sides for an MP4, got 101x100"),
        ("film --out f.mp4 --fps 25", "'25' is not one of '20', '24', '30', '40', '60'"),
        ("film --out f.mp4 --score abridged --from 20", "--from takes less than the 20 s that there are, got 20"),
        ("film --out f.mp4 --seconds 0", '--seconds takes one number of 0.01 or more, got "0"'),
        ("film --out f.avi", '--out takes a file whose name ends in .mp4, .gif or .webp, got "f.avi"'),
        ("film --out f.mp4 --codec av1", '--codec takes one of h264, hevc10, got "av1"'),
        ("film --out f.gif --codec hevc10", "--codec go with an MP4, not with a loop, got f.gif"),
        ("film --out f.webp --seconds 30", "--seconds takes at most 20 for a loop, got 30"),
        ("film --frames bad.toml", "bad.toml: is a file, a folder is wanted"),
        ("play --window 5x5", "--window takes WIDTHxHEIGHT"),
        ("play --display 0", '--display takes a whole number in 1..64, got "0"'),
        ("play --report nowhere/r.json", "nowhere/r.json: there is no folder"),
        ("play --score none", 'score: there is no file "none"'),
        ("play --listen tablet", '--listen takes ADDRESS or ADDRESS:PORT in numbers, such as 192.168.1.40:9000, got'),
        ("play --config allow.toml", "sleeptree: [osc] allow takes addresses and networks: 'tablet' does not"),
        ("play --config feedback.toml", "sleeptree: [osc] feedback takes ADDRESS or ADDRESS:PORT in numbers, such as"),
        ("play --config port.toml", "[osc] port takes a whole number >= 1, got 0"),
        ("journal last", "journal: there is none yet in"),
        ("journal nothing.journal", "journal: No such file or directory: nothing.journal"),
        ("replay venue.toml", "venue.toml: line 1 is not a journal's first line"),
        ("film --journal venue.toml --out x.mp4", "venue.toml: line 1 is not a journal's first line"),
        ("layout touchosc --out no/where.tosc", "there is no folder"),
        ("layout lemur --out x", "'lemur' is not one of 'touchosc', 'openstagecontrol'"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_one_line(
    told: Callable[..., tuple[int, str, str]], tmp_path: Path, line: str, said: str
) -> None:
    section = '[[section]]\nname = "a"\nphase = "{}"\nseconds = 5\n'
    (tmp_path / "bad.toml").write_text('name = "bad"\n' + section.format("sleep"), encoding="utf-8")
    (tmp_path / "calm.toml").write_text('name = "calm"\n' + section.format("harmony"), encoding="utf-8")
    (tmp_path / "odd.toml").write_text(
        'name = "odd"\nscene = "nowhere"\n' + section.format("harmony"), encoding="utf-8"
    )
    (tmp_path / "latin.toml").write_bytes('name = "träume"\n'.encode("latin-1"))
    (tmp_path / "venue.toml").write_text('[screen]\nfps = "fast"\n', encoding="utf-8")
    for key, value in (("allow", "['tablet']"), ("feedback", "['10.0.0.4:0']"), ("port", "0")):
        (tmp_path / f"{key}.toml").write_text(f"[osc]\n{key} = {value}\n", encoding="utf-8")
    before = sorted(os.listdir(tmp_path))
    code, out, err = told(*line.split())
    assert (code, out) == (2, "")
    assert err.startswith("sleeptree: ")
    assert err.count("\n") == 1
    assert said in err
    assert sorted(os.listdir(tmp_path)) == before


# the table of controls


def test_the_table_can_be_listed_and_surfaces_written(
    told: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    _, listed, _ = told("controls")
    assert "/dream/breath" in listed
    assert "0.05..0.4 Hz" in listed
    _, markdown, _ = told("controls", "--markdown")
    assert "| `/dream/breath` | 0.05..0.4 Hz | 0.16 | Rate of the common breath. |" in markdown
    for controller, name in (("touchosc", "a.tosc"), ("openstagecontrol", "a.json")):
        assert told("layout", controller, "--out", name)[0] == 0
        assert (tmp_path / name).stat().st_size > 1000


# scenes from elsewhere


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, repertoire.GROUP)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("nowhere.at.all:Scene", "ModuleNotFoundError: No module named 'nowhere'"),
        ("installation.scene:Missing", "AttributeError"),
        ("installation.scene:Moment", "not a subclass of installation.Scene"),
        ("installation.scene:Scene", "does not say __init__, light"),
        ("installation.scene", "not a subclass"),
    ],
)
def test_a_broken_scene_is_named_in_one_line_and_the_others_play(value: str, said: str) -> None:
    found = repertoire.load([point("theirs", value), point("sleeptree", "scenes.sleeptree:SleepTree")])
    assert list(found.scenes) == ["sleeptree"]
    (line,) = found.broken
    assert line.startswith(f'scene "theirs" ({value}): ')
    assert said in line
    assert "\n" not in line


def test_a_checkout_plays_what_it_declares() -> None:
    found = repertoire.found()
    assert "sleeptree" in found.scenes
    assert issubclass(found.scenes["sleeptree"], Scene)
    assert found.broken == ()


# the piece in a window


@pytest.mark.parametrize("watched", [(), ("--unsupervised",)])
@pytest.mark.whole
def test_a_refusal_is_read_whether_somebody_watches_or_not(command: Command, watched: tuple[str, ...]) -> None:
    """By a pipe, too: where nobody watches, words go through a queue, which is not to be left behind."""
    refused = command.run("play", "--scene", "nothing", *watched)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f'sleeptree: --scene takes one of {SCENES}, got "nothing"\n'


def reported(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return said


def plays(desktop: Desktop) -> bool:
    """Whether the piece is seen in a window of 320x180 in the middle of the desktop, not words about its loading."""
    top, left = (desktop.height - 180) // 2, (desktop.width - 320) // 2
    window = desktop.picture()[top : top + 180, left : left + 320]
    return bool(((window & 0xFF) > 0x08).mean() > 0.3 and (window & 0xFF).max() > 0x60)


def quiet(home: Path) -> str:
    """A venue without sound and network: they have tests of their own."""
    path = home / "venue.toml"
    off = "".join(f"[{table}]\nenabled = false\n" for table in ("osc", "oscquery", "sound"))
    path.write_text(off + "[screen]\nthreads = 1\n", encoding="utf-8")
    return str(path)


def test_the_piece_plays_and_is_played_with_keys(command: Command, desktop: Desktop) -> None:
    arguments = ("--window", "320x180", "--score", "abridged", "--seed", "5", "--report", "r.json")
    with command.started("play", *arguments, "--config", quiet(command.home), desktop=desktop) as process:
        until(lambda: plays(desktop), "the piece")
        desktop.key("2")
        desktop.key("h")
        desktop.key("s")
        stills = command.home / "Pictures" / "SleepTree"
        until(lambda: stills.is_dir() and list(stills.glob("*.png")), "a still")
        desktop.key("Right")
        desktop.key("f")
        until(lambda: ((desktop.picture()[:, 500:] & 0xFF) > 0x08).mean() > 0.3, "the whole screen")
        desktop.key("h")
        desktop.key("b")
        until(lambda: (desktop.picture() & 0xF0F0F0).max() == 0, "blackout")
        desktop.key("b")
        until(lambda: (desktop.picture() & 0xFF).max() > 0x60, "light again")
        desktop.key("Escape")  # no touch ends what fills the screen
        with desktop.held("Escape"):
            out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out) == (0, "")
    saved, hidden = err.splitlines()
    assert saved == f"sleeptree: saved {next(stills.iterdir())}"
    assert hidden.startswith("sleeptree: H: nothing lies on the audience's picture")
    said = reported(command.home / "r.json")
    assert [section["name"] for section in said["sections"]][:3] == ["communion", "rupture", "renewal"]
    assert (said["size"], said["fullscreen"], said["threads"]) == ([640, 360], True, 1)
    assert (said["seed"], said["score"]) == (5, "abridged")
    frames = said["frame_ms"]
    assert frames["n"] > 20
    assert 0 < frames["median"] <= frames["p95"] <= frames["p99"] <= frames["worst"]
    assert said["slipped_ticks"] >= 0  # how many is up to the machine; test_stage.py counts them on a clock of its own
    assert 1000 / frames["worst"] <= said["fps"] <= 2 * 1000 / frames["median"]  # half of them last the median or more
    assert 0 < said["start_to_first_picture_s"] < TIMEOUT_S
    assert 50 < said["peak_memory_mb"] < 1000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_softly(command: Command, desktop: Desktop, number: signal.Signals) -> None:
    arguments = ("--window", "320x180", "--score", "abridged", "--config", quiet(command.home), "--report", "r.json")
    with command.started("play", *arguments, desktop=desktop) as process:
        until(lambda: plays(desktop), "the piece")
        process.send_signal(number)
        out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out, err) == (0, "", "")
    assert reported(command.home / "r.json")["ticks"] >= 120  # the fade


def test_closing_the_window_ends_it_and_a_display_that_is_missing_is_said(command: Command, desktop: Desktop) -> None:
    arguments = ("--display", "7", "--window", "320x180", "--score", "abridged", "--config", quiet(command.home))
    with command.started("play", *arguments, desktop=desktop) as process:
        until(lambda: plays(desktop), "the piece")
        desktop.close()
        out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out) == (0, "")
    assert err == "sleeptree: there is no display 7 here; playing on display 1\n"


@pytest.mark.whole
def test_without_a_screen_it_films_all_three_phases_instead(command: Command) -> None:
    done = command.run("play", "--window", "160x90", "--seconds", "0.5", "--seed", "5", "--report", "r.json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == (
        "sleeptree: there is no screen here; filming 0.5 s to out/sleeptree.mp4 instead"
    )
    assert "out/sleeptree.mp4: 160x90, 15 frames at 30 fps" in done.stdout
    assert "What to try next:" in done.stdout
    with av.open(str(command.home / "out" / "sleeptree.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == 15
    assert np.asarray(frames).max() > 0x60
    assert reported(command.home / "r.json")["film"] == "out/sleeptree.mp4"


def test_the_first_film_goes_through_every_world_and_all_three_phases() -> None:
    production = load_production(Request(), score=FILM)
    score, show = production.score, production.show()
    assert score.seconds == FILM_FROM + FILM_S
    assert {section.phase for section in score.section} == {"harmony", "glitch", "resolution"}
    assert set(show.named) == set(show.scenes)


@pytest.mark.parametrize(("order", "what"), NEXT)
def test_what_is_said_to_try_next_can_be_given(order: str, what: str) -> None:
    parsed(f"sleeptree {order}")


def test_check_says_it_in_plain_words(command: Command, desktop: Desktop) -> None:
    done = command.run("check", "--config", quiet(command.home), desktop=desktop)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert f"screen 1   {desktop.width}x{desktop.height}" in lines[0]
    assert "x11" in lines[0]
    for size in ("1280x720", "1920x1080", "3840x2160"):
        assert any(f"picture    {size}: " in line and " fps" in line for line in lines)
    assert lines[-1].startswith("This machine ")
    assert lines[-1].endswith((".", "--out FILE.mp4"))
