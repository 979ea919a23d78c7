"""`sleeptree gallery`: every world, phase and seed once, whole or not at all; a still is the one its command draws."""

from __future__ import annotations

import io
import re
import shlex
import signal
from pathlib import Path

import av
import numpy as np
import pytest

from installation.book.gallery import Plate, Row, html, poster
from installation.commands import gallery as command
from installation.commands.gallery import GalleryRequest, gallery
from installation.film.encoder import webp
from installation.film.sheet import GUTTER
from installation.foundation.errors import Mistake
from installation.options import several
from installation.session.request import Request
from tests.harness.command import Command

ORDER = ("gallery", "--scene", "sleeptree", "--score", "abridged", "--size", "64x36")


def plate(value: int, said: str = "a <still>") -> Plate:
    return Plate(np.full((9, 16), value, np.uint32), said, "sleeptree still --phase glitch --out a.png")


def test_rows_stand_below_each_other_and_a_short_one_ends_in_the_dark() -> None:
    sheet = poster([Row("one", [plate(1), plate(2)]), Row("other", [plate(3)])])
    assert sheet.shape == (2 * 9 + GUTTER, 2 * 16 + GUTTER)
    assert sheet[0, [0, 16 + GUTTER]].tolist() == [1, 2]
    assert sheet[9 + GUTTER, [0, 16 + GUTTER]].tolist() == [3, 0]


def test_a_page_needs_nothing_else_and_says_what_each_still_is() -> None:
    page = html("nights", [Row("row & row", [plate(0xFF0000), plate(0x00FF00)])]).decode()
    assert page.count("src='data:image/webp;base64,") == page.count("<img") == 2
    assert "row &amp; row" in page
    assert page.count("alt='a &lt;still&gt;'") == 2
    assert not re.search(r"https?://|<script|<link", page)


def test_a_picture_packed_as_webp_is_that_picture() -> None:
    wanted = np.full((32, 48), 0x204060, np.uint32)
    wanted[:16] = 0xC08040
    with av.open(io.BytesIO(webp(wanted, 90))) as file:
        (frame,) = file.decode(video=0)
    got = frame.to_ndarray(format="rgb24").astype(int)
    assert got.shape == (32, 48, 3)
    assert np.abs(got[4:12].mean((0, 1)) - (0xC0, 0x80, 0x40)).max() < 6
    assert np.abs(got[20:28].mean((0, 1)) - (0x20, 0x40, 0x60)).max() < 6


@pytest.mark.parametrize(("text", "numbers"), [("1-4", (1, 2, 3, 4)), ("7", (7,)), ("3,1-2,3", (3, 1, 2))])
def test_seeds_are_numbers_and_spans(text: str, numbers: tuple[int, ...]) -> None:
    assert several("--seeds", 0, 99)(text) == numbers


@pytest.mark.parametrize("text", ["", "4-1", "x", "1-", "-3", "1-99999999999", "1--2", "0-99,100", "1,,2", "1.5"])
def test_seeds_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Mistake, match="--seeds takes"):
        several("--seeds", 0, 2**62)(text)


def test_what_can_not_be_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"ends in \.png, \.webp or \.html"):
        gallery(Request(), GalleryRequest(tmp_path / "a.gif", (32, 18), (1,)))
    with pytest.raises(Mistake, match="neither --scene"):
        gallery(Request(scene="mural"), GalleryRequest(tmp_path / "a.png", (32, 18), (1,), nights=True))
    with pytest.raises(Mistake, match="there is no folder"):
        gallery(Request(), GalleryRequest(tmp_path / "none" / "a.png", (32, 18), (1,)))


def test_nights_that_were_never_recorded_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "journals", list)
    with pytest.raises(Mistake, match="no night is recorded yet"):
        gallery(Request(), GalleryRequest(tmp_path / "a.png", (32, 18), (1,), nights=True))


@pytest.mark.whole
def test_a_gallery_of_seeds_has_the_stills_that_its_commands_draw(command: Command) -> None:
    ran = command.run(*ORDER, "--seeds", "1-2", "--out", "page.html")
    assert ran.returncode == 0, ran.stderr
    assert "page.html: 6 stills" in ran.stdout
    (command.home / "any").touch()
    assert (command.home / "page.html").stat().st_mode == (command.home / "any").stat().st_mode, "kept from others"
    page = (command.home / "page.html").read_text(encoding="utf-8")
    orders = re.findall(r"<code>sleeptree (still .*?)</code>", page)
    assert len(set(orders)) == 6
    last = next(order for order in orders if "glitch" in order and "--seed 2" in order)
    assert command.run(*shlex.split(last), "--size", "64x36").returncode == 0
    assert (command.home / "sleeptree-glitch-2.png").is_file()


@pytest.mark.whole
def test_an_interrupted_gallery_leaves_nothing(command: Command) -> None:
    with command.started(*ORDER, "--seeds", "1-40", "--out", "a.png") as process:
        assert process.stderr is not None
        said = process.stderr.readline()  # something is made ready, or a tenth is done
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert said.startswith("gallery:")
    assert process.returncode == 130
    assert not list(command.home.glob("*a.png*"))
