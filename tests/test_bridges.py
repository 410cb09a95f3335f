"""Bridges keep values, units, names, times and marks."""

import sys
from pathlib import Path

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia import bridges
from eutonia.model import (
    ArraySignal,
    Assessment,
    BadSpan,
    Channel,
    Clock,
    Comparison,
    Condition,
    Estimate,
    EutoniaError,
    Events,
    Finding,
    Interval,
    InvalidRecord,
    Issue,
    Manifest,
    NotMeasurable,
    Person,
    Recording,
    Target,
    VisitState,
)

WRITING = Condition.of(task="writing", trick="on")


def _recording(**changes: object) -> Recording:
    rng = np.random.default_rng(1)
    fields: dict = {
        "id": "writing.edf",
        "kind": "emg",
        "channels": (
            Channel(
                name="SCM left", kind="emg", unit="uV", site="sternocleidomastoid", side="left"
            ),
            Channel(name="C3", kind="eeg", unit="uV", site="C3", side="left"),
            Channel(name="ACC X", kind="acc", unit="m/s2"),
            Channel(name="EMG raw", kind="emg", unit="adc"),
        ),
        "clock": Clock(id="writing.edf"),
        "signal": ArraySignal(rng.normal(size=(4, 2000)) * 50),
        "rate_hz": 500.0,
        "events": Events(
            onset_s=np.array([0.5, 1.25]),
            duration_s=np.array([0.0, 0.5]),
            name=("movement", "trick_on"),
        ),
        "condition": WRITING,
        "line_hz": 50.0,
        "bad": (
            BadSpan(start_s=3.0, stop_s=3.5, reason="gap"),
            BadSpan(start_s=1.0, stop_s=1.5, reason="clipped", channel="C3"),
        ),
    }
    return Recording(**(fields | changes))


def _estimate(**changes: object) -> Estimate:
    fields: dict = {
        "measure": "emg.rms",
        "version": "1",
        "title": "EMG amplitude",
        "unit": "uV",
        "tier": "supportive",
        "sources": (),
        "target": Target(label="left SCM", channels=("SCM left",), sites=("scm",), side="left"),
        "condition": WRITING,
        "value": 41.5,
        "interval": Interval(lo=38.0, hi=45.0, kind="within the recording", method="bootstrap"),
        "n_effective": 30.0,
        "valid": (0.0, 5000.0),
        "valid_by": "simulation",
    }
    return Estimate(**(fields | changes))


def _assessment(*findings: Finding, missing: tuple[NotMeasurable, ...] = ()) -> Assessment:
    return Assessment(
        person=Person(id="sub-01"),
        visit="ses-01",
        state=VisitState(),
        recordings=(),
        lost=(),
        findings=findings,
        contrasts=(),
        not_measurable=missing,
        manifest=Manifest(versions=(), measures=(), inputs=(), seed=0),
        labels=("SIMULATED",),
    )


def test_mne_gets_volts_types_rate_and_line_frequency() -> None:
    """Microvolts become volts, and types, rate, names and mains frequency are MNE's own."""
    recording = _recording()
    raw = bridges.to_mne(recording)
    assert raw.ch_names == [c.name for c in recording.channels]
    assert raw.get_channel_types() == ["emg", "eeg", "misc", "misc"]
    assert raw.info["sfreq"] == 500.0
    assert raw.info["line_freq"] == 50.0
    np.testing.assert_allclose(raw.get_data()[:2], recording.signal.read()[:2] * 1e-6)


def test_values_of_unknown_scale_are_never_called_volts() -> None:
    """Accelerations and raw counts reach MNE as ``misc``, with their values unchanged."""
    recording = _recording()
    np.testing.assert_array_equal(
        bridges.to_mne(recording).get_data()[2:], recording.signal.read()[2:]
    )


def test_mne_finds_the_same_spectrum_peak() -> None:
    """A 20 µV sine at 12 Hz is found by MNE at 12 Hz with its power in V²."""
    t_s = np.arange(5000) / 500
    sine = Recording(
        id="sine",
        kind="eeg",
        channels=(Channel(name="Oz", kind="eeg", unit="uV", site="Oz"),),
        clock=Clock(id="sine"),
        signal=ArraySignal(20 * np.sin(2 * np.pi * 12 * t_s)[None]),
        rate_hz=500.0,
    )
    psd = bridges.to_mne(sine).compute_psd("welch", n_fft=500, fmin=1, fmax=60, verbose="error")
    power, freqs = psd.get_data(return_freqs=True)
    assert freqs[power[0].argmax()] == 12
    assert power[0].sum() * (freqs[1] - freqs[0]) == pytest.approx((20e-6) ** 2 / 2, rel=0.01)


def test_mne_leaves_bad_spans_out() -> None:
    """MNE omits exactly the samples of a bad span that holds for all channels."""
    raw = bridges.to_mne(_recording(bad=(BadSpan(start_s=3.0, stop_s=3.5, reason="gap"),)))
    kept = raw.get_data(reject_by_annotation="omit")
    assert kept.shape[1] == 2000 - 250


def test_a_channel_with_an_error_is_bad_in_mne() -> None:
    """A channel that reading declared unusable stands in ``info["bads"]``."""
    issue = Issue(code="flat", severity="error", message="It is flat.", channel="C3")
    assert bridges.to_mne(_recording(issues=(issue,))).info["bads"] == ["C3"]


def test_round_trip_keeps_voltages_events_and_bad_spans() -> None:
    """From Eutonia to MNE and back, nothing that MNE can hold is lost."""
    there = _recording()
    back = bridges.from_mne(bridges.to_mne(there), recording_id=there.id, condition=WRITING)
    np.testing.assert_allclose(back.signal.read(), there.signal.read(), rtol=1e-12)
    assert [(c.name, c.kind, c.unit) for c in back.channels[:2]] == [
        (c.name, c.kind, c.unit) for c in there.channels[:2]
    ]
    assert (back.channels[0].site, back.channels[0].side) == ("sternocleidomastoid", "left")
    assert (back.rate_hz, back.line_hz, back.condition) == (500.0, 50.0, WRITING)
    assert back.events.name == there.events.name
    np.testing.assert_allclose(back.events.onset_s, there.events.onset_s)
    np.testing.assert_allclose(back.events.duration_s, there.events.duration_s)
    assert set(back.bad) == set(there.bad)


@settings(max_examples=30, deadline=None)
@given(
    start=st.integers(0, 2200),
    length=st.integers(0, 300),
    rows=st.lists(st.integers(0, 3), max_size=4, unique=True),
)
def test_samples_of_mne_are_read_in_parts(start: int, length: int, rows: list[int]) -> None:
    """Any part read from MNE equals the same part of the whole."""
    signal = bridges.from_mne(bridges.to_mne(_recording())).signal
    part = signal.read(start, start + length, tuple(rows))
    np.testing.assert_array_equal(part, signal.read()[rows, start : start + length])


@pytest.mark.parametrize("dated", [False, True])
def test_marks_stay_in_place_when_mne_crops(dated: bool) -> None:
    """Times count from the first sample that is left, whether or not MNE knows the date."""
    raw = bridges.to_mne(_recording())
    if dated:
        raw.set_meas_date(1_000_000_000)
    back = bridges.from_mne(raw.crop(0.25))
    np.testing.assert_allclose(back.events.onset_s, [0.25, 1.0])
    np.testing.assert_allclose(sorted(b.start_s for b in back.bad), [0.75, 2.75])


def test_a_file_read_by_mne_becomes_a_recording(samples: Path) -> None:
    """The sample EEG, read by MNE, keeps microvolts and finds its electrodes."""
    path = next(samples.rglob("*_eeg.edf"))
    raw = mne.io.read_raw_edf(path, verbose="error")
    recording = bridges.from_mne(raw)
    assert recording.kind == "eeg"
    assert {c.site for c in recording.channels} >= {"C3", "C4", "Oz"}
    np.testing.assert_allclose(
        recording.signal.read(0, 160, (0, 3)), raw.get_data([0, 3], 0, 160, units="uV")
    )


def test_a_recording_becomes_a_table_with_units() -> None:
    """The table has the samples, names and units of the asked part, on the recording's time."""
    recording = _recording()
    frame = bridges.recording_to_frame(recording, start_s=1.0, stop_s=2.0)
    assert list(frame.columns) == [c.name for c in recording.channels]
    assert frame.index[0] == 1.0
    assert frame.attrs["units"]["ACC X"] == "m/s2"
    np.testing.assert_array_equal(frame.to_numpy().T, recording.signal.read(500, 1000))


def test_uneven_stamps_are_kept_in_a_table() -> None:
    """Where sampling is uneven, the index holds the stamps of the samples asked for."""
    stamps_s = np.sort(np.random.default_rng(2).uniform(0, 10, 2000))
    frame = bridges.recording_to_frame(_recording(rate_hz=None, stamps_s=stamps_s), start_s=5.0)
    np.testing.assert_array_equal(frame.index, stamps_s[stamps_s >= 5.0])


def test_a_recording_becomes_a_labelled_array() -> None:
    """Values can be selected by channel, side and time in seconds."""
    recording = _recording()
    array = bridges.to_xarray(recording)
    assert array.dims == ("channel", "time")
    assert array.sel(channel="C3", time=1.0).item() == recording.signal.read()[1, 500]
    assert list(array.channel[(array.side == "left").values].values) == ["SCM left", "C3"]
    assert array.attrs["rate_hz"] == 500.0


def test_findings_become_one_row_each() -> None:
    """Value, interval, unit, side and each factor of the condition have a column of their own."""
    comparison = Comparison(
        kind="condition", against="writing, trick off", verdict="differs", words="Lower."
    )
    finding = Finding(estimate=_estimate(), comparisons=(comparison,), words="41.5 µV.")
    row = bridges.to_frame(_assessment(finding)).iloc[0]
    assert (row["measure"], row["value"], row["unit"]) == ("emg.rms", 41.5, "uV")
    assert (row["lo"], row["hi"], row["interval"]) == (38.0, 45.0, "within the recording")
    assert (row["side"], row["condition_task"], row["condition_trick"]) == ("left", "writing", "on")
    assert row["verdicts"] == "writing, trick off: differs"
    assert row["labels"] == "SIMULATED"


def test_what_could_not_be_measured_stays_in_the_table() -> None:
    """A measure that was not taken is a row without a value, and with its reason."""
    missing = NotMeasurable(
        measure="eeg.erd",
        version="1",
        title="ERD",
        tier="research",
        code="no_events",
        reason="No movement is marked.",
    )
    finding = Finding(estimate=_estimate(), comparisons=(), words="")
    frame = bridges.to_frame(_assessment(finding, missing=(missing,)))
    row = frame[frame["status"] == "not measurable"].iloc[0]
    assert np.isnan(row["value"])
    assert row["reason"] == "No movement is marked."


def test_an_empty_assessment_gives_an_empty_table() -> None:
    """Without findings the table has no rows and its usual columns."""
    frame = bridges.to_frame(_assessment())
    assert len(frame) == 0
    assert {"measure", "value", "lo", "hi", "reason"} <= set(frame.columns)


def test_events_alone_cannot_become_samples() -> None:
    """A stream of events only is refused with a sentence that says where to look."""
    recording = _recording(signal=None, channels=(), kind="events")
    for bridge in (bridges.to_mne, bridges.recording_to_frame, bridges.to_xarray):
        with pytest.raises(InvalidRecord, match="events"):
            bridge(recording)


def test_mne_refuses_uneven_sampling() -> None:
    """Unevenly sampled recordings are never passed off as even."""
    with pytest.raises(InvalidRecord, match="resample"):
        bridges.to_mne(_recording(rate_hz=None, stamps_s=np.cumsum(np.ones(2000))))


@pytest.mark.parametrize(
    ("library", "extra", "call"),
    [
        ("pandas", "frame", lambda: bridges.to_frame(_assessment())),
        ("pandas", "frame", lambda: bridges.recording_to_frame(_recording())),
        ("mne", "mne", lambda: bridges.to_mne(_recording())),
        ("xarray", "xarray", lambda: bridges.to_xarray(_recording())),
    ],
)
def test_a_missing_library_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, library: str, extra: str, call: object
) -> None:
    """Without the library, the error says which extra to install."""

    def absent(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(bridges, "import_module", absent)
    with pytest.raises(EutoniaError, match=rf'{library}.*pip install "eutonia\[{extra}\]"'):
        call()


def test_importing_the_bridges_loads_no_library() -> None:
    """pandas, MNE and xarray are loaded by the functions, not by the module."""
    import subprocess

    code = (
        "import sys, eutonia.bridges;sys.exit(bool({'pandas', 'mne', 'xarray'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
