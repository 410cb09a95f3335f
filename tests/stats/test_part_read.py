"""Limits of what is read in part hold the truth as often as they say."""

import numpy as np
import pytest

from eutonia.model.result import PartShown
from eutonia.stats.part_read import farthest


@pytest.mark.parametrize("true", [0.0, 0.5, 1.0, 3.0])
def test_limits_hold_a_truth_of_which_a_part_is_read(true):
    """Drawn shares (median 0.4, 95 % above 0.2, at most all) and errors: 95 % hold the truth."""
    rng = np.random.default_rng(5)
    shown, sd = PartShown(usual=0.4, least=0.2), 0.1
    spread = np.log(shown.usual / shown.least) / 1.645
    share = np.minimum(shown.usual * np.exp(spread * rng.standard_normal(20_000)), 1.0)
    read = share * true + sd * rng.standard_normal(share.shape)
    lo, hi = -farthest(-read, 1.96 * sd, shown), farthest(read, 1.96 * sd, shown)
    held = np.mean((lo <= true) & (true <= hi))
    assert held > 0.94
    assert np.mean(hi < true) < 0.06


def test_whether_zero_is_held_does_not_depend_on_the_part_that_is_read():
    """10 read with a reach of 9 is above 0 and with 11 is not, however little is read."""
    for least in (0.05, 0.2, 0.39):
        for reach, above in ((9.0, True), (11.0, False)):
            lo = -farthest(-10.0, reach, PartShown(usual=0.4, least=least))
            assert (lo > 0) == above


def test_the_less_may_be_read_the_further_away_the_truth_may_be():
    """What is read without error reaches to itself over the least share, but not past the most."""
    read = np.array([0.2, 1.0])
    assert farthest(read, 0.0, PartShown(usual=0.4, least=0.1)) == pytest.approx(read / 0.1)
    capped = farthest(read, 0.0, PartShown(usual=0.4, least=0.1, most=3.0))
    assert capped == pytest.approx([2.0, 3.0])
    assert farthest(5.0, 1.0, PartShown(usual=0.4, least=0.1, most=3.0)) == pytest.approx(6.0)
