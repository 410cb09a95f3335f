"""Intermuscular coherence: a drive is found where it is, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.pair_coherence import MIN_SEGMENTS, pair_result, segments_of
from eutonia.model import Block, Condition, Events
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import emg
from eutonia.simulate.visit import emg_channel, recording, visit

RATE = 1000.0
BAND = {"4_7": (4.0, 7.0)}
PAIR = np.array([[0, 1]])
CARRIER = (30.0, 350.0)
NECK = tuple(emg_channel(m, "left") for m in ("splenius_capitis", "sternocleidomastoid"))
POSTURE = Condition.of(task="posture")


def _rectified(rng, seconds, depth, drive_hz):
    """Draw two rectified EMGs whose loudness follows one drive."""
    n = round(seconds * RATE)
    slow = emg.narrowband(rng, 1, n, rate_hz=RATE, band_hz=drive_hz)
    noise = emg.carrier(rng, 2, n, rate_hz=RATE, band_hz=CARRIER)
    return np.abs(emg.modulated(noise, 1 + depth * slow))


def _result(x, *, surrogates):
    block = Block(x=x, mask=np.ones(x.shape, dtype=bool), rate_hz=RATE, events=Events())
    segments = segments_of([(block, block)], PAIR, up_to_hz=50)
    return pair_result(segments, bands=BAND, drawn_hz=50, surrogates=surrogates)


# Depths at which the mean coherence of 4-7 Hz is just above 0.1, then about 0.3 and 0.5.
@pytest.mark.parametrize(
    ("drive_hz", "depth"),
    [((5.2, 5.8), 0.057), ((5.2, 5.8), 0.11), ((3.5, 7.5), 0.06), ((3.5, 7.5), 0.1)],
)
def test_a_drive_is_found_from_a_coherence_of_a_tenth_on(drive_hz, depth):
    """Vector T05: at 60 segments it is detected in 95 % of runs, with its peak within 0.5 Hz."""
    from scipy.signal import coherence

    long = _rectified(np.random.default_rng(0), 1500, depth, drive_hz)
    _, true = coherence(*long, fs=RATE, nperseg=1000, noverlap=0)
    assert true[4:8].mean() >= 0.1
    found = [
        _result(
            _rectified(np.random.default_rng(1 + seed), MIN_SEGMENTS, depth, drive_hz),
            surrogates=True,
        ).details
        for seed in range(100)
    ]
    assert np.mean([d["4_7.above_limit"][0] for d in found]) >= 0.95
    assert np.mean([d["4_7.p_surrogate"][0] < 0.05 for d in found]) >= 0.95
    if drive_hz[1] - drive_hz[0] < 1:  # a broad drive has no one frequency
        near = [abs(d["4_7.peak_hz"][0] - 5.5) <= 0.5 for d in found]
        assert np.mean(near) >= 0.95


def test_without_a_drive_a_band_is_above_its_limit_in_five_per_cent():
    """Independent muscles pass the band's limit, and the surrogates' 0.05, in about 5 % of runs."""
    rng, runs = np.random.default_rng(5), 200
    found = [_result(_rectified(rng, 60, 0.0, (4.0, 7.0)), surrogates=True) for _ in range(runs)]
    room = 4 * np.sqrt(0.05 * 0.95 / runs)
    for name, passes in (("above_limit", lambda v: v > 0), ("p_surrogate", lambda v: v < 0.05)):
        share = np.mean([passes(r.details[f"4_7.{name}"][0]) for r in found])
        assert share == pytest.approx(0.05, abs=room)


def _late(seed, seconds, late_ms, depth=0.25):
    """Return a visit in which the drive of 2-34 Hz reaches the second muscle later."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    slow = emg.narrowband(rng, 1, n + late_ms, rate_hz=RATE, band_hz=(2.0, 34.0))[0]
    noise = emg.carrier(rng, 2, n, rate_hz=RATE, band_hz=CARRIER)
    signal = 50 * emg.modulated(noise, 1 + depth * np.stack([slow[late_ms:], slow[:n]]))
    return recording(signal, NECK, rate_hz=RATE, condition=POSTURE)


def _details(made, name="imc"):
    outcome = run_measure(entry(name), made, visit_spans(made))
    return {e.part: dict(e.details) for e in outcome.estimates}


def test_delay_and_phase_say_who_leads():
    """A drive that reaches the second muscle 8 ms later gives +8 ms and the phase of the peak."""
    found = _details(visit(_late(0, 120, 8)))["15_30"]
    assert found["delay_ms"] == pytest.approx(8.0, abs=1.0)
    assert found["phase_deg"] == pytest.approx(360 * 0.008 * found["peak_hz"], abs=12)


def test_below_the_limit_there_is_neither_phase_nor_delay():
    """Independent muscles have no phase; the angle of noise is not reported."""
    found = _details(visit(_late(3, 120, 0, depth=0.0)))
    for part in ("4_7", "4_12", "15_30"):
        if not found[part]["above_limit"]:
            assert "phase_deg" not in found[part]
            assert "delay_ms" not in found[part]
    assert not all(d["above_limit"] for d in found.values())


def _repeats(depths):
    made = []
    for k, depth in enumerate(depths):
        one = _late(20 + k, 60, 0, depth)
        made.append(replace(one, id=f"{one.id}_{k}", condition=POSTURE))
    return visit(*made)


def test_repeats_are_pooled_and_tested_for_being_equal():
    """Three equal repeats agree with their pooled value; one without the drive is told apart."""
    equal = _details(_repeats((0.25, 0.25, 0.25)))["15_30"]
    assert equal["segments"] == 180
    assert equal["p_repeats_differ"] > 0.01
    assert equal["pooled_over_repeats"] == pytest.approx(equal["peak"], abs=0.15)
    unequal = _details(_repeats((0.25, 0.25, 0.0)))["15_30"]
    assert unequal["p_repeats_differ"] < 1e-4
    assert "p_repeats_differ" not in _details(_repeats((0.25,)))["15_30"]


def test_the_arrays_of_the_figure_have_their_shapes():
    """Everything that the figure draws is there, finite and of one row per pair."""
    made = visit(_late(1, 90, 0))
    (evidence,) = run_measure(entry("imc"), made, visit_spans(made)).evidence.values()
    n_bins, n_lags = len(evidence["freq_hz"]), len(evidence["lag_ms"])
    for name, shape in {
        "coherence": (1, n_bins),
        "phase": (1, n_bins),
        "limit": (1,),
        "surrogate_limit": (1,),
        "segments": (1,),
        "cumulant": (1, n_lags),
        "cumulant_limit": (1,),
        "bands": (3, 2),
    }.items():
        assert evidence[name].shape == shape
        assert np.isfinite(evidence[name]).all()
    assert evidence["freq_hz"][0] == 1
    assert evidence["lag_ms"][0] == pytest.approx(-evidence["lag_ms"][-1])
    assert abs(evidence["phase"]).max() <= np.pi


def test_unrectified_coherence_equals_scipy():
    """Coherence of the signals as recorded equals SciPy's, bin by bin."""
    from scipy.signal import coherence

    made, _ = entry("imc_raw").example(0)
    (evidence,) = run_measure(entry("imc_raw"), made, visit_spans(made)).evidence.values()
    x = made.recordings[0].signal.read()
    freq, expected = coherence(*x, fs=RATE, nperseg=1000, noverlap=0, detrend="constant")
    inside = (freq >= 1) & (freq <= 50)
    np.testing.assert_allclose(evidence["coherence"][0], expected[inside], rtol=1e-9)


def test_loudness_is_shared_only_after_rectifying():
    """A drive that makes both muscles louder shows in `imc` and not in `imc_raw`."""
    made = visit(_late(2, 120, 0))
    rectified, raw = _details(made), _details(made, "imc_raw")
    assert rectified["4_12"]["p_surrogate"] < 0.01
    assert raw["4_12"]["p_surrogate"] > 0.01
    assert rectified["4_12"]["peak"] > 5 * raw["4_12"]["peak"]


@pytest.mark.parametrize("name", ["imc", "imc_raw", "emg.cumulant"])
def test_negative_evidence_stands_in_the_card(name):
    """Every card names the study that did not replicate the finding."""
    assert "Nijmeijer2014" in entry(name).declared.evidence_against


@pytest.mark.parametrize("name", ["imc", "imc_raw", "emg.cumulant"])
def test_a_short_real_recording_is_refused_in_words(name, shared_data):
    """Six seconds of a real arm movement give no number, but how long they are and must be."""
    from eutonia.read import read

    path = shared_data / "mocap-emg-pyomeca" / "markers_analogs.c3d"
    muscles = next(r for r in read(path) if r.kind == "emg")
    made = visit(replace(muscles, condition=POSTURE))
    outcome = run_measure(entry(name), made, visit_spans(made))
    assert outcome.estimates == ()
    assert any("5.8 s" in n.reason and "60 s" in n.reason for n in outcome.not_measurable)


def test_two_unrelated_real_recordings_are_not_coherent(shared_data):
    """EMG of two sessions, set side by side, agrees with SciPy and with chance."""
    from scipy.signal import butter, coherence, sosfiltfilt

    folder = shared_data / "biosppy-examples"
    x = [np.loadtxt(folder / name, comments="#") for name in ("emg.txt", "emg_1.txt")]
    n = min(map(len, x))
    signal = np.stack([v[:n] - v[:n].mean() for v in x])
    made = visit(recording(signal, NECK, rate_hz=RATE, condition=POSTURE))
    outcome = run_measure(entry("imc"), made, visit_spans(made))
    (evidence,) = outcome.evidence.values()
    band = butter(4, (20, 450), btype="bandpass", fs=RATE, output="sos")
    rectified = np.abs(sosfiltfilt(band, signal, axis=-1))
    freq, expected = coherence(*rectified, fs=RATE, nperseg=1000, noverlap=0)
    inside = (freq >= 1) & (freq <= 50)
    # The padding at the ends of the filter differs.
    np.testing.assert_allclose(evidence["coherence"][0], expected[inside], atol=0.02)
    assert len(outcome.estimates) == 3
    # Correlated neighbours: about 25 free bins, of which 5 % pass by chance.
    assert np.mean(evidence["coherence"][0] > evidence["surrogate_limit"][0]) < 0.2
    assert all(dict(e.details)["p_surrogate"] > 0.01 for e in outcome.estimates)


@pytest.mark.parametrize("depth", [0.0, 0.05, 0.12, 0.25])
def test_intervals_hold_from_no_drive_to_a_strong_one(depth):
    """With EMG of 0 to 0.85 coherence, coverage and width stay within the contract."""
    from eutonia.run.pool import pool

    drive, runs, names = (2.0, 10.0), 150, ("4_7",)
    true = float(
        emg.rectified_coherence(
            np.arange(4.0, 8.0),
            rate_hz=RATE,
            band_hz=CARRIER,
            depth_common=depth,
            depth_own=0.0,
            drive_band_hz=drive,
        ).mean()
    )
    declared = replace(entry("imc").declared, unit=dict.fromkeys(names, "1"))
    found = []
    for seed in range(runs):
        x = _rectified(np.random.default_rng(400 + seed), 60, depth, drive)
        pooled = pool(declared, _result(x, surrogates=False), n_spans=1, seed=0)
        found.append((pooled.lo[0, 0], pooled.value[0, 0], pooled.hi[0, 0]))
    lo, value, hi = np.array(found).T
    room = 3 * np.sqrt(0.05 * 0.95 / runs)
    assert 0.93 - room <= np.mean((lo <= true) & (true <= hi)) <= 0.97 + room
    lowest, highest = np.quantile(value, [0.025, 0.975])
    assert np.mean(hi - lo) < 1.5 * (highest - lowest)
