"""The same book as one page of HTML that needs nothing else: pictures and type are inside it."""

from __future__ import annotations

import base64
from html import escape

from installation.book.binding import GOLD, GREY, IVORY, PAPER, Book, jpeg, ordinal
from installation.book.chronicle import Chapter, ChronicleLine
from installation.foundation import places
from installation.model.score import PHASES


def html(book: Book) -> bytes:
    """The book as UTF-8. Needs Pillow."""
    parts = [f"<h1>SleepTree</h1><p class=title>{escape(book.title)}</p>"]
    parts += [_chapter(book, chapter) for chapter in book.chapters]
    parts.append(f"<footer>{''.join(f'<p>{escape(line)}</p>' for line in book.colophon)}</footer>")
    head = f"<meta charset=utf-8><meta name=viewport content='width=device-width'><title>{escape(book.title)}</title>"
    body = f"<body>{''.join(parts)}</body>"
    return f"<!doctype html><html lang=en><head>{head}<style>{_style()}</style></head>{body}</html>\n".encode()


def _chapter(book: Book, chapter: Chapter) -> str:
    pictures = "".join(
        f"<img alt='{phase}' src='data:image/jpeg;base64,{_b64(jpeg(chapter.pictures[phase]))}'>"
        for phase in PHASES
        if phase in chapter.pictures
    )
    stanzas = "".join(f"<div>{''.join(map(_line, chapter.verses[p]))}</div>" for p in PHASES if p in chapter.verses)
    visitors = f"<div class=visitors>{''.join(map(_line, chapter.visitors))}</div>" if chapter.visitors else ""
    when = f"{ordinal(chapter.arc)}, {book.at(chapter.began)} to {book.at(chapter.ended)}"
    return f"<section>{pictures}{_curve(chapter)}<p class=title>{escape(when)}</p>{stanzas}{visitors}</section>"


def _line(line: ChronicleLine) -> str:
    hue = "rgb({},{},{})".format(*line.colour)
    return f"<p style='--hue:{hue}'>{escape(line.text)}<small>sleeper {line.sleeper}</small></p>"


def _curve(chapter: Chapter) -> str:
    points = " ".join(f"{1000 * x:.1f},{60 - 60 * y:.1f}" for x, y in chapter.curve)
    return f"<svg viewBox='0 0 1000 62' role=img><title>coherence</title><polyline points='{points}'/></svg>"


def _style() -> str:
    faces = "".join(
        f"@font-face{{font-family:g;font-style:{style};src:url(data:font/ttf;base64,"
        f"{_b64((places.assets() / 'fonts' / f'garamond-{name}.ttf').read_bytes())})}}"
        for style, name in (("normal", "regular"), ("italic", "italic"))
    )
    paper, ivory, gold, grey = ("rgb({},{},{})".format(*ink) for ink in (PAPER, IVORY, GOLD, GREY))
    return (
        f"{faces}body{{background:{paper};color:{ivory};font:1.25rem/1.75 g,serif;max-width:44rem;margin:0 auto}}"
        f"h1{{font-weight:400;text-align:center;margin:22vh 0 0;font-size:3.4rem}}"
        f".title{{color:{gold};font-style:italic}}"
        f"h1+.title{{text-align:center;margin-bottom:22vh}}img{{width:100%;display:block;margin-bottom:2px}}"
        f"section{{margin-bottom:8rem}}section>*{{padding-inline:1rem}}section>img{{padding:0}}div{{margin:1.6rem 0}}"
        f"div p{{display:flex;justify-content:space-between;gap:2rem;margin:0}}"
        f"small{{color:var(--hue);font:italic .7rem/2.6 g;white-space:nowrap}}.visitors p{{color:var(--hue)}}"
        f"svg{{width:100%;box-sizing:border-box}}polyline{{fill:none;stroke:{gold};stroke-width:1.2}}"
        f"footer{{color:{grey};font-style:italic;text-align:center;margin:12rem 0 6rem;font-size:.9rem}}"
    )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
