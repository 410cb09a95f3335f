"""Cross-spectral features compatible with the HarMNqEEG norms (Li et al. 2022).

Written from the published equations: cross-spectra of rectangular epochs of 2.56 s, average
reference, shrinkage, global scale factor, in this order; then the logarithm of the spectra, or the
tangent space at a reference mean. The norms themselves are not part of Eutonia.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import starts, usable
from eutonia.model import Floats

Complexes = NDArray[np.complex128]

#: The electrodes in the order of the norms; the last one is dropped after re-referencing.
ELECTRODES = (
    *("Fp1", "Fp2", "F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2"),
    *("F7", "F8", "T7", "T8", "P7", "P8", "Fz", "Cz", "Pz"),
)
EPOCH_S = 2.56
#: Frequency points of the norms, counted from 1 / `EPOCH_S` on: 1.17 to 19.14 Hz.
POINTS = np.arange(3, 50)
#: Fewest epochs.
MIN_EPOCHS = 4


@dataclass(frozen=True, kw_only=True)
class Features:
    """Features of one recording.

    Parameters
    ----------
    freq_hz : ndarray, shape (n_freq,)
    cross : ndarray of complex, shape (..., n_freq, 18, 18)
        Regularised cross-spectra divided by the global scale factor.
    log_scale : ndarray, shape (...)
        Natural logarithm of the global scale factor; 0 where `cross` was scaled already.
    shrinkage : ndarray, shape (..., n_freq)
        How much of the diagonal target was mixed in, clipped to 0–1.
    """

    freq_hz: Floats
    cross: Complexes
    log_scale: Floats
    shrinkage: Floats

    @property
    def log_spectrum(self) -> Floats:
        """Natural logarithm of the power of each electrode, ``(..., n_freq, 18)``."""
        return np.asarray(np.log(np.diagonal(self.cross, axis1=-2, axis2=-1).real))

    def tangent(self, reference: Complexes) -> Complexes:
        """Return the tangent vectors at a reference mean, ``(..., n_freq, 171)``.

        Parameters
        ----------
        reference : ndarray of complex, shape (n_freq, 18, 18)
            Hermitian and positive definite, such as the mean of the norms.
        """
        values, vectors = np.linalg.eigh(reference)
        root = (vectors / np.sqrt(values)[..., None, :]) @ vectors.conj().swapaxes(-1, -2)
        power, direction = np.linalg.eigh(root @ self.cross @ root)
        logarithm = (direction * np.log(power)[..., None, :]) @ direction.conj().swapaxes(-1, -2)
        row, column = np.tril_indices(logarithm.shape[-1])
        scale = np.where(row == column, 1.0, np.sqrt(2.0))
        return np.asarray(logarithm[..., row, column] * scale)


def frequencies(rate_hz: float) -> Floats:
    """Return the frequencies of `POINTS`; an epoch is the nearest whole number of samples."""
    return np.asarray(POINTS * (rate_hz / round(EPOCH_S * rate_hz)), dtype=np.float64)


def cross_spectra(x: Floats, mask: NDArray[np.bool_], *, rate_hz: float) -> Complexes:
    """Return the cross-spectrum of each usable epoch, ``(n_epochs, n_freq, 19, 19)``.

    Parameters
    ----------
    x : ndarray, shape (19, n_samples)
        Channels as in `ELECTRODES`; any common reference.
    mask : ndarray of bool, same shape
        An epoch with an unusable sample in any channel is left out.
    rate_hz : float

    Returns
    -------
    ndarray of complex
        Two-sided densities, in unit²/Hz.
    """
    from scipy.fft import rfft

    length = round(EPOCH_S * rate_hz)
    first = starts(x.shape[1], length)
    first = first[usable(mask, first, length).all(axis=0)]
    epochs = np.lib.stride_tricks.sliding_window_view(x, length, axis=1)[:, first]
    spectra = rfft(epochs, axis=2)[:, :, POINTS].transpose(1, 2, 0)
    return np.asarray(
        spectra[..., :, None] * spectra[..., None, :].conj() / (rate_hz * length),
        dtype=np.complex128,
    )


def features(total: Complexes, n_epochs: Floats, freq_hz: Floats) -> Features:
    """Return the features of summed cross-spectra.

    Parameters
    ----------
    total : ndarray of complex, shape (..., n_freq, 19, 19)
        Sum over epochs of `cross_spectra`.
    n_epochs : ndarray, shape (...)
    freq_hz : ndarray, shape (n_freq,)
    """
    k = n_epochs[..., None]
    mean = total / k[..., None, None]
    n = total.shape[-1]
    centred = np.eye(n) - 1 / n  # average reference
    cross = (centred @ mean @ centred)[..., : n - 1, : n - 1]
    p = n - 1
    # The sums of the eigenvalues and of their squares, without computing them.
    trace = np.trace(cross, axis1=-2, axis2=-1).real
    spread = (np.abs(cross) ** 2).sum(axis=(-2, -1)) - trace**2 / k
    with np.errstate(divide="ignore", invalid="ignore"):
        shrinkage = np.clip(1 / (1 - k / p + k * spread / trace**2), 0, 1)
    shrinkage = np.nan_to_num(shrinkage, nan=1.0)
    cross = (1 - shrinkage)[..., None, None] * cross
    cross += (shrinkage * trace / p)[..., None, None] * np.eye(p)
    power = np.diagonal(cross, axis1=-2, axis2=-1).real
    with np.errstate(divide="ignore", invalid="ignore"):
        log_scale = np.log(power).mean(axis=(-2, -1))
        cross = cross / np.exp(log_scale)[..., None, None, None]
    return Features(freq_hz=freq_hz, cross=cross, log_scale=log_scale, shrinkage=shrinkage)
