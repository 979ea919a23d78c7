"""Sound: the moment and a scene's voices become samples. Only `output.process` touches a device.

Offline, a tick at a time; sound is late by `synth.latency` samples, so a film drops that many at its start:

    synth = Synth(Chance(seed).of("sound"), channels=2, rate=48_000, hearing=settings.hearing)
    samples = synth.render(show.moment(), show.voices(), 400)      # (400, 2) float32 in -1..1
    synth.levels                                                   # Levels(rms, momentary, peak, roughness, ...)

Live, from a process of its own; `play` never blocks and never raises for a device that is lost:

    speakers = Loudspeakers(seed, settings.sound, settings.hearing)
    speakers.play(show.moment(), show.voices())                    # once per tick; or speakers.follow(show, level)
    speakers.levels                                                # OutputStatus(state, playing, rms, ...)
    speakers.close()
"""
