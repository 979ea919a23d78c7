"""What is written on the pages can be read: contrasts by WCAG 2.2 (1.4.3, 1.4.11), computed from their own colours."""

from __future__ import annotations

import re
from itertools import product

import pytest

from installation.foundation import places

TEXT, EDGES = 4.5, 3.0
HEX = re.compile(r"#([0-9a-f]{3}(?:[0-9a-f]{3})?)(?![0-9a-f])")  # no colours that are seen through

GROUNDS = {"visitor": ("#night", ".big"), "operator": ("body", "#go")}
"""What lies under words, the page's own ground first."""


def style(page: str) -> str:
    return (places.assets() / "pages" / f"{page}.css").read_text("utf-8")


def tokens(css: str) -> dict[str, str]:
    """The colours that have names."""
    root = re.search(r":root\{(.*?)\}", css)
    assert root
    return dict(re.findall(r"--(\w+):(#[0-9a-f]{6})(?:;|$)", root[1]))


def grounds(css: str, selector: str) -> list[str]:
    """Every colour of a background: of a gradient, all that it goes through."""
    rules = re.findall(rf"(?m)^{re.escape(selector)}\{{(.*?)\}}", css)
    found = [found for rule in rules for found in re.findall(r"background:([^;]*)", rule)]
    return [f"#{colour}" for each in found for colour in HEX.findall(each)]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255.0 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def contrast(a: str, b: str) -> float:
    dark, bright = sorted((luminance(a), luminance(b)))
    return (bright + 0.05) / (dark + 0.05)


def test_the_rule_is_the_one_of_wcag() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("page", GROUNDS)
def test_words_and_edges_stand_out_from_whatever_lies_under_them(page: str) -> None:
    css = style(page)
    named = tokens(css)
    under = {selector: grounds(css, selector) for selector in GROUNDS[page]}
    assert all(under.values())
    sky = under[GROUNDS[page][0]]
    words = [name for name in named if name not in ("edge", "deep", "night", "you")]
    assert {"light", "soft", "gold"} <= set(words)
    for name, ground in product(words, sky):
        assert contrast(named[name], ground) >= TEXT, (name, ground)
    for ground in sky:
        assert contrast(named["edge"], ground) >= EDGES, ground
    for ground in {colour for colours in under.values() for colour in colours}:
        assert contrast(named["light"], ground) >= TEXT, ground
