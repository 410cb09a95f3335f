"""Simulated lids, tremor and turns hold what they say that they hold."""

import numpy as np
import pytest

from eutonia.simulate import turns
from eutonia.simulate.lids import Habit, draw, filmed
from eutonia.simulate.tremor import Tremor

FINE_S = np.arange(0, 60, 0.0005)


@pytest.mark.parametrize("depth", [1.0, 0.8])
def test_the_time_above_one_half_is_that_of_the_trace(depth):
    """The formula for how long closures pass one half agrees with the sampled trace."""
    habit = Habit(spasms=0.3, depth=depth)
    closures = draw(np.random.default_rng(0), 60, habit)
    on, lasts = closures.above_half()
    whole = (on > 0) & (on + lasts < 60)
    above = closures.at(FINE_S)[0] > 0.5
    begins = FINE_S[1:][above[1:] & ~above[:-1]]
    for start, seconds in zip(on[whole], lasts[whole], strict=True):
        assert np.abs(begins - start).min() < 0.001
        inside = (start - 0.05 <= FINE_S) & (start + seconds + 0.05 >= FINE_S)
        assert above[inside].sum() * 0.0005 == pytest.approx(seconds, abs=0.002)


def test_winks_close_one_eye_and_the_other_as_far_as_asked():
    """In a one-sided closure the other eye reaches 0.3, never one half."""
    habit = Habit(one_sided=1.0, other=0.3)
    closures = draw(np.random.default_rng(1), 60, habit)
    both = closures.at(FINE_S)
    assert both.max() == pytest.approx(1, abs=0.01)
    assert both.min(axis=0).max() == pytest.approx(0.3, abs=0.01)


def test_a_film_of_lids_has_the_noise_and_the_losses_asked_for():
    """Open lids have the noise's standard deviation, and one picture in ten is missing."""
    closures = draw(np.random.default_rng(2), 60, Habit(gap_s=1e6))
    seen = filmed(np.random.default_rng(3), closures, seconds=60, rate_hz=60, noise=0.05, lost=0.1)
    assert np.nanstd(seen) == pytest.approx(0.05, rel=0.05)
    assert np.isnan(seen[0]).mean() == pytest.approx(0.1, abs=0.02)
    np.testing.assert_array_equal(np.isnan(seen[0]), np.isnan(seen[1]))


def test_a_tremor_has_its_root_mean_square_on_each_axis():
    """Over many minutes, power near the rhythm is the square of what was asked for."""
    shown = Tremor(freq_hz=5.0, width_hz=0.2, rms_deg=(2.0, 1.0))
    x = shown.draw(np.random.default_rng(4), 60_000, rate_hz=30.0)
    spectrum = 2 * np.abs(np.fft.rfft(x, axis=1)) ** 2 / x.shape[1] ** 2
    freq = np.fft.rfftfreq(x.shape[1], 1 / 30.0)
    rms = np.sqrt(spectrum[:, (freq > 4) & (freq < 6)].sum(axis=1))
    np.testing.assert_allclose(rms, [2.0, 1.0], rtol=0.05)


def test_turns_go_to_and_fro_by_their_size():
    """Each turn ends at the sum of the sizes so far, its correction included."""
    drawn = turns.draw(np.random.default_rng(5), 6)
    ends = drawn.start_s + drawn.lasts_s
    np.testing.assert_allclose(drawn.yaw(ends), np.cumsum(drawn.size_deg), atol=1e-9)
    assert (np.diff(drawn.start_s) > drawn.lasts_s[:-1]).all()
