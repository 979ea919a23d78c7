"""Sound: the moment and a scene's voices become samples. Only `device` touches the loudspeakers."""
