"""The film that is made where there is no screen: whoever sees the piece for the first time sees no stain in it."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from installation.film.film import Cut, pictures
from installation.light.picture import look
from installation.session.playing import FILM, FILM_FROM, FILM_S
from installation.session.production import load_production
from installation.session.request import Request
from tests.harness.world import run

SIZE, FPS = (96, 54), 10
LARGE, LARGE_FPS, TORN = (640, 360), 30, (13.6, 2.4)
"""A window, seconds from and how long, in which fine lines whirl by: a small picture blurs what they do."""
LIT = 6.0  # of 255, mean of a picture that is not dark
DARK = 0.2  # of its pictures may be darker: where worlds change, and its end


@pytest.mark.whole
def test_the_guard_holds_nothing_of_the_first_film_and_it_is_lit(kernels: None) -> None:
    production = load_production(Request(), score=FILM)
    show, held, light, worlds = production.show(), [], [], set()
    with closing(production.picture(SIZE, 1)) as picture:
        for pixels in pictures(show, picture, Cut.between(FILM_FROM, FILM_S, FPS)):
            light.append(np.mean([(pixels >> shift) & 255 for shift in (16, 8, 0)]))
            if picture.held:
                held.append(f"{show.moment().seconds:.2f} s: {picture.held}")
            if light[-1] > LIT:
                worlds.add(show.playing[-1])
    assert held == []
    assert worlds == set(show.scenes)
    assert np.mean(np.array(light) < LIT) < DARK
    assert min(light[:FPS]) > LIT


@pytest.mark.whole
def test_nor_does_it_where_the_picture_is_large_and_the_rope_parts(kernels: None) -> None:
    production = load_production(Request(), score=FILM)
    held = []
    with closing(production.picture(LARGE, 1)) as picture:
        for _ in pictures(show := production.show(), picture, Cut.between(*TORN, LARGE_FPS)):
            if picture.held:
                held.append(f"{show.moment().seconds:.2f} s: {picture.held}")
    assert held == []
    assert (show.playing, show.moment().phase) == (["dreamtrek"], "glitch")


@pytest.mark.whole
def test_the_first_seconds_of_a_show_are_not_black(kernels: None) -> None:
    production = load_production(Request(score="festival", seed=1))
    show, pixels, light = production.show(), np.zeros(SIZE[::-1], np.uint32), []
    for second in (1, 2, 3, 5, 10):
        run(show, second - show.tick / 120)
        with closing(production.picture(SIZE, 1)) as picture:
            picture.draw(look(show), pixels, 1 / 30)
        light.append(float(np.mean([(pixels >> shift) & 255 for shift in (16, 8, 0)])))
    assert np.all(np.array(light) > (0.4, 1.2, 3.0, 6.0, 15.0)), light
