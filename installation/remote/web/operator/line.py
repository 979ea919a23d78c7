"""One socket of a tablet: what is said to it never waits for it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import msgspec
from aiohttp import web

from installation.remote.web.operator.tablets import Message, Tablet

UNSENT, UNSEEN = 262_144, 98_304
"""Bytes that may wait for one tablet; and above which it gets no more pictures until they have gone."""


class Line:
    """One socket of a tablet."""

    def __init__(self, socket: web.WebSocketResponse, host: str) -> None:
        self.socket, self.host = socket, host
        self.transport: asyncio.Transport | None = None
        self.tablet: Tablet | None = None
        self.heard = time.monotonic()
        self.values: dict[str, Any] = {}  # as it was told them

    async def say(self, *messages: Message) -> None:
        """Messages; a tablet that does not read is hung up on."""
        for message in messages:
            if self._takes(UNSENT, hang_up=True):
                with suppress(ConnectionError, RuntimeError):
                    await self.socket.send_str(msgspec.json.encode(message).decode(), compress=False)

    async def show(self, data: bytes) -> None:
        """A picture, unless older ones still wait."""
        if self._takes(UNSEEN):
            with suppress(ConnectionError, RuntimeError):
                await self.socket.send_bytes(data, compress=False)

    def _takes(self, most: int, hang_up: bool = False) -> bool:
        if self.transport is None or self.transport.is_closing():
            return False
        if self.transport.get_write_buffer_size() <= most:
            return True
        if hang_up:
            self.transport.abort()
        return False

    @property
    def role(self) -> str:
        """What whoever is there may do; empty before they have said who they are."""
        return "" if self.tablet is None else self.tablet.role
