"""Ableton Link: the tempo that musicians in the same network share leads breath and slices."""
