"""SleepTree's engine. The names below are all that a scene may import.

They are looked up when they are first asked for: the process that watches over the show needs no arrays.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from installation.brushes.colour import LUMINANCE, Array, hues, mix, rgb, shone
    from installation.brushes.framing import Framing, framed
    from installation.brushes.guests import (
        afloat,
        beat_rings,
        beaten,
        blossoms,
        called,
        coming,
        crowded,
        going,
        guest_threads,
        lanterns,
        own_lines,
        seated,
        shore,
        spread,
    )
    from installation.brushes.lettering import Verse, halves, legible, lettered, pen
    from installation.brushes.shapes import along, joined, mirrored, polylines, spatial
    from installation.brushes.tearing import REGISTERS, Register, registers
    from installation.controls import SLEEPERS, Control
    from installation.foundation.easing import ease, eased
    from installation.model.chance import Chance
    from installation.model.score import Phase
    from installation.model.ticks import RATE
    from installation.scene import (
        Beat,
        Company,
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
        unswayed,
    )
else:
    _HOMES = {
        "installation.brushes.colour": ["LUMINANCE", "Array", "hues", "mix", "rgb", "shone"],
        "installation.brushes.framing": ["Framing", "framed"],
        "installation.brushes.guests": [
            "afloat",
            "beat_rings",
            "beaten",
            "blossoms",
            "called",
            "coming",
            "crowded",
            "going",
            "guest_threads",
            "lanterns",
            "own_lines",
            "seated",
            "shore",
            "spread",
        ],
        "installation.brushes.lettering": ["Verse", "halves", "legible", "lettered", "pen"],
        "installation.brushes.shapes": ["along", "joined", "mirrored", "polylines", "spatial"],
        "installation.brushes.tearing": ["REGISTERS", "Register", "registers"],
        "installation.controls": ["SLEEPERS", "Control"],
        "installation.foundation.easing": ["ease", "eased"],
        "installation.model.chance": ["Chance"],
        "installation.model.score": ["Phase"],
        "installation.model.ticks": ["RATE"],
        "installation.scene": [
            "Beat",
            "Company",
            "Light",
            "Mist",
            "Moment",
            "Points",
            "Scene",
            "Sleepers",
            "Strokes",
            "View",
            "Voice",
            "dimmed",
            "gathered",
            "swaying",
            "unswayed",
        ],
    }
    _HOME = {name: home for home, names in _HOMES.items() for name in names}

    def __getattr__(name):
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOME[name]), name)
        return value


__all__ = [
    "LUMINANCE",
    "RATE",
    "REGISTERS",
    "SLEEPERS",
    "Array",
    "Beat",
    "Chance",
    "Company",
    "Control",
    "Framing",
    "Light",
    "Mist",
    "Moment",
    "Phase",
    "Points",
    "Register",
    "Scene",
    "Sleepers",
    "Strokes",
    "Verse",
    "View",
    "Voice",
    "afloat",
    "along",
    "beat_rings",
    "beaten",
    "blossoms",
    "called",
    "coming",
    "crowded",
    "dimmed",
    "ease",
    "eased",
    "framed",
    "gathered",
    "going",
    "guest_threads",
    "halves",
    "hues",
    "joined",
    "lanterns",
    "legible",
    "lettered",
    "mirrored",
    "mix",
    "own_lines",
    "pen",
    "polylines",
    "registers",
    "rgb",
    "seated",
    "shone",
    "shore",
    "spatial",
    "spread",
    "swaying",
    "unswayed",
]
