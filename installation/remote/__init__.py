"""Every way in, and back: the desk, what is fed back, presets, access control; OSC and controller surfaces below."""
