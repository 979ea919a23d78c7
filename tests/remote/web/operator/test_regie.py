"""The operator's page with real sockets and a show that goes on: what tablets see, do, may not do, and agree on."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from installation.controls import TABLE, Control
from installation.remote.desk import Desk
from installation.remote.web.operator import server, tablets
from installation.show import Show
from installation.words.visitors import VisitorLines
from tests.harness.tablets import FILES, code, regie, steered


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_a_tablet_pairs_sees_the_show_and_moves_it(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            tablet = await house.open()
            await tablet.say(k="pair", code=code(tmp_path, "operator"), name="left")
            token = (await tablet.hear("hello"))["token"]
            score = await tablet.hear("score")
            assert [name for name, _, _ in score["sections"]] == ["rest", "storm", "dawn"]
            assert {row["a"] for row in score["rows"]} >= {"/show/go", "/dream/unrest", "/verse/approve"}
            assert (await tablet.state(on=True, s="rest"))["at"] == 0
            assert await tablet.do("/dream/unrest", 0.5) == "locked"
            await tablet.arm()
            assert await tablet.do("/dream/unrest", 0.5) == ""
            assert show.glides.aims()["/dream/unrest"] == 0.5
            while "/dream/unrest" not in (said := (await tablet.hear("s"))["v"]):
                pass
            assert said["/dream/unrest"] == 0.5
            assert await tablet.do("/show/go", **{"from": "rest"}) == ""
            assert show.course.section.name == "storm"
            await tablet.state(s="storm")
            await tablet.socket.close()
            again = await house.open()
            await again.say(k="hello", token=token)
            assert (await again.hear("hello"))["role"] == "operator"
            assert (await again.state(on=True))["v"]["/dream/unrest"] == 0.5
            assert await again.do("/dream/unrest", 0.0) == "locked", "who comes again is locked"

    run(scenario())


def test_two_hands_that_press_go_together_go_once(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            both = [await house.paired("performer", "tablet") for _ in range(2)]
            for tablet in both:
                await tablet.state(s="rest")
            answers = await asyncio.gather(*(tablet.do("/show/go", **{"from": "rest"}) for tablet in both))
            assert sorted(map(bool, answers)) == [False, True]
            assert "another hand was first" in max(answers)
            assert show.course.section.name == "storm"
            assert await both[0].do("/show/back") == "from"
            assert "another hand was first" in await both[0].do("/show/back", **{"from": "rest"})

    run(scenario())


def test_what_one_moves_all_see_and_nobody_is_told_before_the_show_has_taken_it(
    show: Show, desk: Desk, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            one, other = await house.paired("performer"), await house.paired("watcher")
            assert await one.do("/light/glow", 0.9) == ""
            while (value := (await other.hear("s"))["v"].get("/light/glow")) is None or value == 0.5:
                pass
            assert value == pytest.approx(0.9)
            assert "takes" in await one.do("/light/glow", "loud")
            assert "takes one of" in await one.do("/show/section", "nowhere")
            assert show.glides.aims()["/light/glow"] == pytest.approx(0.9)

    run(scenario())


@pytest.mark.parametrize("role", ["watcher", "moderator", "performer", "operator"])
def test_a_role_may_do_what_is_its_own_and_nothing_else(show: Show, desk: Desk, tmp_path: Path, role: str) -> None:
    """Every row of the table, asked for by every role: the show takes what is theirs, and refuses what is not."""

    def values(row: Control) -> list[object]:
        other = {"bang": [], "morph": ["a", "b", 0.5], "word": [row.choices[0] if row.choices else "x"]}
        return list(other.get(row.kind, [row.default]))

    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            tablet = await house.paired(role)
            theirs = {a for a, roles in house.server.tablets.may.items() if role in roles}
            for address in sorted(set(TABLE) - theirs):
                assert await tablet.do(address, *values(TABLE[address]), **{"from": "rest"}) == "role"
            assert not desk.counters.refused
            for address in sorted(theirs):
                place = show.course.section.name
                why = await tablet.do(address, *values(TABLE[address]), **{"from": place})
                assert why not in ("role", "locked", "late", "away"), address

    run(scenario())


def test_the_show_checks_roles_itself(show: Show, desk: Desk, tmp_path: Path) -> None:
    """Whoever owns the pages' process can't say that a watcher may."""
    ask = {"k": "ask", "n": 1, "a": "/light/glow", "v": [0.1], "who": "x", "role": "watcher", "t": 0}

    async def scenario() -> None:
        async with regie(tmp_path) as house:
            with steered(show, desk, tmp_path) as console:
                await house.settle(lambda: house.server.tablets.may)
                for wrong in (ask, {**ask, "role": "king"}, {**ask, "a": 3}, {"k": "ask"}, [], 7, {"k": "on"}):
                    console._take(wrong)
                console._take({**ask, "role": "operator"})  # far too old
                await house.settle(lambda: sum(desk.counters.refused.values()) >= 3)
                assert show.glides.aims()["/light/glow"] == 0.5

    run(scenario())


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "evil.example"}, 421), ({"Host": "[::1"}, 421), ({"Origin": "http://evil.example"}, 403), ({}, 200)],
)
def test_only_our_own_names_are_answered(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async def scenario() -> None:
        async with regie(tmp_path) as house, house.session.get(f"{house.address}/", headers=headers) as answer:
            assert answer.status == status

    run(scenario())


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_no_other_page_opens_a_socket(tmp_path: Path, origin: str | None) -> None:
    async def scenario() -> None:
        async with regie(tmp_path) as house:
            with pytest.raises(WSServerHandshakeError) as refused:
                await house.open(origin)
            assert refused.value.status == 403

    run(scenario())


def test_who_is_not_paired_learns_nothing(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            for first in (
                {"k": "hello", "token": "x"},
                {"k": "pair", "code": "000000"},
                {"k": "do", "id": 1, "a": "/show/calm"},
                {"k": "watch", "on": True},
                {},
            ):
                tablet = await house.open()
                await tablet.socket.send_json(first)
                said = await tablet.socket.receive()
                assert said.json()["k"] == "no"
                assert await tablet.closed() == 1008
            assert not house.server.tablets.on

    run(scenario())


def test_wrong_codes_are_few(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path) as house:
            right, answers = code(tmp_path, "operator"), []
            for n in range(20):
                tablet = await house.open()
                await tablet.say(k="pair", code=f"x{n}")
                answers.append((await tablet.hear("no"))["why"])
                await tablet.closed()
            assert answers == ["code"] * 5 + ["wait"] * 15
            tablet = await house.open()
            await tablet.say(k="pair", code=right)
            assert (await tablet.hear("no"))["why"] == "wait"

    run(scenario())


def test_a_revoked_tablet_is_out_at_once_and_its_token_is_dead(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            boss, tablet = await house.paired("operator"), await house.open()
            await tablet.say(k="pair", code=code(tmp_path, "performer"), name="lost")
            hello = await tablet.hear("hello")
            await tablet.say(k="revoke", id=house.server.pairing.tablets[0].id)  # not a performer's to do
            await boss.say(k="revoke", id=hello["id"])
            assert (await tablet.hear("no"))["why"] == "token"
            assert await tablet.closed() == 1008
            again = await house.open()
            await again.say(k="hello", token=hello["token"])
            assert (await again.hear("no"))["why"] == "token"
            assert [one.role for one in house.server.pairing.tablets] == ["operator"]

    run(scenario())


NONSENSE = [
    "{", "[1]", "7", '{"k":"do"', '{"k":[]}', "[" * 900, '{"k":"dance"}', '"hello"', '{"k":"do"}',
    '{"k":"do","id":true,"a":"/show/calm"}', '{"k":"do","id":-1,"a":"/show/calm"}', '{"k":"do","id":1e99,"a":"x"}',
    '{"k":"do","id":1,"a":["/show/calm"]}', '{"k":"do","id":1,"a":"/show/calm","v":{}}',
    '{"k":"do","id":1,"a":"/light/*","v":[0]}', '{"k":"do","id":1,"a":"/light/glow","v":[[1]]}',
    '{"k":"do","id":1,"a":"/light/glow","v":[null]}', '{"k":"do","id":1,"a":"/light/glow","v":[1,2,3,4]}',
    '{"k":"do","id":1,"a":"/light/glow","v":[NaN]}', '{"k":"do","id":1,"a":"/show/go","v":[],"from":7}',
    '{"k":"still","name":"../../etc/passwd"}', '{"k":"still","name":7}', '{"k":"revoke","id":{}}',
    '{"k":"clock","a":"now"}', '{"k":"arm","on":1}', '{"k":"watch","on":"yes"}', '{"k":"ask","n":1}',
    '{"k":"state"}', '{"k":"score","rows":[]}', '{"k":"did","n":1}',
]  # fmt: skip


def test_nonsense_is_survived_and_moves_nothing(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            tablet = await house.paired("operator", armed=False)
            before = dict(show.glides.aims())
            for said in NONSENSE:
                await tablet.socket.send_str(said)
            await tablet.arm()
            for said in NONSENSE:
                await tablet.socket.send_str(said)
            await tablet.arm()
            assert await tablet.do("/light/glow", before["/light/glow"]) == ""
            assert show.glides.aims() == before
            assert show.course.section.name == "rest"

    run(scenario())


def test_a_flood_is_refused_and_hung_up_on_and_others_go_on(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            flood, calm = await house.paired("performer", "flood"), await house.paired("performer", "calm")
            for n in range(2 * tablets.REFUSED + int(tablets.BURST)):
                with contextlib.suppress(ConnectionError):
                    await flood.say(k="do", id=n, a="/light/glow", v=[n % 2])
            assert await flood.closed() == 1008
            assert house.server.tablets.counts.refused["flood"] == 1
            assert await calm.do("/light/trails", 0.25) == ""

    run(scenario())


def test_frames_that_are_too_large_or_no_text_end_the_socket_or_mean_nothing(
    show: Show, desk: Desk, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            tablet = await house.paired("operator")
            await tablet.socket.send_bytes(b"\0" * 100)
            assert await tablet.do("/light/glow", 0.5) == ""
            await tablet.say(k="do", id=99, a="/light/glow", v=["x" * server.LARGEST])
            assert await tablet.closed() == 1009

    run(scenario())


def test_a_tablet_locks_itself_when_nobody_touches_it() -> None:
    house, paired = tablets.Tablets(), tablets.Paired("1", "a", "performer", 0.0, "")
    house.may = {"/light/glow": ["performer"]}
    tablet, glow = house.come(paired, 0), {"k": "do", "id": 1, "a": "/light/glow", "v": [0.1]}
    assert house.take(tablet, glow, 1, True) == [{"k": "did", "id": 1, "ok": False, "why": "locked"}]
    house.take(tablet, {"k": "arm", "on": True}, 1, True)
    assert house.take(tablet, {**glow, "id": 2}, tablets.ARMED, True) == []
    assert house.tick(2 * tablets.ARMED - 1, True)[-1][1] == {"k": "did", "id": 2, "ok": False, "why": "late"}
    assert house.tick(2 * tablets.ARMED, True) == [(tablet, {"k": "armed", "on": False})]
    assert house.take(tablet, {**glow, "id": 3}, 2 * tablets.ARMED, True)[0]["why"] == "locked"
    watcher = house.come(tablets.Paired("2", "b", "watcher", 0.0, ""), 0)
    assert house.take(watcher, {"k": "arm", "on": True}, 1, True) == [{"k": "armed", "on": False}]


def test_a_show_that_goes_is_said_and_what_it_was_asked_is_answered(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path) as house:
            with steered(show, desk, tmp_path):
                await house.settle(lambda: house.server.tablets.may)
                tablet = await house.paired("performer")
                await tablet.state(on=True)
            await tablet.state(on=False)
            assert await tablet.do("/show/calm") == "away"
            with steered(show, desk, tmp_path):
                await tablet.state(on=True)
                assert await tablet.do("/light/glow", 0.25) == "", "it is still armed, and its socket stayed"

    run(scenario())


def test_the_picture_is_seen_by_who_looks_and_a_look_has_a_still(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            tablet = await house.paired("operator")
            await tablet.say(k="watch", on=True)
            picture = await tablet.picture()
            assert picture[:4] == b"\0\xff\xd8\xff"
            assert len(picture) < 60_000
            assert await tablet.do("/preset/save", "dusk") == ""
            while not dict((await tablet.hear("looks"))["names"]).get("dusk"):
                pass
            await tablet.say(k="watch", on=False)
            await tablet.say(k="still", name="dusk")
            while (still := await tablet.picture())[0] == 0:
                pass
            assert still[:6] == b"\1\4dusk"
            assert still[6:9] == b"\xff\xd8\xff"

    run(scenario())


def test_lines_are_seen_and_decided_about_by_moderators_alone(show: Show, tmp_path: Path) -> None:
    lines = VisitorLines(tmp_path / "words", "2026-05-01")
    lines.offer("<script>alert('x')</script>", "phone", 0, 3)
    desk = Desk(show, tmp_path / "presets", (), None, lines)

    async def scenario() -> None:
        async with regie(tmp_path, show, desk) as house:
            performer, moderator = await house.paired("performer"), await house.paired("moderator")
            while not (told := (await moderator.hear("words"))["lines"]):
                pass
            assert (told[0]["text"], told[0]["sleeper"]) == ("<script>alert('x')</script>", 4)
            assert await performer.do("/verse/approve", 1) == "role"
            assert await moderator.do("/verse/approve", 1) == "", "a moderator is never armed"
            assert (await moderator.hear("words"))["lines"][0]["state"] == "approved"
            assert "no line 7" in await moderator.do("/verse/approve", 7)
            await performer.say(k="clock", a=1.0)
            while (said := (await performer.socket.receive()).json())["k"] != "clock":
                assert said["k"] != "words"

    run(scenario())


def test_while_no_tablet_is_on_the_show_says_nothing(show: Show, desk: Desk, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with regie(tmp_path) as house:
            with steered(show, desk, tmp_path) as console:
                await house.settle(lambda: house.server.tablets.may)
                before = show.tick
                await house.settle(lambda: show.tick > before + 60)
                assert house.server._state == {}
                assert console.tablets == 0

    run(scenario())


def test_the_page_is_safe_whole_and_says_everything_in_both_languages() -> None:
    import gzip
    import json

    html = gzip.decompress(FILES.page.body).decode()
    rules = FILES.page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert not re.search(r'\sstyle="|\son\w+="|https?://', html)
    found = re.search(r'<script id="said_words" type="application/json">(.*?)</script>', html, re.S)
    assert found
    words: dict[str, dict[str, str]] = json.loads(found[1])
    scripts = "".join(gzip.decompress(f.body).decode() for name, f in FILES.served.items() if name.endswith(".js"))
    asked = set(re.findall(r'data-say="(\w+)"', html)) | set(re.findall(r'say\("(\w+)"', scripts))
    assert asked <= set(words["en"])
    assert set(words["en"]) <= set(words["de"])
    assert set(words["de"]) - set(words["en"]) <= set(TABLE)
    assert {f"why_{why}" for why in ("locked", "role", "away", "late", "fast", "busy", "from", "nonsense")} <= set(
        words["en"]
    )
    assert "innerHTML" not in scripts
    assert "insertAdjacentHTML" not in scripts
