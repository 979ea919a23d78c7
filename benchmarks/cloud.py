"""Many processes on this machine as one show: do they agree, how far apart are they, and what happens when one fails.

python benchmarks/cloud.py [--nodes 8] [--seconds 180] [--rate 200] [--json FILE]

Nodes have a show, a desk, a journal and a clock of their own, and draw nothing. A third of the way in the conductor is
killed; half way a node is; two thirds in another is stopped for three seconds. A node that is late because its process
waits for a core says nothing about the network: the second table tells how much of a core each had, and how long it
waited for one.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tables import table  # beside this file

from installation.model.ticks import RATE, SECOND
from tests.harness.cloudnodes import NodeProcess, conductor
from tests.harness.waiting import free_ports


def play(nodes: list[NodeProcess], seconds: float) -> dict[str, tuple[str, int]]:
    """The run, with its accidents; what happened when (monotonic nanoseconds)."""
    began = time.monotonic()
    happened: dict[str, tuple[str, int]] = {}

    def wait(share: float) -> None:
        time.sleep(max(0.0, began + share * seconds - time.monotonic()))

    def befalls(what: str, node: NodeProcess, act: Callable[[], None]) -> None:
        happened[what] = (node.name, time.monotonic_ns())
        act()

    wait(1 / 3)
    while (killed := conductor(nodes)) is None:
        time.sleep(0.1)
    befalls("conductor killed", killed, killed.kill)
    wait(1 / 2)
    other = follower(nodes)
    befalls("node killed", other, other.kill)
    wait(2 / 3)
    stopped = follower(nodes)
    befalls("node stopped", stopped, stopped.stop)
    time.sleep(3.0)
    stopped.go_on()
    return happened


def follower(nodes: list[NodeProcess]) -> NodeProcess:
    """The last of those who are there and don't conduct."""
    return next(node for node in reversed(nodes) if node.runs and node is not conductor(nodes))


def figures(nodes: list[NodeProcess], happened: dict[str, tuple[str, int]]) -> list[dict[str, Any]]:
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
        {"what": "bytes/s that a node says", "figure": float(np.median([growth(node, "said") for node in survivors]))},
        {"what": "of them the last conductor, to each", "figure": max(growth(node, "said") for node in survivors)},
        {"what": "refused", "figure": dict(sum((Counter(node.said[-1]["refused"]) for node in survivors), Counter()))},
    ]
    return rows


def shares(nodes: list[NodeProcess]) -> list[dict[str, Any]]:
    """What each had of the processors, and how often it was late: a node that waits for a core can't keep time."""
    return [
        {
            "node": node.name,
            "CPU, % of a core": 100.0 * growth(node, "cpu_s"),
            "of it the show's own thread": 100.0 * growth(node, "show_s"),
            "this waited for a core, %": 100.0 * growth(node, "waited_s"),
            "ticks over 250 ms late": node.said[-1]["missed"],
            "corrections": node.said[-1]["corrections"],
            "seconds conducted": sum(said["conducts"] for said in node.said),
            "ended": "by itself" if node.process.returncode == 0 else "killed",
        }
        for node in nodes
        if len(node.said) > 2
    ]


def growth(node: NodeProcess, what: str) -> float:
    """By how much a count of a node grows in a second, once it plays."""
    first, last = node.said[1], node.said[-1]
    return float((last[what] - first[what]) / ((last["at_ns"] - first["at_ns"]) / SECOND))


def processors() -> NDArray[np.float64]:
    """What this machine's did since it was started: used, idle, taken by other machines (Linux's count, in ticks)."""
    said = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    user, nice, system, idle, waiting, irq, soft, stolen = map(float, said)
    return np.array([user + nice + system + irq + soft, idle + waiting, stolen])


def used(before: NDArray[np.float64]) -> list[dict[str, Any]]:
    """How many of the processors were used since then, and by whom."""
    spent = processors() - before
    cores = spent / spent.sum() * (os.cpu_count() or 1)
    words = ("cores in use, by all of this machine", "cores idle", "cores that other machines took")
    return [{"what": word, "figure": float(share)} for word, share in zip(words, cores, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--rate", type=float, default=200.0, help="controls a second, of all nodes together")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    names = [f"n{i}" for i in range(wanted.nodes)]
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        ports = dict(zip(names, free_ports(wanted.nodes), strict=True))
        how = ["--seconds", str(wanted.seconds + 10.0), "--rate", str(wanted.rate / wanted.nodes)]
        nodes = [stack.enter_context(closing(NodeProcess(Path(home), name, ports, *how))) for name in names]
        while not all(node.said for node in nodes):
            if ended := [node.name for node in nodes if not node.runs]:
                raise SystemExit(f"cloud: {', '.join(ended)} ended before anybody played")
            time.sleep(0.1)
        before = processors()
        happened = play(nodes, wanted.seconds)
        rows = used(before)
        for node in nodes:
            node.finish()
    rows = figures(nodes, happened) + rows
    each = shares(nodes)
    print(table(rows, f"{wanted.nodes} nodes, {wanted.seconds:g} s, {wanted.rate:g} controls a second"))
    print(f"\n{table(each)}")
    if wanted.json is not None:
        known = {row["what"]: row["figure"] for row in rows} | {"each": each}
        wanted.json.write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    main()
