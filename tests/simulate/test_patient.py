"""The simulated person is reproducible, marked as simulated, and true to the stated truth."""

import json
from itertools import pairwise

import numpy as np
import pytest
from scipy import signal

from eutonia.model import Condition
from eutonia.quality import inspect
from eutonia.simulate import simulate


@pytest.fixture(scope="module")
def made():
    """Return the full visit and its truth."""
    return simulate(seed=4)


def recording(visit, kind, **levels):
    wanted = Condition.of(**levels)
    (found,) = [r for r in visit.recordings if r.kind == kind and r.condition == wanted]
    return found


def samples(found, *names):
    rows = tuple([c.name for c in found.channels].index(n) for n in names)
    return found.signal.read(channels=rows)


def test_same_seed_same_visit():
    """Two visits with one seed are equal sample by sample; another seed gives another visit."""
    one, again, other = (simulate(seed=s, minutes=2) for s in (7, 7, 8))
    assert one[1] == again[1]
    for a, b, c in zip(*(v.recordings for v, _ in (one, again, other)), strict=True):
        assert np.array_equal(a.signal.read(), b.signal.read())
        assert not np.array_equal(a.signal.read(0, 500), c.signal.read(0, 500))


def test_everything_is_marked_as_simulated(made):
    """The visit carries the label, and so does each recording."""
    visit, _ = made
    assert visit.labels == ("SIMULATED",)
    assert all(r.simulated for r in visit.recordings)


def test_the_visit_fits_its_budget(made):
    """EMG and EEG last at most 12 minutes each, and take at most 60 MB at 16 bit."""
    visit, _ = made
    for kind in ("emg", "eeg"):
        assert sum(r.duration_s for r in visit.recordings if r.kind == kind) <= 12 * 60
    assert sum(2 * r.signal.data.size for r in visit.recordings) < 60e6


def test_protocol_is_complete(made):
    """At least 40 movements in both streams, three writings, three maxima of each muscle."""
    visit, _ = made
    for kind in ("emg", "eeg"):
        moves = recording(visit, kind, task="movement", side="right").events
        assert moves.name.count("movement") == 40
    assert len(recording(visit, "emg", task="writing", side="right").events) == 3
    assert len(recording(visit, "emg", task="mvc").events) == 12


def test_movements_happen_at_the_same_time_on_both_clocks(made):
    """Events of EMG and EEG agree on the visit's clock; the EMG's own clock is late and slow."""
    visit, _ = made
    of_emg, of_eeg = (recording(visit, k, task="movement", side="right") for k in ("emg", "eeg"))
    assert of_emg.clock.offset_s - of_eeg.clock.offset_s == pytest.approx(1.25)
    assert of_emg.clock.drift_ppm == 20
    times = [[r.clock.visit_time(t) for t in r.events.onset_s] for r in (of_emg, of_eeg)]
    assert times[0] == pytest.approx(times[1], abs=1e-9)
    # The muscle itself starts there, too: the extensor rises in the first 20 ms.
    x = np.abs(samples(of_emg, "ECR right")[0])
    at = np.rint(of_emg.events.onset_s * 1000).astype(int)
    assert np.mean([x[i : i + 20].mean() for i in at]) > 10 * np.mean(
        [x[i - 20 : i].mean() for i in at]
    )


def test_recordings_do_not_overlap_unless_simultaneous(made):
    """Each task ends on the visit's clock before the next begins."""
    visit, _ = made
    for kind in ("emg", "eeg"):
        spans = [
            (r.clock.offset_s, r.clock.visit_time(r.duration_s))
            for r in visit.recordings
            if r.kind == kind
        ]
        assert all(a[1] < b[0] for a, b in pairwise(spans))


def test_amplitudes_are_the_true_ones(made):
    """The root mean square of each muscle in posture meets the truth within its own error."""
    visit, truth = made
    found = recording(visit, "emg", task="posture", trick="off")
    sos = signal.butter(4, (20, 450), "bandpass", fs=1000, output="sos")
    x = signal.sosfiltfilt(sos, found.signal.read())
    for channel, row in zip(found.channels, x, strict=True):
        if channel.name == "ECR left":  # carries the hum
            continue
        true = truth.values["emg.rms", channel.label, found.condition.label]
        assert np.sqrt(np.mean(row**2)) == pytest.approx(true, rel=0.02)


def test_burst_truth_counts_the_bursts(made):
    """Rate times duration is, but for the ends, the share of time that the muscle is active."""
    visit, truth = made
    found = recording(visit, "emg", task="posture", trick="off")
    key = ("right sternocleidomastoid", found.condition.label)
    share = truth.values["emg.burst.rate", *key] * truth.values["emg.burst.duration", *key] / 1000
    loud = np.abs(signal.hilbert(samples(found, "SCM right")[0])) > 20
    smooth = np.convolve(loud, np.ones(31) / 31, mode="same") > 0.5
    assert smooth.mean() == pytest.approx(share, abs=0.02)


def test_the_trick_reduces_the_common_drive(made):
    """SciPy's 4-7 Hz coherence meets the truth without the trick, and falls with it."""
    visit, truth = made
    pair = "left sternocleidomastoid / right splenius capitis"
    seen = {}
    for trick in ("off", "on"):
        found = recording(visit, "emg", task="posture", trick=trick)
        x = np.abs(samples(found, "SCM left", "SPL right"))
        freq, coherence = signal.coherence(*x, fs=1000, nperseg=1000)
        seen[trick] = coherence[(freq >= 4) & (freq <= 7)].mean()
        true = truth.values["imc.4_7", pair, found.condition.label]
        # 149 half-overlapping segments: bias of about 1/80, standard error below 0.06.
        assert seen[trick] == pytest.approx(true + 1 / 80, abs=0.12)
    assert seen["off"] > seen["on"] + 0.08


def test_cortex_and_muscle_share_their_drive_on_the_common_clock(made):
    """Aligned by the clocks, C3 is coherent with the flexor; 1 s out of step, it is not."""
    visit, truth = made
    of_emg, of_eeg = (recording(visit, k, task="hold", side="right") for k in ("emg", "eeg"))
    muscle = np.abs(samples(of_emg, "FCR right")[0])
    scalp = samples(of_eeg, "C3")[0]

    def coherence(shift_s):
        at_visit = of_emg.clock.offset_s + np.arange(0, 70, 1 / 500)
        emg_at = (at_visit - of_emg.clock.offset_s) / (1 + 20e-6)
        eeg_at = at_visit - of_eeg.clock.offset_s + shift_s
        smooth = signal.sosfiltfilt(signal.butter(6, 100, fs=1000, output="sos"), muscle)
        x = np.interp(emg_at, np.arange(len(smooth)) / 1000, smooth)
        y = np.interp(eeg_at, np.arange(len(scalp)) / 500, scalp)
        freq, found = signal.coherence(x, y, fs=500, nperseg=500)
        return found[(freq >= 15) & (freq <= 30)].mean()

    key = ("cmc.beta", "C3 / right flexor carpi radialis", of_emg.condition.label)
    assert coherence(0.0) == pytest.approx(truth.values[key] + 1 / 75, abs=0.06)
    assert coherence(1.0) < 0.06


def test_movement_lowers_mu_over_the_left_motor_strip(made):
    """Band power at C3 falls by about the true share, and hardly at the occiput."""
    visit, truth = made
    found = recording(visit, "eeg", task="movement", side="right")
    for electrode, tolerance in (("C3", 15), ("Oz", 15)):
        x = samples(found, electrode)[0]
        sos = signal.butter(4, (8, 13), "bandpass", fs=500, output="sos")
        power = signal.sosfiltfilt(sos, x) ** 2
        at = np.rint(found.events.onset_s * 500).astype(int)
        before = np.mean([power[i - 1750 : i - 1250].mean() for i in at])
        during = np.mean([power[i : i + 500].mean() for i in at])
        true = truth.values["erd.mu", electrode, found.condition.label]
        assert 100 * (during / before - 1) == pytest.approx(true, abs=tolerance)


def test_artefacts_are_found_by_the_quality_rules(made):
    """Hum, a flat electrode, a saturated amplifier and the marked pop are what they claim."""
    visit, _ = made
    scalp, muscle = (
        inspect(recording(visit, k, task="movement", side="right")) for k in ("eeg", "emg")
    )
    flags = {c.name: c.flags for c in (*scalp.channels, *muscle.channels) if c.flags}
    assert flags == {"PO4": ("flat",), "ECR left": ("hum",)}
    assert {b.channel for b in muscle.bad if b.reason == "clipped"} == {"SPL left"}
    assert [(b.channel, b.reason) for b in visit_bad(visit)] == [("F8", "electrode pop")]


def visit_bad(visit):
    return [b for r in visit.recordings for b in r.bad]


def test_a_healthy_person_has_neither_drive_nor_bursts_nor_much_co_contraction(made):
    """The healthy pattern lacks what the dystonic one shows."""
    _, dystonic = made
    _, healthy = simulate(seed=4, minutes=3, healthy=True)
    drives = [v for k, v in healthy.values.items() if k[0] == "imc.4_7"]
    assert drives == [0.0, 0.0]
    assert not [k for k in healthy.values if k[0].startswith("emg.burst")]
    (key,) = [k for k in healthy.values if k[0] == "emg.cci_fw" and "right" in k[1]]
    assert healthy.values[key] < dystonic.values[key] - 20


def test_truth_names_targets_and_conditions_of_the_visit(made):
    """Every truth is about channels and a condition that the visit holds."""
    visit, truth = made
    labels = {c.label for r in visit.recordings for c in r.channels}
    conditions = {r.condition.label for r in visit.recordings}
    for _, target, condition in truth.values:
        assert set(target.split(" / ")) <= labels
        assert condition in conditions


def test_truth_survives_json(made):
    """The JSON holds every value."""
    _, truth = made
    rows = json.loads(truth.to_json())
    again = {(r["measure"], r["target"], r["condition"]): r["value"] for r in rows}
    assert again == dict(truth.values)


def test_too_few_minutes_are_refused():
    """Less than one repeat of every task raises."""
    with pytest.raises(ValueError, match="at least 2"):
        simulate(minutes=0.5)
