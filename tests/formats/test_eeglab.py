"""EEGLAB: every way of saving a set gives the same recording; damage is met with a clear error."""

import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from eutonia.formats import of
from eutonia.formats._segments import SEAM_S
from eutonia.model import EutoniaError, Recording, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAMES = ("C3", "EMG1", "E17", "AUX")
WAYS = ("inside", "flat", "fdt", "dat", "hdf5", "hdf5 flat", "hdf5 fdt")


def structs(rows: list[dict]) -> np.ndarray:
    """Return a MATLAB array of structures."""
    fields = [(name, object) for name in rows[0]]
    out = np.empty((1, len(rows)), dtype=fields)
    for i, row in enumerate(rows):
        for name, value in row.items():
            out[0, i][name] = value
    return out


def fields(x: np.ndarray, events: list[dict], **more: object) -> dict:
    """Return the fields of a data set; three-dimensional `x` is epochs."""
    places = [{"labels": n, "type": "", "theta": 90.0 if n == "E17" else []} for n in NAMES]
    return {
        "setname": "trial",
        "nbchan": len(x),
        "pnts": x.shape[1],
        "trials": x.shape[2] if x.ndim == 3 else 1,
        "srate": 250.0,
        "data": x,
        "chanlocs": places[: len(x)],
        "event": events,
        **more,
    }


def write(folder: Path, said: dict, way: str = "inside") -> Path:
    """Save a data set in one of the ways of EEGLAB, with no EEGLAB library."""
    path = folder / "x.set"
    said = dict(said)
    if way.endswith("fdt"):
        said["data"].astype("<f4").ravel(order="F").tofile(folder / "x.fdt")
        said["data"] = "x.fdt"
    elif way == "dat":
        rows = said["data"].reshape(said["nbchan"], -1, order="F")
        rows.astype("<f4").tofile(folder / "x.dat")
        said["data"] = "x.dat"
    if way.startswith("hdf5"):
        write_hdf5(path, said, flat="flat" in way)
    else:
        said |= {k: structs(said[k]) if said[k] else [] for k in ("chanlocs", "event")}
        savemat(path, said if way == "flat" else {"EEG": said})
    return path


def write_hdf5(path: Path, said: dict, *, flat: bool) -> None:
    """Write MAT v7.3 as MATLAB does: HDF5 with columns first and arrays of references."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file if flat else file.create_group("EEG")
        cells = file.create_group("#refs#")

        def put(where, name, value):
            if isinstance(value, str):
                item = where.create_dataset(name, data=np.array([[ord(c)] for c in value], "<u2"))
                item.attrs["MATLAB_class"] = np.bytes_("char")
            elif isinstance(value, list) and not value:
                item = where.create_dataset(name, data=np.zeros(2, "<u8"))
                item.attrs["MATLAB_empty"] = 1
            elif isinstance(value, list):
                inner = where.create_group(name)
                for key in value[0]:
                    places = [put(cells, f"{name}{key}{i}", v[key]) for i, v in enumerate(value)]
                    refs = np.array([[p.ref] for p in places], dtype=h5py.ref_dtype)
                    inner.create_dataset(key, data=refs, dtype=h5py.ref_dtype)
                item = inner
            else:
                x = np.asarray(value, dtype=np.float64)
                item = where.create_dataset(name, data=x.T if x.ndim > 1 else x.reshape(1, -1))
            return item

        for name, value in said.items():
            put(group, name, value)
    raw = bytearray(path.read_bytes())
    raw[:10] = b"MATLAB 7.3"
    path.write_bytes(bytes(raw))


def one(path: Path) -> Recording:
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


EVENTS = [
    {"type": "go", "latency": 51.0, "duration": 1.0, "urevent": 1.0},
    {"type": 7.0, "latency": 101.0, "duration": 25.0, "urevent": 2.0},
]


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 20, (4, 500)).astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_saving_gives_the_same_recording(tmp_path, x, way):
    """Wrapped or flat, old or v7.3, samples inside or beside: values, names and events agree."""
    recording = one(write(tmp_path, fields(x, EVENTS), way))
    np.testing.assert_array_equal(recording.signal.read(), x)
    assert [c.name for c in recording.channels] == list(NAMES)
    assert recording.rate_hz == 250
    assert recording.events.name == ("go", "7")
    np.testing.assert_allclose(recording.events.onset_s, [0.2, 0.4])
    np.testing.assert_allclose(recording.events.duration_s, [0, 0.1])
    np.testing.assert_array_equal(recording.events.columns["urevent"], [1, 2])
    part = pickle.loads(pickle.dumps(recording.signal)).read(90, 110, (3, 1))
    np.testing.assert_array_equal(part, x[[3, 1], 90:110])


@pytest.mark.parametrize("way", WAYS)
def test_epochs_are_one_recording_that_nothing_crosses(tmp_path, way):
    """Epochs follow one another; each is an event, and each border is bad on both sides."""
    x = np.random.default_rng(4).normal(0, 20, (4, 100, 3)).astype(np.float32).astype(np.float64)
    events = [{"type": "go", "latency": 51.0 + 100 * i, "epoch": i + 1.0} for i in range(3)]
    recording = one(write(tmp_path, fields(x, events), way))
    joined = np.concatenate([x[:, :, i] for i in range(3)], axis=1)
    np.testing.assert_array_equal(recording.signal.read(), joined)
    np.testing.assert_array_equal(recording.signal.read(95, 205, (2,)), joined[[2], 95:205])
    borders = [(b.start_s + b.stop_s) / 2 for b in recording.bad]
    np.testing.assert_allclose(borders, [0.4, 0.8])
    assert all(b.stop_s - b.start_s == pytest.approx(2 * SEAM_S) for b in recording.bad)
    epochs = recording.events.named("epoch")
    np.testing.assert_allclose(epochs.onset_s, [0, 0.4, 0.8])
    np.testing.assert_allclose(epochs.duration_s, 0.4)
    np.testing.assert_allclose(recording.events.named("go").onset_s, [0.2, 0.6, 1.0])
    assert [i.code for i in recording.issues] == ["epochs"]


@pytest.mark.parametrize("cut", ["boundary", -99.0])
def test_a_cut_is_not_measured_across(tmp_path, x, cut):
    """A boundary between samples 200 and 201 is bad on both sides; what was removed is no event."""
    events = [{"type": cut, "latency": 200.5, "duration": 80.0, "urevent": []}, *EVENTS]
    recording = one(write(tmp_path, fields(x, events)))
    (bad,) = recording.bad
    assert (bad.start_s, bad.stop_s) == (0.8 - SEAM_S, 0.8 + SEAM_S)
    assert recording.n_samples == 500
    cuts = recording.events.named("boundary")
    np.testing.assert_allclose(cuts.onset_s, [199.5 / 250])
    assert cuts.duration_s.tolist() == [0]
    assert [i.code for i in recording.issues] == ["gaps"]


def test_what_a_channel_is_follows_its_type_its_name_and_its_place(tmp_path, x):
    """A stated type wins, then the name; what lies on the head is EEG; the rest stays open."""
    said = fields(x, [])
    assert [c.kind for c in one(write(tmp_path, said)).channels] == ["eeg", "emg", "eeg", "misc"]
    said["chanlocs"] = [row | {"type": "EMG"} for row in said["chanlocs"]]
    assert {c.kind for c in one(write(tmp_path, said)).channels} == {"emg"}


@pytest.mark.parametrize("epochs", [False, True])
def test_what_eeglabio_writes_is_read_as_mne_reads_it(tmp_path, epochs):
    """An independent writer's set gives the values and times that MNE reads."""
    mne = pytest.importorskip("mne")
    pytest.importorskip("eeglabio")
    info = mne.create_info(["Cz", "C3", "EMG1"], 250, ["eeg", "eeg", "emg"])
    rng = np.random.default_rng(5)
    path = tmp_path / "x.set"
    if epochs:
        made = mne.EpochsArray(rng.normal(0, 2e-5, (4, 3, 100)), info, verbose="error")
        made.export(path, verbose="error")
        theirs = np.concatenate(mne.read_epochs_eeglab(path, verbose="error").get_data(), axis=1)
        recording = one(path)
        assert len(recording.events.named("epoch")) == 4
    else:
        made = mne.io.RawArray(rng.normal(0, 2e-5, (3, 1000)), info, verbose="error")
        made.set_annotations(mne.Annotations([1.0, 2.0], [0.0, 0.5], ["tap", "boundary"]))
        mne.export.export_raw(path, made, verbose="error")
        again = mne.io.read_raw_eeglab(path, verbose="error")
        theirs = again.get_data()
        recording = one(path)
        np.testing.assert_allclose(recording.events.onset_s, again.annotations.onset)
        assert len(recording.bad) == 1
    np.testing.assert_allclose(recording.signal.read(), theirs * 1e6, rtol=1e-9, atol=1e-9)


def test_the_samples_lead_to_their_set(tmp_path, x):
    """An ``.fdt`` opens its set, and a folder holds the two as one recording."""
    write(tmp_path, fields(x, EVENTS), "fdt")
    (recording,) = read(tmp_path / "x.fdt")
    assert recording.id == "x.set"
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.set"]
    assert visit.lost == ()
    assert {s.path for s in visit.recordings[0].sources} == {"x.set", "x.fdt"}


def test_a_renamed_pair_is_read_and_reported(tmp_path, x):
    """Where both files were renamed, the samples beside the set are used."""
    write(tmp_path, fields(x, []), "fdt")
    (tmp_path / "x.set").rename(tmp_path / "y.set")
    assert [r.id for r in read_visit(tmp_path).recordings] == ["y.set"]  # named inside
    (tmp_path / "x.fdt").rename(tmp_path / "y.fdt")
    recording = one(tmp_path / "y.set")
    np.testing.assert_array_equal(recording.signal.read(), x)
    assert [i.code for i in recording.issues] == ["renamed"]


def test_missing_files_are_named(tmp_path, x):
    """Without its samples, or without its set, the error names what to copy."""
    path = write(tmp_path, fields(x, []), "fdt")
    (tmp_path / "x.fdt").rename(tmp_path / "lone.fdt")
    with pytest.raises(UnreadableFile, match=r"x\.fdt\) is missing"):
        one(path)
    path.unlink()
    with pytest.raises(UnreadableFile, match=r"lone\.set\) is missing"):
        read(tmp_path / "lone.fdt")


def test_truncated_samples_are_read_as_far_as_they_go(tmp_path, x):
    """What is there is right, and the truncation is reported."""
    path = write(tmp_path, fields(x, []), "fdt")
    data = tmp_path / "x.fdt"
    data.write_bytes(data.read_bytes()[:4001])
    recording = one(path)
    np.testing.assert_array_equal(recording.signal.read(), x[:, :250])
    assert [i.code for i in recording.issues] == ["truncated"]


@pytest.mark.parametrize("wrong", [{"srate": 0.0}, {"nbchan": 0}, {"pnts": 2.5}, {"srate": "x"}])
def test_absurd_sizes_are_named(tmp_path, x, wrong):
    """A set without channels, samples or a rate is an error that says so."""
    with pytest.raises(UnreadableFile, match=next(iter(wrong))):
        one(write(tmp_path, fields(x, [], **wrong)))


def test_other_content_is_an_error(tmp_path, x):
    """An empty file, another MAT file and a text are not taken for data sets."""
    path = tmp_path / "x.set"
    path.write_bytes(b"")
    with pytest.raises(UnreadableFile, match="empty"):
        read(path)
    path.write_text("C3 C4")
    with pytest.raises(UnreadableFile, match="content is not"):
        read(path)
    savemat(path, {"results": x})
    with pytest.raises(UnreadableFile, match="no EEGLAB data set"):
        read(path)


def test_without_h5py_the_error_says_what_to_install(tmp_path, x, monkeypatch):
    """A set of MAT v7.3 names the package and the extra."""
    path = write(tmp_path, fields(x, []), "hdf5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(UnreadableFile, match=r"h5py.*pip install eutonia\[formats\]"):
        one(path)


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes are overwritten or cut, nothing but a clear error is raised."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    way = data.draw(st.sampled_from(["inside", "flat", "fdt", "hdf5"]))
    path = write(folder, fields(np.ones((4, 20)), EVENTS), way)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=4))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert "x.set" in str(error)
