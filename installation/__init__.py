"""SleepTree's engine. The names below are all that a scene may import."""

from installation.controls import Control
from installation.model.chance import Chance
from installation.scene import (
    Beat,
    Light,
    Mist,
    Moment,
    Phase,
    Points,
    Scene,
    Sleepers,
    Strokes,
    View,
    Voice,
    dimmed,
    swaying,
)

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
    "swaying",
]
