"""Agreement against published tables and independent libraries."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.model import InvalidRecord
from eutonia.stats.agreement import KINDS, bland_altman, icc, sem, weighted_kappa
from eutonia.stats.change import minimal_detectable_change

#: Six people, four judges: Shrout and Fleiss 1979, table 2.
SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
#: Their table 4.
PUBLISHED = {"1,1": 0.17, "2,1": 0.29, "3,1": 0.71, "1,k": 0.44, "2,k": 0.62, "3,k": 0.91}
PINGOUIN = {
    "1,1": "ICC(1,1)",
    "2,1": "ICC(A,1)",
    "3,1": "ICC(C,1)",
    "1,k": "ICC(1,k)",
    "2,k": "ICC(A,k)",
    "3,k": "ICC(C,k)",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_example_is_reproduced(kind):
    """All six forms give the values printed by Shrout and Fleiss."""
    assert round(icc(SHROUT_FLEISS, kind=kind).value, 2) == PUBLISHED[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_values_and_limits_are_those_of_pingouin(kind, seed):
    """An independent program gives the same values, and limits to the two digits it prints."""
    import pandas
    import pingouin

    rng = np.random.default_rng(seed)
    n, k = 8 + 3 * seed, 2 + seed
    x = rng.normal(size=(n, 1)) * 2 + rng.normal(size=(1, k)) + rng.normal(size=(n, k))
    rows = [(i, j, x[i, j]) for i in range(n) for j in range(k)]
    frame = pandas.DataFrame(rows, columns=["person", "rater", "value"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = pingouin.intraclass_corr(frame, targets="person", raters="rater", ratings="value")
    row = other.set_index("Type").loc[PINGOUIN[kind]]
    ours = icc(x, kind=kind)
    assert ours.value == pytest.approx(row["ICC"], abs=1e-10)
    limits = row["CI95"] if "CI95" in row else row["CI95%"]
    assert [ours.lo, ours.hi] == pytest.approx(list(limits), abs=0.005 + 1e-9)


def test_the_interval_of_agreement_covers():
    """Over 400 simulated samples the 95 % interval of ICC(2,1) holds the truth in 92 to 98 %."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        people = rng.normal(size=(15, 1)) * 2
        x = people + rng.normal(size=(1, 6)) + rng.normal(size=(15, 6))
        found = icc(x)
        hits += found.lo <= 4 / 6 <= found.hi
    assert 0.92 <= hits / 400 <= 0.98


def test_missing_ratings_are_an_error_or_left_out_and_counted():
    """A missing rating is never filled in: it stops, or the person is dropped and counted."""
    x = np.array(SHROUT_FLEISS, dtype=float)
    x[2, 1] = np.nan
    with pytest.raises(InvalidRecord, match="1 of 6 people lack a rating"):
        icc(x)
    found = icc(x, missing="listwise")
    assert (found.n_subjects, found.n_dropped) == (5, 1)
    assert found.value == icc(np.delete(x, 2, axis=0)).value


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        ([[1, 2]], "at least 2 people"),
        ([[1], [2]], "at least 2 raters|by at least 2"),
        ([[1, 1], [1, 1]], "equal"),
        ([[1, np.inf], [1, 2]], "infinite"),
        ([1, 2, 3], "1 dimensions"),
    ],
)
def test_impossible_ratings_are_refused(ratings, words):
    """Too few people or raters, no spread, or infinite ratings are named."""
    with pytest.raises(InvalidRecord, match=words):
        icc(ratings)


def test_perfect_agreement_is_one_and_a_constant_shift_is_not_agreement():
    """Raters who differ by a constant are consistent (3,1), but do not agree (2,1)."""
    x = np.array([[1.0, 1], [2, 2], [3, 3]])
    assert icc(x).value == icc(x).lo == icc(x).hi == 1
    shifted = x + np.array([0, 5])
    assert icc(shifted, kind="3,1").value == 1
    assert icc(shifted).value < 0.2


ROWS = st.lists(
    st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=3, max_size=12
).filter(lambda rows: len({v for r in rows for v in r}) > 1)


@given(ROWS, st.sampled_from(["1,1", "2,1", "3,1"]), st.floats(0.1, 10))
def test_units_do_not_matter(rows, kind, gain):
    """An agreement does not change with the unit or the zero of the scale."""
    x = np.array(rows, dtype=float)
    one, other = icc(x, kind=kind), icc(gain * x + 3, kind=kind)
    assert [one.value, one.lo, one.hi] == pytest.approx([other.value, other.lo, other.hi], abs=1e-6)


@given(ROWS, st.sampled_from(["1,1", "3,1"]))
def test_the_value_lies_within_its_limits(rows, kind):
    """Exact limits enclose the value, and nothing is above 1."""
    found = icc(np.array(rows, dtype=float), kind=kind)
    assert found.lo - 1e-9 <= found.value <= found.hi + 1e-9
    assert found.hi <= 1 + 1e-12


def test_error_of_measurement_of_absolute_agreement():
    """SD·√(1 − ICC(2,1)) is the spread of raters and error together, by the components."""
    x = np.array(SHROUT_FLEISS, dtype=float)
    n, k = x.shape
    people, raters = x.mean(axis=1, keepdims=True), x.mean(axis=0, keepdims=True)
    error = ((x - people - raters + x.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    over_raters = ((raters.ravel() - x.mean()) ** 2).sum() * n / (k - 1)
    expected = np.sqrt((over_raters - error) / n + error)
    found = icc(x)
    assert sem(found.sd, found.value) == pytest.approx(expected)


def test_the_published_minimal_detectable_change():
    """An SEM of 2.6 % gives 7.21 %, published as 7.2 % (T12)."""
    assert round(minimal_detectable_change(2.6), 2) == 7.21


def test_error_of_measurement_by_hand():
    """With SD 10 and reliability 0.84 the error of measurement is 4."""
    assert sem(10, 0.84) == pytest.approx(4)
    assert sem(10, -0.3) == 10
    with pytest.raises(InvalidRecord, match="above"):
        sem(10, 1.2)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_independent_libraries(weights, seed):
    """Value as in scikit-learn, and standard error as in statsmodels."""
    from sklearn import metrics
    from statsmodels.stats import inter_rater as rater

    rng = np.random.default_rng(seed)
    a = rng.integers(0, 5, size=80)
    b = np.clip(a + rng.integers(-1, 2, size=80), 0, 4)
    ours = weighted_kappa(a, b, weights=weights, levels=range(5))
    theirs = metrics.cohen_kappa_score(a, b, labels=list(range(5)), weights=weights)
    assert ours.value == pytest.approx(theirs, abs=1e-12)
    counts, _ = rater.to_table(np.stack([a, b], axis=1), bins=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = rater.cohens_kappa(
            counts, wt="quadratic" if weights == "quadratic" else "linear", return_results=True
        )
    assert (ours.hi - ours.lo) / 2 / 1.959963984540054 == pytest.approx(other.std_kappa, rel=1e-9)


def test_kappa_by_hand():
    """Two steps, 3 of 4 agreed, chance one half: kappa is one half."""
    found = weighted_kappa([0, 0, 1, 1], [0, 0, 1, 0], weights="linear")
    assert found.value == pytest.approx(0.5)
    assert found.n == 4


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ([1, 1], [1, 1], "same rating"),
        ([1, 2], [1], "pairs"),
        ([1, np.nan], [1, 2], "missing"),
        ([1, 9], [1, 2], "outside"),
    ],
)
def test_impossible_pairs_are_refused(a, b, words):
    """No spread, no pairs, a missing or an impossible rating are named."""
    with pytest.raises(InvalidRecord, match=words):
        weighted_kappa(a, b, levels=[1, 2, 3])


def test_limits_of_agreement_by_hand():
    """Differences 1, 2 and 3 have mean 2, SD 1, limits 0.04 to 3.96."""
    found = bland_altman([2, 4, 6], [1, 2, 3])
    assert (found.bias, found.sd, found.n) == (2, 1, 3)
    assert (round(found.lower, 2), round(found.upper, 2)) == (0.04, 3.96)
    half = 4.302653 / np.sqrt(3)  # Student, 2 degrees of freedom
    assert found.bias_interval == pytest.approx((2 - half, 2 + half), abs=1e-5)
    with pytest.raises(InvalidRecord, match="3 complete pairs"):
        bland_altman([1, 2], [1, 2])


def test_the_error_of_a_limit_is_that_of_the_published_approximation():
    """Bland and Altman give about √(3/n)·SD as the standard error of each limit."""
    rng = np.random.default_rng(3)
    a = rng.normal(size=40)
    b = a + rng.normal(size=40) * 0.3 + 0.1
    found = bland_altman(a, b)
    d = a - b
    assert found.lower == pytest.approx(d.mean() - 1.959963984540054 * d.std(ddof=1))
    # Bland and Altman 1999: the error of a limit is about √(3/n)·SD (1.71² ≈ 1 + 1.96²/2).
    half = (found.upper_interval[1] - found.upper_interval[0]) / 2
    assert half == pytest.approx(2.0227 * 1.71 * d.std(ddof=1) / np.sqrt(40), rel=0.01)
