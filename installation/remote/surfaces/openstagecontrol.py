"""A surface as a session of Open Stage Control (JSON). The same surface gives the same text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from installation.remote.surfaces.layout import Page, Widget

MADE_FOR = "1.30.1"
"""The version of Open Stage Control whose session format this is."""


def session(pages: Sequence[Page]) -> str:
    """The whole file."""
    tabs = [
        {
            "type": "tab",
            "id": page.name,
            "label": page.name,
            "layout": "default",
            "widgets": [_widget(f"{page.name}_{i}", widget) for i, widget in enumerate(page.widgets)],
            "tabs": [],
        }
        for page in pages
    ]
    root = {"type": "root", "id": "root", "address": "auto", "widgets": [], "tabs": tabs}
    whole = {"createdWith": "Open Stage Control", "version": MADE_FOR, "type": "session", "content": root}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _widget(name: str, widget: Widget) -> dict[str, Any]:
    left, top, width, height = widget.frame
    placed: dict[str, Any] = {"id": name, "left": left, "top": top, "width": width, "height": height}
    if widget.kind == "caption":
        return {"type": "text", **placed, "interaction": False, "default": widget.text, "bypass": True}
    told = {**placed, "address": widget.address, "preArgs": list(widget.arguments)}
    match widget.kind:
        case "readout":
            return {"type": "text", **told, "interaction": False, "default": "-", "decimals": 2}
        case "fader":
            reach = {"min": widget.low, "max": widget.high}
            tags = "s" * len(widget.arguments) + "f"
            steady = {"default": widget.default, "ignoreDefaults": True, "doubleTap": True}
            return {"type": "fader", **told, "range": reach, "typeTags": tags, "decimals": 3, **steady}
        case "toggle":
            steady = {"default": int(widget.default), "ignoreDefaults": True}
            return {
                "type": "button",
                **told,
                "label": widget.text,
                "mode": "toggle",
                "on": 1,
                "off": 0,
                "typeTags": "i",
                **steady,
            }
    *before, word = widget.arguments or (None,)
    pressed = {**told, "preArgs": before, "label": widget.text, "mode": "tap", "on": word, "off": None}
    return {"type": "button", **pressed, "typeTags": "s" * len(widget.arguments), "ignoreDefaults": True}
