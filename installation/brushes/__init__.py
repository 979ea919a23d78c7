"""Brushes for scenes: colours, easing, shapes, what glitch does to lights. Pure; all public in `installation`."""
