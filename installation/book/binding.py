"""The book: what it says of itself, and its pages as PDF (A5, a spread an arc). The same night gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from installation.book.chronicle import Chapter, ChronicleLine
from installation.film.film import Pixels
from installation.foundation import places
from installation.model import ticks
from installation.model.score import GLITCH, HARMONY, PHASES, RESOLUTION

WIDE, HIGH, MARGIN = 148.0, 210.0, 15.0  # mm, A5
PAPER, IVORY, GOLD, GREY = (5, 6, 15), (238, 228, 208), (214, 178, 110), (120, 116, 128)
QUALITY = 90  # of the pictures' JPEG


@dataclass(frozen=True)
class Book:
    """All that stands in it."""

    began: datetime
    seed: int
    score: str
    scenes: tuple[str, ...]
    version: str
    seconds: float
    first: int  # tick
    chapters: Sequence[Chapter]

    @property
    def title(self) -> str:
        """`the night of 21 November 2026`."""
        return f"the night of {self.began.day} {MONTHS[self.began.month - 1]} {self.began.year}"

    def at(self, tick: int) -> str:
        """The time of day of a tick."""
        seconds = self.began.timestamp() + ticks.seconds(tick - self.first)
        return f"{datetime.fromtimestamp(seconds):%H:%M}"

    @property
    def colophon(self) -> tuple[str, ...]:
        """From what it can be made again."""
        return (
            f"seed {self.seed}, score {self.score}",
            ", ".join(self.scenes),
            f"{counted(len(self.chapters), 'arc')}, {ticks.clock(self.seconds)}",
            f"SleepTree {self.version}",
            "set in EB Garamond by Georg Duffner",
        )


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int) -> str:
    """`second arc`, `arc 12`."""
    return f"{ORDINALS[number - 1]} arc" if number <= len(ORDINALS) else f"arc {number}"


def counted(number: int, thing: str) -> str:
    """`1 arc`, `2 arcs`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def jpeg(pixels: Pixels) -> bytes:
    """A picture, (height, width) of 0x00RRGGBB, as JPEG."""
    from PIL import Image

    rgb = np.stack([(pixels >> shift).astype(np.uint8) for shift in (16, 8, 0)], axis=-1)
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def pdf(book: Book) -> bytes:
    """The book as PDF. Needs fpdf2."""
    from fpdf import FPDF

    class Pages(FPDF):
        def header(self) -> None:
            self.set_fill_color(*PAPER)
            self.rect(0, 0, WIDE, HIGH, style="F")

    pages: Any = Pages(unit="mm", format=(WIDE, HIGH))
    pages.set_creation_date(datetime.fromtimestamp(int(book.began.timestamp()), tz=UTC))
    pages.set_producer("SleepTree")
    pages.set_title(f"SleepTree, {book.title}")
    pages.set_auto_page_break(False)
    for style, name in (("", "regular"), ("I", "italic")):
        pages.add_font("garamond", style, places.assets() / "fonts" / f"garamond-{name}.ttf")
    _title(pages, book)
    for chapter in book.chapters:
        _left(pages, book, chapter)
        _right(pages, book, chapter)
        _visitors(pages, chapter)
    _colophon(pages, book)
    return bytes(pages.output())


def _title(pages: Any, book: Book) -> None:
    pages.add_page()
    _text(pages, HIGH * 0.40, "SleepTree", 30, IVORY)
    _text(pages, HIGH * 0.40 + 14, book.title, 13, GOLD, "I")


def _left(pages: Any, book: Book, chapter: Chapter) -> None:
    """Harmony and glitch, and how much the room breathed together."""
    if pages.page_no() % 2 == 0:
        pages.add_page()  # two pages that are seen together
    pages.add_page()
    height = _picture(pages, chapter, HARMONY, 0.0)
    height += _picture(pages, chapter, GLITCH, height + 0.6) + 0.6
    _coherence(pages, chapter, max(height, 120.0) + 9.0, HIGH - 22.0)
    _text(pages, HIGH - 16.0, f"{book.at(chapter.began)} to {book.at(chapter.ended)}", 8, GREY, "I")
    _number(pages)


def _right(pages: Any, book: Book, chapter: Chapter) -> None:
    """Resolution, and the verses of all three."""
    pages.add_page()
    top = _picture(pages, chapter, RESOLUTION, 0.0) + 9.0
    pages.set_font("garamond", "I", 9)
    pages.set_text_color(*GOLD)
    pages.set_xy(MARGIN, top)
    pages.cell(WIDE - 2 * MARGIN, 5, f"{book.title}, {ordinal(chapter.arc)}")
    lines = [chapter.verses[phase] for phase in PHASES if phase in chapter.verses]
    rows = sum(map(len, lines)) + 0.8 * (len(lines) - 1)
    pitch = min(8.4, (HIGH - 20.0 - top - 11.0) / max(rows, 1.0))
    y = top + 11.0
    for stanza in lines:
        for line in stanza:
            _verse(pages, y, line, IVORY)
            y += pitch
        y += 0.8 * pitch
    _number(pages)


def _visitors(pages: Any, chapter: Chapter) -> None:
    """What visitors wrote, who agreed twice."""
    y = HIGH
    for line in chapter.visitors:
        pages.set_font("garamond", "", 11.5)
        rows = pages.multi_cell(WIDE - 2 * MARGIN - 22, 6.0, line.text, dry_run=True, output="LINES", align="L")
        if y + 6.0 * len(rows) > HIGH - 22.0:
            pages.add_page()
            _text(pages, 18.0, f"written in the {ordinal(chapter.arc)}", 9, GOLD, "I", align="L")
            _number(pages)
            y = 32.0
        for i, row in enumerate(rows):
            _verse(pages, y, ChronicleLine(row, line.sleeper if i == 0 else 0, line.colour), line.colour)
            y += 6.0
        y += 3.6


def _verse(pages: Any, y: float, line: ChronicleLine, ink: tuple[int, int, int]) -> None:
    pages.set_font("garamond", "", 11.5)
    pages.set_text_color(*ink)
    pages.set_xy(MARGIN, y)
    pages.cell(WIDE - 2 * MARGIN, 6.0, line.text)
    if line.sleeper:
        pages.set_font("garamond", "I", 6.5)
        pages.set_text_color(*line.colour)
        pages.set_xy(MARGIN, y)
        pages.cell(WIDE - 2 * MARGIN, 6.0, f"sleeper {line.sleeper}", align="R")


def _picture(pages: Any, chapter: Chapter, phase: Any, y: float) -> float:
    """The picture of a phase across the page; how high it is, in mm."""
    if phase not in chapter.pictures:
        return 0.0
    rows, columns = chapter.pictures[phase].shape
    height = WIDE * rows / columns
    pages.image(io.BytesIO(jpeg(chapter.pictures[phase])), 0, y, WIDE, height)
    return float(height)


def _coherence(pages: Any, chapter: Chapter, top: float, bottom: float) -> None:
    """A thin line through the arc, and where its phases meet."""
    across = WIDE - 2 * MARGIN
    pages.set_draw_color(*GREY)
    pages.set_line_width(0.08)
    at = 0
    for _, seconds in chapter.phases[:-1]:
        at += seconds
        x = MARGIN + across * at / len(chapter.coherence)
        pages.line(x, bottom, x, bottom - 1.6)
    pages.line(MARGIN, bottom, WIDE - MARGIN, bottom)
    pages.set_draw_color(*GOLD)
    pages.set_line_width(0.18)
    pages.polyline([(MARGIN + across * x, bottom - (bottom - top) * y) for x, y in chapter.curve])


def _colophon(pages: Any, book: Book) -> None:
    pages.add_page()
    for i, line in enumerate(book.colophon):
        _text(pages, HIGH * 0.62 + 6.5 * i, line, 9, GREY, "I")


def _text(
    pages: Any, y: float, text: str, size: float, ink: tuple[int, int, int], style: str = "", align: str = "C"
) -> None:
    pages.set_font("garamond", style, size)
    pages.set_text_color(*ink)
    pages.set_xy(MARGIN, y)
    pages.cell(WIDE - 2 * MARGIN, size * 0.4, text, align=align)


def _number(pages: Any) -> None:
    _text(pages, HIGH - 10.0, str(pages.page_no()), 7, GREY)
