"""Certificates: a machine may speak as the node whose name its certificate bears, and as no other."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from installation.foundation.errors import Mistake
from installation.venue.cloud import CloudSettings

HEARS = "declare_subscriber", "declare_liveliness_subscriber", "liveliness_query"
SAYS = "put", "liveliness_token"
"""zenoh's names of what crosses a link."""


def files(settings: CloudSettings) -> tuple[str, str, str]:
    """Of the authority, the certificate and its key. Raises Mistake where one is not there."""
    for name in ("ca", "certificate", "key"):
        path = Path(getattr(settings, name)).expanduser()
        if not path.is_file():
            raise Mistake(f"[cloud] {name}: there is no file {path}")
    ca, own, key = (str(Path(path).expanduser()) for path in (settings.ca, settings.certificate, settings.key))
    return ca, own, key


def check(settings: CloudSettings, node: str) -> None:
    """Raises Mistake where the others would not let this machine speak as `node`, and says why."""
    ca, own, key = files(settings)
    try:
        name = common_name(ca, own, key)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "verify_message", "") or " ".join(str(error).split())
        raise Mistake(f"[cloud] certificate {own}: not one of {ca} with the key {key}: {reason[:120]}") from None
    if name != node:
        raise Mistake(f'[cloud] certificate {own}: is of "{name[:40]}", and this machine is "{node}"')


def common_name(ca: str, certificate: str, key: str) -> str:
    """Whom a certificate is of, once who holds its key has shown it to who trusts `ca`. Raises SSLError, OSError."""
    shows, sees = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    shows.load_cert_chain(certificate, key, password="")
    sees.check_hostname = False
    sees.load_verify_locations(ca)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = sees.wrap_bio(back, there), shows.wrap_bio(there, back, server_side=True)
    for _ in range(4):  # a handshake goes to and fro twice
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    subject = (ends[0].getpeercert() or {}).get("subject", ())
    named = dict(pair for part in subject for pair in part)  # type: ignore[misc]
    return str(named.get("commonName", ""))


def permissions(prefix: str, nodes: Sequence[str]) -> dict[str, object]:
    """zenoh's access control under the keys of `prefix`: everybody hears, and says what is of their own name alone."""
    every = [f"{prefix}/**"]
    rules = [_rule("hears", "ingress", HEARS, every), _rule("tells", "egress", HEARS + SAYS, every)]
    for node in nodes:
        own = [f"{prefix}/all/{node}", f"{prefix}/to/*/{node}", f"{prefix}/alive/{node}/*"]
        rules.append(_rule(f"is {node}", "ingress", SAYS, own))
    return {
        "enabled": True,
        "default_permission": "deny",
        "rules": rules,
        "subjects": [{"id": node, "cert_common_names": [node]} for node in nodes],
        "policies": [{"rules": ["hears", "tells", f"is {node}"], "subjects": [node]} for node in nodes],
    }


def _rule(name: str, way: str, messages: Sequence[str], keys: Sequence[str]) -> dict[str, object]:
    said = {"flows": [way], "messages": list(messages), "key_exprs": list(keys)}
    return {"id": name, "permission": "allow", **said}
