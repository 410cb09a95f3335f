"""Movements of jaw and lips are read in the head's own frame."""

import numpy as np
import pytest

from eutonia.derive.lids import LIDS
from eutonia.derive.mouth import CHIN_WITH_CORNERS, HEAD, OF_TURN, mouth
from eutonia.dsp.rotation import turned
from eutonia.model import Landmarks, Points
from eutonia.simulate.mouth import face_points

#: 1 mm in % of the distance between the outer corners of the simulated face's eyes.
PCT = 100 / 90.0


def _seen(faces):
    xyz = np.asarray(faces, dtype=np.float32)
    face = Points(xyz=xyz, score=np.ones(len(xyz), dtype=np.float32))
    return Landmarks(t_s=np.arange(len(xyz)) / 30, width=640, height=480, parts={"face": face})


def _read(faces):
    move = mouth(_seen(faces))
    return {
        (c.site, c.side): np.where(g, x, np.nan)
        for c, x, g in zip(move.channels, move.x, move.good, strict=True)
    }


def _as_drawn(faces):
    """Return the distances with what is taken off for turn and corners: a rigid face has none."""
    found = _read(faces)
    uneven = found["corner_up", "right"] - found["corner_up", "left"]
    found["jaw_deviation", "midline"] = (
        found["jaw_deviation", "midline"] + CHIN_WITH_CORNERS * uneven
    )
    yaw, pitch = (found[site, "midline"] for site in HEAD[:2])
    for (site, side), x in found.items():
        if site in OF_TURN:
            found[site, side] = x + OF_TURN[site].made(-yaw if side == "left" else yaw, pitch)
    return found


def _yawed(face, degrees):
    """Turn a face to the person's right."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return face @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T


def _turned(rng, *, most_deg=18.0):
    """Draw a turn of the head about a random axis."""
    axis = rng.standard_normal(3)
    x, y, z = axis / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    a = np.radians(rng.uniform(-most_deg, most_deg))
    return np.eye(3) + np.sin(a) * k + (1 - np.cos(a)) * (k @ k)


def test_a_known_jaw_comes_back_whatever_the_head_does():
    """Opening and deviation of the chin survive turns, zoom and shifts of the head to 0.01 %."""
    rng = np.random.default_rng(0)
    opening = rng.uniform(0, 30, 60)
    right = rng.uniform(-8, 8, 60)
    faces = [
        rng.uniform(2, 6) * face_points(opening_mm=o, deviation_mm=d) @ _turned(rng).T
        + rng.uniform(-200, 200, 3)
        for o, d in zip(opening, right, strict=True)
    ]
    found = _as_drawn(faces)
    jaw = found["jaw_opening", "midline"]
    # The face's down axis runs from the hairline to the nose base: (114, -11) mm, not quite (1, 0).
    down = 114 / np.hypot(114, 11)
    np.testing.assert_allclose(jaw - jaw.mean(), PCT * down * (opening - opening.mean()), atol=0.01)
    np.testing.assert_allclose(found["jaw_deviation", "midline"], PCT * right, atol=0.01)
    np.testing.assert_allclose(
        found["lip_gap", "midline"], PCT * np.hypot(opening, right), atol=0.01
    )


def test_a_pulled_corner_is_seen_on_its_side_only():
    """Pulling the right corner by 6 mm out and 4 mm up changes the right and not the left."""
    still = [face_points()] * 30
    pulled = [face_points(right_corner_mm=(6, 4))] * 30
    found = _as_drawn(still + pulled)
    change = {k: v[30:].mean() - v[:30].mean() for k, v in found.items()}
    assert change["corner_out", "right"] == pytest.approx(6 * PCT, abs=0.02)
    assert change["corner_up", "right"] == pytest.approx(4 * PCT, rel=0.02)
    assert change["corner_out", "left"] == pytest.approx(0, abs=1e-3)
    assert change["corner_up", "left"] == pytest.approx(0, abs=1e-3)
    assert found["corner_out", "left"].mean() == pytest.approx(26 * PCT, abs=0.02)


def test_a_chin_that_goes_with_a_pulled_corner_is_no_jaw_to_one_side():
    """Rendered: a corner 6 mm up took a still chin 1.6 to 2.7 mm along; a jaw aside stays told."""
    for drawn in (1.6, 2.7):
        found = _read([face_points(), face_points(deviation_mm=drawn, right_corner_mm=(0, 6))])
        deviation = found["jaw_deviation", "midline"]
        assert abs(deviation[1] - deviation[0]) < 0.8 * PCT
    # A jaw to the right takes the right corner down: together they say more than the chin alone.
    found = _read([face_points(), face_points(deviation_mm=3, right_corner_mm=(0, -1.5))])
    deviation = found["jaw_deviation", "midline"]
    assert deviation[1] - deviation[0] > 3 * PCT


def test_a_mirror_image_swaps_sides_and_nothing_else():
    """In a mirrored picture deviation and turn change their sign, and the corners places."""
    pulled = face_points(deviation_mm=5, right_corner_mm=(6, 4))
    faces = np.array([pulled, face_points(), _yawed(pulled, 12.0)] * 10)
    mirrored = faces * [-1, 1, 1]
    swapped = mirrored.copy()
    for a, b in ((33, 263), (133, 362), (98, 327), (64, 294), (148, 377), (61, 291)):
        swapped[:, [a, b]] = mirrored[:, [b, a]]
    one, other = _read(faces), _read(swapped)
    for (site, side), values in one.items():
        far = {"left": "right", "right": "left"}.get(side, side)
        sign = -1 if site in ("jaw_deviation", "head_yaw", "head_roll") else 1
        np.testing.assert_allclose(other[site, far], sign * values, atol=1e-3)


def test_right_is_the_persons_own():
    """A chin on the left of an unmirrored picture deviates to the person's right: +."""
    face = face_points(deviation_mm=5)
    assert face[152, 0] < 0, "the picture's left"
    assert _read([face] * 3)["jaw_deviation", "midline"][0] == pytest.approx(5 * PCT, abs=0.01)


def test_what_a_turned_head_makes_of_an_even_mouth_is_taken_off():
    """A rigid face, as no model draws it, reads its mean turn the other way, in any film."""
    degrees = np.array([-20.0, -10.0, 0.0, 10.0, 20.0])
    one_by_one = [_read([_yawed(face_points(), angle)] * 3) for angle in degrees]
    chin = np.array([found["jaw_deviation", "midline"][0] for found in one_by_one])
    np.testing.assert_allclose(chin, -chin[::-1], atol=1e-6)
    assert chin[2] == pytest.approx(0, abs=1e-3)
    assert chin[4] < chin[3] < -1
    together = _read([_yawed(face_points(), angle) for angle in degrees])
    np.testing.assert_allclose(together["jaw_deviation", "midline"], chin, atol=1e-3)
    right, left = (together["corner_out", side] for side in ("right", "left"))
    np.testing.assert_allclose(right, left[::-1], atol=1e-3)
    assert right[4] < right[2] < right[0]


def test_a_face_turned_away_is_not_good():
    """Beyond 40° the samples are marked, beyond 25° those of the sides; lost faces too."""
    degrees = np.array([0, 20, -35, 50, -60, 0])
    faces = [_yawed(face_points(), angle) for angle in degrees]
    faces[-1] = np.full((478, 3), np.nan)
    move = mouth(_seen(faces))
    assert np.isfinite(move.x).all()
    for c, good in zip(move.channels, move.good, strict=True):
        aside = c.site in ("jaw_deviation", "corner_out", "corner_up")
        assert good.tolist() == [True, True, not aside, False, False, False]


def test_the_turns_of_the_head_are_told_beside_the_mouth():
    """Known turns from the camera come back, also of a head that is turned all the time."""
    rng = np.random.default_rng(2)
    flip = np.diag([1.0, -1.0, -1.0])  # the picture's axes, y down and z away
    slope = np.degrees(np.arctan2(11, 114))  # of this face, from the hairline down: seen as pitch
    for all_the_time in (0.0, -15.0):
        angles = rng.uniform(-1.5, 1.5, (3, 50)) + np.array([[all_the_time], [0.0], [0.0]])
        faces = [
            face_points(opening_mm=o) @ (flip @ r @ flip).T
            for o, r in zip(rng.uniform(0, 20, 50), turned(*angles), strict=True)
        ]
        found = _read(faces)
        for site, truth, own in zip(HEAD, angles, (0.0, slope, 0.0), strict=True):
            seen = found[site, "midline"]
            # A nod about the face's own axis, `slope` off, rolls a little: 0.15 of 1.5 degrees.
            np.testing.assert_allclose(seen - truth, own, atol=0.3)


def test_the_gap_of_the_lids_is_told_beside_the_mouth():
    """Lids 8 mm apart, then shut, in both eyes; one eye that stays open is half of it."""
    faces = np.array([face_points()] * 3)
    for pairs, apart in ((LIDS["left"], (8, 0, 8)), (LIDS["right"], (8, 0, 0))):
        for a, b in pairs:
            faces[:, b, 1] = faces[:, a, 1] + apart
    gap = _read(faces)["lid_gap", "midline"]
    down = 114 / np.hypot(114, 11)
    np.testing.assert_allclose(gap, np.array([8, 0, 4]) * PCT * down, atol=0.01)


def test_no_face_gives_no_channel():
    """A video of a hand alone has no mouth."""
    move = mouth(_seen(np.full((4, 478, 3), np.nan)))
    assert move.channels == ()
    assert move.x.shape == (0, 4)


def test_channels_name_what_they_are():
    """Each channel has kind, unit, site and the person's side."""
    move = mouth(_seen([face_points()] * 2))
    assert {c.kind for c in move.channels} == {"mouth"}
    assert {c.unit for c in move.channels if c.site not in HEAD} == {"%"}
    assert [(c.site, c.unit) for c in move.channels[-3:]] == [(s, "deg") for s in HEAD]
    assert len({c.name for c in move.channels}) == len(move.channels) == 13
    sides = {(c.site, c.side) for c in move.channels if c.site.startswith("corner")}
    assert sides == {(s, d) for s in ("corner_out", "corner_up") for d in ("left", "right")}
