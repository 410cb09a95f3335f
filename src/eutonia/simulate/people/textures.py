"""Textures: read, coloured, and joined into one picture that all triangles look into."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats
from eutonia.simulate.people.errors import MeshError

Picture = NDArray[np.uint8]
Colour = tuple[float, float, float]

#: Skin where the folder has no skin textures: blue, green, red.
PLAIN_SKIN = (125.0, 155.0, 205.0)

#: Height of the joined picture, and how often it is halved for distant people.
HEIGHT, HALVINGS = 2048, 5


@functools.lru_cache(maxsize=32)
def _read(path: Path) -> Picture:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise MeshError(f"The human mesh lacks the texture {path}, or it cannot be read.")
    if image.shape[2] == 3:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2BGRA)
    return np.asarray(image, np.uint8)


def picture(path: Path) -> Picture:
    """Return a texture as blue, green, red and opacity.

    Raises
    ------
    MeshError
        If there is none.
    """
    return _read(path)


def skin(path: Path, *, tone: Colour) -> Picture:
    """Return a skin in a tone; a plain one where the folder has no skins, as it may."""
    image = _read(path) if path.is_file() else plain(PLAIN_SKIN)
    toned = image * np.array([*tone, 1.0], np.float32)
    return np.asarray(np.clip(toned, 0, 255), np.uint8)


def plain(colour: Colour) -> Picture:
    """Return an opaque texture of one colour."""
    image = np.empty((64, 64, 4), np.uint8)
    image[...] = (*np.clip(np.round(colour), 0, 255), 255)
    return image


def dyed(image: Picture, colour: Colour) -> Picture:
    """Return hair in another colour, its light and dark strands kept."""
    light = image[..., :3].astype(np.float32).mean(2)
    opaque = image[..., 3] > 128
    middle = float(light[opaque].mean()) if opaque.any() else 128.0
    strands = np.clip(light / max(middle, 1.0), 0.3, 1.8)[..., None]
    out = image.copy()
    out[..., :3] = np.clip(strands * np.asarray(colour, np.float32), 0, 255)
    return out


def shaded(image: Picture, share: float) -> Picture:
    """Return a texture darkened: no lamp reaches into a mouth as it does to a face."""
    out = image.copy()
    out[..., :3] = image[..., :3] * np.float32(share)
    return out


def thinned(image: Picture, share: float) -> Picture:
    """Return a texture with less opacity."""
    out = image.copy()
    out[..., 3] = image[..., 3] * np.float32(share)
    return out


def atlas(
    images: Sequence[Picture], uv: Sequence[Floats]
) -> tuple[tuple[Picture, ...], NDArray[np.float32]]:
    """Join textures and turn places in each into pixels of the whole.

    Parameters
    ----------
    images : sequence of ndarray
        The textures, none higher than `HEIGHT`.
    uv : sequence of ndarray, shape (n, 3, 2)
        Places in each, 0 to 1, v upwards.

    Returns
    -------
    levels : tuple of ndarray
        The whole picture, then halved again and again.
    texel : ndarray, shape (sum of n, 3, 2)
        Places in the first level, pixels.
    """
    corner, texel = {}, {}
    left = top = width = 0
    for k in sorted(range(len(images)), key=lambda k: -images[k].shape[0]):
        h, w = images[k].shape[:2]
        if top + h > HEIGHT:
            left, top, width = left + width, 0, 0
        corner[k] = (left, top)
        place = np.clip(uv[k], 0, 1) * (1, -1) + (0, 1)
        texel[k] = place * (w - 1, h - 1) + corner[k]
        top, width = top + h, max(width, w)
    whole = np.zeros((HEIGHT, left + width, 4), np.uint8)
    for k, (x, y) in corner.items():
        whole[y : y + images[k].shape[0], x : x + images[k].shape[1]] = images[k]
    levels = [whole]
    for _ in range(HALVINGS):
        h, w = levels[-1].shape[:2]
        levels.append(
            np.asarray(cv2.resize(levels[-1], (w // 2, h // 2), interpolation=cv2.INTER_AREA))
        )
    joined = np.concatenate([texel[k] for k in range(len(images))])
    return tuple(levels), joined.astype(np.float32)
