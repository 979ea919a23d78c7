"""The README keeps its word: short, and every line of it works as printed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.harness.command import Command
from tests.harness.home import environment
from tests.harness.manual import Page
from tests.harness.waiting import ROOT

LONGEST = 6_000  # bytes: a page one reads standing
README = Page(ROOT / "README.md")


def test_it_is_one_page_and_begins_with_a_picture_that_moves() -> None:
    assert len(README.text.encode()) <= LONGEST
    first = next(link for link in README.links if link.picture)
    assert README.text.index(first.target) < README.text.index("A room sleeps together")
    packed = (ROOT / first.target).read_bytes()
    assert packed.count(b"ANMF") > 50, "no picture that moves"
    assert len(packed) <= 3_000_000


def test_it_says_what_must_be_said() -> None:
    targets = {link.target for link in README.links}
    assert {"LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "docs/first-night.md", "docs/venue.md"} <= targets
    assert "## Photosensitivity" in README.text


@pytest.mark.parametrize("target", ["play", "test", "docs"])
def test_make_has_what_it_promises(target: str) -> None:
    assert re.search(rf"\bmake {target}\b", README.text)
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_whoever_installs_it_names_the_place_it_was_cloned_from() -> None:
    orders = [line for line in README.commands if line.startswith(("pipx", "uv"))]
    assert [shlex.split(order)[-1] for order in orders] == ["git+REPOSITORY"] * 2


@pytest.mark.whole
def test_what_is_cloned_in_a_clean_home_can_be_made(tmp_path: Path) -> None:
    """The block that begins with `git clone`; what needs the net, `make` says and does not do."""
    block = next(block for block in README.blocks("sh") if "git clone" in block)
    lines = [line.replace("REPOSITORY", shlex.quote(str(ROOT))) for line in block.splitlines()]
    script = "\n".join(re.sub(r"^make ", "make --dry-run ", line) for line in lines)
    home = environment(tmp_path, GIT_CONFIG_GLOBAL=os.devnull)
    ran = subprocess.run(["sh", "-euc", script], cwd=tmp_path, env=home, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ".venv/bin/sleeptree play" in ran.stdout
    clone = tmp_path / "sleeptree"
    for script in re.findall(r"\.ci/\w+", ran.stdout):
        assert os.access(clone / script, os.X_OK), script
    for link in README.links:
        assert re.match(r"\w+:", link.target) or (clone / link.target.partition("#")[0]).exists(), link.target


@pytest.mark.whole
def test_its_first_steps_leave_what_they_name(command: Command) -> None:
    """Small: what a still costs is no question here. Films, and what fills a screen, have tests of their own."""
    orders = [shlex.split(line)[1:] for line in README.commands if line.startswith("sleeptree ")]
    stills = [order for order in orders if order[0] == "still"]
    assert stills
    for order in stills:
        ran = command.run(*order, "--size", "96x54")
        assert ran.returncode == 0, ran.stderr
        assert (command.home / order[order.index("--out") + 1]).is_file()
