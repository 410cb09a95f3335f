"""Agreement of the resting EEG measures with MNE, mne-connectivity and specparam."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.eeg import connectivity
from eutonia.measures.eeg_spectrum import BANDS, SPLIT_BANDS
from eutonia.run import run_measure, visit_spans


def _outcome(name, visit):
    return run_measure(entry(name), visit, visit_spans(visit))


def _mne_power(x, rate):
    """Return band power from MNE's Welch spectrum, integrated by SciPy's trapezoids."""
    from mne.time_frequency import psd_array_welch
    from scipy.integrate import trapezoid

    n = round(4 * rate)
    psd, freq = psd_array_welch(
        x, rate, fmin=0, fmax=60, n_fft=n, n_overlap=n // 2, window="hann", verbose="error"
    )
    inside = {b: (freq >= lo) & (freq <= hi) for b, (lo, hi) in SPLIT_BANDS.items()}
    return {b: trapezoid(psd[..., i], freq[i], axis=-1) for b, i in inside.items()}


@pytest.mark.parametrize("name", ["eeg.power", "eeg.relpow", "eeg.asymmetry"])
def test_power_equals_mne(name):
    """Absolute and relative power and the asymmetry equal MNE's spectrum to 1e-9."""
    visit, _ = entry(name).example(0)
    x = visit.recordings[0].signal.read()
    power = _mne_power(x, 250)
    total = sum(power[b][0] for b in BANDS)
    for e in _outcome(name, visit).estimates:
        expected = {
            "eeg.power": power[e.part][0],
            "eeg.relpow": 100 * power[e.part][0] / total,
            "eeg.asymmetry": np.log(power[e.part][-1] / power[e.part][0]),
        }[name]
        assert e.value == pytest.approx(expected, rel=1e-9)


def test_exponent_and_peak_agree_with_specparam():
    """On the example the exponent agrees to 0.05 and the peak to 0.15 Hz and 1 dB."""
    from mne.time_frequency import psd_array_welch
    from specparam import SpectralModel

    for seed in range(3):
        visit, _ = entry("eeg.aperiodic").example(seed)
        x = visit.recordings[0].signal.read()[0]
        psd, freq = psd_array_welch(x, 250, n_fft=1000, n_overlap=500, window="hann", verbose=0)
        model = SpectralModel(peak_width_limits=(1, 8), max_n_peaks=1, verbose=False)
        model.fit(freq, psd, (2, 40))
        offset, exponent = model.get_params("aperiodic")
        centre, height, _ = np.atleast_2d(model.get_params("peak"))[0]
        found = {e.part: e.value for e in _outcome("eeg.aperiodic", visit).estimates}
        peak = {e.part: e.value for e in _outcome("eeg.alpha_peak", visit).estimates}
        assert found["exponent"] == pytest.approx(exponent, abs=0.05)
        assert found["offset"] == pytest.approx(offset, abs=0.08)
        assert peak["frequency"] == pytest.approx(centre, abs=0.15)
        assert peak["height"] == pytest.approx(10 * height, abs=1.0)


def _by_scipy(x, rate):
    """Return frequencies and the complex spectra of SciPy's short-time transform."""
    from scipy.signal import stft

    n = round(2 * rate)
    freq, _, z = stft(
        x, fs=rate, nperseg=n, noverlap=n // 2, detrend="constant", boundary=None, padded=False
    )
    inside = (freq >= 1) & (freq <= 45)
    return freq[inside], z[:, inside]


def test_connectivity_equals_scipy():
    """Coherency and the phase lag index equal the formulas on SciPy's transforms to 1e-9."""
    visit, _ = entry("eeg.connectivity").example(0)
    freq, (a, b) = _by_scipy(visit.recordings[0].signal.read(), 128)
    s = a * b.conj()
    n = s.shape[1] / (1 + 2 / 36)
    power = (abs(a) ** 2).sum(1) * (abs(b) ** 2).sum(1)
    squared = abs(s.sum(1)) ** 2 / power
    imag = s.imag
    kinds = {
        "coh": squared - (1 - squared) ** 2 / n,
        "imcoh": imag.sum(1) / np.sqrt(power),
        "wpli": (imag.sum(1) ** 2 - (imag**2).sum(1)) / (abs(imag).sum(1) ** 2 - (imag**2).sum(1)),
    }
    for e in _outcome("eeg.connectivity", visit).estimates:
        kind, band = e.part.split("_")
        lo, hi = BANDS[band]
        expected = kinds[kind][(freq >= lo) & (freq <= hi)].mean()
        assert e.value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "name"),
    [("coh", "coh_{}.plain"), ("imcoh", "imcoh_{}"), ("wpli", "wpli_{}.plain")],
)
def test_plain_connectivity_equals_mne_connectivity(method, name):
    """Coherence, imaginary coherency and the plain index equal mne-connectivity's by band."""
    # Its Fourier mode uses the symmetric Hann window: equal to the third digit.
    from mne_connectivity import spectral_connectivity_epochs

    visit, _ = entry("eeg.connectivity").example(1)
    x = visit.recordings[0].signal.read()
    n = 256
    first = np.arange(0, x.shape[1] - n + 1, n // 2)
    found = spectral_connectivity_epochs(
        np.stack([x[:, f : f + n] for f in first]),
        method=method,
        indices=(np.array([0]), np.array([1])),
        sfreq=128,
        mode="fourier",
        fmin=[lo - 1e-3 for lo, _ in BANDS.values()],
        fmax=[hi + 1e-3 for _, hi in BANDS.values()],
        faverage=True,
        verbose="error",
    ).get_data()[0]
    estimates = {e.part: e for e in _outcome("eeg.connectivity", visit).estimates}
    for band, expected in zip(BANDS, found, strict=True):
        part, _, plain = name.format(band).partition(".")
        e = estimates[part]
        value = dict(e.details)["plain"] if plain else e.value
        assert value == pytest.approx(expected, abs=3e-3)


def test_the_debiased_index_equals_mne_connectivity():
    """The square without bias equals mne-connectivity's wpli2_debiased, band by band."""
    from mne_connectivity import spectral_connectivity_epochs

    visit, _ = entry("eeg.connectivity").example(2)
    x = visit.recordings[0].signal.read()
    first = np.arange(0, x.shape[1] - 255, 128)
    found = spectral_connectivity_epochs(
        np.stack([x[:, f : f + 256] for f in first]),
        method="wpli2_debiased",
        indices=(np.array([0]), np.array([1])),
        sfreq=128,
        mode="fourier",
        fmin=[lo - 1e-3 for lo, _ in BANDS.values()],
        fmax=[hi + 1e-3 for _, hi in BANDS.values()],
        faverage=True,
        verbose="error",
    ).get_data()[0]
    values = {e.part: e.value for e in _outcome("eeg.connectivity", visit).estimates}
    for band, expected in zip(BANDS, found, strict=True):
        assert values[f"wpli_{band}"] == pytest.approx(expected, abs=3e-3)


@pytest.mark.parametrize("coherency", [0.3j, 0.5 + 0.2j, -0.6 + 0.5j, 0.05j, 0.9 + 0.1j])
def test_the_closed_form_of_the_phase_lag_index_holds(coherency):
    """Two million draws of complex Gaussians give the index that the formula states."""
    rng = np.random.default_rng(0)
    n = 2_000_000
    x, own = (rng.standard_normal((2, n)) + 1j * rng.standard_normal((2, n))) / np.sqrt(2)
    y = np.conj(coherency) * x + np.sqrt(1 - abs(coherency) ** 2) * own
    imag = (x * y.conj()).imag
    drawn = abs(imag.mean()) / abs(imag).mean()
    assert connectivity.lag_index(np.array([coherency]))[0] == pytest.approx(drawn, abs=3e-3)


def test_the_matrix_equals_the_numbers():
    """The map of all electrodes holds the plain numbers of each pair."""
    visit, _ = entry("eeg.connectivity").example(3)
    outcome = _outcome("eeg.connectivity", visit)
    (evidence,) = outcome.evidence.values()
    assert evidence["matrix"].shape == (15, 2, 2)
    assert list(evidence["electrodes"]) == ["F3", "P3"]
    maps = dict(zip(evidence["maps"], evidence["matrix"][:, 0, 1], strict=True))
    for e in outcome.estimates:
        plain = e.value if e.part.startswith("imcoh") else dict(e.details)["plain"]
        assert maps[e.part] == pytest.approx(plain, rel=1e-9)
