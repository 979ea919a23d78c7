"""The process that stands in a Link session: with a package of our own making, and with the real one where it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from installation.remote.link import peer, process
from installation.remote.link.process import Gone, LinkProcess, Told
from tests.harness.musicians import Musicians
from tests.harness.waiting import TIMEOUT_S, alive, until

SPEAKER = "import sys, time\nfor line in {lines!r}: print(line, flush=True)\n{then}"
NEXT = 'print(\'{"peers": 2, "tempo": 60}\', flush=True)\nsys.stdin.read()'


@contextmanager
def speaking(*lines: str, then: str = "sys.stdin.read()") -> Iterator[LinkProcess]:
    with closing(LinkProcess([sys.executable, "-c", SPEAKER.format(lines=lines, then=then)])) as session:
        yield session
    assert not alive(session.process)


def heard(session: LinkProcess, told: Told, tries: int = 2_000) -> None:
    for _ in range(tries):
        if session.read(0.1) == told:
            return
    pytest.fail(f"{told} was never said")


def test_what_it_says_is_read_and_what_is_no_word_of_its_own_is_not() -> None:
    with speaking('{"peers": 1, "tempo": 98.0}', "noise \ud83d".encode(errors="replace").decode(), "[1]") as session:
        heard(session, Told(1, 98.0))
    with speaking('{"peers": "many", "tempo": 1}', then="print('x' * 1_000_000)\n" + NEXT) as session:
        heard(session, Told(2, 60.0))
        assert len(session._unread) <= process.LONGEST_LINE


def test_its_last_words_say_why_it_has_ended() -> None:
    with speaking(then="raise ImportError('no such libc')") as session, pytest.raises(Gone, match="no such libc"):
        heard(session, Told(0, 0.0))
    with pytest.raises(Gone, match="can't be started"):
        LinkProcess(["/nowhere/at/all"])


def test_what_does_not_end_is_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "ENDING_S", 0.01)
    with speaking('{"peers": 0, "tempo": 0}', then="time.sleep(1000)") as session:
        heard(session, Told(0, 0.0))


def test_it_waits_until_somebody_is_heard_and_ends_with_whoever_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    musicians = Musicians(tmp_path)
    musicians.play(2, 98.5)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with closing(LinkProcess([sys.executable, "-P", peer.__file__])) as session:
        heard(session, Told(0, 0.0))

        def joined() -> bool:
            musicians.call()
            return session.read(0.1) == Told(2, 98.5)

        until(joined, "a session with somebody in it")
        musicians.play(1, 120.0)
        heard(session, Told(1, 120.0))
        musicians.play(0, 120.0)
        heard(session, Told(0, 0.0))
        number = session.process
    assert not alive(number)


def test_it_outlives_nobody(tmp_path: Path) -> None:
    Musicians(tmp_path)
    starts = (
        "import os, sys\nfrom installation.remote.link.process import LinkProcess\n"
        "one = LinkProcess([sys.executable, '-P', sys.argv[1]])\nprint(one.process, flush=True)\nos.abort()"
    )
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    killed = subprocess.run(
        [sys.executable, "-c", starts, peer.__file__],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    number = int(killed.stdout)
    until(lambda: not alive(number), "the peer's end")


def test_it_fails_with_its_own_words_alone(tmp_path: Path) -> None:
    """Whoever holds its input open hears why it ended, and not that of it as well."""
    (tmp_path / "aalink.py").write_text("raise ImportError('no such libc')", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-P", peer.__file__],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.read().endswith("ImportError: no such libc\n")
        assert process.wait(TIMEOUT_S) == 1


MUSICIAN = """
import asyncio, sys
from aalink import Link

async def play():
    link = Link(98.0)
    link.enabled = True
    print("plays", flush=True)
    for line in iter(sys.stdin.readline, ""):
        link.tempo = float(line)
        print("plays", flush=True)

asyncio.run(play())
"""


@pytest.mark.whole
def test_two_real_sessions_find_each_other_and_the_show_takes_the_others_tempo() -> None:
    if process.missing():
        pytest.skip(f"nothing was tested with a real Link session: {process.missing()}")
    with closing(LinkProcess()) as ours:  # first of the two, and yet it has no tempo that anybody takes
        while ours.read(1.0) is None:
            pass
        with subprocess.Popen(
            [sys.executable, "-c", MUSICIAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as musician:
            assert musician.stdin is not None
            assert musician.stdout is not None
            try:
                musician.stdout.readline()
                told = heard_near(ours, 98.0)
                assert told.peers >= 1
                musician.stdin.write("77\n")
                musician.stdin.flush()
                heard_near(ours, 77.0)
            finally:
                musician.kill()
        heard(ours, Told(0, 0.0))


def heard_near(session: LinkProcess, tempo: float) -> Told:
    for _ in range(600):
        told = session.read(0.1)
        if told is not None and told.peers and abs(told.tempo - tempo) < 0.01:
            return told
    pytest.fail(f"nobody played {tempo:g}")
