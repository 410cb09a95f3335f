"""Coherence against its published limit, SciPy and mne-connectivity."""

import numpy as np
import pytest

from eutonia.dsp import coherence as coh
from eutonia.dsp.spectrum import segment_transforms

ONE_PAIR = np.array([[0, 1]])
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
    good = np.ones((2, len(first)), dtype=bool)
    total, count = coh.pair_sums(
        both, both, ONE_PAIR, good=(good, good), group=np.zeros(len(first), dtype=int)
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
    spectra = spectra.swapaxes(0, 1)
    good = np.ones((2, 50), dtype=bool)
    total, _ = coh.pair_sums(
        spectra, spectra, ONE_PAIR, good=(good, good), group=np.zeros(50, dtype=int)
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


def _transforms(seed, *shape):
    real, imag = np.random.default_rng(seed).standard_normal((2, *shape))
    return real + 1j * imag


def test_unusable_segments_do_not_count():
    """A pair's unusable segments change neither its sums nor its count."""
    x = _transforms(8, 2, 6, 4)
    good = np.ones((2, 6), dtype=bool)
    good[0, 2] = False
    group = np.array([0, 0, 0, 1, 1, 1])
    total, count = coh.pair_sums(x, x, ONE_PAIR, good=(good, good), group=group)
    keep, usable = good[0], np.ones((2, 5), dtype=bool)
    some = x[:, keep]
    alone, _ = coh.pair_sums(some, some, ONE_PAIR, good=(usable, usable), group=group[keep])
    np.testing.assert_allclose(total, alone, rtol=1e-12)
    np.testing.assert_array_equal(count[:, 0], [2, 3])


def test_sums_equal_the_definition_pair_by_pair():
    """Every pair of two sets of channels, each with its own bad segments, by the plain formula."""
    x, y = _transforms(1, 3, 20, 5), _transforms(2, 4, 20, 5)
    rng = np.random.default_rng(3)
    good = rng.random((3, 20)) > 0.2, rng.random((4, 20)) > 0.2
    pairs = np.array([(a, b) for a in range(3) for b in range(4)])
    group = np.repeat([0, 1, 2], [7, 7, 6])
    total, count = coh.pair_sums(x, y, pairs, good=good, group=group)
    for place, (a, b) in enumerate(pairs):
        for g in range(3):
            keep = (group == g) & good[0][a] & good[1][b]
            one, other = x[a, keep], y[b, keep]
            cross = (one * other.conj()).sum(axis=0)
            powers = (np.abs(one) ** 2).sum(axis=0), (np.abs(other) ** 2).sum(axis=0)
            expected = np.concatenate([cross.real, cross.imag, *powers])
            np.testing.assert_allclose(total[g, place], expected, rtol=1e-12, atol=1e-12)
            assert count[g, place] == keep.sum()


def _with_coherence(rng, c, n_segments, *shape):
    """Draw estimates of coherence `c` from independent segments, ``shape``."""
    noise = rng.standard_normal((2, 2, *shape, n_segments))
    common, own = noise[0] + 1j * noise[1]
    x, y = common, np.sqrt(c) * common + np.sqrt(1 - c) * own
    cross = np.abs((x * y.conj()).sum(axis=-1)) ** 2
    return cross / (np.abs(x) ** 2).sum(axis=-1) / (np.abs(y) ** 2).sum(axis=-1)


@pytest.mark.parametrize("c", [0.1, 0.3, 0.6, 0.8])
@pytest.mark.parametrize("segments", [(60, 60), (60, 120, 240)])
def test_equal_coherences_differ_in_five_per_cent(c, segments):
    """Under equal coherence the chi-squared test calls 5 % different, also for unequal lengths."""
    rng, runs = np.random.default_rng(21), 4000
    value = np.stack([_with_coherence(rng, c, n, runs) for n in segments])
    p = coh.difference(value, np.array(segments, dtype=float)[:, None]).p
    # Four Monte Carlo errors, and half a per cent for the approximation at 60 segments.
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.005 + 4 * np.sqrt(0.05 * 0.95 / runs))


def test_without_coherence_hardly_anything_differs():
    """At zero coherence the test is conservative, as its description says."""
    value = _with_coherence(np.random.default_rng(22), 0.0, 60, 2, 4000)
    assert np.mean(coh.difference(value, np.array([[60.0], [60.0]])).p < 0.05) < 0.02


def test_unequal_coherences_are_told_apart():
    """A coherence of 0.1 and one of 0.4, 120 segments each, differ in more than 95 % of runs."""
    rng = np.random.default_rng(23)
    value = np.stack([_with_coherence(rng, c, 120, 1000) for c in (0.1, 0.4)])
    assert np.mean(coh.difference(value, np.full((2, 1), 120.0)).p < 0.05) > 0.95


def test_the_difference_of_two_equals_its_formula():
    """For two recordings the statistic is the squared difference over its variance."""
    found = coh.difference(np.array([0.2, 0.5]), np.array([60.0, 90.0]))
    z = np.arctanh(np.sqrt([0.2, 0.5]))
    expected = (z[0] - z[1]) ** 2 / (1 / 120 + 1 / 180)
    from scipy.stats import chi2

    assert float(found.statistic) == pytest.approx(expected)
    assert float(found.p) == pytest.approx(chi2.sf(expected, 1))


@pytest.mark.parametrize("c", [0.1, 0.4, 0.7])
def test_pooled_coherence_holds_the_truth(c):
    """Over four repeats the pooled limits hold the true coherence in 95 % of runs."""
    rng, runs = np.random.default_rng(24), 3000
    value = _with_coherence(rng, c, 80, 4, runs)
    found = coh.pooled(value, np.array(80.0))
    share = np.mean((found.lo <= c) & (c <= found.hi))
    assert share == pytest.approx(0.95, abs=0.02)
    assert found.n_segments[0] == 320
    assert found.coherence.mean() == pytest.approx(c, abs=0.01)


def test_pooling_counts_only_recordings_that_have_segments():
    """A missing recording changes nothing, and a single one gives itself and no difference."""
    value, n = np.array([0.3, np.nan]), np.array([100.0, 0.0])
    assert float(coh.pooled(value, n).coherence) == pytest.approx(0.3)
    assert np.isnan(coh.difference(value, n).p)


def test_phase_and_delay_are_those_of_a_shifted_copy():
    """A copy that comes 8 ms later has a rising phase, and its slope gives the 8 ms."""
    rng = np.random.default_rng(25)
    x = rng.standard_normal(100_008)
    both = np.stack([x[8:], x[:-8] + 0.3 * rng.standard_normal(100_000)])  # 1000 Hz
    bins, first = np.arange(4, 31), np.arange(0, 100_000, 1000)
    spectra = segment_transforms(both, first, length=1000, bins=bins)
    good = np.ones((2, 100), dtype=bool)
    total, _ = coh.pair_sums(
        spectra, spectra, ONE_PAIR, good=(good, good), group=np.zeros(100, dtype=int)
    )
    angle = np.unwrap(coh.phase(total[0])[0])
    np.testing.assert_allclose(angle, 2 * np.pi * 0.008 * bins, atol=0.15)
    use = np.ones((1, len(bins)), dtype=bool)
    assert coh.delay(total[0], bins.astype(float), use=use)[0] == pytest.approx(0.008, abs=3e-4)
    use[0, 2:] = False
    assert np.isnan(coh.delay(total[0], bins.astype(float), use=use)[0])
