"""A stranger's line as it may be shown: one line of letters that a typeface has. Says by name what it refuses."""

from __future__ import annotations

import unicodedata

from installation.foundation.typefaces import FACES, typeface

LONGEST = 140
"""Characters of a line."""

MARKS = 2
"""Combining marks on one letter; what is more is cut."""


def normalised(text: str) -> str:
    """`text` in NFKC with single spaces, without control, bidi, zero-width and pictorial characters.

    Raises ValueError with the rule in words that follow "a line": for what is empty, too long, runs from right to left,
    or has letters that can't be written here.
    """
    if len(text) > 20 * LONGEST:  # nobody normalises a megabyte
        raise ValueError(f"has at most {LONGEST} characters, got {len(text)}")
    kept, marks = [], 0
    for letter in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(letter)
        if category[0] == "Z" or letter in "\t\n\r":
            kept.append(" ")
        elif category[0] == "M":
            marks += 1
            if marks <= MARKS and kept and not 0xFE00 <= ord(letter) <= 0xFE0F:
                kept.append(letter)
            continue
        elif category[0] != "C" and category != "So" and not 0x1F3FB <= ord(letter) <= 0x1F3FF:
            kept.append(letter)
        marks = 0
    line = unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    if not any(unicodedata.category(letter)[0] in "LN" for letter in line):
        raise ValueError("needs letters")
    if len(line) > LONGEST:
        raise ValueError(f"has at most {LONGEST} characters, got {len(line)}")
    for letter in line:
        if unicodedata.bidirectional(letter) in ("R", "AL", "AN"):
            raise ValueError(f"runs from left to right here, got {unicodedata.name(letter, 'another').title()}")
        if not writable(letter):
            raise ValueError(f"has letters that can be written here, got {unicodedata.name(letter, 'another').title()}")
    return line


def writable(letter: str) -> bool:
    """Whether a typeface has this letter, as it is or as a letter with marks."""
    base = unicodedata.normalize("NFD", letter)
    first = "".join(each for each in base if not unicodedata.combining(each)) or "a"  # a mark goes with its letter
    return first in " ’‘‚„…" or any(first in typeface(face) for face in FACES)
