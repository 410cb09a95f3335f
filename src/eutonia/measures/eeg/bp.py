"""Bereitschaftspotential: the slow negative potential before a movement."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import usable
from eutonia.dsp.spectrum import frequencies, power_density
from eutonia.measures.eeg.movements import (
    EEG,
    MIN_TRIALS,
    free_before,
    inside,
    notes,
    too_few,
)
from eutonia.model import (
    Block,
    BlockBootstrap,
    CannotMeasure,
    Channel,
    Condition,
    Each,
    Events,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: Windows in seconds from the onset of movement (measures.md §5, our rule).
BASELINE_S = (-2.5, -2.0)
WINDOWS_S = {"early": (-1.5, -0.5), "late": (-0.4, 0.0)}
SITES = ("C3", "Cz", "C4")
#: Hardware high-pass above which the slow part is lost (our rule).
MAX_HIGH_PASS_HZ = 0.1
#: A trial is left out where it spans more than the median + 5 robust SD of the channel's trials.
ARTEFACT_SD = 5.0
#: Slope of log power over log frequency in 0.1-0.4 Hz from which a high-pass is suspected (our
#: rule; the EEG of a recorder without one falls there).
_RISES = 0.75
_SLOW_HZ = (0.1, 0.4)
_SLOW_S = 20.0
_COURSE_S = (-2.5, 0.5)
_STEP_S = 0.02

MEASURE = Measure(
    id="eeg.bp",
    version="1",
    title="Bereitschaftspotential",
    unit=dict.fromkeys(WINDOWS_S, "uV"),
    tier="research",
    sources=(),
    method="Mean potential over usable trials, each against its own mean from 2.5 to 2.0 s before "
    "the onset of movement: early from 1.5 to 0.5 s before it, late (NS') from 0.4 s before it to "
    "it, reference as in the file, no further filter. Negative: negativity. Trials are left out "
    "where a movement ends within 2.5 s before, or where they span more than the median + 5 robust "
    "standard deviations of the channel's trials (windows and rules are ours, unconfirmed).",
    needs=Needs(inputs={"eeg": replace(EEG, unit="uV")}, target=Each(sites=SITES)),
    scale="difference",
    interval=BlockBootstrap(block_s=0),
    valid=Range(lo=-30, hi=10, shown_by="docs/measures/eeg.bp"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Needs a recorder with a high-pass of 0.1 Hz or less, and movements at one's own "
    "pace, better 40 than 8. Slow eye and head movements, sweating and breathing mimic it. qEEG "
    "has no established diagnostic value in dystonia.",
    figure="time_course",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Average the potential before each movement; see `MEASURE`."""
    rows = x.targets[:, 0]
    cut = [_cut(block, rows) for block in x["eeg"]]
    span = np.repeat(np.arange(len(cut)), [len(c.good) for c in cut])
    if not len(span):
        raise CannotMeasure(
            "No movement has a free baseline from 2.5 to 2.0 s before it: leave at least 6 s "
            "between movements."
        )
    means, course, good = (
        np.concatenate([getattr(c, name) for c in cut]) for name in ("means", "course", "good")
    )
    calm = good & _calm(course, good)
    blocks = np.concatenate([means, np.ones((*means.shape[:2], 1))], axis=-1)
    blocks = np.where(calm[..., None], blocks, 0.0)
    trials = calm.sum(axis=0).astype(np.float64)
    slow = _slow_part(x, rows)
    return Result(
        blocks=blocks,
        finish=_finish,
        span=span,
        reasons=tuple(
            why or ("" if n >= MIN_TRIALS else too_few(n))
            for why, n in zip(slow, trials, strict=True)
        ),
        n_effective=trials,
        details={"trials": trials, "left_out": (~calm).sum(axis=0).astype(np.float64)},
        evidence=_drawn(course, calm),
        notes=notes(x, trials),
    )


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """Trials of one span, each against its own baseline.

    Parameters
    ----------
    means : ndarray, shape (n_trials, n_channels, n_windows)
    course : ndarray, shape (n_trials, n_channels, n_times)
    good : ndarray of bool, shape (n_trials, n_channels)
        Whether all samples may be used.
    """

    means: Floats
    course: Floats
    good: NDArray[np.bool_]


def _cut(block: Block, rows: NDArray[np.intp]) -> _Cut:
    onset = block.events.onset_s
    room = inside(block, onset + _COURSE_S[0], onset + _COURSE_S[1])
    onset = onset[room & free_before(block, BASELINE_S[0])]
    at = np.round(onset * block.rate_hz).astype(np.intp)
    first, last = (round(s * block.rate_hz) for s in _COURSE_S)
    good: NDArray[np.bool_] = usable(block.mask[rows], at + first, last - first)
    times = np.append(_times(), _COURSE_S[1])
    means = np.empty((len(at), len(rows), len(WINDOWS_S)))
    course = np.empty((len(at), len(rows), len(times) - 1))
    for place, row in enumerate(rows):
        # The running sum starts anew in each channel, less its mean, so that no offset of the
        # amplifier costs digits.
        x = block.x[row] - block.x[row].mean()
        total = np.concatenate([[0.0], np.cumsum(x)])
        base = _means(total, at, np.array(BASELINE_S), block.rate_hz)
        course[:, place] = _means(total, at, times, block.rate_hz) - base
        for i, window in enumerate(WINDOWS_S.values()):
            means[:, place, i] = (_means(total, at, np.array(window), block.rate_hz) - base)[:, 0]
    return _Cut(means=means, course=course, good=good.T)


def _means(total: Floats, at: NDArray[np.intp], edges_s: Floats, rate_hz: float) -> Floats:
    """Return means between successive edges around each sample `at`, ``(n_trials, n_edges - 1)``.

    `total` is the running sum of the samples, starting with 0.
    """
    offset = np.round(edges_s * rate_hz).astype(np.intp)
    sums = np.diff(total[at[:, None] + offset[None]], axis=1)
    return np.asarray(sums / np.diff(offset))


def _times() -> Floats:
    """Return where the steps of the course begin, in seconds from the onset."""
    return np.round(np.arange(_COURSE_S[0], _COURSE_S[1] - _STEP_S / 2, _STEP_S), 6)


def _calm(course: Floats, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which trials do not span far more than the others of the channel before movement."""
    before = course[..., _times() < 0]
    spans = np.where(good, np.ptp(before, axis=-1), np.nan)
    if not len(spans) or not good.any():
        return np.zeros_like(good)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # channels without a usable trial
        middle = np.nanmedian(spans, axis=0)
        spread = 1.4826 * np.nanmedian(np.abs(spans - middle), axis=0)
    return np.asarray(spans <= middle + ARTEFACT_SD * spread)


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = total[..., :-1] / total[..., -1:]
    return mean


def _slow_part(x: Inputs, rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return, for each target, why its slow part is missing; empty where it is there."""
    channels = x.channels.get("eeg", ())
    density, freq = np.zeros((len(rows), 1)), np.zeros(1)
    for block in x["eeg"]:
        length = round(_SLOW_S * block.rate_hz)
        if block.x.shape[1] < 2 * length:
            continue
        sums, _ = power_density(
            block.x[rows],
            block.mask[rows],
            rate_hz=block.rate_hz,
            length=length,
            step=length // 2,
            group_s=block.x.shape[1] / block.rate_hz,
        )
        freq = frequencies(length, block.rate_hz)
        slow = (freq >= _SLOW_HZ[0] - 1e-6) & (freq <= _SLOW_HZ[1] + 1e-6)
        freq, density = freq[slow], density + sums.sum(axis=0)[:, slow]
    return tuple(
        _stated(channels[row] if channels else None) or _seen(freq, power)
        for row, power in zip(rows, density, strict=True)
    )


def _stated(channel: Channel | None) -> str:
    """Return why the high-pass that the file states is too high; empty where it is not."""
    high_pass = channel.high_pass_hz if channel else None
    if high_pass is None or high_pass <= MAX_HIGH_PASS_HZ:
        return ""
    return (
        f"The file states a high-pass of {high_pass:g} Hz, which removes slow potentials; record "
        f"with {MAX_HIGH_PASS_HZ:g} Hz or less (a time constant of 1.6 s or more), or from 0 Hz."
    )


def _seen(freq: Floats, power: Floats) -> str:
    """Return that the spectrum lacks its slow end; empty where it does not."""
    if len(freq) < 3 or not (power > 0).all():
        return ""
    log_f = np.log(freq) - np.log(freq).mean()
    if (np.log(power) @ log_f) / (log_f @ log_f) <= _RISES:
        return ""
    return (
        f"The spectrum falls towards 0 below {_SLOW_HZ[1]:g} Hz, so a high-pass has removed slow "
        f"potentials; record with {MAX_HIGH_PASS_HZ:g} Hz or less, and do not filter afterwards."
    )


def _drawn(course: Floats, calm: NDArray[np.bool_]) -> dict[str, NDArray[np.generic]]:
    """Return the mean course with pointwise limits from the trials."""
    n = np.maximum(calm.sum(axis=0), 2)[:, None]
    mean = np.where(calm[..., None], course, 0.0).sum(axis=0) / n
    error = np.sqrt((np.where(calm[..., None], course - mean, 0.0) ** 2).sum(axis=0) / (n - 1) / n)
    return {
        "t_s": _times() + _STEP_S / 2,
        "course": mean[None],
        "lo": (mean - 1.96 * error)[None],
        "hi": (mean + 1.96 * error)[None],
        "parts": np.array(["potential"]),
        "reference": np.array(BASELINE_S),
        "window": np.array(list(WINDOWS_S.values())),
        "quantity": np.array("Potential (µV)"),
    }


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Lay a slow negativity of known shape before each movement on an aperiodic background."""
    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, trials, apart = 125, 40, 8.0
    n = round((trials * apart + 6) * rate_hz)
    onset = 6 + apart * np.arange(trials) + rng.uniform(-0.5, 0.5, trials)
    shape = {"early_uv": -6.0, "late_uv": -11.0}
    signal = eeg.aperiodic(rng, 1, n, rate_hz=rate_hz, exponent=1.2, level_uv=5.0)
    signal = signal + eeg.readiness(n, onset, rate_hz=rate_hz, **shape)
    events = Events(onset_s=onset, duration_s=np.full(trials, 1.0), name=("movement",) * trials)
    channel, task = eeg_channel("Cz"), Condition.of(task="movement")
    made = visit(recording(signal, (channel,), rate_hz=rate_hz, condition=task, events=events))
    base = eeg.readiness_mean(**shape, window_s=BASELINE_S)
    return made, {
        (channel.label, task.label, part): eeg.readiness_mean(**shape, window_s=window) - base
        for part, window in WINDOWS_S.items()
    }
