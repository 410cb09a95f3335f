"""A head that trembles is no jaw that does, and a jaw that does stays one."""

import re
from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.mouth import HEAD
from eutonia.measures import entry, jaw_of_head
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.mouth import RATE_HZ, channel
from eutonia.simulate.visit import recording, visit

SITES = ("jaw_opening", "jaw_deviation", *HEAD)
T = np.arange(round(40 * RATE_HZ)) / RATE_HZ


def _wave(freq_hz, rms=1.0, phase=0.0):
    return np.sqrt(2) * rms * np.sin(2 * np.pi * freq_hz * T + phase)


def _run(*, sites=SITES, **moved):
    x = np.random.default_rng(1).normal(0, 0.1, (len(SITES), len(T)))
    x += np.stack([np.broadcast_to(moved.get(s, 0.0), T.shape) for s in SITES])
    rows = [SITES.index(s) for s in sites]
    made = recording(
        x[rows],
        tuple(map(channel, sites)),
        rate_hz=RATE_HZ,
        condition=Condition.of(task="rest"),
    )
    held = visit(made)
    return run_measure(entry("mouth.tremor"), held, visit_spans(held), seed=1)


def _told(outcome):
    return {(e.target.label, e.part): e.value for e in outcome.estimates}


def _shown(outcome, label="jaw opening"):
    """Return the size that landmarks show; the number is that of the jaw itself."""
    found = (e for e in outcome.estimates if (e.target.label, e.part) == (label, "size"))
    return dict(next(found).details)["shown_pct"]


def _notes(outcome):
    return {n for e in outcome.estimates for n in e.notes if n.startswith("head: ")}


def test_derivation_and_measure_agree_on_the_sites():
    """They cannot import them from each other."""
    assert HEAD == jaw_of_head.SITES


@pytest.mark.parametrize("axis", HEAD)
@pytest.mark.parametrize("phase", [0.0, 1.6, 3.1])
def test_a_head_that_trembles_is_no_jaw_tremor(axis, phase):
    """What follows the head by 0.5 % for each degree is refused, with the why."""
    moved = {axis: _wave(5.0, 0.8), "jaw_opening": _wave(5.0, 0.4, phase)}
    outcome = _run(**moved)
    assert not outcome.estimates
    why = next(n.reason for n in outcome.not_measurable if "head" in n.reason)
    found = re.search(r"The head trembles by ([0-9.]+) degrees", why)
    assert found is not None
    assert float(found[1]) == pytest.approx(0.8, rel=0.05)
    assert "at 5.0 Hz" in why
    # The same movement is the jaw's where the head is still, or is not known.
    assert _told(_run(jaw_opening=moved["jaw_opening"]))
    assert _told(_run(**moved, sites=SITES[:2]))


def test_a_jaw_tremor_larger_than_a_head_makes_stays_whole():
    """At the head's frequency it keeps its size, and is noted where part may be the head's."""
    for rms, noted in ((1.2, True), (2.5, False)):
        outcome = _run(head_pitch=_wave(5.0, 1.0), jaw_opening=_wave(5.0, rms, 1.0))
        assert _shown(outcome) == pytest.approx(rms, rel=0.05)
        assert (_notes(outcome) == {jaw_of_head.SAME}) == noted


def test_a_jaw_of_another_frequency_is_its_own():
    """A head that shakes at 4 Hz takes nothing from a smaller tremor of the jaw at 5.5 Hz."""
    outcome = _run(head_yaw=_wave(4.0, 1.5), jaw_opening=_wave(5.5, 0.5))
    told = _told(outcome)
    assert told["jaw opening", "freq"] == pytest.approx(5.5, abs=0.03)
    assert _shown(outcome) == pytest.approx(0.5, rel=0.05)
    assert not _notes(outcome)


def test_a_jaw_that_does_not_keep_step_is_its_own():
    """Two rhythms about 5 Hz whose phases wander apart are not coherent."""
    rng = np.random.default_rng(4)
    phase = np.cumsum(rng.normal(0, 0.25, (2, len(T))), axis=1)
    outcome = _run(
        head_pitch=2 * np.sin(2 * np.pi * 5 * T + phase[0]),
        jaw_opening=np.sin(2 * np.pi * 5 * T + phase[1]),
    )
    assert ("jaw opening", "size") in _told(outcome)


def test_a_jaw_that_only_opens_does_not_tremble_aside():
    """A deviation of a third of the opening, at its frequency, is refused; another one is not."""
    opening = _wave(5.0, 1.0)
    outcome = _run(jaw_opening=opening, jaw_deviation=_wave(5.0, 0.33))
    assert set(_told(outcome)) == {("jaw opening", "freq"), ("jaw opening", "size")}
    assert any("seems to go aside" in n.reason for n in outcome.not_measurable)
    for own in (_wave(5.0, 0.7), _wave(6.5, 0.33)):
        told = _told(_run(jaw_opening=opening, jaw_deviation=own))
        assert ("jaw deviation", "size") in told


@pytest.mark.parametrize(
    "deg, noted",
    [
        # Still heads of rendered people nod by 0.02 to 0.35 degrees for 0.6 % that is shown.
        ({"head_pitch": 0.1}, False),
        ({"head_pitch": 0.35}, False),
        # Heads that nod by 1 degree with a jaw that trembles by 1.5: 0.4 to 1.1 degrees.
        ({"head_pitch": 0.45}, True),
        ({"head_yaw": 0.35}, True),
    ],
)
def test_a_nod_that_a_jaw_makes_of_a_still_head_is_no_tremor_of_the_head(deg, noted):
    """The jaw's note agrees with the head's: what is taken off the nod there is not said here."""
    moved = {axis: _wave(5.0, rms, 0.4) for axis, rms in deg.items()}
    outcome = _run(jaw_opening=_wave(5.0, 0.6), **moved)
    assert (_notes(outcome) == {jaw_of_head.SAME}) == noted
    assert _shown(outcome) == pytest.approx(0.6, rel=0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "true, light_skin, dark_skin",
    [
        # Least and most that landmarks show of jaws of rendered people of number 50 and more.
        (0.98, (0.28, 0.71), (0.20, 0.38)),
        (1.46, (0.64, 1.06), (0.35, 0.72)),
        (2.85, (1.77, 2.09), (1.37, 1.60)),
    ],
)
def test_the_interval_holds_what_people_show_of_a_tremor(true, light_skin, dark_skin, dark):
    """The size is that of the jaw, whose part that is shown grows with it."""
    for rms in dark_skin if dark else light_skin:
        outcome = _run(jaw_opening=_wave(5.0, max(rms, 0.21)))
        (size,) = (e for e in outcome.estimates if e.part == "size")
        assert size.interval.lo < true < size.interval.hi


def test_no_tremor_is_said_with_how_large_one_may_be_missed():
    """A rhythm of 0.1 % that is shown is none, and the reason says what it may hide."""
    outcome = _run(jaw_opening=_wave(5.0, 0.1), sites=("jaw_opening",))
    assert not outcome.estimates
    (why,) = outcome.not_measurable
    assert "as landmarks show it" in why.reason
    assert "up to 1 %" in why.reason


def test_differences_of_a_tremor_hold_the_part_that_is_shown():
    """A tremor that is shown twice as large differs by an interval of more than its own noise."""
    made = [
        replace(
            recording(
                (_wave(5.0, rms) + np.random.default_rng(n).normal(0, 0.1, len(T)))[None],
                (channel("jaw_opening"),),
                rate_hz=RATE_HZ,
                condition=Condition.of(task=task),
            ),
            id=task,
        )
        for n, (task, rms) in enumerate((("rest", 0.5), ("vowel", 1.0)))
    ]
    held = visit(*made)
    found = run_measure(entry("mouth.tremor"), held, visit_spans(held), seed=1)
    told = {e.condition.get("task"): e.value for e in found.estimates if e.part == "size"}
    (size,) = (c for c in found.contrasts if c.measure == "mouth.tremor.size")
    difference = told["vowel"] - told["rest"]
    assert size.value == pytest.approx(difference, rel=0.01)
    # A gain of 0.3 (SD) lets it be between 1 / 1.59 and 1 / 0.41 of itself.
    assert size.interval.lo < difference / 1.59
    assert size.interval.hi > difference / 0.42
