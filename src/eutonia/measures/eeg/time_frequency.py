"""Time-frequency maps of the change of power with movement, and where it is beyond chance.

The map is the change of the mean power in % of the reference. Chance is judged on the logarithm of
power over the reference of the same trial, both averaged over three neighbouring bins, because the
logarithm of a single one is very noisy: without a change it is distributed evenly about zero,
whatever the spectrum, because both come from windows of the same length. Student's t over trials
gives p, and the false-discovery rate of all tested points of a map is held at 5 % (our rule); on a
map without any change that is also the chance of a single false point. No random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats
from eutonia.stats.multiple import false_discovery

#: Share of the marked points of a map that may be false.
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class TrialSums:
    """What a map needs of the trials of one channel; it adds up over spans.

    Parameters
    ----------
    trials : int
    power : ndarray, shape (n_times, n_freq)
        Sum of the power.
    log_ratio, log_ratio_squared : ndarray, shape (n_times, n_freq)
        Sums of the logarithm of power over the reference of the trial, both averaged over
        neighbouring bins, and of its square.
    """

    trials: int
    power: Floats
    log_ratio: Floats
    log_ratio_squared: Floats

    def __add__(self, other: TrialSums) -> TrialSums:
        return TrialSums(
            trials=self.trials + other.trials,
            power=self.power + other.power,
            log_ratio=self.log_ratio + other.log_ratio,
            log_ratio_squared=self.log_ratio_squared + other.log_ratio_squared,
        )


def trial_sums(power: Floats, *, reference: int) -> TrialSums:
    """Sum the trials in which every window is usable.

    Parameters
    ----------
    power : ndarray, shape (n_trials, n_times, n_freq)
        NaN where unusable.
    reference : int
        Index of the time that the others are compared with.
    """
    kept = power[np.isfinite(power[..., 0]).all(axis=1)]
    # A window without any power (a test signal, never an amplifier) says nothing about change.
    log_ratio = np.log(np.maximum(_smoothed(kept), np.finfo(np.float64).tiny))
    log_ratio -= log_ratio[:, reference : reference + 1].copy()
    return TrialSums(
        trials=len(kept),
        power=kept.sum(axis=0),
        log_ratio=log_ratio.sum(axis=0),
        log_ratio_squared=np.einsum("nij,nij->ij", log_ratio, log_ratio),
    )


def _smoothed(power: Floats) -> Floats:
    """Average each bin with its two neighbours; the first and the last have one."""
    out = power.copy()
    out[..., 1:] += power[..., :-1]
    out[..., :-1] += power[..., 1:]
    out[..., 1:-1] /= 3
    out[..., [0, -1]] /= 2
    return out


def change_map(
    sums: TrialSums, *, reference: int, tested: NDArray[np.bool_], min_trials: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the map of one channel.

    Parameters
    ----------
    sums : TrialSums
    reference : int
        Index of the time of the reference.
    tested : ndarray of bool, shape (n_times,)
        Times that do not overlap the reference.
    min_trials : int
        With fewer nothing is marked.

    Returns
    -------
    change : ndarray, shape (n_freq, n_times)
        In % of the reference.
    significant : ndarray of bool, shape (n_freq, n_times)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        change = 100 * (sums.power / sums.power[reference] - 1)
    marked = np.zeros(change.shape, dtype=bool)
    if sums.trials >= min_trials:
        p = _p_values(sums)[tested]
        marked[tested] = (false_discovery(p.ravel()) <= LEVEL).reshape(p.shape)
    return change.T, marked.T


def _p_values(sums: TrialSums) -> Floats:
    from scipy.special import stdtr

    n = sums.trials
    mean = sums.log_ratio / n
    variance = np.maximum(sums.log_ratio_squared / n - mean**2, 0) * n / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(mean) / np.sqrt(variance / n)
    p: Floats = np.where(np.isfinite(t), 2 * stdtr(n - 1, -t), 1.0)
    return p
