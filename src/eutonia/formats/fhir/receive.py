"""What a FHIR file holds that Eutonia can take: answers, and numbers to look at."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from reprlib import repr as short
from typing import Any

from eutonia.formats.exchange import NAMESPACE, Number, Received
from eutonia.formats.fhir.questionnaire import url
from eutonia.formats.fhir.response import from_response
from eutonia.formats.shape import is_finite
from eutonia.model import (
    Condition,
    DiaryEntry,
    Examination,
    History,
    Interval,
    InvalidRecord,
    Person,
    Score,
    VisitState,
)

_GENDERS = ("female", "male", "other", "unknown")
_HANDS = ("left", "right", "both")
#: What follows from the answers; in a bundle of ours it is computed again, not taken.
_DERIVED = frozenset(["Observation", "Condition", "Flag", "DiagnosticReport"])


def from_bundle(given: Mapping[str, Any]) -> Received:
    """Return what a Bundle of Eutonia, or a single QuestionnaireResponse, holds.

    Raises
    ------
    InvalidRecord
        If it is neither, or an entry is damaged; says which and why.
    """
    if not isinstance(given, Mapping):
        raise InvalidRecord(f"A FHIR file holds an object, not {short(given)}.")
    kind = given.get("resourceType")
    if kind == "QuestionnaireResponse":
        return _received([given])
    if kind != "Bundle":
        raise InvalidRecord(
            f"resourceType is {short(kind)}; allowed: Bundle, QuestionnaireResponse."
        )
    entries = given.get("entry", [])
    if not isinstance(entries, list):
        raise InvalidRecord(f"entry is {short(entries)}; allowed: a list.")
    ours = _dict(given.get("identifier")).get("system") == f"{NAMESPACE}:visit"
    return _received([_resource(e, i) for i, e in enumerate(entries)], ours=ours)


def _resource(entry: Any, place: int) -> Mapping[str, Any]:
    held = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(held, dict) or not isinstance(held.get("resourceType"), str):
        raise InvalidRecord(f"entry[{place}] holds no resource, but {short(entry)}.")
    return held


def _received(given: list[Mapping[str, Any]], *, ours: bool = False) -> Received:
    nouns: list[Any] = []
    numbers: list[Number] = []
    facts: dict[str, Any] = {}
    left: Counter[str] = Counter()
    for one in given:
        kind = one["resourceType"]
        if kind == "QuestionnaireResponse":
            if str(one.get("questionnaire", "")).startswith(url("")):
                nouns.append(from_response(one))
            else:
                left[f"answers to {short(one.get('questionnaire'))}"] += 1
        elif kind in ("Patient", "Encounter"):
            facts |= _about(one)
        elif kind == "Observation" and _own_code(one, "person"):
            facts |= _fact(one)
        elif kind == "Observation" and _own_code(one, "measure") and "valueQuantity" in one:
            numbers.append(_number(one))
        elif not (ours and kind in _DERIVED):
            left[kind] += 1
    visit = facts.pop("visit", "")
    states, histories = _of(nouns, VisitState), _of(nouns, History)
    for several, what in ((states, "states of a visit"), (histories, "histories")):
        if len(several) > 1:
            raise InvalidRecord(f"The file holds {len(several)} {what}; it may hold one.")
    return Received(
        person=Person(id=facts.pop("id", ""), **facts),
        visit=visit,
        state=states[0] if states else None,
        history=histories[0] if histories else None,
        examinations=tuple(_of(nouns, Examination)),
        diary=tuple(_of(nouns, DiaryEntry)),
        scores=tuple(_of(nouns, Score)),
        numbers=tuple(numbers),
        left=tuple(f"{n} {kind}" for kind, n in left.items()),
    )


def _of(nouns: list[Any], kind: type) -> list[Any]:
    return [n for n in nouns if isinstance(n, kind)]


def _about(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return pseudonym and sex from a patient, or the visit from an encounter."""
    person = one["resourceType"] == "Patient"
    system = f"{NAMESPACE}:{'person' if person else 'visit'}"
    ids = [
        i["value"]
        for i in _dicts(one.get("identifier"))
        if i.get("system") == system and isinstance(i.get("value"), str)
    ]
    found: dict[str, Any] = {("id" if person else "visit"): ids[0]} if ids else {}
    if person and one.get("gender") in _GENDERS:
        found["sex"] = one["gender"]
    return found


def _fact(one: Mapping[str, Any]) -> dict[str, Any]:
    if _own_code(one, "person") == "age_years":
        return {"age_years": _quantity(one.get("valueQuantity"), "age")[0]}
    codes = [c.get("code") for c in _dicts(_dict(one.get("valueCodeableConcept")).get("coding"))]
    hand = codes[0] if codes else None
    if _own_code(one, "person") == "handedness" and hand in _HANDS:
        return {"handedness": hand}
    return {}


def _own_code(one: Mapping[str, Any], system: str) -> str:
    """Return the code that a resource or component has in one of our own systems."""
    for coding in _dicts(_dict(one.get("code")).get("coding")):
        if coding.get("system") == f"{NAMESPACE}:{system}":
            return str(coding.get("code", ""))
    return ""


def _number(one: Mapping[str, Any]) -> Number:
    """Return what an observation says about one of our measures."""
    measure = _own_code(one, "measure")
    value, unit = _quantity(one.get("valueQuantity"), measure)
    parts = _dicts(one.get("component"))
    held = {_own_code(p, "component"): p for p in parts if _own_code(p, "component")}
    levels = {
        _own_code(p, "condition"): str(p.get("valueString", ""))
        for p in parts
        if _own_code(p, "condition")
    }
    code = _dict(one.get("code"))
    target = str(_dict(one.get("bodySite")).get("text", ""))
    return Number(
        measure=measure,
        version=_text(held, "version"),
        title=str(code.get("text", "")),
        unit=unit,
        tier=_coded(held, "tier"),
        target="" if target == "whole" else target,
        side=_text(held, "side"),
        condition=Condition.of(**levels),
        value=value,
        interval=_interval(held),
        no_interval=_no_interval(held),
        n_effective=_held(held, "n_effective", 0.0),
        valid=_valid(held),
        origin=_coded(held, "origin"),
        rater=_text(held, "rater"),
        sources=tuple(
            str(p.get("valueString", "")) for p in parts if _own_code(p, "component") == "source"
        ),
    )


def _interval(held: Mapping[str, Any]) -> Interval | None:
    if "interval_low" not in held or "interval_high" not in held:
        return None
    kind: Any = _coded(held, "interval_kind")
    return Interval(
        lo=_held(held, "interval_low", math.nan),
        hi=_held(held, "interval_high", math.nan),
        kind=kind,
        method=_text(held, "interval_method"),
        level=_held(held, "interval_level", 0.95),
    )


def _no_interval(held: Mapping[str, Any]) -> str:
    reason = _dict(_dict(held.get("interval")).get("dataAbsentReason"))
    codes = [str(c.get("code", "")) for c in _dicts(reason.get("coding"))]
    return codes[0] if codes and codes[0] != "none" else ""


def _valid(held: Mapping[str, Any]) -> tuple[float, float]:
    limits = _dict(_dict(held.get("valid_range")).get("valueRange"))
    lo, hi = (
        _quantity(limits[end], "valid_range")[0] if end in limits else other
        for end, other in (("low", -math.inf), ("high", math.inf))
    )
    return lo, hi


def _held(held: Mapping[str, Any], name: str, missing: float) -> float:
    return _quantity(held[name].get("valueQuantity"), name)[0] if name in held else missing


def _quantity(given: Any, where: str) -> tuple[float, str]:
    value = _dict(given).get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_finite(value):
        raise InvalidRecord(f"The value of {where} is {short(value)}; allowed: a finite number.")
    return float(value), str(_dict(given).get("unit", ""))


def _text(held: Mapping[str, Any], name: str) -> str:
    return str(_dict(held.get(name)).get("valueString", ""))


def _coded(held: Mapping[str, Any], name: str) -> str:
    codings = _dicts(_dict(_dict(held.get(name)).get("valueCodeableConcept")).get("coding"))
    return str(codings[0].get("code", "")) if codings else ""


def _dict(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _dicts(given: Any) -> list[Mapping[str, Any]]:
    return [g for g in given if isinstance(g, dict)] if isinstance(given, list) else []
