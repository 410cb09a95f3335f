"""Limits of what is read with a gain around 1 hold the truth as often as they say."""

import numpy as np
import pytest

from eutonia.stats.misread import misread


@pytest.mark.parametrize("true", [-30.0, 0.0, 8.0, 40.0])
def test_limits_hold_a_truth_read_with_a_gain_in_95_percent(true):
    """Drawn gains and errors: 95 % of the limits hold the truth, whatever its size."""
    rng = np.random.default_rng(3)
    sd, gain = 5.0, 0.35
    read = true * (1 + gain * rng.standard_normal(20_000)) + sd * rng.standard_normal(20_000)
    half = np.full(read.shape, 1.96 * sd)
    lo, hi = misread(read, half, half, np.array(1.96 * gain))
    assert np.mean((lo <= true) & (true <= hi)) == pytest.approx(0.95, abs=0.006)


def test_whether_zero_is_held_does_not_depend_on_the_gain():
    """10 read with a reach of 9 is above 0 and with 11 is not, at every gain."""
    for share in (0.0, 0.5, 0.9):
        for reach, above in ((9.0, True), (11.0, False)):
            lo, _ = misread(*(np.array(v) for v in (10.0, reach, reach, share)))
            assert (lo > 0) == above
