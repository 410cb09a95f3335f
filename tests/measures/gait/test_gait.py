"""What the measures of gait say beyond the contract."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from eutonia.derive.gait import gait as derived
from eutonia.derive.video import Calibration, as_recordings, seen_in
from eutonia.formats.segments import parse
from eutonia.measures import entry
from eutonia.measures.gait import foot_pitch, stride_cv, tasks, trunk_lean
from eutonia.measures.gait import strides as st
from eutonia.measures.gait.onset import left_start
from eutonia.model import ArraySignal, Block, Clock, Condition, Events, Inputs, Points, Recording
from eutonia.read import spans
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.gait import Gait, of, walk
from eutonia.simulate.gait_filmed import Camera, filmed
from eutonia.simulate.gait_traces import channel, traces
from eutonia.simulate.visit import visit


def _run(name, *recordings):
    made = visit(*recordings)
    return run_measure(entry(name), made, visit_spans(made), seed=1)


def _walked(seed=0, *, task="walking", view="side", **spec):
    rng = np.random.default_rng(seed)
    made = traces(rng, walk(rng, Gait(**{"seconds": 30.0, **spec})), view=view)
    return replace(made, id=task, condition=Condition.of(task=task))


def _filmed(seed=0, camera=None, task="walking", turns_every_s=None, **spec):
    """Film a walk, derive its channels and make them a recording, as for any video."""
    rng = np.random.default_rng(seed)
    walked = walk(rng, Gait(**{"seconds": 20.0, **spec}))
    if turns_every_s is not None:
        walked = _turning(walked, every_s=turns_every_s, takes_s=0.6)
    landmarks = filmed(rng, walked, camera or Camera(distance_m=8, noise_px=1.0, dropped=0.02))
    at = {"condition": Condition.of(task=task), "clock": Clock(id=task)}
    film = Recording(id=f"{task}.mp4", kind="video", channels=(), **at)
    (found,) = as_recordings((derived(landmarks),), landmarks, film)
    return walked, found


def _value(outcome, label="", part=""):
    (e,) = (e for e in outcome.estimates if label in e.target.label and e.part == part)
    return e.value


def test_a_filmed_walk_gives_its_strides_stance_arms_and_lean():
    """Through camera, noise, dropped pictures and derivation the walk's own numbers come back."""
    walked, seen = _filmed(
        stride_s=1.2,
        stance=of(left=0.58, right=0.66),
        arm_deg=of(left=25.0, right=45.0),
        lean_deg=(12.0, 0.0),
    )
    for side in ("left", "right"):
        strides = np.diff(walked.lands[side])[2:-3]
        stride = _value(_run("gait.stride_time", seen), side)
        assert stride == pytest.approx(strides.mean(), abs=0.01)
    assert _value(_run("trunk.lean", seen)) == pytest.approx(12, abs=1)
    (stance,) = _run("gait.stance_asymmetry", seen).estimates
    assert dict(stance.details)["left_minus_right_percent"] < -8
    assert stance.value == pytest.approx(200 * 0.08 / 1.24, abs=3)
    assert stance.notes == ("walking: of the two it is the right foot that reads longer",)


@pytest.mark.parametrize("view", ["front", "back"])
def test_strides_are_counted_from_front_and_back(view):
    """Seen from front or back strides run from lift to lift, and stance is not measurable."""
    _, seen = _filmed(camera=Camera(view=view, distance_m=10, noise_px=1.0), stride_s=1.2)
    assert _value(_run("gait.stride_time", seen), "left") == pytest.approx(1.2, abs=0.03)
    stance = _run("gait.stance_asymmetry", seen)
    assert stance.estimates == ()
    for name in ("gait.stance_asymmetry", "gait.step_time"):
        said = {n.reason for n in _run(name, seen).not_measurable}
        assert said
        assert all("film from the side" in why and "walk further" not in why for why in said)


@pytest.mark.parametrize(
    ("name", "view", "shows"),
    [
        ("gait.foot_pitch", "front", "from the side, where the other leg does not hide it"),
        (
            "gait.arm_swing",
            "back",
            "from the side on which it is, since the trunk hides the far one",
        ),
        ("gait.foot_inversion", "back", "from the front"),
        ("gait.trunk_lean", "side", "squarely from the front or back"),
    ],
)
def test_what_does_not_show_from_there_is_not_called_bad(name, view, shows):
    """Where the camera stood elsewhere it is said from where a movement shows."""
    _, seen = _filmed(camera=Camera(view=view, distance_m=10, noise_px=1.0), sway_deg=10.0)
    said = {n.reason for n in _run(name, seen).not_measurable}
    assert said == {f"It shows only {shows}, and was seen so for 0.0 s; at least 6 s are needed."}


def _two_walks(first, then, seconds=14.0):
    """Film two walks one behind the other at one place, and note each as a segment."""
    walks, parts = [], []
    for seed, spec in enumerate((first, then)):
        rng = np.random.default_rng(seed)
        walks.append(walk(rng, Gait(**{"seconds": seconds, "rate_hz": 30.0, **spec})))
        parts.append(filmed(rng, walks[-1], Camera(distance_m=8, noise_px=1.0)))
    body = [p.parts["body"] for p in parts]
    joined = Points(
        **{k: np.concatenate([getattr(b, k) for b in body]) for k in ("xyz", "score", "visible")}
    )
    t_s = np.concatenate([parts[0].t_s, parts[1].t_s + seconds])
    landmarks = replace(parts[0], t_s=t_s, parts={"body": joined})
    tasks = ["walking_backwards" if w.gait.backwards else "walking" for w in walks]
    tasks[1] += "" if tasks[1] != tasks[0] else ", trick on"
    lines = [f"{i * seconds} - {(i + 1) * seconds} {t}" for i, t in enumerate(tasks)]
    film = Recording(
        id="leg.mp4",
        kind="video",
        channels=(),
        events=parse(lines),
        clock=Clock(id="leg"),
        stamps_s=t_s,
    )
    (seen,) = as_recordings(seen_in(landmarks, Calibration(), spans(film)), landmarks, film)
    return walks, tasks, seen


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"stride_s": 1.1}, {"stride_s": 1.2, "backwards": True}),
        ({"stride_s": 1.2, "backwards": True}, {"stride_s": 0.9}),
        ({"stride_s": 1.1}, {"stride_s": 0.75, "speed_mps": 2.0}),
        ({"stride_s": 0.8}, {"stride_s": 1.3}),
    ],
)
def test_strides_end_with_their_own_foot_before_and_after_a_cut(first, then):
    """Every landing of a joined film is one of that foot in that walk, up to the cut and after."""
    walks, tasks, seen = _two_walks(
        *({"cv_percent": 1.0, "stance_spread": 0.005, **spec} for spec in (first, then))
    )
    for number, (walked, span) in enumerate(zip(walks, spans(seen), strict=True)):
        start = round(span.start_s * seen.rate_hz)
        x = seen.signal.read(start, round(span.stop_s * seen.rate_hz))
        block = Block(
            x=np.nan_to_num(x), mask=np.isfinite(x), rate_hz=30.0, events=Events(), start_s=0.0
        )
        inputs = SimpleNamespace(channels={st.INPUT: seen.channels}, condition=span.condition)
        for side in ("left", "right"):
            found = st.strides(inputs, block, side)
            for ends in (found.start, found.stop):
                away = [np.abs(walked.lands[side] - at / 30).min() for at in ends]
                # Half a step is a quarter of a stride; the other foot lands two of them away.
                assert max(away) < walked.gait.stride_s / 5, (number, tasks[number], side)
            lasted = (found.stop - found.start) / 30
            assert lasted == pytest.approx(walked.gait.stride_s, rel=0.1)
            assert len(found) >= 14 / walked.gait.stride_s - 3


def _turning(walked, *, every_s, takes_s):
    """Let a walker go on the spot and turn round again and again."""
    t = np.arange(len(walked.points)) / walked.gait.rate_hz
    turns = np.clip((t[:, None] - np.arange(every_s, t[-1], every_s)) / takes_s, 0, 1).sum(axis=1)
    a = np.pi * turns
    here = walked.points - walked.points[:, 23:25].mean(axis=1, keepdims=True) * [1, 0, 1]
    x, z = here[..., 0], here[..., 2]
    cos, sin = np.cos(a)[:, None], np.sin(a)[:, None]
    points = np.stack([cos * x + sin * z, here[..., 1], cos * z - sin * x], axis=-1)
    return replace(walked, gait=replace(walked.gait, speed_mps=0.0), points=points)


@pytest.mark.parametrize("takes_s", [0.3, 0.6, 1.2])
def test_no_stride_reaches_across_a_turn(takes_s):
    """Past the camera and back, as the protocol asks: neither half strides nor one and a half."""
    rng = np.random.default_rng(3)
    walked = walk(rng, Gait(seconds=30.0, rate_hz=30.0, stride_s=1.1, cv_percent=1.0))
    film = filmed(rng, _turning(walked, every_s=5.0, takes_s=takes_s), Camera(distance_m=8))
    move = derived(film)
    block = Block(x=move.x, mask=move.good, rate_hz=30.0, events=Events())
    inputs = SimpleNamespace(
        channels={st.INPUT: move.channels}, condition=Condition.of(task="walking")
    )
    for side in ("left", "right"):
        found = st.strides(inputs, block, side)
        assert len(found) >= 9  # of some three in each of six passes
        assert (found.stop - found.start) / 30 == pytest.approx(1.1, rel=0.1)
        for ends in (found.start, found.stop):
            assert max(np.abs(walked.lands[side] - at / 30).min() for at in ends) < 0.22


def test_stance_backwards_is_stance_beside_a_walk_forwards():
    """One film of both directions: feet that stand longer backwards are not read as swinging."""
    stance = of(left=0.58, right=0.68)
    _, _, seen = _two_walks({"stride_s": 1.1}, {"backwards": True, "stance": stance})
    found = {
        e.condition.label: dict(e.details) for e in _run("gait.stance_asymmetry", seen).estimates
    }
    assert found["walking backwards"]["left_minus_right_percent"] < -5
    for side in ("left", "right"):
        assert found["walking backwards"][f"{side}_s"] > 0.5 * 1.1


def test_a_standing_foot_forwards_is_held_against_backwards():
    """Flat feet: a difference of 0 with an interval; none is given of a foot in the air."""
    forwards = _walked(1)
    backwards = _walked(2, backwards=True, task="walking_backwards")
    outcome = _run("gait.foot_pitch", forwards, backwards)
    found = {
        (c.target.side, c.measure): c
        for c in outcome.contrasts
        if (c.factor, c.a, c.b) == ("task", "walking_backwards", "walking")
    }
    for side in ("left", "right"):
        stance = found.pop((side, "gait.foot_pitch.stance"))
        assert stance.interval.lo < 0 < stance.interval.hi
    assert not found
    (why,) = {n.reason for n in outcome.not_measurable}
    assert why == f"landing, swing: {foot_pitch.BACKWARDS}"


def test_running_is_held_against_walking():
    """Strides of 0.72 and 1.1 s: the difference has an interval, and -0.38 lies in it."""
    walking = _walked(3, stride_s=1.1)
    running = _walked(4, stride_s=0.72, stance=of(left=0.4, right=0.4), task="running")
    found = _run("gait.stride_time", walking, running).contrasts
    (left,) = (c for c in found if c.factor == "task" and c.target.side == "left")
    assert (left.a, left.b) == ("running", "walking")
    assert left.interval.lo <= -0.38 <= left.interval.hi
    assert left.interval.hi - left.interval.lo < 0.1


def _ran(seed=0, *, knees=True, **spec):
    """Return a run with knees that are straight as a foot comes down and as it leaves."""
    rng = np.random.default_rng(seed)
    walked = walk(rng, Gait(**{"seconds": 30.0, "stride_s": 0.75, "speed_mps": 2.5, **spec}))
    made = replace(traces(rng, walked), id="running", condition=Condition.of(task="running"))
    if not knees:
        return walked, made
    bent = []
    for side in ("left", "right"):
        lands, leaves = walked.lands[side], walked.leaves[side]
        swing = np.append(lands[1:], lands[-1] + 0.75)
        at = np.stack([lands, (lands + leaves) / 2, leaves, (leaves + swing) / 2], axis=1).ravel()
        course = PchipInterpolator(at, np.tile([15.0, 42.0, 18.0, 90.0], len(lands)))
        bent.append(course(walked.t_s) + rng.standard_normal(len(walked.t_s)))
    x = np.vstack([made.signal.read(), *bent])
    channels = (*made.channels, channel("knee", "left"), channel("knee", "right"))
    return walked, replace(made, signal=ArraySignal(x), channels=channels)


def test_stance_in_running_ends_with_the_straight_knee():
    """Feet that stand 0.32 and 0.40 of a stride are told; moving back alone would dilute it."""
    walked, seen = _ran(5, stance=of(left=0.32, right=0.40))
    (e,) = _run("gait.stance_asymmetry", seen).estimates
    assert e.value == pytest.approx(200 * 0.08 / 0.72, abs=5)
    told = dict(e.details)
    assert told["left_minus_right_percent"] < 0
    for side in ("left", "right"):
        stood = (walked.leaves[side] - walked.lands[side])[3:-3].mean()
        assert told[f"{side}_s"] == pytest.approx(stood, abs=0.02)
    # The same film as a walk: the feet go back in the air too, and stances look long.
    walking = replace(seen, condition=Condition.of(task="walking"))
    (diluted,) = _run("gait.stance_asymmetry", walking).estimates
    assert diluted.value < e.value - 5
    assert dict(diluted.details)["left_s"] > told["left_s"] + 0.05


def test_a_difference_to_walking_holds_what_does_not_cancel():
    """Running less walking is less sure of the lean than on less off medication in one task."""

    def widths(one, other):
        found = _run("gait.trunk_lean", one, other).contrasts
        (lean,) = (c for c in found if c.measure.endswith("mean") and c.factor != "side")
        return lean.factor, (lean.interval.hi - lean.interval.lo) / 2, lean.interval.method

    walking, (_, running) = _walked(3), _ran(4)
    factor, half, how = widths(walking, running)
    assert factor == "task"
    assert half > 1.96 * trunk_lean.APART_DEG
    assert "errors of the camera" in how
    off, on = (
        replace(
            _walked(seed, task="running"),
            id=state,
            condition=Condition.of(task="running", medication=state),
        )
        for seed, state in ((5, "off"), (6, "on"))
    )
    factor, half, how = widths(off, on)
    assert factor == "medication"
    assert 1.96 * trunk_lean.NEW_DEG < half < 1.0
    assert "errors of the camera" in how


def test_inversion_is_read_of_a_standing_foot_alone():
    """Walking and running from the front give the standing foot, and no number for the lifted."""
    for task, stride_s in (("walking", 1.1), ("running", 0.75)):
        outcome = _run(
            "gait.foot_inversion", _walked(9, task=task, view="front", stride_s=stride_s)
        )
        assert {(e.target.side, e.part) for e in outcome.estimates} == {
            ("left", "stance"),
            ("right", "stance"),
        }


def test_a_difference_of_inversion_holds_that_landmarks_may_follow_little_of_it():
    """10 degrees less are told between two walks; they may have been 40."""
    turned = of(left=10.0, right=0.0)
    off, on = (
        _trick(_walked(seed, view="front", stance_inversion_deg=stands), state)
        for seed, state, stands in ((5, "off", turned), (6, "on", of(left=0.0, right=0.0)))
    )
    (left,) = (
        c.interval
        for c in _run("gait.foot_inversion", off, on).contrasts
        if c.factor == "trick" and c.target.side == "left"
    )
    assert -120 < left.lo < -40
    assert left.hi < 0


@pytest.mark.parametrize(("more", "told"), [(7.0, False), (12.0, True)])
def test_backwards_a_foot_must_turn_in_by_nine_degrees_to_differ(more, told):
    """Feet that stood alike forwards and backwards read up to 7 degrees apart."""
    films = [
        _walked(
            seed,
            task=task,
            view="front",
            backwards=task != "walking",
            stance_inversion_deg=of(left=angle, right=0.0),
        )
        for seed, task, angle in ((5, "walking", 0.0), (6, "walking_backwards", more))
    ]
    (left,) = (
        c
        for c in _run("gait.foot_inversion", *films).contrasts
        if c.factor == "task" and c.target.side == "left"
    )
    assert left.value == pytest.approx(more, abs=1)
    assert (left.interval.lo > 0) is told
    assert (left.p < 0.05) is told


def _trick(recording, state):
    condition = Condition.of(task="walking", trick=state)
    return replace(recording, id=state, condition=condition)


def test_a_run_whose_knees_are_hidden_has_strides_and_no_stance():
    """Stride times need the feet alone; stance asymmetry says that no stance was seen."""
    _, seen = _ran(6, knees=False)
    assert _value(_run("gait.stride_time", seen), "left") == pytest.approx(0.75, abs=0.02)
    outcome = _run("gait.stance_asymmetry", seen)
    assert outcome.estimates == ()
    assert all("at least 4 are needed" in n.reason for n in outcome.not_measurable)


def test_who_stands_has_a_lean_and_no_strides():
    """Standing gives a lean and no strides; feet that stand while walking give a sentence."""
    n = 30 * 30
    rng = np.random.default_rng(6)
    still = _walked(6, seconds=30.0, rate_hz=30.0)
    x = np.tile(still.signal.read()[:, :1], (1, n)) + 0.5 * rng.standard_normal(
        (len(still.channels), n)
    )
    codes = [i for i, c in enumerate(still.channels) if c.site in ("view", "travel")]
    x[codes] = np.round(x[codes])
    walking = replace(still, signal=ArraySignal(x))
    standing = replace(walking, condition=Condition.of(task="standing"))
    assert _run("gait.stride_time", standing).estimates == ()
    assert _run("trunk.lean", standing).estimates
    nothing = _run("gait.stride_time", walking)
    assert nothing.estimates == ()
    assert all("Whole strides seen: 0" in one.reason for one in nothing.not_measurable)


def test_a_sway_that_landmarks_make_is_not_sold_as_the_trunks():
    """A still trunk that seems to sway by 4 degrees has a lean and no sway; one of 9 has both."""
    seems, sways = (_run("gait.trunk_lean", _walked(8, sway_deg=deg)) for deg in (5.1, 9.0))
    assert {e.part for e in seems.estimates} == {"mean"}
    assert any("a still one can seem to sway by 6" in n.reason for n in seems.not_measurable)
    assert _value(sways, "sagittal", "sway") == pytest.approx(9, abs=1)


@pytest.mark.parametrize("still", [-4.9, 4.9])
def test_a_sway_holds_what_landmarks_add_to_it_or_take_from_it(still):
    """What a still rendered trunk reads may be in a sway or missing; the lean is as before."""
    found = _run("gait.trunk_lean", _walked(8, sway_deg=12.0 + still))
    (sway,) = (e for e in found.estimates if e.part == "sway")
    (lean,) = (e for e in found.estimates if e.part == "mean")
    assert 0 <= sway.interval.lo <= 12 <= sway.interval.hi
    assert lean.interval.hi - lean.interval.lo < 4.5 * trunk_lean.SYSTEMATIC_DEG


@pytest.mark.parametrize("lean", [3.0, 20.0])
def test_a_difference_of_sways_holds_what_landmarks_make_of_it(lean):
    """Sways that read 7 and 11 may be one; 7 and 15 are not, however the trunk leans."""
    for more, one in ((11.0, True), (15.0, False)):
        films = [
            _trick(_walked(seed, sway_deg=sway, lean_deg=(at, 0.0)), state)
            for seed, state, sway, at in ((5, "off", more, lean), (6, "on", 7.0, 3.0))
        ]
        contrasts = _run("gait.trunk_lean", *films).contrasts
        (apart,) = (c for c in contrasts if c.factor == "trick" and c.measure.endswith("sway"))
        assert abs(apart.value) == pytest.approx(more - 7, abs=0.5)
        assert (apart.interval.lo < 0 < apart.interval.hi) == one
        assert (apart.p > 0.05) == one


def test_the_asymmetry_of_arms_holds_what_landmarks_add_to_one_of_them():
    """Arms of 20 and 26 degrees, each misread by 2, have their 26 % in the interval."""
    walk = _walked(11, arm_deg=of(left=22.0, right=24.0))
    (found,) = _run("gait.arm_swing_asymmetry", walk).estimates
    assert found.value == pytest.approx(100 * 2 / 23, abs=2)
    assert found.interval.lo <= 100 * 6 / 23 <= found.interval.hi
    assert found.interval.lo == 0


@pytest.mark.parametrize(("task", "taken"), [("sitting", True), ("let_go", False), ("zero", False)])
def test_a_neck_filmed_close_by_has_no_lean(task, taken):
    """Where only head and shoulders are filmed, the hips that the tracker guesses say nothing."""
    outcome = _run("trunk.lean", _walked(12, task=task))
    assert bool(outcome.estimates) == taken


@pytest.mark.parametrize(
    ("task", "other", "site", "sd"),
    [
        ("walking", "standing", "trunk_sagittal", 2.0),
        ("sitting", "standing", "trunk_sagittal", 2.0),
        ("sitting", "standing", "trunk_lateral", 1.0),
        ("running", "walking", "trunk_lateral", trunk_lean.APART_DEG),
        ("walking_backwards", "walking", "trunk_sagittal", trunk_lean.BACKWARDS_DEG),
        ("walking", "walking", "trunk_sagittal", 0.0),
    ],
)
def test_a_lean_held_against_standing_holds_what_does_not_cancel(task, other, site, sd):
    """Each task is misread in its own way; two walks of one lean are misread nearly alike."""
    view = "front" if site == "trunk_lateral" else "side"
    channels = _walked(13, view=view).channels
    row = next(i for i, c in enumerate(channels) if c.site == site)

    def of_task(name):
        return trunk_lean.varying(
            Inputs(
                blocks={},
                targets=np.array([[row]]),
                channels={st.INPUT: channels},
                condition=Condition.of(task=name),
            ),
            np.array([12.0]),
        )

    new = np.sqrt(2) * trunk_lean.NEW_DEG
    found = of_task(task).between(of_task(other), rows=(0, 0), part=0)
    assert found == pytest.approx(np.hypot(sd, new))


@pytest.mark.parametrize("name", ["gait.trunk_lean", "trunk.lean"])
def test_a_difference_of_leans_holds_what_a_camera_takes_from_it(name):
    """A lean that goes from 4 to 19 degrees and reads 2 degrees less of it has 15 inside."""
    off, on = (
        replace(
            _walked(seed, lean_deg=(read, 0.0)),
            id=state,
            condition=Condition.of(task="walking", medication=state),
        )
        for seed, state, read in ((5, "off", 17.0), (6, "on", 4.0))
    )
    found = _run(name, off, on).contrasts
    (apart,) = (c for c in found if c.factor == "medication" and not c.measure.endswith("sway"))
    assert abs(apart.value) == pytest.approx(13, abs=0.5)
    lo, hi = sorted(abs(v) for v in (apart.interval.lo, apart.interval.hi))
    assert lo <= 15 <= hi
    assert lo > 5


def test_feet_that_a_camera_sees_stand_unevenly_may_be_even():
    """What reads 4 % may be none, what reads 16 % is some: landmarks favour one foot."""
    seems, limps = (
        _run("gait.stance_asymmetry", _walked(14, stance=of(left=0.62, right=0.62 + apart)))
        for apart in (0.03, 0.13)
    )
    (even,), (uneven,) = seems.estimates, limps.estimates
    assert even.value == pytest.approx(4, abs=2)
    assert even.interval.lo == 0
    assert uneven.interval.lo > 3


def test_an_uneven_stance_may_be_more_uneven_than_it_reads():
    """A camera shows a part of 20 %: number and difference reach further up than down."""
    films = [
        _trick(_walked(seed, stance=of(left=0.62, right=0.62 + apart)), state)
        for seed, state, apart in ((14, "off", 0.16), (15, "on", 0.0))
    ]
    found = _run("gait.stance_asymmetry", *films)
    reads = next(e for e in found.estimates if e.value > 15)
    (less,) = (c for c in found.contrasts if c.factor == "trick")
    for one in (reads, less):
        lo, hi = sorted(abs(v) for v in (one.interval.lo, one.interval.hi))
        assert hi - abs(one.value) > abs(one.value) - lo > 0
    assert reads.interval.hi > reads.value / 0.75


def _steps_apart(stance, *, hides=""):
    """Return the differences of step times of a walk with given stances and an even one."""
    films = []
    for seed, state, (left, right) in ((14, "off", stance), (15, "on", (0.62, 0.62))):
        film = _walked(seed, cv_percent=0.5, stance=of(left=left, right=right))
        x = film.signal.read().copy()
        x[[c.site == hides for c in film.channels]] = np.nan
        films.append(_trick(replace(film, signal=ArraySignal(x)), state))
    return [c for c in _run("gait.step_time", *films).contrasts if c.factor == "trick"]


@pytest.mark.parametrize("stance", [(0.68, 0.58), (0.56, 0.66), (0.70, 0.55)])
def test_a_limp_that_goes_is_not_sold_as_a_change_of_steps(stance):
    """Steps stay as long while one foot no longer stands longer: what is read away is held."""
    found = _steps_apart(stance)
    assert len(found) == 2
    for one in found:
        assert abs(one.value) > 0.005
        assert one.interval.lo < 0 < one.interval.hi
        assert one.p > 0.05


def test_steps_of_equal_walks_are_held_no_wider_than_their_strides_vary():
    """What a limp adds grows with it, is nothing without one, and something where none shows."""
    even, little, much, unseen = (
        max((one.interval.hi - one.interval.lo) / 2 for one in found)
        for found in (
            _steps_apart((0.62, 0.62)),
            _steps_apart((0.64, 0.60)),
            _steps_apart((0.68, 0.58)),
            _steps_apart((0.62, 0.62), hides="push_off"),
        )
    )
    assert even < 0.004 < little < much < 0.02
    assert 0.01 < unseen < 0.02


@pytest.mark.parametrize(
    ("one", "other", "apart"), [(12, 15, 0.0), (12, -12, 9.0), (12, 0, 4.5), (9, 2.25, 2.25)]
)
def test_an_error_of_one_foot_cancels_only_between_feet_of_one_sign(one, other, apart):
    """4.5 % that the left foot always gains: both to the left, right and left, even, and near."""
    at = tasks.tilted(np.array([one, other], dtype=float), np.full(2, 4.5))
    assert abs(at[0] - at[1]) == pytest.approx(apart)


@pytest.mark.parametrize(("error_s", "vary_s"), [(0.03, 0.0), (0.0, 0.04)])
def test_strides_in_a_row_tell_landings_read_wrong_from_strides_that_vary(error_s, vary_s):
    """Landings off by 30 ms make 3.9 % of 1.1 s that is the camera's; varying strides do not."""
    rng = np.random.default_rng(15)
    lands = np.cumsum(1.1 + vary_s * rng.standard_normal(400)) + error_s * rng.standard_normal(400)
    time, nothing = np.diff(lands), np.zeros(399)
    found = st.Strides(
        start=lands[:-1],
        stop=lands[1:],
        touch=nothing,
        leave=nothing,
        error=nothing,
        side_view=nothing == 0,
    )
    row = [np.ones(399), time, time**2, nothing, *stride_cv._in_a_row(found, time)]
    _, seen = stride_cv._camera(np.stack(row, axis=1)[:, None])
    truly = 100 * np.sqrt(2) * error_s / 1.1
    assert seen[0] == pytest.approx(truly, rel=0.15) if error_s else seen[0] < 1.5


def test_a_landing_that_was_none_is_not_sold_as_gait():
    """One stride of half the length among even ones makes 10 % that is all the camera's."""
    time = np.append(np.full(20, 1.1) + 0.002 * np.arange(20), 0.55)
    lands, nothing = np.append(0.0, np.cumsum(time)), np.zeros(21)
    ends = {"start": lands[:-1], "stop": lands[1:], "touch": nothing, "leave": nothing}
    found = st.Strides(**ends, error=nothing, side_view=nothing == 0)
    row = [np.ones(21), time, time**2, nothing, *stride_cv._in_a_row(found, time)]
    own, seen = stride_cv._camera(np.stack(row, axis=1)[:, None])
    value = 100 * time.std(ddof=1) / time.mean()
    assert value > 10
    assert seen[0] > 0.98 * value
    assert "half or one and a half" in stride_cv._unresolved(value, own[0], seen[0], "")


def test_variability_that_the_front_cannot_show_shows_from_the_side():
    """One walk seen twice: 2 % from the front is no number, from the side it is one."""
    front, side = (_walked(16, view=view, cv_percent=2.0) for view in ("front", "side"))
    hidden, shown = (_run("gait.stride_cv", one) for one in (front, side))
    assert hidden.estimates == ()
    assert all("film from the side" in n.reason for n in hidden.not_measurable)
    assert {e.target.side for e in shown.estimates} == {"left", "right"}


def test_a_difference_of_arm_swings_holds_what_a_camera_takes_from_it():
    """Arms that swing 20 and 45 degrees and read 3 less of the difference have 25 inside."""
    off, on = (
        replace(
            _walked(seed, arm_deg=of(left=swing, right=swing)),
            id=state,
            condition=Condition.of(task="walking", medication=state),
        )
        for seed, state, swing in ((5, "off", 20.0), (6, "on", 42.0))
    )
    found = [c for c in _run("gait.arm_swing", off, on).contrasts if c.factor == "medication"]
    assert len(found) == 2
    for apart in found:
        lo, hi = sorted(abs(v) for v in (apart.interval.lo, apart.interval.hi))
        assert 10 < lo <= 25 <= hi


def test_arms_of_which_running_shows_little_may_swing_much_more():
    """Of 16 degrees more in running 4 are read: with a gain not known 16 are inside, 0 as well."""
    walking = _walked(5, arm_deg=of(left=26.0, right=26.0))
    running = _walked(6, task="running", arm_deg=of(left=30.0, right=30.0))
    found = [c for c in _run("gait.arm_swing", walking, running).contrasts if c.factor == "task"]
    assert len(found) == 2
    for apart in found:
        lo, hi = sorted(np.sign(apart.value) * v for v in (apart.interval.lo, apart.interval.hi))
        assert lo < 0 < 16 <= hi
        # Without the gain both limits were as far from what is read.
        assert hi - abs(apart.value) > abs(apart.value) - lo + 0.5


def test_variability_that_the_camera_makes_is_not_sold_as_gait():
    """Even strides at 25 pictures a second: no number, and the sentence names the camera."""
    outcome = _run("gait.stride_cv", _walked(7, seconds=40.0, rate_hz=25.0, cv_percent=0.2))
    assert outcome.estimates == ()
    assert all("film with more pictures a second" in n.reason for n in outcome.not_measurable)
    assert not any("from the side" in n.reason for n in outcome.not_measurable)  # it was


def test_neither_view_nor_pictures_are_asked_for_where_they_do_not_help():
    """Even strides from the side at 60 pictures a second: the sentence says that none shows."""
    outcome = _run("gait.stride_cv", _walked(7, seconds=40.0, rate_hz=60.0, cv_percent=0.2))
    assert outcome.estimates == ()
    assert all("strides so even do not show" in n.reason for n in outcome.not_measurable)


@pytest.mark.parametrize(
    ("posture", "begins"),
    [
        ([0, 1, -1, 0, 1, 0, 1, 20, 21, 19, 20], 7),
        ([0, 1, -1, 0, 1, 0, -15, -16, -15], 6),
        ([0, 1, -1, 0, 1, 20, 0, 20, 0, 20, 0], None),
        ([0, 1, -1, 0, 1, 5, 5, 5, 5, 5], None),
        ([20, 21, 19, 20, 21, 20, 20, 20, 20], None),
    ],
)
def test_onset_is_the_first_of_three_strides_beyond_the_start(posture, begins):
    """A lasting change counts; single strides, small changes and a posture from the start not."""
    assert left_start(np.array(posture, dtype=float)) == begins


def test_a_walk_without_onset_says_how_long_it_was_watched():
    """Nothing changes in 30 s: no time, no speed, and the sentence has the seconds."""
    for name in ("gait.time_to_onset", "gait.speed_to_onset"):
        outcome = _run(name, _walked(8))
        assert outcome.estimates == ()
        assert any(
            "did not leave that of the first strides in 2" in n.reason
            for n in outcome.not_measurable
        )


def test_each_arm_is_measured_on_the_way_on_which_it_is_near():
    """Walking to the right and to the left the stiff arm is the left one; one way shows but one."""
    ways = [
        _filmed(
            camera=Camera(distance_m=8, noise_px=1.0, mirrored=mirrored),
            arm_deg=of(left=15.0, right=40.0),
        )[1]
        for mirrored in (False, True)
    ]
    for way, (near, swing) in zip(ways, (("right", 40.0), ("left", 15.0)), strict=True):
        assert _run("gait.arm_swing_asymmetry", way).estimates == ()
        (e,) = _run("gait.arm_swing", way).estimates
        assert e.target.side == near
        assert e.value == pytest.approx(swing, abs=3)
    _, both = _filmed(
        camera=Camera(distance_m=8, noise_px=1.0),
        turns_every_s=10.0,
        seconds=40.0,
        arm_deg=of(left=15.0, right=40.0),
    )
    (e,) = _run("gait.arm_swing_asymmetry", both).estimates
    assert dict(e.details)["left_minus_right_percent"] == pytest.approx(-91, abs=12)


@pytest.mark.parametrize(("site", "way"), [(0, "forwards"), (1, "to the person's right")])
def test_it_is_said_to_which_side_a_trunk_leans(site, way):
    """The sign of a lean is said in words, standing and walking alike, and turns with it."""
    for deg in (8.0, -8.0):
        lean = tuple(deg if i == site else 0.0 for i in range(2))
        seen = _walked(2, lean_deg=lean, view="front" if site else "side")
        for name in ("trunk.lean", "gait.trunk_lean"):
            (e,) = (
                e
                for e in _run(name, seen).estimates
                if e.part in ("", "mean")
                and e.target.channels[0].endswith(("sagittal", "lateral")[site])
            )
            assert np.sign(e.value) == np.sign(deg)
            assert any(f"+ is {way}" in n for n in e.notes)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_stride_to_a_landing_that_was_none_makes_no_foot_stand_shorter(seed):
    """A false landing 1.9 s after the last one of equal feet, as of who turns, is not counted."""
    even = _walked(seed, stride_s=1.1, seconds=15.0)
    x, rate = even.signal.read().copy(), even.rate_hz
    foot, push = (
        next(i for i, c in enumerate(even.channels) if (c.site, c.side) == (site, "left"))
        for site in ("foot", "push_off")
    )
    last = round(10 * rate) + int(np.argmax(x[foot, round(10 * rate) : round(11.1 * rate)]))
    since = (np.arange(x.shape[1]) - last) / rate
    low, high = x[foot].min(), x[foot].max()
    bump = low + (high - low) * np.exp(-(((since - 1.9) / 0.15) ** 2))
    x[foot] = np.where(since > 0.8, bump, x[foot])
    x[push] = np.where(since > 0.9, x[push].max(), x[push])
    (e,) = _run("gait.stance_asymmetry", replace(even, signal=ArraySignal(x))).estimates
    assert e.value < 2
    told = dict(e.details)
    assert (told["left_s"] > told["right_s"]) == (told["left_minus_right_percent"] > 0)
