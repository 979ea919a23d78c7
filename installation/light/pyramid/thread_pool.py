"""A thread pool: a few threads pull the jobs of a frame. Knows nothing of light; what a job writes is its affair."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[int, int], None]  # (which job, which worker)


class _Round:
    """One round: jobs 0..count-1, each pulled once by whoever is free."""

    def __init__(self, job: Job, count: int, workers: int) -> None:
        self.job, self.count = job, count
        self.next = itertools.count()  # next() is atomic in CPython
        self.left = threading.Semaphore(0)
        self.workers = workers
        self.failed: BaseException | None = None

    def work(self, worker: int) -> None:
        try:
            while self.failed is None and (number := next(self.next)) < self.count:
                self.job(number, worker)
        except BaseException as error:  # handed to whoever waits in WorkerPool.run
            self.failed = error


class WorkerPool:
    """`size` workers, of which the caller is number 0. `run` returns when every job is done."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"a pool has at least 1 thread, got {size}")
        self.size = size
        self._orders: list[SimpleQueue[_Round | None]] = [SimpleQueue() for _ in range(size - 1)]
        self._threads = [
            threading.Thread(target=self._serve, args=(i + 1, orders), name=f"light {i + 1}", daemon=True)
            for i, orders in enumerate(self._orders)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, job: Job, count: int) -> None:
        """Run job(i, worker) for i in 0..count-1. Raises what a job raised."""
        helpers = min(self.size, count) - 1
        round_ = _Round(job, count, helpers)
        for orders in self._orders[: max(helpers, 0)]:
            orders.put(round_)
        round_.work(0)
        for _ in range(helpers):
            round_.left.acquire()
        if round_.failed is not None:
            raise round_.failed

    def close(self) -> None:
        """Let the threads end, and wait for them."""
        for orders in self._orders:
            orders.put(None)
        for thread in self._threads:
            thread.join()
        self._orders, self._threads, self.size = [], [], 1

    def _serve(self, worker: int, orders: SimpleQueue[_Round | None]) -> None:
        while (round_ := orders.get()) is not None:
            round_.work(worker)
            left = round_.left
            del round_  # before anybody goes on: a job may hold a window's memory, and what is held is locked
            left.release()
