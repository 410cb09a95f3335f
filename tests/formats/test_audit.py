"""The audit log: what was written stays found, and what was changed is found too."""

import json
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import audit
from eutonia.model import InvalidRecord


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Return a data set with three lines in its log."""
    monkeypatch.setenv("EUTONIA_USER", "nurse-7")
    (tmp_path / "dataset_description.json").write_text("{}")
    visit = tmp_path / "sub-01" / "ses-01"
    visit.mkdir(parents=True)
    (visit / "out.json").write_text("abc")
    audit.record(visit, "export", person="sub-01", what="fhir", files=[visit / "out.json"])
    audit.record(tmp_path, "consent-given", person="sub-02", what="research")
    audit.record(tmp_path, "assess", person="sub-01")
    return tmp_path


def log(folder):
    """Return the path of the log."""
    return folder / ".eutonia" / "audit.jsonl"


def test_a_line_says_who_did_what_to_whom_and_when(study):
    """A line holds the time in UTC, action, user's code, pseudonym and hashes of the files."""
    first = audit.entries(study)[0]
    assert (first.n, first.user, first.action, first.what) == (1, "nurse-7", "export", "fhir")
    assert first.person == "sub-01"
    assert first.files == (sha256(b"abc").hexdigest(),)
    assert first.time.endswith("Z")
    assert audit.check(study) == ()


def test_the_log_of_a_visit_lies_at_the_root_of_its_data_set(study):
    """One log holds for the whole data set, also for derivatives with a description."""
    made = study / "derivatives" / "eutonia"
    (made / "sub-01").mkdir(parents=True)
    (made / "dataset_description.json").write_text("{}")
    audit.record(made / "sub-01", "assess", person="sub-01")
    assert [p.parent.parent for p in study.rglob("audit.jsonl")] == [study]
    assert len(audit.entries(study)) == 4


def test_a_loose_visit_has_its_own_log(tmp_path):
    """Without a data set the log lies in the visit's folder."""
    audit.record(tmp_path, "assess")
    assert log(tmp_path).is_file()


def test_the_login_name_is_never_taken(tmp_path, monkeypatch):
    """Without a code the user is unknown, whatever the computer's account is called."""
    monkeypatch.delenv("EUTONIA_USER", raising=False)
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "jane.doe")
    assert audit.record(tmp_path, "assess").user == "unknown"
    assert "jane" not in log(tmp_path).read_text()


@pytest.mark.parametrize(
    "given",
    [
        {"action": "Assess it"},
        {"action": "assess", "what": "pain is 7"},
        {"action": "assess", "person": "Jane Doe"},
        {"action": "assess", "by": "Jane Doe"},
        {"action": ""},
    ],
)
def test_free_text_and_names_have_no_place(tmp_path, given):
    """Whatever is no code is refused, and nothing is written."""
    with pytest.raises(InvalidRecord, match="audit log"):
        audit.record(
            tmp_path,
            **{"action": given["action"]} | {k: v for k, v in given.items() if k != "action"},
        )
    assert not log(tmp_path).exists()


# --- tampering


def change(lines, row, **fields):
    """Return the lines with one changed."""
    return [*lines[:row], json.dumps(json.loads(lines[row]) | fields), *lines[row + 1 :]]


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize(
    "fields",
    [
        {"time": "2020-01-01T00:00:00Z"},
        {"user": "other"},
        {"person": "sub-03"},
        {"action": "nothing"},
        {"files": ["ab"]},
        {"what": "teaching"},
        {"previous": "0" * 63 + "1"},
    ],
)
def test_a_changed_field_is_found(study, row, fields):
    """Whichever field of whichever line is changed, the line is named."""
    lines = log(study).read_text().splitlines()
    new = change(lines, row, **fields)
    log(study).write_text("\n".join(new) + "\n")
    assert any(p.startswith(f"Line {row + 1} ") for p in audit.check(study))


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_removed_line_is_found(study, row):
    """Also the last one, and also all."""
    lines = log(study).read_text().splitlines()
    del lines[row]
    log(study).write_text("".join(f"{x}\n" for x in lines))
    assert audit.check(study)


def test_swapped_inserted_and_lost_lines_are_found(study):
    """Order, additions in between, and the loss of everything do not pass."""
    lines = log(study).read_text().splitlines()
    for new in ([lines[1], lines[0], lines[2]], [*lines, lines[1]], lines[:1], []):
        log(study).write_text("".join(f"{x}\n" for x in new))
        assert audit.check(study), new
    log(study).unlink()
    assert "had 3 lines" in audit.check(study)[0]


def test_a_lost_head_is_said(study):
    """Without the head a cut-off end could not be found, and that is a problem."""
    (study / ".eutonia" / "audit.head").unlink()
    assert "cut-off" in audit.check(study)[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data())
def test_every_flipped_byte_is_found_and_nothing_crashes(study, data):
    """One byte of the log changed anywhere is found, in whatever way it damages the file."""
    whole = log(study).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda b: b != whole[at]))
    log(study).write_bytes(whole[:at] + bytes([new]) + whole[at + 1 :])
    try:
        found = audit.check(study)
        audit.entries(study)
    finally:
        log(study).write_bytes(whole)
    assert found or new in b"\r\n"  # another end of line changes no line


def test_a_torn_line_is_kept_and_found(study):
    """After an interrupted write the log goes on, and the torn line stays to be seen."""
    with log(study).open("a") as file:
        file.write('{"n": 4, "ti')
    audit.record(study, "assess")
    problems = audit.check(study)
    assert any("Line 4 is damaged" in p for p in problems)
    assert len(audit.entries(study)) == 4


# --- forgetting


def test_forgetting_takes_the_pseudonym_and_leaves_the_chain_whole(study):
    """After an erasure neither pseudonym nor salt of the person is in the log, and it checks."""
    assert audit.forget(study, "sub-01") == 2
    assert "sub-01" not in log(study).read_text()
    assert "sub-02" in log(study).read_text()
    assert all(e.salt == "" for e in audit.entries(study) if not e.person)
    assert audit.check(study) == ()
    audit.record(study, "assess", person="sub-02")
    assert audit.check(study) == ()


def test_a_person_s_lines_are_found(study):
    """A line concerns the person whose salted hash it holds, and nobody else."""
    lines = audit.entries(study)
    assert [audit.concerns(e, "sub-01") for e in lines] == [True, False, True]


# --- several writers


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    """Three processes that write at once leave one whole chain of all their lines."""
    code = (
        "import sys; from pathlib import Path; from eutonia.formats import audit\n"
        "for _ in range(10): audit.record(Path(sys.argv[1]), 'assess', person='sub-01')"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [w.wait(60) for w in writers] == [0, 0, 0]
    assert len(audit.entries(tmp_path)) == 30
    assert audit.check(tmp_path) == ()
