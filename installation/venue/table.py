"""A table of the venue's settings: what each of them is made of."""

from __future__ import annotations

import msgspec


class SettingsTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One [table] of the file. A subclass is the only place that says what its keys take."""
