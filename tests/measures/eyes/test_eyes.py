"""What the measures of the lids say beyond the contract."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.eyes.longest_closure import CUT
from eutonia.measures.lid_events import RateLimits, events, share_limits
from eutonia.model import BadSpan, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.lids import LIDS
from eutonia.simulate.visit import recording, visit

RATE_HZ = 60.0
SECONDS = 60


def _lid(closures, *, rate_hz=RATE_HZ, depth=1.0):
    """Return a lid that is shut from and for given seconds, with noise of 0.02."""
    t = np.arange(round(SECONDS * rate_hz)) / rate_hz
    x = np.zeros(len(t))
    for start, lasts in closures:
        x[(t >= start) & (t < start + lasts)] = depth
    return x + np.random.default_rng(len(closures)).normal(0, 0.02, len(t))


def _run(name, left, right=None, *, task="rest", rate_hz=RATE_HZ, flags=(), bad=()):
    right = left if right is None else right
    channels = tuple(replace(c, flags=flags) for c in LIDS)
    made = recording(
        np.stack([left, right]), channels, rate_hz=rate_hz, condition=Condition.of(task=task)
    )
    held = visit(replace(made, bad=bad))
    return run_measure(entry(name), held, visit_spans(held), seed=1)


def _values(outcome):
    sides = {"lid_left": "left", "lid_right": "right"}
    return {
        next(v for k, v in sides.items() if k.upper() in e.target.label.upper()): e.value
        for e in outcome.estimates
    }


BLINKS = [(2.0 + 3 * k, 0.2) for k in range(19)]
SPASMS = [(3.5 + 9 * k, 1.0 + k) for k in range(5)]


def test_each_eye_is_counted_by_itself():
    """19 blinks of the left eye and 10 of the right in a minute are 19 and 10 a minute."""
    found = _run("eyes.blink_rate", _lid(BLINKS), _lid(BLINKS[:10]))
    by_row = [e.value for e in found.estimates]
    assert sorted(by_row) == pytest.approx([10, 19], abs=1e-6)
    assert len({e.target.label for e in found.estimates}) == 2


def test_blinks_and_closures_are_apart_at_half_a_second():
    """Five spasms among nineteen blinks are no blinks, and the other way round."""
    lid = _lid(BLINKS[:19:2] + SPASMS)
    (rate, _) = _run("eyes.blink_rate", lid).estimates
    (closures, _) = _run("eyes.closures", lid).estimates
    blinks = [b for b in BLINKS[:19:2] if all(not s <= b[0] <= s + d for s, d in SPASMS)]
    assert rate.value == pytest.approx(len(blinks), abs=1e-6)
    assert closures.value == pytest.approx(5, abs=1e-6)


def test_closed_share_and_perclos_are_shares_of_the_seen_time():
    """15 s shut of 60 are a quarter; a lid at 0.6 is closed, but not shut."""
    spasms = _lid(SPASMS)
    assert _run("eyes.closed_share", spasms).estimates[0].value == pytest.approx(0.25, abs=0.001)
    assert _run("eyes.perclos", spasms).estimates[0].value == pytest.approx(25, abs=0.1)
    half = _lid(SPASMS, depth=0.6)
    assert _run("eyes.closed_share", half).estimates[0].value == pytest.approx(0.25, abs=0.001)
    assert _run("eyes.perclos", half).estimates[0].value == pytest.approx(0, abs=1e-9)


def test_durations_are_those_of_the_trace():
    """Blinks of 0.2 s last 200 ms; the longest spasm lasts 5 s."""
    assert _run("eyes.blink_duration", _lid(BLINKS)).estimates[0].value == pytest.approx(200, abs=1)
    assert _run("eyes.longest_closure", _lid(SPASMS)).estimates[0].value == pytest.approx(
        5, abs=0.02
    )


def test_a_closure_that_reads_short_is_held():
    """One read 0.1 s too short, as on dark skin, is within the limits, one as much too long not."""
    (e, _) = _run("eyes.longest_closure", _lid(SPASMS)).estimates
    assert e.interval.lo > e.value - 0.1
    assert e.interval.hi > e.value + 0.1
    (none, _) = _run("eyes.longest_closure", _lid([])).estimates
    assert none.value == none.interval.lo == 0


def test_a_longest_closure_that_a_gap_cuts_is_at_least_so_long():
    """Of a spasm of 5 s from second 39.5 the end is hidden: noted, also where another is longer."""
    for begin, longest in ((44.2, 4.7), (43.0, 4.0)):
        gap = (BadSpan(start_s=begin, stop_s=46.0, reason="face lost"),)
        (e, _) = _run("eyes.longest_closure", _lid(SPASMS), bad=gap).estimates
        assert CUT in e.notes
        assert any(flag.startswith("at_least_") for flag in e.quality)
        assert e.value == pytest.approx(longest, abs=0.03)


def test_a_dropped_picture_does_not_cut_a_closure():
    """A hole of 0.1 s in a spasm of 5 s leaves it whole; in open lids it is no closure."""
    for begin, lasts, longest in ((42.0, 0.1, 5.0), (37.0, 0.1, 5.0), (42.0, 0.3, 4.0)):
        hole = (BadSpan(start_s=begin, stop_s=begin + lasts, reason="dropped"),)
        (e, _) = _run("eyes.longest_closure", _lid(SPASMS), bad=hole).estimates
        assert (CUT in e.notes) == (longest < 5)
        assert e.value == pytest.approx(longest, abs=0.02)


def test_a_gap_makes_no_blink_and_takes_no_minute():
    """Blinks a minute do not change when ten seconds with none of the truth are hidden."""
    gap = (BadSpan(start_s=20.4, stop_s=30.6, reason="face lost"),)
    (e, _) = _run("eyes.blink_rate", _lid(BLINKS), bad=gap).estimates
    hidden = sum(20.4 <= s <= 30.6 for s, _ in BLINKS)
    assert e.value == pytest.approx(60 * (19 - hidden) / (60 - 10.2), rel=0.02)


def test_reopening_is_timed_from_80_to_20_percent():
    """Lids that open evenly over one second take 600 ms from 80 to 20 %."""
    t = np.arange(SECONDS * 30) / 30
    since = t % 5
    c = np.select([since < 2, since < 3], [0.0, 1.0], np.clip(4 - since, 0, 1))
    found = _run("eyes.reopening_latency", c, task="closures", rate_hz=30.0)
    assert found.estimates[0].value == pytest.approx(600, abs=10)


def test_winks_are_one_sided_and_blinks_are_not():
    """Of 19 closures of the left eye, the right joins in 10: 9 of 19 are one-sided."""
    (e,) = _run("eyes.one_sided", _lid(BLINKS), _lid(BLINKS[:10])).estimates
    assert e.value == pytest.approx(100 * 9 / 19, abs=1e-6)


@pytest.mark.parametrize(
    ("of_left", "of_right"), [((6,), ()), ((), (6,)), ((4, 9), (6,)), ((2, 5), (3, 10))]
)
def test_it_is_said_which_eye_winks(of_left, of_right):
    """Of blinks of both eyes some are left out in one: winks of the other, counted by side."""
    left = [b for i, b in enumerate(BLINKS) if i not in of_right]
    right = [b for i, b in enumerate(BLINKS) if i not in of_left]
    (e,) = _run("eyes.one_sided", _lid(left), _lid(right)).estimates
    n, m = len(of_left), len(of_right)
    assert (dict(e.details)["left_alone"], dict(e.details)["right_alone"]) == (n, m)
    assert e.notes == (f"rest: of the {n + m} of one eye only: left {n}, right {m}",)


def test_no_eye_is_named_where_none_winks():
    """Where both eyes close together each time, nothing is said of a side."""
    (e,) = _run("eyes.one_sided", _lid(BLINKS)).estimates
    assert e.notes == ()


@pytest.mark.parametrize(("rate_hz", "counted", "timed"), [(24, False, False), (30, True, False)])
def test_too_few_pictures_are_not_measurable(rate_hz, counted, timed):
    """Below 27 a second nothing is counted, below 55 no blink is timed, and a sentence says so."""
    lid = _lid(BLINKS, rate_hz=rate_hz)
    for name, possible in (("eyes.blink_rate", counted), ("eyes.blink_duration", timed)):
        outcome = _run(name, lid, rate_hz=rate_hz)
        assert bool(outcome.estimates) == possible
        assert possible or outcome.not_measurable[0].reason


@pytest.mark.parametrize("name", ["closures", "closed_share", "longest_closure"])
def test_what_lasts_is_measured_at_24_pictures_a_second(name):
    """Closures of 1 to 3 s and their share of the time need no brief blink to be caught."""
    found = _run(f"eyes.{name}", _lid(SPASMS, rate_hz=24), rate_hz=24)
    truth = {
        "closures": 60 * len(SPASMS) / SECONDS,
        "closed_share": sum(d for _, d in SPASMS) / SECONDS,
        "longest_closure": max(d for _, d in SPASMS),
    }
    assert found.estimates
    for e in found.estimates:
        assert e.value == pytest.approx(truth[name], rel=0.05)
    assert not _run(f"eyes.{name}", _lid(SPASMS, rate_hz=20), rate_hz=20).estimates


def test_uneven_pictures_are_not_counted_and_flags_stay_visible():
    """`too_uneven` forbids counting; `uncalibrated` and `ptosis` stay on the estimate."""
    assert not _run("eyes.blink_rate", _lid(BLINKS), flags=("too_uneven",)).estimates
    (e, _) = _run("eyes.blink_rate", _lid(BLINKS), flags=("ptosis", "uncalibrated")).estimates
    assert {"ptosis", "uncalibrated"} <= set(e.quality)


COUNTED = ["blink_rate", "closures", "closed_share", "longest_closure"]


@pytest.mark.parametrize("name", COUNTED)
def test_half_a_minute_has_an_interval(name):
    """Thirty seconds of bright light are enough blocks, and the interval holds the truth."""
    lid = _lid(BLINKS[:9:2] + SPASMS)[: round(30 * RATE_HZ)]
    blinks = sum(all(not s <= on <= s + d for s, d in SPASMS) for on, _ in BLINKS[:9:2])
    truth = {
        "blink_rate": 2 * blinks,
        "closures": 6,
        "closed_share": (1 + 2 + 3 + 0.2 * blinks) / 30,
        "longest_closure": 3,
    }
    for e in _run(f"eyes.{name}", lid).estimates:
        assert e.interval.lo < truth[name] < e.interval.hi


def _ramped(*, shut):
    """Return spasms whose lid needs a second each way, and reads `shut` when it is shut.

    Half closed they last a second longer than shut: 2 to 6 s.
    """
    t = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    x = np.zeros(len(t))
    for start, lasts in SPASMS:
        inside = np.interp(
            t, [start, start + 1, start + 1 + lasts, start + 2 + lasts], [0, 1, 1, 0]
        )
        x = np.maximum(x, inside)
    return shut * x + np.random.default_rng(7).normal(0, 0.02, len(t))


@pytest.mark.parametrize("shut", [0.75, 1.2])
def test_without_gentle_closures_the_longest_closure_holds_what_shut_may_read(shut):
    """A closure of 6 s of a lid that reads 0.75 or 1.2 when shut is held only by the wider one."""
    known, unknown = (
        _run("eyes.longest_closure", _ramped(shut=shut), flags=f).estimates[0]
        for f in ((), ("uncalibrated",))
    )
    assert not known.interval.lo <= 6 <= known.interval.hi
    assert unknown.interval.lo < 6 < unknown.interval.hi
    assert unknown.value == known.value


def test_blinks_that_may_be_lost_without_gentle_closures_are_in_the_interval():
    """Nine blinks of nineteen that read 0.4: the upper limit lies above 19 without calibration."""
    lid = np.maximum(_lid(BLINKS[::2]), _lid(BLINKS[1::2], depth=0.4))
    known, unknown = (
        _run("eyes.blink_rate", lid, flags=f).estimates[0] for f in ((), ("uncalibrated",))
    )
    assert known.value == unknown.value == pytest.approx(10, abs=1e-6)
    assert unknown.interval.hi - known.interval.hi == pytest.approx(9, abs=1e-6)


@pytest.mark.parametrize("name", [*COUNTED, "blink_duration"])
def test_a_lid_that_reads_one_half_when_shut_is_refused_without_gentle_closures(name):
    """Shut at 0.5 it trembles about the threshold: no number, but with calibration there is one."""
    lid = _lid(BLINKS[::2] + SPASMS, depth=0.5)
    outcome = _run(f"eyes.{name}", lid, flags=("uncalibrated",))
    assert not outcome.estimates
    assert all("gentle closures" in n.reason for n in outcome.not_measurable)
    assert _run(f"eyes.{name}", lid).estimates


@pytest.mark.parametrize(
    ("name", "task"),
    [("one_sided", "rest"), ("perclos", "rest"), ("reopening_latency", "closures")],
)
def test_what_needs_to_know_shut_is_refused_without_gentle_closures(name, task):
    """Of a lid that reads 0.45 when both are shut, the other's closures look one-sided."""
    lid = _lid(SPASMS)
    assert not _run(f"eyes.{name}", lid, 0.45 * lid, task=task, flags=("uncalibrated",)).estimates
    assert name == "reopening_latency" or _run(f"eyes.{name}", lid, task=task).estimates


def test_latency_of_reopening_holds_what_a_bent_scale_takes_and_compares_no_sides():
    """A trace that opens in 130 ms may be of a lid that takes 205 ms, as one that lags did."""
    t = np.arange(SECONDS * 60) / 60
    since = t % 5
    opening = 130 / 600
    c = np.select([since < 2, since < 3], [0.0, 1.0], np.clip(1 - (since - 3) / opening, 0, 1))
    found = _run("eyes.reopening_latency", c, task="closures")
    for e in found.estimates:
        assert e.value == pytest.approx(130, abs=5)
        assert e.interval.lo < 100
        assert 205 < e.interval.hi < 300
    assert not found.contrasts


def test_limits_without_an_error_are_given_for_none_only():
    """With too few blocks (error NaN) no event in two minutes has a limit, one event has none."""
    value, error = np.array([[0.0], [3.0]]), np.full((2, 1), np.nan)
    limits = RateLimits(minutes=np.array([2.0, 2.0]))
    lo, hi = limits(value, error, np.array([1.0, 1.0]))
    # Poisson: exp(-3.69) = 2.5 %.
    assert (lo[0, 0], hi[0, 0]) == (0.0, pytest.approx(-np.log(0.025) / 2, rel=1e-3))
    assert np.isnan(hi[1, 0])
    assert np.isnan(share_limits(np.array([[0.2]]), error[:1], np.array([1.0]))).all()


def test_blinks_that_come_evenly_are_known_to_one_blink_either_way():
    """Twenty in a minute are 19 to 21 a minute at the least, however even; others keep more."""
    limits = RateLimits(minutes=np.array([1.0, 0.5]))
    value = np.array([[20.0], [1.0]])
    lo, hi = limits(value, np.zeros((2, 1)), np.array([7.0, 7.0]))
    assert lo[:, 0].tolist() == [19.0, 0.0]
    assert hi[:, 0].tolist() == [21.0, 3.0]
    wide = limits(value, np.full((2, 1), 5.0), np.array([7.0, 7.0]))
    assert wide[0][0, 0] < 12
    assert wide[1][0, 0] > 28


@pytest.mark.parametrize("name", COUNTED)
def test_gentle_closures_are_no_finding(name):
    """What is asked for in the calibrating segment is not counted as the person's own."""
    assert not _run(f"eyes.{name}", _lid(SPASMS), task="closures").estimates


def test_a_closure_between_two_pictures_is_placed_by_a_straight_line():
    """A closure that rises from 0.2 to 0.7 passes one half 0.6 of the way."""
    c = np.zeros(40)
    c[10:16] = [0.2, 0.7, 1.0, 1.0, 0.6, 0.1]
    found = events(c, np.ones(40, dtype=bool), rate_hz=30.0)
    assert found.on_s[0] == pytest.approx(10.6 / 30)
    assert found.off_s[0] == pytest.approx(14.2 / 30)


def test_a_lid_that_trembles_about_one_half_closes_once():
    """A dip to 0.45 does not end a closure; one to 0.3 does."""
    c = np.concatenate(
        [np.zeros(5), np.ones(5), [0.45], np.ones(5), [0.3], np.ones(5), np.zeros(5)]
    )
    found = events(c, np.ones(len(c), dtype=bool), rate_hz=30.0)
    assert len(found.on_s) == 2


def test_an_eye_that_mostly_shuts_alone_has_no_perclos():
    """A lid that reads 0.65 while the other is open, as a shut one does: refused, with the why."""
    shut = [(s, 2.0) for s in range(5, 58, 6)]
    outcome = _run("eyes.perclos", _lid(shut, depth=0.65), _lid([]))
    (right,) = outcome.estimates
    assert "right" in right.target.label
    (why,) = outcome.not_measurable
    assert f"alone for {100 * 2.0 * len(shut) / SECONDS:.0f} % of the time" in why.reason


def test_two_longest_closures_are_not_compared():
    """Each is one event: which condition or side has the longer one is not judged."""
    outcome = _run("eyes.longest_closure", _lid(SPASMS), _lid(BLINKS))
    assert len(outcome.estimates) == 2
    assert outcome.contrasts == ()


def _closing(closures, *, depth=1.0, ramp_s=0.12):
    """Return a lid whose closures begin and end as half waves of a cosine, without noise."""
    t = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    x = np.zeros(len(t))
    for start, lasts in closures:
        inside = np.minimum(t - start, start + lasts + 2 * ramp_s - t)
        x = np.maximum(x, depth * (1 - np.cos(np.pi * np.clip(inside / ramp_s, 0, 1))) / 2)
    return x


#: Closures that differ, at other moments between two pictures, so that blocks of 3 s do.
_UNLIKE = [(2.0 + 2.913 * k, 0.05 + 0.02 * (k % 7)) for k in range(19)]
_LONG = [(2.0 + 4.8 * k, 0.8 + 0.1 * (k % 5)) for k in range(12)]


@pytest.mark.parametrize("name", ["eyes.perclos", "eyes.closed_share"])
def test_two_lids_of_one_course_that_read_a_little_apart_do_not_differ(name):
    """The same blinks through two scales, one bent by a tenth more: no side is longer shut."""
    one = _closing(_UNLIKE)
    (sides,) = _run(name, one**1.3, one**1.43).contrasts
    assert sides.value > 0
    assert sides.interval.lo < 0 < sides.interval.hi
    assert sides.p > 0.05


@pytest.mark.parametrize("name", ["eyes.closed_share", "eyes.closures"])
def test_an_eye_that_closes_alone_is_told_from_the_other(name):
    """Twelve closures of a second of one lid, which reads two thirds then, the other a fifth."""
    blinks = _closing([(start + 2.4, 0.05) for start, _ in _LONG])
    left, right = (np.maximum(_closing(_LONG, depth=d), blinks) for d in (0.67, 0.2))
    (sides,) = _run(name, left, right).contrasts
    assert sides.value > 0
    assert sides.p < 0.05


def test_perclos_holds_the_time_in_which_one_eye_may_be_shut_alone():
    """Both shut eight times, one four times more: its limits, and the difference's, hold these."""
    both, alone = _LONG[:8], _LONG[8:]
    left = np.maximum(_closing(alone, depth=0.67), _closing(both))
    late = _closing([(start, lasts - 0.05 * (i % 2)) for i, (start, lasts) in enumerate(both)])
    outcome = _run("eyes.perclos", left, np.maximum(_closing(alone, depth=0.2), late))
    (sides,) = outcome.contrasts
    shut = 100 * sum(lasts for _, lasts in alone) / SECONDS
    assert sides.interval.hi > shut
    (mine,) = (e for e in outcome.estimates if "left" in e.target.label)
    assert mine.interval.hi > 100 * sum(lasts for _, lasts in _LONG) / SECONDS


@pytest.mark.parametrize(("other", "surely"), [(0.48, False), (0.3, True)])
def test_a_partial_closure_of_which_one_lid_passes_one_half_is_not_surely_one_sided(other, surely):
    """Of lids that go 0.6 and 0.48 of the way both may have closed; of 0.6 and 0.3 one did."""
    traces = [_lid(BLINKS), _lid(BLINKS)]
    rate = len(traces[0]) / SECONDS
    for trace, level in zip(traces, (0.6, other), strict=True):
        for k in range(4):
            trace[round((4.4 + 10 * k) * rate) : round((4.9 + 10 * k) * rate)] = level
    (e,) = _run("eyes.one_sided", *traces).estimates
    assert e.value > 0
    assert (e.interval.lo > 0) == surely
    assert ("both may have closed" in e.notes[0]) != surely
