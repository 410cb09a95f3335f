"""What the figures of a report show, say in words and weigh; nothing here looks at pixels."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.legend import Legend
from matplotlib.text import Text

from eutonia.dsp.scalp import positions
from eutonia.knowledge import table
from eutonia.measures import entries
from eutonia.model import Contrast, Finding, Interval, NotMeasurable
from eutonia.read import spans
from eutonia.report.block import Figure, Heading, Note, Paragraph
from eutonia.report.blocks import blocks
from eutonia.report.conditions import conditions
from eutonia.report.figures import KINDS, canvas, contrast_figures, evidence_figures, scalp_figures
from eutonia.report.figures.drawing import Drawing, Shown
from eutonia.report.figures.matrix import matrix
from eutonia.report.figures.scalp import QEEG, contrast_maps, finding_maps, scalp
from eutonia.report.figures.spectra import (
    coherence,
    rhythm,
    time_course,
    time_frequency,
    with_difference,
)
from eutonia.report.figures.traces import bursts, pairs
from eutonia.report.words import card
from eutonia.run.measure import run_measure

from .conftest import ELECTRODES, PAIR, REST, WRITING, estimate, finding, target

N19 = (
    "Fp1 Fp2 F3 F4 C3 C4 P3 P4 O1 O2 F7 F8 T7 T8 P7 P8 Fz Cz Pz".split()  # noqa: SIM905 - a row of names
)
LONG = "left sternocleidomastoideus pars clavicularis / right splenius capitis et cervicis $x$"


def about(*labels: str, condition=WRITING, measure="imc.4_7"):
    """Return a finding per label, in the rows of their arrays."""
    return tuple(
        finding(estimate(measure, replace(PAIR, label=name), condition, 0.1, row=row))
        for row, name in enumerate(labels)
    )


def of_scalp(names, *, condition=REST, part="alpha", values=None, measure="eeg.relpow"):
    """Return a finding per electrode."""
    values = np.linspace(5, 30, len(names)) if values is None else values
    return tuple(
        finding(estimate(f"{measure}.{part}", target(n, side=""), condition, float(v)))
        for n, v in zip(names, values, strict=True)
    )


def drawn(drawing: Drawing) -> Canvas:
    """Draw on a page of the report, in its style."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(canvas._STYLE)
        page = Canvas(figsize=(canvas.WIDTH_IN, drawing.height_in), layout="constrained")
        FigureCanvasAgg(page)
        drawing.draw(page)
        page.canvas.draw()
    return page


def coherences(n=1, seed=0):
    rng, freq, lag = np.random.default_rng(seed), np.arange(1.0, 51), np.arange(-100.0, 101)
    return {
        "freq_hz": freq,
        "coherence": rng.beta(1, 60, (n, 50)) + 0.3 * np.exp(-((freq - 6) ** 2) / 8),
        "limit": np.full(n, 0.04),
        "segments": np.full(n, 80.0),
        "surrogate_limit": np.full((n, 50), 0.045),
        "phase": rng.uniform(-3, 3, (n, 50)),
        "cumulant": np.stack([0.3 * np.exp(-((lag - 8) ** 2) / 72)] * n),
        "lag_ms": lag,
        "cumulant_limit": np.full(n, 0.02),
        "bands": np.array([[4.0, 7.0], [4.0, 12.0], [15.0, 30.0]]),
        "labels": np.array([f"pair {i}" for i in range(n)]),
    }


def shaken(n=3):
    """Return the spectra of targets, of which all but the last shake."""
    freq = np.arange(0.5, 14, 0.25)
    return {
        "density": np.stack([k / freq + 5 * np.exp(-((freq - 3 - k) ** 2)) for k in range(n)]),
        "freq_hz": freq,
        "rhythm_hz": np.array([3.0 + k for k in range(n - 1)] + [np.nan]),
        "density_unit": np.array("deg\N{SUPERSCRIPT TWO}/Hz"),
    }


def traces(gain=1.0):
    t = np.arange(0, 60, 0.05)
    return {
        "t_s": t,
        "envelope": gain * (20 + 10 * np.sin(t * np.array([[1.0], [1.7]]))),
        "channels": np.array(["left sternocleidomastoid", "right splenius capitis"]),
        "targets": np.array([[0, 1]]),
        "threshold": np.array([25.0, 25.0]),
        "burst_channel": np.array([0, 1]),
        "onset_s": np.array([1.0, 2.0]),
        "offset_s": np.array([1.5, 2.5]),
        "labels": np.array([LONG, "b"]),
    }


def around(n=3, seed=0):
    rng, t, hz = np.random.default_rng(seed), np.arange(-3, 3, 0.125), np.arange(4.0, 45)
    tf = rng.normal(0, 5, (n, len(hz), len(t)))
    tf[0, 8, 30] = -80
    return {
        "tf": tf,
        "tf_hz": hz,
        "tf_s": t,
        "tf_significant": np.abs(tf) > 20,
        "labels": np.array([f"C{i}" for i in range(n)]),
    }


def connected(names=N19, maps=("theta", "alpha"), seed=0):
    c = np.random.default_rng(seed).uniform(0, 0.5, (len(maps), len(names), len(names)))
    c = (c + c.transpose(0, 2, 1)) / 2
    return {"matrix": c, "maps": np.array(maps), "electrodes": np.array(names)}


def one(arrays, *labels, **more) -> tuple[Shown, ...]:
    return (Shown(findings=about(*labels, **more), arrays=canvas.written(arrays)),)


MANY = tuple(
    f
    for c in (REST, WRITING)
    for p in ("delta", "theta", "alpha", "beta", "gamma")
    for f in of_scalp(N19, condition=c, part=p)
)
EVERY = {
    "scalp": lambda: scalp(finding_maps(MANY)[0], title="maps", about="."),
    "coherence": lambda: coherence(one(coherences(3), LONG, "b", "c")),
    "rhythm": lambda: rhythm(one(shaken(), LONG, "b", "c")),
    "difference": lambda: coherence(
        (with_difference(*one(coherences(), "a"), *one(coherences(1, 5), "a")),)
    ),
    "pairs": lambda: pairs((*one(traces(), LONG), *one(traces(0.2), LONG, condition=REST))),
    "bursts": lambda: bursts((*one(traces(), LONG), *one(traces(0.2), LONG, condition=REST))),
    "time_frequency": lambda: time_frequency(one(around(), LONG, "Cz", "C4")),
    "matrix": lambda: matrix(one(connected(ELECTRODES, tuple("abcde")), "all")),
}

# All kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_no_text_is_smaller_than_seven_points(make):
    """What cannot be read on paper is not drawn."""
    page = drawn(make())
    sizes = [t.get_fontsize() for t in written(page)]
    assert len(sizes) > 15
    assert min(sizes) >= 7


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_no_text_lies_on_another_or_outside_the_page(make):
    """Titles, axis names, ticks and band names keep clear of each other, names long or not."""
    page = drawn(make())
    boxes = [(t.get_text(), t.get_window_extent().shrunk(0.96, 0.8)) for t in written(page)]
    assert len(boxes) > 15
    for i, (name, box) in enumerate(boxes):
        assert box.x0 > -2, name
        assert box.x1 < page.bbox.width + 2, name
        overlapping = [other for other, b in boxes[i + 1 :] if _shares(box, b)]
        assert not overlapping, (name, overlapping)


def written(page: Canvas) -> list[Text]:
    """Return every text that is drawn: of the axes, their ticks in view, and the legends."""
    found = []
    for ax in page.findobj(Axes):
        found += ax.texts
        if ax.axison:
            found += [ax.title, ax._left_title, ax._right_title]
            for axis in (ax.xaxis, ax.yaxis):
                found += [axis.label, *(t.label1 for t in axis._update_ticks())]
    for legend in page.findobj(Legend):
        found += legend.get_texts()
    return [t for t in found if t.get_text().strip() and t.get_visible()]


def _shares(a, b) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_drawings_are_the_same_bytes_each_time_and_small(make):
    """Nothing of the clock or of chance is in a drawing, and dense parts are pictures."""
    drawing = make()
    first, second = (
        canvas.svg(make().draw, name="figure-x", height_in=drawing.height_in) for _ in range(2)
    )
    assert first == second
    assert len(first) < 450_000
    root = ElementTree.fromstring(first)
    links = [v for e in root.iter() for k, v in e.attrib.items() if k.endswith("href")]
    assert all(v.startswith(("#figure-x-", "data:image/png;base64,")) for v in links)


def test_every_kind_that_a_measure_declares_can_be_drawn():
    """No measure names a figure that nobody draws."""
    from eutonia.measures import all_measures

    known = {*KINDS, "bars", "scalp", ""}
    assert not [m.id for m in all_measures() if m.figure not in known]


def drawn_from_examples() -> list[str]:
    return [m for m, entry in entries().items() if entry.declared.figure in KINDS]


@pytest.mark.parametrize("measure", drawn_from_examples())
def test_what_a_measure_keeps_is_what_its_figure_is_drawn_from(measure):
    """The figure that a measure declares comes out of its own example."""
    entry = entries()[measure]
    visit, _ = entry.example(0)
    parts = tuple(part for recording in visit.recordings for part in spans(recording))
    outcome = run_measure(entry, visit, parts)
    figures = tuple(evidence_figures(entry.declared, found_of(outcome), outcome.evidence))
    assert any(isinstance(block, Figure) for block in figures)


def found_of(outcome) -> tuple[Finding, ...]:
    return tuple(Finding(estimate=e, comparisons=(), words="") for e in outcome.estimates)


# Kinds -------------------------------------------------------------------------------------------


def test_conditions_stand_side_by_side_on_one_scale():
    """The envelopes of two conditions share their axis, so that rest looks small."""
    page = drawn(EVERY["pairs"]())
    task, rest = page.axes if page.axes else [a for s in page.subfigs for a in s.axes]
    assert task.get_ylim() == rest.get_ylim()
    assert task.get_ylim()[1] > 30
    assert (task.get_title(loc="left"), rest.get_title(loc="left")) == ("writing", "rest")
    drawing = EVERY["pairs"]()
    assert "writing: " in drawing.alt
    assert "rest: " in drawing.alt
    assert "15 s of 60 s and 60 s" in drawing.caption


def test_a_target_that_a_condition_lacks_leaves_its_panel_empty():
    """A muscle that was measured in the task only has no panel at rest."""
    shown = (*one(traces(), LONG), *one(traces(), "another", condition=REST))
    page = drawn(bursts(shown))
    axes = [a for s in page.subfigs for a in s.axes]
    assert [bool(a.lines) for a in axes] == [True, False]


def test_coherence_says_where_the_peak_of_the_cumulant_lies():
    """Whoever cannot see the figure reads lag and width of the peak."""
    drawing = coherence(one(coherences(), "a"))
    assert "peak of the cumulant at 8 ms, 14 ms wide" in drawing.alt
    flat = {**coherences(), "cumulant_limit": np.array([0.9])}
    assert "no peak of the cumulant" in coherence(one(flat, "a")).alt
    bare = {k: v for k, v in coherences().items() if k not in ("cumulant", "phase")}
    assert len(drawn(coherence(one(bare, "a"))).axes) == 1


def test_two_conditions_give_their_difference_by_target():
    """The difference stands in the rows of the first condition, found by name, else empty."""
    first, second = coherences(2), coherences(2, seed=5)
    second["labels"] = np.array(["pair 1", "other"])
    (a,), (b,) = one(first, "pair 0", "pair 1"), one(second, "pair 1", condition=REST)
    found = with_difference(a, b)
    z = found.arrays["difference_z"]
    assert np.isnan(z[0]).all()
    raised = np.sqrt([first["coherence"][1, 5], second["coherence"][0, 5]])
    sign = np.sign(np.arctanh(raised[0]) - np.arctanh(raised[1]))
    assert np.sign(z[1, 5]) == sign
    assert "Difference from rest" in coherence((found,)).caption
    without = {k: v for k, v in second.items() if k != "segments"}
    assert with_difference(a, one(without, "x")[0]) is a


def test_time_frequency_maps_share_one_scale_and_name_their_ends():
    """All channels have the same colours for the same change; the alt text names the extremes."""
    drawing = time_frequency(one(around(), "C0", "C1", "C2"))
    meshes = [a.collections[0] for a in drawn(drawing).axes[:3]]
    assert len({(m.norm.vmin, m.norm.vmax) for m in meshes}) == 1
    assert "C0: lowest −80 % at 12 Hz and 0.75 s" in drawing.alt


def test_time_frequency_is_drawn_beside_what_the_measure_declares():
    """A measure with a course and a map gets both figures, of its most relevant condition."""
    declared = card("erd")
    assert declared is not None
    found = tuple(
        finding(estimate("erd.mu", target("C3", side=""), c, -40.0)) for c in (WRITING, REST)
    )
    course = {
        "t_s": np.arange(3.0),
        "course": -np.ones((1, 1, 3)),
        "lo": -2 * np.ones((1, 1, 3)),
        "hi": np.zeros((1, 1, 3)),
        "parts": np.array(["mu"]),
        "reference": np.array([0.0, 1.0]),
        "window": np.array([1.0, 2.0]),
        "labels": np.array(["C3"]),
    }
    evidence = {"erd|writing": course | around(1), "erd|rest": course}
    said = list(evidence_figures(declared, found, evidence))
    names = [b.name for b in said if isinstance(b, Figure)]
    assert names == ["figure-erd-0", "figure-erd-time-frequency-0"]
    assert [b.text for b in said if isinstance(b, Paragraph)] == [
        "Not drawn, but kept in evidence.npz: rest."
    ]
    assert time_course(one(course, "C3")).alt.count("C3") == 1


def test_a_matrix_names_its_strongest_pairs():
    """The alt text holds the strongest pair of each map, the caption what is left out."""
    arrays = connected(N19, ("coh_alpha", *"bcde", "wpli_alpha"))
    arrays["matrix"][5, 2, 9] = arrays["matrix"][5, 9, 2] = 0.93
    drawing = matrix(one(arrays, "all"))
    assert "wpli alpha: strongest F3-O2 0.930" in drawing.alt
    assert "5 of 6 maps" in drawing.caption
    assert QEEG in drawing.caption
    assert len(drawn(drawing).axes) == 15


# Scalp -------------------------------------------------------------------------------------------


def lost(name: str, condition=REST) -> NotMeasurable:
    return NotMeasurable(
        measure="eeg.relpow",
        version="1",
        title="t",
        tier="research",
        code="target",
        reason="Flat.",
        condition=condition,
        target=name,
    )


def test_maps_hold_the_findings_and_leave_out_what_was_not_measurable():
    """Each electrode has the value of its finding, a lost one none, in its own condition only."""
    found = of_scalp(N19[:-1]) + of_scalp(N19, condition=WRITING)
    maps, why = finding_maps(found, [lost("Pz"), lost("left splenius"), lost("A1")])
    assert not why
    assert list(maps) == [("rest", "alpha"), ("writing", "alpha")]
    values = maps["rest", "alpha"].values
    assert values["Fp1"] == 5
    assert np.isnan(values["Pz"])
    assert set(values) == set(N19)
    assert np.isfinite(maps["writing", "alpha"].values["Pz"])


def test_a_part_that_one_electrode_lacks_is_a_cross_in_that_part_only():
    """Muscle at one electrode takes its beta, not its alpha."""
    found = of_scalp(N19) + of_scalp(N19[:-1], part="beta")
    maps, _ = finding_maps(found)
    assert np.isnan(maps["rest", "beta"].values["Pz"])
    assert np.isfinite(maps["rest", "alpha"].values["Pz"])
    (figure,) = scalp_figures(card("eeg.relpow"), found)
    assert "not measurable: Pz" in figure.alt
    assert "Crosses" in figure.caption


def test_too_few_electrodes_give_a_sentence_instead_of_a_map():
    """With seven electrodes there is no map, and the report says why."""
    (said,) = scalp_figures(card("eeg.relpow"), of_scalp(N19[:7]))
    assert isinstance(said, Paragraph)
    assert "at least 8 electrodes" in said.text
    assert "there are 7" in said.text
    assert not list(scalp_figures(card("emg.rms"), of_scalp(N19)))


def test_every_part_has_its_own_unit():
    """A map of frequencies is in Hz beside one of heights in dB, in the scale and in words."""
    peaks = of_scalp(N19, part="frequency", measure="eeg.alpha_peak")
    peaks = tuple(replace(f, estimate=replace(f.estimate, unit="Hz")) for f in peaks)
    heights = of_scalp(N19, part="height", measure="eeg.alpha_peak")
    heights = tuple(replace(f, estimate=replace(f.estimate, unit="dB")) for f in heights)
    drawing = scalp(finding_maps(peaks + heights)[0], title="maps", about=".")
    labels = {a.get_xlabel() for a in drawn(drawing).axes}
    assert {"Hz", "dB"} <= labels
    assert "frequency, rest: highest at Pz (30\u00a0Hz)" in drawing.alt.replace("30.0", "30")
    assert "\u00a0dB)" in drawing.alt


def test_pairs_of_sides_are_drawn_right_over_left():
    """An asymmetry holds its value at the right electrode and the opposite at the left."""
    couples = [("C3", "C4"), ("F3", "F4"), ("P3", "P4"), ("O1", "O2")]
    found = tuple(
        finding(estimate("eeg.asymmetry.alpha", target(*c, side=""), REST, 0.5)) for c in couples
    )
    maps, _ = finding_maps(found)
    values = maps["rest", "alpha"].values
    assert values["C4"] == 0.5 == -values["C3"]


def test_the_colours_of_a_part_are_the_same_in_all_conditions():
    """The map of the weaker condition looks weaker, since both share one scale."""
    found = of_scalp(N19) + of_scalp(N19, condition=WRITING, values=np.linspace(1, 3, 19))
    (figure,) = scalp_figures(card("eeg.relpow"), found)
    page = drawn(Drawing(title="", alt="", caption="", height_in=3, draw=figure.draw.args[0]))
    images = [a.images[0] for a in page.axes if a.images]
    assert {(i.norm.vmin, i.norm.vmax) for i in images} == {(1.0, 30.0)}
    assert len(images) == 2


def contrast(site: str, value: float, q: float, **more) -> Contrast:
    common = {"measure": "eeg.relpow.alpha", "scale": "difference", "factor": "task"}
    return Contrast(
        target=target(site, side=""),
        condition=WRITING,
        a="writing",
        b="rest",
        value=value,
        interval=Interval(lo=value - 1, hi=value + 1, kind="within the recording", method=""),
        q=q,
        **(common | more),
    )


def test_contrasts_mark_the_electrodes_that_differ():
    """Rings stand where q is below 0.05, and nowhere else; the alt text names them."""
    contrasts = [contrast(e, -k, 0.01 if e in ("O1", "O2") else 0.05) for k, e in enumerate(N19)]
    maps = contrast_maps(contrasts)["eeg.relpow"]
    (only,) = maps.values()
    assert only.marked == {"O1", "O2"}
    (figure,) = contrast_figures(contrasts, {"eeg.relpow": "Relative EEG power"})
    assert "q below 0.05 at O1, O2" in figure.alt
    assert "writing − rest" in figure.alt
    assert QEEG in figure.caption


def test_ratios_are_drawn_as_logarithms():
    """Twice and half are as far from no change; a ratio that is not positive is left out."""
    values = dict(zip(N19, [2.0, 0.5, 0.0, *[1.0] * 16], strict=True))
    contrasts = [contrast(e, v, 1.0, scale="ratio") for e, v in values.items()]
    (only,) = contrast_maps(contrasts)["eeg.relpow"].values()
    assert (only.values["Fp1"], only.values["Fp2"]) == (1, -1)
    assert np.isnan(only.values["F3"])
    (figure,) = contrast_figures(contrasts, {})
    assert "log2" in figure.alt


def test_contrasts_of_muscles_or_few_electrodes_have_no_map():
    """Only electrodes with a place on the scalp, and enough of them, make a map."""
    few = [contrast(e, 1, 0.01) for e in N19[:7]]
    assert not contrast_maps([*few, replace(few[0], target=PAIR)])
    # Left against right is half a scalp.
    sides = [replace(contrast(e, 1, 0.01), factor="side", a="left", b="right") for e in N19]
    assert not contrast_maps(sides)


def test_maps_stand_in_the_research_part_and_beside_their_sentence(full):
    """No figure precedes the findings, and each scalp map says that it has no diagnostic value."""
    assessment, evidence = full
    said = blocks(assessment, evidence)
    (start,) = (i for i, b in enumerate(said) if isinstance(b, Heading) and b.anchor == "findings")
    assert not [b for b in said[:start] if isinstance(b, Figure)]
    maps = [b for b in said if isinstance(b, Figure) and "-scalp" in b.name]
    assert maps
    assert all(QEEG in b.caption for b in maps)
    tiers = {f.estimate.tier for f in assessment.findings if _on_scalp(f)}
    assert tiers == {"research"}


def _on_scalp(f) -> bool:
    return bool(np.isfinite(positions(f.estimate.target.sites)).all())


def test_maps_of_64_electrodes_stay_small():
    """Ten maps are pictures of a few kilobytes each, not thousands of cells."""
    every = [e for e in table("electrodes")["names"] if np.isfinite(positions([e])).all()][:64]
    rng = np.random.default_rng(0)
    found = tuple(
        f
        for c in (REST, WRITING)
        for p in ("delta", "theta", "alpha", "beta", "gamma")
        for f in of_scalp(every, condition=c, part=p, values=rng.normal(20, 3, 64))
    )
    (figure,) = scalp_figures(card("eeg.relpow"), found)
    svg = figure.draw()
    assert len(re.findall("data:image/png", svg)) == 10 + 5  # and the five colour scales
    assert len(svg) < 700_000


def test_sides_of_electrodes_carry_the_sentence_on_qeeg(empty):
    """A table of EEG contrasts of one condition alone says what qEEG cannot say."""
    made = replace(empty[0], contrasts=(replace(contrast("C3", 1, 0.01), factor="side"),))
    notes = [b.text for b in conditions(made) if isinstance(b, Note)]
    assert notes == [QEEG]
    muscle = replace(made.contrasts[0], measure="emg.rms", target=PAIR)
    assert not [b for b in conditions(replace(made, contrasts=(muscle,))) if isinstance(b, Note)]
