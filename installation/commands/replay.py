"""`sleeptree replay`: a performance again, live, as it was played then."""

from __future__ import annotations

from installation.commands.play import Supervision, play
from installation.session.request import PlayOptions, Request


def replay(request: Request, options: PlayOptions, supervision: Supervision) -> int | str:
    """Play the journal of `options` until it ends; as `play` does, beside a show that may run here."""
    return play(request, options, supervision, name="replay")
