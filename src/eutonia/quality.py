"""What is wrong with a recording's samples, found in one pass in bounded memory.

All limits here are our own rules, unconfirmed.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from eutonia.formats.rails import rail_stretches
from eutonia.formats.scan import Plan, Scan, scan
from eutonia.formats.signals import file_of
from eutonia.model import BadSpan, Channel, Issue, Recording, Source
from eutonia.quality_eeg import FLAGS as EEG_FLAGS
from eutonia.quality_eeg import without_artefacts

FLAT_S = 1.0  # equal samples for this long are a fault of the recorder
LEAST_FLAT = 10  # samples, at low rates
CLIPPED_SHARE = 1e-3  # of the samples that sit at the same extreme value
MOST_CLIPPED = 0.05  # share up to which the clipped stretches are left out, not the channel
CLIPPED_MARGIN_S = 0.05
CLIPPED_RUN = 3  # samples in a row that make a rail
CLIPPED_RUNS = 5  # such runs; a single plateau is a slow signal's own peak
TWIN_R = 0.9999  # correlation above which two channels are suspected to be one
MOST_TWINS = 256  # channels up to which all pairs are compared
HUM_DB = 20.0  # mains line over its neighbours, to flag a channel
LINE_DB = 10.0  # median over channels, to take the mains frequency as known
HUM_WINDOW_S = 2.0
MOST_WINDOWS = 120
SLOW_HZ = 20.0  # an envelope has its power below this, raw surface EMG above
SLOW_SHARE = 0.9
NEAR_ZERO = 0.1  # of the mean: the lowest value of a rectified signal
EXTREME_UV = {  # standard deviation
    **{"eeg": 2e3, "emg": 5e4, "ecg": 5e4, "eog": 2e4},
    **{"lfp": 2e4, "seeg": 2e4, "ecog": 2e4},
}

FLAGS = ("flat", "clipped", "duplicated", "hum", "nan", "envelope", *EEG_FLAGS)
_ELECTRICAL = ("eeg", "emg", "ecg", "eog", "lfp", "seeg", "ecog")
_NOISY = (*_ELECTRICAL, "acc", "gyro", "mag", "audio")  # kinds that always carry some noise


@dataclass
class _Found:
    """Flags, issues and bad spans, as they are found."""

    recording: Recording
    rate_hz: float
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    clipped: list[int] = field(default_factory=list)

    def say(self, row: int, code: str, message: str, *, error: bool = False) -> None:
        """Add an issue of one channel, and the flag of the same name where there is one."""
        if code in FLAGS:
            self.flags[row] = (*self.flags.get(row, ()), code)
        self.issues.append(
            Issue(
                code=code,
                severity="error" if error else "warning",
                message=message,
                channel=self.recording.channels[row].name,
            )
        )


def inspect(recording: Recording) -> Recording:
    """Look at every sample once and report what is wrong.

    Parameters
    ----------
    recording : Recording
        As read. It is returned unchanged but for what follows; inspecting twice adds nothing.

    Returns
    -------
    Recording
        With issues, channel flags (``flat``, ``clipped``, ``duplicated``, ``hum``, ``nan``,
        ``envelope``, ``loose``, ``bridged``), bad spans, the mains frequency where it was not
        known, and the SHA-256 of its file, which is computed while the samples are scanned.

    Notes
    -----
    Memory is bounded by blocks of a few megabytes. Inverted or nearly equal channels are
    suspicions only: they are reported, not flagged.
    """
    path = file_of(recording.signal)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # Hashed beside the scan: both use the same pages of the file at about the same time.
        digest = pool.submit(_hash_of, path)
        found = _inspected(recording) if recording.n_samples and recording.channels else recording
        found = without_artefacts(found)
        sources = tuple(
            Source(path=s.path, sha256=digest.result()) if path and not s.sha256 else s
            for s in recording.sources
        )
    return replace(found, sources=sources)


def _hash_of(path: str) -> str:
    if not path:
        return ""
    stat = Path(path).stat()
    return _sha256(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _sha256(path: str, changed: int, size: int) -> str:  # noqa: ARG001 - keys of the cache
    found = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(2**20):
            found.update(block)
    return found.hexdigest()


def _inspected(recording: Recording) -> Recording:
    assert recording.signal is not None
    found = _Found(recording, _rate(recording))
    kinds = [c.kind for c in recording.channels]
    spectral = bool(recording.rate_hz) and any(k in _ELECTRICAL for k in kinds)
    plan = Plan(
        flat_samples=max(LEAST_FLAT, round(FLAT_S * found.rate_hz)),
        rail_samples=CLIPPED_RUN,
        window=round(HUM_WINDOW_S * found.rate_hz) if spectral else 0,
        most_windows=MOST_WINDOWS,
        products=1 < len(kinds) <= MOST_TWINS,
    )
    seen = scan(recording.signal, plan)
    for row, channel in enumerate(recording.channels):
        _one_channel(seen, row, channel, found)
    _alike(seen, found)
    line_hz = _hum(seen, found) if seen.windows else recording.line_hz
    bad = [*_bad_spans(seen, found), *_clipped_spans(seen, found)]
    new = tuple(i for i in dict.fromkeys(found.issues) if i not in recording.issues)
    return replace(
        recording,
        channels=tuple(
            replace(c, flags=tuple(dict.fromkeys((*c.flags, *found.flags.get(i, ())))))
            for i, c in enumerate(recording.channels)
        ),
        issues=(*recording.issues, *new),
        bad=(*recording.bad, *(b for b in bad if b not in recording.bad)),
        line_hz=line_hz,
    )


def _rate(recording: Recording) -> float:
    """Return the rate, or the mean one of uneven stamps, or 1 where nothing is known."""
    if recording.rate_hz:
        return recording.rate_hz
    stamps = recording.stamps_s
    if stamps is None or len(stamps) < 2 or stamps[-1] <= stamps[0]:
        return 1.0
    return float((len(stamps) - 1) / (stamps[-1] - stamps[0]))


def _one_channel(seen: Scan, row: int, channel: Channel, found: _Found) -> None:
    low, high, n = seen.low[row], seen.high[row], int(seen.n[row])
    if n == 0:
        found.say(row, "nan", "The channel holds no number at all.", error=True)
        return
    if low == high:
        if channel.kind not in ("trigger", "misc"):
            text = f"The channel is flat: every sample is {low:g} {channel.unit}."
            found.say(row, "flat", text, error=True)
        return
    if channel.kind in _NOISY:
        share = seen.at_rail[row].sum() / n
        if share >= CLIPPED_SHARE and seen.rail_runs[row].sum() >= CLIPPED_RUNS:
            text = (
                f"{100 * share:.2g} % of the samples sit at {low:.4g} or {high:.4g} "
                f"{channel.unit}. Lower the gain of the amplifier."
            )
            if share > MOST_CLIPPED:
                found.say(row, "clipped", f"The signal is clipped: {text}")
            else:
                found.clipped.append(row)
                text = f"The signal is clipped here and there, which is left out: {text}"
                found.say(row, "clipped_stretch", text)
    limit = EXTREME_UV.get(channel.kind)
    if channel.unit == "uV" and limit and seen.deviation[row] > limit:
        text = (
            f"The amplitude is extreme (standard deviation {seen.deviation[row]:.3g} µV): the "
            "electrode may have been off, or the unit is wrong."
        )
        found.say(row, "disconnected", text)
    if channel.kind == "emg" and low >= 0 and _is_envelope(seen, row, found.rate_hz):
        text = (
            "The signal is never negative, as of a rectified or smoothed envelope: co-contraction, "
            "overflow and other shares of a level are taken from it, spectra, coherence, bursts "
            "and amplitudes in µV are not. For these record or export raw EMG."
        )
        found.say(row, "envelope", text)


def _is_envelope(seen: Scan, row: int, rate_hz: float) -> bool:
    """Tell a rectified or smoothed signal from a raw one with an offset."""
    if seen.low[row] <= NEAR_ZERO * seen.mean[row] and seen.mean[row] < 3 * _spread(seen, row):
        return True
    if not seen.windows:
        return False
    frequency = np.arange(seen.power.shape[1]) * rate_hz / (2 * (seen.power.shape[1] - 1))
    power = seen.power[row]
    return bool(power[frequency < SLOW_HZ].sum() > SLOW_SHARE * power.sum())


def _spread(seen: Scan, row: int) -> float:
    return float(seen.deviation[row])


def _alike(seen: Scan, found: _Found) -> None:
    """Report identical channels, and pairs that are one signal or its inverse."""
    channels = found.recording.channels
    active = [
        i
        for i, c in enumerate(channels)
        if seen.n[i] and seen.high[i] > seen.low[i] and c.kind != "trigger"
    ]
    first: dict[tuple[float, ...], int] = {}
    for i in active:
        print_ = (seen.checksum[i], seen.low[i], seen.high[i], seen.total[i])
        twin = first.setdefault(print_, i)
        if twin != i:
            text = f"Every sample equals that of {channels[twin].name}: the channel is a copy."
            found.say(i, "duplicated", text)
            if "duplicated" not in found.flags.get(twin, ()):
                text = f"Every sample equals that of {channels[i].name}: one is a copy."
                found.say(twin, "duplicated", text)
    copies = {i for i, flags in found.flags.items() if "duplicated" in flags}
    rows = [i for i in active if i not in copies and channels[i].kind in _ELECTRICAL]
    if len(rows) < 2:
        return
    r = seen.correlation[np.ix_(rows, rows)]
    for a, b in zip(*np.nonzero(np.triu(np.abs(r) > TWIN_R, 1)), strict=True):
        one, other = channels[rows[a]].name, channels[rows[b]].name
        if r[a, b] < 0:
            text = f"It mirrors {one}: one of the two may be connected with inverted polarity."
            found.say(rows[b], "inverted", text)
        else:
            text = (
                f"{other} and {one} carry nearly the same signal: they may be bridged or mixed up."
            )
            found.say(rows[b], "twin", text)


def _hum(seen: Scan, found: _Found) -> float | None:
    """Flag channels with mains hum; return the mains frequency."""
    rows = [
        i
        for i, c in enumerate(found.recording.channels)
        if c.kind in _ELECTRICAL and seen.n[i] and seen.high[i] > seen.low[i]
    ]
    if not rows:
        return found.recording.line_hz
    over = {
        line: [_over_neighbours(seen, i, line, found.rate_hz) for i in rows] for line in (50, 60)
    }
    known = found.recording.line_hz
    line = round(known) if known else max(over, key=lambda f: float(np.median(over[f])))
    if line not in over:
        return known
    if known is None and float(np.median(over[line])) >= LINE_DB:
        known = float(line)
    for i, decibel in zip(rows, over[line], strict=True):
        if decibel >= HUM_DB:
            text = f"Mains hum at {line} Hz or its harmonics stands {decibel:.0f} dB out."
            found.say(i, "hum", text)
    return known


def _over_neighbours(seen: Scan, row: int, line: int, rate_hz: float) -> float:
    """Return how far the mains line or a harmonic stands over its neighbours, in dB."""
    n_bins = seen.power.shape[1]
    frequency = np.arange(n_bins) * rate_hz / (2 * (n_bins - 1))
    best = 0.0
    for harmonic in (1, 2, 3):
        away = np.abs(frequency - line * harmonic)
        near, beside = away <= 1.0, (away >= 2.0) & (away <= 6.0)
        if line * harmonic + 6.0 > frequency[-1]:
            break
        floor = float(np.median(seen.power[row, beside]))
        peak = float(seen.power[row, near].max())
        if floor > 0:
            best = max(best, 10 * float(np.log10(peak / floor)))
        elif peak > 0:
            best = 99.0
    return best


def _bad_spans(seen: Scan, found: _Found) -> list[BadSpan]:
    """Turn stretches without numbers or change into bad spans."""
    recording, bad = found.recording, []
    counts: dict[tuple[int, str], int] = {}
    for row, first, end, what in sorted(seen.stretches):
        channel = recording.channels[row]
        start, stop = _time(found, first), _time(found, end)
        whole = seen.n[row] == 0 or seen.low[row] == seen.high[row]
        if what == "flat" and (whole or channel.kind not in _NOISY):
            continue
        if _covered(recording, channel.name, start, stop, 0.5 / found.rate_hz):
            continue
        reason = "no samples" if what == "nan" else "flat"
        bad.append(BadSpan(start_s=start, stop_s=stop, reason=reason, channel=channel.name))
        counts[row, what] = counts.get((row, what), 0) + 1
    for (row, what), n in counts.items():
        if what == "nan" and seen.n[row]:
            found.say(row, "nan_stretch", f"{n} stretch(es) without numbers are left out.")
        elif what == "flat":
            text = f"{n} flat stretch(es) of {FLAT_S:g} s or more are left out."
            found.say(row, "flat_stretch", text)
    return bad


def _clipped_spans(seen: Scan, found: _Found) -> list[BadSpan]:
    """Turn the clipped stretches of channels that are else good into bad spans."""
    recording, bad = found.recording, []
    assert recording.signal is not None
    for row in found.clipped:
        name = recording.channels[row].name
        for first, end in rail_stretches(
            recording.signal,
            row,
            rails=(float(seen.low[row]), float(seen.high[row])),
            least=CLIPPED_RUN,
            margin=max(1, round(CLIPPED_MARGIN_S * found.rate_hz)),
        ):
            start, stop = _time(found, first), _time(found, end)
            if not _covered(recording, name, start, stop, 0.5 / found.rate_hz):
                bad.append(BadSpan(start_s=start, stop_s=stop, reason="clipped", channel=name))
    return bad


def _time(found: _Found, sample: int) -> float:
    stamps = found.recording.stamps_s
    if found.recording.rate_hz or stamps is None:
        return sample / found.rate_hz
    return float(stamps[min(sample, len(stamps) - 1)])


def _covered(recording: Recording, channel: str, start: float, stop: float, slack: float) -> bool:
    return any(
        b.channel in ("", channel) and b.start_s <= start + slack and stop <= b.stop_s + slack
        for b in recording.bad
    )
