"""`sleeptree play`: the piece, live on a screen; watched by a supervisor, unless nobody is to watch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.session.request import PlayOptions, Request
from installation.venue import settings, streaming
from installation.watch.process_title import hide


@dataclass(frozen=True)
class Supervision:
    """Who watches: a supervisor, to be started for the command line's `arguments`, or the one at the end of `link`."""

    arguments: Sequence[str]
    link: str | None = None  # what a supervisor puts on the command line of its child
    unsupervised: bool = False


def play(
    request: Request, options: PlayOptions, supervision: Supervision, resume: bool = False, name: str = "show"
) -> int | str:
    """Play until somebody ends it: a supervisor's exit code, or what there is to say afterwards, in a line or none.

    What is kept to go on from goes by `name`. A supervisor loads no arrays: it outlives whatever a show can fail of.
    """
    if options.stream is not None:
        hide(options.stream)
    if options.cloud and options.watch:
        raise Mistake("--watch makes another version of a scene, and a cloud plays one version: leave it out")
    if (options.node or options.crop or options.canvas) and not options.cloud:
        raise Mistake("--node, --crop and --canvas go with --cloud")
    if supervision.link is None and not supervision.unsupervised and os.name == "posix":
        from installation.session.supervised import supervised

        arguments = without(supervision.arguments, "--stream")
        if url := _stream(request, options):
            os.environ[streaming.ENVIRONMENT] = url  # no list of processes shows that, no log, and nothing keeps it
        return supervised(arguments, resume, name, _pages(request, options))
    if options.pages and supervision.unsupervised:
        raise Mistake("--pages takes a supervisor, which serves them beside the show: leave out --unsupervised")
    from installation.watch.child import SupervisorLink

    # before all that takes time: the supervisor may be gone
    link = None if supervision.link is None else SupervisorLink(supervision.link)
    from installation.session.playing import play as play_here

    return play_here(request, options, link)


def without(arguments: Sequence[str], option: str) -> list[str]:
    """`arguments` of a command line, but for an `option` and what it takes."""
    kept: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == option:
            next(rest, None)
        elif not word.startswith(f"{option}="):
            kept.append(word)
    return kept


def _stream(request: Request, options: PlayOptions) -> str:
    """Where every process of this show streams to: those that go on from what was kept find no address there."""
    if options.stream is not None:
        return options.stream
    with suppress(OSError, ValueError):  # what is wrong with them, the show says
        wanted = settings.read(request.config or places.venue()).stream
        return wanted.url if wanted.enabled and options.journal is None else ""
    return ""


def _pages(request: Request, options: PlayOptions) -> list[str] | None:
    """The arguments of the process that serves the pages; None where they are not wanted, or nothing can be read."""
    wanted = options.pages
    with suppress(OSError, ValueError):  # what is wrong with them, the show says
        wanted = wanted or settings.read(request.config or places.venue()).pages.enabled
    if not wanted or options.journal is not None:
        return None
    return ["pages", "--serve", *([] if request.config is None else ["--config", str(request.config)])]
