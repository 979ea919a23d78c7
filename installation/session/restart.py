"""What a show is made of, kept beside its checkpoints: a restart reads no file that people edit."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from installation import repertoire
from installation.foundation import places
from installation.foundation.atomic import write_atomic
from installation.model.score import Score
from installation.recording import recovery
from installation.recording.nights import wall
from installation.recording.recovery import Resumption
from installation.session.production import Production
from installation.session.replaying import resume_replay
from installation.show import Show
from installation.venue.settings import Settings
from installation.watch.child import StartOrders


class Plan(msgspec.Struct, frozen=True):
    """A production, and what was measured for it."""

    settings: Settings
    score: Score
    seed: int
    threads: int = 0  # that draw; 0: not measured
    present: str = ""  # how pictures get to the screen
    ends: int | None = None  # tick at which it ends by itself
    journal: str = ""  # that is replayed
    condemned: tuple[str, ...] = ()  # scenes that ended a process

    def production(self) -> Production:
        """As it was; the scenes are those of today. Raises Mistake where a journal is gone."""
        production = Production(self.settings, self.score, self.seed, repertoire.found().scenes)
        return resume_replay(Path(self.journal), production) if self.journal else production


def folders(kept: str) -> list[Path]:
    """Where things are kept under this name, the last one in memory where the system has such a place."""
    return [places.data() / "kept" / kept, places.runtime() / "kept" / kept] if kept else []


def plan(kept: str) -> Plan | None:
    """The plan of the show that was kept, if any."""
    for folder in folders(kept):
        with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
            return msgspec.json.decode((folder / "production").read_bytes(), type=Plan)
    return None


def keep(kept: str, plan: Plan) -> None:
    """Remember a plan for whoever goes on."""
    for folder in folders(kept):
        with suppress(OSError):
            write_atomic(folder / "production", msgspec.json.encode(plan))


def resume(show: Show, kept: str, orders: StartOrders) -> Resumption | None:
    """Bring `show` back to what was kept under this name; None: there is nothing that it could go on from.

    A restart goes on however old that is; a first start, only from a show that was cut off just now.
    """
    return recovery.restore(show, folders(kept), 0.0 if orders.restart else wall() - recovery.STALE_S)
