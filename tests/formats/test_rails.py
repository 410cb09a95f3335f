"""Clipped stretches are found wherever they lie."""

from itertools import pairwise

import numpy as np
import pytest

from eutonia.formats import rails
from eutonia.model import ArraySignal


def _brute(x, low, high, least, margin):
    """Mark samples near runs at a rail, one sample at a time."""
    at = (x == low) | (x == high)
    marked = np.zeros(len(x), dtype=bool)
    start = None
    for i, here in enumerate([*at, False]):
        if here and start is None:
            start = i
        elif not here and start is not None:
            if i - start >= least:
                marked[max(0, start - margin) : i + margin] = True
            start = None
    return marked


@pytest.mark.parametrize("block", [7, 64, 10_000])
def test_stretches_equal_a_search_sample_by_sample(block, monkeypatch):
    """Runs are the same however the signal is cut into blocks, also across their borders."""
    monkeypatch.setattr(rails, "_BLOCK", block)
    rng = np.random.default_rng(0)
    x = np.clip(np.convolve(rng.standard_normal(1000), np.ones(6), "same"), -3, 3)
    found = rails.rail_stretches(ArraySignal(x[None]), 0, rails=(-3.0, 3.0), least=3, margin=2)
    marked = np.zeros(len(x), dtype=bool)
    for start, stop in found:
        marked[start:stop] = True
    np.testing.assert_array_equal(marked, _brute(x, -3.0, 3.0, 3, 2))
    assert all(a[1] < b[0] for a, b in pairwise(found))
