"""From any path to recordings: visits, sidecars, corrections, clocks and spans."""

import json
import shutil
from pathlib import Path

import edfio
import numpy as np
import pytest

from eutonia.formats import all_formats, clocks, loose, of
from eutonia.model import (
    ArraySignal,
    Channel,
    Clock,
    Condition,
    Events,
    InvalidRecord,
    Recording,
    UnreadableFile,
)
from eutonia.read import read, read_visit, spans


def edf(
    path: Path, names=("SCM left", "SPL right"), *, seconds=10, start=None, **recording
) -> Path:
    """Write a small EMG file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    signals = [
        edfio.EdfSignal(
            rng.normal(0, 30, seconds * 200),
            200,
            label=name,
            physical_dimension="uV",
            physical_range=(-500, 500),
        )
        for name in names
    ]
    from datetime import date, time

    edfio.Edf(
        signals,
        recording=edfio.Recording(startdate=date(2024, 5, 17) if start else None, **recording),
        starttime=start or time(0, 0, 0),
    ).write(path)
    return path


def tsv(path: Path, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join("\t".join(r.split()) for r in rows) + "\n")
    return path


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Return a BIDS data set with one visit of two recordings."""
    root = tmp_path / "data"
    emg = root / "sub-01" / "ses-02" / "emg"
    edf(emg / "sub-01_ses-02_task-writing_acq-trickOn_emg.edf", ("E1", "E2"))
    edf(emg / "sub-01_ses-02_task-rest_emg.edf", ("E1", "E2"))
    tsv(
        emg / "sub-01_ses-02_channels.tsv",
        "name type units target_muscle side",
        "E1 EMG uV sternocleidomastoid left",
        "E2 EMG uV splenius right",
    )
    (root / "dataset_description.json").write_text('{"Name": "x", "EutoniaLabels": ["COMPOSITE"]}')
    (root / "task-writing_emg.json").write_text('{"PowerLineFrequency": 60, "Manufacturer": "A"}')
    tsv(root / "participants.tsv", "participant_id age sex handedness", "sub-01 44 F left")
    return root


def test_a_format_is_found_by_its_file_alone():
    """Every module with a FORMAT is in the registry; nothing else lists them."""
    assert {"audio", "edf", "table"} <= {f.id for f in all_formats()}
    assert len({f.id for f in all_formats()}) == len(all_formats())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.edf", b"", "empty"),
        ("x.pdf", b"%PDF-1.4 and more", "PDF"),
        ("x.edf", b"PK\x03\x04" + b"\0" * 300, "ZIP"),
        ("x.csv", b"just words\nand more words\n", "text without rows of numbers"),
        ("x.wav", b"RIFF\0\0\0\0WAVEfmt ", "sound file"),
    ],
)
def test_an_unreadable_file_says_what_it_looks_like(tmp_path, name, content, says):
    """The error names the file and what it seems to be."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=says) as caught:
        read(path)
    assert name in str(caught.value)


def test_a_wrong_suffix_does_not_hinder(tmp_path):
    """An EDF file named .txt is read as EDF."""
    path = edf(tmp_path / "x.edf").rename(tmp_path / "x.txt")
    assert of(path).id == "edf"


def test_sound_is_read_in_blocks(tmp_path):
    """A WAV file has the samples that were written, channel by channel."""
    import soundfile

    x = np.random.default_rng(0).uniform(-0.5, 0.5, (4800, 2))
    soundfile.write(tmp_path / "x.wav", x, 16000, subtype="FLOAT")
    (recording,) = read(tmp_path / "x.wav")
    assert (recording.kind, recording.rate_hz, recording.duration_s) == ("audio", 16000, 0.3)
    np.testing.assert_allclose(recording.signal.read(100, 200, (1,))[0], x[100:200, 1], atol=1e-7)


def test_a_bids_visit_is_read_with_its_sidecars(dataset):
    """Muscles, sides, task, mains frequency, person and labels come from the sidecars."""
    visit = read_visit(dataset)
    assert (visit.id, visit.person.id) == ("ses-02", "sub-01")
    assert (visit.person.age_years, visit.person.sex, visit.person.handedness) == (
        44,
        "female",
        "left",
    )
    assert visit.labels == ("COMPOSITE",)
    rest, writing = visit.recordings
    assert rest.condition == Condition.of(task="rest")
    assert writing.condition == Condition.of(task="writing", trick="on")
    assert [(c.site, c.side) for c in rest.channels] == [
        ("sternocleidomastoid", "left"),
        ("splenius_capitis", "right"),
    ]
    assert (writing.line_hz, writing.device) == (60, "A")
    assert writing.id == "emg/sub-01_ses-02_task-writing_acq-trickOn_emg.edf"
    assert "../../task-writing_emg.json" in [s.path for s in writing.sources]


def test_a_bad_file_does_not_lose_the_others(dataset):
    """A truncated file is listed as lost, with its reason; notes and pictures are passed over."""
    emg = dataset / "sub-01" / "ses-02" / "emg"
    whole = (emg / "sub-01_ses-02_task-rest_emg.edf").read_bytes()
    (emg / "sub-01_ses-02_task-posture_emg.edf").write_bytes(whole[:300])
    (emg / "sub-01_ses-02_task-hold_emg.csv").write_bytes(b"")
    for name in ("notes.txt", "photo.jpg", ".DS_Store", "letter.pdf", "größe.md"):
        (emg / name).write_bytes(b"anything at all")
    (emg / "markers.c3d").write_bytes(b"\x02\x50")
    visit = read_visit(dataset / "sub-01" / "ses-02")
    assert len(visit.recordings) == 2
    assert {Path(x.path).name for x in visit.lost} == {
        "sub-01_ses-02_task-posture_emg.edf",
        "sub-01_ses-02_task-hold_emg.csv",
        "markers.c3d",
    }
    assert all(str(dataset) not in x.error for x in visit.lost)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b'{"SamplingFrequency": "x"}']
)
def test_a_broken_sidecar_is_reported_and_left_out(dataset, content):
    """A damaged JSON or TSV sidecar never loses the recording."""
    (dataset / "task-writing_emg.json").write_bytes(content)
    channels = dataset / "sub-01" / "ses-02" / "emg" / "sub-01_ses-02_channels.tsv"
    channels.write_bytes(content)
    visit = read_visit(dataset)
    assert len(visit.recordings) == 2
    codes = {i.code for r in visit.recordings for i in r.issues}
    assert "sidecar" in codes or content.startswith(b'{"S')


def test_several_visits_are_named(dataset):
    """A data set with two visits is refused with their names."""
    shutil.copytree(dataset / "sub-01" / "ses-02", dataset / "sub-01" / "ses-03")
    with pytest.raises(UnreadableFile, match="data/sub-01/ses-02, data/sub-01/ses-03"):
        read_visit(dataset)


def test_a_folder_without_recordings_is_refused(tmp_path):
    """An empty folder is an error that says what to do."""
    with pytest.raises(UnreadableFile, match="neither a recording nor an examination"):
        read_visit(tmp_path)


def test_a_loose_folder_tells_what_it_inferred(tmp_path):
    """Kind and task come from the file's name, and an issue says so."""
    t = np.arange(300) / 100
    text = "t,1,2\n" + "\n".join(f"{a},{a % 3},{a % 7}" for a in t)
    (tmp_path / "EMG_writing_trick on.csv").write_text(text)
    (recording,) = read_visit(tmp_path).recordings
    assert recording.kind == "emg"
    assert recording.condition.get("task") == "writing"
    (issue,) = [i for i in recording.issues if i.code == "inferred" and "name" in i.message]
    assert issue.severity == "note"


def test_a_simulated_recording_labels_the_visit(tmp_path):
    """The word SIMULATED in an EDF header marks recording and visit."""
    edf(tmp_path / "v" / "rest.edf", equipment_code="SIMULATED")
    visit = read_visit(tmp_path / "v")
    assert visit.recordings[0].simulated
    assert visit.labels == ("SIMULATED",)


def test_progress_is_told(dataset):
    """Progress starts at nothing and ends with everything."""
    told = []
    read_visit(dataset, progress=lambda *x: told.append(x))
    assert [x[1:] for x in told] == [(0, 2), (1, 2), (2, 2)]


def test_corrections_are_applied_at_every_read(tmp_path):
    """Names, muscles, sides, conditions, bad spans and the mains frequency are corrected."""
    path = edf(tmp_path / "x.edf", ("E1", "E2"))
    (tmp_path / "x.corrections.yaml").write_text(
        "channels:\n  E1: {name: SCM, muscle: SCM, side: left}\n  E2: {bad: true}\n"
        "condition: {task: schreiben, trick: on}\nline_hz: 60\n"
        "bad: [{start_s: 1, stop_s: 2.5, reason: cough, channel: E1}]\n"
        "clock: {id: mine, offset_s: 2}\n"
    )
    (r,) = read(path)
    assert r.channels[0] == Channel(
        name="SCM", kind="emg", unit="uV", site="sternocleidomastoid", side="left"
    )
    assert r.condition == Condition.of(task="writing", trick="on")
    assert (r.line_hz, r.clock.id, r.clock.offset_s) == (60, "mine", 2)
    assert [(b.channel, b.start_s, b.stop_s) for b in r.bad] == [("E2", 0, 10), ("SCM", 1, 2.5)]
    assert "corrected" in [i.code for i in r.issues]
    assert repr(read(path)) == repr((r,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("channels: {E9: {side: left}}", "E1, E2"),
        ("channels: {E1: {side: links}}", "left, right, midline, unknown"),
        ("channels: {E1: {muscle: flurb}}", "sternocleidomastoid"),
        ("channels: {E1: {kind: emgg}}", "eeg, emg"),
        ("channels: {E1: {nam: x}}", "name, kind"),
        ("chanels: {}", "channels, condition"),
        ("condition: {trikc: on}", "trick"),
        ("bad: [{start_s: 3, stop_s: 2}]", "after start_s"),
        ("bad: {start_s: 3}", "list of spans"),
        ("rate_hz: fast", "a number"),
        ("rate_hz: -5", "above 0"),
        ("a: b: c", "YAML"),
        ("just words", "pairs"),
        ("channels: {E1: {name: E2}}", "same name"),
    ],
)
def test_a_wrong_correction_names_field_value_and_what_is_allowed(tmp_path, text, says):
    """No correction is silently ignored."""
    path = edf(tmp_path / "x.edf", ("E1", "E2"))
    (tmp_path / "x.corrections.yaml").write_text(text)
    with pytest.raises(InvalidRecord, match=says):
        read(path)


def test_a_rate_can_be_given(tmp_path):
    """A table without time gets its rate from the corrections, and the error is gone."""
    (tmp_path / "x.csv").write_text("a,b\n" + "\n".join(f"{i % 3},{i % 7}" for i in range(50)))
    (tmp_path / "x.corrections.yaml").write_text("rate_hz: 25")
    (r,) = read(tmp_path / "x.csv")
    assert (r.rate_hz, r.duration_s) == (25, 2)
    assert "no_rate" not in [i.code for i in r.issues]


def test_acquisition_times_align_with_parts_of_a_second(dataset):
    """acq_time of scans.tsv puts recordings on the visit's clock, to the millisecond."""
    tsv(
        dataset / "sub-01" / "ses-02" / "sub-01_ses-02_scans.tsv",
        "filename acq_time",
        "emg/sub-01_ses-02_task-rest_emg.edf 2024-05-17T10:00:00.250",
        "emg/sub-01_ses-02_task-writing_acq-trickOn_emg.edf 2024-05-17T10:01:00.375",
    )
    rest, writing = read_visit(dataset).recordings
    assert (rest.clock.id, writing.clock.id) == ("visit", "visit")
    assert rest.clock.offset_s == 0
    assert writing.clock.offset_s == pytest.approx(60.125, abs=1e-6)
    assert "clock_coarse" not in [i.code for i in rest.issues]


def test_overlapping_start_times_align_but_are_called_coarse(tmp_path):
    """EDF start times that overlap give one clock, with a warning about whole seconds."""
    from datetime import time

    edf(tmp_path / "v" / "a.edf", start=time(10, 0, 0))
    edf(tmp_path / "v" / "b.edf", start=time(10, 0, 4))
    edf(tmp_path / "v" / "c.edf", start=time(12, 0, 0))
    a, b, c = read_visit(tmp_path / "v").recordings
    assert (a.clock.id, b.clock.id) == ("visit", "visit")
    assert b.clock.offset_s - a.clock.offset_s == 4
    assert c.clock.id == "c.edf"
    assert c.clock.offset_s == 0
    assert "clock_coarse" in [i.code for i in a.issues]


def test_placeholder_dates_align_nothing(tmp_path):
    """Files without a start time are not simultaneous because both say midnight."""
    edf(tmp_path / "v" / "a.edf")
    edf(tmp_path / "v" / "b.edf")
    a, b = read_visit(tmp_path / "v").recordings
    assert a.clock.id != b.clock.id


def test_a_declared_clock_wins(dataset):
    """EutoniaClock in the sidecar is taken as it is."""
    clock = {"EutoniaClock": {"id": "amp", "offset_s": 1.5, "drift_ppm": 20}}
    (dataset / "task-writing_emg.json").write_text(json.dumps(clock))
    writing = read_visit(dataset).recordings[1]
    assert writing.clock == Clock(id="amp", offset_s=1.5, drift_ppm=20, aligned="declared")


def test_no_date_leaves_the_reader(tmp_path):
    """Offsets are differences: a lone recording starts at 0 on its own clock."""
    from datetime import time

    (r,) = read(edf(tmp_path / "a.edf", start=time(10, 0, 0)))
    assert r.clock == Clock(id="a.edf", offset_s=0.0)
    assert clocks.WALL not in repr(r)


def test_physio_starts_where_its_sidecar_says(dataset):
    """StartTime of a physio file is counted from the recording of the same run."""
    emg = dataset / "sub-01" / "ses-02" / "emg"
    (emg / "sub-01_ses-02_task-rest_physio.tsv").write_text(
        "\n".join(f"{i % 11}\t{i % 13}" for i in range(500))
    )
    (emg / "sub-01_ses-02_task-rest_physio.json").write_text(
        '{"Columns": ["resp", "cardiac"], "StartTime": -2.5, "SamplingFrequency": 50}'
    )
    found = {r.kind: r for r in read_visit(dataset).recordings if "rest" in r.id}
    assert found["physio"].clock.id == found["emg"].clock.id
    assert found["physio"].clock.offset_s == found["emg"].clock.offset_s - 2.5
    assert found["physio"].channels[0].kind == "resp"
    assert (found["physio"].rate_hz, found["physio"].duration_s) == (50, 10)


def recording(events: Events, condition: Condition = Condition()) -> Recording:
    return Recording(
        id="r",
        kind="emg",
        channels=(Channel(name="a", kind="emg", unit="uV"),),
        clock=Clock(id="r"),
        signal=ArraySignal(np.zeros((1, 1000))),
        rate_hz=100,
        events=events,
        condition=condition,
    )


def test_events_with_a_duration_are_spans():
    """Conditions among the events make spans, counted per condition, cut at the end."""
    events = Events(
        onset_s=np.array([5.0, 0.0, 2.0, 3.0, 8.0]),
        duration_s=np.array([2.0, 2.0, 0.0, 1.0, 9.0]),
        name=("writing", "rest", "writing", "unheard of", "schreiben"),
    )
    found = spans(recording(events, Condition.of(side="right")))
    assert [(s.start_s, s.stop_s, s.condition.get("task"), s.repeat) for s in found] == [
        (0, 2, "rest", 1),
        (5, 7, "writing", 1),
        (8, 10, "writing", 2),
    ]
    assert {s.condition.get("side") for s in found} == {"right"}


def test_factor_columns_of_events_state_conditions():
    """Columns named like factors add to the condition of each span."""
    events = Events(
        onset_s=np.array([0.0, 4.0]),
        duration_s=np.array([3.0, 3.0]),
        name=("trial", "trial"),
        columns={"trick": np.array(["on", "off"]), "task": np.array(["writing", "writing"])},
    )
    assert [s.condition for s in spans(recording(events))] == [
        Condition.of(task="writing", trick="on"),
        Condition.of(task="writing", trick="off"),
    ]


def test_without_events_the_whole_recording_is_one_span():
    """A recording without conditions among its events is one span of its own condition."""
    (span,) = spans(recording(Events(), Condition.of(task="rest")))
    assert (span.start_s, span.stop_s, span.condition) == (0, 10, Condition.of(task="rest"))


def test_units_that_disagree_are_settled_by_size_or_reported(dataset):
    """EMG of 30 in a header of V is microvolts when channels.tsv says so; either way reported."""
    emg = dataset / "sub-01" / "ses-02" / "emg"
    path = emg / "sub-01_ses-02_task-rest_emg.edf"
    raw = bytearray(path.read_bytes())
    at = 256 + 2 * 96
    raw[at : at + 16] = b"V       V       "
    path.write_bytes(bytes(raw))
    rest = read_visit(dataset).recordings[0]
    assert "units_disagree" in [i.code for i in rest.issues]
    assert rest.signal.read().std() == pytest.approx(30, rel=0.05)


@pytest.mark.parametrize(
    "name",
    [
        "ConcurrentIndependentUnits",
        "CustomBipolar",
        "CustomBipolarFace",
        "IndependentMod",
        "MultiBodyParts",
        "Multimodal",
        "TwoHDsEMG",
        "TwoWristbands",
    ],
)
def test_the_public_bids_emg_layouts_are_read(shared_data, name):
    """Every recording of the BIDS-EMG examples is read; only the empty file is lost."""
    visit = read_visit(shared_data / "bids-emg-examples" / f"emg_{name}")
    assert visit.recordings
    assert [Path(x.path).name for x in visit.lost] == (
        ["sub-01_task-mechPerturbations_physio.tsv.gz"] if name == "MultiBodyParts" else []
    )
    for r in visit.recordings:
        rows = (shared_data / "bids-emg-examples" / f"emg_{name}" / "sub-01" / r.id).parent
        stem = Path(r.id).stem.rsplit("_", 1)[0]
        listed = (rows / f"{stem}_channels.tsv").read_text().splitlines()[1:]
        assert [c.name for c in r.channels] == [x.split("\t")[0] for x in listed if x.strip()]
        assert r.condition.get("task")


def test_levels_in_a_file_name_need_whole_words():
    """`restaurant` is no rest."""
    assert loose.levels_in(("restaurant",)) == {}


def test_trials_are_events_and_blocks_are_spans():
    """A movement of one second is a trial and makes no span; one of half a minute does."""
    trials = Events(onset_s=np.arange(5.0), duration_s=np.ones(5), name=("movement",) * 5)
    (whole,) = spans(recording(trials, Condition.of(task="movement")))
    assert whole.stop_s == 10
    block = Events(onset_s=np.zeros(1), duration_s=np.full(1, 30.0), name=("movement",))
    assert spans(recording(block))[0].condition == Condition.of(task="movement")


def test_events_are_named_after_the_vocabulary(tmp_path):
    """A key press is a movement; the written name is kept."""
    root = tmp_path / "d" / "sub-01" / "emg"
    edf(root / "sub-01_task-tapping_emg.edf")
    tsv(root / "sub-01_task-tapping_events.tsv", "onset duration trial_type", "1.5 0 keypress")
    (r,) = read(root / "sub-01_task-tapping_emg.edf")
    assert r.events.name == ("movement",)
    assert r.events.columns["written"].tolist() == ["keypress"]


def test_handedness_from_the_intake_fills_an_unknown_one(samples, tmp_path):
    """participants.tsv holds; where it says nothing, the answer at intake counts."""
    import shutil

    copy = tmp_path / "visit"
    shutil.copytree(samples, copy)
    (copy / "sub-01" / "ses-01" / "intake.yaml").write_text(
        "handedness: left\naffected_side: both\nassent: yes\ncamera_tilt_deg: -5\n"
    )
    visit = read_visit(copy)
    assert visit.person.handedness == "left"
    assert visit.state.affected_side == "both"
    assert visit.state.assent is True
    assert visit.state.camera_tilt_deg == -5
