"""Artefacts of the scalp EEG, found the same way in every file: bad electrodes and bad stretches.

Amplitude, steps, slow frontal deflections and fast activity are measured in pieces of half a second
and held against fixed limits in microvolts and against the channel's own usual level (robust z of
the logarithm): both must be passed, so that large but steady alpha, and what a person's disease
does all the time, stay. All limits are our own rules, unconfirmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model import BadSpan, Channel, Floats, Issue, Recording

PIECE_S = 0.5
MARGIN_S = 0.2  # lost on each side of a bad stretch
LEAST_PIECES = 20  # below, a channel's usual level is not known
LEAST_RATE_HZ = 100.0
LEAST_CHANNELS = 8  # below, channels are not compared with one another

STEP_S = 0.02  # time in which a step happens
SLOW_S = 0.1  # running mean that leaves a blink and takes faster rhythms out
FAST_HZ = (30.0, 45.0)

LOOSE_TIMES = 4.0  # usual amplitude of a loose electrode over that of the others
LOOSE_Z = 5.0
BRIDGED_UV = 1.0  # root mean square of the difference of two bridged electrodes
BRIDGED_SHARE = 0.05  # and over their own amplitude
MOST_PIECES = 60  # pieces in which electrodes are compared
MOST_BRIDGES = 128  # electrodes up to which all pairs are compared

FLAGS = ("loose", "bridged")
_UNUSABLE = frozenset({"flat", "clipped", "nan", "duplicated"})
_FRONTAL = re.compile(r"(Fp|AF|F)(z|\d+)")
_CHUNK_BYTES = 2**22


@dataclass(frozen=True)
class _Rule:
    """What makes a piece bad: a feature above a limit in µV and far above its usual level."""

    code: str
    reason: str
    words: str
    least_uv: float
    least_z: float


#: In the order in which a stretch is named.
RULES = (
    _Rule("eeg_step", "electrode step", "Sudden steps, as of an electrode that moves", 80.0, 6.0),
    _Rule("eeg_amplitude", "EEG amplitude", "Deflections far beyond the channel's own", 200.0, 5.0),
    _Rule("eeg_blink", "blink", "Blinks or eye movements", 70.0, 3.5),
    _Rule("eeg_muscle", "muscle burst", "Bursts of muscle activity", 4.0, 5.0),
)
REASONS = frozenset(rule.reason for rule in RULES)


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Features of each piece, ``(n_channels, n_pieces)`` in µV; NaN where samples are missing.

    `slow` is measured at frontal electrodes only.
    """

    step: Floats
    swing: Floats
    slow: Floats
    fast: Floats
    spread: Floats

    def of(self, rule: _Rule) -> Floats:
        """Return the feature that a rule looks at."""
        return {
            "eeg_step": self.step,
            "eeg_amplitude": self.swing,
            "eeg_blink": self.slow,
            "eeg_muscle": self.fast,
        }[rule.code]


def without_artefacts(recording: Recording) -> Recording:
    """Mark bad electrodes and bad stretches of the scalp EEG.

    Parameters
    ----------
    recording : Recording
        Inspected for flat, clipped and missing samples. Only channels of kind ``eeg`` in
        microvolts are looked at, at 100 Hz or more and for 10 s or more.

    Returns
    -------
    Recording
        With flags (``loose``, ``bridged``), bad spans by channel and reason, and issues that say
        how much was left out. The same samples give the same result; a second call adds nothing.
    """
    rate = recording.rate_hz or 0.0
    rows = [
        i
        for i, c in enumerate(recording.channels)
        if c.kind == "eeg" and c.unit == "uV" and not _UNUSABLE & set(c.flags)
    ]
    n_pieces = int(recording.n_samples / (PIECE_S * rate)) if rate >= LEAST_RATE_HZ else 0
    if not rows or n_pieces < LEAST_PIECES:
        return recording
    pieces = _measured(recording, rows, n_pieces)
    channels = [recording.channels[i] for i in rows]
    known = _known(recording, channels, n_pieces)
    loose = _loose(np.where(known, np.nan, pieces.spread), channels)
    bridged = _bridged(recording, rows, n_pieces)
    bad, issues = [], [*loose.values(), *bridged.values()]
    taken = known.copy()
    for rule in RULES:
        flagged = _against(rule, pieces.of(rule), known) & ~taken
        taken |= flagged
        spans = list(_spans(rule, flagged, channels, recording.duration_s))
        bad += spans
        issues += _lost(rule, spans, recording, len(channels))
    flags = dict.fromkeys(loose, "loose"), dict.fromkeys(bridged, "bridged")
    return replace(
        recording,
        channels=tuple(
            _flagged(c, *(f.get(c.name, "") for f in flags)) for c in recording.channels
        ),
        issues=(*recording.issues, *(i for i in issues if i not in recording.issues)),
        bad=(*recording.bad, *(b for b in bad if b not in recording.bad)),
    )


def _flagged(channel: Channel, *flags: str) -> Channel:
    return replace(channel, flags=tuple(dict.fromkeys((*channel.flags, *filter(None, flags)))))


def _measured(recording: Recording, rows: list[int], n_pieces: int) -> _Pieces:
    """Measure every piece, a few at a time."""
    assert recording.signal is not None
    rate = recording.rate_hz or 0.0
    beside = round(PIECE_S * rate / 2) + 2  # edges are rounded, by a sample each
    frontal = np.array([bool(_FRONTAL.fullmatch(recording.channels[i].site)) for i in rows])
    at_once = max(1, _CHUNK_BYTES // round(8 * len(rows) * PIECE_S * rate))
    found = []
    for begin in range(0, n_pieces, at_once):
        end = min(begin + at_once, n_pieces)
        edges = np.round(np.arange(begin, end + 1) * PIECE_S * rate).astype(np.intp)
        start = max(0, edges[0] - beside)
        x = recording.signal.read(start, edges[-1] + beside, tuple(rows))
        wanted = edges[-1] - edges[0] + 2 * beside
        before = beside - (edges[0] - start)
        x = np.pad(x, ((0, 0), (before, wanted - before - x.shape[1])), mode="edge")
        features = _features(x, edges - edges[0] + beside, rate, frontal)
        found.append([f.astype(np.float32) for f in features])  # a day has many pieces
    return _Pieces(*(np.concatenate([f[k] for f in found], axis=1) for k in range(5)))


def _features(
    x: Floats, edges: NDArray[np.intp], rate: float, frontal: NDArray[np.bool_]
) -> tuple[Floats, ...]:
    """Return step, swing, slow, fast and spread of the pieces between edges."""
    length = round(PIECE_S * rate)
    missing = ~np.isfinite(x)
    if missing.any():
        x = np.where(missing, 0.0, x)
    lag = max(1, round(STEP_S * rate))
    step = np.abs(x[:, lag:] - x[:, :-lag])
    first = edges[:-1]

    def cut(row: Floats, before: int = 0, n: int = length) -> Floats:
        return np.lib.stride_tricks.sliding_window_view(row, n, axis=-1)[:, first - before]

    slow = np.full((len(x), len(first)), np.nan)
    slow[frontal] = np.ptp(cut(_running_mean(x[frontal], max(1, round(SLOW_S * rate)))), axis=-1)
    own = cut(x)
    wide = cut(x, before=length // 2, n=2 * length)  # a piece with half a piece on each side
    fast = np.sqrt(((wide @ _fast_transform(2 * length, rate)) ** 2).sum(axis=-1))
    features = (cut(step).max(axis=-1), np.ptp(own, axis=-1), slow, fast, own.std(axis=-1))
    if not missing.any():
        return features
    there = ~cut(missing, before=length // 2, n=2 * length).any(axis=-1)
    return tuple(np.where(there, f, np.nan) for f in features)


def _fast_transform(length: int, rate: float) -> Floats:
    """Return columns whose products with a window have its fast amplitude as their norm."""
    t = np.arange(length)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * t / length)
    bins = np.arange(length // 2) * rate / length
    angle = 2 * np.pi * np.outer(t / rate, bins[(bins >= FAST_HZ[0]) & (bins <= FAST_HZ[1])])
    scale = np.sqrt(2 / (length * (window**2).sum()))
    columns: Floats = scale * window[:, None] * np.hstack([np.cos(angle), np.sin(angle)])
    return columns


def _running_mean(x: Floats, n: int) -> Floats:
    """Return the mean of `n` samples around each sample."""
    padded = np.pad(x, ((0, 0), (n // 2 + 1, n - n // 2 - 1)), mode="edge")
    total = np.cumsum(padded - padded[:, :1], axis=1)
    mean: Floats = (total[:, n:] - total[:, :-n]) / n + padded[:, :1]
    return mean


def _known(recording: Recording, channels: list[Channel], n_pieces: int) -> NDArray[np.bool_]:
    """Tell which pieces touch a stretch that is known as bad already."""
    known = np.zeros((len(channels), n_pieces), dtype=bool)
    for span in recording.bad:
        if span.reason in REASONS:
            continue
        first, end = int(span.start_s / PIECE_S), int(np.ceil(span.stop_s / PIECE_S))
        rows = [i for i, c in enumerate(channels) if span.channel in ("", c.name)]
        known[rows, max(first - 1, 0) : end + 1] = True  # features reach into the next piece
    return known


def _against(rule: _Rule, feature: Floats, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which pieces pass a rule's limits."""
    usual = np.where(known, np.nan, feature)
    middle, spread = _robust(usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (np.log(usual) - middle[:, None]) / spread[:, None]
        bad = (usual > rule.least_uv) & (z > rule.least_z)
    return np.asarray(bad)


def _robust(feature: Floats) -> tuple[Floats, Floats]:
    """Return median and robust standard deviation of the logarithm of each row."""
    middle, spread = np.full(len(feature), np.nan), np.full(len(feature), np.nan)
    for row, found in enumerate(feature):
        values = np.log(found[found > 0])  # NaN compares as False
        if len(values) >= LEAST_PIECES:
            middle[row] = np.median(values)
            spread[row] = max(1.4826 * np.median(np.abs(values - middle[row])), 0.05)
    return middle, spread


def _loose(spread: Floats, channels: list[Channel]) -> dict[str, Issue]:
    """Find electrodes whose usual amplitude lies far above that of the others."""
    if len(channels) < LEAST_CHANNELS:
        return {}
    usual, _ = _robust(spread)
    middle = np.nanmedian(usual)
    scale = max(1.4826 * float(np.nanmedian(np.abs(usual - middle))), 0.1)
    found = {}
    for channel, level in zip(channels, usual, strict=True):
        times = float(np.exp(level - middle))
        if times >= LOOSE_TIMES and level - middle >= LOOSE_Z * scale:
            text = (
                f"Its usual amplitude is {times:.0f} times that of the other electrodes: it is "
                "loose, dry or not connected, and is not used. Check its contact."
            )
            found[channel.name] = _issue("loose", text, channel.name)
    return found


def _bridged(recording: Recording, rows: list[int], n_pieces: int) -> dict[str, Issue]:
    """Find electrodes that carry one signal, because gel or sweat joins them."""
    if not 2 <= len(rows) <= MOST_BRIDGES:
        return {}
    assert recording.signal is not None
    length = round(PIECE_S * (recording.rate_hz or 0.0))
    apart, own = [], []
    for k in np.unique(np.linspace(0, n_pieces - 1, min(n_pieces, MOST_PIECES)).astype(int)):
        start = round(k * PIECE_S * (recording.rate_hz or 0.0))
        x = recording.signal.read(start, start + length, tuple(rows))
        if x.shape[1] > 1 and np.isfinite(x).all():
            covariance = np.cov(x)
            power = np.diag(covariance)
            apart.append(power[:, None] + power - 2 * covariance)
            own.append(power)
    if len(apart) < LEAST_PIECES:
        return {}
    usual = np.sqrt(np.maximum(np.median(apart, axis=0), 0.0))
    size = np.sqrt(np.median(own, axis=0))
    near = (usual < BRIDGED_UV) & (usual < BRIDGED_SHARE * np.minimum(size[:, None], size))
    found: dict[str, Issue] = {}
    for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True):
        for a, b in ((i, j), (j, i)):
            one, other = (recording.channels[rows[k]].name for k in (a, b))
            text = (
                f"It differs from {other} by {usual[i, j]:.1g} µV only: gel or sweat bridges the "
                "two electrodes. Neither is used for connectivity."
            )
            found.setdefault(one, _issue("bridged", text, one))
    return found


def _issue(code: str, message: str, channel: str = "") -> Issue:
    return Issue(
        code=code,
        severity="warning" if channel else "note",
        message=message,
        channel=channel,
    )


def _spans(
    rule: _Rule, flagged: NDArray[np.bool_], channels: list[Channel], duration_s: float
) -> Iterator[BadSpan]:
    """Yield the flagged stretches of each channel with their margins, overlapping ones joined."""
    for channel, row in zip(channels, flagged, strict=True):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
        merged: list[list[float]] = []
        for first, end in edges.reshape(-1, 2):
            start_s = max(0.0, float(first) * PIECE_S - MARGIN_S)
            stop_s = min(duration_s, float(end) * PIECE_S + MARGIN_S)
            if merged and start_s <= merged[-1][1]:
                merged[-1][1] = stop_s
            else:
                merged.append([start_s, stop_s])
        for start_s, stop_s in merged:
            yield BadSpan(start_s=start_s, stop_s=stop_s, reason=rule.reason, channel=channel.name)


def _lost(
    rule: _Rule, spans: list[BadSpan], recording: Recording, n_channels: int
) -> Iterator[Issue]:
    """Yield an issue that says how much a rule left out."""
    if not spans:
        return
    lost_s: dict[str, float] = {}
    for span in spans:
        lost_s[span.channel] = lost_s.get(span.channel, 0.0) + span.stop_s - span.start_s
    order = sorted(lost_s, key=lambda name: -lost_s[name])
    named = ", ".join(f"{n} {100 * lost_s[n] / recording.duration_s:.1f} %" for n in order[:6])
    more = f" and {len(order) - 6} more" if len(order) > 6 else ""
    share = 100 * sum(lost_s.values()) / (recording.duration_s * n_channels)
    text = (
        f"{rule.words} are left out: {share:.1f} % of the EEG ({named}{more}). Limits: more than "
        f"{rule.least_uv:g} µV and {rule.least_z:g} robust standard deviations above the channel's "
        "own level (our rule)."
    )
    yield _issue(rule.code, text)
