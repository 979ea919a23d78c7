"""A surface as TouchOSC's .tosc: zlib over XML, `lexml` version 6. The same surface gives the same bytes.

Host and port are no part of such a file; they are set in TouchOSC (Connections, OSC). What a message receives moves
the widget and is not sent again (feedback 0).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from installation.remote.surfaces.layout import HEIGHT, WIDTH, Frame, Page, Widget

TABS = 48
"""Height of the line of tabs in pixels."""

Colour = tuple[float, float, float, float]
Property = bool | int | float | str | Frame | Colour

_NIGHT: Colour = (0.02, 0.03, 0.05, 1.0)
_CLEAR: Colour = (0.0, 0.0, 0.0, 0.0)
_WORDS: Colour = (0.82, 0.88, 0.9, 1.0)
_HUES: tuple[Colour, ...] = (
    (0.95, 0.62, 0.3, 1.0),
    (0.35, 0.75, 0.8, 1.0),
    (0.9, 0.8, 0.45, 1.0),
    (0.6, 0.5, 0.9, 1.0),
    (0.45, 0.8, 0.5, 1.0),
)
_MOMENTARY, _TOGGLE = 0, 2  # buttonType
_RECTANGLE, _CENTRE, _MIDDLE = 1, 2, 2  # shape and text alignment are numbered from 1


def tosc(pages: Sequence[Page]) -> bytes:
    """The whole file."""
    full = (0, 0, WIDTH, HEIGHT + TABS)
    tabs = [_page(page, _HUES[i % len(_HUES)]) for i, page in enumerate(pages)]
    line = {"tabLabels": True, "tabbar": True, "tabbarDoubleTap": False, "tabbarSize": TABS}
    pager = _node(
        "pages", "PAGER", full, _NIGHT, {**line, "textSizeOff": 16, "textSizeOn": 18}, {"page": "0"}, (), tabs
    )
    root = _node("surface", "GROUP", full, _NIGHT, {}, {}, (), [pager], "<includes></includes>")
    return zlib.compress(f"<?xml version='1.0' encoding='UTF-8'?><lexml version='6'>{root}</lexml>".encode(), 9)


def _page(page: Page, hue: Colour) -> str:
    tab: dict[str, Property] = {"tabColorOff": _dim(hue, 0.3), "tabColorOn": hue, "tabLabel": page.name}
    words: dict[str, Property] = {"textColorOff": _WORDS, "textColorOn": _NIGHT}
    children = [node for widget in page.widgets for node in _widget(page.name, widget, hue)]
    return _node(page.name, "GROUP", (0, TABS, WIDTH, HEIGHT), _NIGHT, {**tab, **words}, {}, (), children)


def _widget(page: str, widget: Widget, hue: Colour) -> list[str]:
    """The nodes of one widget. A button of TouchOSC has no words: a label that lets touches through lies on it."""
    name = f"{page} {widget.text}".replace("\n", " ")
    if widget.kind == "caption":
        return [_label(name, widget, {})]
    if widget.kind == "readout":
        return [_label(name, widget, {"receive": _osc(widget.address, [_partial("VALUE", "STRING", "text")], "")})]
    words = [_partial("CONSTANT", "STRING", word) for word in widget.arguments]
    if widget.kind == "fader":
        x = (widget.default - widget.low) / (widget.high - widget.low)
        message = _osc(widget.address, [*words, _partial("VALUE", "FLOAT", "x", widget.low, widget.high)], "ANY")
        look: dict[str, Property] = {"bar": True, "cursor": True, "grid": True, "gridSteps": 11, "response": 1}
        return [_node(name, "FADER", widget.frame, hue, look, {"x": f"{x:g}"}, [message])]
    toggle = widget.kind == "toggle"
    arguments = [_partial("VALUE", "INTEGER", "x")] if toggle else words
    message = _osc(widget.address, arguments, "ANY" if toggle else "RISE")
    kind = {"buttonType": _TOGGLE if toggle else _MOMENTARY, "press": True, "release": not toggle}
    button = _node(name, "BUTTON", widget.frame, hue, kind, {"x": f"{widget.default:g}"}, [message])
    return [button, _label(f"{name} words", widget, {})]


def _label(name: str, widget: Widget, messages: Mapping[str, str]) -> str:
    look: dict[str, Property] = {
        "background": False,
        "font": 0,
        "interactive": False,
        "outline": False,
        "textAlignH": _CENTRE,
        "textAlignV": _MIDDLE,
        "textClip": True,
        "textColor": _WORDS,
        "textLength": 0,
        "textSize": 14 if widget.frame[2] > 90 else 11,
        "textWrap": True,
    }
    text = "-" if widget.kind == "readout" else widget.text
    return _node(name, "LABEL", widget.frame, _CLEAR, look, {"text": text}, list(messages.values()))


def _node(
    name: str,
    kind: str,
    frame: Frame,
    colour: Colour,
    look: Mapping[str, Property],
    values: Mapping[str, str],
    messages: Iterable[str],
    children: Iterable[str] = (),
    before: str = "",
) -> str:
    common: dict[str, Property] = {
        "background": True,
        "color": colour,
        "cornerRadius": 4.0,
        "frame": frame,
        "grabFocus": kind not in ("GROUP", "PAGER"),
        "interactive": True,
        "locked": False,
        "name": name,
        "orientation": 0,
        "outline": kind in ("FADER", "BUTTON"),
        "outlineStyle": 0,
        "pointerPriority": 0,
        "shape": _RECTANGLE,
        "visible": True,
    }
    properties = "".join(_property(key, value) for key, value in sorted({**common, **look}.items()))
    states = "".join(_value(key, default) for key, default in {**values, "touch": "false"}.items())
    parts = [before, f"<properties>{properties}</properties><values>{states}</values>"]
    parts += [
        f"<{tag}>{''.join(inner)}</{tag}>"
        for tag, inner in (("messages", [*messages]), ("children", [*children]))
        if inner
    ]
    return (
        f"<node ID='{uuid5(NAMESPACE_URL, f'sleeptree:{kind}:{name}:{frame}')}' type='{kind}'>{''.join(parts)}</node>"
    )


def _property(key: str, value: Property) -> str:
    match value:
        case bool():
            kind, body = "b", str(int(value))
        case int():
            kind, body = "i", str(value)
        case float():
            kind, body = "f", f"{value:g}"
        case str():
            kind, body = "s", _text(value)
        case _ if key == "frame":
            kind, body = "r", "".join(f"<{axis}>{side}</{axis}>" for axis, side in zip("xywh", value, strict=True))
        case _:
            kind, body = "c", "".join(f"<{axis}>{share:g}</{axis}>" for axis, share in zip("rgba", value, strict=True))
    return f"<property type='{kind}'><key>{_text(key)}</key><value>{body}</value></property>"


def _value(key: str, default: str) -> str:
    return (
        f"<value><key>{_text(key)}</key><locked>0</locked><lockedDefaultCurrent>0</lockedDefaultCurrent>"
        f"<default>{_text(default)}</default><defaultPull>0</defaultPull></value>"
    )


def _osc(address: str, arguments: Sequence[str], condition: str) -> str:
    """A message that is sent on `condition` of x, and received; without a condition it is only received."""
    trigger = f"<triggers><trigger><var>{_text('x')}</var><condition>{condition}</condition></trigger></triggers>"
    body = f"<arguments>{''.join(arguments)}</arguments>" if arguments else ""
    return (
        f"<osc><enabled>1</enabled><send>{int(bool(condition))}</send><receive>{int(condition != 'RISE')}</receive>"
        "<feedback>0</feedback><noDuplicates>0</noDuplicates><connections>1111111111</connections>"
        f"{trigger if condition else ''}<path>{_partial('CONSTANT', 'STRING', address)}</path>{body}</osc>"
    )


def _partial(kind: str, conversion: str, value: str, low: float = 0.0, high: float = 1.0) -> str:
    return (
        f"<partial><type>{kind}</type><conversion>{conversion}</conversion><value>{_text(value)}</value>"
        f"<scaleMin>{low:g}</scaleMin><scaleMax>{high:g}</scaleMax></partial>"
    )


def _text(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']] >')}]]>"


def _dim(colour: Colour, factor: float) -> Colour:
    red, green, blue, _ = colour
    return (red * factor, green * factor, blue * factor, 1.0)
