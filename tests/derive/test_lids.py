"""The gap between the lids becomes a closure of each eye by itself."""

import numpy as np
import pytest

from eutonia.derive.lids import LIDS, MAX_TURN_DEG, SIDES, lids, range_of
from eutonia.model import CannotMeasure, Condition, Landmarks, Points, Span
from eutonia.simulate.mouth import face_points

#: 1 mm in % of the distance between the outer corners of the simulated face's eyes.
PCT = 100 / 90.0
OPEN_MM, SHUT_MM = 10.0, 1.5


def _face(left_mm, right_mm):
    """Return a face whose lids are so far apart; the eyes lie 31 mm beside the nose."""
    points = face_points()
    for side, gap in zip(SIDES, (left_mm, right_mm), strict=True):
        x = 31 if side == "left" else -31  # the person's left is the picture's right
        for upper, lower in LIDS[side]:
            points[upper] = x, -45 - gap / 2, 18
            points[lower] = x, -45 + gap / 2, 18
    return points


def _turned(deg):
    a = np.radians(deg)
    return np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])


def _seen(faces, *, rate_hz=30.0, t_s=None, score=1.0):
    xyz = np.asarray(faces, dtype=np.float32)
    t_s = np.arange(len(xyz)) / rate_hz if t_s is None else t_s
    face = Points(xyz=xyz, score=np.full(len(xyz), score, dtype=np.float32))
    return Landmarks(t_s=t_s, width=640, height=480, parts={"face": face})


def _trace(gap_of, n=300):
    """Return gaps of lids that are shut for ten pictures in every forty."""
    shut = np.arange(n) % 40 >= 30
    return np.where(shut, gap_of[1], gap_of[0])


def _film(left=(OPEN_MM, SHUT_MM), right=(OPEN_MM, SHUT_MM), **options):
    return _seen([_face(a, b) for a, b in zip(_trace(left), _trace(right), strict=True)], **options)


def _all(landmarks):
    return np.ones(landmarks.n_frames, dtype=bool)


def test_the_gap_is_that_of_the_lids_in_percent():
    """A gap of 10 mm in a face whose eyes' corners are 90 mm apart is 11.1 %, to 1 %."""
    move = lids(_film(left=(10.0, 1.5), right=(8.0, 2.0)))
    found = {(c.site, c.side): x for c, x in zip(move.channels, move.x, strict=True)}
    np.testing.assert_allclose(found["lid_opening", "left"], _trace((10, 1.5)) * PCT, rtol=0.01)
    np.testing.assert_allclose(found["lid_opening", "right"], _trace((8, 2)) * PCT, rtol=0.01)


def test_gentle_closures_set_0_and_1_for_each_eye():
    """With a shut gap of its own, each eye reads 0 open and 1 shut, and half way one half."""
    film = _film(left=(10.0, 1.5), right=(9.0, 4.0))
    limits = range_of(film, _all(film))
    assert limits.n_closures == (7, 7)
    move = lids(_seen([_face(10, 9), _face(1.5, 4), _face(5.75, 6.5)] * 10), limits=limits)
    for row in move.x[:2]:
        np.testing.assert_allclose(row[:3], [0, 1, 0.5], atol=1e-3)
    assert not any("uncalibrated" in c.flags for c in move.channels)


def test_without_gentle_closures_every_eye_is_flagged():
    """The person's widest gap is then open, a tenth of it shut, and the channels say so."""
    move = lids(_film())
    assert all(("uncalibrated" in c.flags) == (c.site == "lid") for c in move.channels)
    closure = (OPEN_MM - SHUT_MM) / (0.9 * OPEN_MM)
    np.testing.assert_allclose(move.x[0], np.where(_trace((0, 1)), closure, 0), atol=1e-3)


def test_an_eye_that_does_not_shut_stays_uncalibrated_alone():
    """After toxin one lid no longer shuts: the other is calibrated, this one is flagged."""
    film = _film(right=(10.0, 8.0))
    limits = range_of(film, _all(film))
    assert limits.n_closures == (7, 0)
    flags = {c.side: c.flags for c in lids(film, limits=limits).channels if c.site == "lid"}
    assert "uncalibrated" not in flags["left"]
    assert "uncalibrated" in flags["right"]


@pytest.mark.parametrize("part", ["two closures", "nothing"])
def test_too_few_closures_are_an_error_that_says_what_to_do(part):
    """Two closures, or a segment without a face, calibrate no eye."""
    film = _film()
    frames = np.arange(film.n_frames) < (75 if part == "two closures" else 0)
    with pytest.raises(CannotMeasure, match="leave the segment out"):
        range_of(film, frames)


@pytest.mark.parametrize(("right", "droops"), [(10.0, False), (9.0, False), (8.5, True)])
def test_a_lid_that_hangs_is_flagged(right, droops):
    """Open by less than 0.88 of the other eye is flagged as ptosis, on that eye."""
    flags = {c.side: c.flags for c in lids(_film(right=(right, 1.0))).channels if c.site == "lid"}
    assert ("ptosis" in flags["right"]) == droops
    assert "ptosis" not in flags["left"]


@pytest.mark.parametrize(("wide", "droops"), [(10.0, True), (7.5, True), (5.0, False)])
def test_narrow_lids_have_to_differ_by_more(wide, droops):
    """Landmarks read even narrow lids less alike: 0.8 of the other is flagged of wide ones only."""
    made = lids(_film(left=(wide, 1.0), right=(0.8 * wide, 1.0)))
    flags = {c.side: c.flags for c in made.channels if c.site == "lid"}
    assert ("ptosis" in flags["right"]) == droops
    assert "ptosis" not in flags["left"]


def _flagged(film, *spans):
    """Return in which of the spans the right eye is flagged as ptosis; the left one never is."""
    made = lids(film, segments=spans).channels
    left, right = (next(c for c in made if (c.site, c.side) == ("lid", side)) for side in SIDES)
    assert not any("ptosis" in left.flags_in(s.start_s, s.stop_s) for s in spans)
    return ["ptosis" in right.flags_in(s.start_s, s.stop_s) for s in spans]


def _span(start_s, stop_s, **levels):
    condition = Condition.of(task="rest", **levels)
    return Span(recording="film", start_s=start_s, stop_s=stop_s, condition=condition)


def _hung(until_s, n=900):
    """Return a film of half a minute in which the right lid hangs at first."""
    right = np.where(np.arange(n) < until_s * 30, 8.0, 10.0) * _trace((1, 0.15), n)
    return _seen([_face(a, b) for a, b in zip(_trace((10, 1.5), n), right, strict=True)])


def test_a_lid_that_hangs_in_one_condition_is_flagged_there():
    """Whatever the other half of the film shows: each condition is judged by itself."""
    spans = _span(0, 15), _span(15, 30, trick="on")
    assert _flagged(_hung(15), *spans) == [True, False]
    assert _flagged(_hung(0), *spans) == [False, False]
    always = lids(_hung(30), segments=spans).channels[1]
    assert ("ptosis" in always.flags, always.passing) == (True, ())


def test_pieces_of_one_condition_are_judged_together():
    """Two stretches of 6 s in which a lid hangs are 12 s of one condition."""
    spans = _span(0, 6), _span(6, 12), _span(12, 30, trick="on")
    assert _flagged(_hung(12), *spans) == [True, True, False]


def test_too_short_a_condition_has_the_flag_of_the_film():
    """Of 6 s nothing is told: the flag is that of the whole film, which has none here."""
    assert _flagged(_hung(6), _span(0, 6), _span(6, 30, trick="on")) == [False, False]


@pytest.mark.parametrize(("lost", "uneven"), [(0.0, False), (0.04, False), (0.12, True)])
def test_uneven_pictures_are_flagged(lost, uneven):
    """At 30 a second, distances above 50 ms in more than 5 % flag both eyes."""
    film = _film()
    kept = np.arange(film.n_frames) % 100 >= round(100 * lost)
    spread = np.argsort(np.arange(film.n_frames) * 37 % 100, kind="stable")
    kept = kept[np.argsort(spread, kind="stable")] if lost else kept
    face = film.parts["face"]
    thinned = Landmarks(
        t_s=film.t_s[kept],
        width=640,
        height=480,
        parts={"face": Points(xyz=face.xyz[kept], score=face.score[kept])},
    )
    found = any("too_uneven" in c.flags for c in lids(thinned).channels)
    share = np.mean(np.diff(thinned.t_s) > 0.0501)
    assert (share > 0.05) == uneven
    assert found == uneven


def test_turning_and_tilting_hardly_change_the_closure():
    """A head turned by 30 degrees, nearer and elsewhere, reads the same closure to 0.02."""
    still = [_face(a, a) for a in _trace((OPEN_MM, SHUT_MM))]
    moved = [1.4 * f @ _turned(30).T + [200, 90, 0] for f in still]
    there, here = lids(_seen(still + moved)), lids(_seen(still))
    np.testing.assert_allclose(there.x[:2, 300:], here.x[:2], atol=0.02)


def test_a_face_turned_too_far_is_not_used():
    """Beyond 40 degrees the far eye is guessed: neither eye counts."""
    still = [_face(10, 10)] * 30
    away = [_face(10, 10) @ _turned(MAX_TURN_DEG + 5).T] * 5
    good = lids(_seen(still + away)).good
    assert good[:, :30].all()
    assert not good[:, 30:].any()


def test_an_unsure_face_is_not_used():
    """Below a score of one half nothing is read, and nothing is raised."""
    assert not lids(_film(score=0.4)).good.any()
