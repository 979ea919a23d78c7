"""A refusal: what somebody wrote in a file and may not, in one line with its place, the rule and the offender.

Puts msgspec's sentences in words that need no programmer. Reads no file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "object": "a table",
    "array": "a list",
    "date": "a date",
}
_SOME = "..."  # how msgspec calls one of a dictionary's values

Keys = tuple[str, ...]
Kind = TypeVar("Kind")


def parsed(text: str, source: str) -> dict[str, Any]:
    """What a TOML text says; `source` is what errors call it. Raises ValueError, also where it is nested too deep."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{source}: not TOML: {error}") from None
    except RecursionError:
        raise ValueError(f"{source}: not TOML that anybody can read: it is nested too deep") from None


def converted(raw: Any, kind: type[Kind], source: str, place: Callable[[Keys], str]) -> Kind:
    """`raw` as a msgspec.Struct. Raises ValueError naming `source`, the place, the rule and the offender."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{source}: {said(error, raw, kind, place)}") from None


def said(error: msgspec.ValidationError, raw: Any, kind: Any, place: Callable[[Keys], str]) -> str:
    """The place first and the offender last: `[screen] fps takes a whole number >= 0, got "x"`.

    `raw` is what could not be converted to `kind`, a msgspec.Struct; `place` says where the keys from there lead to.
    """
    rule, _, path = str(error).partition(" - at `$")
    keys: Keys = ()
    for key in re.findall(r"\.\.\.|[^.\[\]`]+", path):
        raw, kind, name = _inside(raw, kind, key)
        keys += (name,)
    field = re.search(r"(unknown|missing required) field `(.+)`", rule)
    if field and field[1] == "unknown":
        names = ", ".join(each.encode_name for each in msgspec.structs.fields(kind))
        return f"{place((*keys, field[2]))} is not a setting; there are {names}"
    if field:
        return f"{place((*keys, field[2]))} is missing"
    return f"{place(keys)} takes {_rule(rule, kind)}, got {_offender(raw)}"


def _inside(raw: Any, kind: Any, key: str) -> tuple[Any, Any, str]:
    """The value one step further in, what it should have been, and its name."""
    if isinstance(raw, list):
        return raw[int(key)], _bare(get_args(kind)[0]), str(int(key) + 1)
    if key == _SOME:
        kind = get_args(kind)[1]
        return next((raw[name], kind, name) for name in raw if not _fits(raw[name], kind))
    kind = next(field.type for field in msgspec.structs.fields(kind) if field.encode_name == key)
    return raw[key], _bare(kind), key


def _bare(kind: Any) -> Any:
    """The type without its bounds, and without None beside it."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        some = [each for each in get_args(kind) if each is not NoneType]
        return _bare(some[0]) if len(some) == 1 else kind
    return kind


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _rule(rule: str, kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"one of {', '.join(str(one) or '(empty)' for one in get_args(kind))}"
    if "RFC3339" in rule:
        return "a date such as 2026-05-01"
    return re.sub(
        r"`([^`]+)`", lambda types: " or ".join(_words(types[1])), rule.removeprefix("Expected ").split(", got ")[0]
    )


def _words(types: str) -> Iterator[str]:
    return (_TYPES.get(name, name) for name in types.split(" | ") if name != "null")


def _offender(value: object) -> str:
    if isinstance(value, str):
        return f'"{plain(value[:40])}"'
    return str(value).lower() if isinstance(value, bool) else plain(f"{value!s:.40}")


def plain(text: str) -> str:
    """Text that no terminal obeys: what can't be printed, such as ESC, is written as its escape."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
