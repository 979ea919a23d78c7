"""What moves, as bytes and back: the values a snapshot is made of. Knows no files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np

_ARRAY = 1  # code of the msgpack extension that holds an array


def remember(owner: object, names: Iterable[str]) -> dict[str, Any]:
    """The attributes `names` of `owner`, arrays copied."""
    return {name: _copy(getattr(owner, name)) for name in names}


def recall(owner: object, names: Iterable[str], state: Mapping[str, Any]) -> None:
    """Put back what `remember` took. Raises ValueError naming an attribute that is missing or of another shape."""
    place = type(owner).__name__
    for name in names:
        if name not in state:
            raise ValueError(f"snapshot: {place}.{name} is missing")
        old, new = getattr(owner, name), state[name]
        if isinstance(old, np.ndarray) and (not isinstance(new, np.ndarray) or new.shape != old.shape):
            raise ValueError(f"snapshot: {place}.{name} needs the shape {old.shape}, got {np.shape(new)}")
        setattr(owner, name, _copy(new))


def recall_fitting(owner: object, names: Iterable[str], state: Mapping[str, Any]) -> None:
    """Put back what still has the type and shape that it had; the rest stays: an author has changed it meanwhile."""
    for name in names:
        if name in state:
            old, new = getattr(owner, name), state[name]
            if type(old) is type(new) and np.shape(old) == np.shape(new):
                setattr(owner, name, _copy(new))


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, (np.ndarray, dict, list)) else value


def pack(state: Any) -> bytes:
    """Plain values and arrays as msgpack."""
    return msgspec.msgpack.encode(state, enc_hook=_extend)


def unpack(data: bytes) -> Any:
    """What `pack` was given. Raises ValueError for bytes that are no such thing."""
    try:
        return msgspec.msgpack.decode(data, ext_hook=_array)
    except (msgspec.DecodeError, TypeError, ValueError) as error:
        raise ValueError(f"snapshot: unreadable: {error}") from None


def _extend(value: Any) -> msgspec.msgpack.Ext:
    if not isinstance(value, (np.ndarray, np.generic)):
        raise TypeError(f"snapshot: {type(value).__name__} can't be remembered, only plain values and arrays")
    array = np.asarray(value)
    return msgspec.msgpack.Ext(
        _ARRAY, msgspec.msgpack.encode((array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes()))
    )


def _array(code: int, data: memoryview) -> Any:
    if code != _ARRAY:
        raise ValueError(f"unknown extension {code}")
    dtype, shape, raw = msgspec.msgpack.decode(data, type=tuple[str, tuple[int, ...], bytes])
    return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape).copy()
