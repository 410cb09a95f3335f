"""The traps of real recordings that concern reading, each with the recording that sets it."""

import json
import re

import numpy as np
import pytest

from eutonia.read import read, read_visit

DATE = re.compile(r"(19|20)\d\d[-/.]\d\d[-/.]\d\d|\d\d[/.]\d\d[/.](19|20)\d\d")


def codes(recording):
    return [i.code for i in recording.issues]


# Nominal rate


@pytest.mark.parametrize(
    ("group", "name"), [("HC-female", "00026_w"), ("PD-female", None)], ids=["control", "patient"]
)
def test_the_stamps_hold_where_the_stated_rate_is_wrong(shared_data, tmp_path, group, name):
    """A tablet that states 200 Hz and stamps 132 Hz is read at 132 Hz, and the difference said."""
    folder = shared_data / "handwriting-pd-hc-bdalab" / "examples" / "data" / group
    source = min(folder.glob(f"{name or ''}*1_1.svc"))
    rows = [line.split() for line in source.read_text().splitlines()[1:]]
    path = tmp_path / "spiral.csv"
    head = "y,x,time [ms],button,azimuth,altitude,pressure"
    path.write_text("\n".join([head, *(",".join(r) for r in rows)]))
    (tmp_path / "spiral.json").write_text(json.dumps({"SamplingFrequency": 200}))
    (r,) = read(path)
    stamps = np.array([float(row[2]) for row in rows]) / 1000
    steps = np.diff(stamps)
    assert 131 < r.rate_hz < 134
    assert r.rate_hz == pytest.approx(1 / steps[steps < 0.012].mean(), rel=0.005)  # no pauses
    assert "rate_disagrees" in codes(r)
    assert "200 Hz" in next(i.message for i in r.issues if i.code == "rate_disagrees")


# Jumps of time stamps in a table


@pytest.mark.parametrize("back", [5, 25, 400])
def test_a_table_whose_clock_was_set_back_is_not_shuffled(tmp_path, back):
    """Rows after a step back stay in order, none is lost, and the seam is named."""
    t = np.arange(2000) / 100
    t[1000:] -= back / 100
    rows = [f"{a:.2f},{i}" for i, a in enumerate(t)]
    path = tmp_path / "x_emg.csv"
    path.write_text("\n".join(["time,EMG1", *rows]))
    (r,) = read(path)
    np.testing.assert_array_equal(r.signal.read()[0], np.arange(2000))
    assert "stamps_jump" in codes(r)
    assert "10.000 s" in next(i.message for i in r.issues if i.code == "stamps_jump")
    assert any(b.start_s < 10 < b.stop_s for b in r.bad)


def test_swapped_rows_of_an_uneven_table_are_sorted(tmp_path):
    """Where no rate holds, two swapped rows are still put right."""
    t = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.05, 400))
    order = np.arange(400)
    order[[200, 201]] = [201, 200]
    path = tmp_path / "x_emg.csv"
    path.write_text("\n".join(["time,EMG1", *(f"{t[i]:.6f},{i}" for i in order)]))
    (r,) = read(path)
    np.testing.assert_array_equal(r.signal.read()[0], np.arange(400))
    assert "stamps_backwards" in codes(r)


# Several rates in one file


def test_uneven_rates_of_one_file_are_recordings_on_one_clock(shared_data):
    """An EDF with several rates gives one recording for each, all of one length and clock."""
    found = read(shared_data / "formats" / "test_uneven_samp.edf")
    assert len({r.rate_hz for r in found}) == len(found) > 1
    assert len({r.clock for r in found}) == 1
    assert np.ptp([r.duration_s for r in found]) < 1e-9


# Units


def test_the_header_holds_where_units_disagree(shared_data):
    """Where a public BIDS-EMG header says uV and its sidecar V, uV is read, and said."""
    import edfio

    told = 0
    for path in sorted((shared_data / "bids-emg-examples").rglob("*_emg.edf")):
        if "Multimodal" in str(path):
            continue
        (r,) = read(path)
        assert "units_disagree" in codes(r), path
        first = edfio.read_edf(path).signals[0]
        assert first.physical_dimension == "uV"
        assert r.channels[0].unit == "uV"
        theirs = first.data[:50]
        np.testing.assert_allclose(r.signal.read(0, 50, (0,))[0], theirs, rtol=1e-6, atol=1e-6)
        told += 1
    assert told >= 8


# Names and dates


def test_names_with_dots_and_odd_case_are_electrodes(shared_data):
    """``Fc5.`` and ``Oz..`` are FC5 and Oz, for all 64 channels."""
    (r,) = read(shared_data / "eeg-physionet-eegmmi" / "S001R02.edf")
    sites = {c.name: c.site for c in r.channels}
    assert (sites["Fc5."], sites["Oz.."]) == ("FC5", "Oz")
    assert len([s for s in sites.values() if s]) == len(sites) == 64


@pytest.mark.parametrize(
    "name",
    [
        "tremor-wrist-mahadevan/sample_wrist_accelerometer_data.csv",
        "eeg-physionet-eegmmi/S001R02.edf",
        "formats/clock_resets.xdf",
    ],
)
def test_no_date_of_a_file_leaves_the_reader(shared_data, name):
    """Dates in headers and stamps become differences; nothing that is read repeats them."""
    for r in read(shared_data / name):
        assert not DATE.search(repr(r))
        assert r.clock.offset_s < 1e6


def test_a_date_in_the_name_of_a_file_is_pointed_out(shared_data, tmp_path):
    """A name with a date is reported without repeating it in the message."""
    folder = shared_data / "tremor-cloudupdrs-pdkit" / "tests" / "data" / "2458"
    (source,) = folder.glob("T_-_POSTURAL*LEFT*")
    (r,) = read(source)
    (issue,) = [i for i in r.issues if i.code == "date_in_name"]
    assert not DATE.search(issue.message)
    plain = tmp_path / "postural_left.csv"
    plain.write_bytes(source.read_bytes())
    assert "date_in_name" not in codes(read(plain)[0])


# Malformed files and envelopes


def test_malformed_files_do_not_lose_a_visit(shared_data):
    """The EDF that two other libraries refuse is read, and the empty file is named as lost."""
    multimodal = read_visit(shared_data / "bids-emg-examples" / "emg_Multimodal")
    assert any("header_repaired" in codes(r) for r in multimodal.recordings)
    parts = read_visit(shared_data / "bids-emg-examples" / "emg_MultiBodyParts")
    (lost,) = parts.lost
    assert "0 bytes" in lost.error


def test_an_envelope_is_recognised_while_reading(shared_data):
    """The forearm EMG, rectified by its sensors, is flagged as an envelope on all channels."""
    from scipy.io import loadmat

    from eutonia.model import ArraySignal, Channel, Clock, Recording
    from eutonia.quality import inspect

    folder = shared_data / "emg-forearm-unibo"
    data = loadmat(folder / "user_6_day_1_posture_1.mat")
    x = next(v for k, v in data.items() if not k.startswith("_") and np.ndim(v) == 2)
    x = np.asarray(x, dtype=float)
    x = x.T if x.shape[0] > x.shape[1] else x
    made = Recording(
        id="arm",
        kind="emg",
        channels=tuple(Channel(name=f"EMG{i}", kind="emg", unit="adc") for i in range(4)),
        clock=Clock(id="arm"),
        signal=ArraySignal(np.ascontiguousarray(x[:4])),
        rate_hz=500.0,
    )
    assert all("envelope" in c.flags for c in inspect(made).channels)
