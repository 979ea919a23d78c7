"""The outputs of a venue: its settings with the masks they name, and with what was moved by hand, kept beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from installation.foundation import places
from installation.foundation.atomic import write_atomic
from installation.foundation.errors import Mistake
from installation.venue.settings import Settings, Size

if TYPE_CHECKING:
    from installation.light.mapping.outputs import Mask, OutputLayout


def kept_in(config: Path | None) -> Path:
    """The file of what was moved by hand: beside the venue's settings, `config` or the user's own."""
    own = config or (places.venue() if places.own_venue().is_file() else places.own_venue())
    return own.expanduser().with_suffix(".outputs.json")


def layout(settings: Settings, config: Path | None, notice: Callable[[str], None] | None = None) -> OutputLayout | None:
    """The outputs that share the canvas; None where the settings have none.

    What is wrong with a mask, or with what was moved by hand, raises Mistake; a show that goes on has a `notice`, which
    is told, and does without.
    """
    if not settings.output:
        return None
    from installation.light.mapping.calibration import restored
    from installation.light.mapping.outputs import OutputLayout

    def wrong(what: str) -> None:
        if notice is None:
            raise Mistake(what)
        notice(what)

    masks: dict[str, Mask] = {}
    folder = (config or places.venue()).expanduser().absolute().parent
    for output in settings.output:
        if output.mask:
            try:
                masks[output.name] = _mask(folder / Path(output.mask).expanduser())
            except OSError as error:
                wrong(f'[[output]] "{output.name}" mask: {error.strerror}: {error.filename}')
            except ValueError as error:
                wrong(f'[[output]] "{output.name}" mask: {error}')
    made = OutputLayout(settings.canvas, settings.output, masks)
    try:
        made.check()
    except ValueError as error:
        wrong(str(error))
        made = made.unbent()
    path = kept_in(config)
    try:
        made = restored(made, path.read_bytes())
    except FileNotFoundError:
        pass
    except OSError as error:
        wrong(f"{path}: {error.strerror}")
    except ValueError as error:
        wrong(f"{path}: {error}; remove it to begin anew")
    return made


def _mask(path: Path) -> Mask:
    from installation.foundation import png_reader
    from installation.light.mapping.outputs import Mask

    return Mask.of(png_reader.grey(path))


def keep(layout: OutputLayout, config: Path | None) -> Path:
    """Write down what was moved by hand, whole or not at all; where. Raises OSError."""
    from installation.light.mapping.calibration import encoded

    path = kept_in(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, encoded(layout))
    return path


def raster(layout: OutputLayout | None, name: str) -> Size:
    """The size of an output's raster. Raises Mistake where there is none of this name."""
    if layout is None:
        raise Mistake(f'--output takes the name of an [[output]] of the settings, which have none, got "{name[:40]}"')
    try:
        return layout.raster(layout[name])
    except KeyError:
        names = ", ".join(output.name for output in layout.outputs)
        raise Mistake(f'--output takes one of {names}, got "{name[:40]}"') from None
