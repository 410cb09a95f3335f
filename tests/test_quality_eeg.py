"""Artefacts of the EEG are found, the same way every time, and rhythms are left alone."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.model import ArraySignal, BadSpan, Channel, Clock, Recording
from eutonia.quality import inspect
from eutonia.quality_eeg import REASONS, without_artefacts
from eutonia.simulate import brain, eeg, simulate
from eutonia.simulate.montage import CAP_32

RATE = int(brain.RATE_HZ)
SECONDS = 120
SEEDS = range(10)


def recording(x, *, sites=CAP_32, rate=RATE, unit="uV") -> Recording:
    channels = tuple(Channel(name=s, kind="eeg", unit=unit, site=s) for s in sites)
    return Recording(
        id="r",
        kind="eeg",
        channels=channels,
        clock=Clock(id="r"),
        signal=ArraySignal(np.asarray(x, dtype=float)),
        rate_hz=float(rate),
    )


def scalp(seed, *, seconds=SECONDS):
    return brain.signal(np.random.default_rng(seed), seconds * RATE, eyes_closed=False)


def blink(rng, at_s):
    """Return a raised cosine of 0.25 to 0.4 s and 80 to 250 µV at the forehead, less behind."""
    lasts, peak = rng.uniform(0.25, 0.4), rng.uniform(80, 250)
    t = np.arange(SECONDS * RATE) / RATE - at_s
    course = np.where(abs(t) < lasts / 2, 0.5 + 0.5 * np.cos(2 * np.pi * t / lasts), 0.0)
    return peak * eeg.scalp_pattern(CAP_32, centre="Fpz", spread=0.5)[:, None] * course


def pop(rng, at_s):
    """Return a jump of 120 to 500 µV of one electrode that decays in 0.3 s."""
    t = np.arange(SECONDS * RATE) / RATE - at_s
    out = np.zeros((len(CAP_32), len(t)))
    size = rng.uniform(120, 500) * rng.choice([-1, 1])
    out[rng.integers(len(CAP_32))] = np.where(t >= 0, size * np.exp(-np.maximum(t, 0) / 0.3), 0.0)
    return out


def muscle(rng, at_s):
    """Return a burst of 0.6 to 1.5 s of noise of 20-150 Hz, 25 to 60 µV at one temple."""
    from eutonia.simulate.noise import band

    t = np.arange(SECONDS * RATE) / RATE - at_s
    noise = band(rng, 1, len(t), rate_hz=RATE, band_hz=(20.0, 150.0))[0]
    on = abs(t) < rng.uniform(0.3, 0.75)
    centre = str(rng.choice(["T7", "T8", "F7", "F8"]))
    pattern = eeg.scalp_pattern(CAP_32, centre=centre, spread=0.4)
    return rng.uniform(25, 60) * pattern[:, None] * np.where(on, noise, 0.0)


def marked(found):
    """Tell which samples of each channel are left out."""
    out = np.zeros(found.signal.shape, dtype=bool)
    names = [c.name for c in found.channels]
    for b in found.bad:
        rows = [names.index(b.channel)] if b.channel else slice(None)
        out[rows, round(b.start_s * RATE) : round(b.stop_s * RATE)] = True
    return out


def rates(make):
    """Return sensitivity (artefacts whose top is left out where it is largest) and specificity."""
    hits, clean, kept = [], 0, 0
    for seed in SEEDS:
        rng = np.random.default_rng(100 + seed)
        times = np.arange(5, SECONDS - 5, 6.0) + rng.uniform(-1, 1, len(np.arange(5, 115, 6.0)))
        added = [make(rng, at) for at in times]
        total = np.sum(added, axis=0)
        lost = marked(without_artefacts(recording(scalp(seed) + total)))
        for one in added:
            row, top = np.unravel_index(abs(one).argmax(), one.shape)
            hits.append(lost[row, top])
        near = np.zeros(lost.shape, dtype=bool)
        for one in added:
            at = np.flatnonzero(abs(one).max(axis=0) > 1)
            near[:, max(0, at[0] - RATE) : at[-1] + RATE] = True
        clean, kept = clean + (~near).sum(), kept + (~near & ~lost).sum()
    return float(np.mean(hits)), kept / clean


@pytest.mark.parametrize(
    ("make", "least"), [(blink, 0.9), (pop, 0.95), (muscle, 0.95)], ids=["blink", "pop", "muscle"]
)
def test_artefacts_are_caught(make, least):
    """Of 190 simulated artefacts nearly all are left out, and of clean EEG nearly nothing."""
    sensitivity, specificity = rates(make)
    assert sensitivity >= least
    assert specificity >= 0.999


def test_a_loose_electrode_is_caught_and_no_other():
    """An electrode with drifts, hum and noise is flagged in every one of ten recordings."""
    for seed in SEEDS:
        rng = np.random.default_rng(200 + seed)
        x = scalp(seed)
        row, n = int(rng.integers(32)), x.shape[1]
        drift = np.cumsum(rng.standard_normal(n))
        hum = np.sin(2 * np.pi * 50 * np.arange(n) / RATE)
        x[row] = 60 * drift / drift.std() + 60 * hum + 20 * rng.standard_normal(n)
        found = without_artefacts(recording(x))
        assert [c.name for c in found.channels if "loose" in c.flags] == [CAP_32[row]]


def test_bridged_electrodes_are_caught_and_no_others():
    """Two electrodes with one signal are flagged, both, and neighbours are not."""
    x = scalp(3)
    a, b = CAP_32.index("C3"), CAP_32.index("CP5")
    shared = (x[a] + x[b]) / 2
    noise = 0.3 * np.random.default_rng(0).standard_normal((2, len(shared)))
    x[[a, b]] = shared + noise
    found = without_artefacts(recording(x))
    assert {c.name for c in found.channels if "bridged" in c.flags} == {"C3", "CP5"}


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_taken_from_the_simulated_patient(seed):
    """Alpha, mu, beta rebound and a dystonic movement leave all clean samples in place."""
    visit, _ = simulate(seed=seed)
    for one in visit.recordings:
        if one.kind == "eeg":
            found = inspect(one)
            assert not [b for b in found.bad if b.reason in REASONS]
            assert not {f for c in found.channels for f in c.flags} & {"loose", "bridged"}


def test_bursts_of_strong_alpha_stay():
    """Spindles of alpha from 5 to 60 µV, as in healthy people, are no artefact."""
    rng = np.random.default_rng(5)
    x = scalp(5)
    n = x.shape[1]
    slow = np.abs(eeg.oscillation(rng, n, rate_hz=RATE, centre_hz=0.1, width_hz=0.05, rms_uv=1.0))
    alpha = eeg.oscillation(rng, n, rate_hz=RATE, centre_hz=10, width_hz=0.8, rms_uv=20.0)
    x += eeg.scalp_pattern(CAP_32, centre="POz", spread=0.8)[:, None] * (0.3 + slow) * alpha
    assert marked(without_artefacts(recording(x))).mean() < 0.001


def test_steady_muscle_activity_stays_and_is_left_to_the_muscle_index():
    """What a person's muscles do all the time is no burst: the spectrum's own index judges it."""
    from eutonia.simulate.noise import band

    x = scalp(6)
    x[CAP_32.index("T7")] += (
        20 * band(np.random.default_rng(6), 1, x.shape[1], rate_hz=RATE, band_hz=(20.0, 200.0))[0]
    )
    assert marked(without_artefacts(recording(x))).mean() < 0.001


def test_the_same_samples_give_the_same_result_and_twice_adds_nothing():
    """Two calls agree to the last digit, and a second call on the result changes nothing."""
    rng = np.random.default_rng(7)
    x = scalp(7) + sum(make(rng, at) for make, at in ((blink, 20), (pop, 50), (muscle, 80)))
    once, again = (without_artefacts(recording(x)) for _ in range(2))
    assert once.bad == again.bad
    assert len(once.bad) >= 3
    twice = without_artefacts(once)
    assert (twice.bad, twice.issues, twice.channels) == (once.bad, once.issues, once.channels)


def test_the_size_of_a_chunk_does_not_matter(monkeypatch):
    """Read in small pieces, the same stretches are found."""
    from eutonia import quality_eeg

    rng = np.random.default_rng(8)
    x = scalp(8) + sum(make(rng, at) for make, at in ((blink, 20.1), (pop, 50.2), (muscle, 80)))
    whole = without_artefacts(recording(x)).bad
    monkeypatch.setattr(quality_eeg, "_CHUNK_BYTES", 32 * 8 * RATE * 2)
    assert without_artefacts(recording(x)).bad == whole


def test_it_says_how_much_was_left_out():
    """The issue names the share, the channels and the limits."""
    x = scalp(9) + blink(np.random.default_rng(9), 30.0)
    (issue,) = without_artefacts(recording(x)).issues
    assert issue.code == "eeg_blink"
    assert "% of the EEG" in issue.message
    assert "Fp1" in issue.message
    assert "70 µV" in issue.message


def test_known_bad_stretches_are_left_as_they_are():
    """What a technician marked is neither found again nor part of the usual level."""
    x = scalp(10)
    x[:, 30 * RATE : 40 * RATE] *= 50
    known = BadSpan(start_s=30, stop_s=40, reason="movement")
    found = without_artefacts(replace(recording(x), bad=(known,)))
    assert found.bad == (known,)


def test_without_a_scale_nothing_is_judged():
    """Raw counts have no microvolts: they are returned as they are."""
    one = recording(scalp(11) * 1000, unit="adc")
    assert without_artefacts(one) is one


def test_missing_samples_do_not_hide_artefacts():
    """Stretches without numbers are skipped; a pop elsewhere is still found."""
    x = scalp(12)
    x[:, 10 * RATE : 12 * RATE] = np.nan
    x[5, 60 * RATE :] += 400 * np.exp(-np.arange(60 * RATE) / (0.3 * RATE))
    found = inspect(recording(x))
    assert any(b.reason in REASONS and b.channel == CAP_32[5] for b in found.bad)


def test_real_eeg_with_strong_alpha_keeps_its_samples(shared_data):
    """A minute with closed eyes and alpha of 50 µV loses less than one part in a hundred."""
    from eutonia.read import read

    (one,) = read(shared_data / "eeg-physionet-eegmmi" / "S001R02.edf")
    found = inspect(one)
    seconds = sum(b.stop_s - b.start_s for b in found.bad if b.reason in REASONS)
    assert seconds / (len(found.channels) * found.duration_s) < 0.01
    assert not [c.name for c in found.channels if {"loose", "bridged"} & set(c.flags)]


@pytest.mark.parametrize("rate_hz", [92.893, 100.0, 125.5, 159.999, 250.37, 511.0, 1000.4])
def test_any_rate_and_length_can_be_looked_at(rate_hz):
    """Pieces whose edges fall between samples do not reach beyond the recording."""
    rng = np.random.default_rng(7)
    for seconds in (3.0, 7.31, 20.013):
        x = 10 * rng.standard_normal((3, round(seconds * rate_hz)))
        made = recording(x, sites=("Fp1", "Cz", "O2"), rate=rate_hz)
        found = without_artefacts(made)
        assert all(0 <= b.start_s < b.stop_s <= made.duration_s + 1e-9 for b in found.bad)
