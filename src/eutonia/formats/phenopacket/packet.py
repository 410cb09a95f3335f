"""An assessment as a GA4GH Phenopacket v2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eutonia import __version__
from eutonia.formats.codes import codes_for, concept_of, terms
from eutonia.formats.exchange import Feature
from eutonia.formats.phenopacket.features import features, modifier_labels, named_form
from eutonia.formats.phenopacket.terms import OWN, SEX, Json, duration, own
from eutonia.formats.ucum import ucum
from eutonia.knowledge import table
from eutonia.model import Assessment, Estimate, GeneFinding, History, Therapy

SCHEMA = "2.0"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NEVER = "1970-01-01"
_GENE_FIELDS = ("result", "zygosity", "date")
#: Families of therapies that are given as an agent; the others are procedures.
_AGENTS = ("medicine", "toxin")

_OTHERS = {
    OWN: ("Eutonia", "urn:eutonia", "urn:eutonia:", __version__),
    "UCUM": (
        "Unified Code for Units of Measure",
        "http://unitsofmeasure.org",
        "http://unitsofmeasure.org/",
        "2.1",
    ),
    "NCBITaxon": (
        "NCBI organismal classification",
        "http://purl.obolibrary.org/obo/ncbitaxon.owl",
        "http://purl.obolibrary.org/obo/NCBITaxon_",
        "unknown",
    ),
}


def phenopacket(assessment: Assessment, *, created: str = "") -> Json:
    """Return an assessment as a phenopacket (v2) in plain JSON.

    Therapies carry no dose; genes are those that a laboratory reported, without interpretation.

    Parameters
    ----------
    assessment : Assessment
    created : str
        Day of writing, ISO 8601; by default the day of the newest examination, so that the same
        assessment gives the same bytes (1 January 1970 where no day is known).
    """
    person, history = assessment.person, assessment.history
    when = [e.date for e in assessment.examinations if _DAY.fullmatch(e.date)]
    subject: Json = {"id": person.id or "unknown", "sex": SEX[person.sex]}
    subject["taxonomy"] = {"id": "NCBITaxon:9606", "label": "Homo sapiens"}
    if person.age_years is not None:
        subject["timeAtLastEncounter"] = {"age": {"iso8601duration": duration(person.age_years)}}
    made: Json = {
        "id": f"{person.id or 'unknown'}.{assessment.visit or 'visit'}",
        "subject": subject,
        "phenotypicFeatures": [_feature(f, history) for f in features(assessment)],
        "measurements": [_measurement(f.estimate) for f in assessment.findings],
        "diseases": list(_diseases(assessment)),
        "interpretations": [_reported(person.id, i, g) for i, g in enumerate(history.genes, 1)],
        "medicalActions": [_action(t) for t in history.therapies if t.kind],
    }
    made = {k: v for k, v in made.items() if v != []}
    created = created or max(when, default=_NEVER)
    made["metaData"] = {
        "created": created if "T" in created else f"{created}T00:00:00Z",
        "createdBy": f"Eutonia {__version__}",
        "resources": list(_resources(made)),
        "phenopacketSchemaVersion": SCHEMA,
    }
    return made


def _feature(one: Feature, history: History) -> Json:
    labels = modifier_labels()
    made: Json = {"type": {"id": one.code, "label": one.label}}
    if one.excluded:
        made["excluded"] = True
    if one.severity:
        made["severity"] = {"id": one.severity, "label": labels[one.severity]}
    if one.modifiers:
        made["modifiers"] = [{"id": m, "label": labels[m]} for m in one.modifiers]
    if one.about:
        made["description"] = one.about
    first = concept_of("region", history.onset_region)
    if history.onset_age is not None and first and one.code in terms(first, "hpo"):
        made["onset"] = {"age": {"iso8601duration": duration(history.onset_age)}}
    return made


def _diseases(assessment: Assessment) -> Iterator[Json]:
    codes = codes_for(assessment.verdicts.conclusions, named_form(assessment))
    for code in codes:
        if code.system == "mondo":
            made: Json = {"term": {"id": code.code, "label": code.label}}
            if assessment.history.onset_age is not None:
                age = duration(assessment.history.onset_age)
                made["onset"] = {"age": {"iso8601duration": age}}
            yield made


def _measurement(e: Estimate) -> Json:
    place = ", ".join(
        w for w in (e.target.label, e.condition.label if e.condition.levels else "") if w
    )
    words = f"{place}; version {e.version}; {e.tier}" if place else f"version {e.version}; {e.tier}"
    made: Json = {"assay": own(e.measure, e.title), "description": words}
    if e.interval is None:
        return made | {"value": {"quantity": _quantity(e.value, e.unit)}}
    kind = f"{e.interval.level:.0%} {e.interval.kind}"
    held = (
        ("value", "value", e.value),
        ("low", kind, e.interval.lo),
        ("high", kind, e.interval.hi),
    )
    typed = [{"type": own(n, w), "quantity": _quantity(v, e.unit)} for n, w, v in held]
    return made | {"complexValue": {"typedQuantities": typed}}


def _quantity(value: float, unit: str) -> Json:
    return {"unit": {"id": f"UCUM:{ucum(unit)}", "label": unit or "1"}, "value": value}


def _reported(person: str, number: int, gene: GeneFinding) -> Json:
    """Return a gene as reported: no status, no classification of ours."""
    facts = [
        {"name": f, "value": getattr(gene, f)}
        for f in _GENE_FIELDS
        if getattr(gene, f) not in ("", None)
    ]
    descriptor: Json = {
        "id": f"{OWN}:variant/{number}",
        "description": "As the laboratory reported it; Eutonia does not interpret variants.",
        "geneContext": {"valueId": f"{OWN}:gene/{gene.gene}", "symbol": gene.gene},
        "extensions": facts,
    }
    if gene.variant:
        descriptor["label"] = gene.variant
    return {
        "id": f"gene-{number}",
        "progressStatus": "UNKNOWN_PROGRESS",
        "diagnosis": {
            "disease": own("no-diagnosis", "no diagnosis is stated"),
            "genomicInterpretations": [
                {
                    "subjectOrBiosampleId": person or "unknown",
                    "interpretationStatus": "UNKNOWN_STATUS",
                    "variantInterpretation": {
                        "acmgPathogenicityClassification": "NOT_PROVIDED",
                        "variationDescriptor": descriptor,
                    },
                }
            ],
        },
    }


def _action(therapy: Therapy) -> Json:
    """Return a therapy without a dose; the kind is ours, the effect is the person's word."""
    entry = table("therapies").get(therapy.kind, {})
    term = own(f"therapy/{therapy.kind}", entry.get("name", therapy.kind))
    agent = entry.get("family", "medicine") in _AGENTS
    made: Json = {"treatment": {"agent": term}} if agent else {"procedure": {"code": term}}
    if therapy.effect != "unknown":
        made["responseToTreatment"] = own(f"effect/{therapy.effect}", therapy.effect)
    if therapy.adverse:
        made["adverseEvents"] = [own("adverse", therapy.adverse)]
    return made


def _resources(made: Json) -> Iterator[Json]:
    """Yield a resource for every prefix that the packet uses."""
    used = sorted({i.partition(":")[0] for i in _ids(made)})
    held = {s["prefix"]: (key, s) for key, s in table("code_systems").items()}
    for prefix in used:
        if prefix in held:
            key, system = held[prefix]
            yield {
                "id": {"HP": "hp"}.get(prefix, key),
                "name": system["name"],
                "url": system.get("url", system["uri"]),
                "version": system.get("version", "unknown"),
                "namespacePrefix": prefix,
                "iriPrefix": system.get("iri", system["uri"]),
            }
        elif prefix in _OTHERS:
            name, url, iri, version = _OTHERS[prefix]
            yield {
                "id": prefix.lower(),
                "name": name,
                "url": url,
                "version": version,
                "namespacePrefix": prefix,
                "iriPrefix": iri,
            }


def _ids(node: Any) -> Iterator[str]:
    """Yield every term's id (what stands beside a label)."""
    if isinstance(node, dict):
        if isinstance(node.get("id"), str) and ":" in node["id"]:
            yield node["id"]
        for value in node.values():
            yield from _ids(value)
    elif isinstance(node, list):
        for value in node:
            yield from _ids(value)
