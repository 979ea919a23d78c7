"""What tests of more than one room use: a real X server without a monitor, and a scene small enough to count on."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
_SLOW = [HealthCheck.too_slow]  # how fast a machine is decides no test, and neither does what is drawn today
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile("search", deadline=None, max_examples=5000, suppress_health_check=_SLOW)
settings.load_profile("steady")  # `make test ARGS=--hypothesis-profile=search` draws others, and many more

PATIENCE_S = 180.0  # no test is decided by it: what takes so long hangs


def needed(*tools: str) -> None:
    """Skip where a tool is missing, loudly; on the machine that decides, fail."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{' and '.join(missing)} must be installed here")
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed: nothing was tested with it")


def until(true: Callable[[], object], what: str = "what others do") -> float:
    """Wait until something is true that another thread, process or program does; how long that took in seconds."""
    began, pause = time.monotonic(), 0.001
    while not true():
        assert time.monotonic() - began < PATIENCE_S, f"still waiting for {what}"
        time.sleep(pause)
        pause = min(2.0 * pause, 0.02)
    return time.monotonic() - began


def alive(process: int) -> bool:
    """Whether it runs; one that has ended and that nobody has asked about yet does not. For Linux."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def free_ports(many: int) -> list[int]:
    """Ports that nobody has, for UDP and TCP, and that no system gives to those who ask for any."""
    free: list[int] = []
    first = 12_000 + os.getpid() % 8_000  # others may be looking, too
    for port in range(first, 32_768):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp, suppress(OSError):
            udp.bind(("127.0.0.1", port))
            tcp.bind(("127.0.0.1", port))
            free.append(port)
        if len(free) == many:
            return free
    pytest.fail(f"{many} free ports are needed")


class Desktop:
    """An X server of our own, 640x360, with what is on its screen and somebody at its keyboard."""

    width, height = 640, 360

    def __init__(self, display: str, memory: Path) -> None:
        self.display, self._memory = display, memory
        self.environment = {"DISPLAY": display, "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": "x11"}

    def do(self, *arguments: str) -> str:
        """What xdotool answers."""
        env = {**os.environ, "DISPLAY": self.display}
        order = ["xdotool", *arguments]
        done = subprocess.run(order, env=env, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
        return done.stdout.strip()

    def key(self, *names: str) -> None:
        """Press keys, by their X names."""
        self.do("key", *names)

    def close(self) -> None:
        """What a window manager does when somebody presses its close button: WM_DELETE_WINDOW (ICCCM 4.2.8.1)."""
        window = int(self.window())
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        server = ctypes.c_void_p(x11.XOpenDisplay(self.display.encode()))
        atoms = [x11.XInternAtom(server, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        message = (
            ctypes.c_long * 24
        )()  # an XEvent: type, serial, sent, display, window, type of message, format, data
        message[0], message[4], message[5], message[6], message[7] = 33, window, atoms[0], 32, atoms[1]
        assert x11.XSendEvent(server, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
        x11.XCloseDisplay(server)

    def window(self) -> str:
        """The id of our window, once it is there."""
        found: list[str] = []

        def there() -> bool:
            try:
                found[:] = self.do("search", "--onlyvisible", "--class", "^sleeptree$").split()
            except subprocess.CalledProcessError:
                return False
            return bool(found)

        until(there, "a window")
        return found[-1]

    def picture(self) -> NDArray[np.uint32]:
        """What is on the screen: (360, 640) of 0x00RRGGBB, read from the server's own XWD file."""
        raw = self._memory.read_bytes()
        head = struct.unpack(">25I", raw[:100])
        size, height, width, pitch, colours = head[0], head[5], head[4], head[12], head[19]
        rows = np.frombuffer(raw, np.uint8, count=pitch * height, offset=size + 12 * colours)
        order = ">u4" if head[7] else "<u4"
        return rows.view(order).reshape(height, pitch // 4)[:, :width].astype(np.uint32) & np.uint32(0xFFFFFF)


@pytest.fixture(scope="session")
def kernels() -> None:
    """All machine code that a show needs is on the disk: here it may take minutes, and nobody waits for a process."""
    from installation.light.picture import prepare
    from installation.sound.output.process import drones, warm
    from installation.venue.settings import Hearing, Sound

    prepare(lambda _: None)
    warm(drones, 1, Sound(), Hearing())


@pytest.fixture(scope="session")
def desktop(kernels: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """An Xvfb that nobody else uses."""
    needed("Xvfb", "xdotool")
    folder = tmp_path_factory.mktemp("xvfb")
    ours, theirs = os.pipe()
    screen = f"{Desktop.width}x{Desktop.height}x24"
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(theirs),
            "-screen",
            "0",
            screen,
            "-fbdir",
            str(folder),
            "-noreset",
            "-br",
            "-nolisten",
            "tcp",
        ],
        pass_fds=[theirs],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        yield Desktop(f":{number}", folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_S)


class Command:
    """Runs `python -m installation ...` as its user would, with folders of its own and no screen unless given one."""

    def __init__(self, home: Path) -> None:
        self.home = home
        gone = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "SDL_FRAMEBUFFER_ACCELERATION", "CI")
        kept = {name: value for name, value in os.environ.items() if name not in gone and not name.startswith("XDG_")}
        ours = {"HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
        self.environment = {**kept, **ours}

    def _start(self, *arguments: str, desktop: Desktop | None = None) -> subprocess.Popen[str]:
        screen = desktop.environment if desktop is not None else {}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "installation", *arguments],
            env={**self.environment, **screen},
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def started(self, *arguments: str, desktop: Desktop | None = None) -> Iterator[subprocess.Popen[str]]:
        """Begin it; it does not outlive the block."""
        with self._start(*arguments, desktop=desktop) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *arguments: str, desktop: Desktop | None = None) -> subprocess.CompletedProcess[str]:
        """Do it, to the end."""
        with self.started(*arguments, desktop=desktop) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command line, in a new home."""
    return Command(tmp_path)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regold", action="store_true", help="write the golden pictures anew, after looking at them")
