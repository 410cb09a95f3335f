"""C3D: markers and analog channels as two recordings on one clock, decoded as they are asked for.

References
----------
The C3D file format, user guide, Motion Lab Systems (c3d.org).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eutonia.formats import Format, _c3d_header, _names, units
from eutonia.formats._c3d_header import Header
from eutonia.formats._linear import Linear
from eutonia.formats.signals import Rows
from eutonia.formats.sites import Place, place, side_of
from eutonia.model import (
    Channel,
    Clock,
    Events,
    Floats,
    Issue,
    Recording,
    Source,
    UnreadableFile,
)

_AXES = "XYZ"
#: Results of a model that stand among the markers: group of labels to where their unit is.
_DERIVED = {
    "ANGLES": "ANGLE_UNITS",
    "FORCES": "FORCE_UNITS",
    "MOMENTS": "MOMENT_UNITS",
    "POWERS": "POWER_UNITS",
    "SCALARS": "SCALAR_UNITS",
}


@dataclass(frozen=True, eq=False)
class C3dSignal:
    """The markers (three rows each, NaN where not seen) or the raw analog channels of a file."""

    path: str
    header: Header
    n_frames: int
    analog: bool
    unsigned: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        if self.analog:
            return self.header.n_analogs, self.n_frames * self.header.per_frame
        return 3 * self.header.n_points, self.n_frames

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.shape[1])
        rows = slice(None) if channels is None else list(channels)
        each = self.header.per_frame if self.analog else 1
        first, end = start // each, -(-max(start, stop) // each)
        frames = self._frames(first, end)
        if self.analog:
            part = frames[:, 4 * self.header.n_points :]
            samples = part.reshape(-1, max(self.header.n_analogs, 1))
            return np.ascontiguousarray(samples[start - first * each : stop - first * each].T[rows])
        points = frames[:, : 4 * self.header.n_points].reshape(len(frames), self.header.n_points, 4)
        xyz = points[:, :, :3] * (self.header.scale if self.header.scale > 0 else 1.0)
        xyz[points[:, :, 3] < 0] = np.nan
        return np.ascontiguousarray(xyz.reshape(len(frames), 3 * self.header.n_points).T[rows])

    def _frames(self, first: int, end: int) -> Floats:
        """Return the numbers of some frames, one frame in a row."""
        words, dtype = self.header.frame_words, self.header.dtype
        with Path(self.path).open("rb") as file:
            file.seek(self.header.data_at + first * words * dtype.itemsize)
            raw = file.read((end - first) * words * dtype.itemsize)
        if len(raw) < (end - first) * words * dtype.itemsize:
            raise UnreadableFile(f"{self.path}: the file ends early; it was changed while read.")
        numbers = np.frombuffer(raw, dtype)
        if dtype.kind == "u":
            decoded = _c3d_header.floats(numbers)
        else:
            decoded = numbers.astype(np.float64)
            if self.analog and dtype.kind == "i" and self.unsigned:
                decoded = decoded % 65536.0
        return decoded.reshape(-1, words)


def read(path: Path) -> tuple[Recording, ...]:
    """Read a C3D file: one recording of markers and one of analog channels, as it has them.

    Raises
    ------
    UnreadableFile
        If the header is damaged or no frame is complete.
    """
    header = _c3d_header.parse(path)
    room = path.stat().st_size - header.data_at
    whole = max(0, room) // (header.frame_words * header.dtype.itemsize)
    if whole < 1:
        raise UnreadableFile(f"{path}: the file ends before its first frame. Copy it again.")
    n_frames = min(whole, header.n_frames)
    issues = []
    if whole < header.n_frames:
        message = (
            f"The file is truncated: {n_frames} of {header.n_frames} frames are there; "
            "these were read."
        )
        issues.append(Issue(code="truncated", severity="warning", message=message))
    makers = [_texts(header, f"MANUFACTURER:{x}") for x in ("COMPANY", "SOFTWARE")]
    shell = Recording(
        id=path.name,
        kind="",
        channels=(),
        clock=Clock(id=path.name),
        events=_events(header),
        device=" ".join(dict.fromkeys(w for words in makers for w in words[:1] if w)),
        sources=(Source(path=path.name, sha256=""),),
        issues=tuple(issues),
    )
    made = []
    if header.n_points:
        made.append(("points", _points(shell, str(path.resolve()), header, n_frames)))
    if header.n_analogs:
        made.append(("analogs", _analogs(shell, str(path.resolve()), header, n_frames)))
    if len(made) == 1:
        return (made[0][1],)
    clock = replace(shell.clock, aligned="same file")
    return tuple(replace(r, id=f"{r.id}#{name}", clock=clock) for name, r in made)


def _points(shell: Recording, path: str, header: Header, n_frames: int) -> Recording:
    labels, issues = _labels(header, "POINT", header.n_points, "marker")
    length = (_texts(header, "POINT:UNITS") or ("",))[0]
    written = dict.fromkeys(labels, length)
    for group, unit in _DERIVED.items():
        here = (_texts(header, f"POINT:{unit}") or ("",))[0]
        written |= dict.fromkeys(_without_subject(header, _texts(header, f"POINT:{group}")), here)
    channels, factors = [], []
    for label in labels:
        unit, factor = units.standard(written.get(label, length))
        kind = "position" if unit in ("m", units.UNKNOWN) else "misc"
        kind = "force" if unit == "N" else kind
        channels += [
            Channel(name=f"{label} {axis}", kind=kind, unit=unit, side=side_of(label))
            for axis in _AXES
        ]
        factors += [factor] * 3
    signal = C3dSignal(path, replace(header, parameters={}), n_frames, analog=False)
    return replace(
        shell,
        channels=tuple(channels),
        signal=Linear(signal, tuple(factors), (0.0,) * len(factors)),
        rate_hz=header.rate_hz,
        issues=(*shell.issues, *issues),
    )


def _analogs(shell: Recording, path: str, header: Header, n_frames: int) -> Recording:
    n = header.n_analogs
    labels, issues = _labels(header, "ANALOG", n, "analog")
    written = _filled(_texts_of(header, "ANALOG", "UNITS"), n)
    described = _filled(_texts_of(header, "ANALOG", "DESCRIPTIONS"), n)
    general = _numbers(header, "GEN_SCALE", 1, 1.0)[0]
    gains = _numbers(header, "SCALE", n, 1.0) * general
    zeros = _numbers(header, "OFFSET", n, 0.0)
    if _unsigned(header):
        zeros = zeros % 65536.0
    channels, factors = [], []
    for label, unit_as_written, words in zip(labels, written, described, strict=True):
        unit, factor = units.standard(unit_as_written)
        at = _place(label, words, unit)
        channels.append(Channel(name=label, kind=at.kind, unit=unit, site=at.site, side=at.side))
        factors.append(factor)
    gain = gains * np.array(factors)
    bare = replace(header, parameters={})  # names of a person are not carried along
    signal = C3dSignal(path, bare, n_frames, analog=True, unsigned=_unsigned(header))
    return replace(
        shell,
        channels=tuple(channels),
        signal=Linear(signal, tuple(map(float, gain)), tuple(map(float, -zeros * gain))),
        rate_hz=header.rate_hz * header.per_frame,
        issues=(*shell.issues, *issues),
    )


def _place(label: str, described: str, unit: str) -> Place:
    """Return the place that a label names, else that its description names."""
    found = [place(re.sub(r"(?i)emg\d+", "EMG", text), unit=unit) for text in (label, described)]
    by_label, by_words = found
    if by_label.site or not by_words.site:
        kind = by_words.kind if by_label.kind == "misc" else by_label.kind
        return replace(by_label, kind=kind)
    return by_words


def _events(header: Header) -> Events:
    """Return the events of the ``EVENT`` group, else those in the header, from the first frame."""
    pairs = _numbers_or_none(header, "EVENT:TIMES")
    if pairs is not None and len(pairs) >= 2:
        minutes, seconds = pairs[: len(pairs) // 2 * 2].reshape(-1, 2).T
        times = list(60 * minutes + seconds)
        labels = _filled(_texts_of(header, "EVENT", "LABELS"), len(times))
        contexts = _filled(_texts_of(header, "EVENT", "CONTEXTS"), len(times))
    else:
        times = [t for t, _ in header.events]
        labels = [name for _, name in header.events]
        contexts = [""] * len(times)
    order = [int(i) for i in np.argsort(times, kind="stable") if np.isfinite(times[i])]
    start = (header.first_frame - 1) / header.rate_hz
    return Events(
        onset_s=np.array([times[i] - start for i in order]),
        duration_s=np.zeros(len(order)),
        name=tuple(labels[i] or "event" for i in order),
        columns={"side": np.array([contexts[i].lower() for i in order])} if any(contexts) else {},
    )


def _labels(
    header: Header, group: str, n: int, otherwise: str
) -> tuple[list[str], tuple[Issue, ...]]:
    """Return one label of its own for each channel, without the subject's name."""
    written = _filled(_without_subject(header, _texts_of(header, group, "LABELS")), n)
    names, issues = _names.unique([x or f"{otherwise} {i + 1}" for i, x in enumerate(written)])
    return names, tuple(issues)


def _without_subject(header: Header, labels: Iterable[str]) -> list[str]:
    """Remove ``NAME:`` before a label: it is the subject's name."""
    prefixes = {p.rstrip(":") for p in _texts(header, "SUBJECTS:LABEL_PREFIXES")}
    prefixes |= set(_texts(header, "SUBJECTS:NAMES"))
    out = []
    for label in labels:
        before, _, after = label.partition(":")
        out.append(after if after and before in prefixes else label)
    return out


def _unsigned(header: Header) -> bool:
    return "UNSIGNED" in _texts(header, "ANALOG:FORMAT")


def _texts(header: Header, name: str) -> tuple[str, ...]:
    value = header.parameters.get(name, ())
    return value if isinstance(value, tuple) else ()


def _texts_of(header: Header, group: str, name: str) -> tuple[str, ...]:
    """Return a list of texts that may go on in ``NAME2``, ``NAME3`` … beyond 255 entries."""
    found = _texts(header, f"{group}:{name}")
    k = 2
    while more := _texts(header, f"{group}:{name}{k}"):
        found, k = found + more, k + 1
    return found


def _numbers_or_none(header: Header, name: str) -> Floats | None:
    value = header.parameters.get(name)
    return value if isinstance(value, np.ndarray) else None


def _numbers(header: Header, name: str, n: int, default: float) -> Floats:
    """Return `n` numbers of the analog group, the default where there are fewer."""
    parts = [_numbers_or_none(header, f"ANALOG:{name}{k}") for k in ("", *range(2, 9))]
    found = np.concatenate([np.zeros(0), *(p for p in parts if p is not None)])[:n]
    filled: Floats = np.concatenate([found, np.full(n - len(found), default)])
    return filled


def _filled(texts: Sequence[str], n: int) -> list[str]:
    return [*texts[:n], *[""] * (n - len(texts))]


FORMAT = Format(
    id="c3d",
    title="C3D motion capture",
    suffixes=(".c3d",),
    reads=_c3d_header.looks_like_c3d,
    read=read,
)
