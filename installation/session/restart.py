"""What a show is made of and how far it was, kept beside its snapshots: a restart reads no file that people edit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from installation import repertoire
from installation.foundation import places
from installation.foundation.atomic import write_atomic
from installation.model.score import Score
from installation.recording import checkpoint
from installation.recording.checkpoint import Checkpoint
from installation.recording.journal import wall
from installation.session.endpoints import Console
from installation.session.production import Production
from installation.session.replaying import resume_replay
from installation.show import Show
from installation.venue.settings import Settings
from installation.watch.child import StartOrders

_log = structlog.get_logger("kept")


class Plan(msgspec.Struct, frozen=True):
    """A production, and what was measured for it."""

    settings: Settings
    score: Score
    seed: int
    threads: int = 0  # that draw; 0: not measured
    present: str = ""  # how pictures get to the screen
    ends: int | None = None  # tick at which it ends by itself
    journal: str = ""  # that is replayed

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


def resumed(show: Show, kept: str, orders: StartOrders) -> Checkpoint | None:
    """Bring `show` back to the newest snapshot that is whole and is its own; None: there is none.

    A show that was refused half-way is not what it was: whoever gets None makes a new one.
    """
    for found in checkpoint.found(folders(kept)):
        if not orders.restart and wall() - found.at > checkpoint.STALE:
            return None
        try:
            found.restore(show)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            _log.warning("a snapshot is refused", tick=found.tick, why=" ".join(str(error).split()))
        else:
            return found
    return None


def caught_up(show: Show, found: Checkpoint, played: Console) -> None:
    """Play on from the snapshot to the last thing that was given, at once; the new journal begins with it."""
    journal = played.journal
    refused: Sequence[str] = ()
    while show.tick < found.last:
        refused = [*refused, *found.give(show, journal.write if journal is not None else lambda tick, accepted: None)]
        show.step()
        for follower in played.followers:
            follower.follow(show, 0.0)
    given = sum(map(len, found.given.values()))
    _log.info("goes on", snapshot=found.tick, tick=show.tick, given=given, refused=list(refused))
