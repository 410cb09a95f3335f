"""Regression within one person, for ratings that follow each other at uneven times.

Ratings close in time resemble each other, so ordinary regression would claim too much. Here the
errors are a process that forgets with one time constant (an AR(1) process in continuous time) plus
a noise of the rating itself: ``cov(e_i, e_j) = s2 * ((1 - noise) * exp(-|t_i - t_j| / hours))``,
and ``s2`` on the diagonal. The process goes on through the night and over missing prompts: a long
time constant is a slow drift over days. Coefficients and ``s2`` are profiled out; time constant and
noise are averaged over their restricted likelihood on a grid, so that not knowing them widens the
intervals (our small-sample correction; `tests/stats/test_ar1.py` shows what it gives).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import CannotMeasure, Floats
from eutonia.stats.intervals import student_quantile

#: Grid of the time constant: from a fraction of the median gap to the whole series, by ratio.
_N_HOURS = 21
_SHORTEST = 0.25
#: Grid of the share of rating noise in the variance; 0 is the pure AR(1).
_NOISE = np.array([0.0, 0.1, 0.25, 0.4, 0.6])
#: Ratings entered in the same minute count as one minute apart.
_LEAST_GAP_H = 1 / 60


@dataclass(frozen=True, kw_only=True)
class Regression:
    """Coefficients with errors, one per column of the design.

    Parameters
    ----------
    effects, errors, lo, hi, p : ndarray, shape (n_columns,)
        Coefficient, standard error, 95 % limits, and two-sided p-value against 0.
    df : float
        Degrees of freedom of Student's t.
    hours : float
        Time constant at the highest restricted likelihood; `noise`: share of rating noise there.
    rho : float
        Correlation of the errors over one median gap there.
    covariance : ndarray, shape (n_columns, n_columns)
        Of the coefficients, with the uncertainty of the memory.
    n : int
        Observations; `n_effective`: independent ones that would pin the mean down as well.
    """

    effects: Floats
    errors: Floats
    lo: Floats
    hi: Floats
    p: Floats
    df: float
    hours: float
    noise: float
    rho: float
    covariance: Floats
    n: int
    n_effective: float


@dataclass(frozen=True, kw_only=True)
class Given:
    """The fit for known time constants and noises, one per row: the parts that are averaged.

    Parameters
    ----------
    effects : ndarray, shape (n_given, n_columns)
    covariance : ndarray, shape (n_given, n_columns, n_columns)
    log_likelihood : ndarray, shape (n_given,)
        Restricted, up to a constant.
    n_effective : ndarray, shape (n_given,)
    """

    effects: Floats
    covariance: Floats
    log_likelihood: Floats
    n_effective: Floats


def regress(t_hours: Floats, y: Floats, x: Floats) -> Regression:
    """Regress `y` on the columns of `x`, with errors that remember.

    Parameters
    ----------
    t_hours : ndarray, shape (n,)
        Time of each observation in hours from any zero, in order.
    y : ndarray, shape (n,)
    x : ndarray, shape (n, n_columns)
        The design, with the column of ones.

    Raises
    ------
    CannotMeasure
        If there are too few observations for the columns, `y` follows them exactly, or a column is
        a combination of the others.
    ValueError
        If times are not in order or shapes do not fit.
    """
    gaps = _gaps(t_hours, y, x)
    hours, noise = _grid(t_hours, gaps)
    parts = given(t_hours, y, x, hours=hours, noise=noise)
    weights = np.exp(parts.log_likelihood - parts.log_likelihood.max())
    weights /= weights.sum()
    effects = weights @ parts.effects
    # Law of total variance: the error at known memory, plus how far the memory moves the effect.
    away = parts.effects - effects
    covariance = np.einsum("g,gij->ij", weights, parts.covariance)
    covariance += np.einsum("g,gi,gj->ij", weights, away, away)
    errors = np.sqrt(np.diagonal(covariance))
    best = int(parts.log_likelihood.argmax())
    df = float(len(y) - x.shape[1])
    half = float(student_quantile(0.975, df)) * errors
    return Regression(
        effects=effects,
        errors=errors,
        lo=effects - half,
        hi=effects + half,
        p=_two_sided(effects / errors, df),
        df=df,
        hours=float(hours[best]),
        noise=float(noise[best]),
        rho=float((1 - noise[best]) * np.exp(-np.median(gaps) / hours[best])),
        covariance=covariance,
        n=len(y),
        n_effective=float(weights @ parts.n_effective),
    )


def _two_sided(t: Floats, df: float) -> Floats:
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(df, -np.abs(t)), dtype=np.float64)


def _gaps(t_hours: Floats, y: Floats, x: Floats) -> Floats:
    n = len(t_hours)
    if y.shape != (n,) or x.ndim != 2 or len(x) != n:
        raise ValueError(f"shapes do not fit: t {t_hours.shape}, y {y.shape}, x {x.shape}")
    if n < x.shape[1] + 3:
        raise CannotMeasure(f"{n} ratings are too few for {x.shape[1]} unknowns")
    gaps: Floats = np.diff(t_hours)
    if not np.all(gaps >= 0):
        raise ValueError("times must be in order, and be hours from one zero, not of the day")
    return np.maximum(gaps, _LEAST_GAP_H)


def _grid(t_hours: Floats, gaps: Floats) -> tuple[Floats, Floats]:
    least, most = _SHORTEST * float(np.median(gaps)), float(t_hours[-1] - t_hours[0])
    hours = np.geomspace(least, most, _N_HOURS)
    each, noise = np.meshgrid(hours, _NOISE, indexing="ij")
    return each.ravel(), noise.ravel()


def given(t_hours: Floats, y: Floats, x: Floats, *, hours: Floats, noise: Floats) -> Given:
    """Return the generalised least squares fit for each known time constant and noise.

    Parameters
    ----------
    t_hours, y, x
        As for `regress`.
    hours, noise : ndarray, shape (n_given,)
        Time constant in hours, and share of the variance that is rating noise.

    Raises
    ------
    CannotMeasure
        If `y` follows the columns exactly, or a column is a combination of the others.
    """
    scale = np.sqrt((x**2).mean(axis=0))  # columns of one size: harmless to the solution's accuracy
    scale[scale == 0] = 1.0
    columns = np.column_stack([x / scale, np.ones(len(y)), y])
    white, log_variance = _whitened(t_hours, columns, hours=hours, noise=noise)
    k, n = x.shape[1], len(y)
    gram = np.einsum("ngi,ngj->gij", white, white, optimize=True)
    xx, xy, yy = gram[:, :k, :k], gram[:, :k, -1], gram[:, -1, -1]
    try:
        root = np.linalg.cholesky(xx)
    except np.linalg.LinAlgError as error:
        raise CannotMeasure("what is compared never varied by itself") from error
    diagonal = np.diagonal(root, axis1=1, axis2=2)
    if np.any(diagonal < 1e-6 * np.sqrt(np.diagonal(xx, axis1=1, axis2=2))):
        raise CannotMeasure("what is compared never varied by itself")
    inverse = np.linalg.inv(xx)
    effects = np.einsum("gij,gj->gi", inverse, xy)
    rest = yy - np.einsum("gi,gi->g", effects, xy)
    if np.any(rest <= 1e-12 * yy):
        raise CannotMeasure("the ratings follow exactly what they are compared with")
    s2 = rest / (n - k)
    log_det = 2 * np.log(diagonal).sum(axis=1)
    return Given(
        effects=effects / scale,
        covariance=s2[:, None, None] * inverse / np.outer(scale, scale),
        log_likelihood=-0.5 * ((n - k) * np.log(s2) + log_variance + log_det),
        n_effective=gram[:, k, k],
    )


def _whitened(
    t_hours: Floats, columns: Floats, *, hours: Floats, noise: Floats
) -> tuple[Floats, Floats]:
    """Return what is new at each time, over its own spread, and the log determinant.

    A Kalman filter with unit total variance; it runs once over time for all of the grid.
    """
    remembered = 1 - noise
    gaps = np.maximum(np.diff(t_hours, prepend=t_hours[0]), _LEAST_GAP_H)
    keep = np.exp(-gaps[:, None] / hours)
    white = np.empty((len(columns), len(hours), columns.shape[1]))
    log_variance = np.zeros(len(hours))
    expected = np.zeros((len(hours), columns.shape[1]))
    variance = remembered
    for i, row in enumerate(columns):
        expected = keep[i][:, None] * expected
        variance = keep[i] ** 2 * variance + remembered * (1 - keep[i] ** 2)
        total = variance + noise
        new = row - expected
        white[i] = new / np.sqrt(total)[:, None]
        log_variance += np.log(total)
        gain = variance / total
        expected = expected + gain[:, None] * new
        variance = variance * (1 - gain)
    return white, log_variance
