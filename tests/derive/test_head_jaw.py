"""The nod that a jaw can read as, beside the head's angles."""

import numpy as np
import pytest

from eutonia.derive.head_jaw import SITE, with_jaw
from eutonia.knowledge import table
from eutonia.measures import nod_of_jaw
from eutonia.model import Channel, Movement


def _movement(kind, sites, x, good=None):
    x = np.asarray(x, dtype=np.float64)
    return Movement(
        kind=kind,
        channels=tuple(Channel(name=s, kind=kind, unit="%", site=s) for s in sites),
        x=x,
        good=np.ones(x.shape, dtype=bool) if good is None else np.asarray(good),
    )


HEAD = _movement("head", ["pitch"], [[1.0, 2.0, 3.0]])


def test_an_opening_jaw_reads_as_a_chin_that_sinks():
    """The channel is the opening from its mean, times the table, where the jaw is seen."""
    jaw = _movement("mouth", ["jaw_opening"], [[10.0, 14.0, 99.0]], [[True, True, False]])
    made = with_jaw(HEAD, jaw)
    factor = table("nod_of_jaw")["deg_per_percent"]
    assert factor < 0
    assert made.channels[-1].unit == "deg"
    assert made.x[-1] == pytest.approx([-2 * factor, 2 * factor, 0.0])
    assert made.good[-1].tolist() == [True, True, False]


def test_the_angles_of_the_head_stay_as_they_are():
    """Only a channel is added; without a mouth nothing is."""
    jaw = _movement("mouth", ["jaw_opening"], [[10.0, 14.0, 12.0]])
    assert np.array_equal(with_jaw(HEAD, jaw).x[:1], HEAD.x)
    assert with_jaw(HEAD, _movement("mouth", [], np.zeros((0, 3)))) is HEAD
    unseen = _movement("mouth", ["jaw_opening"], [[0.0] * 3], [[False] * 3])
    assert with_jaw(HEAD, unseen) is HEAD


def test_the_measures_look_for_the_channel_by_its_name():
    """Derivation and measure agree on the site, which they cannot import from each other."""
    assert SITE == nod_of_jaw.SITE
