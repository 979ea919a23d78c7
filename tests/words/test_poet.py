"""Verses: deterministic, in three voices and languages, never twice the same within an arc, and never foul."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from installation.foundation import places
from installation.model.chance import Chance
from installation.model.score import Phase
from installation.words import lexicon as lexicons
from installation.words.lexicon import LANGUAGES, Slot, parse, read, shipped
from installation.words.moderation import marked
from installation.words.normalise import normalised
from installation.words.poem import EVERY, Poem, PoemLine
from installation.words.poet import Poet, syllables

PHASES: tuple[Phase, ...] = get_args(Phase)
LINES = 24


@pytest.fixture(scope="module")
def poet() -> Poet:
    return Poet(Chance(1).of("poem"))


def written(poet: Poet, language: str, phase: Phase, arc: int = 0) -> list[str]:
    return [poet.line(language, arc, phase, i).text for i in range(LINES)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phase_has_forty_shapes_of_its_own(language: str) -> None:
    shapes = shipped(language).shapes
    assert len(shapes["harmony"]) >= 40
    assert len(shapes["resolution"]) >= 40
    assert len(shapes["glitch"]) >= 16  # and the halves of all others
    texts = [str(shape.parts) for phase in PHASES for shape in shapes[phase]]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_seed_writes_the_same_poem_however_it_is_asked(language: str, poet: Poet) -> None:
    other = Poet(Chance(1).of("poem"))
    backwards = {i: other.line(language, 0, "glitch", i) for i in reversed(range(LINES))}
    assert [poet.line(language, 0, "glitch", i) for i in range(LINES)] == [backwards[i] for i in range(LINES)]
    assert written(Poet(Chance(2).of("poem")), language, "harmony") != written(poet, language, "harmony")
    assert written(poet, language, "harmony", 1) != written(poet, language, "harmony")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", ["harmony", "resolution"])
def test_no_shape_comes_twice_within_forty_lines_and_no_noun_in_the_same_shape(
    language: str, phase: Phase, poet: Poet
) -> None:
    lines = [poet.line(language, 3, phase, i) for i in range(60)]
    assert max(Counter(line.shape for line in lines[:40]).values()) == 1
    pairs = [(line.shape, word) for line in lines for word in line.words]
    assert max(Counter(pairs).values()) == 1
    assert max(Counter(line.text for line in lines if line.words).values()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_couplets_answer_each_other_far_more_often_than_chance(language: str, poet: Poet) -> None:
    lines = [poet.line(language, 2, "harmony", i) for i in range(40)]
    answered = sum(a.ends == b.ends for a, b in zip(lines[::2], lines[1::2], strict=True))
    crossed = sum(a.ends == b.ends for a, b in zip(lines[1:-1:2], lines[2::2], strict=True))
    assert answered >= crossed + 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_keep_their_metre(language: str, poet: Poet) -> None:
    lengths = [syllables(line) for line in written(poet, language, "harmony")]
    aim = shipped(language).syllables
    assert sum(abs(n - aim) for n in lengths) / len(lengths) < 2.0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", PHASES)
def test_every_line_can_be_written_and_shown(language: str, phase: Phase, poet: Poet) -> None:
    for i in range(LINES):
        for text in (poet.line(language, 1, phase, i).text, *(poet.torn(language, 1, i, h) for h in range(3))):
            assert text
            assert normalised(text) == unicodedata.normalize("NFC", text)
            assert not marked(text), text
            assert not re.search(r"[{}~|]|  ", text), text


def test_voices() -> None:
    poet = Poet(Chance(5).of("poem"))
    together = " ".join(written(poet, "en", "harmony"))
    alone = " ".join(written(poet, "en", "resolution"))
    assert len(re.findall(r"\b(we|us|our|ours)\b", together)) > len(re.findall(r"\b(i|my|mine)\b", together))
    assert len(re.findall(r"\b(i|my|mine|your|yours)\b", alone)) > len(re.findall(r"\b(we|us|our|ours)\b", alone))


def test_genders_and_endings_agree() -> None:
    text = " ".join(" ".join(written(Poet(Chance(s).of("poem")), "de", "harmony")) for s in range(3))
    nouns = {word.text: word.gender for word in shipped("de").words["N"]}
    articles = {"der": "m", "die": "f", "das": "n"}
    for article, noun in re.findall(r"(?:hat|,) (der|die|das) ([A-ZÄÖÜ]\w+)", text):
        if noun in nouns and article != "der":  # der is a woman's dative, too
            assert nouns[noun] == articles[article], f"{article} {noun}"
    french = " ".join(" ".join(written(Poet(Chance(s).of("poem")), "fr", "harmony")) for s in range(3))
    assert not re.search(r"\b[ld][ea] [aeiouéîÎ]", french.lower())
    assert not re.search(r"\ba [aeiou]", " ".join(written(Poet(Chance(3).of("poem")), "en", "harmony")))


def test_a_torn_line_is_struck_three_times_at_most_and_whole_when_calm(poet: Poet) -> None:
    for i in range(LINES):
        whole = poet.line("en", 0, "glitch", i).text
        assert poet.torn("en", 0, i, 0) == whole
        struck = Counter(poet.torn("en", 0, i, 2).split())
        assert sum((Counter(whole.split()) - struck).values()) <= 3 or poet.torn("en", 0, i, 2).endswith("/")
    assert any(poet.torn("en", 0, i, 2) != poet.line("en", 0, "glitch", i).text for i in range(LINES))


# visitors among them


def test_visitors_lines_stand_among_the_poets_and_are_never_torn(poet: Poet) -> None:
    texts = {3: "the sea is in my sleeve", 5: "i am the other one"}
    poem = Poem(poet, "en", 0, "harmony", "3:17 - 5:201", lambda n: texts.get(n, ""))
    lines = [poem.line(i) for i in range(4 * EVERY)]
    visitors = [line for line in lines if line.visitor]
    assert visitors == [PoemLine(texts[3], 16, 3), PoemLine(texts[5], 200, 5)] * 2
    assert not any(poem.line(i, "glitch").visitor for i in range(12))
    del texts[3]
    assert poem.line(1) == PoemLine("", 16, 3)  # what is gone is not replaced: nothing is shown
    assert "sleeve" not in repr(poem)


@pytest.mark.parametrize("shown", ["", "-", "x:y", "1", "1:", ":1", "0:0", "²:1", "9" * 400 + ":1", "1:-5", "a b c"])
def test_a_foul_list_of_places_shows_nobody(shown: str, poet: Poet) -> None:
    assert Poem(poet, "en", 0, "harmony", shown, lambda n: "?").line(1).visitor == 0


# a venue's own


def own(**changed: str) -> str:
    lines = ", ".join(f'"the {{N}} says {i}"' for i in range(8))
    shapes = "\n".join(f"{phase} = [{lines}]" for phase in PHASES)
    parts = {"name": 'name = "ours"', "N": '[N]\na = ["lane", "grain"]', "shapes": f"[shapes]\n{shapes}"}
    return "\n".join((parts | changed).values())


def test_a_venue_writes_its_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(own())
    line = Poet(Chance(1).of("poem"), read(tmp_path / "own.toml")).line("own", 0, "harmony", 0)
    assert re.fullmatch(r"the (lane|grain) says \d", line.text)
    assert Poet(Chance(1)).lexicon("own") is shipped("en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "own.toml: not TOML: "),
        (own(name=""), "own.toml: name is missing"),
        (own(name="name = 3"), "own.toml: name takes a text, got 3"),
        (own(N=""), '"the {N} says 0": a slot takes , got {N}'),
        (own(N='[N]\na = ["שלום"]'), "own.toml: [N] a: a word runs from left to right here, got Hebrew Letter Shin"),
        (own(N='[N]\na = [""]'), "own.toml: [N] takes lists of words, of 1 to 90 letters"),
        (own(shapes='[shapes]\nharmony = ["x {N}"]\nglitch = []\nresolution = []'), "harmony takes 8 lines or more"),
        (own().replace("{N} says 0", "{der N} says 0"), "der is none of [determiners]"),
        (own().replace("{N} says 0", "{Q} says 0"), "a slot takes N, got {Q}"),
        (own(name='name = "x"\nsyllables = 99'), "own.toml: syllables takes "),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_one_line_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^own\.toml: ") as error:
        parse(text, "own.toml")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_lexicon_that_is_all_foul_says_nothing() -> None:
    foul = parse(own(N='[N]\na = ["putain"]'), "own.toml")
    assert Poet(Chance(1), foul).line("own", 0, "harmony", 0).text == ""


def test_what_ships_stands_where_it_is_looked_for() -> None:
    assert {path.stem for path in (places.assets() / "words").glob("*.toml")} == set(LANGUAGES)
    slots = [part for shape in shipped("de").shapes["harmony"] for part in shape.parts if isinstance(part, Slot)]
    assert any(slot.determiner for slot in slots)
    assert lexicons.LEAST <= 40
