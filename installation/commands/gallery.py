"""`sleeptree gallery`: every world in every phase with several seeds, or the nights that were played, on one page."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from installation.foundation import places
from installation.foundation.atomic import publish
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.model.score import PHASES, Phase
from installation.recording.nights import night
from installation.session.production import Production, load_production, writable
from installation.session.progress import Bar
from installation.session.replaying import ReplayProduction, journals, load_replay
from installation.session.request import Request
from installation.venue.settings import Size

if TYPE_CHECKING:
    from installation.book.gallery import Plate, Row

NIGHTS = 12
"""The newest recorded nights that a gallery shows."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class GalleryRequest:
    """Which stills, how large, and where the gallery goes."""

    out: Path
    size: Size
    seeds: tuple[int, ...]
    nights: bool = False  # what was played instead


def gallery(request: Request, wanted: GalleryRequest) -> str:
    """Write the gallery; say where it is. Interrupted, it leaves no file, and what was stepped is kept.

    Raises Mistake.
    """
    path = writable(wanted.out)
    kind = path.suffix.lower()
    if kind not in (".png", ".webp", ".html"):
        raise Mistake(f'--out takes a file whose name ends in .png, .webp or .html, got "{path.name[:40]}"')
    if wanted.nights and request != Request(request.config):
        raise Mistake("gallery takes neither --scene, --score, --hours nor --date with --nights: they were played")
    from installation.book.gallery import html
    from installation.light.picture import prepare

    with Bar("gallery") as progress:
        prepare(progress.prepare)
        rows = _nights(request, wanted.size, progress) if wanted.nights else _worlds(request, wanted, progress)
        title = "SleepTree: nights" if wanted.nights else "SleepTree: worlds, phases, seeds"
        try:
            if kind == ".html":
                publish(path, html(title, rows))
            else:
                _picture(path, rows)
        except OSError as error:
            raise Mistake(f"{path}: {error.strerror}") from None
    count = sum(len(row.plates) for row in rows)
    return f"{path}: {count} {'still' if count == 1 else 'stills'}, {path.stat().st_size / 1e6:.1f} MB"


def _picture(path: Path, rows: Sequence[Row]) -> None:
    from installation.book.gallery import poster
    from installation.film.encoder import webp
    from installation.foundation import png

    sheet = poster(rows)
    if path.suffix.lower() == ".png":
        png.write(path, sheet, "SleepTree, a gallery; rows: " + "; ".join(row.title for row in rows))
        return
    try:
        publish(path, webp(sheet))
    except ValueError as error:  # no such encoder, or more pixels than the format has
        raise Mistake(f"{path}: {error}") from None


def _worlds(request: Request, wanted: GalleryRequest, progress: Progress) -> list[Row]:
    """A row for each world and phase, a still for each seed."""
    from installation.book.gallery import Row

    production = load_production(request)
    worlds = [request.scene] if request.scene else sorted(production.scenes)
    found: dict[tuple[str, Phase], list[Plate]] = {(world, phase): [] for world in worlds for phase in PHASES}
    many = len(worlds) * len(wanted.seeds)
    for i, (world, seed) in enumerate((world, seed) for world in worlds for seed in wanted.seeds):
        piece = replace(production, score=production.score.alone(world), seed=seed)
        for phase, plate in _hearts(piece, request, wanted.size, partial(_part, progress, i, many)):
            found[world, phase].append(plate)
    rows = [Row(f"{world}, {phase}", plates) for (world, phase), plates in found.items() if plates]
    if not rows:
        raise Mistake(f"score {production.score.name}: no section is lit")
    return rows


def _hearts(piece: Production, request: Request, size: Size, progress: Progress) -> Iterator[tuple[Phase, Plate]]:
    """One world with one seed: the middle of each phase, in the order in which they come."""
    from installation.book.gallery import Plate
    from installation.film import film

    show, world = piece.show(), piece.score.scene
    hearts = [(heart, phase) for phase in PHASES if (heart := piece.score.heart(phase)) is not None]
    for i, (heart, phase) in enumerate(sorted(hearts)):
        tick = ticks.ticks(heart)
        piece.approach(show, max(0, tick - film.ROLL), partial(_part, progress, i, len(hearts)))
        with closing(piece.picture(size)) as picture:
            pixels = film.still(show, picture, tick, None, piece.source()).copy()
        progress(i + 1, len(hearts))
        order = ["--scene", world, "--phase", phase, "--seed", str(piece.seed), *_given(request)]
        yield (
            phase,
            Plate(pixels, f"{world}, {phase}, seed {piece.seed}", _still(order, f"{world}-{phase}-{piece.seed}")),
        )


def _nights(request: Request, size: Size, progress: Progress) -> list[Row]:
    """A row for each recorded night: the middle of each phase of each arc, as it was played."""
    from installation.book.gallery import Row

    newest = journals()[-NIGHTS:]
    if not newest:
        raise Mistake(f"gallery --nights: no night is recorded yet in {places.data() / 'journals'}")
    rows = []
    for i, path in enumerate(reversed(newest)):
        production = load_replay(path, request.config)
        if plates := _played(production, size, partial(_part, progress, i, len(newest))):
            header = production.performance.header
            rows.append(Row(f"{night(header.began)}, {header.score.name}, seed {header.seed}", plates))
    if not rows:
        raise Mistake("gallery --nights: no recorded night is long enough for a still")
    return rows


def _played(production: ReplayProduction, size: Size, progress: Progress) -> list[Plate]:
    """The stills of one night."""
    from installation.book.chronicle import illustrated, survey
    from installation.book.gallery import Plate

    performance = production.performance
    chapters = survey(production.show(), production.source(), performance.last, {}, partial(_part, progress, 0, 2))
    chapters = illustrated(
        production.show(),
        production.source(),
        chapters,
        lambda: production.picture(size),
        partial(_part, progress, 1, 2),
    )
    begins, _ = production.reach
    plates = []
    for chapter in chapters:
        for phase, tick in sorted(chapter.hearts.items(), key=lambda heart: heart[1]):
            into = ticks.seconds(tick) - begins
            clock = datetime.fromtimestamp(performance.header.began + ticks.seconds(tick - performance.header.tick))
            order = ["--journal", str(performance.path), "--at", f"{into:g}"]
            name = f"{night(performance.header.began)}-{into:g}"
            plates.append(Plate(chapter.pictures[phase], f"{clock:%H:%M}, {phase}", _still(order, name)))
    return plates


def _given(request: Request) -> list[str]:
    """What was said about all stills, as the options that say it of one."""
    options = (
        ("--score", request.score),
        ("--hours", request.hours and f"{request.hours:g}"),
        ("--date", request.date),
        ("--config", request.config and str(request.config)),
    )
    return [word for option, value in options if value for word in (option, value)]


def _still(order: Sequence[str], name: str) -> str:
    return shlex.join(["sleeptree", "still", *order, "--out", f"{name}.png"])


def _part(progress: Progress, part: int, parts: int, done: int, of: int) -> None:
    """Progress of one part of several that are equally long."""
    progress(part * 1_000 + 1_000 * done // max(of, 1), parts * 1_000)
