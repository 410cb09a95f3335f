"""What the measures of head tremor and of smoothness say beyond the contract."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Channel, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.visit import recording, visit

AXES = ("yaw", "pitch", "roll")
RATE_HZ = 30.0
T = np.arange(round(40 * RATE_HZ)) / RATE_HZ
TREMOR = ("head.tremor_freq", "head.tremor_pow", "head.tremor_axis", "head.tremor_regularity")


def _run(name, x, *, rate_hz=RATE_HZ, task="hold", flags=()):
    channels = tuple(
        Channel(name=f"head_{a}", kind="head", unit="deg", site=a, flags=flags) for a in AXES
    )
    made = recording(x, channels, rate_hz=rate_hz, condition=Condition.of(task=task))
    held = visit(made)
    return run_measure(entry(name), held, visit_spans(held), seed=1)


def _values(outcome):
    return {e.part: e.value for e in outcome.estimates}


def _noise(seed=0, n=1200):
    return np.random.default_rng(seed).normal(0, 0.1, (3, n))


@pytest.mark.parametrize("freq_hz", [1.3, 3.2, 5.0, 9.6])
def test_a_sine_has_its_frequency_size_and_direction(freq_hz):
    """Amplitudes of 3, 2 and 1 degrees: rms of 2.65, and shares of 9, 4 and 1 in 14."""
    x = np.outer([3.0, 2.0, 1.0], np.sin(2 * np.pi * freq_hz * T)) + _noise()
    assert _values(_run("head.tremor_freq", x))[""] == pytest.approx(freq_hz, abs=0.02)
    assert _values(_run("head.tremor_pow", x))["rms"] == pytest.approx(np.sqrt(7), rel=0.03)
    shares = _values(_run("head.tremor_axis", x))
    assert [shares[a] for a in AXES] == pytest.approx([900 / 14, 400 / 14, 100 / 14], abs=1.0)


def test_a_nod_of_a_bent_head_may_be_twice_as_large():
    """Down by 32 degrees the interval reaches over twice the size that is read, straight not."""
    x = np.outer([0.0, 1.0, 0.0], np.sin(2 * np.pi * 4.0 * T)) + _noise()

    def most(down):
        found = _run("head.tremor_pow", x - np.array([[0.0], [down], [0.0]])).estimates
        (size,) = (e for e in found if e.part == "rms")
        return size.interval.hi / size.value, any(n.startswith("bent:") for n in size.notes)

    assert most(32.0)[0] > 3.5 > 2.0 > most(10.0)[0]
    assert [most(32.0)[1], most(10.0)[1]] == [True, False]


def test_the_axes_of_a_bent_head_are_not_told_apart():
    """Down by 32 degrees a tremor keeps its frequency and size, and has no shares of axes."""
    x = np.outer([1.0, 0.5, 0.0], np.sin(2 * np.pi * 4.0 * T)) + _noise()
    bent = x - np.array([[0.0], [32.0], [0.0]])
    assert set(_values(_run("head.tremor_axis", x))) == set(AXES)
    assert not _run("head.tremor_axis", bent).estimates
    assert "not told apart" in _run("head.tremor_axis", bent).not_measurable[0].reason
    assert set(_values(_run("head.tremor_pow", bent))) == {"total", "rms"}
    assert set(_values(_run("head.tremor_pow", x))) == {"total", "rms", *AXES}
    assert _values(_run("head.tremor_freq", bent))[""] == pytest.approx(4.0, abs=0.02)


def _size(x):
    (size,) = (e for e in _run("head.tremor_pow", x).estimates if e.part == "rms")
    return size, any(note.startswith("damped:") for note in size.notes)


def _wandering(seed=11):
    return np.random.default_rng(seed).normal(0, 0.3, (3, len(T)))


def test_the_size_of_a_tremor_holds_what_a_noisy_film_took_of_it():
    """Half of 1.2 degrees is shown beside landmarks that wander as much as in compressed films."""
    true = 1.2
    shown = np.outer([0.2, 0.1, 1.0], np.sin(2 * np.pi * 5.0 * T))
    shown *= true / 2 / np.sqrt((shown**2).mean(axis=1).sum())
    damped, said = _size(shown + _wandering())
    assert said
    assert damped.interval.lo < true < damped.interval.hi
    assert _values(_run("head.tremor_pow", shown + _wandering())).keys() == {"total", "rms"}
    found = _run("head.tremor_axis", shown + _wandering())
    assert not found.estimates
    assert "messenger" in found.not_measurable[0].reason
    (frequency,) = _run("head.tremor_freq", shown + _wandering()).estimates
    assert any("compression's" in note for note in frequency.notes)


def test_of_a_tremor_smaller_than_the_noise_across_it_only_the_least_is_known():
    """0.6 degrees beside landmarks that wander by more is at least its lower limit."""
    shown = np.outer([0.0, 0.0, 0.6 * np.sqrt(2)], np.sin(2 * np.pi * 5.0 * T))
    sizes = {factor: _size(shown + factor * _wandering())[0] for factor in (1.0, 4.0)}
    assert sizes[1.0].least is None
    assert sizes[4.0].least == pytest.approx(sizes[4.0].interval.lo, rel=0.01)


def test_a_tremor_in_a_film_with_little_noise_is_as_large_as_shown():
    """Beside landmarks that hardly wander the interval reaches as far up as down."""
    shown = np.outer([0.1, 0.0, 0.8], np.sin(2 * np.pi * 5.0 * T))
    size, said = _size(shown + _wandering() / 3)
    assert not said
    assert size.interval.hi / size.value == pytest.approx(size.value / size.interval.lo, rel=0.1)


def test_jerks_and_harmonics_of_a_tremor_are_no_noise_of_the_film():
    """A jerky, irregular tremor of 6 Hz in one direction has much above 8 Hz, and all along it."""
    from scipy.signal import hilbert

    from eutonia.measures.head_noise import FROM_HZ
    from eutonia.simulate.tremor import cycles

    wave, _ = cycles(np.random.default_rng(12), len(T), rate_hz=RATE_HZ, freq_hz=6, spread_hz=0.8)
    phase = np.unwrap(np.angle(hilbert(wave)))
    jerky = np.sin(phase) + 0.4 * np.sin(2 * phase) + 0.2 * np.sin(3 * phase)
    power = np.abs(np.fft.rfft(jerky)) ** 2
    assert power[np.fft.rfftfreq(len(T), 1 / RATE_HZ) > FROM_HZ].sum() > 0.1 * power.sum()
    _, said = _size(np.outer([1.5, 0.6, 0.3], jerky) + _wandering() / 4)
    assert not said


def test_a_ratio_of_sizes_holds_what_a_noisy_film_took():
    """A tremor of which one of two films shows a third may not have changed; clear ones say so."""
    channels = tuple(Channel(name=f"head_{a}", kind="head", unit="deg", site=a) for a in AXES)
    shown = np.outer([0.1, 0.0, 1.6], np.sin(2 * np.pi * 5.0 * T))

    def ratio(noise):
        parts = {"off": shown + noise / 3, "on": shown / 3 + noise}
        films = [
            recording(x, channels, rate_hz=RATE_HZ, condition=Condition.of(task="hold", trick=t))
            for t, x in parts.items()
        ]
        held = visit(*films)
        out = run_measure(entry("head.tremor_pow"), held, visit_spans(held), seed=1)
        return next(c for c in out.contrasts if c.measure.endswith("rms"))

    clear, noisy = ratio(_wandering() / 3), ratio(_wandering())
    assert clear.interval.hi < 1 or clear.interval.lo > 1
    assert noisy.interval.lo < 1 < noisy.interval.hi


@pytest.mark.parametrize("name", TREMOR)
@pytest.mark.parametrize(("freq_hz", "found"), [(1.4, False), (3.0, True)])
def test_a_small_slow_rhythm_is_what_pixels_make_of_a_drift(name, freq_hz, found):
    """0.4 degrees are a tremor at 3 Hz, and at 1.4 Hz what a still head that drifts reads."""
    x = np.outer([0.3, 0.4, 0.1], np.sin(2 * np.pi * freq_hz * T)) + _noise() / 4
    outcome = _run(name, x)
    # A pure sine is a tremor whose irregularity is none.
    regular = [m.reason for m in outcome.not_measurable if "at least so regular" in m.reason]
    assert bool(outcome.estimates or regular) == found


@pytest.mark.parametrize("name", TREMOR)
def test_a_head_that_only_drifts_has_no_tremor(name):
    """A head that sinks and sways slowly gives a sentence, not a number."""
    x = _noise(1) + np.stack([8 * np.sin(0.3 * T), 0.5 * T, np.zeros(len(T))])
    outcome = _run(name, x)
    assert not outcome.estimates
    assert "No tremor" in outcome.not_measurable[0].reason
    assert {m.code for m in outcome.not_measurable} == {"absent"}


def _jerks(seed=3):
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 40, 40)
    pulls = sum(rng.normal(0, 3) * np.exp(-0.5 * ((T - s) / 0.12) ** 2) for s in at)
    return np.outer([1.0, 0.3, 0.2], pulls)


def test_slow_jerks_are_slow_movement_and_not_tremor():
    """Jerks at random moments have no tremor, and their size stands in the slow movement."""
    x = _jerks() + _noise(2)
    assert not _run("head.tremor_freq", x).estimates
    # Parseval: the power of the jerks between 0.5 and 2.5 Hz, from their own transform.
    spectrum = np.abs(np.fft.rfft(_jerks(), axis=1)) ** 2 / len(T) ** 2 * 2
    freq = np.fft.rfftfreq(len(T), 1 / RATE_HZ)
    inside = (freq >= 0.5) & (freq <= 2.5)
    (e,) = _run("head.slow_movement", x).estimates
    assert e.value == pytest.approx(np.sqrt(spectrum[:, inside].sum()), rel=0.15)


def test_tremor_does_not_count_as_slow_movement():
    """A tremor of 1.8 Hz and 2 degrees leaves the slow movement of a still head small."""
    still = _noise(4) + np.outer([1, 0, 0], 0.3 * np.sin(2 * np.pi * 0.8 * T) * np.sin(0.1 * T))
    shaking = still + np.outer([2.0, 0, 0], np.sin(2 * np.pi * 1.8 * T))
    before, after = (_values(_run("head.slow_movement", x))[""] for x in (still, shaking))
    assert after < before + 0.15  # the tremor alone has a root mean square of 1.4


def test_tremor_beside_jerks_keeps_its_frequency():
    """With jerks of twice its size a tremor of 5 Hz is found at 5 Hz."""
    x = _jerks() + np.outer([1.2, 0.4, 0.2], np.sin(2 * np.pi * 5 * T)) + _noise(5)
    assert _values(_run("head.tremor_freq", x))[""] == pytest.approx(5, abs=0.05)


def test_a_slow_rhythm_says_that_it_may_not_be_tremor():
    """Below 2.5 Hz the estimate carries a note."""
    x = np.outer([2.0, 0, 0], np.sin(2 * np.pi * 1.5 * T)) + _noise(6)
    (e,) = _run("head.tremor_freq", x).estimates
    assert any(n.startswith("slow:") for n in e.notes)


def test_few_pictures_say_that_a_faster_tremor_would_be_misread():
    """At 15 pictures a second the estimate says that it may be an alias."""
    t = np.arange(600) / 15
    x = np.outer([2.0, 0, 0], np.sin(2 * np.pi * 4 * t)) + _noise(7, 600)
    (e,) = _run("head.tremor_freq", x, rate_hz=15.0).estimates
    assert any(n.startswith("aliasing:") for n in e.notes)


def test_the_pulse_of_the_neck_is_no_tremor():
    """A rhythm of 0.1 degrees, as the heart makes it, is named and not measured."""
    x = np.outer([0, 0.14, 0], np.sin(2 * np.pi * 1.2 * T)) + 0.2 * _noise(8)
    outcome = _run("head.tremor_freq", x)
    assert not outcome.estimates
    assert "below" in outcome.not_measurable[0].reason


def test_a_regular_tremor_is_more_stable_than_an_irregular_one():
    """Phase noise raises the stability index; the spread of cycles is what it says."""
    from eutonia.simulate.tremor import cycles

    found = []
    for spread in (0.2, 0.8):
        x, _ = cycles(np.random.default_rng(9), 6000, rate_hz=60.0, freq_hz=5.0, spread_hz=spread)
        moved = np.outer([3.0, 1.0, 0.5], x) + 0.2 * _noise(9, 6000)
        (e,) = _run("head.tremor_regularity", moved, rate_hz=60.0).estimates
        found.append(e.value)
    # Interquartile range of the difference of two normal values: 1.349 * sqrt(2) * spread.
    assert found == pytest.approx([1.349 * np.sqrt(2) * s for s in (0.2, 0.8)], rel=0.15)


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.3, 0.6])
@pytest.mark.parametrize("size", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("colour", [0.4, 0.8])
def test_noise_does_not_make_a_regular_tremor_irregular(size, noise, colour):
    """A pure sine of any size in noise of any size, which is not white, has no index."""
    from scipy.signal import lfilter

    for seed in range(3):
        white = np.random.default_rng(seed).normal(0, noise, (3, len(T)))
        coloured = lfilter([np.sqrt(1 - colour**2)], [1, -colour], white)
        x = np.outer([size, 0.4 * size, 0.2 * size], np.sin(2 * np.pi * 4.4 * T)) + coloured
        outcome = _run("head.tremor_regularity", x)
        assert not outcome.estimates
        assert outcome.not_measurable[0].reason


def test_why_a_tremor_has_no_index_of_regularity_is_said():
    """Much noise says that it hides regularity; little, that the tremor is at least so regular."""
    for noise, word, code in ((0.3, "Noise of the landmarks alone", None), (0.02, "", "absent")):
        x = np.outer([1.0, 0.4, 0.2], np.sin(2 * np.pi * 4.4 * T))
        x = x + np.random.default_rng(3).normal(0, noise, x.shape)
        (why,) = _run("head.tremor_regularity", x).not_measurable
        assert word in why.reason
        assert (why.code == "absent") == (code == "absent")


@pytest.mark.parametrize("spread", [0.3, 0.6])
def test_an_irregular_tremor_keeps_its_index_in_some_noise(spread):
    """Cycles that differ are still told from noise of 0.05 degrees, within 20 %."""
    from eutonia.simulate.tremor import cycles

    x, _ = cycles(np.random.default_rng(4), 3000, rate_hz=30.0, freq_hz=4.4, spread_hz=spread)
    moved = np.outer([1.5, 0.6, 0.3], x) + _noise(5, 3000) / 2
    (e,) = _run("head.tremor_regularity", moved).estimates
    # Interquartile range of the difference of two normal values.
    assert e.value == pytest.approx(1.349 * np.sqrt(2) * spread, rel=0.2)


def test_an_index_of_sixteen_seconds_has_an_interval_that_holds_noise():
    """Cycles that differ by 0.45 Hz: limits on both sides, the lower one further than by chance."""
    from eutonia.simulate.tremor import cycles

    n = 17 * 60
    x, _ = cycles(np.random.default_rng(4), n, rate_hz=60.0, freq_hz=4.4, spread_hz=0.45)
    moved = np.outer([1.5, 0.6, 0.3], x) + _noise(5, n) / 2
    (e,) = _run("head.tremor_regularity", moved, rate_hz=60.0).estimates
    assert e.interval.lo < 1.349 * np.sqrt(2) * 0.45 < e.interval.hi
    assert e.value - e.interval.lo > e.interval.hi - e.value


@pytest.mark.parametrize("name", TREMOR[:3])
def test_sixteen_seconds_of_tremor_have_an_interval(name):
    """The shortest condition that is measured has limits, and none that ask for more seconds."""
    t = T[: round(16 * RATE_HZ)]
    x = np.outer([1.5, 1.0, 0.5], np.sin(2 * np.pi * 4.4 * t)) + _noise(6, len(t))
    found = _run(name, x).estimates
    assert found
    for e in found:
        assert e.interval is not None
        assert not any(n.startswith("short:") for n in e.notes)


@pytest.mark.parametrize(("read", "true"), [(0.77, 0.99), (1.14, 1.0), (0.85, 1.0)])
def test_the_size_of_a_shake_holds_the_gain_of_its_landmarks(read, true):
    """A shake whose landmarks show 0.77 to 1.14 of it: the interval of its size holds the truth."""
    x = np.outer([read, 0.05, 0.05], np.sqrt(2) * np.sin(2 * np.pi * 4.6 * T)) + _noise() / 4
    found = {e.part: e for e in _run("head.tremor_pow", x).estimates}
    assert found["rms"].interval.lo < true < found["rms"].interval.hi
    assert found["yaw"].interval.hi / found["yaw"].value > (true / read) ** 2


def test_an_axis_that_follows_a_shake_may_not_tremble():
    """A nod in step of a fifth of a shake may be none: in size, in share, and in differences."""
    shake = np.sqrt(2) * np.sin(2 * np.pi * 4.6 * T)
    x = np.outer([1.0, 0.2, 0.05], shake) + _noise() / 4
    size = {e.part: e for e in _run("head.tremor_pow", x).estimates}
    assert size["pitch"].interval.lo < 0.02 * size["pitch"].value
    share = {e.part: e for e in _run("head.tremor_axis", x).estimates}
    assert share["pitch"].interval.lo < 0.1 < share["pitch"].value
    assert share["yaw"].interval.hi > 99.5


def test_the_difference_of_two_tremors_holds_the_gain_of_both_postures():
    """A third of a shake that reads as 0.335 may be 0.286 of it: gains of 0.79 and 0.94."""
    channels = tuple(Channel(name=f"head_{a}", kind="head", unit="deg", site=a) for a in AXES)
    shake = np.sqrt(2) * np.sin(2 * np.pi * 4.6 * T)
    films = [
        recording(
            np.outer([size, 0.05, 0.05], shake) + _noise(s) / 4,
            channels,
            rate_hz=RATE_HZ,
            condition=Condition.of(task="let_go", trick=trick),
        )
        for size, s, trick in ((0.77, 1, "off"), (0.335 * 0.77, 2, "on"))
    ]
    held = visit(*films)
    outcome = run_measure(entry("head.tremor_pow"), held, visit_spans(held), seed=1)
    found = {c.measure: c.interval for c in outcome.contrasts}
    assert found["head.tremor_pow.rms"].lo < 0.286 < found["head.tremor_pow.rms"].hi < 0.7
    assert found["head.tremor_pow.yaw"].lo < 0.286**2 < found["head.tremor_pow.yaw"].hi < 0.5


def test_the_ratio_of_two_tilts_holds_a_gain_that_changes_with_the_posture():
    """Half a tilt that reads as 0.73 of it, by gains of 0.79 and 1.15, in 18 seconds each."""
    channels = tuple(Channel(name=f"head_{a}", kind="head", unit="deg", site=a) for a in AXES)
    t = T[: round(18 * RATE_HZ)]
    films = [
        recording(
            np.outer([0.05, 0.1, size], np.sqrt(2) * np.sin(2 * np.pi * 5.3 * t))
            + _noise(s, len(t)),
            channels,
            rate_hz=RATE_HZ,
            condition=Condition.of(task="let_go", trick=trick),
        )
        for size, s, trick in ((0.79 * 1.1, 1, "off"), (1.15 * 0.55, 2, "on"))
    ]
    held = visit(*films)
    outcome = run_measure(entry("head.tremor_pow"), held, visit_spans(held), seed=1)
    found = {c.measure: c.interval for c in outcome.contrasts}
    assert 0.4 < found["head.tremor_pow.rms"].lo < 0.5 < found["head.tremor_pow.rms"].hi
    assert 0.4**2 < found["head.tremor_pow.roll"].lo < 0.5**2


def _turns(sizes, lasts_s):
    """Return turns to and fro of least jerk, one in three seconds."""
    t = np.arange(round((3 * len(sizes) + 1) * 60)) / 60
    yaw = np.zeros(len(t))
    for k, size in enumerate(sizes):
        u = np.clip((t - 1 - 3 * k) / lasts_s, 0, 1)
        yaw += size * (-1) ** k * u**3 * (10 - 15 * u + 6 * u**2)
    return np.outer([1.0, 0.1, 0.0], yaw) + 0.5 * _noise(10, len(t))


def test_every_turn_is_one_movement_and_size_does_not_matter():
    """Ten turns are ten movements; turns of 30 and of 60 degrees are equally smooth."""
    values = []
    for size in (30.0, 60.0):
        (e,) = _run("head.sparc", _turns([size] * 10, 1.2), rate_hz=60.0, task="range").estimates
        assert dict(e.details)["movements"] == 10
        values.append(e.value)
    assert values[0] == pytest.approx(values[1], abs=0.03)


def test_trembling_turns_are_less_smooth():
    """A tremor of 4 Hz on top makes the same turns less smooth, in both numbers."""
    calm = _turns([50.0] * 10, 1.2)
    shaking = calm.copy()
    shaking[0] += 1.0 * np.sin(2 * np.pi * 4 * np.arange(calm.shape[1]) / 60)
    before, after = (
        _run("head.sparc", x, rate_hz=60.0, task="range").estimates[0] for x in (calm, shaking)
    )
    assert after.value < before.value - 0.1
    assert dict(after.details)["ldlj"] < dict(before.details)["ldlj"] - 0.5


def test_smoothness_is_only_of_turns():
    """While the head is held, no smoothness is given."""
    assert not _run("head.sparc", _turns([50.0] * 10, 1.2), rate_hz=60.0).estimates


@pytest.mark.parametrize(
    ("task", "size", "there"), [("closures", 0.45, 0), ("closures", 1.5, 1), ("hold", 1.5, 1)]
)
def test_lids_and_jaw_that_work_are_no_slow_movement(task, size, there):
    """Slow movement that grows by as little as lids or jaw make of it does not differ from rest."""
    channels = tuple(Channel(name=f"head_{a}", kind="head", unit="deg", site=a) for a in AXES)
    films = [
        recording(k * _jerks() + _noise(s), channels, rate_hz=RATE_HZ, condition=c)
        for k, s, c in ((0.15, 1, Condition.of(task="rest")), (size, 2, Condition.of(task=task)))
    ]
    held = visit(*films)
    outcome = run_measure(entry("head.slow_movement"), held, visit_spans(held), seed=1)
    (found,) = outcome.contrasts
    assert (found.p < 0.05) == bool(there)
    assert any("face works" in n for e in outcome.estimates for n in e.notes) is (
        task == "closures"
    )


def test_a_small_face_may_add_more_to_a_small_tremor():
    """The size is the same and its limits reach further; of a large tremor hardly."""

    def width(size, *flags):
        x = _noise() + size * np.sin(2 * np.pi * 5 * T) * [[1], [0], [0]]
        outcome = _run("head.tremor_pow", x, flags=flags)
        (rms,) = (e for e in outcome.estimates if e.part == "rms")
        return rms.value, np.log(rms.interval.hi / rms.interval.lo)

    (near, small), (far, wide) = width(0.7), width(0.7, "face_small")
    assert far == near
    assert wide > 1.2 * small
    assert width(6.0, "face_small")[1] < 1.05 * width(6.0)[1]


def test_glasses_may_enlarge_a_shake_and_no_nod():
    """The limits of a shake reach further where glasses are worn, those of a nod do not."""

    def width(axis, *flags):
        x = _noise() + 3.0 * np.sin(2 * np.pi * 5 * T) * np.eye(3)[:, [axis]]
        (rms,) = (e for e in _run("head.tremor_pow", x, flags=flags).estimates if e.part == "rms")
        return np.log(rms.interval.hi / rms.interval.lo)

    assert width(0, "glasses") > 1.4 * width(0)
    assert width(1, "glasses") == pytest.approx(width(1), rel=0.02)
