"""HarMNqEEG-compatible features: each step against an independent computation (vector T13)."""

import numpy as np
import pytest

from eutonia.dsp import harmn
from eutonia.measures.eeg import harmn as measure

RATE = 100.0


@pytest.fixture(scope="module")
def signal():
    """Return 19 correlated channels of 100 s."""
    rng = np.random.default_rng(0)
    mixing = np.eye(19) + 0.3 * rng.standard_normal((19, 19))
    return mixing @ np.cumsum(rng.standard_normal((19, 10_000)), axis=1) * 0.1


@pytest.fixture(scope="module")
def found(signal):
    """Return its features and the number of epochs."""
    cross = harmn.cross_spectra(signal, np.ones(signal.shape, bool), rate_hz=RATE)
    n = np.array(float(len(cross)))
    return harmn.features(cross.sum(axis=0), n, harmn.frequencies(RATE)), len(cross)


def test_the_grid_is_that_of_the_norms():
    """47 points from 1.17 to 19.14 Hz, 0.390625 Hz apart."""
    freq = harmn.frequencies(RATE)
    assert len(freq) == 47
    np.testing.assert_allclose(np.diff(freq), 0.390625)
    assert (round(freq[0], 2), round(freq[-1], 2)) == (1.17, 19.14)


def test_shapes_and_scale_are_those_of_the_norms(found):
    """18 x 18 at 47 frequencies, 171 tangent components, mean logarithm of the power zero."""
    features, _ = found
    assert features.cross.shape == (47, 18, 18)
    assert features.tangent(features.cross).shape == (47, 171)
    assert features.log_spectrum.mean() == pytest.approx(0, abs=1e-12)


def test_each_step_follows_the_published_order(signal, found):
    """Cross-spectra, average reference, shrinkage, scale: written again, step by step."""
    features, k = found
    epochs = signal[:, : k * 256].reshape(19, k, 256)
    point = 10  # of the 47
    f = np.fft.fft(epochs, axis=2)[:, :, point + 3]
    s = f @ f.conj().T / k / (RATE * 256)
    h = np.eye(19) - np.ones((19, 19)) / 19
    s = (h @ s @ h.T)[:18, :18]
    e = np.maximum(np.linalg.eigvalsh(s), 0)
    t, p = e.sum(), 18
    t1 = (e**2).sum() - t**2 / k
    rho = np.clip(1 / (1 - k / p + k * t1 / t**2), 0, 1)
    s = (1 - rho) * s + rho * t / p * np.eye(18)
    assert features.shrinkage[point] == pytest.approx(rho, rel=1e-9)
    np.testing.assert_allclose(
        features.cross[point] * np.exp(features.log_scale), s, rtol=1e-9, atol=1e-9 * abs(s).max()
    )


def test_the_tangent_vector_is_that_of_matrix_functions(found):
    """It equals SciPy's logarithm and root of matrices, and is zero at the reference itself."""
    from scipy.linalg import inv, logm, sqrtm

    features, _ = found
    reference = features.cross[::-1]
    root = inv(sqrtm(reference[5]))
    expected = logm(root @ features.cross[5] @ root)
    row, column = np.tril_indices(18)
    scale = np.where(row == column, 1, np.sqrt(2))
    np.testing.assert_allclose(
        features.tangent(reference)[5], expected[row, column] * scale, atol=1e-8
    )
    np.testing.assert_allclose(features.tangent(features.cross), 0, atol=1e-9)


def test_the_reference_does_not_matter(signal, found):
    """Another common reference in the file gives the same features."""
    features, k = found
    other = signal - signal[16]
    cross = harmn.cross_spectra(other, np.ones(other.shape, bool), rate_hz=RATE)
    again = harmn.features(cross.sum(axis=0), np.array(float(k)), harmn.frequencies(RATE))
    np.testing.assert_allclose(again.log_spectrum, features.log_spectrum, atol=1e-9)


def test_epochs_with_a_bad_sample_are_left_out(signal, found):
    """One unusable sample in one channel costs its epoch in all channels."""
    _, k = found
    mask = np.ones(signal.shape, dtype=bool)
    mask[3, 300] = False
    assert len(harmn.cross_spectra(signal, mask, rate_hz=RATE)) == k - 1


def test_packed_sums_are_the_cross_spectra(signal):
    """What the measure keeps of a group of epochs gives back the features of the whole."""
    made, _ = measure.example(0)
    (recording,) = made.recordings
    x = recording.signal.read()
    cross = harmn.cross_spectra(x, np.ones(x.shape, bool), rate_hz=RATE)
    total = cross.sum(axis=0)
    packed = np.append(np.tril(total.real) + np.triu(total.imag, 1), len(cross))
    again = measure._Scale(harmn.frequencies(RATE)).features(packed)
    direct = harmn.features(total, np.array(float(len(cross))), harmn.frequencies(RATE))
    np.testing.assert_allclose(again.cross, direct.cross, atol=1e-12)
