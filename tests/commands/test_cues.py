"""`sleeptree cues`: what whoever runs a show reads before it, and while it plays."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.commands import cues as command
from installation.foundation.errors import Mistake
from installation.session.production import load_production
from installation.session.request import Request
from tests.test_cuelist import SCORE

EMPTY = "[screen]\n"


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    """For a score and a venue of the test's own."""
    score, venue = tmp_path / "cues.toml", tmp_path / "venue.toml"
    score.write_text(SCORE.replace('scene = "dark"', 'scene = "sleeptree"'), encoding="utf-8")
    venue.write_text(EMPTY, encoding="utf-8")
    return Request(venue, str(score))


def test_every_cue_is_listed_with_its_length_its_waits_and_its_note(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "running", lambda: iter(()))
    title, head, *rows = command.cues(request_).splitlines()
    assert title == "cues: 4 cues, 0:00:15"
    assert head.split() == ["cue", "phase", "at", "lasts", "begins", "at", "its", "end", "note"]
    assert [" ".join(row.split()) for row in rows] == [
        "1 house harmony 0:00:00 4 s in 10 s waits for GO doors are shut: GO",
        "2 storm glitch 0:00:04 3 s in 12 s dark in 1 s, follows on",
        "3 dawn resolution 0:00:09 3 s after 2 s, in 15 s follows on",
        "4 night harmony 0:00:12 3 s in 10 s follows on",
    ]


def test_of_a_show_that_plays_the_list_says_where_it_is_and_where_go_goes(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows = [
        {"score": "another", "section": "dawn", "stands_by": "house"},
        {"score": "cues", "section": "storm", "stands_by": "night"},
    ]
    monkeypatch.setattr(command, "running", lambda: iter(shows))
    _, _, *rows = command.cues(request_).splitlines()
    assert [row.split()[0] for row in rows] == ["1", "plays", "3", "GO"]


def test_a_rehearsal_from_a_cue_that_is_not_there_is_refused(request_: Request) -> None:
    with pytest.raises(Mistake, match='--from takes one of house, storm, dawn, night, got "noon"'):
        load_production(Request(request_.config, request_.score, cue="noon"))
    assert load_production(Request(request_.config, request_.score, cue="dawn")).score.settled


def test_a_film_of_a_score_that_waits_goes_on_by_itself(request_: Request) -> None:
    production = load_production(request_)
    assert production.score.section[0].wait
    assert not production.unattended().score.section[0].wait
