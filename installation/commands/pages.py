"""`sleeptree pages`: where the pages of visitors and operator are, their codes, and the process that serves them."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from installation.foundation import atomic, places
from installation.foundation.errors import Mistake
from installation.foundation.lifeline import when_input_ends
from installation.recording.nights import night, wall
from installation.remote.presets import FOLDER as LOOKS
from installation.venue import settings
from installation.venue.settings import PagesSettings
from installation.words.visitors import FOLDER, VisitorLines

BORDER = 4

LOGGED = 60
"""Lines of the log that the operator's page shows."""


def read(config: Path | None) -> PagesSettings:
    """[pages] of the settings. Raises Mistake."""
    try:
        return settings.read(config or places.venue()).pages
    except (OSError, ValueError) as error:
        raise Mistake(str(error)) from None


def pages(config: Path | None, out: Path | None) -> str:
    """Where the page is, with its code; or what was written to `out`, a PNG or SVG for print. Raises Mistake."""
    wanted = read(config)
    told = _told()
    word = str(told.get("word", "")) if wanted.entry_word else ""
    found = [address(host, int(told.get("port", wanted.port)), word) for host in hosts(wanted.listen)]
    if out is not None:
        if wanted.entry_word:
            raise Mistake(
                "--out takes a page that can be printed: its word changes; set [pages] entry_word = false first"
            )
        _drawn(found[0], out)
        return f"{out}: {found[0]}"
    lines = [*([] if not told else _operators(wanted)), *found, ""]
    if not told:
        lines += ["The pages are not served now: `sleeptree play --pages`, or [pages] enabled = true.", ""]
    elif word:
        lines += ["The word at its end changes every ten minutes; each holds for twenty.", ""]
    return "\n".join([*lines, *_in_terminal(found[0])])


def _operators(wanted: PagesSettings) -> list[str]:
    """Where the operator's page is, and the codes that make a tablet one of ours. Raises Mistake."""
    from installation.remote.web.operator.pairing import offer

    if not wanted.operator:
        return []
    now = wall()
    try:
        offered = offer(places.runtime(), now)
    except OSError as error:
        raise Mistake(f"no code: {error.strerror}: {error.filename}") from None
    found = hosts(wanted.operator_listen)[0]
    minutes = max(1, round((offered.until - now) / 60.0))
    there = f"[{found}]" if ":" in found else found
    codes = [f"  {role:<10} {code[:3]} {code[3:]}" for role, code in reversed(offered.codes.items())]
    return [
        f"The operator's page: http://{there}:{wanted.operator_port}/",
        f"A tablet is paired with a code, within {minutes} minutes:",
        *codes,
        "",
        "The visitors' page:",
    ]


def address(host: str, port: int, word: str) -> str:
    """In capitals, which a code says in fewer dots."""
    there = f"[{host}]" if ":" in host else host
    return f"HTTP://{there.upper()}{'' if port == 80 else f':{port}'}/{word}"


def hosts(listen: str) -> list[str]:
    """This machine's addresses under which phones find it, the one towards the network first."""
    if listen not in ("0.0.0.0", "::", ""):
        return [listen]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737; nothing is sent, the system only chooses a way out
            return [str(probe.getsockname()[0])]
        except OSError:
            return ["127.0.0.1"]


def serve(config: Path | None) -> None:
    """Serve the pages until somebody ends it, or standard input does. Raises Mistake."""
    from installation.remote.web.entry import kept_key
    from installation.remote.web.files import Files
    from installation.remote.web.server import PagesServer
    from installation.remote.web.wire import path
    from installation.watch import log
    from installation.watch.process_stats import raise_descriptor_limit

    wanted = read(config)
    raise_descriptor_limit()
    log.configure(_say)
    operator = _operator(wanted)
    visitors = PagesServer(
        wanted,
        Files(places.assets() / "pages", "visitor"),
        path(),
        partial(_tell, wanted.listen),
        _lines(config, wanted),
        bytes if operator is None else operator.wall,
        kept_key(_key()),
    )
    if operator is not None:
        operator.visited = lambda: bool(visitors.visitors.seated)
    try:
        asyncio.run(_until_ended(_both(visitors, operator)))
        with suppress(OSError):
            _key().unlink(missing_ok=True)  # its phones are told that it has ended
    except OSError as error:
        raise Mistake(f"[pages] {wanted.listen}:{wanted.port}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            _status().unlink(missing_ok=True)


def _operator(wanted: PagesSettings) -> Any:
    """Who serves the operator's page; None where nobody wants it."""
    from installation.remote.web import wire
    from installation.remote.web.files import Files
    from installation.remote.web.operator.server import OperatorServer
    from installation.watch.log import tail

    if not wanted.operator:
        return None
    files = Files(places.assets() / "pages", "operator")
    log = places.logs() / "sleeptree.log"
    return OperatorServer(wanted, files, wire.path(wire.OPERATOR), places.data() / LOOKS, lambda: tail(log, LOGGED))


async def _both(visitors: Any, operator: Any) -> None:
    """Both servers, until one fails or somebody ends them; each has hung up on everybody then."""
    running = [asyncio.ensure_future(server.run()) for server in (visitors, operator) if server is not None]
    try:
        await asyncio.gather(*running)
    finally:
        for one in running:
            one.cancel()
        await asyncio.wait(running)


def _lines(config: Path | None, wanted: PagesSettings) -> VisitorLines | None:
    """Where the lines of this night go, where visitors may leave any."""
    if not wanted.words:
        return None
    opened = settings.read(config or places.venue()).words.open
    return VisitorLines(places.data() / FOLDER, night(wall()), opened)


async def _until_ended(serving: Any) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(serving)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)

    def alone() -> None:
        with suppress(RuntimeError):  # it has ended meanwhile
            loop.call_soon_threadsafe(task.cancel)

    when_input_ends(alone)  # the supervisor is gone then
    with suppress(asyncio.CancelledError):
        await task


def _say(message: Mapping[str, Any]) -> None:
    with suppress(OSError):
        sys.stdout.write(json.dumps(message, default=str) + "\n")
        sys.stdout.flush()


def _status() -> Path:
    return places.runtime() / "pages.json"


def _key() -> Path:
    return places.runtime() / "pages.key"


def _tell(listen: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """For `sleeptree pages`; and the code for the wall, where it can be made."""
    with suppress(OSError):
        atomic.write_atomic(_status(), json.dumps(told).encode(), durable=False)
    with suppress(Mistake):
        return {"code": _rows(address(hosts(listen)[0], int(told["port"]), str(told["word"])))}
    return {}


@lru_cache(2)
def _rows(url: str) -> list[str]:
    """The code's modules, "1" dark, with their border."""
    return ["".join(map(str, row)) for row in _code(url).matrix_iter(border=BORDER)]


def _told() -> dict[str, Any]:
    with suppress(OSError, ValueError):
        told = json.loads(_status().read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return told
    return {}


def _code(url: str) -> Any:
    try:
        import segno
    except ImportError:
        raise Mistake("a code takes segno: pip install 'sleeptree[pages]'") from None
    return segno.make_qr(url, error="q")


def _in_terminal(url: str) -> list[str]:
    """The code in half blocks, light on dark: what is light in it is drawn."""
    try:
        rows = [[int(module) for module in row] for row in _rows(url)]
    except Mistake as missing:
        return [str(missing)]
    rows += [[0] * len(rows[0])] if len(rows) % 2 else []
    shapes = {(0, 0): "\u2588", (0, 1): "\u2580", (1, 0): "\u2584", (1, 1): " "}
    return [
        "".join(shapes[a, b] for a, b in zip(*pair, strict=True)) for pair in zip(rows[::2], rows[1::2], strict=True)
    ]


def _drawn(url: str, out: Path) -> None:
    if out.suffix.lower() not in (".png", ".svg"):
        raise Mistake(f"--out takes a name that ends in .png or .svg, got {out.name[:40]}")
    try:
        _code(url).save(str(out.expanduser()), scale=20, border=BORDER)
    except OSError as error:
        raise Mistake(f"{out}: {error.strerror}") from None
