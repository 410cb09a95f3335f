"""Rotations: conventions, fits and rays against hand calculation and another library."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from eutonia.dsp.rotation import FOCAL, angles, fit, mean_rotation, ray, turned

GRID = np.stack(np.meshgrid(range(-60, 61, 20), range(-40, 41, 20), range(-40, 41, 20)), -1)
GRID = GRID.reshape(-1, 3).astype(float)


def test_signs_are_the_persons_own():
    """Yaw moves the nose to the person's right, pitch moves it up, roll the crown to the right."""
    half, much = 0.5, np.sqrt(3) / 2
    np.testing.assert_allclose(turned(30.0) @ [0, 0, 1], [-half, 0, much], atol=1e-12)
    np.testing.assert_allclose(turned(0.0, 30.0) @ [0, 0, 1], [0, half, much], atol=1e-12)
    np.testing.assert_allclose(turned(0.0, 0.0, 30.0) @ [0, 1, 0], [-half, much, 0], atol=1e-12)


def test_the_decomposition_is_intrinsic_yaw_pitch_roll():
    """The matrices are those of scipy's intrinsic YXZ with the documented signs."""
    theirs = Rotation.from_euler("YXZ", GRID * [-1, -1, 1], degrees=True).as_matrix()
    np.testing.assert_allclose(turned(*GRID.T), theirs, atol=1e-12)
    np.testing.assert_allclose(angles(theirs), GRID, atol=1e-9)


def test_a_shape_that_was_turned_scaled_and_moved_is_found():
    """The fit returns the rotation and scale by which points were made."""
    rng = np.random.default_rng(0)
    shape = rng.standard_normal((20, 3))
    points = 7.0 * np.einsum("nij,kj->nki", turned(*GRID.T), shape) + [3.0, -2.0, 9.0]
    rotation, scale, left = fit(points, shape)
    np.testing.assert_allclose(rotation, turned(*GRID.T), atol=1e-9)
    np.testing.assert_allclose(scale, 7.0)
    assert left.max() < 1e-6


def test_a_mirrored_shape_is_never_fitted_by_a_mirror():
    """The result is a rotation also where a reflection would fit better."""
    rng = np.random.default_rng(1)
    shape = rng.standard_normal((20, 3))
    rotation, _, left = fit((shape * [-1, 1, 1])[None], shape)
    assert np.linalg.det(rotation[0]) == pytest.approx(1.0)
    assert left[0] > 0.3


def test_what_is_left_over_is_the_noise():
    """Noise of 5 % of the shape's radius leaves 5 % (less what six parameters take)."""
    rng = np.random.default_rng(2)
    shape = rng.standard_normal((200, 3))
    radius = np.sqrt((shape**2).sum(axis=1).mean())
    noise = 0.05 * radius / np.sqrt(3) * rng.standard_normal((50, 200, 3))
    _, _, left = fit(shape + noise, shape)
    assert left.mean() == pytest.approx(0.05, rel=0.05)


def test_the_mean_of_two_turns_lies_between():
    """Two turns about one axis have the turn halfway as their mean."""
    mean = mean_rotation(turned(np.array([10.0, 30.0])))
    np.testing.assert_allclose(mean, turned(20.0), atol=1e-9)


def test_a_face_that_looks_along_the_ray_is_turned_by_its_angle():
    """At the right edge of the picture, facing the camera means turned to the own right."""
    width, f = 1920, FOCAL * 1920
    x = width / 2 + f * np.tan(np.radians(20.0))
    found = angles(ray(np.array([[x, 540.0]]), width=width, height=1080))
    np.testing.assert_allclose(found, [[20.0, 0.0, 0.0]], atol=1e-9)


def test_a_face_above_the_axis_looks_down_to_the_camera():
    """Above the middle of the picture, facing the camera means the chin is down."""
    y = 540 - FOCAL * 1920 * np.tan(np.radians(10.0))
    found = angles(ray(np.array([[960.0, y]]), width=1920, height=1080))
    np.testing.assert_allclose(found, [[0.0, -10.0, 0.0]], atol=1e-9)
