"""Two hundred thousand datagrams that mean harm or nothing, with the show running.

Half are made by a grammar of OSC that goes wrong in one place, half are good ones mutated byte by byte; among them are
good ones that must land. Sent from another process, in bursts that the socket's memory holds, so that none is lost.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from installation.model.ticks import RATE
from installation.remote.access import RateLimit
from installation.remote.desk import Desk
from installation.remote.osc.server import Server
from installation.show import Show
from tests.harness.rehearsal import osc as message
from tests.harness.rehearsal import perform, tick
from tests.harness.waiting import TIMEOUT_S, until

MANY = 200_000
BURST = 200
DEEP = 2000  # messages that may wait when another burst is asked for
MALFORMED = "size", "structure", "depth", "text", "tag"
WRONG = "type", "nan", "unknown", "output", "later", "preset", "again", "words", "midi"
WRONG += "soon", "elsewhere", "place", "undo", "gesture", "locked"
pytestmark = pytest.mark.whole

FUZZ = """
import random, socket, struct, sys

port, many, burst = map(int, sys.argv[1:])
draw = random.Random(20)

def text(s):
    return s + b"\\0" * (4 - len(s) % 4)

ROOMS = b"dream light show camera sleeper preset sync state * {dream,light} [a-z]* \\xff".split() + [b""]
NAMES = b"unrest glow go phase height 3/beat 240/hue 241/hue */glow load morph ? [ {a".split() + [b""]
WORDS = [b"", b"harmony", b"glitch", b"0.5", b"nan", b"-inf", b"../../x", b"\\xe2\\x98\\x83", b"\\xc3\\x28", b"a" * 200]
NUMBERS = [0.0, 1.0, -1.0, 0.5, 1e38, -1e38, float("nan"), float("inf"), 1e-45]

def address():
    return b"/" + draw.choice(ROOMS) + b"/" + draw.choice(NAMES)

def arguments():
    tags, data = b",", b""
    for _ in range(draw.choice([0, 1, 1, 1, 1, 2, 3, 9])):
        tag = draw.choice(b"ifhdTFsIbNtmrcS[]q")
        tags += bytes([tag])
        if tag in b"im":
            data += struct.pack(">i", draw.randint(-2**31, 2**31 - 1))
        elif tag in b"f":
            data += struct.pack(">f", draw.choice(NUMBERS))
        elif tag in b"ht":
            data += struct.pack(">q", draw.randint(-2**63, 2**63 - 1))
        elif tag in b"d":
            data += struct.pack(">d", draw.choice(NUMBERS))
        elif tag in b"sS":
            data += text(draw.choice(WORDS))
        elif tag in b"b":
            data += struct.pack(">i", draw.choice([0, 4, -4, 2**31 - 1])) + b"abcd"
        elif tag in b"rc":
            data += b"\\0\\0\\0a"
    return text(tags) + data

def single():
    return text(address()) + (arguments() if draw.random() < 0.9 else b"")

TIMES = [0, 1, 2, 1 << 32, 2**63, 2**64 - 1]

def bundle(depth=0):
    body = b""
    for _ in range(draw.randint(0, 4)):
        inner = bundle(depth + 1) if depth < 12 and draw.random() < 0.4 else single()
        size = len(inner) if draw.random() < 0.9 else draw.choice([0, -4, -1, 3, len(inner) + 4, 2**31 - 1, -2**31])
        body += struct.pack(">i", size) + inner
    return b"#bundle\\0" + struct.pack(">Q", draw.choice(TIMES)) + body

def mutated(data):
    data = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        how = draw.random()
        if not data or how < 0.2:
            data += draw.randbytes(draw.randint(0, 9))
        elif how < 0.6:
            data[draw.randrange(len(data))] = draw.randrange(256)
        elif how < 0.8:
            del data[draw.randrange(len(data)):]
        else:
            at = draw.randrange(len(data))
            data[at:at] = data[:draw.randint(0, 16)]
    return bytes(data)

def packet():
    made = bundle() if draw.random() < 0.3 else single()
    return (mutated(made) if draw.random() < 0.5 else made)[:2000]

link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.connect(("127.0.0.1", port))
for sent in range(0, many, burst):
    for _ in range(burst):
        link.send(packet())
    print(sent + burst, flush=True)
    sys.stdin.readline()
"""


def test_two_hundred_thousand_datagrams_stop_nothing(
    desk: Desk, show: Show, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Server(desk, "127.0.0.1", 0, limit=RateLimit(rate=1e9, burst=1e9))  # all of them are to be looked at
    server.start()
    assert server.wait(TIMEOUT_S)
    counters = desk.counters
    (tmp_path / "fuzz.py").write_text(FUZZ)
    fuzz = subprocess.Popen(
        [sys.executable, str(tmp_path / "fuzz.py"), str(server.port), str(MANY), str(BURST)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert fuzz.stdin is not None
    assert fuzz.stdout is not None
    stop, deepest = threading.Event(), Counter[str]()

    def play() -> None:
        while not stop.wait(1 / RATE):
            tick(show, desk)
            deepest["waiting"] = max(deepest["waiting"], len(desk.inbox))

    playing = threading.Thread(target=play)
    playing.start()
    for line in fuzz.stdout:  # however slow a machine plays, what waits is not this test's flood but the show's
        until(lambda sent=int(line): counters.counted["datagrams"] >= sent, "a burst to be heard")  # type: ignore[misc]
        until(lambda: len(desk.inbox) < DEEP, "it to be played")
        fuzz.stdin.write("\n")
        fuzz.stdin.flush()
    assert fuzz.wait() == 0
    fuzz.stdin.close()
    fuzz.stdout.close()

    perform(server.port, message("/sleeper/7/glow", 0.125), message("/camera/height", 3.25))
    until(lambda: show.community.glow_target[6] == 0.125 and show.glides.aims()["/camera/height"] == 3.25)
    stop.set()
    playing.join()
    capsys.readouterr()
    assert server.alive
    server.close()
    assert server.trouble == ""

    counted, refused = counters.counted, counters.refused
    malformed = sum(refused[reason] for reason in MALFORMED)
    assert counted["datagrams"] == MANY + 2 == malformed + counted["decoded"] + counted["superseded"]
    assert malformed > MANY // 4
    assert counted["decoded"] > MANY // 20
    wrong = sum(refused[reason] for reason in WRONG)
    waiting = len(desk.inbox)
    ends = "taken", "requested", "echoes", "released", "doubled"
    gone = desk.inbox.merged + sum(counted[end] for end in ends)
    assert counted["messages"] == gone + wrong + waiting
    assert set(refused) <= {*MALFORMED, *WRONG}
    assert deepest["waiting"] < 5000
    assert list((tmp_path / "presets").glob("*")) == []
