"""The folder beside a film in which its segments wait until all are there: what an interrupted film goes on from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from installation.film.segments import Segment


class Parts:
    """The parts of the film `out`, in `out`.parts. Makes the folder; raises OSError where it can't."""

    def __init__(self, out: Path) -> None:
        self.folder = out.with_name(f"{out.name}.parts")
        self.folder.mkdir(exist_ok=True)

    @property
    def sound(self) -> Path:
        """Where the sound of the whole film goes."""
        return self.folder / "sound.mp4"

    def path(self, segment: Segment) -> Path:
        """Where this segment goes, and where it is found again by a film that wants the same."""
        return self.folder / f"{segment.index:04d}-{segment.digest}.mp4"

    def leave(self) -> int:
        """Keep the parts that are whole and nothing else; how many that are. An empty folder goes."""
        whole = {path.stem for path in self.folder.glob("*.json")}
        self._remove(path for path in self.folder.iterdir() if not (path.stem in whole and path.name[0] != "."))
        return len(whole)

    def clear(self) -> None:
        """The film is whole: all of it may go."""
        self._remove(self.folder.iterdir())

    def _remove(self, paths: Iterator[Path]) -> None:
        for path in list(paths):
            if path.suffix in (".mp4", ".json", ".part", ".new"):  # nothing that somebody else has put there
                path.unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()
