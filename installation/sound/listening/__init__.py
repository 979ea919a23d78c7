"""Listening: what a microphone hears, as level, onsets and pitch, with the show's own sound taken off."""
