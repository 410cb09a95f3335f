"""Persyst: a header ``.lay`` beside interleaved numbers in ``.dat``.

By specification: not tried on a real file. Of what the header says of the patient, only the day
and time of the recording are passed on; names are struck out of comments. Pauses that it names are
cuts: nothing is measured across them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _library
from eutonia.formats._binary import BinarySignal
from eutonia.formats._names import unique
from eutonia.formats._patient_names import STRUCK, name_pattern
from eutonia.formats._segments import placed
from eutonia.formats.sites import places
from eutonia.model import Channel, Clock, Events, Issue, Recording, UnreadableFile

_TYPES = {"0": "<i2", "7": "<i4"}
_DAYS = ("%m/%d/%Y", "%d-%m-%Y", "%Y.%m.%d")
_PAUSE_S = 0.1  # time stamps that differ by more from an even rate are a pause; our rule


@dataclass(frozen=True)
class _Header:
    """The lines of each section, in lower case but for names and texts."""

    sections: dict[str, list[str]]

    def fields(self, section: str) -> dict[str, str]:
        """Return ``name=value`` lines; names in lower case."""
        pairs = (line.partition("=") for line in self.sections.get(section, []))
        return {name.strip().lower(): value.strip() for name, _, value in pairs}


def leader(path: Path) -> Path:
    """Return the header that stands for a file of samples."""
    found = _library.beside(path, ".lay") if path.suffix.lower() == ".dat" else ()
    return found[0] if found else path


def looks_like_persyst(path: Path) -> bool:
    """Whether a file begins like the header, or has one."""
    if leader(path) != path:
        return True
    with path.open("rb") as file:
        return re.match(rb"(\xef\xbb\xbf)?\s*\[fileinfo\]", file.read(64), re.I) is not None


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Persyst recording.

    Raises
    ------
    UnreadableFile
        If the header is damaged, or the samples are missing or none.
    """
    path = leader(path)
    header = _parse(path)
    info = header.fields("fileinfo")
    data = _data(path, info.get("file", ""))
    rows = [line.rpartition("=") for line in header.sections.get("channelmap", [])]
    names, issues = unique([re.sub(r"(?i)-ref$", "", name.strip()) for name, _, _ in rows])
    try:
        signal, rate = _signal(data, info, len(names))
    except (KeyError, ValueError, OverflowError) as error:
        raise UnreadableFile(
            f"{path}: the header of this Persyst recording is damaged ({error}). Copy it again."
        ) from error
    if signal.n_samples < 1:
        raise UnreadableFile(f"{path}: {data.name} holds no samples. Copy it again.")
    cuts = _cuts(header.sections.get("sampletimes", []), rate)
    axis = placed(signal, rate, cuts, [None] * len(cuts))
    patient = header.fields("patient")
    start = _start(patient)
    found = places(names, units=["uV"] * len(names))
    events, lost = _events(header.sections.get("comments", []), _names(patient))
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(name=name, kind=at.kind, unit="uV", site=at.site, side=at.side)
                for name, at in zip(names, found, strict=True)
            ),
            clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start),
            signal=axis.signal,
            rate_hz=rate,
            events=events,
            sources=_library.sources(path, data),
            issues=(*issues, *lost, *axis.issues),
            bad=axis.bad,
        ),
    )


def _parse(path: Path) -> _Header:
    sections: dict[str, list[str]] = {}
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    section = ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].lower()
        elif line:
            sections.setdefault(section, []).append(line)
    return _Header(sections)


def _data(path: Path, named: str) -> Path:
    """Return the file of samples that the header names, else the one with its own stem."""
    name = named.replace("\\", "/").split("/")[-1]
    there = {p.name.casefold(): p for p in sorted(path.parent.iterdir()) if p.is_file()}
    found = there.get(name.casefold()) or there.get(path.stem.casefold() + ".dat")
    if found is None or found == path:
        raise UnreadableFile(
            f"{path}: the file of its samples ({name or path.stem + '.dat'}) is missing. Copy both "
            "into one folder."
        )
    return found


def _signal(data: Path, info: dict[str, str], n: int) -> tuple[BinarySignal, float]:
    rate, scale = float(info["samplingrate"]), float(info["calibration"])
    count, at = int(info["waveformcount"]), int(info.get("headerlength") or 0)
    dtype = _TYPES[info["datatype"]]
    if not 0 < rate < 1e7 or not np.isfinite(scale) or scale == 0 or not 0 <= at < 2**40:
        raise ValueError(f"rate {rate:g}, calibration {scale:g}, header length {at}")
    if count != n or n < 1:
        raise ValueError(f"{count} channels are counted and {n} named")
    held = max(0, data.stat().st_size - at) // (n * int(dtype[-1]))
    signal = BinarySignal(
        path=str(data.resolve()),
        dtype=dtype,
        n_channels=n,
        n_samples=held,
        vectorized=False,
        gain=(scale,) * n,
        units=("uV",) * n,
        data_at=at,
    )
    return signal, rate


def _cuts(lines: list[str], rate_hz: float) -> list[int]:
    """Return the samples before which the stamps jump; the first stamp is the recording's."""
    pairs = [re.fullmatch(r"(\d{1,15})=(\d{1,9}(?:\.\d*)?)", line) for line in lines]
    stamps = sorted((int(m[1]), float(m[2])) for m in pairs if m)
    return [
        b[0]
        for a, b in pairwise(stamps)
        if abs((b[1] - a[1]) % 86400 - (b[0] - a[0]) / rate_hz) > _PAUSE_S
    ]


def _start(patient: dict[str, str]) -> float | None:
    """Return the start as seconds since 1970, where day and time are stated."""
    for day in _DAYS:
        text = f"{patient.get('testdate', '')} {patient.get('testtime', '')}"
        try:
            return datetime.strptime(text, f"{day} %H:%M:%S").replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return None


def _names(patient: dict[str, str]) -> re.Pattern[str]:
    """Return a pattern of the patient's names, only to strike them out of comments."""
    return name_pattern(patient.get(field, "") for field in ("first", "mi", "last"))


def _events(lines: list[str], names: re.Pattern[str]) -> tuple[Events, tuple[Issue, ...]]:
    """Return the comments: onset, duration, two numbers of no use here, text."""
    found = []
    for line in lines:
        cells = line.split(",", 4)
        try:
            onset, lasts = float(cells[0]), max(0.0, float(cells[1]))
        except (ValueError, IndexError):
            continue
        if np.isfinite([onset, lasts]).all() and len(cells) == 5:
            found.append((onset, lasts, names.sub(STRUCK, cells[4].strip()) or "comment"))
    events = Events(
        onset_s=np.array([e[0] for e in found], dtype=np.float64),
        duration_s=np.array([e[1] for e in found], dtype=np.float64),
        name=tuple(e[2] for e in found),
    )
    if len(found) == len(lines):
        return events, ()
    text = f"{len(lines) - len(found)} comment(s) are damaged; left out."
    return events, (Issue(code="events", severity="warning", message=text),)


FORMAT = Format(
    id="persyst",
    title="Persyst",
    suffixes=(".lay",),
    reads=looks_like_persyst,
    read=read,
    leader=leader,
)
