"""Codes and tokens: who guesses, who replays, who was thrown out; on a clock that is handed in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installation.remote.web.operator import pairing
from installation.remote.web.operator.pairing import Pairing, offer, offered

NOW = 1_800_000_000.0


def test_while_nobody_has_asked_no_code_holds(tmp_path: Path) -> None:
    assert offered(tmp_path, NOW) is None
    house = Pairing(tmp_path, NOW)
    for guess in ("000000", "123456", "", None, 7, "-"):
        assert house.pair(guess, "tablet", "192.0.2.7", NOW) == ("closed", None)


@pytest.mark.parametrize("role", ["watcher", "moderator", "performer", "operator"])
def test_each_code_makes_a_tablet_of_its_role(tmp_path: Path, role: str) -> None:
    house, codes = Pairing(tmp_path, NOW), offer(tmp_path, NOW).codes
    assert len(set(codes.values())) == 4
    token, paired = house.pair(f"{codes[role][:3]} {codes[role][3:]}", "tablet\u001b[31m", "192.0.2.7", NOW)
    assert paired is not None
    assert (paired.role, paired.name.isprintable()) == (role, True)
    assert house.known(token, NOW) == paired
    assert token not in (tmp_path / pairing.PAIRED).read_text()
    assert Pairing(tmp_path, NOW + 60.0).known(token, NOW + 60.0) == paired, "another process of the pages knows it"


def test_a_code_holds_ten_minutes_and_is_told_again_while_it_is_fresh(tmp_path: Path) -> None:
    first = offer(tmp_path, NOW)
    assert offer(tmp_path, NOW + pairing.HOLDS_S - pairing.FRESH_S - 1.0) == first
    assert offer(tmp_path, NOW + pairing.HOLDS_S - pairing.FRESH_S + 1.0) != first
    house = Pairing(tmp_path, NOW)
    late = offered(tmp_path, NOW + 500.0)
    assert late is not None
    assert house.pair(late.codes["operator"], "", "192.0.2.7", late.until)[0] == "closed"
    assert offered(tmp_path, NOW - 3600.0) is None, "nor one from a time to come"


def test_wrong_codes_of_a_host_are_shut_out_and_others_are_not(tmp_path: Path) -> None:
    house, codes = Pairing(tmp_path, NOW), offer(tmp_path, NOW).codes
    assert [house.pair("nothing", "", "192.0.2.7", NOW)[0] for _ in range(7)] == ["code"] * 5 + ["wait"] * 2
    assert house.pair(codes["operator"], "", "192.0.2.7", NOW + 59.0)[0] == "wait"
    assert house.pair(codes["watcher"], "", "192.0.2.8", NOW)[1]
    assert house.pair(codes["operator"], "", "192.0.2.7", NOW + 61.0)[1]


def test_a_thousand_wrong_codes_from_everywhere_end_the_codes(tmp_path: Path) -> None:
    house, codes = Pairing(tmp_path, NOW), offer(tmp_path, NOW).codes
    wrong = next(f"{n:06}" for n in range(10) if f"{n:06}" not in codes.values())
    answers = [house.pair(wrong, "", f"192.0.2.{n % 250}", NOW)[0] for n in range(1_000)]
    assert answers.count("code") == pairing.IN_ALL
    assert offered(tmp_path, NOW) is None
    assert house.pair(codes["operator"], "", "198.51.100.1", NOW)[0] == "closed"
    again = offer(tmp_path, NOW).codes
    assert house.pair(again["operator"], "", "198.51.100.1", NOW)[1], "whoever asks again is let in"


def test_tokens_end_and_are_revoked_for_good(tmp_path: Path) -> None:
    house, codes = Pairing(tmp_path, NOW), offer(tmp_path, NOW).codes
    token, paired = house.pair(codes["operator"], "a", "192.0.2.7", NOW)
    other, _ = house.pair(codes["watcher"], "b", "192.0.2.7", NOW)
    assert paired is not None
    assert house.revoke(paired.id)
    assert not house.revoke(paired.id)
    for one in (house, Pairing(tmp_path, NOW)):
        assert one.known(token, NOW) is None
        assert one.known(other, NOW + pairing.TOKEN_S - 1.0)
    assert house.known(other, NOW + pairing.TOKEN_S) is None
    assert json.loads((tmp_path / pairing.PAIRED).read_text()) == []


@pytest.mark.parametrize("token", ["", "x", None, 7, ["x"], "\ud800", "é" * 9, "a" * 100_000])
def test_what_is_no_token_is_nobodys(tmp_path: Path, token: object) -> None:
    assert Pairing(tmp_path, NOW).known(token, NOW) is None


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[1]", b'[{"id": 3}]', b"null"])
def test_files_that_are_spoilt_pair_nobody(tmp_path: Path, spoilt: bytes) -> None:
    for name in (pairing.CODES, pairing.PAIRED):
        (tmp_path / name).write_bytes(spoilt)
    assert offered(tmp_path, NOW) is None
    assert Pairing(tmp_path, NOW).tablets == []


def test_there_is_room_for_so_many(tmp_path: Path) -> None:
    house, codes = Pairing(tmp_path, NOW), offer(tmp_path, NOW).codes
    answers = [house.pair(codes["watcher"], "", "192.0.2.7", NOW) for _ in range(pairing.TABLETS + 1)]
    assert [paired is not None for _, paired in answers] == [True] * pairing.TABLETS + [False]
