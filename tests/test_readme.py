"""The README keeps its word: its example is a scene that plays, its table is the table, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from pathlib import Path

import msgspec
import numpy as np
import pytest

from installation.commands.controls import as_markdown
from installation.controls import TABLE
from installation.foundation import places
from installation.light.grade import Grade
from installation.light.pyramid.renderer import Renderer
from installation.model.score import parse
from installation.scene import Scene
from installation.show import Show

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def example() -> type[Scene]:
    """The scene that the README shows, as Python sees it."""
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    source = next(block for block in blocks if "(Scene)" in block)
    module = types.ModuleType("reeds")
    exec(compile(source, "README.md", "exec"), module.__dict__)
    return next(v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Scene) and v is not Scene)


def test_the_example_scene_is_the_one_in_the_examples_and_plays() -> None:
    assert f"```python\n{(ROOT / 'scenes/examples/reeds.py').read_text(encoding='utf-8')}```" in README
    kind = example()
    text = (places.config() / "abridged.toml").read_text(encoding="utf-8")
    show = Show(msgspec.structs.replace(parse(text, "abridged.toml"), scene="reeds"), 1, {"reeds": kind})
    show.accept("/reeds/height", [2.0])
    renderer = Renderer(160, 90)
    pictures = []
    for tick in (300, 1300, 2300):
        while show.tick < tick:
            show.step()
        pictures.append(np.zeros((90, 160), np.uint32))
        renderer.draw(show.lights(), show.view(), Grade(), show.tick, pictures[-1])
    renderer.close()
    assert all((picture & 255).mean() > 4 for picture in pictures)
    assert not np.array_equal(pictures[0], pictures[1])
    again = Show(show.score, 1, {"reeds": kind})
    again.restore(show.snapshot())
    show.step(), again.step()
    assert np.array_equal(show.lights()[0].position, again.lights()[0].position)  # type: ignore[union-attr]


def test_the_table_of_controls_is_the_table() -> None:
    assert as_markdown(TABLE).strip() in README, "refresh it with: sleeptree controls --markdown"


def test_every_file_and_command_it_names_exists() -> None:
    for path in re.findall(r"(?:\]\(|src=\")((?!http)[\w./-]+)", README):
        assert (ROOT / path).exists(), path
    for path in set(re.findall(r"python (benchmarks/\w+\.py)", README)):
        assert (ROOT / path).is_file(), path
    named = set(
        re.findall(r"sleeptree (play|still|film|sound|check|guard|controls|layout|replay|journal|status)\b", README)
    )
    said = subprocess.run([sys.executable, "-m", "installation", "--help"], capture_output=True, text=True, check=True)
    assert named
    for command in named:
        assert re.search(rf"\b{command}\b", said.stdout), command


@pytest.mark.parametrize("target", ["play", "test", "setup"])
def test_make_has_what_it_promises(target: str) -> None:
    assert f"`make {target}" in README or f"make {target}\n" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
