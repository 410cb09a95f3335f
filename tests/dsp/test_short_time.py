"""Power of short windows by a matrix product."""

import numpy as np

from eutonia.dsp.short_time import basis, power
from eutonia.dsp.spectrum import segment_transforms


def test_power_equals_that_of_the_transforms():
    """The product gives the squared transforms of the same Hann windows, mean removed."""
    rng = np.random.default_rng(0)
    row = 1e3 + rng.standard_normal(5000).cumsum()
    first = rng.integers(0, 4700, 700)
    bins = np.array([0, 1, 4, 45, 99])
    expected = np.abs(segment_transforms(row[None], first, length=250, bins=bins)[0]) ** 2
    found = power(row, first, basis(250, bins))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * expected.max())


def test_power_equals_scipys_short_time_transform():
    """SciPy's transform of the same windows, scaled to unit window power, gives the same."""
    from scipy.signal import stft

    row = np.random.default_rng(1).standard_normal(2000)
    _, _, z = stft(row, nperseg=200, noverlap=100, boundary=None, padded=False, detrend="constant")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(200) / 200)
    expected = np.abs(z.T) ** 2 * window.sum() ** 2 / (window**2).sum()
    bins = np.arange(1, 60)
    found = power(row, np.arange(0, 1801, 100), basis(200, bins))
    np.testing.assert_allclose(found, expected[:, bins], rtol=1e-9)
