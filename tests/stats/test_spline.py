"""Natural cubic splines against SciPy's."""

import numpy as np
import pytest

from eutonia.stats.spline import natural_spline

KNOTS = np.array([0.0, 7, 14, 28, 42, 56, 84])


def test_every_natural_spline_of_scipy_is_in_its_span():
    """A natural spline through any values at the knots is a combination of the columns."""
    from scipy.interpolate import CubicSpline

    x = np.linspace(0, 84, 300)
    values = np.random.default_rng(0).standard_normal((len(KNOTS), 20))
    truth = CubicSpline(KNOTS, values, bc_type="natural")(x)
    columns = np.column_stack([np.ones(len(x)), natural_spline(x, KNOTS)])
    solved = np.linalg.lstsq(columns, truth)[0]
    np.testing.assert_allclose(columns @ solved, truth, atol=1e-9)


def test_its_columns_are_as_many_as_needed():
    """With the constant there is one independent column per knot."""
    columns = natural_spline(np.linspace(-10, 100, 200), KNOTS)
    assert columns.shape == (200, len(KNOTS) - 1)
    assert np.linalg.matrix_rank(np.column_stack([np.ones(200), columns])) == len(KNOTS)


def test_it_goes_on_straight_beyond_the_last_knot():
    """Beyond the outer knots second differences vanish."""
    for x in (np.linspace(-50, 0, 20), np.linspace(84, 150, 20)):
        assert np.abs(np.diff(natural_spline(x, KNOTS), 2, axis=0)).max() < 1e-9


def test_two_knots_give_a_line():
    """Without inner knots the only column is the line."""
    x = np.linspace(3, 9, 5)
    assert natural_spline(x, np.array([3.0, 9.0]))[:, 0] == pytest.approx((x - 3) / 6)
