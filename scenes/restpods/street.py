"""The street: where pods stand, who lies in which, and where their knots hang in the net. Fixed for the evening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Company, eased
from scenes.restpods.palette import Doubles

ROWS = 4  # terraces on either side
FIRST, SPACING = -2.6, 2.1  # metres along the street
FLOATING = 0.62  # metres from a pod to the hem of its dreamer
ARRIVING = 11.0  # seconds in which a newcomer walks up the street to their pod
BLOCK = 24  # sleepers who have the best seats; then the next so many
NEAREST = 0.75, -5.2  # metres to the right and along the street, where the nearest camera of the piece stands
SEEN = 0.30  # metres aside to a metre ahead, up to which it sees in a picture of any shape
GATE = -6.5  # metres along the street, where newcomers come in


def middle(y: NDArray[np.floating]) -> NDArray[np.floating]:
    """Metres to the right at which the street's middle runs, `y` metres along it."""
    x: NDArray[np.floating] = 2.6 * np.sin((y + 4.0) / 21.0) - 0.35
    return x


class Street:
    """Places by sleeper; every array has a row a sleeper."""

    def __init__(self, chance: Chance, company: Company) -> None:
        draw, count = chance.at(), len(company)
        seat = np.arange(count)
        row, side = (seat % (2 * ROWS)) // 2, np.where(seat % 2 == 0, -1.0, 1.0)
        along = FIRST + SPACING * (seat // (2 * ROWS)) + 0.55 * row + draw.normal(0.0, 0.16, count)
        order = _seated(along, row, side, company.hue, draw, _best(along, row, side))
        self.row: NDArray[np.int64] = row[order]  # (n,) 0 by the street .. 3
        self.side: Doubles = side[order]  # (n,) -1 left, 1 right
        self.along: Doubles = along[order]  # (n,) metres
        out = 3.1 + 2.9 * self.row + draw.normal(0.0, 0.10, count)
        height = 0.10 + 0.95 * self.row + 0.10 * self.row**2 + 0.40
        self.pod: Doubles = np.stack([middle(self.along) + self.side * out, self.along, height])  # (3, n) metres
        self.foot: Doubles = self.pod + np.array([[0.0], [0.0], [FLOATING]])  # (3, n) metres
        wide = 0.75 + 1.75 * self.row + 0.16 * self.row**2 + draw.normal(0.0, 0.22, count)
        rise = 8.3 - 0.042 * wide**2 + draw.normal(0.0, 0.16, count)
        here = self.along + draw.normal(0.0, 0.5, count)
        self.knot: Doubles = np.stack([middle(self.along) + self.side * wide, here, rise])  # (3, n) metres

    def seats(self) -> Doubles:
        """(n, 2) metres round a listener who stands in mid-street: far pods ahead, the nearest behind."""
        rank = np.argsort(np.argsort(self.along)) / len(self.along)
        turn = self.side * np.pi * (1.0 - rank)
        seats: Doubles = np.stack([np.sin(turn), np.cos(turn)], axis=1) * (3.1 + 1.6 * self.row)[:, None]
        return seats

    def walked(self, arrived: Doubles) -> Array:
        """(3, n) metres from a dreamer's place: newcomers come up the street, then climb to their pods.

        `arrived` is (n,) seconds in the room.
        """
        away = np.zeros((3, len(arrived)), np.float32)
        new = np.flatnonzero(arrived < ARRIVING)
        if new.size == 0:
            return away
        way = arrived[new] / ARRIVING
        y = GATE + (self.along[new] - GATE) * eased(way / 0.8)
        aside = eased((way - 0.55) / 0.45)
        home = self.foot[:, new]
        path = np.stack([middle(y), y, np.full_like(y, 0.12)])
        away[:, new] = path + (home - path) * aside - home
        return away


def _seated(
    along: Doubles,
    row: NDArray[np.int64],
    side: Doubles,
    hue: Doubles,
    draw: np.random.Generator,
    best: NDArray[np.int64],
) -> NDArray[np.int64]:
    """(n,) the seat of every sleeper: the first have the `best`; among so many hues run down the street like a slow
    rainbow, another one on either side."""
    wanted = (0.018 * along + 0.05 * row + 0.36 * (side > 0.0) + draw.normal(0.0, 0.05, len(hue))) % 1.0
    order = np.empty(len(hue), dtype=np.int64)
    for first in range(0, len(hue), BLOCK):
        who, seats = np.arange(first, min(first + BLOCK, len(hue))), best[first : first + BLOCK]
        order[who[np.argsort(hue[who])]] = seats[np.argsort(wanted[seats])]
    return order


def _best(along: Doubles, row: NDArray[np.int64], side: Doubles) -> NDArray[np.int64]:
    """(n,) seats, those first that every camera of the piece has well inside the picture: near, and not too near."""
    aside = np.abs(middle(along) + side * (3.1 + 2.9 * row) - NEAREST[0]) / (along - NEAREST[1])
    return np.argsort(along + 2.5 * row + 300.0 * np.maximum(aside - SEEN, 0.0), kind="stable")
