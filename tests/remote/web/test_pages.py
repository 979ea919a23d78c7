"""The pages, with real sockets: strangers, floods, flaky phones, a show that comes and goes, and waking up."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import socket
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from installation.remote.desk import Desk
from installation.remote.web import limits, server
from installation.remote.web.bridge import Bridge, NominalTime
from installation.remote.web.entry import kept_key
from installation.remote.web.wire import Broken, Frames, packed
from installation.show import Show
from tests.harness import phones
from tests.harness.pages import FILES, played, served
from tests.harness.rehearsal import tick


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_a_visitor_lies_down_is_seen_taps_and_wakes_up(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            with played(show, desk, tmp_path / "pages.sock"):
                phone = await pages.phone()
                token = (await phone.hear("hello"))["token"]
                assert (await phone.hear("s"))["on"] in (True, False)
                await phone.say(k="join", hue=0.25)
                assert (await phone.hear("place"))["place"][0] == 1
                await pages.settle(lambda: show.community.guest_target[0] == 1.0)
                assert show.community.hue_target[0] == pytest.approx(0.25)
                await phone.say(k="beat")
                await pages.settle(lambda: show.community.beats[0, 0] > 0)
                await phone.say(k="find")
                await pages.settle(lambda: show.community.called[0] > 0)
                await phone.say(k="leave")
                await phone.hear("left")
                assert show.community.guest_target[0] == 0.0
                assert pages.server.visitors.known(token) is None

    run(scenario())


def test_the_clock_is_told_and_the_state_has_the_ticks_own_time(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            with played(show, desk, tmp_path / "pages.sock"):
                phone = await pages.phone()
                await phone.hear("hello")
                before = time.monotonic() * 1e3
                await phone.say(k="clock", a=17.5)
                said = await phone.hear("clock")
                assert said["a"] == 17.5
                assert before <= said["t"] <= time.monotonic() * 1e3
                while not (state := await phone.hear("s"))["on"]:
                    pass
                assert {"t", "n", "b", "w", "c", "u", "p", "s", "v"} <= set(state)

    run(scenario())


def test_a_ticks_time_is_the_least_late_one() -> None:
    nominal, due = NominalTime(), lambda tick: tick * 1_000_000_000 // 120
    late = [0, 3, 0, 9, 200, 190, 4, 0, 60, 0]
    told = [nominal.of(n * 6, due(n * 6) + ms * 1_000_000) for n, ms in enumerate(late)]
    assert max(abs(at - due(n * 6)) for n, at in enumerate(told)) < 12_000_000
    slipped = [nominal.of(n * 6, due(n * 6) + 3_000_000_000) for n in range(10, 40)]
    assert slipped[-1] - due(39 * 6) == pytest.approx(3_000_000_000, abs=1_000_000)


def test_phones_stay_while_the_show_goes_and_comes_back(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            phone = await pages.phone()
            with played(show, desk, tmp_path / "pages.sock"):
                await phone.hear("hello")
                await phone.say(k="join", hue=0.5)
                await pages.settle(lambda: show.community.guest_target[0] == 1.0)
            while (await phone.hear("s"))["on"]:
                pass
            show.community.free(0)  # the next one knows nobody
            with played(show, desk, tmp_path / "pages.sock"):
                while not (await phone.hear("s"))["on"]:
                    pass
                await pages.settle(lambda: show.community.guest_target[0] == 1.0)

    run(scenario())


def test_another_process_of_pages_frees_who_was_seated_by_the_one_before(
    show: Show, desk: Desk, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with played(show, desk, tmp_path / "pages.sock"):
            async with served(tmp_path) as pages:
                phone = await pages.phone()
                await phone.hear("hello")
                await phone.say(k="join", hue=0.5)
                await pages.settle(lambda: show.community.guest_target[0] == 1.0)
                token = "kept by the phone"
            async with served(tmp_path) as pages:
                await pages.settle(lambda: show.community.guest_target[0] == 0.0)
                phone = await pages.phone(token=token)
                assert (await phone.hear("hello"))["token"] != token

    run(scenario())


def test_a_reload_keeps_the_sleeper(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            phone = await pages.phone()
            token = (await phone.hear("hello"))["token"]
            await phone.say(k="join", hue=0.5)
            await phone.hear("place")
            await phone.socket.close()
            again = await pages.phone(token=token)
            assert (await again.hear("hello"))["place"][0] == 1

    run(scenario())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "[::1"}, 421),
        ({"Host": "sleep.example.org"}, 200),
        ({"Host": "192.0.2.7:8080"}, 200),
        ({"Origin": "http://evil.example"}, 403),
    ],
)
def test_only_our_own_names_are_answered(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async def scenario() -> None:
        async with served(tmp_path, names=("sleep.example.org",)) as pages:
            answer = await pages.session.get(f"{pages.address}/", headers=headers)
            assert answer.status == status
            answer.close()

    run(scenario())


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_no_other_page_opens_a_socket(tmp_path: Path, origin: str | None) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            with pytest.raises(WSServerHandshakeError) as refused:
                await pages.phone(origin)
            assert refused.value.status == 403

    run(scenario())


def test_the_page_is_small_safe_and_whole(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            async with pages.session.get(f"{pages.address}/7K3Q") as answer:
                html, rules = await answer.text(), answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in rules
            assert "unsafe" not in rules
            assert not re.search(r'\sstyle="|\son\w+="|https?://', html)
            served_all = {f"/a/{name}" for name in FILES.served}
            late = {name for name in served_all if name.endswith("keepsake.js")}  # whoever wakes up asks for it
            needed = (set(re.findall(r"/a/[\w.-]+", html)) | served_all) - late
            size = len(FILES.page.body)
            for name in needed:
                async with pages.session.get(f"{pages.address}{name}") as answer:
                    assert answer.status == 200
                    assert "immutable" in answer.headers["Cache-Control"]
                size += len(FILES.served[name.removeprefix("/a/")].body)
            assert (len(needed) + 1, size) <= (6, 100_000)
            for path in ("/a/x", "/..%2f..%2fetc%2fpasswd", "/toolong", "/ws"):
                async with pages.session.get(f"{pages.address}{path}") as answer:
                    assert answer.status in (400, 403, 404)

    run(scenario())


def test_both_languages_say_everything() -> None:
    html = gzip.decompress(FILES.page.body).decode()
    asked = set(re.findall(r'data-say="(\w+)"', html))
    said = {code: set(words) for code, words in _words().items()}
    assert set(said) == {"de", "en"}
    assert said["de"] == said["en"] >= asked
    script = "".join(
        gzip.decompress(f.body).decode() for name, f in FILES.served.items() if name.endswith("visitor.js")
    )
    assert set(re.findall(r'say\("(\w+)"', script)) <= said["en"]


def _words() -> dict[str, dict[str, str]]:
    from json import loads

    found = re.search(
        r'<script id="said" type="application/json">(.*?)</script>', gzip.decompress(FILES.page.body).decode(), re.S
    )
    assert found
    words: dict[str, dict[str, str]] = loads(found[1])
    return words


def test_who_brings_no_word_or_a_wrong_one_stays_outside(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path, entry_word=True, sockets_of_host=8) as pages:
            word = pages.server.entry.newest(time.monotonic_ns())
            for wrong in ("", "0000", word[::-1] + "x"):
                phone = await pages.phone(word=wrong)
                assert (await phone.hear("no"))["why"] == "word"
            phone = await pages.phone(word=word.lower())
            token = (await phone.hear("hello"))["token"]
            for _ in range(limits.WRONG_WORDS):
                other = await pages.phone(word="0000")
                await other.hear("no")
                await other.closed()
            guessing = await pages.phone(word=word)
            assert (await guessing.hear("no"))["why"] == "word"  # too many wrong ones came from there
            known = await pages.phone(token=token)
            assert await known.hear("hello")

    run(scenario())


def test_whom_the_process_before_had_let_in_needs_no_word_for_two_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed forgets everybody, and their word has long ceased to hold."""

    async def comes(key: bytes, token: str) -> str:
        """What the next process says first to a phone with this token and without a word."""
        async with served(tmp_path, key, entry_word=True) as pages:
            said = await (await pages.phone(token=token)).socket.receive_json()
            return str(said.get("why", said["k"]))

    async def scenario() -> None:
        key = kept_key(tmp_path / "key")
        async with served(tmp_path, key, entry_word=True) as pages:
            phone = await pages.phone(word=pages.server.entry.newest(time.monotonic_ns()))
            token = (await phone.hear("hello"))["token"]
        assert await comes(kept_key(tmp_path / "key"), token) == "hello"
        assert await comes(kept_key(tmp_path / "another"), token) == "word"
        for forged in ("", "x", f"{token}0", token.partition(".")[0], f"x{token}", f"x.{token.partition('.')[2]}"):
            assert await comes(key, forged) == "word"
        monkeypatch.setattr(server, "AWAY_S", 0.0)
        assert await comes(key, token) == "word"

    run(scenario())


@pytest.mark.parametrize(
    "said", ["{", "[1]", "7", '{"k":"hello"', '{"k":[]}', "[" * 900, '{"k":"dance"}', '"hello"', "\ud800"]
)
def test_nonsense_is_counted_and_survived(tmp_path: Path, said: str) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            phone = await pages.phone()
            await phone.hear("hello")
            with contextlib.suppress(UnicodeEncodeError):
                await phone.socket.send_str(said)
                await pages.settle(lambda: pages.server.counts.refused)
            await phone.say(k="clock", a=1.0)
            await phone.hear("clock")

    run(scenario())


def test_who_says_no_hello_too_much_or_floods_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HELLO_S", 0.05)

    async def scenario() -> None:
        async with served(tmp_path) as pages:
            silent = await pages.open()
            assert (await silent.receive()).type.name in ("CLOSE", "CLOSED")
            large = await pages.phone()
            await large.hear("hello")
            await large.say(k="line", text="x" * 9_000)
            assert await large.closed() == 1009
            flood = await pages.phone()
            await flood.hear("hello")
            for _ in range(200):
                await flood.say(k="feel", v=0.5)
            assert await flood.closed() == 1008
            assert pages.server.counts.refused["flood"] == 1

    run(scenario())


def test_a_phone_that_takes_nothing_is_hung_up_on_and_the_others_go_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as pages:
            deaf = await asyncio.to_thread(phones.Phone, pages.server.port, "")  # reads nothing
            await pages.settle(lambda: pages.server.phones)
            (told,) = pages.server.phones
            other = await pages.phone()
            await other.hear("hello")
            assert told.transport is not None
            for _ in range(20_000):  # far more than the system keeps for anybody
                await told.send("x" * 10_000)
                if told.transport.is_closing():
                    break
            await pages.settle(lambda: told not in pages.server.phones)
            assert told.transport.get_write_buffer_size() == 0
            await other.hear("s")
            deaf.link.close()

    run(scenario())


def test_a_host_has_its_share_of_sockets(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path, sockets_of_host=3) as pages:
            phones = [await pages.phone() for _ in range(3)]
            with pytest.raises(WSServerHandshakeError) as refused:
                await pages.phone()
            assert refused.value.status == 503
            await phones[0].socket.close()
            await pages.settle(lambda: pages.server.visitors.hosts.sockets == 2)
            await (await pages.phone()).hear("hello")

    run(scenario())


def test_the_pages_may_move_what_visitors_may_move_and_nothing_else(show: Show, desk: Desk, tmp_path: Path) -> None:
    """Whoever owns the pages' process owns no more than a visitor."""
    bridge = Bridge(desk, tmp_path / "none.sock", [])
    do = [
        ["/show/blackout", [True], "x"],
        ["/dream/crowd_most", [0.5], "x"],
        ["/light/brightness", [0.0], "x"],
        ["/sleeper/*/free", [], "x"],
        ["/sleeper/3/line", ["a line"], "x"],
        ["/sleeper/3/hue", [0.1, 0.2], "x"],
        ["/preset/save", ["x"], "x"],
        "nonsense",
        ["/sleeper/3/guest", [True], "x"],
    ]
    for message in ({"k": "do", "do": do}, {"k": "do"}, [], {"k": "hello"}, {"k": "on", "told": 3}):
        bridge._take(message)
    tick(show, desk)
    assert show.community.guest_target.sum() == show.community.guest_target[2] == 1.0
    assert desk.counters.refused["pages"] == 7
    assert show.glides.aims()["/dream/crowd_most"] == 0.0


def test_frames_come_in_pieces_and_a_false_one_ends_the_link() -> None:
    frames, whole = Frames(), packed({"k": "on"}) + packed([1, 2])
    got = [message for i in range(len(whole)) for message in frames.feed(whole[i : i + 1])]
    assert got == [{"k": "on"}, [1, 2]]
    for false in (b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", b"\0\0\x03\xe8" + b"\x91" * 1000):
        with pytest.raises(Broken):
            list(Frames().feed(false))


def test_the_show_never_waits_for_pages_that_stand_still(show: Show, desk: Desk, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "pages.sock"))
        door.listen()
        bridge = Bridge(desk, tmp_path / "pages.sock", [])
        bridge.start()
        link, _ = door.accept()
        while not bridge.connected:
            time.sleep(0.001)
        ended = []
        for _ in range(40_000):  # far more than a socket holds, and nobody reads
            tick_only = show.tick + 1
            show.tick = tick_only
            bridge.follow(show, 1.0)
            if not bridge.connected:
                ended.append(tick_only)
                break
        assert ended
        link.close()
        bridge.close()
