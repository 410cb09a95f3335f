"""Which variables of a MATLAB file of version 5 to 7 are whole.

Asked before SciPy decodes them, because a damaged tag makes its decoder end the whole program.

References
----------
MAT-File Format, The MathWorks (version 5: tags, array flags, dimensions, names, parts).
"""

from __future__ import annotations

import math
import mmap
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from eutonia.model import UnreadableFile

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
#: Bytes of a number of each storage type.
_WIDTH = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8, 16: 1, 17: 2, 18: 4}
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE, _NUMBERS = 1, 2, 3, 4, 5, range(6, 16)
#: Handles of functions, and objects whose content only MATLAB knows: EEGLAB keeps some in ``etc``.
_FUNCTION, _OPAQUE = 16, 17
_COMPLEX = 0x0800
_PEEK = 4096  # bytes unpacked of a compressed variable: enough for class and name
_DEPTH = 16

_Part = tuple[int, memoryview, int]


def whole_variables(path: Path) -> list[str]:
    """Return the names of the variables of numbers, texts, cells and structures.

    Raises
    ------
    UnreadableFile
        If a variable is cut off, or its parts contradict one another.
    """
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as raw,
    ):
        order = {b"IM": "<", b"MI": ">"}.get(bytes(raw[126:128]), "")
        names = []
        at, damage = _HEADER, ""
        try:
            if not order:
                raise ValueError("its byte order is not stated")
            while at + 8 <= len(raw):
                kind, length = struct.unpack_from(f"{order}II", raw, at)
                if kind not in (_MATRIX, _COMPRESSED) or at + 8 + length > len(raw):
                    raise ValueError("a variable is cut off")
                with raw[at + 8 : at + 8 + length] as body:
                    names.append(_name(body, order, packed=kind == _COMPRESSED))
                at += 8 + length
        except (ValueError, struct.error, zlib.error) as error:
            damage = f"near byte {at} ({error})"  # the error itself would keep the map open
    if damage:
        raise UnreadableFile(f"{path}: the MATLAB file is damaged {damage}. Copy it again.")
    return [name for name in names if name]


def _name(body: memoryview, order: str, *, packed: bool) -> str:
    """Return a variable's name after its check; empty for classes that hold no signals."""
    if packed:  # a checksum guards what is packed: the decoder notices damage itself
        opened = zlib.decompressobj().decompress(bytes(body[: 4 * _PEEK]), _PEEK)
        kind, _ = struct.unpack_from(f"{order}II", opened, 0)
        if kind != _MATRIX:
            raise ValueError("a packed part is no variable")
        if _is_opaque(memoryview(opened)[8:], order):
            return ""
        kind, _, name, _ = _head(memoryview(opened)[8:], order)
    else:
        kind, name = _check(body, order, 0)
    return name if kind in (_CELL, _STRUCT, _CHAR, *_NUMBERS) else ""


def _parts(body: memoryview, order: str) -> Iterator[_Part]:
    """Yield type and content of each part, and where the next one begins."""
    at = 0
    while at + 8 <= len(body):
        kind, length = struct.unpack_from(f"{order}II", body, at)
        if kind >> 16:  # a small part: type, length and up to four bytes in one tag
            kind, length, begin, after = kind & 0xFFFF, kind >> 16, at + 4, at + 8
            if length > 4:
                raise ValueError("a small part is too long")
        else:
            begin = at + 8
            after = begin + length + (-length % 8 if kind != _COMPRESSED else 0)
        if begin + length > len(body):
            raise ValueError("a part is longer than its variable")
        yield kind, body[begin : begin + length], after
        at = after


def _head(body: memoryview, order: str) -> tuple[int, tuple[int, ...], str, int]:
    """Return class, shape and name of an array, and where its parts begin."""
    found, after = [], 0
    for part in _parts(body, order):
        found.append(part)
        after = part[2]
        if len(found) == 3:
            break
    kinds = [kind for kind, _, _ in found]
    if kinds != [6, 5, 1] or len(found[0][1]) != 8 or len(found[1][1]) % 4:
        raise ValueError("the head of an array is damaged")
    flags = struct.unpack_from(f"{order}I", found[0][1])[0]
    shape = struct.unpack(f"{order}{len(found[1][1]) // 4}i", found[1][1])
    if len(shape) < 2 or min(shape) < 0:
        raise ValueError(f"an array has the shape {shape}")
    return flags & 0xFFFF, shape, bytes(found[2][1]).decode("latin-1"), after


def _check(body: memoryview, order: str, depth: int) -> tuple[int, str]:
    """Return class and name of an array whose parts fit together."""
    if depth > _DEPTH:
        raise ValueError("structures lie too deep in one another")
    if len(body) == 0:  # an empty field of a structure
        return 6, ""
    if _is_opaque(body, order):
        return _OPAQUE, ""
    flags, shape, name, after = _head(body, order)
    kind, size = flags & 0xFF, math.prod(shape)
    if kind in (_CHAR, _SPARSE, *_NUMBERS):
        _check_values(list(_parts(body[after:], order)), flags, size=size, name=name or "an array")
    elif kind in (_CELL, _STRUCT, _OBJECT, _FUNCTION):
        inside = body[after:]
        if kind == _OBJECT:  # the name of its class comes first
            *_, begin = next(_parts(inside, order), (0, body, 0))
            inside = inside[begin:]
        n = 1 if kind == _FUNCTION else size
        _check_inside(inside, order, depth, size=n, fields=kind in (_STRUCT, _OBJECT))
    elif depth:
        raise ValueError(f"a structure holds an array of class {kind}")
    return kind, name


def _check_values(rest: list[_Part], flags: int, *, size: int, name: str) -> None:
    """Check that an array holds as many numbers or letters as its shape says."""
    kind = flags & 0xFF
    if kind == _SPARSE:
        if len(rest) < 3:
            raise ValueError(f"{name} lacks its indices")
    elif kind == _CHAR:
        if size and (len(rest) != 1 or rest[0][0] not in _WIDTH):
            raise ValueError(f"{name} holds no letters")
    else:
        wanted = 2 if flags & _COMPLEX else 1
        fits = len(rest) == wanted and all(
            t in _WIDTH and len(x) == size * _WIDTH[t] for t, x, _ in rest
        )
        if not fits:
            raise ValueError(f"{name} does not hold {size} numbers")


def _is_opaque(body: memoryview, order: str) -> bool:
    """Tell whether an array is an object of MATLAB's own, which has names instead of a shape."""
    kind, flags, _ = next(_parts(body, order), (0, body[:0], 0))
    return kind == 6 and len(flags) == 8 and flags[0 if order == "<" else 3] == _OPAQUE


def _check_inside(body: memoryview, order: str, depth: int, *, size: int, fields: bool) -> None:
    """Check the arrays in a cell array or a structure."""
    parts = _parts(body, order)
    if fields:
        kind, each, _ = next(parts, (0, body[:0], 0))
        length = struct.unpack(f"{order}i", each)[0] if kind == 5 and len(each) == 4 else 0
        kind, names, _ = next(parts, (0, body[:0], 0))
        if not 0 < length <= 256 or kind != 1 or len(names) % length:
            raise ValueError("the names of fields are damaged")
        if any(b"\x00" not in bytes(names[i : i + length]) for i in range(0, len(names), length)):
            raise ValueError("the names of fields are damaged")
        size *= len(names) // length
    n = 0
    for kind, part, _ in parts:
        if kind != _MATRIX:
            raise ValueError("a structure holds what is no array")
        _check(part, order, depth + 1)
        n += 1
    if n != size:
        raise ValueError(f"{n} arrays are there for {size}")
