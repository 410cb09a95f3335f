"""What is drawn of a video is what was measured."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from eutonia import plot
from eutonia.model import Condition, Estimate, Finding, Target
from eutonia.plot.style import COLOURS, SHADE, looks
from eutonia.plot.video import MAX_COLUMNS, extremes


def test_pictures_in_which_nothing_was_seen_draw_no_jerk():
    """A head turned away stays there in the trace where single pictures were lost."""
    t = np.arange(40_000) / 60
    x = np.full(40_000, -33.0) + np.sin(t)
    x[:20_000] = 40.0
    x[30_000:30_003] = np.nan
    x[35_000:35_400] = np.nan
    at, values = extremes(t, x)
    later = values[at > 340]
    assert np.nanmax(later) <= -32
    assert np.isnan(later).any()


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


def test_names_of_conditions_keep_off_the_marks_and_each_other():
    """Names of short stretches are cut, those of long ones stand whole, none over a mark."""
    t = np.arange(130 * 30) / 30
    closed = np.zeros((2, len(t)), dtype=bool)
    closed[:, ::60] = True
    names = ["rest", "talking to somebody", "bright light", "gentle closures of both eyes"]
    spans = [(0, 62, names[0]), (62, 68, names[1]), (68, 69, names[2]), (69, 130, names[3])]
    ax = plot.raster(t, closed, ["left eye", "right eye"], spans=spans)
    ax.figure.canvas.draw()
    texts = [one for one in ax.texts if one.get_text()]
    shown = [one.get_text() for one in texts]
    assert [names[0], names[3]] == [one for one in shown if one in names]
    assert not any(one.startswith(("rest…", "bright")) for one in shown)  # 1 or 2 s: no room
    assert {one[:7] for one in shown if one.endswith("…")} == {"talking", "gentle "}
    boxes = [one.get_window_extent() for one in texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    shade = to_hex(SHADE)
    marks = [
        path.get_extents(ax.transData)
        for bars in ax.collections
        if to_hex(bars.get_facecolor()[0]) != shade
        for path in bars.get_paths()
    ]
    assert len(marks) == 2 * 65
    assert not any(box.overlaps(mark) for box in boxes for mark in marks)


BLUE, ORANGE = COLOURS[:2]


def colours_of(lines):
    """Return the colour of each named line."""
    return {one.get_label(): to_hex(one.get_color()).upper() for one in lines}


@pytest.mark.parametrize("order", [("left eye", "right eye"), ("right eye", "left eye")])
@pytest.mark.parametrize("seen", [1, 2])
def test_a_side_has_its_colour_alone_and_in_any_order(order, seen):
    """Left is blue and right is orange in traces, raster and conditions, as the captions say."""
    t, names = np.arange(300) / 30, order[:seen]
    wanted = {n: BLUE if n == "left eye" else ORANGE for n in names}
    assert colours_of(plot.traces(t, np.zeros((seen, 300)), names).lines) == wanted
    closed = np.ones((seen, 300), dtype=bool)
    ax = plot.raster(t, closed, names)
    assert colours_of(ax.lines) == wanted
    assert [to_hex(c.get_facecolor()[0]).upper() for c in ax.collections] == list(wanted.values())
    drawn = plot.bars([_finding(n) for n in names]).lines
    assert colours_of(one for one in drawn if one.get_label() in names) == wanted


def test_many_of_one_side_alone_have_colours_of_their_own():
    """Four muscles of the right arm are told apart by colour, with no left one to be told from."""
    names = [f"right muscle {i}" for i in range(4)]
    drawn = plot.bars([_finding(n) for n in names]).lines
    assert len(set(colours_of(one for one in drawn if one.get_label() in names).values())) == 4
    both = ["left muscle", *names[:3]]
    drawn = plot.bars([_finding(n) for n in both]).lines
    assert colours_of(one for one in drawn if one.get_label() in both)["left muscle"] == BLUE


def test_no_two_of_one_side_look_alike():
    """Eight joints of a hand keep a look each; none of them has a colour of the other hand."""
    hands = looks([f"{side} joint {i}" for side in ("left", "right") for i in range(8)])
    left, right = hands[:8], hands[8:]
    alone = looks([f"left joint {i}" for i in range(8)])
    for one in (left, right, alone):
        assert len({(colour, dash % 4) for colour, dash in one}) == 8
    assert len({c for c, _ in alone[:6]}) == 6, "with no other hand to be told from"
    assert not {c for c, _ in left} & {c for c, _ in right}
    both = looks(["jaw", "left corner", "right corner", "lips"])
    assert len({c for c, _ in both}) == 4
    assert [c for c, _ in both[1:3]] == [BLUE, ORANGE]


def test_what_has_no_side_or_both_goes_by_order():
    """Axes of the head, and pairs of both sides, take the colours in their order."""
    for names in (["yaw", "pitch", "roll"], ["left arm / right arm"], ["FCR_left_right", "C3"]):
        assert [c for c, _ in looks(names)] == list(COLOURS[: len(names)])


def _finding(label):
    """Return a made-up number of one eye at rest."""
    estimate = Estimate(
        measure="eyes.closure",
        version="1",
        title="T",
        unit="%",
        tier="research",
        sources=(),
        target=Target(label=label, channels=("a",), sites=("a",)),
        condition=Condition.of(task="rest"),
        value=10.0,
        interval=None,
        no_interval="few_blocks",
        n_effective=9,
        valid=(0, 100),
        valid_by="",
        notes=(),
        evidence="k",
        row=0,
    )
    return Finding(estimate=estimate, comparisons=(), words="")
