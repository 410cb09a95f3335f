"""Where a walk begins anew in a film: at segments, cuts and pauses, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.gait import gait, leg_length
from eutonia.derive.gait_seams import anew, cuts
from eutonia.model import Landmarks, Points
from eutonia.simulate.gait import Gait, walk
from eutonia.simulate.gait_filmed import Camera, filmed

CUT_S = 8.0


def _filmed(seed, camera=None, **spec):
    rng = np.random.default_rng(seed)
    walked = walk(rng, Gait(**{"seconds": CUT_S, "rate_hz": 30.0, **spec}))
    return walked, filmed(rng, walked, camera or Camera(distance_m=8, noise_px=1.0))


def _joined(one, other, aside=0.0):
    """Put one film behind another, the person as many leg lengths aside in the second."""
    body, more = (x.parts["body"] for x in (one, other))
    leg = leg_length(np.asarray(body.xyz[:, :, :2], float), rate_hz=30.0)[-1]
    trunk = [11, 12, 23, 24]
    way = body.xyz[-1, trunk, :2].mean(axis=0) - more.xyz[0, trunk, :2].mean(axis=0)
    moved = more.xyz.copy()
    moved[:, :, :2] += way + np.array([aside * leg, 0.0])
    points = Points(
        xyz=np.concatenate([body.xyz, moved]).astype(np.float32),
        score=np.concatenate([body.score, more.score]),
        visible=np.concatenate([body.visible, more.visible]),
    )
    t_s = np.concatenate([one.t_s, CUT_S + other.t_s])
    return replace(one, t_s=t_s, parts={"body": points})


def _cuts(landmarks: Landmarks):
    raw = np.asarray(landmarks.parts["body"].xyz[:, :, :2], dtype=float)
    return landmarks.t_s[cuts(raw, leg_length(raw, rate_hz=landmarks.rate_hz))]


@pytest.mark.parametrize("aside", [0.5, -2.0])
def test_a_cut_is_found_where_it_is(aside):
    """Somebody who is at once elsewhere in the picture was filmed again."""
    joined = _joined(_filmed(1)[1], _filmed(2, stride_s=1.3)[1], aside)
    np.testing.assert_allclose(_cuts(joined), [CUT_S])


@pytest.mark.parametrize(
    ("camera", "spec"),
    [
        (Camera(distance_m=8, noise_px=3.0), {}),
        (Camera(moves=False, distance_m=5, noise_px=2.0, dropped=0.05), {}),
        (Camera(moves=False, distance_m=8, noise_px=2.0), {"speed_mps": 4.0, "stride_s": 0.72}),
        (Camera(view="front", distance_m=8, noise_px=2.0), {}),
    ],
)
def test_who_walks_or_runs_past_was_not_cut(camera, spec):
    """Neither speed nor noise nor dropped pictures look like a cut."""
    for seed in range(5):
        assert not len(_cuts(_filmed(seed, camera, **spec)[1]))


def test_single_wild_pictures_are_no_cut():
    """A body that is elsewhere in one picture and back in the next was lost for that picture."""
    _, landmarks = _filmed(3)
    landmarks.parts["body"].xyz[100, :, 0] += 400
    assert not len(_cuts(landmarks))


def test_nothing_is_measured_across_a_cut():
    """On both sides of it longer is left out than a stride bridges."""
    joined = _joined(_filmed(1)[1], _filmed(2)[1], 1.0)
    move = gait(joined)
    foot = [c.site for c in move.channels].index("foot")
    there = joined.t_s[move.good[foot]]
    apart = np.diff(there)
    assert apart.max() > 0.12
    assert there[np.argmax(apart)] < CUT_S <= there[np.argmax(apart) + 1]


def test_it_begins_anew_at_segments_and_after_pauses():
    """Segments of a stride or less, and the ends of the film, are none."""
    t = np.delete(np.arange(600) / 30.0, np.arange(450, 470))
    begins = anew(t, (0.0, 5.0, 5.5, 12.0, 19.5), np.zeros(len(t), dtype=bool))
    np.testing.assert_allclose(t[begins], [5.0, 12.0, 470 / 30], atol=1e-9)


def test_forwards_and_backwards_in_one_film_are_told_apart():
    """A film of both has both directions, each in its segment."""
    joined = _joined(_filmed(1)[1], _filmed(2, backwards=True)[1])
    move = gait(joined, segments_s=(0.0, CUT_S, 2 * CUT_S))
    travel = move.x[[c.site for c in move.channels].index("travel")]
    np.testing.assert_array_equal(travel, np.where(joined.t_s < CUT_S, 1.0, -1.0))
