"""Holding an estimate against something, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from eutonia.model import NO_INTERVAL, Comparison, Contrast, Estimate, Finding
from eutonia.stats.change import minimal_detectable_change
from eutonia.stats.multiple import false_discovery

#: False-discovery rate below which an exploratory contrast is called a difference.
MAX_FALSE_DISCOVERY = 0.05
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
    earlier: Estimate | None = None,
    sem: float | None = None,
    against: Iterable[Comparison] = (),
    primary: bool = False,
) -> Finding:
    """Hold an estimate against references, other conditions, the other side and an earlier visit.

    Parameters
    ----------
    estimate : Estimate
    contrasts : iterable of Contrast
        Those whose first term is the estimate; others are ignored.
    earlier : Estimate or None
        The same measure and target at an earlier visit.
    sem : float or None
        Standard error of measurement of the measure; None: repeatability is unknown.
    against : iterable of Comparison
        Already made: with the laboratory's own controls (`eutonia.norms.against_norms`), with a
        published reference, or of a scale with its earlier rating.
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
    if earlier is not None:
        comparisons.append(against_earlier(estimate, earlier, sem=sem))
    return Finding(
        estimate=estimate,
        comparisons=tuple(comparisons),
        words=in_words(estimate),
        primary=primary,
    )


def with_false_discovery(contrasts: Iterable[Contrast]) -> tuple[Contrast, ...]:
    """Return the contrasts with q-values over all of them that have a p-value."""
    listed = list(contrasts)
    tested = [i for i, c in enumerate(listed) if c.p is not None]
    q = false_discovery(np.array([listed[i].p for i in tested], dtype=np.float64))
    for i, value in zip(tested, q, strict=True):
        listed[i] = replace(listed[i], q=float(value))
    return tuple(listed)


def in_words(estimate: Estimate) -> str:
    """Return the estimate as a sentence with its interval."""
    e = estimate
    number = f"{significant(e.value, e)} {_unit(e.unit)}".strip()
    if e.interval is None:
        reason = NO_INTERVAL.get(e.no_interval, e.no_interval)
        interval = f"no interval: {reason}"
    else:
        lo, hi = significant(e.interval.lo, e), significant(e.interval.hi, e)
        interval = f"95 % interval {lo} to {hi}, {e.interval.kind}"
    part = f", {e.part.replace('_', '-')}" if e.part else ""
    heard = f" {CROSSTALK}" if "crosstalk" in e.quality else ""
    where = f"{e.target.label}, {e.condition.label}" if e.origin == "measured" else e.origin
    return f"{e.title}{part}, {where}: {number} ({interval}).{heard}"


def significant(value: float, estimate: Estimate) -> str:
    """Round a number to two significant digits of its interval's width."""
    if estimate.interval is None or not estimate.interval.hi > estimate.interval.lo:
        return f"{value:.3g}"
    width = estimate.interval.hi - estimate.interval.lo
    digits = max(0, 1 - int(np.floor(np.log10(width))))
    return f"{value:.{digits}f}"


def against_earlier(
    estimate: Estimate, earlier: Estimate, *, sem: float | None = None
) -> Comparison:
    """Compare with an earlier visit; only measurement error decides, not the intervals."""
    difference = estimate.value - earlier.value
    against = "an earlier visit"
    if broken := _what_differs(estimate, earlier):
        return Comparison(
            kind="earlier visit",
            against=against,
            verdict="not comparable",
            words=f"Not comparable with the earlier visit: other {', '.join(broken)}.",
        )
    if sem is None:
        return Comparison(
            kind="earlier visit",
            against=against,
            verdict="repeatability unknown",
            difference=difference,
            words="How much this measure varies from visit to visit is not known, so the change "
            "is not judged.",
        )
    limit = minimal_detectable_change(sem)
    beyond = abs(difference) > limit
    return Comparison(
        kind="earlier visit",
        against=against,
        verdict="beyond measurement error" if beyond else "smaller than this measure can resolve",
        difference=difference,
        words=f"Change of {difference:+.3g} {_unit(estimate.unit)}; the minimal detectable change "
        f"is {limit:.3g}.",
    )


def _what_differs(one: Estimate, other: Estimate) -> list[str]:
    """Return what breaks a comparison between visits (clinical rules §2)."""
    pairs = {
        "method version": (one.version, other.version),
        "measure": (one.measure, other.measure),
        "target": (one.target.label, other.target.label),
        "condition": (one.condition, other.condition),
        "normalisation": (one.notes, other.notes),
        "rater": (one.context.rater, other.context.rater),
        "device": (one.context.device, other.context.device),
        "drug state": (one.context.medication, other.context.medication),
        "stimulator state": (one.context.stimulator, other.context.stimulator),
    }
    return [name for name, (a, b) in pairs.items() if a != b]


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
    other = f"the {c.b} side" if c.factor == "side" else f"{c.factor} {c.b}".replace("_", " ")
    differs = c.q is not None and c.q < MAX_FALSE_DISCOVERY
    unit = "times" if c.scale == "ratio" else _unit(estimate.unit)
    number = f"{c.value:.3g} {unit}" if c.scale == "ratio" else f"{c.value:+.3g} {unit}"
    if c.interval is None:
        tail = "no interval, so it is not judged"
    else:
        tail = f"95 % interval {c.interval.lo:.3g} to {c.interval.hi:.3g}, {c.interval.kind}"
    if c.q is not None:
        tail += f"; q = {c.q:.2g} after false-discovery control"
    return Comparison(
        kind="other side" if c.factor == "side" else "condition",
        against=other,
        verdict="differs" if differs else "no difference shown",
        difference=c.value,
        scale=c.scale,
        interval=c.interval,
        q=c.q,
        words=f"Against {other}: {number} ({tail}).",
    )


def _unit(unit: str) -> str:
    return {"1": "", "uV": "µV"}.get(unit, unit)
