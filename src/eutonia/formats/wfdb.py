"""WFDB (PhysioNet): a header, its signal files and the annotations beside it, read as needed.

References
----------
WFDB header, signal and annotation file formats: wfdb.io/spec (PhysioNet).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import WALL, Format, _library, _names, units
from eutonia.formats._extra import library
from eutonia.formats._wfdb_files import (
    ANNOTATORS,
    check_names,
    frames_in,
    header_of,
    lines_of,
    uncalibrated,
)
from eutonia.formats.signals import Rows, Scaled
from eutonia.formats.sites import key, places
from eutonia.model import (
    Channel,
    Clock,
    EutoniaError,
    Events,
    Floats,
    Issue,
    Recording,
    UnreadableFile,
)

_LEADS = frozenset(
    ["i", "ii", "iii", "avr", "avl", "avf", "v", "vx", "vy", "vz", "mli", "mlii", "mliii"]
    + [f"{v}{k}" for v in ("v", "mcl", "mv", "cm", "cc") for k in range(1, 10)]
)


@dataclass(frozen=True)
class WfdbSignal:
    """Signals of one rate of a WFDB record, in the header's units; NaN where invalid.

    Parameters
    ----------
    header, path : str
        The header, and the (first) file of samples.
    rows : tuple of int
        Which signals of the header.
    per_frame, n_samples : int
        Samples of each signal in a frame, and in all.
    """

    header: str
    path: str
    rows: Rows
    per_frame: int
    n_samples: int

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.rows), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = self.rows if channels is None else tuple(self.rows[i] for i in channels)
        if stop <= start or not rows:
            return np.empty((len(rows), max(0, stop - start)))
        first, end = start // self.per_frame, -(-stop // self.per_frame)
        unique = sorted(set(rows))  # the library wants each signal once
        record = _call(
            self.header,
            "rdrecord",
            _name(Path(self.header)),
            sampfrom=first,
            sampto=end,
            channels=unique,
            smooth_frames=self.per_frame == 1,  # the library joins segments only so
        )
        found = record.e_p_signal
        if found is None:
            found = list(np.asarray(record.p_signal).T)
        begin = start - first * self.per_frame
        kept = [np.asarray(x, np.float64)[begin : begin + stop - start] for x in found]
        if len(kept) != len(unique) or any(len(x) != stop - start for x in kept):
            raise UnreadableFile(f"{self.header}: signals end early. Copy the record again.")
        return np.stack([kept[unique.index(r)] for r in rows])


def looks_like_wfdb(path: Path) -> bool:
    """Whether a file is a WFDB header, or a signal file that the header beside it names."""
    return bool(lines_of(header_of(path)))


def read(path: Path) -> tuple[Recording, ...]:
    """Read a WFDB record: one recording per rate, with the annotations of all annotators.

    Raises
    ------
    UnreadableFile
        If the header is damaged or a signal file cannot be read; or the library is missing.
    """
    path = header_of(path)
    try:
        return _read(path)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError) as error:
        raise UnreadableFile(
            f"{path}: the WFDB header is damaged ({error}). Copy the record again."
        ) from error


def _read(path: Path) -> tuple[Recording, ...]:
    lines = lines_of(path)
    check_names(path, lines)
    header = _call(path, "rdheader", _name(path), rd_segments=True)
    if not header.n_sig or not header.fs or not 0 < header.fs < 1e7:
        raise UnreadableFile(f"{path}: the header names no signals or no sampling rate.")
    kept, n_frames, issues = _what_is_there(path, header)
    layout = _layout(header)
    if not kept or n_frames < 1:
        raise UnreadableFile(
            f"{path}: none of the signal files that the header names is here. Copy them beside it."
        )
    data = _data_files(path, header, kept)
    events, wrong = _annotations(path, float(header.fs))
    start = header.base_datetime
    clock = Clock(id=path.name, aligned="alone")
    if start is not None:
        clock = Clock(id=WALL, offset_s=start.replace(tzinfo=UTC).timestamp())
    shell = Recording(
        id=path.name,
        kind="",
        channels=(),
        clock=clock,
        events=events,
        sources=_library.sources(path, data[0], data[1:]),
        issues=(*issues, *wrong),
    )
    spread = [int(x or 1) for x in layout.samps_per_frame]
    rates = dict.fromkeys(spread[i] for i in kept)
    raw = uncalibrated(lines) if layout is header else ()
    made = []
    for each in rates:
        rows = tuple(i for i in kept if spread[i] == each)
        signal = WfdbSignal(
            str(path.resolve()), str(data[0].resolve()), rows, each, n_frames * each
        )
        made.append(_recording(shell, signal, layout, float(header.fs), raw))
    if len(made) == 1:
        return tuple(made)
    if clock.id != WALL:
        made = [replace(r, clock=replace(clock, aligned="same file")) for r in made]
    return tuple(replace(r, id=f"{r.id}#{r.rate_hz:g}Hz") for r in made)


def _name(path: Path) -> str:
    return str(path.resolve().with_suffix(""))


def _call(path: Path | str, function: str, *args: Any, **options: Any) -> Any:
    """Call the library; whatever a damaged file makes it raise is an UnreadableFile."""
    found = library("wfdb", path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the library's own dependencies
            return getattr(found, function)(*args, **options)
    except EutoniaError:
        raise
    except Exception as error:  # the library raises whatever a damaged file leads it to
        why = f"{error.__class__.__name__}: {error}".replace(str(Path(path).resolve().parent), "")
        raise UnreadableFile(
            f"{path}: the WFDB record cannot be read ({why[:200]}). A file of it may be missing or "
            "damaged: copy the record again."
        ) from error


def _layout(header: Any) -> Any:
    """Return what describes the signals: of a record of several segments, its first header."""
    segments = [s for s in getattr(header, "segments", None) or () if s is not None]
    return segments[0] if segments else header


def _what_is_there(path: Path, header: Any) -> tuple[list[int], int, list[Issue]]:
    """Return the signals whose file is here, the number of whole frames, and what is missing."""
    n = int(header.sig_len or 0)
    if _layout(header) is not header:
        return list(range(header.n_sig)), n, []
    files = list(header.file_name)
    absent = [f for f in dict.fromkeys(files) if not path.with_name(f).is_file()]
    kept = [i for i, f in enumerate(files) if f not in absent]
    issues = []
    if absent:
        lost = ", ".join(str(header.sig_name[i]) for i, f in enumerate(files) if f in absent)
        message = f"The signal file {', '.join(absent)} is missing; without it: {lost}."
        issues.append(Issue(code="missing_file", severity="warning", message=message))
    held = [frames_in(path, header, f) for f in dict.fromkeys(files) if f not in absent]
    whole = min([x for x in held if x is not None], default=n)
    if whole < n:
        message = f"The signal file is truncated: {whole} of {n} frames are there and were read."
        issues.append(Issue(code="truncated", severity="warning", message=message))
    return kept, min(n, whole) if n else whole, issues


def _data_files(path: Path, header: Any, kept: Sequence[int]) -> list[Path]:
    """Return the files of samples, the path itself where none is named."""
    if _layout(header) is header:
        named = [header.file_name[i] for i in kept]
    else:
        named = [
            name
            for segment in header.segments
            for name in getattr(segment, "file_name", None) or ()
        ]
    files = [path.with_name(name) for name in dict.fromkeys(named) if name != "~"]
    return [f for f in files if f.is_file()] or [path]


def _recording(
    shell: Recording, signal: WfdbSignal, layout: Any, frame_hz: float, raw: Sequence[bool]
) -> Recording:
    names, repeated = _names.unique([str(layout.sig_name[i] or "") for i in signal.rows])
    factors, converted, issues = [], [], [*shell.issues, *repeated]
    for name, i in zip(names, signal.rows, strict=True):
        unit, factor = units.standard(str(layout.units[i] or ""))
        if i < len(raw) and raw[i]:
            unit, factor = units.UNKNOWN, float(layout.adc_gain[i])  # back to counts
            message = "Its header states no gain, so the scale is not known."
            issues.append(Issue(code="no_scale", severity="warning", message=message, channel=name))
        converted.append(unit)
        factors.append(factor)
    found = [
        replace(at, kind="ecg")
        if at.kind == "misc" and unit == "uV" and key(name) in _LEADS
        else at
        for name, unit, at in zip(names, converted, places(names, units=converted), strict=True)
    ]
    return replace(
        shell,
        channels=tuple(
            Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side)
            for name, unit, at in zip(names, converted, found, strict=True)
        ),
        signal=Scaled(signal, tuple(factors)) if any(f != 1 for f in factors) else signal,
        rate_hz=frame_hz * signal.per_frame,
        issues=tuple(issues),
    )


def _annotations(path: Path, frame_hz: float) -> tuple[Events, list[Issue]]:
    """Return what all annotators beside the record marked: the symbol, or the words with it."""
    found: list[tuple[float, str, str, str]] = []
    issues = []
    for annotator in ANNOTATORS:
        if not path.with_suffix(f".{annotator}").is_file():
            continue
        try:
            marks = _call(path, "rdann", _name(path), annotator)
            times = np.asarray(marks.sample, np.float64) / float(marks.fs or frame_hz)
            notes = [str(note).strip("\x00 ") for note in marks.aux_note]
            found += [
                (float(t), note if symbol in '+"~s' and note else symbol, symbol, annotator)
                for t, symbol, note in zip(times, map(str, marks.symbol), notes, strict=True)
            ]
        except (UnreadableFile, ValueError) as error:
            message = f"The annotations in {path.stem}.{annotator} cannot be read; left out."
            if "not installed" in str(error):
                raise
            issues.append(Issue(code="annotations", severity="warning", message=message))
    found.sort(key=lambda e: e[0])
    return (
        Events(
            onset_s=np.array([e[0] for e in found]),
            duration_s=np.zeros(len(found)),
            name=tuple(e[1] for e in found),
            columns={
                "symbol": np.array([e[2] for e in found]),
                "annotator": np.array([e[3] for e in found]),
            }
            if found
            else {},
        ),
        issues,
    )


FORMAT = Format(
    id="wfdb",
    title="WFDB (PhysioNet)",
    suffixes=(".hea",),
    reads=looks_like_wfdb,
    read=read,
    leader=header_of,
)
