"""Visitors' lines of a night: who offers one, what staff decide, and which are shown. One object serves OSC and pages.

The text stands in the night's own file and nowhere else: journals have numbers. The file is lines of JSON, appended to
under a lock, by the show and by `sleeptree words`, whoever decides; `refresh` takes what others wrote. Emptied, the
text is gone, and a replay of the night shows nothing in its place. Thread-safe. Reads no clock: the time is handed in.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

import msgspec

from installation.controls import SLEEPERS, Refused
from installation.foundation.atomic import write_all
from installation.foundation.refusal import plain
from installation.words.moderation import marked, skeleton
from installation.words.normalise import normalised

State = Literal["held", "approved", "hidden", "banned"]

FOLDER = "words"
"""The folder of the nights' lines, among the show's data."""

SLOTS = 16
"""Lines that are woven in at once; the next that is approved takes the place of the oldest."""

WAITING = 200
"""Lines that wait for the staff at once."""

OF_ONE, OF_ALL = 6, 60
"""Lines a minute that are taken from one visitor, and from all."""

MINUTE = 60 * 10**9  # ns


class VisitorLine(msgspec.Struct, frozen=True):
    """One line as it was offered, and what was decided."""

    id: int
    text: str
    sleeper: int  # 0-based, in whose hue it is written
    marked: str = ""  # why staff should look: a word of the lists, an address, a number
    keep: bool = False  # the visitor's second consent: it may stand in the anthology
    who: str = ""  # a digest of where it came from, of this night only
    state: State = "held"


class VisitorLines:
    """The lines of the night called `night`, in `folder`. `opened`: what is not marked is approved at once."""

    def __init__(self, folder: Path, night: str, opened: bool = False) -> None:
        self._folder, self._opened = folder, opened
        self._lock = threading.RLock()
        self._times: dict[str, deque[int]] = {}  # when lines were taken, of whom ("" all)
        self.trouble = ""  # one line for the overlay while the file can't be written
        self._turn(night)

    def _turn(self, night: str) -> None:
        self.night, self.path = night, self._folder / f"{night}.lines"
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._lines: dict[int, VisitorLine] = {}
        self._slots = [0] * SLOTS
        self._oldest: list[int] = []  # shown ids, the oldest first
        self._banned: set[str] = set()  # who, and skeletons of lines
        self._next, self._read, self._generation = 1, 0, 0

    # visitors

    def offer(
        self, text: str, source: str = "", now_ns: int = 0, sleeper: int | None = None, keep: bool = False
    ) -> VisitorLine:
        """Take one line: held for the staff, or approved at once where the house is open and nothing is marked.

        `source` is where it came from, `sleeper` (0-based) whose it is. Raises controls.Refused, whose text never has
        the line itself.
        """
        who = self._digest(source)
        with self._lock:
            self._ration(who, now_ns)
            try:
                line = normalised(text)
            except ValueError as error:
                raise Refused("words", f"/verse/line: a line {error}") from None
            self.refresh()
            if who in self._banned or skeleton(line) in self._banned:
                raise Refused("banned", "/verse/line: this line, or who wrote it, is banned for the night")
            number = self._next
            hers = (number * 89) % SLEEPERS if sleeper is None else sleeper  # whoever has none gets one of all
            self._add(taken := VisitorLine(number, line, hers, marked(line), keep, who))
            self._next += 1
            self._write(taken)
            for whose in {"", who}:
                self._times.setdefault(whose, deque()).append(now_ns)
            if self._opened and not taken.marked:
                return self.decide(number, "approved")
            return taken

    def _ration(self, who: str, now_ns: int) -> None:
        if self.waiting >= WAITING:
            raise Refused("flood", f"/verse/line: {WAITING} lines wait for the staff, and no more are taken")
        for times in self._times.values():
            while times and now_ns - times[0] >= MINUTE:
                times.popleft()
        self._times = {whose: times for whose, times in self._times.items() if times}
        for whose, most in {who: OF_ONE, "": OF_ALL}.items():
            if len(self._times.get(whose, ())) >= most:
                raise Refused("flood", f"/verse/line: {most} lines a minute are taken{'' if whose else ' from all'}")

    def _digest(self, source: str) -> str:
        return blake2b(source.encode(), key=self.night.encode()[:32], digest_size=8).hexdigest() if source else ""

    # staff

    def decide(self, number: int, state: State) -> VisitorLine:
        """Approve, hide or ban a line, or hold it again. Raises controls.Refused where there is none of that number."""
        with self._lock:
            self.refresh()
            if number not in self._lines:
                raise Refused("words", f"/verse: there is no line {number} tonight")
            self._apply(number, state)
            self._write({"id": number, "state": state})
            return self._lines[number]

    def clear(self) -> None:
        """Take every line back at once and empty the night's file. Numbers go on: what is gone never comes back."""
        with self._lock:
            following, generation = self._next, self._generation + 1
            self._forget()
            self._next, self._generation = following, generation
            self._write(None)

    def withdraw(self, numbers: Collection[int]) -> None:
        """Whoever wrote these lines takes them back: they are in the night's file no more, whatever was decided."""
        with self._lock:
            self.refresh()
            left = [line for line in self._lines.values() if line.id not in numbers]
            if len(left) < len(self._lines):
                banned = self._banned
                self.clear()
                for line in left:
                    self._add(line)
                    self._write(line)
                self._banned = banned

    # looking

    def listed(self) -> tuple[VisitorLine, ...]:
        """Every line of the night, the oldest first."""
        with self._lock:
            return tuple(self._lines.values())

    @property
    def waiting(self) -> int:
        """How many lines wait for the staff."""
        with self._lock:
            return sum(line.state == "held" for line in self._lines.values())

    @property
    def shown(self) -> str:
        """Which lines are woven in, without their text: what /verse/shown says, `NUMBER:SLEEPER` a place."""
        with self._lock:
            places = [f"{n}:{self._lines[n].sleeper + 1}" if n else "-" for n in self._slots]
        return " ".join(places).rstrip("- ")

    def text(self, number: int) -> str:
        """The text of an approved line; empty for any other."""
        line = self._lines.get(number)
        return line.text if line is not None and line.state == "approved" else ""

    # the file

    def refresh(self, night: str | None = None) -> bool:
        """Take what others wrote into the file, or turn to another `night`. Returns whether anything changed.

        Costs one look at the file where nothing did.
        """
        with self._lock:
            if night is not None and night != self.night:
                self._turn(night)
                return True
            try:
                size = self.path.stat().st_size
                if size == self._read:
                    return False
                return self._take(self.path.read_bytes())
            except FileNotFoundError:
                if self._read:
                    self._forget()
                    return True
            except OSError as error:
                self._complain(error)
            return False

    def _take(self, data: bytes) -> bool:
        end = data.rfind(b"\n") + 1
        first, _, _ = data.partition(b"\n")
        header = _decoded(first)
        if end < self._read or header.get("generation", 0) != self._generation:
            self._forget()
            self._generation = header.get("generation", 0)
            self._next = max(self._next, header.get("next", 1))
        for row in data[self._read : end].splitlines():
            self._understand(_decoded(row))
        self._read = end
        return True

    def _understand(self, entry: Mapping[str, Any]) -> None:
        """One line of the file; what is none is left out."""
        try:
            if "text" in entry:
                line = msgspec.convert(entry, VisitorLine)
                normalised(line.text)
                self._add(line)
                self._next = max(self._next, line.id + 1)
            elif "state" in entry and entry.get("id") in self._lines:
                self._apply(entry["id"], msgspec.convert(entry["state"], State))
        except (msgspec.ValidationError, ValueError, TypeError):
            return

    def _add(self, line: VisitorLine) -> None:
        self._lines[line.id] = line
        if line.state != "held":
            self._apply(line.id, line.state)

    def _apply(self, number: int, state: State) -> None:
        line = self._lines[number] = msgspec.structs.replace(self._lines[number], state=state)
        if number in self._oldest and state != "approved":
            self._oldest.remove(number)
            self._slots[self._slots.index(number)] = 0
        elif number not in self._oldest and state == "approved":
            place = self._slots.index(0) if 0 in self._slots else self._slots.index(self._oldest.pop(0))
            self._slots[place] = number
            self._oldest.append(number)
        if state == "banned":
            self._banned |= {skeleton(line.text), *filter(None, [line.who])}

    def _write(self, entry: VisitorLine | dict[str, Any] | None) -> None:
        """Append one entry, or empty the file (None). What can't be written is kept in memory, and said."""
        try:
            with self._held() as descriptor, os.fdopen(os.dup(descriptor), "r+b", buffering=0) as file:
                if entry is None:
                    os.ftruncate(descriptor, 0)
                elif os.fstat(descriptor).st_size not in (0, self._read):
                    file.seek(0)
                    self._take(file.read())
                data = b""
                if os.fstat(descriptor).st_size == 0:
                    data = _encoded({"words": 1, "generation": self._generation, "next": self._next})
                    self._read = 0
                data += b"" if entry is None else _encoded(entry)
                file.seek(0, os.SEEK_END)
                write_all(file, data)
                self._read = file.tell()
                self.trouble = ""
        except OSError as error:
            self._complain(error)

    @contextmanager
    def _held(self) -> Iterator[int]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def _complain(self, error: OSError) -> None:
        self.trouble = f"words: {error.strerror or error}: {plain(str(self.path))}; lines are kept in memory"


def _encoded(entry: object) -> bytes:
    return msgspec.json.encode(entry) + b"\n"


def _decoded(row: bytes) -> dict[str, Any]:
    try:
        entry = msgspec.json.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}
