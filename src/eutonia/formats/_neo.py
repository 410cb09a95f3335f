"""Recordings that neo reads: samples are read when asked for, in Eutonia's units.

References
----------
Garcia et al. 2014, doi:10.3389/fninf.2014.00010.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import WALL, _library, units
from eutonia.formats._extra import library
from eutonia.formats._names import unique
from eutonia.formats._segments import Placed, placed
from eutonia.formats.signals import Rows
from eutonia.formats.sites import places
from eutonia.model import Channel, Clock, Events, Floats, Recording, Source, UnreadableFile


@dataclass(frozen=True)
class NeoSignal:
    """The pieces of one of neo's streams, one after another; picklable by path.

    Parameters
    ----------
    path : str
        The file.
    reader, title : str
        Class in ``neo.rawio``, and the format in words.
    stream : int
        Which stream.
    sizes : tuple of int
        Samples of each piece.
    factors : tuple of float
        From the file's units to Eutonia's, one for each channel.
    units : tuple of str
        Units as the file writes them.
    """

    path: str
    reader: str
    title: str
    stream: int
    sizes: tuple[int, ...]
    factors: tuple[float, ...]
    units: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.factors), sum(self.sizes)

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(sum(self.sizes))
        rows = list(range(len(self.factors)) if channels is None else channels)
        out = np.empty((len(rows), max(0, stop - start)))
        if not out.size:
            return out
        raw = _rawio(self.path, self.reader, self.title, Path(self.path).stat().st_mtime_ns)
        edges = [0, *accumulate(self.sizes)]
        for piece, (first, end) in enumerate(pairwise(edges)):
            lo, hi = max(start, first), min(stop, end)
            if lo < hi:
                part = self._part(raw, piece, (lo - first, hi - first), rows)
                out[:, lo - start : hi - start] = part
        out *= np.array([self.factors[i] for i in rows])[:, None]
        return out

    def _part(self, raw: Any, piece: int, span: tuple[int, int], rows: list[int]) -> Floats:
        def call() -> Floats:
            which = {"stream_index": self.stream, "channel_indexes": rows}
            chunk = raw.get_analogsignal_chunk(0, piece, *span, **which)
            scaled: Floats = raw.rescale_signal_raw_to_float(chunk, dtype="float64", **which)
            return scaled.T

        found: Floats = _library.opened(self.path, self.title, call)[0]
        return found


@lru_cache(maxsize=8)
def _rawio(path: str, reader: str, title: str, changed: int) -> Any:  # noqa: ARG001
    module = library("neo", path).rawio

    def call() -> Any:
        raw = getattr(module, reader)(filename=path)
        raw.parse_header()
        return raw

    return _library.opened(path, title, call)[0]


def read(path: Path, reader: str, title: str) -> tuple[Recording, ...]:
    """Read a recording through neo: one for each of its streams.

    Raises
    ------
    UnreadableFile
        If neo is not installed or cannot read it, or it holds no samples.
    """
    full = str(path.resolve())
    raw = _rawio(full, reader, title, path.stat().st_mtime_ns)

    def call() -> list[Recording]:
        found = [_stream(path, raw, reader, title, i) for i in range(raw.signal_streams_count())]
        return [r for r in found if r is not None]

    recordings, issues = _library.opened(path, title, call)
    if not recordings:
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    rates = [f"{r.rate_hz:g}Hz" for r in recordings]
    names, _ = unique(rates)
    ids = [path.name] if len(names) == 1 else [f"{path.name}#{n}" for n in names]
    return tuple(_named(r, name, issues) for r, name in zip(recordings, ids, strict=True))


def _named(recording: Recording, name: str, issues: tuple[Any, ...]) -> Recording:
    return replace(recording, id=name, issues=(*recording.issues, *issues))


def _stream(path: Path, raw: Any, reader: str, title: str, stream: int) -> Recording | None:
    header = raw.header["signal_channels"]
    said = header[header["stream_id"] == raw.header["signal_streams"]["id"][stream]]
    pieces = range(raw.segment_count(0))
    sizes = tuple(int(raw.get_signal_size(0, i, stream)) for i in pieces)
    rate = float(raw.get_signal_sampling_rate(stream))
    if not sum(sizes) or not len(said) or not rate > 0:
        return None
    names, issues = unique([str(n).strip() for n in said["name"]])
    written = tuple(str(u).strip() for u in said["units"])
    scales = [units.standard(u) for u in written]
    signal = NeoSignal(
        path=str(path.resolve()),
        reader=reader,
        title=title,
        stream=stream,
        sizes=sizes,
        factors=tuple(factor for _, factor in scales),
        units=written,
    )
    starts = [float(raw.get_signal_t_start(0, i, stream)) for i in pieces]
    axis = placed(signal, rate, [0, *accumulate(sizes)][:-1], starts)
    found = places(names, units=[unit for unit, _ in scales])
    when = raw.raw_annotations["blocks"][0].get("rec_datetime")
    clock = Clock(id=path.name)
    if isinstance(when, datetime):
        clock = Clock(id=WALL, offset_s=when.replace(tzinfo=UTC).timestamp() + starts[0])
    return Recording(
        id=path.name,
        kind="",
        channels=tuple(
            Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side)
            for name, (unit, _), at in zip(names, scales, found, strict=True)
        ),
        clock=clock,
        signal=axis.signal,
        rate_hz=float(f"{rate:.9g}"),
        events=_events(raw, starts[0], rate, axis),
        sources=(Source(path=path.name, sha256=""),),
        issues=(*issues, *axis.issues),
        bad=axis.bad,
    )


def _events(raw: Any, start_s: float, rate_hz: float, axis: Placed) -> Events:
    """Return what is marked, from the first sample; neo counts through the pauses."""
    found: list[tuple[float, float, str]] = []
    for channel in range(raw.event_channels_count()):
        of_channel = str(raw.header["event_channels"]["name"][channel])
        for piece in range(raw.segment_count(0)):
            at, lasts, labels = raw.get_event_timestamps(0, piece, channel)
            times = raw.rescale_event_timestamp(at, "float64", channel) - start_s
            onset = axis.on_axis(times * rate_hz) / rate_hz
            known = lasts is not None and len(lasts) and lasts[0] is not None
            length = raw.rescale_epoch_duration(lasts, "float64", channel) if known else 0 * onset
            names = (str(label).strip() or of_channel for label in labels)
            found += zip(onset.tolist(), length.tolist(), names, strict=True)
    found.sort(key=lambda e: e[0])
    return Events(
        onset_s=np.array([e[0] for e in found], dtype=np.float64),
        duration_s=np.array([e[1] for e in found], dtype=np.float64),
        name=tuple(e[2] for e in found),
    )
