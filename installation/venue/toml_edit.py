"""Changes values in a TOML file that somebody wrote by hand, and leaves the rest of its text as it is."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from installation.foundation.atomic import write_atomic
from installation.foundation.errors import Mistake

Value = float | str | datetime.date


def amended(text: str, table: str, values: Mapping[str, Value]) -> str:
    """`text` with `values` in its [table]: each on the line where its key stood, or on a new one at the table's end.

    Raises ValueError when what is written that way would not say what it should, such as in an inline table.
    """
    wanted: dict[str, Any] = tomllib.loads(text)
    wanted[table] = {**wanted.get(table, {}), **values}
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    first = next((i + 1 for i, line in enumerate(lines) if _header(line) == table), None)
    if first is None:
        lines += ["", f"[{table}]"]
        first = len(lines)
    for key, value in values.items():
        last = next((i for i in range(first, len(lines)) if _header(lines[i]) is not None), len(lines))
        _put(lines, first, last, key, value)
    changed = end.join(lines) + end
    try:
        if tomllib.loads(changed) == wanted:
            return changed
    except tomllib.TOMLDecodeError:
        pass
    raise ValueError(f"[{table}] is written in a way that can't be changed by machine")


def _header(line: str) -> str | None:
    """The table that begins here."""
    match = re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(#.*)?$", line)
    return match[1] if match else None


def _put(lines: list[str], first: int, last: int, key: str, value: Value) -> None:
    written = value.isoformat() if isinstance(value, datetime.date) else json.dumps(value, ensure_ascii=False)
    for i in range(first, last):
        match = re.match(rf'(\s*{re.escape(key)}\s*=\s*)("(?:[^"\\]|\\.)*"|[^\s#]+)(.*)$', lines[i])
        if match:
            lines[i] = match[1] + written + match[3]
            return
    end = last
    while last > first and lines[last - 1].lstrip().startswith("#") and end < len(lines):
        last -= 1  # what stands right above the next table is about that one
    while last > first and not lines[last - 1].strip():
        last -= 1
    lines.insert(last, f"{key} = {written}")


def amend(path: Path, shipped: Path, table: str, values: Mapping[str, Value]) -> None:
    """Write `values` into `path`, whole or not at all; a file that isn't there begins as `shipped`. Raises Mistake."""
    path = path.resolve()  # a link stays one
    try:
        text = (path if path.exists() else shipped).read_bytes().decode()  # line ends as they are
        write_atomic(path, amended(text, table, values).encode())
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror or error}; nothing was changed") from None
    except ValueError as error:
        said = ", ".join(f"{key} = {value}" for key, value in values.items())
        raise Mistake(f"{path}: {' '.join(str(error).split())}; write there yourself: {said}") from None
