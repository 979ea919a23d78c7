"""Pages of strangers: which requests of a browser are answered, by the name asked for and the page they come from."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web


def why_not(request: web.Request, names: Sequence[str] = (), own_pages_only: bool = False) -> tuple[int, str]:
    """A status and why a request is refused; (0, "") where it isn't.

    A page of a stranger can make a browser ask us, by a name that it has pointed at this machine (DNS rebinding): only
    addresses, this machine's own names and `names` are answered, and only pages that we served may open a WebSocket.
    With `own_pages_only` one that says nothing of where it comes from, or comes from another port, is refused too.
    """
    asked = request.headers.get("Host", "")
    host = _hostname(f"//{asked}")
    if not host or not (_ours(host) or host in names):
        return 421, f"not a name of this machine: {host[:60]}"
    origin = request.headers.get("Origin")
    if origin is not None and _hostname(origin) != host:
        return 403, f"not for pages of {origin[:60]}"
    if own_pages_only and (origin is None or urlsplit(origin).netloc.lower() != asked.lower()):
        return 403, "for our own pages only"
    return 0, ""


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _ours(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        own = socket.gethostname().lower()
        return host in ("localhost", own, f"{own}.local") or (host.startswith("sleeptree-") and host.endswith(".local"))
    return True
