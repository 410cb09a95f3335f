"""The section on a video shows what was seen, and warns of what was wrong."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia import plot
from eutonia.measures.nod_of_jaw import SAME
from eutonia.model import Channel, Issue, NotMeasurable, RecordingSummary
from eutonia.report.block import Figure, Heading, Note, Table
from eutonia.report.filmed import filmed
from eutonia.report.losses import losses
from eutonia.report.plain_page import plain_page

from .conftest import PAIR, REST, WRITING, estimate, finding


@pytest.fixture
def evidence():
    """Return what is kept of a video of a head and two eyes, one of which closes."""
    n = 900
    t = np.arange(n) / 30
    head = np.stack([20 + 5 * np.sin(t), -8 + 0 * t, 3 * np.cos(t)])
    lid = np.zeros((2, n))
    lid[0, 300:330] = 1.0
    return {
        "video/neck.mp4": {
            "name": np.array("neck.mp4"),
            "span_s": np.array([[0.0, 10.0], [10.0, 30.0]]),
            "span_names": np.array(["zero", "let go"]),
            "rate_hz": np.array(30.0),
            "size": np.array([640, 480]),
            "head.x": head.astype(np.float32),
            "head.labels": np.array(["yaw", "pitch", "roll"]),
            "head.sites": np.array(["yaw", "pitch", "roll"]),
            "head.units": np.array(["deg"] * 3),
            "head.rate_hz": np.array(30.0),
            "lid.x": lid.astype(np.float32),
            "lid.labels": np.array(["left closure", "right closure"]),
            "lid.sites": np.array(["closure"] * 2),
            "lid.units": np.array(["1", "1"]),
            "lid.rate_hz": np.array(30.0),
            "pictures": np.full((2, 120, 160, 3), 120, dtype=np.uint8),
            "pictures_s": np.array([4.0, 20.0]),
        }
    }


@pytest.fixture
def assessment(empty):
    """Return an assessment whose only recording is the video's head."""
    assessed, _ = empty
    issue = Issue(code="several_people", severity="warning", message="Two people are seen.")
    summary = RecordingSummary(
        id="neck.mp4#head",
        kind="head",
        duration_s=30.0,
        rate_hz=30.0,
        channels=(Channel(name="yaw", kind="head", unit="deg", site="yaw"),),
        conditions=("zero", "let go"),
        issues=(issue,),
        bad_share=0.0,
        sources=(),
    )
    return replace(assessed, recordings=(summary,))


def test_a_visit_without_a_video_has_no_such_section(assessment):
    """Nothing is said about a camera where there was none."""
    assert list(filmed(assessment, {"emg.rms/1": {}})) == []


def test_every_part_of_the_section_is_there(assessment, evidence):
    """Pictures, traces of head and lids, the map of postures and the raster of closures."""
    blocks = list(filmed(assessment, evidence))
    assert [b.text for b in blocks if isinstance(b, Heading)] == ["What the camera saw", "neck.mp4"]
    titles = [b.title for b in blocks if isinstance(b, Figure)]
    assert titles == [
        "Pictures with what was seen",
        "Over time: head",
        "Over time: closure of the lids",
        "Where the head was",
        "When the eyes were closed",
    ]


def test_warnings_stand_beside_the_pictures(assessment, evidence):
    """What was wrong with the video is said where its pictures are."""
    (note,) = (b for b in filmed(assessment, evidence) if isinstance(b, Note))
    assert note.text == "Two people are seen."


def test_those_who_cannot_see_are_told_the_numbers(assessment, evidence):
    """The alternative texts hold medians and shares that follow from the traces by hand."""
    alts = {b.title: b.alt for b in filmed(assessment, evidence) if isinstance(b, Figure)}
    assert "pitch: median -8, 90 % between -8 and -8" in alts["Over time: head"]
    assert "left closure: 3.3 %" in alts["When the eyes were closed"]
    assert "4.0 s (zero), 20.0 s (let go)" in alts["Pictures with what was seen"]


def test_every_figure_can_be_drawn_and_names_are_unique(assessment, evidence):
    """Each becomes an SVG of its own; nothing in it is loaded from elsewhere."""
    figures = [b for b in filmed(assessment, evidence) if isinstance(b, Figure)]
    assert len({f.name for f in figures}) == len(figures)
    for figure in figures:
        drawn = figure.draw()
        assert drawn.startswith("<svg")
        assert 'href="http' not in drawn.replace("http://www.w3.org", "")


def test_without_pictures_the_rest_stays(assessment, evidence):
    """Where no picture was kept, traces and maps are still drawn."""
    bare = {k: v for k, v in evidence["video/neck.mp4"].items() if not k.startswith("pictures")}
    figures = [b for b in filmed(assessment, {"video/neck.mp4": bare}) if isinstance(b, Figure)]
    assert len(figures) == 4


def test_tasks_of_a_video_are_said_as_in_daily_life(assessment):
    """Nobody reads "zero" on the page for patients."""
    said = " ".join(str(getattr(b, "text", "")) for b in plain_page(assessment))
    assert "You did this: your head held straight; your head let go." in said


def _said(assessment):
    return " ".join(
        " ".join((str(getattr(b, "text", "")), *map(str, getattr(b, "items", ()))))
        for b in plain_page(assessment)
    )


def _lacking(code, measure="head.sparc", target=""):
    return NotMeasurable(
        measure=measure,
        version="1",
        title="T",
        tier="research",
        code=code,
        reason="Why.",
        target=target,
    )


def test_of_two_hands_as_much_of_either_is_drawn_and_whole_fingers_first(assessment, evidence):
    """The hand that moves less, and the index beside joints that move more, are among the six."""
    arrays = evidence["video/neck.mp4"]
    move = np.sin(np.arange(900) / 10)
    sites = [*(f"{f}_curl" for f in ("index", "middle", "ring", "little")), "ring_pip_dip"]
    sides = ["left"] * 5 + ["right"] * 5
    size = [9, 20, 20, 20, 40, 1, 2, 3, 4, 5]
    arrays |= {
        "finger.x": np.stack([k * move for k in size]).astype(np.float32),
        "finger.labels": np.array(
            [f"{a} {b.replace('_', ' ')}" for a, b in zip(sides, sites * 2, strict=True)]
        ),
        "finger.sites": np.array(sites * 2),
        "finger.sides": np.array(sides),
        "finger.units": np.array(["deg"] * 10),
        "finger.rate_hz": np.array(30.0),
    }
    (said,) = [
        b.alt for b in filmed(assessment, evidence) if isinstance(b, Figure) and "curl" in b.alt
    ]
    assert "pip dip" not in said
    assert (said.count("left "), said.count("right ")) == (6, 6)  # three, in the list and by range


@pytest.mark.parametrize("code", ["no_task", "no_aux", "no_target"])
def test_what_was_not_filmed_is_not_called_unclear(assessment, code):
    """A number whose task was not filmed lacks that task, not a clear or long enough signal."""
    said = _said(replace(assessment, not_measurable=tuple(_lacking(code, m) for m in "abc")))
    assert "3 more numbers would need something that we did not record this time" in said
    assert "could not measure" not in said
    assert "All that we set out to measure" not in said


def test_a_number_that_no_channel_gives_is_one_number(assessment):
    """PERCLOS of four uncalibrated channels is one thing that could not be measured, not four."""
    missing = tuple(_lacking("flagged", "eyes.perclos", f"lid {i}") for i in range(4))
    said = _said(replace(assessment, not_measurable=missing))
    assert "We could not measure one thing." in said


def test_the_trick_is_said_as_in_daily_life(assessment):
    """The page for the person says with or without the trick, as nobody reads "trick off"."""
    (head,) = assessment.recordings
    tasks = ("speaking, trick off", "speaking, trick on")
    said = _said(replace(assessment, recordings=(replace(head, conditions=tasks),)))
    assert "You did this: speaking, without the trick; speaking, with the trick." in said


@pytest.mark.parametrize("flags", [(), ("no_trunk",)])
def test_the_figure_of_the_head_says_what_its_angles_are_against(assessment, evidence, flags):
    """Without shoulders in the film they are against the camera, as the tables say too."""
    (head,) = assessment.recordings
    channels = tuple(replace(c, flags=flags) for c in head.channels)
    seen = replace(assessment, recordings=(replace(head, channels=channels),))
    films = {"video/neck.mp4": evidence["video/neck.mp4"]}
    captions = [b.caption for b in filmed(seen, films) if isinstance(b, Figure)]
    against = "camera" if flags else "trunk"
    assert any(f"Angles against the {against}." in c for c in captions)


def test_a_jaw_to_one_side_is_drawn_and_can_be_seen(assessment, evidence, monkeypatch):
    """Each line of the mouth lies about its own middle: 2 % beside 75 % would be a flat line."""
    sites = ["lip_width", "jaw_opening", "jaw_deviation", "lip_gap", "corner_out", "corner_out"]
    x = np.array([50, 75, 2, 5, 30, 28])[:, None] + np.sin(np.arange(900) / 50)
    mouth = {
        "mouth.x": x.astype(np.float32),
        "mouth.labels": np.array([*sites[:4], "left corner out", "right corner out"]),
        "mouth.sites": np.array(sites),
        "mouth.units": np.array(["%"] * 6),
        "mouth.rate_hz": np.array(30.0),
    }
    drawn, traces = {}, plot.traces

    def keep(t, x, labels, **options):
        drawn.update(zip(labels, x, strict=True))
        return traces(t, x, labels, **options)

    monkeypatch.setattr(plot, "traces", keep)
    films = {"video/neck.mp4": evidence["video/neck.mp4"] | mouth}
    (figure,) = (b for b in filmed(assessment, films) if "mouth" in getattr(b, "title", ""))
    figure.draw()
    wanted = {"jaw_opening", "jaw_deviation", "lip_gap", "left corner out", "right corner out"}
    assert set(drawn) == wanted
    for line in drawn.values():
        assert np.median(line) == pytest.approx(0, abs=1e-5)


def test_what_was_looked_for_and_is_not_there_is_no_failure(assessment):
    """No tremor is an answer: neither page counts it among what could not be measured."""
    codes = [("absent", "head.tremor_freq"), ("absent", "mouth.tremor"), ("rate", "eyes.x")]
    seen = replace(assessment, not_measurable=tuple(_lacking(*one) for one in codes))
    said = _said(seen)
    assert "We looked for shaking of the head and shaking of the jaw and saw none" in said
    assert "could not measure" not in said
    captions = [b.caption for b in losses(seen) if isinstance(b, Table)]
    assert "1 number could not be taken, by reason" in captions
    assert "2 numbers of something that was looked for and was not there, by reason" in captions


def test_every_reason_is_counted_once(assessment):
    """Each number that could not be taken is in one sentence; kinds never recorded are in none."""
    codes = ("no_task", "no_aux", "rate", "incomplete", "too_short", "target", "no_input")
    said = _said(replace(assessment, not_measurable=tuple(map(_lacking, codes))))
    assert "2 more numbers would need something that we did not record" in said
    assert "One more number would need another way to record" in said
    assert "One more number could not be worked out" in said
    assert "We could not measure 2 things. What we recorded was too short, was not clear" in said


def _body(*conditions):
    return RecordingSummary(
        id="neck.mp4#gait",
        kind="gait",
        duration_s=30.0,
        rate_hz=30.0,
        channels=(Channel(name="lean", kind="gait", unit="deg", site="trunk_sagittal"),),
        conditions=conditions,
        issues=(),
        bad_share=0.0,
        sources=(),
    )


def test_who_sat_before_the_camera_is_not_told_of_walking(assessment, full):
    """The body beside a head is a body, and its lean is a number of the trunk."""
    (found, *_), seated = full[0].findings, (*assessment.recordings, _body("zero", "let go"))
    lean = replace(found, estimate=replace(found.estimate, measure="trunk.lean", part=""))
    said = _said(replace(assessment, recordings=seated, findings=(lean,)))
    assert "We recorded your posture and movement of the head and your body, less" in said
    assert "one number from your trunk" in said
    assert "walking" not in said


def test_who_walked_is_told_of_walking(assessment, full):
    """Said by the task, or by strides where no task was said."""
    (found, *_) = full[0].findings
    stride = replace(found, estimate=replace(found.estimate, measure="gait.stride_time", part=""))
    for seen, findings in ((_body("walking, trick on"), ()), (_body("whole recording"), (stride,))):
        said = _said(replace(assessment, recordings=(seen,), findings=findings))
        assert "We recorded your walking and trunk" in said
    assert "one number from your walking and trunk" in said


def test_what_is_looked_at_now_and_then_is_joined_in_the_drawing():
    """Single values become a line, which says so; long pauses and whole traces stay as they are."""
    from eutonia.report.filmed import _joined, _seldom

    now_and_then = np.full(900, np.nan)
    now_and_then[::12] = np.arange(75)
    now_and_then[300:600] = np.nan
    assert _seldom(now_and_then)
    line = _joined(now_and_then, 30.0)
    np.testing.assert_allclose(line[:289], np.arange(289) / 12)
    assert np.isnan(line[289:600]).all()
    whole = np.arange(900.0)
    whole[400:403] = np.nan
    assert not _seldom(whole)
    np.testing.assert_array_equal(_joined(whole, 30.0), whole)


def test_the_caption_names_what_is_joined(assessment, evidence):
    """Only the trace that was looked at now and then is named."""
    arrays = evidence["video/neck.mp4"]
    arrays["head.x"][2, np.arange(900) % 5 != 0] = np.nan
    captions = [b.caption for b in filmed(assessment, evidence) if isinstance(b, Figure)]
    (head,) = [c for c in captions if c.startswith("Over time: head")]
    assert "joined: roll." in head
    assert sum("joined" in c for c in captions) == 1


@pytest.mark.parametrize("letters", [6, 18, 30])
def test_the_names_of_what_is_drawn_stay_within_the_figure(
    assessment, evidence, monkeypatch, letters
):
    """Long names of channels take more lines of the legend, and none runs off the page."""
    kept = evidence["video/neck.mp4"]
    kept["head.x"] = np.tile(kept["head.x"], (2, 1))
    kept["head.labels"] = np.array([("wide " * 6)[: letters - 1] + str(i) for i in range(6)])
    kept["head.sites"], kept["head.units"] = np.tile(kept["head.sites"], 2), np.array(["deg"] * 6)
    drawn, traces = [], plot.traces

    def keep(*given, ax, **options):
        drawn.append(ax)
        return traces(*given, ax=ax, **options)

    monkeypatch.setattr(plot, "traces", keep)
    next(b for b in filmed(assessment, evidence) if getattr(b, "name", "").endswith("head")).draw()
    (ax,) = drawn
    legend = ax.figure.legends[0].get_window_extent()
    assert legend.x0 >= 0
    assert legend.x1 <= ax.figure.bbox.width
    assert ax.get_window_extent().height > 0.8 * ax.figure.dpi


def test_what_was_hidden_is_not_drawn(assessment, evidence):
    """Of two fingers the hidden one is left out, though it moves more; old files have no flags."""
    arrays = evidence["video/neck.mp4"]
    move = np.sin(np.arange(900) / 10)
    arrays |= {
        "finger.x": np.stack([5 * move, 40 * move]).astype(np.float32),
        "finger.labels": np.array(["right ring curl", "right index curl"]),
        "finger.sites": np.array(["ring_curl", "index_curl"]),
        "finger.units": np.array(["deg"] * 2),
        "finger.rate_hz": np.array(30.0),
    }

    def drawn():
        alts = [b.alt for b in filmed(assessment, evidence) if isinstance(b, Figure)]
        return [a for a in alts if "curl" in a]

    (both,) = drawn()
    assert "right index curl" in both
    arrays["finger.flags"] = np.array(["", "may_hold_a_tool bend_hidden"])
    (one,) = drawn()
    assert "right ring curl" in one
    assert "index" not in one
    arrays["finger.flags"] = np.array(["bend_hidden"] * 2)
    assert drawn() == []


@pytest.mark.parametrize("elsewhere", [True, False])
def test_what_was_there_at_times_is_not_said_to_be_absent(assessment, elsewhere):
    """None elsewhere is said only where another part was looked at: two channels are one part."""
    shaking = finding(estimate("hand.finger_tremor.freq", PAIR, WRITING, 4.6))
    where = REST if elsewhere else WRITING
    still = replace(_lacking("absent", "hand.finger_tremor"), condition=where)
    said = _said(
        replace(
            assessment,
            findings=(shaking,),
            not_measurable=(still, _lacking("absent", "mouth.tremor")),
        )
    )
    seen = "We saw shaking or slow swaying of the hand or a finger"
    assert (f"{seen} in one part of what you did, and none in another." in said) == elsewhere
    assert (f"{seen}." in said) != elsewhere
    assert "We looked for shaking of the jaw and saw none" in said


def test_a_tremor_that_was_seen_is_not_denied_where_its_finger_is_not_told(assessment):
    """What page 1 says was seen is said in plain words, too, and not to be absent."""
    quiet = _lacking("absent", "hand.finger_tremor")
    untold = replace(quiet, code="untold", reason="One finger trembles: which is not told.")
    said = _said(replace(assessment, findings=(), not_measurable=(quiet, untold)))
    assert "We saw shaking or slow swaying of the hand or a finger." in said


def test_a_tremor_that_was_seen_is_told_in_plain_words(assessment):
    """The main sign of a film is not left out because nothing was there to compare it with."""
    shaking = finding(estimate("mouth.tremor.freq", PAIR, WRITING, 5.1))
    aside = replace(_lacking("absent", "mouth.tremor"), condition=WRITING)
    said = _said(replace(assessment, findings=(shaking,), not_measurable=(aside,)))
    assert "We saw shaking of the jaw." in said


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_nod_in_step_with_the_jaw_is_not_said_to_be_of_the_head(assessment, elsewhere):
    """Landmarks of a still head follow a trembling jaw, unless it trembles by itself elsewhere."""
    jaw = finding(estimate("mouth.tremor.freq", PAIR, WRITING, 5.1))
    nod = replace(estimate("head.tremor_freq", PAIR, WRITING, 5.1), notes=(SAME,))
    alone = [finding(estimate("head.tremor_freq", PAIR, REST, 5.1))] if elsewhere else []
    said = _said(replace(assessment, findings=(jaw, finding(nod), *alone), not_measurable=()))
    assert ("Your head seemed to shake in step with your jaw." in said) != elsewhere
    assert ("shaking of the head" in said) == elsewhere
