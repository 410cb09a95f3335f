"""The validated ranges are where truth is recovered, and not beyond."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import emg
from eutonia.simulate.visit import emg_channel, recording, visit

PAIR = tuple(emg_channel(m, "right") for m in ("extensor_carpi_radialis", "flexor_carpi_radialis"))


def _index(weaker):
    """Measure two muscles at constant levels, the weaker at a share of the stronger."""
    rng = np.random.default_rng(1)
    noise = emg.carrier(rng, 4, 60_000, rate_hz=1000, band_hz=(60, 250))
    level = np.array([[1.0], [weaker]])
    task = recording(
        100 * level * noise[:2], PAIR, rate_hz=1000, condition=Condition.of(task="posture")
    )
    tone = np.sqrt(np.pi / 2) * np.sin(2 * np.pi * 110 * np.arange(9000) / 1000)
    most = recording(
        np.stack([100 * tone, 100 * tone]), PAIR, rate_hz=1000, condition=Condition.of(task="mvc")
    )
    made = visit(task, most)
    (estimate,) = run_measure(entry("emg.cci_fw"), made, visit_spans(made)).estimates
    return estimate


@pytest.mark.parametrize("weaker", [0.03, 0.1, 0.3, 0.7])
def test_co_contraction_is_recovered_over_its_range(weaker):
    """From 6 to 82 % the index is right to one point."""
    estimate = _index(weaker)
    assert estimate.in_valid_range
    assert estimate.value == pytest.approx(200 * weaker / (1 + weaker), abs=1.0)


def test_full_co_contraction_reads_low_and_is_marked():
    """Two equally active muscles read several points low, and lie outside the range."""
    estimate = _index(1.0)
    assert 90 < estimate.value < 98
    assert not estimate.in_valid_range
