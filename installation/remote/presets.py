"""Presets (looks): saved as readable TOML, one file a name, loaded, and mixed two by two.

A look is every number and switch of the dream, the light, the camera, the sound and the scenes, or of one of these
parts (controls.py says which control is in which); not the score's place, nor the sleepers, nor how loud it is unless
that is asked for. Loading one gives values to be accepted one by one, so that a journal needs no preset to be replayed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Lock, Thread

import structlog

from installation.acceptance import accept
from installation.controls import Control, Refused, Table, Value
from installation.foundation.atomic import write_atomic
from installation.foundation.refusal import parsed

_log = structlog.get_logger("looks")

MOST = 200
"""Looks in a folder."""

FOLDER = "presets"
"""The folder of looks, among the show's data."""

APART_S = 0.25
"""Seconds between two looks that are written."""

_NAME = re.compile(r"[\w][\w \-]{0,39}")


class Presets:
    """The looks in one folder. Files are read when they are asked for and kept until they change.

    `save` never waits for the disk: a thread writes a few looks a second, the newest of each name. Thread-safe.
    """

    def __init__(self, folder: Path, table: Table) -> None:
        self._folder = folder
        self._table = table
        self._read: dict[str, tuple[tuple[int, int], dict[str, Value]]] = {}
        self._lock = Lock()  # of the next two
        self._unwritten: dict[str, str] = {}  # texts by name
        self._writer: Thread | None = None
        self._disk = Lock()
        self._wake, self._closing = Event(), Event()
        self.trouble = ""  # one line while looks can't be written

    def save(self, name: str, values: Mapping[str, Value], part: str = "") -> None:
        """Have a look or a part of one written. Raises Refused for a bad name, and for one more than MOST."""
        self._path(name)
        lines = [f"# {name}: a look of SleepTree", ""]
        lines += [
            f'"{address}" = {_written(value)}{_unit(self._table[address])}'
            for address, value in values.items()
            if address in self._table and _belongs(self._table[address], part)
        ]
        self._have_written(name, "\n".join(lines) + "\n")

    def restore(self, name: str) -> None:
        """The look as it was before it was saved last; what it is now is kept in its place. Raises Refused."""
        self.flush()
        before = self._path(name).with_name(f"{name}.toml.before")
        try:
            text = before.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Refused("preset", f'/preset/restore "{name}": nothing older is kept of such a look') from None
        except (OSError, UnicodeDecodeError) as error:
            raise Refused("preset", f"{before}: {error}") from None
        self._parsed(text, before)
        self._have_written(name, text)

    def has(self, name: str) -> bool:
        """Whether there is a look of this name. Raises Refused for a bad one."""
        path = self._path(name)
        with self._lock:
            return name in self._unwritten or path.exists()

    def _have_written(self, name: str, text: str) -> None:
        with self._lock:
            if name not in self._unwritten and not self._path(name).exists() and len(self._names()) >= MOST:
                raise Refused("preset", f'/preset/save "{name}": there are {MOST} looks already, in {self._folder}')
            self._unwritten[name] = text
            if self._writer is None:
                self._writer = Thread(target=self._run, name="looks", daemon=True)
                self._writer.start()
        self._wake.set()

    def flush(self) -> None:
        """Write every look that waits; what can't be written is said in `trouble`."""
        while self._write_one():
            pass

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._closing.set()
        self._wake.set()
        if self._writer is not None:
            self._writer.join()
        self.flush()

    def load(self, name: str, part: str = "") -> dict[str, Value]:
        """The values of a look or a part of it, by address. Raises Refused naming file, line and what is wrong."""
        found = {a: value for a, value in self._loaded(name).items() if _belongs(self._table[a], part)}
        if part and not found:
            raise Refused("preset", f'/preset/load "{name}": it has nothing of {part}')
        return found

    def _loaded(self, name: str) -> dict[str, Value]:
        path = self._path(name)
        with self._lock:
            unwritten = self._unwritten.get(name)
        if unwritten is not None:
            return self._parsed(unwritten, path)
        try:
            stat = path.stat()
            kept = self._read.get(name)
            if kept is None or kept[0] != (stat.st_mtime_ns, stat.st_size):
                text = path.read_text(encoding="utf-8")
                kept = self._read[name] = (stat.st_mtime_ns, stat.st_size), self._parsed(text, path)
        except FileNotFoundError:
            known = ", ".join(self.names()) or "none yet"
            raise Refused("preset", f'no look is called "{name}"; there are {known}') from None
        except (OSError, UnicodeDecodeError) as error:
            raise Refused("preset", f"{path}: {error}") from None
        return kept[1]

    def between(self, first: str, second: str, way: float) -> dict[str, Value]:
        """The look at `way` (0..1) from the first to the second: numbers are mixed, switches are the nearer's."""
        a, b = self.load(first), self.load(second)
        mixed: dict[str, Value] = {}
        for address in [*a, *(address for address in b if address not in a)]:
            x, y = a.get(address, b.get(address)), b.get(address, a.get(address))
            if isinstance(x, float) and isinstance(y, float):
                mixed[address] = x + (y - x) * way
            else:
                mixed[address] = x if way < 0.5 else y
        return mixed

    def names(self) -> list[str]:
        """The names of all looks, sorted."""
        with self._lock:
            return sorted(self._names())

    def _names(self) -> set[str]:
        return {path.stem for path in self._folder.glob("*.toml") if _NAME.fullmatch(path.stem)} | set(self._unwritten)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            while self._write_one() and not self._closing.wait(APART_S):
                pass

    def _write_one(self) -> bool:
        """Write the look that has waited longest; whether there was one. What it replaces is kept beside it."""
        with self._disk:
            with self._lock:
                name, text = next(iter(self._unwritten.items()), ("", ""))
            if not name:
                return False
            path = self._folder / f"{name}.toml"
            try:
                if path.exists() and (before := path.read_bytes()) != text.encode():
                    write_atomic(path.with_name(f"{path.name}.before"), before)
                    _log.info("a look was replaced", name=name, before=f"{path}.before")
                write_atomic(path, text.encode())
                self.trouble = ""
            except OSError as error:
                self.trouble = f'/preset/save "{name}": {error.strerror or error}: {path}'
                _log.warning(self.trouble)
            with self._lock:
                if self._unwritten.get(name) == text:
                    del self._unwritten[name]
            return True

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name != name.strip():
            raise Refused("preset", f'a look is called by up to 40 letters, digits, spaces, - and _, got "{name:.40}"')
        return self._folder / f"{name}.toml"

    def _parsed(self, text: str, path: Path) -> dict[str, Value]:
        try:
            written = parsed(text, str(path))
        except ValueError as error:
            raise Refused("preset", str(error)) from None
        values: dict[str, Value] = {}
        for address, value in written.items():
            try:
                accepted = accept(self._table, address, [value])
            except Refused as error:
                raise Refused("preset", f"{path}: {error}") from None
            if accepted.control.part == "":
                continue  # of a look that was saved when it still was a part of it
            if not accepted.control.group:
                raise Refused("preset", f"{path}: {address} is no part of a look")
            assert not isinstance(accepted.value, tuple)
            values[address] = accepted.value
        return values


def _belongs(control: Control, part: str) -> bool:
    """Whether a control is in this part of a look; "": in a look as a whole, "all": in one with the loudness too."""
    if part in ("", "all"):
        return control.group not in ("", "level" if not part else "")
    return control.group == part


def _written(value: Value) -> str:
    """As TOML; numbers with the seven digits that a message's single precision holds."""
    return str(value).lower() if isinstance(value, bool) else repr(float(f"{value:.7g}"))


def _unit(control: Control) -> str:
    return f"  # {control.unit}" if control.unit else ""
