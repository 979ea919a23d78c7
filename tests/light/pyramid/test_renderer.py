"""The renderer as a whole: the same bytes with any number of threads, trails in show time, no stray pixel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.light.grade import GRID, Grade, decay, rolling
from installation.light.pyramid.renderer import Renderer, warm
from installation.scene import Light, Mist, View
from tests.harness.easel import VIEW, mixture, points, stroke

WIDTH, HEIGHT = 160, 90


def picture(width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint32]:
    return np.zeros((height, width), dtype=np.uint32)


def channels(pixels: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.stack([pixels >> 16 & 255, pixels >> 8 & 255, pixels & 255], axis=-1).astype(np.int64)


def everything(width: int, height: int) -> list[Light]:
    field = np.linspace(0, 0.02, 4 * 6 * 3, dtype=np.float32).reshape(4, 6, 3)
    return [*mixture(6000, width, height), Mist(field)]


@pytest.mark.parametrize("trails", [0.0, 0.6])
@pytest.mark.parametrize("size", [(480, 270), (333, 517)])
def test_one_thread_or_many_give_the_same_bytes(trails: float, size: tuple[int, int]) -> None:
    results = []
    for threads in (1, 2, 3):
        renderer = Renderer(*size, threads=threads)
        shown = picture(*size)
        for tick in (0, 3, 4, 7, 8, 10):
            lights = [*everything(*size), points(20.0 * tick, 100, 9.0, *size, colour=(3.0, 1.0, 0.2))]
            renderer.draw(lights, VIEW, Grade(trails=trails), tick, shown)
        results.append(shown)
        renderer.close()
    assert results[0].max() > 0
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


def test_a_renderer_is_a_function_of_its_arguments() -> None:
    """A used renderer draws what a new one draws."""
    used, new = Renderer(WIDTH, HEIGHT), Renderer(WIDTH, HEIGHT)
    a, b = picture(), picture()
    lights = everything(WIDTH, HEIGHT)
    used.draw(mixture(9000, WIDTH, HEIGHT, seed=5), View((3.0, -4.0, 2.0), (0.0, 0.0, 0.0)), Grade(trails=1.0), 60, a)
    used.draw(lights, VIEW, Grade(), 7, a)
    new.draw(lights, VIEW, Grade(), 7, b)
    assert np.array_equal(a, b)


def drawn(fps: int, until: int, trails: float, start: int = 0) -> NDArray[np.uint32]:
    """The picture at tick `until` of a film at `fps`: a light runs across, and another flashes."""
    renderer, shown = Renderer(WIDTH, HEIGHT), picture()
    step = 120 // fps
    for tick in range(start, until + 1):
        if tick % step and tick % GRID:
            continue
        lights = [
            points(20 + 0.5 * (tick % 240), 45 + 20 * np.sin(tick / 30), 1.2, WIDTH, HEIGHT, (2.0, 1.0, 0.5), 0.2),
            stroke([10, 150], [10 + tick % 70, 80], 2.0, WIDTH, HEIGHT, (0.1, 0.3, 0.6)),
            points(80, 20, 9.0, WIDTH, HEIGHT, [4.0 * (tick % 120 < 12)] * 3),
        ]
        renderer.draw(lights, VIEW, Grade(trails=trails), tick, None if tick % step else shown)
    renderer.close()
    return shown


@pytest.mark.parametrize("trails", [0.3, 1.0])
def test_trails_do_not_depend_on_the_rate_of_pictures(trails: float) -> None:
    until = 360  # a picture at every rate
    slow = drawn(30, until, trails)
    for fps in (24, 40, 60, 120):
        assert np.array_equal(drawn(fps, until, trails), slow), fps
    until = 365  # off the grid
    assert np.array_equal(drawn(24, until, trails), drawn(120, until, trails))


@pytest.mark.parametrize("trails", [0.1, 0.5, 1.0])
def test_a_still_rolls_in_until_it_agrees(trails: float) -> None:
    until = 1400
    longer = channels(drawn(60, until, trails))
    still = channels(drawn(60, until, trails, start=(until - rolling(trails)) // GRID * GRID))
    assert np.abs(longer - still).max() <= 1


def test_light_lingers_and_then_is_gone() -> None:
    renderer, shown = Renderer(WIDTH, HEIGHT), picture()
    flash = [points(80, 45, 8.0, WIDTH, HEIGHT, (2.0, 2.0, 2.0))]
    brightness = []
    for tick in range(0, rolling(1.0) + GRID, GRID):
        renderer.draw(flash if tick == 0 else [], VIEW, Grade(trails=1.0), tick, shown)
        brightness.append(int(channels(shown)[45, 80, 1]))
    assert brightness[1] > 0.9 * brightness[0]
    assert all(b <= a + 1 for a, b in itertools.pairwise(brightness))
    assert brightness[240 // GRID] > 60  # two seconds later
    assert brightness[-1] <= 1
    assert decay(0.0, 4) == 0.0
    assert rolling(0.0) == 0


def test_a_dropped_grid_tick_is_made_up_for() -> None:
    """Live drops pictures: what falls between two entries is noted by the next picture instead."""
    renderer, shown = Renderer(WIDTH, HEIGHT), picture()
    flash = [points(80, 45, 8.0, WIDTH, HEIGHT, (2.0, 2.0, 2.0))]
    renderer.draw([], VIEW, Grade(trails=1.0), 0, shown)
    renderer.draw(flash, VIEW, Grade(trails=1.0), 3, shown)  # no grid tick since: not noted
    renderer.draw([], VIEW, Grade(trails=1.0), 4, shown)
    assert channels(shown)[45, 80, 1] <= 1
    renderer.draw(flash, VIEW, Grade(trails=1.0), 9, shown)  # 8 was dropped: noted
    renderer.draw([], VIEW, Grade(trails=1.0), 10, shown)
    assert channels(shown)[45, 80, 1] > 100


def test_trails_off_forget_and_time_running_back_forgets() -> None:
    renderer, shown, fresh = Renderer(WIDTH, HEIGHT), picture(), picture()
    flash = [points(80, 45, 8.0, WIDTH, HEIGHT, (2.0, 2.0, 2.0))]
    Renderer(WIDTH, HEIGHT).draw([], VIEW, Grade(trails=1.0), 12, fresh)
    renderer.draw(flash, VIEW, Grade(trails=1.0), 4, shown)
    renderer.draw([], VIEW, Grade(trails=0.0), 8, shown)
    renderer.draw([], VIEW, Grade(trails=1.0), 12, shown)
    assert np.array_equal(shown, fresh)
    renderer.draw(flash, VIEW, Grade(trails=1.0), 60, shown)
    renderer.draw([], VIEW, Grade(trails=1.0), 12, shown)
    assert np.array_equal(shown, fresh)


def test_nothing_outside_the_picture_is_written() -> None:
    """A display's rows may be longer than the picture's."""
    guarded = np.full((HEIGHT + 6, WIDTH + 13), 0xDEADBEEF, dtype=np.uint32)
    inside = guarded[3 : 3 + HEIGHT, 5 : 5 + WIDTH]
    plain = picture()
    for threads in (1, 2):
        renderer = Renderer(WIDTH, HEIGHT, threads)
        lights = [*everything(WIDTH, HEIGHT), points([0, 160, 3, -2], [0, 90, 91, 50], 30.0, WIDTH, HEIGHT, halo=0.4)]
        renderer.draw(lights, VIEW, Grade(), 0, inside)
        renderer.draw(lights, VIEW, Grade(), 0, plain)
        renderer.close()
        assert np.array_equal(inside, plain)
        assert (plain >> 24 == 0).all()
        rest = guarded.copy()
        rest[3 : 3 + HEIGHT, 5 : 5 + WIDTH] = 0xDEADBEEF
        assert (rest == 0xDEADBEEF).all()


def test_pictures_that_do_not_fit_are_refused() -> None:
    renderer = Renderer(WIDTH, HEIGHT)
    with pytest.raises(ValueError, match=r"must be \(90, 160\) uint32, got \(91, 160\)"):
        renderer.draw([], VIEW, Grade(), 0, picture(160, 91))
    with pytest.raises(ValueError, match="rows must be contiguous"):
        renderer.draw([], VIEW, Grade(), 0, np.zeros((90, 320), dtype=np.uint32)[:, ::2])
    with pytest.raises(ValueError, match="at least 2 x 2"):
        Renderer(1, 90)
    with pytest.raises(ValueError, match="at least 1 thread"):
        Renderer(160, 90, 0)


def test_a_failing_job_is_heard_and_the_crew_goes_on() -> None:
    from installation.light.pyramid.thread_pool import WorkerPool

    pool, done = WorkerPool(3), []

    def job(number: int, worker: int) -> None:
        if number == 5:
            raise RuntimeError("job 5")
        done.append(number)

    with pytest.raises(RuntimeError, match="job 5"):
        pool.run(job, 20)
    done.clear()
    pool.run(lambda number, worker: done.append(number), 40)
    assert sorted(done) == list(range(40))
    pool.close()


def test_warm_says_what_it_compiles() -> None:
    words: list[str] = []
    warm(words.append)
    assert words == ["points", "strokes", "mist"]


def test_dim_light_costs_nothing() -> None:
    renderer, shown = Renderer(WIDTH, HEIGHT), picture()
    dim = points(80, 45, 5.0, WIDTH, HEIGHT, (4e-4, 4e-4, 4e-4))
    renderer.draw([dim], VIEW, Grade(), 0, shown)
    assert renderer.splats == 0
    renderer.draw([dim], VIEW, Grade(exposure=4.0), 0, shown)
    assert renderer.splats == 1


def test_halos_widen_with_glow() -> None:
    renderer = Renderer(WIDTH, HEIGHT)
    far, total = [], []
    for glow in (0.0, 0.5, 1.0):
        light = renderer.radiance([points(80, 45, 3.0, WIDTH, HEIGHT, halo=0.4)], VIEW, Grade(glow=glow))
        far.append(light[45, 95:].sum())
        total.append(light.sum())
    assert far[0] < 1e-4 < far[1] < far[2]
    assert total[1] == pytest.approx(total[0], rel=0.02)  # light is spread, not made
    assert 0.6 * total[0] < total[2] < total[0]  # bloom reaches beyond the frame


def test_bloom_reaches_far_grows_with_glow_and_adds_no_colour_of_its_own() -> None:
    """Light of (4, 2, 1) in the middle: what stands 40 pixels away, without a halo of its own."""
    far = {}
    for glow in (0.0, 0.5, 1.0):
        renderer = Renderer(WIDTH, HEIGHT)
        linear = renderer.radiance([points(80, 45, 8.0, WIDTH, HEIGHT, (4.0, 2.0, 1.0))], VIEW, Grade(glow=glow))
        renderer.close()
        far[glow] = linear[45, 120]
    assert far[0.0].max() < 1e-4
    assert far[0.5].max() < 1e-4
    assert far[1.0][0] > 1e-3
    assert far[1.0] / far[1.0][2] == pytest.approx([4.0, 2.0, 1.0], rel=1e-3)
