"""The venue's settings: what ships is valid, and what is wrong is named by file, table, key, rule and offender."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from installation.foundation import places
from installation.venue import settings


def test_what_ships_is_the_default_word_for_word() -> None:
    shipped = settings.read(places.config() / "venue.toml")
    assert shipped == settings.Settings()


def test_every_setting_but_the_rooms_measures_stands_in_the_file_that_ships() -> None:
    written = tomllib.loads((places.config() / "venue.toml").read_text(encoding="utf-8"))
    tables = [field for field in msgspec.structs.fields(settings.Settings) if isinstance(field.type, type)]
    for table in tables:  # what there may be several of is shown in comments
        keys = {field.name for field in msgspec.structs.fields(table.type) if field.default is not None}
        assert keys <= set(written.get(table.name, {})), table.name


def test_words_have_a_display_of_their_own_where_one_is_named() -> None:
    beside = [
        settings.parse(f'[screen]\noverlay = "{word}"', "v").screen.beside for word in ("here", "page", "display 12")
    ]
    assert beside == [0, 0, 12]


def test_values_arrive() -> None:
    read = settings.parse('[screen]\nsize = "1280x720"\nscreen_width_m = 5\n[show]\nseed = 7\n', "here")
    assert read.screen.pixels == (1280, 720)
    assert read.screen.screen_width_m == 5.0
    assert (read.show.seed, read.show.score) == (7, "festival")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[screen]\nfps = "fast"', 'v.toml: [screen] fps takes a whole number, got "fast"'),
        ('[hours]\nopen = ["soon"]', "v.toml: [hours] open takes times such as"),
        ('[hours]\nopen = ["10:00-10:00"]', 'it opens before it closes, got "10:00-10:00"'),
        ("[care]\nfailures = 0", "v.toml: [care] failures takes a whole number >= 1, got 0"),
        ("[screen]\nthreads = -3", "v.toml: [screen] threads takes a whole number >= 0, got -3"),
        ("[screen]\nfullscreen = 1", "v.toml: [screen] fullscreen takes true or false, got 1"),
        ('[screen]\npresent = "vulkan"', 'v.toml: [screen] present takes one of auto, memory, gpu, got "vulkan"'),
        ("[screen]\nscreen_width_m = 0", "v.toml: [screen] screen_width_m takes a number >= 0.1, got 0"),
        ("[show]\nscore = true", "v.toml: [show] score takes a text, got true"),
        ('[screen]\nscreen_width_m = "wide"', 'v.toml: [screen] screen_width_m takes a number, got "wide"'),
        ('[osc]\nallow = ["10.0.0.1", 3]', "v.toml: [osc] allow 2 takes a text, got 3"),
        ("[sound]\nchannel_map = [900, 1]", "v.toml: [sound] channel_map 1 takes a whole number <= 64, got 900"),
        ('[hearing]\ncal_date = "May"', 'v.toml: [hearing] cal_date takes a date such as 2026-05-01, got "May"'),
        ("[hearing]\ncal_date = 5", "v.toml: [hearing] cal_date takes a date, got 5"),
        ("[hearing]\ncal_dba_at_minus20dbfs_pink = 5", "[hearing] cal_dba_at_minus20dbfs_pink takes a number >= 40"),
        ("[hearing]\nlaeq15_limit_dba = 110", "v.toml: [hearing] laeq15_limit_dba takes a number <= 100"),
        ("screen = 3", "v.toml: [screen] takes a table, got 3"),
        (
            '[screen]\nsize = "wide"',
            'v.toml: [screen] size takes WIDTHxHEIGHT in pixels, 16..16384 each, such as 1920x1080, got "wide"',
        ),
        ("[screen]\noverlay = 2", "v.toml: [screen] overlay takes a text, got 2"),
        (
            '[screen]\noverlay = "display 65"',
            '[screen] overlay takes one of "here", "page", "display 1" .. "display 64", got',
        ),
        ('[screen]\noverlay = "there"', '"display 1" .. "display 64", got "there"'),
        ('[screen]\nsize = "8x99999"', '16..16384 each, such as 1920x1080, got "8x99999"'),
        ("[show]\nspeed = 2", "v.toml: [show] speed is not a setting; there are score, seed, scene"),
        ("[scren]\nfps = 2", "v.toml: [scren] is not a setting; there are screen, show"),
        ("[screen", "v.toml: not TOML: "),
    ],
)
def test_what_is_wrong_is_named_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"v\.toml") as refused:
        settings.parse(text, "v.toml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        settings.read(tmp_path / "none.toml")


def test_a_users_own_venue_comes_before_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.platformdirs, "user_config_path", lambda name: tmp_path / name)
    assert places.venue() == places.config() / "venue.toml"
    own = tmp_path / "sleeptree" / "venue.toml"
    own.parent.mkdir()
    own.write_text("[show]\nseed = 3\n", encoding="utf-8")
    assert places.venue() == own
    assert settings.read(places.venue()).show.seed == 3


@pytest.mark.parametrize("text", ["1920x1080", " 1920X1080 "])
def test_sizes(text: str) -> None:
    assert settings.size(text) == (1920, 1080)
