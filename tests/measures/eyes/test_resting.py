"""A lid that rests half shut in one condition: nothing is invented there, and its doubt is kept."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition, Recording
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.lids import LIDS
from eutonia.simulate.visit import recording, visit

RATE_HZ = 60.0
SECONDS = 30
T_S = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
COUNTED = ["blink_rate", "blink_duration", "closures", "longest_closure"]
OFF, ON = Condition.of(task="rest"), Condition.of(task="rest", trick="on")


def _lid(rests, *, wanders=0.03, seed=0, blinks=True):
    """Return a lid that rests somewhere, wanders slowly about it and blinks ten times."""
    rng = np.random.default_rng(seed)
    slow = wanders * np.sqrt(2) * np.sin(2 * np.pi * (T_S / 4.7 + rng.random()))
    lasts = rng.uniform(0.1, 0.2, 10)[np.minimum(T_S // 3, 9).astype(int)]
    since = T_S % 3 - 1.4
    shut = (since > 0) & (since < lasts) & blinks
    return np.where(shut, 1.0, rests + slow) + rng.normal(0, 0.01, len(T_S))


def _film(left, right, condition=OFF, channels=LIDS) -> Recording:
    made = recording(np.stack([left, right]), channels, rate_hz=RATE_HZ, condition=condition)
    return replace(made, id=condition.label)


def _run(name, *films):
    held = visit(*films)
    return run_measure(entry(f"eyes.{name}"), held, visit_spans(held), seed=1)


@pytest.mark.parametrize("name", COUNTED)
def test_a_lid_that_rests_near_one_half_has_no_counts_there(name):
    """At 0.5 it crosses the threshold as it wanders: refused there, given on the other side."""
    found = _run(name, _film(_lid(0.0), _lid(0.5, wanders=0.06)), _film(_lid(0), _lid(0), ON))
    (why,) = found.not_measurable
    assert why.condition == OFF
    assert "right" in why.target
    assert "rests half shut" in why.reason
    assert len(found.estimates) == 3
    assert not any("right" in c.target.label and c.factor == "trick" for c in found.contrasts)


@pytest.mark.parametrize("name", COUNTED)
def test_a_lid_that_is_narrowed_calmly_below_the_threshold_is_counted(name):
    """At 0.3, as of one narrowed by 0.4, blinks are as clear as of an open lid."""
    found = _run(name, _film(_lid(0.3, wanders=0.02), _lid(0.0)))
    assert [e.value for e in found.estimates] == pytest.approx(
        [found.estimates[1].value] * 2, rel=0.1
    )
    assert not found.not_measurable


def test_a_lid_that_stays_shut_cannot_blink():
    """At 0.9 all the time: no blinks are counted, while the time closed and closures are given."""
    shut = _film(_lid(0.9, blinks=False), _lid(0.0))
    (why,) = _run("blink_rate", shut).not_measurable
    assert "cannot blink" in why.reason
    assert len(_run("closures", shut).estimates) == 2
    assert _run("closed_share", shut).estimates[0].value == pytest.approx(1.0)


def test_spasms_that_fill_most_of_the_time_are_counted():
    """A lid shut for six of every ten seconds opens between: its three closures are counted."""
    spasms = np.where(T_S % 10 > 4, 1.0, 0.0) + np.random.default_rng(1).normal(0, 0.02, len(T_S))
    assert _run("closures", _film(spasms, _lid(0))).estimates[0].details == (("closures", 3.0),)
    assert len(_run("blink_rate", _film(spasms, _lid(0))).estimates) == 2


@pytest.mark.parametrize("share", [0.3, 0.5, 0.58])
@pytest.mark.parametrize("name", COUNTED)
def test_partial_spasms_of_half_of_the_time_are_counted(name, share):
    """A lid 0.75 shut in spasms that opens to 0.1 between them rests open, whatever its median."""
    rng = np.random.default_rng(2)
    inside = 5 * share > T_S % 5
    blinks = (T_S % 5 > 4.4) & (T_S % 5 < 4.55)
    traces = np.where(inside, 0.75, 0.1) + rng.normal(0, 0.08, (2, len(T_S)))
    slow = np.array([np.convolve(t, np.ones(9) / 9, mode="same") for t in traces])
    found = _run(name, _film(*np.where(blinks, 1.0, slow)))
    assert not [m for m in found.not_measurable if "half shut" in m.reason]
    assert len(found.estimates) >= 2


@pytest.mark.parametrize("flags", [(), ("uncalibrated",)])
@pytest.mark.parametrize("rests", [0.32, 0.55])
def test_a_difference_holds_whether_a_narrowed_lid_counts_as_closed(rests, flags):
    """Its share is known to lie between 0.1 and 1: so does what it differs by from an open lid."""
    channels = tuple(replace(c, flags=flags) for c in LIDS)
    found = _run(
        "closed_share",
        _film(_lid(0.0), _lid(0.0, seed=1), OFF, channels),
        _film(_lid(0.0, seed=2), _lid(rests, wanders=0.02), ON, channels),
    )
    (held,) = [e for e in found.estimates if e.condition == ON and "right" in e.target.label]
    assert held.interval.lo < 0.1
    assert held.interval.hi > 0.95
    for c in found.contrasts:
        both = c.factor == "side" and c.condition == ON
        if not (both or (c.factor == "trick" and "right" in c.target.label)):
            continue
        sign = -1 if both else 1  # left - right, on - off
        ends = sorted((sign * c.interval.lo, sign * c.interval.hi))
        assert ends[0] < 0.05
        assert ends[1] > 0.85
        assert c.p > 0.05


def test_doubt_about_the_scale_of_open_lids_still_cancels():
    """Two films of the same blinks: their difference is known better than each by itself."""
    found = _run("closed_share", _film(_lid(0), _lid(0)), _film(_lid(0, seed=3), _lid(0), ON))
    share = found.estimates[0]
    between = [c for c in found.contrasts if c.factor == "trick"]
    assert len(between) == 2
    for c in between:
        assert c.interval.hi - c.interval.lo < 1.5 * (share.interval.hi - share.interval.lo)


def test_closures_of_one_eye_only_do_not_speak_for_a_lid_that_rests_half_shut():
    """With the right lid at 0.5 the share of one-sided closures is refused, and it is named."""
    (why,) = _run("one_sided", _film(_lid(0.0), _lid(0.5, wanders=0.06))).not_measurable
    assert why.reason.startswith("The right lid rests half shut")


def test_an_eye_that_stays_closed_alone_is_not_none_one_sided():
    """Closed from before the start to after the end, its one closure is not seen whole."""
    outcome = _run("one_sided", _film(_lid(0.0), _lid(0.9, blinks=False)))
    (why,) = outcome.not_measurable
    assert not outcome.estimates
    assert "right eye stays closed alone for 9" in why.reason


def test_a_flag_of_a_part_stays_on_the_numbers_of_its_condition():
    """A lid that hangs in the first half of a film is flagged there, and not in the second."""
    hangs = replace(LIDS[1], passing=(("ptosis", 0.0, float(SECONDS)),))
    assert hangs.flags_in(0.0, SECONDS) == ("ptosis",)
    assert hangs.flags_in(SECONDS, 2 * SECONDS) == ()
    found = _run(
        "closed_share",
        _film(_lid(0.0), _lid(0.2), OFF, (LIDS[0], hangs)),
        _film(_lid(0.0), _lid(0.0), ON),
    )
    flagged = {(e.condition, e.target.side): "ptosis" in e.quality for e in found.estimates}
    assert flagged == {
        (OFF, "left"): False,
        (OFF, "right"): True,
        (ON, "left"): False,
        (ON, "right"): False,
    }
