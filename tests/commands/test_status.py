"""What `sleeptree status` prints of what a show says of itself; a whole show is asked in live/test_supervisor.py."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from installation.commands import status
from installation.status import Status, rows

SOUND = {"sound": "plays", "lufs": -20.1, "xruns": 0, "hearing_guard_db": 0.0, "turned_down_db": 0.0}


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        (
            SOUND | {"laeq_dba": None, "dose_percent": None},
            "not calibrated, so dB(A) are not known (sleeptree check --calibrate)",
        ),
        (
            SOUND | {"laeq_dba": 81.4, "dose_percent": 12.3},
            "81.4 dB(A) in 15 minutes, 12 % of a day's dose; calibrated",
        ),
        (
            SOUND | {"laeq_dba": 84.9, "dose_percent": 40.0, "hearing_guard_db": 0.5, "turned_down_db": 1.5},
            "84.9 dB(A) in 15 minutes, 40 % of a day's dose; turned down by 2.0 dB; calibrated",
        ),
        ({}, None),
    ],
)
def test_status_says_what_ears_have_had(
    said: dict[str, Any], printed: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(status, "running", lambda: iter([said]))
    monkeypatch.setenv("COLUMNS", "160")
    assert status.status(as_json=False)
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if len(line.split()) > 1)
    assert lines.get("hearing", "").strip() == (printed or "")


def test_what_strangers_wrote_is_printed_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Markup of a terminal or of the library that prints; what is no letter or sign is a question mark."""
    said = msgspec.to_builtins(
        Status(refused={"unknown": 1}, refusal="/[/x] [red]a\x1b[2J\u202eb is not a control", troubles=("[bold]",))
    )
    monkeypatch.setattr(status, "running", lambda: iter([said]))
    monkeypatch.setenv("COLUMNS", "160")
    assert status.status(as_json=False)
    assert "[bold]; refused 1 (unknown 1); last: /[/x] [red]a?[2J?b is not a control" in capsys.readouterr().out


def test_who_watches_is_said_where_it_is_known() -> None:
    """A show that tells of itself, on the operator's page, does not know that it has a supervisor."""
    assert dict(rows(Status()))["watched"] == ""
    assert dict(rows(Status(process=7)))["watched"] == "by nobody, process 7"
