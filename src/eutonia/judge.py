"""Holding an estimate against something, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from eutonia.model import NO_INTERVAL, Comparison, Contrast, Estimate, Finding
from eutonia.model.finding import Verdict
from eutonia.stats.multiple import false_discovery
from eutonia.stats.rounding import decimals, decimals_of_limits

#: False-discovery rate below which an exploratory contrast is called a difference.
MAX_FALSE_DISCOVERY = 0.05
#: Units as sentences write them.
UNITS = {
    "1": "",
    "uV": "µV",
    "uV2": "µV²",
    "uV2/Hz": "µV²/Hz",
    "ln(uV2/Hz)": "ln µV²/Hz",
    "log10(uV2/Hz)": "log10 µV²/Hz",
    "m/s2": "m/s²",
    "deg": "°",
}
#: What is said of a pair whose electrodes hear the same muscle (``run.crosstalk``).
CROSSTALK = (
    "Cross-talk: the unrectified signals of the two electrodes resemble each other within a few "
    "milliseconds, as when both hear the same muscle, so this number need not mean that two "
    "muscles act together."
)


def judge(
    estimate: Estimate,
    *,
    contrasts: Iterable[Contrast] = (),
    against: Iterable[Comparison] = (),
    primary: bool = False,
) -> Finding:
    """Hold an estimate against references, other conditions, the other side and an earlier visit.

    Parameters
    ----------
    estimate : Estimate
    contrasts : iterable of Contrast
        Those whose first term is the estimate; others are ignored.
    against : iterable of Comparison
        Already made: with the laboratory's own controls (`eutonia.norms.against_norms`), with an
        earlier visit (`eutonia.earlier.against_earlier`), with a published reference, or of a scale
        with its earlier rating.
    primary : bool
        Whether the finding is primary for the form named at intake.

    Returns
    -------
    Finding
        With a comparison for each, and one that says so where no norm is published.
    """
    comparisons = list(against)
    if not any(c.kind == "reference" for c in comparisons):
        comparisons.insert(0, _no_norm(estimate))
    comparisons += [_against_contrast(estimate, c) for c in contrasts if _about(estimate, c)]
    return Finding(
        estimate=estimate,
        comparisons=tuple(comparisons),
        words=in_words(estimate),
        primary=primary,
    )


def with_false_discovery(
    contrasts: Iterable[Contrast], *, family: Callable[[Contrast], str]
) -> tuple[Contrast, ...]:
    """Return the contrasts with q-values over those of one family that have a p-value.

    `family` names the question that a contrast belongs to: what else was looked at in the same film
    does not hide what it was filmed for.
    """
    listed = list(contrasts)
    tested: dict[str, list[int]] = {}
    for i, c in enumerate(listed):
        if c.p is not None:
            tested.setdefault(family(c), []).append(i)
    for rows in tested.values():
        q = false_discovery(np.array([listed[i].p for i in rows], dtype=np.float64))
        for i, value in zip(rows, q, strict=True):
            listed[i] = replace(listed[i], q=float(value))
    return tuple(listed)


def in_words(estimate: Estimate) -> str:
    """Return the estimate as a sentence with its interval."""
    e = estimate
    value, lo, hi = significant(e)
    number = f"{value} {unit_words(e.unit)}".strip()
    if e.least is not None:
        number, interval = f"at least {e.least:g} {unit_words(e.unit)}".strip(), f"read {number}"
    elif e.interval is None:
        reason = NO_INTERVAL.get(e.no_interval, e.no_interval)
        interval = f"no interval: {reason}"
    else:
        interval = f"95 % interval {lo} to {hi}, {e.interval.kind}"
    part = f", {e.part.replace('_', '-')}" if e.part else ""
    heard = f" {CROSSTALK}" if "crosstalk" in e.quality else ""
    where = f"{e.target.label}, {e.condition.label}" if e.origin == "measured" else e.origin
    return f"{e.title}{part}, {where}: {number} ({interval}).{heard}"


def significant(estimate: Estimate) -> tuple[str, str, str]:
    """Return the value and its limits, rounded to the digits that are known; no limits: empty."""
    value, interval = estimate.value, estimate.interval
    if interval is None:
        return f"{value:.3g}", "", ""
    if not interval.hi > interval.lo:
        return f"{value:.3g}", f"{interval.lo:.3g}", f"{interval.hi:.3g}"
    low, high = decimals_of_limits(value, interval)
    shown = (value, decimals(value, interval)), (interval.lo, low), (interval.hi, high)
    at, lo, hi = (f"{v:.{max(0, digits)}f}" for v, digits in shown)
    return at, lo, hi


def _about(estimate: Estimate, contrast: Contrast) -> bool:
    return (
        contrast.measure == estimate.measure
        and contrast.target == estimate.target
        and contrast.condition == estimate.condition
    )


def _no_norm(estimate: Estimate) -> Comparison:
    """Say that no norm is published."""
    return Comparison(
        kind="reference",
        against="published norms",
        verdict="no published norm",
        words="No published norm is known for this measure.",
        source=estimate.measure,
    )


def _against_contrast(estimate: Estimate, contrast: Contrast) -> Comparison:
    c = contrast
    of_sides = {"side": f"the {c.b} side", "acting_side": f"the {c.b} side doing the same"}
    other = of_sides.get(c.factor, f"{c.factor} {c.b}".replace("_", " "))
    unit = "times" if c.scale == "ratio" else unit_words(estimate.unit)
    number = f"{c.value:.3g} {unit}" if c.scale == "ratio" else f"{c.value:+.3g} {unit}"
    if c.interval is None:
        reason = NO_INTERVAL.get(c.no_interval, c.no_interval)
        tail = f"no interval: {reason}; so it is not judged"
    else:
        tail = f"95 % interval {c.interval.lo:.3g} to {c.interval.hi:.3g}, {c.interval.kind}"
    if c.q is not None:
        tail += f"; q = {c.q:.2g} after false-discovery control"
    return Comparison(
        kind="other side" if c.factor in of_sides else "condition",
        against=other,
        verdict=_difference_shown(c.q),
        difference=c.value,
        scale=c.scale,
        interval=c.interval,
        q=c.q,
        words=f"Against {other}: {number} ({tail}).",
    )


def _difference_shown(q: float | None) -> Verdict:
    if q is None:
        return "not judged"
    return "differs" if q < MAX_FALSE_DISCOVERY else "no difference shown"


def unit_words(unit: str) -> str:
    """Return a unit as sentences write it; nothing for a plain number."""
    return UNITS.get(unit, unit)
