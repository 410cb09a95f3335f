"""Regression with errors that remember, against dense algebra, statsmodels and simulated truth."""

import numpy as np
import pytest

from eutonia.model import CannotMeasure
from eutonia.stats.ar1 import given, regress


def _process(rng, t, hours, sd=1.0):
    """Return a stationary process with one time constant, from its dense covariance."""
    cov = sd**2 * np.exp(-np.abs(t[:, None] - t) / hours)
    return np.linalg.cholesky(cov + 1e-12 * np.eye(len(t))) @ rng.standard_normal(len(t))


def _times(rng, days, prompts, missing=0.15):
    """Return prompts at uneven hours of the day, some of them missing."""
    slot = 14 * (np.arange(prompts) + rng.random((days, prompts))) / prompts
    t = (24 * np.arange(days)[:, None] + 8 + slot).ravel()
    return t[rng.random(t.size) >= missing]


def _problem(seed, days=20, prompts=4):
    rng = np.random.default_rng(seed)
    t = _times(rng, days, prompts)
    angle = 2 * np.pi * t / 24
    x = np.column_stack([np.ones(len(t)), _process(rng, t, 9), np.cos(angle), np.sin(angle)])
    return t, _process(rng, t, 9), x


def _dense(t, y, x, hours, noise):
    """Return effects, covariance and restricted log-likelihood by inverting the whole matrix."""
    r = (1 - noise) * np.exp(-np.abs(t[:, None] - t) / hours) + noise * np.eye(len(t))
    inverse = np.linalg.inv(r)
    information = x.T @ inverse @ x
    effects = np.linalg.solve(information, x.T @ inverse @ y)
    rest = y - x @ effects
    n, k = x.shape
    s2 = rest @ inverse @ rest / (n - k)
    dets = np.linalg.slogdet(r)[1] + np.linalg.slogdet(information)[1]
    return effects, s2 * np.linalg.inv(information), -0.5 * ((n - k) * np.log(s2) + dets)


def test_known_memory_gives_the_dense_solution():
    """Effects, covariance and likelihood equal those of the inverted covariance matrix."""
    t, y, x = _problem(0)
    hours, noise = np.array([0.7, 5.0, 80.0, 5.0]), np.array([0.0, 0.0, 0.3, 0.6])
    found = given(t, y, x, hours=hours, noise=noise)
    truth = [_dense(t, y, x, h, s) for h, s in zip(hours, noise, strict=True)]
    np.testing.assert_allclose(found.effects, [e for e, _, _ in truth], rtol=1e-8)
    np.testing.assert_allclose(found.covariance, [c for _, c, _ in truth], rtol=1e-8)
    likelihood = np.array([value for _, _, value in truth])
    apart = found.log_likelihood - found.log_likelihood[0]  # the scale of columns is a constant
    np.testing.assert_allclose(apart, likelihood - likelihood[0], rtol=1e-7)


def test_even_times_give_what_statsmodels_gives():
    """At even gaps and a known correlation, effects and errors are those of statsmodels' GLS."""
    from statsmodels.regression import linear_model

    rng = np.random.default_rng(1)
    t = np.arange(120.0) * 3
    x = np.column_stack([np.ones(120), rng.standard_normal(120), np.cos(t)])
    y = _process(rng, t, 6) + x @ [4, 0.5, 0.1]
    rho = np.exp(-3 / 6)
    other = linear_model.GLS(y, x, sigma=rho ** np.abs(np.subtract.outer(range(120), range(120))))
    fit = other.fit()
    found = given(t, y, x, hours=np.array([6.0]), noise=np.array([0.0]))
    np.testing.assert_allclose(found.effects[0], fit.params, rtol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance[0])), fit.bse, rtol=1e-10)


def test_averaging_equals_a_fine_quadrature():
    """Effects and errors are those of a far finer average over the dense restricted likelihood."""
    t, y, x = _problem(3)
    found = regress(t, y, x)
    hours = np.geomspace(0.25 * np.median(np.diff(t)), t[-1] - t[0], 81)
    each = [_dense(t, y, x, h, s) for h in hours for s in (0, 0.1, 0.25, 0.4, 0.6)]
    weight = np.exp([e[2] for e in each] - max(e[2] for e in each))
    weight /= weight.sum()
    effects = sum(w * e[0] for w, e in zip(weight, each, strict=True))
    square = sum(
        w * (np.diag(e[1]) + (e[0] - effects) ** 2) for w, e in zip(weight, each, strict=True)
    )
    np.testing.assert_allclose(found.effects, effects, atol=0.02 * np.sqrt(square).min())
    np.testing.assert_allclose(found.errors, np.sqrt(square), rtol=0.02)


def test_the_time_constant_is_that_of_a_dense_search():
    """The most likely time constant lies within a step of the grid of scipy's own optimum."""
    from scipy.optimize import minimize_scalar

    rng = np.random.default_rng(5)
    t = _times(rng, 60, 5)
    x = np.ones((len(t), 1))
    y = _process(rng, t, 10)
    best = minimize_scalar(
        lambda log: -_dense(t, y, x, np.exp(log), 0.0)[2], bounds=(-2, 5), method="bounded"
    )
    grid = given(t, y, x, hours=np.geomspace(1, 100, 201), noise=np.zeros(201))
    peak = np.geomspace(1, 100, 201)[grid.log_likelihood.argmax()]
    assert np.log(peak) == pytest.approx(best.x, abs=0.024)
    found = regress(t, y, x)
    assert 10 / 2 < found.hours < 10 * 2


@pytest.mark.parametrize(("hours", "effect"), [(2.0, 0.0), (10.0, 0.5), (100.0, 0.0)])
def test_intervals_hold_the_truth_of_autocorrelated_diaries(hours, effect):
    """Over 1,000 diaries of 28 days with missing prompts, 93 to 97 % of the intervals hold it."""
    inside = []
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        t = _times(rng, 28, 4)
        trigger = _process(rng, t, hours)  # as autocorrelated as the severity
        angle = 2 * np.pi * t / 24
        y = effect * trigger + _process(rng, t, hours) + 0.4 * np.cos(angle)
        x = np.column_stack([np.ones(len(t)), trigger, np.cos(angle), np.sin(angle)])
        found = regress(t, y, x)
        inside.append(found.lo[1] < effect < found.hi[1])
    assert 0.93 <= np.mean(inside) <= 0.97


def test_ordinary_regression_would_fail_where_this_holds():
    """On the same diaries, least squares calls a fifth of null triggers real."""
    from scipy.stats import linregress

    false = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        t = _times(rng, 28, 4)
        false.append(linregress(_process(rng, t, 24), _process(rng, t, 24)).pvalue < 0.05)
    assert np.mean(false) > 0.18


def test_rating_noise_does_not_break_the_intervals():
    """With white noise of the rating on top of the process, intervals still hold the truth."""
    inside = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        t = _times(rng, 28, 4)
        trigger = _process(rng, t, 24) + 0.5 * rng.standard_normal(len(t))
        y = _process(rng, t, 24) + 0.7 * rng.standard_normal(len(t))
        found = regress(t, y, np.column_stack([np.ones(len(t)), trigger]))
        inside.append(found.lo[1] < 0 < found.hi[1])
    assert 0.92 <= np.mean(inside) <= 0.98  # four standard errors of 400 draws around 95 %


def test_units_and_zero_of_time_do_not_matter():
    """Scaling a column scales its effect, and shifting the clock changes nothing."""
    t, y, x = _problem(4)
    one = regress(t, y, x)
    other = regress(t + 1e4, 10 * y, x * [1, 1000, 1, 1])
    np.testing.assert_allclose(other.effects, one.effects * 10 / np.array([1, 1000, 1, 1]))
    np.testing.assert_allclose(other.p, one.p, rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(one.covariance)), one.errors)


def test_independent_ratings_count_almost_fully_and_lasting_ones_little():
    """Effective numbers are near n for white ratings, and a few for a slow drift."""
    rng = np.random.default_rng(6)
    t = np.arange(300.0) * 4
    ones = np.ones((300, 1))
    assert regress(t, rng.standard_normal(300), ones).n_effective > 200
    assert regress(t, _process(rng, t, 400), ones).n_effective < 15


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t, y, x: (t[:5], y[:5], x[:5]), "too few"),
        (lambda t, y, x: (t, y, np.column_stack([x, x[:, 1]])), "never varied"),
        (lambda t, y, x: (t, 2 * x[:, 1] + 1, x), "exactly"),
        (lambda t, y, x: (t, np.full(len(t), 3.0), x), "exactly"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, words):
    """Too few ratings, doubled columns and ratings without any rest are refused in words."""
    with pytest.raises(CannotMeasure, match=words):
        regress(*change(*_problem(7)))


def test_times_of_day_are_refused():
    """Hours that start again every day are refused, for they would mix the days."""
    t, y, x = _problem(8)
    with pytest.raises(ValueError, match="in order"):
        regress(t % 24, y, x)


def test_ratings_of_the_same_minute_do_not_stop_it():
    """Two ratings at one time are taken as a minute apart, and change little else."""
    t, y, x = _problem(9)
    twice = np.concatenate([t[:1], t])
    found = regress(twice, np.concatenate([y[:1] + 0.3, y]), np.concatenate([x[:1], x]))
    assert np.all(np.isfinite(found.errors))
    np.testing.assert_allclose(found.effects, regress(t, y, x).effects, atol=0.5)
