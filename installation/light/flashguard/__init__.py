"""The flash guard: the last to touch a frame, live and in films, so that no part of it flashes or gratings harm."""
