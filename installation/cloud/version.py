"""What makes a show the same elsewhere: digests by name, and a sentence about what differs."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

Version = Mapping[str, str]
"""Digests of score, scenes, table and program by what they are of."""


def digest(version: Version) -> str:
    """16 hex digits of all of it."""
    rows = "".join(f"{name}={version[name]}\n" for name in sorted(version))
    return blake2b(rows.encode(), digest_size=8).hexdigest()


def difference(theirs: Version, ours: Version) -> str:
    """What `theirs` has otherwise than `ours`, in words; empty where nothing."""
    differing = [name for name in sorted({*theirs, *ours}) if theirs.get(name) != ours.get(name)]
    said = [f"{name} is {theirs.get(name, 'none')[:40]} and not {ours.get(name, 'none')[:40]}" for name in differing]
    return ", ".join(said[:4])
