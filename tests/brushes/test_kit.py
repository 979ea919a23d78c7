"""The kit's page: every public name is on it, and every picture is what its snippet draws."""

from __future__ import annotations

import re

import numpy as np
import pygame
import pytest

import installation
from tests.harness.kit import PAGE, Snippet, drawn, snippets

SNIPPETS = list(snippets())
MEAN, SOME = 0.75, 12.0  # of 255: as goldens are held


def test_every_public_name_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = [name for name in installation.__all__ if not re.search(rf"\b{name}\b", text)]
    assert not missing


def test_every_picture_there_belongs_to_a_snippet_and_is_small() -> None:
    there = set(PAGE.parent.glob("*.png"))
    assert there == {snippet.picture for snippet in SNIPPETS}
    assert len({snippet.picture for snippet in SNIPPETS}) == len(SNIPPETS)
    assert all(path.stat().st_size < 80_000 for path in there)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=[snippet.picture.stem for snippet in SNIPPETS])
def test_a_picture_is_what_its_snippet_draws(snippet: Snippet) -> None:
    pixels = drawn(snippet)
    shown = pygame.surfarray.array3d(pygame.image.load(snippet.picture)).swapaxes(0, 1).astype(int)
    now = np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(int)
    off = np.abs(now - shown)
    assert (off.mean() <= MEAN) & (np.quantile(off, 0.999) <= SOME), "draw it anew: python benchmarks/kit.py"
    assert now.max() > 100
