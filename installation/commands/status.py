"""`sleeptree status`: asks the shows that run on this machine, and prints what they say."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.table import Table

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
        Console().print(_told(show))
    return bool(shows)


def _told(show: dict[str, Any]) -> Table:
    table = Table(title=_title(show), show_header=False, title_justify="left", box=None, pad_edge=False)
    table.add_column(style="cyan")
    table.add_column()
    for name, value in _rows(show):
        if value:
            table.add_row(name, value)
    return table


def _title(show: dict[str, Any]) -> str:
    silent = max(float(show.get("silent_s", 0.0)), wall_age_s(float(show.get("at", 0.0))))
    role = {"calm": ", the calm scene", "black": ", black: it failed too often"}.get(str(show.get("role")), "")
    return f"{show.get('place', 'playing')}{role}" + (f", silent for {silent:.1f} s" if silent > 2.0 else "")


def _rows(show: dict[str, Any]) -> list[tuple[str, str]]:
    frame, size = show.get("frame_ms", {}), show.get("size", [])
    refused = show.get("refused", {})
    up = _clock(float(show["up_s"])) if "up_s" in show else ""
    return [
        (
            "show",
            f"{show['score']}, seed {show['seed']}, {show['section']} ({show['phase']})" if "score" in show else "",
        ),
        ("picture", f"{'x'.join(map(str, size))}, {show.get('fps', 0):.0f} fps, {show.get('present')}" if size else ""),
        (
            "frames",
            f"median {frame['median']} ms, p99 {frame['p99']} ms, worst {frame['worst']} ms, {show['late']} late"
            if frame.get("n")
            else "",
        ),
        ("flash guard", f"{100 * show['guard']:.1f} % of the picture" if "guard" in show else ""),
        ("sound", f"{show['sound']}, {show['lufs']} LUFS, {show['xruns']} gaps" if "sound" in show else ""),
        ("hearing", _hearing(show)),
        ("messages", f"{show.get('heard', {}).get('taken', 0)} taken, {sum(refused.values())} refused"),
        ("machine", _machine(show)),
        ("snapshot", f"{(show['tick'] - show['snapshot_tick']) / 120:.1f} s old" if "snapshot_tick" in show else ""),
        ("watched", _watched(show)),
        ("up", up),
        ("trouble", "; ".join(filter(None, [show.get("trouble", ""), *show.get("troubles", [])]))),
        ("log", str(show.get("log", ""))),
    ]


def _hearing(show: dict[str, Any]) -> str:
    if "laeq_dba" not in show:
        return ""
    held = show["hearing_guard_db"] + show["turned_down_db"]
    guard = f"; turned down by {held:.1f} dB" if held >= 0.1 else ""
    if show["laeq_dba"] is None:
        return f"not calibrated, so dB(A) are not known{guard}"
    return f"{show['laeq_dba']} dB(A) in 15 minutes, {show['dose_percent']:.0f} % of a day's dose{guard}"


def _machine(show: dict[str, Any]) -> str:
    degrees = show.get("temperature_c")
    parts = (
        f"{show['memory_mb']:.0f} MB" if show.get("memory_mb") else "",
        f"{show['threads']} threads" if "threads" in show else "",
        f"{show['descriptors']} files" if show.get("descriptors") else "",
        f"{degrees:.0f} °C" if degrees is not None else "",
    )
    return ", ".join(filter(None, parts))


def _watched(show: dict[str, Any]) -> str:
    if not show.get("watched"):
        return f"by nobody, process {show.get('process')}"
    standby = "another one stands by" if show.get("standing_by") else "nobody stands by yet"
    return f"by {show['supervisor']}, process {show['process']}, {standby}, {show['restarts']} restarts"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
