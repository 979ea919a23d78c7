"""The scenes under scenes/examples by name, as the manual and the contract tests know them."""

from __future__ import annotations

from installation.scene import Scene
from scenes.examples.avenue import Avenue
from scenes.examples.fireflies import Fireflies
from scenes.examples.lake import Lake
from scenes.examples.reeds import Reeds
from scenes.examples.terrace import Terrace

EXAMPLES: dict[str, type[Scene]] = {
    "avenue": Avenue,
    "fireflies": Fireflies,
    "lake": Lake,
    "reeds": Reeds,
    "terrace": Terrace,
}
