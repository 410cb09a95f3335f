"""How far several raters agree: intraclass correlation, weighted kappa, measurement error.

The intraclass correlations and their limits are those of Shrout and Fleiss (1979) and McGraw and
Wong (1996), written from their equations; the variance of weighted kappa that of Fleiss, Cohen and
Everitt (1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from eutonia.model import Floats, InvalidRecord
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

IccKind = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
KINDS: tuple[IccKind, ...] = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")


@dataclass(frozen=True, kw_only=True)
class Icc:
    """An intraclass correlation with its 95 % limits.

    Parameters
    ----------
    kind : str
        After Shrout and Fleiss: ``2,1`` is absolute agreement of single raters drawn from many.
    value, lo, hi : float
        May be below 0 where raters differ more than the people do.
    n_subjects, n_raters, n_dropped : int
        Rated people, raters, and people left out because a rating was missing.
    sd : float
        Spread of a single rating over people, raters and error, in the scale's unit.
    """

    kind: IccKind
    value: float
    lo: float
    hi: float
    n_subjects: int
    n_raters: int
    n_dropped: int
    sd: float


@dataclass(frozen=True, kw_only=True)
class Kappa:
    """A weighted kappa with its 95 % limits; `n` pairs of ratings."""

    value: float
    lo: float
    hi: float
    n: int


@dataclass(frozen=True, kw_only=True)
class BlandAltman:
    """Mean difference of two ratings and the limits within which 95 % of differences lie.

    The intervals of the limits are the approximate ones of Bland and Altman (1999).
    """

    bias: float
    bias_interval: tuple[float, float]
    lower: float
    lower_interval: tuple[float, float]
    upper: float
    upper_interval: tuple[float, float]
    sd: float
    n: int


def icc(
    ratings: ArrayLike,
    *,
    kind: IccKind = "2,1",
    missing: Literal["error", "listwise"] = "error",
    level: float = 0.95,
) -> Icc:
    """Return an intraclass correlation with its limits.

    Parameters
    ----------
    ratings : array_like, shape (n_subjects, n_raters)
        One row per person, one column per rater; NaN where a rating is missing.
    kind : str
        ``1,·`` other raters for each person, ``2,·`` the same raters, drawn from many (absolute
        agreement), ``3,·`` these raters only (consistency); ``·,1`` of one rating, ``·,k`` of the
        mean over all raters.
    missing : {'error', 'listwise'}
        What becomes of a person with a missing rating: an error, or left out and counted. None is
        ever filled in.

    Raises
    ------
    InvalidRecord
        If fewer than 2 people or raters are left, a rating is missing or infinite, or nothing
        differs at all.
    """
    if kind not in KINDS:
        raise InvalidRecord(f"There is no ICC of kind {kind!r}; allowed: {', '.join(KINDS)}.")
    x, dropped = _complete(ratings, missing)
    n, k = x.shape
    between, raters, within, error = mean_squares(x)
    if within + between <= 0:
        raise InvalidRecord("All ratings are equal, so agreement is not defined.")
    tail = (1 - level) / 2
    if kind[0] == "2":
        value, lo, hi = _absolute(between, raters, error, (n, k), tail)
    else:
        noise = within if kind[0] == "1" else error
        df = n * (k - 1) if kind[0] == "1" else (n - 1) * (k - 1)
        value, lo, hi = _from_f(between, noise, (n - 1, df), k, tail)
    if kind[2] == "k":
        value, lo, hi = (
            k * v / (1 + (k - 1) * v) if v > -1 / (k - 1) else -np.inf for v in (value, lo, hi)
        )
    sd = np.sqrt(max(0, (between - error) / k) + max(0, (raters - error) / n) + error)
    return Icc(
        kind=kind,
        value=float(value),
        lo=float(lo),
        hi=float(hi),
        n_subjects=n,
        n_raters=k,
        n_dropped=dropped,
        sd=float(sd),
    )


def _complete(ratings: ArrayLike, missing: str) -> tuple[Floats, int]:
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim != 2:
        raise InvalidRecord(f"Ratings must be people × raters, not of {x.ndim} dimensions.")
    if np.isinf(x).any():
        raise InvalidRecord("A rating is infinite.")
    whole = ~np.isnan(x).any(axis=1)
    if missing == "error" and not whole.all():
        raise InvalidRecord(
            f"{int((~whole).sum())} of {len(x)} people lack a rating; leave them out with "
            "missing='listwise'."
        )
    x = x[whole]
    if x.shape[0] < 2 or x.shape[1] < 2:
        raise InvalidRecord(
            f"Agreement needs at least 2 people rated by at least 2 raters; there are {x.shape[0]} "
            f"and {x.shape[1]}."
        )
    return x, int((~whole).sum())


def mean_squares(x: Floats) -> tuple[float, float, float, float]:
    """Return the mean squares between people, between raters, within people, and of error.

    Parameters
    ----------
    x : ndarray, shape (n_people, n_raters)
        Raters, or visits.
    """
    n, k = x.shape
    mean = x.mean()
    people, raters = x.mean(axis=1), x.mean(axis=0)
    between = k * ((people - mean) ** 2).sum() / (n - 1)
    over_raters = n * ((raters - mean) ** 2).sum() / (k - 1)
    within = ((x - people[:, None]) ** 2).sum() / (n * (k - 1))
    residual = x - people[:, None] - raters[None, :] + mean
    error = (residual**2).sum() / ((n - 1) * (k - 1))
    return float(between), float(over_raters), float(within), float(error)


def _from_f(
    between: float, noise: float, df: tuple[int, int], k: int, tail: float
) -> tuple[float, float, float]:
    """Return an ICC that is a function of one F ratio, with its exact limits."""
    if noise <= 0:
        return 1.0, 1.0, 1.0
    f = between / noise
    low, high = f / _f_quantile(1 - tail, *df), f * _f_quantile(1 - tail, df[1], df[0])
    value, lo, hi = ((v - 1) / (v + k - 1) for v in (f, low, high))
    return value, lo, hi


def _absolute(
    between: float, raters: float, error: float, shape: tuple[int, int], tail: float
) -> tuple[float, float, float]:
    """Return ICC(2,1) with the limits of McGraw and Wong (1996, table 7)."""
    n, k = shape
    value = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
    if error <= 0 and raters <= 0:
        return 1.0, 1.0, 1.0
    a = k * value / (n * (1 - value)) if value < 1 else np.inf
    b = 1 + k * value * (n - 1) / (n * (1 - value)) if value < 1 else np.inf
    top = (a * raters + b * error) ** 2
    under = (a * raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    df = top / under if under > 0 else (n - 1.0) * (k - 1)
    f_low = _f_quantile(1 - tail, n - 1, df)
    f_high = _f_quantile(1 - tail, df, n - 1)
    spread = k * raters + (n * k - k - n) * error
    lo = n * (between - f_low * error) / (f_low * spread + n * between)
    hi = n * (f_high * between - error) / (spread + n * f_high * between)
    return value, lo, hi


def _f_quantile(p: float, numerator: float, denominator: float) -> float:
    from scipy.special import fdtri

    return float(fdtri(numerator, denominator, p))


def sem(sd: float, reliability: float) -> float:
    """Return the standard error of measurement, ``SD · √(1 − ICC)``, in the unit of `sd`.

    For the minimal detectable change see `eutonia.stats.change.minimal_detectable_change`.

    Raises
    ------
    InvalidRecord
        If the spread is negative or the reliability is above 1.
    """
    if not (sd >= 0 and reliability <= 1):
        raise InvalidRecord(
            f"The spread ({sd:g}) must not be negative, nor the reliability ({reliability:g}) "
            "above 1."
        )
    return float(sd * np.sqrt(1 - max(reliability, 0.0)))


def weighted_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Literal["linear", "quadratic"] = "quadratic",
    levels: ArrayLike | None = None,
) -> Kappa:
    """Return Cohen's weighted kappa of two raters with its large-sample 95 % limits.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        Ratings of the same people on an ordered scale.
    weights : {'linear', 'quadratic'}
        How disagreement counts: with the distance of the steps, or its square.
    levels : array_like or None
        All steps of the scale in order, equally spaced by rank; those that occur by default.

    Raises
    ------
    InvalidRecord
        If the ratings are not pairs, one is missing or outside the levels, or both raters gave the
        same rating to everybody.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise InvalidRecord("Kappa needs pairs of ratings of at least 2 people.")
    steps = np.unique(np.concatenate([a, b]) if levels is None else np.asarray(levels, float))
    if np.isnan(a + b).any() or not np.isin(np.concatenate([a, b]), steps).all():
        raise InvalidRecord("A rating is missing, or outside the levels of the scale.")
    if len(np.unique(np.concatenate([a, b]))) < 2:
        raise InvalidRecord("Both raters gave the same rating to everybody: kappa is undefined.")
    n, q = len(a), len(steps)
    p = np.zeros((q, q))
    np.add.at(p, (np.searchsorted(steps, a), np.searchsorted(steps, b)), 1 / n)
    distance = np.abs(np.subtract.outer(np.arange(q), np.arange(q))) / (q - 1)
    w = 1 - (distance if weights == "linear" else distance**2)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    chance = np.outer(rows, columns)
    observed, expected = float((w * p).sum()), float((w * chance).sum())
    value = (observed - expected) / (1 - expected)
    mean_w = (w @ columns)[:, None] + (rows @ w)[None, :]
    spread = (p * (w - mean_w * (1 - value)) ** 2).sum()
    variance = (spread - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2)
    half = HALF_95 * np.sqrt(max(variance, 0.0))
    return Kappa(value=value, lo=max(-1.0, value - half), hi=min(1.0, value + half), n=n)


def bland_altman(first: ArrayLike, second: ArrayLike) -> BlandAltman:
    """Return bias and limits of agreement of paired ratings, ``first − second``.

    Raises
    ------
    InvalidRecord
        If there are fewer than 3 pairs, or a rating is missing.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 3 or not np.isfinite(a + b).all():
        raise InvalidRecord("Limits of agreement need at least 3 complete pairs of ratings.")
    d = a - b
    n, bias, sd = len(d), float(d.mean()), float(d.std(ddof=1))
    t = float(student_quantile(0.975, n - 1))
    half = t * sd / np.sqrt(n)
    wide = t * sd * np.sqrt(1 / n + HALF_95**2 / (2 * (n - 1)))
    lower, upper = bias - HALF_95 * sd, bias + HALF_95 * sd
    return BlandAltman(
        bias=bias,
        bias_interval=(float(bias - half), float(bias + half)),
        lower=lower,
        lower_interval=(float(lower - wide), float(lower + wide)),
        upper=upper,
        upper_interval=(float(upper - wide), float(upper + wide)),
        sd=sd,
        n=n,
    )
