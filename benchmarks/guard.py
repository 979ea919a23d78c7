"""What the flash guard costs a picture, in CPU time: calm, and holding the whole picture down, flashes or stripes.

python benchmarks/guard.py [--frames 240] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.light.flashguard.guard import FlashGuard

SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
WARM = 30  # pictures before the first that counts: compiling, and the first flashes, which are free

Pixels = NDArray[np.uint32]


def calm(width: int, height: int) -> Callable[[int], Pixels]:
    """Soft light that breathes, with grain, as a scene has."""
    rng = np.random.default_rng(4)
    soft = np.kron(rng.integers(0, 60, (height // 60, width // 60)), np.ones((60, 60), dtype=np.int64))
    pictures = [packed(soft + rng.integers(0, 4, soft.shape) + shade) for shade in (10, 11, 12, 13)]
    return lambda i: pictures[i // 8 % 4]


def strobe(width: int, height: int) -> Callable[[int], Pixels]:
    """A strobe of 7.5 Hz over everything: the guard holds down every pixel of every picture."""
    dark, bright = (packed(np.full((height, width), grey)) for grey in (30, 230))
    return lambda i: bright if i // 4 % 2 else dark


def striped(width: int, height: int) -> Callable[[int], Pixels]:
    """Slanting stripes over everything that drift: found, judged and dimmed in every picture."""
    y, x = np.mgrid[:height, :width]
    along = 24 * (x + 0.6 * y) / width
    pictures = [packed(np.where((along + k / 4) % 1.0 < 0.5, 230, 30)) for k in range(4)]
    return lambda i: pictures[i // 30 % 4]


def packed(grey: NDArray[np.int64]) -> Pixels:
    return grey.astype(np.uint32) * np.uint32(0x010101)


def measure(width: int, height: int, clip: Callable[[int, int], Callable[[int], Pixels]], frames: int) -> list[float]:
    """Milliseconds of CPU of each picture."""
    guard, paint, spent = FlashGuard(width, height), clip(width, height), []
    picture = np.empty_like(paint(0))
    for i in range(frames + WARM):
        picture[:] = paint(i)
        start = time.process_time()
        guard.guard(picture, 1.0 / 60.0)
        if i >= WARM:
            spent.append(1e3 * (time.process_time() - start))
    return spent


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    wanted.add_argument("--frames", type=int, default=240)
    wanted.add_argument("--json", type=Path)
    given = wanted.parse_args()
    found: dict[str, dict[str, float]] = {}
    print(f"{'':16}{'median ms':>12}{'p95 ms':>12}")
    for size, (width, height) in SIZES.items():
        for name, clip in (("calm", calm), ("limiting", strobe), ("striped", striped)):
            spent = measure(width, height, clip, given.frames)
            median, late = (round(float(np.percentile(spent, p)), 3) for p in (50, 95))
            found[f"{size} {name}"] = {"median_ms": median, "p95_ms": late}
            print(f"{size + ' ' + name:16}{median:12.3f}{late:12.3f}")
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
