"""Crops show the square they were asked for, and points find their way back."""

from math import pi

import numpy as np
import pytest

from eutonia.tracking.crops import Box, Cropper, shrunk, tiles, whole


def _dot(height, width, x, y, radius=3):
    """Return a black picture with a soft white dot, centred between pixels as well."""
    v, u = np.mgrid[:height, :width]
    soft = 255 * np.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * radius**2))
    return np.repeat(soft[..., None], 3, axis=2).astype(np.uint8)


def _middle(crop):
    """Return the centre of light of a crop, as a point."""
    light = crop[0, ..., 0]
    v, u = np.mgrid[: light.shape[0], : light.shape[1]]
    return np.array([(light * u).sum(), (light * v).sum()], dtype=np.float32) / light.sum()


def test_a_quarter_turn_by_hand():
    """A box turned clockwise by 90 degrees has its right side at the bottom of the picture."""
    box = Box(x=10, y=20, size=8, angle=pi / 2)
    points = np.array([[4, 2, 1], [2, 2, 0], [0, 2, 0]], dtype=np.float32)
    expected = [[10, 24, 2], [10, 20, 0], [10, 16, 0]]
    np.testing.assert_allclose(box.out(points, n=4), expected, atol=1e-5)


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0, pi])
@pytest.mark.parametrize("size", [90.0, 128.0, 250.0, 900.0])
def test_a_point_of_the_crop_finds_its_way_back(angle, size):
    """A dot lies, seen through any box, where it was drawn: to a tenth of a pixel of the crop."""
    picture = _dot(500, 600, 310.3, 221.6, radius=size / 40)
    box = Box(x=300, y=230, size=size, angle=angle)
    crop = Cropper(128)(picture, box)
    back = box.out(_middle(crop), n=128)
    np.testing.assert_allclose(back, [310.3, 221.6], atol=max(0.1, 0.1 * size / 128))


def test_colours_and_range_are_the_models():
    """Blue, green, red become red, green, blue; black becomes the lowest value and white 1."""
    picture = np.zeros((8, 8, 3), dtype=np.uint8)
    picture[..., 0] = 255
    crop = Cropper(8, low=-1)(picture, whole(picture))
    np.testing.assert_allclose(crop[0, 4, 4], [-1, -1, 1], atol=1e-6)


@pytest.mark.parametrize(("border", "outside"), [(False, 0.0), (True, 1.0)])
def test_what_lies_outside_the_picture(border, outside):
    """Outside the picture it is black, or as the edge, as the model wants."""
    picture = np.full((10, 10, 3), 255, dtype=np.uint8)
    crop = Cropper(16, border=border)(picture, Box(x=10, y=5, size=16))
    assert crop[0, 8, 1, 0] == 1.0
    assert crop[0, 8, 14, 0] == outside


def test_a_large_picture_is_averaged_not_sampled():
    """Independent noise of SD 40 in a box eight times the crop comes out at most an eighth."""
    rng = np.random.default_rng(0)
    picture = np.clip(rng.normal(128, 40, (1024, 1024, 3)), 0, 255).astype(np.uint8)
    crop = Cropper(128)(picture, Box(x=512, y=512, size=1024)) * 255
    assert np.std(crop[0, 8:-8, 8:-8]) < 1.02 * np.std(picture) / 8


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (60, 60)])
@pytest.mark.parametrize("x", [0.0, -500.0, 700.0])
def test_any_picture_and_any_place_give_a_crop(shape, x):
    """Tiny pictures, and boxes wholly outside them, give a crop of finite values."""
    picture = np.full((*shape, 3), 9, dtype=np.uint8)
    for size in (5.0, 3000.0):
        assert np.isfinite(Cropper(64)(picture, Box(x=x, y=x, size=size, angle=1.0))).all()


def test_shrinking_keeps_the_neighbourhood():
    """A part that is shrunk three times holds the means of nine pixels and the box around them."""
    picture = np.arange(81, dtype=np.uint8).reshape(9, 9, 1).repeat(3, axis=2)
    small, box = shrunk(picture, Box(x=4, y=4, size=9), times=3)
    np.testing.assert_array_equal(small[..., 0], [[10, 13, 16], [37, 40, 43], [64, 67, 70]])
    assert (box.x, box.y, box.size) == (1, 1, 3)


def test_tiles_cover_the_picture():
    """Every pixel lies in a tile, and none is longer than half the picture."""
    picture = np.zeros((108, 192, 3), dtype=np.uint8)
    seen = np.zeros((108, 192), dtype=bool)
    for tile in tiles(picture):
        top, left = int(tile.y - tile.size / 2), int(tile.x - tile.size / 2)
        assert tile.size == 96
        seen[max(top, 0) : top + 96, max(left, 0) : left + 96] = True
    assert seen.all()
