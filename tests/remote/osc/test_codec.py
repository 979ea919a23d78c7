from __future__ import annotations

import re
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle

from installation.remote.osc import codec as wire
from installation.remote.osc.codec import LengthPrefix, Malformed, Message, Slip, decode, encode

WORDS = b"/x\0\0"


def bundle(*packets: bytes, timetag: int = wire.NOW) -> bytes:
    return b"#bundle\0" + struct.pack(">Q", timetag) + b"".join(struct.pack(">i", len(p)) + p for p in packets)


def nested(depth: int) -> bytes:
    packet = encode("/dream/unrest", [0.5])
    for _ in range(depth):
        packet = bundle(packet)
    return packet


@pytest.mark.parametrize(
    ("arguments", "decoded"),
    [
        ([], ()),
        ([7], (7,)),
        ([0.5], (0.5,)),
        ([True, False], (True, False)),
        (["nacht", "größer"], ("nacht", "größer")),
        (["", 1, 0.25, True], ("", 1, 0.25, True)),
    ],
)
def test_what_is_encoded_is_decoded(arguments: list[wire.Argument], decoded: tuple[wire.Argument, ...]) -> None:
    assert decode(encode("/a/b", arguments)) == [Message("/a/b", decoded, wire.NOW)]


def test_wide_numbers_are_taken() -> None:
    packet = b"/x\0\0,hd\0" + struct.pack(">qd", 1 << 40, 0.1)
    assert decode(packet) == [Message("/x", (1 << 40, 0.1), wire.NOW)]


def test_an_impulse_or_nil_is_a_bang() -> None:
    assert decode(b"/show/go\0\0\0\0,I\0\0") == [Message("/show/go", (), wire.NOW)]
    assert decode(b"/show/go\0\0\0\0,N\0\0") == [Message("/show/go", (), wire.NOW)]


MALFORMED = {
    "a bundle element of negative size, on which python-osc loops for ever": (
        bytes.fromhex("2362756e646c65000000000000000001fffffffc2f612f6200000000"),
        "structure",
        "element of -4 bytes",
    ),
    "400 bundles inside each other, larger than any datagram we take": (nested(400), "size", "8024 bytes"),
    "nine bundles inside each other": (nested(9), "depth", "more than 8"),
    "an element of size 0": (bundle() + b"\0\0\0\0", "structure", "element of 0 bytes"),
    "an element of size 3": (bundle() + b"\0\0\0\3/x\0", "structure", "not a positive multiple of 4"),
    "an element longer than the bundle": (bundle() + b"\0\0\0\x10/x\0\0", "structure", "16 bytes with 4 left"),
    "a bundle that ends in its timetag": (b"#bundle\0\0\0\0\0", "structure", "no timetag"),
    "an element's size cut off": (bundle() + b"\0\0", "structure", "multiple of 4"),
    "bad UTF-8 in the address": (b"/\xff\xfe\0", "text", "not UTF-8"),
    "bad UTF-8 in a word": (b"/x\0\0,s\0\0\xc3\x28\0\0", "text", "not UTF-8"),
    "a truncated float, which python-osc reads as 0.0": (b"/x\0\0,f\0\0", "structure", "arguments end at byte 12 of 8"),
    "half a double": (b"/x\0\0,d\0\0\0\0\0\0", "structure", "arguments end"),
    "bytes after the arguments": (encode("/x", [1]) + b"\0\0\0\0", "structure", "arguments end"),
    "an address that doesn't end": (b"/abc", "structure", "doesn't end"),
    "a word that doesn't end": (b"/x\0\0,s\0\0abcd", "structure", "doesn't end"),
    "type tags that don't end": (b"/x\0\0,fff", "structure", "doesn't end"),
    "no comma before the type tags": (b"/x\0\0abc\0", "structure", "not with a comma"),
    "neither message nor bundle": (b"hello!!\0", "structure", "neither"),
    "not a multiple of 4": (b"/x\0\0,i\0\0\0\0\0", "structure", "multiple of 4"),
    "nothing": (b"", "structure", "multiple of 4"),
    "a character, which shifts what comes after it in python-osc": (
        b"/x\0\0,cf\0\0\0\0a\0\0\0\0",
        "tag",
        "/x carries a character ('c')",
    ),
    "a symbol": (b"/x\0\0,S\0\0abc\0", "tag", "a symbol"),
    "an array": (b"/x\0\0,[f]\0\0\0\0\0\0\0\0", "tag", "an array"),
    "a blob": (b"/x\0\0,b\0\0\0\0\0\4abcd", "tag", "a blob"),
    "nil": (b"/x\0\0,Ni\0\0\0\0\1", "tag", "nil among others"),
    "a type nobody knows": (b"/x\0\0,q\0\0", "tag", "unknown type ('q')"),
    "more than a datagram we look at": (encode("/x", ["a" * 1600]), "size", "at most 1536"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_malformed_is_refused_by_name(case: str) -> None:
    packet, reason, text = MALFORMED[case]
    with pytest.raises(Malformed, match=re.escape(text)) as refused:
        decode(packet)
    assert refused.value.reason == reason


def test_one_malformed_element_spoils_its_bundle() -> None:
    with pytest.raises(Malformed):
        decode(bundle(encode("/dream/unrest", [0.5]), b"/x\0\0,b\0\0\0\0\0\0"))


def test_eight_bundles_inside_each_other_are_taken() -> None:
    assert decode(nested(8))[0].address == "/dream/unrest"


def test_an_inner_bundle_is_never_earlier_than_the_outer_one() -> None:
    later, earlier = 5 << 32, 3 << 32
    inner = bundle(encode("/x"), timetag=earlier)
    assert decode(bundle(encode("/y"), inner, timetag=later)) == [Message("/y", (), later), Message("/x", (), later)]


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for packet in (data, b"/" + data, b"#bundle\0" + data, b"/x\0\0," + data):
        with suppress(Malformed):
            assert all(message.address.startswith("/") for message in decode(packet))


@given(
    st.lists(
        st.one_of(
            st.integers(-(2**31), 2**31 - 1),
            st.booleans(),
            st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20),
        )
    )
)
def test_every_message_survives_the_wire(arguments: list[wire.Argument]) -> None:
    assert decode(encode("/any", arguments))[0].arguments == tuple(arguments)


def test_many_messages_are_packed_into_as_few_bundles_as_they_need() -> None:
    messages = [encode(f"/sleeper/{n}/hue", [0.5]) for n in range(1, 241)]
    packed = wire.bundles(messages)
    assert all(len(packet) <= wire.LARGEST for packet in packed)
    assert len(packed) <= -(-sum(len(m) + 4 for m in messages) // (wire.LARGEST - 64))
    assert [m.address for packet in packed for m in decode(packet)] == [f"/sleeper/{n}/hue" for n in range(1, 241)]
    assert OscBundle(packed[0]).num_contents == len(decode(packed[0]))
    assert wire.bundles([]) == []


def test_a_timetag_is_ntp() -> None:
    assert wire.unix_ns((wire.NTP_TO_UNIX + 10) << 32 | 1 << 31) == 10_500_000_000


STREAMS = [encode("/show/go"), encode("/dream/unrest", [0.7]), encode("/x", ["\u0628 ÀÛ", 1])]


@pytest.mark.parametrize("framing", [LengthPrefix, Slip])
@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
def test_a_stream_gives_whole_packets_however_it_is_cut(framing: type[wire.Framing], piece: int) -> None:
    stream = b"".join(framing.wrap(packet) for packet in STREAMS)
    assert type(wire.framing(stream[0])) is framing
    reader = framing()
    assert [p for i in range(0, len(stream), piece) for p in reader.packets(stream[i : i + piece])] == STREAMS


def test_slip_escapes_its_own_marks() -> None:
    packet = b"/x\0\0,i\0\0\xc0\xdb\xdc\xdd"
    assert Slip.wrap(packet) == b"\xc0/x\0\0,i\0\0\xdb\xdc\xdb\xdd\xdc\xdd\xc0"
    assert Slip().packets(Slip.wrap(packet)) == [packet]


@pytest.mark.parametrize("size", [-1, 0, wire.LARGEST + 1, 2**31 - 1])
def test_a_stream_packet_of_a_wrong_size_ends_the_stream(size: int) -> None:
    with pytest.raises(Malformed, match=f"{size} bytes"):
        LengthPrefix().packets(struct.pack(">i", size) + b"abcd")


def test_an_endless_slip_frame_ends_the_stream() -> None:
    reader = Slip()
    assert reader.packets(b"a" * wire.LARGEST) == []
    assert reader.packets(b"a" * wire.LARGEST) == []
    with pytest.raises(Malformed, match="SLIP frame"):
        reader.packets(b"a")


def test_a_wrong_slip_escape_ends_the_stream() -> None:
    with pytest.raises(Malformed, match="escape"):
        Slip().packets(b"\xc0ab\xdbcd\xc0")
