"""What is drawn on given axes: lines, limits, marks and maps, without looking at pixels."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from eutonia import plot
from eutonia.dsp.scalp import flat, positions
from eutonia.model import Condition, Estimate, Finding, Interval, Target
from eutonia.plot.frequency import peak
from eutonia.plot.head import MIN_ELECTRODES, strongest
from eutonia.plot.matrix import front_to_back
from eutonia.plot.movement import change_limit
from eutonia.plot.source import CannotDraw
from eutonia.plot.style import COLOURS, MAX_POINTS, colours, thin

N8 = ["F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2"]
N19 = (
    "Fp1 Fp2 F3 F4 C3 C4 P3 P4 O1 O2 F7 F8 T7 T8 P7 P8 Fz Cz Pz".split()  # noqa: SIM905 - a row of names
)
WRITING, REST = Condition.of(task="writing"), Condition.of(task="rest")


def finding(label="a / b", *, row=0, condition=WRITING, value=10.0, interval=True, notes=()):
    """Return a made-up finding whose arrays stand under the key ``k``."""
    found = Interval(lo=value - 1, hi=value + 2, kind="within the recording", method="")
    estimate = Estimate(
        measure="emg.cci_fw",
        version="1",
        title="T",
        unit="%",
        tier="research",
        sources=(),
        target=Target(label=label, channels=("a",), sites=("a",)),
        condition=condition,
        value=value,
        interval=found if interval else None,
        no_interval="" if interval else "few_blocks",
        n_effective=9,
        valid=(0, 100),
        valid_by="",
        notes=notes,
        evidence="k",
        row=row,
    )
    return Finding(estimate=estimate, comparisons=(), words="")


def muscles() -> dict[str, np.ndarray]:
    t = np.arange(0, 10, 0.01)
    return {
        "t_s": t,
        "envelope": np.stack([5 + t, 15 - t, 0 * t + 2]),
        "channels": np.array(["$left$ flexor", "extensor", "other"]),
        "targets": np.array([[0, 1], [1, 2]]),
        "threshold": np.array([4.0, 6.0, np.nan]),
        "burst_channel": np.array([0, 1, 1]),
        "onset_s": np.array([1.0, 2.0, 9.5]),
        "offset_s": np.array([1.5, 3.0, 12.0]),
        "labels": np.array(["p", "q", "r"]),
    }


def coherences() -> dict[str, np.ndarray]:
    freq = np.arange(1.0, 51)
    lag = np.arange(-100.0, 101)
    value = np.stack([0.4 * np.exp(-((freq - 6) ** 2) / 8), np.full(50, 0.01)])
    return {
        "freq_hz": freq,
        "coherence": value,
        "limit": np.array([0.05, 0.04]),
        "surrogate_limit": np.full((2, 50), 0.06),
        "bands": np.array([[4.0, 7.0], [4.0, 12.0], [15.0, 30.0]]),
        "band_names": np.array(["4_7", "4_12", "15_30"]),
        "phase": np.full((2, 50), 3 * np.pi / 2),
        "cumulant": np.stack([0.3 * np.exp(-((lag - 8) ** 2) / (2 * 36)), 0.001 * lag / 100]),
        "lag_ms": lag,
        "cumulant_limit": np.array([0.02, 0.02]),
        "difference_z": np.stack([np.linspace(-3, 4, 50), np.zeros(50)]),
        "difference_limit": np.array(1.96),
        "labels": np.array(["one", "two"]),
    }


def around() -> dict[str, np.ndarray]:
    hz, t = np.arange(4.0, 40), np.arange(-3, 3.01, 0.25)
    tf = np.zeros((2, len(hz), len(t)))
    tf[0, 5:10, 14:18], tf[0, 20, 20] = -50, 400
    return {
        "tf": tf,
        "tf_hz": hz,
        "tf_s": t,
        "tf_significant": np.abs(tf) > 10,
        "labels": np.array(["C3", "C4"]),
    }


def line(ax, name):
    """Return the line with this label."""
    (found,) = [one for one in ax.lines if one.get_label() == name]
    return found


# Where it is drawn, and from what ----------------------------------------------------------------


def test_given_axes_are_drawn_on_and_returned():
    """A function draws on the reader's axes and makes no figure beside them."""
    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    assert plot.coherence(coherences(), ax=ax) is ax
    assert figure.axes == [ax]
    assert ax.lines


def test_without_axes_there_is_a_figure_that_can_be_saved(tmp_path):
    """A figure of its own is saved without a window and without pyplot."""
    plot.coherence(coherences()).figure.savefig(tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


def test_pyplot_is_never_loaded():
    """Neither the module nor a drawing loads pyplot, which would want a display and keep state."""
    code = (
        "import sys; from eutonia import plot; import numpy as np;"
        "plot.scalp(np.arange(8.), 'F3 F4 C3 C4 P3 P4 O1 O2'.split()).figure.canvas.draw();"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_loads_without_matplotlib():
    """Importing the functions costs no matplotlib: it is loaded when something is drawn."""
    code = "import sys, eutonia.plot; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_finding_brings_its_row_its_arrays_and_its_name():
    """A finding with its evidence gives what its arrays give at its row."""
    arrays = coherences()
    drawn = plot.coherence(finding("SCM / SPL", row=1), evidence={"k": arrays})
    np.testing.assert_array_equal(drawn.lines[0].get_ydata(), arrays["coherence"][1])
    assert drawn.get_title() == "SCM / SPL"
    assert plot.coherence(arrays, row=1).get_title() == "two"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plot.coherence({}), "coherence, freq_hz, limit, bands are missing"),
        (lambda: plot.coherence(finding()), "give `evidence`"),
        (lambda: plot.coherence(finding(), evidence={}), "give `evidence`"),
        (lambda: plot.coherence(coherences(), row=2), "Row 2 does not exist"),
        (lambda: plot.coherence("file.npz"), "not str"),
        (lambda: plot.scalp([1.0, 2.0], ["C3"]), "as many values"),
        (lambda: plot.scalp(np.ones(7), N8[:7]), "there are 7"),
        (lambda: plot.bars([]), "one measure"),
    ],
)
def test_what_cannot_be_drawn_is_said(call, words):
    """Missing arrays, rows and electrodes give a sentence that says what there is."""
    with pytest.raises(CannotDraw, match=words):
        call()


def test_names_are_drawn_as_they_are():
    """A dollar in the name of a channel is a dollar, and the reader's settings come back."""
    import matplotlib

    ax = plot.pairs(muscles())
    assert line(ax, "$left$ flexor").get_label() == "$left$ flexor"
    plot.bursts({**muscles(), "labels": np.array(["$a$", "b", "c"])}, ax=ax)
    assert not ax.title.get_parse_math()
    assert matplotlib.rcParams["text.parse_math"]


# Muscles -----------------------------------------------------------------------------------------


def test_the_shaded_area_is_what_both_envelopes_have_in_common():
    """Its upper edge is the smaller of the two envelopes at every time."""
    arrays = muscles()
    ax = plot.pairs(arrays)
    (area,) = [c for c in ax.collections if c.get_label() == "common area"]
    edge = area.get_paths()[0].vertices
    smaller = np.minimum(arrays["envelope"][0], arrays["envelope"][1])
    assert edge[:, 1].max() == pytest.approx(smaller.max())
    above = edge[edge[:, 1] > 0]
    expected = np.interp(above[:, 0], arrays["t_s"], smaller)
    np.testing.assert_allclose(above[:, 1], expected, atol=1e-9)


def test_bursts_of_both_muscles_are_marked_in_their_colours():
    """Each burst is a bar from onset to offset above the envelopes, cut where the window ends."""
    ax = plot.pairs(muscles())
    bars = [c for c in ax.collections if c.get_label() != "common area"]
    spans = {
        to_hex(c.get_facecolor()[0]): [
            (p.vertices[:, 0].min(), p.vertices[:, 0].max()) for p in c.get_paths()
        ]
        for c in bars
    }
    assert spans[COLOURS[0].lower()] == [(1.0, 1.5)]
    assert spans[COLOURS[1].lower()] == [(2.0, 3.0), (9.5, pytest.approx(9.99))]
    lowest = min(p.vertices[:, 1].min() for c in bars for p in c.get_paths())
    assert lowest * ax.get_ylim()[1] > muscles()["envelope"][:2].max()


def test_the_scale_is_named_by_how_it_was_normalised():
    """%MVC, the task's maximum and microvolt are told apart."""
    evidence = {"k": muscles()}
    assert plot.pairs(finding(), evidence=evidence).get_ylabel() == "% MVC"
    task = finding(notes=("norm=task",))
    assert plot.pairs(task, evidence=evidence).get_ylabel() == "% of task max."
    with_unit = {**muscles(), "unit": np.array("µV")}
    assert plot.pairs(with_unit).get_ylabel() == "Envelope (µV)"


def test_a_window_cuts_time_and_bursts():
    """Only what lies in the window is drawn, on axes that span it."""
    ax = plot.bursts(muscles(), row=1, window_s=(2.5, 6))
    assert ax.get_xlim() == pytest.approx((2.5, 6.0))
    (marks,) = ax.collections
    (only,) = marks.get_paths()
    assert (only.vertices[:, 0].min(), only.vertices[:, 0].max()) == (2.5, 3.0)
    assert ax.lines[1].get_ydata()[0] == 6.0  # the threshold of this muscle


def test_a_muscle_without_threshold_or_bursts_is_drawn():
    """NaN as threshold and no burst leave the envelope."""
    ax = plot.bursts(muscles(), row=2)
    assert len(ax.lines) == 1
    assert not ax.texts


def test_long_signals_are_thinned_without_losing_their_mean():
    """A day has as many points as the eye can tell, each the mean of its stretch."""
    t = np.arange(100_000) / 100
    y = np.random.default_rng(0).normal(size=(2, 100_000))
    short_t, short = thin(t, y)
    assert len(short_t) <= MAX_POINTS
    step = 100_000 // len(short_t)
    np.testing.assert_allclose(short[1, 3], y[1, 3 * step : 4 * step].mean())


# Frequency ---------------------------------------------------------------------------------------


def test_coherence_has_its_limits_and_the_scale_holds_them():
    """Limit and surrogate limit are drawn at their height, under the top of the axis."""
    ax = plot.coherence(coherences())
    np.testing.assert_array_equal(line(ax, "95 % limit").get_ydata(), 0.05)
    np.testing.assert_array_equal(line(ax, "surrogate limit").get_ydata(), 0.06)
    assert 0.4 < ax.get_ylim()[1] <= 1
    low = plot.coherence(coherences(), row=1)
    assert low.get_ylim()[1] > 0.06
    assert [t.get_text() for t in low.texts] == ["4–7 Hz", "4–12 Hz", "15–30 Hz"]


def test_overlapping_bands_have_names_on_lines_of_their_own():
    """Names of bands that share frequencies stand at different heights, and the title above all."""
    ax = plot.coherence(coherences())
    heights = [t.get_position()[1] if t.xyann is None else t.xyann[1] for t in ax.texts]
    assert heights[1] > heights[0] == heights[2]
    ax.figure.canvas.draw()
    title = ax.title.get_window_extent().y0
    assert title > max(t.get_window_extent().y1 for t in ax.texts)


def test_phase_stands_only_where_coherence_is_significant():
    """Bins below either limit have no point; angles are folded into −180 to 180°."""
    arrays = coherences()
    (points,) = [one for one in plot.phase(arrays).lines if one.get_marker() == "o"]
    above = arrays["coherence"][0] > 0.06
    np.testing.assert_array_equal(points.get_xdata(), arrays["freq_hz"][above])
    np.testing.assert_allclose(points.get_ydata(), -90)


def test_the_cumulant_shows_its_band_and_the_width_of_its_peak():
    """The bar spans the half height of a Gaussian, 2.355 σ wide, around its lag."""
    ax = plot.cumulant(coherences())
    bar = ax.lines[-1]
    assert bar.get_xdata() == pytest.approx([8 - 2.3548 * 3, 8 + 2.3548 * 3], abs=0.02)
    assert bar.get_ydata() == pytest.approx([0.15, 0.15])
    assert ax.get_title(loc="right") == "8 ms, 14 ms wide"
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.y0, band.y1) == pytest.approx((-0.02, 0.02))
    assert not plot.cumulant(coherences(), row=1).get_title(loc="right")


def test_the_peak_is_the_one_that_the_measure_reports():
    """Lag and width agree with the numbers of the measure, for peaks up and down, or none."""
    from eutonia.dsp import cumulant

    rng = np.random.default_rng(3)
    lag = 1000 * cumulant.lags()
    for centre, width, sign in ((-20, 5, 1), (3, 8, -1), (40, 12, 1)):
        curve = sign * np.exp(-((lag - centre) ** 2) / (2 * width**2))
        curve = curve + rng.normal(0, 0.02, len(lag))
        lag_s, width_s, height = cumulant.peak(curve)
        found = peak(lag, curve)
        assert found.lag_ms == pytest.approx(1000 * lag_s)
        assert found.stop_ms - found.start_ms == pytest.approx(1000 * width_s)
        assert found.height == pytest.approx(height)
    assert peak(lag, np.ones(len(lag))) is None
    assert peak(lag, np.full(len(lag), np.nan)) is None
    assert peak(lag, np.zeros(len(lag))) is None


def test_a_difference_of_coherence_has_limits_on_both_sides():
    """The limit is drawn above and below zero, and the axis is symmetric."""
    ax = plot.coherence_difference(coherences())
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), -1.96)
    np.testing.assert_array_equal(ax.lines[3].get_ydata(), 1.96)
    assert ax.get_ylim()[0] == -ax.get_ylim()[1]
    assert ax.get_ylim()[1] > 4


def test_the_thick_line_of_a_spectrum_is_the_median_of_the_channels():
    """Channels without any power do not enter the median."""
    freq = np.arange(1.0, 41)
    psd = np.stack([100 / freq, 50 / freq, 10 / freq, 0 * freq, np.nan * freq])
    arrays = {
        "psd": psd,
        "freq_hz": freq,
        "bands": np.array([[1.0, 4.0], [4.0, 8.0]]),
        "band_names": np.array(["delta", "theta"]),
    }
    ax = plot.spectrum(arrays)
    assert len(ax.lines) == 3 + 1
    np.testing.assert_allclose(ax.lines[-1].get_ydata(), 50 / freq)
    assert ax.get_yscale() == "log"


def test_a_rhythm_is_marked_where_it_stands_out():
    """The dashed line stands at the frequency that was found, and nowhere where none was."""
    freq = np.arange(0.5, 12, 0.25)
    arrays = {
        "density": np.stack([1 / freq + 5 * np.exp(-((freq - 5) ** 2)), 1 / freq]),
        "freq_hz": freq,
        "rhythm_hz": np.array([5.0, np.nan]),
        "density_unit": np.array("deg\N{SUPERSCRIPT TWO}/Hz"),
        "labels": np.array(["head", "other"]),
    }
    shaking, still = (plot.rhythm(arrays, row=row) for row in (0, 1))
    assert [set(line.get_xdata()) for line in shaking.lines[1:]] == [{5.0}]
    assert len(still.lines) == 1
    np.testing.assert_allclose(still.lines[0].get_ydata(), 1 / freq)
    assert "deg\N{SUPERSCRIPT TWO}/Hz" in shaking.get_ylabel()
    assert shaking.get_title() == "head"


@pytest.mark.parametrize(
    ("lo", "hi", "shown"), [(0.3, 8.0, "0.5 1 2 5"), (0.02, 300, "0.1 1 10 100")]
)
def test_a_logarithmic_axis_has_plain_numbers(lo, hi, shown):
    """Densities within two decades have 2 and 5 between the tens, and no formula stands there."""
    arrays = {"density": np.geomspace(lo, hi, 20)[None], "freq_hz": np.linspace(1, 10, 20)}
    ax = plot.rhythm(arrays | {"labels": np.array(["head"])})
    ax.set_ylim(lo, hi)
    ax.figure.canvas.draw()
    both = [*ax.yaxis.get_major_ticks(), *ax.yaxis.get_minor_ticks()]
    ticks = {t.get_loc(): t.label1.get_text() for t in both if lo <= t.get_loc() <= hi}
    assert " ".join(text for _, text in sorted(ticks.items()) if text) == shown


# Movement ----------------------------------------------------------------------------------------


def test_time_frequency_colours_are_symmetric_around_no_change():
    """No change lies in the middle of the scale, and one stray cell does not set its ends."""
    arrays = around()
    ax = plot.time_frequency(arrays)
    mesh = ax.collections[0]
    assert mesh.norm.vmin == -mesh.norm.vmax == -50
    assert change_limit(arrays["tf"][0]) == 50
    assert change_limit(np.zeros((3, 3))) == 1
    (scale,) = [a for a in ax.figure.axes if a is not ax]
    assert scale.get_ylabel() == "Change of power (%)"
    np.testing.assert_array_equal(mesh.get_array(), arrays["tf"][0])
    assert mesh.get_rasterized()


def test_the_line_runs_around_what_is_significant():
    """The contour lies between marked and unmarked cells; without marks there is none."""
    arrays = around()
    ax = plot.time_frequency(arrays, colour_scale=False)
    (contour,) = [c for c in ax.collections if type(c).__name__ == "QuadContourSet"]
    path = contour.get_paths()[0].vertices
    large = path[path[:, 1] < 20]
    hz, t = arrays["tf_hz"], arrays["tf_s"]
    assert large[:, 1].min() == pytest.approx((hz[4] + hz[5]) / 2)
    assert large[:, 0].max() == pytest.approx((t[17] + t[18]) / 2)
    assert len(plot.time_frequency(arrays, row=1, colour_scale=False).collections) == 1
    assert ax.lines[0].get_xdata()[0] == 0  # the onset


def test_time_frequency_maps_with_gaps_and_uneven_frequencies_are_drawn():
    """NaN leaves the grey of the axes, and frequencies may lie closer at the low end."""
    arrays = around()
    arrays["tf"][0, :3] = np.nan
    arrays["tf_hz"] = np.geomspace(2, 60, len(arrays["tf_hz"]))
    ax = plot.time_frequency(arrays)
    ax.figure.canvas.draw()
    assert ax.collections[0].get_array().mask.sum() == 3 * len(arrays["tf_s"])


# Head --------------------------------------------------------------------------------------------


def pixel(ax, at):
    """Return the value of a map at a place."""
    image = ax.images[0]
    values = image.get_array()
    left, right, *_ = image.get_extent()
    i, j = ((np.asarray(at)[::-1] - left) / (right - left) * len(values)).astype(int)
    return values[i, j]


def test_a_map_has_the_values_of_its_electrodes_at_their_places():
    """The pixel under an electrode holds its value, left stays left and the nose is on top."""
    where = positions(N19)
    values = 10 + 5 * where[:, 0] - 3 * where[:, 1]
    ax = plot.scalp(values, N19)
    for name in ("F3", "O2", "Cz", "T7"):
        k = N19.index(name)
        assert pixel(ax, flat(where[[k]])[0]) == pytest.approx(values[k], abs=0.3)
    assert flat(positions(["T7"]))[0, 0] < 0 < flat(positions(["Fz"]))[0, 1]
    assert len(ax.images) == 1


def test_electrodes_without_a_value_are_crosses_and_change_nothing():
    """A missing electrode is left out and marked by a cross; one nowhere is not drawn."""
    values = np.linspace(1, 2, len(N19))
    holed = values.copy()
    holed[4] = np.nan
    ax = plot.scalp(holed, N19)
    without = plot.scalp(np.delete(values, 4), [*N19[:4], *N19[5:]])
    np.testing.assert_array_equal(ax.images[0].get_array(), without.images[0].get_array())
    (crosses,) = [one for one in ax.lines if one.get_marker() == "x"]
    np.testing.assert_allclose(
        [crosses.get_xdata()[0], crosses.get_ydata()[0]], flat(positions(["C3"]))[0]
    )
    ears = plot.scalp([*values, 99.0], [*N19, "A1"])
    assert ears.images[0].norm.vmax == 2


def test_marked_electrodes_have_rings():
    """Rings lie on the marked electrodes that have a value, and nowhere else."""
    values = np.arange(19.0)
    values[9] = np.nan
    ax = plot.scalp(values, N19, marked={"O1", "O2", "absent"})
    rings = ax.lines[-1]
    np.testing.assert_allclose(np.array(rings.get_data()).T, flat(positions(["O1"])))


@pytest.mark.parametrize(
    ("values", "cmap", "ends"),
    [
        ([1.0, 5.0, np.nan], "viridis", (1, 5)),
        ([-2.0, 5.0, 0.0], "RdBu_r", (-5, 5)),
        ([3.0, 3.0, 3.0], "viridis", (1.5, 4.5)),
        ([0.0, 0.0, 0.0], "viridis", (-0.5, 0.5)),
        ([-1e-12, 1e-12, 0.0], "RdBu_r", (-1e-12, 1e-12)),
    ],
)
def test_colours_are_around_zero_where_there_are_both_signs(values, cmap, ends):
    """Positive values get a scale from low to high; negative ones a scale symmetric around zero."""
    found, norm = colours(np.array(values))
    assert (norm.vmin, norm.vmax) == pytest.approx(ends)
    assert found == cmap or set(values) == {0.0}


def test_maps_need_enough_electrodes():
    """The least number of electrodes is drawn, one less is refused."""
    assert plot.scalp(np.arange(float(MIN_ELECTRODES)), N8).images
    values = np.arange(float(MIN_ELECTRODES))
    values[0] = np.nan
    with pytest.raises(CannotDraw, match="at least 8"):
        plot.scalp(values, N8)


@pytest.mark.parametrize("n", [8, 19, 32, 64])
def test_a_map_of_any_montage_can_be_drawn(n):
    """Montages from 8 to 64 electrodes make one picture and a few lines each."""
    from eutonia.knowledge import table

    names = [e for e in table("electrodes")["names"] if np.isfinite(positions([e])).all()]
    names = names[:: len(names) // n][:n]
    ax = plot.scalp(np.random.default_rng(n).normal(size=n), names)
    ax.figure.canvas.draw()
    assert len(ax.images) == 1
    assert len(ax.collections) <= 1


# Connectivity ------------------------------------------------------------------------------------


def test_the_matrix_is_ordered_left_midline_right_from_the_front():
    """Rows are those of the left from front to back, then the midline, then the right."""
    order, groups = front_to_back(N19)
    named = [N19[i] for i in order]
    assert groups == [("left", 8), ("mid", 3), ("right", 8)]
    assert named[8:11] == ["Fz", "Cz", "Pz"]
    assert named[0] == "Fp1"
    assert named[-1] == "O2"
    assert [n.replace("1", "2") for n in named[:1]] == named[11:12]
    assert front_to_back(["C3", "A1"])[1] == [("left", 1), ("other", 1)]


def test_the_matrix_holds_each_pair_and_no_diagonal():
    """A cell is the value of its pair, wherever the order has put it; the diagonal is empty."""
    n = len(N19)
    values = np.arange(n * n, dtype=float).reshape(1, n, n)
    values = (values + values.transpose(0, 2, 1)) / 2
    ax = plot.matrix({"matrix": values, "electrodes": np.array(N19)})
    shown = ax.images[0].get_array()
    order, _ = front_to_back(N19)
    where = {N19[i]: k for k, i in enumerate(order)}
    expected = values[0, N19.index("F3"), N19.index("O2")]
    assert shown[where["F3"], where["O2"]] == shown[where["O2"], where["F3"]] == expected
    assert np.ma.getmaskarray(shown).diagonal().all()


def test_lines_are_the_strongest_pairs():
    """As many pairs as asked for, the largest without sign, between their electrodes."""
    values = np.zeros((1, 4, 4))
    for (i, j), v in {(0, 1): 0.2, (0, 2): -0.9, (1, 3): 0.5, (2, 3): np.nan}.items():
        values[0, i, j] = values[0, j, i] = v
    use = np.ones(4, dtype=bool)
    assert strongest(values[0], use, 2) == [(0, 2), (1, 3)]
    assert strongest(values[0], use, 9) == [(0, 2), (1, 3), (0, 1)]
    names = ["F3", "F4", "O1", "O2"]
    ax = plot.connections({"matrix": values, "electrodes": np.array(names)}, most=1)
    np.testing.assert_allclose(np.array(ax.lines[0].get_data()).T, flat(positions(["F3", "O1"])))


# Conditions --------------------------------------------------------------------------------------


def test_each_condition_has_its_dot_and_interval():
    """Rows are the conditions from the top, and the line is the interval, if there is one."""
    found = [finding("a", condition=REST, value=5), finding("a", value=9, interval=False)]
    ax = plot.bars(found, conditions=(REST, WRITING))
    assert [t.get_text() for t in ax.get_yticklabels()] == ["rest", "writing"]
    dots = line(ax, "a")
    np.testing.assert_array_equal(dots.get_xdata(), [5, 9])
    np.testing.assert_array_equal(dots.get_ydata(), [0, 1])
    intervals = [one.get_xdata() for one in ax.lines if len(one.get_xdata()) == 2][:1]
    np.testing.assert_array_equal(intervals[0], [4, 7])
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
