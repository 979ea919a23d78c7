"""Sound output: the process that owns the audio device, and the shared memory between it and the show."""
