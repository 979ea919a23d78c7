"""Status: how a show is, measured once, shown as /state/... messages, overlay, `sleeptree status` and log.

Only values: whoever measures fills them in, `state_messages`, `overlay` and `rows` render them. Between processes and
in the status file a Status travels as JSON. What strangers wrote (an address, a name) stands in it as they wrote it: to
be shown as plain text.
"""

from __future__ import annotations

import unicodedata

import msgspec

from installation import addresses
from installation.controls import Value
from installation.model import ticks


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a show is now. What nobody has measured keeps its default."""

    # the show
    score: str = ""
    seed: int = 0
    tick: int = 0
    arc: int = 0
    section: str = ""
    phase: str = ""
    progress: float = 0.0  # 0..1 of the section
    note: str = ""  # what the score tells the operator about it
    waiting: bool = False  # at its end, for GO
    stands_by: str = ""  # the section that GO goes to
    held: bool = False  # the score waits
    scenes: tuple[str, ...] = ()
    coherence: float = 0.0  # 0..1
    unrest: float = 0.0  # 0..1
    level: float = 1.0  # of the stage's own fade
    # its pictures
    size: tuple[int, int] = (0, 0)  # pixels
    present: str = ""  # how frames get to the screen
    fps: float = 0.0
    guard: float = 0.0  # share of the frame in which the flash guard acts
    drawing_ms: float = 0.0  # median
    drawing_threads: int = 0
    frame_ms: dict[str, float] = {}  # from frame to frame: n, median, p99, worst
    work_ms: dict[str, float] = {}  # of drawing
    late: int = 0
    slipped_ticks: int = 0
    # its sound
    sound: str = ""  # what the loudspeakers do, or why they don't; empty: there are none
    sound_playing: bool = False
    sound_process: int | None = None
    sound_restarts: int = 0
    xruns: int = 0  # gaps
    lufs: float = -120.0  # of the last 0.4 s
    integrated_lufs: float = -70.0  # since the sound began
    rms_db: float = -120.0
    peak_db: float = -120.0  # true peak
    roughness: float = 0.0  # 0..1
    hearing_guard_db: float = 0.0  # by how much the hearing guard turns down
    turned_down_db: float = 0.0  # by how much more, for the limit of fifteen minutes
    laeq_dba: float | None = None  # of fifteen minutes; None: not calibrated
    laeq_limit_dba: float | None = None
    dose_percent: float | None = None  # of a day's allowance
    calibrated: str = ""  # when and where
    # its stream
    stream: str = ""  # where it goes, how that is and since when; empty: nowhere
    stream_connected: bool = False
    stream_sent: int = 0  # pictures
    stream_dropped: int = 0  # pictures that were given and not taken in time
    # messages
    messages: dict[str, int] = {}  # by what became of them
    refused: dict[str, int] = {}  # by reason
    refusal: str = ""  # the latest
    words_waiting: int = 0  # visitors' lines that nobody has decided about
    pages: dict[str, str | int | float] = {}  # who is on: numbers, and where the visitors' page is
    cloud: str = ""  # with whom this show is played, and who conducts
    projectors: tuple[str, ...] = ()  # of each where and how it is
    link: str = ""  # who makes music with it over Ableton Link; empty: nobody is looked for
    # the process and its machine; None where the system doesn't say
    memory_mb: float | None = None
    threads: int | None = None
    descriptors: int | None = None
    temperature_c: float | None = None
    snapshot_tick: int | None = None
    troubles: tuple[str, ...] = ()
    # what the supervisor knows of it
    watched: bool = False
    supervisor: int | None = None
    process: int | None = None
    standby: int | None = None
    standing_by: bool = False
    place: str = "playing"
    role: str = ""
    restarts: int = 0
    silent_s: float = 0.0
    up_s: float | None = None
    log: str = ""
    at: float = 0.0  # Unix seconds


def plain(text: str) -> str:
    """`text` on one line, without control and formatting characters: a stranger's words can't steer a terminal."""
    return "".join(c if not unicodedata.category(c).startswith(("C", "Z")) or c == " " else "?" for c in text)


def state_messages(status: Status) -> dict[str, Value]:
    """Every /state/... of the table that is measured, by address."""
    messages: dict[str, Value] = {
        addresses.STATE_PHASE: status.phase,
        addresses.STATE_SECTION: status.section,
        addresses.STATE_PROGRESS: status.progress,
        addresses.STATE_STANDBY: status.stands_by,
        addresses.STATE_NOTE: status.note,
        addresses.STATE_WAITING: status.waiting,
        addresses.STATE_COHERENCE: status.coherence,
        addresses.STATE_REFUSED: float(sum(status.refused.values())),
        addresses.STATE_FPS: status.fps,
        addresses.STATE_GUARD: status.guard,
        addresses.STATE_WORDS: float(status.words_waiting),
    }
    if status.sound:
        playing = status.sound_playing
        messages |= {
            addresses.STATE_LEVEL: max(status.lufs, -60.0) if playing else -60.0,
            addresses.STATE_ROUGHNESS: status.roughness if playing else 0.0,
            addresses.STATE_INTEGRATED: status.integrated_lufs,
            addresses.STATE_CALIBRATED: status.laeq_dba is not None,
            addresses.STATE_LAEQ: status.laeq_dba or 0.0,
            addresses.STATE_DOSE: min(status.dose_percent or 0.0, 999.0),
            addresses.STATE_HEARING: status.hearing_guard_db + status.turned_down_db if playing else 0.0,
        }
    return messages


def overlay(status: Status) -> tuple[str, ...]:
    """The lines that the overlay shows."""
    width, height = status.size
    threads = status.drawing_threads
    held = ", held" if status.held else ", waits for GO" if status.waiting else ""
    after = f", GO: {plain(status.stands_by)}" if status.stands_by else ""
    return (
        f"{status.fps:.1f} fps, {status.drawing_ms:.1f} ms a picture, {width}x{height}, "
        f"{threads} thread{'s' if threads > 1 else ''}",
        f"{status.section} ({status.phase}) {status.progress * 100:.0f} %{held}, arc {status.arc + 1}{after}",
        f"coherence {status.coherence:.2f}, unrest {status.unrest:.2f}, {ticks.seconds(status.tick):.0f} s, "
        f"seed {status.seed}",
        *filter(None, [plain(status.note)]),
        *([f"Ableton Link: {status.link}"] if status.link else []),
        *([f"visitors' lines: {status.words_waiting} wait (sleeptree words list)"] if status.words_waiting else []),
        *filter(None, [plain(status.cloud)]),
        *map(plain, status.troubles),
        *filter(None, [plain(refusals(status))]),
        *sound_lines(status),
    )


def sound_lines(status: Status) -> tuple[str, ...]:
    """What the overlay says of the sound."""
    if not status.sound:
        return ()
    if not status.sound_playing:
        return (f"sound: {status.sound}",)
    held = f", guard {status.hearing_guard_db:.1f} dB" if status.hearing_guard_db > 0.05 else ""
    return (
        f"sound: {status.sound}, {status.xruns} gaps",
        f"{status.lufs:.1f} LUFS, {status.integrated_lufs:.1f} in all, rms {status.rms_db:.1f} dB, "
        f"true peak {status.peak_db:.1f} dB, roughness {status.roughness:.2f}{held}",
        hearing(status),
    )


def hearing(status: Status) -> str:
    """What the audience's ears have had, in a line."""
    held = status.hearing_guard_db + status.turned_down_db
    guard = f"; turned down by {held:.1f} dB" if held >= 0.1 else ""
    if status.laeq_dba is None or status.dose_percent is None:
        return f"not calibrated, so dB(A) are not known (sleeptree check --calibrate){guard}"
    limit = "" if status.laeq_limit_dba is None else f", limit {status.laeq_limit_dba:g}"
    dose = f"{status.dose_percent:.0f} % of a day's dose"
    return f"{status.laeq_dba:.1f} dB(A) in 15 minutes{limit}, {dose}{guard}; calibrated{status.calibrated}"


def refusals(status: Status) -> str:
    """What was refused, in a line; empty while nothing was."""
    if not status.refused:
        return ""
    most = sorted(status.refused.items(), key=lambda item: -item[1])[:4]
    reasons = ", ".join(f"{reason} {many}" for reason, many in most)
    return f"refused {sum(status.refused.values())} ({reasons}); last: {status.refusal}"


def title(status: Status, silent_s: float) -> str:
    """Which show this is, and whether it still answers."""
    role = {"calm": ", the calm scene", "black": ", black: it failed too often"}.get(status.role, "")
    return f"{plain(status.place)}{role}" + (f", silent for {silent_s:.1f} s" if silent_s > 2.0 else "")


def rows(status: Status) -> list[tuple[str, str]]:
    """What `sleeptree status` prints: a name and a line each; a line is empty where there is nothing to say."""
    s, frame = status, status.frame_ms
    times = f"median {frame.get('median', 0)} ms, p99 {frame.get('p99', 0)} ms, worst {frame.get('worst', 0)} ms"
    found = [
        ("show", f"{s.score}, seed {s.seed}, {s.section} ({s.phase})" if s.score else ""),
        ("picture", f"{s.size[0]}x{s.size[1]}, {s.fps:.0f} fps, {s.present}" if s.size[0] else ""),
        ("frames", f"{times}, {s.late} late" if frame.get("n") else ""),
        ("flash guard", f"{100 * s.guard:.1f} % of the picture" if s.score else ""),
        ("sound", f"{s.sound}, {s.lufs:.1f} LUFS, {s.xruns} gaps" if s.sound else ""),
        ("hearing", hearing(s) if s.sound else ""),
        ("stream", _stream(s)),
        ("messages", f"{s.messages.get('taken', 0)} taken, {sum(s.refused.values())} refused"),
        ("lines", f"{s.words_waiting} wait: sleeptree words list" if s.words_waiting else ""),
        ("visitors", _visitors(s)),
        ("cloud", s.cloud),
        ("projectors", ", ".join(s.projectors)),
        ("Ableton Link", s.link),
        ("machine", _machine(s)),
        ("snapshot", "" if s.snapshot_tick is None else f"{ticks.seconds(s.tick - s.snapshot_tick):.1f} s old"),
        ("watched", _watched(s)),
        ("up", "" if s.up_s is None else ticks.clock(s.up_s)),
        ("trouble", "; ".join([*s.troubles, *filter(None, [refusals(s)])])),
        ("log", s.log),
    ]
    return [(name, plain(line)) for name, line in found]


def _stream(status: Status) -> str:
    s = status
    return f"{s.stream}, {s.stream_sent} pictures sent, {s.stream_dropped} dropped" if s.stream else ""


def _visitors(status: Status) -> str:
    p = status.pages
    if not p:
        return ""
    return (
        f"{p.get('phones', 0)} phones, {p.get('lie', 0)} lie, {p.get('wait', 0)} wait, {p.get('refused', 0)} refused, "
        f"crowd {p.get('crowd', 0):+.2f}; sleeptree pages"
    )


def _machine(status: Status) -> str:
    parts = (
        None if status.memory_mb is None else f"{status.memory_mb:.0f} MB",
        None if status.threads is None else f"{status.threads} threads",
        None if status.descriptors is None else f"{status.descriptors} files",
        None if status.temperature_c is None else f"{status.temperature_c:.0f} °C",
    )
    return ", ".join(filter(None, parts))


def _watched(status: Status) -> str:
    if not status.watched:
        return "" if status.process is None else f"by nobody, process {status.process}"
    standby = "another one stands by" if status.standing_by else "nobody stands by yet"
    return f"by {status.supervisor}, process {status.process}, {standby}, {status.restarts} restarts"
