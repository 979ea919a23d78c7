"""A show as a node of a Sleep Cloud: its version, its wire, its part of the canvas. Loaded with --cloud alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec

from installation import repertoire
from installation import show as shows
from installation.cloud.service import CloudService, Link
from installation.foundation.errors import Mistake
from installation.recording.journal import table_digest
from installation.recording.nights import wall
from installation.session.production import Production
from installation.session.request import PlayOptions
from installation.show import Show
from installation.venue.outputs import Crop, OutputSettings
from installation.venue.outputs import check as check_outputs
from installation.venue.settings import Settings, Size

_PACKAGE = Path(shows.__file__).parent


def node_name(settings: Settings, options: PlayOptions) -> str:
    """As which node this machine takes part. Raises Mistake."""
    name = options.node or settings.cloud.node
    if not name:
        raise Mistake("--cloud takes a --node, this machine's name, or [cloud] node in the settings")
    if settings.cloud.nodes and name not in settings.cloud.nodes:
        raise Mistake(f'--node takes one of [cloud] nodes ({", ".join(settings.cloud.nodes)}), got "{name[:40]}"')
    return name


def join(production: Production, show: Show, options: PlayOptions, clock: Callable[[], int]) -> CloudService:
    """The link to all others who play `show`; to be closed. Raises Mistake."""
    settings, name = production.settings.cloud, options.cloud or ""
    node = node_name(production.settings, options)
    try:
        from installation.cloud.wire import Wire
    except ImportError:
        raise Mistake("--cloud takes what the extra [cloud] installs: pip install sleeptree[cloud]") from None

    def opened(life: int, hear: Callable[[str, bytes], None], gone: Callable[[str], None]) -> Link:
        return Wire(name, node, life, settings, hear, gone)

    return CloudService(name, node, settings, version(show), show, clock, opened, int(wall() * 1000))


def version(show: Show) -> Mapping[str, str]:
    """What must be the same elsewhere so that the same controls make the same show: digests by name."""
    kinds = repertoire.found().scenes
    scenes = {f'scene "{name}"': _digest(repertoire.sources(kinds[name])) for name in show.scenes if name in kinds}
    return {
        f'score "{show.score.name}"': blake2b(msgspec.json.encode(show.score), digest_size=4).hexdigest(),
        "seed": str(show.seed),
        "the table of controls": table_digest(show.table)[:8],
        "the program": _program(),
        **scenes,
    }


@cache
def _program() -> str:
    rooms = ("model", "foundation", "words", "brushes", "cloud")
    return _digest([*_PACKAGE.glob("*.py"), *(path for room in rooms for path in (_PACKAGE / room).glob("*.py"))])


def _digest(files: Iterable[Path]) -> str:
    made = blake2b(digest_size=4)
    for path in sorted(files):
        made.update(path.read_bytes())
    return made.hexdigest()


def cropped(settings: Settings, node: str, crop: Crop, canvas: Size | None, display: int | None) -> Settings:
    """The settings of a node that shows `crop` of a canvas that all nodes draw. Raises Mistake."""
    wanted = settings.canvas
    if canvas is not None:
        wanted = msgspec.structs.replace(wanted, size=f"{canvas[0]}x{canvas[1]}")
    if not wanted.size:
        raise Mistake("--crop takes a --canvas, the size of the whole, or [canvas] size in the settings")
    output = OutputSettings(name=node, display=display or settings.screen.display, crop=crop)
    try:
        check_outputs(wanted, (output,))
    except ValueError as rule:
        raise Mistake(f"--crop: {rule}") from None
    return msgspec.structs.replace(settings, canvas=wanted, output=(output,))


def as_node(production: Production, options: PlayOptions, config: Path | None) -> Production:
    """The production as this node draws it: its crop of the canvas, where it has one. Raises Mistake."""
    node = node_name(production.settings, options)
    if options.crop is None:
        return production
    from installation.session.outputs import layout

    settings = cropped(production.settings, node, options.crop, options.canvas, options.display)
    return replace(production, settings=settings, layout=layout(settings, config))
