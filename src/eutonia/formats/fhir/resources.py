"""FHIR R4 resources for what was measured, concluded and flagged: standard elements only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from eutonia.formats.codes import Code
from eutonia.formats.exchange import NAMESPACE, Number, number
from eutonia.formats.ucum import ucum
from eutonia.knowledge import table
from eutonia.model import (
    NO_INTERVAL,
    Aetiology,
    Conclusion,
    Contrast,
    Finding,
    Flag,
    Interval,
    NotMeasurable,
    Person,
    WorkupResult,
)

Resource = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
_HL7 = "http://terminology.hl7.org/CodeSystem"
_GENDER = {"female": "female", "male": "male", "other": "other", "unknown": "unknown"}
#: What an examiner's certainty is in FHIR.
CERTAINTY = {"confirmed": "confirmed", "probable": "provisional", "suspected": "unconfirmed"}


def own(system: str, code: str, text: str = "") -> Resource:
    """Return a concept of one of our own code systems."""
    coding = {"system": f"{NAMESPACE}:{system}", "code": code}
    if text:
        coding["display"] = text
    return {"coding": [coding], "text": text or code}


def hl7(system: str, code: str) -> Resource:
    """Return a concept of one of HL7's code systems."""
    return {"coding": [{"system": f"{_HL7}/{system}", "code": code}]}


def quantity(value: float, unit: str) -> Resource:
    """Return a value with its unit as we write it, and in UCUM."""
    return {"value": value, "unit": unit or "1", "system": UCUM, "code": ucum(unit)}


def patient(person: Person) -> Resource:
    """Return the person: a pseudonym and the sex, neither name nor date of birth."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": f"{NAMESPACE}:person", "value": person.id or "unknown"}],
        "gender": _GENDER[person.sex],
    }


def facts(person: Person) -> Iterator[Resource]:
    """Yield age and handedness as observations."""
    if person.age_years is not None:
        loinc = table("loinc")["age"]
        age = {"coding": [_loinc(loinc), *own("person", "age_years", "age")["coding"]]}
        yield _observation(
            "survey", age | {"text": "age"}, valueQuantity=quantity(person.age_years, "years")
        )
    if person.handedness != "unknown":
        value = own("handedness", person.handedness)
        yield _observation(
            "survey", own("person", "handedness", "handedness"), valueCodeableConcept=value
        )


def _loinc(entry: dict[str, str]) -> Resource:
    return {"system": "http://loinc.org", "code": entry["code"], "display": entry["display"]}


def _observation(category: str, code: Resource, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [hl7("observation-category", category)],
        "code": code,
        **more,
    }


def _component(name: str, **value: Any) -> Resource:
    return {"code": own("component", name, name.replace("_", " ")), **value}


def finding(one: Finding) -> Resource:
    """Return a finding: value, interval, version, tier, validity, and what it was held against."""
    held = number(one.estimate)
    category = "procedure" if held.origin == "measured" else "survey"
    code = own("measure", held.measure, held.title)
    loinc = loinc_of(held.measure)
    if loinc:
        code["coding"].insert(0, _loinc(loinc))
    words = [one.words, *(c.words for c in one.comparisons), *one.estimate.notes]
    made = _observation(
        category,
        code,
        valueQuantity=quantity(held.value, held.unit),
        method={"text": f"{held.measure} version {held.version}"},
        bodySite={"text": held.target or "whole"},
        component=list(_six(held, primary=one.primary)),
    )
    notes = [{"text": w} for w in dict.fromkeys(words) if w]
    return made | ({"note": notes} if notes else {})


def loinc_of(measure: str) -> dict[str, str] | None:
    """Return the LOINC entry of a measure, where it is a scale's total that has one.

    Parameters
    ----------
    measure : str
        Such as ``scale.phq9``; the parts of a scale do not have the code of its total.
    """
    by_measure = {f"scale.{scale.lower()}": entry for scale, entry in table("loinc").items()}
    return by_measure.get(measure)


def _six(held: Number, *, primary: bool) -> Iterator[Resource]:
    """Yield the components that carry everything that stands on a number."""
    yield _component("tier", valueCodeableConcept=own("tier", held.tier))
    yield _component("version", valueString=held.version or "unknown")
    yield from _interval(held.interval, held.no_interval, held.unit)
    lo, hi = held.valid
    limits = {k: quantity(v, held.unit) for k, v in (("low", lo), ("high", hi)) if math.isfinite(v)}
    if limits:
        yield _component("valid_range", valueRange=limits)
    yield _component("in_valid_range", valueBoolean=lo <= held.value <= hi)
    yield _component("n_effective", valueQuantity=quantity(held.n_effective, "1"))
    yield _component("origin", valueCodeableConcept=own("origin", held.origin))
    yield _component("primary", valueBoolean=primary)
    for factor, level in held.condition.levels:
        yield {"code": own("condition", factor), "valueString": level}
    for name, text in (("side", held.side), ("rater", held.rater)):
        if text:
            yield _component(name, valueString=text)
    for key in held.sources:
        yield _component("source", valueString=key)


def _interval(interval: Interval | None, why_none: str, unit: str) -> Iterator[Resource]:
    """Yield the ends, kind, level and method of an interval, or why there is none."""
    if interval is None:
        reason = NO_INTERVAL.get(why_none, why_none or "not stated")
        yield _component(
            "interval", dataAbsentReason=own("no-interval", why_none or "none", reason)
        )
        return
    yield _component("interval_low", valueQuantity=quantity(interval.lo, unit))
    yield _component("interval_high", valueQuantity=quantity(interval.hi, unit))
    yield _component("interval_kind", valueCodeableConcept=own("interval", interval.kind))
    yield _component("interval_level", valueQuantity=quantity(interval.level, "1"))
    yield _component("interval_method", valueString=interval.method or "unknown")


def contrast(one: Contrast, unit: str) -> Resource:
    """Return what differs between two conditions or sides.

    Parameters
    ----------
    one : Contrast
    unit : str
        Of the measure; a ratio has none.
    """
    unit = "1" if one.scale == "ratio" else unit
    components = [
        _component("factor", valueString=one.factor),
        _component("a", valueString=one.a),
        _component("b", valueString=one.b),
        _component("scale", valueCodeableConcept=own("scale", one.scale)),
        *_interval(one.interval, one.no_interval, unit),
        *({"code": own("condition", f), "valueString": v} for f, v in one.condition.levels),
        *(
            _component(name, valueQuantity=quantity(value, "1"))
            for name, value in (("p", one.p), ("q", one.q))
            if value is not None
        ),
    ]
    return _observation(
        "procedure",
        own("contrast", one.measure, f"{one.measure}: {one.a} against {one.b}"),
        valueQuantity=quantity(one.value, unit),
        bodySite={"text": one.target.label or "whole"},
        component=components,
    )


def not_measurable(one: NotMeasurable) -> Resource:
    """Return what could not be measured, with the reason in the place FHIR has for it."""
    reason = hl7("data-absent-reason", "not-performed") | {"text": one.reason}
    reason["coding"].append({"system": f"{NAMESPACE}:not-measurable", "code": one.code or "none"})
    made = _observation(
        "procedure",
        own("measure", one.measure, one.title),
        dataAbsentReason=reason,
        method={"text": f"{one.measure} version {one.version}"},
        component=[
            _component("tier", valueCodeableConcept=own("tier", one.tier)),
            *({"code": own("condition", f), "valueString": v} for f, v in one.condition.levels),
        ],
    )
    return made | ({"bodySite": {"text": one.target}} if one.target else {})


def conclusion(one: Conclusion) -> Resource:
    """Return a conclusion of the classification, with what led to it and what is missing."""
    components = [
        *(_component("because", valueString=w) for w in one.because if w),
        *(_component("missing", valueString=w) for w in one.missing if w),
        _component("mark", valueCodeableConcept=own("mark", one.mark)),
        *(_component("source", valueString=s) for s in one.sources),
        *([_component("computed", valueString=one.computed)] if one.computed else []),
        *([_component("reason", valueString=one.reason)] if one.reason else []),
    ]
    value = own("conclusion", one.value or "unknown") | {"text": one.words or one.value}
    made = _observation(
        "exam",
        own("classification", f"{one.axis}.{one.about}", one.about.replace("_", " ")),
        valueCodeableConcept=value,
        component=components,
    )
    # A computed conclusion waits for the clinician; an examiner's own does not.
    return made | {"status": "final" if one.reason else "preliminary"}


def flag(one: Flag) -> Resource:
    """Return a red flag; a closed one is inactive, never gone."""
    made: Resource = {
        "resourceType": "Flag",
        "status": "inactive" if one.closed else "active",
        "category": [hl7("flag-category", "safety"), own("urgency", one.tier)],
        "code": own("flag", one.id, one.title) | {"text": f"{one.title}. {one.action}"},
    }
    if one.closed and one.closed.date:
        made["period"] = {"end": one.closed.date}
    return made


def laboratory(one: WorkupResult) -> Resource | None:
    """Return a test with a number and the laboratory's own range; without a number, None."""
    if one.value is None or one.status != "done":
        return None
    made = _observation(
        "laboratory",
        own("workup", one.item, one.item.replace("_", " ")),
        valueQuantity=quantity(one.value, one.unit),
    )
    limits = {
        k: quantity(v, one.unit) for k, v in (("low", one.lo), ("high", one.hi)) if v is not None
    }
    if limits:
        made["referenceRange"] = [limits | {"text": "the laboratory's own range"}]
    if one.date:
        made["effectiveDateTime"] = one.date
    return made


def conditions(codes: tuple[Code, ...], *, named: bool) -> Iterator[Resource]:
    """Yield one condition per concept, with all its codes: a suggestion, never confirmed by us.

    Parameters
    ----------
    codes : tuple of Code
    named : bool
        Whether the examiner named the form; else it only follows from rules.
    """
    for concept in dict.fromkeys(c.concept for c in codes):
        same = [c for c in codes if c.concept == concept]
        notes = dict.fromkeys(n for c in same for n in (f"Suggested from {c.why}.", c.note) if n)
        yield {
            "resourceType": "Condition",
            "clinicalStatus": hl7("condition-clinical", "active"),
            "verificationStatus": hl7(
                "condition-ver-status", "provisional" if named else "unconfirmed"
            ),
            "code": {
                "coding": [
                    {"system": c.uri, "code": c.code, "display": c.label}
                    for c in sorted(same, key=lambda c: c.alias)
                ],
                "text": table("codes")[concept]["name"],
            },
            "note": [{"text": n} for n in notes] + [{"text": "The clinician confirms the code."}],
        }


def cause(one: Aetiology) -> Resource:
    """Return a cause as the examiner concludes it, with the certainty as its status."""
    made: Resource = {
        "resourceType": "Condition",
        "clinicalStatus": hl7("condition-clinical", "active"),
        "verificationStatus": hl7("condition-ver-status", CERTAINTY[one.certainty]),
        "code": own("aetiology", one.block) | {"text": one.what or one.block},
    }
    return made | ({"note": [{"text": one.evidence}]} if one.evidence else {})
