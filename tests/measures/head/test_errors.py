"""What the errors of zero, landmarks and noise make of the head's intervals."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.head import AXES, head_recording
from eutonia.simulate.visit import visit

RATE_HZ = 30.0
T = np.arange(round(20 * RATE_HZ)) / RATE_HZ
AXIS_MEASURES = [f"head.{a}_mean" for a in AXES]


def _film(x, **condition):
    """Return a recording of yaw, pitch and roll of a head that is let go."""
    return head_recording(
        np.asarray(x), rate_hz=RATE_HZ, condition=Condition.of(task="let_go", **condition)
    )


def _run(name, *films):
    held = visit(*films)
    return run_measure(entry(name), held, visit_spans(held), seed=1)


def _steady(yaw=0.0, pitch=0.0, roll=0.0):
    """Return a head that stays, but for noise of the landmarks."""
    noise = np.random.default_rng(0).normal(0, 0.2, (3, len(T)))
    return np.array([[yaw], [pitch], [roll]]) + noise


@pytest.mark.parametrize(
    ("axis", "zero", "share"), [(0, 2.2, 0.10), (1, 2.4, 0.12), (2, 2.1, 0.08)]
)
@pytest.mark.parametrize("name", ["one", "null", "dev_total"])
def test_the_error_of_an_angle_grows_with_it(name, axis, zero, share):
    """At 30 degrees a tenth of them (10, 12 and 8 %) stands beside the zero's error."""
    x = _film(_steady(**{AXES[axis]: 30.0}))
    part = AXES[axis] if name == "null" else ""
    measure = AXIS_MEASURES[axis] if name == "one" else f"head.{name}"
    found = next(e for e in _run(measure, x).estimates if e.part == part)
    half = (found.interval.hi - found.interval.lo) / 2
    assert half == pytest.approx(1.96 * np.hypot(zero, share * 30), abs=0.3)


def test_a_turn_spills_into_the_error_of_the_other_axes():
    """A head turned by 40 degrees is read in pitch as surely as one that looks up as far."""
    (found,) = _run("head.pitch_mean", _film(_steady(40))).estimates
    half = (found.interval.hi - found.interval.lo) / 2
    assert half == pytest.approx(1.96 * np.hypot(2.4, 0.12 * 40), abs=0.3)


def _wandering(noise, n, seed=0):
    """Return noise as of landmarks, which is larger over seconds than between pictures."""
    from scipy.signal import lfilter

    x = lfilter([1], [1, -0.95], np.random.default_rng(seed).normal(0, 1, (3, n)))
    x -= x.mean(axis=1, keepdims=True)
    return noise * x / np.sqrt((x**2).sum(axis=0).mean())


@pytest.mark.parametrize(
    ("true", "noise", "nothing"), [(0.0, 0.6, True), (0.4, 0.5, True), (1.0, 0.4, False)]
)
def test_a_small_movement_may_be_the_noise_of_the_landmarks(true, noise, nothing):
    """What landmarks add is below its lower limit, which is nothing where all may be theirs."""
    # Two minutes: of slow noise a short film holds too little for its size to be known.
    t = np.arange(round(120 * RATE_HZ)) / RATE_HZ
    wave = np.array([[1.0], [0.0], [0.0]]) * np.sqrt(2) * true * np.sin(2 * np.pi * 0.7 * t)
    added = _wandering(noise, len(t))
    (found,) = _run("head.variability", _film(wave + added)).estimates
    assert found.value == pytest.approx(np.hypot(true, noise), rel=0.05)
    assert found.interval.lo <= max(true, 0.005) <= found.interval.hi
    assert (found.interval.lo < 0.005) == nothing
    assert any("noise of the landmarks" in n for n in found.notes)


def test_the_noise_hides_little_of_a_large_movement():
    """Of 5 degrees of turn the lower limit is that of 15 % (SD), and none of the noise."""
    x = _steady()
    x[0] += 5 * np.sqrt(2) * np.sin(2 * np.pi * 0.7 * T)
    (found,) = _run("head.variability", _film(x)).estimates
    assert found.interval.lo == pytest.approx(5 * np.exp(-1.96 * 0.15), rel=0.1)
    assert not any("noise of the landmarks" in n for n in found.notes)


@pytest.mark.parametrize(("noise", "nothing"), [(0.02, True), (0.2, False)])
def test_slow_movement_of_a_still_head_may_be_nothing(noise, nothing):
    """Noise that reads 0.3 degrees has a lower limit of none; a head that sways has its own."""
    from scipy.signal import lfilter

    rng = np.random.default_rng(1)
    x = lfilter([1], [1, -0.9], rng.normal(0, 0.06, (3, 1200)))
    if not nothing:
        x[0] += 2 * np.sqrt(2) * np.sin(2 * np.pi * 0.7 * np.arange(1200) / RATE_HZ)
        x[1] += rng.normal(0, noise, 1200)
    (found,) = _run("head.slow_movement", _film(x)).estimates
    assert (found.interval.lo < 0.005) == nothing
    assert any("noise of the landmarks" in n for n in found.notes) == nothing


@pytest.mark.parametrize(
    ("name", "noise", "moves"),
    [("head.variability", 1.8, 1.0), ("head.slow_movement", 0.8, 0.3)],
)
def test_a_film_that_is_noisy_between_pictures_holds_more_noise(name, noise, moves):
    """The same small movement has a limit of its own in a calm film, and none in a noisy one."""
    t = np.arange(1200) / RATE_HZ
    sway = np.array([[1.0], [0.2], [0.0]]) * np.sqrt(2) * moves * np.sin(2 * np.pi * 0.7 * t)
    fast = np.random.default_rng(3).normal(0, noise / np.sqrt(3), (3, 1200))
    calm, noisy = (_run(name, _film(3 * sway + k * fast)).estimates[0] for k in (0.02, 1.0))
    assert calm.interval.lo > moves
    assert noisy.interval.lo < 0.005
    assert [any("noise of the landmarks" in n for n in e.notes) for e in (calm, noisy)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(("factor", "noisy"), [(0.0, False), (1.0, True)])
def test_a_fast_tremor_is_not_taken_for_the_noise_of_the_film(factor, noisy):
    """A tremor with an overtone of 9 Hz adds nothing to the noise that is read; noise does."""
    t = np.arange(1200) / RATE_HZ
    shake = 2 * np.sin(2 * np.pi * 4.5 * t) + 0.5 * np.sin(2 * np.pi * 9 * t)
    beside = np.random.default_rng(4).normal(0, 1, (3, 1200)) * (0.02 + factor)
    (found,) = _run("head.slow_movement", _film([[1.0], [0.2], [0.1]] * shake + beside)).estimates
    said = next(n for n in found.notes if "noise of the landmarks" in n)
    assert ("up to 0.45 degrees" in said) is not noisy


def test_a_tremor_of_one_axis_holds_the_gain_of_that_axis():
    """A nod is shown by 29 % (SD) more or less, and a shake by 15: in limits and in contrasts."""
    t = np.arange(1200) / RATE_HZ
    wave = 8 * np.sin(2 * np.pi * 4.5 * t)
    for axis, of_limit, of_contrast in ((0, 0.15, 0.13), (1, 0.29, 0.20), (2, 0.12, 0.12)):
        x = np.random.default_rng(axis).normal(0, 0.02, (3, 1200))
        x[axis] += wave * (1 + 0.1 * np.sin(t))
        out = _run("head.variability", _film(x, trick="off"), _film(0.5 * x, trick="on"))
        off = next(e for e in out.estimates if e.condition.get("trick") == "off")
        assert np.log(off.value / off.interval.lo) >= 1.96 * of_limit
        assert np.log(off.value / off.interval.lo) <= 1.96 * of_limit + 0.1
        (found,) = out.contrasts
        half = np.log(found.interval.hi / found.interval.lo) / 2
        assert 0 <= half - 1.96 * np.sqrt(2) * of_contrast <= 0.1
