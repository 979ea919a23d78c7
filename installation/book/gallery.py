"""A gallery: rows of stills as one picture, or as a page of HTML that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from installation.film.encoder import webp
from installation.film.sheet import contact_sheet

Pixels = NDArray[np.uint32]

QUALITY = 82
"""Of the stills on a page: 320x180 of them take 5 to 15 kB."""


@dataclass(frozen=True)
class Plate:
    """One still, what it shows, and the command that makes it again."""

    pixels: Pixels
    caption: str
    command: str


@dataclass(frozen=True)
class Row:
    """Stills that belong together."""

    title: str
    plates: Sequence[Plate]


def poster(rows: Sequence[Row]) -> Pixels:
    """Every still on one sheet, a row each, dark where a row is shorter: (height, width) of 0x00RRGGBB."""
    columns = max(len(row.plates) for row in rows)
    none = np.zeros_like(rows[0].plates[0].pixels)
    cells = [[plate.pixels for plate in row.plates] + [none] * (columns - len(row.plates)) for row in rows]
    return contact_sheet([cell for row in cells for cell in row], columns)


def html(title: str, rows: Sequence[Row]) -> bytes:
    """The gallery as UTF-8. Raises ValueError where FFmpeg packs no WebP."""
    head = (
        "<meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    )
    body = f"<h1>{escape(title)}</h1>{''.join(map(_row, rows))}"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>\n".encode()


def _row(row: Row) -> str:
    return f"<section><h2>{escape(row.title)}</h2><div>{''.join(map(_plate, row.plates))}</div></section>"


def _plate(plate: Plate) -> str:
    data = base64.b64encode(webp(plate.pixels, QUALITY)).decode()
    height, width = plate.pixels.shape
    picture = f"<img alt='{escape(plate.caption)}' width={width} height={height} src='data:image/webp;base64,{data}'>"
    said = f"<figcaption>{escape(plate.caption)}</figcaption><code>{escape(plate.command)}</code>"
    return f"<figure>{picture}{said}</figure>"


_STYLE = (
    "body{background:#07080c;color:#d8d4c8;font:1rem/1.6 Georgia,serif;margin:0 auto;padding:4vh 4vw;max-width:110rem}"
    "h1{font-weight:400;font-size:2.2rem}h2{font-weight:400;color:#c9a45c;font-size:1.1rem;margin:2.5rem 0 .6rem}"
    "div{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr))}"
    "figure{margin:0;min-width:0}img{width:100%;height:auto;display:block;border-radius:3px}"
    "figcaption{font-size:.85rem;color:#a5a094;margin-top:.3rem}"
    "code{font:.72rem/1.5 ui-monospace,monospace;color:#8f8b80;overflow-wrap:anywhere}"
)
