"""The files of a Natus study: which belong together, their headers and tables of contents.

See `natus` for the sources. All numbers are little-endian; times are seconds since 1970.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats._library import beside
from eutonia.formats._natus_samples import Packet, Part, begins_whole, walk
from eutonia.formats._patient_names import name_pattern
from eutonia.model import Issue, UnreadableFile

#: Files that a study has once, by its name, and one that each of its parts has.
OF_STUDY = (".ent", ".ent.old", ".stc", ".snc", ".vtc", ".eeg", ".epo", ".mtg")
OF_PART = ".etc"
_PART = re.compile(r"(.+)_\d{3,5}")
#: Of all of the maker's files; the byte before says which kind.
GUID = bytes.fromhex("070bca95d7d011af3200a0245b54a5")
_HEAD_BYTES = 352
#: By schema, for how many channels the header has room.
_ROOM = {5: 32, 6: 128, 7: 1024, 8: 1024, 9: 1024}
_ETC_SCHEMA = 3
_BLOCK = np.dtype([("at", "<u4"), ("stamp", "<i4"), ("number", "<i4"), ("n", "<u2"), ("", "V2")])
_SEGMENT = np.dtype([("name", "V256"), ("start", "<i4"), ("end", "<i4"), ("", "V8")])
_SYNC = np.dtype([("stamp", "<i4"), ("time", "<i8")])
_STC_HEAD = 56
_LONGEST_HEAD = 8656
_ALL_RATES = 0x7FFF
_1601 = 11_644_473_600  # seconds from the first day of Windows' clock to that of Unix


@dataclass(frozen=True, kw_only=True)
class Header:
    """What files of one recording have in common."""

    rate_hz: float
    packet: Packet
    physical: tuple[int, ...]
    headbox: int
    discarded: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Segment:
    """One ``.erd`` and its table of contents.

    Parameters
    ----------
    header : Header
        Of the samples.
    part : Part
        Its blocks.
    stamp : ndarray of int64, shape (n_blocks,)
        When each block began, in samples from the start of the study, pauses included.
    created : int
        Seconds since 1970.
    said : tuple of Issue
        What is wrong with it.
    """

    header: Header
    part: Part
    stamp: NDArray[np.int64]
    created: int
    said: tuple[Issue, ...]


def study_of(path: Path) -> Path:
    """Return the first name that a study's parts may have: a part has no notes of its own."""
    part = _PART.fullmatch(path.stem)
    if part is None or beside(path, *OF_STUDY):
        return path
    first = path.with_name(part[1] + ".erd")
    return first if beside(first, ".erd", *OF_STUDY) else path


def parts_of(study: Path) -> list[Path]:
    """Return the ``.erd`` of a study in order of their numbers; the first has none."""
    pattern = re.compile(re.escape(study.stem) + r"(_\d{3,5})?\.erd", re.I)
    there = [p for p in study.parent.iterdir() if pattern.fullmatch(p.name)]
    found = [p for p in there if study_of(p).stem.casefold() == study.stem.casefold()]
    return sorted(found, key=lambda p: (len(p.name), p.name))


def segments_of(path: Path) -> list[Segment]:
    """Read the header and the table of contents of one file; nothing if it has no samples.

    Raises
    ------
    UnreadableFile
        If one of them is damaged, of a version that is not known, or missing.
    """
    data = np.memmap(path, np.uint8, mode="r") if path.stat().st_size else np.empty(0, np.uint8)
    try:
        header, begin, created = _header(bytes(data[:_LONGEST_HEAD]))
    except (struct.error, ValueError) as error:
        why = "it ends early" if isinstance(error, struct.error) else error
        raise UnreadableFile(
            f"{path}: the header of this Natus recording cannot be read ({why}). Copy it again, or "
            "export it from NeuroWorks as EDF."
        ) from error
    tables = beside(path, OF_PART)
    if not tables:
        raise UnreadableFile(
            f"{path}: its table of contents ({path.stem}.etc) is missing; without it the times of "
            "the samples are not known. Copy all files of the study into one folder."
        )
    blocks, said = _blocks(tables[0], begin, len(data))
    at, n = blocks["at"].astype(np.int64), blocks["n"].astype(np.int64)
    end = 0
    if len(at):
        last = bytes(data[at[-1] :])
        found = walk(last, 0, int(n[-1]), header.packet)
        end = at[-1] + found[-1]
        if len(found) <= n[-1]:
            said.append("It is truncated: it ends within the samples that its table lists.")
            n[-1] = len(found) - 1
        elif found[-1] < len(last):
            said.append("It goes on after the samples that its table lists; these were not read.")
    kept = n > 0
    at, n = at[kept], n[kept]
    if not len(at):
        return []
    whole = begins_whole(data, at, header.packet)
    if not whole[0]:
        said.append("It begins without all channels' values: only how they change is known.")
    part = Part(
        path=str(path.resolve()),
        packet=header.packet,
        at=np.append(at, end),
        first=np.append(0, np.cumsum(n)),
        whole=whole,
    )
    issues = (
        Issue(code="truncated", severity="warning", message=f"{path.name}: {t}") for t in said
    )
    stamp = blocks["stamp"][kept].astype(np.int64)
    return [Segment(header=header, part=part, stamp=stamp, created=created, said=tuple(issues))]


def _header(head: bytes) -> tuple[Header, int, int]:
    """Return what the header says, where the samples begin, and when the file was created."""
    schema, created = struct.unpack_from("<H2xi", head, 16)
    rate, n, bits = struct.unpack_from("<dii", head, _HEAD_BYTES)
    room = _ROOM.get(schema, 0)
    if not room:
        raise ValueError(f"schema {schema} is not known")
    if not (0 < rate < 1e6 and 1 <= n <= room and bits == 8):
        raise ValueError(f"{rate:g} Hz, {n} channels, differences of {bits} bits")
    physical = struct.unpack_from(f"<{n}i", head, 368)
    at = 368 + 4 * room
    headboxes = struct.unpack_from("<4i", head, at)
    (discarded,) = struct.unpack_from("<i", head, at + 92)
    if not 0 <= discarded <= 16:
        raise ValueError(f"{discarded} bits are discarded")
    at += 96
    shorted, rates = (0,) * n, (_ALL_RATES,) * n
    if schema >= 8:
        shorted = struct.unpack_from(f"<{n}h", head, at)
        rates = struct.unpack_from(f"<{n}h", head, at + 2048)
        at += 4096
    if any(r != _ALL_RATES for r in rates):
        raise ValueError("its channels have different rates, which is not read")
    stored = tuple(i for i, short in enumerate(shorted) if not short)
    if not stored:
        raise ValueError("no channel was recorded")
    several = len({h for h in headboxes if h}) > 1
    header = Header(
        rate_hz=rate,
        packet=Packet(n_channels=n, stored=stored, masked=schema >= 8),
        physical=physical,
        headbox=0 if several else headboxes[0],
        discarded=discarded,
    )
    return header, at, created


def _blocks(path: Path, begin: int, size: int) -> tuple[NDArray[np.void], list[str]]:
    """Return the blocks that a table of contents lists and that the file holds.

    Raises
    ------
    UnreadableFile
        If it is damaged, or of another version.
    """
    raw = path.read_bytes()
    schema = int.from_bytes(raw[16:18], "little")
    if len(raw) < _HEAD_BYTES or schema != _ETC_SCHEMA:
        raise UnreadableFile(
            f"{path}: this table of contents is damaged or of a version (schema {schema}) whose "
            "times are not known. Copy it again, or export the study from NeuroWorks as EDF."
        )
    blocks = _rows(raw, _HEAD_BYTES, _BLOCK)
    n = len(blocks)
    counted = np.diff(blocks["number"].astype(np.int64))
    steps = np.diff(blocks["at"].astype(np.int64))
    if (
        (n and blocks["at"][0] < begin)
        or (steps <= 0).any()
        or not blocks["n"].all()
        or (counted != blocks["n"][:-1]).any()
        or (np.diff(blocks["stamp"].astype(np.int64)) < blocks["n"][:-1]).any()
    ):
        raise UnreadableFile(f"{path}: this table of contents is damaged. Copy it again.")
    held = blocks[blocks["at"] < size]
    if len(held) == n:
        return held, []
    return held, [f"It is truncated: {n - len(held)} of {n} blocks of samples are missing."]


def _rows(raw: bytes, at: int, kind: np.dtype[np.void]) -> NDArray[np.void]:
    """Return the whole rows of a table from a byte on."""
    n = max(0, len(raw) - at) // kind.itemsize
    return np.frombuffer(raw, kind, n, at) if n else np.empty(0, kind)


def missing_parts(path: Path, segments: list[Segment], n_lost: int) -> list[Issue]:
    """Return whether parts that the ``.stc`` lists are nowhere to be found."""
    missing = 0
    for table in beside(study_of(path), ".stc"):
        listed = _rows(table.read_bytes(), _HEAD_BYTES + _STC_HEAD, _SEGMENT)
        stamps = np.concatenate([s.stamp for s in segments])
        spans = zip(listed["start"].tolist(), listed["end"].tolist(), strict=True)
        missing += sum(not ((stamps >= a) & (stamps <= b)).any() for a, b in spans)
    if missing <= n_lost:
        return []
    text = f"{missing - n_lost} part(s) of this study are missing. Copy all of its .erd and .etc."
    return [Issue(code="missing_file", severity="warning", message=text)]


def start_s(path: Path, segments: list[Segment]) -> float | None:
    """Return the seconds since 1970 at stamp 0, where any file states them."""
    rate = segments[0].header.rate_hz
    for file in beside(study_of(path), ".snc"):
        for stamp, time in _rows(file.read_bytes(), _HEAD_BYTES, _SYNC).tolist()[:1]:
            seconds = time / 1e7 - _1601 - stamp / rate
            if 0 < seconds < 2**32:
                return float(seconds)
    created = 0
    for file in beside(study_of(path), ".stc"):
        created = int.from_bytes(file.read_bytes()[20:24], "little", signed=True)
    if created > 0:
        return float(created)
    seconds = segments[0].created - int(segments[0].stamp[0]) / rate
    return seconds if seconds > 0 else None


def patient(path: Path) -> re.Pattern[str]:
    """Return a pattern of the names and the number of the patient in the header."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    fields = (head[at : at + 80].split(b"\0")[0] for at in range(32, _HEAD_BYTES, 80))
    return name_pattern(map(_decoded, fields))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
