"""Micromed ``.trc`` (SystemPLUS, Brain Quick), headers of type 2, 3 and 4.

By specification: the maker's header file of 2002 for types 0 to 4, which AnyWave and Cartool
carry, and what they, Micromed's own import for EEGLAB, Brainstorm, FieldTrip, wonambi, micromed-io
and neo do with it; values and triggers equal to neo's where that is right; not tried on a real
file. biosig's reader of it is not public.

- Zones are found by their names. Types 2 and 3 have other electrodes and codes of one byte, as the
  maker and AnyWave say; Brainstorm reads those electrodes as type 4, the others refuse them. Notes
  of type 2 count seconds (AnyWave alone).
- EVENT A and B are a text with up to 100 stretches (maker, AnyWave, Cartool). neo, wonambi,
  micromed-io and Brainstorm take them for triples of numbers; neo so returns events that are none.
- Samples count from 0 (all but Brainstorm). Rows of zeros, and sample 2**32 - 1, hold nothing. A
  first row at sample 0 with a text or a value is a mark (all readers drop such notes, neo and
  AnyWave such triggers). Rows behind an empty one count, as in neo, AnyWave and Brainstorm; the
  others end a list of notes there.
- A unit code that is not known leaves numbers (neo, wonambi and AnyWave take it for µV). neo gives
  volts as ``1``; it and others take years from 2028 on for negative.
- The high-pass is in thousandths of Hz (Brainstorm); 0 is taken as not stated.
- The rate is the stated one times the coefficient of the channels (EEGLAB's import, neo, AnyWave;
  the others ignore it). Channels of different rates are refused: in what order their samples lie
  no source says, and those that do not refuse them read them as if there were one rate.
- Parts of a recording that was cut state when they began, in samples from the start of the whole;
  the recording's start moves by the time of the first part (wonambi, Cartool, neo).
- Numbers are unsigned, also those of 4 bytes (micromed-io takes these as signed; the same below
  2**31). Numbers of 1 byte it reads as 2.
- Two inputs ``EMG1+`` and ``EMG1-`` are ``EMG1``; those of another bipolar channel both name it.
- The patient's names are read only to strike them out of texts. Left out: birth, laboratory,
  headbox, impedances, montages, history, averages, video, and an ``.EVT`` file beside it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, units
from eutonia.formats._binary import BinarySignal
from eutonia.formats._linear import Linear
from eutonia.formats._micromed_header import Header, Line, Mark, parse
from eutonia.formats._names import unique
from eutonia.formats._segments import Placed, placed
from eutonia.formats.sites import places
from eutonia.model import Channel, Clock, Events, Issue, Recording, Source


def looks_like_micromed(path: Path) -> bool:
    """Whether the first bytes are those of Micromed."""
    with path.open("rb") as file:
        return b"MICROMED" in file.read(32).upper()


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Micromed recording.

    Raises
    ------
    UnreadableFile
        If the header is damaged or of another type, no sample is complete, samples are compressed
        or channels have different sampling rates.
    """
    header = parse(path)
    labels, repeated = unique([line.label for line in header.lines])
    scales = [_scale(line) for line in header.lines]
    axis = placed(
        _signal(path, header, scales),
        header.rate_hz,
        [first for first, _ in header.parts],
        [start for _, start in header.parts],
    )
    return (
        Recording(
            id=path.name,
            kind="",
            channels=_channels(header.lines, labels, scales),
            clock=_clock(path, header),
            signal=axis.signal,
            rate_hz=header.rate_hz,
            events=_events(header.marks, axis, header.rate_hz),
            device="Micromed",
            sources=(Source(path=path.name, sha256=""),),
            issues=(
                *header.issues,
                *repeated,
                *_unscaled(header.lines, labels, scales),
                *axis.issues,
            ),
            bad=axis.bad,
        ),
    )


def _scale(line: Line) -> tuple[str, float, float]:
    """Return unit, gain and offset; numbers as stored where unit or range are not known."""
    unit, factor = units.standard(line.unit)
    if unit == units.UNKNOWN or not line.gain:
        return units.UNKNOWN, 1.0, 0.0
    gain = line.gain * factor
    return unit, gain, -line.ground * gain


def _signal(path: Path, header: Header, scales: list[tuple[str, float, float]]) -> Linear:
    n = len(header.lines)
    numbers = BinarySignal(
        path=str(path.resolve()),
        dtype=f"<u{header.width}",
        n_channels=n,
        n_samples=header.n_samples,
        vectorized=False,
        gain=(1.0,) * n,
        units=tuple(line.unit for line in header.lines),
        data_at=header.data_at,
    )
    gain, offset = tuple(g for _, g, _ in scales), tuple(o for _, _, o in scales)
    return Linear(numbers, gain, offset)


def _channels(
    lines: tuple[Line, ...], labels: list[str], scales: list[tuple[str, float, float]]
) -> tuple[Channel, ...]:
    found = places(
        [line.label for line in lines],
        units=[unit for unit, _, _ in scales],
        kinds=["trigger" if line.is_marker else "" for line in lines],
    )
    return tuple(
        Channel(
            name=label,
            kind=at.kind,
            unit=unit,
            site=at.site,
            side=at.side,
            high_pass_hz=line.high_pass_hz,
        )
        for line, label, (unit, _, _), at in zip(lines, labels, scales, found, strict=True)
    )


def _unscaled(
    lines: tuple[Line, ...], labels: list[str], scales: list[tuple[str, float, float]]
) -> list[Issue]:
    """Say which channels have a unit or a range that is not known."""
    return [
        Issue(
            code="no_scale",
            severity="warning",
            message="Its digital or physical range is empty, so the scale is not known."
            if line.unit
            else "The code of its unit is not known, so neither is the scale.",
            channel=label,
        )
        for line, label, (unit, _, _) in zip(lines, labels, scales, strict=True)
        if unit == units.UNKNOWN
    ]


def _clock(path: Path, header: Header) -> Clock:
    if header.start_s is None:
        return Clock(id=path.name)
    return Clock(id=WALL, offset_s=header.start_s + header.parts[0][1])


def _events(marks: tuple[Mark, ...], axis: Placed, rate_hz: float) -> Events:
    """Return the marks on the time axis that holds the pauses."""
    at, until = (
        axis.on_axis(np.array(samples, dtype=np.float64)) / rate_hz
        for samples in ([m.at for m in marks], [m.until for m in marks])
    )
    return Events(
        onset_s=at,
        duration_s=until - at,
        name=tuple(m.name for m in marks),
        columns={"type": np.array([m.type for m in marks], dtype=np.str_)} if marks else {},
    )


FORMAT = Format(
    id="micromed",
    title="Micromed TRC",
    suffixes=(".trc",),
    reads=looks_like_micromed,
    read=read,
)
