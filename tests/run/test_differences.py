"""Contrasts of two numbers: of two sides, which share their blocks, and of two conditions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from eutonia.measures import entry
from eutonia.measures.emg.imc import BANDS
from eutonia.measures.positions import with_systematic
from eutonia.model import BlockBootstrap, Condition, Jackknife, Result, Target, Varying
from eutonia.model.result import PartShown
from eutonia.run import run_measure, visit_spans
from eutonia.run.differences import Measured, Term, compare
from eutonia.run.pool import pool
from eutonia.simulate.visit import emg_channel, recording, visit
from eutonia.stats.multiple import false_discovery

#: Any measure whose sides are compared by a difference.
PLAIN = replace(entry("gait.stride_time").declared, interval=Jackknife())
IN_TIME = replace(PLAIN, interval=Jackknife(in_time=True))
RATIO = replace(PLAIN, scale="ratio")
DRAWN = replace(RATIO, interval=BlockBootstrap(block_s=1.0))


def _mean(total):
    with np.errstate(invalid="ignore", divide="ignore"):
        return total[..., :1] / total[..., 1:]


def _measured(x, measure=PLAIN, **result):
    """Pool the values of blocks, ``(n_blocks, n_sides)``; NaN: the side was not seen."""
    blocks = np.stack([np.nan_to_num(x), np.isfinite(x).astype(float)], axis=-1)
    pooled = pool(measure, Result(blocks=blocks, finish=_mean, **result), n_spans=1, seed=0)
    sides = ("left", "right")[: x.shape[1]]
    targets = tuple(Target(label=f"{s} foot", channels=(s,), sites=("f",), side=s) for s in sides)
    usable = frozenset((i, 0) for i in range(len(sides)))
    return Measured(
        condition=Condition(), targets=targets, pooled=pooled, repeats=(1,), usable=usable
    )


def _sides(x, measure=PLAIN, **result):
    made = _measured(x, measure, **result)
    return compare(measure, Term(made, 0, 0), Term(made, 1, 0))


def _conditions(x, y, measure=PLAIN, **result):
    one, other = (_measured(v[:, None], measure, **result) for v in (x, y))
    return compare(measure, Term(one, 0, 0), Term(other, 0, 0))


def test_two_sides_of_one_recording_are_compared_as_pairs():
    """For means, the difference of two sides is the paired t-test of SciPy."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((20, 1)) * 5 + rng.standard_normal((20, 2)) + [1.0, 0.0]
    found, test = _sides(x), stats.ttest_rel(x[:, 0], x[:, 1])
    assert found.p == pytest.approx(test.pvalue)
    limits = test.confidence_interval(0.95)
    assert (found.interval.lo, found.interval.hi) == pytest.approx((limits.low, limits.high))


def test_two_conditions_are_compared_as_independent():
    """For means, the difference of two conditions is Welch's t-test of SciPy."""
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal(20) * 3 + 1, rng.standard_normal(35)
    found, test = _conditions(x, y), stats.ttest_ind(x, y, equal_var=False)
    assert found.p == pytest.approx(test.pvalue)
    limits = test.confidence_interval(0.95)
    assert (found.interval.lo, found.interval.hi) == pytest.approx((limits.low, limits.high))


def test_a_block_that_only_one_side_has_counts_for_that_side_alone():
    """Sides seen in turn share no block: their difference is that of independent means."""
    rng = np.random.default_rng(2)
    x = np.full((40, 2), np.nan)
    x[:20, 0], x[20:, 1] = rng.standard_normal(20), rng.standard_normal(20)
    found = _sides(x)
    error = np.hypot(stats.sem(x[:20, 0]), stats.sem(x[20:, 1]))
    half = stats.t.ppf(0.975, 19) * error
    assert found.interval.hi - found.value == pytest.approx(half)


def test_ratios_cover_on_the_scale_of_the_logarithm():
    """The ratio of two sides, and of two conditions, holds the truth in 95 of 100 recordings."""
    rng = np.random.default_rng(3)
    sides, conditions = [], []
    for _ in range(400):
        both = np.exp(0.3 * rng.standard_normal((25, 1)))
        x = both * np.exp(0.2 * rng.standard_normal((25, 2))) * [2.0, 1.0]
        for found, into in ((_sides(x, RATIO), sides), (_conditions(*x.T, RATIO), conditions)):
            into.append(found.interval.lo <= 2.0 <= found.interval.hi)
    assert 0.925 <= np.mean(sides) <= 0.975
    assert np.mean(conditions) >= 0.97  # what both share cancels, which conditions cannot know


def test_neighbours_that_resemble_each_other_widen_a_difference_of_sides():
    """Where the difference drifts, a jackknife in time covers and a plain one does not."""
    rng = np.random.default_rng(4)
    n, r, covered = 40, 0.5, {True: [], False: []}
    for _ in range(500):
        x = np.empty((n, 2))
        x[0] = rng.standard_normal(2)
        for i in range(1, n):
            x[i] = r * x[i - 1] + np.sqrt(1 - r**2) * rng.standard_normal(2)
        for in_time, measure in ((True, IN_TIME), (False, PLAIN)):
            interval = _sides(x + 10 * rng.standard_normal((n, 1)), measure).interval
            covered[in_time].append(interval.lo <= 0 <= interval.hi)
    assert np.mean(covered[False]) < 0.85
    assert 0.92 <= np.mean(covered[True]) <= 0.98


def test_an_error_of_the_camera_may_be_opposite_on_two_sides():
    """A constant error is in the difference of sides twice, and cancels between conditions."""
    rng = np.random.default_rng(5)
    x, sd = 0.01 * rng.standard_normal((30, 2)), 1.0
    found = _sides(x, limits=with_systematic(sd))
    assert found.interval.hi - found.value == pytest.approx(2 * 1.96 * sd, rel=0.01)
    assert "blocks do not show" in found.interval.method
    assert found.p > 0.9
    found = _conditions(*x.T, limits=with_systematic(sd))
    assert found.interval.hi - found.value < 0.05


def test_limits_wider_than_students_widen_a_contrast_of_conditions():
    """A measure that doubles its error, because segments overlap, has it doubled in contrasts."""
    rng = np.random.default_rng(6)
    x = rng.standard_normal((30, 2))

    def doubled(value, error, df):
        half = 2 * stats.t.ppf(0.975, df)[:, None] * error
        return value - half, value + half

    plain, wide = _conditions(*x.T), _conditions(*x.T, limits=doubled)
    width = (wide.interval.hi - wide.interval.lo) / (plain.interval.hi - plain.interval.lo)
    assert width == pytest.approx(2, rel=0.03)
    assert wide.p > plain.p


def test_limits_that_need_no_blocks_are_combined_as_they_are():
    """What is known of one moment does not vary with blocks, be they few: limits of both add up."""

    def known(value, error, df):
        return value - 0.5, value + 1.0

    x = np.array([[3.0, 1.0], [3.0, 1.0], [3.0, 1.0]])
    found = _sides(x, limits=known)
    assert (found.interval.lo, found.interval.hi) == pytest.approx((2 - 1.5, 2 + 1.5))
    assert "without blocks" in found.interval.method
    found = _conditions(*x.T, limits=known)
    half = np.hypot(0.5, 1.0)
    assert (found.interval.lo, found.interval.hi) == pytest.approx((2 - half, 2 + half))
    assert found.p < 0.05


def test_sides_that_never_differ_have_no_interval_and_say_why():
    """Counts that are the same in every block do not show how sure a difference of 0 is."""
    x = np.repeat(np.random.default_rng(7).integers(0, 3, (20, 1)).astype(float), 2, axis=1)
    found = _sides(x)
    assert (found.value, found.interval, found.no_interval) == (0.0, None, "no_spread")


def test_a_number_that_stands_on_one_block_says_that_it_is_unstable():
    """A ratio that is undefined without one block has no interval, and says why."""
    x = np.column_stack([np.r_[1.0, np.zeros(19)], np.ones(20)])
    found = _sides(x, RATIO)
    assert (found.interval, found.no_interval) == (None, "unstable")


def test_the_coherence_of_two_sides_is_compared_with_an_interval_that_holds():
    """Muscles with a common drive on the left only, all moved by one drive of both sides."""
    from eutonia.simulate import emg

    rate_hz, n, covered, p = 1000, 90_000, [], []
    freq = np.arange(1.0, 51.0)
    kinds = {"rate_hz": rate_hz, "band_hz": (50.0, 300.0), "drive_band_hz": (2.0, 34.0)}
    truth = emg.rectified_coherence(freq, depth_common=0.35, depth_own=0.15, **kinds)
    channels = [
        emg_channel(site, side)
        for side in ("left", "right")
        for site in ("splenius_capitis", "sternocleidomastoid")
    ]
    for seed in range(40):
        rng = np.random.default_rng(seed)
        slow = emg.narrowband(rng, 5, n, rate_hz=rate_hz, band_hz=(2.0, 34.0))
        moved = 1 + 0.35 * slow[[0, 0, 4, 3]] + 0.15 * slow[[1, 2, 1, 2]]
        x = emg.modulated(emg.carrier(rng, 4, n, rate_hz=rate_hz, band_hz=kinds["band_hz"]), moved)
        made = visit(recording(50 * x, channels, rate_hz=rate_hz, condition=Condition()))
        outcome = run_measure(entry("imc"), made, visit_spans(made))
        for c in outcome.contrasts:
            lo, hi = BANDS[c.measure.removeprefix("imc.")]
            true = truth[(freq >= lo) & (freq <= hi)].mean()  # none on the right
            covered.append(c.interval.lo <= true <= c.interval.hi)
            p.append(c.p)
    assert len(covered) == 40 * len(BANDS)
    assert 0.90 <= np.mean(covered) <= 0.995
    assert np.mean(np.array(p) < 0.05) > 0.9


@pytest.mark.parametrize(
    "measure",
    ["gait.step_time", "eyes.closed_share", "mouth.corner_pull"],
)
def test_sides_of_simulated_people_hold_the_truth(measure):
    """The difference of both sides lies in its interval in most recordings, as chance has it."""
    held, one = [], entry(measure)
    for seed in range(9000, 9030):
        made, truth = one.example(seed)
        for c in run_measure(one, made, visit_spans(made)).contrasts:
            part = c.measure.removeprefix(one.declared.id).lstrip(".")
            mine = truth[c.target.label, c.condition.label, part]
            theirs = truth[c.target.label.replace("left", "right"), c.condition.label, part]
            assert (c.a, c.b) == ("left", "right")
            held.append(c.interval.lo <= mine - theirs <= c.interval.hi)
    lowest = stats.binom.ppf(0.001, len(held), 0.95) / len(held)
    assert np.mean(held) >= lowest


def _of_draws(rng, n_blocks, times, n):
    """Return p-values of ratios of two root mean squares, of which the first is so much larger."""
    blocks = (
        np.stack([rng.gamma(8, 1 / 8, (n_blocks, n)) * f**2, np.ones((n_blocks, n))], axis=-1)
        for f in (times, 1.0)
    )
    one, other = (
        pool(DRAWN, Result(blocks=b, finish=lambda t: np.sqrt(_mean(t))), n_spans=1, seed=s)
        for s, b in enumerate(blocks)
    )
    usable = frozenset((i, 0) for i in range(n))
    targets = tuple(Target(label=str(i), channels=(), sites=()) for i in range(n))
    made = [
        Measured(condition=Condition(), targets=targets, pooled=p, repeats=(1,), usable=usable)
        for p in (one, other)
    ]
    terms = ([Term(m, i, 0) for m in made] for i in range(n))
    return np.array([compare(DRAWN, *both).p for both in terms])


@pytest.mark.parametrize("n_blocks", [8, 12, 30])
def test_p_values_of_the_bootstrap_hold_for_few_blocks(n_blocks):
    """Of equal conditions at most one in twenty differs at 0.05, and next to none at 0.002."""
    p = np.concatenate([_of_draws(np.random.default_rng(s), n_blocks, 1.0, 250) for s in range(12)])
    for level in (0.05, 0.002):
        assert np.mean(p <= level) <= level + 3 * np.sqrt(level / len(p))
    assert np.mean(p <= 0.05) > 0.02


def test_one_muscle_that_differs_is_found_among_hundreds():
    """A threefold amplitude survives false-discovery control over 500 contrasts, alone."""
    rng = np.random.default_rng(7)
    p = np.append(_of_draws(rng, 30, 1.0, 499), _of_draws(rng, 30, 3.0, 1))
    q = false_discovery(p)
    assert q[-1] < 0.001
    assert (q[:-1] > 0.05).all()


@pytest.mark.parametrize("true", [0.0, 40.0, 80.0])
def test_limits_hold_an_error_that_grows_with_the_true_difference(true):
    """Of differences read with 0.3 of themselves as error (SD), 95 % of the intervals hold them."""
    rng = np.random.default_rng(21)
    gain, n, held, told = 0.3, 400, 0, 0
    varying = Varying(sd=np.full((1, 1), 5.0), gain=np.full((1, 1), gain))
    for _ in range(n):
        read = true * (1 + gain * rng.standard_normal())
        a, b = (
            _measured((at + 5 * rng.standard_normal() + noise)[:, None], varying=varying)
            for at, noise in ((read, rng.standard_normal(30)), (0.0, rng.standard_normal(30)))
        )
        found = compare(PLAIN, Term(a, 0, 0), Term(b, 0, 0))
        held += found.interval.lo <= true <= found.interval.hi
        told += found.interval.lo > 0 or found.interval.hi < 0
        assert (found.p < 0.05) == (found.interval.lo > 0 or found.interval.hi < 0)
    assert held / n > 0.93
    assert (told / n < 0.08) if not true else told / n > 0.5


@pytest.mark.parametrize("measure", [PLAIN, RATIO])
@pytest.mark.parametrize("sides", [False, True])
def test_limits_reach_to_what_is_true_where_a_part_of_it_is_read(measure, sides):
    """Of what is read as little as a fifth the limits hold the truth; value and p stay as read."""
    rng = np.random.default_rng(22)
    back = np.exp if measure is RATIO else np.array
    true, sd = 2.0, np.full((2, 1), 0.1)
    x = back(np.array([0.2 * true, 0.0]) + 0.1 * rng.standard_normal((30, 2)))
    part, other = PartShown(usual=0.4, least=0.15), PartShown(usual=0.9, least=0.8)
    plain = Varying(sd=sd, sides=sd)
    named = replace(plain, shown=other, shown_sides=part)
    if not sides:
        named = replace(plain, shown=part, shown_sides=other)
    found, bare = (
        _sides(x, measure, varying=v) if sides else _conditions(*x.T, measure, varying=v)
        for v in (named, plain)
    )
    assert (found.value, found.p) == (bare.value, bare.p)
    assert found.interval.lo == pytest.approx(bare.interval.lo)
    assert bare.interval.hi < back(true) < found.interval.hi
    assert found.interval.method != bare.interval.method


def test_two_sides_that_act_in_turn_have_each_its_own_errors():
    """Of the other recording its own target's error counts, also where it is another row there."""
    rng = np.random.default_rng(23)
    unseen = np.full((2, 1), np.nan)
    made = []
    for row, sd in ((0, 3.0), (1, 4.0)):
        sds = unseen.copy()
        sds[row] = sd
        x = np.full((20, 2), np.nan)
        x[:, row] = rng.standard_normal(20)
        varying = Varying(sd=sds, sides=sds, further=(np.zeros((2, 1)), np.zeros((2, 1))))
        made.append(Term(_measured(x, varying=varying), row, 0))
    found = compare(PLAIN, *made)
    half = (found.interval.hi - found.interval.lo) / 2
    assert half == pytest.approx(np.hypot(1.96 * 5, 2.02 * np.sqrt(2 / 20)), rel=0.02)
