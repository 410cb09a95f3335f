"""Desynchronisation with movement: parts, maps, muscle, and agreement with MNE."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.eeg import erd
from eutonia.model import Block, Condition, Events, Inputs
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import eeg
from eutonia.simulate.visit import eeg_channel, recording, visit

RATE_HZ = 128


def _events(onset_s):
    n = len(onset_s)
    return Events(onset_s=onset_s, duration_s=np.ones(n), name=("movement",) * n)


def _noise(rng, n_channels, trials):
    """Draw an aperiodic background with an alpha rhythm, and movements that change nothing."""
    n = round((trials * 8 + 8) * RATE_HZ)
    onset = 6 + 8.0 * np.arange(trials) + rng.uniform(-0.5, 0.5, trials)
    x = eeg.aperiodic(rng, n_channels, n, rate_hz=RATE_HZ, exponent=1.2, level_uv=5.0)
    for row in range(n_channels):
        x[row] += eeg.oscillation(
            rng, n, rate_hz=RATE_HZ, centre_hz=10.0, width_hz=0.7, rms_uv=10.0
        )
    return x, onset


def _measured(x, onset_s, rate_hz=RATE_HZ):
    block = Block(x=x, mask=np.ones(x.shape, dtype=bool), rate_hz=rate_hz, events=_events(onset_s))
    return erd.measure(Inputs(blocks={"eeg": (block,)}, targets=np.arange(len(x))[:, None]))


def _estimates(x, onset_s, rate_hz=RATE_HZ, name="C3", clock=None):
    made = recording(
        np.atleast_2d(x),
        (eeg_channel(name),),
        rate_hz=rate_hz,
        condition=Condition.of(task="movement"),
        events=_events(onset_s),
        clock=clock,
    )
    return run_measure(entry("erd"), v := visit(made), visit_spans(v))


@pytest.mark.parametrize("trials", [8, 40])
def test_maps_of_noise_are_empty_but_for_one_in_twenty(trials):
    """Without any change at most 5 % of the maps have a marked point (120 maps each)."""
    marked = []
    for seed in range(15):
        x, onset = _noise(np.random.default_rng(20_000 + seed), 8, trials)
        marked += list(_measured(x, onset).evidence["tf_significant"].any(axis=(1, 2)))
    assert len(marked) == 120
    assert np.mean(marked) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 120)


def test_a_map_marks_the_change_and_its_sign():
    """A rhythm at 20 Hz that halves is marked there, as less power, and hardly anywhere else."""
    rng = np.random.default_rng(4)
    x, onset = _noise(rng, 1, 80)
    n = x.shape[1]
    near = eeg.within(n, onset - 1.5, onset + 2.0, rate_hz=RATE_HZ)
    beta = eeg.oscillation(rng, n, rate_hz=RATE_HZ, centre_hz=20.0, width_hz=1.5, rms_uv=8.0)
    found = _measured(x + np.where(near, 0.5, 1) * beta, onset).evidence
    hz, t = found["tf_hz"], found["tf_s"]
    assert hz[0] == 4
    assert hz[-1] == 45
    assert found["tf"].shape == found["tf_significant"].shape == (1, len(hz), len(t))
    inside = np.ix_((hz >= 19) & (hz <= 21), (t >= -0.75) & (t <= 1.25))
    assert found["tf_significant"][0][inside].all()
    assert (found["tf"][0][inside] < 0).all()
    far = np.ix_((hz < 12) | (hz > 30), t >= -2)
    assert found["tf_significant"][0][far].mean() < 0.02
    assert not found["tf_significant"][0][:, t < -2].any()


def test_the_map_equals_mnes_short_time_spectra():
    """Every point is the change of the mean power of MNE's spectrum of the same Hann window."""
    from mne.time_frequency import psd_array_welch

    rng = np.random.default_rng(5)
    x, onset = _noise(rng, 1, 12)
    found = _measured(x, onset).evidence

    def power(at_s):
        first = np.round((onset + at_s) * RATE_HZ).astype(int) - RATE_HZ // 2
        epochs = np.stack([x[0, f : f + RATE_HZ] for f in first])
        psd, hz = psd_array_welch(epochs, RATE_HZ, n_fft=RATE_HZ, window="hann", verbose="error")
        return psd[:, (hz >= 4) & (hz <= 45)].mean(axis=0)

    before = power(-3.0)
    for at_s in (-1.0, 0.5, 2.5):
        column = found["tf"][0][:, np.isclose(found["tf_s"], at_s)][:, 0]
        # Kept in single precision.
        np.testing.assert_allclose(column, 100 * (power(at_s) / before - 1), rtol=1e-4, atol=1e-3)


def test_marked_points_agree_with_mnes_permutations():
    """MNE's cluster permutation of the log ratios finds the same change of the mu rhythm."""
    from mne.stats import permutation_cluster_1samp_test
    from mne.time_frequency import psd_array_welch

    made, _ = entry("erd").example(6)
    (source,) = made.recordings
    x, rate, onset = source.signal.read(), 250, source.events.onset_s
    found = _measured(x, onset, rate).evidence
    times = np.arange(-2.0, 3.01, 0.25)
    maps = []
    for at_s in (-3.0, *times):
        first = np.round((onset + at_s) * rate).astype(int) - rate // 2
        epochs = np.stack([x[0, f : f + rate] for f in first])
        psd, hz = psd_array_welch(epochs, rate, n_fft=rate, window="hann", verbose="error")
        kernel = np.ones(3) / 3
        smooth = np.apply_along_axis(
            np.convolve, 1, psd[:, (hz >= 3) & (hz <= 46)], kernel, "valid"
        )
        maps.append(np.log(smooth))
    ratio = np.stack(maps[1:], axis=-1) - maps[0][..., None]
    _, clusters, p, _ = permutation_cluster_1samp_test(
        ratio, n_permutations=200, seed=1, out_type="mask", verbose="error"
    )
    theirs = np.any([c for c, q in zip(clusters, p, strict=True) if q < 0.05], axis=0)
    at = [int(np.flatnonzero(np.isclose(found["tf_s"], t))[0]) for t in times]
    ours = found["tf_significant"][0][:, at]
    mu = slice(4, 10)  # 8 to 13 Hz
    both = (theirs[mu] & ours[mu]).sum()
    assert both > 0.8 * ours[mu].sum()
    assert both > 0.6 * theirs[mu].sum()


def test_the_halves_of_beta_are_told_apart():
    """A rhythm at 16 Hz that halves lowers low beta and leaves high beta alone."""
    rng = np.random.default_rng(7)
    x, onset = _noise(rng, 1, 60)
    n = x.shape[1]
    near = eeg.within(n, onset - 1.5, onset + 2.0, rate_hz=RATE_HZ)
    beta = eeg.oscillation(rng, n, rate_hz=RATE_HZ, centre_hz=16.0, width_hz=0.8, rms_uv=6.0)
    found = {e.part: e for e in _estimates(x + np.where(near, 0.5, 1) * beta, onset).estimates}
    assert found["beta_low"].interval.hi < -40
    assert found["beta_high"].interval.lo < 0 < found["beta_high"].interval.hi
    assert found["beta_low"].value < found["beta"].value < found["beta_high"].value


def test_muscle_during_movement_makes_beta_not_measurable():
    """Broadband activity in the second of movement costs beta, not mu, and the sentence says so."""
    rng = np.random.default_rng(8)
    x, onset = _noise(rng, 1, 40)
    near = eeg.within(x.shape[1], onset, onset + 1.5, rate_hz=RATE_HZ)
    x += 15 * near * rng.standard_normal(x.shape)
    outcome = _estimates(x, onset)
    assert [e.part for e in outcome.estimates] == ["mu"]
    (missing,) = outcome.not_measurable
    assert missing.reason.startswith("beta, beta-low, beta-high: ")
    assert "muscle" in missing.reason


def test_a_clock_that_runs_fast_changes_no_band():
    """With a rate some ppm off the same bins make the bands, so that the values stay."""
    from eutonia.model import Clock

    x, onset = _noise(np.random.default_rng(9), 1, 20)
    one = _estimates(x, onset, clock=Clock(id="a"))
    other = _estimates(x, onset, clock=Clock(id="a", drift_ppm=60.0))
    for a, b in zip(one.estimates, other.estimates, strict=True):
        # Onsets move by up to a sample.
        assert b.value == pytest.approx(a.value, abs=3)


def test_missing_trials_are_counted():
    """Trials with bad samples are left out and the number that is left is said."""
    from eutonia.model import BadSpan

    x, onset = _noise(np.random.default_rng(10), 1, 12)
    made = recording(
        x,
        (eeg_channel("C3"),),
        rate_hz=RATE_HZ,
        condition=Condition.of(task="movement"),
        events=_events(onset),
    )
    bad = tuple(BadSpan(start_s=t + 0.2, stop_s=t + 0.4, reason="artefact") for t in onset[:3])
    made = replace(made, bad=bad)
    outcome = run_measure(entry("erd"), v := visit(made), visit_spans(v))
    assert dict(outcome.estimates[0].details)["trials"] == 9
    assert "fewer than 40 trials" in outcome.estimates[0].notes


def test_maps_of_a_large_montage_are_quick_and_small():
    """64 channels and 60 trials take seconds, and the maps a few megabytes."""
    import time

    rng = np.random.default_rng(11)
    onset = 6 + 8.0 * np.arange(60)
    x = rng.standard_normal((64, 488 * 500)).cumsum(axis=1)
    began = time.process_time()
    found = _measured(x, onset, 500).evidence
    assert time.process_time() - began < 10  # about 1.3 s on an idle machine
    assert found["tf"].nbytes + found["tf_significant"].nbytes < 4e6


def test_nothing_is_marked_in_a_resting_eeg_with_invented_movements(shared_data):
    """Around random times of a healthy person's rest about one map in twenty has a marked point."""
    # No recording with movements of known onset was at hand: this is the negative control only.
    from eutonia.read import read

    (path,) = (shared_data / "eeg-physionet-eegmmi").rglob("*.edf")
    (source,) = read(path)
    x, share = source.signal.read(), []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        onset = 5 + rng.uniform(0, 1) + 5.9 * np.arange(9)
        found = _measured(x, onset[onset < 56.5], source.rate_hz)
        share.append(found.evidence["tf_significant"].any(axis=(1, 2)).mean())
        assert (found.n_effective >= 8).all()
    # The channels of one head are not independent, so that single draws vary.
    assert np.mean(share) < 0.08
