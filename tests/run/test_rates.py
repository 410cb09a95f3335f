"""Least rates and least lengths hold for what a rate is called, and what is too short says so."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition, Input
from eutonia.model.measure import named_hz
from eutonia.run import run_measure, visit_spans
from eutonia.run.inputs import below
from eutonia.simulate.mouth import channel
from eutonia.simulate.visit import recording, visit

LID = Input(kind="lid", min_rate_hz=27)
DURATION = Input(kind="lid", min_rate_hz=55)


def chewing(rate_hz, seconds, measure="mouth.jaw_excursion"):
    """Return what a jaw that opens once a second gives at a rate."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    x = 3 + 4 * np.sin(2 * np.pi * t) + 0.1 * np.random.default_rng(1).standard_normal(len(t))
    made = visit(
        recording(
            x[None], (channel("jaw_opening"),), rate_hz=rate_hz, condition=Condition.of(task="rest")
        )
    )
    return run_measure(entry(measure), made, visit_spans(made))


@pytest.mark.parametrize("rate_hz", [24.0, 24000 / 1001, 23.9425, 1 / 0.042])
def test_a_film_of_24_pictures_a_second_is_enough_where_24_are_needed(rate_hz):
    """As named, as broadcast, by a phone's clock, and with stamps in whole milliseconds."""
    found = chewing(rate_hz, 40)
    assert not found.not_measurable
    assert found.estimates


def test_20_pictures_a_second_are_too_few_where_24_are_needed():
    """The tolerance is for names of rates, not for slower cameras."""
    (missing,) = chewing(20.0, 40).not_measurable
    assert missing.code == "rate"


@pytest.mark.parametrize(("input_", "published"), [(LID, 27.0), (DURATION, 55.0)])
def test_published_limits_between_the_names_stay_as_they_are(input_, published):
    """No rate just below 27 or 55 is called by a higher name; 29.97 and 59.94 pass."""
    assert input_.fast_enough(published, ())
    assert not input_.fast_enough(published - 0.01, ())
    assert input_.fast_enough({27.0: 29.97, 55.0: 59.94}[published], ())


def test_a_rate_is_never_named_below_itself():
    """What is faster than its name stays as fast as it is."""
    assert named_hz(30.2) == 30.2
    assert named_hz(0.0) == 0.0


@pytest.mark.parametrize(("n", "enough"), [(180, True), (179, True), (177, False)])
def test_six_seconds_may_lack_one_picture(n, enough):
    """Where 6 s are needed at 30 pictures a second, 179 pictures do, and 177 do not."""
    codes = [m.code for m in chewing(30.0, n / 30).not_measurable]
    assert ("too_short" not in codes) == enough


def test_what_is_too_short_is_never_rounded_to_enough():
    """7.96 of 8 s is written as 7.96, in the sentence as well."""
    assert below(7.96, 8) == "7.96"
    assert below(7.9996, 8) == "7.9996"
    assert below(5.0, 8) == "5.0"
    (missing,) = chewing(100.0, 5.97).not_measurable
    assert missing.reason.startswith("Only 5.97 s of video of the mouth")
