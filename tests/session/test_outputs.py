"""Outputs from the command line: a film of one of them, and nothing of them where the settings have none."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from installation.film.film import still
from installation.foundation.png_reader import grey
from installation.light.flashguard.guard import Field
from installation.light.picture import Picture
from installation.session.production import load_production
from installation.session.request import Request
from tests.golden import hold
from tests.harness.command import Command
from tests.harness.waiting import TIMEOUT_S, needed

WALL = """
[[output]]
name = "left"
crop = [0, 0, 160, 120]
corners = [[0.03, 0.04], [0.96, 0.08], [0.99, 0.98], [0.01, 0.93]]
size = "192x108"

[[output]]
name = "right"
display = 2
crop = [140, 0, 160, 120]
"""


def test_without_any_output_a_picture_is_to_the_byte_what_it_was_before_there_were_outputs(tmp_path: Path) -> None:
    venue = tmp_path / "venue.toml"
    venue.write_text("", encoding="utf-8")
    production = load_production(Request(venue, score="abridged", seed=1))
    assert production.layout is None
    pictures = [production.picture((160, 90), 1), Picture(160, 90, 1, 1, Field())]
    assert pictures[0].field == pictures[1].field
    drawn = []
    for picture in pictures:
        drawn.append(still(production.show(), picture, 480))
        picture.close()
    assert np.array_equal(*drawn)
    hold("harmony", drawn[0], regold=False)


@pytest.mark.whole
def test_one_output_is_filmed_in_its_own_size_and_another_name_is_refused(command: Command, tmp_path: Path) -> None:
    needed("ffprobe")
    venue, out = tmp_path / "venue.toml", tmp_path / "left.mp4"
    venue.write_text(WALL, encoding="utf-8")
    how = "--config", str(venue), "--from", "5", "--seconds", "0.5", "--fps", "30"
    done = command.run("film", "--output", "left", *how, "--out", str(out), "--frames", str(tmp_path / "frames"))
    assert done.returncode == 0, done.stderr
    first = grey(min((tmp_path / "frames").glob("*.png")))
    assert (first.shape, first[:3, :3].max(), first[-4:, :60].max()) == ((108, 192), 0, 0)  # beside the pinned picture
    assert first[20:90, 20:170].max() > 64
    asked = ["-v", "error", "-select_streams", "v", "-count_frames", "-of", "json"]
    shown = ["-show_entries", "stream=width,height,nb_read_frames", str(out)]
    probe = subprocess.run(["ffprobe", *asked, *shown], capture_output=True, text=True, check=True, timeout=TIMEOUT_S)
    (stream,) = json.loads(probe.stdout)["streams"]
    assert (stream["width"], stream["height"], stream["nb_read_frames"]) == (192, 108, "15")
    wrong = command.run("film", "--output", "middle", *how, "--out", str(out))
    assert wrong.returncode == 2
    assert '--output takes one of left, right, got "middle"' in wrong.stderr
