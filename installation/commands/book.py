"""`sleeptree book`: the anthology of a night, from its journal."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from installation.foundation import places
from installation.foundation.atomic import write_atomic
from installation.foundation.errors import Mistake
from installation.recording.nights import night
from installation.session.production import writable
from installation.session.progress import Bar
from installation.session.replaying import ReplayProduction, load_replay
from installation.venue.settings import Size
from installation.words.visitors import FOLDER, VisitorLines


def book(journal: Path, out: Path, html: bool, size: Size, config: Path | None) -> str:
    """Write the book of a night; say where it is. Interrupted, it leaves no file. Raises Mistake."""
    wanted, needs = (".html", "PIL") if html else (".pdf", "fpdf")
    if out.suffix.lower() != wanted:
        raise Mistake(f'--out takes a file whose name ends in {wanted}, got "{out.name[:40]}"')
    if find_spec(needs) is None:
        raise Mistake("book needs what `pip install sleeptree[book]` brings")
    path, production = writable(out), load_replay(journal, config)
    from installation.book.binding import Book, counted, pdf
    from installation.book.chronicle import illustrated, survey
    from installation.book.page import html as page
    from installation.light.picture import prepare

    played = production.performance
    with Bar("book") as progress:
        prepare(progress.prepare)
        show, half = production.show(), partial(_half, progress)
        found = survey(show, production.source(), played.last, _consented(production), partial(half, 0))
        if not found:
            raise Mistake(f"{played.path}: no arc of it is long enough for a page")
        chapters = illustrated(
            production.show(), production.source(), found, lambda: production.picture(size), partial(half, 1)
        )
        header = played.header
        made = Book(
            datetime.fromtimestamp(header.began),
            header.seed,
            header.score.name,
            show.named,
            header.sleeptree,
            played.seconds,
            header.tick,
            chapters,
        )
        data = page(made) if html else pdf(made)
    try:
        write_atomic(path, data)
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror}") from None
    lines = sum(len(chapter.visitors) for chapter in chapters)
    said = "1 visitor's line" if lines == 1 else f"{lines} visitors' lines"
    return f"{path}: {counted(len(chapters), 'arc')}, {said}, {len(data) / 1e6:.1f} MB"


def _half(progress: Bar, half: int, done: int, of: int) -> None:
    """Progress of the first (0) or of the second playing (1)."""
    progress(done + half * max(of, 1), 2 * max(of, 1))


def _consented(production: ReplayProduction) -> dict[int, str]:
    """The texts of visitors' lines that may be printed: approved, still there, and agreed to twice."""
    lines = VisitorLines(places.data() / FOLDER, night(production.performance.header.began))
    return {line.id: line.text for line in lines.listed() if line.keep and line.state == "approved"}
