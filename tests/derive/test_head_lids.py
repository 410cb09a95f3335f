"""When the eyes are shut, beside the head's angles."""

import numpy as np

from eutonia.derive.head_lids import NOD_DEG, SITE, with_lids
from eutonia.measures import squeezed_eyes
from eutonia.model import Channel, Movement

T = np.arange(60) / 30.0


def _movement(kind, site, x, good=None):
    x = np.asarray(x, dtype=np.float64)
    channels = tuple(Channel(name=f"{site}{i}", kind=kind, unit="1", site=site) for i in range(2))
    good = np.ones(x.shape, dtype=bool) if good is None else good
    return Movement(kind=kind, channels=channels, x=x, good=good)


HEAD = _movement("head", "pitch", np.zeros((2, 60)))


def test_a_blink_is_not_eyes_that_are_shut():
    """A closure of a second counts, one of 0.2 s or of one eye alone does not."""
    closed = np.zeros((2, 60))
    closed[:, 2:8] = 1.0
    closed[:, 12:43] = 1.0
    closed[0, 44:60] = 0.9
    found = with_lids(HEAD, _movement("lid", "lid", closed), T)
    assert found.channels[-1].site == SITE == squeezed_eyes.SITE
    assert np.flatnonzero(found.x[-1] == -NOD_DEG).tolist() == list(range(12, 43))
    assert np.count_nonzero(found.x[-1]) == 31
    assert found.good[-1].all()
    assert np.array_equal(found.x[:2], HEAD.x)


def test_lids_that_are_not_seen_are_not_said_to_be_open():
    """Where one lid is lost the channel is not good; without lids there is none."""
    good = np.ones((2, 60), dtype=bool)
    good[1, 30:] = False
    found = with_lids(HEAD, _movement("lid", "lid", np.ones((2, 60)), good), T)
    assert found.good[-1].tolist() == [True] * 30 + [False] * 30
    assert with_lids(HEAD, _movement("mouth", "lips", np.ones((2, 60))), T) is HEAD
