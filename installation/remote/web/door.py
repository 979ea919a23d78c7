"""The door by which a show comes to the pages: a Unix socket, for this user's processes only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from installation.remote.web.wire import Frames

Come = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def opened(path: Path, come: Come) -> asyncio.Server:
    """Listens at `path`, instead of whatever is there; `come` is called for each show that connects. Raises OSError."""
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(come, os.fspath(path))
    finally:
        os.umask(before)


async def heard(reader: asyncio.StreamReader) -> AsyncIterator[Any]:
    """Every message until the show is gone. Raises ConnectionError, and Broken, which is one, for what no show says."""
    frames = Frames()
    while data := await reader.read(1 << 18):
        for message in frames.feed(data):
            yield message
