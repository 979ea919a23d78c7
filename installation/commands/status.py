"""`sleeptree status`: asks the shows that run on this machine, and prints what they say."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from installation.status import Status, rows, title
from installation.watch.process_stats import wall_age_s
from installation.watch.status_file import running


def status(as_json: bool) -> bool:
    """Print the state of every show that runs; whether there is one."""
    shows = list(running())
    if as_json:
        print(json.dumps(shows, indent=2))
        return bool(shows)
    if not shows:
        print("no show runs here")
    for show in shows:
        Console().print(_table(show))
    return bool(shows)


def _table(show: dict[str, Any]) -> Table:
    """As plain text: what strangers wrote is shown as they wrote it, and is no markup."""
    try:
        said = msgspec.convert(show, Status)
    except msgspec.ValidationError as error:  # of another version
        return Table(title=Text(f"a show that can't be read: {error}"), box=None)
    heading = Text(title(said, max(said.silent_s, wall_age_s(said.at))))
    table = Table(title=heading, show_header=False, title_justify="left", box=None, pad_edge=False)
    table.add_column(style="cyan")
    table.add_column()
    for name, line in rows(said):
        if line:
            table.add_row(name, Text(line))
    return table
