from __future__ import annotations

import json
import zlib
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from installation.acceptance import accept
from installation.arguments import PARTS
from installation.commands.layout import SURFACES, surface
from installation.controls import TABLE, Control, Refused, table
from installation.foundation import places
from installation.remote.surfaces import layout as layouts
from installation.remote.surfaces import openstagecontrol, touchosc
from installation.remote.surfaces.layout import HEIGHT, WIDTH, Page, Widget
from installation.session.production import load_production
from installation.session.request import Request

SECTIONS = ["rest", "storm", "dawn"]
CHOICES = {"/show/section": SECTIONS, "/show/standby": SECTIONS, "/show/scene": ["sleeptree"]}
PAGES = layouts.pages(TABLE, CHOICES)
WIDGETS = [widget for page in PAGES for widget in page.widgets]


def apart(a: Widget, b: Widget) -> bool:
    (x, y, w, h), (p, q, r, s) = a.frame, b.frame
    return x + w <= p or p + r <= x or y + h <= q or q + s <= y


def test_there_is_a_page_for_every_room() -> None:
    assert [page.name for page in PAGES] == ["show", "dream", "light", "sound", "hands", "gestures", "sleepers"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_lies_on_anything_else_or_off_the_page_or_is_too_small_to_touch(page: Page) -> None:
    for widget in page.widgets:
        x, y, w, h = widget.frame
        assert x >= 0
        assert y >= 0
        assert x + w <= WIDTH
        assert y + h <= HEIGHT
        if widget.kind in ("fader", "toggle", "button"):
            assert min(w, h) >= 44, widget
    assert all(apart(a, b) for a, b in combinations(page.widgets, 2))


def test_every_control_that_can_be_touched_is_on_a_page_with_its_range() -> None:
    placed: dict[str, list[Widget]] = {}
    for widget in WIDGETS:
        placed.setdefault(widget.address, []).append(widget)
    for row in TABLE.values():
        if row.role == "output":
            continue
        if row.address in layouts.UNTOUCHED:
            assert row.address not in placed
            continue
        first = placed[row.address.replace("/N/", "/1/")][0]
        if row.kind == "number":
            assert (first.kind, first.low, first.high, first.default) == ("fader", row.low, row.high, row.default)
        if row.kind == "switch":
            assert first.kind == "toggle"
    assert [w.arguments for w in placed["/show/phase"]] == [("harmony",), ("glitch",), ("resolution",)]
    assert [w.arguments for w in placed["/show/section"]] == [("rest",), ("storm",), ("dawn",)]


def test_what_moves_by_itself_is_begun_ended_and_locked_by_a_button_for_every_number_of_a_look() -> None:
    (page,) = (page for page in PAGES if page.name == "gestures")
    done = {(widget.address, widget.arguments[0]) for widget in page.widgets if widget.kind == "button"}
    numbers = {row.address for row in TABLE.values() if row.kind == "number" and row.group in PARTS[:4]}
    gestures = {row.address for row in TABLE.values() if row.address.startswith("/gesture/") and row.arguments}
    assert done == {(what, number) for what in gestures | {"/lock/control"} for number in numbers}


def test_a_way_has_its_time_and_a_section_its_place() -> None:
    show = next(page for page in PAGES if page.name == "show").widgets
    assert [w.arguments for w in show if w.address == "/show/go_fade"] == [("3",), ("12",), ("30",)]
    assert [(w.kind, w.low, w.high) for w in show if w.address == "/show/at"] == [("fader", 0.0, 1.0)]


def test_captions_have_units_and_every_state_is_shown_on_every_page() -> None:
    captions = {widget.text for widget in WIDGETS if widget.kind == "caption"}
    assert "breath\n0.05..0.4 Hz" in captions
    assert "level (LUFS)" in captions
    states = {row.address for row in TABLE.values() if row.role == "output"} - {"/state/presets"}
    for page in PAGES:
        assert {widget.address for widget in page.widgets if widget.kind == "readout"} == states


def test_a_scenes_own_controls_get_a_page() -> None:
    grown = table([Control("/reeds/height", 1.2, 0.3, 3.0, "m", "Tallest stem.")])
    pages = {page.name: page for page in layouts.pages(grown)}
    assert "height\n0.3..3 m" in {widget.text for widget in pages["reeds"].widgets}


# TouchOSC


@pytest.fixture(scope="module")
def document() -> ElementTree.Element:
    return ElementTree.fromstring(zlib.decompress(touchosc.tosc(PAGES)))


def properties(node: ElementTree.Element) -> dict[str, str | None]:
    return {str(p.findtext("key")): p.findtext("value") for p in node.findall("properties/property")}


def test_a_tosc_is_lexml_6_with_a_pager_of_pages(document: ElementTree.Element) -> None:
    assert (document.tag, document.get("version")) == ("lexml", "6")
    (root,) = document
    (pager,) = root.findall("children/node")
    assert (root.get("type"), pager.get("type")) == ("GROUP", "PAGER")
    assert [properties(page)["tabLabel"] for page in pager.findall("children/node")] == [page.name for page in PAGES]


def test_every_node_is_whole_and_has_an_id_of_its_own(document: ElementTree.Element) -> None:
    nodes = list(document.iter("node"))
    assert len({node.get("ID") for node in nodes}) == len(nodes)
    for node in nodes:
        have = properties(node)
        assert {"frame", "name", "shape", "visible", "color"} <= set(have)
        assert list(have) == sorted(have)
        frame = next(p for p in node.findall("properties/property") if p.findtext("key") == "frame")
        assert frame.get("type") == "r"
        assert [int(str(side.text)) >= 0 for side in frame[1]] == [True] * 4
        keys = {value.findtext("key") for value in node.findall("values/value")}
        wanted = {"FADER": "x", "BUTTON": "x", "LABEL": "text", "PAGER": "page", "GROUP": "touch"}
        assert wanted[str(node.get("type"))] in keys


def sent(message: ElementTree.Element, x: float) -> tuple[str, list[object]]:
    """What TouchOSC sends for a widget at x."""
    arguments: list[object] = []
    for partial in message.findall("arguments/partial"):
        text = str(partial.findtext("value"))
        if partial.findtext("type") == "CONSTANT":
            arguments.append(text)
            continue
        low, high = (float(str(partial.findtext(tag))) for tag in ("scaleMin", "scaleMax"))
        arguments.append(low + x * (high - low))
    return str(message.findtext("path/partial/value")), arguments


@pytest.mark.parametrize("x", [0.0, 1.0])
def test_whatever_a_tosc_sends_is_accepted_unclipped(document: ElementTree.Element, x: float) -> None:
    messages = [osc for osc in document.iter("osc") if osc.findtext("send") == "1"]
    assert len(messages) == sum(widget.kind in ("fader", "toggle", "button") for widget in WIDGETS)
    for message in messages:
        address, arguments = sent(message, x)
        accepted = accept(TABLE, address, arguments)
        if accepted.control.kind == "number":
            assert accepted.value == pytest.approx(arguments[0])
        assert message.findtext("connections") == "1111111111"
        assert message.findtext("feedback") == "0"


def test_labels_of_a_tosc_show_states(document: ElementTree.Element) -> None:
    shown = [osc for osc in document.iter("osc") if osc.findtext("send") == "0"]
    assert {osc.findtext("path/partial/value") for osc in shown} >= {"/state/phase", "/state/coherence"}
    for message in shown:
        with pytest.raises(Refused, match="is sent by the show"):
            accept(TABLE, str(message.findtext("path/partial/value")), [0.5])


# Open Stage Control


def test_a_session_has_the_same_pages_and_sends_what_is_accepted() -> None:
    whole = json.loads(openstagecontrol.session(PAGES))
    assert (whole["createdWith"], whole["type"]) == ("Open Stage Control", "session")
    root = whole["content"]
    assert (root["type"], root["id"]) == ("root", "root")
    assert [tab["label"] for tab in root["tabs"]] == [page.name for page in PAGES]
    widgets = [widget for tab in root["tabs"] for widget in tab["widgets"]]
    assert len({widget["id"] for widget in widgets}) == len(widgets) == len(WIDGETS)
    for widget in widgets:
        if widget["type"] == "fader":
            for value in widget["range"].values():
                accept(TABLE, widget["address"], [*widget["preArgs"], value])
            assert len(widget["typeTags"]) == len(widget["preArgs"]) + 1
        elif widget["type"] == "button":
            values = [widget["on"], widget["off"]] if widget["mode"] == "toggle" else [widget["on"]]
            for value in values:
                accept(TABLE, widget["address"], [*widget["preArgs"], *([] if value is None else [value])])
            assert widget["mode"] == "toggle" or len(widget["typeTags"]) == len(widget["preArgs"]) + (value is not None)


@pytest.mark.parametrize(("controller", "name"), SURFACES.items())
def test_the_copies_in_assets_are_fresh(controller: str, name: str) -> None:
    production = load_production(Request(places.config() / "venue.toml"))
    copy = Path(places.assets()) / "controllers" / name
    fresh = surface(production, controller)  # type: ignore[arg-type]
    assert copy.read_bytes() == fresh, f"refresh it with: sleeptree layout {controller} --out assets/controllers/{name}"
