"""What a laboratory's own controls reach."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from eutonia.model.recording import Floats


@dataclass(frozen=True, kw_only=True)
class Norm:
    """One number in a group of controls.

    Parameters
    ----------
    measure, version, unit : str
        Full id of the number, version of its method, and its unit.
    target, condition : str
        Labels, as of an `Estimate`.
    notes : tuple of str
        What it was normalised by.
    log : bool
        Whether `mean` and `sd` are of the natural logarithm (measures that compare as ratios).
    n : int
        Controls, each counted once.
    mean, sd : float
        Over controls; `sd` with n - 1.
    age_years : tuple of float, or None
        Youngest and oldest; None where an age is not known.
    devices, protocols : tuple of str
        With what the controls were recorded; empty where it is not known.
    sem : float, or None
        Standard error of measurement, on the scale of `mean`; None where too few came twice.
    retested : int
        Controls behind `sem`, with two visits each.
    """

    measure: str
    version: str
    unit: str
    target: str
    condition: str
    log: bool
    n: int
    mean: float
    sd: float
    notes: tuple[str, ...] = ()
    age_years: tuple[float, float] | None = None
    devices: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    sem: float | None = None
    retested: int = 0


@dataclass(frozen=True, kw_only=True)
class Norms:
    """All numbers of one group of controls.

    Parameters
    ----------
    name : str
        Of the laboratory and the group, as it stands beside each z.
    people : int
        Controls in all.
    made_with : str
        Version of Eutonia.
    simulated : bool
        True where the controls are simulated: then every comparison says so.
    norms : tuple of Norm
    """

    name: str
    people: int
    made_with: str
    norms: tuple[Norm, ...]
    simulated: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class HarmnTable:
    """Norms of the log-spectrum by age, in the layout of HarMNqEEG (Li et al. 2022).

    Parameters
    ----------
    age_years : ndarray, shape (n_ages,)
        Ascending.
    freq_hz : ndarray, shape (n_freq,)
    electrodes : tuple of str, length n_electrodes
    mean, sd : ndarray, shape (n_ages, n_freq, n_electrodes)
        Of the natural logarithm of the scaled power.
    batches : tuple of str
        Names of the batches (site and device).
    batch_mean, batch_sd : ndarray, shape (n_batches, n_freq, n_electrodes)
        Of the global z in each batch.
    """

    age_years: Floats
    freq_hz: Floats
    electrodes: tuple[str, ...]
    mean: Floats
    sd: Floats
    batches: tuple[str, ...] = ()
    batch_mean: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    batch_sd: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
