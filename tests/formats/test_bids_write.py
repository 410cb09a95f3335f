"""A visit that is written as BIDS and read back is the same visit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from eutonia.formats.bids_write import write_visit
from eutonia.measures import entries
from eutonia.model import (
    ArraySignal,
    BadSpan,
    Channel,
    Clock,
    Condition,
    Drug,
    EutoniaError,
    Events,
    Person,
    Recording,
    Visit,
    VisitState,
)
from eutonia.read import read_visit
from eutonia.simulate import simulate


def _pairs(visit, again):
    def key(r):
        return r.kind, r.condition, r.clock.offset_s, float(r.signal.read(0, 1)[0, 0])

    return zip(sorted(visit.recordings, key=key), sorted(again.recordings, key=key), strict=True)


@pytest.mark.parametrize("name", list(entries()))
def test_the_examples_of_all_measures_survive(name, tmp_path):
    """Channels, conditions, events and clocks are equal, samples within half a digital step."""
    visit, _ = entries()[name].example(0)
    again = read_visit(write_visit(visit, tmp_path))
    assert again.lost == ()
    assert again.labels == ("SIMULATED",)
    for before, after in _pairs(visit, again):
        assert after.condition == before.condition
        assert after.simulated
        assert after.kind == before.kind
        assert [(c.kind, c.unit, c.site, c.side, c.flags) for c in after.channels] == [
            (c.kind, c.unit, c.site, c.side, c.flags) for c in before.channels
        ]
        np.testing.assert_allclose(after.events.onset_s, before.events.onset_s, atol=1e-6)
        assert after.events.name == before.events.name
        if before.clock.aligned != "alone":
            assert (after.clock.id, after.clock.offset_s) == (
                before.clock.id,
                before.clock.offset_s,
            )
        x, y = before.signal.read(), after.signal.read()
        assert x.shape == y.shape
        # The range is the largest sample rounded up to three digits: at most 1 % wider.
        step = 2 * 1.01 * np.abs(x).max(axis=1, keepdims=True) / (2**16 - 1)
        assert (np.abs(x - y) <= 0.51 * step).all()


def _visit(**changes):
    rng = np.random.default_rng(0)
    recording = Recording(
        id="one",
        kind="emg",
        channels=(
            Channel(name="a very long name of a channel", kind="emg", unit="uV", side="left"),
            Channel(name="a very long name of another", kind="emg", unit="uV"),
        ),
        clock=Clock(id="one"),
        signal=ArraySignal(rng.standard_normal((2, 5000))),
        rate_hz=500.0,
        condition=Condition.of(task="writing", trick="on"),
        events=Events(
            onset_s=np.array([1.0, 2.5]),
            duration_s=np.array([0.5, 0.0]),
            name=("movement", "note"),
            columns={"force": np.array([1.5, 2.5])},
        ),
        line_hz=50.0,
        bad=(BadSpan(start_s=1.0, stop_s=2.0, reason="electrode", channel=""),),
    )
    return Visit(
        id="02",
        person=Person(id="sub-07", age_years=44, sex="female"),
        recordings=(replace(recording, **changes),),
        state=VisitState(toxin_day=84.0, pain=4.0, drugs=(Drug(name="trihexyphenidyl"),)),
    )


def test_person_state_condition_and_corrections_survive(tmp_path):
    """Nothing of the visit is lost: person, intake, factors, columns of events, bad spans."""
    visit = _visit()
    again = read_visit(write_visit(visit, tmp_path))
    (recording,) = again.recordings
    assert again.person == visit.person
    assert again.state == visit.state
    assert recording.condition == visit.recordings[0].condition
    assert recording.line_hz == 50.0
    assert [(b.start_s, b.stop_s, b.reason) for b in recording.bad] == [(1.0, 2.0, "electrode")]
    np.testing.assert_array_equal(recording.events.columns["force"], [1.5, 2.5])


def test_long_names_stay_unique(tmp_path):
    """Two names that are equal in their first sixteen characters do not become one."""
    (recording,) = read_visit(write_visit(_visit(), tmp_path)).recordings
    assert len({c.name for c in recording.channels}) == 2


def test_missing_samples_come_back_as_bad(tmp_path):
    """EDF has no NaN: missing samples are bridged in the file and marked beside it."""
    x = np.random.default_rng(1).standard_normal((2, 5000))
    x[0, 100:200] = np.nan
    visit = _visit(signal=ArraySignal(x), bad=())
    (recording,) = read_visit(write_visit(visit, tmp_path)).recordings
    assert np.isfinite(recording.signal.read()).all()
    (span,) = recording.bad
    assert (span.start_s, span.stop_s) == (0.2, 0.4)
    assert span.channel == recording.channels[0].name


def test_a_second_visit_and_person_are_added(tmp_path):
    """The data set keeps the people and visits that it holds."""
    write_visit(_visit(), tmp_path)
    other = replace(_visit(), id="03", person=Person(id="sub-08"))
    write_visit(other, tmp_path)
    text = (tmp_path / "participants.tsv").read_text()
    assert "sub-07" in text
    assert "sub-08" in text
    assert len(list(tmp_path.glob("sub-*/ses-*"))) == 2


def test_repeats_become_runs(tmp_path):
    """Recordings of the same condition get run numbers and all of them come back."""
    visit = _visit()
    (one,) = visit.recordings
    two = replace(one, signal=ArraySignal(one.signal.read()[::-1]))
    again = read_visit(write_visit(replace(visit, recordings=(one, two)), tmp_path))
    assert len(again.recordings) == 2
    assert all("_run-0" in r.id for r in again.recordings)


def test_a_recording_without_an_even_rate_is_refused(tmp_path):
    """The error names the recording and what to do."""
    with pytest.raises(EutoniaError, match="resample"):
        write_visit(_visit(rate_hz=None), tmp_path)


def test_no_real_date_is_written(tmp_path):
    """Only fictitious times stand in scans.tsv and the file's header."""
    visit = _visit(clock=Clock(id="visit", offset_s=1.25, aligned="declared"))
    base = write_visit(visit, tmp_path)
    assert "1985-01-01T00:00:01.250000" in next(base.glob("*_scans.tsv")).read_text()
    header = next(base.rglob("*.edf")).read_bytes()[168:184].decode()
    assert header.startswith("01.01.85")
    assert json.loads((tmp_path / "dataset_description.json").read_text())["BIDSVersion"]


@pytest.mark.parametrize(("n", "rate_hz"), [(10_007, 500.0), (26_461, 1000.0), (3000, 1e3 / 3)])
def test_any_length_and_rate_survive(n, rate_hz, tmp_path):
    """Lengths that fill no whole data records are padded, and the padding is marked as bad."""
    x = np.random.default_rng(2).standard_normal((2, n))
    visit = _visit(signal=ArraySignal(x), rate_hz=rate_hz, bad=(), events=Events())
    (recording,) = read_visit(write_visit(visit, tmp_path)).recordings
    y = recording.signal.read()
    assert recording.rate_hz == pytest.approx(rate_hz, rel=1e-6)
    assert np.abs(y[:, :n] - x).max() < 2e-4
    padded = sum(b.stop_s - b.start_s for b in recording.bad)
    assert padded == pytest.approx((y.shape[1] - n) / rate_hz, abs=1e-9)
    assert padded < 1.001


def test_physiology_survives(tmp_path):
    """Physiology becomes the compressed table of BIDS, with names, units, rate and clock."""
    channels = (
        Channel(name="ECG", kind="ecg", unit="uV"),
        Channel(name="respiration", kind="resp", unit="adc"),
    )
    visit = _visit(
        kind="physio",
        channels=channels,
        bad=(),
        clock=Clock(id="visit", offset_s=3.5, aligned="declared"),
    )
    folder = write_visit(visit, tmp_path)
    assert len(list(folder.glob("beh/*_physio.tsv.gz"))) == 1
    (recording,) = read_visit(folder).recordings
    assert recording.kind == "physio"
    assert recording.rate_hz == 500.0
    assert [(c.name, c.kind) for c in recording.channels] == [
        ("ECG", "ecg"),
        ("respiration", "resp"),
    ]
    assert recording.clock.offset_s == 3.5
    np.testing.assert_allclose(
        recording.signal.read(), visit.recordings[0].signal.read(), rtol=1e-7, atol=1e-9
    )


def test_movement_survives(tmp_path):
    """Motion becomes the headerless table of BIDS with its channels, units and rate."""
    channels = (
        Channel(name="hand ax", kind="acc", unit="m/s2", side="right"),
        Channel(name="hand gx", kind="gyro", unit="deg/s", side="right"),
    )
    visit = _visit(kind="motion", channels=channels, bad=())
    (recording,) = read_visit(write_visit(visit, tmp_path)).recordings
    assert recording.kind == "motion"
    assert recording.rate_hz == 500.0
    assert [(c.name, c.kind, c.unit, c.side) for c in recording.channels] == [
        (c.name, c.kind, c.unit, c.side) for c in channels
    ]
    np.testing.assert_allclose(
        recording.signal.read(), visit.recordings[0].signal.read(), rtol=1e-7, atol=1e-9
    )


def test_the_whole_simulated_patient_survives(tmp_path):
    """Channels, clocks (offset and drift), conditions, bad spans, state and person are equal."""
    visit, _ = simulate(seed=3, minutes=2)
    again = read_visit(write_visit(visit, tmp_path))
    assert (again.person, again.state, again.labels) == (visit.person, visit.state, visit.labels)
    for before, after in _pairs(visit, again):
        assert after.channels == before.channels
        assert after.clock == before.clock
        assert after.device == before.device
        assert after.line_hz == before.line_hz
        assert after.bad == before.bad
        assert after.events.name == before.events.name
        np.testing.assert_allclose(after.events.onset_s, before.events.onset_s, atol=1e-6)
        np.testing.assert_allclose(after.events.duration_s, before.events.duration_s, atol=1e-6)


def test_own_files_and_columns_are_declared_to_validators(tmp_path):
    """What BIDS does not know is listed in .bidsignore, and columns of ours are described."""
    visit, _ = simulate(seed=3, minutes=2)
    folder = write_visit(visit, tmp_path)
    ignored = (tmp_path / ".bidsignore").read_text().split()
    ours = [p for p in folder.rglob("*") if p.name.startswith("intake") or p.suffix == ".yaml"]
    assert len(ours) == 2
    assert all(any(p.match(pattern) for pattern in ignored) for p in ours)
    for table in folder.rglob("*_channels.tsv"):
        described = json.loads(table.with_suffix(".json").read_text())
        assert "side" in described
