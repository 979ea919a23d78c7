"""What the flash guard held down in a frame, as a value that stills, films and the overlay can print."""

from __future__ import annotations

from dataclasses import dataclass

FLASHES, RED, STRIPES = "flashes", "red flashes", "stripes"
"""The rules for which a guard holds light down, by the name that people read."""
BLACK = "no frame it can judge"


@dataclass(frozen=True, slots=True)
class Held:
    """The share of a frame, 0..1, that the guard changed, and the rules for which: empty where it changed nothing."""

    share: float = 0.0
    rules: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.share > 0.0

    def __str__(self) -> str:
        """Such as "guard held 48 % of the picture: stripes"; nothing where nothing was held."""
        if not self:
            return ""
        percent = 100.0 * self.share
        share = f"{percent:.0f}" if percent >= 1.0 else "less than 1"
        return f"guard held {share} % of the picture: {', '.join(self.rules)}"


NOTHING = Held()
"""The guard let a frame through to the bit."""
