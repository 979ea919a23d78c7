"""`sleeptree check --calibrate`: what is played in the room, what is asked, what stands in the venue's file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.commands import calibrate as command
from installation.commands.calibrate import calibrate
from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.session.request import Request
from installation.sound.hearing.pink_noise import noise
from installation.sound.output.loudspeakers import ExposureStore, Loudspeakers
from installation.status import Status, overlay, state_messages
from installation.status import hearing as hearing_line
from installation.venue import settings
from installation.venue.settings import Hearing, Sound
from installation.venue.toml_edit import amend, amended
from tests.harness.house import House, opened, recorded
from tests.harness.waiting import TIMEOUT_S, until

ROOT = Path(__file__).parents[2]
CAL = {"cal_dba_at_minus20dbfs_pink": 74.5, "cal_position": 'row "B"'}


@pytest.fixture
def house(kernels: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    with opened(tmp_path / "house", monkeypatch) as house:
        yield house


def check(house: House, *arguments: str, said: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "installation", "check", "--calibrate", *arguments],
        env={**house.environment, "PYTHONPATH": str(ROOT)},
        cwd=house.folder,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def own(house: House) -> Path:
    return house.folder / "home" / ".config" / "sleeptree" / "venue.toml"


def loudest_second(path: Path) -> float:
    """dBFS, of the louder channel."""
    sound = recorded(path).astype(np.float64) / 32768.0
    power = np.concatenate([np.zeros((1, 2)), np.cumsum(np.square(sound), axis=0)])
    return 10.0 * float(np.log10(((power[48_000:] - power[:-48_000]) / 48_000).max()))


# in a room


def test_the_room_hears_pink_noise_and_the_users_own_file_gets_the_reading(house: House) -> None:
    path = house.listen()
    done = check(house, "--reading", "74,5", "--position", "front of the stage", "--seconds", "3")
    assert done.returncode == 0, done.stderr
    assert "pink noise at -20.0 dBFS from each of 2 loudspeakers" in done.stdout
    assert str(own(house)) in done.stdout
    assert loudest_second(path) == pytest.approx(-20.0, abs=0.6)
    sound = recorded(path).astype(np.float64)
    spectrum = np.square(np.abs(np.fft.rfft(sound[:, 0])))
    hz = np.fft.rfftfreq(len(sound), 1 / 48_000)
    octaves = [10 * np.log10(spectrum[(hz >= low) & (hz < 2 * low)].sum()) for low in 62.5 * 2.0 ** np.arange(8)]
    assert np.ptp(octaves) < 1.5, "every octave as strong as the next: pink"
    hearing = settings.read(own(house)).hearing
    assert (hearing.cal_dba_at_minus20dbfs_pink, hearing.cal_position) == (74.5, "front of the stage")
    assert hearing.cal_date is not None
    shipped = (places.config() / "venue.toml").read_text(encoding="utf-8").splitlines()
    written = own(house).read_text(encoding="utf-8").splitlines()
    assert [line for line in written if line not in shipped] == [
        "cal_dba_at_minus20dbfs_pink = 74.5",
        f"cal_date = {hearing.cal_date.isoformat()}",
        'cal_position = "front of the stage"',
    ]
    assert [line for line in shipped if line not in written] == []


def test_whoever_holds_the_meter_is_asked_until_it_is_a_number(house: House) -> None:
    house.listen()
    done = check(house, said="loud\n900\n81.2 dB(A)\nbar\n")
    assert done.returncode == 0, done.stderr
    refusals = [line for line in done.stderr.splitlines() if line.startswith("sleeptree: ")]
    assert refusals == [
        f'sleeptree: a reading takes one number in 40..130 dB(A), got "{got}"' for got in ("loud", "900")
    ]
    hearing = settings.read(own(house)).hearing
    assert (hearing.cal_dba_at_minus20dbfs_pink, hearing.cal_position) == (81.2, "bar")


def test_when_nobody_answers_nothing_is_changed(house: House) -> None:
    house.listen()
    done = check(house, said="")
    assert done.returncode == 2
    assert "nobody answered; nothing was changed" in done.stderr
    assert not own(house).exists()


def test_a_calibrated_house_that_is_too_loud_is_turned_down_in_the_room(house: House) -> None:
    """Noise at 100 dB(A), limit 70: what the room hears falls slowly, and the overlay and the table say so."""
    path = house.listen()
    hearing = Hearing(laeq15_limit_dba=70.0, cal_dba_at_minus20dbfs_pink=100.0)
    store = Memory()
    speakers = Loudspeakers(1, Sound(), hearing, noise, store=store)
    try:
        until(lambda: speakers.levels.turned_db > 9.0, "the limit to act")
        heard, status = speakers.levels, speakers.gauge(Status())
    finally:
        speakers.close()
    assert heard.laeq is not None
    assert heard.laeq > 70.0
    assert "limit 70" in hearing_line(status)
    assert "turned down by" in hearing_line(status)
    assert "calibrated" in hearing_line(status)
    measures = state_messages(status)
    assert measures["/state/calibrated"] is True
    assert measures["/state/laeq"] > 70.0
    assert measures["/state/dose"] > 0.0
    assert measures["/state/hearing"] >= 9.0
    sound = recorded(path)[:, 0].astype(np.float64) / 32768.0
    sound = sound[np.flatnonzero(sound)[0] : np.flatnonzero(sound)[-1] - 4800]
    seconds = [10 * np.log10(np.square(s).mean()) for s in np.array_split(sound, len(sound) // 48_000)]
    assert max(seconds) > -25.0
    assert max(seconds) - np.mean(seconds[-2:]) > 4.0, "the room hears it"

    speakers = Loudspeakers(1, Sound(), hearing, noise, store=store)
    try:
        until(lambda: speakers.levels.playing and speakers.levels.laeq is not None, "sound again")
        assert speakers.levels.turned_db > 6.0, "another show goes on with what the audience has had"
    finally:
        speakers.close()


class Memory(ExposureStore):
    def __init__(self) -> None:
        self.book: np.ndarray | None = None

    def read(self) -> tuple[np.ndarray, float] | None:
        return None if self.book is None else (self.book, 1.0)

    def write(self, book: np.ndarray) -> None:
        self.book = book


def test_uncalibrated_is_said(house: House) -> None:
    house.listen()
    speakers = Loudspeakers(1, Sound(), Hearing(), noise)
    try:
        until(lambda: speakers.levels.playing and speakers.levels.integrated > -60.0, "sound")
        status = speakers.gauge(Status())
        assert "not calibrated" in overlay(status)[-1]
        assert state_messages(status)["/state/calibrated"] is False
    finally:
        speakers.close()


# without one


@pytest.mark.parametrize("reading", ["loud", "", "39", "131", "nan", "inf", "7 4"])
def test_a_reading_that_is_none_is_refused_in_one_line(reading: str, tmp_path: Path) -> None:
    venue = tmp_path / "venue.toml"
    venue.write_text("[hearing]\n", encoding="utf-8")
    with pytest.raises(Mistake, match=r"takes one number in 40\.\.130 dB\(A\), got") as refused:
        list(calibrate(Request(venue), reading, None, 0.0, None))
    assert "\n" not in str(refused.value)
    assert venue.read_text(encoding="utf-8") == "[hearing]\n"


def test_with_no_seconds_it_is_written_down_without_a_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "Loudspeakers", None)
    venue = tmp_path / "venue.toml"
    venue.write_text("# ours\n[sound]\nchannels = 4\n", encoding="utf-8")
    (said,) = calibrate(Request(venue), "80", None, 0.0, None)
    assert said.startswith(f"{venue}: 82.3 dB(A) at -20 dBFS"), (
        "four play 2.3 dB softer: the guard lets no more through"
    )
    assert settings.read(venue).hearing.cal_dba_at_minus20dbfs_pink == 82.3
    assert venue.read_text(encoding="utf-8").startswith("# ours\n[sound]\nchannels = 4\n\n[hearing]\n")


@pytest.mark.whole
def test_without_a_device_it_says_so_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    venue = tmp_path / "venue.toml"
    text = '[sound]\ndevice = "Fireface 9000"\nfallback = false\n'
    venue.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="no sound: no device Fireface 9000"):
        list(calibrate(Request(venue), "80", None, 1.0, None))
    assert venue.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("given", [("--reading", "70"), ("--position", "bar"), ("--seconds", "1"), ("--device", "x")])
def test_what_goes_with_calibrate_goes_with_it(given: tuple[str, str]) -> None:
    command = [sys.executable, "-m", "installation", "check", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "go with --calibrate" in done.stderr


# the file


def test_everything_else_in_the_file_stays_as_it_is() -> None:
    text = """# our house
[sound]  # the loudspeakers
device = "Scarlett"   # on the left

[hearing]        # after the visit of the council
ceiling_dbtp = -6.0   # because of the neighbours
cal_position = "bar # 2"   # ask Ana
  cal_dba_at_minus20dbfs_pink=80

# about the next one
[osc]
port = 9000
"""
    changed = amended(text, "hearing", {**CAL, "laeq15_limit_dba": 90.0})
    assert changed == text.replace('"bar # 2"   #', r'"row \"B\""   #').replace("_pink=80\n", "_pink=74.5\n").replace(
        "74.5\n", "74.5\nlaeq15_limit_dba = 90.0\n"
    )
    read = settings.parse(changed, "v.toml")
    assert (read.hearing.ceiling_dbtp, read.hearing.cal_position, read.sound.device) == (-6.0, 'row "B"', "Scarlett")


@pytest.mark.parametrize("text", ["", "[sound]\r\nrate = 48000\r\n", "[hearing]", "[hearing]\n[osc]\n", "# nothing\n"])
def test_a_table_is_made_where_there_is_none_and_line_ends_stay(text: str) -> None:
    changed = amended(text, "hearing", CAL)
    assert settings.parse(changed, "v.toml").hearing.cal_dba_at_minus20dbfs_pink == 74.5
    assert changed.startswith(text.partition("[osc]")[0].rstrip())
    assert ("\r\n" in changed) is ("\r\n" in text)
    assert changed.count("\r\n") in (0, changed.count("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "hearing = { ceiling_dbtp = -4.0 }\n",
        "hearing.ceiling_dbtp = -4.0\n",
        '[show]\nscene = """\n[hearing]\n"""\n',
        "[hearing]\ncal_position = '''a\nb'''\n",
    ],
)
def test_what_no_machine_should_touch_is_left_alone_and_the_lines_are_told(text: str, tmp_path: Path) -> None:
    venue = tmp_path / "venue.toml"
    venue.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=r"write there yourself: cal_dba_at_minus20dbfs_pink = 74\.5"):
        amend(venue, venue, "hearing", CAL)
    assert venue.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [venue]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "venue.toml", tmp_path / "venue.toml"
    real.write_text("[hearing]\n", encoding="utf-8")
    link.symlink_to(real)
    amend(link, link, "hearing", CAL)
    assert link.is_symlink()
    assert settings.read(real).hearing.cal_position == 'row "B"'


def test_a_file_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        venue = Path("/proc/sleeptree/venue.toml")  # nobody may write there, not even root
    else:
        tmp_path.chmod(0o500)
        venue = tmp_path / "venue.toml"
    with pytest.raises(Mistake, match="nothing was changed"):
        amend(venue, places.shipped_venue(), "hearing", CAL)
