"""Speed of video work on one core: the face with decoding, a hand and a body without.

The pictures are real, from the folder of real recordings, which ``EUTONIA_SHARED_DATA`` names: a
head that turns, a walk, and a hand cut out of one picture of a walk, which is moved about. The
maker's graphs run in an environment of their own, because their package does not get on with ours:
``EUTONIA_MEDIAPIPE_PYTHON`` names a Python that has mediapipe 0.10.21. They use the same models.
What is missing is left out with a sentence.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from math import cos, pi, sin
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from eutonia.bench import Case, Elsewhere
from eutonia.model import MissingModel
from eutonia.tracking import models

N_PICTURES = 300
#: Runs of which the fastest counts: one run alone may be a tenth slower than the next.
ROUNDS = 7
SIZE = (640, 480)
CLIP = "video/intel_sample_videos/head-pose-face-detection-male.gif"
LARGE, N_LARGE = (1280, 720), 100
WALK = "video/sports2d/demo.mp4"
#: The clip, the picture in it, and the middle and edge in pixels of a square with a hand.
HAND = ("video/pose2sim/cam04.mp4", 33, (418, 1020, 175))
#: The least share of pictures in which a hand or a body has to be seen, for the time to count.
SEEN = 0.9
#: Times as fast as the maker's graphs.
WANTED = 1.3
#: What no program can be faster than with the same library, decoder and models.
BARE = "decoding and bare inference"
MAKER = "the maker's graph (mediapipe 0.10.21)"
MAKERS_PYTHON = "EUTONIA_MEDIAPIPE_PYTHON"
#: The files of the maker's bundle for the face, and ours that go into it.
BUNDLE = {
    "face_detector.tflite": "face_detection",
    "face_landmarks_detector.tflite": "face_landmarks",
    "face_blendshapes.tflite": "face_blendshapes",
    "geometry_pipeline_metadata_landmarks.binarypb": "face_geometry",
}
#: Models for a hand and a body.
PARTS = {
    "hand": ("palm_detection", "hand_landmarks"),
    "body": ("body_detection", "body_landmarks"),
}
#: Runs in the maker's environment: goes through the video once. Loading is not counted.
_FACE = """
import sys, time, cv2, mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
cv2.setNumThreads(1)
options = vision.FaceLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]),
    running_mode=vision.RunningMode.VIDEO, output_face_blendshapes=True)
def follow(bgr, ms):
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
    return bool(graph.detect_for_video(image, ms).face_landmarks)
with vision.FaceLandmarker.create_from_options(options) as graph:
    follow(cv2.VideoCapture(sys.argv[1]).read()[1], 0)
    capture, n, before = cv2.VideoCapture(sys.argv[1]), 0, time.process_time()
    while (read := capture.read())[0]:
        n += follow(read[1], 33 * (n + 1))
    print(n, time.process_time() - before)
"""

#: The same for a hand or a body; decoding and the change to RGB are not counted.
_PART = """
import sys, time, cv2, mediapipe as mp
cv2.setNumThreads(1)
module, make = sys.argv[2].split(".")
graph = eval(make, vars(getattr(mp.solutions, module)))
capture, n, seconds = cv2.VideoCapture(sys.argv[1]), 0, 0.0
graph.process(cv2.cvtColor(cv2.VideoCapture(sys.argv[1]).read()[1], cv2.COLOR_BGR2RGB))
while (read := capture.read())[0]:
    rgb = cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB)
    before = time.process_time()
    found = graph.process(rgb)
    seconds += time.process_time() - before
    n += any(getattr(found, f) for f in found._fields)
print(n, seconds)
"""


def cases(folder: Path) -> Iterator[Case]:
    """Yield the work that is timed; files go into `folder`."""
    from eutonia.tracking.body import BodyTracker
    from eutonia.tracking.hands import HandTracker

    try:
        for name in (*BUNDLE.values(), *(n for names in PARTS.values() for n in names)):
            models.path(name)
    except MissingModel as error:
        return _say(f"Video is left out. {error}")
    clips = [_recordings() / clip for clip in (CLIP, HAND[0], WALK)]
    if missing := [str(clip) for clip in clips if not clip.is_file()]:
        return _say(f"Video is left out: {missing[0]} is missing. Set EUTONIA_SHARED_DATA.")
    yield face(enlarged(clips[0], folder / "face.mp4"), folder)
    hand = moved(clips[1], folder / "hand.mp4")
    body = enlarged(clips[2], folder / "body.mp4", LARGE, n=N_LARGE)
    yield part("One hand", hand, HandTracker(most=1), "hands.Hands(max_num_hands=1)")
    yield part("One hand, a second one awaited", hand, HandTracker(), "hands.Hands()")
    yield part("Body", body, BodyTracker(), "pose.Pose()")


def face(path: Path, folder: Path) -> Case:
    """Return the work of following a face and its expressions through a video."""
    from eutonia.tracking.blendshapes import READ
    from eutonia.tracking.crops import Cropper, whole
    from eutonia.tracking.face import FaceTracker
    from eutonia.tracking.runtime import Model
    from eutonia.tracking.video import pictures

    tracker = FaceTracker(shapes=True)
    points, shapes = (Model(models.path(f"face_{name}")) for name in ("landmarks", "blendshapes"))

    def ours() -> None:
        tracker.reset()
        seen = sum(tracker.follow(picture) is not None for _, picture in pictures(path))
        assert seen == N_PICTURES

    _, first = next(pictures(path))
    x = Cropper(points.shape[1])(first, whole(first))
    found = tracker.follow(first)
    assert found is not None
    xy = found.xyz[None, READ, :2].copy()

    def bare() -> None:
        for _ in pictures(path):
            points(x)
            shapes(xy)

    peers: dict[str, Callable[[], object]] = {BARE: bare}
    if python := _makers_python("face"):
        peers[MAKER] = elsewhere(python, _FACE, str(path), str(bundled(folder / "face.task")))
    return Case(
        f"Face and expressions, {SIZE[0]} x {SIZE[1]}, decoding included, {N_PICTURES} pictures",
        ours,
        peers,
        rounds=ROUNDS,
        frames=N_PICTURES,
        least_rate=90,
        most_over_ms={BARE: 1.5},
    )


def part(name: str, path: Path, tracker: Any, graph: str) -> Case:
    """Return the work of following hands or a body through a video, decoding left out.

    Parameters
    ----------
    name : str
    path : path
        The video, of `N_LARGE` pictures.
    tracker : HandTracker or BodyTracker
    graph : str
        How the maker's graph for the same is made.
    """
    from eutonia.tracking.video import pictures

    def ours() -> Elsewhere:
        tracker.reset()
        seen, seconds = 0, 0.0
        for _, picture in pictures(path):
            before = process_time()
            found = tracker.follow(picture)
            seconds += process_time() - before
            seen += bool(found)
        assert seen >= SEEN * N_LARGE
        return Elsewhere(seconds)

    peers: dict[str, Callable[[], object]] = {}
    if python := _makers_python(name):
        peers[MAKER] = elsewhere(python, _PART, str(path), graph, least=round(SEEN * N_LARGE))
    return Case(
        f"{name}, {LARGE[0]} x {LARGE[1]}, decoding excluded, {N_LARGE} pictures",
        ours,
        peers,
        {MAKER: WANTED},
        rounds=ROUNDS,
        frames=N_LARGE,
    )


def enlarged(clip: Path, path: Path, size: tuple[int, int] = SIZE, *, n: int = N_PICTURES) -> Path:
    """Return a video of `n` pictures made of the middle of a clip, forwards and backwards."""
    import cv2

    width, height = size
    capture = cv2.VideoCapture(str(clip))
    shown: list[Any] = []
    while len(shown) < n and (read := capture.read())[0]:
        times = height / read[1].shape[0]
        large = cv2.resize(read[1], None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
        left = max(0, (large.shape[1] - width) // 2)
        shown.append(large[:height, left : left + width])
    shown += shown[::-1]
    return _written(path, (shown[i % len(shown)] for i in range(n)), size)


def moved(clip: Path, path: Path) -> Path:
    """Return a video of a hand that goes round in a circle and turns to and fro."""
    import cv2

    _, number, (x, y, edge) = HAND
    capture = cv2.VideoCapture(str(clip))
    for _ in range(number):
        capture.grab()
    picture = capture.read()[1]
    width, height = LARGE

    def shown(i: int) -> Any:
        phase = 2 * pi * i / N_LARGE
        scale, angle = edge / height, 0.2 * sin(2 * phase)
        c, s = scale * cos(angle), scale * sin(angle)
        u, v = width / 2 + 40 * cos(phase), height / 2 + 40 * sin(phase)
        source = np.array([[c, -s, x - c * u + s * v], [s, c, y - s * u - c * v]])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(picture, source, LARGE, flags=flags)

    return _written(path, map(shown, range(N_LARGE)), LARGE)


def _written(path: Path, shown: Iterable[Any], size: tuple[int, int]) -> Path:
    import cv2

    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, size)
    for picture in shown:
        writer.write(picture)
    writer.release()
    return path


def bundled(path: Path) -> Path:
    """Return the maker's bundle for the face, made of our model files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as bundle:
        for member, name in BUNDLE.items():
            bundle.write(models.path(name), member)
    return path


def elsewhere(
    python: str, program: str, *arguments: str, least: int = 1
) -> Callable[[], Elsewhere]:
    """Return work of another Python, which prints how many pictures it saw something in, and time.

    The time is the CPU seconds that it took itself; seeing something in fewer than `least`
    pictures is an error.
    """

    def work() -> Elsewhere:
        done = subprocess.run(
            [python, "-c", program, *arguments], capture_output=True, text=True, check=False
        )
        seen, seconds = (done.stdout.split() or ["0", "nan"])[-2:]
        if int(seen) < least:
            raise RuntimeError(f"{python} saw {seen} of {least}, or cannot run it: {done.stderr}")
        return Elsewhere(seconds)

    return work


def _makers_python(what: str) -> str | None:
    """Return the Python that has the maker's package, or say that it is missing."""
    named = os.environ.get(MAKERS_PYTHON)
    if not named:
        _say(f"{MAKER} is left out for the {what}: set {MAKERS_PYTHON}.")
    return named


def _recordings() -> Path:
    named = os.environ.get("EUTONIA_SHARED_DATA")
    return Path(named) if named else Path(__file__).parents[4] / "shared" / "data"


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
