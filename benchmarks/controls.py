"""The pictures of docs/controls.md: controls that are seen, at the lower and at the upper end of their range.

    python benchmarks/controls.py                                draws those anew that are on the page
    python benchmarks/controls.py /light/glow /camera/height     draws these, and puts them there

A control whose ends look alike in a still (a hue once round, trails of what moves) has none.

Of the phase that the table of controls names first, so many seconds after the control was set as tests/felt waits.
"""

from __future__ import annotations

import argparse
import re

from installation.controls import Control
from installation.film.encoder import webp
from installation.film.sheet import contact_sheet
from installation.foundation.atomic import publish
from installation.light.picture import prepare
from tests.felt import moments
from tests.harness.manual import DOCS

FOLDER = DOCS / "pictures" / "controls"
SIZE = 320, 180
QUALITY = 72
HEADING = "## At each end"


def name(row: Control) -> str:
    """The file of a control's picture."""
    return f"{row.address.strip('/').replace('/', '-')}.webp"


def draw(row: Control) -> None:
    """Its two ends, side by side."""
    pair = [moments.picture(row.seen[0], SIZE, row.address, end, moments.answered(row)) for end in (row.low, row.high)]
    publish(FOLDER / name(row), webp(contact_sheet(pair, 2), QUALITY))


def chapter(rows: list[Control]) -> str:
    """The part of the page that shows them."""
    parts = [HEADING, "Left the lower end, right the upper one; `python benchmarks/controls.py` draws them."]
    for row in rows:
        said = f"{row.address} at {row.low:g} and at {row.high:g}, {row.seen[0]}"
        parts.append(
            f"`{row.address}`, {row.low:g} and {row.high:g}, {row.seen[0]}:\n\n![{said}](pictures/controls/{name(row)})"
        )
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Draw what is missing, and write the chapter anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="*")
    asked = parser.parse_args().address
    prepare(lambda _: None)
    rows = [row for row in moments.numbers() if row.seen]
    for row in rows:
        if row.address in asked or (not asked and (FOLDER / name(row)).is_file()):
            draw(row)
            print(f"{name(row)}: {(FOLDER / name(row)).stat().st_size / 1000:.0f} kB", flush=True)
    page = DOCS / "controls.md"
    table = re.sub(rf"\n{HEADING}\n.*", "", page.read_text(encoding="utf-8"), flags=re.S)
    drawn = [row for row in rows if (FOLDER / name(row)).is_file()]
    page.write_text(f"{table.rstrip()}\n\n{chapter(drawn)}", encoding="utf-8")


if __name__ == "__main__":
    main()
