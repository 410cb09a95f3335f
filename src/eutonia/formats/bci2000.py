"""BCI2000 ``.dat``: a text header, then the channels and the states of each sample.

By specification: not tried on a real file.

References
----------
Schalk et al. 2004, doi:10.1109/TBME.2004.827072.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from eutonia.formats import WALL, Format
from eutonia.formats._names import unique
from eutonia.formats.signals import Rows
from eutonia.formats.sites import places
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

_TYPES = {"int16": "<i2", "int32": "<i4", "float32": "<f4"}
_SCALE = {"": 1.0, "muv": 1.0, "uv": 1.0, "mv": 1e3, "v": 1e6}  # gains are in µV where not stated
_CLOCKS = ("SourceTime", "StimulusTime")  # states that count time
_NUMBER = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([A-Za-z]*)")
_MOST_HEADER = 2**26
_BLOCK = 2**18  # samples of states looked at together
_MOST_EVENTS = 0.1  # per sample; a state that changes more often marks no events


@dataclass(frozen=True)
class FrameSignal:
    """The channels of samples that are followed by the states at that sample.

    Parameters
    ----------
    path : str
        The file.
    data_at, n_samples, n_states : int
        First byte of the samples, how many there are, bytes of states behind each.
    dtype : str
        Type of a number.
    gain, offset : tuple of float
        ``value = (number - offset) * gain``, in µV, one for each channel.
    """

    path: str
    data_at: int
    n_samples: int
    n_states: int
    dtype: str
    gain: tuple[float, ...]
    offset: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.gain), self.n_samples

    def frames(self) -> np.memmap:
        """Return numbers ``x`` and bytes ``states`` of each sample, mapped anew."""
        fields = [("x", self.dtype, (len(self.gain),)), ("states", "u1", (self.n_states,))]
        return np.memmap(
            self.path, np.dtype(fields), mode="r", offset=self.data_at, shape=(self.n_samples,)
        )

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        rows = list(range(len(self.gain)) if channels is None else channels)
        numbers = self.frames()["x"][start:stop][:, rows].T
        offset = np.array([self.offset[i] for i in rows])[:, None]
        gain = np.array([self.gain[i] for i in rows])[:, None]
        scaled: Floats = (np.array(numbers, dtype=np.float64) - offset) * gain
        return scaled


@dataclass(frozen=True)
class _Header:
    fields: dict[str, str]
    states: dict[str, tuple[int, int]]
    parameters: dict[str, list[str]]


def looks_like_bci2000(path: Path) -> bool:
    """Whether the first line names the lengths that begin each such file."""
    with path.open("rb") as file:
        line = file.readline(400)
    return b"HeaderLen=" in line and b"SourceCh=" in line


def read(path: Path) -> tuple[Recording, ...]:
    """Read a BCI2000 recording.

    Raises
    ------
    UnreadableFile
        If its header is damaged or it holds no samples.
    """
    header = _parse(path)
    try:
        signal, rate = _signal(path, header)
    except (KeyError, ValueError, IndexError, OverflowError) as error:
        raise UnreadableFile(
            f"{path}: the header of this BCI2000 recording is damaged ({error}). Copy it again."
        ) from error
    if signal.n_samples < 1:
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    stated = header.parameters.get("ChannelNames", [])
    n = signal.shape[0]
    names, issues = unique(stated if len(stated) == n else [""] * n)
    found = places(names, units=["uV"] * n)
    start = _start(" ".join(header.parameters.get("StorageTime", [])))
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(name=name, kind=at.kind, unit="uV", site=at.site, side=at.side)
                for name, at in zip(names, found, strict=True)
            ),
            clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start),
            signal=signal,
            rate_hz=rate,
            events=_events(signal, header.states, rate),
            sources=(Source(path=path.name, sha256=""),),
            issues=(*issues, *_truncated(path, signal)),
        ),
    )


def _parse(path: Path) -> _Header:
    with path.open("rb") as file:
        line = file.readline(400).decode("latin-1")
        fields = dict(re.findall(r"(\w+)=\s*(\S+)", line))
        size = int(fields["HeaderLen"]) if fields.get("HeaderLen", "").isdecimal() else 0
        text = file.read(min(size, _MOST_HEADER)).decode("utf-8", errors="replace")
    states: dict[str, tuple[int, int]] = {}
    parameters: dict[str, list[str]] = {}
    section = ""
    for row in text[: max(0, size - len(line))].splitlines():
        words = row.strip().split()
        if row.strip().startswith("["):
            section = row.lower()
        elif "state" in section and len(words) >= 5:
            if all(w.isdecimal() for w in (words[1], words[3], words[4])):
                states[words[0]] = (int(words[3]) * 8 + int(words[4]), int(words[1]))
        elif "parameter" in section and "=" in row:
            left, _, right = row.partition("=")
            parameters[left.split()[-1]] = _values(left, right.split("//")[0].split())
    return _Header(fields, states, parameters)


def _values(left: str, words: list[str]) -> list[str]:
    """Return the value of a parameter: a list's elements, which follow their count or labels."""
    if "list" not in left or not words:
        return [unquote(w) for w in words[:1]]
    if words[0] == "{" and "}" in words:
        n, words = words.index("}") - 1, words[words.index("}") + 1 :]
    else:
        n, words = int(words[0]) if words[0].isdecimal() else 0, words[1:]
    return [unquote(w) for w in words[:n]]


def _signal(path: Path, header: _Header) -> tuple[FrameSignal, float]:
    n, n_states = int(header.fields["SourceCh"]), int(header.fields["StatevectorLen"])
    dtype = _TYPES[header.fields.get("DataFormat", "int16")]
    data_at = int(header.fields["HeaderLen"])
    rate = _number(header.parameters["SamplingRate"][0])
    gains = [_number(g) for g in header.parameters["SourceChGain"]]
    offsets = [_number(o) for o in header.parameters["SourceChOffset"]]
    if not 1 <= n <= 10_000 or not 0 <= n_states <= 2**20 or not 0 < rate < 1e7:
        raise ValueError(f"{n} channels, {n_states} bytes of states, {rate:g} Hz")
    if len(gains) != n or len(offsets) != n:
        raise ValueError(f"{len(gains)} gains and {len(offsets)} offsets for {n} channels")
    held = max(0, path.stat().st_size - data_at) // (n * int(dtype[-1]) + n_states)
    return FrameSignal(
        path=str(path.resolve()),
        data_at=data_at,
        n_samples=held,
        n_states=n_states,
        dtype=dtype,
        gain=tuple(gains),
        offset=tuple(offsets),
    ), rate


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no number")
    unit = found[2].lower()
    return float(found[1]) * (1e3 if unit == "khz" else _SCALE.get(unit, 1.0))


def _start(text: str) -> float | None:
    for layout in ("%Y-%m-%dT%H:%M:%S", "%a %b %d %H:%M:%S %Y"):
        try:
            return datetime.strptime(text.strip(), layout).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return None


def _truncated(path: Path, signal: FrameSignal) -> tuple[Issue, ...]:
    frame = signal.frames().dtype.itemsize
    if (path.stat().st_size - signal.data_at) % frame == 0:
        return ()
    text = "The file ends within a sample: it is truncated; what is complete was read."
    return (Issue(code="truncated", severity="warning", message=text),)


def _events(signal: FrameSignal, states: dict[str, tuple[int, int]], rate_hz: float) -> Events:
    """Return each change of a state to a value other than 0; states that count are left out."""
    found: dict[str, list[tuple[int, int]]] = {}
    last: dict[str, int] = {}
    frames = signal.frames()["states"]
    for start in range(0, signal.n_samples, _BLOCK):
        bits = np.unpackbits(frames[start : start + _BLOCK], axis=1, bitorder="little")
        for name, (first, length) in states.items():
            if name in _CLOCKS or not 0 < length <= 32 or first + length > bits.shape[1]:
                continue
            weights = 1 << np.arange(length, dtype=np.int64)
            values = bits[:, first : first + length] @ weights
            changes = np.flatnonzero(np.diff(values, prepend=last.get(name, 0)) * (values != 0))
            found.setdefault(name, []).extend((start + int(i), int(values[i])) for i in changes)
            last[name] = int(values[-1])
    most = max(10.0, _MOST_EVENTS * signal.n_samples)
    rows = sorted(
        (at, f"{name} {value}" if states[name][1] > 1 else name)
        for name, changes in found.items()
        if len(changes) <= most
        for at, value in changes
    )
    return Events(
        onset_s=np.array([at for at, _ in rows], dtype=np.float64) / rate_hz,
        duration_s=np.zeros(len(rows)),
        name=tuple(name for _, name in rows),
    )


FORMAT = Format(
    id="bci2000",
    title="BCI2000",
    suffixes=(".dat",),
    reads=looks_like_bci2000,
    read=read,
)
