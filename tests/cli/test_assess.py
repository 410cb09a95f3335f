"""``eutonia assess`` and ``eutonia verify``: what is printed, written, and the exit codes."""

import json
import shutil

import numpy as np
import pytest
import soundfile

import eutonia.report
from eutonia import cli
from eutonia.formats.assessment import load


@pytest.fixture(autouse=True)
def quick_report(monkeypatch):
    """Write a short page instead of the report, which has tests of its own."""

    def write(assessment, evidence, folder, *, pdf=True):
        (folder / "report.html").write_text(f"{assessment.visit} {len(evidence)}")
        if pdf:
            (folder / "report.pdf").write_bytes(b"%PDF")

    monkeypatch.setattr(eutonia.report, "write", write, raising=False)


@pytest.fixture
def visit(samples, tmp_path):
    """Return a copy of the samples' visit that a test may change."""
    return shutil.copytree(samples, tmp_path / "samples") / "sub-01" / "ses-01"


def test_an_assessment_ends_with_the_path_of_the_report(visit, tmp_path, capsys):
    """The findings are printed with their intervals, the report's path last."""
    out = tmp_path / "out"
    assert cli.run(["assess", str(visit), "--out", str(out), "--only", "emg.rms"]) == cli.DONE
    lines = capsys.readouterr().out.rstrip().split("\n")
    assert lines[-1] == f"Report: {out / 'report.html'}"
    assert "COMPOSITE" in lines[0]
    (finding,) = load(out)[0].findings
    row = next(line for line in lines if "biceps brachii" in line)
    assert f"{finding.estimate.value:.0f}" in row
    assert (out / "report.pdf").is_file()


def test_json_goes_to_stdout_alone(visit, tmp_path, capsys):
    """--json prints the assessment, as it is kept, and nothing else; --no-pdf writes none."""
    out = tmp_path / "out"
    arguments = ["assess", str(visit), "--out", str(out), "--only", "emg.rms", "--json", "--no-pdf"]
    assert cli.run(arguments) == cli.DONE
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    assert not (out / "report.pdf").exists()


def test_a_lost_file_shows_and_counts(visit, tmp_path, capsys):
    """A damaged file is named with what to do, the rest is assessed, and the exit code is 1."""
    eeg = next(visit.glob("eeg/*.edf"))
    eeg.write_bytes(eeg.read_bytes()[:100])
    out = tmp_path / "out"
    assert cli.run(["assess", str(visit), "--out", str(out), "--only", "emg.rms"]) == cli.LOSSES
    printed = capsys.readouterr().out
    assert "Lost" in printed
    assert eeg.name in printed.replace("\n  ", "")


def test_a_visit_without_anything_to_measure(tmp_path, capsys):
    """Where no measure applies, the reasons are printed and the exit code is 3."""
    folder = tmp_path / "visit"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.sin(np.arange(8000.0)) / 2, 8000)
    assert cli.run(["assess", str(folder), "--out", str(tmp_path / "out")]) == cli.NOTHING
    assert "Not taken" in capsys.readouterr().out


def test_an_unknown_measure_is_a_mistake(visit, tmp_path, capsys):
    """A mistyped id names the nearest, and nothing is written."""
    out = tmp_path / "out"
    arguments = ["assess", str(visit), "--out", str(out), "--only", "emg.rmz"]
    assert cli.run(arguments) == cli.MISTAKE
    assert "emg.rms" in capsys.readouterr().err
    assert not out.exists()


def test_verify_passes_until_something_changes(visit, tmp_path, capsys):
    """An untouched assessment verifies; a changed report, input or number does not."""
    out = tmp_path / "out"
    cli.run(["assess", str(visit), "--out", str(out), "--only", "emg.rms"])
    assert cli.run(["verify", str(out)]) == cli.DONE
    assert cli.run(["verify", str(out / "report.html")]) == cli.DONE
    (out / "report.html").write_text("better numbers")
    capsys.readouterr()
    assert cli.run(["verify", str(out), "--no-recompute", "--json"]) == cli.LOSSES
    record = json.loads(capsys.readouterr().out)
    assert record["verified"] is False
    assert "report.html" in record["problems"][0]
