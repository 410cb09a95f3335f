"""What is drawn of a video is what was measured."""

import numpy as np
import pytest

from eutonia import plot
from eutonia.plot.video import MAX_COLUMNS, extremes


def test_a_thinned_trace_keeps_every_extreme():
    """However long the recording, a single jerk of one picture is still drawn."""
    t = np.arange(40_000) / 60
    x = np.sin(t)
    x[12_345] = 30.0
    x[20_000] = -25.0
    at, values = extremes(t, x)
    assert len(at) <= MAX_COLUMNS + 2
    assert values.max() == 30.0
    assert values.min() == -25.0
    assert at[np.argmax(values)] == pytest.approx(12_345 / 60, abs=1e-9)
    assert (np.diff(at) >= 0).all()


def test_a_gap_stays_a_gap():
    """Where nothing was seen nothing is drawn, also after thinning."""
    t = np.arange(40_000) / 60
    x = np.ones(40_000)
    x[10_000:20_000] = np.nan
    at, values = extremes(t, x)
    inside = (at > 10_100 / 60) & (at < 19_900 / 60)
    assert inside.any()
    assert np.isnan(values[inside]).all()


def test_traces_carry_names_and_conditions():
    """Each channel has its line and name; each condition its words."""
    t = np.arange(300) / 30
    ax = plot.traces(t, np.stack([np.sin(t), np.cos(t)]), ["yaw", "roll"], spans=[(0, 5, "rest")])
    assert [line.get_label() for line in ax.lines] == ["yaw", "roll"]
    assert "rest" in [text.get_text() for text in ax.texts]


def test_the_person_s_right_is_at_the_left_of_the_map():
    """As the camera sees it: a head turned to its right lies at the left of the map."""
    ax = plot.posture_map(np.full(100, 30.0), np.zeros(100))
    left, right = ax.get_xlim()
    assert left > right
    mesh = ax.collections[0]
    values = np.ma.filled(mesh.get_array(), 0).reshape(45, 45)
    row, column = np.unravel_index(np.argmax(values), values.shape)
    edges = np.linspace(-45, 45, 46)
    assert edges[column] <= 30 < edges[column + 1]
    assert edges[row] <= 0 < edges[row + 1]


def test_the_raster_shows_every_closure_once():
    """Marks of an eye add up to the time it was closed, also across the minutes."""
    t = np.arange(130 * 30) / 30
    closed = np.zeros((2, len(t)), dtype=bool)
    closed[0, 58 * 30 : 63 * 30] = True
    closed[1, 100 * 30 : 100 * 30 + 6] = True
    ax = plot.raster(t, closed, ["left eye", "right eye"])
    lengths = [
        path.vertices[:, 0].max() - path.vertices[:, 0].min()
        for bars in ax.collections
        for path in bars.get_paths()
    ]
    assert sorted(np.round(lengths, 3)) == [0.2, 2.0, 3.0]
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "minute 1",
        "minute 2",
        "minute 3",
    ]
