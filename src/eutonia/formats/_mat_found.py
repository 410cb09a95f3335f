"""What a MATLAB file holds, and FieldTrip's raw data, which say it themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eutonia.formats._mat_file import MatFile, in_file
from eutonia.formats._segments import placed
from eutonia.model import BadSpan, Events, Issue, Signal, Source


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is to be read: a mapping's answers, or those that need none.

    Parameters
    ----------
    signal : Signal
        The samples, in the file's unit.
    rate_hz : float
        Sampling rate.
    names, written, kinds : tuple of str
        For each channel its name, its unit as written, and its kind; empty where not known.
    events : Events
        What was marked.
    issues, bad, sources
        As in a recording.
    """

    signal: Signal
    rate_hz: float
    names: tuple[str, ...]
    written: tuple[str, ...]
    kinds: tuple[str, ...]
    events: Events
    issues: tuple[Issue, ...] = ()
    bad: tuple[BadSpan, ...] = ()
    sources: tuple[Source, ...] = ()


def scalar(value: Any) -> Any:
    """Return the number of an array of one."""
    is_one = isinstance(value, np.ndarray) and value.size == 1
    return float(value.flat[0]) if is_one else value


def fieldtrip(file: MatFile) -> Found | None:
    """Read FieldTrip's raw data: ``trial``, ``label``, ``time`` or ``fsample``."""
    bases = [n[: -len("trial")] for n in file.variables if n == "trial" or n.endswith(".trial")]
    for base in bases:
        if f"{base}label" not in file.variables:
            continue
        trials, labels = file.value(f"{base}trial"), file.value(f"{base}label")
        labels = [labels] if isinstance(labels, str) else labels
        trials = trials if isinstance(trials, list) else [trials]
        fits = all(
            isinstance(t, np.ndarray) and t.ndim == 2 and len(t) == len(labels) for t in trials
        )
        rate = _fieldtrip_rate(file, base)
        if not trials or not fits or not rate:
            continue
        joined = np.concatenate(trials, axis=1)
        lengths = [t.shape[1] for t in trials]
        first = [0, *np.cumsum(lengths)[:-1].tolist()]
        starts: list[float | None] = [None] * len(trials)
        if f"{base}sampleinfo" in file.variables:
            info = np.asarray(file.value(f"{base}sampleinfo"), np.float64)
            if info.shape == (len(trials), 2):
                starts = [float(s) / rate for s in info[:, 0]]
        signal = in_file(file.path, joined, time_first=False)
        pieces = placed(signal, rate, first, starts, reason="a trial begins here")
        where = pieces.on_axis(np.array(first, dtype=np.float64)) / rate
        written = file.value(f"{base}chanunit") if f"{base}chanunit" in file.variables else ""
        n = len(labels)
        return Found(
            signal=pieces.signal,
            rate_hz=rate,
            names=tuple(labels),
            written=tuple(written)
            if isinstance(written, list) and len(written) == n
            else ("",) * n,
            kinds=("",) * n,
            events=Events(
                onset_s=where,
                duration_s=np.array(lengths) / rate,
                name=tuple(f"trial {i + 1}" for i in range(len(trials))),
            )
            if len(trials) > 1
            else Events(),
            issues=pieces.issues,
            bad=pieces.bad,
        )
    return None


def _fieldtrip_rate(file: MatFile, base: str) -> float | None:
    if f"{base}fsample" in file.variables:
        rate = scalar(file.value(f"{base}fsample"))
        return rate if isinstance(rate, float) and 0 < rate < 1e7 else None
    if f"{base}time" not in file.variables:
        return None
    times = file.value(f"{base}time")
    t = np.asarray(times[0] if isinstance(times, list) else times, np.float64).ravel()
    step = float(np.median(np.diff(t))) if len(t) > 1 else 0.0
    return float(f"{1 / step:.9g}") if step > 0 else None
