"""MIDI in, and back to faders and rings: faders, pads and clocks as the controls of the table."""
