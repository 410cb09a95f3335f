"""The commands of privacy: consent, deidentify, person, erase, audit."""

import json
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner

from eutonia import cli
from eutonia.cli.consent import command as consent_command
from eutonia.cli.erase import command as erase_command
from eutonia.formats import audit
from eutonia.formats.examination import load_history
from eutonia.tracking import rows


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Return a data set with one adult, one recording, one assessment's report."""
    from edfio import Edf, EdfSignal

    monkeypatch.setenv("EUTONIA_USER", "A")
    unfinished = tmp_path / "interrupted"
    unfinished.mkdir()
    monkeypatch.setattr(rows, "folder", lambda: unfinished)
    root = tmp_path / "study"
    emg = root / "sub-01" / "ses-01" / "emg"
    emg.mkdir(parents=True)
    (root / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.11.0"}')
    (root / "participants.tsv").write_text("participant_id\tage\nsub-01\t40\nsub-02\t50\n")
    x = np.random.default_rng(0).normal(0, 50, 2000)
    Edf([EdfSignal(x, 1000, label="EMG", physical_range=(-500, 500))]).write(
        emg / "sub-01_ses-01_task-rest_emg.edf"
    )
    (emg.parent / "intake.yaml").write_text("bystanders: no\nrater: A\n")
    made = root / "derivatives" / "eutonia" / "sub-01" / "ses-01"
    made.mkdir(parents=True)
    (made / "report.html").write_text("x")
    return root


def run(*arguments):
    """Run a command and return its exit code."""
    return cli.run([str(a) for a in arguments])


def test_consent_is_given_shown_and_withdrawn(study, capsys):
    """What was given is shown as yes, what was withdrawn as no, and both are in the log."""
    person = study / "sub-01"
    assert run("consent", person) == cli.DONE
    assert (
        "research: no. Whether there is consent to research is not known" in capsys.readouterr().out
    )
    assert run("consent", person, "--give", "research", "--by", "person", "--on", "2026-01-05") == 0
    capsys.readouterr()
    run("consent", person)
    assert "research: given 2026-01-05 by person" in (out := capsys.readouterr().out)
    assert "care: no." in out
    assert run("consent", person, "--withdraw", "research", "--yes") == cli.DONE
    assert load_history(person).consents[0].withdrawn
    assert not (study / "derivatives" / "eutonia" / "sub-01").exists()
    assert (person / "ses-01" / "emg").exists()
    log = audit.entries(study)
    assert [e.action for e in log] == ["consent-given", "consent-withdrawn", "derivatives-deleted"]
    assert {e.user for e in log} == {"A"}


def test_withdrawing_holds_also_where_nothing_is_deleted(study):
    """A no to deleting keeps the files and the withdrawal."""
    person = study / "sub-01"
    result = CliRunner().invoke(
        consent_command, [str(person), "--withdraw", "care"], input="n\n", standalone_mode=False
    )
    assert result.return_value == cli.LOSSES
    assert (study / "derivatives" / "eutonia" / "sub-01").exists()
    assert load_history(person).consents[0].withdrawn


def test_giving_consent_needs_who_gave_it(study):
    """Without --by nothing is recorded."""
    assert run("consent", study / "sub-01", "--give", "research") == cli.MISTAKE
    assert load_history(study / "sub-01").consents == ()
    assert run("consent", study / "sub-01", "--give", "care", "--by", "person", "--on", "May") == 2


def test_nothing_leaves_without_consent(study, tmp_path, capsys):
    """De-identifying for research is refused until research was consented to."""
    person, out = study / "sub-01", tmp_path / "out"
    assert run("deidentify", person, out, "--use", "research") == cli.MISTAKE
    assert "nothing was copied" in capsys.readouterr().err
    assert not out.exists()
    run("consent", person, "--give", "research", "--by", "person")
    assert run("deidentify", person, out, "--use", "research") == cli.LOSSES
    out_text, err = capsys.readouterr()
    assert "intake.yaml" in err
    (new,) = (p.name for p in out.glob("sub-*"))
    assert new != "sub-01"
    assert new in out_text
    assert audit.entries(study)[-1].files
    assert not any("sub-01" in str(p.relative_to(out)) for p in out.rglob("*"))
    assert not any(b"sub-01" in p.read_bytes() for p in out.rglob("*") if p.is_file())


def test_a_person_is_shown_and_handed_out(study, tmp_path, capsys):
    """The list names what is there; the zip file holds it, and the log says so."""
    assert run("person", study / "sub-01") == cli.DONE
    assert "participants.tsv: 1 row" in capsys.readouterr().out
    out = tmp_path / "all.zip"
    assert run("person", study / "sub-01", "--export", out) == cli.DONE
    assert "INDEX.txt" in zipfile.ZipFile(out).namelist()
    assert audit.entries(study)[-1].action == "export-person"
    assert run("person", study / "sub-77") == cli.NOTHING


def test_erasing_is_a_dry_run_unless_asked_for(study, capsys):
    """Without an option nothing is deleted and nothing is logged."""
    assert run("erase", study / "sub-01") == cli.DONE
    assert "Nothing was deleted" in capsys.readouterr().out
    assert (study / "sub-01").exists()
    assert audit.entries(study) == ()


@pytest.mark.parametrize(("typed", "gone"), [("sub-01\n", True), ("yes\n", False), ("\n", False)])
def test_erasing_asks_for_the_pseudonym(study, typed, gone):
    """Only the pseudonym itself confirms; unfinished passes over videos go with the person."""
    (rows.folder() / "pass").mkdir()
    result = CliRunner().invoke(
        erase_command, [str(study / "sub-01"), "--delete"], input=typed, standalone_mode=False
    )
    assert result.return_value == cli.DONE
    assert (study / "sub-01").exists() is not gone
    assert (rows.folder() / "pass").exists() is not gone


def test_erasing_is_verified(study, capsys):
    """After --yes the data set holds nothing of the person; a mention elsewhere is a loss."""
    (study / "notes.txt").write_text("sub-01 was late")
    assert run("erase", study / "sub-01", "--yes") == cli.LOSSES
    assert "notes.txt: mentions" in capsys.readouterr().out
    (study / "notes.txt").unlink()
    assert run("erase", study / "sub-01", "--yes") == cli.NOTHING
    assert "sub-01" not in (study / "participants.tsv").read_text()
    assert run("audit", study, "--check") == cli.DONE


def test_odd_paths_are_mistakes(study, tmp_path):
    """A data set, a visit or any other folder is no person."""
    for path in (study, study / "sub-01" / "ses-01", tmp_path, tmp_path / "sub-01", "/"):
        assert run("erase", path, "--yes") == cli.MISTAKE
    assert (study / "sub-01").exists()


def test_the_log_is_shown_and_checked(study, capsys):
    """The table names time, user and action; a changed line gives the exit code of a loss."""
    run("consent", study / "sub-01", "--give", "care", "--by", "person")
    capsys.readouterr()
    assert run("audit", study) == cli.DONE
    assert "consent-given" in capsys.readouterr().out
    assert run("audit", study, "--json") == cli.DONE
    assert json.loads(capsys.readouterr().out)["entries"][0]["person"] == "sub-01"
    path = audit.path_in(study)
    path.write_text(path.read_text().replace('"what":"care"', '"what":"research"'))
    assert run("audit", study, "--check") == cli.LOSSES
    assert "Line 1 was changed" in capsys.readouterr().out
