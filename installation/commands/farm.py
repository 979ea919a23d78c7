"""`sleeptree farm worker`: this machine draws segments of films for another one."""

from __future__ import annotations

from installation.foundation.errors import Mistake
from installation.session.production import cores


def work(address: str, workers: int | None) -> None:
    """Draw for the scheduler at `address` with so many processes, until it or Ctrl-C ends this. Raises Mistake."""
    try:
        from installation.film.farm import serve
    except ImportError:
        raise Mistake("farm takes what the extra [farm] installs: pip install sleeptree[farm]") from None
    serve(address, workers or cores())
