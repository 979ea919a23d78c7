"""The manual keeps its word: no dead link, no silent picture, no command, control or setting that there isn't."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import types
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from installation.acceptance import accept
from installation.commands.controls import as_markdown
from installation.controls import TABLE
from installation.foundation import places
from installation.light.grade import Grade
from installation.light.pyramid.renderer import Renderer
from installation.model import score
from installation.recording.journal import FORMAT
from installation.scene import Scene
from installation.show import Show
from installation.venue import settings
from tests.harness.manual import DOCS, Page, known, pages, parsed, verbs
from tests.harness.waiting import ROOT

PAGES = {page.path.relative_to(ROOT).as_posix(): page for page in pages()}
HEAVIEST = 1_500_000  # bytes of the manual's own stills together: whoever clones carries them


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> Page:
    return PAGES[request.param]


def test_every_link_leads_somewhere(page: Page) -> None:
    for link in page.links:
        if re.match(r"\w+:", link.target):
            continue
        name, _, anchor = link.target.partition("#")
        target = (page.path.parent / name).resolve() if name else page.path
        assert target.exists(), f"{link.target}: there is no such file"
        assert target.is_relative_to(ROOT), f"{link.target}: leads out of the project"
        if anchor:
            assert anchor in Page(target).anchors, f"{link.target}: there is no such heading"


def test_every_picture_says_what_is_in_it(page: Page) -> None:
    silent = [link.target for link in page.links if link.picture and len(link.text) < 3]
    silent += re.findall(r"<img(?![^>]*\balt=['\"][^'\"]{3})[^>]*>", page.prose)
    assert not silent


def test_every_command_can_be_given_as_it_is_printed(page: Page) -> None:
    for line in page.commands:
        for order in re.split(r"\s+&&\s+", line):
            if order.startswith("sleeptree "):
                parsed(order)
            elif order.startswith("make "):
                assert re.search(rf"^{order.split()[1]}:", (ROOT / "Makefile").read_text(), re.M), order


def test_every_command_that_is_mentioned_exists(page: Page) -> None:
    for word in page.words:
        if word.startswith("sleeptree "):
            known(word)
        if word.startswith("python benchmarks/"):
            path, *options = word.split()[1:]
            source = (ROOT / path).read_text(encoding="utf-8")
            assert not [option for option in options if option.startswith("--") and option not in source], word


def test_every_control_that_is_mentioned_is_one(page: Page) -> None:
    rooms = {address.split("/")[1] for address in TABLE}
    for word in [*page.words, *re.findall(r"oscsend \S+ \d+ (/.*)", page.text)]:
        address = word.split()[0]
        if re.fullmatch(rf"/({'|'.join(rooms)})(/[\w]+)+", address):
            assert address in TABLE or re.fullmatch(r"/sleeper/\w+/\w+", address), word
    for address, value in re.findall(r"oscsend \S+ \d+ (/\S+) \w (\S+)", page.text):
        assert accept(TABLE, address, [float(value) if re.fullmatch(r"[-\d.]+", value) else value])  # or raises Refused


def test_every_score_and_setting_that_it_prints_is_read(page: Page) -> None:
    for block in page.blocks("toml"):
        if "[[section]]" in block:
            score.parse(block, page.path.name)
        elif tomllib.loads(block).keys() <= set(settings.Settings.__struct_fields__):
            settings.parse(block, page.path.name)


def test_the_table_of_controls_is_the_table() -> None:
    assert as_markdown(TABLE).strip() in PAGES["docs/controls.md"].text, "refresh it with: make tables"


def test_every_figure_names_what_measures_it() -> None:
    rows = [line.split(" | ") for line in PAGES["docs/figures.md"].text.splitlines() if line.startswith("| ")]
    figures = [row for row in rows if row[0] not in ("| figure", "| ---")]
    assert len(figures) > 15
    for row in figures:
        assert re.fullmatch(r"`(python benchmarks/|sleeptree ).*` \|", row[-1]), row


def test_what_may_change_names_the_format_of_journals_that_is_written() -> None:
    assert f"of format {FORMAT}." in PAGES["docs/stability.md"].text


def test_every_command_has_its_row() -> None:
    rows = [line for line in PAGES["docs/commands.md"].text.splitlines() if line.startswith("| `sleeptree ")]
    described = " ".join(rows)
    assert not [verb for verb in verbs() if f"sleeptree {verb}" not in described]


def test_the_example_scene_is_the_one_in_the_examples_and_plays() -> None:
    (source,) = PAGES["docs/scenes.md"].blocks("python")
    assert source == (ROOT / "scenes/examples/reeds.py").read_text(encoding="utf-8")
    module = types.ModuleType("reeds")
    exec(compile(source, "scenes.md", "exec"), module.__dict__)
    kind = next(v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Scene) and v is not Scene)
    text = (places.config() / "abridged.toml").read_text(encoding="utf-8")
    show = Show(msgspec.structs.replace(score.parse(text, "abridged.toml"), scene="reeds"), 1, {"reeds": kind})
    show.accept("/reeds/height", [2.0])
    with closing(Renderer(160, 90)) as renderer:
        pictures = [drawn(show, renderer, tick) for tick in (300, 1300, 2300)]
    assert all((picture & 255).mean() > 4 for picture in pictures)
    assert not np.array_equal(pictures[0], pictures[1])


def drawn(show: Show, renderer: Renderer, tick: int) -> NDArray[np.uint32]:
    while show.tick < tick:
        show.step()
    picture = np.zeros((90, 160), np.uint32)
    renderer.draw(show.lights(), show.view(), Grade(), show.tick, picture)
    return picture


def test_every_picture_of_the_gallery_stands_over_the_command_that_draws_it() -> None:
    page = PAGES["docs/gallery.md"]
    shown = [Path(link.target).name for link in page.links if link.picture]
    assert shown == [order.split("--out ")[1] for order in page.commands]


def test_the_manual_stays_light() -> None:
    own = [path for path in (DOCS / "pictures").rglob("*") if path.is_file() and path.name != "loop.webp"]
    assert sum(path.stat().st_size for path in own) <= HEAVIEST
    assert (DOCS / "pictures" / "loop.webp").stat().st_size <= 3_000_000


def listed(entry: object) -> list[str]:
    """Every page that the navigation names."""
    if isinstance(entry, str):
        return [entry]
    inner = entry.values() if isinstance(entry, dict) else entry
    assert not isinstance(inner, str)
    return [name for part in inner for name in listed(part)]  # type: ignore[attr-defined]


def test_the_site_lists_every_page_that_there_is() -> None:
    nav = listed(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert set(nav) == there | {"CONTRIBUTING.md", "CHANGELOG.md"}


@pytest.mark.whole
def test_the_site_is_built_without_a_warning_and_without_the_net(tmp_path: Path) -> None:
    order = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path / "site")]
    built = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.html")}
    assert "Everything a scene may know" in pages[tmp_path / "site" / "reference.html"]
    del pages[tmp_path / "site" / "404.html"]  # names places on a server
    for path, text in pages.items():
        fetched = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=['\"]?(https?:[^'\" >]+)", text)
        assert not fetched, f"{path.name} fetches {fetched}"
        for target in re.findall(r"(?:src|href)=['\"]([^'\"#:]+)['\"#]", text):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
