"""FIF, the format of MNE-Python and of Elekta, through MNE, in Eutonia's units.

Samples are read when they are asked for; split files are one recording.

References
----------
Gramfort et al. 2013, doi:10.3389/fnins.2013.00267.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import WALL, Format, _library, bids, units
from eutonia.formats._extra import library
from eutonia.formats._segments import SEAM_S
from eutonia.formats.signals import Rows
from eutonia.formats.sites import places
from eutonia.model import (
    BadSpan,
    Channel,
    Clock,
    Events,
    Floats,
    Issue,
    Recording,
    UnreadableFile,
)

_TITLE = "FIF"
#: MNE's type of a channel to kind; every other type is ``misc``.
_KIND = {
    "eeg": "eeg",
    "emg": "emg",
    "ecg": "ecg",
    "eog": "eog",
    "seeg": "seeg",
    "ecog": "ecog",
    "dbs": "lfp",
    "stim": "trigger",
    "resp": "resp",
    "gsr": "eda",
    "temperature": "temperature",
}
#: FIFF's codes of units.
_VOLT, _SIEMENS, _CELSIUS = 107, 109, 6
#: Stimulus channels that hold all others, the first that is there; else each counts.
_MAIN_STIM = ("STI101", "STI 014", "STI014")
_BLOCK = 2**18  # samples of stimulus channels looked at together
_MOST_EVENTS = 0.1  # per sample; a channel that changes more often holds no events
#: Tag 100 (file id) of type 31 and 20 bytes begins each file; gzip is looked into by MNE alone.
_MAGIC = bytes.fromhex("000000640000001f00000014")


@dataclass(frozen=True)
class FifSignal:
    """Samples that MNE reads from a file when they are asked for; picklable by path.

    Parameters
    ----------
    path : str
        The file, or the first of its parts.
    factors : tuple of float
        From MNE's units to Eutonia's, one for each channel.
    n_samples : int
        Samples of each channel.
    """

    path: str
    factors: tuple[float, ...]
    n_samples: int

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.factors), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = list(range(len(self.factors)) if channels is None else channels)
        if stop <= start or not rows:
            return np.empty((len(rows), max(0, stop - start)))
        raw, _ = _raw(self.path, Path(self.path).stat().st_mtime_ns)
        x, _ = _library.opened(self.path, _TITLE, lambda: raw[rows, start:stop][0])
        scaled: Floats = x * np.array([self.factors[i] for i in rows])[:, None]
        return scaled


def leader(path: Path) -> Path:
    """Return the first part of a recording that was split at 2 GB."""
    if not path.name.lower().endswith(".fif"):
        return path
    first = path.with_name(re.sub(r"-\d+\.fif$", ".fif", path.name))
    if bids.entities(path).get("split", "01").lstrip("0") not in ("", "1"):
        first = path.with_name(re.sub(r"_split-(\d*)\d(?=_)", _first, path.name))
    return first if first.is_file() else path


def _first(found: re.Match[str]) -> str:
    return "_split-" + "1".rjust(len(found[1]) + 1, "0")


def looks_like_fif(path: Path) -> bool:
    """Whether the first bytes are those of FIF."""
    with path.open("rb") as file:
        return file.read(12) == _MAGIC


@lru_cache(maxsize=8)
def _raw(path: str, changed: int) -> tuple[Any, tuple[Issue, ...]]:  # noqa: ARG001
    mne = library("mne", path)
    return _library.opened(
        path,
        _TITLE,
        lambda: mne.io.read_raw_fif(
            path, preload=False, verbose="warning", on_split_missing="warn"
        ),
    )


def read(path: Path) -> tuple[Recording, ...]:
    """Read a continuous recording, with all parts of one that was split.

    Raises
    ------
    UnreadableFile
        If MNE is not installed or cannot read it, or it holds no continuous samples.
    """
    raw, said = _raw(str(path.resolve()), path.stat().st_mtime_ns)
    found, heard = _library.opened(path, _TITLE, lambda: _recording(path, raw))
    more = [Path(f) for f in raw.filenames if f is not None and Path(f) != path.resolve()]
    sources = _library.sources(path, path, more)
    return (replace(found, sources=sources, issues=(*said, *heard, *found.issues)),)


def _recording(path: Path, raw: Any) -> Recording:
    """Return what MNE opened as a recording."""
    n = int(getattr(raw, "n_times", 0))
    if not hasattr(raw, "_read_segment") or n < 1:
        raise UnreadableFile(
            f"{path}: holds no continuous recording (epochs or averages, or no samples). Export "
            "the continuous recording."
        )
    channels, factors = _channels(raw)
    marks, bad = _annotations(raw)
    pulses, pulse_issues = _pulses(raw, channels)
    start = raw.info["meas_date"]
    clock = Clock(id=path.name)
    if start is not None:
        clock = Clock(id=WALL, offset_s=start.timestamp() + raw.first_time)
    bad += [
        BadSpan(start_s=0.0, stop_s=n / raw.info["sfreq"], reason="marked bad", channel=name)
        for name in raw.info["bads"]
    ]
    line_hz = raw.info["line_freq"]
    return Recording(
        id=path.name,
        kind="",
        channels=channels,
        clock=clock,
        signal=FifSignal(
            path=str(path.resolve()),
            factors=factors,
            n_samples=n,
        ),
        rate_hz=float(f"{raw.info['sfreq']:.9g}"),
        events=_joined(marks, pulses),
        line_hz=float(line_hz) if line_hz else None,
        device=_device(raw.info.get("device_info")),
        issues=pulse_issues,
        bad=tuple(bad),
    )


def _channels(raw: Any) -> tuple[tuple[Channel, ...], tuple[float, ...]]:
    """Return the channels, and the factors to their units."""
    kinds, scales = [], []
    known = {_VOLT: ("uV", 1e6), _SIEMENS: ("uS", 1e6), _CELSIUS: ("Cel", 1.0)}
    for of_mne, of_file in zip(raw.get_channel_types(), raw.info["chs"], strict=True):
        kind = _KIND.get(of_mne, "misc")
        unit, factor = known.get(int(of_file["unit"]), (units.UNKNOWN, 1.0))
        scales.append(("1", 1.0) if kind == "trigger" else (unit, factor))
        kinds.append(kind)
    found = places(raw.ch_names, units=[unit for unit, _ in scales], kinds=kinds)
    # MNE says 0 where a file has no high-pass, and where it does not say.
    high_pass = float(raw.info["highpass"] or 0.0) or None
    channels = tuple(
        Channel(
            name=name,
            kind=kind,
            unit=unit,
            site=at.site,
            side=at.side,
            high_pass_hz=None if kind == "trigger" else high_pass,
        )
        for name, kind, (unit, _), at in zip(raw.ch_names, kinds, scales, found, strict=True)
    )
    return channels, tuple(factor for _, factor in scales)


def _annotations(raw: Any) -> tuple[Events, list[BadSpan]]:
    """Split annotations into events and bad spans; a border of two pieces is both."""
    marks = raw.annotations
    onset = np.asarray(marks.onset, dtype=np.float64) - raw.first_time
    lasts = np.asarray(marks.duration, dtype=np.float64)
    names = [str(d).strip() for d in marks.description]
    bad, kept = [], []
    for i, name in enumerate(names):
        border = name.lower() in ("boundary", "edge boundary", "bad boundary")
        is_bad = name.upper().startswith("BAD")
        if is_bad or border:
            about = SEAM_S if border or not lasts[i] > 0 else 0.0
            reason = "the recording was cut here" if border else name[3:].strip(" _") or name
            start, stop = float(onset[i]) - about, float(onset[i] + lasts[i]) + about
            bad += [
                BadSpan(start_s=max(0.0, start), stop_s=stop, reason=reason, channel=channel)
                for channel in (marks.ch_names[i] or ("",))
            ]
        if not is_bad:
            kept.append(i)
    events = Events(onset_s=onset[kept], duration_s=lasts[kept], name=tuple(names[i] for i in kept))
    return events, bad


def _pulses(raw: Any, channels: tuple[Channel, ...]) -> tuple[Events, tuple[Issue, ...]]:
    """Return each change of a stimulus channel to a value other than 0 as an event.

    A channel that is not in whole steps is a line of a trigger: it is named by the channel.
    """
    stim = {c.name: i for i, c in enumerate(channels) if c.kind == "trigger"}
    main = next((n for n in _MAIN_STIM if n in stim), None)
    rows = [stim[main]] if main else list(stim.values())
    found: list[tuple[float, str, str]] = []
    issues = []
    for row in rows:
        changes = _changes(raw, row)
        name = channels[row].name
        if changes is None:
            text = "It changes too often to hold events; none were read."
            issues.append(Issue(code="events", severity="note", message=text, channel=name))
            continue
        rate = raw.info["sfreq"]
        found += [(i / rate, f"{v:.0f}" if v % 1 == 0 else name, name) for i, v in changes]
    found.sort(key=lambda e: e[0])
    events = Events(
        onset_s=np.array([t for t, _, _ in found], dtype=np.float64),
        duration_s=np.zeros(len(found)),
        name=tuple(value for _, value, _ in found),
        columns={"channel": np.array([c for _, _, c in found], dtype=np.str_)} if found else {},
    )
    return events, tuple(issues)


def _changes(raw: Any, row: int) -> list[tuple[int, float]] | None:
    """Return samples and values of the changes; None where there are too many."""
    n = int(raw.n_times)
    low, high, whole = 0.0, 0.0, True
    for x in _blocks(raw, row):
        low, high = min(low, float(x.min())), max(high, float(x.max()))
        whole = whole and not (x % 1).any()
    found: list[tuple[int, float]] = []
    last, start = 0.0, 0
    for x in _blocks(raw, row):
        steps = x if whole else np.where(x > (low + high) / 2, high, 0.0)
        at = np.flatnonzero((np.diff(steps, prepend=last) != 0) & (steps != 0))
        found += [(start + int(i), float(steps[i])) for i in at]
        last, start = float(steps[-1]), start + len(x)
        if len(found) > max(10.0, _MOST_EVENTS * n):
            return None
    return found


def _blocks(raw: Any, row: int) -> Iterator[Floats]:
    """Yield the samples of a channel in blocks of bounded size."""
    n = int(raw.n_times)
    for start in range(0, n, _BLOCK):
        yield np.asarray(raw[[row], start : min(start + _BLOCK, n)][0][0], dtype=np.float64)


def _joined(a: Events, b: Events) -> Events:
    """Return the events of both, in order of time."""
    onset = np.concatenate([a.onset_s, b.onset_s])
    order = np.argsort(onset, kind="stable")
    names = (*a.name, *b.name)
    columns = {
        k: np.concatenate([np.full(len(a), "", v.dtype), v])[order] for k, v in b.columns.items()
    }
    return Events(
        onset_s=onset[order],
        duration_s=np.concatenate([a.duration_s, b.duration_s])[order],
        name=tuple(names[i] for i in order),
        columns=columns,
    )


def _device(info: Any) -> str:
    """Return maker and model; a serial number is not kept."""
    said = [str(info[k]).strip() for k in ("type", "model") if info.get(k)] if info else []
    return " ".join(dict.fromkeys(s for s in said if s))


FORMAT = Format(
    id="fif",
    title="FIF",
    suffixes=(".fif",),
    reads=looks_like_fif,
    read=read,
    leader=leader,
)
