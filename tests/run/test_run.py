"""The runner: clocks, repeats, contrasts and reasons."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import (
    ArraySignal,
    BadSpan,
    Channel,
    Clock,
    Condition,
    Events,
    VisitState,
)
from eutonia.run import Memo, run, run_measure, visit_spans
from eutonia.run.groups import common_time
from eutonia.run.inputs import gather
from eutonia.simulate.visit import emg_channel, recording, visit

RATE = 1000.0
BICEPS = emg_channel("biceps_brachii", "right"), emg_channel("biceps_brachii", "left")


def _noise(seed, level, seconds=20, **condition):
    rng = np.random.default_rng(seed)
    x = np.array(level)[:, None] * rng.standard_normal((len(level), round(seconds * RATE)))
    made = recording(x, BICEPS[: len(level)], rate_hz=RATE, condition=Condition.of(**condition))
    return replace(made, id=f"{made.id}_{seed}")


def _rms(*recordings, **state):
    made = replace(visit(*recordings), state=VisitState(**state))
    return run_measure(entry("emg.rms"), made, visit_spans(made))


def test_task_is_compared_with_rest_on_the_declared_scale():
    """A muscle three times as active in the task has a ratio whose interval holds 3."""
    outcome = _rms(_noise(1, [10.0], task="rest"), _noise(2, [30.0], task="writing"))
    (contrast,) = outcome.contrasts
    assert (contrast.factor, contrast.a, contrast.b) == ("task", "writing", "rest")
    assert contrast.interval.lo < 3.0 < contrast.interval.hi
    assert contrast.interval.kind == "within the recording"
    assert contrast.p < 0.01


def test_two_different_factors_are_not_compared():
    """Conditions that differ in task and trick give no contrast."""
    outcome = _rms(
        _noise(1, [10.0], task="rest", trick="off"), _noise(2, [30.0], task="writing", trick="on")
    )
    assert outcome.contrasts == ()


def test_an_unstated_factor_is_not_a_level():
    """A condition that leaves the medication open is not compared with one that states it."""
    outcome = _rms(
        _noise(1, [10.0], task="writing"), _noise(2, [30.0], task="writing", medication="on")
    )
    assert outcome.contrasts == ()


def test_both_hands_rest_where_no_side_is_stated():
    """Scales of either hand are compared with the one rest; rest of one hand only with its own."""
    right = _noise(1, [30.0], task="scale", side="right")
    left = _noise(2, [20.0], task="scale", side="left")
    both = _rms(_noise(3, [10.0], task="rest"), right, left).contrasts
    found = [(c.factor, c.a, c.b, c.condition.get("side")) for c in both]
    assert sorted(found) == [("task", "scale", "rest", side) for side in ("left", "right")]
    assert sorted(c.value for c in both) == pytest.approx([2, 3], rel=0.05)
    own = _rms(_noise(3, [10.0], task="rest", side="right"), right, left).contrasts
    assert [(c.a, c.condition.get("side")) for c in own if c.factor == "task"] == [
        ("scale", "right")
    ]


@pytest.mark.parametrize(
    ("factor", "level", "usual"), [("trick", "on", "off"), ("light", "bright", "normal")]
)
def test_a_trick_or_a_lamp_that_is_not_stated_was_not_used(factor, level, usual):
    """Writing is compared with writing with the trick, whether or not "no trick" was written."""
    plain, with_it = _noise(1, [10.0], task="writing"), {"task": "writing", factor: level}
    (contrast,) = _rms(plain, _noise(2, [30.0], **with_it)).contrasts
    assert (contrast.factor, contrast.a, contrast.b) == (factor, level, usual)
    assert contrast.value == pytest.approx(3, rel=0.05)
    rest = _noise(3, [5.0], task="rest", **{factor: usual})
    assert {(c.factor, c.a, c.b) for c in _rms(plain, rest).contrasts} == {
        ("task", "writing", "rest")
    }


def test_shoes_are_kept_on_from_task_to_task():
    """A run of no stated shoes is held against the walk in shoes, or else against the bare feet."""
    run, shod = _noise(1, [30.0], task="running"), {"task": "walking", "shoes": "on"}
    (found,) = _rms(run, _noise(2, [10.0], **shod)).contrasts
    assert (found.factor, found.a, found.b) == ("task", "running", "walking")
    assert found.value == pytest.approx(3, rel=0.05)
    bare = _noise(3, [15.0], task="walking", shoes="off")
    both = _rms(run, _noise(2, [10.0], **shod), bare).contrasts
    assert sorted((c.a, c.b, round(c.value, 1)) for c in both) == [
        ("on", "off", 0.7),
        ("running", "walking", 2.0),
    ]
    plain = _noise(4, [15.0], task="walking")
    (worn,) = _rms(plain, _noise(2, [10.0], **shod)).contrasts
    assert (worn.factor, worn.a, worn.b) == ("shoes", "on", "off")


def test_eyes_that_are_not_stated_are_open_in_a_task_and_unknown_at_rest():
    """Letting go is held against the same with closed eyes; a rest of unknown eyes is not."""
    closed = {"eyes": "closed"}
    for task, found in (("let_go", [("eyes", "closed", "open")]), ("rest", [])):
        plain = _noise(1, [10.0], task=task)
        made = _rms(plain, _noise(2, [30.0], task=task, **closed)).contrasts
        assert [(c.factor, c.a, c.b) for c in made] == found
    resting = _noise(3, [10.0], task="rest")
    assert len(_rms(resting, _noise(2, [30.0], task="writing")).contrasts) == 1
    assert _rms(resting, _noise(2, [30.0], task="writing", **closed)).contrasts == ()


def test_three_repeats_are_pooled_and_compared_in_pairs():
    """With three repeats of both, the contrast is paired and its interval is between repeats."""
    rest = [_noise(i, [10.0], task="rest") for i in range(3)]
    task = [_noise(10 + i, [20.0 + 2 * i], task="writing") for i in range(3)]
    outcome = _rms(*rest, *task)
    assert {e.n_repeats for e in outcome.estimates} == {3}
    (contrast,) = outcome.contrasts
    assert contrast.paired == "repeats"
    assert contrast.interval.kind == "between repeats"
    values = [np.log(r.signal.read()[0].std()) for r in task]
    rests = [np.log(r.signal.read()[0].std()) for r in rest]
    from scipy.stats import ttest_rel

    # The order of recordings at one time is that of their names: the same for both tasks.
    assert contrast.p == pytest.approx(ttest_rel(values, rests).pvalue, rel=0.05)


def test_the_affected_side_comes_first():
    """Sides are compared as affected against other; without a named side, left against right."""
    pair = _noise(3, [30.0, 10.0], task="writing")
    (named,) = _rms(pair, affected_side="right").contrasts
    assert (named.factor, named.a, named.b) == ("side", "right", "left")
    assert named.value == pytest.approx(3, rel=0.05)
    (unnamed,) = _rms(pair).contrasts
    assert unnamed.value == pytest.approx(1 / 3, rel=0.05)


@pytest.mark.parametrize("task", ["counting", "writing", "walking", "hold"])
def test_what_a_task_does_to_the_neck_is_held_against_letting_go(task):
    """A protocol of the neck has no rest: its tasks are compared with the head let go."""
    (found,) = _rms(_noise(1, [10.0], task="let_go"), _noise(2, [30.0], task=task)).contrasts
    assert (found.factor, found.a, found.b) == ("task", task, "let_go")


def test_the_same_task_of_the_other_hand_is_the_other_side():
    """The writing hand's muscle is held against the other hand's when that writes."""
    right = _noise(1, [30.0, 12.0], task="writing", side="right")  # right, left biceps
    left = _noise(2, [6.0, 10.0], task="writing", side="left")
    found = {
        (c.factor, c.target.label): c for c in _rms(right, left, affected_side="right").contrasts
    }
    acting = found["acting_side", "right biceps brachii"]
    assert (acting.a, acting.b) == ("right", "left")
    assert acting.interval.lo < 3.0 < acting.interval.hi
    still = found["acting_side", "left biceps brachii"]
    assert still.interval.lo < 2.0 < still.interval.hi
    # The muscles of one hand that writes are not held against those of the hand that does not.
    assert {c.factor for c in found.values()} == {"acting_side"}
    unstated = _rms(_noise(1, [30.0], task="writing"), left).contrasts
    assert not [c for c in unstated if c.factor == "acting_side"]


def test_sides_at_rest_are_compared_in_one_recording_whichever_was_named():
    """Both rest in each: their muscles are held against each other there, paired and surer."""
    right = _noise(1, [30.0, 10.0], task="rest", side="right")
    left = _noise(2, [30.0, 10.0], task="rest", side="left")
    every = _rms(right, left, affected_side="right").contrasts
    found = [c for c in every if c.factor == "side"]
    assert sorted(c.condition.get("side") for c in found) == ["left", "right"]
    assert all(c.paired == "blocks" and c.interval.lo < 3.0 < c.interval.hi for c in found)


def test_electrodes_have_an_other_side_and_the_midline_has_none():
    """C3 is held against C4 and P7 against P8; Cz, and an electrode without its twin, are not."""
    names = ("C3", "C4", "Cz", "P8", "P7", "O1")
    rng = np.random.default_rng(5)
    x = 10 * rng.standard_normal((6, 20_000)) * np.array([2, 1, 1, 1, 1, 1])[:, None]
    channels = tuple(Channel(name=n, kind="eeg", unit="uV", site=n) for n in names)
    made = recording(x, channels, rate_hz=250, condition=Condition.of(task="rest"))
    outcome = run_measure(entry("eeg.power"), visit(made), visit_spans(visit(made)))
    sides = {c.target.label: c for c in outcome.contrasts if c.measure == "eeg.power.alpha"}
    assert sides.keys() == {"C3", "P7"}
    assert sides["C3"].interval.lo < 4 < sides["C3"].interval.hi
    assert sides["P7"].interval.lo < 1 < sides["P7"].interval.hi


def test_false_positive_rate_of_contrasts_is_the_nominal_one():
    """Two equal conditions differ at p < 0.05 in about one of twenty visits."""
    p = []
    for seed in range(200):
        outcome = _rms(
            _noise(1000 + seed, [10.0], 12, task="rest"),
            _noise(5000 + seed, [10.0], 12, task="writing"),
        )
        p.append(outcome.contrasts[0].p)
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 200))


def test_flat_and_clipped_channels_are_named_and_left_out():
    """An excluded channel is one sentence; the others are measured."""
    made = _noise(4, [10.0, 10.0], task="rest")
    flat = replace(made.channels[0], flags=("flat",))
    outcome = _rms(replace(made, channels=(flat, made.channels[1])))
    assert [e.target.label for e in outcome.estimates] == ["left biceps brachii"]
    (missing,) = outcome.not_measurable
    assert missing.target == "right biceps brachii"
    assert "flat" in missing.reason


def test_a_signal_without_a_known_unit_gives_no_microvolts():
    """Counts of a converter are not reported as if they were microvolts; ratios still are."""
    made = _noise(4, [10.0], task="rest")
    counts = replace(made, channels=(replace(made.channels[0], unit="adc"),))
    outcome = _rms(counts)
    assert outcome.estimates == ()
    assert "adc" in outcome.not_measurable[0].reason
    burst, _ = entry("emg.burst").example(0)
    raw = replace(
        burst,
        recordings=tuple(
            replace(r, channels=tuple(replace(c, unit="adc") for c in r.channels))
            for r in burst.recordings
        ),
    )
    assert run_measure(entry("emg.burst"), raw, visit_spans(raw)).estimates


def test_a_channel_with_too_few_good_samples_says_so():
    """When most of one channel is bad, it gives a sentence with the seconds left."""
    made = _noise(5, [10.0, 10.0], task="rest")
    bad = (BadSpan(start_s=2, stop_s=20, reason="loose", channel=made.channels[0].name),)
    outcome = _rms(replace(made, bad=bad))
    assert len(outcome.estimates) == 1
    assert "2.0 s" in outcome.not_measurable[0].reason


def _shoulders(*flags, seconds=0.0):
    """Return a visit with a film of the head whose left shoulder was seen for so many seconds."""
    x = np.full((1, 600), np.nan)
    x[0, : round(30 * seconds)] = 1.0
    channel = Channel(
        name="l", kind="head", unit="%", site="shoulder", side="left", flags=tuple(flags)
    )
    made = visit(
        recording(x, (channel,), rate_hz=30, condition=Condition.of(task="let_go")),
    )
    return run_measure(entry("head.shoulder"), made, visit_spans(made)).not_measurable


def test_what_was_not_looked_for_is_not_called_bad():
    """Shoulders that no tracker sought are said so, those that were hidden as not seen."""
    (missing,) = _shoulders("shoulders_not_looked_for", "zero_anatomical")
    assert missing.target == "left shoulder"
    assert missing.reason.startswith("The shoulders were not looked for in this film.")
    (missing,) = _shoulders(seconds=3.0)
    assert missing.reason == (
        "It shows only while no hand is raised, and was seen so for 3.0 s; at least 8 s are needed."
    )


def test_a_low_sampling_rate_is_refused_with_both_rates():
    """The sentence says what was found and what is needed."""
    made = replace(_noise(6, [10.0], task="rest"), rate_hz=200.0)
    (missing,) = _rms(made).not_measurable
    assert "200 Hz" in missing.reason
    assert "500 Hz" in missing.reason


def test_a_task_in_which_a_measure_is_not_taken_is_said():
    """Bursts in a visit that holds nothing but maximal contractions are one sentence."""
    made = visit(_noise(1, [10.0], task="mvc"))
    (missing,) = run_measure(entry("emg.burst"), made, visit_spans(made)).not_measurable
    assert "only in mvc" in missing.reason


def test_recordings_on_different_clocks_are_not_simultaneous():
    """Corticomuscular coherence asks for one clock and says how to give it."""
    cmc = entry("cmc")
    made, _ = cmc.example(0)
    apart = replace(
        made,
        recordings=tuple(replace(r, clock=Clock(id=r.id)) for r in made.recordings),
    )
    (missing,) = run_measure(cmc, apart, visit_spans(apart)).not_measurable
    assert "one clock" in missing.reason
    assert "offset_s" in missing.reason


def test_clocks_known_to_the_second_are_too_coarse():
    """Two files whose start is known only to the second are not compared wave by wave."""
    from eutonia.model import Issue, Source

    cmc = entry("cmc")
    made, _ = cmc.example(0)
    coarse = Issue(code="clock_coarse", severity="warning", message="whole seconds")
    files = tuple(
        replace(r, issues=(coarse,), sources=(Source(path=r.id, sha256=""),))
        for r in made.recordings
    )
    visit_of_files = replace(made, recordings=files)
    (missing,) = run_measure(cmc, visit_of_files, visit_spans(visit_of_files)).not_measurable
    assert "second" in missing.reason


def test_two_streams_whose_rate_wanders_are_not_compared_wave_by_wave():
    """Streams of one file that were sampled unevenly are too coarse for coherence."""
    from eutonia.model import Issue, Source

    cmc = entry("cmc")
    made, _ = cmc.example(0)
    wanders = Issue(code="rate_wanders", severity="warning", message="uneven")
    streams = tuple(
        replace(r, issues=(wanders,), sources=(Source(path="one.xdf", sha256=""),))
        for r in made.recordings
    )
    visit_of_streams = replace(made, recordings=streams)
    (missing,) = run_measure(cmc, visit_of_streams, visit_spans(visit_of_streams)).not_measurable
    assert "wanders" in missing.reason


def test_eeg_and_emg_of_one_file_are_simultaneous():
    """A clinic's file that holds both kinds at one rate gives corticomuscular coherence."""
    cmc = entry("cmc")
    made, truth = cmc.example(0)
    eeg, emg = made.recordings
    late = round(eeg.clock.offset_s * emg.rate_hz)
    every_second = emg.signal.read()[:, late : late + 2 * eeg.n_samples]
    brain = np.repeat(eeg.signal.read(), 2, axis=1)  # at the muscle's rate; the band is kept
    both = replace(
        emg,
        channels=(*emg.channels, *eeg.channels),
        signal=ArraySignal(np.concatenate([every_second, brain])),
    )
    one_file = replace(made, recordings=(both,))
    outcome = run_measure(cmc, one_file, visit_spans(one_file))
    value = {e.part: e.value for e in outcome.estimates}["beta"]
    expected = next(v for (*_, part), v in truth.items() if part == "beta")
    assert value == pytest.approx(expected, abs=0.06)


def test_a_wrong_offset_destroys_corticomuscular_coherence():
    """The alignment is really used: half a second off, and the coherence is gone."""
    cmc = entry("cmc")
    made, truth = cmc.example(0)
    eeg, emg = made.recordings
    shifted = replace(emg, clock=replace(emg.clock, offset_s=0.5))
    off = replace(made, recordings=(eeg, shifted))
    value = {e.part: e.value for e in run_measure(cmc, off, visit_spans(off)).estimates}["beta"]
    assert abs(value) < 0.05
    assert min(truth.values()) > 0.3


def test_drift_is_followed():
    """A clock that drifts by 200 ppm loses coherence unless the drift is declared."""
    cmc = entry("cmc")
    made, truth = cmc.example(1)
    eeg, emg = made.recordings
    # The EMG logger's clock runs fast: it takes 200 more samples per million, so that its nominal
    # time is stretched. Resample the signal to what it would have stored.
    n = emg.n_samples
    stored = np.interp(np.arange(n) / (1 + 200e-6), np.arange(n), emg.signal.read()[0])
    drifting = replace(emg, signal=ArraySignal(stored[None]))
    told = replace(drifting, clock=replace(emg.clock, drift_ppm=-200.0))

    def beta(emg_recording):
        v = replace(made, recordings=(eeg, emg_recording))
        return {e.part: e.value for e in run_measure(cmc, v, visit_spans(v)).estimates}["beta"]

    expected = next(v for (*_, part), v in truth.items() if part == "beta")
    assert beta(told) == pytest.approx(expected, abs=0.06)
    assert beta(drifting) < 0.6 * beta(told)


def test_common_time_is_the_overlap():
    """Two recordings share the time between the later start and the earlier end."""
    made, _ = entry("cmc").example(2)
    spans = {s.recording: s for s in visit_spans(made)}
    pieces = [(r, spans[r.id]) for r in made.recordings]
    start, stop = common_time(pieces)
    assert start == 2.0
    assert stop == pytest.approx(130.0)


def test_eeg_numbers_say_when_the_drug_state_is_unknown():
    """Drugs change the EEG: without an answer at intake every EEG number carries a note."""
    relpow = entry("eeg.relpow")
    made, _ = relpow.example(0)
    for state, noted in ((VisitState(), True), (VisitState(drugs=()), False)):
        asked = replace(made, state=state)
        estimates = run_measure(relpow, asked, visit_spans(asked)).estimates
        assert all(("drug state unknown" in e.notes) == noted for e in estimates)
    assert not any(
        "drug" in n for e in _rms(_noise(1, [10.0], task="rest")).estimates for n in e.notes
    )


def test_events_are_needed_where_declared():
    """Without movement events, desynchronisation says which to mark and where."""
    erd = entry("erd")
    made, _ = erd.example(0)
    without = replace(made, recordings=tuple(replace(r, events=Events()) for r in made.recordings))
    (missing,) = run_measure(erd, without, visit_spans(without)).not_measurable
    assert "movement" in missing.reason
    assert "events.tsv" in missing.reason


def test_no_movement_with_a_free_reference_is_a_sentence():
    """Movements every two seconds leave no reference: not measurable, with advice."""
    erd = entry("erd")
    made, _ = erd.example(0)
    onset = np.arange(5.0, 300.0, 2.0)
    crowded = Events(onset_s=onset, duration_s=np.ones(len(onset)), name=("movement",) * len(onset))
    busy = replace(made, recordings=tuple(replace(r, events=crowded) for r in made.recordings))
    (missing,) = run_measure(erd, busy, visit_spans(busy)).not_measurable
    assert "Only 1 usable" in missing.reason
    assert "6 s" in missing.reason
    late = replace(busy.recordings[0], events=replace(crowded, onset_s=onset - 3))
    none = replace(busy, recordings=(late,))
    (missing,) = run_measure(erd, none, visit_spans(none)).not_measurable
    assert missing.code == "all_failed"


def test_numbers_do_not_depend_on_the_other_measures():
    """A measure alone and among all gives identical estimates."""
    made, _ = entry("emg.burst").example(0)
    alone = run(made, [entry("emg.burst")], seed=4)
    among = run(made, [entry("emg.rms"), entry("emg.burst")], seed=4)
    assert alone.estimates == tuple(e for e in among.estimates if e.measure.startswith("emg.burst"))


def test_another_seed_moves_limits_but_not_values():
    """The seed is of the resampling only."""
    made, _ = entry("emg.rms").example(0)
    one, two = (run(made, [entry("emg.rms")], seed=s).estimates for s in (1, 2))
    assert [e.value for e in one] == [e.value for e in two]
    assert [e.interval for e in one] != [e.interval for e in two]


def test_what_is_computed_from_the_samples_is_computed_once():
    """Two measures that read the same samples share what is computed from them."""
    of = entry("emg.rms")
    made, _ = of.example(0)
    memo, asked = Memo(), []
    for _ in range(2):
        found = next(iter(gather(of.declared, made, visit_spans(made), memo)))
        found.inputs["emg"][0].once("key", lambda: asked.append(1))
    assert len(asked) == 1
    assert found.inputs.condition.label == "posture"
    assert [c.site for c in found.inputs.channels["emg"]] == ["biceps_brachii", "triceps_brachii"]
