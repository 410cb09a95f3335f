"""What the single commands print and write."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from eutonia import cli
from eutonia.cli import doctor
from eutonia.cli.intake import command as intake_command
from eutonia.cli.progress import progress
from eutonia.formats import intake
from eutonia.measures import all_measures


@pytest.fixture
def visit(tmp_path):
    """Return a loose visit of one sound file."""
    folder = tmp_path / "visit"
    folder.mkdir()
    rng = np.random.default_rng(1)
    soundfile.write(folder / "reading.wav", 0.1 * rng.standard_normal(8000), 8000)
    return folder


# --- read


def test_read_says_what_is_in_a_file(visit, capsys):
    """The table names kind, rate, duration and channels."""
    assert cli.run(["read", str(visit / "reading.wav")]) == cli.DONE
    out = capsys.readouterr().out
    assert "8000 Hz" in out
    assert "1 channel," in out
    assert "1 s" in out


def test_one_bad_file_does_not_stop_the_others(visit, capsys):
    """The good file is shown, the bad ones are named on stderr, the exit code tells of losses."""
    (visit / "empty.edf").touch()
    files = [visit / "empty.edf", visit / "missing.edf", visit / "reading.wav"]
    assert cli.run(["read", *map(str, files)]) == cli.LOSSES
    out, err = capsys.readouterr()
    assert "reading.wav" in out
    assert "empty.edf" in err
    assert "missing.edf" in err


def test_read_of_bad_files_only_is_a_mistake(tmp_path):
    """Where nothing can be read, the exit code is that of a mistake."""
    assert cli.run(["read", str(tmp_path / "missing.edf")]) == cli.MISTAKE


def test_read_as_json_holds_the_same(visit, capsys):
    """--json prints one JSON document on stdout and nothing else there."""
    assert cli.run(["read", str(visit), "--json"]) == cli.DONE
    (recording,) = json.loads(capsys.readouterr().out)["recordings"]
    assert (recording["rate_hz"], recording["n_samples"]) == (8000.0, 8000)
    assert recording["channels"][0]["kind"] == "audio"


# --- measures


def test_every_measure_is_listed(capsys):
    """The list holds the id of every measure."""
    assert cli.run(["measures"]) == cli.DONE
    out = capsys.readouterr().out
    assert all(m.id in out for m in all_measures())


@pytest.mark.parametrize("measure", all_measures(), ids=lambda m: m.id)
def test_a_card_says_all_that_a_reader_must_know(measure, capsys):
    """The card carries method, range, caution, sources, evidence and the three proofs."""
    assert cli.run(["measures", measure.id]) == cli.DONE
    out = " ".join(capsys.readouterr().out.split())
    assert " ".join(measure.method.split()) in out
    assert " ".join(measure.caution.split()) in out
    assert " ".join(measure.history.split()) in out
    assert all(f"{key}: " in out for key in measure.sources)
    assert measure.tier in out
    assert "validated" in out
    assert "Evidence in dystonia" in out
    assert out.count("yes ") >= len(measure.proofs)


def test_the_card_as_json_is_the_declaration(capsys):
    """--json gives the declared values, not a rendering of them."""
    assert cli.run(["measures", "imc", "--json"]) == cli.DONE
    card = json.loads(capsys.readouterr().out)
    (imc,) = [m for m in all_measures() if m.id == "imc"]
    assert card["proofs"] == list(imc.proofs)
    assert card["valid"]["4_7"]["hi"] == imc.ranges["4_7"].hi
    assert card["evidence"]["negative"][0]["references"] == ["Nijmeijer2014"]


# --- intake


def _ask(folder, **answers):
    """Run the intake and answer the named questions; all others are skipped."""
    known = {}
    typed = []
    for question in intake.questions():
        if not intake.applies(question, known):
            continue
        text = answers.get(question.field, "")
        typed += text if isinstance(text, list) else [text]
        last = typed[-1]
        if last:
            known[question.field] = intake.from_text(question, last)
    return CliRunner().invoke(intake_command, [str(folder)], input="\n".join(typed) + "\n")


def test_all_questions_can_be_passed_over(visit):
    """Pressing Enter throughout leaves a state in which nothing is known."""
    done = _ask(visit)
    assert done.exit_code == 0, done.output
    assert intake.to_mapping(intake.load(visit)) == {}


def test_answers_are_kept_and_offered_again(visit):
    """A second run keeps what the first one got and adds to it."""
    _ask(visit, pain="4", form="Schiefhals")
    again = _ask(visit, stress="2")
    assert "Pain now [4]" in again.output
    state = intake.load(visit)
    assert (state.pain, state.stress, state.form) == (4.0, 2.0, "cervical")


def test_unknown_removes_an_answer(visit):
    """What was answered by mistake can be taken back."""
    _ask(visit, pain="4")
    _ask(visit, pain="unknown")
    assert intake.load(visit).pain is None


def test_a_wrong_answer_is_asked_again(visit):
    """An answer out of range is explained and asked again; help is given for a question mark."""
    done = _ask(visit, pain=["11", "?", "3"])
    assert "allowed: 0 to 10" in done.output
    assert "worst imaginable" in done.output
    assert intake.load(visit).pain == 3.0


def test_an_answer_can_end_others(visit):
    """Who never had toxin is not asked for its day, and an older answer to that is dropped."""
    _ask(visit, toxin_day="3")
    done = _ask(visit, toxin_never="yes")
    assert "Days since" not in done.output
    state = intake.load(visit)
    assert (state.toxin_never, state.toxin_day) == (True, None)


def test_reported_danger_shows_what_to_do(visit):
    """After a report of danger the emergency words stand on the screen."""
    done = _ask(visit, safety_asked="yes", safety_reported="trouble breathing")
    assert "emergency number" in done.output
    assert "emergency number" not in _ask(visit, safety_asked="yes", safety_reported="none").output


def test_an_interrupted_intake_keeps_its_answers(visit):
    """When the input ends early, what was answered is on disk and the exit code says so."""
    fields = [q.field for q in intake.questions()]
    typed = "\n".join("cervical" if f == "form" else "" for f in fields[: fields.index("form") + 1])
    # safety_reported is not asked as long as safety_asked is not yes
    typed = typed.replace("\n", "", 1)
    runner = CliRunner()
    done = runner.invoke(intake_command, [str(visit)], input=typed + "\n", standalone_mode=False)
    assert done.return_value == cli.INTERRUPTED
    assert intake.load(visit).form == "cervical"


def test_answers_from_a_file(visit, tmp_path, capsys):
    """--file checks and keeps the answers; --show prints them."""
    answers = tmp_path / "answers.yaml"
    answers.write_text("pain: 6\nstimulator: off\n")
    assert cli.run(["intake", str(visit), "--file", str(answers)]) == cli.DONE
    assert intake.load(visit).stimulator == "off"
    assert cli.run(["intake", str(visit), "--show", "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out.split("\n", 1)[1]) == {
        "pain": 6.0,
        "stimulator": "off",
    }
    answers.write_text("pain: 60\n")
    assert cli.run(["intake", str(visit), "--file", str(answers)]) == cli.MISTAKE
    assert intake.load(visit).pain == 6.0


# --- doctor


def test_doctor_finds_this_computer_ready(capsys):
    """Where the tests run, nothing fails, and the versions are named."""
    assert cli.run(["doctor", "--json"]) == cli.DONE
    checks = {c["what"]: c for c in json.loads(capsys.readouterr().out)}
    assert checks["numpy"]["found"] == np.__version__
    assert checks["PDF"]["result"] == "ok"


def test_doctor_names_an_old_library():
    """A library older than required fails with the command that repairs it."""
    check = doctor._library("numpy", "99.0")
    assert check.result == "fails"
    assert "numpy>=99.0" in check.advice


def test_doctor_says_which_formats_need_more(monkeypatch):
    """A missing optional library is a note with the command that installs it, not a failure."""
    monkeypatch.setattr(
        doctor.importlib.metadata,
        "requires",
        lambda _: [
            "numpy>=2",
            'no-such-library>=1; extra == "formats"',
            'h5py; extra == "formats"',
        ],
    )
    check = doctor.formats()
    assert (check.result, check.advice) == ("note", "pip install 'eutonia[formats]'")
    assert "1 of 2" in check.found
    assert "no-such-library" in check.found


def test_doctor_says_which_models_are_missing(tmp_path, monkeypatch):
    """Without the models of the tracker no video can be assessed: a note, with the way."""
    monkeypatch.setenv("EUTONIA_MODELS", str(tmp_path))
    check = doctor.models()
    assert (check.result, check.advice) == ("note", "eutonia models fetch")
    assert check.found.startswith("0 of ")


def test_doctor_imports_every_required_library_by_its_own_name():
    """A library whose module is called otherwise is found all the same."""
    for name in ("pyyaml", "ai-edge-litert", "opencv-python-headless"):
        assert doctor._library(name, "").result == "ok"


def test_doctor_names_a_missing_library():
    """A library that is not installed fails; the others are still checked."""
    assert doctor._library("no-such-library", "1").found == "not installed"


def test_a_check_that_breaks_counts_as_failed():
    """A check that raises does not stop the doctor."""

    def pdf():
        raise RuntimeError("boom")

    assert doctor._guarded(pdf).result == "fails"


@pytest.mark.parametrize(("a", "b"), [("2.9", "2.10"), ("2", "2.0.1"), ("1.17.1", "2.0rc1")])
def test_versions_are_compared_as_numbers(a, b):
    """2.9 is older than 2.10."""
    assert doctor.numbers(a) < doctor.numbers(b)


# --- progress


class _Terminal:
    def __init__(self):
        self.written = ""

    def isatty(self):
        return True

    def write(self, text):
        self.written += text

    def flush(self):
        pass


def test_progress_cleans_up_after_an_error():
    """The line of progress is gone when an error message follows."""
    out = _Terminal()
    with pytest.raises(ValueError, match="x"), progress("assess", stream=out) as say:
        say("EMG bursts", 1, 4)
        raise ValueError("x")
    assert "1/4 EMG bursts" in out.written
    assert out.written.endswith("\r\x1b[K")
