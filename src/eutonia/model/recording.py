"""A recording: one stream of samples or events on one clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from eutonia.model.condition import Condition

Side = Literal["left", "right", "midline", "unknown"]
Severity = Literal["note", "warning", "error"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One channel.

    Parameters
    ----------
    name : str
        As written in the file.
    kind : str
        ``eeg``, ``emg``, ``ecg``, ``eog``, ``lfp`` (stimulating and other depth electrodes),
        ``seeg``, ``ecog``, ``acc``, ``gyro``, ``mag``, ``position``, ``audio``, ``resp``, ``eda``,
        ``temperature``, ``force``, ``trigger`` or ``misc``.
    unit : str
        Unit of what the signal returns, after conversion: ``uV`` for electrical signals, ``m/s2``,
        ``deg/s``, ``1`` for audio (full scale), ``adc`` where the scale is not known.
    site : str
        Muscle id of ``knowledge/muscles`` or electrode name (10-10); empty if not known.
    side : {'left', 'right', 'midline', 'unknown'}
        Side of the body.
    flags : tuple of str
        What is wrong with the whole channel, such as ``flat`` or ``clipped``.
    high_pass_hz : float or None
        High-pass that the recorder had, where the file states it (0: none).
    passing : tuple of (str, float, float)
        Flags of a part of it: the flag, and from and until when it holds, seconds from the
        recording's first sample.
    """

    name: str
    kind: str
    unit: str
    site: str = ""
    side: Side = "unknown"
    flags: tuple[str, ...] = ()
    high_pass_hz: float | None = None
    passing: tuple[tuple[str, float, float], ...] = ()

    def flags_in(self, start_s: float, stop_s: float) -> tuple[str, ...]:
        """Return the flags of a stretch: of the whole channel, and of a part that it lies in."""
        middle = (start_s + stop_s) / 2
        held = (flag for flag, start, stop in self.passing if start <= middle < stop)
        return tuple(dict.fromkeys((*self.flags, *held)))

    @property
    def label(self) -> str:
        """Side and site in words, or the name where no site is known."""
        if self.kind == "eeg":  # an electrode's name holds its side
            return self.site or self.name
        side = f"{self.side} " if self.side in ("left", "right") else ""
        return side + self.site.replace("_", " ") if self.site else self.name


@runtime_checkable
class Signal(Protocol):
    """Samples that are read when asked for; picklable by path."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        ...

    def read(
        self, start: int = 0, stop: int | None = None, channels: tuple[int, ...] | None = None
    ) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        ...


@dataclass(frozen=True, eq=False)
class ArraySignal:
    """A signal held in memory, ``(n_channels, n_samples)``."""

    data: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.data.shape[0], self.data.shape[1]

    def read(
        self, start: int = 0, stop: int | None = None, channels: tuple[int, ...] | None = None
    ) -> Floats:
        """Return a copy of samples ``start:stop`` of some channels."""
        part = self.data[:, start:stop]  # first: taking channels copies
        return np.array(part if channels is None else part[list(channels)], dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Events:
    """What happened when: a table with typed columns.

    Parameters
    ----------
    onset_s, duration_s : ndarray, shape (n_events,)
        Seconds from the recording's first sample; a duration of 0 is a moment.
    name : tuple of str
        What happened (BIDS ``trial_type``).
    columns : dict of str to ndarray
        Further columns, each ``(n_events,)``, such as the intensity of a pulse.
    """

    onset_s: Floats = field(default_factory=lambda: np.zeros(0))
    duration_s: Floats = field(default_factory=lambda: np.zeros(0))
    name: tuple[str, ...] = ()
    columns: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.name)

    def named(self, *names: str) -> Events:
        """Return the events with one of these names, in order of time."""
        keep = np.array([n in names for n in self.name], dtype=bool)
        return self._take(np.flatnonzero(keep)[np.argsort(self.onset_s[keep], kind="stable")])

    def between(self, start_s: float, stop_s: float) -> Events:
        """Return the events with ``start_s <= onset < stop_s``, in the time of the span."""
        keep = np.flatnonzero((self.onset_s >= start_s) & (self.onset_s < stop_s))
        cut = self._take(keep)
        return Events(
            onset_s=cut.onset_s - start_s,
            duration_s=cut.duration_s,
            name=cut.name,
            columns=cut.columns,
        )

    def _take(self, rows: NDArray[np.intp]) -> Events:
        return Events(
            onset_s=self.onset_s[rows],
            duration_s=self.duration_s[rows],
            name=tuple(self.name[i] for i in rows),
            columns={k: v[rows] for k, v in self.columns.items()},
        )


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How a recording's time relates to the visit's.

    Recordings with the same `id` are simultaneous: ``visit time = offset_s + t * (1 + drift_ppm
    / 1e6)``, with t in seconds from the recording's first sample.

    Parameters
    ----------
    id : str
        Name of the clock that the recording is aligned to.
    offset_s, drift_ppm : float
        The alignment.
    aligned : str
        How it was found: ``alone`` (no other recording shares the clock), ``same file``,
        ``start times``, ``declared``.
    """

    id: str
    offset_s: float = 0.0
    drift_ppm: float = 0.0
    aligned: str = "alone"

    def visit_time(self, t_s: float) -> float:
        """Convert seconds of the recording to seconds of the visit's clock."""
        return self.offset_s + t_s * (1 + self.drift_ppm * 1e-6)

    def recording_time(self, visit_s: float) -> float:
        """Convert seconds of the visit's clock to seconds of the recording."""
        return (visit_s - self.offset_s) / (1 + self.drift_ppm * 1e-6)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file that a recording was read from; `path` is relative to the visit's folder."""

    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Issue:
    """Something that is wrong with a recording, found while reading it.

    Parameters
    ----------
    code : str
        Short and stable, such as ``clipped`` or ``stamps_backwards``.
    severity : {'note', 'warning', 'error'}
        ``error``: the channel or stream is not used.
    message : str
        What, where, and what was or can be done.
    channel : str
        Name of the channel; empty for the whole recording.
    """

    code: str
    severity: Severity
    message: str
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class BadSpan:
    """Samples that no measure uses: seconds from the first sample; empty channel: all of them."""

    start_s: float
    stop_s: float
    reason: str
    channel: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """One stream on one clock.

    Parameters
    ----------
    id : str
        Unique in the visit: the path below the visit's folder, with ``#stream`` where a file
        holds several.
    kind : str
        What most channels are: ``eeg``, ``emg``, ``lfp``, ``seeg``, ``ecog``, ``audio``,
        ``motion``, ``physio``, ``events``.
    channels : tuple of Channel
        In the order of the signal's rows.
    signal : Signal or None
        The samples; None for a stream of events only.
    rate_hz : float or None
        Sampling rate; None where only stamps are known.
    stamps_s : ndarray or None
        Time of each sample from the first one, ``(n_samples,)``, where sampling is uneven.
    events : Events
        Everything that was marked.
    condition : Condition
        What held during the whole recording; spans of it may add to this.
    clock : Clock
        Its place in the visit.
    line_hz : float or None
        Mains frequency, from the sidecar, the correction or the spectrum; None if unknown.
    device : str
        Maker and model, where the file says so.
    simulated : bool
        True where the file's sidecar says that the signal was simulated.
    sources : tuple of Source
        The files behind it.
    issues : tuple of Issue
        What was found wrong.
    bad : tuple of BadSpan
        What no measure uses.
    """

    id: str
    kind: str
    channels: tuple[Channel, ...]
    clock: Clock
    signal: Signal | None = None
    rate_hz: float | None = None
    stamps_s: Floats | None = None
    events: Events = field(default_factory=Events)
    condition: Condition = Condition()
    line_hz: float | None = None
    device: str = ""
    simulated: bool = False
    sources: tuple[Source, ...] = ()
    issues: tuple[Issue, ...] = ()
    bad: tuple[BadSpan, ...] = ()

    @property
    def n_samples(self) -> int:
        """Number of samples of each channel."""
        return self.signal.shape[1] if self.signal is not None else 0

    @property
    def duration_s(self) -> float:
        """Seconds from the first sample to the end of the last (or to the last event's end)."""
        if self.rate_hz:
            return self.n_samples / self.rate_hz
        if self.stamps_s is not None and len(self.stamps_s):
            return float(self.stamps_s[-1])
        ends = self.events.onset_s + self.events.duration_s
        return float(ends.max()) if len(ends) else 0.0

    def indices(self, kind: str) -> tuple[int, ...]:
        """Return the rows of the channels of one kind."""
        return tuple(i for i, c in enumerate(self.channels) if c.kind == kind)
