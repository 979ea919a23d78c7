"""`sleeptree kiosk install|remove`: the show begins when its user logs in. systemd on Linux, launchd on macOS."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.venue import settings

UNIT, TARGET = "sleeptree.service", "graphical-session.target"
LABEL = "art.sleeptree.play"


def install(config: Path | None = None) -> list[str]:
    """Put the unit in its place; what was done, a line a thing. May be done again. Raises Mistake."""
    if config is not None:
        try:
            settings.read(config)
        except (OSError, ValueError) as error:
            raise Mistake(str(error)) from None
    words = [*_program(), "play", "--resume", *([] if config is None else ["--config", str(config.absolute())])]
    try:
        return list(_install_launchd(words) if sys.platform == "darwin" else _install_systemd(words))
    except OSError as error:
        raise Mistake(f"kiosk: {error.strerror}: {error.filename}") from None


def remove() -> list[str]:
    """Take it away again; what was done, a line a thing. Raises Mistake."""
    try:
        return list(_remove_launchd() if sys.platform == "darwin" else _remove_systemd())
    except OSError as error:
        raise Mistake(f"kiosk: {error.strerror}: {error.filename}") from None


def _program() -> list[str]:
    """How this very SleepTree is started."""
    beside = Path(sys.executable).parent / "sleeptree"
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", "installation"]


# systemd


def _install_systemd(words: list[str]) -> Iterator[str]:
    unit = places.units() / UNIT
    command = " ".join(f'"{word}"' if " " in word else word.replace("%", "%%") for word in words)
    template = (places.config() / UNIT).read_text(encoding="utf-8").splitlines()
    text = "".join(f"ExecStart={command}\n" if line.startswith("ExecStart=") else f"{line}\n" for line in template)
    yield _written(unit, text)
    link = unit.parent / f"{TARGET}.wants" / UNIT
    if link.is_symlink() and link.readlink() == unit:
        yield f"{link}: was there already"
    else:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(unit)
        yield f"{link}: made; the show begins with the graphical session"
    yield from _reloaded()
    yield "now: systemctl --user start sleeptree"


def _remove_systemd() -> Iterator[str]:
    unit = places.units() / UNIT
    there = [path for path in (unit.parent / f"{TARGET}.wants" / UNIT, unit) if path.is_symlink() or path.exists()]
    for path in there:
        path.unlink()
        yield f"{path}: removed"
    if there:
        yield from _reloaded()
        yield "a show that runs goes on: systemctl --user stop sleeptree"
    else:
        yield f"{unit}: was not there"


def _reloaded() -> Iterator[str]:
    """Tell systemd, where it runs."""
    if shutil.which("systemctl") is None:
        yield "there is no systemctl here: nothing was told to systemd"
        return
    told = subprocess.run(["systemctl", "--user", "daemon-reload"], capture_output=True, text=True, check=False)
    if told.returncode:
        yield f"systemd was not told: {' '.join(told.stderr.split()) or told.returncode}"


# launchd


def _install_launchd(words: list[str]) -> Iterator[str]:
    agent = {
        "Label": LABEL,
        "ProgramArguments": words,
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ProcessType": "Interactive",
    }
    path = places.agents() / f"{LABEL}.plist"
    yield _written(path, plistlib.dumps(agent).decode())
    yield f"now: launchctl bootstrap gui/$(id -u) {path}"


def _remove_launchd() -> Iterator[str]:
    path = places.agents() / f"{LABEL}.plist"
    if path.exists():
        path.unlink()
        yield f"{path}: removed; a show that runs goes on: launchctl bootout gui/$(id -u)/{LABEL}"
    else:
        yield f"{path}: was not there"


def _written(path: Path, text: str) -> str:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return f"{path}: was there already"
    was = "changed" if path.exists() else "written"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return f"{path}: {was}"
