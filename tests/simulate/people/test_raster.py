"""The rasteriser against brute force, and the camera against hand calculation."""

import numpy as np
import pytest

from eutonia.simulate.people import raster
from eutonia.simulate.people.scene import Scene

SIZE = (40, 30)


def random_triangles(n: int, *, seed: int) -> np.ndarray:
    """Draw triangles that reach beyond the picture on all sides."""
    rng = np.random.default_rng(seed)
    return rng.uniform((-10, -10), (50, 40), (n, 3, 2)).astype(np.float32)


def inside(triangle: np.ndarray) -> set[int]:
    """Return the samples inside a triangle by the signs of three cross products."""
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    signs = []
    for k in range(3):
        (ax, ay), (bx, by) = triangle[k].astype(float), triangle[(k + 1) % 3].astype(float)
        signs.append((bx - ax) * (y - ay) - (by - ay) * (x - ax))
    all_one_side = np.all([s > 1e-3 for s in signs], 0) | np.all([s < -1e-3 for s in signs], 0)
    return set(np.flatnonzero(all_one_side.ravel()).tolist())


def test_fragments_are_the_samples_inside_each_triangle() -> None:
    """Every sample clearly inside a triangle is found, and none clearly outside."""
    triangles = random_triangles(200, seed=1)
    found = raster.fragments(triangles, np.ones((200, 3), np.float32), size=SIZE)
    for k, triangle in enumerate(triangles):
        mine = found.sample[found.triangle == k].tolist()
        assert len(mine) == len(set(mine))
        surely = inside(triangle)
        assert surely <= set(mine)
        centre = triangle.mean(0)
        grown = centre + (triangle - centre) * 1.05
        assert set(mine) <= inside(grown) | inside(triangle + 1e-2) | inside(triangle - 1e-2) | {
            s for s in mine if _on_edge(triangle, s)
        }


def _on_edge(triangle: np.ndarray, sample: int) -> bool:
    """Tell whether a sample lies on an edge of a triangle, to a hundredth."""
    p = np.array([sample % SIZE[0], sample // SIZE[0]], float)
    for k in range(3):
        a, b = triangle[k].astype(float), triangle[(k + 1) % 3].astype(float)
        along = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        if np.linalg.norm(a + along * (b - a) - p) < 0.01:
            return True
    return False


def test_neighbours_leave_no_seam() -> None:
    """A fan of triangles around a point covers every sample of its outline."""
    rng = np.random.default_rng(2)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 40))
    rim = np.stack([20 + 14 * np.cos(turn), 15 + 14 * np.sin(turn)], 1)
    middle = np.array([20.3, 14.7])
    fan = np.array([[middle, rim[k], rim[k - 1]] for k in range(40)], np.float32)
    found = raster.fragments(fan, np.ones((40, 3), np.float32), size=SIZE)
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    disc = np.flatnonzero((np.hypot(x - 20, y - 15) < 11).ravel())
    assert set(disc.tolist()) <= set(found.sample.tolist())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_nearer_triangle_hides_the_farther(order: tuple[int, int]) -> None:
    """Where two triangles cross in depth, each sample shows the nearer, in whatever order."""
    big = np.array([[-5, -5], [80, -5], [-5, 80]], np.float32)
    # One over the depth: the first grows to the right, the second is flat at 0.5.
    slanted = 0.01 + 0.02 * big[:, 0]
    near = np.stack([slanted, np.full(3, 0.5, np.float32)])[list(order)]
    found = raster.fragments(np.stack([big, big]), near, size=SIZE)
    triangle, depth = raster.nearest(found, n_samples=SIZE[0] * SIZE[1])
    x = np.arange(SIZE[0] * SIZE[1]) % SIZE[0]
    expected = np.where(0.01 + 0.02 * x > 0.5, order.index(0), order.index(1))
    assert (triangle == expected).all()
    np.testing.assert_allclose(depth, np.maximum(0.01 + 0.02 * x, 0.5), rtol=1e-5)


def test_values_are_interpolated_exactly_on_planes() -> None:
    """A value that is linear in the picture comes back the same inside a triangle."""
    xy = random_triangles(5, seed=3)
    values = (2 * xy[..., :1] - 3 * xy[..., 1:] + 7).astype(np.float32)
    planes = raster.planes(xy, values)
    np.testing.assert_allclose(planes[:, :, 0], np.tile([2, -3, 7], (5, 1)), atol=1e-3)


def test_only_triangles_that_face_the_camera_are_kept() -> None:
    """A triangle counterclockwise with y upwards faces the camera, its mirror image does not."""
    # In the picture y points down: up first, then left, is counterclockwise as one sees it.
    seen = np.array([[[5, 20], [20, 20], [5, 5]]], np.float32)
    assert raster.facing(seen, size=SIZE).tolist() == [0]
    assert raster.facing(seen[:, ::-1], size=SIZE).tolist() == []


def test_a_point_appears_where_hand_calculation_puts_it() -> None:
    """A camera 2 m before the origin sees a point at f x / depth beside its middle."""
    scene = Scene(width=640, height=480, focal_px=600, distance_m=2, aim=(0, 0, 0))
    pixels, depth = scene.camera().project(np.array([[0.1, 0.2, 0.5], [0, 0, 0]]))
    assert depth == pytest.approx([1.5, 2.0])
    assert pixels[0] == pytest.approx([319.5 + 600 * 0.1 / 1.5, 239.5 - 600 * 0.2 / 1.5])
    assert pixels[1] == pytest.approx([319.5, 239.5])


def test_a_camera_moves_as_its_angles_say() -> None:
    """From the person's left their nose points to the picture's left, from above it points down."""
    nose = np.array([[0.0, 0.0, 0.1]])
    left = Scene(aim=(0, 0, 0), azimuth=30).camera().project(nose)[0][0] - (319.5, 239.5)
    above = Scene(aim=(0, 0, 0), elevation=30).camera().project(nose)[0][0] - (319.5, 239.5)
    # By hand: 0.1 sin 30 aside, 0.8 - 0.1 cos 30 deep.
    shift = 600 * 0.05 / (0.8 - 0.1 * np.cos(np.pi / 6))
    assert left == pytest.approx([-shift, 0])
    assert above == pytest.approx([0, shift])


def test_a_twisted_camera_turns_the_picture_the_other_way() -> None:
    """With the camera turned clockwise, what was above the middle moves to the left."""
    up = np.array([[0.0, 0.1, 0.0]])
    turned = Scene(aim=(0, 0, 0), twist=90).camera().project(up)[0][0] - (319.5, 239.5)
    assert turned == pytest.approx([-75, 0], abs=1e-9)
