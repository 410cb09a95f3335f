"""Bridges to pandas, MNE-Python and xarray; each library is imported only when it is asked for.

They need an extra: ``pip install "eutonia[frame]"``, ``"eutonia[mne]"`` or ``"eutonia[xarray]"``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia.model import (
    Assessment,
    BadSpan,
    Channel,
    Clock,
    Condition,
    EutoniaError,
    Events,
    Finding,
    Floats,
    InvalidRecord,
    NotMeasurable,
    Recording,
)

if TYPE_CHECKING:
    import mne
    import pandas as pd
    import xarray as xr

#: Kind of channel to MNE's type; every other kind is ``misc``.
MNE_TYPE = {
    "eeg": "eeg",
    "emg": "emg",
    "ecg": "ecg",
    "eog": "eog",
    "lfp": "dbs",
    "seeg": "seeg",
    "ecog": "ecog",
    "trigger": "stim",
    "resp": "resp",
}
#: MNE's type to kind; every other type is ``misc``.
_KIND = {v: k for k, v in MNE_TYPE.items()}
_VOLTAGES = frozenset({"eeg", "emg", "ecg", "eog", "lfp", "seeg", "ecog"})
_MNE_VOLTAGES = frozenset(MNE_TYPE[kind] for kind in _VOLTAGES)
_UV_PER_V = 1e6


def to_frame(assessment: Assessment) -> pd.DataFrame:
    """Return the findings of an assessment as a tidy table.

    Parameters
    ----------
    assessment : Assessment
        One visit.

    Returns
    -------
    pandas.DataFrame
        One row per finding, then one per measure that could not be taken (``status`` is ``not
        measurable``, ``value`` is NaN, ``reason`` says why). The factors of the condition stand in
        columns such as ``condition_task``.

    Raises
    ------
    EutoniaError
        If pandas is not installed.
    """
    pandas = _library("pandas", "frame")
    head = {
        "person": assessment.person.id,
        "visit": assessment.visit,
        "labels": ", ".join(assessment.labels),
    }
    rows = [head | _finding_row(f) for f in assessment.findings]
    rows += [head | _missing_row(n) for n in assessment.not_measurable]
    columns = dict.fromkeys([*head, *_COLUMNS, *(c for row in rows for c in row)])
    frame: pd.DataFrame = pandas.DataFrame(rows, columns=list(columns))
    return frame


_COLUMNS = (
    *("status", "measure", "version", "title", "tier", "target", "side", "condition"),
    *("value", "unit", "lo", "hi", "interval", "level", "no_interval", "n_effective", "n_repeats"),
    *("valid_lo", "valid_hi", "quality", "notes", "origin", "verdicts", "words", "primary"),
    *("sources", "recordings", "seed", "reason"),
)


def _finding_row(finding: Finding) -> dict[str, Any]:
    e = finding.estimate
    interval = e.interval
    return {
        "status": "measured",
        "measure": e.measure,
        "version": e.version,
        "title": e.title,
        "tier": e.tier,
        "target": e.target.label,
        "side": e.target.side,
        "value": e.value,
        "unit": e.unit,
        "lo": interval.lo if interval else np.nan,
        "hi": interval.hi if interval else np.nan,
        "interval": interval.kind if interval else "none",
        "level": interval.level if interval else np.nan,
        "no_interval": e.no_interval,
        "n_effective": e.n_effective,
        "n_repeats": e.n_repeats,
        "valid_lo": e.valid[0],
        "valid_hi": e.valid[1],
        "quality": ", ".join(e.quality),
        "notes": ", ".join(e.notes),
        "origin": e.origin,
        "verdicts": "; ".join(f"{c.against}: {c.verdict}" for c in finding.comparisons),
        "words": finding.words,
        "primary": finding.primary,
        "sources": ", ".join(e.sources),
        "recordings": ", ".join(e.recordings),
        "seed": e.seed,
        "reason": "",
    } | _levels(e.condition)


def _missing_row(missing: NotMeasurable) -> dict[str, Any]:
    return {
        "status": "not measurable",
        "measure": missing.measure,
        "version": missing.version,
        "title": missing.title,
        "tier": missing.tier,
        "target": missing.target,
        "value": np.nan,
        "reason": missing.reason,
    } | _levels(missing.condition)


def _levels(condition: Condition) -> dict[str, str]:
    return {"condition": condition.label} | {f"condition_{f}": v for f, v in condition.levels}


def recording_to_frame(
    recording: Recording, *, start_s: float = 0.0, stop_s: float | None = None
) -> pd.DataFrame:
    """Return samples of a recording as a table.

    Parameters
    ----------
    recording : Recording
        With samples.
    start_s, stop_s : float
        Which part, in seconds from the first sample; all by default.

    Returns
    -------
    pandas.DataFrame
        One column per channel, indexed by ``time_s``; ``attrs["units"]`` maps channel to unit.

    Raises
    ------
    InvalidRecord
        If the recording has events only.
    EutoniaError
        If pandas is not installed.
    """
    pandas = _library("pandas", "frame")
    t_s, x = _part(recording, start_s, stop_s)
    index = pandas.Index(t_s, name="time_s")
    names = [c.name for c in recording.channels]
    frame: pd.DataFrame = pandas.DataFrame(x.T, index=index, columns=names)
    frame.attrs["units"] = {c.name: c.unit for c in recording.channels}
    return frame


def to_xarray(
    recording: Recording, *, start_s: float = 0.0, stop_s: float | None = None
) -> xr.DataArray:
    """Return samples of a recording as a labelled array.

    Parameters
    ----------
    recording : Recording
        With samples.
    start_s, stop_s : float
        Which part, in seconds from the first sample; all by default.

    Returns
    -------
    xarray.DataArray
        Dimensions ``channel`` and ``time`` (seconds); kind, unit, site and side of the channels are
        coordinates.

    Raises
    ------
    InvalidRecord
        If the recording has events only.
    EutoniaError
        If xarray is not installed.
    """
    xarray = _library("xarray", "xarray")
    t_s, x = _part(recording, start_s, stop_s)
    facts = {
        fact: ("channel", [getattr(c, fact) for c in recording.channels])
        for fact in ("kind", "unit", "site", "side")
    }
    array: xr.DataArray = xarray.DataArray(
        x,
        dims=("channel", "time"),
        coords={"channel": [c.name for c in recording.channels], "time": t_s, **facts},
        name=recording.kind,
        attrs={"id": recording.id, "condition": recording.condition.label},
    )
    array.coords["time"].attrs["units"] = "s"
    if recording.rate_hz:
        array.attrs["rate_hz"] = recording.rate_hz
    return array


def _part(recording: Recording, start_s: float, stop_s: float | None) -> tuple[Floats, Floats]:
    """Return times ``(n,)`` and samples ``(n_channels, n)`` of a part of a recording."""
    if recording.signal is None:
        raise InvalidRecord(
            f"{recording.id} holds events and no samples; look at its `events` instead."
        )
    if recording.stamps_s is not None:
        stamps = recording.stamps_s
        start = int(np.searchsorted(stamps, start_s))
        stop = len(stamps) if stop_s is None else int(np.searchsorted(stamps, stop_s))
        return stamps[start:stop], recording.signal.read(start, stop)
    if not recording.rate_hz:
        raise InvalidRecord(
            f"{recording.id} has neither a sampling rate nor time stamps; "
            "state its rate in the corrections."
        )
    start = max(0, round(start_s * recording.rate_hz))
    end = recording.n_samples if stop_s is None else round(stop_s * recording.rate_hz)
    stop = min(max(end, start), recording.n_samples)
    return np.arange(start, stop) / recording.rate_hz, recording.signal.read(start, stop)


def to_mne(recording: Recording) -> mne.io.RawArray:
    """Return a recording as MNE's ``RawArray``, with all samples in memory.

    Voltages are in volts, as MNE expects. A channel whose scale is not known (unit ``adc``), or of
    a kind that MNE does not know, becomes ``misc`` with its values unchanged. Events become
    annotations, bad spans annotations that begin with ``BAD_``, and channels with an error
    ``info["bads"]``.

    Parameters
    ----------
    recording : Recording
        Evenly sampled.

    Returns
    -------
    mne.io.RawArray

    Raises
    ------
    InvalidRecord
        If it has no samples or is sampled unevenly.
    EutoniaError
        If MNE is not installed.
    """
    library = _library("mne", "mne")
    if not recording.rate_hz:
        raise InvalidRecord(
            f"{recording.id} is not sampled evenly, and MNE holds even samples only; "
            "resample it first."
        )
    _, x = _part(recording, 0.0, None)
    types = [_mne_type(c) for c in recording.channels]
    volts = np.array([t in _MNE_VOLTAGES for t in types])
    x = np.where(volts[:, None], x / _UV_PER_V, x)
    info = library.create_info([c.name for c in recording.channels], recording.rate_hz, types)
    with info._unlock():  # the only way that MNE offers for a new recording
        info["line_freq"] = recording.line_hz
    info["description"] = recording.condition.label
    wrong = {i.channel for i in recording.issues if i.severity == "error"}
    info["bads"] = [c.name for c in recording.channels if c.name in wrong]
    raw: mne.io.RawArray = library.io.RawArray(x, info, verbose="error")
    raw.set_annotations(_annotations(library, recording), verbose="error")
    return raw


def _mne_type(channel: Channel) -> str:
    if channel.kind in _VOLTAGES and channel.unit != "uV":
        return "misc"
    return MNE_TYPE.get(channel.kind, "misc")


def _annotations(library: Any, recording: Recording) -> Any:
    events, bad = recording.events, recording.bad
    return library.Annotations(
        onset=[*events.onset_s, *(b.start_s for b in bad)],
        duration=[*events.duration_s, *(b.stop_s - b.start_s for b in bad)],
        description=[*events.name, *(f"BAD_{b.reason}" for b in bad)],
        ch_names=[*((),) * len(events), *((b.channel,) if b.channel else () for b in bad)],
    )


@dataclass(frozen=True)
class RawSignal:
    """The samples of MNE's ``Raw``, read when asked for; `factors` scale each channel."""

    raw: Any
    factors: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.raw.ch_names), int(self.raw.n_times)

    def read(
        self, start: int = 0, stop: int | None = None, channels: tuple[int, ...] | None = None
    ) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        rows = list(range(self.shape[0])) if channels is None else list(channels)
        start, stop, _ = slice(start, stop).indices(self.shape[1])
        if not rows or stop <= start:
            return np.empty((len(rows), max(0, stop - start)))
        x: Floats = self.raw[rows, start:stop][0] * self.factors[rows, None]
        return x


def from_mne(
    raw: mne.io.BaseRaw, *, recording_id: str = "mne", condition: Condition | None = None
) -> Recording:
    """Return MNE's ``Raw`` as a recording; samples are read from `raw` when asked for.

    Voltages are in microvolts, as everywhere in Eutonia. Annotations that begin with ``BAD`` become
    bad spans, all others events. Sites and sides are read from the names of the channels, as for a
    file. Whoever changes `raw` afterwards changes the recording too: hand over a copy then.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        Any continuous recording.
    recording_id : str
        Name of the recording.
    condition : Condition, optional
        What held during it.

    Returns
    -------
    Recording
    """
    from eutonia.formats.sites import places

    kinds = [_KIND.get(t, "misc") for t in raw.get_channel_types()]
    units = [_unit(kind) for kind in kinds]
    found = places(raw.ch_names, units=units, kinds=kinds)
    channels = tuple(
        Channel(name=name, kind=kind, unit=unit, site=at.site, side=at.side)
        for name, kind, unit, at in zip(raw.ch_names, kinds, units, found, strict=True)
    )
    factors = np.array([_UV_PER_V if kind in _VOLTAGES else 1.0 for kind in kinds])
    events, bad = _events(raw)
    line_hz = raw.info["line_freq"]
    return Recording(
        id=recording_id,
        kind=_most(kinds),
        channels=channels,
        clock=Clock(id=recording_id),
        signal=RawSignal(raw, factors),
        rate_hz=float(raw.info["sfreq"]),
        events=events,
        condition=condition or Condition(),
        line_hz=None if line_hz is None else float(line_hz),
        bad=bad,
    )


def _unit(kind: str) -> str:
    if kind in _VOLTAGES:
        return "uV"
    return "1" if kind == "trigger" else "adc"


def _most(kinds: list[str]) -> str:
    """Return the recording's kind: what most channels are."""
    kind = Counter(kinds).most_common(1)[0][0]
    return kind if kind in _VOLTAGES else "physio"


def _events(raw: Any) -> tuple[Events, tuple[BadSpan, ...]]:
    """Split annotations into events and bad spans, in seconds from the first sample."""
    onset = np.asarray(raw.annotations.onset, dtype=np.float64) - raw.first_time
    length = np.asarray(raw.annotations.duration, dtype=np.float64)
    names = [str(d) for d in raw.annotations.description]
    is_bad = np.array([n.upper().startswith("BAD") for n in names], dtype=bool)
    bad = tuple(
        BadSpan(
            start_s=float(onset[i]),
            stop_s=float(onset[i] + length[i]),
            reason=names[i][3:].strip(" _") or "marked bad",
            channel=channel,
        )
        for i in np.flatnonzero(is_bad)
        for channel in (raw.annotations.ch_names[i] or ("",))
    )
    kept = np.flatnonzero(~is_bad)
    events = Events(
        onset_s=onset[kept], duration_s=length[kept], name=tuple(names[i] for i in kept)
    )
    return events, bad


def _library(name: str, extra: str) -> Any:
    """Import an optional library, or say how to install it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise EutoniaError(
            f'{name} is not installed. Install it with: pip install "eutonia[{extra}]"'
        ) from error
