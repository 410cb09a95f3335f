"""Figures over frequency: spectrum, coherence, phase and difference, and the cumulant over lag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eutonia.model import Evidence, Finding, Floats
from eutonia.plot.source import Arrays, drawn, own_axes
from eutonia.plot.style import (
    COLOURS,
    GREY,
    INK,
    LIMIT_DASH,
    SHADE,
    SMALL_PT,
    literal,
    names,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SPECTRUM = ("psd", "freq_hz", "bands", "band_names")
RHYTHM = ("density", "freq_hz")
COHERENCE = ("coherence", "freq_hz", "limit", "bands")
PHASE = ("phase", "coherence", "freq_hz", "limit")
CUMULANT = ("cumulant", "lag_ms", "cumulant_limit")
DIFFERENCE = ("difference_z", "freq_hz", "difference_limit")
_MOST_BINS = 160  # per channel, where many are drawn


@literal
def spectrum(
    source: Finding | Arrays, *, evidence: Evidence | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the power of all channels thin and their median thick, on a logarithmic axis.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``psd (n_channels, n_freq)`` in µV²/Hz, ``freq_hz``,
        ``bands (n_bands, 2)`` and ``band_names``.
    evidence : Evidence, optional
        The arrays behind the finding.
    ax : Axes, optional
        By default on a figure of its own.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, 0, SPECTRUM)
    ax = ax or own_axes()
    freq, psd = what.floats("freq_hz"), positive(what.floats("psd"))
    step = max(1, len(freq) // _MOST_BINS) if len(psd) > 8 else 1
    shade_bands(ax, what.floats("bands"), names(what.arrays["band_names"]))
    ax.plot(freq[::step], psd[:, ::step].T, color=COLOURS[0], lw=0.4, alpha=0.45)
    if len(psd):
        ax.plot(freq, np.exp(np.nanmedian(np.log(psd), axis=0)), color=INK, lw=1.8)
    ax.set(xlabel="Frequency (Hz)", ylabel="Power density (µV²/Hz)", yscale="log")
    _plain_numbers(ax)
    ax.set_xlim(freq[0], freq[-1])
    return ax


@literal
def rhythm(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw the spectrum of a movement, and where a rhythm stands out of it.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``density (n_targets, n_freq)`` and ``freq_hz``; where
        known ``rhythm_hz (n_targets,)``, NaN where there is none, and ``density_unit``.
    evidence : Evidence, optional
        The arrays behind the finding.
    row : int
        Target; a finding brings its own.
    ax : Axes, optional
        By default on a figure of its own.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, RHYTHM)
    ax = ax or own_axes()
    freq, density = what.floats("freq_hz"), what.of_row("density")
    ax.plot(freq, np.where(density > 0, density, np.nan), color=COLOURS[0])
    if "rhythm_hz" in what and np.isfinite(found := float(what.of_row("rhythm_hz"))):
        ax.axvline(found, color=COLOURS[1], ls=LIMIT_DASH, lw=0.9)
    unit = f" ({what.arrays['density_unit']})" if "density_unit" in what else ""
    ax.set_title(what.title)
    ax.set(xlabel="Frequency (Hz)", ylabel=f"Power density{unit}", yscale="log")
    _plain_numbers(ax)
    ax.set_xlim(freq[0], freq[-1])
    return ax


def _plain_numbers(ax: Axes) -> None:
    """Write plain numbers at a logarithmic axis: 1, 2 and 5 of each decade where it has few."""
    lo, hi = ax.get_ylim()
    few = hi < 100 * lo

    def of_few(value: float, _: float) -> str:
        return f"{value:g}" if few and f"{value:e}"[0] in "25" else ""

    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(of_few)


def positive(psd: Floats) -> Floats:
    """Return the channels that hold any power, with gaps where there is none."""
    cleaned: Floats = np.where(psd > 0, psd, np.nan)
    cleaned = cleaned[np.isfinite(cleaned).any(axis=1)]
    gap = ~np.isfinite(cleaned).any(axis=0)
    return np.where(gap, 1.0, cleaned) if gap.all() else cleaned


@literal
def coherence(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw coherence with its limit under independence, and its surrogate limit where there is one.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``coherence (n_targets, n_freq)``, ``freq_hz``,
        ``limit (n_targets,)`` or ``(n_targets, n_freq)`` and ``bands (n_bands, 2)``; where known
        ``band_names``, and ``surrogate_limit`` of the same shape as ``limit``.
    evidence : Evidence, optional
        The arrays behind the finding.
    row : int
        Target; a finding brings its own.
    ax : Axes, optional
        By default on a figure of its own.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, COHERENCE)
    ax = ax or own_axes()
    freq, value = what.floats("freq_hz"), what.of_row("coherence")
    limit = _over(freq, what.of_row("limit"))
    shade_bands(ax, what.floats("bands"), band_names(what.arrays))
    ax.plot(freq, value, color=COLOURS[0])
    ax.plot(freq, limit, color=COLOURS[1], ls=LIMIT_DASH, lw=0.9, label="95 % limit")
    highest = [1.3 * _most(value), 1.6 * _most(limit), 1e-6]
    if "surrogate_limit" in what:
        surrogate = _over(freq, what.of_row("surrogate_limit"))
        ax.plot(freq, surrogate, color=INK, ls=":", lw=0.9, label="surrogate limit")
        highest.append(1.6 * _most(surrogate))
    ax.set_title(what.title, pad=_room(what.floats("bands")))
    ax.set(xlabel="Frequency (Hz)", ylabel="Coherence")
    ax.set(ylim=(0, min(1.0, max(highest))), xlim=(freq[0], freq[-1]))
    return ax


@literal
def phase(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw the phase where coherence is above its limit; elsewhere it means nothing.

    Parameters
    ----------
    source : Finding or mapping of arrays
        As for `coherence`, with ``phase (n_targets, n_freq)`` in radians.
    evidence, row, ax
        As for `coherence`.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, PHASE)
    ax = ax or own_axes()
    freq = what.floats("freq_hz")
    limit = _over(freq, what.of_row("limit"))
    if "surrogate_limit" in what:
        limit = np.fmax(limit, _over(freq, what.of_row("surrogate_limit")))
    above = np.asarray(what.of_row("coherence") > limit)
    degrees = np.degrees(np.angle(np.exp(1j * what.of_row("phase"))))
    ax.axhline(0, color=GREY, lw=0.6)
    ax.plot(freq[above], degrees[above], "o", color=COLOURS[0], ms=2.5)
    ax.set(xlabel="Frequency (Hz)", ylabel="Phase (°)", xlim=(freq[0], freq[-1]))
    ax.set(ylim=(-185, 185), yticks=(-180, -90, 0, 90, 180))
    return ax


@literal
def cumulant(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw the cumulant density over lag, its band under independence, and the peak's width.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``cumulant (n_targets, n_lags)``, ``lag_ms`` and
        ``cumulant_limit (n_targets,)``, half the width of the band around zero; for the largest of
        all lags, so that a peak beyond it means something.
    evidence, row, ax
        As for `coherence`.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, CUMULANT)
    ax = ax or own_axes()
    lag, value = what.floats("lag_ms"), what.of_row("cumulant")
    limit = float(np.max(what.of_row("cumulant_limit")))
    ax.axhspan(-limit, limit, color="#ececec", lw=0, zorder=0)
    ax.axvline(0, color=GREY, lw=0.6)
    ax.plot(lag, value, color=COLOURS[0])
    ax.set(xlabel="Lag (ms)", ylabel="Cumulant density", xlim=(lag[0], lag[-1]))
    ax.locator_params(axis="both", nbins=4)
    found = peak(lag, value)
    if found is not None and abs(found.height) > limit:
        half = found.height / 2
        ax.plot([found.start_ms, found.stop_ms], [half, half], color=COLOURS[1], lw=1.6)
        ax.set_title(found.words, loc="right")
    return ax


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The largest deflection of a curve over lag, up or down, in ms.

    `lag_ms` is the centre of gravity of what lies above half the height, between `start_ms` and
    `stop_ms`, where the curve passes half the height.
    """

    height: float
    lag_ms: float
    start_ms: float
    stop_ms: float

    @property
    def words(self) -> str:
        """Lag and width in words."""
        width = self.stop_ms - self.start_ms
        lag = round(self.lag_ms) + 0  # no minus before a zero
        return f"{lag} ms, {width:.0f} ms wide".replace("-", "−")


def peak(lag_ms: Floats, value: Floats) -> Peak | None:
    """Return the largest deflection; None where it does not fall to half its height in view.

    Parameters
    ----------
    lag_ms, value : ndarray, shape (n_lags,)
        At any lags, ascending; between them the curve is taken as straight.
    """
    at = int(np.argmax(np.abs(np.nan_to_num(value))))
    up = np.sign(value[at]) * value
    half = up[at] / 2
    low = np.flatnonzero(up <= half)
    left, right = low[low < at], low[low > at]
    if not (np.isfinite(value).all() and half > 0 and len(left) and len(right)):
        return None
    before, after = int(left[-1]), int(right[0])
    start = np.interp(half, up[[before, before + 1]], lag_ms[[before, before + 1]])
    stop = np.interp(half, up[[after, after - 1]], lag_ms[[after, after - 1]])
    inside = slice(before + 1, after)
    centre = np.average(lag_ms[inside], weights=up[inside] - half)
    return Peak(
        height=float(value[at]), lag_ms=float(centre), start_ms=float(start), stop_ms=float(stop)
    )


@literal
def coherence_difference(
    source: Finding | Arrays,
    *,
    evidence: Evidence | None = None,
    row: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw the difference between two coherences in standard errors, with its limits.

    Parameters
    ----------
    source : Finding or mapping of arrays
        A finding with its `evidence`, or ``difference_z (n_targets, n_freq)``, ``freq_hz`` and
        ``difference_limit``, one number or one per target.
    evidence, row, ax
        As for `coherence`.

    Returns
    -------
    Axes

    Raises
    ------
    CannotDraw
        If arrays are missing.
    """
    what = drawn(source, evidence, row, DIFFERENCE)
    ax = ax or own_axes()
    freq, z = what.floats("freq_hz"), what.of_row("difference_z")
    limit = _over(freq, what.of_row("difference_limit"))
    ax.axhline(0, color=GREY, lw=0.6)
    ax.plot(freq, z, color=COLOURS[0])
    for side in (-1, 1):
        ax.plot(freq, side * limit, color=COLOURS[1], ls=LIMIT_DASH, lw=0.9)
    top = max(1.2 * _most(np.abs(z)), 1.4 * _most(limit))
    ax.set(xlabel="Frequency (Hz)", ylabel="Difference (z)")
    ax.set(xlim=(freq[0], freq[-1]), ylim=(-top, top))
    return ax


def shade_bands(ax: Axes, bands: Floats, written: list[str]) -> None:
    """Shade frequency bands with their names on top; overlapping ones on lines of their own."""
    overlap = any(_level(bands, i) for i in range(len(bands)))
    for i, ((lo, hi), name) in enumerate(zip(bands, written, strict=False)):
        level = _level(bands, i)
        colour, alpha = ("#dfe7ef", 0.6) if overlap else (SHADE if i % 2 else "#f3f6f9", 1.0)
        ax.axvspan(lo, hi, color=colour, alpha=alpha, lw=0, zorder=0)
        ax.annotate(
            name,
            ((lo + hi) / 2, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 1 + 8 * level),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL_PT,
            color=GREY,
        )


def band_names(arrays: Arrays) -> list[str]:
    """Return the names of the bands in words, or their edges."""
    if "band_names" in arrays:
        return names(arrays["band_names"])
    return [f"{lo:g}–{hi:g} Hz" for lo, hi in np.asarray(arrays["bands"], dtype=np.float64)]


def _level(bands: Floats, i: int) -> int:
    """Return how many bands before this one overlap with it."""
    lo, hi = bands[i]
    return sum(1 for a, b in bands[:i] if a < hi and b > lo)


def _room(bands: Floats) -> float:
    """Return the points above an axis that the names of bands take."""
    return 12.0 + 8.0 * max((_level(bands, i) for i in range(len(bands))), default=-1)


def _over(freq: Floats, limit: Floats) -> Floats:
    """Return a limit at each frequency."""
    return np.broadcast_to(limit, freq.shape)


def _most(values: Floats) -> float:
    return float(np.nanmax(values, initial=0.0))
