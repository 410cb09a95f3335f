"""What was found, and what was looked for and not found, as terms of the HPO."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eutonia.formats.codes import codes_for, concept_of, terms
from eutonia.formats.exchange import Feature
from eutonia.knowledge import table
from eutonia.model import Assessment, Examination

#: Lists of an examination that name signs; the tables of their HPO terms have the same names.
_LISTED = ("motor_signs", "other_signs")


def features(assessment: Assessment) -> tuple[Feature, ...]:
    """Return what was found, and what was looked for and not found, as HPO terms, each once.

    A sign that any rater found counts as found; the form, the regions and the distribution too.
    """
    found: dict[str, Feature] = {}
    for one in (*_concluded(assessment), *(f for e in assessment.examinations for f in _seen(e))):
        before = found.get(one.code)
        if before is None or (before.excluded and not one.excluded):
            found[one.code] = one
        elif before.excluded == one.excluded:
            found[one.code] = _both(before, one)
    return tuple(found.values())


def _both(a: Feature, b: Feature) -> Feature:
    """Join what two raters or two regions say about one term."""
    modifiers = tuple(dict.fromkeys((*a.modifiers, *b.modifiers)))
    about = "; ".join(dict.fromkeys(w for w in (a.about, b.about) if w))
    severity = a.severity or b.severity
    return Feature(
        code=a.code,
        label=a.label,
        excluded=a.excluded,
        modifiers=modifiers,
        severity=severity,
        about=about,
    )


def _concluded(assessment: Assessment) -> Iterator[Feature]:
    form = named_form(assessment)
    for code in codes_for(assessment.verdicts.conclusions, form):
        if code.system == "hpo":
            yield Feature(code=code.code, label=code.label)


def named_form(assessment: Assessment) -> str:
    """Return the form that the examiner named, at intake or in an examination."""
    named = (assessment.state.form, *(e.form for e in assessment.examinations))
    return next((f for f in named if f), "")


def _seen(examination: Examination) -> Iterator[Feature]:
    for region in examination.regions:
        concept = concept_of("region", region.region) or "dystonia"
        name = table("regions").get(region.region, {}).get("name", region.region)
        fixed = table("regions").get(region.region, {}).get("side", "")
        side = region.side if region.side != "unknown" else fixed
        for code, label in terms(concept, "hpo").items():
            yield Feature(
                code=code,
                label=label,
                excluded=region.severity == 0,
                modifiers=tuple(_side(side)),
                severity=_severity(region.severity),
                about=name,
            )
    for sign in examination.neck:
        # The HPO has no terms for most patterns: then it is cervical dystonia, with the name.
        held = table("hpo_signs")["neck_patterns"].get(sign.pattern) or terms("cervical", "hpo")
        name = table("neck_patterns").get(sign.pattern, {}).get("name", sign.pattern)
        for code, label in held.items():
            modifiers = tuple(_side(sign.side))
            yield Feature(code=code, label=label, modifiers=modifiers, about=name)
    for name in _LISTED:
        listed: tuple[str, ...] | None = getattr(examination, name)
        if listed is not None:
            # An empty list says that these signs were looked for, and none was found.
            every = listed or tuple(table("hpo_signs")[name])
            yield from _signs(name, every, excluded=not listed)
    for key, present in examination.danger:
        yield from _signs("danger_signs", [key], excluded=not present)


def _signs(name: str, keys: Iterable[str], *, excluded: bool) -> Iterator[Feature]:
    known = table("hpo_signs")[name]
    for key in keys:
        for code, label in known.get(key, {}).items():
            yield Feature(code=code, label=label, excluded=excluded)


def _side(side: str) -> Iterator[str]:
    entry = table("hpo_modifiers")["side"].get(side)
    if entry:
        yield entry["code"]


def _severity(severity: float | None) -> str:
    if not severity:
        return ""
    bands = table("hpo_modifiers")["severity"]
    return str(next((b["code"] for b in bands if severity <= b["to"]), bands[-1]["code"]))


def modifier_labels() -> dict[str, str]:
    """Return the label of every modifier."""
    held = table("hpo_modifiers")
    return {e["code"]: e["label"] for e in (*held["side"].values(), *held["severity"])}
