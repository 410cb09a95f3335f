"""Packed transforms against SciPy's, by either library."""

import numpy as np
import pytest
from scipy.fft import rfft

from eutonia.dsp import fourier

#: Even, odd, smallest, and with a large prime factor.
LENGTHS = (1, 2, 3, 4, 9, 250, 251, 1000, 1259)


@pytest.fixture(params=["as it is", "without Intel's"])
def _library(request, monkeypatch):
    if request.param != "as it is":
        monkeypatch.setattr(fourier, "_intel", lambda: False)


def _packed(x):
    room = fourier.aligned(x.shape, x.dtype)
    room[:] = x
    return fourier.transform(room)


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize(("dtype", "exact"), [(np.float64, 1e-14), (np.float32, 1e-6)])
@pytest.mark.parametrize("length", LENGTHS)
def test_bins_equal_scipys(length, dtype, exact):
    """All bins of a transform are SciPy's, in the precision of the rows."""
    x = np.random.default_rng(1).standard_normal((3, length)).astype(dtype)
    expected = rfft(x, axis=1)
    found = fourier.at_bins(_packed(x), np.arange(length // 2 + 1))
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=exact * length)


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize("bins", [[2, 3, 4], [7, 2], [0, 3], [3, 5], []])
def test_some_bins_are_those_of_all(bins):
    """Neighbouring, scattered, first, last and no bins are found at their places."""
    x = np.random.default_rng(2).standard_normal((4, 10))
    wanted = np.array(bins, dtype=np.intp) % 6
    found = fourier.at_bins(_packed(x), wanted)
    np.testing.assert_allclose(found, rfft(x, axis=1)[:, wanted], atol=1e-14)


@pytest.mark.parametrize("length", LENGTHS)
def test_powers_are_squared_magnitudes(length):
    """Squares of packed numbers add up to the power of each bin."""
    x = np.random.default_rng(3).standard_normal((3, length))
    found = fourier.powers(_packed(x) ** 2)
    np.testing.assert_allclose(found, np.abs(rfft(x, axis=1)) ** 2, atol=1e-12 * length)


def test_rows_that_lie_apart_in_memory_are_transformed_in_place():
    """Every second row of an array becomes its transform; those between stay."""
    x = np.random.default_rng(4).standard_normal((6, 250))
    before = x.copy()
    assert fourier.transform(x[::2]).base is not None
    np.testing.assert_array_equal(x[1::2], before[1::2])
    np.testing.assert_allclose(x[::2], _packed(before[::2]), atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (32, 1000)])
def test_memory_begins_with_a_cache_line(shape):
    """Rooms for transforms have the asked shape and begin at a multiple of 64 bytes."""
    for dtype in (np.float32, np.float64):
        room = fourier.aligned(shape, dtype)
        assert room.shape == shape
        assert room.dtype == dtype
        assert room.ctypes.data % 64 == 0
