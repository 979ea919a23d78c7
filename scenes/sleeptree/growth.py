"""How the tree grows: a braided trunk, roots, limbs, and a crown by space colonisation.

Runions, Lane and Prusinkiewicz, "Modeling Trees with a Space Colonization Algorithm", 2007: points in the crown's
volume each pull the nearest twig towards themselves until a twig reaches them. Thickness follows Leonardo's rule in
the form of the pipe model (Shinozaki et al., 1964): a branch is as thick as the tips above it need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import Chance

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

STRANDS = 7
FORK = 1.35  # metres, where the trunk opens into limbs
BRAID = 1.08  # metres of strand to a metre of trunk
CROWN = np.array([0.0, 0.0, 2.15])  # metres, centre of the dome
DOME = np.array([3.35, 3.35, 2.65])  # metres, its half axes
STEP, REACH, KILL = 0.075, 0.85, 0.14  # metres
TIP = 0.0075  # metres, radius of the thinnest twig
LIMB = 0.022  # metres, above which a branch is a limb
PIPE = 0.40  # radius grows with this power of the tips above


@dataclass(frozen=True)
class Wood:
    """Polylines of one kind of wood, ready to be lit: (n,) arrays have a row a vertex."""

    position: Array  # (n, 3) metres, in Fortran order as installation.brushes explains
    radius: Array  # (n,) metres
    distance: Array  # (n,) metres along the wood from the foot of the trunk
    starts: NDArray[np.int32]  # (s,) first vertex of each polyline


@dataclass(frozen=True)
class Tree:
    """Everything that stands: the trunk's strands, the crown, the roots, and where things hang."""

    trunk: Wood
    limbs: Wood  # the thick branches of the crown
    twigs: Wood  # the thin ones
    roots: Wood
    tips: Array  # (t, 3) metres, ends of twigs
    tip_distance: Array  # (t,) metres from the foot
    reach: float  # metres, the longest way from foot to tip


def grow(chance: Chance) -> Tree:
    """The tree of one show."""
    trunk = _trunk(chance.of("trunk"))
    position, parent = _colonise(*_limbs(chance.of("limbs")), chance.of("crown"))
    crown, tips, tip_distance = _wood(position, parent, foot=FORK * BRAID)
    limbs, twigs = _parted(crown)
    roots = _roots(chance.of("roots"))
    return Tree(trunk, limbs, twigs, roots, tips, tip_distance, float(crown.distance.max()))


def _strand_angle(strand: int, height: Doubles) -> Doubles:
    turn: Doubles = 2.0 * np.pi * strand / STRANDS + 2.1 * height + 0.35 * np.sin(2.6 * height + strand)
    return turn


def _strand_radius(height: Doubles) -> Doubles:
    flare: Doubles = 0.145 + 0.42 * np.exp(-height / 0.16) + 0.10 * np.clip(height / FORK - 0.55, 0, 1) ** 2
    return flare


def _trunk(chance: Chance) -> Wood:
    """Strands that braid from the water's edge up to the fork, half of them winding the other way."""
    height = np.linspace(0.0, FORK, 46)
    wobble = chance.at().normal(0.0, 0.15, STRANDS)
    lines = []
    for strand in range(2 * STRANDS):
        hand = 1.0 if strand < STRANDS else -1.0
        angle = hand * (_strand_angle(strand % STRANDS, height) + wobble[strand % STRANDS])
        spread = _strand_radius(height) * (1.0 if hand > 0 else 0.72)
        lines.append(np.stack([spread * np.cos(angle), spread * np.sin(angle), height], axis=1))
    position = np.concatenate(lines)
    thickness = np.tile(np.linspace(0.058, 0.042, len(height)), 2 * STRANDS)
    thickness[STRANDS * len(height) :] *= 0.6
    return Wood(
        np.asfortranarray(position, dtype=np.float32),
        thickness.astype(np.float32),
        np.tile(BRAID * height, 2 * STRANDS).astype(np.float32),
        np.arange(0, len(position), len(height), dtype=np.int32),
    )


def _limbs(chance: Chance) -> tuple[Doubles, Ints]:
    """The first nodes of the crown: each strand goes on as a limb that leans out and up."""
    draw = chance.at()
    position: list[Doubles] = []
    parent: list[Ints] = []
    count = 0
    top = np.array([FORK])
    for strand in range(STRANDS):
        angle = float(_strand_angle(strand, top)[0])
        start = np.array([np.cos(angle), np.sin(angle), 0.0]) * float(_strand_radius(top)[0])
        lean, rise = draw.uniform(1.0, 1.75), draw.uniform(0.75, 1.55)
        along = np.linspace(0.0, 1.0, 24)[:, None]
        bend = angle + draw.normal(0.0, 0.25) + 0.5 * along[:, 0]
        out = np.stack([np.cos(bend), np.sin(bend), np.zeros_like(bend)], axis=1)
        line = start + out * lean * along**1.25 + np.array([0.0, 0.0, 1.0]) * (FORK + rise * along**0.8)
        position.append(line)
        parent.append(np.concatenate([[-1], np.arange(count, count + len(line) - 1)]))
        count += len(line)
    return np.concatenate(position), np.concatenate(parent).astype(np.int64)


def _attractors(chance: Chance, count: int) -> Doubles:
    """Points in a flattened dome with a hollow, lower at the rim, denser near the surface."""
    draw = chance.at()
    height = draw.uniform(-0.12, 1.0, count)
    angle = draw.uniform(0.0, 2.0 * np.pi, count)
    flat = np.sqrt(np.maximum(1.0 - height**2, 0.0))
    shell = draw.uniform(0.30**3, 1.0, count) ** (1.0 / 3.0)
    lobes = 1.0 + 0.09 * np.sin(5 * angle + 2.0 * height) + 0.06 * np.sin(9 * angle - 3.0 * height)
    unit = np.stack([flat * np.cos(angle), flat * np.sin(angle), height], axis=1)
    points: Doubles = CROWN + unit * (shell * lobes)[:, None] * DOME
    points[:, 2] -= 0.16 * (np.hypot(points[:, 0], points[:, 1]) / DOME[0]) ** 2
    return points


def _colonise(position: Doubles, parent: Ints, chance: Chance, count: int = 5000) -> tuple[Doubles, Ints]:
    """Grow twigs until every attractor is reached or out of reach."""
    wanted = _attractors(chance.of("attractors"), count)
    draw = chance.at()
    nodes, parents = [position], [parent]
    everything = position
    near = np.full(len(wanted), np.inf)  # (a,) squared metres to the nearest node
    owner = np.zeros(len(wanted), dtype=np.int64)  # (a,) that node
    fresh, first = position, 0
    for _ in range(240):
        squared = (wanted**2).sum(1)[:, None] + (fresh**2).sum(1)[None, :] - 2.0 * wanted @ fresh.T
        nearest = squared.argmin(1)
        closer = squared[np.arange(len(wanted)), nearest] < near
        near = np.where(closer, squared[np.arange(len(wanted)), nearest], near)
        owner = np.where(closer, first + nearest, owner)
        alive = near > KILL**2
        wanted, near, owner = wanted[alive], near[alive], owner[alive]
        pulling = near < REACH**2
        if not pulling.any():
            break
        growing, member = np.unique(owner[pulling], return_inverse=True)
        pull = wanted[pulling] - everything[owner[pulling]]
        pull /= np.linalg.norm(pull, axis=1, keepdims=True)
        push: Doubles = np.stack([np.bincount(member, pull[:, k], len(growing)) for k in range(3)], axis=1)
        push = push + draw.normal(0.0, 0.12, push.shape)
        push = push / np.maximum(np.linalg.norm(push, axis=1, keepdims=True), 1e-9)
        fresh, first = everything[growing] + STEP * push, len(everything)
        nodes.append(fresh)
        parents.append(growing)
        everything = np.concatenate([everything, fresh])
    return np.concatenate(nodes), np.concatenate(parents)


def _wood(position: Doubles, parent: Ints, foot: float) -> tuple[Wood, Array, Array]:
    """Nodes as polylines: every branch goes on along its thickest child; smoothed, with radius and distance."""
    count = len(position)
    tips = np.zeros(count)
    children = np.bincount(parent[parent >= 0], minlength=count)
    tips[children == 0] = 1.0
    for i in range(count - 1, -1, -1):  # a child always comes after its parent
        if parent[i] >= 0:
            tips[parent[i]] += tips[i]
    heir = np.full(count, -1, dtype=np.int64)  # the thickest child
    for i in range(count):
        p = parent[i]
        if p >= 0 and (heir[p] < 0 or tips[i] > tips[heir[p]]):
            heir[p] = i
    inner = (parent >= 0) & (heir >= 0)
    for _ in range(4):
        middle = 0.5 * (position[parent[inner]] + position[heir[inner]])
        position[inner] += 0.5 * (middle - position[inner])
    distance = np.full(count, foot)
    for i in range(count):
        p = parent[i]
        if p >= 0:
            distance[i] = distance[p] + np.linalg.norm(position[i] - position[p])
    order, starts = _chains(parent, heir)
    radius = TIP * tips**PIPE
    wood = Wood(
        np.asfortranarray(position[order], dtype=np.float32),
        _thin_start(radius[order], order, starts, radius, heir).astype(np.float32),
        distance[order].astype(np.float32),
        starts,
    )
    ends = children == 0
    return wood, np.asfortranarray(position[ends], dtype=np.float32), distance[ends].astype(np.float32)


def _chains(parent: Ints, heir: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """Vertex order of the polylines and where each starts; a side branch begins at the node it leaves."""
    order: list[int] = []
    starts: list[int] = []
    for i in range(len(parent)):
        if parent[i] >= 0 and heir[parent[i]] == i:
            continue
        starts.append(len(order))
        if parent[i] >= 0:
            order.append(int(parent[i]))
        node = i
        while node >= 0:
            order.append(node)
            node = int(heir[node])
    return np.array(order), np.array(starts, dtype=np.int32)


def _thin_start(radius: Doubles, order: Ints, starts: NDArray[np.int32], own: Doubles, heir: Ints) -> Doubles:
    """A side branch leaves as thin as it is, not as thick as what it leaves."""
    first = starts[starts + 1 < len(order)]
    side = first[heir[order[first]] != order[first + 1]]
    radius[side] = own[order[side + 1]]
    return radius


def _parted(wood: Wood) -> tuple[Wood, Wood]:
    """The polylines that are somewhere thick, and the others."""
    lengths = np.diff(np.append(wood.starts, len(wood.radius)))
    thick = np.maximum.reduceat(wood.radius, wood.starts) > LIMB

    def of(kind: NDArray[np.bool_]) -> Wood:
        rows = np.repeat(kind, lengths)
        starts = np.concatenate([[0], np.cumsum(lengths[kind])[:-1]]).astype(np.int32)
        position = np.asfortranarray(wood.position[rows])
        return Wood(position, wood.radius[rows], wood.distance[rows], starts)

    return of(thick), of(~thick)


def _roots(chance: Chance) -> Wood:
    """Roots that flare from the strands and wander out under the water's skin, forking once."""
    draw = chance.at()
    lines: list[Doubles] = []
    thick: list[Doubles] = []

    def wander(start: Doubles, angle: float, radius: float, forks: int) -> None:
        bends = np.cumsum(draw.normal(0.0, 0.16, int(draw.integers(9, 15)))) + angle
        way = start + 0.11 * np.cumsum(np.stack([np.cos(bends), np.sin(bends)], axis=1), axis=0)
        way = np.concatenate([start[None], way])
        lines.append(np.column_stack([way, np.full(len(way), 0.02)]))
        thick.append(np.linspace(radius, radius * 0.55, len(way)))
        if forks:
            for side in (-1.0, 1.0):
                wander(way[-1], float(bends[-1]) + side * draw.uniform(0.2, 0.6), radius * 0.55, forks - 1)

    for root in range(STRANDS * 2):
        angle = 2.0 * np.pi * (root + draw.uniform(-0.3, 0.3)) / (STRANDS * 2)
        wander(np.array([0.5 * np.cos(angle), 0.5 * np.sin(angle)]), angle, 0.034, 1)
    position = np.concatenate(lines)
    starts = np.cumsum([0] + [len(line) for line in lines[:-1]]).astype(np.int32)
    distance = -np.hypot(position[:, 0], position[:, 1])  # the light gathers inwards
    return Wood(
        np.asfortranarray(position, dtype=np.float32),
        np.concatenate(thick).astype(np.float32),
        distance.astype(np.float32),
        starts,
    )
