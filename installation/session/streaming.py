"""The stream to a media server that the venue or the command line asks for."""

from __future__ import annotations

from collections.abc import Callable

from installation.recording.nights import wall
from installation.session.production import Production
from installation.session.request import PlayOptions
from installation.stream.streamer import Streamer


def stream(production: Production, options: PlayOptions, notice: Callable[[str], None]) -> Streamer | None:
    """Who streams, to be started and closed; None where nobody asks for it. The command line goes first."""
    wanted = production.settings.stream
    if options.stream is not None:
        wanted = wanted.to(options.stream)
    if not wanted.enabled:
        return None
    return Streamer(wanted, production.seed, production.settings.hearing, notice, wall)
