"""Outputs in the venue's settings: what they may say; what they may not is named by table, rule and offender."""

from __future__ import annotations

import re
import tomllib

import msgspec
import pytest

from installation.foundation import places
from installation.venue import settings
from installation.venue.outputs import OutputSettings, canvas_size

LEFT = '[[output]]\nname = "left"\n'
RIGHT = '[[output]]\nname = "right"\ndisplay = "DP-2"\n'


def test_the_example_in_the_file_that_ships_is_valid_and_has_every_key() -> None:
    text = (places.config() / "venue.toml").read_text(encoding="utf-8")
    begin = text.index("# [[output]]")
    lines = [line.removeprefix("# ") for line in text[begin : text.index("\n\n", begin)].splitlines()]
    example = "\n".join(lines)
    (output,) = settings.parse(example, "example").output
    assert output.display == "DP-1"
    assert set(tomllib.loads(example)["output"][0]) == {field.name for field in msgspec.structs.fields(OutputSettings)}
    assert not re.search(r"^\[\[output", text, re.MULTILINE)


def test_the_canvas_holds_every_crop() -> None:
    text = LEFT + "crop = [0, 0, 1920, 1080]\n" + RIGHT + "crop = [1600, 40, 1920, 1200]\n"
    read = settings.parse(text, "here")
    assert canvas_size(read.canvas, read.output) == (3520, 1240)
    assert canvas_size(*_told("", LEFT)) == (1920, 1080)
    assert canvas_size(*_told("", LEFT + 'size = "800x600"\n')) == (800, 600)


def _told(canvas: str, outputs: str) -> tuple[settings.CanvasSettings, tuple[OutputSettings, ...]]:
    read = settings.parse(canvas + outputs, "here")
    return read.canvas, read.output


BOWTIE = "corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]"
DENTED = "corners = [[0.0, 0.0], [1.0, 0.0], [0.3, 0.3], [0.0, 1.0]]"
MIRRORED = "corners = [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]"
LINE = "corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.001], [0.0, 0.001]]"
POINT = "corners = [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEFT + "corners = [[0,0],[1,0],[9,1],[0,1]]", "v.toml: [[output]] 1 corners 3 1 takes a number <= 1.5, got 9"),
        (LEFT + "corners = [[0,0],[1,0],[1,1]]", "[[output]] 1 corners takes a list of length 4"),
        (LEFT + "corners = [[nan,0],[1,0],[1,1],[0,1]]", "[[output]]"),
        (LEFT + BOWTIE, 'v.toml: [[output]] "left" corners takes a convex quadrilateral, clockwise from top left, got'),
        (LEFT + DENTED, "it folds over"),
        (LEFT + MIRRORED, "it folds over"),
        (LEFT + POINT, "it folds over"),
        (LEFT + LINE, "it is all but flat"),
        (
            LEFT + "crop = [0, 0, 8, 1080]",
            '[[output]] "left" crop takes left and top of 0 or more, width and height of',
        ),
        (LEFT + "crop = [-5, 0, 800, 600]", "got [-5, 0, 800, 600]"),
        (
            '[canvas]\nsize = "1000x500"\n' + LEFT + "crop = [900, 0, 200, 500]",
            'v.toml: [[output]] "left" crop takes a part of the canvas of 1000x500, got [900, 0, 200, 500]',
        ),
        (LEFT + "crop = [0, 0, 20000, 1080]", "[canvas] size takes 16384 pixels a side at most, got 20000x1080"),
        ('[canvas]\nsize = "big"', "v.toml: [canvas] size takes WIDTHxHEIGHT in pixels"),
        (LEFT + 'size = "big"', '[[output]] "left" size takes WIDTHxHEIGHT in pixels'),
        (LEFT + LEFT, 'v.toml: [[output]] name takes each name once, got "left" twice'),
        (
            LEFT + 'display = "DP-2"\n' + RIGHT,
            'v.toml: [[output]] "right" display takes each display once, got DP-2 twice',
        ),
        (LEFT + "rotate = 45", "v.toml: [[output]] 1 rotate takes one of 0, 90, 180, 270, got 45"),
        (LEFT + 'flip = "up"', "v.toml: [[output]] 1 flip takes one of (empty), horizontal, vertical, both"),
        (LEFT + "black = [0.5, 0, 0]", "v.toml: [[output]] 1 black 1 takes a number <= 0.1, got 0.5"),
        (LEFT + "mesh = [[[0,0],[0,0]]]", '[[output]] "left" mesh takes 2..16 rows of 2..16 points each, got [2]'),
        (LEFT + "mesh = [[[0,0],[0,0]],[[0,0]]]", "mesh takes 2..16 rows of 2..16 points each, got [2, 1]"),
        (
            LEFT + "mesh = [[[0,0],[0,0],[0,0]],[[0,0],[-0.5,0],[0,0]],[[0,0],[0,0],[0,0]]]",
            '[[output]] "left" mesh takes points in their order, got a fold between row 1, point 1',
        ),
        ("[[output]]\ndisplay = 1", "v.toml: [[output]] 1 name is missing"),
        ('[[output]]\nname = "far left"', "v.toml: [[output]] 1 name takes"),
        (LEFT + "blur = 2", "v.toml: [[output]] 1 blur is not a setting; there are name, display, crop"),
        ("".join(f'[[output]]\nname = "o{i}"\ndisplay = {i + 1}\n' for i in range(17)), "may stand 16 times, got 17"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_rule_and_offender(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        settings.parse(text, "v.toml")
    assert "\n" not in str(refused.value)
