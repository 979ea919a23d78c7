"""TLS on a real network of this machine: who has a key of the cloud's authority is heard, and nobody else gets in."""

from __future__ import annotations

import socket
import ssl
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from installation.cloud import certificates
from installation.foundation.errors import Mistake
from installation.venue.cloud import CloudSettings
from tests.harness.waiting import TIMEOUT_S, free_ports, needed, until

zenoh = pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")

NODES = ("left", "middle", "right")
CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(folder: Path, *arguments: str) -> None:
    order = ["openssl", *arguments]
    done = subprocess.run(order, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr


def authority(folder: Path, name: str) -> None:
    openssl(folder, "req", "-x509", *CURVE, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")


def certified(folder: Path, by: str, name: str) -> None:
    """A key and a certificate of a machine at 127.0.0.1."""
    openssl(folder, "req", *CURVE, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    signing = ["-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial", "-extfile", "names"]
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signing)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needed("openssl")
    folder = tmp_path_factory.mktemp("keys")
    for one in ("ours", "theirs"):
        authority(folder, one)
    for by, name in (("ours", "left"), ("ours", "middle"), ("ours", "right"), ("theirs", "stranger")):
        certified(folder, by, name)
    return folder


class End:
    """A wire, and what it heard."""

    def __init__(
        self, keys: Path, name: str, ports: list[int], ca: str = "ours", as_who: str = "", life: int | None = 1
    ) -> None:
        from installation.cloud.wire import Wire

        own, *others = ports
        files = (str(keys / f"{file}") for file in (f"{ca}.pem", f"{as_who or name}.pem", f"{as_who or name}.key"))
        at = tuple(f"127.0.0.1:{port}" for port in others)
        settings = CloudSettings("", NODES, "127.0.0.1", own, at, 100, "auto", *files)
        self.heard: list[tuple[str, bytes]] = []
        self.wire = Wire("test", name, life, settings, lambda sender, data: self.heard.append((sender, data)), print)

    def close(self) -> None:
        self.wire.close()


def greeted(ends: list[tuple[End, End, str]]) -> bool:
    for speaker, _, _ in ends:
        speaker.wire.send("", b"here")
    return all((name, b"here") in listener.heard for _, listener, name in ends)


@pytest.fixture
def brazen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who has taken out of their own copy what would tell them that they can't take part."""
    monkeypatch.setattr(certificates, "check", lambda settings, node: None)


@pytest.mark.usefixtures("brazen")
def test_machines_with_keys_of_one_authority_meet_and_a_stranger_hears_and_says_nothing(keys: Path) -> None:
    left_at, right_at, strange_at = free_ports(3)
    with ExitStack() as stack:
        left = stack.enter_context(closing(End(keys, "left", [left_at, right_at])))
        right = stack.enter_context(closing(End(keys, "right", [right_at, left_at])))
        wrong = End(keys, "middle", [strange_at, left_at, right_at], as_who="stranger")
        stranger = stack.enter_context(closing(wrong))
        until(lambda: greeted([(left, right, "left"), (right, left, "right")]), "two machines")
        for at in (left_at, right_at):
            assert refused(keys, at, "stranger")
        until(lambda: greeted([(left, right, "left"), (right, left, "right")]), "two machines, still")
        stranger.wire.send("", b"conducted")
        count = len(right.heard)
        until(lambda: (left.wire.send("", b"here"), len(right.heard) > count + 20)[1], "more of what is said")
        assert stranger.heard == []
        assert {sender for end in (left, right) for sender, _ in end.heard} == {"left", "right"}


@pytest.mark.usefixtures("brazen")
def test_a_machine_is_heard_as_whom_its_certificate_names_and_as_nobody_else(keys: Path) -> None:
    left_at, right_at, middle_at = free_ports(3)
    with ExitStack() as stack:
        left = stack.enter_context(closing(End(keys, "left", [left_at, right_at, middle_at])))
        right = stack.enter_context(closing(End(keys, "right", [right_at, left_at, middle_at])))
        false = stack.enter_context(closing(End(keys, "right", [middle_at, left_at, right_at], as_who="middle")))
        pairs = [(left, right, "left"), (right, left, "right"), (left, false, "left")]
        until(lambda: greeted(pairs), "all three; the false one hears")
        count = len(left.heard)

        def more() -> bool:
            for way in ("", "left"):
                false.wire.send(way, b"conducted")
            right.wire.send("", b"here")
            return len(left.heard) > count + 20

        until(more, "more of what is said")
        assert {(sender, data) for end in (left, right) for sender, data in end.heard} == {
            ("left", b"here"),
            ("right", b"here"),
        }


def test_who_only_listens_does_so_with_the_certificate_of_its_machine(keys: Path) -> None:
    left_at, listens_at = free_ports(2)
    with (
        closing(End(keys, "left", [left_at, listens_at])) as left,
        closing(End(keys, "sleeptree-cloud", [listens_at, left_at], as_who="right", life=None)) as listener,
    ):
        until(lambda: greeted([(left, listener, "left")]), "what the other says")


def test_who_has_another_machines_certificate_is_told_so(keys: Path) -> None:
    with pytest.raises(Mistake, match=r'^\[cloud\] certificate .*left.pem: is of "left", and this machine is "right"$'):
        End(keys, "right", free_ports(2), as_who="left")
    with pytest.raises(Mistake, match=r"^\[cloud\] certificate .*stranger.pem: not one of .*ours.pem with the key "):
        End(keys, "right", free_ports(2), as_who="stranger")


def refused(keys: Path, port: int, name: str) -> bool:
    """Whether who shows this certificate is turned away by whoever listens there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(keys / "ours.pem")
    context.load_cert_chain(keys / f"{name}.pem", keys / f"{name}.key")
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as link:
                return link.recv(1) == b""
        except (ssl.SSLError, ConnectionError):
            return True


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"\[cloud\] ca: there is no file .*ours.pem"):
        End(tmp_path, "left", free_ports(2))
