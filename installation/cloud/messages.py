"""What nodes say to each other, as msgpack. Whatever can't be one of these messages is refused whole."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

LARGEST = 4 << 20
"""Bytes of a message that carries a snapshot; every other is LARGEST_SMALL at most."""

LARGEST_SMALL = 60_000

Text = Annotated[str, Meta(max_length=400)]
Tick = Annotated[int, Meta(ge=0, le=2**53)]
Number = Annotated[int, Meta(ge=0, le=2**53)]
Time = Annotated[int, Meta(ge=-(2**62), le=2**62)]
Argument = bool | int | float | Text
Arguments = Annotated[tuple[Argument, ...], Meta(max_length=16)]


class Item(msgspec.Struct, frozen=True, array_like=True):
    """A control at its tick, and which message of which node it was."""

    tick: Tick
    address: Text  # empty: refused, and told so by standing here
    arguments: Arguments
    node: Text
    life: Number  # of that node: another each time it begins
    number: Number


Items = Annotated[tuple[Item, ...], Meta(max_length=4096)]


class Line(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """All controls of ticks `first` .. `end` - 1, said by the conductor of `term`, which began at the tick `since`."""

    term: Number
    since: Tick
    first: Tick
    end: Tick
    beat_ns: Time  # when tick 0 was, on the conductor's clock
    items: Items = ()
    support: Number = 1  # nodes that follow it, itself among them


class Ask(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Controls that came in at a node, for the conductor: all that no line holds yet, so that none is lost."""

    life: Number
    controls: Annotated[tuple[tuple[Number, Text, Arguments], ...], Meta(max_length=256)]


class Want(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """The lines from this tick on were lost."""

    tick: Tick


class Ping(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """What time is it there?"""

    sent_ns: Time


class Pong(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """The answer."""

    sent_ns: Time  # as asked
    clock_ns: Time


class Here(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """A node is there, once a second."""

    version: Text  # digest of everything that makes a show; another one plays another show
    term: Number  # 0: not in the show yet
    conducts: bool
    conduct: Annotated[str, Meta(max_length=8)]  # auto, always, never
    tick: Tick
    late_ms: float  # of its newest second, the worst tick
    clock_ms: float  # its clock is known as well as that
    fps: float
    corrections: Number
    refused: Number
    conductor: Text = ""  # of that term


class Wish(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """The show as it is, please."""

    version: Annotated[dict[Text, Text], Meta(max_length=200)]


class State(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """A show before the step of `tick`, and the controls of the ticks from there to `end`."""

    term: Number
    conductor: Text
    since: Tick
    tick: Tick
    end: Tick
    snapshot: bytes
    heard: Annotated[tuple[tuple[Text, Number, Number], ...], Meta(max_length=4096)]  # node, life, newest number
    items: Items = ()


class Refusal(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """Why somebody can't take part."""

    why: Text


class Figures(msgspec.Struct, frozen=True, array_like=True, tag=10):
    """Where the conductor's show is: coarse numbers at a tick."""

    tick: Tick
    counts: Annotated[tuple[int, ...], Meta(max_length=64)]
    values: Annotated[bytes, Meta(max_length=16_384)]  # float32


Message = Line | Ask | Want | Ping | Pong | Here | Wish | State | Refusal | Figures

_decoder = msgspec.msgpack.Decoder(Message)


def encoded(message: Message) -> bytes:
    """A message as it travels."""
    return msgspec.msgpack.encode(message)


def decoded(data: bytes) -> Message:
    """A message that came in. Raises ValueError saying why it is none."""
    if len(data) > LARGEST:
        raise ValueError(f"a message of {len(data)} bytes")
    try:
        message: Message = _decoder.decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise ValueError(f"no message: {' '.join(str(error).split())[:120]}") from None
    if len(data) > LARGEST_SMALL and not isinstance(message, State | Line):
        raise ValueError(f"a {type(message).__name__} of {len(data)} bytes")
    return message
