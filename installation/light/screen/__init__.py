"""Screens: what the live loop needs of one, the pygame window, and a headless stand-in."""

import os

# before pygame is imported, wherever that is
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "sleeptree")  # it would be called after the script
