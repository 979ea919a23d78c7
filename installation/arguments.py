"""What a message may say besides one value: the arguments of a control that takes several, times, parts of a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Part = Literal["dream", "light", "sound", "camera", "place", "level"]
PARTS: tuple[Part, ...] = get_args(Part)
"""Parts of a look: the place is the scenes' own controls, the level is in no look unless it is asked for."""

LONGEST_S = 3600.0
"""Of the times that a hand may give a number or a look."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a control that takes several: a number where it has a range, a word otherwise.

    With a `default` it may be left out; then the others stand in any order in which they can be told apart.
    """

    name: str
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    choices: tuple[str, ...] = ()
    default: float | str | None = None

    @property
    def numeric(self) -> bool:
        """Whether it is a number."""
        return self.high > self.low

    @property
    def span(self) -> str:
        """What may be said, with its name."""
        unit = f" {self.unit}" if self.unit else ""
        said = f"{self.name} {self.low:g}..{self.high:g}{unit}" if self.numeric else self.name
        said += f" ({', '.join(self.choices)})" if self.choices else ""
        return f"[{said}]" if self.default is not None else said


class Over(NamedTuple):
    """In what time a number shall get where it is told to, and how."""

    seconds: float
    curve: str  # one of easing.CURVES
