"""Messages bring outputs into place as hands do, and what can't be is refused by name."""

from __future__ import annotations

import pytest

from installation.acceptance import accept
from installation.controls import Refused
from installation.light.mapping.calibration import Calibration
from installation.light.mapping.outputs import OutputLayout
from installation.light.mapping.placing import place, table, values
from installation.venue.outputs import SQUARE, CanvasSettings, OutputSettings


def layout() -> OutputLayout:
    left = OutputSettings(name="left", crop=(0, 0, 400, 300))
    return OutputLayout(CanvasSettings(), (left, OutputSettings(name="right", display=2, crop=(350, 0, 400, 300))))


class Hand:
    """Somebody at a controller."""

    def __init__(self) -> None:
        self.moved = Calibration(layout())
        self.table = table(self.moved.layout)

    def say(self, address: str, *arguments: object) -> OutputSettings:
        place(self.moved, accept(self.table, address, arguments))
        return self.moved.output


def test_corners_points_gamma_and_black_go_where_they_are_told_and_all_the_way_back() -> None:
    hand = Hand()
    assert {row.role for row in hand.table.values()} == {"place"}
    assert hand.say("/output/left/corner", 1, 0.95, 0.05).corners[1] == (0.95, 0.05)
    assert hand.say("/output/right/corner", 3, 0.1, 0.9).corners[3] == (0.1, 0.9)
    assert len(hand.say("/output/right/mesh").mesh) == 3
    hand.say("/output/right/point", 1, 1, 0.52, 0.47)
    hand.moved.hold(4 + 4)
    assert hand.moved.place() == pytest.approx((0.52, 0.47), abs=1e-9)
    assert hand.say("/output/left/gamma", 2.4).gamma == 2.4
    assert hand.say("/output/left/brightness", 0.5).brightness == 0.5
    assert hand.say("/output/left/black", 0.01, 0.0, 0.02).black == (0.01, 0.0, 0.02)
    assert values(hand.moved.layout)["/output/left/gamma"] == 2.4
    assert hand.say("/output/left/reset").corners == SQUARE
    for _ in range(hand.moved.changed):
        hand.say("/output/undo")
    assert hand.moved.layout == layout()


@pytest.mark.parametrize(
    ("address", "arguments", "reason", "said"),
    [
        ("/output/left/corner", (0, 0.9, 0.9), "place", "/output/left/corner: corners"),
        ("/output/left/point", (1, 1, 0.5, 0.5), "place", "there is no point 1 1: left has no mesh"),
        ("/output/left/corner", (0, 0.5), "type", "got 2 arguments"),
        ("/output/left/corner", (0, float("nan"), 0.0), "nan", "got nan"),
        ("/output/middle/corner", (0, 0.1, 0.1), "unknown", "is not a control"),
        ("/dream/unrest", (1.0,), "unknown", "is not a control"),
    ],
)
def test_what_can_not_be_is_refused_and_moves_nothing(
    address: str, arguments: tuple[object, ...], reason: str, said: str
) -> None:
    hand = Hand()
    with pytest.raises(Refused, match=said) as refused:
        hand.say(address, *arguments)
    assert refused.value.reason == reason
    assert hand.moved.layout == layout()
    hand.say("/output/left/corner", 0, 0.1, 0.1)
    hand.say("/output/left/corner", 0, 0.1, 0.1)  # what was refused before is no reason to refuse what is there already
