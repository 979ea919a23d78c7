"""The table of controls as OSCQuery (Vidvox's proposal), so that a controller can find the show and draw itself.

HTTP gives the tree and its attributes, WebSocket streams the values that a client listens to as binary OSC, mDNS says
where. Read-only: what is set is set over OSC. Runs in a thread of its own with an event loop of its own.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import structlog
from aiohttp import WSMessage, WSMsgType, web
from zeroconf import Error as ZeroconfError
from zeroconf import InterfaceChoice, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from installation.arguments import Argument
from installation.controls import Control
from installation.remote.access import AccessList
from installation.remote.osc import codec
from installation.remote.osc.connections import Connections, log_into
from installation.remote.osc.server import Receiver
from installation.remote.strangers import why_not

_log = structlog.get_logger("oscquery")

NAME = "SleepTree"
STREAM = 1 / 30
"""Seconds between two values of one address to one listener."""

LISTENERS = 32
"""WebSockets at once."""

SLOWEST = 30.0  # seconds between two tries for a port that stays taken
EXTENSIONS = {
    **dict.fromkeys(("ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "UNIT", "CLIPMODE", "LISTEN"), True),
    **dict.fromkeys(("EXTENDED_TYPE", "CRITICAL", "OVERLOADS", "PATH_CHANGED", "PATH_ADDED", "PATH_REMOVED"), False),
}
ATTRIBUTES = {"FULL_PATH", "CONTENTS", "TYPE", *EXTENSIONS} - {"LISTEN", "PATH_CHANGED", "PATH_ADDED", "PATH_REMOVED"}

Node = dict[str, Any]
Values = Mapping[str, float | bool | str]


def tree(rows: Mapping[str, Control], choices: Mapping[str, Sequence[str]] | None = None) -> Node:
    """The whole namespace, without values. `choices` are words that the show knows and the table doesn't: sections."""
    root: Node = {"FULL_PATH": "/", "DESCRIPTION": NAME, "ACCESS": 0, "CONTENTS": {}}
    for row in rows.values():
        for address in row.addresses:
            node = root
            *rooms, name = address[1:].split("/")
            for depth, room in enumerate(rooms, 1):
                path = "/" + "/".join(rooms[:depth])
                node = node["CONTENTS"].setdefault(room, {"FULL_PATH": path, "ACCESS": 0, "CONTENTS": {}})
            node["CONTENTS"][name] = leaf(row, address, (choices or {}).get(row.address, row.choices))
    return root


def leaf(row: Control, address: str, words: Sequence[str] = ()) -> Node:
    """One control with its attributes; those that have an entry a type tag are arrays."""
    node: Node = {
        "FULL_PATH": address,
        "TYPE": row.typetags,
        "ACCESS": 1 if row.role == "output" else 3 if row.kind in ("number", "switch") else 2,
        "DESCRIPTION": row.meaning,
        "TAGS": [address.split("/")[1]],
    }
    if row.kind == "number":
        node |= {"RANGE": [{"MIN": row.low, "MAX": row.high}], "CLIPMODE": ["both"]}
        node |= {"UNIT": [row.unit]} if row.unit else {}
    elif row.kind == "morph":
        node |= {"RANGE": [None, None, {"MIN": row.low, "MAX": row.high}], "CLIPMODE": [None, None, "both"]}
    elif row.kind == "several":
        first, *others = row.arguments
        node["RANGE"] = [_range(replace(first, choices=tuple(words)) if words else first), *map(_range, others)]
    elif words:
        node["RANGE"] = [{"VALS": list(words)}]
    return node


def _range(argument: Argument) -> Node | None:
    if argument.numeric:
        return {"MIN": argument.low, "MAX": argument.high}
    return {"VALS": list(argument.choices)} if argument.choices else None


def valued(node: Node, values: Values) -> Node:
    """The node and all below it, with the values of those that can be read."""
    if "CONTENTS" in node:
        return {**node, "CONTENTS": {name: valued(one, values) for name, one in node["CONTENTS"].items()}}
    return {**node, "VALUE": [values.get(node["FULL_PATH"])]} if node["ACCESS"] & 1 else node


def find(root: Node, path: str) -> Node | None:
    """The node at a path, or None."""
    node: Node | None = root
    for part in path.strip("/").split("/") if path.strip("/") else ():
        node = node.get("CONTENTS", {}).get(part) if node else None
    return node


class OscQueryServer:
    """Serves the tree at `host:port` and announces it, from `start` to `close`. Port 0 takes any free one."""

    def __init__(
        self,
        desk: Receiver,
        osc: tuple[str, int],
        host: str,
        port: int,
        choices: Mapping[str, Sequence[str]] | None = None,
        access: AccessList | None = None,
    ) -> None:
        self._desk, self._osc = desk, osc
        self._access = access or AccessList()
        self._host, self._wanted = host, port
        self._tree = tree(desk.table, choices)
        self._sockets: set[web.WebSocketResponse] = set()
        self._server: asyncio.Server | None = None
        self._listening: socket.socket | None = None
        self._served = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="oscquery", daemon=True)
        self.port = port
        self.turns = 0  # grows while the thread goes round
        self.trouble = ""  # one line for the overlay while the port can't be had

    def start(self) -> None:
        """Begin to serve; returns at once, whether the port is free or not."""
        self._thread.start()

    def close(self) -> None:
        """Take back the announcement, hang up and end the thread."""
        self._ask_for_the_end()
        self._thread.join(timeout=10.0)

    def abandon(self) -> None:
        """Give the port free and forget it, without waiting for a thread that may never come back."""
        self._ask_for_the_end()
        if self._listening is not None:
            self._listening.close()

    def _ask_for_the_end(self) -> None:
        with suppress(RuntimeError):  # the thread has ended, and its loop with it
            self._loop.call_soon_threadsafe(self._end.set)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Whether the tree was served within so many seconds."""
        return self._served.wait(seconds)

    # the thread

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:  # hangs up in order, whatever it ends of
            runner.run(self._serve())

    async def _serve(self) -> None:
        app = web.Application(client_max_size=4096)
        app.router.add_get("/{path:.*}", self._get)
        logger = logging.getLogger("sleeptree.oscquery")
        runner = web.AppRunner(app, access_log=None, logger=logger, shutdown_timeout=1.0)
        await runner.setup()
        assert runner.server is not None
        self._connections = Connections(runner.server, self._access, self._desk.counters)
        log_into(logger, self._connections)
        sweeping = asyncio.create_task(self._sweep())
        try:
            if await self._bind():
                self._served.set()
                _log.info("OSCQuery is served", host=self._host, port=self.port)
                await self._announced()
        finally:
            sweeping.cancel()
            if self._server is not None:
                self._server.close()
            for listener in list(self._sockets):
                await listener.close()
            await runner.cleanup()

    async def _bind(self) -> bool:
        pause = 1.0
        while not self._end.is_set():
            try:
                server = await self._loop.create_server(self._connections, sock=self._listen_at())
            except OSError as error:
                where = f"{self._host}:{self._wanted}"
                self.trouble = f"OSCQuery: {where}: {error.strerror or error}; trying again in {pause:g} s"
                _log.warning(self.trouble)
                try:
                    await asyncio.wait_for(self._end.wait(), pause)
                except TimeoutError:
                    pause = min(2.0 * pause, SLOWEST)
                continue
            self._server, self.port, self.trouble = server, server.sockets[0].getsockname()[1], ""
            return True
        return False

    def _listen_at(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listening = socket.create_server((self._host, self._wanted), family=family)
        return self._listening

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.turns += 1
            self._connections.hang_up_on_the_idle()

    async def _announced(self) -> None:
        """Be found over mDNS until the end. A network without multicast is said, and then done without."""
        interfaces = [self._host] if self._host.startswith("127.") else InterfaceChoice.Default
        try:
            mdns = AsyncZeroconf(interfaces=interfaces)
        except OSError as error:
            _log.warning("OSCQuery is not announced", why=str(error))
            await self._end.wait()
            return
        announcing = asyncio.create_task(self._announce(mdns))
        try:
            await self._end.wait()
            if announcing.done():
                await mdns.async_unregister_all_services()
        finally:
            announcing.cancel()
            await asyncio.gather(announcing, return_exceptions=True)
            await mdns.async_close()

    async def _announce(self, mdns: AsyncZeroconf) -> None:
        """Say where OSC and OSCQuery are."""
        address = socket.inet_aton(self._reachable())
        services = [
            ServiceInfo(kind, f"{NAME} {port}.{kind}", port, addresses=[address], server=f"{NAME}-{port}.local.")
            for kind, port in (("_oscjson._tcp.local.", self.port), ("_osc._udp.local.", self._osc[1]))
        ]
        try:
            said = await asyncio.gather(
                *(mdns.async_register_service(service, allow_name_change=True) for service in services)
            )
            await asyncio.gather(*said)
        except (OSError, ZeroconfError) as error:
            _log.warning("OSCQuery is not announced", why=f"{type(error).__name__}: {error}")

    def _reachable(self) -> str:
        """An IPv4 address of this machine under which others can find it."""
        if self._host not in ("0.0.0.0", "::", ""):
            return self._host
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # RFC 5737; nothing is sent, the system only chooses a way out
                return str(probe.getsockname()[0])
            except OSError:
                return "127.0.0.1"

    # answers

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self._connections.served(request.transport)
        status, why = why_not(request)
        if status:
            self._connections.refuse(why, str(request.remote))
            return web.Response(status=status, text=f"{why}\n")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._listen(request)
        node = find(self._tree, request.path)
        if request.query_string == "HOST_INFO":
            return _json(self.host_info())
        if node is None:
            return web.Response(status=404, text=f"no such node: {request.path[:80]}\n")
        return self._told(valued(node, self._values()), request.query_string)

    @staticmethod
    def _told(node: Node, attribute: str) -> web.Response:
        if not attribute:
            return _json(node)
        if attribute not in ATTRIBUTES:
            return web.Response(status=400, text=f"no such attribute: {attribute[:80]}\n")
        return _json({attribute: node[attribute]}) if attribute in node else web.Response(status=204)

    def host_info(self) -> Node:
        """What HOST_INFO says."""
        return {
            "NAME": NAME,
            "EXTENSIONS": EXTENSIONS,
            "OSC_IP": self._osc[0] if self._osc[0] != "0.0.0.0" else self._reachable(),
            "OSC_PORT": self._osc[1],
            "OSC_TRANSPORT": "UDP",
            "WS_IP": self._reachable(),
            "WS_PORT": self.port,
        }

    def _values(self) -> Values:
        feedback = self._desk.feedback
        return {**feedback.values, **feedback.state}

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        if len(self._sockets) >= LISTENERS:
            return web.Response(status=503, text="too many listeners\n")
        link = web.WebSocketResponse(heartbeat=20.0, max_msg_size=4096)
        await link.prepare(request)
        self._connections.served(request.transport, listens=True)
        self._sockets.add(link)
        listened: dict[str, object] = {}  # address: the value that was sent last
        stream = asyncio.create_task(self._stream(link, listened))
        try:
            async for message in link:
                self._command(message, listened)
        finally:
            stream.cancel()
            self._sockets.discard(link)
        return link

    def _command(self, message: WSMessage, listened: dict[str, object]) -> None:
        """LISTEN or IGNORE; anything else a client may say means nothing here."""
        if message.type is not WSMsgType.TEXT:
            return
        try:
            said = msgspec.json.decode(message.data, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            return
        path = str(said.get("DATA"))
        readable = (find(self._tree, path) or {}).get("ACCESS", 0) & 1
        if said.get("COMMAND") == "LISTEN" and readable:
            listened.setdefault(path, None)
        elif said.get("COMMAND") == "IGNORE":
            listened.pop(path, None)

    async def _stream(self, link: web.WebSocketResponse, listened: dict[str, object]) -> None:
        while not link.closed:
            values = self._values()
            for path, sent in list(listened.items()):
                value = values.get(path)
                if value is not None and value != sent:
                    listened[path] = value
                    with suppress(ConnectionError):  # gone in this moment; the loop ends with it
                        await link.send_bytes(codec.encode(path, [value]))
            await asyncio.sleep(STREAM)


def _json(node: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(node), content_type="application/json")
