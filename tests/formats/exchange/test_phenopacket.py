"""Phenopackets v2: the schema's own protobuf takes them, and what they hold is read back."""

import json
from dataclasses import replace

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st
from phenopackets.schema.v2.phenopackets_pb2 import Phenopacket

from eutonia.formats.phenopacket import features, from_phenopacket, phenopacket
from eutonia.formats.phenopacket.terms import duration, years
from eutonia.model import (
    EutoniaError,
    Examination,
    History,
    InvalidRecord,
    Person,
    RegionSeen,
    VisitState,
)


def parsed(packet):
    """Parse a packet strictly (unknown fields are errors) with the schema's own classes."""
    return ParseDict(json.loads(json.dumps(packet, allow_nan=False)), Phenopacket())


def test_the_schemas_own_classes_take_a_packet_and_lose_nothing(assessment):
    """Parsed strictly and written again by protobuf, every value is still there."""
    packet = phenopacket(assessment)
    again = MessageToDict(parsed(packet))
    defaults = ("UNKNOWN_PROGRESS", "UNKNOWN_STATUS", "NOT_PROVIDED")

    def kept(node):
        if isinstance(node, dict):
            return {k: kept(v) for k, v in node.items() if v not in defaults}
        return [kept(v) for v in node] if isinstance(node, list) else node

    assert kept(again) == kept(packet)


def test_a_packet_of_nothing_is_valid(assessment):
    """A person about whom nothing is known still gives a valid packet."""
    bare = replace(
        assessment,
        person=Person(id=""),
        visit="",
        state=VisitState(),
        findings=(),
        examinations=(),
        history=History(),
        verdicts=type(assessment.verdicts)(),
    )
    packet = phenopacket(bare)
    parsed(packet)
    assert "phenotypicFeatures" not in packet
    assert packet["metaData"]["created"] == "1970-01-01T00:00:00Z"


def test_what_a_packet_holds_is_read_back(assessment):
    """Person, visit, onset, genes as reported, and the features come back exactly."""
    back = from_phenopacket(json.loads(json.dumps(phenopacket(assessment))))
    assert back.person == replace(assessment.person, handedness="unknown")
    assert back.visit == assessment.visit
    assert back.history == History(
        onset_age=assessment.history.onset_age, genes=assessment.history.genes
    )
    assert back.features == features(assessment)
    assert "3 measurements" in back.left


def test_features_tell_found_from_looked_for_and_not_found(assessment):
    """Signs looked for and absent are excluded; sides and severity are modifiers of the HPO."""
    held = {f.code: f for f in features(assessment)}
    assert held["HP:0000473"].severity == "HP:0012826"  # moderate: 2.5 of 4
    assert held["HP:0000473"].modifiers == ("HP:0012834",)  # of the torticaput
    assert held["HP:0031960"].modifiers == ("HP:0012834",)
    assert held["HP:0001337"].excluded  # other movement disorders: looked for, none
    assert held["HP:0005348"].excluded  # stridor asked and denied
    assert not held["HP:0030842"].excluded  # choking reported
    assert not held["HP:0009830"].excluded
    assert "HP:0001260" not in held  # nobody said that dysarthria was looked for


def test_a_sign_that_any_rater_found_counts_as_found(assessment):
    """One rater's absence does not remove what another one saw."""
    examinations = (
        Examination(rater="A", motor_signs=()),
        Examination(rater="B", motor_signs=("tremor",)),
    )
    held = {f.code: f for f in features(replace(assessment, examinations=examinations))}
    assert not held["HP:0001337"].excluded
    assert held["HP:0001336"].excluded


def test_a_region_with_severity_zero_is_excluded(assessment):
    """A region that the examiner graded 0 is not affected."""
    examinations = (Examination(rater="A", regions=(RegionSeen(region="LX", severity=0.0),)),)
    held = {f.code: f for f in features(replace(assessment, examinations=examinations))}
    assert held["HP:0012049"].excluded


def test_every_prefix_is_declared(assessment):
    """Each prefix of a term stands under metaData with the version of its terminology."""
    packet = phenopacket(assessment)
    text = json.dumps({k: v for k, v in packet.items() if k != "metaData"})
    declared = {r["namespacePrefix"]: r["version"] for r in packet["metaData"]["resources"]}
    assert declared["HP"] == "2025-01-16"
    assert declared["MONDO"] == "2026-08-21"
    for prefix in ("HP", "MONDO", "EUTONIA", "UCUM", "NCBITaxon"):
        assert f'"{prefix}:' in text
        assert prefix in declared


def test_genes_are_reported_without_interpretation(assessment):
    """No gene has a status or a classification of ours, whatever the laboratory wrote."""
    for one in phenopacket(assessment)["interpretations"]:
        assert one["progressStatus"] == "UNKNOWN_PROGRESS"
        for held in one["diagnosis"]["genomicInterpretations"]:
            assert held["interpretationStatus"] == "UNKNOWN_STATUS"
            variant = held["variantInterpretation"]
            assert variant["acmgPathogenicityClassification"] == "NOT_PROVIDED"


def test_no_dose_is_in_a_packet(assessment):
    """Therapies name the agent or procedure and the effect, and no quantity at all."""
    for action in phenopacket(assessment)["medicalActions"]:
        treatment = action.get("treatment", action.get("procedure"))
        assert not {"doseIntervals", "cumulativeDose"} & treatment.keys()


def test_ages_are_whole_months():
    """Ages become ISO 8601 durations, and whole months come back exactly."""
    assert duration(41.5) == "P41Y6M"
    assert duration(0.25) == "P0Y3M"
    for month in range(0, 1200, 7):
        assert years(duration(month / 12)) == pytest.approx(month / 12, abs=1e-12)
    assert years("P1Y2M3W4D") == pytest.approx(1 + 2 / 12 + 25 / 365.25)
    assert years("P") is None
    assert years("soon") is None


def test_the_same_assessment_gives_the_same_packet(assessment):
    """Nothing in a packet comes from the clock or from chance."""
    assert json.dumps(phenopacket(assessment)) == json.dumps(phenopacket(assessment))
    assert phenopacket(assessment)["metaData"]["created"] == "2026-03-02T00:00:00Z"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.pop("subject"), "subject"),
        (lambda p: p["subject"].update(id=3), "subject.id is 3"),
        (lambda p: p["subject"].update(sex="X"), "sex is 'X'"),
        (lambda p: p.update(phenotypicFeatures="x"), "phenotypicFeatures is 'x'"),
        (lambda p: p.update(phenotypicFeatures=[{}]), r"phenotypicFeatures\[0\]"),
    ],
)
def test_a_damaged_packet_is_refused_with_words(assessment, change, said):
    """The error names the part that is wrong."""
    packet = phenopacket(assessment)
    change(packet)
    with pytest.raises(InvalidRecord, match=said):
        from_phenopacket(packet)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "id", "label", "onset", "age", "iso8601duration", "diagnosis", "modifiers"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(
    key=st.sampled_from(["subject", "phenotypicFeatures", "diseases", "interpretations", "id"]),
    held=JSON,
)
def test_any_packet_gives_what_it_holds_or_an_error_with_words(key, held):
    """Nonsense in any place never ends in anything but an error of ours."""
    for value in (held, [held], {"id": "sub-01", "timeAtLastEncounter": held}):
        try:
            from_phenopacket({"subject": {"id": "sub-01"}, key: value})
        except EutoniaError as error:
            assert str(error)
