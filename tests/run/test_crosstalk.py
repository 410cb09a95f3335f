"""Cross-talk is told from a common drive."""

from dataclasses import replace

import numpy as np

from eutonia.measures import entry
from eutonia.model import ArraySignal
from eutonia.run import run_measure, visit_spans
from eutonia.run.crosstalk import FLAG, correlated

PAIR = np.array([[0, 1]])


def _noise(seed):
    return np.random.default_rng(seed).standard_normal((2, 20_000))


def test_independent_signals_are_no_crosstalk():
    """Two muscles that fire independently are not flagged."""
    assert not correlated(_noise(0), PAIR, rate_hz=1000.0)[0]


def test_a_common_drive_is_no_crosstalk():
    """Strongly co-modulated but independent carriers are not flagged."""
    drive = 1 + 0.9 * np.sin(2 * np.pi * 5 * np.arange(20_000) / 1000)
    assert not correlated(drive * _noise(1), PAIR, rate_hz=1000.0)[0]


def test_a_delayed_copy_is_crosstalk():
    """Half of a muscle's signal, inverted and 3 ms later at the other electrode, is flagged."""
    a, b = _noise(2)
    mixed = np.stack([a, b - 0.5 * np.roll(a, 3)])
    assert correlated(mixed, PAIR, rate_hz=1000.0)[0]


def test_the_flag_stands_on_the_estimate():
    """A pair with cross-talk carries the flag, a clean one does not."""
    cci = entry("emg.cci_fw")
    made, _ = cci.example(0)

    def flags(visit):
        return {f for e in run_measure(cci, visit, visit_spans(visit)).estimates for f in e.quality}

    def mixed(r):
        x = r.signal.read()
        return replace(r, signal=ArraySignal(np.stack([x[0] + x[1], x[1] + x[0]])))

    assert flags(made) == set()
    assert flags(replace(made, recordings=tuple(map(mixed, made.recordings)))) == {FLAG}


def test_silent_channels_are_not_divided_by():
    """A channel of zeros is no cross-talk and no error."""
    x = _noise(3)
    x[0] = 0
    assert not correlated(x, PAIR, rate_hz=1000.0)[0]
