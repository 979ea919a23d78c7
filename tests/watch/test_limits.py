"""What the world round a show runs out of: readers of its words, file descriptors. OSC is answered all the while."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.harness.desktop import Desktop
from tests.harness.limits import full_pipe, half_opened
from tests.harness.playing import Playing

pytestmark = pytest.mark.whole


@pytest.fixture
def show(desktop: Desktop) -> Iterator[Playing]:
    one = Playing(desktop.environment)
    yield one
    one.close()


def answers(show: Playing) -> None:
    """It refuses, says so where nobody listens, and then takes and answers as if nothing had been."""
    show.plays()
    for refusal in ("/typo", "/light/glow"):
        show.tell(refusal, "much")
        show.wait(lambda s: sum(s.get("refused", {}).values()) > 0, "a refusal")
    show.give("/sleeper/7/glow", 0.75)
    assert show.asked("/sync")["/sleeper/7/glow"] == 0.75
    seen = show.state["tick"]
    show.wait(lambda s: s["tick"] > seen + 240, "two seconds")
    assert show.state["restarts"] == 0


@pytest.mark.parametrize("words", ["unread", "without a reader"])
def test_nobody_reads_its_words(show: Playing, words: str) -> None:
    ours, theirs = full_pipe()
    show.stderr = theirs
    show.start()
    os.close(theirs)
    if words == "without a reader":
        show.plays()
        os.close(ours)
    answers(show)
    show.end()
    assert show.process is not None
    assert show.process.returncode == 0


def test_its_words_go_nowhere(show: Playing) -> None:
    show.prefix = ["bash", "-c", 'exec "$@" 2>&-', "closed"]
    show.start()
    answers(show)
    assert show.end()[0] == 0


def test_it_has_few_descriptors_and_strangers_take_them(desktop: Desktop) -> None:
    show = Playing(desktop.environment)
    try:
        port = show.port + 1
        text = show.config.read_text(encoding="utf-8")
        show.config.write_text(text.replace("[oscquery]\nenabled = false", f"[oscquery]\nport = {port}"), "utf-8")
        show.prefix = ["bash", "-c", 'ulimit -n 256; exec "$@"', "few"]
        show.start()
        show.guarded()
        with half_opened(port, 300):
            answers(show)
        answers(show)
        code, _, err = show.end()
        assert (code, "Traceback" in err) == (0, False)
    finally:
        show.close()


def test_a_standby_that_falls_silent_is_replaced_before_it_is_needed(show: Playing) -> None:
    import signal

    show.start()
    before = show.guarded()
    os.kill(before["standby"], signal.SIGSTOP)
    after = show.wait(lambda s: s.get("standing_by") and s["standby"] != before["standby"], "another one", 60.0)
    assert (after["restarts"], after["process"]) == (0, before["process"])
    os.kill(after["process"], signal.SIGKILL)
    show.plays(after["process"])
    (back,) = show.log("back")
    assert back["without_picture_s"] < 10.0  # and not as long as a process may load
    assert show.end()[0] == 0
    assert subprocess.run(["kill", "-0", str(before["standby"])], check=False, capture_output=True).returncode
