"""What the measures of the head's posture say beyond the contract."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.head_lids import NOD_DEG
from eutonia.derive.head_lids import SITE as LIDS
from eutonia.dsp.rotation import turned
from eutonia.measures import entry
from eutonia.model import BadSpan, Channel, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.head import AXES, head_channel
from eutonia.simulate.visit import recording, visit

RATE_HZ = 30.0
T = np.arange(round(20 * RATE_HZ)) / RATE_HZ
AXIS_MEASURES = [f"head.{a}_mean" for a in AXES]


def _film(x, *, flags=(), bad=(), channels=None, **condition):
    """Return a recording of yaw, pitch and roll in a condition, the head let go if not said."""
    channels = channels or tuple(replace(head_channel(a), flags=flags) for a in AXES)
    condition = Condition.of(**{"task": "let_go", **condition})
    made = recording(np.asarray(x, dtype=float), channels, rate_hz=RATE_HZ, condition=condition)
    return replace(made, bad=bad)


def _run(name, *films):
    held = visit(*films)
    return run_measure(entry(name), held, visit_spans(held), seed=1)


def _steady(yaw=0.0, pitch=0.0, roll=0.0):
    """Return a head that stays, but for noise of the landmarks."""
    noise = np.random.default_rng(0).normal(0, 0.2, (3, len(T)))
    return np.array([[yaw], [pitch], [roll]]) + noise


def _why(outcome):
    return " ".join(n.reason for n in outcome.not_measurable)


def test_the_three_angles_are_taken_from_their_own_axis():
    """A head at 20, -12 and 7 degrees gives these, each with its sign."""
    film = _film(_steady(20, -12, 7))
    for name, expected in zip(AXIS_MEASURES, (20, -12, 7), strict=True):
        (found,) = _run(name, film).estimates
        assert found.value == pytest.approx(expected, abs=0.1)


def test_a_jerk_does_not_move_the_angle_of_a_condition():
    """A pull of 40 degrees for a tenth of the time leaves the median where the head stays."""
    x = _steady(10)
    x[0, 100:160] += 40
    (found,) = _run("head.yaw_mean", _film(x)).estimates
    assert found.value == pytest.approx(10, abs=0.3)


def test_the_zero_widens_the_interval_and_the_anatomical_one_more():
    """The interval of a straight head is the error of the zero: 1.96 x 2.2 and 1.96 x 4 degrees."""
    for flags, sd in (((), 2.2), (("zero_anatomical",), 4.0)):
        (found,) = _run("head.yaw_mean", _film(_steady(), flags=flags)).estimates
        assert (found.interval.hi - found.interval.lo) / 2 == pytest.approx(1.96 * sd, rel=0.03)


def test_the_error_of_the_zero_cancels_in_the_variability():
    """The movement about the mean does not depend on where straight is."""
    x = _steady(10, 0, 0)
    x[0] += 5 * np.sin(2 * np.pi * 0.7 * T)
    values = [_run("head.variability", _film(x + z)).estimates[0].value for z in (0.0, 3.0)]
    assert values[0] == pytest.approx(values[1], rel=0.01)
    # A sine of amplitude 5 has a root mean square of 3.54; noise of 0.2 on each axis is lost in it.
    assert values[0] == pytest.approx(5 / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize(("yaw", "least"), [(44.0, None), (52.0, 52 - 1.96 * np.hypot(2.2, 5.2))])
@pytest.mark.parametrize("side", [-1, 1])
def test_beyond_the_validated_range_an_angle_is_at_least(yaw, least, side):
    """Of 52 degrees to either side the near end of the interval is the least; 44 stands."""
    (found,) = _run("head.yaw_mean", _film(_steady(side * yaw))).estimates
    assert found.least == (None if least is None else pytest.approx(least, abs=0.3))


@pytest.mark.parametrize(("down", "further"), [(14.0, 0.0), (20.0, 12.5), (28.0, 25.0)])
def test_a_head_far_down_may_be_further_down_and_no_less(down, further):
    """From 15 to 25 degrees down the interval reaches further; beyond, only the least is known."""
    x = _film(_steady(0.0, -down))
    (pitch,) = _run("head.pitch_mean", x).estimates
    half = 1.96 * np.hypot(2.4, 0.12 * down)
    assert pitch.interval.lo == pytest.approx(-down - half - further, abs=0.5)
    assert pitch.interval.hi == pytest.approx(-down + half, abs=0.5)
    (away,) = _run("head.dev_total", x).estimates
    assert away.interval.hi == pytest.approx(down + half + further, abs=1.0)
    null = {e.part: e for e in _run("head.null", x).estimates}
    assert null["pitch"].interval.lo == pytest.approx(pitch.interval.lo, abs=0.5)
    known = down - half if down > 25 else None
    for one in (pitch, away, null["pitch"]):
        assert one.least == (None if known is None else pytest.approx(known, abs=0.8))
    assert null["yaw"].least is None


@pytest.mark.parametrize(("name", "way"), [("head.pitch_mean", 1), ("head.dev_total", -1)])
def test_a_trick_on_a_bent_head_may_do_more_than_is_read_and_no_less(name, way):
    """From 30 to 15 degrees down: the difference reaches 25 further on the side of the trick."""

    def reach(down):
        off = _film(_steady(0.0, -down), trick="off")
        on = _film(_steady(0.0, 15.0 - down), trick="on")
        outcome = _run(name, off, on)
        (c,) = (c for c in outcome.contrasts if c.factor == "trick")
        ends = [c.value - c.interval.lo, c.interval.hi - c.value]
        return ends[::way], c

    (less, more), c = reach(30.0)
    (usual, _), _ = reach(14.0)
    assert way * c.value == pytest.approx(15.0, abs=0.5)
    assert less == pytest.approx(usual, abs=0.8)
    assert more > 25.0 > less


def test_a_range_of_motion_beyond_the_validated_one_is_at_least():
    """Of a turn that reaches 60 degrees on the camera's scale the near end is the least."""
    x = _steady()
    x[0] += 60 * np.sin(2 * np.pi * T / 10)
    found = _run("head.rom_yaw_right", _film(x, task="range")).estimates[0]
    assert found.least == pytest.approx(
        found.value - 1.96 * np.hypot(2.2, 0.1 * found.value), abs=0.1
    )
    assert found.value == pytest.approx(60, abs=1)


@pytest.mark.parametrize(
    ("way", "axis", "sign"),
    [
        ("yaw_right", 0, 1),
        ("yaw_left", 0, -1),
        ("pitch_up", 1, 1),
        ("pitch_down", 1, -1),
        ("roll_right", 2, 1),
        ("roll_left", 2, -1),
    ],
)
def test_each_direction_is_its_own_measure(way, axis, sign):
    """A head that goes 30 degrees one way and 10 the other gives 30 for that way only."""
    x = _steady()
    move = np.sin(2 * np.pi * T / 10)
    x[axis] += sign * np.where(move > 0, 30, 10) * move
    (found,) = _run(f"head.rom_{way}", _film(x, task="range")).estimates
    assert found.value == pytest.approx(30, abs=0.6)


@pytest.mark.parametrize(("down", "cut"), [(13.0, False), (18.0, True), (32.0, True)])
def test_a_range_that_ends_far_down_is_at_least(down, cut):
    """Landmarks read 17 degrees of a look down by 24: from 15 on the near end is the least."""
    for way, sign, known in (("pitch_down", -1, cut), ("pitch_up", 1, False)):
        x = _steady()
        x[1] += sign * down * np.maximum(np.sin(2 * np.pi * T / 10), 0.0)
        (found,) = _run(f"head.rom_{way}", _film(x, task="range")).estimates
        least = found.value - 1.96 * np.hypot(2.4, 0.12 * found.value)
        assert found.least == (pytest.approx(least, abs=0.1) if known else None)


def test_one_jump_of_the_landmarks_is_no_range():
    """Three pictures at 80 degrees, a tenth of a second, do not count as reached."""
    x = _steady()
    x[0] += 25 * np.sin(2 * np.pi * T / 10)
    x[0, 200:203] = 80
    (found,) = _run("head.rom_yaw_right", _film(x, task="range")).estimates
    assert found.value == pytest.approx(25, abs=0.6)


def test_a_direction_that_was_never_tried_is_not_zero():
    """A head that turned to the right only has no range to the left, in words."""
    x = _steady()
    x[0] += 20 * (1 - np.cos(2 * np.pi * T / 10))
    outcome = _run("head.rom_yaw_left", _film(x, task="range"))
    assert outcome.estimates == ()
    assert "never went 5 degrees that way (turn to the left)" in _why(outcome)


def test_the_asymmetry_of_the_range_is_by_hand():
    """40 to the right and 20 to the left are (40 - 20) / 60; tilts of 4 degrees say nothing."""
    x = _steady()
    move = np.sin(2 * np.pi * T / 10)
    x[0] += np.where(move > 0, 40, 20) * move
    x[2] += 4 * move
    outcome = _run("head.rom_asym", _film(x, task="range"))
    (found,) = outcome.estimates
    assert found.part == "yaw"
    assert found.value == pytest.approx(1 / 3, abs=0.02)
    assert "less than 20 degrees to both sides together" in _why(outcome)


@pytest.mark.parametrize("name", [*AXIS_MEASURES, "head.dev_total", "head.shift_lat"])
@pytest.mark.parametrize("task", ["zero", "range"])
def test_a_guided_head_is_no_posture(name, task):
    """Where the examiner holds the head, or it goes to its limits, no posture is measured."""
    assert _run(name, _film(_steady(5), task=task)).estimates == ()


def test_the_null_is_where_the_head_stays_most():
    """Two thirds of the time at 18 degrees and one third at -10 give 18, not the mean."""
    x = _steady(18)
    x[0, ::3] -= 28
    found = {e.part: e.value for e in _run("head.null", _film(x)).estimates}
    assert found["yaw"] == pytest.approx(18, abs=0.3)
    assert found["pitch"] == pytest.approx(0, abs=0.3)


def test_the_deviation_is_one_turn_about_the_best_axis():
    """Yaw of 30 on a tilt of 20 is one turn by the angle of their product, not by a sum."""
    (found,) = _run("head.dev_total", _film(_steady(30, 0, 20))).estimates
    trace = np.trace(turned(30.0) @ turned(0.0, 0.0, 20.0))
    assert found.value == pytest.approx(np.degrees(np.arccos((trace - 1) / 2)), abs=0.1)


def test_the_time_in_the_middle_is_to_the_last_lapse():
    """12 s within 10 degrees, with a lapse of 0.2 s in it, are 12 s; one of a second ends it."""
    x = _steady()
    x[0, 360:] = 25
    x[0, 150:156] = 25
    (found,) = _run("head.time_neutral", _film(x, task="hold", trick="off")).estimates
    assert found.value == pytest.approx(12, abs=0.1)
    x[0, 150:180] = 25
    (found,) = _run("head.time_neutral", _film(x, task="hold", trick="off")).estimates
    assert found.value == pytest.approx(6, abs=0.1)


def test_the_time_in_the_middle_is_taken_without_the_trick():
    """A try with the trick is refused in words."""
    outcome = _run("head.time_neutral", _film(_steady(), task="hold", trick="on"))
    assert "taken without a trick" in _why(outcome)


def test_a_head_that_was_lost_is_not_straight():
    """Ten seconds without a face are no time in the middle."""
    bad = (BadSpan(start_s=6.0, stop_s=16.0, reason="face lost"),)
    film = _film(_steady(), task="hold", trick="off", bad=bad)
    (found,) = _run("head.time_neutral", film).estimates
    assert found.value <= 6.1


def test_the_trick_is_held_against_the_same_task_without_it():
    """30 degrees that become 12 are 60 % less; the same with the trick in another task is not."""
    off = _film(_steady(30), trick="off")
    on = _film(_steady(12), trick="on")
    (found,) = _run("head.trick_effect", off, on).estimates
    assert found.value == pytest.approx(60, abs=1)
    assert found.condition == off.condition
    other = _run("head.trick_effect", off, _film(_steady(12), trick="on", task="writing"))
    assert other.estimates == ()


def test_a_trick_on_a_straight_head_is_not_resolved():
    """Where the deviation is within the error of the zero, its share says nothing, in words."""
    films = _film(_steady(4), trick="off"), _film(_steady(1), trick="on")
    assert "below what can be resolved" in _why(_run("head.trick_effect", *films))


def test_the_hand_before_the_face_is_counted_with_the_trick():
    """A quarter of the time behind a hand is said beside the effect."""
    channels = (
        *(head_channel(a) for a in AXES),
        Channel(name="face_hidden", kind="head", unit="1", site="face_hidden", side="midline"),
    )
    hidden = np.zeros((1, len(T)))
    off = _film(np.concatenate([_steady(30), hidden]), channels=channels, trick="off")
    touched = hidden.copy()
    touched[0, : len(T) // 4] = 1
    on = _film(np.concatenate([_steady(12), touched]), channels=channels, trick="on")
    (found,) = _run("head.trick_effect", off, on).estimates
    assert dict(found.details)["face hidden"] == pytest.approx(0.25, abs=0.01)


def test_what_weakens_a_channel_is_on_its_number():
    """Flags of the derivation, such as a turned trunk, reach the estimate."""
    film = _film(_steady(10), flags=("trunk_turned", "zero_anatomical"))
    (found,) = _run("head.yaw_mean", film).estimates
    assert set(found.quality) == {"trunk_turned", "zero_anatomical"}


@pytest.mark.parametrize("name", [*AXIS_MEASURES, "head.null", "head.dev_total"])
def test_few_seconds_are_not_enough(name):
    """Four seconds of a head are refused with both numbers of seconds."""
    outcome = _run(name, _film(_steady()[:, :120]))
    assert outcome.estimates == ()
    assert "4.0 s" in _why(outcome)
    assert "8 s" in _why(outcome)


def test_a_frontal_camera_says_what_it_cannot_tell():
    """Every angle's caution says that collis and caput are not separable."""
    for name in (*AXIS_MEASURES, "head.null", "head.dev_total", "head.trick_effect"):
        assert "collis and caput are not separable" in entry(name).declared.caution


def test_shifts_and_shoulders_keep_side_and_sign():
    """Shoulders at 1 and 9 % are each their own number; a shift to the right is above 0."""
    sites = (("shift_lateral", "midline"), ("shoulder", "left"), ("shoulder", "right"))
    channels = tuple(head_channel(s, side=d, unit="%") for s, d in sites)
    x = np.array([[6.0], [1.0], [9.0]]) + np.random.default_rng(0).normal(0, 0.2, (3, len(T)))
    film = _film(x, channels=channels)
    (shift,) = _run("head.shift_lat", film).estimates
    assert shift.value == pytest.approx(6, abs=0.1)
    raised = {e.target.label: e.value for e in _run("head.shoulder", film).estimates}
    assert raised == {
        "left shoulder": pytest.approx(1, abs=0.1),
        "right shoulder": pytest.approx(9, abs=0.1),
    }


def test_the_shift_forwards_needs_a_profile():
    """From the front there is nothing to measure it from."""
    assert _run("head.shift_sag", _film(_steady())).estimates == ()


@pytest.mark.parametrize(("name", "axis"), [("head.pitch_mean", "pitch"), ("head.yaw_mean", "yaw")])
@pytest.mark.parametrize("apart", [2.0, 20.0])
def test_a_contrast_holds_an_error_that_grows_with_the_way_between_two_postures(name, axis, apart):
    """A turn spills into pitch too: both angles' differences are as unsure as the way is long."""
    from eutonia.measures.posture import APART_SHARE

    films = _film(_steady(10), task="hold"), _film(_steady(10 + apart), task="rest")
    (contrast,) = _run(name, *films).contrasts
    half = (contrast.interval.hi - contrast.interval.lo) / 2
    assert half >= 1.959 * APART_SHARE[axis] * apart
    # Another expression of the face turns a still head by 0.5 and nods it by 1 degree.
    of_face = {"yaw": 0.5, "pitch": 1.0}[axis]
    assert half == pytest.approx(1.96 * np.hypot(APART_SHARE[axis] * apart, of_face), abs=0.25)


def test_two_far_postures_that_are_alike_differ_by_little():
    """What is wrong at 40 degrees is as wrong at 41: the contrast is sharper than either value."""
    films = _film(_steady(40), task="hold"), _film(_steady(41), task="rest")
    outcome = _run("head.yaw_mean", *films)
    (contrast,) = outcome.contrasts
    # 1.96 either way is what the face may make of a still head.
    assert contrast.interval.hi - contrast.interval.lo < 2.2
    for estimate in outcome.estimates:
        assert estimate.interval.hi - estimate.interval.lo > 10


def test_no_interval_reaches_beyond_where_the_head_was():
    """Straight for one half of the time and turned for the other: the median is one of these."""
    x = _steady()
    x[0, 310:] += 25
    for name in ("head.yaw_mean", "head.null"):
        found = next(e for e in _run(name, _film(x)).estimates if e.part in ("", "yaw"))
        assert found.interval is not None
        assert found.interval.lo >= -1.96 * 3.2 - 1.5
        assert found.interval.hi <= 25 + 1.96 * 3.2 + 1.5


@pytest.mark.parametrize(("site", "apart"), [("shift_lateral", 2.1), ("shoulder", 1.9)])
def test_contrasts_of_shifts_hold_what_changes_from_posture_to_posture(site, apart):
    """Two still postures 4 % apart differ by that, give or take both their errors."""
    name = {"shift_lateral": "head.shift_lat", "shoulder": "head.shoulder"}[site]
    channel = (head_channel(site, side="left" if site == "shoulder" else "midline", unit="%"),)
    films = [
        _film(np.random.default_rng(k).normal(4.0 * k, 0.1, (1, len(T))), channels=channel, task=t)
        for k, t in enumerate(("rest", "hold"))
    ]
    (contrast,) = [c for c in _run(name, *films).contrasts if c.factor == "task"]
    assert contrast.value == pytest.approx(4, abs=0.1)
    half = (contrast.interval.hi - contrast.interval.lo) / 2
    assert half == pytest.approx(1.96 * np.hypot(apart, apart), rel=0.05)


def _with_trunk(x, share, **condition):
    """Return a film in which the shoulders look turned for a share of the time."""
    told = (np.arange(x.shape[1]) < share * x.shape[1]).astype(float)
    trunk = Channel(name="trunk_turned", kind="head", unit="1", site="trunk_turned")
    channels = (*(head_channel(a) for a in AXES), trunk)
    return _film(np.concatenate([x, told[None]]), channels=channels, **condition)


@pytest.mark.parametrize(("share", "wide"), [(0.0, 5.1), (0.2, 5.1), (0.9, 29.8)])
def test_a_trunk_that_looks_turned_widens_the_turn_of_the_head_and_is_said(share, wide):
    """1.96 x 2.2 of the zero and 1.4 of 14; with the trunk's 15 added where it is most of it."""
    (found,) = _run("head.yaw_mean", _with_trunk(_steady(14), share)).estimates
    assert (found.interval.hi - found.interval.lo) / 2 == pytest.approx(wide, abs=0.6)
    assert any("shoulders look turned" in n for n in found.notes) == (wide > 20)


def test_a_trunk_that_looks_turned_leaves_tilt_and_nod_as_they_were():
    """Only the turn against the trunk is unsure."""
    (found,) = _run("head.roll_mean", _with_trunk(_steady(roll=-15), 1.0)).estimates
    assert (found.interval.hi - found.interval.lo) / 2 == pytest.approx(
        1.96 * np.hypot(2.1, 0.08 * 15), abs=0.3
    )
    assert not found.notes


@pytest.mark.parametrize("name", ["head.dev_total", "head.null", "head.trick_effect"])
def test_what_holds_the_turn_of_the_head_holds_that_of_the_trunk(name):
    """A head at 35 degrees that reads 14, for the trunk turned by 21, is inside each interval."""
    films = [
        [_with_trunk(_steady(14), turned_share), _with_trunk(_steady(10), 0.0, trick="on")]
        for turned_share in (0.0, 1.0)
    ]
    still, told = (_run(name, *both).estimates[0].interval for both in films)
    true = 100 * (35 - 10) / 35 if name == "head.trick_effect" else 35
    assert not still.lo <= true <= still.hi
    assert told.lo <= true <= told.hi


def test_a_contrast_holds_a_trunk_that_looks_turned_in_one_condition():
    """A trick that truly takes 25 degrees and seems to take 4 is not said to take 4."""
    off, on = _with_trunk(_steady(14), 1.0), _with_trunk(_steady(10), 0.0, trick="on")
    (found,) = _run("head.yaw_mean", off, on).contrasts
    assert found.interval.lo <= -25 <= found.interval.hi


@pytest.mark.parametrize(
    ("task", "more"),
    [("speaking", {}), ("vowel", {}), ("rest", {"trick": "on"}), ("rest", {"eyes": "closed"})],
)
def test_a_jaw_lids_or_a_hand_at_work_do_not_turn_the_head(task, more):
    """A still head that seems to nod by a degree while its face works is not said to nod."""
    plain = {"trick": "off", "eyes": "open"}
    # A raised hand turns some heads by 5 degrees, so that 6 are told.
    told = 6.0 if "trick" in more else 5.0
    for apart, there in ((1.0, False), (told, True)):
        films = (
            _film(_steady(20), task="rest", **plain),
            _film(_steady(20, pitch=apart), **{"task": task} | plain | more),
        )
        (found,) = _run("head.pitch_mean", *films).contrasts
        assert found.value == pytest.approx(apart, abs=0.3)
        assert (found.p < 0.05) is there
    still = _film(_steady(20), task="rest"), _film(_steady(20, pitch=2.5), task="hold")
    (found,) = _run("head.pitch_mean", *still).contrasts
    assert found.p < 0.05


@pytest.mark.parametrize(
    ("name", "turned_by"),
    [
        ("head.yaw_mean", (0.7, 0.0, 0.0)),
        ("head.pitch_mean", (0.0, 1.6, 0.0)),
        ("head.roll_mean", (0.0, 0.0, 0.9)),
        ("head.null", (0.0, 0.0, 0.9)),
        ("head.dev_total", (0.9, 0.0, 0.0)),
    ],
)
def test_a_jaw_aside_or_a_squint_does_not_turn_a_still_head(name, turned_by):
    """What expressions made of still rendered heads is held in any task; thrice that is not."""
    for times, there in ((1, False), (3, True)):
        straight = np.array([20.0, 0.0, 0.0])
        other = straight + times * np.array(turned_by)
        films = _film(_steady(*straight), task="rest"), _film(_steady(*other), task="let_go")
        found = _run(name, *films).contrasts
        assert any(c.p < 0.05 for c in found) is there


@pytest.mark.parametrize(
    ("flags", "eyes", "nod", "there"),
    [
        ((), "closed", 3.0, False),
        ((), "closed", 6.0, True),
        ((), "open", 3.0, True),
        (("face_small",), "closed", 4.9, False),
        (("face_small",), "closed", 9.0, True),
        (("face_small",), "open", 4.9, True),
    ],
)
def test_shut_lids_do_not_nod_a_still_head(flags, eyes, nod, there):
    """What shut lids made of still heads, more in small faces, is no nod; twice as much is."""
    still = _film(_steady(), flags=flags, task="let_go")
    condition = {"task": "hold"} if eyes == "open" else {"task": "let_go", "eyes": eyes}
    other = _film(_steady(0.0, -nod), flags=flags, **condition)
    (found,) = _run("head.pitch_mean", still, other).contrasts
    assert found.value == pytest.approx(-nod, abs=0.2)
    assert (found.p < 0.05) is there


@pytest.mark.parametrize(("share", "there"), [(0.9, False), (0.3, True)])
def test_lids_that_are_seen_to_be_shut_count_without_being_said(share, there):
    """Shut for nine tenths of a condition they may nod a head by 2.8 degrees, for three not."""
    of_lids = Channel(name=LIDS, kind="head", unit="deg", site=LIDS, side="midline")
    channels = (*(head_channel(a) for a in AXES), of_lids)
    nods = {"rest": np.zeros(len(T)), "let_go": -NOD_DEG * (share * T[-1] > T)}
    films = [
        _film(np.vstack([_steady(0.0, -2.8 * (k == "let_go")), nod]), channels=channels, task=k)
        for k, nod in nods.items()
    ]
    (found,) = _run("head.pitch_mean", *films).contrasts
    assert (found.p < 0.05) is there


@pytest.mark.parametrize(
    ("name", "still"), [("head.variability", 1.8), ("head.slow_movement", 1.0)]
)
def test_of_a_very_noisy_film_all_may_be_noise(name, still):
    """As much as landmarks of still heads wandered for their jitter of 5 degrees is no movement."""
    from scipy.signal import butter, sosfiltfilt

    rng = np.random.default_rng(3)
    jitter = 5 / np.sqrt(3) * np.sqrt(RATE_HZ / 2 / 7.0)  # of each axis, 5 in 7 Hz of all
    x = rng.normal(0, jitter, (3, len(T)))
    slow = sosfiltfilt(
        butter(4, (0.7, 2.0), "band", fs=RATE_HZ, output="sos"), rng.normal(0, 1, x.shape)
    )
    slow /= slow.std(axis=1, keepdims=True)
    for times, there in ((1.0, False), (4.0, True)):
        wanted = times * still * 5 / np.sqrt(3)
        power = jitter**2 if name == "head.variability" else jitter**2 * 2 / (RATE_HZ / 2)
        more = np.sqrt(max(wanted**2 - power, 0.0))
        (found,) = _run(name, _film(x + more * slow)).estimates
        assert found.value == pytest.approx(np.sqrt(3) * np.sqrt(power + more**2), rel=0.1)
        assert (found.interval.lo > 1.0) is there


def _shaken(rms, seed=0):
    """Return a head that moves irregularly by a root mean square angle, half of it on the pitch."""
    from scipy.signal import butter, sosfiltfilt

    # Below 4 Hz: what also moves from picture to picture is noise of the landmarks.
    x = np.random.default_rng(seed).normal(0, 1, (3, len(T)))
    x = sosfiltfilt(butter(4, (0.5, 4.0), "band", fs=RATE_HZ, output="sos"), x)
    x *= [[0.5], [1.0], [np.sqrt(0.75)]] / x.std(axis=1, keepdims=True)
    return rms / np.sqrt(2) * x


@pytest.mark.parametrize(
    ("task", "rms", "differs"),
    [("counting", 0.7, 0), ("counting", 1.3, 0), ("hold", 1.3, 1), ("counting", 3, 1)],
)
def test_a_face_at_work_does_not_move_the_head(task, rms, differs):
    """1.3 degrees for 0.45 at rest may be the jaw's where the face works, and nowhere else."""
    films = _film(_shaken(0.45), task="rest"), _film(_shaken(rms, seed=1), task=task)
    outcome = _run("head.variability", *films)
    (found,) = outcome.contrasts
    assert found.value == pytest.approx(rms / 0.45, rel=0.1)
    assert (found.p < 0.05) == bool(differs)
    at_work = next(e for e in outcome.estimates if task in e.condition.label)
    assert any("face works" in n for n in at_work.notes) is (task == "counting")


@pytest.mark.parametrize("name", ["head.variability", "head.slow_movement"])
@pytest.mark.parametrize(("nod", "still"), [(6.0, True), (40.0, False)])
def test_eyes_that_are_squeezed_shut_do_not_move_the_head(name, nod, still):
    """A still head that nods with each spasm may not move at all; 40 degrees are its own."""
    shut = (T % 2.5) > 1.3
    x = _shaken(0.05)
    x[1] -= nod * shut
    of_lids = Channel(name=LIDS, kind="head", unit="deg", site=LIDS, side="midline")
    channels = (*(head_channel(a) for a in AXES), of_lids)
    (seen,) = _run(name, _film(np.vstack([x, -NOD_DEG * shut]), channels=channels)).estimates
    (alone,) = _run(name, _film(x)).estimates
    assert seen.value == alone.value
    assert (seen.interval.lo < 0.1 * nod / 6) is still
    assert alone.interval.lo > 0.1 * nod / 6
    assert any("squeezed shut" in n for n in seen.notes)
    assert not any("squeezed shut" in n for n in alone.notes)


def test_how_long_eyes_are_said_to_be_shut_is_not_blurred_by_the_curve():
    """A tenth of the time, though the curve through the pictures swings all along the film."""
    shut = (T % 10.0) < 1.0
    swings = 0.3 * np.sin(2 * np.pi * 5.0 * T)
    of_lids = Channel(name=LIDS, kind="head", unit="deg", site=LIDS, side="midline")
    channels = (*(head_channel(a) for a in AXES), of_lids)
    x = np.vstack([_shaken(0.05), -NOD_DEG * shut + swings])
    (seen,) = _run("head.variability", _film(x, channels=channels)).estimates
    (said,) = (n for n in seen.notes if "squeezed shut" in n)
    assert "in 10% of the time" in said
    assert f"by up to {NOD_DEG:g} degrees" in said


def test_the_hand_of_a_trick_takes_no_deviation_away():
    """Two degrees of 27 may be the hand's, six may not: the share's interval says so."""
    off = _film(_steady(25, 0, 10), trick="off")
    for turned_by, there in ((2.0, False), (6.0, True)):
        on = _film(_steady(25 - turned_by, 0, 10), trick="on")
        (found,) = _run("head.trick_effect", off, on).estimates
        assert (found.interval.lo > 0) is there


@pytest.mark.parametrize(
    ("axis", "hand", "face"), [("yaw", 1.6, 0.5), ("pitch", 2.5, 1.0), ("roll", 0.9, 0.5)]
)
def test_the_null_and_the_angle_of_an_axis_hold_the_same_hand(axis, hand, face):
    """What hand and face do to an axis is in the difference of that axis, and no more."""
    films = [_film(_steady(10, 3, -4), trick=t) for t in ("off", "on")]
    halves = []
    for name, part in ((f"head.{axis}_mean", ""), ("head.null", axis)):
        (found,) = (
            c for c in _run(name, *films).contrasts if c.measure == f"{name}.{part}".rstrip(".")
        )
        halves.append((found.interval.hi - found.interval.lo) / 2)
    assert halves == pytest.approx([1.96 * np.hypot(hand, face)] * 2, rel=0.1)


def test_a_raised_hand_does_not_shift_the_head():
    """A head that seems 7 % aside while the hand is at the face is not said to be; without is."""
    channels = (head_channel("shift_lateral", unit="%"),)
    noise = np.random.default_rng(0).normal(0, 0.2, (1, len(T)))
    for levels, differs in (({"trick": "on"}, False), ({"task": "hold"}, True)):
        first, other = {"task": "rest", "trick": "off"}, {"task": "rest", "trick": "off"} | levels
        films = (
            _film(noise, channels=channels, **first),
            _film(noise + 7, channels=channels, **other),
        )
        (found,) = _run("head.shift_lat", *films).contrasts
        assert (found.p < 0.05) is differs


@pytest.mark.parametrize(("height", "given"), [(20.0, True), (37.0, False)])
def test_shoulders_further_from_level_than_any_can_be_pulled_are_a_camera_askew(height, given):
    """One of 37 % is what a camera shows that looks from above and aside: neither is given."""
    noise = np.random.default_rng(2).normal(0, 0.2, (2, len(T)))
    channels = tuple(head_channel("shoulder", side=s, unit="%") for s in ("left", "right"))
    film = _film(np.array([[height], [-height]]) + noise, channels=channels)
    outcome = _run("head.shoulder", film)
    assert len(outcome.estimates) == (2 if given else 0)
    assert ("more than a shoulder can be pulled" in _why(outcome)) != given
