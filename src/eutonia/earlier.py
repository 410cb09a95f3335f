"""Each number against the same number of an earlier visit; only measurement error decides.

The intervals of two recordings say nothing of how much a person varies from day to day. They say
one thing: a change that lies within what the recordings themselves leave open cannot be resolved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from eutonia.exam.change import state_differences
from eutonia.judge import unit_words
from eutonia.model import Assessment, Comparison, Estimate, Norms, VisitState
from eutonia.model.finding import Verdict
from eutonia.norms import Repeatability, is_ratio, repeatability
from eutonia.stats.change import minimal_detectable_change


@dataclass(frozen=True)
class _Pair:
    """One number, measured twice."""

    now: Estimate
    before: Estimate
    ratio: bool

    @property
    def change(self) -> float:
        """The difference, or the logarithm of the ratio."""
        one, other = self.now.value, self.before.value
        return float(np.log(one / other)) if self.ratio else one - other

    @property
    def difference(self) -> float:
        """The change on the scale of the measure."""
        return float(np.exp(self.change)) if self.ratio else self.change

    def left_open(self) -> float | None:
        """Return how far apart the two may lie by what the recordings themselves leave open."""
        if self.now.interval is None or self.before.interval is None:
            return None
        higher, lower = (self.now, self.before) if self.change > 0 else (self.before, self.now)
        assert higher.interval is not None and lower.interval is not None
        ends = np.array([[higher.interval.lo, higher.value], [lower.value, lower.interval.hi]])
        if self.ratio:
            with np.errstate(divide="ignore"):
                ends = np.log(np.maximum(ends, 0.0))
        return float(np.hypot(*np.diff(ends, axis=1)[:, 0]))


def against_earlier(
    estimates: Iterable[Estimate],
    earlier: Assessment,
    *,
    state: VisitState,
    norms: Norms | None = None,
) -> tuple[Comparison | None, ...]:
    """Hold each measured number against the same one of an earlier visit.

    Parameters
    ----------
    estimates : iterable of Estimate
    earlier : Assessment
        Of the same person.
    state : VisitState
        Of the visit now: other drugs, toxin phase or stimulator break a comparison (clinical rules
        §2), and so do another device, method version or normalisation.
    norms : Norms, optional
        Of the laboratory: how much controls differ between two visits.

    Returns
    -------
    tuple of Comparison or None
        None for what was not measured then, and for what was not measured by a device.
    """
    listed = list(estimates)
    differs, unknown = state_differences(state, earlier.state)
    before = {_key(f.estimate): f.estimate for f in earlier.findings}
    varies = repeatability(listed, norms) if norms else repeat(None)
    found: list[Comparison | None] = []
    for e, known in zip(listed, varies, strict=False):
        other = before.get(_key(e)) if e.origin == "measured" else None
        if other is None:
            found.append(None)
            continue
        ratio = is_ratio(e.measure) and e.value > 0 and other.value > 0
        broken = (*_other_methods(e, other), *differs)
        verdict, reason = _judged(pair := _Pair(e, other, ratio), broken, known)
        if unknown and not broken:
            reason += f" Not known whether these were the same: {', '.join(unknown)}."
        found.append(
            Comparison(
                kind="earlier visit",
                against=f"visit {earlier.visit}",
                verdict=verdict,
                difference=None if broken else pair.difference,
                scale="ratio" if ratio else "difference",
                words=f"{_numbers(pair)}. {reason}",
            )
        )
    return tuple(found)


def _key(e: Estimate) -> tuple[object, ...]:
    return e.measure, e.target.label, e.condition, e.origin


def _other_methods(now: Estimate, before: Estimate) -> tuple[str, ...]:
    """Return what of the method breaks a comparison; what is not known of a device does not."""
    devices = {now.context.device, before.context.device} - {""}
    said = {
        "other method version": now.version != before.version,
        "other unit": now.unit != before.unit,
        "other normalisation": _normalised(now) != _normalised(before),
        "other device": len(devices) > 1,
    }
    return tuple(what for what, other in said.items() if other)


def _normalised(e: Estimate) -> frozenset[str]:
    return frozenset(n for n in e.notes if "=" in n)


def _judged(
    pair: _Pair, broken: tuple[str, ...], known: Repeatability | None
) -> tuple[Verdict, str]:
    """Return the verdict and why."""
    if broken:
        return "not comparable", f"Not comparable: {', '.join(broken)}."
    size, left_open = abs(pair.change), pair.left_open()
    if known is not None and known.log == pair.ratio:
        limit = minimal_detectable_change(known.sem)
        verdict: Verdict = (
            "beyond measurement error" if size > limit else "smaller than this measure can resolve"
        )
        return verdict, (
            f"The minimal detectable change is {_amount(pair, limit)}, from {known.words}."
        )
    if left_open is not None and size <= left_open:
        return "smaller than this measure can resolve", (
            "The two recordings by themselves leave more than this open "
            f"({_amount(pair, left_open)})."
        )
    return "repeatability unknown", (
        "How much this measure varies from visit to visit is not known, so the change is not "
        "judged."
    )


def _numbers(pair: _Pair) -> str:
    change = f"times {pair.difference:.3g}" if pair.ratio else f"{pair.change:+.3g}"
    before, now = f"{pair.before.value:.3g}", f"{pair.now.value:.3g} {unit_words(pair.now.unit)}"
    return f"{before} to {now.strip()} ({change})"


def _amount(pair: _Pair, size: float) -> str:
    if pair.ratio:
        return f"a factor of {np.exp(size):.3g}"
    return f"{size:.3g} {unit_words(pair.now.unit)}".strip()
