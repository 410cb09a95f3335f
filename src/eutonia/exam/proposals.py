"""Regions that the numbers of recordings propose; only an examiner confirms one."""

from __future__ import annotations

from collections.abc import Iterable

from eutonia.exam.spread import Proposals
from eutonia.knowledge import table
from eutonia.model.finding import Estimate


def proposals(estimates: Iterable[Estimate]) -> Proposals:
    """Return each region whose interval lies above the rule's limit, and what was measured.

    Parameters
    ----------
    estimates : iterable of Estimate
        Those without an interval propose nothing: a single high value may be chance.

    Returns
    -------
    tuple of (str, str)
        Region of ``knowledge/regions`` and the reason, strongest first within a rule.
    """
    rules = {rule["measure"]: rule for rule in table("region_proposals")}
    found = []
    for e in estimates:
        rule = rules.get(e.measure)
        if rule is None or e.interval is None or e.interval.lo <= rule["over"]:
            continue
        if "tasks" in rule and e.condition.get("task") not in rule["tasks"]:
            continue
        region = rule.get("region") or _region_of(e)
        if region:
            found.append((e.measure, -e.value, region, _why(e, rule["words"])))
    return tuple((region, why) for _, _, region, why in sorted(found))


def _region_of(e: Estimate) -> str:
    """Return the region of the muscle that a number is about; empty where the side is not known."""
    by, muscles = table("muscle_regions"), table("muscles")
    regions = {
        by["by_muscle"].get(site)
        or by["by_region"][muscles[site]["region"]].get(e.target.side)
        or by["by_region"][muscles[site]["region"]].get("any", "")
        for site in e.target.sites
        if site in muscles
    }
    return regions.pop() if len(regions) == 1 else ""


def _why(e: Estimate, words: str) -> str:
    assert e.interval is not None
    share = e.unit == "1"  # a share of the whole, said as a percentage
    unit = "%" if share else e.unit
    numbers = (e.value, e.interval.lo, e.interval.hi)
    value, lo, hi = (f"{100 * n if share else n:.0f} {unit}" for n in numbers)
    return (
        f"{e.target.label} {words} ({e.condition.label}: {value}, "
        f"interval {lo} to {hi}; our rule, unconfirmed)"
    )
