"""The same models in the maker's own graph see the same face."""

import json
import os
import subprocess

import numpy as np
import pytest

from eutonia.bench.video import CLIP, MAKERS_PYTHON, bundled

#: Follows the face through a video in the maker's environment and prints all that it sees.
_PROGRAM = """
import json, sys, cv2, mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
options = vision.FaceLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]),
    running_mode=vision.RunningMode.VIDEO, output_face_blendshapes=True)
capture, rows = cv2.VideoCapture(sys.argv[1]), []
with vision.FaceLandmarker.create_from_options(options) as graph:
    while (read := capture.read())[0]:
        height, width = read[1].shape[:2]
        image = mp.Image(image_format=mp.ImageFormat.SRGB,
                         data=cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB))
        found = graph.detect_for_video(image, 80 * len(rows))
        rows.append({
            "xyz": [[p.x * width, p.y * height, p.z * width] for p in found.face_landmarks[0]],
            "shapes": {s.category_name: s.score for s in found.face_blendshapes[0]}})
print(json.dumps(rows))
"""


def test_the_makers_graph_sees_the_same(shared_data, video_models, tmp_path):
    """Landmarks lie within 0.5 % of the face's size, depths and expressions agree (r > 0.99)."""
    # What remains is the maker's smoothing, which cannot be turned off in its video mode.
    import cv2

    from eutonia.knowledge import table
    from eutonia.tracking.face import FaceTracker, around

    python = os.environ.get(MAKERS_PYTHON)
    if not python:
        pytest.skip(f"no maker's graph: {MAKERS_PYTHON} names a Python with mediapipe 0.10.21")
    clip, bundle = shared_data / CLIP, bundled(tmp_path / "face.task")
    answer = subprocess.run(
        [python, "-c", _PROGRAM, clip, bundle], capture_output=True, text=True, check=True
    ).stdout
    theirs = json.loads(answer)
    tracker, capture = FaceTracker(shapes=True), cv2.VideoCapture(str(clip))
    away, depths, shapes = [], [], []
    for row in theirs:
        found = tracker.follow(capture.read()[1])
        xyz = np.array(row["xyz"])
        size = around(found.xyz).size / 1.5
        away.append(np.linalg.norm(found.xyz[:, :2] - xyz[:, :2], axis=1).mean() / size)
        depths.append([found.xyz[:, 2], xyz[:, 2]])
        shapes.append([found.shapes, [row["shapes"][n] for n in table("blendshapes")["names"]]])
    assert np.mean(away) < 0.005
    assert np.corrcoef(np.concatenate(depths, axis=1))[0, 1] > 0.99
    assert np.corrcoef(np.concatenate(shapes, axis=1))[0, 1] > 0.99
