"""Colours of the piece, linear RGB. No entry is a saturated red: R/(R+G+B) stays under 0.78, for viewers' safety."""

from __future__ import annotations

from installation import rgb

CYAN = rgb(0.10, 0.78, 0.95)
ULTRAMARINE = rgb(0.16, 0.24, 1.00)
VIOLET = rgb(0.42, 0.16, 0.80)
TEAL = rgb(0.10, 0.70, 0.62)
GOLD = rgb(1.00, 0.66, 0.26)
AMBER = rgb(1.00, 0.46, 0.14)
IVORY = rgb(1.00, 0.88, 0.70)
NIGHT = rgb(0.010, 0.018, 0.045)
