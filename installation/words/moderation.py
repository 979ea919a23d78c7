"""What should not stand on a wall: word lists matched on a line's skeleton, so that disguises fall off.

A list never suffices (names, dialect, hate without bad words): it *marks*, and people decide. Generated lines that are
marked are not shown. The lists of LDNOOBW are somebody else's work (assets/LICENCES.md).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from installation.foundation import places

LANGUAGES = ("en", "de", "fr")
"""Whose words are known."""

_LOOKALIKES = {  # letters of other alphabets, and those that keep their stroke when marks are dropped
    "абвгеёиікмнопрстухҺһьэӏԁԛԝѕјґғөү": "abbreeuikmhonpctyxhhbeldqwsjrfoy",
    "αβγεηικνορτυχωϲϳ": "abyenikvoptuxwcj",
    "լօսցհ": "lough",
    "ıłøđðħƒ": "iloddhf",
}
_LATIN = {a: b for ours, theirs in _LOOKALIKES.items() for a, b in zip(ours, theirs, strict=True)}
_LATIN |= {"æ": "ae", "œ": "oe", "þ": "th"}
_LEET = str.maketrans("0134578@$€!|£+", "oieastbaseiilt")
_SPACED = re.compile(r"\b(?:\w\W+){2,}\w\b")  # letters with something between them
_ENDINGS = ("s", "e", "n", "en", "er", "ed", "ing", "es", "ern", "in")
_LONG = 6  # letters from which a word is found at the beginning or end of another
_ADDRESS = re.compile(r"https?:|www\.|\w@\w|\w\.(?:com|de|fr|net|org|io|eu|ch|at)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d[\s./-]*){5,}")


def skeleton(text: str) -> str:
    """A line without its disguises: lower-case ASCII words with single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Cc"))
    joined = _SPACED.sub(lambda spread: re.sub(r"\W+", "", spread[0]), bare)
    folded = unicodedata.normalize("NFD", joined.casefold())
    plain = "".join(_LATIN.get(each, each) for each in folded if unicodedata.category(each) not in ("Mn", "Me"))
    leet = _WORD.sub(lambda word: word[0].rstrip(".,;:!?").translate(_LEET), plain)
    return " ".join(re.findall(r"[a-z]+", leet))


_WORD = re.compile(r"\S*[a-z]\S*")


def marked(text: str) -> str:
    """Why staff should look at a line: the word it has, an address, a number. Empty: nothing was found."""
    if _ADDRESS.search(text):
        return "an address"
    if _NUMBER.search(text):
        return "a number"
    bare = skeleton(text)
    lists = _blocked()
    for line in dict.fromkeys((bare, _RUN.sub(r"\1", bare), _RUN.sub(r"\1\1", bare))):
        if found := _found(lists, line.split()):
            return found
    doubled = {_DOUBLE.sub(r"\1", word) for word in bare.split() if word not in lists.allowed}
    return next((lists.undoubled[word] for word in doubled if word in lists.undoubled), "")


_RUN, _DOUBLE = re.compile(r"(.)\1{2,}"), re.compile(r"(.)\1+")


def _found(lists: Lists, words: list[str]) -> str:
    """The first blocked word or phrase of a skeleton's words."""
    for i, word in enumerate(words):
        for phrase in (" ".join(words[i : i + n]) for n in range(lists.longest, 1, -1)):
            if phrase in lists.phrases:
                return phrase
        if word in lists.allowed:
            continue
        for bad in (word, *(word.removesuffix(ending) for ending in _ENDINGS)):
            if bad in lists.single:
                return bad
        for n in range(_LONG, len(word)):  # a long word at the beginning or the end of another
            for bad in (word[:n], word[-n:]):
                if bad in lists.single:
                    return bad
    return ""


class Lists(NamedTuple):
    """The blocked words as skeletons."""

    single: frozenset[str]
    undoubled: dict[str, str]  # long words without doubled letters, and as they are written
    phrases: frozenset[str]
    longest: int  # words of the longest phrase
    allowed: frozenset[str]


@cache
def _blocked() -> Lists:
    folder = places.assets() / "words"
    allowed = frozenset(skeleton(line) for line in (folder / "allowed.txt").read_text(encoding="utf-8").splitlines())
    text = "\n".join((folder / f"blocked-{name}.txt").read_text(encoding="utf-8") for name in (*LANGUAGES, "own"))
    blocked = {skeleton(line) for line in text.splitlines()} - allowed - {""}
    single = frozenset(word for word in blocked if " " not in word)
    phrases = frozenset(blocked - single)
    undoubled = {_DOUBLE.sub(r"\1", word): word for word in sorted(single) if len(word) >= _LONG}
    return Lists(single, undoubled, phrases, max(len(phrase.split()) for phrase in phrases), allowed)
