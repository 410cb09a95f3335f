"""What is said of noise at crossings of zero is what noise does there."""

import numpy as np
import pytest

from eutonia.dsp import crossings, tremor

SECONDS = 200.0


@pytest.mark.parametrize("rate_hz", [30.0, 60.0])
@pytest.mark.parametrize("freq_hz", [2.9, 4.4, 6.3])
@pytest.mark.parametrize("noise", [0.02, 0.05])
def test_noise_moves_crossings_by_as_much_as_is_said(rate_hz, freq_hz, noise):
    """Changes of frequency of a sine of one degree in white noise have the SD that is reckoned."""
    t = np.arange(round(SECONDS * rate_hz)) / rate_hz
    x = np.sin(2 * np.pi * freq_hz * t) + np.random.default_rng(0).normal(0, noise, len(t))
    moved = tremor.around(x, rate_hz=rate_hz, freq_hz=freq_hz)
    change, _ = tremor.cycle_changes(moved, np.ones(len(t), dtype=bool), rate_hz=rate_hz)
    said = crossings.noise_of_changes(x, rate_hz=rate_hz, freq_hz=freq_hz)
    assert said == pytest.approx(change.std(), rel=0.1)


def test_an_irregular_tremor_is_not_taken_for_noise():
    """Without noise, of what cycles of their own make of the changes less than 40 % is said."""
    from eutonia.simulate.tremor import cycles

    rate_hz, freq_hz = 60.0, 4.4
    for spread in (0.2, 0.5, 0.8):
        rng = np.random.default_rng(1)
        x, freq = cycles(rng, 6000, rate_hz=rate_hz, freq_hz=freq_hz, spread_hz=spread)
        said = crossings.noise_of_changes(x, rate_hz=rate_hz, freq_hz=freq_hz)
        assert said < 0.4 * np.diff(freq).std()


def test_noise_that_grows_to_lower_frequencies_is_not_missed():
    """Of a sine in noise of landmarks, which is not white, no less is said than it does."""
    from scipy.signal import lfilter

    rate_hz, freq_hz = 60.0, 4.6
    t = np.arange(round(SECONDS * rate_hz)) / rate_hz
    white = np.random.default_rng(2).normal(0, 0.01, len(t))
    x = 0.6 * np.sin(2 * np.pi * freq_hz * t) + lfilter([1], [1, -0.8], white)
    moved = tremor.around(x, rate_hz=rate_hz, freq_hz=freq_hz)
    change, _ = tremor.cycle_changes(moved, np.ones(len(t), dtype=bool), rate_hz=rate_hz)
    said = crossings.noise_of_changes(x, rate_hz=rate_hz, freq_hz=freq_hz)
    assert said == pytest.approx(change.std(), rel=0.2)


def test_without_a_tremor_noise_may_make_anything():
    """A line of zeros has no crossings that noise moves by a known time."""
    assert np.isinf(crossings.noise_of_changes(np.zeros(600), rate_hz=30.0, freq_hz=4.0))
