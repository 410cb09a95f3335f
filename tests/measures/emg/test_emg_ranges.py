"""The validated ranges of the EMG measures are where truth is recovered, and not beyond."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import Entry
from eutonia.measures.emg import (
    burst,
    cci_kellis,
    cci_min,
    cdf10,
    mdpf,
    mirror,
    mra,
    mra_mvc,
    overflow,
    overflow_above_rest,
    spl_peak_8_14,
)
from eutonia.model import Condition
from eutonia.quality import inspect
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import emg
from eutonia.simulate.visit import emg_channel, recording, visit

RATE_HZ = 1000
FLEXOR = emg_channel("flexor_carpi_radialis", "right")
EXTENSOR = emg_channel("extensor_carpi_radialis", "right")
LEFT_FLEXOR = emg_channel("flexor_carpi_radialis", "left")
SPLENIUS = emg_channel("splenius_capitis", "left")
#: Microvolts at the maximal contraction.
MOST_UV = 400.0


def _recording(levels_uv, channels, condition, *, seconds=40, seed=0, rate_hz=RATE_HZ):
    """Return muscles at constant levels (mean amplitude of unit-variance noise)."""
    rng = np.random.default_rng(seed)
    n = round(seconds * rate_hz)
    noise = emg.carrier(rng, len(channels), n, rate_hz=rate_hz, band_hz=(60.0, 240.0))
    levels = np.asarray(levels_uv, dtype=np.float64)[:, None]
    return recording(levels * noise, tuple(channels), rate_hz=rate_hz, condition=condition)


def _mvc(channels):
    tone = MOST_UV * emg.steady_tone(9 * RATE_HZ, rate_hz=RATE_HZ)
    signal = np.tile(tone, (len(channels), 1))
    task = Condition.of(task="mvc")
    return recording(signal, tuple(channels), rate_hz=RATE_HZ, condition=task)


def _run(module, *recordings):
    made = visit(*recordings)
    return run_measure(Entry(module.MEASURE, module.__name__), made, visit_spans(made))


def _sentences(module, *recordings):
    outcome = _run(module, *recordings)
    assert outcome.estimates == ()
    return " ".join(n.reason for n in outcome.not_measurable)


@pytest.mark.parametrize("level_uv", [1.5, 100.0, 2000.0])
def test_mean_rectified_amplitude_is_recovered_over_its_range(level_uv):
    """From a quiet to a very strong muscle, the mean amplitude is right to 2 %."""
    task = Condition.of(task="posture")
    (found,) = _run(mra, _recording([level_uv], [FLEXOR], task)).estimates
    assert found.value == pytest.approx(np.sqrt(2 / np.pi) * level_uv, rel=0.02)
    assert found.in_valid_range


@pytest.mark.parametrize("percent", [0.6, 10.0, 50.0, 105.0])
def test_percent_of_maximum_is_recovered_over_its_range(percent):
    """From half a per cent to above the maximum, the share is right to 2 %."""
    levels = [percent / 100 * MOST_UV]
    task = _recording(levels, [FLEXOR], Condition.of(task="writing"))
    (found,) = _run(mra_mvc, task, _mvc([FLEXOR])).estimates
    assert found.value == pytest.approx(percent, rel=0.02)
    assert found.in_valid_range


def test_a_muscle_without_its_maximum_says_so():
    """Where only one of two muscles was contracted maximally, the other has a sentence."""
    task = _recording([40, 40], [FLEXOR, EXTENSOR], Condition.of(task="writing"))
    outcome = _run(mra_mvc, task, _mvc([FLEXOR]))
    assert [e.target.label for e in outcome.estimates] == [FLEXOR.label]
    assert any("No usable maximal contraction" in n.reason for n in outcome.not_measurable)


@pytest.mark.parametrize("percent", [0.6, 5.0, 20.0, 40.0])
def test_the_lower_of_two_is_recovered_over_its_range(percent):
    """Where one muscle does less than half of the other, the lower level is right to 3 %."""
    levels = np.array([percent, 2.5 * percent]) / 100 * MOST_UV
    pair = [EXTENSOR, FLEXOR]
    task = _recording(levels, pair, Condition.of(task="writing"))
    (found,) = _run(cci_min, task, _mvc(pair)).estimates
    assert found.value == pytest.approx(percent, rel=0.03)
    assert found.in_valid_range


def test_the_lower_of_two_equal_muscles_reads_low_as_the_card_says():
    """At equal levels the noise of both takes 5 to 8 % of the value."""
    pair = [EXTENSOR, FLEXOR]
    task = _recording([80, 80], pair, Condition.of(task="writing"))
    (found,) = _run(cci_min, task, _mvc(pair)).estimates
    assert 0.92 <= found.value / 20 <= 0.96


@pytest.mark.parametrize("share", [3.0, 20.0, 50.0, 90.0])
@pytest.mark.parametrize("task", ["wrist_flexion", "wrist_extension"])
def test_the_share_of_the_antagonist_is_recovered_over_its_range(share, task):
    """From a silent antagonist to one that does most, whichever muscle moves, it is right."""
    pair = [EXTENSOR, FLEXOR]
    antagonist, agonist = share, 100 - share
    levels = [antagonist, agonist] if task == "wrist_flexion" else [agonist, antagonist]
    did = _recording(levels, pair, Condition.of(task=task, side="right"))
    (found,) = _run(cci_kellis, did, _mvc(pair)).estimates
    assert found.value == pytest.approx(share, abs=0.5)
    assert found.in_valid_range


def test_turning_the_head_has_crossed_agonists():
    """Turning right, the right splenius and the left sternocleidomastoid are the agonists."""
    channels = [
        emg_channel(m, s)
        for s in ("left", "right")
        for m in ("splenius_capitis", "sternocleidomastoid")
    ]
    turn = Condition.of(task="head_turn", side="right")
    moving = {"left sternocleidomastoid", "right splenius capitis"}
    levels = [90 if c.label in moving else 10 for c in channels]
    outcome = _run(cci_kellis, _recording(levels, channels, turn), _mvc(channels))
    assert len(outcome.estimates) == 2
    assert [e.value for e in outcome.estimates] == pytest.approx([10, 10], abs=0.5)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"task": "writing", "side": "right"}, "no agonist"),
        ({"task": "wrist_flexion", "side": "left"}, "no agonist"),
        ({"task": "wrist_flexion"}, "not stated which side"),
        ({"task": "posture"}, "not known which muscles"),
        ({}, "names no task"),
    ],
)
def test_without_an_agonist_there_is_a_sentence(condition, words):
    """A task without an agonist, on the other side, or not known gives no number, but advice."""
    pair = [EXTENSOR, FLEXOR]
    did = _recording([40, 80], pair, Condition.of(**condition))
    assert words in _sentences(cci_kellis, did, _mvc(pair))


@pytest.mark.parametrize("percent", [0.6, 8.0, 50.0])
def test_overflow_is_recovered_over_its_range(percent):
    """From noise to half of maximum, overflow is right, and so is what exceeds rest."""
    channels = [FLEXOR, LEFT_FLEXOR, SPLENIUS]
    quiet = 0.5
    levels = np.array([40, percent, percent]) / 100 * MOST_UV
    did = _recording(levels, channels, Condition.of(task="writing", side="right"))
    rest = _recording([quiet / 100 * MOST_UV] * 3, channels, Condition.of(task="rest"), seed=1)
    for module, truth in ((overflow, percent), (overflow_above_rest, percent - quiet)):
        outcome = _run(module, did, rest, _mvc(channels))
        assert {e.target.label for e in outcome.estimates} == {LEFT_FLEXOR.label, SPLENIUS.label}
        for e in outcome.estimates:
            assert e.value == pytest.approx(truth, rel=0.02, abs=0.03)
            assert e.in_valid_range
        assert any("uses this muscle" in n.reason for n in outcome.not_measurable)


def test_rest_that_exceeds_the_task_gives_a_negative_number():
    """A muscle that lets go during the task is below rest, and stays in the range."""
    channels = [LEFT_FLEXOR]
    did = _recording([8], channels, Condition.of(task="writing", side="right"))
    rest = _recording([40], channels, Condition.of(task="rest"), seed=1)
    (found,) = _run(overflow_above_rest, did, rest, _mvc(channels)).estimates
    assert found.value == pytest.approx(-8, abs=0.2)
    assert found.in_valid_range


@pytest.mark.parametrize(
    ("condition", "channel", "words"),
    [
        ({"task": "writing"}, LEFT_FLEXOR, "not stated which side"),
        ({"task": "writing", "side": "both"}, LEFT_FLEXOR, "uses this muscle"),
        ({"task": "let_go"}, LEFT_FLEXOR, "not known which muscles"),
        ({"task": "speaking"}, emg_channel("masseter", "left"), "uses this muscle"),
    ],
)
def test_what_the_task_uses_is_no_overflow(condition, channel, words):
    """A used muscle, an unknown task and an unstated side each give a sentence."""
    did = _recording([8], [channel], Condition.of(**condition))
    assert words in _sentences(overflow, did, _mvc([channel]))


def test_a_muscle_without_name_or_side_has_no_overflow():
    """What is not known cannot be outside the task."""
    task = Condition.of(task="writing", side="right")
    unnamed = type(FLEXOR)(name="EMG4", kind="emg", unit="uV")
    no_side = emg_channel("splenius_capitis", "unknown")
    assert "name it" in _sentences(overflow, _recording([8], [unnamed], task), _mvc([unnamed]))
    assert "(side)" in _sentences(overflow, _recording([8], [no_side], task), _mvc([no_side]))


@pytest.mark.parametrize("percent", [1.0, 20.0, 120.0])
@pytest.mark.parametrize("side", ["left", "right"])
def test_mirror_activity_is_recovered_over_its_range(percent, side):
    """From hardly any to more than the working side, on either side, it is right to 2 %."""
    pair = [LEFT_FLEXOR, FLEXOR]
    level = {"left": percent, "right": percent, side: 100.0}
    did = _recording([level["left"], level["right"]], pair, Condition.of(task="writing", side=side))
    (found,) = _run(mirror, did, _mvc(pair)).estimates
    assert found.value == pytest.approx(percent, rel=0.02)
    assert found.in_valid_range
    (raw,) = _run(mirror, did).estimates
    assert raw.notes == ("norm=none",)


@pytest.mark.parametrize(
    ("condition", "muscle", "words"),
    [
        ({"task": "writing", "side": "both"}, "flexor_carpi_radialis", "task of one side"),
        ({"task": "writing", "side": "right"}, "tibialis_anterior", "does not use"),
        ({"task": "scale", "side": "right"}, "masseter", "on both sides"),
        ({"task": "posture"}, "flexor_carpi_radialis", "not known which muscles"),
    ],
)
def test_without_a_still_side_nothing_is_mirrored(condition, muscle, words):
    """Mirror activity needs a task of one side that uses the muscle there."""
    pair = [emg_channel(muscle, s) for s in ("left", "right")]
    did = _recording([40, 80], pair, Condition.of(**condition))
    assert words in _sentences(mirror, did, _mvc(pair))


def test_a_muscle_that_did_not_work_is_not_mirrored():
    """Noise over noise is no mirror activity."""
    pair = [LEFT_FLEXOR, FLEXOR]
    did = _recording([2, 2], pair, Condition.of(task="writing", side="right"))
    assert "was not active" in _sentences(mirror, did, _mvc(pair))


@pytest.mark.parametrize("median_hz", [42.0, 70.0, 120.0, 245.0])
def test_the_median_frequency_is_recovered_over_its_range(median_hz):
    """Noise that is flat around a frequency has it as its median, to 1.5 %."""
    rng = np.random.default_rng(2)
    half = min(median_hz - 28, 120.0)
    band = (median_hz - half, median_hz + half)
    noise = emg.carrier(rng, 1, 60_000, rate_hz=RATE_HZ, band_hz=band)
    made = recording(50 * noise, (FLEXOR,), rate_hz=RATE_HZ, condition=Condition.of(task="walking"))
    (found,) = _run(mdpf, made).estimates
    assert found.value == pytest.approx(median_hz, rel=0.015)
    assert found.in_valid_range


def test_an_envelope_has_no_median_frequency():
    """A rectified and smoothed EMG is recognised, and refused with what to do (trap 4)."""
    made = _recording([50], [FLEXOR], Condition.of(task="posture"))
    smooth = np.convolve(np.abs(made.signal.read()[0]), np.hanning(200), mode="same")
    envelope = recording(
        smooth[None], (FLEXOR,), rate_hz=RATE_HZ, condition=Condition.of(task="posture")
    )
    assert "envelope" in _sentences(mdpf, inspect(envelope))
    assert _run(mdpf, inspect(made)).estimates


def test_a_low_rate_has_no_median_frequency():
    """Below 1000 Hz a part of the band is missing, so there is a sentence and no number."""
    made = _recording([50], [FLEXOR], Condition.of(task="posture"), rate_hz=800)
    assert "at least 1000 Hz" in _sentences(mdpf, made)


@pytest.mark.parametrize(
    ("drive_hz", "depth"),
    [((4.0, 9.0), 1e-6), ((4.0, 9.0), 0.1), ((4.0, 9.0), 0.29), ((13.0, 30.0), 0.12)],
)
def test_the_share_of_low_frequencies_is_recovered_over_its_range(drive_hz, depth):
    """Without a drive, with a low and with a high one, the mean of five visits is right."""
    band, values, widths = (50.0, 300.0), [], []
    truth = cdf10.true_share(band, drive_hz, depth)
    for seed in range(5):
        rng = np.random.default_rng(30 + seed)
        slow = emg.narrowband(rng, 1, 60_000, rate_hz=RATE_HZ, band_hz=drive_hz)
        noise = emg.carrier(rng, 1, 60_000, rate_hz=RATE_HZ, band_hz=band)
        made = recording(
            50 * emg.modulated(noise, 1 + depth * slow),
            (SPLENIUS,),
            rate_hz=RATE_HZ,
            condition=Condition.of(task="posture"),
        )
        (found,) = _run(cdf10, made).estimates
        assert found.in_valid_range == (truth > 0.2)
        values.append(found.value)
        widths.append(found.interval.hi - found.interval.lo)
    assert np.mean(values) == pytest.approx(truth, abs=np.mean(widths) / np.sqrt(5))


def _splenius(seed, depth, drive_hz=(10.0, 12.0), seconds=60):
    rng = np.random.default_rng(seed)
    n = seconds * RATE_HZ
    slow = emg.narrowband(rng, 1, n, rate_hz=RATE_HZ, band_hz=drive_hz)
    noise = emg.carrier(rng, 1, n, rate_hz=RATE_HZ, band_hz=(50.0, 300.0))
    signal = 50 * emg.modulated(noise, 1 + depth * slow)
    task = Condition.of(task="posture")
    return recording(signal, (SPLENIUS,), rate_hz=RATE_HZ, condition=task)


@pytest.mark.parametrize("depth", [0.08, 0.15, 0.29])
def test_the_height_of_the_peak_is_recovered_over_its_range(depth):
    """From 4 to 13 dB, the mean height of five visits is right, and each peak is present."""
    found = [_run(spl_peak_8_14, _splenius(40 + s, depth)).estimates[0] for s in range(5)]
    truth = spl_peak_8_14.true_height((10.0, 12.0), depth, (50.0, 300.0))
    width = np.mean([e.interval.hi - e.interval.lo for e in found])
    assert np.mean([e.value for e in found]) == pytest.approx(truth, abs=width / np.sqrt(5))
    for e in found:
        details = dict(e.details)
        assert e.in_valid_range
        assert details["present"] == 1
        assert 9.5 <= details["peak_hz"] <= 12.5


def test_without_a_peak_the_height_is_low_and_lies_outside_the_range():
    """The highest of noisy bins reads 0.5 to 1.5 dB, as the card says."""
    found = [_run(spl_peak_8_14, _splenius(60 + s, 0.0)).estimates[0] for s in range(8)]
    assert not any(e.in_valid_range for e in found)
    assert 0.3 < np.median([e.value for e in found]) < 1.2
    assert sum(dict(e.details)["present"] for e in found) <= 2


def test_a_drive_that_ends_at_8_hz_is_no_peak():
    """The slope of a tremor reaches over the limit at 8 Hz, but is no peak of its own."""
    (found,) = _run(spl_peak_8_14, _splenius(55, 0.29, (7.0, 8.4))).estimates
    details = dict(found.details)
    assert found.value > details["limit_db"]
    assert details["present"] == 0


def test_a_clock_that_drifts_does_not_move_the_bands():
    """At 999.9 and 1000.1 Hz the same samples give nearly the same share of low frequencies."""
    made = _splenius(56, 0.15, (4.0, 9.0))
    values = [
        _run(cdf10, replace(made, rate_hz=rate)).estimates[0].value
        for rate in (999.9, 1000, 1000.1)
    ]
    assert np.ptp(values) < 1e-3


@pytest.mark.parametrize("seconds", [60, 180])
def test_the_limit_of_the_peak_is_passed_by_chance_in_five_per_cent(seconds):
    """Of 1,200 spectra without a peak, about one in twenty passes the limit."""
    from eutonia.dsp.spectrum import frequencies, power_density

    rng, passed, n = np.random.default_rng(70), 0, 0
    freq = frequencies(200, 100)
    keep = (freq >= 3) & (freq <= 32)
    finish = spl_peak_8_14.Prominence(freq[keep])
    for _ in range(4):
        x = rng.standard_normal((300, seconds * 100))  # white: no peak anywhere
        density, count = power_density(
            x, np.ones(x.shape, dtype=bool), rate_hz=100, length=200, step=100, group_s=1e9
        )
        total = np.concatenate([density[0][:, keep], count[0][:, None]], axis=1)
        passed += int((finish(total)[:, 0] > finish.limit(count[0, 0])).sum())
        n += len(x)
    assert 0.033 <= passed / n <= 0.067  # 2.7 standard errors of 1,200 draws


@pytest.mark.parametrize("band_hz", [(50.0, 300.0), (20.0, 120.0), (20.0, 450.0)])
def test_the_spectrum_of_rectified_noise_leaves_no_hump(band_hz):
    """The line under the peak fits the falling spectrum of rectified noise to 0.03 dB."""
    freq = np.arange(3.0, 32.1, 0.5)
    density, _ = emg.rectified_spectra(
        freq,
        rate_hz=RATE_HZ,
        band_hz=band_hz,
        depth_common=0.0,
        depth_own=1e-6,
        drive_band_hz=(4.0, 9.0),
    )
    heights = spl_peak_8_14.Prominence(freq).heights(np.append(density, 1.0))
    assert np.abs(10 * np.log10(heights)).max() < 0.03


def test_the_peak_is_taken_from_splenius_only():
    """Another muscle gives a sentence that names the one that is needed."""
    made = _splenius(80, 0.1)
    other = recording(
        made.signal.read(), (FLEXOR,), rate_hz=RATE_HZ, condition=Condition.of(task="posture")
    )
    assert "splenius capitis only" in _sentences(spl_peak_8_14, other)


def test_a_tonically_active_rest_is_no_baseline_for_bursts():
    """Where rest is dystonic without a pause, the quietest second of the task serves instead."""
    rng = np.random.default_rng(90)
    gate, onset, offset = emg.burst_train(
        rng, duration_s=60, rate_hz=RATE_HZ, mean_duration_s=0.4, mean_gap_s=1.2, spread=0.2
    )
    noise = emg.carrier(rng, 2, 60_000, rate_hz=RATE_HZ)
    tonic = recording(
        30 * noise[1:], (SPLENIUS,), rate_hz=RATE_HZ, condition=Condition.of(task="rest")
    )
    task = recording(
        (2 + 40 * gate) * noise[:1],
        (SPLENIUS,),
        rate_hz=RATE_HZ,
        condition=Condition.of(task="posture", trick="on"),
    )
    found = {e.part: e for e in _run(burst, task, tonic).estimates}
    assert found["duration"].notes == (burst.QUIETEST,)
    assert found["duration"].value == pytest.approx(1000 * np.mean(offset - onset), rel=0.08)
    assert found["rate"].value == pytest.approx(1 / np.mean(np.diff(onset)), rel=0.08)
