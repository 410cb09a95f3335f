"""What was seen in videos becomes measures: calibrated, kept, and never silently lost."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from eutonia import watch
from eutonia.assess import assess
from eutonia.derive.head import anatomical, uncorrected
from eutonia.dsp.rotation import turned
from eutonia.formats.corrections import Film
from eutonia.knowledge import table
from eutonia.model import Landmarks, Points
from eutonia.read import read_visit
from eutonia.simulate import gait
from eutonia.simulate.gait_filmed import Camera, filmed
from eutonia.tracking.store import save

RATE = 30
#: What this face looks like straight: the landmark model's own bias, in degrees.
BIAS = (0.0, -8.0, 2.0)


def head_film(path, angles, segments=""):
    """Keep the landmarks of a head at the given yaw, pitch and roll, and what was filmed when."""
    angles = np.asarray(angles, dtype=float)
    n = len(angles)
    points = table("head_points")["points"]
    still = np.random.default_rng(1).uniform(-50, 50, (478, 3))
    xyz = np.tile(still.astype(np.float32), (n, 1, 1))
    seen = uncorrected(turned(*angles.T) @ turned(*BIAS))
    xyz[:, points] = 150 * np.einsum("nij,kj->nki", seen, anatomical().shape) * [1, -1, -1]
    xyz += np.array([640, 360, 0], dtype=np.float32)
    noise = np.random.default_rng(0).normal(0, 0.1, (n, len(points), 3))
    xyz[:, points] += noise.astype(np.float32)
    face = Points(xyz=xyz, score=np.ones(n, dtype=np.float32))
    t_s = np.arange(n) / RATE
    save(Landmarks(t_s=t_s, width=1280, height=720, parts={"face": face}), path)
    if segments:
        path.with_suffix(".segments.txt").write_text(segments, encoding="utf-8")
    return path


def held(seconds, *angles):
    """Return angles that are held for some seconds."""
    return np.tile(np.array(angles, dtype=float), (round(seconds * RATE), 1))


def yaw(path, out):
    """Assess and return the turn of the head, and all of the assessment."""
    found, _ = assess(path, out=out, measures=("head.yaw_mean",))
    return {f.estimate.condition.label: f.estimate for f in found.findings}, found


def test_a_walk_is_measured_from_its_landmarks_alone(tmp_path):
    """Without the video the strides are those that were walked, and no picture is kept."""
    rng = np.random.default_rng(5)
    walked = gait.walk(rng, gait.Gait(seconds=30))
    path = tmp_path / "walk.npz"
    save(filmed(rng, walked, Camera(noise_px=1.0)), path)
    path.with_suffix(".segments.txt").write_text("0:00 - 0:30 walking\n", encoding="utf-8")
    found, folder = assess(path, out=tmp_path / "out", measures=("gait.stride_time",))
    times = {f.estimate.target.side: f.estimate for f in found.findings}
    assert set(times) == {"left", "right"}
    for estimate in times.values():
        assert estimate.interval.lo <= gait.Gait().stride_s <= estimate.interval.hi
    with np.load(folder / "evidence.npz") as kept:
        assert not any("pictures" in name for name in kept.files)


def test_the_head_is_held_against_the_segment_in_which_it_was_set_straight(tmp_path):
    """The bias of the face cancels, and the estimate no longer says that no zero was set."""
    angles = np.concatenate([held(4, 0, 0, 0), held(16, 20, 0, 0)])
    told = "0:00 - 0:04 straight\n0:04 - 0:20 let go\n"
    found, _ = yaw(head_film(tmp_path / "neck.npz", angles, told), tmp_path / "out")
    assert found["let go"].value == pytest.approx(20, abs=1.0)
    assert "zero_anatomical" not in found["let go"].quality


def test_without_the_segment_the_zero_is_anatomical_and_said(tmp_path):
    """The number carries the flag, and its interval is wider."""
    told = "0:00 - 0:20 let go\n"
    path = head_film(tmp_path / "neck.npz", held(20, 20, 0, 0), told)
    found, _ = yaw(path, tmp_path / "out")
    assert "zero_anatomical" in found["let go"].quality
    assert found["let go"].interval.lo < 20 < found["let go"].interval.hi


def test_a_head_with_glasses_says_so(tmp_path):
    """What the intake says of glasses reaches the turns of the head."""
    visit = tmp_path / "visit"
    visit.mkdir()
    head_film(visit / "neck.npz", held(20, 20, 0, 0), "0:00 - 0:20 let go\n")
    for worn in (True, False):
        (visit / "intake.yaml").write_text(f"glasses: {str(worn).lower()}\n", encoding="utf-8")
        out = tmp_path / str(worn)
        found, _ = yaw(visit, out)
        assert ("glasses" in found["let go"].quality) == worn


def in_two_parts(visit, *, zero_of="", hangs=0.0):
    """Film a straight head with a camera that may hang, and a turned one in another film."""
    visit.mkdir()
    head_film(visit / "one.npz", held(6, 0, 0, hangs), "0:00 - 0:06 straight\n")
    head_film(visit / "two.npz", held(20, -15, 0, 0), "0:00 - 0:20 let go\n")
    if zero_of:
        told = f"video: {{zero_of: {zero_of}}}\n"
        (visit / "two.corrections.yaml").write_text(told, encoding="utf-8")
    return visit


def test_a_zero_belongs_to_its_own_video(tmp_path):
    """A camera that hung in the other film tilts nobody in this one, and the report says why."""
    visit = in_two_parts(tmp_path / "visit", hangs=8.0)
    found, _ = assess(visit, out=tmp_path / "out", measures=("head.roll_mean",))
    (tilt,) = (f.estimate for f in found.findings if f.estimate.condition.label == "let go")
    assert "zero_anatomical" in tilt.quality
    assert abs(tilt.value) < 3
    said = {i.code: i.message for r in found.recordings if "two" in r.id for i in r.issues}
    assert "zero_of: one.npz" in said["zero_elsewhere"]


def test_a_zero_serves_another_video_where_the_camera_stayed(tmp_path):
    """Said so, a visit that was filmed in two parts is calibrated once."""
    visit = in_two_parts(tmp_path / "visit", zero_of="one.npz")
    found, _ = yaw(visit, tmp_path / "out")
    assert found["let go"].value == pytest.approx(-15, abs=1.0)
    assert "zero_anatomical" not in found["let go"].quality


def test_a_zero_of_a_video_that_is_not_there_is_a_warning(tmp_path):
    """A misspelt name is not passed over: angles are anatomical, and the right name is said."""
    visit = in_two_parts(tmp_path / "visit", zero_of="once.npz")
    estimates, found = yaw(visit, tmp_path / "out")
    assert "zero_anatomical" in estimates["let go"].quality
    (said,) = {
        i for r in found.recordings if "two" in r.id for i in r.issues if i.code == "zero_elsewhere"
    }
    assert said.severity == "warning"


@pytest.mark.parametrize(
    ("name", "segments", "parts", "sought"),
    [
        ("IMG_0324", "", (), {"face": 0, "body": 0, "hands": 0}),
        ("IMG_0324", "0:00 - 0:20 walking", (), {"body": 0}),
        ("leg-2", "", ("body",), {"body": 0}),
        ("leg", "", ("body", "hands"), {"body": 0, "hands": 0}),
        ("neck", "", (), {"face": 0, "body": 0.1}),
        ("neck", "0:00 - 0:20 sensory trick", (), {"face": 0, "body": 0.1, "hands": 0.25}),
    ],
)
def test_what_may_be_a_walk_is_looked_at_in_every_picture(tmp_path, name, segments, parts, sought):
    """A phone's own name says nothing, and who asks for a part wants it measured."""
    path = head_film(tmp_path / f"{name}.npz", held(1, 0, 0, 0), segments)
    visit = read_visit(path)
    assert watch.parts_for(visit.recordings[0], visit, Film(parts=parts)) == sought


@pytest.mark.parametrize(("segments", "said"), [("", True), ("0:00 - 0:20 let go\n", False)])
def test_a_film_without_segments_says_what_it_cannot_give(tmp_path, segments, said):
    """Where nobody said what was done when, the film counts as one condition, and that is said."""
    path = head_film(tmp_path / "IMG_0324.npz", held(20, 20, 0, 0), segments)
    _, found = yaw(path, tmp_path / "out")
    codes = {issue.code for recording in found.recordings for issue in recording.issues}
    assert ("no_segments" in codes) is said


def test_shoulders_that_were_not_looked_for_are_not_called_bad(tmp_path):
    """A film that was searched for the face alone says so of all that the shoulders are for."""
    path = head_film(tmp_path / "face.npz", held(20, 20, 0, 0), "0:00 - 0:20 rest\n")
    names = ("head.shoulder", "head.shift_lat", "head.shift_sag")
    found, _ = assess(path, out=tmp_path / "out", measures=names)
    assert {n.measure for n in found.not_measurable} == set(names)
    for missing in found.not_measurable:
        assert missing.reason.startswith("The shoulders were not looked for in this film.")


def test_an_overlay_shows_the_angles_of_the_assessment(tmp_path, monkeypatch):
    """The zero of one video serves the copies of the others too, where it serves their numbers."""
    visit = in_two_parts(tmp_path / "visit", zero_of="one.npz")

    def as_video(*args, **options):
        w = seen(*args, **options)
        return replace(w, filmed=replace(w.filmed, kind="video"))

    def draw(video, landmarks, out, *, movements, events, progress):
        (head,) = (m for m in movements if m.kind == "head")
        yaw = next(i for i, c in enumerate(head.channels) if c.site == "yaw")
        drawn[video.name] = head.x[yaw][head.good[yaw]].mean()

    seen, drawn = watch._watch, {}
    monkeypatch.setattr(watch, "_watch", as_video)
    monkeypatch.setattr(watch, "write_overlay", draw)
    watch.overlays(visit, tmp_path / "out")
    assert drawn["one.npz"] == pytest.approx(0, abs=1.0)
    assert drawn["two.npz"] == pytest.approx(-15, abs=1.0)


def test_an_overlay_of_a_data_set_finds_its_only_visit(tmp_path, monkeypatch):
    """Named by its root, as `assess` allows, the films of sub-01/ses-01 are read where they lie."""
    session = tmp_path / "set" / "sub-01" / "ses-01"
    session.mkdir(parents=True)
    head_film(session / "one.npz", held(6, 0, 0, 0), "0:00 - 0:06 straight\n")

    def as_video(*args, **options):
        w = seen(*args, **options)
        return replace(w, filmed=replace(w.filmed, kind="video"))

    seen, read = watch._watch, []
    monkeypatch.setattr(watch, "_watch", as_video)
    monkeypatch.setattr(watch, "write_overlay", lambda video, *_, **__: read.append(video))
    watch.overlays(tmp_path / "set", tmp_path / "out")
    assert read == [session / "one.npz"]


def test_a_calibration_that_fails_is_said_and_the_rest_is_measured(tmp_path):
    """Closures in which nothing closed leave a warning; the head is measured all the same."""
    told = "0:00 - 0:05 gentle closures\n0:05 - 0:20 let go\n"
    path = head_film(tmp_path / "neck.npz", held(20, 10, 0, 0), told)
    found, whole = yaw(path, tmp_path / "out")
    assert "let go" in found
    issues = {i.code for r in whole.recordings for i in r.issues}
    assert "not_calibrated" in issues


def test_landmarks_of_an_assessed_video_hold_its_segments(tmp_path, monkeypatch):
    """Taken away from the video and its notes they give the same angles, against the same zero."""
    told = "0:00 - 0:06 straight\n0:06 - 0:18 let go\n"
    made = head_film(tmp_path / "neck.npz", np.concatenate([held(6, 5, 0, 0), held(12, 25, 0, 0)]))
    video = tmp_path / "neck.mp4"
    out = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"mp4v"), RATE, (1280, 720))
    for _ in range(18 * RATE):
        out.write(np.zeros((720, 1280, 3), np.uint8))
    out.release()
    (tmp_path / "neck.segments.txt").write_text(told, encoding="utf-8")

    def track(path, *, kept, **options):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(made.read_bytes())
        return watch.load(kept)

    monkeypatch.setattr(watch, "track", track)
    first, _ = yaw(video, tmp_path / "out")
    alone = tmp_path / "elsewhere" / "somebody.npz"
    alone.parent.mkdir()
    (tmp_path / "out" / "landmarks" / "neck.mp4.landmarks.npz").rename(alone)
    again, _ = yaw(alone, tmp_path / "again")
    assert again["let go"].value == first["let go"].value == pytest.approx(20, abs=1)
    assert again["let go"].interval == first["let go"].interval


@pytest.mark.parametrize(
    ("rate", "slow_motion", "said"), [(8, 1, True), (8, 4, False), (60, 1, False), (60, 0.25, True)]
)
def test_too_few_pictures_are_judged_in_the_time_of_the_movement(tmp_path, rate, slow_motion, said):
    """A film that plays slowed was taken at more pictures a second than its player shows."""
    path = tmp_path / "x.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (640, 480))
    for k in range(12):
        film.write(np.full((480, 640, 3), 100 + k, dtype=np.uint8))
    film.release()
    (filmed,) = read_visit(path).recordings
    real = watch._in_real_time(filmed, slow_motion)
    assert ("low_rate" in {i.code for i in real.issues}) == said


def test_landmarks_of_nobody_are_lost_with_a_sentence(tmp_path):
    """A recording in which no part was ever found is named among what was lost."""
    nobody = Points(
        xyz=np.full((60, 478, 3), np.nan, dtype=np.float32), score=np.zeros(60, dtype=np.float32)
    )
    path = tmp_path / "wall.npz"
    save(Landmarks(t_s=np.arange(60) / RATE, width=640, height=480, parts={"face": nobody}), path)
    _, found = yaw(path, tmp_path / "out")
    (lost,) = found.lost
    assert "Neither a face nor a hand nor a body was found" in lost.error
