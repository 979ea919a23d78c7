"""The wire: messages between nodes, on eclipse-zenoh. Nothing else here knows that library."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

import zenoh

from installation.cloud import certificates
from installation.cloud.messages import LARGEST
from installation.foundation.errors import Mistake
from installation.remote import access
from installation.venue.cloud import CloudSettings

LEASE_MS = 1000
"""After which a machine whose cable was pulled is gone."""

PORTS = 16
"""On this machine alone nodes take the first free one of so many ports, and look for each other there."""

REMEMBERED = 256
"""Nodes to which a way is kept open."""

Hear = Callable[[str, bytes], None]
Gone = Callable[[str], None]


class Wire:
    """A node's link to the others of its cloud; opened at once. `hear` and `gone` are called by threads of zenoh's.

    Without a `life` it takes no part: it only listens. Raises Mistake where it can't be opened.
    """

    def __init__(
        self, cloud: str, node: str, life: int | None, settings: CloudSettings, hear: Hear, gone: Gone
    ) -> None:
        self._prefix, self._node, self._hear, self._gone = f"sleeptree/{cloud}", node, hear, gone
        self._lives: dict[str, str] = {}
        if settings.ca and life is not None:
            certificates.check(settings, node)
        self.session = _opened(self._prefix, settings)
        self._to: dict[str, zenoh.Publisher] = {}
        try:
            self._kept: list[object] = [
                self.session.declare_subscriber(f"{self._prefix}/all/*", self._take),
                self.session.declare_subscriber(f"{self._prefix}/to/{node}/*", self._take),
            ]
            if life is not None:
                self._all = self._publisher(f"{self._prefix}/all/{node}")
                alive = self.session.liveliness()
                self._kept += [
                    alive.declare_subscriber(f"{self._prefix}/alive/*/*", self._live, history=True),
                    alive.declare_token(f"{self._prefix}/alive/{node}/{life}"),
                ]
        except zenoh.ZError as error:
            self.session.close()
            raise Mistake(f"--cloud: {' '.join(str(error).split())[:200]}") from None

    def send(self, node: str, data: bytes) -> None:
        """To a node, or to all where its name is empty. Never waits: what doesn't get through is lost."""
        with suppress(zenoh.ZError):
            (self._of(node) if node else self._all).put(data)

    def _of(self, node: str) -> zenoh.Publisher:
        if node not in self._to:
            if len(self._to) >= REMEMBERED:
                self._to.pop(next(iter(self._to))).undeclare()
            self._to[node] = self._publisher(f"{self._prefix}/to/{node}/{self._node}")
        return self._to[node]

    def close(self) -> None:
        """Gone, and the others know it."""
        self.session.close()

    def _publisher(self, key: str) -> zenoh.Publisher:
        return self.session.declare_publisher(
            key,
            congestion_control=zenoh.CongestionControl.DROP,
            priority=zenoh.Priority.REAL_TIME,
            express=True,
        )

    def _take(self, sample: zenoh.Sample) -> None:
        sender = str(sample.key_expr).rsplit("/", 1)[-1]
        if sender != self._node:
            size = len(sample.payload)
            self._hear(sender, sample.payload.to_bytes() if size <= LARGEST else b"")

    def _live(self, sample: zenoh.Sample) -> None:
        node, life = str(sample.key_expr).split("/")[-2:]
        if sample.kind == zenoh.SampleKind.PUT:
            self._lives[node] = life
        elif self._lives.get(node) == life:  # and not an earlier life of one that is there again
            del self._lives[node]
            self._gone(node)


def _opened(prefix: str, settings: CloudSettings) -> zenoh.Session:
    scheme = "tls" if settings.ca else "tcp"
    local = settings.listen.startswith("127.") and not settings.connect
    try:
        host, port = access.address(settings.listen, settings.port)
    except ValueError as rule:
        raise Mistake(f"[cloud] listen {rule}") from None
    ports = range(port, min(port + PORTS, 65_536)) if local else (port,)
    reason = ""
    for own in ports:
        others = [f"{scheme}/{host}:{other}" for other in ports if other != own]
        if not local:
            others = [f"{scheme}/{_place(text, settings.port)}" for text in settings.connect]
        try:
            return zenoh.open(_config(prefix, settings, f"{scheme}/{_bracketed(host)}:{own}", others))
        except zenoh.ZError as error:
            reason = " ".join(str(error).split())
    raise Mistake(f"[cloud] listen {settings.listen}, port {port}: can't be opened: {reason[:200]}")


def _place(text: str, port: int) -> str:
    try:
        host, port = access.address(text, port)
    except ValueError as rule:
        raise Mistake(f"[cloud] connect {rule}") from None
    return f"{_bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _config(prefix: str, settings: CloudSettings, listen: str, connect: Sequence[str]) -> zenoh.Config:
    config = zenoh.Config()
    said: dict[str, object] = {
        "mode": "peer",
        "listen/endpoints": [listen],
        "listen/exit_on_failure": True,
        "connect/endpoints": list(connect),
        "connect/exit_on_failure": False,
        "connect/timeout_ms": -1,
        "scouting/multicast/enabled": False,
        "scouting/gossip/enabled": True,
        "transport/link/tx/lease": LEASE_MS,
    }
    if settings.ca:
        ca, own, key = certificates.files(settings)
        said |= {
            "transport/link/tls/root_ca_certificate": ca,
            "transport/link/tls/listen_certificate": own,
            "transport/link/tls/listen_private_key": key,
            "transport/link/tls/connect_certificate": own,
            "transport/link/tls/connect_private_key": key,
            "transport/link/tls/enable_mtls": True,
            "transport/link/tls/verify_name_on_connect": True,
            "access_control": certificates.permissions(prefix, settings.nodes),
        }
    for name, value in said.items():
        config.insert_json5(name, json.dumps(value))
    return config
