"""What tests of the drawn pictures share."""

import numpy as np
import pytest

from eutonia.model import Landmarks, Points

N = 6


@pytest.fixture
def landmarks():
    """Return a hand that moves to the right by ten pixels a picture; lost in the last picture."""
    xyz = np.zeros((N, 21, 3), dtype=np.float32)
    xyz[:, :, 0] = 200 + np.arange(21) * 2 + 10 * np.arange(N)[:, None]
    xyz[:, :, 1] = 300 + np.arange(21) % 4 * 20
    xyz[-1] = np.nan
    score = np.ones(N, dtype=np.float32)
    hand = Points(xyz=xyz, score=score)
    return Landmarks(t_s=np.arange(N) / 10, width=640, height=480, parts={"left_hand": hand})
