"""What files may hold and folders may be: refused in one line by name, printed plain, and never followed elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installation.foundation import places
from installation.foundation.atomic import lock, unfinished, write_atomic
from installation.foundation.refusal import plain
from installation.model import score
from installation.recording.replay import read
from installation.venue import settings

DEEP = "a = " + "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("parse", [settings.parse, score.parse])
def test_toml_that_is_nested_too_deep_is_one_line(parse: object) -> None:
    assert callable(parse)
    with pytest.raises(ValueError, match=r"^deep\.toml: .*nested too deep$"):
        parse(DEEP, "deep.toml")


HEADER = {"journal": 1, "sleeptree": "1", "began": 0.0, "seed": 1, "table": "", "score": {"name": "a", "section": []}}


@pytest.mark.parametrize(
    "first",
    [json.dumps({**HEADER, "began": 1e300}), json.dumps({**HEADER, "began": -1e300}), "[" * 100_000],
    ids=["far future", "far past", "deep"],
)
def test_a_journal_of_nonsense_is_one_line(tmp_path: Path, first: str) -> None:
    path = tmp_path / "a.journal"
    path.write_text(first + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1 is not a journal's first line") as refused:
        read(path)
    assert "\n" not in str(refused.value)


def test_a_journal_with_a_deep_line_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    sections = [{"name": "one", "phase": "harmony", "seconds": 9.0}]
    header = {**HEADER, "score": {"name": "a", "section": sections}}
    path.write_text(json.dumps(header) + "\n" + "[" * 100_000 + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2 is neither a control nor a mark"):
        read(path)


def test_no_terminal_obeys_a_bad_value() -> None:
    with pytest.raises(ValueError, match="open takes") as refused:
        settings.parse('[hours]\nopen = ["\\u001b[2J"]\n', "venue.toml")
    assert str(refused.value).isprintable()
    with pytest.raises(ValueError, match="fps") as refused:
        settings.parse('[screen]\nfps = "\\u001b]0;title\\u0007"\n', "venue.toml")
    assert str(refused.value).isprintable()
    assert plain("\x1b[2J\tä") == "\\x1b[2J\\tä"


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    unfinished(tmp_path / "file").symlink_to(tmp_path / "precious")
    write_atomic(tmp_path / "file", b"new")
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "file").read_bytes() == b"new"
    (tmp_path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic link"):
        lock(tmp_path / "lock")


def test_a_runtime_folder_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    ours = places.runtime()
    assert ours.parent == tmp_path / "run"
    ours.symlink_to(theirs)
    assert places.runtime() == places.data() / "run"
    ours.unlink()
    ours.mkdir()
    ours.chmod(0o777)
    assert places.runtime() == places.data() / "run"
