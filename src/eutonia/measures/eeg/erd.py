"""Event-related desynchronisation and synchronisation of mu and beta."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.eeg.movements import (
    EEG,
    MIN_TRIALS,
    REFERENCE_S,
    drawn_course,
    free_before,
    in_band,
    inside,
    notes,
    too_few,
    window_bins,
    window_power,
)
from eutonia.measures.eeg.time_frequency import TrialSums, change_map, trial_sums
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

#: Bands (measures.md §5, our rule): beta as a whole and in its two halves.
BANDS = {
    "mu": (8.0, 13.0),
    "beta": (13.0, 30.0),
    "beta_low": (13.0, 20.0),
    "beta_high": (20.0, 30.0),
}
#: Seconds from the onset of movement that count as movement (our rule).
MOVEMENT_S = (0.0, 1.0)
#: Time course: windows of one second, an eighth of a second apart.
WINDOW_S = 1.0
_STEP_S = 0.125
_COURSE_S = (-4.0, 3.0)
#: Frequencies of the maps; all bands lie in them.
_MAP_HZ = (4.0, 45.5)
#: Muscle is looked for in windows centred in this time from the onset (our rule).
_MUSCLE_S = (0.0, 2.0)

MEASURE = Measure(
    id="erd",
    version="2",
    title="Event-related (de)synchronisation of the EEG",
    unit=dict.fromkeys(BANDS, "%"),
    tier="research",
    sources=("Pfurtscheller1999",),
    method="100 · (P - R) / R: mean band power P in the second after the onset of movement against "
    "R from 3.5 to 2.5 s before it, Hann windows of 1 s, over all usable trials. Negative: "
    "desynchronisation. Trials whose reference falls into the movement before are left out. Beta "
    "is not given where the spectrum does not fall in 25-45 Hz during movement. In maps of time "
    "and frequency a point is marked by Student's t over trials of log(power / reference), each "
    "averaged over three bins, at a false-discovery rate of 5 % per map (bands, times and these "
    "rules are ours, unconfirmed).",
    needs=Needs(inputs={"eeg": EEG}, target=Each()),
    scale="difference",
    interval=BlockBootstrap(block_s=0),
    valid=Range(lo=-90, hi=150, shown_by="docs/measures/erd"),
    invariant=frozenset({"gain", "channel_order"}),
    caution="At least 40 movements are needed for a steady value. qEEG has no established "
    "diagnostic value in dystonia; muscle activity during movement mimics beta. Reports of less "
    "20-30 Hz desynchronisation in writer's cramp are not confirmed here.",
    figure="time_course",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Compare band power after and before each movement; see `MEASURE`."""
    rows = x.targets[:, 0]
    blocks, span, courses = [], [], []
    maps: list[TrialSums] = []
    for place, block in enumerate(x["eeg"]):
        onsets = _usable_onsets(block)
        if not len(onsets):
            continue
        course, own = _course(block, onsets, rows)
        maps = [a + b for a, b in zip(maps, own, strict=True)] if maps else own
        courses.append(course)
        sums = _reference_and_movement(course)
        blocks.append(sums)
        span += [place] * len(sums)
    if not blocks:
        raise CannotMeasure(
            "No movement has a free reference from 3.5 to 2.5 s before it: leave at least 6 s "
            "between movements."
        )
    everything = np.concatenate(blocks)
    trials = everything[:, :, -1].sum(axis=0)
    freq = window_bins(x["eeg"][0].rate_hz, window_s=WINDOW_S, band_hz=_MAP_HZ)[1]
    return Result(
        blocks=everything,
        finish=_finish,
        span=np.array(span),
        reasons=tuple("" if n >= MIN_TRIALS else too_few(n) for n in trials),
        part_reasons=dict.fromkeys(("beta", "beta_low", "beta_high"), _muscle(maps, freq)),
        n_effective=trials,
        details={"trials": trials},
        evidence=_drawn(np.concatenate(courses)) | _maps(maps, freq),
        notes=notes(x, trials),
    )


def _usable_onsets(block: Block) -> Floats:
    """Return onsets that have room on both sides and no movement in their reference."""
    onset = block.events.onset_s
    start, stop = onset + _COURSE_S[0] - WINDOW_S / 2, onset + _COURSE_S[1] + WINDOW_S / 2
    return np.asarray(onset[inside(block, start, stop) & free_before(block, REFERENCE_S[0])])


def _at(window: tuple[float, float]) -> int:
    """Return the index of the time that lies in the middle of a window."""
    return int(np.argmin(np.abs(_times() - np.mean(window))))


def _times() -> Floats:
    """Return the centres of the windows of the course, in seconds from the onset."""
    return np.arange(_COURSE_S[0], _COURSE_S[1] + 1e-9, _STEP_S)


def _course(block: Block, onsets: Floats, rows: NDArray[np.intp]) -> tuple[Floats, list[TrialSums]]:
    """Return band power, ``(n_trials, n_channels, n_times, n_bands)``, and the sums for maps.

    Power is NaN where a sample of the window is unusable.
    """
    bins, freq = window_bins(block.rate_hz, window_s=WINDOW_S, band_hz=_MAP_HZ)
    of_band = np.stack([in_band(freq, band) for band in BANDS.values()], axis=1)
    centre = onsets[:, None] + _times()[None]
    course = np.empty((len(onsets), len(rows), len(_times()), len(BANDS)))
    maps = []
    found = window_power(block, centre, rows, window_s=WINDOW_S, bins=bins)
    for place, power in enumerate(found):
        course[:, place] = power @ of_band.astype(np.float64)
        maps.append(trial_sums(power, reference=_at(REFERENCE_S)))
    return course, maps


def _reference_and_movement(course: Floats) -> Floats:
    """Return reference and movement power and the trial, ``(n_trials, n_channels, 2 k + 1)``.

    A trial with a bad sample in either window counts for nothing.
    """
    reference = course[:, :, _at(REFERENCE_S)]
    movement = course[:, :, _at(MOVEMENT_S)]
    good = np.asarray(np.isfinite(reference + movement).all(axis=-1))
    sums = np.concatenate([reference, movement, good[..., None].astype(np.float64)], axis=-1)
    return np.where(good[..., None], sums, 0.0)


def _finish(total: Floats) -> Floats:
    k = len(BANDS)
    with np.errstate(divide="ignore", invalid="ignore"):
        change: Floats = 100 * (total[..., k : 2 * k] / total[..., :k] - 1)
    return change


def _drawn(course: Floats) -> dict[str, np.ndarray]:
    return {
        **drawn_course(course, course[:, :, _at(REFERENCE_S)]),
        "t_s": _times(),
        "parts": np.array(list(BANDS)),
        "reference": np.array(REFERENCE_S),
        "window": np.array(MOVEMENT_S),
    }


def _maps(maps: list[TrialSums], freq: Floats) -> dict[str, np.ndarray]:
    """Return the time-frequency map of every channel and which of its points are marked."""
    times = _times()
    apart = times >= REFERENCE_S[1] + WINDOW_S / 2  # windows that hold nothing of the reference
    found = [
        change_map(m, reference=_at(REFERENCE_S), tested=apart, min_trials=MIN_TRIALS) for m in maps
    ]
    return {
        "tf": np.stack([change for change, _ in found]).astype(np.float32),
        "tf_significant": np.stack([marked for _, marked in found]),
        "tf_hz": freq,
        "tf_s": times,
    }


def _muscle(maps: list[TrialSums], freq: Floats) -> tuple[str, ...]:
    """Return, for each channel, why beta is not measurable during movement; empty where it is."""
    times = _times()
    during = (times >= _MUSCLE_S[0]) & (times <= _MUSCLE_S[1])
    density = np.stack([m.power[during].sum(axis=0) for m in maps])[None]
    count = np.full((1, len(maps)), during.sum())
    found = Spectra(freq_hz=freq, density=density, count=count, span=np.zeros(1, dtype=np.intp))
    return muscle(found, "beta during movement")


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Halve the amplitude of a mu rhythm around each movement, on an aperiodic background.

    The truth follows from the exact densities, seen through the Hann window of one second.
    """
    from eutonia.simulate import eeg
    from eutonia.simulate.visit import eeg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, trials, apart = 250, 40, 8.0
    n = round((trials * apart + 6) * rate_hz)
    onset = 6 + apart * np.arange(trials) + rng.uniform(-0.5, 0.5, trials)
    near = eeg.within(n, onset - 1.5, onset + 2.0, rate_hz=rate_hz)
    background = {"exponent": 1.0, "level_uv": 3.0}
    mu = {"centre_hz": 10.5, "width_hz": 1.0, "rms_uv": 6.0}
    signal = eeg.aperiodic(rng, 1, n, rate_hz=rate_hz, **background)
    signal = signal + np.where(near, 0.5, 1.0) * eeg.oscillation(rng, n, rate_hz=rate_hz, **mu)
    events = Events(onset_s=onset, duration_s=np.full(trials, 1.0), name=("movement",) * trials)
    channel, task = eeg_channel("C3"), Condition.of(task="movement")
    made = visit(recording(signal, (channel,), rate_hz=rate_hz, condition=task, events=events))
    truth = {}
    for band in BANDS:
        fine, seen = _through_window(rate_hz, band)
        peak, floor = eeg.oscillation_psd(fine, **mu), eeg.aperiodic_psd(fine, **background)
        ratio = seen @ (0.25 * peak + floor) / (seen @ (peak + floor))
        truth[channel.label, task.label, band] = 100 * (float(ratio) - 1)
    return made, truth


@cache
def _through_window(rate_hz: int, band: str) -> tuple[Floats, Floats]:
    from eutonia.simulate import eeg

    bins = tuple(np.arange(*BANDS[band], 1 / WINDOW_S))
    return eeg.through_hann(rate_hz, window_s=WINDOW_S, bins_hz=bins)
