"""Film: the show without a clock, as stills, frames, sound and films."""
