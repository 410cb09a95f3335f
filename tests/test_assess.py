"""The main job: a visit's files become an assessment, whatever happens on the way."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import eutonia.assess as module
from eutonia.assess import assess, output_folder
from eutonia.formats.assessment import load
from eutonia.formats.manifest import load_manifest
from eutonia.knowledge import table
from eutonia.measures import entry
from eutonia.model import Condition, Contrast, Target
from eutonia.verify import seal, verify


@pytest.fixture
def visit(samples, tmp_path) -> Path:
    """Return a copy of the composite visit that a test may damage."""
    return Path(shutil.copytree(samples, tmp_path / "visit"))


@pytest.fixture(scope="module")
def reference(samples, tmp_path_factory):
    """Return the undisturbed assessment of the samples."""
    return assess(samples, out=tmp_path_factory.mktemp("reference"), seed=3)


def _numbers(assessment):
    return [
        (f.estimate.measure, f.estimate.target.label, f.estimate.value, f.estimate.interval)
        for f in assessment.findings
    ]


def test_the_saved_assessment_is_the_returned_one(reference):
    """What is written and read back equals what was computed, to the last bit."""
    assessment, folder = reference
    stored, evidence = load(folder)
    assert stored == assessment
    assert {f.estimate.evidence for f in assessment.findings} <= evidence.keys()


def test_nothing_is_swallowed(reference):
    """Every measure gave numbers or a sentence."""
    assessment, _ = reference
    told = {f.estimate.measure.removesuffix(f".{f.estimate.part}") for f in assessment.findings}
    told |= {n.measure for n in assessment.not_measurable}
    assert told == {name for name, _ in assessment.manifest.measures}


def test_the_output_lies_in_the_derivatives_of_the_data_set(visit):
    """The default folder follows BIDS derivatives; a loose folder gets one beside it."""
    session = visit / "sub-01" / "ses-01"
    assert output_folder(session) == visit / "derivatives" / "eutonia" / "sub-01" / "ses-01"
    loose = visit.parent / "loose"
    assert output_folder(loose) == visit.parent / "loose-eutonia"


def test_two_workers_give_the_same_numbers(samples, tmp_path, reference):
    """The numbers do not depend on the number of processes."""
    assessment, _ = assess(samples, out=tmp_path, seed=3, jobs=2)
    assert _numbers(assessment) == _numbers(reference[0])


def test_an_interrupted_run_resumes_without_loss(samples, tmp_path, monkeypatch, reference):
    """Finished measures are kept, not done again, and the result is the undisturbed one."""
    done: list[str] = []
    real = module.run_measure

    def interrupted(one, *args, **kwargs):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(one.declared.id)
        return real(one, *args, **kwargs)

    monkeypatch.setattr(module, "run_measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        assess(samples, out=tmp_path, seed=3)
    first = list(done)
    done.clear()
    done.append("")  # lets the rest pass: the count never reaches three at the start again
    monkeypatch.setattr(
        module,
        "run_measure",
        lambda one, *a, **k: (done.append(one.declared.id), real(one, *a, **k))[1],
    )
    assessment, folder = assess(samples, out=tmp_path, seed=3)
    assert not set(done) & set(first)
    assert _numbers(assessment) == _numbers(reference[0])
    assert not (folder / ".unfinished").exists()


def test_a_damaged_file_does_not_lose_the_others(visit, tmp_path):
    """A file cut off in its header is listed as lost; the other one is measured."""
    eeg = next(visit.rglob("*_eeg.edf"))
    eeg.write_bytes(eeg.read_bytes()[:200])
    assessment, _ = assess(visit, out=tmp_path / "out")
    assert [lost.path for lost in assessment.lost] == [
        eeg.relative_to(visit / "sub-01/ses-01").as_posix()
    ]
    assert {f.estimate.measure for f in assessment.findings} >= {"emg.rms"}
    assert any(n.measure == "eeg.relpow" for n in assessment.not_measurable)


def test_a_visit_whose_files_are_all_damaged_is_still_an_assessment(visit, tmp_path):
    """Nothing measured, everything said."""
    for file in visit.rglob("*.edf"):
        file.write_bytes(b"not a recording")
    assessment, _ = assess(visit, out=tmp_path / "out")
    assert assessment.findings == ()
    assert len(assessment.lost) == 2
    assert len(assessment.not_measurable) == len(assessment.manifest.measures)


def test_a_copy_of_a_file_is_not_a_repeat(visit, tmp_path):
    """The same recording under two names counts once, and the report says so."""
    emg = next(visit.rglob("*_emg.edf"))
    shutil.copy(emg, emg.with_name("sub-01_ses-01_task-movement_run-02_emg.edf"))
    assessment, _ = assess(visit, out=tmp_path / "out", measures=("emg.rms",))
    assert [f.estimate.n_repeats for f in assessment.findings] == [1]
    (lost,) = assessment.lost
    assert "counted once" in lost.error


def test_verify_finds_nothing_wrong_with_what_was_just_made(reference):
    """Hashes and recomputed numbers agree."""
    _, folder = reference
    seal(folder)
    assert load_manifest(folder).outputs
    assert verify(folder) == ()


def test_verify_names_a_changed_input_and_output(visit, tmp_path):
    """A byte changed in a recording, a line added to the findings: both are named."""
    _, folder = assess(visit, out=tmp_path / "out", measures=("emg.rms",))
    seal(folder)
    emg = next(visit.rglob("*_emg.edf"))
    data = bytearray(emg.read_bytes())
    data[-1] ^= 1
    emg.write_bytes(bytes(data))
    with (folder / "findings.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    problems = verify(folder, recompute=False)
    assert len(problems) == 2
    assert any(emg.name in p for p in problems)
    assert any("findings.csv" in p for p in problems)


def test_verify_recomputes_the_numbers(visit, tmp_path):
    """A number edited in the assessment is found, even if its manifest was sealed afterwards."""
    _, folder = assess(visit, out=tmp_path / "out", measures=("emg.rms",))
    path = folder / "assessment.json"
    stored, _ = load(folder)
    value = stored.findings[0].estimate.value
    text = path.read_text(encoding="utf-8")
    assert repr(value) in text
    path.write_text(text.replace(repr(value), repr(value * 1.01)), encoding="utf-8")
    seal(folder)
    (problem,) = verify(folder)
    assert "emg.rms" in problem


def test_a_recording_that_no_measure_takes_says_so(tmp_path):
    """Sound is read and listed, and it is said that nothing of it is used."""
    import soundfile

    path = tmp_path / "voice.wav"
    soundfile.write(path, np.sin(np.arange(16000) / 20.0), 8000)
    found, _ = module.assess(path, out=tmp_path / "out", measures=("emg.rms",))
    (one,) = found.recordings
    assert [i.code for i in one.issues if i.severity == "warning"] == ["no_measure"]
    assert "(audio)" in next(i.message for i in one.issues if i.code == "no_measure")


def test_primary_findings_are_those_of_the_named_form():
    """Co-contraction is primary in the yips and in no form that was not named."""
    assert "emg.cci_fw" in module.primary_measures("yips")
    assert module.primary_measures("") == frozenset()


@pytest.mark.parametrize(
    ("form", "measure", "family"),
    [
        ("", "eyes.closed_share", "lid, asked"),
        ("", "eyes.perclos", "lid"),
        ("", "mouth.jaw_excursion.rate", "mouth, asked, rate"),
        ("", "head.tremor_freq", "head"),
        ("", "hand.curl.sum", "finger, asked, sum"),
        ("", "hand.curl.beyond", "finger, asked, beyond"),
        ("", "hand.posture", "finger"),
        ("", "imc", "emg"),
        ("blepharospasm", "eyes.closed_share", "primary"),
        ("blepharospasm", "eyes.perclos", "lid"),
        ("oromandibular", "mouth.jaw_excursion.rate", "primary"),
    ],
)
def test_comparisons_are_counted_by_the_question_they_answer(form, measure, family):
    """What one kind of recording shows is a family; the primary findings of a form are another."""
    one = Contrast(
        measure=measure,
        target=Target(label="x", channels=("x",), sites=("",)),
        condition=Condition(),
        factor="task",
        a="speaking",
        b="rest",
        scale="difference",
        interval=None,
        value=1.0,
    )
    primary = module.primary_measures(form)
    assert module._family(one, primary=primary) == family
    guessed = frozenset({(one.measure, one.target)})
    apart = module._family(one, primary=primary, guessed=guessed)
    kind = family.partition(",")[0]
    assert apart == (family if family == "primary" else f"{kind}, guessed")


def test_the_hand_that_does_not_play_is_no_question_of_the_film():
    """Fingers of the other hand do not hide a curl of the one that plays the trigger passage."""
    families = {}
    for side in ("left", "right"):
        one = Contrast(
            measure="hand.curl.sum",
            target=Target(label=side, channels=("x",), sites=("index_curl",), side=side),
            condition=Condition.of(task="trigger_passage", side="right"),
            factor="task",
            a="trigger_passage",
            b="easy_passage",
            scale="difference",
            interval=None,
            value=1.0,
        )
        families[side] = module._family(one, primary=frozenset())
    assert families == {"left": "finger", "right": "finger, asked, sum, against easy_passage"}
    rest = module._family(replace(one, b="rest"), primary=frozenset())
    assert rest == "finger, asked, sum", "what the task adds to rest is another question"


def test_what_protocols_ask_for_is_measured():
    """Each number of a protocol is a measure, of the kind of movement that its film shows."""
    for protocol in table("protocols").values():
        for measure in protocol["numbers"]:
            kinds = set(entry(measure).declared.needs.inputs)
            assert kinds & {*protocol["shows"]}
