"""Presets (looks): saved as readable TOML, one file a name, loaded, and mixed two by two.

A look is every number and switch of the dream, the light, the camera, the sound and the scenes; not the score's place,
nor the sleepers. Loading one gives values to be accepted one by one, so that a journal needs no preset to be replayed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from installation.controls import Control, Refused, Table, Value, accept
from installation.foundation.atomic import write_atomic

_NAME = re.compile(r"[\w][\w \-]{0,39}")
_APART = ("show", "sleeper")  # rooms of the table that are no part of a look


class Presets:
    """The looks in one folder. Files are read when they are asked for and kept until they change."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._folder = folder
        self._table = table
        self._read: dict[str, tuple[tuple[int, int], dict[str, Value]]] = {}

    def save(self, name: str, values: Mapping[str, Value]) -> None:
        """Write a look. The file is whole or not there at all. Raises Refused where it can't be written."""
        path = self._path(name)
        lines = [f"# {name}: a look of SleepTree", ""]
        lines += [
            f'"{address}" = {_written(value)}{_unit(self._table[address])}'
            for address, value in values.items()
            if address in self._table and self._belongs(self._table[address])
        ]
        try:
            write_atomic(path, ("\n".join(lines) + "\n").encode())
        except OSError as error:
            raise Refused("preset", f'/preset/save "{name}": {error.strerror or error}: {path}') from None

    def load(self, name: str) -> dict[str, Value]:
        """The values of a look, by address. Raises Refused naming file, line and what is wrong."""
        path = self._path(name)
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
        return dict(kept[1])

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
        return sorted(path.stem for path in self._folder.glob("*.toml") if _NAME.fullmatch(path.stem))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name != name.strip():
            raise Refused("preset", f'a look is called by up to 40 letters, digits, spaces, - and _, got "{name:.40}"')
        return self._folder / f"{name}.toml"

    def _parsed(self, text: str, path: Path) -> dict[str, Value]:
        try:
            written = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Refused("preset", f"{path}: not TOML: {error}") from None
        values: dict[str, Value] = {}
        for address, value in written.items():
            try:
                accepted = accept(self._table, address, [value])
            except Refused as error:
                raise Refused("preset", f"{path}: {error}") from None
            if not self._belongs(accepted.control):
                raise Refused("preset", f"{path}: {address} is no part of a look")
            assert not isinstance(accepted.value, tuple)
            values[address] = accepted.value
        return values

    @staticmethod
    def _belongs(control: Control) -> bool:
        room = control.address.split("/")[1]
        return control.role == "input" and control.kind in ("number", "switch") and room not in _APART


def _written(value: Value) -> str:
    """As TOML; numbers with the seven digits that a message's single precision holds."""
    return str(value).lower() if isinstance(value, bool) else repr(float(f"{value:.7g}"))


def _unit(control: Control) -> str:
    return f"  # {control.unit}" if control.unit else ""
