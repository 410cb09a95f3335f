"""Intervals against closed forms and SciPy."""

import numpy as np
import pytest

from eutonia.stats import intervals as iv
from eutonia.stats.change import minimal_detectable_change
from eutonia.stats.multiple import false_discovery


def _mean(total):
    return total[..., :1] / total[..., 1:]


def _blocks(x):
    return np.stack([x, np.ones_like(x)], axis=-1)


def test_jackknife_of_a_mean_is_the_standard_error():
    """For a mean, the jackknife's error is the textbook one."""
    x = np.random.default_rng(0).standard_normal((25, 3)) * [1, 5, 20]
    error = iv.jackknife(*iv.influence(iv.left_out(_blocks(x), _mean)))
    np.testing.assert_allclose(error[:, 0], x.std(axis=0, ddof=1) / 5, rtol=1e-10)


def test_the_jackknife_in_time_covers_a_mean_of_blocks_that_resemble_each_other():
    """With a correlation of 0.5 the interval of a mean covers 95 %, where the plain one fails."""
    rng = np.random.default_rng(0)
    n, series, r = 40, 2000, 0.5
    x = np.empty((n, series))
    x[0] = rng.standard_normal(series)
    for i in range(1, n):
        x[i] = r * x[i - 1] + np.sqrt(1 - r**2) * rng.standard_normal(series)
    value = x.mean(axis=0)[:, None]
    moved = iv.influence(iv.left_out(_blocks(x), _mean))
    plain, in_time = (iv.jackknife(*moved, in_time=s) for s in (None, np.zeros(n, dtype=np.intp)))
    half = iv.student_quantile(0.975, n - 1)
    covered = [float((np.abs(value) <= half * e).mean()) for e in (plain, in_time)]
    assert covered[0] < 0.80
    assert 0.93 <= covered[1] <= 0.97


def test_blocks_of_two_spans_are_no_neighbours():
    """Blocks that follow each other only across repeats do not widen the error."""
    x = np.repeat([1.0, -1.0], 10)[:, None] + 0.01 * np.arange(20.0)[:, None]
    moved = iv.influence(iv.left_out(_blocks(x), _mean))
    one, apart = (iv.jackknife(*moved, in_time=s) for s in (np.zeros(20, np.intp), np.arange(20)))
    assert apart[0, 0] < 0.6 * one[0, 0]


def test_student_limits_equal_scipy():
    """Limits are SciPy's t interval."""
    from scipy.stats import t

    lo, hi = iv.student_limits(np.array([[2.0]]), np.array([[0.5]]), df=np.array([7.0]))
    assert (float(lo[0, 0]), float(hi[0, 0])) == pytest.approx(t.interval(0.95, 7, 2.0, 0.5))


def test_student_p_equals_scipy():
    """The p-value of a mean is that of SciPy's one-sample t-test."""
    from scipy.stats import ttest_1samp

    x = np.random.default_rng(1).standard_normal(12) + 0.4
    error = x.std(ddof=1) / np.sqrt(12)
    assert iv.student_p(x.mean(), error, df=11) == pytest.approx(ttest_1samp(x, 0).pvalue)


def test_bootstrap_does_not_depend_on_how_targets_are_batched(monkeypatch):
    """The same seed gives the same draws for one target alone and among many."""
    blocks = _blocks(np.random.default_rng(2).standard_normal((20, 30)))
    together = iv.bootstrap(blocks, _mean, seed=5)
    monkeypatch.setattr(iv, "_AT_ONCE_BYTES", 1)
    np.testing.assert_allclose(iv.bootstrap(blocks, _mean, seed=5), together, atol=1e-13)


@pytest.mark.parametrize("n", [8, 15, 60])
def test_bootstrap_limits_cover_the_mean_of_few_blocks(n):
    """Even eight blocks give about 95 % coverage."""
    rng = np.random.default_rng(n)
    x = rng.standard_normal((n, 1500))  # 1500 independent targets, one draw of times for all
    inside = []
    for part in np.array_split(np.arange(1500), 30):  # fresh resamples for every fifty
        draws = iv.bootstrap(_blocks(x[:, part]), _mean, seed=int(part[0]))
        lo, hi = iv.percentile_limits(draws, n_blocks=np.full(len(part), float(n)))
        inside.append((lo <= 0) & (hi >= 0))
    assert np.mean(np.concatenate(inside)) == pytest.approx(0.95, abs=0.025)


def test_bootstrap_p_value_is_small_only_far_from_the_null():
    """Draws around the null give p near 1, draws away from it the smallest possible."""
    draws = np.linspace(-1, 1, 999)
    assert iv.two_sided_p(draws, null=0.0) == 1.0
    assert iv.two_sided_p(draws + 5, null=0.0) == pytest.approx(2 / 1000)


def test_false_discovery_equals_scipy():
    """q-values are SciPy's Benjamini-Hochberg adjustment."""
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(3).random(40) ** 3
    np.testing.assert_allclose(false_discovery(p), false_discovery_control(p))


def test_minimal_detectable_change_equals_the_published_vector():
    """Vector T12: a standard error of 2.6 % gives 7.21 (published as 7.2)."""
    assert minimal_detectable_change(2.6) == pytest.approx(7.21, abs=0.005)
