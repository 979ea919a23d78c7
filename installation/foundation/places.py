"""Where things are found: what ships with the piece, and the folders of whoever runs it. Opens no file.

In a checkout `assets/` and `config/` stand beside the packages; in an installed wheel they are inside
`installation/_data/`.
"""

from __future__ import annotations

import os
import stat
import warnings
from functools import cache
from pathlib import Path

import platformdirs

_NAME = "sleeptree"


@cache
def checkout() -> Path | None:
    """The root of the checkout that this code runs from, or None when it was installed."""
    above = Path(__file__).resolve().parent.parent.parent
    return above if (above / "pyproject.toml").is_file() and (above / "config").is_dir() else None


def assets() -> Path:
    """The folder of fonts, palettes and layouts."""
    return _shipped("assets")


def config() -> Path:
    """The folder of the scores and of the venue's settings as shipped."""
    return _shipped("config")


def _shipped(folder: str) -> Path:
    return (checkout() or Path(__file__).resolve().parent.parent / "_data") / folder


def venue() -> Path:
    """The venue's settings: the user's own where there are any, else the shipped ones."""
    return own_venue() if own_venue().is_file() else shipped_venue()


def own_venue() -> Path:
    """Where the user's own settings are, or would be."""
    return platformdirs.user_config_path(_NAME) / "venue.toml"


def shipped_venue() -> Path:
    """The settings that ship."""
    return config() / "venue.toml"


def score(name: str) -> Path:
    """The score called `name`: a file, or the name of a shipped one. Raises FileNotFoundError naming both readings."""
    written = Path(name).expanduser()
    if written.is_file():
        return written
    shipped = config() / f"{name}.toml"
    if written.name == name and shipped.is_file():
        return shipped
    names = ", ".join(sorted(path.stem for path in config().glob("*.toml") if path.stem != "venue"))
    raise FileNotFoundError(f'score: there is no file "{name}", and the scores that ship are {names}')


def data() -> Path:
    """Where a show keeps what it writes: journals and snapshots."""
    return platformdirs.user_data_path(_NAME)


def caches() -> Path:
    """What can be made anew, and is kept because that takes long."""
    return platformdirs.user_cache_path(_NAME)


def logs() -> Path:
    """Where the log is."""
    return platformdirs.user_log_path(_NAME)


def runtime() -> Path:
    """Where what is only worth something while the show runs is kept: in memory, where the system has such a place."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the session gives no such folder, another one does
        folder = platformdirs.user_runtime_path(_NAME)
    return folder if all(_ours(path) for path in (folder.parent, folder)) else data() / "run"


def _ours(folder: Path) -> bool:
    """Whether nobody else may have put it there: in a temporary folder that all share, anybody can."""
    try:
        found = folder.lstat()
    except OSError:  # it is made later
        return True
    ours = not hasattr(os, "getuid") or found.st_uid in (os.getuid(), 0)
    return ours and stat.S_ISDIR(found.st_mode) and (found.st_mode & 0o002 == 0 or bool(found.st_mode & stat.S_ISVTX))


def stills() -> Path:
    """Where stills taken during a show go: a folder among the user's pictures."""
    return platformdirs.user_pictures_path() / "SleepTree"


def units() -> Path:
    """Where this user's systemd units are."""
    return platformdirs.user_config_path("systemd") / "user"


def agents() -> Path:
    """Where this user's launchd agents are."""
    return Path.home() / "Library" / "LaunchAgents"
