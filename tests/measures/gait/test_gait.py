"""What the measures of gait say beyond the contract."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.gait import gait as derived
from eutonia.derive.video import as_recordings
from eutonia.measures import entry
from eutonia.measures.gait.onset import left_start
from eutonia.model import ArraySignal, Clock, Condition, Recording
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.gait import Gait, of, walk
from eutonia.simulate.gait_filmed import Camera, filmed
from eutonia.simulate.gait_traces import traces
from eutonia.simulate.visit import visit


def _run(name, *recordings):
    made = visit(*recordings)
    return run_measure(entry(name), made, visit_spans(made), seed=1)


def _walked(seed=0, *, task="walking", view="side", **spec):
    rng = np.random.default_rng(seed)
    made = traces(rng, walk(rng, Gait(**{"seconds": 30.0, **spec})), view=view)
    return replace(made, id=task, condition=Condition.of(task=task))


def _filmed(seed=0, camera=None, task="walking", **spec):
    """Film a walk, derive its channels and make them a recording, as for any video."""
    rng = np.random.default_rng(seed)
    walked = walk(rng, Gait(**{"seconds": 20.0, **spec}))
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
        swing = _value(_run("gait.arm_swing", seen), side)
        assert swing == pytest.approx(walked.gait.arm_deg[side], abs=3)
    assert _value(_run("trunk.lean", seen)) == pytest.approx(12, abs=1)
    (stance,) = _run("gait.stance_asymmetry", seen).estimates
    assert dict(stance.details)["left_minus_right_percent"] < -8
    assert stance.value == pytest.approx(200 * 0.08 / 1.24, abs=3)


@pytest.mark.parametrize("view", ["front", "back"])
def test_strides_are_counted_from_front_and_back(view):
    """Seen from front or back strides run from lift to lift, and stance is not measurable."""
    _, seen = _filmed(camera=Camera(view=view, distance_m=10, noise_px=1.0), stride_s=1.2)
    assert _value(_run("gait.stride_time", seen), "left") == pytest.approx(1.2, abs=0.03)
    stance = _run("gait.stance_asymmetry", seen)
    assert stance.estimates == ()
    assert all("Whole strides seen: 0" in n.reason for n in stance.not_measurable)


def test_forwards_is_held_against_backwards():
    """Toes that go down in swing forwards only: backwards less forwards has that angle."""
    down = of(left=20.0, right=0.0)
    forwards = _walked(1, pitch_deg=down)
    backwards = _walked(2, backwards=True, task="walking_backwards")
    found = {
        (c.target.side, c.measure): c
        for c in _run("gait.foot_pitch", forwards, backwards).contrasts
        if (c.factor, c.a, c.b) == ("task", "walking_backwards", "walking")
    }
    # What walking backwards itself does to a foot is the same for both.
    for part, apart in (("swing", -20), ("stance", 0)):
        of_side = {side: found[side, f"gait.foot_pitch.{part}"] for side in ("left", "right")}
        assert all(c.interval is not None for c in of_side.values())
        assert of_side["left"].value - of_side["right"].value == pytest.approx(apart, abs=2)


def test_running_is_held_against_walking():
    """Strides of 0.72 and 1.1 s: the difference has an interval, and -0.38 lies in it."""
    walking = _walked(3, stride_s=1.1)
    running = _walked(4, stride_s=0.72, stance=of(left=0.4, right=0.4), task="running")
    found = _run("gait.stride_time", walking, running).contrasts
    (left,) = (c for c in found if c.factor == "task" and c.target.side == "left")
    assert (left.a, left.b) == ("running", "walking")
    assert left.interval.lo <= -0.38 <= left.interval.hi
    assert left.interval.hi - left.interval.lo < 0.1


def test_stance_is_measured_in_running_too():
    """A foot that stands 0.34 of a running stride beside 0.44: shorter on the left, as drawn."""
    spec = {"stride_s": 0.75, "stance": of(left=0.38, right=0.46), "speed_mps": 2.5}
    (e,) = _run("gait.stance_asymmetry", _walked(5, task="running", **spec)).estimates
    assert dict(e.details)["left_minus_right_percent"] < -5


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


def test_variability_that_the_camera_makes_is_not_sold_as_gait():
    """Even strides at 25 pictures a second: no number, and the sentence names the camera."""
    outcome = _run("gait.stride_cv", _walked(7, seconds=40.0, rate_hz=25.0, cv_percent=0.2))
    assert outcome.estimates == ()
    assert all("more pictures a second" in n.reason for n in outcome.not_measurable)


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


def test_sides_are_the_persons_own_in_either_direction():
    """Walking to the left or the right of the picture, the stiff arm is the left one."""
    for mirrored in (False, True):
        camera = Camera(distance_m=8, noise_px=1.0, mirrored=mirrored)
        _, seen = _filmed(camera=camera, arm_deg=of(left=15.0, right=40.0))
        (e,) = _run("gait.arm_swing_asymmetry", seen).estimates
        assert dict(e.details)["left_minus_right_percent"] == pytest.approx(-91, abs=12)
