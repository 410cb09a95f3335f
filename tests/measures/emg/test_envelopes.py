"""EMG that was recorded as an envelope: shares of a level are taken, all else is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from eutonia.assess import assess
from eutonia.formats.assessment import load
from eutonia.measures import entry
from eutonia.model import ArraySignal
from eutonia.quality import inspect
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.visit import visit

#: Muscles of the public forearm recording, in its order.
MUSCLES = ("extensor carpi ulnaris", "extensor digitorum", "flexor carpi radialis")
NAMES = ", ".join(f"right {m}" for m in (*MUSCLES, "flexor carpi ulnaris"))
MAPPING = f"""\
samples: emg
time: rows
rate_hz: 500
names: [{NAMES}]
unit: adc
kind: emg
events: {{variable: relabel, as: labels, names: {{1: rest, 6: finger extension}}}}
"""


def _outcome(measure, made):
    return run_measure(entry(measure), made, visit_spans(made))


def _as_envelope(recording, rate_hz):
    """Rectify and smooth a recording as a device would, with SciPy, and keep it at a low rate."""
    x = signal.sosfiltfilt(
        signal.butter(4, (20, 450), "bandpass", fs=recording.rate_hz, output="sos"),
        recording.signal.read(),
    )
    low = signal.butter(2, 20, fs=recording.rate_hz, output="sos")
    smooth = np.maximum(signal.sosfiltfilt(low, np.abs(x)), 0)
    slow = ArraySignal(smooth[:, :: round(recording.rate_hz / rate_hz)])
    made = replace(recording, signal=slow, rate_hz=rate_hz, simulated=False)
    return inspect(made)


def _envelopes(made, rate_hz=100.0):
    return visit(*(_as_envelope(r, rate_hz) for r in made.recordings))


@pytest.mark.parametrize(
    "measure", ["emg.cci_fw", "emg.cci_min", "emg.cci_rudolph", "emg.mra_mvc", "emg.overflow"]
)
def test_shares_of_a_level_are_those_of_the_raw_signal(measure):
    """What a device rectified and smoothed gives the number that the raw signal gives."""
    made, _ = entry(measure).example(3)
    raw = {(e.target.label, e.part): e for e in _outcome(measure, made).estimates}
    found = {(e.target.label, e.part): e for e in _outcome(measure, _envelopes(made)).estimates}
    assert found.keys() == raw.keys()
    assert found
    for key, e in found.items():
        assert e.value == pytest.approx(raw[key].value, rel=0.03)
        assert "envelope" in e.quality


@pytest.mark.parametrize("measure", ["emg.rms", "emg.mra", "emg.mdpf", "emg.burst", "imc"])
def test_what_needs_the_raw_signal_is_refused(measure):
    """Spectra, coherence, bursts and amplitudes are never taken from an envelope."""
    made, _ = entry(measure).example(3)
    outcome = _outcome(measure, _envelopes(made, rate_hz=made.recordings[0].rate_hz))
    assert outcome.estimates == ()
    assert any("envelope" in n.reason for n in outcome.not_measurable)


def test_an_envelope_that_is_too_slow_is_refused():
    """Below 50 Hz the sentence names what is needed of an envelope, not of raw EMG."""
    made, _ = entry("emg.cci_fw").example(3)
    outcome = _outcome("emg.cci_fw", _envelopes(made, rate_hz=40.0))
    assert outcome.estimates == ()
    assert "40 Hz; at least 50 Hz" in outcome.not_measurable[0].reason


def test_a_raw_maximum_is_no_hundred_percent_of_an_envelope():
    """A maximal contraction that was recorded raw has another scale, so there is none."""
    made, _ = entry("emg.mra_mvc").example(3)
    task, most = made.recordings
    outcome = _outcome("emg.mra_mvc", visit(_as_envelope(task, task.rate_hz), most))
    assert outcome.estimates == ()
    assert any("raw where this one is an envelope" in n.reason for n in outcome.not_measurable)


@pytest.fixture(scope="module")
def forearm(shared_data, tmp_path_factory):
    """Return two days of a public forearm recording of envelopes, both assessed."""
    root = tmp_path_factory.mktemp("forearm")
    (root / "dataset_description.json").write_text('{"Name": "forearm", "BIDSVersion": "1.9.0"}')
    for day in (1, 2):
        folder = root / "sub-06" / f"ses-0{day}" / "emg"
        folder.mkdir(parents=True)
        stem = f"sub-06_ses-0{day}_task-grip_emg"
        source = shared_data / "emg-forearm-unibo" / f"user_6_day_{day}_posture_1.mat"
        (folder / f"{stem}.mat").write_bytes(source.read_bytes())
        (folder / f"{stem}.mapping.yaml").write_text(MAPPING)
        assess(folder.parent, measures=("emg.cci_fw", "emg.cci_rudolph", "emg.cdf10"))
    return root


def _day(root, day):
    return load(root / "derivatives" / "eutonia" / "sub-06" / f"ses-0{day}")[0]


def test_co_contraction_of_real_envelopes_is_that_of_numpy(forearm, shared_data):
    """The common area of an opening hand, from the file's own numbers, and the stated means."""
    from scipy.io import loadmat

    x = loadmat(shared_data / "emg-forearm-unibo" / "user_6_day_1_posture_1.mat")
    level, label = x["emg"].T.astype(float), x["relabel"].ravel()
    # Stated with the recording: means of ECU, EDC, FCR and FCU while the hand opens.
    np.testing.assert_allclose(
        level[:, label == 6].mean(axis=1), [6865, 26509, 9240, 11551], rtol=1e-3
    )
    low = signal.butter(4, 6 / 250, output="sos")
    smooth = np.maximum(signal.sosfiltfilt(low, level), 0)[:, label == 6]
    most = np.array([np.convolve(row, np.full(250, 1 / 250), "valid").max() for row in smooth])
    ecu, fcu = smooth[0] / most[0], smooth[3] / most[3]
    expected = 200 * np.minimum(ecu, fcu).sum() / (ecu + fcu).sum()
    found = {
        f.estimate.target.label: f.estimate
        for f in _day(forearm, 1).findings
        if f.estimate.measure == "emg.cci_fw" and f.estimate.condition.get("task") != "rest"
    }
    e = found["right extensor carpi ulnaris / right flexor carpi ulnaris"]
    assert e.value == pytest.approx(expected, abs=1.0)
    assert "norm=task" in e.notes


def test_the_second_day_is_held_against_the_first(forearm):
    """Each number of day 2 that day 1 has too carries the change and a verdict, no spectrum."""
    first, second = (
        {_key(f.estimate): f.comparisons for f in _day(forearm, day).findings} for day in (1, 2)
    )
    compared = {
        key: [c.verdict for c in found if c.kind == "earlier visit"]
        for key, found in second.items()
    }
    assert sum(map(len, compared.values())) == len(first.keys() & second.keys()) > 4
    known = {"smaller than this measure can resolve", "repeatability unknown"}
    assert {v for found in compared.values() for v in found} <= known
    assert not any(measure == "emg.cdf10" for measure, *_ in first)


def _key(e):
    return e.measure, e.target.label, e.condition
