"""Copies that leave: new headers, the same samples, as other people's readers see them."""

import datetime
import gzip
import json
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import assessment, bids, pseudonyms
from eutonia.formats.deidentify_files import CannotDeidentify, copy_file, copy_person
from eutonia.formats.pseudonyms import Identity
from eutonia.model import Assessment, EutoniaError, Manifest, Person, VisitState
from eutonia.read import read

KEY = bytes(range(32))
WHO = Identity(key=KEY, person="sub-Q77x")
NAME, DAY = "Xanthippe", datetime.date(2021, 3, 17)
NEW_DAY = DAY + datetime.timedelta(days=WHO.days)
#: What no file that leaves may hold.
SECRETS = (
    b"Xanthippe",
    b"Q77x",
    b"17.03.21",
    b"17-MAR-2021",
    b"2021-03-17",
    b"20210317",
    b"SN4711",
)


def holds(data, secrets=SECRETS):
    """Return the secrets that bytes hold, in either of the usual encodings."""
    return [s for s in secrets if s in data or s.decode().encode("utf-16-le") in data]


@pytest.fixture
def edf(tmp_path):
    """Return an EDF+ file with names in every field, written by edfio."""
    from edfio import Edf, EdfAnnotation, EdfSignal, Patient, Recording

    rng = np.random.default_rng(0)
    signals = [
        EdfSignal(
            rng.normal(0, 50, 5000),
            1000,
            label=label,
            transducer_type=f"cap of {NAME}",
            physical_dimension="uV",
            physical_range=(-500, 500),
            prefiltering="HP:0.1Hz LP:75Hz",
        )
        for label in ("EMG left SCM", "EMG right SCM")
    ]
    marks = [
        EdfAnnotation(0.5, 1.0, "writing"),
        EdfAnnotation(1.0, None, f"{NAME} coughs"),
        EdfAnnotation(2.0, None, "S  1"),
        EdfAnnotation(3.25, 0.5, "call a.b@c.org"),
    ]
    path = tmp_path / "in.edf"
    Edf(
        signals,
        patient=Patient(code="Q77x", sex="F", birthdate=datetime.date(1960, 5, 5), name=NAME),
        recording=Recording(
            startdate=DAY, investigator_technician_code=NAME, equipment_code="SN4711"
        ),
        starttime=datetime.time(10, 15, 30),
        annotations=marks,
    ).write(path)
    return path


def test_the_samples_of_an_edf_copy_are_the_same_and_its_header_names_nobody(edf, tmp_path):
    """The copy, as edfio reads it, has equal digital samples, a new patient and a shifted date."""
    from edfio import read_edf

    out = tmp_path / "out.edf"
    copied = copy_file(edf, out, identity=WHO)
    assert copied.files == (out,)
    old, new = read_edf(edf), read_edf(out)
    for a, b in zip(old.signals, new.signals, strict=True):
        assert np.array_equal(a.digital, b.digital)
        assert (a.label, a.physical_range, a.sampling_frequency) == (
            b.label,
            b.physical_range,
            b.sampling_frequency,
        )
        assert b.prefiltering == "HP:0.1Hz LP:75Hz"
        assert b.transducer_type == ""
    assert new.patient.code == WHO.new
    assert (new.patient.name, new.patient.sex) == ("X", "X")
    assert new.recording.startdate == NEW_DAY
    assert new.startdate == NEW_DAY
    assert new.starttime == old.starttime
    assert not holds(out.read_bytes())


def test_annotations_stay_where_they_are_words_of_ours(edf, tmp_path):
    """A task and a trigger keep their time; what somebody typed is removed and counted."""
    from edfio import read_edf

    out = tmp_path / "out.edf"
    copied = copy_file(edf, out, identity=WHO)
    found = [(a.onset, a.duration, a.text) for a in read_edf(out).annotations]
    assert found == [(0.5, 1.0, "writing"), (2.0, None, "S  1")]
    assert any("2 annotations were removed" in w for w in copied.warnings)


def test_annotations_that_are_kept_are_scanned(edf, tmp_path):
    """With keep_text a typed annotation stays without what a scan finds."""
    from edfio import read_edf

    out = tmp_path / "out.edf"
    copy_file(edf, out, identity=Identity(key=KEY, person=WHO.person, keep_text=True))
    found = {a.text for a in read_edf(out).annotations}
    assert "call [removed]" in found or "call a.b@c.org" not in found
    assert not any("@" in t for t in found)


def test_mne_reads_the_copy_as_the_original(edf, tmp_path):
    """A second independent reader finds the same samples to the last bit."""
    import mne

    out = tmp_path / "out.edf"
    copy_file(edf, out, identity=WHO)
    a, b = (mne.io.read_raw_edf(p, preload=True, verbose="error") for p in (edf, out))
    assert np.array_equal(a.get_data(), b.get_data())
    assert b.info["meas_date"].date() == NEW_DAY


def test_a_bdf_keeps_its_24_bits(tmp_path):
    """The three-byte samples of a BDF file are copied as they are."""
    from edfio import Bdf, BdfSignal, Patient, read_bdf

    x = np.random.default_rng(1).normal(0, 50, 2048)
    signal = BdfSignal(x, 512, label="Fp1", physical_range=(-500, 500))
    Bdf([signal], patient=Patient(name=NAME)).write(tmp_path / "in.bdf")
    copy_file(tmp_path / "in.bdf", tmp_path / "out.bdf", identity=WHO)
    old, new = read_bdf(tmp_path / "in.bdf"), read_bdf(tmp_path / "out.bdf")
    assert np.array_equal(old.signals[0].digital, new.signals[0].digital)
    assert not holds((tmp_path / "out.bdf").read_bytes())


def test_what_hides_after_the_last_record_is_left_out(edf, tmp_path):
    """Bytes behind the data records do not leave, and that is said."""
    with edf.open("ab") as file:
        file.write(f"note about {NAME}".encode())
    copied = copy_file(edf, tmp_path / "out.edf", identity=WHO)
    assert not holds((tmp_path / "out.edf").read_bytes())
    assert any("after the last data record" in w for w in copied.warnings)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_a_damaged_edf_is_copied_or_refused_and_leaves_no_half_file(edf, tmp_path, data):
    """Random damage to a header gives a copy without secrets or one sentence, never a crash."""
    raw = bytearray(edf.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, 255 * 4))] = data.draw(st.integers(0, 255))
    bad, out = tmp_path / "bad.edf", tmp_path / "bad-out.edf"
    bad.write_bytes(raw)
    out.unlink(missing_ok=True)
    try:
        copy_file(bad, out, identity=WHO)
    except EutoniaError:
        assert not out.exists()
    else:
        assert not holds(out.read_bytes()[:256])


# --- BrainVision


@pytest.fixture
def brainvision(tmp_path):
    """Return the header of a BrainVision recording with a name in its comment and markers."""
    folder = tmp_path / "bv"
    folder.mkdir()
    x = (np.random.default_rng(2).normal(0, 300, (1000, 2))).astype("<i2")
    (folder / f"{NAME}.eeg").write_bytes(x.tobytes())
    (folder / f"{NAME}.vhdr").write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n"
        f"; written for {NAME}\n\n[Common Infos]\nCodepage=UTF-8\nDataFile={NAME}.eeg\n"
        f"MarkerFile={NAME}.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\n"
        "NumberOfChannels=2\nSamplingInterval=2000\n\n[User Infos]\n"
        f"Patient={NAME}\n\n[Binary Infos]\nBinaryFormat=INT_16\n\n[Channel Infos]\n"
        "Ch1=Fp1,,0.1,µV\nCh2=C3,Fz,0.5,µV\n\n[Comment]\n\n"
        f"A m p l i f i e r  S e t u p of {NAME} SN4711\n"
        "#     Name      Phys. Chn.    Resolution / Unit   Low Cutoff [s]   High Cutoff [Hz]\n"
        "1     Fp1         1                0.1 µV             10              1000\n"
        "2     C3          2                0.5 µV             DC              1000\n",
        encoding="utf-8",
    )
    (folder / f"{NAME}.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n\n[Common Infos]\n"
        f"DataFile={NAME}.eeg\n\n[Marker Infos]\n"
        "Mk1=New Segment,,1,1,0,20210317101530000000\n"
        "Mk2=Stimulus,S  1,101,1,0\n"
        f"Mk3=Comment,{NAME} blinks,201,1,0\n"
        "Mk4=Response,R  2,301,1,0\n",
        encoding="utf-8",
    )
    return folder / f"{NAME}.vhdr"


def test_a_brainvision_copy_has_the_same_samples_and_no_names(brainvision, tmp_path):
    """MNE reads equal samples and the triggers; header, markers and file names are clean."""
    import mne

    out = tmp_path / "new"
    out.mkdir()
    copied = copy_file(brainvision, out / "copy.vhdr", identity=WHO)
    assert [p.name for p in copied.files] == ["copy.vhdr", "copy.eeg", "copy.vmrk"]
    a, b = (
        mne.io.read_raw_brainvision(p, preload=True, verbose="error")
        for p in (brainvision, out / "copy.vhdr")
    )
    assert np.array_equal(a.get_data(), b.get_data())
    assert b.ch_names == ["Fp1", "C3"]
    assert b.info["meas_date"].date() == NEW_DAY
    texts = [(t, o) for t, o in zip(b.annotations.description, b.annotations.onset, strict=True)]
    assert [t for t, _ in texts] == ["Stimulus/S  1", "Response/R  2"]
    assert texts[0][1] == pytest.approx(0.2)
    assert not any(holds(p.read_bytes()) for p in copied.files)
    assert any("1 markers were removed" in w for w in copied.warnings)


def test_the_high_pass_survives_the_comment(brainvision, tmp_path):
    """The amplifier's high-pass is needed, and is the only thing taken over from the comment."""
    copy_file(brainvision, tmp_path / "copy.vhdr", identity=WHO)
    (old,), (new,) = read(brainvision), read(tmp_path / "copy.vhdr")
    assert [c.high_pass_hz for c in new.channels] == pytest.approx(
        [c.high_pass_hz for c in old.channels]
    )
    assert new.channels[0].high_pass_hz == pytest.approx(1 / (2 * np.pi * 10))


# --- sound


def _chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


@pytest.fixture
def wav(tmp_path):
    """Return a WAV file with names in LIST, bext and id3 chunks before and after the samples."""
    x = np.random.default_rng(3).uniform(-0.5, 0.5, (4001, 2))
    soundfile.write(tmp_path / "plain.wav", x, 16000, subtype="PCM_24")
    raw = (tmp_path / "plain.wav").read_bytes()
    info = b"INFO" + _chunk(b"IART", NAME.encode()) + _chunk(b"ICRD", b"2021-03-17")
    body = raw[12:36] + _chunk(b"bext", NAME.encode().ljust(602, b"\0")) + raw[36:]
    body += b"" if len(raw) % 2 == 0 else b"\0"
    body += _chunk(b"LIST", info) + _chunk(b"id3 ", NAME.encode())
    path = tmp_path / "in.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)
    assert np.array_equal(soundfile.read(path)[0], soundfile.read(tmp_path / "plain.wav")[0])
    return path


def test_a_wav_copy_has_samples_and_no_tags(wav, tmp_path):
    """Libsndfile reads equal samples; every chunk that is not needed is gone and named."""
    out = tmp_path / "out.wav"
    copied = copy_file(wav, out, identity=WHO)
    assert np.array_equal(
        soundfile.read(wav, dtype="int32")[0], soundfile.read(out, dtype="int32")[0]
    )
    assert not holds(out.read_bytes())
    assert struct.unpack("<I", out.read_bytes()[4:8])[0] == out.stat().st_size - 8
    assert any("bext" in w and "LIST" in w for w in copied.warnings)
    assert any("voice" in w for w in copied.warnings)


def test_a_wide_wav_is_copied_too(tmp_path):
    """RF64 keeps its long lengths."""
    x = np.random.default_rng(4).uniform(-0.5, 0.5, 1000)
    soundfile.write(tmp_path / "in.wav", x, 8000, format="RF64", subtype="PCM_16")
    copy_file(tmp_path / "in.wav", tmp_path / "out.wav", identity=WHO)
    assert np.array_equal(
        soundfile.read(tmp_path / "in.wav")[0], soundfile.read(tmp_path / "out.wav")[0]
    )


def test_a_flac_copy_has_samples_and_no_tags(tmp_path):
    """Libsndfile reads equal samples, and title and artist are gone."""
    path, out = tmp_path / "in.flac", tmp_path / "out.flac"
    x = np.random.default_rng(5).uniform(-0.5, 0.5, 9000)
    with soundfile.SoundFile(path, "w", 16000, 1, format="FLAC") as file:
        file.title, file.artist = NAME, NAME
        file.write(x)
    with path.open("ab") as file:
        file.write(b"TAG" + NAME.encode().ljust(125, b"\0"))
    assert holds(path.read_bytes())
    copy_file(path, out, identity=WHO)
    assert np.array_equal(
        soundfile.read(path, dtype="int32")[0], soundfile.read(out, dtype="int32")[0]
    )
    assert not holds(out.read_bytes())


# --- sidecars


def test_a_json_sidecar_keeps_what_is_technical(tmp_path):
    """Rate, reference and columns' units stay; serial, institution, dates and free words go."""
    content = {
        "SamplingFrequency": 1000,
        "EEGReference": "Cz",
        "Manufacturer": "Brain Products SN4711",
        "DeviceSerialNumber": "SN4711",
        "InstitutionName": NAME,
        "SubjectArtefactDescription": NAME,
        "AcquisitionDateTime": "2021-03-17T10:00:00",
        "Columns": ["resp"],
        "resp": {"Units": "V", "Description": NAME},
    }
    (tmp_path / "a_eeg.json").write_text(json.dumps(content))
    copied = copy_file(tmp_path / "a_eeg.json", tmp_path / "out.json", identity=WHO)
    assert json.loads((tmp_path / "out.json").read_text()) == {
        "SamplingFrequency": 1000,
        "EEGReference": "Cz",
        "Manufacturer": "Brain Products",
        "Columns": ["resp"],
        "resp": {"Units": "V"},
    }
    assert "InstitutionName" in copied.warnings[0]


def test_tables_keep_known_columns_and_shift_times(tmp_path):
    """Channels, events and scans lose free columns; names of files and dates are new."""
    (tmp_path / "s_channels.tsv").write_text(
        f"name\ttype\tunits\tstatus_description\nFp1\tEEG\tuV\t{NAME}\n"
    )
    (tmp_path / "s_events.tsv").write_text(
        f"onset\tduration\ttrial_type\tintensity\tphone\n0.5\t1\twriting\t1.5\t301234567\n1\t1\t{NAME}\t2\t301234567\n"
    )
    (tmp_path / "sub-Q77x_scans.tsv").write_text(
        f"filename\tacq_time\toperator\nemg/sub-Q77x_task-rest_emg.edf\t2021-03-17T10:15:00\t{NAME}\n"
        f"{NAME}.edf\t2021-03-17T10:15:00\tn/a\n"
    )
    for name in ("s_channels.tsv", "s_events.tsv", "sub-Q77x_scans.tsv"):
        copy_file(tmp_path / name, tmp_path / f"new{name}", identity=WHO)
        assert not holds((tmp_path / f"new{name}").read_bytes())
    events = bids.table_rows(tmp_path / "news_events.tsv")[0]
    assert events == [
        {"onset": "0.5", "duration": "1", "trial_type": "writing", "intensity": "1.5"},
        {"onset": "1", "duration": "1", "trial_type": "n/a", "intensity": "2"},
    ]
    assert bids.table_rows(tmp_path / "newsub-Q77x_scans.tsv")[0] == [
        {"filename": f"emg/{WHO.new}_task-rest_emg.edf", "acq_time": f"{NEW_DAY}T10:15:00"}
    ]


def test_participants_keep_one_row_and_group_old_ages(tmp_path):
    """Only the person's row leaves, under the new pseudonym, with an age of at most 90."""
    (tmp_path / "participants.tsv").write_text(
        f"participant_id\tage\tsex\tname\nsub-01\t30\tF\tx\nsub-Q77x\t93\tM\t{NAME}\n"
    )
    copy_file(tmp_path / "participants.tsv", tmp_path / "out.tsv", identity=WHO)
    assert bids.table_rows(tmp_path / "out.tsv")[0] == [
        {"participant_id": WHO.new, "age": "90", "sex": "M"}
    ]


def test_a_packed_table_of_numbers_loses_the_name_in_its_gzip_header(tmp_path):
    """Gzip keeps the name and date of the file it packed; the copy has neither."""
    path = tmp_path / "s_physio.tsv.gz"
    with path.open("wb") as raw, gzip.GzipFile(f"{NAME}.tsv", "wb", fileobj=raw) as file:
        file.write(b"0.5\t1e-3\nn/a\t2\n")
    assert holds(path.read_bytes())
    copy_file(path, tmp_path / "out.tsv.gz", identity=WHO)
    raw = (tmp_path / "out.tsv.gz").read_bytes()
    assert gzip.decompress(raw) == b"0.5\t1e-3\nn/a\t2\n"
    assert not holds(raw)
    assert raw[4:8] == b"\0\0\0\0"


# --- what is not looked through is refused


@pytest.mark.parametrize(
    ("name", "say"),
    [
        ("a.mp4", "landmarks"),
        ("a.c3d", "Export the recording as EDF"),
        ("a.xdf", "Export the recording as EDF"),
        ("a_phenotype.tsv", "by hand"),
        ("a.vmrk", "header"),
        ("README", "no ending"),
    ],
)
def test_other_formats_are_refused_with_what_to_do(tmp_path, name, say):
    """Nothing is copied that was not looked through."""
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(CannotDeidentify, match=say):
        copy_file(tmp_path / name, tmp_path / f"out-{name}", identity=WHO)
    assert not (tmp_path / f"out-{name}").exists()


def test_a_file_is_never_overwritten(edf, tmp_path):
    """An existing target is refused."""
    (tmp_path / "there.edf").write_text("mine")
    with pytest.raises(CannotDeidentify, match="exists"):
        copy_file(edf, tmp_path / "there.edf", identity=WHO)
    assert (tmp_path / "there.edf").read_text() == "mine"


# --- a whole person


def test_a_person_s_part_of_a_data_set_leaves_without_the_pseudonym(edf, tmp_path):
    """Names of files and folders, sidecars and recordings are new; what stayed behind is listed."""
    root, out = tmp_path / "study", tmp_path / "out"
    emg = root / "sub-Q77x" / "ses-20210317" / "emg"
    emg.mkdir(parents=True)
    (root / "sub-02").mkdir()
    (root / "dataset_description.json").write_text(
        json.dumps({"Name": NAME, "BIDSVersion": "1.10"})
    )
    (root / "participants.tsv").write_text("participant_id\tage\nsub-Q77x\t50\nsub-02\t60\n")
    edf.rename(emg / "sub-Q77x_ses-20210317_task-writing_emg.edf")
    (emg / f"{NAME}.edf").write_bytes(b"0")
    (emg / "sub-Q77x_ses-20210317_task-writing_video.mp4").write_bytes(b"0")
    (emg.parent / "intake.yaml").write_text("rater: A\n")
    pseudonyms.load_key(root)
    copied, left = copy_person(root, out, identity=WHO)
    everything = [p for p in out.rglob("*") if p.is_file()]
    assert set(everything) == set(copied.files)
    assert len(everything) == 3
    for path in everything:
        assert not holds(path.read_bytes())
        assert not holds(path.relative_to(out).as_posix().encode(), (b"Q77x", b"2021", b"Xan"))
    assert {p.path.name for p in left} == {
        f"{NAME}.edf",
        "sub-Q77x_ses-20210317_task-writing_video.mp4",
        "intake.yaml",
    }
    assert not list(out.rglob("key"))
    assert bids.person(next(out.glob("sub-*"))).age_years == 50


def test_a_copy_inside_the_data_set_is_refused(tmp_path):
    """A copy beside the originals would leave with them, or be erased with them."""
    (tmp_path / "sub-Q77x").mkdir()
    with pytest.raises(CannotDeidentify, match="outside"):
        copy_person(tmp_path, tmp_path / "out", identity=WHO)


def test_the_assessment_goes_along_de_identified(tmp_path):
    """An assessment in the derivatives is copied through the same decisions as any."""
    record = Assessment(
        person=Person(id="sub-Q77x"),
        visit="ses-01",
        state=VisitState(rater=NAME, remarks=NAME),
        recordings=(),
        lost=(),
        findings=(),
        contrasts=(),
        not_measurable=(),
        manifest=Manifest(versions=(), measures=(), inputs=(), seed=0),
    )
    made = tmp_path / "s" / "derivatives" / "eutonia" / "sub-Q77x" / "ses-01"
    (tmp_path / "s" / "sub-Q77x").mkdir(parents=True)
    assessment.save(record, {}, made)
    copied, left = copy_person(tmp_path / "s", tmp_path / "out", identity=WHO)
    assert not left
    (file,) = copied.files
    assert file.relative_to(tmp_path / "out").parts[:3] == ("derivatives", "eutonia", WHO.new)
    assert not holds(file.read_bytes())


# --- bad files


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(data=st.data(), kind=st.sampled_from(["wav", "flac", "vhdr", "json", "tsv", "gz"]))
def test_any_damage_is_copied_or_refused_in_a_sentence(wav, brainvision, tmp_path, data, kind):
    """Random bytes, cuts and additions never crash a copier and never leave half a file."""
    flac = tmp_path / "in.flac"
    soundfile.write(flac, np.zeros(500), 8000)
    whole = {
        "wav": wav.read_bytes(),
        "flac": flac.read_bytes(),
        "vhdr": brainvision.read_bytes(),
        "json": b'{"SamplingFrequency": 1, "Columns": ["a"], "a": {"Units": "V"}}',
        "tsv": b"name\ttype\nFp1\tEEG\n",
        "gz": gzip.compress(b"1\t2\n"),
    }[kind]
    names = {"tsv": "s_channels.tsv", "gz": "s_physio.tsv.gz", "json": "s_eeg.json"}
    raw = bytearray(whole[: data.draw(st.integers(0, len(whole)))]) or bytearray(b"\0")
    for _ in range(data.draw(st.integers(0, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    folder = brainvision.parent if kind == "vhdr" else tmp_path
    bad = folder / f"bad-{names.get(kind, f'x.{kind}')}"
    bad.write_bytes(raw + data.draw(st.binary(max_size=9)))
    out = tmp_path / "new" / bad.name
    out.parent.mkdir(exist_ok=True)
    for old in out.parent.iterdir():
        old.unlink()
    try:
        copy_file(bad, out, identity=WHO)
    except (EutoniaError, OSError) as error:
        assert str(error)
        assert not list(out.parent.iterdir())
