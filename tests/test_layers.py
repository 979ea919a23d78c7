"""The architecture, as a test: who may import whom, who may read a clock, who may draw lots.

Every import and every use of an imported name is read from the source, those inside functions and under
TYPE_CHECKING too. Nothing is executed except in the last test, which imports every module on a bare machine.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import installation
from installation.controls import TABLE
from installation.model.score import PHASES

# Lowest first. A room imports from the rooms on lines above its own, and from itself.
LEVELS = (
    {"foundation"},
    {"model"},
    {"addresses"},
    {"arguments"},
    {"controls"},
    {"acceptance"},
    {"fades"},
    {"glides", "camerawork", "status", "history", "gestures"},
    {"hand"},
    {"words"},
    {"scene"},
    {"brushes"},
    {"installation"},  # the package itself: the names that scenes may import
    {"cast", "score_check", "memento"},
    {"crossfade", "cuelist"},
    {"show"},
    {"repertoire", "venue"},
    {"light", "sound", "remote", "checker"},
    {"recording", "outputs", "cloud"},
    {"live", "film"},
    {"watch", "book", "stream"},
    {"session"},
    {"commands"},
    {"options"},
    {"cli"},
    {"__main__"},
)
# What reaches the world outside is reached from one place.
HOMES = {
    "pygame": (
        "installation/light/screen/calibrating.py",
        "installation/light/screen/window.py",
        "installation/light/screen/windows.py",
    ),
    "sounddevice": ("installation/sound/output/devices.py",),
    "av": (
        "installation/film/",
        "installation/checker/",
        "installation/remote/web/operator/stills.py",
        "installation/stream/",
    ),
    "pythonosc": ("installation/remote/osc/codec.py",),
    "aiohttp": (
        "installation/remote/osc/query.py",
        "installation/remote/osc/connections.py",
        "installation/remote/strangers.py",
        "installation/remote/web/server.py",
        "installation/remote/web/operator/server.py",
        "installation/remote/web/operator/line.py",
    ),
    "aalink": ("installation/remote/link/peer.py",),
    "segno": ("installation/commands/pages.py",),
    "zenoh": ("installation/cloud/wire.py",),
    "zeroconf": ("installation/remote/osc/query.py",),
    "platformdirs": ("installation/foundation/places.py", "installation/foundation/kernels.py"),
    "typer": ("installation/cli.py", "installation/options.py"),
    "rich": ("installation/commands/", "installation/session/progress.py"),
    "fpdf": ("installation/book/binding.py",),
    "PIL": ("installation/book/binding.py",),
    "numba": ("installation/foundation/kernels.py", "installation/foundation/vectors.py"),
    "random": (),
    "numpy.random": ("installation/model/chance.py",),
}
# Few rooms read a clock, and it is handed in by the player, which puts the parts together. What the others measure ends
# in a report, never in a picture or a sound.
CLOCKS = ("time", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today")
CLOCKS += ("asyncio.sleep", "pygame.time")
STOPWATCH = ("time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns", "time.process_time_ns")
CLOCK_HOMES = {
    "installation/live/": CLOCKS,
    "installation/watch/": CLOCKS,
    "installation/recording/": ("time.time",),  # when it was recorded, for people
    "installation/remote/osc/": CLOCKS,
    "installation/remote/web/": CLOCKS,
    "installation/remote/midi/service.py": STOPWATCH,
    "installation/remote/link/service.py": STOPWATCH,
    "installation/remote/link/peer.py": (*STOPWATCH, "asyncio.sleep"),
    "installation/outputs/dmx.py": STOPWATCH,
    "installation/session/lights.py": STOPWATCH,
    "installation/session/playing.py": (*STOPWATCH, "time.sleep"),
    "installation/session/preload.py": STOPWATCH,  # is it worth a word?
    "installation/film/looking.py": STOPWATCH,  # what does a scene cost?
    "installation/commands/check.py": STOPWATCH,  # how fast is it here?
    "installation/sound/output/process.py": STOPWATCH,  # did the loudspeakers wait?
}
# The rooms without files, sockets, threads and environment import these and no other module.
PURE_ROOMS = (
    "installation/model/",
    "installation/addresses.py",
    "installation/arguments.py",
    "installation/controls.py",
    "installation/acceptance.py",
    "installation/fades.py",
    "installation/gestures.py",
    "installation/glides.py",
    "installation/history.py",
    "installation/hand.py",
    "installation/scene.py",
    "installation/brushes/",
    "installation/cast.py",
    "installation/score_check.py",
    "installation/memento.py",
    "installation/crossfade.py",
    "installation/cuelist.py",
    "installation/show.py",
    "scenes/",
)
PURE = {
    "__future__",
    "abc",
    "bisect",
    "collections",
    "dataclasses",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
}
PURE |= {"itertools", "math", "numpy", "operator", "re", "struct", "types", "typing", "unicodedata"}
PURE |= {"installation", "scenes"}
PURE_BUT = {
    "numpy.random.Generator": PURE_ROOMS,  # a name for type hints; what makes one is chance.py's alone
    "datetime.date": ("installation/model/almanac.py",),  # reckons with a date that is handed in
    "msgspec": ("installation/model/score.py",),  # checks that text
}

TOUCHING = tuple(f"installation.foundation.{module}" for module in ("atomic", "places", "png"))  # these touch files
# (foundation/typefaces reads what ships and never changes: a constant, as code is)

PUBLIC = set(installation.__all__)
HEIGHT = {room: height for height, rooms in enumerate(LEVELS) for room in rooms}

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path.relative_to(ROOT).as_posix() for room in ("installation", "scenes") for path in (ROOT / room).rglob("*.py")
)


@dataclass(frozen=True, order=True)
class Use:
    """A name from elsewhere, written out in full, and the line that uses it."""

    line: int
    name: str


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class Reader(ast.NodeVisitor):
    """Collects what a file imports, and what it takes from there."""

    def __init__(self, path: str) -> None:
        package = Path(path).parent.parts
        self.package = list(package)
        self.known: dict[str, str] = {}
        self.uses: set[Use] = set()
        self.imported: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._take(node, alias.name)
            bound = alias.asname or alias.name.partition(".")[0]
            self.known[bound] = alias.name if alias.asname else bound

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        above = self.package[: len(self.package) + 1 - node.level] if node.level else []
        base = ".".join([*above, *(node.module or "").split(".")]).strip(".")
        for alias in node.names:
            self._take(node, f"{base}.{alias.name}")
            self.known[alias.asname or alias.name] = f"{base}.{alias.name}"

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._written_out(node)
        if name:
            self.uses.add(Use(node.lineno, name))
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = self._written_out(node.func) or getattr(node.func, "id", "")
        if called in ("importlib.import_module", "__import__") and node.args and isinstance(node.args[0], ast.Constant):
            self._take(node, str(node.args[0].value))
        self.generic_visit(node)

    def _take(self, node: ast.stmt | ast.expr, name: str) -> None:
        self.imported.add(name)
        self.uses.add(Use(node.lineno, name))

    def _written_out(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Attribute):
            base = self._written_out(node.value)
            return base and f"{base}.{node.attr}"
        return self.known.get(node.id) if isinstance(node, ast.Name) else None


def read(path: str, source: str) -> Reader:
    reader = Reader(path)
    tree = ast.parse(source, path)
    # imports first, wherever they stand, so that a use above an import inside a function is known as well
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            reader.visit(node)
    reader.visit(tree)
    return reader


def within(name: str, names: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of `names` or something inside one of them."""
    return any(name == other or name.startswith(f"{other}.") for other in names)


def room_of(name: str) -> str:
    """The room of a dotted name below `installation`; what the package itself offers is the room `installation`."""
    room = name.split(".")[1] if "." in name else "installation"
    return room if room in HEIGHT else "installation"


def faults(path: str, source: str) -> list[str]:
    """What breaks a rule, a sentence each, with its file and line."""
    found = [(use.line, rule) for use in sorted(read(path, source).uses) for rule in broken_rules(path, use.name)]
    return [f"{path}:{line} {rule}" for line, rule in dict.fromkeys(found)]


def broken_rules(path: str, name: str) -> Iterator[str]:
    top = name.partition(".")[0]
    if top == "installation":
        yield from broken_arrows(path, name)
    elif top == "scenes":
        piece = ".".join(module_of(path).split(".")[:2])
        if not path.startswith("scenes/"):
            yield f"imports {name}: the engine finds scenes by entry point"
        elif not within(name, (piece,)):
            yield f"imports {name}: a piece stands alone"
    yield from broken_homes(path, name)


def broken_arrows(path: str, name: str) -> Iterator[str]:
    if path.startswith("scenes/"):
        if "." in name and name.split(".")[1] not in PUBLIC:
            yield f"uses {name}: a scene knows the names in installation.__all__ only"
        return
    own, other = room_of(module_of(path)), room_of(name)
    if HEIGHT[other] > HEIGHT[own]:
        yield f"uses {name}: the arrow from {own} to {other} points up"
    elif HEIGHT[other] == HEIGHT[own] and other != own:
        yield f"uses {name}: {own} and {other} are rooms of one level, which never import each other"


def broken_homes(path: str, name: str) -> Iterator[str]:
    allowed = any(within(name, (but,)) and path.startswith(homes) for but, homes in PURE_BUT.items())
    for thing, homes in HOMES.items():
        if within(name, (thing,)) and not allowed and not path.startswith(homes):
            yield f"uses {name}: {thing} is used in {', '.join(homes) or 'no place; ask Chance'} alone"
    reads_clock = within(name, CLOCKS) and name != "time"  # importing the module reads nothing yet
    if reads_clock and not any(path.startswith(home) and within(name, may) for home, may in CLOCK_HOMES.items()):
        yield f"uses {name}: a clock is handed in"
    if path.startswith(PURE_ROOMS) and within(name, TOUCHING):
        yield f"uses {name}: a pure room, without files, sockets, threads and environment"
    if path.startswith(PURE_ROOMS) and name.partition(".")[0] not in PURE and not allowed and not reads_clock:
        yield f"uses {name}: a pure room, without files, sockets, threads and environment"


@pytest.mark.parametrize("path", FILES)
def test_every_arrow_points_down(path: str) -> None:
    found = faults(path, (ROOT / path).read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


def test_every_file_of_the_engine_stands_in_a_room() -> None:
    places = {path: path.removesuffix(".py").split("/")[1] for path in FILES if path.startswith("installation/")}
    homeless = [path for path, room in places.items() if room not in HEIGHT and room != "__init__"]
    assert not homeless, f"LEVELS gives no level to {', '.join(homeless)}"


def test_no_module_imports_itself_round_a_corner() -> None:
    modules = {module_of(path): path for path in FILES}
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        names = read(path, (ROOT / path).read_text(encoding="utf-8")).imported
        graph[module] = {known for name in names if (known := longest(name, modules)) and known != module}
    TopologicalSorter(graph).prepare()  # raises CycleError, which shows the way round


def longest(name: str, modules: dict[str, str]) -> str | None:
    """The module that a dotted import really loads: `a.b.C` is `a.b` where C is no module."""
    return next((known for known in (name, name.rpartition(".")[0]) if known in modules), None)


@pytest.mark.parametrize(
    ("path", "source", "rule"),
    [
        ("installation/model/score.py", "from installation.show import Show", "the arrow from model to show points up"),
        ("installation/model/score.py", "def f():\n    from installation import cli", "model to cli points up"),
        ("installation/model/score.py", "from ..scene import Moment", "the arrow from model to scene points up"),
        ("installation/model/score.py", "from installation import Chance", "model to installation points up"),
        (
            "installation/show.py",
            "import installation.foundation.places as p",
            "a pure room",
        ),
        ("installation/light/grade.py", "import installation.sound.synth", "rooms of one level"),
        ("installation/live/stage.py", "from installation.film import film", "rooms of one level"),
        (
            "installation/film/film.py",
            "import importlib\nimportlib.import_module('installation.live.stage')",
            "one level",
        ),
        (
            "installation/light/grade.py",
            "if TYPE_CHECKING:\n    from installation.live.stage import Stage",
            "points up",
        ),
        (
            "installation/light/grade.py",
            "import pygame.locals",
            "pygame is used in installation/light/screen/calibrating.py, installation/light/screen/window.py",
        ),
        (
            "installation/sound/synth.py",
            "__import__('sounddevice')",
            "sounddevice is used in installation/sound/output/devices.py",
        ),
        (
            "installation/foundation/png.py",
            "from av import open",
            "av is used in installation/film/, installation/checker/, installation/remote/web/operator/stills.py, "
            "installation/stream/ alone",
        ),
        ("installation/remote/osc/server.py", "import numpy as np\nnp.random.default_rng()", "numpy.random is used in"),
        ("installation/remote/osc/server.py", "from random import choice", "ask Chance"),
        ("installation/light/grade.py", "import time as t\nx = t.monotonic()", "a clock is handed in"),
        ("installation/light/grade.py", "from time import sleep as nap", "a clock is handed in"),
        ("installation/film/film.py", "from datetime import datetime\ndatetime.now()", "a clock is handed in"),
        ("installation/session/filming.py", "import time\ntime.monotonic()", "a clock is handed in"),
        ("installation/light/screen/window.py", "import pygame\npygame.time.Clock()", "a clock is handed in"),
        ("installation/model/score.py", "from pathlib import Path", "a pure room"),
        ("installation/show.py", "import threading", "a pure room"),
        ("installation/film/film.py", "import scenes.sleeptree", "the engine finds scenes by entry point"),
        (
            "scenes/reeds.py",
            "from installation.model.chance import Chance",
            "a scene knows the names in installation.__all__",
        ),
        (
            "scenes/reeds.py",
            "import installation\ninstallation.Show",
            "a scene knows the names in installation.__all__",
        ),
        ("scenes/reeds.py", "import scenes.sleeptree", "a piece stands alone"),
        ("scenes/reeds.py", "import numba", "numba is used in"),
        ("scenes/reeds.py", "import os", "a pure room"),
    ],
)
def test_a_broken_rule_is_named_with_its_line(path: str, source: str, rule: str) -> None:
    found = faults(path, source)
    assert any(rule in fault for fault in found), found
    assert f"{path}:{source.count(chr(10)) + 1} " in found[-1]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("installation/remote/osc/server.py", "import time\nfrom installation import places\nx = time.monotonic_ns()"),
        ("installation/session/playing.py", "from time import perf_counter\nfrom installation.live.stage import Stage"),
        (
            "installation/model/score.py",
            "import numpy as np\nfrom installation.model import ticks\ndef f(g: np.random.Generator): 0",
        ),
        ("installation/light/screen/window.py", "import pygame\nfrom . import grade"),
        (
            "scenes/reeds/__init__.py",
            "from installation import Chance\nfrom .stems import Stem\nimport scenes.reeds.wind",
        ),
    ],
)
def test_what_is_allowed_is_not_accused(path: str, source: str) -> None:
    assert not faults(path, source)


# What is said of a control or a phase anywhere is said by the name that it has there.
DECLARED = {"installation/addresses.py", "installation/controls.py", "installation/model/score.py"}
ADDRESS = re.compile(rf"/({'|'.join({address.split('/')[1] for address in TABLE})})(/\w*)*")


def written(source: str) -> Iterator[tuple[int, str]]:
    """Every address and name of a phase that stands in a source as text of its own, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            word = node.value
            yield from [(node.lineno, word)] if word in PHASES or ADDRESS.fullmatch(word) else []


def test_addresses_and_phases_are_written_once() -> None:
    places: dict[str, list[str]] = {}
    for path in FILES:
        if path.startswith("installation/"):
            for line, word in written((ROOT / path).read_text(encoding="utf-8")):
                places.setdefault(word, []).append(f"{path}:{line}")
    strewn = {word: found for word, found in places.items() if len({at.partition(":")[0] for at in found}) > 1}
    strewn |= {word: found for word, found in places.items() if {at.partition(":")[0] for at in found} - DECLARED}
    assert not strewn, "\n".join(f"{word}: {', '.join(found)}" for word, found in sorted(strewn.items()))


@pytest.mark.parametrize("piece", sorted(path.name for path in (ROOT / "scenes").iterdir() if path.is_dir()))
def test_scenes_read_controls_that_somebody_declares(piece: str) -> None:
    found = [path for path in FILES if path.startswith(f"scenes/{piece}/")]
    sources = [(ROOT / path).read_text(encoding="utf-8") for path in found]
    own = {word for source in sources for word in re.findall(r'Control\(\s*"([^"]+)"', source)}
    read = {word for source in sources for _, word in written(source) if word not in PHASES}
    astray = sorted(read - own - set(TABLE))
    assert not astray, f"{piece} reads {', '.join(astray)}, which nobody declares"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('now.number("/dream/unrest")', ["/dream/unrest"]),
        ('f"/camera/{axis}"', ["/camera/"]),
        ('x = phase == "glitch"', ["glitch"]),
        ('"""Says /dream/unrest and glitch."""', []),
        ('Control("/sync", None)', ["/sync"]),
        ('match a:\n    case "/show/go": pass', ["/show/go"]),
    ],
)
def test_an_address_or_a_phase_that_is_written_out_is_seen(source: str, words: list[str]) -> None:
    assert [word for _, word in written(source)] == words


BARE = """
import importlib, sys

def refuse(event, details):
    if event in ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise RuntimeError(f"an import did {event} {details}")

sys.addaudithook(refuse)
sys.modules["sounddevice"] = None  # a machine without PortAudio
sys.modules["scipy"] = None  # 140 MB that only the tests need
sys.modules["aalink"] = None  # under the GPL: a program of its own imports it
for name in sys.argv[1:]:
    importlib.import_module(name)
if "pygame" in sys.modules:
    assert not sys.modules["pygame"].get_init() and not sys.modules["pygame"].display.get_init()
"""


def test_importing_everything_needs_no_screen_sound_card_or_network(tmp_path: Path) -> None:
    outside = {key: value for key, value in os.environ.items() if "DISPLAY" not in key and not key.startswith("XDG")}
    modules = [module_of(path) for path in FILES]
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", BARE, *modules],
        cwd=tmp_path,
        env=outside | {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path / "kernels")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == ""
    assert not list(tmp_path.iterdir()), "an import leaves nothing behind"
