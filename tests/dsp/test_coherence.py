"""Coherence against its published limit, SciPy and mne-connectivity."""

import numpy as np
import pytest

from eutonia.dsp import coherence as coh
from eutonia.dsp.spectrum import segment_transforms

T03 = {100: 0.029807, 30: 0.098145, 50: 0.059306, 200: 0.014941}


@pytest.mark.parametrize(("segments", "expected"), T03.items())
def test_limit_equals_published_values(segments, expected):
    """Vector T03: the 95 % limit for L segments."""
    assert float(coh.limit(segments)) == pytest.approx(expected, abs=5e-7)


def test_limit_is_undefined_below_two_segments():
    """One segment always has coherence 1, so it has no limit."""
    assert np.isnan(coh.limit(1))


def _coherence(x, y, length):
    first = np.arange(0, x.shape[-1] - length + 1, length)
    bins = np.arange(length // 2 + 1)
    both = segment_transforms(np.stack([x, y]), first, length=length, bins=bins)
    good = np.ones((1, len(first)), dtype=bool)
    total, count = coh.pair_sums(
        both[:1], both[1:], good=good, group=np.zeros(len(first), dtype=int)
    )
    assert count.sum() == len(first)
    return coh.coherence(total.sum(axis=0))[0]


def test_share_above_the_limit_is_five_per_cent_for_independent_noise():
    """Vector T04: 5 % of bins pass the limit, here over 200 runs of 100 segments."""
    rng = np.random.default_rng(11)
    above = []
    for _ in range(200):
        x, y = rng.standard_normal((2, 100 * 64))
        above.append(_coherence(x, y, 64)[1:-1] > coh.limit(100))
    share = np.mean(above)
    # 200 x 31 bins, correlated between neighbours by the window: about 3500 free ones.
    assert share == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 3500))


def test_largest_of_several_bins_passes_its_limit_as_rarely():
    """With the limit for the largest of ten bins, a band is above it in about 5 % of runs."""
    rng = np.random.default_rng(12)
    runs = [_coherence(*rng.standard_normal((2, 60 * 64)), 64)[1:30:3].max() for _ in range(600)]
    share = np.mean(runs > coh.limit(60, n_bins=10))
    assert share == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 600))


def test_coherence_equals_scipy():
    """Disjoint Hann segments give SciPy's coherence to rounding."""
    from scipy.signal import coherence

    rng = np.random.default_rng(5)
    x = rng.standard_normal(20_000)
    y = 0.5 * x + rng.standard_normal(20_000)
    _, expected = coherence(x, y, fs=1000, nperseg=500, noverlap=0, detrend="constant")
    np.testing.assert_allclose(_coherence(x, y, 500), expected, rtol=1e-9)


def test_coherence_equals_mne_connectivity():
    """Magnitude-squared coherence is the square of mne-connectivity's, given the same segments."""
    from mne_connectivity import spectral_connectivity_epochs

    rng = np.random.default_rng(6)
    x = rng.standard_normal(50 * 500)
    y = np.roll(x, 3) + rng.standard_normal(50 * 500)
    epochs = np.stack([x, y]).reshape(2, 50, 500).swapaxes(0, 1)
    epochs = epochs - epochs.mean(axis=-1, keepdims=True)
    found = spectral_connectivity_epochs(
        epochs, method="coh", mode="fourier", sfreq=500, fmin=2, fmax=100, verbose="error"
    )
    expected = found.get_data("dense")[1, 0] ** 2
    window = np.hanning(500)  # mne-connectivity's window is the symmetric one
    spectra = np.fft.rfft(epochs * window, axis=-1)[..., 2:101]
    total, _ = coh.pair_sums(
        spectra[:, 0][None],
        spectra[:, 1][None],
        good=np.ones((1, 50), dtype=bool),
        group=np.zeros(50, dtype=int),
    )
    np.testing.assert_allclose(coh.coherence(total.sum(axis=0))[0], expected, rtol=1e-9)


def test_removing_the_bias_leaves_the_mean_right():
    """Over many runs the corrected coherence has the true mean, with and without coupling."""
    rng = np.random.default_rng(7)
    for gain in (0.0, 0.7):
        true = gain**2 / (1 + gain**2)
        runs = []
        for _ in range(400):
            x = rng.standard_normal(60 * 32)
            y = gain * x + rng.standard_normal(60 * 32)
            runs.append(coh.unbiased(_coherence(x, y, 32)[4:12:3], np.array(60.0)).mean())
        assert np.mean(runs) == pytest.approx(true, abs=5 * np.std(runs) / 20)


def test_unusable_segments_do_not_count():
    """A pair's unusable segments change neither its sums nor its count."""
    rng = np.random.default_rng(8)
    x, y = rng.standard_normal((2, 1, 6, 4)) + 1j * rng.standard_normal((2, 1, 6, 4))
    good = np.array([[True, True, False, True, True, True]])
    total, count = coh.pair_sums(x, y, good=good, group=np.array([0, 0, 0, 1, 1, 1]))
    keep = good[0]
    alone, _ = coh.pair_sums(
        x[:, keep], y[:, keep], good=good[:, keep], group=np.array([0, 0, 1, 1, 1])
    )
    np.testing.assert_allclose(total, alone)
    np.testing.assert_array_equal(count[:, 0], [2, 3])
