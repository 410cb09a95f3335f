"""The daily rhythm, against scipy's least squares and simulated truth."""

import numpy as np
import pytest

from eutonia.model import CannotMeasure
from eutonia.stats.cosinor import cosinor


def _hours(rng, days=14, prompts=4):
    slot = 14 * (np.arange(prompts) + rng.random((days, prompts))) / prompts
    return (24 * np.arange(days)[:, None] + 8 + slot).ravel()


def _process(rng, t, hours):
    cov = np.exp(-np.abs(t[:, None] - t) / hours) + 1e-12 * np.eye(len(t))
    return np.linalg.cholesky(cov) @ rng.standard_normal(len(t))


def test_it_equals_scipys_nonlinear_least_squares():
    """Mesor, amplitude and acrophase are those of a free fit of the cosine itself."""
    from scipy.optimize import curve_fit

    rng = np.random.default_rng(0)
    t = _hours(rng)
    y = 4 + 1.5 * np.cos(2 * np.pi * (t - 19) / 24) + 0.5 * rng.standard_normal(len(t))

    def wave(t, mesor, amplitude, peak):
        return mesor + amplitude * np.cos(2 * np.pi * (t - peak) / 24)

    truth, covariance = curve_fit(wave, t, y, p0=[3, 1, 18])
    found = cosinor(t, y, independent=True)
    assert [found.mesor, found.amplitude, found.acrophase_h] == pytest.approx(truth, rel=1e-5)
    half = 2.0058 * np.sqrt(covariance[1, 1])  # Student's 97.5 % at 53 degrees of freedom, tables
    low, high = found.amplitude_ci
    assert (high - low) / 2 == pytest.approx(half, rel=0.03)
    assert found.trough_h == pytest.approx(found.acrophase_h - 12)


def test_the_p_value_is_that_of_two_nested_models():
    """The p-value is the F test of the two fits with and without the rhythm."""
    from scipy.stats import f

    rng = np.random.default_rng(1)
    t = _hours(rng)
    y = 0.3 * np.cos(2 * np.pi * t / 24) + rng.standard_normal(len(t))
    x = np.column_stack([np.ones(len(t)), np.cos(np.pi * t / 12), np.sin(np.pi * t / 12)])
    full = np.linalg.lstsq(x, y)[1][0]
    rest = np.sum((y - y.mean()) ** 2)
    value = (rest - full) / 2 / (full / (len(t) - 3))
    assert cosinor(t, y, independent=True).p == pytest.approx(f.sf(value, 2, len(t) - 3))


@pytest.mark.parametrize("amplitude", [0.0, 0.4, 2.0])
def test_the_limits_hold_the_amplitude(amplitude):
    """Over 1,000 independent diaries the limits hold the true amplitude 93 to 97 % of the time."""
    inside = []
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        t = _hours(rng)
        y = amplitude * np.cos(2 * np.pi * (t - 7) / 24) + rng.standard_normal(len(t))
        low, high = cosinor(t, y, independent=True).amplitude_ci
        inside.append(low <= amplitude <= high)
    # no rhythm at all can only be missed from above, so that the limits hold it in 97.5 %
    assert 0.93 <= np.mean(inside) <= (0.985 if amplitude == 0 else 0.97)


@pytest.mark.parametrize("hours", [3, 50])
def test_ratings_that_remember_give_no_false_rhythm(hours):
    """Of 300 autocorrelated diaries without a rhythm about 5 % show one."""
    false = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        t = _hours(rng)
        false.append(cosinor(t, _process(rng, t, hours)).p < 0.05)
    assert 0.02 <= np.mean(false) <= 0.085  # three standard errors of 300 draws around 5 %


def test_a_small_rhythm_is_found_beside_a_drift():
    """Beside a slow drift, a small rhythm is found more than twice as often as by the F test."""
    ours, classical = [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        t = _hours(rng)
        y = 0.25 * np.cos(2 * np.pi * (t - 20) / 24) + _process(rng, t, 50)
        ours.append(cosinor(t, y).p < 0.05)
        classical.append(cosinor(t, y, independent=True).p < 0.05)
    assert np.mean(ours) > 2 * np.mean(classical)
    assert np.mean(ours) > 0.3


def test_a_rhythm_in_ratings_that_remember_is_found():
    """A rhythm of two points is found, with its peak within an hour and a half."""
    rng = np.random.default_rng(5)
    t = _hours(rng, days=28)
    found = cosinor(t, 5 + 2 * np.cos(2 * np.pi * (t - 20) / 24) + _process(rng, t, 6))
    assert found.p < 0.001
    assert found.acrophase_h == pytest.approx(20, abs=1.5)
    assert found.amplitude_ci[0] < 2 < found.amplitude_ci[1]


def test_a_strong_rhythm_has_symmetric_limits():
    """Far from 0 the limits are those of Student's t, on both ways of computing them."""
    t = _hours(np.random.default_rng(6))
    noise = np.random.default_rng(7).standard_normal(len(t))
    for scale in (0.3, 0.25):  # the ratio of amplitude to error crosses the switch between the ways
        found = cosinor(t, np.cos(np.pi * t / 12) + scale * noise, independent=True)
        low, high = found.amplitude_ci
        assert high - found.amplitude == pytest.approx(found.amplitude - low, rel=0.05)


@pytest.mark.parametrize(
    ("t", "y"),
    [
        (np.arange(4.0), np.arange(4.0)),
        (8.0 + 24 * np.arange(20), np.arange(20.0) % 3),
        (np.arange(20.0) * 5, np.full(20, 2.0)),
    ],
    ids=["too few", "one hour of the day", "constant"],
)
@pytest.mark.parametrize("independent", [True, False])
def test_what_shows_no_rhythm_is_refused(t, y, independent):
    """Too few ratings, a single hour of the day, and constant ratings are refused in words."""
    with pytest.raises(CannotMeasure):
        cosinor(t, y, independent=independent)
