"""Units and factors of the corrections file (the other fields: tests/test_read.py)."""

import numpy as np
import pytest

from eutonia.model import InvalidRecord
from eutonia.read import read


@pytest.fixture
def counts(tmp_path):
    """Write a logger's table of converter counts, without a unit."""
    rng = np.random.default_rng(0)
    rows = np.round(rng.normal(2048, 40, (2000, 2)))
    path = tmp_path / "logger_emg.csv"
    lines = [f"{i / 1000:.3f},{a:.0f},{b:.0f}" for i, (a, b) in enumerate(rows)]
    path.write_text("\n".join(["time,EMG1,EMG2", *lines]))
    return path, rows.T


def _correct(path, text):
    path.with_suffix(".corrections.yaml").write_text(text)
    return read(path)


def test_counts_become_microvolts(counts):
    """A factor in millivolts per count gives microvolts, in that channel only."""
    path, rows = counts
    (recording,) = _correct(path, "channels:\n  EMG1: {unit: mV, factor: 0.0005}\n")
    assert [c.unit for c in recording.channels] == ["uV", "adc"]
    x = recording.signal.read()
    np.testing.assert_allclose(x[0], rows[0] * 0.0005 * 1000, rtol=1e-12)
    np.testing.assert_allclose(x[1], rows[1])


def test_an_inverted_channel_is_turned(counts):
    """A factor of -1 turns the polarity and keeps the unit."""
    path, rows = counts
    (recording,) = _correct(path, "channels:\n  EMG2: {factor: -1}\n")
    np.testing.assert_allclose(recording.signal.read()[1], -rows[1])


@pytest.mark.parametrize("entry", ["{unit: furlong}", "{factor: 0}", "{factor: much}"])
def test_what_makes_no_sense_is_refused(counts, entry):
    """An unknown unit or an impossible factor names the channel and what is allowed."""
    path, _ = counts
    with pytest.raises(InvalidRecord, match="EMG1"):
        _correct(path, f"channels:\n  EMG1: {entry}\n")
