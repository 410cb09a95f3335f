"""The time of each row of a table: found, converted to seconds, and repaired where safe.

The limits here are our own rules, unconfirmed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import units
from eutonia.formats.sites import words
from eutonia.model import BadSpan, Floats, Issue

#: Words that name a column of time, or of running numbers.
TIME_WORDS = frozenset(
    [
        "time",
        "timestamp",
        "timestamps",
        "ts",
        "t",
        "zeit",
        "temps",
        "tiempo",
        "tempo",
        "seconds",
        "utc",
    ]
)
COUNT_WORDS = frozenset(
    ["frame", "sample", "index", "counter", "packet", "count", "idx", "nr", "no"]
)
JITTER = 0.2  # of a step: larger differences are pauses or jumps
EVEN_SHARE = 0.99  # of the steps that must agree for an even rate
_SEAM_S = 0.5  # on either side of a jump of the clock nothing is measured; our rule
LONGEST_FILL = 10  # times the recorded samples: longer pauses are taken for a jump of the clock
_CLOCK = re.compile(
    r"(?:(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})[ T_])?(\d{1,2}):(\d{2}):(\d{2})(?:[.,:](\d+))?"
    r"(?:Z|([+-])(\d{2}):?(\d{2}))?"
)
_EPOCH = (9.4e8, 4.1e9)  # seconds since 1970 of the years 2000 to 2100


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When the rows of a table were taken.

    Parameters
    ----------
    rate_hz : float or None
        Even rate; None: uneven, then `stamps_s`.
    order : ndarray of int or None
        Rows in order of time, repeated ones left out; None: as they are.
    runs : tuple of (int, int)
        For each stretch without a pause its first row and its place on the even axis.
    n_samples : int
        Length of the even axis.
    stamps_s : ndarray or None
        Seconds from the first row, where the rate is uneven.
    start_s : float or None
        Seconds since 1970 of the first row, where the stamps say so.
    issues : tuple of Issue
        What was found and done.
    seams : tuple of float
        Seconds at which a clock was reset or jumped.
    """

    rate_hz: float | None
    n_samples: int
    order: NDArray[np.intp] | None = None
    runs: tuple[tuple[int, int], ...] = ((0, 0),)
    stamps_s: Floats | None = None
    start_s: float | None = None
    issues: tuple[Issue, ...] = ()
    seams: tuple[float, ...] = ()


def unit_of(name: str, written: str, stamps: Floats) -> tuple[float, str]:
    """Return the seconds of one unit of a time column, and how that was found out.

    Parameters
    ----------
    name, written : str
        Name of the column and its unit, either may be empty.
    stamps : ndarray, shape (n,)
        Its first values.
    """
    plain = written.replace("µ", "u").replace("μ", "u").strip().lower()
    if plain in units.TIME:
        return units.TIME[plain], ""
    named = [w for w in words(name) if w in units.TIME and w not in ("min", "h")]
    if named:
        return units.TIME[named[-1]], ""
    steps = np.abs(np.diff(stamps))
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0
    for second in (1.0, 1e-3, 1e-6, 1e-9):
        if _EPOCH[0] < abs(stamps[0]) * second < _EPOCH[1] and step * second <= 2:
            return second, f"counted since 1970 in {_word(second)}"
    # Chosen so that the rate lies between 2 Hz and 2 kHz.
    for second, limit in ((1.0, 0.5), (1e-3, 500.0), (1e-6, 5e5)):
        if step <= limit:
            return second, f"taken as {_word(second)} from its step of {step:g}"
    return 1e-9, f"taken as nanoseconds from its step of {step:g}"


def _word(second: float) -> str:
    return {1.0: "seconds", 1e-3: "milliseconds", 1e-6: "microseconds", 1e-9: "nanoseconds"}[second]


def clock_seconds(text: str) -> float:
    """Convert a clock string or ISO stamp to seconds, since 1970 where it has a date.

    What is no time becomes NaN.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return np.nan
    a, b, c, hour, minute, second, part, sign, zone_h, zone_min = found.groups()
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second) + float(f"0.{part or 0}")
    if sign:
        seconds -= (1 if sign == "+" else -1) * (int(zone_h) * 3600 + int(zone_min) * 60)
    if a is None:
        return float(seconds)
    year, month, day = (a, b, c) if len(a) == 4 else (c, b, a)
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC).timestamp() + seconds
    except ValueError:
        return np.nan


def over_midnight(seconds: Floats) -> Floats:
    """Add a day wherever a time of day steps back over midnight."""
    finite = seconds[np.isfinite(seconds)]
    if len(finite) == 0 or finite.max() > 86400:
        return seconds
    with np.errstate(invalid="ignore"):
        back = np.nan_to_num(np.diff(seconds, prepend=seconds[:1])) < -43200
    carried: Floats = seconds + 86400.0 * np.cumsum(back)
    return carried


def resolution(stamps: Floats) -> float:
    """Return the last decimal digit that the stamps use, in their own unit (1 µ at the finest)."""
    first = stamps[np.isfinite(stamps)][:1000]
    for digits in range(7):
        scaled = first * 10.0**digits
        if np.abs(scaled - np.round(scaled)).max(initial=0.0) < 1e-2:
            return float(10.0**-digits)
    return 0.0


def timing(stamps: Floats, *, stated_hz: float | None = None, unit_s: float = 1.0) -> Timing:
    """Find the rate, pauses and faults of a column of time stamps in seconds.

    Parameters
    ----------
    stamps : ndarray, shape (n_rows,)
        Seconds; NaN where a row has no stamp.
    stated_hz : float, optional
        A rate stated elsewhere; a disagreement is reported and the stamps hold.
    unit_s : float
        Seconds of the stamps' last digit, where known: finer differences are rounding.
    """
    kept = stamped(stamps)
    if kept.stamps_s is None:
        return replace(kept, rate_hz=stated_hz)
    return _even(replace(kept, stamps_s=None), kept.stamps_s, stated_hz, unit_s)


def stamped(stamps: Floats) -> Timing:
    """Repair a column of time stamps in seconds without looking for an even rate; see `timing`."""
    issues: list[Issue] = []
    missing = int(np.isnan(stamps).sum())
    if missing:
        issues.append(_issue("stamps_missing", f"{missing} row(s) had no time; left out"))
    rows = np.flatnonzero(~np.isnan(stamps))
    if len(rows) < 2:
        return Timing(rate_hz=None, n_samples=len(stamps), issues=tuple(issues))
    start = float(stamps[rows[0]])
    t = stamps[rows] - start
    t, rows, found, seams = _repair(t, rows)
    issues += found
    t = t - t[0]
    order = None if np.array_equal(rows, np.arange(len(stamps))) else rows
    return Timing(
        rate_hz=None,
        n_samples=len(t),
        order=order,
        stamps_s=t,
        start_s=start if _EPOCH[0] < start < _EPOCH[1] else None,
        issues=tuple(issues),
        seams=seams,
    )


def bad_spans(timing: Timing) -> tuple[BadSpan, ...]:
    """Return the pauses and the surroundings of jumps, in which nothing is measured."""
    bad = []
    if timing.rate_hz:
        for (a, p), (b, q) in zip(timing.runs, timing.runs[1:], strict=False):
            start = (p + b - a) / timing.rate_hz
            bad.append(
                BadSpan(start_s=start, stop_s=q / timing.rate_hz, reason="samples are missing")
            )
    bad += [
        BadSpan(start_s=max(0.0, s - _SEAM_S), stop_s=s + _SEAM_S, reason="the clock jumped")
        for s in timing.seams
    ]
    return tuple(bad)


def _repair(
    t: Floats, rows: NDArray[np.intp]
) -> tuple[Floats, NDArray[np.intp], list[Issue], tuple[float, ...]]:
    """Sort swapped rows, and carry on where the clock was reset or jumped far ahead."""
    issues: list[Issue] = []
    seams: list[float] = []
    steps = np.diff(t)
    forward = steps[steps > 0]
    step = float(np.median(forward)) if len(forward) else 0.0
    back = np.flatnonzero(steps < 0)
    if len(back):
        sorted_rows = np.argsort(t, kind="stable")
        moved = np.abs(sorted_rows - np.arange(len(t))).max()
        few = moved <= 32 and len(back) <= 0.05 * len(t)
        odd = _unusual(t[sorted_rows], step)
        if few and (odd < _unusual(t, step) or odd > 0.1 * len(t)):
            t, rows = t[sorted_rows], rows[sorted_rows]
            text = f"{len(back)} stamp(s) ran backwards: neighbouring rows were swapped and sorted"
            issues.append(_issue("stamps_backwards", text))
    steps = np.diff(t)
    ahead = max(LONGEST_FILL * len(t) * step, 1.0)
    jumps = np.flatnonzero((steps < 0) | (steps > ahead))
    if len(jumps) and step > 0:
        change = np.zeros(len(t))
        change[jumps + 1] = step - steps[jumps]
        t = t + np.cumsum(change)
        seams = [float(t[j + 1] - t[0]) for j in jumps]
        at = ", ".join(f"{s:.3f} s" for s in seams[:5])
        text = (
            f"The clock jumped or was reset {len(jumps)} time(s) (at {at}); time was carried on "
            "with the usual step, so what lies after may be shifted"
        )
        issues.append(_issue("stamps_jump", text))
    return t, rows, issues, tuple(seams)


def _unusual(t: Floats, step: float) -> int:
    """Count the steps that differ; a clock that was set back a little gains some when sorted."""
    return int((np.abs(np.diff(t) - step) > JITTER * step).sum())


def _even(kept: Timing, t: Floats, stated_hz: float | None, unit_s: float) -> Timing:
    """Decide between an even rate, an even rate with pauses, and uneven stamps."""
    issues = list(kept.issues)
    n = len(t)
    steps = np.diff(t)
    repeats = int((steps == 0).sum())
    step = float(np.median(steps))
    mean = float(t[-1] / (n - 1))
    if repeats > 0.001 * n or step == 0:
        # Stamps coarser than the samples, or sent in packets: only the mean rate is known.
        if mean > 0 and _drift(t, mean) <= max(0.1, 20 * mean):
            text = f"{repeats} stamps repeat; the rate is the mean over the recording"
            issues.append(_issue("stamps_repeat", text, "note"))
            return _checked(replace(kept, rate_hz=_nice(1 / mean, n)), stated_hz, issues)
        issues.append(_issue("stamps_repeat", f"{repeats} stamps repeat in an uneven recording"))
        return replace(kept, stamps_s=t, issues=tuple(issues))
    if repeats:
        issues.append(_issue("stamps_repeat", f"{repeats} stamp(s) repeat", "note"))
    slack = max(JITTER * step, 1.01 * unit_s if unit_s < step else 0.0)
    usual = np.abs(steps - step) <= slack
    if usual.mean() >= EVEN_SHARE and usual.all() and _drift(t, mean) <= max(step, 2 * slack):
        return _checked(replace(kept, rate_hz=_nice(1 / mean, n)), stated_hz, issues)
    if usual.mean() < 0.9:
        issues.append(_issue("uneven", f"The sampling is uneven (median step {step:g} s)", "note"))
        return replace(kept, stamps_s=t, issues=tuple(issues))
    return _checked(_paused(kept, t, steps, issues), stated_hz, issues)


def _drift(t: Floats, step: float) -> float:
    return float(np.abs(t - np.arange(len(t)) * step).max())


def _paused(kept: Timing, t: Floats, steps: Floats, issues: list[Issue]) -> Timing:
    """Place stretches without a pause on an even axis."""
    step = float(np.median(steps))
    usual = np.abs(steps - step) <= 0.5 * step
    step = float(steps[usual].mean()) if usual.any() else step
    breaks = np.flatnonzero(steps > 1.5 * step) + 1
    runs = [(0, 0)]
    for row in breaks:
        last_row, last_place = runs[-1]
        expected = last_place + int(row) - last_row
        place = max(expected, round(float(t[row]) / step))
        if place > expected:
            runs.append((int(row), place))
    n = runs[-1][1] + len(t) - runs[-1][0]
    placed = np.concatenate(
        [
            np.arange(b - a) + p
            for (a, p), b in zip(runs, [r for r, _ in runs[1:]] + [len(t)], strict=True)
        ]
    )
    if float(np.abs(t - placed * step).max()) > max(5 * step, 0.01):
        issues.append(_issue("uneven", f"The sampling is uneven (median step {step:g} s)", "note"))
        return replace(kept, stamps_s=t, issues=tuple(issues))
    if len(runs) > 1:
        missing = n - len(t)
        text = f"{len(runs) - 1} pause(s), {missing} samples missing; nothing is measured there"
        issues.append(_issue("gaps", text))
    return replace(kept, rate_hz=_nice(1 / step, len(t)), runs=tuple(runs), n_samples=n)


def _checked(found: Timing, stated_hz: float | None, issues: list[Issue]) -> Timing:
    """Report a stated rate that the stamps contradict by more than 1 %; take it when close."""
    rate = found.rate_hz
    if rate and stated_hz:
        if abs(rate / stated_hz - 1) > 0.01:
            text = f"A rate of {stated_hz:g} Hz is stated but the stamps run at {rate:.4g} Hz"
            issues.append(_issue("rate_disagrees", text + "; the stamps were used"))
        elif abs(rate / stated_hz - 1) < 1e-4:
            rate = stated_hz
    return replace(found, rate_hz=rate, issues=tuple(issues))


def _nice(rate: float, n: int) -> float:
    """Round a rate to a whole or simple one where the stamps cannot tell them apart."""
    for digits in (0, 1, 2):
        rounded = round(rate, digits)
        if rounded and abs(rounded / rate - 1) < min(1e-3, 1.0 / n):
            return float(rounded)
    return float(rate)


def _issue(code: str, message: str, severity: str = "warning") -> Issue:
    return Issue(code=code, severity=severity, message=message + ".")  # type: ignore[arg-type]
