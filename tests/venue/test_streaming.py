"""Where a stream may go: what is none is refused by its rule, and nothing that is said has a key in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.venue import settings, streaming
from installation.venue.streaming import StreamSettings, check_url, masked

KEY = "k3y-0f-th3-h0use"


@pytest.mark.parametrize(
    "url",
    [
        "rtmp://127.0.0.1/live",
        f"rtmp://a.rtmp.example.org:1936/live2/{KEY}?backup=1",
        f"rtmps://user:{KEY}@example.org/app/{KEY}",
        "srt://10.0.0.4:9000",
        f"srt://[::1]:9000?streamid={KEY}&passphrase={KEY}&latency=300&mode=caller",
        "udp://239.1.2.3:5004?pkt_size=1316",
    ],
)
def test_what_can_be_streamed_to_is_taken(url: str) -> None:
    check_url(url)
    assert settings.parse(f'[stream]\nenabled = true\nurl = "{url}"\n', "v").stream.url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", 'got ""'),
        (KEY, 'got "..."'),
        (f"http://example.org/{KEY}", 'got "http://example.org/..."'),
        (f"file:///home/{KEY}", "takes rtmp://, rtmps://, srt:// or udp://"),
        (f"rtmp:///{KEY}", "with a host"),
        (f"srt://example.org?streamid={KEY}", "srt and udp with a port too"),
        (f"rtmp://example.org:99999/{KEY}", "takes rtmp://"),
        (f"rtmp://[::1/{KEY}", "takes rtmp://"),
        (f"rtmp://example.org/live {KEY}", "takes rtmp://"),
        (f"rtmp://example.org/{KEY}\n", "takes rtmp://"),
        (f"rtmp://example.org/{KEY * 200}", "takes rtmp://"),
        (f"srt://example.org:9000?{KEY}", "takes streamid, passphrase, latency, mode behind srt://host:port?"),
        ("srt://example.org:9000?mode=listener", 'it calls a server that listens, got "listener"'),
        ("srt://example.org:9000?passphrase=short", "a passphrase of 10..79 characters, got 5"),
        ("srt://example.org:9000?latency=soon", 'a latency in milliseconds, 0..99999, got "soon"'),
    ],
)
def test_what_can_not_is_refused_with_the_rule_and_without_its_key(url: str, said: str) -> None:
    with pytest.raises(ValueError, match="takes") as refused:
        check_url(url)
    assert said in str(refused.value)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"rtmp://example.org/app/{KEY}", "rtmp://example.org/..."),
        (f"rtmps://{KEY}:{KEY}@example.org:443/app", "rtmps://example.org:443/..."),
        (f"rtmps://a@{KEY}@example.org/app", "rtmps://example.org/..."),
        (f"srt://[::1]:9000?streamid={KEY}", "srt://[::1]:9000/..."),
        (f"srt://example.org:9000#{KEY}", "srt://example.org:9000/..."),
        ("udp://239.1.2.3:5004", "udp://239.1.2.3:5004"),
        (f"{KEY}://{KEY}", "..."),
    ],
)
def test_what_is_said_of_an_address_is_where_it_is(url: str, said: str) -> None:
    assert masked(url) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("enabled = true", "v.toml: [stream] url takes rtmp://, rtmps://, srt:// or udp:// with a host, srt and udp"),
        (f'url = "http://example.org/{KEY}"', 'got "http://example.org/..."'),
        ('size = "1281x720"', "[stream] size takes even sides of 64 or more, 1920x1080 at most, such as 1280x720"),
        ('size = "3840x2160"', "[stream] size takes even sides of 64 or more"),
        ('size = "wide"', "[stream] size takes WIDTHxHEIGHT in pixels"),
        ('size = "62x64"', 'such as 1280x720, got "62x64"'),
        ("fps = 61", "[stream] fps takes a whole number <= 60, got 61"),
        ("bitrate_kbps = 1", "[stream] bitrate_kbps takes a whole number >= 200, got 1"),
    ],
)
def test_settings_name_what_is_wrong_in_one_line(lines: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"v\.toml") as refused:
        settings.parse(f"[stream]\n{lines}\n", "v.toml")
    assert said in str(refused.value)
    assert KEY not in str(refused.value)
    assert "\n" not in str(refused.value)


@given(
    before=st.sampled_from(["", "u@", "u:{key}@", "{key}:p@", "a@{key}@"]),
    host=st.from_regex(r"[a-z0-9.-]{1,12}|\[[0-9a-f:]{2,9}\]", fullmatch=True),
    behind=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    scheme=st.sampled_from(["rtmp", "rtmps", "srt", "udp", "http", "file"]),
    port=st.sampled_from(["", ":1935", ":0", ":70000", ":"]),
)
def test_whatever_stands_before_or_behind_a_host_is_never_said(
    before: str, host: str, behind: str, scheme: str, port: str
) -> None:
    url = f"{scheme}://{before.format(key=KEY)}{host}{port}/{behind}{KEY}"
    said = masked(url)
    try:
        check_url(url)
    except ValueError as refused:
        said += str(refused)
    assert KEY not in said


def test_an_address_on_the_command_line_switches_it_on_and_none_switches_it_off() -> None:
    venue = StreamSettings(fps=25)
    on = venue.to("udp://127.0.0.1:5004")
    assert (on.enabled, on.fps, on.pixels) == (True, 25, (1280, 720))
    assert on.to("") == venue
    assert streaming.SCHEMES == ("rtmp", "rtmps", "srt", "udp")
