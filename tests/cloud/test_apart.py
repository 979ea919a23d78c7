"""Who plays alone never meets the cloud: nothing of it is imported or opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from installation.foundation.errors import Mistake
from installation.session.cloud import cropped, node_name
from installation.session.request import PlayOptions
from installation.venue.cloud import CloudSettings
from installation.venue.settings import Settings, parse
from tests.harness.home import environment
from tests.harness.waiting import ROOT

ALONE = """
import sys
sys.modules["zenoh"] = None  # importing it fails
from contextlib import ExitStack
from pathlib import Path
from installation import cli
from installation.session import endpoints, filming, player, playing, replaying
from tests.session.test_player import Evening
evening = Evening()
assert not evening.player._shared
assert evening.player._cloud(ExitStack(), evening.show, None) is None
through = endpoints.endpoints(evening.production)
with endpoints.console(evening.production, evening.show, Path.home(), through) as played:
    played.desk.deliver(evening.show, 0)
assert not [name for name in sys.modules if name.startswith("installation.cloud")]
"""


def test_without_a_cloud_nothing_of_it_is_imported(tmp_path: Path) -> None:
    order = [sys.executable, "-c", ALONE]
    ran = subprocess.run(order, env=environment(tmp_path), cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_node_has_a_name_that_is_on_the_list() -> None:
    named = Settings(cloud=CloudSettings(nodes=("left", "right")))
    assert node_name(named, PlayOptions(cloud="dream", node="left")) == "left"
    with pytest.raises(Mistake, match="--cloud takes a --node"):
        node_name(named, PlayOptions(cloud="dream"))
    with pytest.raises(Mistake, match=r'--node takes one of \[cloud\] nodes \(left, right\), got "up"'):
        node_name(named, PlayOptions(cloud="dream", node="up"))


def test_a_crop_is_a_part_of_the_canvas_that_all_nodes_draw() -> None:
    made = cropped(Settings(), "right", (960, 0, 960, 1080), (1920, 1080), 2)
    assert (made.canvas.size, made.output[0].crop, made.output[0].display) == ("1920x1080", (960, 0, 960, 1080), 2)
    with pytest.raises(Mistake, match="--crop takes a --canvas"):
        cropped(Settings(), "right", (960, 0, 960, 1080), None, None)
    with pytest.raises(Mistake, match=r"--crop: .* takes a part of the canvas of 1280x720"):
        cropped(Settings(), "right", (960, 0, 960, 1080), (1280, 720), None)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('nodes = ["a", "a"]', 'nodes takes each name once, got "a" twice'),
        ('ca = "x.pem"', "ca, certificate and key go together, got ca alone"),
        ('ca = "x"\ncertificate = "y"\nkey = "z"', "ca takes nodes: each certificate bears the name of one"),
        ('conduct = "now"', "conduct"),
        ('nodes = ["a/b"]', "nodes"),
    ],
)
def test_a_wrong_setting_is_named(text: str, rule: str) -> None:
    with pytest.raises(ValueError, match=r"venue.toml: \[cloud\]") as refused:
        parse(f"[cloud]\n{text}\n", "venue.toml")
    assert rule in str(refused.value)
