"""A daily rhythm: the cosine of 24 hours that fits ratings best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eutonia.model import CannotMeasure, Floats
from eutonia.stats.ar1 import regress
from eutonia.stats.intervals import student_quantile

#: Beyond this ratio of amplitude to error, limits are symmetric to three digits.
_LARGE = 20.0


@dataclass(frozen=True, kw_only=True)
class Cosinor:
    """``y = mesor + amplitude * cos(2 pi (t - acrophase) / period)``.

    Parameters
    ----------
    mesor, amplitude : float
        Mean of the rhythm, and half the distance from its trough to its peak; unit of `y`.
    acrophase_h, trough_h : float
        Hour of the day of the peak and of the trough, 0 to below `period_h`.
    amplitude_ci : tuple of float
        95 % limits of the amplitude; the lower one is 0 where p is above 0.025.
    p : float
        That there is no rhythm of this period.
    df : float
        Degrees of freedom of the errors.
    n : int
        Ratings; `period_h` the period.
    """

    mesor: float
    amplitude: float
    acrophase_h: float
    trough_h: float
    amplitude_ci: tuple[float, float]
    p: float
    df: float
    n: int
    period_h: float


def cosinor(
    t_hours: Sequence[float] | Floats,
    y: Sequence[float] | Floats,
    *,
    period_h: float = 24.0,
    independent: bool = False,
) -> Cosinor:
    """Fit one cosine of a known period.

    Parameters
    ----------
    t_hours : sequence of float
        Hours since a midnight, going on over the days (26.5 is 2:30 of the second day), in order
        unless `independent`.
    y : sequence of float
    period_h : float
    independent : bool
        Take the ratings as independent, as the classical cosinor does. By default neighbours in
        time may resemble each other (`eutonia.stats.ar1`), for a diary's ratings do; the classical
        way takes a drift over the days for noise, and overlooks small rhythms beside it.

    Raises
    ------
    CannotMeasure
        If there are too few ratings, they never vary, or their times cannot show the rhythm.
    ValueError
        If times are not in order, or shapes do not fit.
    """
    times, values = np.asarray(t_hours, dtype=np.float64), np.asarray(y, dtype=np.float64)
    angle = 2 * np.pi * times / period_h
    x = np.column_stack([np.ones(len(times)), np.cos(angle), np.sin(angle)])
    if independent:
        effects, covariance, df = _least_squares(values, x)
    else:
        fit = regress(times, values, x)
        effects, covariance, df = fit.effects, fit.covariance, fit.df
    wave, spread = effects[1:], covariance[1:, 1:]
    amplitude = float(np.hypot(*wave))
    peak = float(np.arctan2(wave[1], wave[0]) / (2 * np.pi) * period_h)
    towards = wave / amplitude
    return Cosinor(
        mesor=float(effects[0]),
        amplitude=amplitude,
        acrophase_h=peak % period_h,
        trough_h=(peak + period_h / 2) % period_h,
        amplitude_ci=_limits(amplitude, float(np.sqrt(towards @ spread @ towards)), df),
        p=_p(float(wave @ np.linalg.solve(spread, wave)) / 2, df),
        df=df,
        n=len(values),
        period_h=period_h,
    )


def _least_squares(y: Floats, x: Floats) -> tuple[Floats, Floats, float]:
    n, k = x.shape
    if n < k + 3:
        raise CannotMeasure(f"{n} ratings are too few for a daily rhythm")
    solved, _, rank, _ = np.linalg.lstsq(x, y)
    effects: Floats = np.asarray(solved, dtype=np.float64)
    if rank < k:
        raise CannotMeasure("the ratings stand at too few hours of the day for a rhythm")
    rest = float(np.sum((y - x @ effects) ** 2))
    if rest <= 1e-12 * float(np.sum(y**2)):
        raise CannotMeasure("the ratings never vary by themselves")
    covariance: Floats = rest / (n - k) * np.linalg.inv(x.T @ x)
    return effects, covariance, float(n - k)


def _p(f: float, df: float) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(2, df, f))


def _limits(amplitude: float, error: float, df: float) -> tuple[float, float]:
    """Return the amplitudes that make the one found just unlikely.

    The square of an amplitude over its error follows a non-central chi-square with two degrees of
    freedom; the error is widened as Student's t is wider than the normal distribution.
    """
    from scipy.special import chndtr, chndtrinc, ndtri

    wide = error * float(student_quantile(0.975, df)) / float(ndtri(0.975))
    ratio = amplitude / wide
    if ratio > _LARGE:
        half = float(ndtri(0.975)) * wide
        return amplitude - half, amplitude + half
    none = float(chndtr(ratio**2, 2, 0.0)) <= 0.975  # even no rhythm would often give this much
    lo = 0.0 if none else float(chndtrinc(ratio**2, 2, 0.975))
    return wide * lo**0.5, wide * float(chndtrinc(ratio**2, 2, 0.025)) ** 0.5
