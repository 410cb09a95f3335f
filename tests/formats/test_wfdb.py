"""WFDB: known answers of public records, values of the library, no dates, damage met."""

import pickle
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import leader_of, of
from eutonia.formats import wfdb as reader
from eutonia.model import EutoniaError, UnreadableFile
from eutonia.read import read, read_visit

wfdb = pytest.importorskip("wfdb")
FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RECORDS = ["100", "a103l", "03700181"]


@pytest.fixture
def folder(shared_data) -> Path:
    return shared_data / "ecg-wfdb-samples"


@pytest.fixture
def small(tmp_path) -> Path:
    """Return the header of a record that the library wrote: two EMG, one sample invalid."""
    x = np.random.default_rng(0).normal(0, 0.2, (900, 2))
    x[100, 1] = np.nan
    warnings.simplefilter("ignore")  # the library's own; pytest puts the filters back
    wfdb.wrsamp(
        "small",
        fs=300,
        units=["mV", "uV"],
        sig_name=["EMG biceps left", "EMG triceps left"],
        p_signal=x,
        fmt=["16", "16"],
        write_dir=str(tmp_path),
    )
    wfdb.wrann("small", "atr", np.array([30, 600]), ["N", "V"], fs=300, write_dir=str(tmp_path))
    return tmp_path / "small.hea"


def test_record_100_is_what_is_known_of_it(folder):
    """Record 100 of MIT-BIH: 360 Hz, 650,000 samples of two leads, 2,273 beats."""
    (recording,) = read(folder / "100.hea")
    assert recording.rate_hz == 360
    assert recording.signal.shape == (2, 650_000)
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("MLII", "ecg", "uV"),
        ("V5", "ecg", "uV"),
    ]
    beats = recording.events.named("N", "A", "V")
    assert len(beats) == 2273
    assert set(recording.events.columns["annotator"]) == {"atr"}


@pytest.mark.parametrize("name", RECORDS)
def test_values_equal_those_of_the_library(folder, name):
    """Each signal has the library's values in its own rate, with gain, unit and skew."""
    theirs = wfdb.rdrecord(str(folder / name), smooth_frames=False)
    values = dict(zip(theirs.sig_name, theirs.e_p_signal, strict=True))
    units = dict(zip(theirs.sig_name, theirs.units, strict=True))
    seen = 0
    for recording in read(folder / f"{name}.hea"):
        for channel, x in zip(recording.channels, recording.signal.read(), strict=True):
            factor = 1e3 if units[channel.name] == "mV" else 1.0
            np.testing.assert_allclose(x, values[channel.name] * factor, rtol=1e-12, atol=1e-9)
            seen += 1
    assert seen == len(values)


def test_two_rates_become_two_recordings_on_one_clock_without_a_date(folder):
    """03700181 has 500 and 125 Hz and a date in its header, which is nowhere in the result."""
    found = read(folder / "03700181.hea")
    assert [r.rate_hz for r in found] == [500, 125]
    assert len({r.clock.id for r in found}) == 1
    assert all(r.clock.offset_s == 0 for r in found)
    text = repr(found)
    assert "1994" not in text
    assert "15/08" not in text


@pytest.mark.parametrize("name", ["100.dat", "a103l.mat", "100.atr"])
def test_every_file_of_a_record_leads_to_its_header(folder, name):
    """A signal file, also WFDB's own .mat, and an annotation file open the whole record."""
    assert leader_of(folder / name).suffix == ".hea"
    (recording,) = read(folder / name)
    assert recording.id == f"{Path(name).stem}.hea"


def test_a_visit_holds_each_record_once_and_loses_nothing(folder):
    """Signal and annotation files are no recordings, and no lost files, of their own."""
    visit = read_visit(folder)
    assert sorted({r.id.split("#")[0] for r in visit.recordings}) == [
        "03700181.hea",
        "100.hea",
        "a103l.hea",
        "s0010_re.hea",
    ]
    assert visit.lost == ()


def test_a_missing_signal_file_is_said_and_the_others_are_read(folder):
    """s0010_re lacks its .xyz file: twelve leads are read, three are named as missing."""
    (recording,) = read(folder / "s0010_re.hea")
    assert len(recording.channels) == 12
    assert [i.code for i in recording.issues] == ["missing_file"]
    assert "vx, vy, vz" in recording.issues[0].message


def test_a_truncated_signal_file_is_read_as_far_as_it_goes(folder, tmp_path):
    """Whole frames of a short signal file are read, and the cut is said."""
    shutil.copyfile(folder / "100.hea", tmp_path / "100.hea")
    raw = (folder / "100.dat").read_bytes()
    (tmp_path / "100.dat").write_bytes(raw[:300_000])
    (cut,) = read(tmp_path / "100.hea")
    (whole,) = read(folder / "100.hea")
    assert cut.n_samples == 100_000
    assert "truncated" in [i.code for i in cut.issues]
    np.testing.assert_array_equal(cut.signal.read(), whole.signal.read(0, 100_000))


def test_units_gaps_and_annotations_of_a_written_record(small):
    """What the library writes is read back: microvolts, NaN where invalid, marks in seconds."""
    (recording,) = of(small).read(small)
    x = recording.signal.read()
    assert [(c.site, c.side) for c in recording.channels] == [
        ("biceps_brachii", "left"),
        ("triceps_brachii", "left"),
    ]
    assert np.isnan(x).sum() == 1
    assert np.isnan(x[1, 100])
    assert 150 < np.nanstd(x[0]) < 250
    np.testing.assert_allclose(recording.events.onset_s, [0.1, 2.0])
    assert recording.events.name == ("N", "V")


def test_a_gain_that_is_not_stated_leaves_counts(small):
    """A header without a gain gives counts and says so, whatever the library assumes."""
    lines = small.read_text().splitlines()
    counts = wfdb.rdrecord(str(small.with_suffix("")), physical=False).d_signal[:, 0]
    lines[1] = "small.dat 16"
    small.write_text("\n".join(lines) + "\n")
    (recording,) = reader.read(small)
    assert recording.channels[0].unit == "adc"
    assert "no_scale" in [i.code for i in recording.issues]
    np.testing.assert_allclose(recording.signal.read(channels=(0,))[0], counts, atol=1e-9)


def test_a_record_of_several_segments_is_one_recording(small, tmp_path):
    """Two segments and the pause between them are one recording; a segment leads to the whole."""
    for k in (1, 2):
        text = small.read_text().replace("small ", f"whole_{k} ", 1)
        (tmp_path / f"whole_{k}.hea").write_text(text)
    first, *signals = small.read_text().splitlines()
    layout = [first.replace("small", "whole_layout").replace(" 900", " 0")]
    layout += [f"~ 0 {line.split(' ', 2)[2]}" for line in signals]
    (tmp_path / "whole_layout.hea").write_text("\n".join(layout) + "\n")
    segments = "whole_layout 0\nwhole_1 900\n~ 300\nwhole_2 900\n"
    (tmp_path / "whole.hea").write_text("whole/4 2 300 2100\n" + segments)
    assert leader_of(tmp_path / "whole_1.hea").name == "whole.hea"
    (recording,) = read(tmp_path / "whole.hea")
    x = recording.signal.read()
    one = read(small)[0].signal.read()
    assert x.shape == (2, 2100)
    np.testing.assert_allclose(x[:, :900], one)
    np.testing.assert_allclose(x[:, 1200:], one)
    assert np.isnan(x[:, 900:1200]).all()
    np.testing.assert_array_equal(recording.signal.read(850, 1250), x[:, 850:1250])


def test_a_header_that_names_files_elsewhere_is_refused(small):
    """No file outside the record's folder is opened."""
    small.write_text(small.read_text().replace("small.dat", "../secret.dat"))
    with pytest.raises(UnreadableFile, match="outside"):
        reader.read(small)


def test_annotations_that_cannot_be_read_are_said(small):
    """A damaged annotation file costs its annotations only."""
    small.with_suffix(".qrs").write_bytes(b"\x01")
    (recording,) = reader.read(small)
    assert [i.code for i in recording.issues] == ["annotations"]
    assert len(recording.events) == 2


@FEW
@given(seed=st.integers(0, 2**16), name=st.sampled_from(RECORDS))
def test_parts_equal_the_whole(folder, seed, name):
    """Any samples of any channels are the same read alone, also with skew and after pickling."""
    rng = np.random.default_rng(seed)
    for recording in read(folder / f"{name}.hea"):
        signal = pickle.loads(pickle.dumps(recording.signal))
        n = signal.shape[1]
        a = int(rng.choice([0, rng.integers(0, n), max(0, n - 300)]))
        b = min(n, a + int(rng.integers(0, 400)))
        rows = tuple(int(i) for i in rng.integers(0, signal.shape[0], 2))
        near = recording.signal.read(max(0, a - 50), min(n, b + 50))
        first = a - max(0, a - 50)
        np.testing.assert_array_equal(
            signal.read(a, b, rows), near[list(rows), first : first + b - a]
        )


@FEW
@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=5),
    cut=st.none() | st.integers(1, 200),
)
def test_a_damaged_header_is_read_or_refused(small, changes, cut):
    """Whatever bytes are changed or cut off: samples, or an error that names the file."""
    raw = bytearray(small.read_bytes())
    for at, value in changes:
        raw[at % len(raw)] = value
    path = small.with_name("damaged.hea")
    path.write_bytes(raw[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        assert "damaged.hea" in str(error)
