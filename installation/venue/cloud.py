"""[cloud] of the venue's settings: as which node this machine takes part in a Sleep Cloud, and with whom."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from installation.venue.table import SettingsTable

MOST = 1000
Name = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]


class CloudSettings(SettingsTable, frozen=True):
    """[cloud]: nothing of it is used before `sleeptree play --cloud`."""

    node: Annotated[str, Meta(max_length=32, pattern=r"^[A-Za-z0-9_-]*$")] = ""  # this machine's name; empty: --node
    nodes: Annotated[tuple[Name, ...], Meta(max_length=MOST)] = ()  # who may take part, the first conducts first
    listen: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 7447
    connect: Annotated[tuple[str, ...], Meta(max_length=MOST)] = ()  # where others listen
    lead_ms: Annotated[int, Meta(ge=35, le=1000)] = 100  # by which controls are late everywhere, so that all are
    conduct: Literal["auto", "always", "never"] = "auto"
    ca: str = ""  # PEM files: with them everything is TLS, and each shows a certificate of its own name
    certificate: str = ""
    key: str = ""


def check(cloud: CloudSettings) -> None:
    """Raises ValueError naming table, key, rule and offender, without the file."""
    given = [name for name in ("ca", "certificate", "key") if getattr(cloud, name)]
    if given and len(given) != 3:
        raise ValueError(f"[cloud] ca, certificate and key go together, got {' and '.join(given)} alone")
    if given and not cloud.nodes:
        raise ValueError("[cloud] ca takes nodes: each certificate bears the name of one")
    if len(set(cloud.nodes)) != len(cloud.nodes):
        twice = next(name for name in cloud.nodes if cloud.nodes.count(name) > 1)
        raise ValueError(f'[cloud] nodes takes each name once, got "{twice}" twice')
