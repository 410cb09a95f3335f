"""Behaviour on real recordings, and agreement with independent tools there."""

import numpy as np
import pytest

from eutonia.dsp.spectrum import frequencies, power_density
from eutonia.measures import entry
from eutonia.quality import inspect
from eutonia.read import read, read_visit
from eutonia.run import run_measure, visit_spans


def _outcome(name, visit):
    return run_measure(entry(name), visit, visit_spans(visit))


@pytest.fixture(scope="module")
def visit(samples):
    return read_visit(samples)


def test_bursts_are_the_nine_contractions(visit):
    """The nine contractions of the biceps are found where an independent envelope puts them."""
    outcome = _outcome("emg.burst", visit)
    (evidence,) = outcome.evidence.values()
    onsets = evidence["onset_s"]
    # Onsets stated with the recording, from a 3 Hz envelope: good to some tenths of a second.
    known = np.array([1.6, 4.8, 8.4, 11.8, 14.8, 17.4, 20.4, 23.4, 26.8])
    nearest = np.abs(onsets[:, None] - known).min(axis=0)
    assert nearest.max() < 0.6
    long = evidence["offset_s"] - onsets > 0.5
    assert long.sum() == 9


def test_relative_alpha_is_the_stated_one(samples):
    """Alpha (8-13 Hz of 2-40 Hz, Welch of 4 s) of O1, Oz and O2 is as stated with the recording."""
    path = next(samples.rglob("*_eeg.edf"))
    (recording,) = read(path)
    names = [c.site for c in recording.channels]
    rows = tuple(names.index(n) for n in ("O1", "Oz", "O2"))
    x = recording.signal.read(channels=rows)
    rate = recording.rate_hz
    density, _ = power_density(
        x,
        np.ones(x.shape, dtype=bool),
        rate_hz=rate,
        length=round(4 * rate),
        step=round(2 * rate),
        group_s=100,
    )
    freq = frequencies(round(4 * rate), rate)
    power = density.sum(axis=0)
    share = power[:, (freq >= 8) & (freq <= 13)].sum(axis=1)
    share /= power[:, (freq >= 2) & (freq <= 40)].sum(axis=1)
    np.testing.assert_allclose(share, [0.734, 0.701, 0.703], atol=0.01)
    assert freq[power[0].argmax()] == pytest.approx(10.0, abs=0.25)


def test_relative_power_equals_mne(samples, visit):
    """The shares equal those of MNE's spectrum integrated over the same bands."""
    from mne.io import read_raw_edf

    from eutonia.measures.eeg_spectrum import BANDS, SPLIT_BANDS

    raw = read_raw_edf(next(samples.rglob("*_eeg.edf")), preload=True, verbose="error")
    psd = raw.compute_psd(
        method="welch", n_fft=640, n_overlap=320, window="hann", fmax=79, verbose="error"
    )
    values, freq = psd.get_data(return_freqs=True)
    power = {}
    for band, (lo, hi) in SPLIT_BANDS.items():
        inside = (freq >= lo) & (freq <= hi)
        power[band] = np.trapezoid(values[:, inside], freq[inside], axis=1)
    total = sum(power[band] for band in BANDS)
    outcome = _outcome("eeg.relpow", visit)
    channels = dict(zip(raw.ch_names, range(len(raw.ch_names)), strict=True))
    assert len(outcome.estimates) > 300
    for e in outcome.estimates:
        row = channels[e.target.channels[0]]
        assert e.value == pytest.approx(100 * power[e.part][row] / total[row], rel=1e-6)


def test_alpha_is_strongest_at_the_back_with_closed_eyes(visit):
    """With eyes closed, relative alpha is larger over the occiput than over the front."""
    alpha = {
        e.target.label: e.value
        for e in _outcome("eeg.relpow", visit).estimates
        if e.part == "alpha"
    }
    assert min(alpha[s] for s in ("O1", "Oz", "O2")) > max(alpha[s] for s in ("Fp1", "Fp2", "AF7"))


def test_muscle_over_the_temples_makes_beta_not_measurable(visit):
    """Temporal electrodes over the jaw muscles lose beta and gamma, the vertex does not."""
    missing = {n.target for n in _outcome("eeg.relpow", visit).not_measurable}
    assert {"T7", "T8"} <= missing
    assert "Cz" not in missing


def test_rms_equals_the_formula_on_the_file(samples, visit):
    """The amplitude equals NumPy's on SciPy's filter, and lies in the range of a biceps."""
    from scipy.signal import butter, sosfiltfilt

    (recording,) = read(next(samples.rglob("*_emg.edf")))
    x = recording.signal.read()[0]
    line = inspect(recording).line_hz
    assert line in (None, 50.0)
    band = butter(4, (20, 450), btype="bandpass", fs=recording.rate_hz, output="sos")
    expected = np.sqrt(np.mean(sosfiltfilt(band, x) ** 2))
    (estimate,) = _outcome("emg.rms", visit).estimates
    # The mains notch, where it is known, takes a little out of the muscle's band too.
    assert estimate.value == pytest.approx(expected, rel=0.03)
    assert 10 < estimate.value < 1000


def test_an_envelope_is_refused(shared_data):
    """The forearm recording is rectified already: nothing is computed from it as if it were raw."""
    from dataclasses import replace

    from scipy.io import loadmat

    from eutonia.model import Condition
    from eutonia.simulate.visit import emg_channel, recording
    from eutonia.simulate.visit import visit as visit_of

    path = shared_data / "emg-forearm-unibo" / "user_6_day_1_posture_1.mat"
    arrays = [v for v in loadmat(path).values() if getattr(v, "ndim", 0) == 2 and v.size > 10_000]
    data = max(arrays, key=lambda a: a.size)
    data = np.asarray(data.T if data.shape[0] > data.shape[1] else data, dtype=np.float64)[:4]
    muscles = ("extensor_carpi_ulnaris", "extensor_digitorum", "flexor_carpi_radialis")
    channels = tuple(emg_channel(m, "right") for m in (*muscles, "flexor_carpi_ulnaris"))
    made = recording(data, channels, rate_hz=500.0, condition=Condition.of(task="grasping"))
    seen = inspect(replace(made, simulated=False))
    outcome = _outcome("emg.rms", visit_of(seen))
    assert outcome.estimates == ()
    assert any("envelope" in n.reason for n in outcome.not_measurable)
