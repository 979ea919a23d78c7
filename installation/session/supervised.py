"""`sleeptree play` as people start it: a supervisor that starts the show in a process of its own, and watches it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing

from installation.foundation import places
from installation.watch.console import open_standard_descriptors
from installation.watch.lock import InstanceLock
from installation.watch.process_stats import age_s, raise_descriptor_limit
from installation.watch.sd_notify import SdNotify
from installation.watch.status_file import Records
from installation.watch.supervisor import Supervisor


def supervised(
    arguments: Sequence[str], resume: bool = False, name: str = "show", pages: Sequence[str] | None = None
) -> int:
    """Play with these `arguments` of the command line until it ends; the exit code. What is kept goes by `name`.

    `pages` are the arguments with which the visitors' pages are served beside it.
    """
    open_standard_descriptors()
    raise_descriptor_limit()
    program = [sys.executable, *(f"-W{option}" for option in sys.warnoptions), "-m", "installation"]
    command, beside = [*program, *arguments], None if pages is None else [*program, *pages]
    claimed = InstanceLock(places.runtime() / "kept", name)
    with closing(claimed) as claim, closing(Records()) as records, closing(SdNotify()) as notify:
        how = Supervisor(command, records, kept=claim.name, resume=resume, age=age_s, notify=notify, beside=beside)
        return how.run()
