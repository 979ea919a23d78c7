"""What the supervisor takes for life and what for a hang, and how it ends a show that hangs: with shows that only talk.

Where they hang, the patience is a tenth of the real one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.waiting import ROOT, TIMEOUT_S

pytestmark = pytest.mark.whole

SUPERVISOR = """
    import sys
    from pathlib import Path
    from installation.watch import supervisor
    from installation.watch.status_file import Records

    folder, short, *command = sys.argv[1:]
    supervisor.TIMEOUT_S |= {place: supervisor.TIMEOUT_S[place] / 10 for place in short.split(",") if place}
    records = Records(Path(folder), Path(folder))
    sys.exit(supervisor.Supervisor(command, records, kept="nothing").run())
"""
SHOW = """
    import os, signal, sys, time
    from installation.watch.child import SupervisorLink

    link = SupervisorLink(sys.argv[-1])
    link.orders()
    link.say({"limits": {"failures": 1, "within_s": 3600, "hang_s": 0.24}})

    def stand_still():
        os.kill(os.getpid(), signal.SIGSTOP)
"""


class Watched:
    """A supervisor over a show that does what a few lines of Python say."""

    def __init__(self, folder: Path, does: str, short: str, before: str = "") -> None:
        self._folder = folder
        self._write("supervisor", before + textwrap.dedent(SUPERVISOR))
        self._write("show", SHOW)
        with (folder / "show.py").open("a", encoding="utf-8") as script:
            script.write(textwrap.dedent(does))
        command = [str(folder / "supervisor.py"), str(folder), short, sys.executable, str(folder / "show.py")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, *command], env=environment, stderr=subprocess.PIPE, text=True, cwd=folder
        )

    def _write(self, name: str, text: str) -> None:
        (self._folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")

    def log(self, event: str) -> list[dict[str, Any]]:
        lines = (self._folder / "sleeptree.log").read_text(encoding="utf-8").splitlines()
        return [said for line in lines if (said := json.loads(line)) and said["event"] == event]

    def ended(self) -> tuple[int, str]:
        """Exit code and words, once it has ended by itself."""
        _, err = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, err


Stage = Callable[[str, str], Watched]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made: list[Watched] = []

    def make(does: str, short: str) -> Watched:
        made.append(Watched(tmp_path, does, short))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()  # and the link ends the rest
        one.process.communicate()


HANGS = {
    "stands still": 'link.pulse("playing")\nstand_still()\n',
    "writes to the log": 'link.pulse("playing")\nwhile not time.sleep(0.01):\n    link.say({"log": "[]"})\n',
    "stands still while it loads": 'link.pulse("loading")\nstand_still()\n',
    "said that it waits when it was told": 'link.pulse("waiting")\nstand_still()\n',
    "stands still while it ends": 'link.pulse("playing")\nlink.pulse("ending")\nstand_still()\n',
}


@pytest.mark.parametrize("does", HANGS.values(), ids=HANGS.keys())
def test_a_hang_is_noticed(stage: Stage, does: str) -> None:
    show = stage(does, "loading,waiting,playing,ending")
    code, _ = show.ended()
    assert code == 1
    assert [line["reason"] for line in show.log("restart")] == ["hang"] * 3  # the show, the calm scene, and black


ASKED = {
    "playing": ('link.pulse("playing")\n', 1),
    "ending": ('link.pulse("playing")\nlink.pulse("ending")\n', 1),
    "loading": ('link.pulse("loading")\n', 0),
    "filming": ('link.pulse("filming")\n', 0),
}
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
END = """
os.kill(os.getppid(), signal.SIGTERM)  # somebody asks for the end
stand_still()
"""


@pytest.mark.parametrize(("does", "code"), ASKED.values(), ids=ASKED)
def test_a_show_that_hangs_is_ended_and_the_exit_code_says_whether_something_was_lost(
    stage: Stage, does: str, code: int
) -> None:
    show = stage(DEAF + does + END, "playing,ending")
    lost = "sleeptree: the show did not end by itself when it was asked to; it was cut off\n"
    assert show.ended() == (code, lost if code else "")
    assert [show.log(event) != [] for event in ("hang", "restart", "cut off")] == [True, False, bool(code)]


SLOW_IMPORTS = """
for name in ("one", "two", "three", "four", "five", "six", "seven", "eight"):
    __import__(name)
link.pulse("playing")
link.say({"ended": True})
"""


def test_a_machine_that_is_slow_to_import_is_no_hang(stage: Stage, tmp_path: Path) -> None:
    for name in ("one", "two", "three", "four", "five", "six", "seven", "eight"):
        (tmp_path / f"{name}.py").write_text("import time\ntime.sleep(0.6)\n")
    show = stage(SLOW_IMPORTS, "loading,waiting")
    assert show.ended() == (0, "")
    assert show.log("hang") == []


def test_an_exit_that_nobody_asked_for_is_a_failure(stage: Stage) -> None:
    show = stage('link.pulse("playing")\nos._exit(0)\n', "")
    assert show.ended()[0] == 1
    assert [line["reason"] for line in show.log("restart")] == ["exit code 0"] * 3


def test_a_child_of_the_show_hides_neither_its_crash_nor_its_end(stage: Stage) -> None:
    show = stage('if not os.fork():\n    time.sleep(1000)\nlink.pulse("playing")\nos.abort()\n', "")
    assert show.ended()[0] == 1
    assert [line["reason"] for line in show.log("restart")] == ["SIGABRT"] * 3


SIGNAL_WHILE_IT_SPAWNS = """
import os, signal, subprocess

class Late(subprocess.Popen):
    def __init__(self, *given, **more):
        os.kill(os.getpid(), signal.SIGTERM)
        super().__init__(*given, **more)

subprocess.Popen = Late
"""


def test_the_end_may_be_asked_for_before_there_is_a_show(tmp_path: Path) -> None:
    show = Watched(tmp_path, 'link.pulse("playing")\ntime.sleep(1000)\n', "", before=SIGNAL_WHILE_IT_SPAWNS)
    assert show.ended() == (0, "")
