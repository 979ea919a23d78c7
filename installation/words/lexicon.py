"""A lexicon: the words and shapes that verses are made of, as TOML that ships or a venue writes. Checked when read.

`[N]`, `[A]`, `[C]`, `[K]` (nouns, adjectives, plurals, a person's own flaws, or any other upper-case slot) list words
by the vowel that carries them; `[shapes]` has lines with slots for each phase. Where nouns have a gender, they are
`"Mond|m"`, and `[determiners]` say for each gender how `{der N}` is written, and how an adjective ends after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from installation.foundation import places
from installation.foundation.refusal import Keys, converted, parsed, plain
from installation.model.score import PHASES, RESOLUTION, Phase
from installation.words.normalise import normalised

LANGUAGES = ("en", "de", "fr")
"""That ship."""

LEAST = 8
"""Shapes of a phase, and words of a slot, below which a show repeats itself within minutes."""

Line = Annotated[str, Meta(min_length=1, max_length=90)]


class Shapes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[shapes]: lines with slots, for each phase."""

    harmony: tuple[Line, ...]
    resolution: tuple[Line, ...]
    glitch: tuple[Line, ...]


class Raw(msgspec.Struct, frozen=True):
    """The file."""

    name: str
    shapes: Shapes
    syllables: Annotated[int, Meta(ge=3, le=20)] = 9
    determiners: dict[str, dict[str, str]] = {}
    before_vowel: dict[str, str] = {}


@dataclass(frozen=True)
class Word:
    """A word that can stand in a slot."""

    text: str
    vowel: str
    gender: str


@dataclass(frozen=True)
class Slot:
    """Where a word goes: `{der A N}` is the determiner der and the slots A and N."""

    determiner: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """A line with slots."""

    index: int
    parts: tuple[str | Slot, ...]
    ends: str  # the vowel of its last word, where no slot gives it


@dataclass(frozen=True)
class Lexicon:
    """All that verses in one language are made of."""

    name: str
    syllables: int
    words: Mapping[str, tuple[Word, ...]]
    determiners: Mapping[str, Mapping[str, str]]
    before_vowel: Mapping[str, str]  # how a word is written before a vowel: an, where the shape says a
    shapes: Mapping[Phase, tuple[Shape, ...]]


@cache
def shipped(language: str) -> Lexicon:
    """One of LANGUAGES."""
    path = places.assets() / "words" / f"{language}.toml"
    return parse(path.read_text(encoding="utf-8"), path.name)


def read(path: Path) -> Lexicon:
    """A venue's lexicon. Raises ValueError naming file, place, rule and offender; OSError where it can't be read."""
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(text: str, source: str) -> Lexicon:
    """The lexicon written in `text`; `source` is what errors call it."""
    raw = parsed(text, source)
    slots = {key: raw.pop(key) for key in tuple(raw) if key.isupper()}
    head = converted(raw, Raw, source, _place)
    tables = {kind: _table(source, kind, by_vowel) for kind, by_vowel in slots.items()}
    determiners = head.determiners
    words = {kind: tuple(_words(source, kind, by_vowel)) for kind, by_vowel in tables.items()}
    shapes: dict[Phase, tuple[Shape, ...]] = {}
    for phase in PHASES:
        lines = getattr(head.shapes, phase)
        if len(lines) < LEAST:
            raise ValueError(f"{source}: [shapes] {phase} takes {LEAST} lines or more, got {len(lines)}")
        shapes[phase] = tuple(_shape(source, phase, i, line, words, determiners) for i, line in enumerate(lines))
    return Lexicon(head.name, head.syllables, words, determiners, head.before_vowel, shapes)


def _place(keys: Keys) -> str:
    table = f"[{keys[0]}]" if len(keys) > 1 else "".join(keys)
    return f"{table} {' '.join(keys[1:])}".strip() or "the file"


def _table(source: str, kind: str, raw: object) -> dict[str, tuple[str, ...]]:
    try:
        return msgspec.convert(raw, dict[str, tuple[Line, ...]])
    except msgspec.ValidationError:
        raise ValueError(f"{source}: [{kind}] takes lists of words, of 1 to 90 letters each, by their vowel") from None


def _words(source: str, kind: str, by_vowel: Mapping[str, tuple[str, ...]]) -> list[Word]:
    found = []
    for vowel, entries in by_vowel.items():
        for entry in entries:
            text, _, gender = entry.partition("|")
            try:
                normalised(text)
            except ValueError as rule:
                raise ValueError(f'{source}: [{kind}] {vowel}: a word {rule}, in "{plain(entry)}"') from None
            found.append(Word(text, vowel, gender))
    if not found:
        raise ValueError(f"{source}: [{kind}] takes words, got none")
    return found


_SLOT = re.compile(r"\{([^{}]*)\}")


def _shape(
    source: str,
    phase: str,
    index: int,
    line: str,
    words: Mapping[str, tuple[Word, ...]],
    determiners: Mapping[str, Mapping[str, str]],
) -> Shape:
    here = f'{source}: [shapes] {phase}: "{plain(line)}"'
    body, _, ends = line.partition("~")
    parts: list[str | Slot] = []
    for i, piece in enumerate(_SLOT.split(body.strip())):
        if i % 2 == 0:
            parts += [piece] if piece else []
            continue
        names = piece.split()
        determiner = names.pop(0) if names and not names[0].isupper() else ""
        if not names or any(name not in words for name in names):
            raise ValueError(f"{here}: a slot takes {', '.join(sorted(words))}, got {{{piece}}}")
        if determiner and determiner not in determiners:
            raise ValueError(f"{here}: {determiner} is none of [determiners]")
        genders = {word.gender for name in names for word in words[name] if word.gender} if determiner else set()
        if determiner and not genders:
            raise ValueError(f"{here}: {piece} needs a noun with a gender")
        if missing := sorted(genders - set(determiners.get(determiner, {}))):
            raise ValueError(f'{here}: [determiners] {determiner} has no form for gender "{missing[0]}"')
        parts.append(Slot(determiner, tuple(names)))
    if not any(isinstance(part, Slot) for part in parts) and phase != RESOLUTION:
        raise ValueError(f"{here}: a line takes a slot at least")
    fixed = " ".join(part for part in parts if isinstance(part, str))
    if fixed.strip(" /.,:;?!"):
        try:
            normalised(fixed)
        except ValueError as rule:
            raise ValueError(f"{here}: a line {rule}") from None
    return Shape(index, tuple(parts), ends.strip())
