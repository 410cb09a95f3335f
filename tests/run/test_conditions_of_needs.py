"""In which conditions a measure is taken, and which condition is its auxiliary one."""

import pytest

from eutonia.model import Aux, Condition, Needs, Range, Whole

NOW = Condition.of(task="writing", trick="off", medication="on")


def _needs(**kwargs):
    return Needs(inputs={}, target=Whole(), **kwargs)


def test_an_auxiliary_condition_by_task_is_any_with_that_task():
    """The maximal contraction serves every condition, whatever else was so then."""
    aux = Aux(task="mvc")
    assert aux.holds(Condition.of(task="mvc", trick="on"), NOW)
    assert not aux.holds(Condition.of(task="rest"), NOW)


@pytest.mark.parametrize(
    ("levels", "holds"),
    [
        ({"task": "writing", "trick": "on", "medication": "on"}, True),
        ({"task": "writing", "trick": "off", "medication": "on"}, False),
        ({"task": "counting", "trick": "on", "medication": "on"}, False),
        ({"task": "writing", "trick": "on", "medication": "off"}, False),
    ],
)
def test_an_auxiliary_condition_by_factor_differs_in_that_factor_alone(levels, holds):
    """The same task with the trick on is the other condition; another task with it is not."""
    assert Aux(factor="trick", level="on").holds(Condition.of(**levels), NOW) == holds


def test_a_measure_is_not_taken_in_its_own_auxiliary_condition():
    """With the trick on there is nothing to hold the trick against; in the zero neither."""
    by_factor = _needs(aux={"on": Aux(factor="trick", level="on")})
    assert by_factor.takes(NOW)
    assert not by_factor.takes(Condition.of(task="writing", trick="on"))
    assert not _needs(aux={"zero": Aux(task="zero")}).takes(Condition.of(task="zero"))


def test_tasks_are_the_only_ones_where_they_are_named():
    """The range is taken in the range alone; other measures everywhere but where they say."""
    only = _needs(tasks=frozenset({"range"}))
    assert [only.takes(Condition.of(task=t)) for t in ("range", "let_go")] == [True, False]
    but = _needs(not_tasks=frozenset({"range"}))
    assert [but.takes(Condition.of(task=t)) for t in ("range", "let_go")] == [False, True]


def test_a_level_that_was_asked_for_is_not_measured():
    """Closures are not counted in somebody who was told to keep the eyes closed."""
    needs = _needs(not_levels=frozenset({("eyes", "closed")}))
    assert needs.takes(Condition.of(task="rest"))
    assert not needs.takes(Condition.of(task="rest", eyes="closed"))


@pytest.mark.parametrize(
    ("value", "flags"),
    [(44.9, ()), (-45.0, ()), (45.1, ("at_least_45",)), (-60.0, ("at_least_30",))],
)
def test_a_value_beyond_a_range_that_saturates_is_at_least_its_end(value, flags):
    """The end on the side of the value is named, without a sign; others say nothing."""
    lo = -30 if value == -60 else -45
    assert Range(lo=lo, hi=45, shown_by="x", saturates=True).beyond(value) == flags
    assert Range(lo=lo, hi=45, shown_by="x").beyond(value) == ()


@pytest.mark.parametrize(("near", "least"), [(49.0, "49"), (41.26, "41.3"), (0.0, "0")])
def test_beyond_a_range_that_saturates_the_near_end_of_the_interval_is_the_least(near, least):
    """With an interval its end towards 0 is named, wherever the range ends."""
    beyond = Range(lo=-45, hi=45, shown_by="x", saturates=True).beyond
    assert beyond(52.0, near) == beyond(-52.0, near) == (f"at_least_{least}",)
    assert beyond(44.0, near) == ()


def test_a_size_below_its_range_is_not_at_least_anything():
    """A deviation of 2 degrees, below what is resolved, is only outside the range."""
    assert Range(lo=5, hi=45, shown_by="x", saturates=True).beyond(2.0) == ()
