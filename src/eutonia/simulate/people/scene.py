"""What surrounds a person: camera, lights, background, and what a camera adds."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats
from eutonia.simulate.people import rotation
from eutonia.simulate.people.body import Person
from eutonia.simulate.people.errors import MeshError
from eutonia.simulate.people.pose import Bones

Picture = NDArray[np.uint8]

#: Grey level of what stands between camera and person.
PATCH_GREY = 70.0

#: How far the field of noise can slide, pixels.
SLIDE = 128

#: What a camera may look at: bones whose heads are averaged, and whether at rest or as posed.
AIMS: dict[str, tuple[tuple[str, ...], bool]] = {
    "head": (("eye.L", "eye.R", "neck03"), False),
    "chest": (("neck01", "clavicle.L", "clavicle.R"), False),
    "body": (("root", "spine01"), False),
    "feet": (("foot.L", "foot.R", "lowerleg01.L", "lowerleg01.R"), False),
    "left_hand": (("finger3-1.L", "wrist.L", "finger3-3.L"), True),
    "right_hand": (("finger3-1.R", "wrist.R", "finger3-3.R"), True),
}


@dataclass(frozen=True, kw_only=True)
class Light:
    """A distant light.

    Parameters
    ----------
    azimuth, elevation : float
        Where it comes from, degrees: 0, 0 is the front; plus is the person's left, and above.
    colour : tuple of float
        Blue, green, red; 1 is full strength.
    """

    azimuth: float
    elevation: float
    colour: tuple[float, float, float]

    @property
    def direction(self) -> Floats:
        """Unit vector towards the light, world axes."""
        return _direction(self.azimuth, self.elevation)


def _direction(azimuth: float, elevation: float) -> Floats:
    turned = rotation.about((0, 1, 0), azimuth) @ rotation.about((1, 0, 0), -elevation)
    return np.asarray(turned @ np.array([0.0, 0.0, 1.0]))


#: A window to the person's left and a weaker, warmer lamp to their right.
TWO_LIGHTS = (
    Light(azimuth=35, elevation=30, colour=(0.60, 0.58, 0.56)),
    Light(azimuth=-50, elevation=15, colour=(0.24, 0.27, 0.30)),
)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Camera, lights, background and noise.

    The camera stands at `distance_m` from what it looks at, in front of the person unless moved by
    `azimuth` and `elevation`, upright unless turned by `twist`.

    Parameters
    ----------
    width, height : int
        Pixels of the picture.
    focal_px : float
        Focal length in pixels; a phone's main camera has about 0.8 times the picture's long side.
    distance_m : float
        From the camera to the point it looks at.
    aim : str or tuple of float
        A name of `AIMS`, or a point in metres, world axes.
    azimuth, elevation, twist : float
        Degrees: camera to the person's left, above, and turned clockwise about its own axis (the
        picture turns the other way).
    offset_px : tuple of float
        How far right and down of the middle the point appears.
    lights : tuple of Light
        Two or more.
    ambient : float
        Light from all sides.
    exposure : float
        Factor on everything, below 1 for darkness.
    background : str
        ``plain``, ``gradient`` or ``busy``.
    background_seed : int
        Which one.
    noise : float
        SD of the sensor's noise in grey levels; each picture draws its own by `noise_seed`.
    noise_seed : int
        Which noise.
    patches : tuple of (left, top, right, bottom), float
        Grey things between camera and person, in shares of the picture's width and height.
    supersampling : int
        Samples along each side of a pixel; 1 is fastest, 2 is smooth.
    """

    width: int = 640
    height: int = 480
    focal_px: float = 600.0
    distance_m: float = 0.8
    aim: str | tuple[float, float, float] = "head"
    azimuth: float = 0.0
    elevation: float = 0.0
    twist: float = 0.0
    offset_px: tuple[float, float] = (0.0, 0.0)
    lights: tuple[Light, ...] = TWO_LIGHTS
    ambient: float = 0.42
    exposure: float = 1.0
    background: str = "gradient"
    background_seed: int = 0
    noise: float = 1.5
    noise_seed: int = 0
    patches: tuple[tuple[float, float, float, float], ...] = ()
    supersampling: int = 2

    def aimed(self, person: Person, placed: Bones) -> Scene:
        """Return the scene with its aim as a fixed point, so that a film's camera stands still."""
        if not isinstance(self.aim, str):
            return self
        if self.aim not in AIMS:
            raise MeshError(f"A camera can look at {', '.join(AIMS)} or a point, not {self.aim!r}.")
        names, posed = AIMS[self.aim]
        heads = placed.heads if posed else person.heads
        point = np.mean([heads[person.base.skeleton.index(n)] for n in names], axis=0)
        return replace(self, aim=(float(point[0]), float(point[1]), float(point[2])))

    def camera(self) -> Camera:
        """Return the camera of a scene whose aim is a point."""
        if isinstance(self.aim, str):
            raise MeshError("The camera's aim is still a name: call aimed() first.")
        back = _direction(self.azimuth, self.elevation)
        right = np.array([back[2], 0.0, -back[0]])
        right /= np.linalg.norm(right)
        axes = np.stack([right, np.cross(back, right), back])
        axes = rotation.about((0, 0, 1), self.twist) @ axes
        middle = ((self.width - 1) / 2, (self.height - 1) / 2)
        return Camera(
            axes=axes,
            place=np.asarray(self.aim) + self.distance_m * back,
            focal_px=self.focal_px,
            middle_px=(middle[0] + self.offset_px[0], middle[1] + self.offset_px[1]),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Camera:
    """A pinhole camera.

    Parameters
    ----------
    axes : ndarray, shape (3, 3)
        Rows: the picture's right, its up, and the way back towards the camera, in world axes; for
        a camera right in front of a person these are the person's left, up and forward.
    place : ndarray, shape (3,)
        Where it stands, metres.
    focal_px : float
        Focal length, pixels.
    middle_px : tuple of float
        Where its axis meets the picture; the centre of the first pixel is (0, 0).
    """

    axes: Floats
    place: Floats
    focal_px: float
    middle_px: tuple[float, float]

    def seen(self, points: Floats) -> Floats:
        """Return points in metres in camera axes: right, up, and back towards the camera."""
        return np.asarray((points - self.place) @ self.axes.T)

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Return where points appear, ``(n, 2)`` in pixels, y down, and their depths in metres.

        Points behind the camera have a depth below 0 and no meaningful place.
        """
        seen = self.seen(points)
        depth = -seen[:, 2]
        scale = self.focal_px / np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        x = self.middle_px[0] + seen[:, 0] * scale
        y = self.middle_px[1] - seen[:, 1] * scale
        return np.stack([x, y], 1), depth


@functools.lru_cache(maxsize=16)
def background(kind: str, seed: int, width: int, height: int) -> Picture:
    """Return a wall: plain, with a gradient, or busy with furniture, pictures and plants.

    Raises
    ------
    MeshError
        If there is no such background.
    """
    rng = np.random.default_rng((11, seed))
    colour = rng.uniform(90, 215) + rng.uniform(-25, 25, 3)
    wall = np.broadcast_to(colour, (height, width, 3)).astype(np.float32).copy()
    if kind not in ("plain", "gradient", "busy"):
        raise MeshError(f"A background is plain, gradient or busy, not {kind!r}.")
    if kind != "plain":
        slope = np.linspace(-1, 1, width)[None, :] * rng.uniform(-30, 30)
        slope = slope + np.linspace(-1, 1, height)[:, None] * rng.uniform(-25, 25)
        wall += slope[..., None]
    image = np.asarray(np.clip(wall, 0, 255), np.uint8)
    if kind == "busy":
        _furnish(image, rng)
    return image


def _furnish(image: Picture, rng: np.random.Generator) -> None:
    """Draw what hangs and stands about in a room, a little out of focus."""
    height, width = image.shape[:2]
    for _ in range(24):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w = int(rng.integers(width // 30, width // 4))
        h = int(rng.integers(height // 30, height // 3))
        colour = tuple(map(float, rng.uniform(15, 240, 3)))
        shape = rng.integers(4)
        if shape == 0:
            cv2.rectangle(image, (x, y), (x + w, y + h), colour, -1)
            inner = tuple(map(float, rng.uniform(15, 240, 3)))
            cv2.rectangle(
                image, (x + w // 8, y + h // 8), (x + w - w // 8, y + h - h // 8), inner, -1
            )
        elif shape == 1:
            for k in range(int(rng.integers(3, 12))):
                book = tuple(map(float, rng.uniform(15, 240, 3)))
                left = x + k * width // 50
                cv2.rectangle(image, (left, y), (left + width // 60, y + h), book, -1)
        elif shape == 2:
            cv2.ellipse(
                image, (x, y), (w // 2, h // 2), float(rng.uniform(0, 180)), 0, 360, colour, -1
            )
        else:
            cv2.line(image, (x, y), (x + w * 2, y + h - 10), colour, int(rng.integers(2, 9)))
    image[...] = cv2.GaussianBlur(image, (0, 0), max(width / 500, 0.6))


@functools.lru_cache(maxsize=4)
def _grain(height: int, width: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(13)
    return rng.standard_normal((height, width, 3), dtype=np.float32)


def developed(image: NDArray[np.float32], scene: Scene) -> Picture:
    """Return what the sensor makes of light: exposure, noise, whole grey levels."""
    h, w = image.shape[:2]
    for left, top, right, bottom in scene.patches:
        image[round(top * h) : round(bottom * h), round(left * w) : round(right * w)] = PATCH_GREY
    light = image * np.float32(scene.exposure) + np.float32(0.5)
    if scene.noise:
        # Each picture is laid elsewhere over one large field of noise: drawing it anew is slow.
        field = _grain(h + SLIDE, w + SLIDE)
        y, x = np.random.default_rng((17, scene.noise_seed)).integers(0, SLIDE, 2)
        light += field[y : y + h, x : x + w] * np.float32(scene.noise)
    return np.asarray(np.clip(light, 0, 255, out=light), np.uint8)
