"""FHIR R4: questionnaires, answers, and an assessment as one bundle, in plain JSON.

Written without a FHIR library; the tests hold every resource against the R4B models of one.
"""

from eutonia.formats.fhir.bundle import bundle, dumps
from eutonia.formats.fhir.questionnaire import names, questionnaire
from eutonia.formats.fhir.receive import from_bundle
from eutonia.formats.fhir.response import from_response, response

__all__ = [
    "bundle",
    "dumps",
    "from_bundle",
    "from_response",
    "names",
    "questionnaire",
    "response",
]
