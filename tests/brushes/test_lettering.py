"""Handwriting: every letter is seen, written as by a hand, of one size and order, and no text breaks it."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.brushes.colour import rgb
from installation.brushes.lettering import (
    Verse,
    clusters,
    halves,
    laid_out,
    legible,
    lettered,
    pen,
    width,
)
from installation.foundation.typefaces import FACES, typeface
from installation.scene import View

IVORY = rgb(0.9, 0.85, 0.7)
LINE = "hold still: the loom is learning our names"
BOX_VERTICES = 5


def verse(text: str = LINE, **more: object) -> Verse:
    return Verse(text, (1.0, 7.0, 2.0), 0.4, IVORY, **more)  # type: ignore[arg-type]


def is_box(text: str, face: str) -> bool:
    points = laid_out("\ue000", face).points  # of nobody's typeface
    assert len(points) == BOX_VERTICES
    assert (points[0] == points[-1]).all()
    return np.array_equal(laid_out(text, face).points, points)


@pytest.mark.parametrize("face", FACES)
def test_latin_1_and_latin_extended_a_are_all_written(face: str) -> None:
    letters = [chr(c) for c in (*range(0x21, 0x7F), *range(0xA1, 0x180)) if unicodedata.category(chr(c)) != "Cf"]
    assert not [letter for letter in letters if is_box(letter, face) or not len(laid_out(letter, face).points)]


@pytest.mark.parametrize(("plain", "marked"), [("s", "š"), ("e", "ę"), ("o", "ő"), ("u", "ů"), ("n", "ŋ"), ("l", "ł")])
def test_an_accent_changes_the_letter_and_not_its_room(plain: str, marked: str) -> None:
    assert len(laid_out(marked).points) > len(laid_out(plain).points)
    assert width(marked) == pytest.approx(width(plain), abs=0.2)


def test_a_letter_no_typeface_has_is_one_box_however_many_signs_it_is_made_of() -> None:
    for text in ("☃", "家", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "❤️"):
        assert is_box(text, FACES[0]), text
        assert len(list(clusters(f"a{text}b"))) == 3


def test_marks_stay_with_their_letter_and_a_tower_of_them_is_cut() -> None:
    zalgo = "h" + "".join(chr(0x300 + i % 12) for i in range(300)) + "i"
    assert [len(cluster) for cluster in clusters(zalgo)] == [301, 1]
    top = laid_out(zalgo).points[:, 1].max()
    assert top < laid_out("hi").points[:, 1].max() + 0.5
    assert laid_out("s\u030c").points.tolist() == laid_out("š").points.tolist()


def test_right_to_left_writing_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r'^text: writing from right to left can\'t be set, got "peace שלום"$'):
        lettered(verse("peace שלום"))


def test_an_unknown_typeface_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r'^a typeface is one of allure, readability, got "comic"$'):
        lettered(verse(face="comic"))


def test_what_is_written_grows_from_nothing_to_the_whole_line_and_never_takes_back() -> None:
    whole = lettered(verse())
    sizes = [len(lettered(verse(written=w)).radius) for w in np.linspace(-0.1, 1.1, 61)]
    assert sizes[0] == 0
    assert sizes[-1] == len(whole.radius)
    assert (np.diff(sizes) >= 0).all()
    half = lettered(verse(written=0.5))
    assert np.allclose(half.position, whole.position[: len(half.radius)])
    assert half.starts.tolist() == whole.starts[: len(half.starts)].tolist()


def test_nothing_flashes_while_it_is_written() -> None:
    """No vertex gains more than a tenth of the ink's light between two pictures of a line that takes 5.5 s."""
    total = len(lettered(verse()).radius)
    before = np.zeros(total)
    steps = np.linspace(0.0, 1.0, 330)
    for w in steps:
        now = np.zeros(total)
        light = lettered(verse(written=float(w))).colour[:, 0]
        now[: len(light)] = light
        assert np.abs(now - before).max() < 0.45 * IVORY[0]
        before = now
    assert np.allclose(before, IVORY[0])


def test_light_is_planar_float32_and_of_one_colour() -> None:
    light = lettered(verse(), verse("and another", halo=0.7))
    assert light.position.dtype == light.colour.dtype == light.radius.dtype == np.float32
    assert light.position.flags.f_contiguous
    assert light.colour.flags.f_contiguous
    assert light.starts.dtype == np.int32
    assert light.starts[0] == 0
    assert (np.diff(light.starts) > 0).all()
    assert light.halo == verse().halo
    assert np.allclose(light.colour, IVORY)


def test_a_line_stands_where_it_is_told_and_fits_its_room() -> None:
    for align in (0.0, 0.5, 1.0):
        x = lettered(verse(align=align)).position[:, 0]
        wide = 0.4 * width(LINE)
        assert x.min() == pytest.approx(1.0 - align * wide, abs=0.12)
        assert x.max() == pytest.approx(1.0 + (1.0 - align) * wide, abs=0.12)
    tight = lettered(verse(room=2.0)).position
    assert np.ptp(tight[:, 0]) < 2.2
    assert np.allclose(tight[:, 1], 7.0)
    turned = lettered(verse(right=(0.0, 1.0, 0.0), up=(-1.0, 0.0, 0.0))).position
    assert np.allclose(turned[:, 2], 2.0)


def test_the_pen_is_where_the_line_ends_and_is_lifted_between_strokes() -> None:
    drawing = []
    for w in np.linspace(0.02, 0.98, 97):
        at, draws = pen(verse(written=float(w)))
        drawing.append(draws)
        written = lettered(verse(written=float(w))).position
        assert np.abs(written - at).sum(axis=1).min() < 0.15
    assert any(drawing)
    assert not all(drawing)
    assert not pen(verse(written=1.0))[1]
    assert not pen(verse("", written=0.5))[1]


def test_what_is_legible_is_14_pixels_high_at_720_rows() -> None:
    view = View((0.0, 0.0, 1.7), (0.0, 8.0, 1.7), 40.0)
    for face in FACES:
        em = legible(view, (0.0, 8.0, 1.7), face)
        foot, top = np.array([[0.0, 8.0, 1.7], [0.0, 8.0, 1.7 + em * typeface(face).x_height]])
        _, v, _ = view.seen(np.array([foot, top]), 16 / 9)
        assert 720 * (v[0] - v[1]) == pytest.approx(14.0, rel=0.01)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("hold still: the loom is learning", ("hold still:", "the loom is learning")),
        ("the pool remembers what the moon forgets", ("the pool remembers", "what the moon forgets")),
        ("alone", ("alone", "")),
        ("", ("", "")),
    ],
)
def test_a_line_breaks_at_its_first_mark_or_in_its_middle(line: str, parts: tuple[str, str]) -> None:
    assert halves(line) == parts


def runs_backwards(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in unicodedata.normalize("NFC", text))


@given(st.text(max_size=60))
def test_any_text_is_written_or_refused_and_its_light_is_finite(text: str) -> None:
    if runs_backwards(text):
        with pytest.raises(ValueError, match=r"^text: "):
            lettered(verse(text))
        return
    light = lettered(verse(text, written=0.7))
    assert np.isfinite(light.position).all()
    assert len(light.position) == len(light.radius) == len(light.colour)
    assert (light.starts < max(len(light.radius), 1)).all()
