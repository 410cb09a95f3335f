"""Coherence, imaginary coherence and wPLI of all pairs."""

import numpy as np
import pytest

from eutonia.dsp.connectivity import all_pairs, band_means
from eutonia.dsp.spectrum import segment_transforms, slepian

LENGTH, RATE = 200, 100.0
BANDS = ((4.0, 8.0), (8.0, 13.0))


def _signals(n_channels=6, n_segments=60):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((n_channels, n_segments * LENGTH))
    x[1:] += 0.5 * x[:-1]
    x[3, 2:] += x[0, :-2]  # a lag, so that imaginary parts differ from zero
    return x


def _segments(x):
    return np.arange(x.shape[1] // LENGTH) * LENGTH


def _dense(result):
    below = np.tril_indices(6, -1)
    return result.get_data("dense").transpose(2, 0, 1)[:, below[0], below[1]]


@pytest.mark.parametrize("mode", ["fourier", "multitaper"])
def test_equals_mne_connectivity(mode):
    """Band means of all pairs equal those of the peer to rounding."""
    peer = pytest.importorskip("mne_connectivity")
    x = _signals()
    tapers = np.hanning(LENGTH)[None] if mode == "fourier" else slepian(LENGTH, 2.5)
    bins = np.arange(8, 27)
    spectra = segment_transforms(x, _segments(x), length=LENGTH, bins=bins, tapers=tapers)
    ours = band_means(all_pairs(spectra), bins * RATE / LENGTH, BANDS)
    theirs = peer.spectral_connectivity_epochs(
        x.reshape(6, -1, LENGTH).swapaxes(0, 1),
        method=["coh", "imcoh", "wpli"],
        mode=mode,
        mt_bandwidth=2.5,
        sfreq=RATE,
        fmin=[lo for lo, _ in BANDS],
        fmax=[hi for _, hi in BANDS],
        faverage=True,
        verbose="error",
    )
    below = np.tril_indices(6, -1)
    for mine, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine[:, below[0], below[1]], _dense(their), atol=1e-12)


def test_single_precision_is_close():
    """Half the memory costs less than a millionth."""
    x = _signals()
    bins = np.arange(8, 27)
    double = all_pairs(segment_transforms(x, _segments(x), length=LENGTH, bins=bins))
    single = segment_transforms(x.astype(np.float32), _segments(x), length=LENGTH, bins=bins)
    assert single.dtype == np.complex64
    for a, b in zip(all_pairs(single), double, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_unusable_segments_do_not_count():
    """A pair is as if only the segments usable in both channels had been recorded."""
    x = _signals()
    bins = np.arange(8, 27)
    spectra = segment_transforms(x, _segments(x), length=LENGTH, bins=bins)
    good = np.ones(spectra.shape[:2], dtype=bool)
    good[0, 5:20] = good[2, 15:30] = False
    masked = all_pairs(spectra, good)
    both = good[0] & good[2]
    alone = all_pairs(spectra[[0, 2]][:, both])
    for a, b in zip(masked, alone, strict=True):
        np.testing.assert_allclose(a[:, 0, 2], b[:, 0, 1], rtol=1e-12)


def test_a_pair_without_common_segments_is_undefined():
    """Where nothing is usable in both, there is no number."""
    spectra = segment_transforms(
        _signals(), np.arange(4) * LENGTH, length=LENGTH, bins=np.arange(8, 12)
    )
    good = np.ones((6, 4), dtype=bool)
    good[0, :2] = good[1, 2:] = False
    for values in all_pairs(spectra, good):
        assert np.isnan(values[:, 0, 1]).all()


def test_mirrored_pairs_agree():
    """Coherence and wPLI are symmetric, the imaginary part changes its sign."""
    x = _signals()
    found = all_pairs(segment_transforms(x, _segments(x), length=LENGTH, bins=np.arange(8, 12)))
    for values, sign in zip(found, (1, -1, 1), strict=True):
        np.testing.assert_allclose(values, sign * values.swapaxes(1, 2), atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("times", [1.0, -2.5])
def test_bridged_electrodes_have_no_phase_lag_index(times, dtype):
    """Of two copies of one signal nothing is out of phase: no index is made of rounding errors."""
    x = _signals()[:2].astype(dtype)
    x[1] = times * x[0]
    spectra = segment_transforms(x, _segments(x), length=LENGTH, bins=np.arange(8, 12))
    coherence, imaginary, wpli = all_pairs(spectra)
    assert np.isnan(wpli).all()
    np.testing.assert_allclose(coherence[:, 0, 1], 1, atol=1e-5)
    np.testing.assert_allclose(imaginary[:, 0, 1], 0, atol=1e-5)
