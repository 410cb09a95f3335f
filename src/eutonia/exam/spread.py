"""What each rater's regions say about the distribution, brought together into conclusions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eutonia.exam.distribution import Distribution, distribution, names
from eutonia.exam.named_forms import affected
from eutonia.exam.observers import (
    UNDECIDED,
    UNKNOWN,
    Seen,
    capital,
    disagreement,
    together,
    unknown,
    who,
)
from eutonia.knowledge import table
from eutonia.model import BodySide, Conclusion, Examination, InvalidRecord

#: Regions that findings propose, each with why.
Proposals = tuple[tuple[str, str], ...]
#: What one examination says: a distribution, or None and what is wrong (empty: nothing marked).
Spread = tuple[Examination, Distribution | None, str]
Spreads = Sequence[Spread]


def spread(examination: Examination) -> Spread:
    """Return the distribution of what one examiner marked; nothing marked says nothing."""
    if not examination.regions:
        return examination, None, ""
    sides: dict[str, BodySide] = {}
    for seen in affected(examination):
        before = sides.get(seen.region, seen.side)
        sides[seen.region] = _both(before, seen.side)
    try:
        return examination, distribution(sides), ""
    except InvalidRecord as error:
        return examination, None, str(error)


def _both(a: BodySide, b: BodySide) -> BodySide:
    """Return the side of a region that was entered twice."""
    if b in (a, "unknown"):
        return a
    if a == "unknown":
        return b
    return "both"


def distribution_of(spreads: Spreads) -> Conclusion:
    """Return the body distribution on which all raters who marked regions agree."""
    axis, about = "I", "distribution"
    value, because = together(_said(spreads, "value"))
    missing = tuple(wrong for _, _, wrong in spreads if wrong)
    if missing:
        return Conclusion(
            axis=axis,
            about=about,
            value=UNDECIDED,
            words="The regions as entered cannot be classified.",
            because=because,
            missing=missing,
        )
    if value == UNKNOWN:
        words = "Which regions are affected is not known."
        return unknown(axis, about, words, "the affected regions, marked by an examiner")
    if value == UNDECIDED:
        return Conclusion(
            axis=axis,
            about=about,
            value=value,
            words="The raters differ on the distribution.",
            because=because,
            missing=(disagreement("the affected regions"),),
        )
    entry = table("distributions")[value]
    one_sided = all(d.unilateral for _, d, _ in spreads if d)
    note = " All of it is on one side." if one_sided and value != "hemidystonia" else ""
    return Conclusion(
        axis=axis,
        about=about,
        value=value,
        words=f"{capital(entry['name'])}: {_lower(entry['words'])}{note}",
        because=because,
        missing=(*_regions_differ(spreads), *_sides_missing(spreads)),
        mark=entry["mark"],
        sources=tuple(entry.get("refs", ())),
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _said(spreads: Spreads, what: str) -> Iterable[Seen]:
    return (Seen(who=who(e), value=getattr(d, what), because=d.because) for e, d, _ in spreads if d)


def _regions_differ(spreads: Spreads) -> tuple[str, ...]:
    """Return that the raters marked different regions, though they come to one distribution."""
    marked = {frozenset(r.region for r in affected(e)) for e, d, _ in spreads if d}
    return (disagreement("the affected regions"),) if len(marked) > 1 else ()


def _sides_missing(spreads: Spreads) -> tuple[str, ...]:
    """Return the sides that would decide whether it is hemidystonia."""
    regions = table("regions")
    found: dict[str, None] = {}
    for examination, found_spread, _ in spreads:
        if found_spread is None:
            continue
        seen = affected(examination)
        limbs = {(regions[r.region].get("limb"), regions[r.region]["side"]) for r in seen}
        sides = {side for limb, side in limbs if limb}
        if {limb for limb, _ in limbs} >= {"arm", "leg"} and len(sides) == 1:
            for r in seen:
                if r.side == "unknown" and regions[r.region]["side"] == "optional":
                    found[f"the side of the {regions[r.region]['name']} region"] = None
    return tuple(found)


def legacy_distribution(spreads: Spreads) -> Conclusion:
    """Return the distribution in the scheme before 2013, which older papers and trials use."""
    axis, about = "scheme", "legacy_distribution"
    value, because = together(_said(spreads, "legacy"))
    if any(wrong for *_, wrong in spreads):
        value = UNDECIDED
    if value == UNKNOWN:
        words = "The distribution in the older scheme is not known."
        return unknown(axis, about, words, "the affected regions, marked by an examiner")
    entry = table("legacy_distributions").get(value) or table("distributions").get(value, {})
    return Conclusion(
        axis=axis,
        about=about,
        value=value,
        words=f"In the scheme before 2013: {entry.get('name', value)}.",
        because=because,
        mark=entry.get("mark", "D"),
        sources=tuple(entry.get("refs", ())),
    )


def proposed(proposals: Proposals, examinations: tuple[Examination, ...]) -> list[Conclusion]:
    """Return what findings propose; only an examiner confirms."""
    if not proposals:
        return []
    marked = frozenset(r.region for e in examinations for r in affected(e))
    denied = frozenset(r.region for e in examinations for r in e.regions) - marked
    regions = table("regions")
    said = []
    for region, why in proposals:
        name = regions[region]["name"] if region in regions else "no region of ours"
        state = "not examined"
        if region in marked or region in denied:
            state = "marked by an examiner" if region in marked else "found free by an examiner"
        said.append(f"{name} ({region}): {why}; {state}")
    open_ones = dict.fromkeys(r for r, _ in proposals if r not in marked | denied)
    return [
        Conclusion(
            axis="I",
            about="region_proposals",
            value=", ".join(dict.fromkeys(r for r, _ in proposals)),
            words="Findings propose these regions; they are not counted.",
            because=tuple(said),
            missing=tuple(
                f"an examiner's word on {names(frozenset([r])) or repr(r)}" for r in open_ones
            ),
        )
    ]
