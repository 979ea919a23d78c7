"""SleepTree's engine. The names below are all that a scene may import.

They are looked up when they are first asked for: the process that watches over the show needs no arrays.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from installation.controls import Control
    from installation.model.chance import Chance
    from installation.model.score import Phase
    from installation.scene import (
        Beat,
        Light,
        Mist,
        Moment,
        Points,
        Scene,
        Sleepers,
        Strokes,
        View,
        Voice,
        dimmed,
        gathered,
        swaying,
    )
else:
    _ELSEWHERE = {
        "Chance": "installation.model.chance",
        "Control": "installation.controls",
        "Phase": "installation.model.score",
    }

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_ELSEWHERE.get(name, "installation.scene")), name)
        return value


__all__ = [
    "Beat",
    "Chance",
    "Control",
    "Light",
    "Mist",
    "Moment",
    "Phase",
    "Points",
    "Scene",
    "Sleepers",
    "Strokes",
    "View",
    "Voice",
    "dimmed",
    "gathered",
    "swaying",
]
