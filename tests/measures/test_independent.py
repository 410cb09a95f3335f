"""Agreement of whole measures with SciPy and MNE on the same signals."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.run import run_measure, visit_spans


def _values(name, visit):
    outcome = run_measure(entry(name), visit, visit_spans(visit))
    return {e.part: e.value for e in outcome.estimates}


def _rectified(x, rate_hz):
    from scipy.signal import butter, sosfiltfilt

    band = butter(4, (20, 450), btype="bandpass", fs=rate_hz, output="sos")
    return np.abs(sosfiltfilt(band, x, axis=-1))


def _unbiased(value, n):
    return value - (1 - value) ** 2 / n


def test_intermuscular_coherence_equals_scipy():
    """The band's mean equals that of SciPy's coherence of the same rectified signals."""
    from scipy.signal import coherence

    visit, _ = entry("imc").example(0)
    x = _rectified(visit.recordings[0].signal.read(), 1000.0)
    freq, found = coherence(*x, fs=1000, nperseg=1000, noverlap=0, detrend="constant")
    n = x.shape[1] // 1000
    values = _values("imc", visit)
    for part, (lo, hi) in {"4_7": (4, 7), "4_12": (4, 12), "15_30": (15, 30)}.items():
        inside = (freq >= lo) & (freq <= hi)
        # The padding at the ends of the filter differs by a few samples.
        assert values[part] == pytest.approx(_unbiased(found[inside], n).mean(), abs=2e-4)


def test_corticomuscular_coherence_equals_scipy():
    """The same from SciPy's transforms, each signal at its own rate from the common start."""
    from scipy.signal import stft

    visit, _ = entry("cmc").example(0)
    eeg, emg = visit.recordings

    def transforms(x, rate):
        freq, _, z = stft(
            x,
            fs=rate,
            nperseg=round(rate),
            noverlap=0,
            detrend="constant",
            boundary=None,
            padded=False,
        )
        return z[(freq >= 15) & (freq <= 30)]

    a = transforms(eeg.signal.read()[0], 500.0)
    b = transforms(_rectified(emg.signal.read()[0], 1000.0)[2000:], 1000.0)
    n = min(a.shape[1], b.shape[1])
    a, b = a[:, :n], b[:, :n]
    cross = np.abs((a * b.conj()).sum(axis=1)) ** 2
    found = cross / (np.abs(a) ** 2).sum(axis=1) / (np.abs(b) ** 2).sum(axis=1)
    expected = _unbiased(found, n).mean()
    assert _values("cmc", visit)["beta"] == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("name", ["emg.cci_fw", "emg.cci_rudolph"])
def test_co_contraction_equals_the_formula_on_scipys_filters(name):
    """SciPy's filters, the best half second by brute force, and the formula give the index."""
    from scipy.signal import butter, sosfiltfilt

    visit, _ = entry(name).example(0)
    low = butter(4, 6, fs=1000, output="sos")
    task, most = (
        np.maximum(sosfiltfilt(low, _rectified(r.signal.read(), 1000.0), axis=-1), 0)
        for r in visit.recordings
    )
    windows = [most[:, i : i + 500].mean(axis=1) for i in range(most.shape[1] - 499)]
    one, other = task / np.max(windows, axis=0)[:, None]
    if name == "emg.cci_fw":
        expected = 200 * np.minimum(one, other).sum() / (one + other).sum()
    else:
        lower, higher = np.minimum(one, other), np.maximum(one, other)
        keep = higher >= 0.02
        expected = (lower / higher * (lower + higher))[keep].mean()
    assert _values(name, visit)[""] == pytest.approx(expected, rel=1e-3)


def test_desynchronisation_equals_mne():
    """Band power before and after each movement from MNE's spectra gives the same percentages."""
    from mne.time_frequency import psd_array_welch

    from eutonia.measures.eeg.erd import BANDS

    visit, _ = entry("erd").example(0)
    (recording,) = visit.recordings
    x, rate = recording.signal.read()[0], 250
    power = {}
    for name, start_s in (("reference", -3.5), ("movement", 0.0)):
        first = np.round((recording.events.onset_s + start_s + 0.5) * rate).astype(int) - rate // 2
        epochs = np.stack([x[f : f + rate] for f in first])
        psd, freq = psd_array_welch(epochs, rate, n_fft=rate, window="hann", verbose="error")
        power[name] = {b: psd[:, (freq >= lo) & (freq < hi)].sum() for b, (lo, hi) in BANDS.items()}
    values = _values("erd", visit)
    for band in BANDS:
        expected = 100 * (power["movement"][band] / power["reference"][band] - 1)
        assert values[band] == pytest.approx(expected, rel=1e-6)
