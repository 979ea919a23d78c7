"""The same bank of sines in scsynth (SuperCollider) and csound, where they are installed: CPU of their own process."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
SECONDS = 60
Doubles = NDArray[np.float64]


def peers(lines: Doubles, partials: int) -> dict[str, float]:
    """ms of CPU per second of stereo sound for tones at `lines` Hz with `partials` each; start-up is taken off."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if shutil.which("scsynth"):
            long, short = (_scsynth(folder, lines, partials, s) for s in (SECONDS, 1))
            found["scsynth NRT"] = 1e3 * (long - short) / (SECONDS - 1)
        if shutil.which("csound"):
            for opcode in ("oscil", "poscil"):
                long, short = (_csound(folder, opcode, lines, partials, s) for s in (SECONDS, 1))
                found[f"csound {opcode}"] = 1e3 * (long - short) / (SECONDS - 1)
    return found


def _cpu(*command: str) -> float:
    """Seconds of CPU of a command, the best of three."""
    script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
    script += "u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime)"
    runs = [
        subprocess.run([sys.executable, "-c", script, *command], check=True, capture_output=True, text=True).stdout
        for _ in range(3)
    ]
    return min(map(float, runs))


def _csound(folder: Path, opcode: str, lines: Doubles, partials: int, seconds: int) -> float:
    """A note a line; the partials of a line are summed before they are panned."""
    sines = "\n".join(f"a{k} {opcode} {0.02 / k:.5f}, p4*{k}, 1" for k in range(1, partials + 1))
    total = "+".join(f"a{k}" for k in range(1, partials + 1))
    notes = "\n".join(f"i1 0 {seconds} {hz:.4f} {i % 7 / 6:.3f}" for i, hz in enumerate(lines))
    path = folder / "bank.csd"
    path.write_text(
        f"<CsoundSynthesizer>\n<CsOptions>\n-n -d -m0\n</CsOptions>\n<CsInstruments>\nsr = {RATE}\nksmps = 64\n"
        f"nchnls = 2\n0dbfs = 1\ngi ftgen 1, 0, 8192, 10, 1\n"
        f"instr 1\n{sines}\nam = {total}\nouts am*p5, am*(1-p5)\nendin\n"
        f"</CsInstruments>\n<CsScore>\n{notes}\ne\n</CsScore>\n</CsoundSynthesizer>\n"
    )
    return _cpu("csound", str(path))


def _scsynth(folder: Path, lines: Doubles, partials: int, seconds: int) -> float:
    """A synth a line, from a definition and a score that are written here byte by byte."""
    made = [_message("/d_recv", ",b", _blob(_definition(partials)))]
    for i, hz in enumerate(lines):
        arguments = struct.pack(">iii", 1000 + i, 0, 0) + _text("hz") + struct.pack(">f", hz)
        made.append(
            _message("/s_new", ",siiisfsf", _text("bank") + arguments + _text("pan") + struct.pack(">f", i % 7 / 3 - 1))
        )
    ends = _message("/c_set", ",ii", struct.pack(">ii", 0, 0))
    score = b"".join(_bundle(0.0, message) for message in made) + _bundle(float(seconds), ends)
    (folder / "score.osc").write_bytes(score)
    return _cpu(
        "scsynth", "-N", str(folder / "score.osc"), "_", str(folder / "out.wav"), str(RATE), "WAV", "float", "-o", "2"
    )


def _definition(partials: int) -> bytes:
    """SynthDef "bank" (file format 2): sines at hz, 2 hz .. summed, panned by `pan`, to bus 0."""
    constants = [0.0, 1.0, *map(float, range(2, partials + 1)), *(0.02 / k for k in range(1, partials + 1))]

    def constant(value: float) -> tuple[int, int]:
        return -1, int(np.argmin(np.abs(np.array(constants) - value)))

    ugens: list[bytes] = [_ugen("Control", 1, [], [1, 1])]
    total: tuple[int, int] | None = None
    for k in range(1, partials + 1):
        ugens.append(_ugen("BinaryOpUGen", 1, [(0, 0), constant(k)], [1], 2))
        ugens.append(_ugen("SinOsc", 2, [(len(ugens) - 1, 0), constant(0.0)], [2]))
        ugens.append(_ugen("BinaryOpUGen", 2, [(len(ugens) - 1, 0), constant(0.02 / k)], [2], 2))
        if total is not None:
            ugens.append(_ugen("BinaryOpUGen", 2, [total, (len(ugens) - 1, 0)], [2], 0))
        total = (len(ugens) - 1, 0)
    assert total is not None
    ugens.append(_ugen("Pan2", 2, [total, (0, 1), constant(1.0)], [2, 2]))
    ugens.append(_ugen("Out", 2, [constant(0.0), (len(ugens) - 1, 0), (len(ugens) - 1, 1)], []))
    head = b"SCgf" + struct.pack(">ih", 2, 1) + _name("bank") + struct.pack(">i", len(constants))
    head += struct.pack(f">{len(constants)}f", *constants) + struct.pack(">iffi", 2, 440.0, 0.0, 2)
    head += _name("hz") + struct.pack(">i", 0) + _name("pan") + struct.pack(">i", 1)
    return head + struct.pack(">i", len(ugens)) + b"".join(ugens) + struct.pack(">h", 0)


def _ugen(kind: str, rate: int, inputs: list[tuple[int, int]], outputs: list[int], special: int = 0) -> bytes:
    head = _name(kind) + struct.pack(">biih", rate, len(inputs), len(outputs), special)
    return head + b"".join(struct.pack(">ii", *one) for one in inputs) + bytes(outputs)


def _name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _text(text: str) -> bytes:
    raw = text.encode() + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


def _blob(raw: bytes) -> bytes:
    return struct.pack(">i", len(raw)) + raw + b"\0" * (-len(raw) % 4)


def _message(address: str, tags: str, arguments: bytes) -> bytes:
    return _text(address) + _text(tags) + arguments


def _bundle(seconds: float, message: bytes) -> bytes:
    raw = b"#bundle\0" + struct.pack(">Q", int(seconds * 2**32)) + struct.pack(">i", len(message)) + message
    return struct.pack(">i", len(raw)) + raw
