"""MATLAB files: by a mapping, or where they leave no choice; damage never ends the program."""

import os
import pickle
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import loadmat, savemat

from eutonia.formats import mat, of
from eutonia.model import EutoniaError, InvalidRecord, UnreadableFile
from eutonia.quality import inspect
from eutonia.read import read

h5py = pytest.importorskip("h5py")
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FOREARM = """\
samples: emg
rate_hz: 500
names: [ECU, EDC, FCR, FCU]
unit: adc
kind: emg
events:
  variable: relabel
  as: labels
  names: {1: rest, 2: power grip, 6: open hand}
"""


@pytest.fixture
def forearm(shared_data, tmp_path) -> Path:
    """Return a copy of a public forearm recording, without a mapping."""
    source = shared_data / "emg-forearm-unibo" / "user_6_day_1_posture_1.mat"
    shutil.copyfile(source, tmp_path / "forearm.mat")
    return tmp_path / "forearm.mat"


def saved(path: Path, **variables: object) -> Path:
    """Write a file of version 5, not packed."""
    savemat(path, variables)
    return path


def saved_73(path: Path, arrays: dict[str, np.ndarray], texts: dict[str, list[str]]) -> Path:
    """Write a file of version 7.3 as MATLAB lays it out: axes turned, texts in references."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in arrays.items():
            data = file.create_dataset(name.replace(".", "/"), data=np.atleast_2d(values).T)
            data.attrs["MATLAB_class"] = np.bytes_("double")
        for name, words in texts.items():
            refs = np.empty((1, len(words)), dtype=h5py.ref_dtype)
            for i, word in enumerate(words):
                codes = np.array([[ord(c)] for c in word], dtype="<u2")
                data = file.create_dataset(f"#refs#/{name}{i}", data=codes)
                data.attrs["MATLAB_class"] = np.bytes_("char")
                refs[0, i] = data.ref
            cell = file.create_dataset(name.replace(".", "/"), data=refs.T, dtype=h5py.ref_dtype)
            cell.attrs["MATLAB_class"] = np.bytes_("cell")
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    return path


def test_without_a_mapping_the_variables_and_a_mapping_are_shown(forearm):
    """Four variables and no rate: the error lists them with shapes and a mapping to copy."""
    with pytest.raises(UnreadableFile) as error:
        read(forearm)
    text = str(error.value)
    assert "emg (99156 x 4, numeric)" in text
    assert "relabel (99156 x 1, numeric)" in text
    assert "forearm.mapping.yaml" in text
    assert "{samples: emg, time: rows, rate_hz: 1000, unit: uV, kind: emg}" in text


def test_the_mapping_that_the_error_shows_works(forearm):
    """What the error offers to copy is a mapping that is accepted as it stands."""
    with pytest.raises(UnreadableFile) as error:
        read(forearm)
    shown = str(error.value).rsplit("such as: ", 1)[1]
    mat.mapping_for(forearm).write_text(shown)
    (recording,) = read(forearm)
    assert recording.signal.shape == (4, 99_156)


def test_a_mapping_says_what_the_file_does_not(forearm):
    """Muscles, rate and gestures of the forearm recording, with the samples of SciPy."""
    mat.mapping_for(forearm).write_text(FOREARM)
    (recording,) = read(forearm)
    theirs = loadmat(forearm)
    np.testing.assert_array_equal(recording.signal.read(), theirs["emg"].T)
    assert recording.rate_hz == 500
    assert [c.site for c in recording.channels] == [
        "extensor_carpi_ulnaris",
        "extensor_digitorum",
        "flexor_carpi_radialis",
        "flexor_carpi_ulnaris",
    ]
    assert {c.unit for c in recording.channels} == {"adc"}
    assert [Path(s.path).name for s in recording.sources] == [
        "forearm.mat",
        "forearm.mapping.yaml",
    ]


def test_known_means_of_the_gestures_are_found_in_the_spans(forearm):
    """Mean envelopes at rest, in power grip and with the hand open are the published ones."""
    mat.mapping_for(forearm).write_text(FOREARM)
    (recording,) = read(forearm)
    x = recording.signal.read()
    known = {
        "rest": [2268, 3054, 414, 440],
        "power grip": [5420, 8035, 8924, 9115],
        "open hand": [6865, 26509, 9240, 11551],
    }
    events = recording.events
    for name, means in known.items():
        chosen = np.zeros(x.shape[1], dtype=bool)
        for i in np.flatnonzero(np.array(events.name) == name):
            start = round(events.onset_s[i] * 500)
            chosen[start : start + round(events.duration_s[i] * 500)] = True
        np.testing.assert_allclose(x[:, chosen].mean(axis=1), means, atol=0.5)


def test_an_envelope_is_seen_to_be_one(forearm):
    """The rectified envelopes are flagged, so that no median frequency is taken from them."""
    mat.mapping_for(forearm).write_text(FOREARM)
    (recording,) = read(forearm)
    assert all("envelope" in c.flags for c in inspect(recording).channels)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("version", ["5", "7.3"])
def test_one_array_and_one_rate_leave_no_choice(tmp_path, turned, version):
    """Samples in rows or columns, with rate, names and unit, in both families of files."""
    x = np.random.default_rng(0).normal(0, 0.1, (3, 900))
    names = ["SCM left", "SCM right", "splenius left"]
    data = x if turned else x.T
    path = tmp_path / "x.mat"
    if version == "5":
        saved(path, data=data, Fs=1000.0, labels=np.array(names, dtype=object), unit="mV")
    else:
        saved_73(path, {"data": data, "Fs": np.array([[1000.0]])}, {"labels": names})
    (recording,) = read(path)
    factor = 1e3 if version == "5" else 1.0
    np.testing.assert_allclose(recording.signal.read(), x * factor, rtol=1e-12)
    assert recording.rate_hz == 1000
    assert [c.name for c in recording.channels] == names
    assert "inferred" in [i.code for i in recording.issues]
    assert recording.channels[0].unit == ("uV" if version == "5" else "adc")


def test_fields_of_structures_are_named_with_a_dot(tmp_path):
    """A mapping may name variables within structures, in both families of files."""
    x = np.random.default_rng(0).normal(size=(500, 2))
    moments = np.array([[51.0, 151.0]])
    inner = {"emg": x, "fs": 250.0, "marks": moments, "names": np.array(["A", "B"], dtype=object)}
    for path in (
        saved(tmp_path / "a.mat", trial={"raw": inner}),
        saved_73(
            tmp_path / "b.mat",
            {"trial.raw.emg": x, "trial.raw.fs": np.array([[250.0]]), "trial.raw.marks": moments},
            {"trial.raw.names": ["A", "B"]},
        ),
    ):
        mat.mapping_for(path).write_text(
            "samples: trial.raw.emg\nrate_hz: trial.raw.fs\nnames: trial.raw.names\nunit: uV\n"
            "kind: emg\nevents: {variable: trial.raw.marks, as: samples, names: {'': cue 7}}\n"
        )
        (recording,) = read(path)
        np.testing.assert_array_equal(recording.signal.read(), x.T)
        assert [c.name for c in recording.channels] == ["A", "B"]
        assert recording.events.name == ("cue 7", "cue 7")
        np.testing.assert_allclose(recording.events.onset_s, [0.2, 0.6])


def test_fieldtrip_data_are_recognised(tmp_path):
    """Trials of FieldTrip are one recording with the pauses between them, and are marked."""
    rng = np.random.default_rng(0)
    trials = np.empty((1, 2), dtype=object)
    trials[0, 0], trials[0, 1] = rng.normal(size=(2, 300)), rng.normal(size=(2, 200))
    path = saved(
        tmp_path / "x.mat",
        data={
            "trial": trials,
            "label": np.array([["Fz"], ["Cz"]], dtype=object),
            "fsample": 100.0,
            "sampleinfo": np.array([[1.0, 300.0], [401.0, 600.0]]),
        },
    )
    (recording,) = read(path)
    x = recording.signal.read()
    assert x.shape == (2, 600)
    np.testing.assert_array_equal(x[:, :300], trials[0, 0])
    np.testing.assert_array_equal(x[:, 400:], trials[0, 1])
    assert np.isnan(x[:, 300:400]).all()
    assert [c.site for c in recording.channels] == ["Fz", "Cz"]
    assert recording.events.name == ("trial 1", "trial 2")
    np.testing.assert_allclose(recording.events.onset_s, [0.0, 4.0])


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("samples: nothing", "the file holds: emg"),
        ("samples: emg\nrate_hz: -1", "above 0"),
        ("samples: emg\nrate_hz: 500\nnames: [A]", "1 entries for 4 channels"),
        ("samples: emg\nrate_hz: 500\nkind: [a, b, c, d]", "allowed"),
        ("samples: emg\nrate_hz: 500\ntime: sideways", "rows, columns"),
        ("samples: emg\nrate: 500", "'rate' is no field"),
        ("rate_hz: 500", "samples"),
        ("{", "no YAML"),
    ],
)
def test_a_wrong_mapping_is_refused_with_what_is_allowed(forearm, mapping, words):
    """Each field of a mapping is checked, and the error names it."""
    mat.mapping_for(forearm).write_text(mapping)
    with pytest.raises(InvalidRecord, match=words) as error:
        read(forearm)
    assert "forearm.mapping.yaml" in str(error.value)


def test_a_signal_file_of_wfdb_is_left_to_wfdb(shared_data):
    """WFDB's own .mat beside its header is no MATLAB recording."""
    assert of(shared_data / "ecg-wfdb-samples" / "a103l.mat").id == "wfdb"


@FEW
@given(seed=st.integers(0, 2**16), version=st.sampled_from(["5", "7.3"]))
def test_parts_equal_the_whole(tmp_path, seed, version):
    """Any samples of any channels are the same read alone, also after pickling."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(700, 3))
    path = tmp_path / "x.mat"
    if version == "5":
        saved(path, emg=x, fs=1000.0)
    else:
        saved_73(path, {"emg": x, "fs": np.array([[1000.0]])}, {})
    (recording,) = mat.read(path)
    signal = pickle.loads(pickle.dumps(recording.signal))
    a, b = sorted(int(v) for v in rng.integers(0, 701, 2))
    rows = tuple(int(v) for v in rng.integers(0, 3, 2))
    np.testing.assert_array_equal(signal.read(a, b, rows), x.T[list(rows), a:b])


@pytest.mark.parametrize("packed", [False, True])
def test_damage_never_ends_the_program(tmp_path, packed, monkeypatch):
    """Bytes changed anywhere, most of all in tags: read in a child, which always ends by itself."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # the child cleans up nothing
    source = tmp_path / "source.mat"
    inner = {"x": np.arange(6.0).reshape(2, 3), "word": "hello", "cell": np.array(["a"], object)}
    savemat(source, {"emg": np.ones((400, 3)), "fs": 1000.0, "s": inner}, do_compression=packed)
    raw, path = source.read_bytes(), tmp_path / "damaged.mat"
    rng = np.random.default_rng(0)
    for _ in range(60):
        changed = bytearray(raw)
        for at in (int(rng.integers(len(raw))), int(rng.integers(128, 260))):
            changed[at % len(raw)] = int(rng.integers(256))
        path.write_bytes(changed[: None if rng.random() < 0.8 else int(rng.integers(1, len(raw)))])
        child = os.fork()
        if child == 0:
            os._exit(_outcome(path))
        _, status = os.waitpid(child, 0)
        assert os.WIFEXITED(status), "the program was ended"
        assert os.WEXITSTATUS(status) in (0, 1)


def _outcome(path: Path) -> int:
    """Return 0 where a file is read, 1 where it is refused with its name, 2 otherwise."""
    try:
        for recording in of(path).read(path):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        return 1 if "damaged.mat" in str(error) else 2
    except BaseException:
        return 2
    return 0
