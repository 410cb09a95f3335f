"""Burst detection against known edges."""

import numpy as np
import pytest

from eutonia.dsp.bursts import detect, moving_rms
from eutonia.dsp.segments import starts, sums, usable


def _signal(edges_s, seed, *, rate_hz=1000, seconds=10):
    rng = np.random.default_rng(seed)
    t = np.arange(seconds * rate_hz) / rate_hz
    level = np.ones(len(t))
    for on, off in edges_s:
        level[(t >= on) & (t < off)] = 10.0
    return level * rng.standard_normal(len(t))


def test_edges_are_found_to_a_few_milliseconds():
    """Onsets and offsets of strong bursts are unbiased, although the envelope is smoothed."""
    edges = [(1.0, 1.2), (2.0, 2.5), (4.0, 4.1), (6.0, 8.0)]
    errors = []
    for seed in range(20):
        on, off = detect(_signal(edges, seed), rate_hz=1000, threshold=2.0, baseline_rms=1.0)
        assert len(on) == len(edges)
        errors.append(np.stack([on, off], axis=1) / 1000 - np.array(edges))
    assert np.abs(np.mean(errors, axis=0)).max() < 0.003
    assert np.abs(errors).max() < 0.02


@pytest.mark.parametrize(("gap_s", "bursts"), [(0.03, 1), (0.08, 2)])
def test_short_gaps_join_and_longer_ones_do_not(gap_s, bursts):
    """Gaps under 50 ms belong to one burst."""
    edges = [(1.0, 1.3), (1.3 + gap_s, 1.6 + gap_s)]
    on, _ = detect(_signal(edges, 3), rate_hz=1000, threshold=2.0, baseline_rms=1.0)
    assert len(on) == bursts


def test_twitches_are_not_bursts():
    """Activity shorter than 50 ms does not count."""
    on, _ = detect(_signal([(1.0, 1.02)], 4), rate_hz=1000, threshold=3.0, baseline_rms=1.0)
    assert len(on) == 0


def test_moving_rms_is_the_root_mean_square_of_its_window():
    """In the middle of a long signal it equals the direct formula."""
    x = np.random.default_rng(0).standard_normal(1000)
    assert moving_rms(x, rate_hz=1000)[500] == pytest.approx(np.sqrt(np.mean(x[475:525] ** 2)))


def test_sums_add_up_to_the_whole():
    """Pieces hold every usable sample once, the last short piece included or joined."""
    rng = np.random.default_rng(1)
    for n in (1000, 1049, 1051):
        x, mask = rng.standard_normal((2, n)), rng.random((2, n)) > 0.1
        total, count = sums(x, mask, 100)
        np.testing.assert_allclose(total.sum(axis=1), np.where(mask, x, 0).sum(axis=1))
        np.testing.assert_array_equal(count.sum(axis=1), mask.sum(axis=1))


def test_usable_segments_hold_no_bad_sample():
    """A segment is usable exactly when all its samples are."""
    mask = np.random.default_rng(2).random((3, 500)) > 0.02
    first = starts(500, 40, step=20)
    expected = np.array([[row[f : f + 40].all() for f in first] for row in mask])
    np.testing.assert_array_equal(usable(mask, first, 40), expected)
