"""Beta rebound: the synchronisation of beta after the end of a movement."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.eeg.movements import (
    EEG,
    MIN_TRIALS,
    REFERENCE_S,
    drawn_course,
    ends_s,
    free_after,
    free_before,
    in_band,
    inside,
    notes,
    too_few,
    window_bins,
    window_power,
)
from eutonia.measures.eeg_spectrum import Spectra, muscle
from eutonia.model import (
    Block,
    BlockBootstrap,
    CannotMeasure,
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

BETA_HZ = (13.0, 30.0)
#: Seconds from the end of movement in which the rebound is looked for (measures.md §5).
REBOUND_S = (0.5, 1.5)
#: Windows of half a second, an eighth of a second apart, that lie inside.
WINDOW_S = 0.5
_STEP_S = 0.125
#: Seconds from the end of movement that are drawn, and that the next movement must stay away.
_COURSE_S = (-1.0, 2.5)
_FREE_S = 3.5
#: Beta, and the frequencies above it that show muscle.
_KEPT_HZ = (13.0, 45.5)

MEASURE = Measure(
    id="ers.beta_rebound",
    version="1",
    title="Beta rebound after movement",
    unit="%",
    tier="research",
    sources=("Pfurtscheller1999",),
    method="100 · (P - R) / R: power P of 13-30 Hz from 0.5 to 1.5 s after the end of movement "
    "against R from 3.5 to 2.5 s before its onset, mean of Hann windows of 0.5 s, over all usable "
    "trials. The mean stands for the largest value, which noise makes too large on average; the "
    "detail `peak` is the power of each trial where the average of the other trials is largest. "
    "Trials with another movement within 3.5 s are left out (our rules, unconfirmed).",
    needs=Needs(inputs={"eeg": EEG}, target=Each()),
    scale="difference",
    interval=BlockBootstrap(block_s=0),
    valid=Range(lo=-75, hi=300, shown_by="docs/measures/ers.beta_rebound"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="Needs the end of each movement. At least 40 movements are needed for a steady value. "
    "qEEG has no established diagnostic value in dystonia; muscle activity mimics beta, "
    "benzodiazepines raise it.",
    figure="time_course",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Compare beta after the end of each movement with before its onset; see `MEASURE`."""
    rows = x.targets[:, 0]
    found, references, densities, span = [], [], [], []
    for place, block in enumerate(x["eeg"]):
        trials = _usable_trials(block)
        if len(trials):
            after, before, density = _powers(block, trials, rows)
            found.append(after)
            references.append(before)
            densities.append(density)
            span += [place] * len(trials)
    if not found:
        raise CannotMeasure(_why_none(x))
    course, reference = np.concatenate(found), np.concatenate(references)
    blocks = _sums(course[:, :, _searched()], reference)
    trials = blocks[:, :, -1].sum(axis=0)
    freq = window_bins(x["eeg"][0].rate_hz, window_s=WINDOW_S, band_hz=_KEPT_HZ)[1]
    density = np.sum(densities, axis=0)[None]
    spectra = Spectra(
        freq_hz=freq, density=density, count=trials[None], span=np.zeros(1, dtype=np.intp)
    )
    few = tuple("" if n >= MIN_TRIALS else too_few(n) for n in trials)
    return Result(
        blocks=blocks,
        finish=_finish,
        span=np.array(span),
        reasons=tuple(a or b for a, b in zip(few, muscle(spectra, "beta"), strict=True)),
        n_effective=trials,
        details={"trials": trials} | _peak(course[:, :, _searched()], reference),
        evidence={
            **drawn_course(course[..., None], reference[..., None]),
            "t_s": _times(),
            "parts": np.array(["beta"]),
            "window": np.array(REBOUND_S),
            "origin": np.array("end of movement"),
        },
        notes=notes(x, trials),
    )


def _why_none(x: Inputs) -> str:
    if not any((b.events.duration_s > 0).any() for b in x["eeg"]):
        return (
            "The ends of the movements are not known: give the events a duration in events.tsv, "
            "mark the ends (trial_type movement_end), or record the muscle's EMG along."
        )
    return (
        "No movement is free of others for 3.5 s before its onset and after its end: leave at "
        "least 6 s between movements."
    )


def _usable_trials(block: Block) -> NDArray[np.intp]:
    """Return the movements with a known end, room, and no other movement near."""
    onset, end = block.events.onset_s, ends_s(block)
    half = WINDOW_S / 2
    room = inside(block, onset + REFERENCE_S[0], end + _COURSE_S[1] + half)
    room &= end + _COURSE_S[0] - half >= 0
    alone = free_before(block, REFERENCE_S[0]) & free_after(block, _FREE_S)
    return np.flatnonzero((block.events.duration_s > 0) & room & alone)


def _times() -> Floats:
    """Return the centres of the windows that are drawn, in seconds from the end of movement."""
    return np.arange(_COURSE_S[0], _COURSE_S[1] + 1e-9, _STEP_S)


def _searched() -> NDArray[np.intp]:
    """Return the windows that lie inside the time of the rebound."""
    t, half = _times(), WINDOW_S / 2
    return np.flatnonzero((t >= REBOUND_S[0] + half - 1e-9) & (t <= REBOUND_S[1] - half + 1e-9))


def _powers(
    block: Block, trials: NDArray[np.intp], rows: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats]:
    """Return beta after the end and before the onset, and the spectrum of both.

    Returns
    -------
    after : ndarray, shape (n_trials, n_channels, n_times)
    before : ndarray, shape (n_trials, n_channels)
    density : ndarray, shape (n_channels, n_frequencies)
        Summed over the windows of reference and rebound.
    """
    bins, freq = window_bins(block.rate_hz, window_s=WINDOW_S, band_hz=_KEPT_HZ)
    beta = in_band(freq, BETA_HZ)
    half = WINDOW_S / 2
    earlier = np.arange(REFERENCE_S[0] + half, REFERENCE_S[1] - half + 1e-9, _STEP_S)
    centre = np.concatenate(
        [
            block.events.onset_s[trials, None] + earlier[None],
            ends_s(block)[trials, None] + _times()[None],
        ],
        axis=1,
    )
    n = len(earlier)
    used = np.concatenate([np.arange(n), n + _searched()])
    after = np.empty((len(trials), len(rows), len(_times())))
    before = np.empty((len(trials), len(rows)))
    density = np.empty((len(rows), len(freq)))
    found = window_power(block, centre, rows, window_s=WINDOW_S, bins=bins)
    for place, power in enumerate(found):
        in_beta = power[..., beta].sum(axis=-1)
        before[:, place] = in_beta[:, :n].mean(axis=1)
        after[:, place] = in_beta[:, n:]
        density[place] = np.nansum(power[:, used], axis=(0, 1))
    return after, before, density


def _sums(course: Floats, reference: Floats) -> Floats:
    """Return reference and rebound power and the trial, ``(n_trials, n_channels, 3)``.

    A trial with a bad sample counts for nothing.
    """
    good = np.isfinite(reference) & np.isfinite(course).all(axis=-1)
    sums = np.stack([reference, course.mean(axis=-1), good.astype(np.float64)], axis=-1)
    return np.where(good[..., None], sums, 0.0)


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        change: Floats = 100 * (total[..., 1:2] / total[..., :1] - 1)
    return change


def _peak(course: Floats, reference: Floats) -> dict[str, Floats]:
    """Return the largest rebound of each channel, in %, and the seconds after the end.

    Each trial is read where the average of the others is largest, so that its own noise has no part
    in the choice and the value is not too large on average, as the plain maximum is.
    """
    good = np.isfinite(reference) & np.isfinite(course).all(axis=-1)
    kept = np.where(good[..., None], course, 0.0)
    total = kept.sum(axis=0)
    others = (total[None] - kept).argmax(axis=-1)
    at_peak = np.take_along_axis(kept, others[..., None], axis=-1)[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = 100 * (at_peak.sum(axis=0) / np.where(good, reference, 0.0).sum(axis=0) - 1)
    return {"peak": change, "peak_after_s": _times()[_searched()][total.argmax(axis=-1)]}


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Lower a beta rhythm with each movement and raise it above its rest after the end.

    The truth follows from the exact densities, seen through the Hann window of half a second.
    """
    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, trials, apart, gain = 250, 40, 8.0, 1.7
    n = round((trials * apart + 6) * rate_hz)
    onset = 6 + apart * np.arange(trials) + rng.uniform(-0.5, 0.5, trials)
    lasts = rng.uniform(0.5, 1.5, trials)
    end = onset + lasts
    moves = eeg.within(n, onset - 1.0, end, rate_hz=rate_hz)
    after = eeg.within(n, end + 0.3, end + 1.7, rate_hz=rate_hz)
    background = {"exponent": 1.2, "level_uv": 4.0}
    beta = {"centre_hz": 20.0, "width_hz": 2.0, "rms_uv": 4.0}
    signal = eeg.aperiodic(rng, 1, n, rate_hz=rate_hz, **background)
    course = np.where(moves, 0.5, np.where(after, gain, 1.0))
    signal = signal + course * eeg.oscillation(rng, n, rate_hz=rate_hz, **beta)
    events = Events(onset_s=onset, duration_s=lasts, name=("movement",) * trials)
    channel, task = eeg_channel("C3"), Condition.of(task="movement")
    made = visit(recording(signal, (channel,), rate_hz=rate_hz, condition=task, events=events))
    fine, seen = _through_window(rate_hz)
    peak, floor = eeg.oscillation_psd(fine, **beta), eeg.aperiodic_psd(fine, **background)
    truth = 100 * (float(seen @ (gain**2 * peak + floor) / (seen @ (peak + floor))) - 1)
    return made, {(channel.label, task.label, ""): truth}


@cache
def _through_window(rate_hz: int) -> tuple[Floats, Floats]:
    from eutonia.simulate import eeg

    _, freq = window_bins(rate_hz, window_s=WINDOW_S, band_hz=BETA_HZ)
    return eeg.through_hann(rate_hz, window_s=WINDOW_S, bins_hz=tuple(freq))
