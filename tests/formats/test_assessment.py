"""The assessment on disk: exact, strict, and never half written."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.formats import assessment as stored
from eutonia.formats.findings_table import COLUMNS
from eutonia.model import (
    SCHEMA_VERSION,
    Assessment,
    Comparison,
    Condition,
    Contrast,
    Estimate,
    Evidence,
    Finding,
    Interval,
    InvalidRecord,
    Lost,
    Manifest,
    NotMeasurable,
    Person,
    Source,
    Target,
    VisitState,
)

TARGET = Target(label="=SUM(A1)", channels=("=SUM(A1)",), sites=("é/ü",), side="left")
TASK = Condition.of(task="writing", trick="on")
EVIDENCE: Evidence = {
    "a|writing, trick on/x": {"t_s": np.linspace(0, 1, 5), "labels": np.array(["é", "b"])},
    "empty": {},
    "b": {"row": np.arange(3), "nan": np.array([np.nan, 1.0])},
}


def made(value: float = 0.1 + 0.2) -> Assessment:
    """Return a small, made-up assessment."""
    interval = Interval(lo=1 / 3, hi=2 / 3, kind="within the recording", method="bootstrap")
    estimate = Estimate(
        measure="emg.rms",
        version="1",
        title="EMG amplitude",
        unit="uV",
        tier="supportive",
        sources=("A2000", "B2001"),
        target=TARGET,
        condition=TASK,
        value=value,
        interval=interval,
        n_effective=12.5,
        valid=(0.0, 1.0),
        valid_by="docs",
        blocks=(1e-300, 1e300, -0.0),
        details=(("segments", 3.0),),
    )
    comparison = Comparison(
        kind="condition", against="rest", verdict="differs", words="It differs."
    )
    return Assessment(
        person=Person(id="sub-01"),
        visit="ses-01",
        state=VisitState(safety_asked=True, drugs=()),
        recordings=(),
        lost=(Lost(path="x.edf", error="Damaged."),),
        findings=(Finding(estimate=estimate, comparisons=(comparison,), words="Words."),),
        contrasts=(
            Contrast(
                measure="emg.rms",
                target=TARGET,
                condition=TASK,
                factor="trick",
                a="on",
                b="off",
                scale="difference",
                value=-1.5,
                interval=None,
                no_interval="few_blocks",
                q=0.04,
            ),
        ),
        not_measurable=(
            NotMeasurable(
                measure="erd",
                version="1",
                title="ERD",
                tier="research",
                code="short",
                reason="Too short, by far.",
            ),
        ),
        manifest=Manifest(
            versions=(("eutonia", "0.1.0"),),
            measures=(("emg.rms", "1"),),
            inputs=(Source(path="x.edf", sha256="0" * 64),),
            seed=3,
        ),
        labels=("SIMULATED",),
    )


def edited(change) -> str:
    """Return the JSON of an assessment after a change."""
    record = json.loads(stored.dumps(made()))
    change(record)
    return json.dumps(record)


def test_what_is_saved_is_loaded_again_exactly(tmp_path):
    """Assessment and arrays survive the disk bit by bit, with keys of any letters."""
    paths = stored.save(made(), EVIDENCE, tmp_path)
    names = ["assessment.json", "evidence.npz", "findings.csv", "manifest.json"]
    assert [p.name for p in paths] == names
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)
    assessment, evidence = stored.load(tmp_path)
    assert assessment == made()
    assert list(evidence) == list(EVIDENCE)
    for key, arrays in EVIDENCE.items():
        assert evidence[key].keys() == arrays.keys()
        for name, array in arrays.items():
            assert evidence[key][name].dtype == array.dtype
            np.testing.assert_array_equal(evidence[key][name], array)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    """Nothing of the clock or of chance is in the files."""
    one = [p.read_bytes() for p in stored.save(made(), EVIDENCE, tmp_path / "a")]
    other = [p.read_bytes() for p in stored.save(made(), EVIDENCE, tmp_path / "b")]
    assert one == other


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_survives_json(value):
    """A float is written so that it reads back to the last bit."""
    got = stored.loads(stored.dumps(made(value))).findings[0].estimate.value
    assert got.hex() == value.hex()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_never_written(value, tmp_path):
    """The field is named, and no file is left behind."""
    with pytest.raises(InvalidRecord, match=r"findings\[0\]\.estimate\.value is"):
        stored.save(made(value), EVIDENCE, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_not_finite_is_never_read(word):
    """Neither Python's words for it nor an overflow pass."""
    text = stored.dumps(made(0.125)).replace('"value": 0.125', f'"value": {word}')
    assert word in text
    with pytest.raises(InvalidRecord):
        stored.loads(text)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda r: r.update(extra=1), r"extra is not a field"),
        (lambda r: r["person"].update(name="x"), r"person\.name is not a field"),
        (
            lambda r: r["findings"][0]["estimate"].update(p=1),
            r"findings\[0\]\.estimate\.p is not a field",
        ),
        (lambda r: r.pop("visit"), r"visit is missing"),
        (
            lambda r: r["findings"][0]["estimate"].update(tier="best"),
            r"findings\[0\]\.estimate\.tier is 'best': .*'clinical', 'supportive' or 'research'",
        ),
        (
            lambda r: r["findings"][0]["estimate"].update(value="1.0"),
            r"findings\[0\]\.estimate\.value is '1\.0': .*valid number",
        ),
        (lambda r: r["state"].update(safety_asked="yes"), r"state\.safety_asked is 'yes'"),
        (lambda r: r.update(schema_version="1"), r"schema_version is '1'"),
        (lambda r: r.update(schema_version=True), r"schema_version is True"),
        (lambda r: r.pop("schema_version"), r"schema_version is None"),
        (lambda r: r.update(schema_version=0), r"schema version 0"),
    ],
)
def test_a_record_that_breaks_the_schema_names_field_value_and_what_is_allowed(change, expected):
    """Nothing unknown is dropped, nothing is converted, and the message leads to the field."""
    with pytest.raises(InvalidRecord, match=expected):
        stored.loads(edited(change))


def test_a_record_of_the_future_asks_for_an_update():
    """An older Eutonia does not guess what a newer one meant."""
    text = edited(lambda r: r.update(schema_version=SCHEMA_VERSION + 1))
    with pytest.raises(InvalidRecord, match=r"newer one\. Update Eutonia"):
        stored.loads(text)


def test_an_old_record_is_lifted_step_by_step(monkeypatch):
    """Each migration is applied once, in order, and the result is of the present version."""
    monkeypatch.setattr(stored, "SCHEMA_VERSION", 3)
    steps = {1: lambda r: r | {"seen": [1]}, 2: lambda r: r | {"seen": [*r["seen"], 2]}}
    monkeypatch.setattr(stored, "MIGRATIONS", steps)
    assert stored.migrate({"schema_version": 1}) == {"schema_version": 3, "seen": [1, 2]}
    assert stored.migrate({"schema_version": 3}) == {"schema_version": 3}


def test_an_untested_contrast_of_an_old_record_is_not_judged():
    """Version 3 called every contrast without a q-value "no difference shown"."""
    old = json.loads(stored.dumps(made())) | {"schema_version": 3}
    said = {"kind": "other side", "against": "the right side", "words": "…"}
    old["findings"][0]["comparisons"] = [
        said | {"verdict": "no difference shown", "q": q} for q in (None, 0.4)
    ]
    found = stored.loads(json.dumps(old)).findings[0].comparisons
    assert [c.verdict for c in found] == ["not judged", "no difference shown"]


def test_a_chain_of_migrations_has_no_gap():
    """Every earlier schema version can be lifted to the present one."""
    assert sorted(stored.MIGRATIONS) == list(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("assessment.json", b"{"),
        ("assessment.json", b"[]"),
        ("assessment.json", b"\xff\xfe\x00"),
        ("evidence.npz", b"PK not a zip"),
        ("evidence.npz", b""),
    ],
)
def test_a_damaged_file_is_an_error_in_words(name, content, tmp_path):
    """Whatever stands in the file, the message names it."""
    stored.save(made(), EVIDENCE, tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidRecord, match=name):
        stored.load(tmp_path)


@pytest.mark.parametrize("name", ["assessment.json", "evidence.npz"])
def test_a_truncated_or_missing_file_is_an_error_in_words(name, tmp_path):
    """Half a file is not an assessment, and neither is none."""
    stored.save(made(), EVIDENCE, tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InvalidRecord, match=name):
        stored.load(tmp_path)
    path.unlink()
    with pytest.raises(InvalidRecord, match=name):
        stored.load(tmp_path)


def test_a_failed_write_keeps_the_old_file(tmp_path):
    """An array that cannot be stored leaves the earlier arrays in place, and no part file."""
    stored.save(made(), EVIDENCE, tmp_path)
    with pytest.raises(ValueError, match="allow_pickle"):
        stored.save(made(), {"a": {"x": np.array([object()])}}, tmp_path)
    assert stored.load(tmp_path)[1].keys() == EVIDENCE.keys()
    assert not list(tmp_path.glob("*.part"))


def test_the_schema_is_versioned_and_closed():
    """It names no host, fixes the version, allows no unknown field, and knows every field."""
    schema = stored.schema()
    assert schema["$id"] == f"urn:eutonia:assessment:{SCHEMA_VERSION}"
    assert schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    assert schema["properties"].keys() == json.loads(stored.dumps(made())).keys()
    objects = [schema, *schema["$defs"].values()]
    assert all(o["additionalProperties"] is False for o in objects if o["type"] == "object")
    json.dumps(schema, allow_nan=False)


def rows(tmp_path) -> list[dict[str, str]]:
    path = stored.save(made(), EVIDENCE, tmp_path)[2]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_everything(tmp_path):
    """Findings, contrasts and what was not measurable stand below each other, same columns."""
    found = rows(tmp_path)
    assert [r["row"] for r in found] == ["finding", "contrast", "not measurable"]
    assert all(tuple(r) == COLUMNS for r in found)
    assert found[2]["reason"] == "Too short, by far."
    assert {r["labels"] for r in found} == {"SIMULATED"}


def test_a_finding_in_the_table_carries_the_six_things(tmp_path):
    """Interval and its kind, method, source, validated range, verdict and tier are columns."""
    first, second, _ = rows(tmp_path)
    assert float(first["value"]) == 0.1 + 0.2
    assert (float(first["lo"]), float(first["hi"])) == (1 / 3, 2 / 3)
    assert first["interval_kind"] == "within the recording"
    assert (first["measure"], first["version"]) == ("emg.rms", "1")
    assert first["sources"] == "A2000;B2001"
    assert (first["valid_lo"], first["valid_hi"], first["in_valid_range"]) == ("0.0", "1.0", "yes")
    assert first["verdicts"] == "rest: differs"
    assert first["tier"] == second["tier"] == "supportive"
    assert second["no_interval"] == "too few independent blocks (fewer than 8)"
    assert float(second["q"]) == 0.04


def test_a_name_cannot_become_a_formula(tmp_path):
    """A spreadsheet reads a channel called ``=SUM(A1)`` as text, and numbers stay numbers."""
    first, second, _ = rows(tmp_path)
    assert first["target"] == "'=SUM(A1)"
    assert float(second["value"]) == -1.5


def test_assessments_differ_only_where_they_differ(tmp_path):
    """Loading does not fill in what was not there."""
    bare = replace(made(), findings=(), contrasts=(), not_measurable=(), lost=(), labels=())
    stored.save(bare, {}, tmp_path)
    assert stored.load(tmp_path) == (bare, {})


def test_the_published_schema_is_the_one_in_force():
    """A change of the record's shape needs a new version of the published schema."""
    import json
    from pathlib import Path

    from eutonia.formats.assessment import schema
    from eutonia.model import SCHEMA_VERSION

    folder = Path(__file__).resolve().parents[2] / "docs" / "schema"
    published = json.loads((folder / f"assessment-v{SCHEMA_VERSION}.json").read_text("utf-8"))
    assert _shape(published) == _shape(json.loads(json.dumps(schema()))), (
        "the shape of the assessment changed: raise SCHEMA_VERSION, add a migration, and write "
        "schema() to docs/schema/"
    )


def _shape(schema):
    """Return a schema without its words."""
    if isinstance(schema, dict):
        return {k: _shape(v) for k, v in schema.items() if k not in ("description", "title")}
    return [_shape(v) for v in schema] if isinstance(schema, list) else schema
