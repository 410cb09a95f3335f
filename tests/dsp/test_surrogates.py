"""Permuted segments show what chance gives, and nothing else."""

import numpy as np
import pytest

from eutonia.dsp import coherence as coh
from eutonia.dsp import surrogates as sur

PAIR = np.array([[0, 1]])
BANDS = (np.arange(4),)


def _noise(rng, n_segments, c=0.0):
    """Draw transforms of two signals of coherence `c`, 4 bins."""
    parts = rng.standard_normal((2, 2, n_segments, 4))
    x, own = parts[0] + 1j * parts[1]
    return np.stack([x, np.sqrt(c) * x + np.sqrt(1 - c) * own])


def _sums(x):
    good = np.ones(x.shape[:2], dtype=bool)
    group = np.zeros(x.shape[1], dtype=int)
    return coh.coherence(coh.pair_sums(x, x, PAIR, good=(good, good), group=group)[0][0])


def _permuted(x, span=None):
    good = np.ones(x.shape[:2], dtype=bool)
    span = np.zeros(x.shape[1], dtype=int) if span is None else span
    return sur.permuted(x, x, PAIR, good=(good, good), span=span, bands=BANDS)


def _p(x, span=None):
    return float(_permuted(x, span).p(_sums(x).max(axis=1)[None])[0, 0])


def test_every_permutation_is_the_coherence_of_reordered_segments():
    """The largest coherence equals that of the second signal's segments in the order drawn."""
    x = _noise(np.random.default_rng(0), 60)
    found = _permuted(x)
    order = sur.permutations(np.zeros(60, dtype=int))
    for k in (0, 1, 499, 999):
        reordered = np.stack([x[0], x[1, order[k]]])
        assert found.largest[0, 0, k] == pytest.approx(_sums(reordered).max(), rel=1e-5)


def test_the_limit_is_the_analytic_one_for_steady_noise():
    """For steady Gaussian noise a single bin's limit equals 1 - 0.05^(1/(L-1))."""
    rng = np.random.default_rng(1)
    limits = [_permuted(_noise(rng, 100)).limit[0] for _ in range(20)]
    assert np.mean(limits) == pytest.approx(float(coh.limit(100)), rel=0.03)


def test_independent_signals_are_called_coherent_in_five_per_cent():
    """The p-value of the largest of four bins is below 0.05 in 5 % of runs."""
    rng, runs = np.random.default_rng(2), 500
    p = np.array([_p(_noise(rng, 60)) for _ in range(runs)])
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / runs))


def test_a_louder_repeat_is_no_coherence():
    """Where one repeat is five times as loud, the analytic limit fails and permutation does not."""
    rng, runs = np.random.default_rng(3), 400
    span = np.repeat([0, 1], 60)
    level = np.where(span == 0, 1.0, 5.0)[:, None]
    drawn = [level * _noise(rng, 120) for _ in range(runs)]
    analytic = np.mean([_sums(x).max() > coh.limit(120, n_bins=4) for x in drawn])
    permuted = np.mean([_p(x, span) < 0.05 for x in drawn])
    assert analytic > 0.15
    assert permuted == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / runs))


def test_a_common_drive_is_found():
    """A coherence of 0.1 in four bins is found in more than 95 % of runs of 60 segments."""
    rng = np.random.default_rng(4)
    assert np.mean([_p(_noise(rng, 60, c=0.1)) < 0.05 for _ in range(200)]) > 0.95


def test_segments_stay_within_their_span():
    """Each permutation holds every segment once, and long spans keep their own."""
    span = np.repeat([0, 1, 2, 3], [30, 4, 40, 3])
    order = sur.permutations(span)
    assert order.shape == (sur.N_PERMUTATIONS, 77)
    np.testing.assert_array_equal(np.sort(order, axis=1), np.tile(np.arange(77), (1000, 1)))
    assert (order[:, :30] < 30).all()
    assert ((order[:, 34:74] >= 34) & (order[:, 34:74] < 74)).all()
    short = {*range(30, 34), *range(74, 77)}
    assert set(np.unique(order[:, 30:34])) == short


def test_unusable_segments_are_left_out():
    """A pair with bad segments gives what it gives without them."""
    x = _noise(np.random.default_rng(5), 70)
    good = np.ones((2, 70), dtype=bool)
    good[1, 50:60] = False
    span = np.zeros(70, dtype=int)
    found = sur.permuted(x, x, PAIR, good=(good, good), span=span, bands=BANDS)
    keep = good[1]
    np.testing.assert_array_equal(found.largest, _permuted(x[:, keep]).largest)


def test_many_pairs_are_each_pair_alone():
    """All pairs at once give the same as one by one."""
    rng = np.random.default_rng(6)
    x = np.concatenate([_noise(rng, 60) for _ in range(2)])
    good, span = np.ones((4, 60), dtype=bool), np.zeros(60, dtype=int)
    pairs = np.array([[0, 1], [2, 0], [1, 3]])
    together = sur.permuted(x, x, pairs, good=(good, good), span=span, bands=BANDS)
    for row, pair in enumerate(pairs):
        alone = _permuted(x[pair])
        np.testing.assert_allclose(together.largest[:, row], alone.largest[:, 0], rtol=1e-4)


def test_one_usable_segment_gives_no_limit():
    """Without two common segments there is no limit, and no error."""
    x = _noise(np.random.default_rng(7), 30)
    good = np.zeros((2, 30), dtype=bool)
    good[:, 0] = True
    span = np.zeros(30, dtype=int)
    assert np.isnan(sur.permuted(x, x, PAIR, good=(good, good), span=span, bands=BANDS).limit[0])


def test_swelling_together_is_no_coherence():
    """Loudness that rises and falls together within a minute passes as chance."""
    rng, runs = np.random.default_rng(8), 400
    level = np.exp(0.5 * np.sin(np.arange(120) / 9))[:, None]
    share = np.mean([_p(level * _noise(rng, 120)) < 0.05 for _ in range(runs)])
    assert share == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / runs))
