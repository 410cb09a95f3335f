"""The kernels in C against NumPy and SciPy, which do the same where there is no compiler."""

import shutil

import numpy as np
import pytest

from eutonia.dsp import compiled
from eutonia.dsp.connectivity import all_pairs
from eutonia.dsp.filter import band_pass, low_pass, notch
from eutonia.dsp.spectrum import power_density, segment_transforms, slepian, tapered_density

RATE = 500.0
RNG = np.random.default_rng(5)
#: More channels than a vector has lanes, and not a multiple of them.
X = RNG.standard_normal((19, 6000))
MASK = RNG.random(X.shape) > 3e-4

needs_kernels = pytest.mark.skipif(
    compiled.library() is None, reason="the kernels were not compiled on this computer"
)


@pytest.fixture
def without(monkeypatch):
    """Return what runs work without the kernels."""

    def run(work):
        with monkeypatch.context() as here:
            here.setattr(compiled, "library", lambda: None)
            here.setattr(compiled, "plan", lambda length, dtype: None)
            return work()

    return run


def _assert_equal(found, expected, *, to):
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, atol=to * np.nanmax(np.abs(other)), rtol=0)


def test_a_compiler_makes_kernels():
    """Where there is a C compiler, installing the package compiled what the processor can run."""
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("no C compiler here")
    assert compiled.library() is not None


@needs_kernels
@pytest.mark.parametrize("n_rows", [1, 7, 19])
@pytest.mark.parametrize("n_samples", [1, 2, 30, 255, 256, 257, 6000])
def test_filters_equal_scipys(n_rows, n_samples, without):
    """Rows of any number and length are filtered as SciPy does, down to a single sample."""
    x = X[:n_rows, :n_samples]

    def work():
        return (
            band_pass(x, rate_hz=RATE, band_hz=(1, 45)),
            low_pass(x, rate_hz=RATE, cutoff_hz=5, order=3),
            low_pass(x, rate_hz=RATE, cutoff_hz=100, order=12),
            notch(x, rate_hz=RATE, line_hz=50, up_to_hz=RATE),
        )

    _assert_equal(work(), without(work), to=1e-11)


@needs_kernels
@pytest.mark.parametrize("length", [4, 6, 10, 50, 256, 450, 486, 1000, 1024])
def test_powers_equal_scipys(length, without):
    """Powers of segments, summed in groups of time, equal those of SciPy's transforms."""

    def work():
        return power_density(
            X, MASK, rate_hz=RATE, length=length, step=max(1, length // 3), group_s=2.5
        )

    assert compiled.plan(length, np.float64) is not None
    _assert_equal(work(), without(work), to=1e-13)


@needs_kernels
def test_powers_of_tapers_equal_scipys(without):
    """Powers summed over several tapers equal those of SciPy's transforms."""
    tapers = slepian(500, 2.5)

    def work():
        return tapered_density(X, MASK, rate_hz=RATE, tapers=tapers, step=500, group_s=4.0)

    assert len(tapers) > 2
    _assert_equal(work(), without(work), to=1e-13)


@needs_kernels
@pytest.mark.parametrize(("dtype", "to"), [(np.float64, 1e-13), (np.float32, 2e-6)])
@pytest.mark.parametrize("n_tapers", [None, 4])
def test_transforms_and_pairs_equal_numpys(dtype, to, n_tapers, without):
    """Bins of segments, and all pairs of channels with bad segments, are NumPy's and SciPy's."""
    x = X.astype(dtype)
    first = np.arange(0, 5500, 100)
    good = RNG.random((len(x), len(first))) > 0.2
    tapers = slepian(250, 2.5) if n_tapers else None

    def work():
        bins = np.array([0, 3, 40, 125])
        spectra = segment_transforms(x, first, length=250, bins=bins, tapers=tapers)
        inner = spectra[..., 1:3]  # between the first and the last bin there is an imaginary part
        return spectra, *all_pairs(inner), *all_pairs(inner, good)

    _assert_equal(work(), without(work), to=to)


@needs_kernels
def test_pairs_in_any_order_of_memory(without):
    """Spectra whose segments are not neighbours in memory give the same pairs."""
    spectra = RNG.standard_normal((5, 33, 2)) + 1j * RNG.standard_normal((5, 33, 2))
    assert spectra.strides[1] != spectra.itemsize
    _assert_equal(all_pairs(spectra), without(lambda: all_pairs(spectra)), to=1e-13)


@pytest.mark.parametrize("length", [2, 3, 7, 251, 14, 2518])
def test_lengths_that_kernels_cannot_do_are_scipys(length):
    """Odd lengths and large prime factors have no plan; the powers are there all the same."""
    assert compiled.plan(length, np.float64) is None
    density, count = power_density(
        X, np.ones_like(MASK), rate_hz=RATE, length=length, step=length, group_s=1e9
    )
    x = X[:, : 6000 // length * length].reshape(len(X), -1, length)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    bare = np.abs(np.fft.rfft((x - x.mean(axis=2, keepdims=True)) * window, axis=2)) ** 2
    np.testing.assert_array_equal(count, x.shape[1])
    one_sided = np.full(length // 2 + 1, 2.0)
    one_sided[0] = 1
    if length % 2 == 0:
        one_sided[-1] = 1
    expected = one_sided * bare.sum(axis=1) / (RATE * (window**2).sum())
    np.testing.assert_allclose(density[0], expected, atol=1e-12 * expected.max())


@needs_kernels
def test_what_is_no_number_stays_in_its_own_segment():
    """A missing sample or a huge artefact leaves other segments and channels untouched."""
    x = X[:3].copy()
    x[1, 730] = np.nan
    x[1, 1230] = 1e12
    first = np.arange(0, 6000, 250)
    bins = np.arange(1, 30)
    found = segment_transforms(x, first, length=250, bins=bins)
    clean = segment_transforms(X[:3], first, length=250, bins=bins)
    hurt = np.zeros(found.shape[:2], dtype=bool)
    hurt[1, [730 // 250, 1230 // 250]] = True
    np.testing.assert_array_equal(found[~hurt], clean[~hurt])
    assert np.isnan(found[1, 730 // 250]).all()
    filtered = low_pass(x, rate_hz=RATE, cutoff_hz=20)
    np.testing.assert_array_equal(
        filtered[[0, 2]], low_pass(X[:3], rate_hz=RATE, cutoff_hz=20)[[0, 2]]
    )
