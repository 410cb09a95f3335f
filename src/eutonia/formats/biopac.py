"""Biopac AcqKnowledge ``.acq``: decoded once through bioread, one recording per rate.

References
----------
BIOPAC Application Note 156 (AcqKnowledge file format) and what bioread knows of later versions.
"""

from __future__ import annotations

import logging
import math
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import Format, _names, units
from eutonia.formats._extra import library
from eutonia.formats._keep import kept
from eutonia.formats.signals import Scaled
from eutonia.formats.sites import places
from eutonia.model import (
    Channel,
    Clock,
    EutoniaError,
    Events,
    Issue,
    Recording,
    Signal,
    Source,
    UnreadableFile,
)

_VERSIONS = range(30, 256)  # of the file, 2.0 to 5 and some room
_MOST_CHANNELS = 256  # above what any of Biopac's devices records; guards against damage


def looks_like_acq(path: Path) -> bool:
    """Whether a file begins with a graph header of AcqKnowledge, in either byte order."""
    return _first(path) is not None


def _first(path: Path) -> tuple[int, float] | None:
    """Return number of channels and milliseconds per sample, None where these make no sense."""
    with path.open("rb") as file:
        head = file.read(24)
    if len(head) < 24:
        return None
    found = []
    for order in "<>":
        _, version, length, channels, _, _, sample_ms = struct.unpack(
            order + "hiihhhd", head[: struct.calcsize(order + "hiihhhd")]
        )
        sensible = version in _VERSIONS and 1 <= channels <= _MOST_CHANNELS and length > 24
        if sensible and math.isfinite(sample_ms) and 1e-3 <= sample_ms <= 1e7:
            found.append((channels, sample_ms))
    return found[0] if found else None


def read(path: Path) -> tuple[Recording, ...]:
    """Read an AcqKnowledge file: one recording per rate, with the markers of all channels.

    Raises
    ------
    UnreadableFile
        If headers or samples are damaged, or bioread is not installed.
    """
    bioread = library("bioread", path)
    logging.getLogger("bioread").setLevel(logging.CRITICAL)  # what is wrong is said below
    if _first(path) is None:
        raise UnreadableFile(f"{path}: the header of the AcqKnowledge file is damaged.")
    try:
        with path.open("rb") as file:
            reader = bioread.reader_for_streaming(file)
            return _decoded(path, reader)
    except EutoniaError:
        raise
    except Exception as error:  # the library raises whatever a damaged file leads it to
        raise UnreadableFile(
            f"{path}: the AcqKnowledge file cannot be read ({error.__class__.__name__}: {error}). "
            "It may be damaged: copy it again, or export it as EDF or text."
        ) from error


def _decoded(path: Path, reader: Any) -> tuple[Recording, ...]:
    if reader.datafile is None:
        raise UnreadableFile(f"{path}: the channel headers are damaged. Copy the file again.")
    channels = reader.datafile.channels
    issues = _fit(path, reader, channels)
    used = [k for k, c in enumerate(channels) if c.point_count > 0]
    if not used:
        raise UnreadableFile(f"{path}: the file holds no samples. Copy it again.")
    made = []
    targets: dict[int, tuple[Any, int]] = {}
    for divider in dict.fromkeys(channels[k].frequency_divider for k in used):
        rows = [k for k in used if channels[k].frequency_divider == divider]
        room, signal = kept(path, max(channels[k].point_count for k in rows), len(rows))
        room[:] = np.nan
        targets |= {k: (room, column) for column, k in enumerate(rows)}
        made.append((divider, rows, signal))
    _fill(reader, channels, targets)
    events, lost = _events(reader)
    shell = Recording(
        id=path.name,
        kind="",
        channels=(),
        clock=Clock(id=path.name, aligned="same file" if len(made) > 1 else "alone"),
        events=events,
        device="BIOPAC AcqKnowledge",
        sources=(Source(path=path.name, sha256=""),),
        issues=(*issues, *lost),
    )
    out = [
        _recording(shell, signal, [channels[k] for k in rows], reader.samples_per_second / divider)
        for divider, rows, signal in made
    ]
    if len(out) == 1:
        return tuple(out)
    return tuple(replace(r, id=f"{r.id}#{r.rate_hz:g}Hz") for r in out)


def _fit(path: Path, reader: Any, channels: Sequence[Any]) -> list[Issue]:
    """Check the promised samples against the file's size; take the whole ones where it is short."""
    size = path.stat().st_size
    wrong = [c for c in channels if c.point_count < 0 or not 1 <= c.frequency_divider <= 65536]
    if wrong or (reader.is_compressed and not reader.datafile.channel_compression_headers):
        raise UnreadableFile(f"{path}: the channel headers are damaged. Copy the file again.")
    if reader.is_compressed:
        if any(c.point_count > 2000 * size for c in channels):  # zlib packs 1032 to 1 at best
            raise UnreadableFile(f"{path}: more samples are promised than the file can hold.")
        return []
    promised = sum(c.data_length for c in channels)
    room = max(0, size - reader.data_start_offset)
    if promised <= room:
        return []
    base = math.lcm(*(c.frequency_divider for c in channels))
    if base > 2**20:
        raise UnreadableFile(f"{path}: the channel headers are damaged. Copy the file again.")
    pattern = sum(base // c.frequency_divider * c.sample_size for c in channels)
    for c in channels:
        c.point_count = min(c.point_count, room // pattern * (base // c.frequency_divider))
    message = "The file is truncated: it is shorter than its header says; the rest was read."
    return [Issue(code="truncated", severity="warning", message=message)]


def _fill(reader: Any, channels: Sequence[Any], targets: dict[int, tuple[Any, int]]) -> None:
    """Decode all samples into their room, scaled as AcqKnowledge shows them."""
    rows = list(targets)
    if reader.is_compressed:
        for k in rows:
            room, column = targets[k]
            reader._read_data([k])
            room[: len(channels[k].data), column] = channels[k].data
            channels[k].free_data()
        return
    for buffers in reader.stream(rows):
        for k in rows:
            room, column = targets[k]
            part, where = buffers[k].buffer, buffers[k].channel_slice
            c = channels[k]
            room[where, column] = part * float(c.raw_scale_factor) + float(c.raw_offset)


def _events(reader: Any) -> tuple[Events, list[Issue]]:
    """Return the markers from the first sample; the first one of all files marks the start."""
    markers = reader.event_markers
    if markers is None:
        message = "The markers cannot be read and were left out; the samples are whole."
        return Events(), [Issue(code="annotations", severity="warning", message=message)]
    rate = reader.samples_per_second
    found = sorted((m.sample_index / rate, m.text.strip() or "marker") for m in markers)
    return (
        Events(
            onset_s=np.array([t for t, _ in found]),
            duration_s=np.zeros(len(found)),
            name=tuple(name for _, name in found),
        ),
        [],
    )


def _recording(shell: Recording, signal: Signal, rows: Sequence[Any], rate_hz: float) -> Recording:
    names, repeated = _names.unique([c.name.strip() for c in rows])
    converted = [units.standard(c.units) for c in rows]
    if any(factor != 1 for _, factor in converted):
        signal = Scaled(signal, tuple(factor for _, factor in converted))
    return replace(
        shell,
        channels=tuple(
            Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side)
            for name, (unit, _), at in zip(
                names, converted, places(names, units=[u for u, _ in converted]), strict=True
            )
        ),
        signal=signal,
        rate_hz=rate_hz,
        issues=(*shell.issues, *repeated),
    )


FORMAT = Format(
    id="biopac",
    title="Biopac AcqKnowledge",
    suffixes=(".acq",),
    reads=looks_like_acq,
    read=read,
)
