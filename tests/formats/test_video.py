"""Videos: when each picture was taken, which way is up, and damage met with a clear error."""

import re
import struct

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from eutonia.formats import of as format_of
from eutonia.formats._video_boxes import said as boxes_said
from eutonia.formats.video import header, of_time, opened
from eutonia.model import UnreadableFile
from eutonia.read import read, read_visit, spans
from eutonia.tracking.video import pictures

SIZE = (320, 240)
HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def picture(i, size=SIZE, level=120):
    """Return a grey picture with a red corner at the upper left and a bar that moves."""
    made = np.full((size[1], size[0], 3), level, np.uint8)
    made[: size[1] // 4, : size[0] // 4] = (0, 0, 255)
    made[size[1] // 2 :, (5 * i) % (size[0] - 10) :][:, :10] = 255
    return made


def film(path, n=45, rate=30.0, codec="mp4v", **how):
    """Write a video and return its path."""
    size = how.get("size", SIZE)
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*codec), rate, size)
    assert writer.isOpened()
    for i in range(n):
        writer.write(picture(i, size, how.get("level", 120)))
    writer.release()
    return path


def parsed(data):
    """Return the boxes of an MP4 as nested lists of [kind, body]."""
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + size]
        found.append([kind, parsed(body) if kind in HOLDERS else body])
        at += size
    return found


def joined(boxes):
    """Return nested boxes as bytes."""
    out = b""
    for kind, body in boxes:
        inner = joined(body) if isinstance(body, list) else body
        out += struct.pack(">I4s", len(inner) + 8, kind) + inner
    return out


def at(boxes, *kinds):
    """Return the box that a path of kinds leads to."""
    found = next(b for b in boxes if b[0] == kinds[0])
    return found if len(kinds) == 1 else at(found[1], *kinds[1:])


def edited(path, edit):
    """Change the boxes of an MP4 whose index stands behind the pictures, as OpenCV writes it."""
    boxes = parsed(path.read_bytes())
    assert [b[0] for b in boxes][-1] == b"moov"
    edit(boxes[-1][1])
    path.write_bytes(joined(boxes))
    return path


def turned(path, matrix):
    """Set the rotation flag of a video."""

    def edit(moov):
        box = at(moov, b"trak", b"tkhd")
        a, b, c, d = matrix
        numbers = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]
        box[1] = box[1][:40] + struct.pack(">9i", *numbers) + box[1][76:]

    return edited(path, edit)


def timed(path, steps, timescale):
    """Give each picture of a video its own duration, in ticks."""

    def edit(moov):
        media = at(moov, b"trak", b"mdia", b"mdhd")
        body = bytearray(media[1])
        struct.pack_into(">II", body, 12, timescale, sum(steps))
        media[1] = bytes(body)
        stts = at(moov, b"trak", b"mdia", b"minf", b"stbl", b"stts")
        stts[1] = struct.pack(">II", 0, len(steps))
        stts[1] += b"".join(struct.pack(">II", 1, step) for step in steps)
        trak = at(moov, b"trak")
        trak[1] = [b for b in trak[1] if b[0] != b"edts"]

    return edited(path, edit)


def said(path, **texts):
    """Write texts of the maker's own into an MP4, as Android does."""

    def edit(moov):
        keys = b"".join(struct.pack(">I4s", len(k) + 8, b"mdta") + k.encode() for k in texts)
        items = b""
        for i, (kind, value) in enumerate(texts.values(), 1):
            data = struct.pack(">I4sII", len(value) + 16, b"data", kind, 0) + value
            items += struct.pack(">II", len(data) + 8, i) + data
        handler = struct.pack(">II4s12x", 0, 0, b"mdta") + b"\0"
        inner = joined(
            [
                [b"hdlr", handler],
                [b"keys", struct.pack(">II", 0, len(texts)) + keys],
                [b"ilst", items],
            ]
        )
        moov.append([b"meta", inner])

    return edited(path, edit)


def codes(path):
    """Return the codes of the issues of a video."""
    return [i.code for i in header(path).issues]


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("mp4", "mp4v"), ("mov", "mp4v"), ("mkv", "mp4v"), ("avi", "MJPG"), ("webm", "VP80")],
)
def test_a_video_is_read_in_every_container(tmp_path, ending, codec):
    """Each container gives one recording without channels and the time of every picture."""
    path = film(tmp_path / f"x.{ending}", codec=codec)
    (recording,) = read(path)
    assert (recording.kind, recording.signal, recording.channels) == ("video", None, ())
    np.testing.assert_allclose(recording.stamps_s, np.arange(45) / 30, atol=6e-4)
    (span,) = spans(recording)
    assert (span.start_s, span.stop_s) == pytest.approx((0, 44 / 30), abs=6e-4)


def test_an_animated_gif_has_the_times_of_its_pictures(tmp_path):
    """Pictures of a GIF stand as long as each says, in hundredths of a second."""
    path = tmp_path / "x.gif"
    pages = [Image.fromarray(picture(i)[..., ::-1]) for i in range(12)]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=[40, 80, 40, 60] * 3)
    expected = np.cumsum([0, 40, 80, 40, 60, 40, 80, 40, 60, 40, 80, 40]) / 1000
    found = header(path)
    assert found.stamped
    np.testing.assert_allclose(found.stamps_s, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("matrix", "corner", "shape"),
    [
        ((0, 1, -1, 0), (0, -1), (320, 240)),
        ((-1, 0, 0, -1), (-1, -1), (240, 320)),
        ((0, -1, 1, 0), (-1, 0), (320, 240)),
    ],
)
def test_pictures_stand_upright_after_the_rotation_flag(tmp_path, matrix, corner, shape):
    """The red corner goes where the flag's matrix sends it, and the size follows."""
    path = turned(film(tmp_path / "x.mp4", n=5), matrix)
    found = header(path)
    assert (found.height, found.width) == shape
    for _, shown in pictures(path):
        assert shown.shape[:2] == shape
        rows, columns = (slice(0, 30) if c == 0 else slice(-30, None) for c in corner)
        blue, green, red = shown[rows, columns].reshape(-1, 3).mean(axis=0)
        assert red > 200 > 60 > max(blue, green)


def test_uneven_times_of_a_phone_are_kept_to_the_tick(tmp_path):
    """Stamps are the sums of the container's own durations, decoded or not."""
    steps = np.random.default_rng(1).choice([500, 505, 495, 1000, 3000], 45).tolist()
    path = timed(film(tmp_path / "x.mp4"), steps, 15000)
    expected = np.cumsum([0, *steps[:-1]]) / 15000
    np.testing.assert_allclose(header(path).stamps_s, expected, atol=1e-9)
    np.testing.assert_allclose([t for t, _ in pictures(path)], expected, atol=1e-9)


def test_dropped_pictures_are_reported_as_pauses(tmp_path):
    """A distance of ten pictures is one pause, of the length that it has."""
    steps = [500] * 20 + [5000] + [500] * 24
    path = timed(film(tmp_path / "x.mp4", size=(640, 480)), steps, 15000)
    (issue,) = header(path).issues
    assert issue.code == "gaps"
    assert "Once, for 0.33 s, pictures are missing" in issue.message


def test_pictures_without_own_times_are_left_out(tmp_path):
    """A picture that has the time of the one before is no picture of its own."""
    steps = [500] * 20 + [0, 0, 0] + [500] * 22
    path = timed(film(tmp_path / "x.mp4"), steps, 15000)
    found = header(path)
    times = [t for t, _ in pictures(path)]
    assert len(found.stamps_s) == len(times) == 42
    assert "stamps_repeat" in codes(path)
    assert (np.diff(times) > 0).all()


def test_a_video_without_times_is_taken_as_even(tmp_path):
    """Where every picture has the same time, the stated rate is assumed, and said."""
    path = film(tmp_path / "x.mp4")
    path = timed(path, [0] * 44 + [1500], 1000)
    found = header(path)
    assert not found.stamped
    assert "no_stamps" in codes(path)
    assert len(list(pictures(path))) == 45


def test_a_mirror_image_is_turned_back(tmp_path):
    """Of a video that is declared a mirror image, the left of each picture is its right."""
    path = film(tmp_path / "x.mp4", n=3)
    plain = [p for _, p in pictures(path)]
    back = [p for _, p in pictures(path, mirrored=True)]
    for one, other in zip(plain, back, strict=True):
        np.testing.assert_array_equal(one, other[:, ::-1])


def test_a_part_of_a_video_keeps_the_times_of_the_whole(tmp_path):
    """From 0.5 s to before 1 s: the same pictures at the same times as in the whole video."""
    path = film(tmp_path / "x.mp4")
    whole = {t: p for t, p in pictures(path) if 0.5 <= t < 1}
    part = dict(pictures(path, start_s=0.5, stop_s=1.0))
    assert list(part) == list(whole)
    assert len(part) == 15
    for t, shown in part.items():
        np.testing.assert_array_equal(shown, whole[t])


def test_pixels_that_are_not_square_are_made_square(tmp_path):
    """A pixel aspect of 4:3 widens the picture by as much, so that angles are right."""
    path = film(tmp_path / "x.mp4", n=4)

    def edit(moov):
        stsd = at(moov, b"trak", b"mdia", b"minf", b"stbl", b"stsd")
        entry = parsed(stsd[1][8:])[0][1]
        inner = joined([b for b in parsed(entry[78:]) if b[0] != b"pasp"])
        entry = entry[:78] + inner + joined([[b"pasp", struct.pack(">II", 4, 3)]])
        stsd[1] = stsd[1][:8] + joined([[b"mp4v", entry]])

    edited(path, edit)
    assert (header(path).width, header(path).height) == (427, 240)
    assert {p.shape for _, p in pictures(path)} == {(240, 427, 3)}


def test_slow_motion_that_the_file_states_is_pointed_out(tmp_path):
    """Pictures taken at 240 a second and played at 30 are slowed 8 times."""
    speed = (23, struct.pack(">f", 240.0))
    path = said(film(tmp_path / "x.mp4"), **{"com.android.capture.fps": speed})
    assert header(path).capture_hz == 240
    (issue,) = (i for i in header(path).issues if i.code == "slow_motion")
    assert "(8 times)" in issue.message
    usual = said(
        film(tmp_path / "y.mp4"),
        **{"com.android.capture.fps": (23, struct.pack(">f", 30.0))},
    )
    assert "slow_motion" not in codes(usual)


def test_the_camera_and_where_it_was_are_told_apart(tmp_path):
    """The camera's name is kept, the place is only pointed out."""
    path = said(
        film(tmp_path / "x.mp4"),
        **{
            "com.apple.quicktime.make": (1, b"Acme"),
            "com.apple.quicktime.model": (1, b"One"),
            "com.apple.quicktime.location.ISO6709": (1, b"+48.1000+011.5000/"),
        },
    )
    (recording,) = read(path)
    assert recording.device == "Acme One"
    assert "place_in_file" in [i.code for i in recording.issues]
    assert not any("48.1" in i.message for i in recording.issues)


def test_low_rate_small_and_dark_pictures_are_reported(tmp_path):
    """8 pictures a second of 240 dark lines are three warnings; 30 of 480 light ones are none."""
    bad = film(tmp_path / "bad.mp4", rate=8.0, level=8)
    good = film(tmp_path / "good.mp4", size=(640, 480))
    assert codes(bad) == ["low_rate", "small_picture", "dark"]
    assert codes(good) == []


def test_a_video_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path):
    """Of a Matroska file cut in half, about half is there, and that is said."""
    path = film(tmp_path / "x.mkv", n=300, codec="MJPG")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = header(path)
    assert 120 < len(found.stamps_s) < 170
    assert "truncated" in codes(path)


def test_a_damaged_stretch_does_not_end_a_video(tmp_path):
    """Pictures behind a stretch of zeros are read, at their own times."""
    path = tmp_path / "x.mp4"
    codec = cv2.VideoWriter_fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, codec, 30.0, SIZE)
    for i in range(90):
        noise = np.random.default_rng(i).integers(0, 255, (SIZE[1], SIZE[0], 3))
        writer.write(noise.astype(np.uint8))
    writer.release()
    whole = [t for t, _ in pictures(path)]
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 100_000] = bytes(100_000)
    path.write_bytes(data)
    times = [t for t, _ in pictures(path)]
    assert 80 <= len(times) < len(whole) == 90
    assert times[-1] == whole[-1]
    assert set(times) < set(whole)


def test_an_mp4_without_its_index_is_refused(tmp_path):
    """A recording that was stopped by an empty battery has no index: copy or repair."""
    path = film(tmp_path / "x.mp4")
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(UnreadableFile, match=r"x\.mp4: no picture can be decoded.*cut off"):
        read(path)


def test_sound_without_pictures_is_refused_as_such(tmp_path):
    """A container with sound alone says so and names the way out."""
    path = film(tmp_path / "x.mp4")

    def edit(moov):
        box = at(moov, b"trak", b"mdia", b"hdlr")
        box[1] = box[1].replace(b"vide", b"soun")

    with pytest.raises(UnreadableFile, match=r"sound but no picture.*WAV"):
        read(edited(path, edit))


def test_one_picture_is_no_video(tmp_path):
    """A GIF with a single picture, and a picture named like a video, are refused."""
    Image.fromarray(picture(0)).save(tmp_path / "x.gif")
    Image.fromarray(picture(0)).save(tmp_path / "x.jpg")
    (tmp_path / "x.jpg").rename(tmp_path / "x.mp4")
    with pytest.raises(UnreadableFile, match="single picture"):
        read(tmp_path / "x.gif")
    with pytest.raises(UnreadableFile, match=r"named like video, but its content.*JPEG picture"):
        read(tmp_path / "x.mp4")


@pytest.mark.parametrize("ending", ["jpg", "png", "tiff"])
def test_a_photo_is_told_from_a_video(tmp_path, ending):
    """A picture by its own name is refused with what to take instead, not with all formats."""
    path = tmp_path / f"x.{ending}"
    Image.fromarray(picture(0)).save(path)
    with pytest.raises(UnreadableFile, match=r"not seen in one picture. Take a video") as refused:
        format_of(path)
    assert "EDF" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Dear colleague,\n" * 20, "named like video"),
        (bytes(500), "named like video"),
    ],
)
def test_what_is_no_video_is_refused_with_a_reason(tmp_path, content, words):
    """Nothing, a text and zeros, each named .mp4, are errors and no traceback."""
    (tmp_path / "x.mp4").write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path / "x.mp4")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.floats(0, 1), cut=st.booleans(), ending=st.sampled_from(["mp4", "avi", "mkv"]))
def test_damage_anywhere_is_read_or_refused(tmp_path, place, cut, ending):
    """Cut or overwritten at any byte: increasing times or UnreadableFile, nothing else."""
    whole, path = tmp_path / f"whole.{ending}", tmp_path / f"x.{ending}"
    if not whole.exists():
        film(whole, n=20, codec="MJPG" if ending == "avi" else "mp4v")
    data = bytearray(whole.read_bytes())
    where = int(place * len(data))
    data[where : where + 64] = b"" if cut else bytes(len(data[where : where + 64]))
    path.write_bytes(data[:where] if cut else data)
    try:
        (recording,) = read(path)
        times = [t for t, _ in pictures(path)]
    except UnreadableFile as error:
        assert path.name in str(error)
    else:
        if recording.kind == "video":
            assert (np.diff(recording.stamps_s) > 0).all()
            assert (np.diff(times) > 0).all()


def test_a_visit_holds_its_videos(tmp_path):
    """A video in a visit's folder is a recording, a damaged one is listed as lost."""
    film(tmp_path / "walk.mp4")
    (tmp_path / "broken.mp4").write_bytes(film(tmp_path / "b.avi").read_bytes()[:40])
    (tmp_path / "b.avi").unlink()
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["walk.mp4"]
    assert [x.path for x in visit.lost] == ["broken.mp4"]


@pytest.mark.parametrize(
    ("ending", "codec"),
    [
        ("mts", "mp4v"),
        ("m2ts", "mp4v"),
        ("ts", "mp4v"),
        ("mpg", "PIM1"),
        ("mpeg", "PIM1"),
        ("wmv", "WMV2"),
        ("asf", "WMV2"),
        ("3gp", "mp4v"),
    ],
)
def test_the_files_of_camcorders_are_read(tmp_path, ending, codec):
    """Each gives every picture, at its own time to the millisecond, and no false damage."""
    path = film(tmp_path / f"x.{ending}", codec=codec, size=(640, 480))
    (recording,) = read(path)
    assert recording.kind == "video"
    times = [t for t, _ in pictures(path)]
    assert 44 <= len(times) <= 45  # the encoder of MPEG may keep the last one back
    np.testing.assert_allclose(times, recording.stamps_s)
    np.testing.assert_allclose(recording.stamps_s, np.arange(len(times)) / 30, atol=1.1e-3)
    assert set(codes(path)) <= ({"stamps_repeat"} if codec == "PIM1" else set())


def fields(path, n=40, *, interlaced=True, codec="MJPG"):
    """Write a film of a textured square that moves 6 pixels a field, and return its path."""
    wall = np.random.default_rng(3).integers(60, 110, (48, 64, 3)).astype(np.uint8)
    wall = cv2.resize(wall, (640, 480), interpolation=cv2.INTER_CUBIC)
    square = cv2.resize(wall[:40, :40], (160, 160)) + 90
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 25.0, (640, 480))
    for i in range(n):
        shown = wall.copy()
        for field in (0, 1):
            moment = wall.copy()
            at = 40 + 6 * (2 * i + field * interlaced) % 400
            moment[150:310, at : at + 160] = square
            shown[field::2] = moment[field::2]
        writer.write(shown)
    writer.release()
    return path


@pytest.mark.parametrize("ending", ["avi", "mts"])
def test_torn_pictures_are_said_to_be_interlaced(tmp_path, ending):
    """Lines of two moments in one picture are said, with what to do; whole pictures are not."""
    codec = "MJPG" if ending == "avi" else "mp4v"
    torn = fields(tmp_path / f"torn.{ending}", codec=codec)
    (issue,) = (i for i in header(torn).issues if i.code == "interlaced")
    assert "two moments" in issue.message
    assert "bwdif" in issue.message
    whole = fields(tmp_path / f"whole.{ending}", interlaced=False, codec=codec)
    assert "interlaced" not in codes(whole)


def test_pictures_that_the_decoder_does_not_convert_are_refused(tmp_path, monkeypatch):
    """Where every picture of a moving film is the same memory, it is refused, not measured."""
    path = fields(tmp_path / "x.avi")
    whole = opened(path)

    class Stale:
        """A decoder that hands out one picture for all, as OpenCV does of interlaced ones."""

        def __init__(self, capture):
            self._capture = capture

        def __getattr__(self, name):
            return getattr(self._capture, name)

        def read(self):
            return self._capture.read()[0], np.full((480, 640, 3), 90, np.uint8)

    monkeypatch.setattr("eutonia.formats.video.opened", lambda path: Stale(opened(path)))
    assert whole.isOpened()
    with pytest.raises(UnreadableFile, match=r"interlaced .* does not read.*bwdif"):
        header(path)


@pytest.mark.parametrize(("ending", "codec"), [("avi", "MJPG"), ("mp4", "mp4v")])
def test_a_film_in_which_nothing_moves_is_read(tmp_path, ending, codec):
    """Pictures that repeat to the bit, because nothing moved, are no fault of the decoder."""
    path = tmp_path / f"x.{ending}"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 30.0, (640, 480))
    still = np.random.default_rng(1).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    for _ in range(40):
        writer.write(still)
    writer.release()
    assert len(header(path).stamps_s) == 40


def test_a_film_that_starts_late_is_not_cut_off(tmp_path):
    """A Matroska file whose first picture stands at 5 s has all of its pictures."""
    path = film(tmp_path / "x.mkv", n=90, size=(640, 480))
    late(path, 5.0)
    assert codes(path) == []
    np.testing.assert_allclose(header(path).stamps_s, np.arange(90) / 30, atol=1.1e-3)


def late(path, seconds):
    """Move every picture of a Matroska file, and its length, to a later time."""
    body = bytearray(path.read_bytes())
    lasts = body.index(b"\x44\x89\x88") + 3
    struct.pack_into(">d", body, lasts, struct.unpack_from(">d", body, lasts)[0] + 1000 * seconds)
    for cluster in re.finditer(rb"\x1f\x43\xb6\x75", bytes(body)):
        where = body.index(b"\xa3", body.index(b"\xe7", cluster.end()) + 3)
        while where < len(body) and body[where] == 0xA3:  # a block: its size, track and time
            width = 9 - body[where + 1].bit_length()
            size = int.from_bytes(body[where + 1 : where + 1 + width], "big")
            inside = where + 1 + width
            (old,) = struct.unpack_from(">h", body, inside + 1)
            struct.pack_into(">h", body, inside + 1, old + round(1000 * seconds))
            where = inside + (size & ~(1 << (7 * width)))
    path.write_bytes(bytes(body))


def test_a_film_that_was_shortened_is_as_long_as_it_plays(tmp_path):
    """Of 45 pictures an edit list plays one second: 30 are read, tracked and told."""
    path = film(tmp_path / "x.mp4", size=(640, 480))

    def edit(moov):
        trak = at(moov, b"trak")
        trak[1] = [b for b in trak[1] if b[0] != b"edts"]
        (ticks,) = struct.unpack_from(">I", at(moov, b"mvhd")[1], 12)
        shown = struct.pack(">IIIiI", 0, 1, ticks, 0, 1 << 16)
        trak[1].insert(1, [b"edts", joined([[b"elst", shown]])])

    edited(path, edit)
    found, played = header(path), [t for t, _ in pictures(path)]
    assert 30 <= len(played) <= 31
    np.testing.assert_allclose(found.stamps_s, played)
    assert codes(path) == []


def test_pictures_that_cannot_be_decoded_are_counted():
    """One lost picture of 240 is said as such; the camera's rate is not blamed for it."""
    stamps = np.delete(np.arange(240) / 30, 100)
    (issue,) = of_time(stamps, lost=1)
    assert issue.code == "undecoded"
    assert "One picture of 240" in issue.message
    assert [i.code for i in of_time(stamps)] == ["uneven"]


def test_the_index_says_how_many_pictures_there_are(tmp_path):
    """The number is that of the pictures written, and such a file was not shortened."""
    found = boxes_said(film(tmp_path / "x.mp4"))
    assert (found.n_pictures, found.cut) == (45, False)
