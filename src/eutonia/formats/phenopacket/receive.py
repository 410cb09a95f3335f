"""What a GA4GH Phenopacket v2 holds that Eutonia can take."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as short
from typing import Any

from eutonia.formats.exchange import Feature, Received
from eutonia.formats.phenopacket.terms import SEX, years
from eutonia.model import GeneFinding, History, InvalidRecord, Person


def from_phenopacket(given: Mapping[str, Any]) -> Received:
    """Return what a phenopacket holds: the person, onset, genes, and the features as they are.

    Features stay terms: which region, side or task they meant is not in them, so none becomes a
    finding of an examination.

    Raises
    ------
    InvalidRecord
        If it is no phenopacket of version 2; says what is wrong.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("subject"), Mapping):
        raise InvalidRecord("A phenopacket holds a subject; this file does not.")
    subject = given["subject"]
    sexes = {v: k for k, v in SEX.items()}
    sex: Any = sexes.get(str(subject.get("sex", "UNKNOWNSEX")))
    if sex is None:
        raise InvalidRecord(
            f"subject.sex is {short(subject.get('sex'))}; allowed: {', '.join(sexes)}."
        )
    identity = subject.get("id")
    if not isinstance(identity, str):
        raise InvalidRecord(f"subject.id is {short(identity)}; allowed: a text.")
    held = [_read_feature(f, i) for i, f in enumerate(_list(given, "phenotypicFeatures"))]
    diseases, genes = _list(given, "diseases"), _genes(given)
    onset = [years(_at(d, "onset", "age", "iso8601duration")) for d in diseases]
    ages = [a for a in onset if a is not None]
    kept = {"id", "subject", "metaData", "phenotypicFeatures", "diseases", "interpretations"}
    rest = [f"{len(_list(given, k))} {k}" for k in given if k not in kept]
    rest += [f"disease {short(_at(d, 'term', 'id'))}" for d in diseases]
    visit = given.get("id", "")
    return Received(
        person=Person(
            id=identity,
            age_years=years(_at(subject, "timeAtLastEncounter", "age", "iso8601duration")),
            sex=sex,
        ),
        visit=visit.removeprefix(f"{identity}.") if isinstance(visit, str) else "",
        history=History(onset_age=min(ages, default=None), genes=genes),
        features=tuple(held),
        left=tuple(rest),
    )


def _list(given: Mapping[str, Any], key: str) -> list[Any]:
    held = given.get(key, [])
    if not isinstance(held, list):
        raise InvalidRecord(f"{key} is {short(held)}; allowed: a list.")
    return held


def _at(node: Any, *keys: str) -> Any:
    """Return what stands under keys inside each other, or None."""
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _read_feature(given: Any, place: int) -> Feature:
    code = _at(given, "type", "id")
    if not isinstance(code, str) or not code:
        raise InvalidRecord(f"phenotypicFeatures[{place}] has no type.id, but {short(given)}.")
    modifiers = given.get("modifiers", [])
    return Feature(
        code=code,
        label=str(_at(given, "type", "label") or ""),
        excluded=given.get("excluded") is True,
        modifiers=tuple(
            m["id"]
            for m in (modifiers if isinstance(modifiers, list) else [])
            if isinstance(m, dict) and isinstance(m.get("id"), str)
        ),
        severity=str(_at(given, "severity", "id") or ""),
        about=str(given.get("description", "")),
    )


def _genes(given: Mapping[str, Any]) -> tuple[GeneFinding, ...]:
    """Return the genes as reported; the classification of other programs is not taken over."""
    found = []
    for one in _list(given, "interpretations"):
        inner = _at(one, "diagnosis", "genomicInterpretations")
        for held in inner if isinstance(inner, list) else []:
            variation = _at(held, "variantInterpretation", "variationDescriptor")
            symbol = _at(variation, "geneContext", "symbol") or _at(held, "gene", "symbol")
            if isinstance(symbol, str) and symbol:
                found.append(_gene(symbol, variation))
    return tuple(found)


def _gene(symbol: str, variation: Any) -> GeneFinding:
    facts = _at(variation, "extensions")
    said = {
        str(f.get("name")): f.get("value")
        for f in (facts if isinstance(facts, list) else [])
        if isinstance(f, dict)
    }
    known = ("pathogenic", "likely pathogenic", "uncertain", "negative", "unknown")
    result: Any = said.get("result", "unknown")
    return GeneFinding(
        gene=symbol,
        result=result if result in known else "unknown",
        variant=str(_at(variation, "label") or ""),
        zygosity=str(said.get("zygosity") or ""),
        date=str(said.get("date") or ""),
    )
