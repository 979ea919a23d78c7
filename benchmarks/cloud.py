"""Many processes on this machine as one show: do they agree, how far apart are they, and what happens when one fails.

python benchmarks/cloud.py [--nodes 8] [--seconds 180] [--rate 200] [--json FILE]

Nodes have a show, a desk, a journal and a clock of their own, and draw nothing. A third of the way in the conductor is
killed; half way a node is; two thirds in another is stopped for three seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables import table
from installation.model.ticks import RATE, SECOND
from tests.harness.home import environment
from tests.harness.waiting import ROOT, free_ports


class Node:
    """A child, and what it has said."""

    def __init__(self, home: Path, name: str, ports: list[int], names: list[str], rate: float, seconds: float) -> None:
        own, *others = ports
        order = [sys.executable, "-m", "tests.harness.cloudnode", name, str(own), "--folder", str(home / "journals")]
        order += ["--connect", *map(str, others), "--named", *names, "--seconds", str(seconds), "--rate", str(rate)]
        self.name = name
        self.said: list[dict[str, Any]] = []
        self.process = subprocess.Popen(order, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def end(self) -> None:
        self.process.wait()
        self._reader.join()


def conductor(nodes: list[Node]) -> Node:
    """Who conducts by what was said last."""
    return next(node for node in nodes if node.said and node.said[-1].get("conducts") and node.process.poll() is None)


def play(nodes: list[Node], seconds: float) -> dict[str, Any]:
    """The run, with its accidents; what happened when (monotonic nanoseconds)."""
    began, happened = time.monotonic(), {}
    wait = lambda share: time.sleep(max(0.0, began + share * seconds - time.monotonic()))  # noqa: E731
    wait(1 / 3)
    killed = conductor(nodes)
    os.kill(killed.process.pid, signal.SIGKILL)
    happened["conductor killed"] = (killed.name, time.monotonic_ns())
    wait(1 / 2)
    other = next(node for node in reversed(nodes) if node.process.poll() is None and node is not conductor(nodes))
    os.kill(other.process.pid, signal.SIGKILL)
    happened["node killed"] = (other.name, time.monotonic_ns())
    wait(2 / 3)
    stopped = next(node for node in reversed(nodes) if node.process.poll() is None and node is not conductor(nodes))
    os.kill(stopped.process.pid, signal.SIGSTOP)
    happened["node stopped"] = (stopped.name, time.monotonic_ns())
    time.sleep(3.0)
    os.kill(stopped.process.pid, signal.SIGCONT)
    return happened


def figures(nodes: list[Node], happened: dict[str, Any]) -> list[dict[str, Any]]:
    """What was seen, in rows."""
    digests: dict[int, set[str]] = {}
    at: dict[int, list[int]] = {}
    for node in nodes:
        for said in node.said:
            digests.setdefault(said["tick"], set()).add(said["digest"])
            at.setdefault(said["tick"], []).append(said["at_ns"])
    compared = [tick for tick, times in at.items() if len(times) > 1]
    stopped, when = happened["node stopped"]
    quiet = [tick for tick in compared if not when <= min(at[tick]) <= when + 4 * SECOND]
    skews = np.array([(max(at[tick]) - min(at[tick])) / 1e6 for tick in quiet])
    survivors = [node for node in nodes if node.process.returncode == 0]
    rows: list[dict[str, Any]] = [
        {"what": "digests compared", "figure": sum(len(at[tick]) for tick in compared)},
        {"what": "ticks at which they disagree", "figure": sum(len(digests[tick]) > 1 for tick in compared)},
        {"what": "skew of a tick, first to last, median ms", "figure": float(np.median(skews))},
        {"what": "skew p99 ms", "figure": float(np.percentile(skews, 99))},
        {"what": "skew worst ms", "figure": float(skews.max())},
    ]
    for name, (who, since) in happened.items():
        gaps = [
            max((b["at_ns"] - a["at_ns"]) / 1e6 - (b["tick"] - a["tick"]) * 1000 / RATE for a, b in pairs)
            for node in survivors
            if node.name != who
            if (pairs := [pair for pair in pairwise(node.said) if since <= pair[1]["at_ns"] < since + 3 * SECOND])
        ]
        rows.append({"what": f"{name} ({who}): the others' worst second, ms late", "figure": max(gaps)})
    back = [said for node in nodes if node.name == stopped for said in node.said if said["at_ns"] > when + 3 * SECOND]
    rows += [
        {"what": "stopped node: back after, ms", "figure": (back[0]["at_ns"] - when) / 1e6 - 3000 if back else "never"},
        {"what": "stopped node: seconds in which it conducted afterwards", "figure": sum(s["conducts"] for s in back)},
        {"what": "ticks more than 250 ms late", "figure": sum(node.said[-1]["missed"] for node in survivors)},
        {"what": "controls taken by each", "figure": min(node.said[-1]["taken"] for node in survivors)},
        {"what": "CPU of a node, % of a core", "figure": float(np.median([rate(node, "cpu_s") for node in survivors]))},
        {
            "what": "bytes/s that a node says",
            "figure": float(np.median([rate(node, "said") for node in survivors])) / 100,
        },
        {"what": "of them the last conductor, to each", "figure": max(rate(node, "said") for node in survivors) / 100},
        {"what": "corrections of survivors", "figure": {n.name: n.said[-1]["corrections"] for n in survivors}},
        {"what": "refused", "figure": dict(sum((Counter(node.said[-1]["refused"]) for node in survivors), Counter()))},
    ]
    return rows


def rate(node: Node, what: str) -> float:
    """By how much a count of a node grows in a second, once it plays, times 100."""
    first, last = node.said[1], node.said[-1]
    return 100.0 * (last[what] - first[what]) / ((last["at_ns"] - first["at_ns"]) / SECOND)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--rate", type=float, default=200.0, help="controls a second, of all nodes together")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    names = [f"n{i}" for i in range(wanted.nodes)]
    with tempfile.TemporaryDirectory() as home:
        ports = free_ports(wanted.nodes)
        nodes = [
            Node(
                Path(home),
                name,
                [own, *(port for port in ports if port != own)],
                names,
                wanted.rate / wanted.nodes,
                wanted.seconds + 10.0,
            )
            for name, own in zip(names, ports, strict=True)
        ]
        while not all(node.said for node in nodes):
            time.sleep(0.1)
        happened = play(nodes, wanted.seconds)
        for node in nodes:
            node.end()
    rows = figures(nodes, happened)
    print(table(rows, f"{wanted.nodes} nodes, {wanted.seconds:g} s, {wanted.rate:g} controls a second"))
    if wanted.json is not None:
        wanted.json.write_text(json.dumps({row["what"]: row["figure"] for row in rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
