"""An assessment as one FHIR R4 Bundle: every number, answer, conclusion and flag, linked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from eutonia.formats.codes import codes_for
from eutonia.formats.exchange import NAMESPACE
from eutonia.formats.fhir import resources
from eutonia.formats.fhir.resources import Resource
from eutonia.formats.fhir.response import identity, response
from eutonia.knowledge import table
from eutonia.model import Assessment, History, VisitState

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}


def bundle(assessment: Assessment, *, snomed: bool = False) -> dict[str, Any]:
    """Return an assessment as a FHIR R4 Bundle (type collection) in plain JSON.

    The person is a pseudonym; ids follow from person, visit and content, so that the same
    assessment always gives the same bytes. De-identify before you send: see `formats.deidentify`.

    Parameters
    ----------
    assessment : Assessment
    snomed : bool
        Whether SNOMED CT may be used (see `formats.codes.licensed`).
    """
    about = f"{assessment.person.id}/{assessment.visit}"
    link = _Links(about)
    who = link.add(resources.patient(assessment.person), "person")
    met = link.add(_encounter(assessment, who), "visit")
    subject = {"subject": who, "encounter": met}
    results = [
        link.add(one | subject, "observation", i)
        for i, one in enumerate(_observations(assessment), start=1)
    ]
    # A test belongs to the day it was done, not to this visit.
    tests = (resources.laboratory(t) for t in assessment.history.tests)
    done = [t for t in tests if t is not None]
    results += [link.add(t | {"subject": who}, "test", i) for i, t in enumerate(done, start=1)]
    for i, one in enumerate(_conditions(assessment, snomed=snomed), start=1):
        link.add(one | subject, "condition", i)
    for i, flag in enumerate(assessment.verdicts.flags, start=1):
        link.add(resources.flag(flag) | {"subject": who}, "flag", i)
    for i, answers in enumerate(_responses(assessment, about), start=1):
        link.add(answers | subject, "response", i)
    link.add(_report(assessment, results) | subject, "report")
    return {
        "resourceType": "Bundle",
        "id": identity(about, "bundle"),
        **_labelled(assessment.labels),
        "identifier": {"system": f"{NAMESPACE}:visit", "value": about},
        "type": "collection",
        "entry": [
            e | {"resource": e["resource"] | _labelled(assessment.labels)} for e in link.entries
        ],
    }


def dumps(resource: dict[str, Any]) -> str:
    """Return a resource as JSON text; the same resource always gives the same bytes."""
    return json.dumps(resource, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


class _Links:
    """Collects entries, and gives the reference to each."""

    def __init__(self, about: str) -> None:
        self.about = about
        self.entries: list[dict[str, Any]] = []

    def add(self, resource: Resource, kind: str, number: int = 1) -> Resource:
        """Take a resource in under an id of its own, and return the reference to it."""
        resource = {"resourceType": resource["resourceType"]} | resource
        resource["id"] = identity(self.about, kind, str(number))
        address = f"urn:uuid:{resource['id']}"
        self.entries.append({"fullUrl": address, "resource": resource})
        return {"reference": address}


def _labelled(labels: Iterable[str]) -> Resource:
    """Return the labels as tags; what is simulated is marked as test data for every reader."""
    tags = [{"system": f"{NAMESPACE}:label", "code": label} for label in labels]
    if "SIMULATED" in labels:
        tags.append(_TEST_DATA)
    return {"meta": {"tag": tags}} if tags else {}


def _encounter(assessment: Assessment, who: Resource) -> Resource:
    days = sorted(e.date for e in assessment.examinations if _DAY.fullmatch(e.date))
    made: Resource = {
        "resourceType": "Encounter",
        "identifier": [{"system": f"{NAMESPACE}:visit", "value": assessment.visit or "unknown"}],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": who,
    }
    return made | ({"period": {"start": days[0], "end": days[-1]}} if days else {})


def _observations(assessment: Assessment) -> Iterator[Resource]:
    yield from resources.facts(assessment.person)
    yield from map(resources.finding, assessment.findings)
    units = {f.estimate.measure: f.estimate.unit for f in assessment.findings}
    for contrast in assessment.contrasts:
        yield resources.contrast(contrast, units.get(contrast.measure, ""))
    yield from map(resources.not_measurable, assessment.not_measurable)
    yield from map(resources.conclusion, assessment.verdicts.conclusions)


def _conditions(assessment: Assessment, *, snomed: bool) -> Iterator[Resource]:
    history = assessment.history
    named = [assessment.state.form, *(e.form for e in assessment.examinations)]
    form = next((f for f in named if f), "")
    codes = codes_for(
        assessment.verdicts.conclusions,
        form,
        aetiology=history.aetiology,
        family=history.family_dystonia,
        snomed=snomed,
    )
    yield from resources.conditions(codes, named=bool(form))
    yield from map(resources.cause, history.aetiology)


def _responses(assessment: Assessment, about: str) -> Iterator[Resource]:
    if assessment.state != VisitState():
        yield response(assessment.state, about=about)
    for i, one in enumerate(assessment.examinations, start=1):
        yield response(one, about=about, number=i)
    if assessment.history != History():
        yield response(assessment.history, about=about)
    for i, entry in enumerate(assessment.diary, start=1):
        yield response(entry, about=about, number=i)


def _report(assessment: Assessment, results: list[Resource]) -> Resource:
    words = [
        f"{f.tier}: {f.title}. {f.action}" for f in assessment.verdicts.flags if f.closed is None
    ]
    words += [c.words for c in assessment.verdicts.conclusions if c.words]
    made: Resource = {
        "resourceType": "DiagnosticReport",
        "status": "preliminary",  # a clinician makes it final
        "code": {"text": "Eutonia assessment of dystonia"},
        "conclusion": "\n".join([*words, table("statements")["intended_use"]]),
    }
    return made | ({"result": results} if results else {})
