"""Make the rendered film of ``samples/``.

It is drawn by `eutonia.simulate.people` from a CC0 human mesh, without the mesh's skins, and
encoded by PyAV, which Eutonia itself does not need::

    pip install av
    python tools/build_sample_film.py MESH_FOLDER
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from eutonia.simulate.people.body import person
from eutonia.simulate.people.film import film, stamps
from eutonia.simulate.people.pose import Pose
from eutonia.simulate.people.reach import touching
from eutonia.simulate.people.scene import Scene

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "film"
FOLDER = SAMPLES / "sub-filmed" / "ses-01" / "video"
NAME = "sub-filmed_ses-01_task-neck_video"
PERSON = 53
SECONDS = 49
#: Onset, end, task, trick.
SEGMENTS = (
    (0, 4, "zero", "off"),
    (5, 23, "let_go", "off"),
    (23, 37, "range", "off"),
    (38.5, 49, "let_go", "on"),
)
BLINKS_S = (1.4, 5.3, 9.6, 11.9, 15.2, 18.8, 22.6, 27.1, 30.3, 34.9, 39.4, 42.2, 46.7)
SCENE = Scene(
    width=640, height=480, focal_px=560, distance_m=1.1, aim="chest", background="gradient"
)


def smooth(t: float, start: float, end: float) -> float:
    """Return how far something is that begins and ends without a jerk, 0 to 1."""
    u = min(max((t - start) / (end - start), 0.0), 1.0)
    return u * u * (3 - 2 * u)


def hump(t: float, middle: float) -> float:
    """Return a movement there and back, 1 in the middle."""
    return float(np.exp(-(((t - middle) / 0.8) ** 2)))


def lids(t: float) -> float:
    """Return how far the lids are shut: blinks of 0.25 s."""
    since = min((t - b for b in BLINKS_S if t >= b), default=9.0)
    return float(np.sin(np.pi * since / 0.25) ** 2) if since < 0.25 else 0.0


def head(t: float) -> tuple[float, float, float]:
    """Return yaw, pitch and roll: a turned head that shakes, its range, and the trick."""
    drift = 2 * np.sin(2 * np.pi * t / 7)
    if t < 23.5:
        k = smooth(t, 4, 5) * (1 - smooth(t, 22.8, 23.4))
        return k * (22 + drift + 2.5 * np.sin(2 * np.pi * 4.5 * t)), -5 * k, 12 * k
    if t < 37.5:
        yaw = 45 * hump(t, 25) - 50 * hump(t, 27.5)
        return yaw, 26 * hump(t, 34) - 24 * hump(t, 36), 25 * hump(t, 29.7) - 32 * hump(t, 31.9)
    k = smooth(t, 37.5, 38.5)
    return k * (9 + drift), -2 * k, 5 * k


def main(mesh: Path) -> None:
    """Write the film, what was done when, and the angles that were drawn."""
    import av

    who = person(PERSON, folder=mesh)

    def pose(t: float) -> Pose:
        yaw, pitch, roll = head(t)
        posed = Pose(yaw=yaw, pitch=pitch, roll=roll, lid_left=lids(t), lid_right=lids(t))
        return touching(who, posed, "right", "chin") if t >= 38.5 else posed

    t_s = stamps(SECONDS, 30, drop=0.02, seed=1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        drawn = Path(scratch) / "drawn.mp4"
        truths = film(who, pose, SCENE, drawn, t_s=t_s)
        with av.open(str(drawn)) as source, av.open(str(FOLDER / f"{NAME}.mp4"), "w") as target:
            stream = target.add_stream("libx264", rate=30, options={"crf": "27", "preset": "slow"})
            stream.width, stream.height, stream.pix_fmt = SCENE.width, SCENE.height, "yuv420p"
            stream.codec_context.time_base = source.streams.video[0].time_base
            for frame in source.decode(video=0):
                frame.pict_type = av.video.frame.PictureType.NONE
                target.mux(stream.encode(frame))
            target.mux(stream.encode())
    rows = [f"{a:g}\t{b - a:g}\t{task}\t{trick}" for a, b, task, trick in SEGMENTS]
    events = "\n".join(["onset\tduration\ttask\ttrick", *rows])
    (FOLDER / f"{NAME.removesuffix('_video')}_events.tsv").write_text(events + "\n")
    drawn_rows = [
        f"{t:.4f}\t{one.yaw:.3f}\t{one.pitch:.3f}\t{one.roll:.3f}"
        for t, one in zip(t_s, truths, strict=True)
    ]
    truth = "\n".join(["time_s\tyaw_deg\tpitch_deg\troll_deg", *drawn_rows])
    (SAMPLES / "truth.tsv").write_text(truth + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/build_sample_film.py MESH_FOLDER")
    main(Path(sys.argv[1]))
