"""The poet: verses in three voices, by addressed chance. Pure; what it wrote it remembers, so asking again is free.

Harmony says we, in the present. Resolution says i, mine and yours, in particulars, flaws kept. Glitch is two dreams in
one mouth: the first half of the one and the second half of the other, or a broken line of its own, with some words
struck. Of CANDIDATES fillings of a shape the one that sounds best is kept: assonances count most, then alliteration,
then how near it is to its metre; every second line answers the vowel that the one before ended on. Within an arc no
noun stands in the same shape twice, and no line that the word lists mark is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from installation.controls import SLEEPERS
from installation.model.chance import Chance
from installation.model.score import GLITCH, HARMONY, RESOLUTION, Phase
from installation.words.lexicon import Lexicon, Shape, Slot, Word, shipped
from installation.words.moderation import marked

CANDIDATES = 24
"""Fillings that are tried for one line."""

ATTEMPTS = 6
"""Shapes that are tried for one line before a noun may stand in one again."""

RHYME, ASSONANCE, ALLITERATION, METRE = 2.5, 2.0, 0.7, 0.6
"""What an answered ending, a vowel and a consonant that come again are worth; what a syllable off the metre costs."""

JOINED = 18
"""Lines of harmony and of resolution whose halves the glitch joins."""

STRUCK = 2.4
"""Words of a glitch line that are struck when all is torn; more than three are noise."""


@dataclass(frozen=True)
class Written:
    """One line as it was made."""

    text: str
    sleeper: int  # 0-based, whose line it is
    ends: str  # the vowel it ends on
    shape: int
    words: tuple[str, ...]  # that fill its slots


class Poet:
    """Writes the verses of one show. `own` is the venue's lexicon, spoken as the language "own"."""

    def __init__(self, chance: Chance, own: Lexicon | None = None) -> None:
        self._chance, self._own = chance, own
        self._lines: dict[tuple[str, int, Phase], list[Written]] = {}
        self._used: dict[tuple[str, int, Phase], set[tuple[int, str]]] = {}
        self._torn: dict[tuple[str, int, int, int], str] = {}

    def lexicon(self, language: str) -> Lexicon:
        """What is spoken; where a venue has none of its own, "own" is English."""
        return (self._own or shipped("en")) if language == "own" else shipped(language)

    def line(self, language: str, arc: int, phase: Phase, index: int) -> Written:
        """The line at `index` of a phase within an arc, as it was before it was torn."""
        lines = self._lines.setdefault((language, arc, phase), [])
        while len(lines) <= index:
            lines.append(self._next(language, arc, phase, len(lines)))
        return lines[index]

    def ahead(self, language: str, arc: int, phase: Phase, count: int) -> bool:
        """Write one line of those up to `count` that are not written yet; whether there was one."""
        written = len(self._lines.get((language, arc, phase), ()))
        if written < count:
            self.line(language, arc, phase, written)
        if any(known[1] < arc - 1 for known in self._lines):  # a show lasts for days
            self._lines = {known: lines for known, lines in self._lines.items() if known[1] >= arc - 1}
            self._used = {known: pairs for known, pairs in self._used.items() if known[1] >= arc - 1}
            self._torn = {known: text for known, text in self._torn.items() if known[1] >= arc - 1}
        return written < count

    def torn(self, language: str, arc: int, index: int, halves: int) -> str:
        """A glitch line as torn as all is: 0 not at all, 1 by half, 2 whole."""
        known = (language, arc, index, halves)
        if known not in self._torn:
            written = self.line(language, arc, GLITCH, index)
            self._torn[known] = _torn(written, self._chance.of(f"{language}/torn/{arc}"), index, 0.5 * halves)
        return self._torn[known]

    def _next(self, language: str, arc: int, phase: Phase, index: int) -> Written:
        if phase == GLITCH and index % 3 != 2:
            return self._joined(language, arc, index)
        lexicon, chance = self.lexicon(language), self._chance.of(f"{language}/{phase}/{arc}")
        used = self._used.setdefault((language, arc, phase), set())
        before = self._lines[language, arc, phase][-1:] if index % 2 else []
        rhyme, shapes = before[0].ends if before else "", lexicon.shapes[phase]
        own = index if phase != GLITCH else index // 3
        best = self._best(lexicon, shapes, chance, own, rhyme, used)
        used.update((best.shape, word) for word in best.words)
        return best

    def _best(
        self,
        lexicon: Lexicon,
        shapes: Sequence[Shape],
        chance: Chance,
        index: int,
        rhyme: str,
        used: set[tuple[int, str]],
    ) -> Written:
        """The best line of the next shape; where all its nouns are used up or marked, of another one."""
        turn, place = divmod(index, len(shapes))
        order = chance.of("order").at(turn).permutation(len(shapes))
        sleeper = int(chance.of("sleeper").at(index).integers(SLEEPERS))
        for attempt in range(ATTEMPTS + 1):
            shape = shapes[int(order[(place + attempt) % len(shapes)])]
            draws = chance.of(f"fill{attempt}").at(index).uniform(size=(CANDIDATES, 8))
            ranked = sorted((_filled(lexicon, shape, draw, rhyme) for draw in draws), key=lambda made: -made[0])
            for _, text, ends, words in ranked:
                fresh = attempt == ATTEMPTS or not any((shape.index, word) in used for word in words)
                if fresh and not marked(text):
                    return Written(text, sleeper, ends, shape.index, words)
        return Written("", sleeper, "", 0, ())  # a lexicon whose every line is marked says nothing

    def _joined(self, language: str, arc: int, index: int) -> Written:
        """Two dreams in one mouth."""
        chance = self._chance.of(f"{language}/joined/{arc}")
        first, second = (int(n) for n in chance.at(index).integers(0, JOINED, 2))
        we, i = self.line(language, arc, HARMONY, first), self.line(language, arc, RESOLUTION, second)
        head, tail = _middle(we.text)[0], _middle(i.text)[1]
        text = f"{head} {tail}".strip(" ,;:")
        return Written("" if marked(text) else text, i.sleeper, i.ends, -1, ())


def _torn(written: Written, chance: Chance, index: int, unrest: float) -> str:
    """A glitch line with words struck: a syllable caught, a vowel held, halves swapped, or cut off."""
    words = written.text.split()
    strikes = min(round(STRUCK * unrest + 0.1), 3, len(words) // 2)
    draw = chance.at(index)
    kinds = draw.uniform(size=len(words)).tolist()
    for at in draw.permutation(len(words))[:strikes].tolist():
        words[at] = _struck(words[at], kinds[at])
    cut = next((i for i, word in enumerate(words) if word.endswith(f" {CUT}")), len(words) - 1)
    if cut >= len(words) // 2:
        words = words[: cut + 1]
    text = " ".join(words)
    return written.text if marked(text) else text


CUT = "/"

_HEAD = re.compile(r"^\W*[^\W\daeiouyäöüéèêâîôûà]*[aeiouyäöüéèêâîôûà]", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiouyäöüéèêâîôûà]+", re.IGNORECASE)


def _struck(word: str, kind: float) -> str:
    """One word struck, in the way that `kind` 0..1 says; a short one stays."""
    bare = word.strip(".,;:?!")
    if len(bare) < 4 or not bare.isalpha():
        return word
    if kind < 0.4 and (caught := _HEAD.match(bare)):
        return f"{caught[0]} {caught[0]} {word}"
    if kind < 0.65 and (vowel := _VOWEL.search(bare)):
        return bare[: vowel.end()] + 3 * vowel[0][-1] + bare[vowel.end() :]
    if kind < 0.85 and len(bare) > 5:
        half = len(bare) // 2
        return bare[half:] + bare[:half].lower()
    return f"{bare[: max(2, len(bare) - 2)]} {CUT}"


def _middle(text: str) -> tuple[str, str]:
    """A line in two: after its first mark, else at the space nearest to its middle."""
    words = text.split()
    for i, word in enumerate(words[:-1], 1):
        if i > 1 and word[-1] in ",;:.!?":
            return " ".join(words[:i]), " ".join(words[i:])
    cuts = [len(" ".join(words[:i])) for i in range(1, len(words))] or [len(text)]
    best = min(range(len(cuts)), key=lambda i: abs(2 * cuts[i] - len(text))) + 1
    return " ".join(words[:best]), " ".join(words[best:])


def _filled(lexicon: Lexicon, shape: Shape, draw: np.ndarray, rhyme: str) -> tuple[float, str, str, tuple[str, ...]]:
    """A shape filled by eight numbers in 0..1: how well it sounds, the line, the vowel it ends on, its words."""
    numbers, text = iter(draw.tolist()), ""
    chosen: list[Word] = []
    for part in shape.parts:
        if isinstance(part, str):
            text += part
            continue
        words = [_chosen(lexicon.words[kind], next(numbers, 0.5), chosen) for kind in part.kinds]
        chosen += words
        text += _written_out(part, words, lexicon.determiners)
    text = _elided(text, lexicon.before_vowel)
    vowels = [word.vowel for word in chosen] + ([shape.ends] if shape.ends else [])
    ends = shape.ends or (vowels[-1] if vowels else "")
    score = ASSONANCE * (len(vowels) - len(set(vowels))) + RHYME * (ends == rhyme != "")
    initials = [word.text[0].lower() for word in chosen]
    score += ALLITERATION * sum(a == b for a, b in pairwise(initials))
    score -= METRE * abs(syllables(text) - lexicon.syllables)
    return score, text, ends, tuple(word.text for word in chosen)


def _chosen(words: Sequence[Word], number: float, others: Sequence[Word]) -> Word:
    """A word that doesn't stand in the line already, as a road does beside roads."""
    first, stems = int(number * len(words)), {other.text[:4] for other in others}
    turned = (words[(first + k) % len(words)] for k in range(len(words)))
    return next((word for word in turned if word.text[:4] not in stems), words[first])


def _elided(text: str, before_vowel: Mapping[str, str]) -> str:
    """With what a language does where words meet: l'ombre, an island."""
    text = text.replace("' ", "'")
    for word, other in before_vowel.items():
        text = re.sub(rf"\b{re.escape(word)} (?=[aeiouyäöüéèêâîôûà])", f"{other} ", text)
    return text


def _written_out(slot: Slot, words: Sequence[Word], determiners: Mapping[str, Mapping[str, str]]) -> str:
    """The words of a slot with their determiner and endings; a shape's adjective may stand before or after its noun."""
    if not slot.determiner:
        return " ".join(word.text for word in words)
    noun = next(word for word in words if word.gender)
    article, _, ending = determiners[slot.determiner][noun.gender].partition("|")
    return " ".join([article, *(word.text + (ending if not word.gender else "") for word in words)])


@lru_cache(4096)
def _syllables(word: str) -> int:
    groups = len(_VOWEL.findall(word))
    mute = groups > 1 and len(word) > 2 and word.endswith("e") and word[-2] not in "aeioul"
    return max(groups - mute, 1)


def syllables(text: str) -> int:
    """Roughly: groups of vowels, without a mute e at a word's end."""
    return sum(_syllables(word) for word in _WORD.findall(text.lower()))


_WORD = re.compile(r"[^\W\d_]+")
