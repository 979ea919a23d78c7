"""OSCQuery, read by a client written from the proposal: http.client, and a WebSocket by hand."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from zeroconf import Zeroconf

from installation.controls import SLEEPERS, TABLE
from installation.remote.access import AccessList
from installation.remote.desk import Desk
from installation.remote.osc import codec, connections
from installation.remote.osc.query import OscQueryServer
from installation.show import Show
from tests.harness.rehearsal import tick
from tests.harness.waiting import TIMEOUT_S, until

CHOICES = {"/show/section": ["rest", "storm", "dawn"]}


@pytest.fixture
def query(desk: Desk) -> Iterator[OscQueryServer]:
    query = OscQueryServer(desk, ("127.0.0.1", 9123), "127.0.0.1", 0, CHOICES)
    query.start()
    assert query.wait(TIMEOUT_S)
    yield query
    query.close()


def get(query: OscQueryServer, path: str) -> tuple[int, Any]:
    link = http.client.HTTPConnection("127.0.0.1", query.port, timeout=TIMEOUT_S)
    link.request("GET", path)
    answer = link.getresponse()
    body = answer.read()
    link.close()
    is_json = answer.getheader("Content-Type", "").startswith("application/json")
    return answer.status, json.loads(body) if is_json else body


def leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "CONTENTS" in node:
        for name, child in node["CONTENTS"].items():
            assert child["FULL_PATH"].rsplit("/", 1)[1] == name
            yield from leaves(child)
    else:
        yield node


class Socket:
    """The least of a WebSocket client (RFC 6455) that LISTEN and IGNORE need."""

    def __init__(self, port: int) -> None:
        self.link = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        key = base64.b64encode(os.urandom(16)).decode()
        self.link.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.link.recv(1)
        assert head.startswith(b"HTTP/1.1 101")

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *error: object) -> None:
        self.link.close()

    def say(self, text: str) -> None:
        mask, data = os.urandom(4), text.encode()
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.link.sendall(bytes([0x81, 0x80 | len(data)]) + mask + masked)

    def say_long(self, text: str) -> None:
        mask, data = os.urandom(4), text.encode()
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.link.sendall(bytes([0x81, 0xFE]) + struct.pack(">H", len(data)) + mask + masked)

    def hear(self, seconds: float = TIMEOUT_S) -> codec.Message | None:
        """The next binary frame as OSC; None when there is none for so long."""
        self.link.settimeout(seconds)
        try:
            first, size = self._exactly(2)
        except TimeoutError:
            return None
        assert first == 0x82
        size = size if size < 126 else struct.unpack(">H", self._exactly(2))[0]
        return codec.decode(self._exactly(size))[0]

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            assert more
            data += more
        return data


def command(name: str, path: object) -> str:
    return json.dumps({"COMMAND": name, "DATA": path})


def test_the_whole_tree_is_the_table(query: OscQueryServer) -> None:
    status, root = get(query, "/")
    assert status == 200
    assert root["FULL_PATH"] == "/"
    found = {leaf["FULL_PATH"]: leaf for leaf in leaves(root)}
    wanted = {a.replace("/N/", f"/{n}/") for a in TABLE for n in range(1, SLEEPERS + 1)}
    assert set(found) == wanted
    for leaf in found.values():
        assert {"FULL_PATH", "TYPE", "ACCESS", "DESCRIPTION"} <= set(leaf)
        assert leaf["ACCESS"] in (1, 2, 3)
        for attribute in ("RANGE", "CLIPMODE", "UNIT", "VALUE"):
            if attribute in leaf:
                assert len(leaf[attribute]) == len(leaf["TYPE"]), leaf["FULL_PATH"]


def test_a_number_says_everything_about_itself(query: OscQueryServer) -> None:
    row = TABLE["/dream/breath"]
    assert get(query, "/dream/breath") == (
        200,
        {
            "FULL_PATH": "/dream/breath",
            "TYPE": "f",
            "ACCESS": 3,
            "DESCRIPTION": row.meaning,
            "TAGS": ["dream"],
            "RANGE": [{"MIN": row.low, "MAX": row.high}],
            "CLIPMODE": ["both"],
            "UNIT": ["Hz"],
            "VALUE": [pytest.approx(row.default, abs=1e-6)],
        },
    )


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/dream/breath?UNIT", {"UNIT": ["Hz"]}),
        ("/dream/mend?VALUE", {"VALUE": [False]}),
        ("/dream/mend?TYPE", {"TYPE": "T"}),
        ("/show/phase?RANGE", {"RANGE": [{"VALS": ["harmony", "glitch", "resolution"]}, {"MIN": 0.0, "MAX": 3600.0}]}),
        ("/show/section?RANGE", {"RANGE": [{"VALS": ["rest", "storm", "dawn"]}]}),
        ("/preset/morph?TYPE", {"TYPE": "ssf"}),
        ("/preset/morph?RANGE", {"RANGE": [None, None, {"MIN": 0.0, "MAX": 1.0}]}),
        ("/sleeper/240/glow?RANGE", {"RANGE": [{"MIN": 0.0, "MAX": 2.0}]}),
        ("/state/phase?ACCESS", {"ACCESS": 1}),
        ("/show/go?ACCESS", {"ACCESS": 2}),
        ("/dream?ACCESS", {"ACCESS": 0}),
    ],
)
def test_one_attribute_can_be_asked_for(query: OscQueryServer, path: str, answer: dict[str, object]) -> None:
    assert get(query, path) == (200, answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dream/dread", 404),
        ("/sleeper/241/hue", 404),
        ("/dream/breath/deep", 404),
        ("/show/go?VALUE", 204),
        ("/dream?VALUE", 204),
        ("/dream/unrest?UNIT", 204),
        ("/dream/breath?FLAVOUR", 400),
    ],
)
def test_what_is_not_there_is_said_as_the_proposal_says(query: OscQueryServer, path: str, status: int) -> None:
    assert get(query, path)[0] == status


@pytest.mark.parametrize("path", ["/?HOST_INFO", "/dream/breath?HOST_INFO", "/nowhere?HOST_INFO"])
def test_host_info_is_anywhere(query: OscQueryServer, path: str) -> None:
    status, info = get(query, path)
    assert status == 200
    assert (info["OSC_IP"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == ("127.0.0.1", 9123, "UDP")
    assert (info["WS_IP"], info["WS_PORT"]) == ("127.0.0.1", query.port)
    assert info["NAME"] == "SleepTree"
    assert info["EXTENSIONS"]["LISTEN"] is True
    assert info["EXTENSIONS"]["PATH_CHANGED"] is False


def test_a_value_is_what_was_accepted(query: OscQueryServer, desk: Desk, show: Show) -> None:
    show.accept("/light/glow", [7.5])
    tick(show, desk)
    assert get(query, "/light/glow?VALUE") == (200, {"VALUE": [1.0]})


def test_values_stream_to_those_who_listen(query: OscQueryServer, desk: Desk, show: Show) -> None:
    with Socket(query.port) as client:
        client.say(command("LISTEN", "/light/glow"))
        assert client.hear() == codec.Message("/light/glow", (0.5,), codec.NOW)
        client.say(command("LISTEN", "/dream/mend"))
        assert client.hear() == codec.Message("/dream/mend", (False,), codec.NOW)
        show.accept("/light/glow", [0.25])
        show.accept("/light/hue", [0.25])
        tick(show, desk)
        assert client.hear() == codec.Message("/light/glow", (0.25,), codec.NOW)
        client.say(command("IGNORE", "/light/glow"))
        client.say(command("LISTEN", "/light/hue"))  # heard in this order
        assert client.hear() == codec.Message("/light/hue", (0.25,), codec.NOW)
        show.accept("/light/glow", [0.75])
        show.accept("/dream/mend", [1])
        tick(show, desk)
        assert client.hear() == codec.Message("/dream/mend", (True,), codec.NOW)
        assert client.hear(0.2) is None


NONSENSE = ("", "{", "[]", "7", command("LISTEN", "/nowhere"), command("LISTEN", 3), command("DANCE", "/"))


def test_nonsense_over_the_socket_is_survived(query: OscQueryServer) -> None:
    with Socket(query.port) as client:
        for text in (*NONSENSE, command("LISTEN", "/show/go"), command("LISTEN", "/dream/mend")):
            client.say(text)
        assert client.hear() == codec.Message("/dream/mend", (False,), codec.NOW)
    assert get(query, "/dream/mend?TYPE")[0] == 200


def test_a_listener_that_goes_without_a_word_is_forgotten(query: OscQueryServer, desk: Desk, show: Show) -> None:
    with Socket(query.port) as client:
        client.say(command("LISTEN", "/light/glow"))
        assert client.hear() is not None
        client.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    show.accept("/light/glow", [0.25])
    tick(show, desk)
    until(lambda: not query._sockets)


def test_both_services_are_announced(query: OscQueryServer) -> None:
    mdns = Zeroconf(interfaces=["127.0.0.1"])
    try:
        for kind, port in (("_oscjson._tcp.local.", query.port), ("_osc._udp.local.", 9123)):
            info = mdns.get_service_info(kind, f"SleepTree {port}.{kind}", timeout=10_000)
            assert info is not None
            assert info.port == port
            assert info.parsed_addresses() == ["127.0.0.1"]
    finally:
        mdns.close()


def test_a_port_that_is_taken_is_said_and_tried_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        query = OscQueryServer(desk, ("127.0.0.1", 9123), "127.0.0.1", port)
        query.start()
        until(lambda: query.trouble != "")
    assert query.wait(TIMEOUT_S)
    assert query.trouble == ""
    assert get(query, "/")[0] == 200
    query.close()
    out = capsys.readouterr()
    assert re.search(rf"OSCQuery: 127\.0\.0\.1:{port}: .*; trying again in 1 s", out.out + out.err)


def test_one_that_never_got_its_port_closes(desk: Desk) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        query = OscQueryServer(desk, ("127.0.0.1", 9123), "127.0.0.1", holder.getsockname()[1])
        query.start()
        until(lambda: query.trouble != "")
        query.close()
    assert not query.wait(0.0)


# strangers


def raw(query: OscQueryServer, request: bytes) -> bytes:
    """What comes back, until the other end hangs up or the head is whole."""
    with socket.create_connection(("127.0.0.1", query.port), timeout=TIMEOUT_S) as link:
        link.sendall(request)
        answer = b""
        with suppress(ConnectionError):
            while b"\r\n\r\n" not in answer and (more := link.recv(4096)):
                answer += more
        return answer


UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
UPGRADE += b"Sec-WebSocket-Version: 13\r\n"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Host: evil.example\r\n", b"421"),
        (b"Host: evil.example:9001\r\n", b"421"),
        (b"Host: [::1\r\n", b"421"),
        (b"Host: localhost:9001\r\n", b"200"),
        (b"Host: 192.0.2.7:9001\r\n", b"200"),
        (b"Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n", b"403"),
        (b"Host: 127.0.0.1\r\n" + UPGRADE + b"Origin: null\r\n", b"403"),
        (b"Host: 127.0.0.1\r\n" + UPGRADE + b"Origin: http://127.0.0.1:9001\r\n", b"101"),
        (b"Host: 127.0.0.1\r\n" + UPGRADE, b"101"),
    ],
)
def test_a_strangers_page_is_not_answered(query: OscQueryServer, head: bytes, status: bytes) -> None:
    assert raw(query, b"GET / HTTP/1.1\r\n" + head + b"\r\n").split(b" ", 2)[1] == status


def test_who_is_not_on_the_allow_list_is_hung_up_on(desk: Desk) -> None:
    allowed = AccessList()
    allowed._known["127.0.0.1"] = False  # as if it came from elsewhere
    server = OscQueryServer(desk, ("127.0.0.1", 9123), "127.0.0.1", 0, access=allowed)
    server.start()
    assert server.wait(TIMEOUT_S)
    assert raw(server, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") == b""
    until(lambda: desk.counters.refused["http"] == 1)
    server.close()


def test_a_host_has_its_share_of_connections_and_half_a_request_is_hung_up_on(
    query: OscQueryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty half requests take sixteen places, for as long as a request may take; then somebody is served again."""
    monkeypatch.setattr(connections, "REQUEST_S", 0.5)
    links = [socket.create_connection(("127.0.0.1", query.port), timeout=TIMEOUT_S) for _ in range(40)]
    for link in links:
        with suppress(ConnectionError):
            link.sendall(b"GET / HTTP/1.1\r\nHost: 127.0")
    until(lambda: query._desk.counters.refused["http"] == 40 - connections.OF_HOST)
    until(lambda: not query._connections.open, "every half request to be hung up on")
    assert get(query, "/light/glow?TYPE") == (200, {"TYPE": "f"})
    for link in links:
        link.close()


@pytest.mark.parametrize(
    ("request_", "complaints"),  # of the library, which answers most of it without a word
    [
        (b"\0\1\2\r\n\r\n", 0),
        (b"GET\r\n\r\n", 0),
        (b"GET / HTTP/9\r\n\r\n", 1),
        (b"POST / HTTP/1.1\r\nHost: [\r\n\r\n", 0),
    ],
)
def test_a_malformed_request_leaves_no_traceback(
    query: OscQueryServer, request_: bytes, complaints: int, capfd: pytest.CaptureFixture[str]
) -> None:
    raw(query, request_)
    assert get(query, "/light/glow?TYPE") == (200, {"TYPE": "f"})
    assert "Traceback" not in "".join(capfd.readouterr())
    assert query._desk.counters.refused["http"] == complaints


def test_json_of_any_depth_ends_nothing(query: OscQueryServer, capfd: pytest.CaptureFixture[str]) -> None:
    with Socket(query.port) as client:
        client.say('{"a":' + "[" * 120)
        client.say_long('{"a":' + "[" * 1500 + "]" * 1500 + "}")
        client.say(command("LISTEN", "/dream/mend"))
        assert client.hear() == codec.Message("/dream/mend", (False,), codec.NOW)
    assert "Traceback" not in "".join(capfd.readouterr())
