"""Small pictures that were looked at and found right, and how close a new one must come."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pygame

from installation.foundation import png

HERE = Path(__file__).parent
OUT = HERE.parent / "out"
MEAN = 0.75  # of 255, over the whole picture: another processor rounds sines differently
SOME = 12.0  # of 255, that all but one value in a thousand must keep to


def hold(name: str, pixels: np.ndarray, regold: bool) -> None:
    """Hold `pixels`, (h, w) of 0x00RRGGBB, against the golden `name`.

    A failure writes actual, expected and the difference, 8 times amplified, side by side to tests/out/. `regold` writes
    the golden instead: deliberate, after looking, and explained in the commit.
    """
    path = HERE / f"{name}.png"
    if regold:
        png.write(path, pixels, f"golden {name}")
        return
    assert path.exists(), f"{path} is missing: look at the picture and run pytest --regold"
    expected = pygame.surfarray.array3d(pygame.image.load(os.fspath(path))).swapaxes(0, 1).astype(int)
    actual = np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(int)
    assert actual.shape == expected.shape, f"{name}: {actual.shape}, the golden is {expected.shape}"
    off = np.abs(actual - expected)
    mean, most = float(off.mean()), float(np.quantile(off, 0.999))
    if mean > MEAN or most > SOME:
        OUT.mkdir(exist_ok=True)
        side = np.concatenate([actual, expected, np.clip(off * 8, 0, 255)], axis=1).astype(np.uint32)
        png.write(OUT / f"{name}.png", side[..., 0] << 16 | side[..., 1] << 8 | side[..., 2])
        raise AssertionError(
            f"{name}: mean difference {mean:.2f} (at most {MEAN}), 99.9 % below {most:.0f} (at most {SOME:.0f}); "
            f"actual, expected and difference are in {OUT / name}.png"
        )
