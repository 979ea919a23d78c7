"""Others in a Link session: a package in the place of aalink, and datagrams such as Link's peers send."""

from __future__ import annotations

import socket
from pathlib import Path

from installation.remote.link import peer

PACKAGE = """
from pathlib import Path

class Link:
    def __init__(self, tempo):
        self.own, self.enabled = tempo, False

    def _said(self):
        peers, tempo = Path({said!r}).read_text().split()
        return (int(peers), float(tempo)) if self.enabled else (0, self.own)

    num_peers = property(lambda self: self._said()[0])
    tempo = property(lambda self: self._said()[1])
"""


class Musicians:
    """So many `play` at a tempo, for whom the `folder` is on Python's path."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said"
        self.play(0, 120.0)
        (folder / "aalink.py").write_text(PACKAGE.format(said=str(self._said)), encoding="utf-8")

    def play(self, peers: int, tempo: float) -> None:
        """So many others are there, at so many beats a minute."""
        new = self._said.with_suffix(".new")
        new.write_text(f"{peers} {tempo}", encoding="utf-8")
        new.replace(self._said)

    def call(self) -> None:
        """Say on this machine that somebody is there, as Link's peers do."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            link.sendto(peer.WORD + b"\x01\x01\x05", (peer.GROUP, peer.PORT))
