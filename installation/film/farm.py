"""The segments of a film drawn on many machines, by the workers of a dask scheduler (the extra `[farm]`).

Workers say what they are before they are given anything: the version of the program, and the digest of a probe frame,
for machines may differ in the last bit of a sine. Parts come back as bytes, so that no folder has to be shared.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Self

import dask
from distributed import Client, Future, Nanny, as_completed
from distributed.scheduler import KilledWorker

from installation import repertoire
from installation.film.film import Cut, pictures
from installation.film.segments import Segment, Task, program_digest
from installation.film.workers import ATTEMPTS, Made, Progress
from installation.foundation.atomic import write_atomic
from installation.foundation.errors import Mistake
from installation.light.flashguard.held import Held
from installation.light.picture import Picture
from installation.model.score import parse
from installation.show import Show

CONNECT_S = 10
"""Seconds that a scheduler may take to answer."""

_PROBE = """
name = "probe"
settled = true
[[section]]
name = "torn"
phase = "glitch"
seconds = 4
ramp = 0.5
"""


class Dask:
    """The workers of the scheduler at `address`; those whose pictures differ from this machine's are left out.

    With `mixed` they take part, and the film may show where they did. `say` hears a line about each of them.
    Raises Mistake when nobody is there.
    """

    def __init__(self, address: str, mixed: bool, say: Callable[[str], None]) -> None:
        dask.config.set({"distributed.scheduler.allowed-failures": ATTEMPTS})
        try:
            self._client = Client(address, timeout=CONNECT_S)
        except (OSError, ValueError) as error:
            raise Mistake(f"--farm {address}: no scheduler answers there ({error})") from None
        try:
            self._workers = alike(self._client.run(probe), mixed, say)
        except BaseException:
            self._client.close()
            raise
        if not self._workers:
            self._client.close()
            raise Mistake(
                f"--farm {address}: no worker there draws the same pictures as this machine; --mixed takes them"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        self._client.close()

    def run(self, tasks: Iterable[Task], progress: Progress) -> Iterator[Made]:
        """As Runner does; parts arrive whole. A worker that is lost costs the segment that it drew."""
        given: dict[Future, Task] = {}
        try:
            done = as_completed(with_results=False)
            for task in tasks:
                future = self._client.submit(
                    render,
                    task.segment,
                    workers=self._workers,
                    retries=ATTEMPTS,
                    pure=False,
                    priority=-task.segment.index,
                )
                given[future] = task
                done.add(future)
            for future in done:
                task = given.pop(future)
                try:
                    part, held = future.result()
                except KilledWorker:
                    raise Mistake(f"film: segment {task.segment.index + 1}: its worker died {ATTEMPTS} times") from None
                assert task.part is not None
                write_atomic(task.part, part, durable=False)
                task.keep(held)
                future.release()
                progress(task.segment.index, task.segment.cut.frames)
                yield task, held
        finally:
            self._client.cancel(list(given))


def render(segment: Segment) -> tuple[bytes, Held]:
    """A segment on a worker: the bytes of its part, and what the guard held down."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.mp4"
        held = Task(segment, part, None, 0).make(1, lambda done: None)
        return part.read_bytes(), held


@cache
def probe() -> tuple[str, str]:
    """What this machine is: the digest of the program and that of a frame of deep glitch."""
    show = Show(parse(_PROBE, "probe"), 1, repertoire.found().scenes)
    picture = Picture(192, 108, 1, 1)
    made = blake2b(digest_size=8)
    for pixels in pictures(show, picture, Cut(360, 3, 30)):
        made.update(pixels.tobytes())
    picture.close()
    return program_digest(), made.hexdigest()


def alike(workers: Mapping[str, tuple[str, str]], mixed: bool, say: Callable[[str], None]) -> list[str]:
    """Addresses of workers that may draw. One with another version of the program never may."""
    program, frame = probe()
    taken = []
    for address, (theirs, drawn) in sorted(workers.items()):
        if theirs != program:
            say(f"film: {address} is left out: it has another version of the program or of a scene")
        elif drawn != frame and not mixed:
            say(f"film: {address} is left out: its pictures differ from this machine's; --mixed takes it")
        else:
            if drawn != frame:
                say(f"film: {address} draws pictures that differ from this machine's in the last bit")
            taken.append(address)
    return taken


def serve(address: str, count: int) -> None:
    """Be `count` workers of the scheduler at `address`, of one thread each, until it is gone. Raises Mistake.

    A worker that is killed comes back; kernels are compiled and the probe is drawn before anything is asked for.
    """
    asyncio.run(_serve(address, count))


async def _serve(address: str, count: int) -> None:
    nannies = [Nanny(address, nthreads=1, dashboard=False, death_timeout=CONNECT_S) for _ in range(count)]
    async with AsyncExitStack() as stack:
        try:
            for nanny in nannies:
                await stack.enter_async_context(nanny)
        except (OSError, TimeoutError, ValueError) as error:
            raise Mistake(f"farm: no scheduler answers at {address} ({error})") from None
        print(f"farm: {count} workers draw for {address}; Ctrl-C ends it", flush=True)
        await asyncio.gather(*(nanny.finished() for nanny in nannies))
