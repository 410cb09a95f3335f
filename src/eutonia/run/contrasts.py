"""Contrasts: two conditions, or two sides, that differ in exactly one factor.

Sides are held against each other in one recording, and where each did the same task in its turn;
a side that acts is then not held against the idle one as well, but two sides at rest still are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from eutonia.knowledge import table
from eutonia.model import Condition, Contrast, Measure
from eutonia.run.differences import Measured, Term, compare
from eutonia.run.targets import sided

#: Factor of a contrast of the two sides when each did the task.
ACTING = "acting_side"


def contrasts(measure: Measure, measured: list[Measured], *, affected: str) -> Iterator[Contrast]:
    """Yield every contrast of the measure, conditions first, then sides."""
    if measure.scale in ("none", "circular"):
        return
    kept = _kept(m.condition for m in measured)
    for one, other in combinations(measured, 2):
        yield from _conditions(measure, one, other, kept)
        yield from _in_turn(measure, one, other, affected=affected)
    for one in measured:
        in_turn = any(_each_did(one.condition, other.condition) for other in measured)
        if not in_turn or _rests(one.condition):
            yield from _sides(measure, one, affected=affected)


def _conditions(
    measure: Measure, one: Measured, other: Measured, kept: dict[str, str]
) -> Iterator[Contrast]:
    """Compare two conditions that differ in one factor, in which one is held against the other."""
    stated, beside = _stated(one.condition, other.condition, kept)
    stated, beside = _at_rest(stated, beside), _at_rest(beside, stated)
    factors = stated.differing(beside)
    if len(factors) != 1:
        return
    factor = factors[0]
    first, second = stated.get(factor), beside.get(factor)
    if not (first and second):
        return
    if _held_against(factor, second, first):
        one, other, first, second = other, one, second, first
    elif not _held_against(factor, first, second):
        return
    levels = (factor, first, second)
    place = {t.label: i for i, t in enumerate(other.targets)}
    for i, target in enumerate(one.targets):
        for k in range(len(measure.units)):
            a, b = Term(one, i, k), Term(other, place.get(target.label, -1), k)
            yield from _contrast(measure, a, b, levels)


def _kept(conditions: Iterable[Condition]) -> dict[str, str]:
    """Return what is kept on from task to task, such as shoes, where only one level is stated."""
    every = list(conditions)
    found = {}
    for factor, entry in table("conditions").items():
        levels = {c.get(factor) for c in every if c.get(factor)}
        if entry.get("kept_on") and len(levels) == 1:
            found[factor] = levels.pop()
    return found


def _stated(
    one: Condition, other: Condition, kept: dict[str, str] | None = None
) -> tuple[Condition, Condition]:
    """Return two conditions with what goes without saying of one, where the other says it."""
    kept = {} if one.get("task") == other.get("task") else kept or {}
    return _beside(one, other, kept), _beside(other, one, kept)


def _beside(condition: Condition, other: Condition, kept: dict[str, str]) -> Condition:
    silent = {
        factor: kept.get(factor, entry["unstated"])
        for factor, entry in table("conditions").items()
        if "unstated" in entry
        and other.get(factor)
        and not condition.get(factor)
        and condition.get("task") not in entry.get("asked_in", ())
    }
    return condition.replace(**silent)


def _at_rest(condition: Condition, beside: Condition) -> Condition:
    """Return rest of no stated side as that of the side which did the other task: both rest."""
    if not _rests(condition) or condition.get("side") or not beside.get("side"):
        return condition
    return condition.replace(side=beside.get("side"))


def _rests(condition: Condition) -> bool:
    """Tell whether nothing is done: both sides then do the same, whichever is named."""
    resting: str = table("conditions")["task"]["reference"]
    return condition.get("task") == resting


def _held_against(factor: str, level: str, reference: str) -> bool:
    """Tell whether a level of a factor is compared with another one."""
    entry = table("conditions").get(factor, {})
    usual = {entry.get("reference"), *entry.get("against", {}).get(level, ())}
    return reference in usual and level != entry.get("reference")


def _sides(measure: Measure, one: Measured, *, affected: str) -> Iterator[Contrast]:
    """Compare the affected side (or the left) with the other side of the same muscles."""
    first, second = _order(affected)
    place = {sided(t, measure): i for i, t in enumerate(one.targets)}
    for (sites, side), i in place.items():
        if side != first:
            continue
        for k in range(len(measure.units)):
            a, b = Term(one, i, k), Term(one, place.get((sites, second), -1), k)
            yield from _contrast(measure, a, b, ("side", first, second))


def _in_turn(
    measure: Measure, one: Measured, other: Measured, *, affected: str
) -> Iterator[Contrast]:
    """Compare a side that did a task with the other side when that did it, muscle by muscle."""
    first, second = _order(affected)
    if not _each_did(one.condition, other.condition):
        return
    acting = {m.condition.get("side"): m for m in (one, other)}
    a_of, b_of = acting[first], acting[second]
    place = {sided(t, measure): i for i, t in enumerate(b_of.targets)}
    for i, target in enumerate(a_of.targets):
        sites, side = sided(target, measure)
        opposite = {first: second, second: first}.get(side, "")
        for k in range(len(measure.units)):
            a, b = Term(a_of, i, k), Term(b_of, place.get((sites, opposite), -1), k)
            yield from _contrast(measure, a, b, (ACTING, first, second))


def _each_did(one: Condition, other: Condition) -> bool:
    """Tell whether two conditions are the same task, done by one side and by the other."""
    stated, beside = _stated(one, other)
    sides = {one.get("side"), other.get("side")}
    return sides == {"left", "right"} and stated.differing(beside) == ("side",)


def _order(affected: str) -> tuple[str, str]:
    """Return the side that stands first, the affected one or the left, and the other."""
    return ("right", "left") if affected == "right" else ("left", "right")


def _contrast(
    measure: Measure, a: Term, b: Term, levels: tuple[str, str, str]
) -> Iterator[Contrast]:
    """Yield the contrast of two numbers, if both exist and it is defined."""
    if not (a.usable and b.usable):
        return
    difference = compare(measure, a, b)
    if difference is None:
        return
    factor, of_a, of_b = levels
    yield Contrast(
        measure=measure.full_id(list(measure.units)[a.part]),
        target=a.of.targets[a.target],
        condition=a.of.condition,
        factor=factor,
        a=of_a,
        b=of_b,
        scale=measure.scale,
        value=difference.value,
        interval=difference.interval,
        no_interval=difference.no_interval,
        p=difference.p,
        paired=difference.paired,
    )
