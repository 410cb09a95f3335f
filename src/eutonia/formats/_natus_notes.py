"""The notes of a Natus study (``.ent``): what was marked when, and the names of the channels.

After 352 bytes each note has four numbers of 32 bits (its kind, 0 for the end; its length with
these; two of no use here) and a text, a tree of lists and of fields: ``(.(."Stamp", 42), (."Text",
"eyes closed"), (."Data", (.(."User", "…"))))``. Readers of it agree that ``Stamp`` counts samples,
that the last ``ChanNames`` are those of the channels, and that ``Data`` says what was deleted.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

_Tree: TypeAlias = "str | float | list[_Tree]"

_HEAD_BYTES = 352
_NOTE = struct.Struct("<4i")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|([^\s(),"]+)', re.S)
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d*)?")
_CARRIAGE = re.compile(r"\\x0?[dDaA](?![0-9a-fA-F])\s?|\\[rn]")
_MONTAGE = "Montage:"  # its name may be the patient's


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What the notes say.

    Parameters
    ----------
    marks : tuple of (int, str)
        Stamp and text of each note, in order of time.
    channels : tuple of str
        Names of the headbox's inputs; empty where none are given.
    damaged : int
        Notes that could not be read.
    """

    marks: tuple[tuple[int, str], ...] = ()
    channels: tuple[str, ...] = ()
    damaged: int = 0


def parse(raw: bytes) -> Notes:
    """Read the notes; montages give their names of channels and are no marks."""
    marks: list[tuple[int, str]] = []
    channels: tuple[str, ...] = ()
    damaged = 0
    for text in _texts(raw):
        note = _tree(text) if text is not None else None
        if note is None:
            damaged += 1
            continue
        if found := [v for v in _all(note, "ChanNames") if isinstance(v, list)]:
            channels = tuple(str(v).strip() if isinstance(v, str) else "" for v in found[-1])
            continue
        fields = _fields(note)
        data = _fields(fields.get("Data", []))
        stamp, said = fields.get("Stamp"), _plain(fields.get("Text", ""))
        if not said or said.startswith(_MONTAGE) or data.get("Deleted", 0) not in (0, "0", ""):
            continue
        if isinstance(stamp, float):
            comment = _plain(fields.get("Comment", ""))
            marks.append((int(stamp), f"{said} ({comment})" if comment else said))
        else:
            damaged += 1
    return Notes(marks=tuple(sorted(marks)), channels=channels, damaged=damaged)


def _texts(raw: bytes) -> Iterator[str | None]:
    """Yield the text of each note; None where the file breaks off."""
    at = _HEAD_BYTES
    while at + _NOTE.size <= len(raw):
        kind, length, _, _ = _NOTE.unpack_from(raw, at)
        if kind == 0:
            return
        if not _NOTE.size <= length <= len(raw) - at:
            yield None
            return
        body = raw[at + _NOTE.size : at + length].rstrip(b"\0")
        try:
            yield body.decode("utf-8")
        except UnicodeDecodeError:
            yield body.decode("cp1252", errors="replace")
        at += length
    if at != len(raw):
        yield None


def _tree(text: str) -> list[_Tree] | None:
    """Return lists within lists; None if brackets do not match. What is not known is a word."""
    stack: list[list[_Tree]] = [[]]
    for quoted, bracket, word in (m.groups() for m in _TOKEN.finditer(text)):
        if bracket == "(":
            stack.append([])
        elif bracket == ")":
            if len(stack) == 1:
                return None
            done = stack.pop()
            stack[-1].append(done)
        elif quoted is not None:
            stack[-1].append(quoted)
        elif word != ".":  # a list of fields, or a field
            stack[-1].append(_value(word))
    return stack[0] if len(stack) == 1 and stack[0] else None


def _value(word: str) -> str | float:
    return float(word) if _NUMBER.fullmatch(word) else word


def _fields(tree: _Tree) -> dict[str, _Tree]:
    """Return name and value of the fields in a list, or in the one list that it holds."""
    if not isinstance(tree, list):
        return {}
    inner = tree[0] if len(tree) == 1 else ""
    if isinstance(inner, list) and inner and isinstance(inner[0], list):
        tree = inner
    pairs = [p for p in tree if isinstance(p, list) and len(p) == 2 and isinstance(p[0], str)]
    return {str(name): value for name, value in pairs}


def _all(tree: list[_Tree], name: str) -> Iterator[_Tree]:
    """Yield the values of all fields of a name, at any depth."""
    left: list[_Tree] = [tree]
    while left:
        here = left.pop()
        if isinstance(here, list):
            if len(here) == 2 and here[0] == name:
                yield here[1]
            left.extend(reversed(here))


def _plain(value: _Tree) -> str:
    """Return a text on one line, without the backslashes that guard signs."""
    text = _CARRIAGE.sub(" ", value) if isinstance(value, str) else ""
    return " ".join(re.sub(r"\\(.)", r"\1", text).split())
