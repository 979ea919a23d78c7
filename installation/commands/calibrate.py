"""`sleeptree check --calibrate`: pink noise, a sound level meter, and what it says goes into the venue's settings."""

from __future__ import annotations

import datetime
import queue
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import msgspec

from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.recording.nights import wall
from installation.session.production import load_production
from installation.session.request import Request
from installation.sound.hearing.exposure import CALIBRATED_AT
from installation.sound.hearing.pink_noise import RISE_S, level_dbfs, noise
from installation.sound.output.loudspeakers import Loudspeakers
from installation.venue import settings
from installation.venue.settings import Hearing, Sound
from installation.venue.toml_edit import amend, amended

LOWEST, HIGHEST = 40.0, 130.0  # dB(A) that a room with loudspeakers can have
SCRIPTED_S = 10.0  # of noise, when the reading is known beforehand
_PATIENCE_S = 300.0  # in which a device must have answered: kernels may have to be compiled first


def calibrate(
    request: Request, reading: str | None, position: str | None, seconds: float | None, device: str | None
) -> Iterator[str]:
    """Play, ask, write; a line at a time of what there is to say. With a `reading` nobody is asked."""
    venue = load_production(request).settings
    output = venue.sound if device is None else msgspec.structs.replace(venue.sound, device=device)
    known = None if reading is None else _number(reading)
    path = request.config or places.own_venue()
    _editable(path)
    level = level_dbfs(venue.hearing, output.channels, output.rate)
    length = SCRIPTED_S if seconds is None else seconds
    if known is None or length > 0.0:
        with _noise(output, venue.hearing) as speakers:
            yield f"pink noise at {level:.1f} dBFS from each of {output.channels} loudspeakers: {speakers.levels.state}"
            if known is None:
                known, position = _asked(position)
            else:
                Event().wait(RISE_S + length)
            if not speakers.levels.playing or speakers.restarts:
                raise Mistake(f"the noise did not last ({speakers.levels.state}); nothing was changed")
    at_20 = round(known + CALIBRATED_AT - level, 1)
    if not LOWEST <= at_20 <= HIGHEST:
        raise Mistake(f"{known:g} dB(A) at {level:.1f} dBFS would be {at_20:g} at {CALIBRATED_AT:g} dBFS; not believed")
    values: dict[str, float | str | datetime.date] = {
        "cal_dba_at_minus20dbfs_pink": at_20,
        "cal_date": datetime.date.fromtimestamp(wall()),
        "cal_position": position or "",
    }
    amend(path, places.shipped_venue(), "hearing", values)
    limit = venue.hearing.laeq15_limit_dba
    yield f"{path}: {at_20:g} dB(A) at {CALIBRATED_AT:g} dBFS; any fifteen minutes are kept under {limit:g} dB(A)"


@contextmanager
def _noise(output: Sound, hearing: Hearing) -> Iterator[Loudspeakers]:
    """Loudspeakers that play it, once they do. An older calibration must not turn it down."""
    bare = msgspec.structs.replace(hearing, cal_dba_at_minus20dbfs_pink=None)
    said: queue.Queue[str] = queue.Queue()
    speakers = Loudspeakers(0, output, bare, noise, said.put)
    try:
        words = said.get(timeout=_PATIENCE_S)
        if words.startswith("no sound"):
            raise Mistake(words)
        yield speakers
    except queue.Empty:
        raise Mistake(f"no sound: no device answered within {_PATIENCE_S:g} s") from None
    finally:
        speakers.close()


def _asked(position: str | None) -> tuple[float, str]:
    """What the meter says, and where it stood. Asks again until it is told a number."""
    print("Hold a sound level meter where people will be: A-weighted, slow. It may play as long as you like.")
    known: float | None = None
    while known is None:
        said = _answer("The meter says, in dB(A): ")
        if said is None:
            raise Mistake("check --calibrate: nobody answered; nothing was changed (--reading says it beforehand)")
        try:
            known = _number(said)
        except Mistake as mistake:
            print(f"sleeptree: {mistake}", file=sys.stderr, flush=True)
    return known, (_answer("Where was that (Enter: not said): ") or "") if position is None else position


def _answer(question: str) -> str | None:
    try:
        return input(question).strip()
    except EOFError:
        return None


def _number(text: str) -> float:
    try:
        number = float(
            text.strip().lower().removesuffix("(a)").removesuffix("dba").removesuffix("db").replace(",", ".")
        )
    except ValueError:
        number = float("nan")
    if not LOWEST <= number <= HIGHEST:
        raise Mistake(f'a reading takes one number in {LOWEST:g}..{HIGHEST:g} dB(A), got "{text[:40]}"')
    return number


def _editable(path: Path) -> None:
    """Refuse, before anything sounds, what could not be written afterwards."""
    try:
        text = (path if path.exists() else places.shipped_venue()).read_text(encoding="utf-8")
        settings.parse(text, str(path))
        amended(text, "hearing", {"cal_dba_at_minus20dbfs_pink": LOWEST})
    except OSError as error:
        raise Mistake(f"settings: {error.strerror}: {error.filename}") from None
    except ValueError as error:
        raise Mistake(f"{path}: {' '.join(str(error).split())}") from None
