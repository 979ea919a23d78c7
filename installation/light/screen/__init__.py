"""Screens: what the live loop needs of one, the pygame window, and a headless stand-in."""
