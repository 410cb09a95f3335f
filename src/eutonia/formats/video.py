"""Videos of cameras and phones: what they are and when each picture was taken.

A video holds no number yet. `eutonia.tracking` follows the person through its pictures.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import Format
from eutonia.formats._store import digest
from eutonia.formats._video_boxes import Said, said
from eutonia.formats._video_fields import INTERLACED, UNSEPARATED, torn
from eutonia.model import Clock, Floats, Issue, Recording, Source, UnreadableFile

# All limits here are our own rules, unconfirmed [D].
LOW_RATE = "low_rate"
LEAST_HZ = 27.0  # below this, blinks (a tenth of a second) fall between pictures
LEAST_LINES = 480  # of the smaller edge
GAP_STEPS = 2.5  # median distances of two pictures that make a pause
UNEVEN = 0.05  # spread of the distances against their median that is worth saying
DARK = 35.0  # mean of a picture, 0 to 255
SLOWED = 1.5  # how much faster the pictures were taken than they play
SHORT = (0.5, 0.03)  # seconds, and share of the stated length, that may be missing at the end
TRIES = 30  # pictures in a row that cannot be decoded, after which the video is taken to end
_LOOKS = (0.0, 0.5, 0.9)  # shares of the video at which pictures are looked at
STILL = 0.25  # most bytes for each block of 16 x 16 pixels by which a picture says: as before
_ROW = 3  # pictures in a row at each of them, in which something moves
_EVERY, _BEGINNING = 40, 165  # pictures between looks at the beginning, and its length

_EBML = b"\x1a\x45\xdf\xa3"
_ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_PROGRAM = (b"\0\0\1\xba", b"\0\0\1\xb3")  # MPEG with sound, and pictures alone
_PACKETS = ((0, 188), (4, 192))  # of MPEG from broadcasts and camcorders: first mark, distance
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Header:
    """What a video is, without its pictures.

    Parameters
    ----------
    width, height : int
        Pixels of the upright picture, made square where the file's are not.
    stamps_s : ndarray, shape (n_frames,)
        When each picture is shown, from the first, increasing.
    stamped : bool
        Whether the file says so; else its pictures are taken as even at the stated rate.
    rate_hz : float
        One over the median distance of two pictures.
    turned_deg : int
        By how much the camera was turned, which is undone.
    capture_hz : float
        Pictures a second at which they were taken, where the file says so; else 0.
    device : str
        The camera, where the file says so.
    issues : tuple of Issue
        What is wrong with it.
    """

    width: int
    height: int
    stamps_s: Floats
    stamped: bool
    rate_hz: float
    turned_deg: int = 0
    capture_hz: float = 0.0
    device: str = ""
    issues: tuple[Issue, ...] = ()


def looks_like_video(path: Path) -> bool:
    """Whether the first bytes are those of a container of pictures that the decoder reads.

    MP4, QuickTime, AVI, Matroska, WebM, GIF, Windows Media, MPEG, and the MPEG of camcorders.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    marked = any(set(head[at::every][:5]) == {0x47} for at, every in _PACKETS)
    known = head.startswith((_EBML, _ASF, *_PROGRAM, b"GIF8"))
    return avi or head[4:8] in _ATOMS or known or (marked and len(head) == 1024)


def opened(path: Path | str) -> Any:
    """Return OpenCV's decoder of a video, on one thread, before its first picture.

    Raises
    ------
    UnreadableFile
        If no picture can be decoded: damaged, cut off, or sound only.
    """
    import cv2

    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # else it writes to the terminal
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        options = [cv2.CAP_PROP_N_THREADS, 1]
        # The whole path, so that no name can be taken for an address.
        capture = cv2.VideoCapture(str(Path(path).resolve()), cv2.CAP_FFMPEG, options)
    finally:
        cv2.utils.logging.setLogLevel(level)
    if not capture.isOpened():
        raise UnreadableFile(f"{path}: {_why_not(Path(path))}")
    return capture


def grabbed(capture: Any) -> Iterator[int]:
    """Step from picture to picture; damaged ones are passed over. Yields a running number."""
    number = failed = 0
    while failed < TRIES:
        if capture.grab():
            yield number
            number, failed = number + 1, 0
        else:
            failed += 1


def _why_not(path: Path) -> str:
    if said(path).streams == {"soun"}:
        return "holds sound but no picture. To use the sound, export it as WAV."
    return (
        "no picture can be decoded. The video may be cut off (copy it again), damaged, or hold "
        "sound only; a video that plays elsewhere can be exported again as MP4 (H.264)."
    )


def header(path: Path | str) -> Header:
    """Return what a video is, from its index, the stamps of all and a look at three pictures.

    It is kept while the file stays as it is: some files' stamps take a pass over all pictures.

    Raises
    ------
    UnreadableFile
        If no picture can be decoded, or there is only one.
    """
    path = Path(path)
    try:
        now = path.stat()
    except OSError:  # the decoder says what is wrong
        return _header(path, ())
    return _header(path, (now.st_size, now.st_mtime_ns))


@lru_cache(maxsize=64)
def _header(path: Path, _state: tuple[int, ...]) -> Header:
    """Return what a video in some state is, see `header`."""
    import cv2

    capture = opened(path)
    fps, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
    turned = int(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 360
    aspect = pixel_aspect(capture)
    looks = _looks(path, capture, count)
    capture.release()
    if not looks:
        raise UnreadableFile(f"{path}: {_why_not(path)}")
    _refuse_stale(path, looks)
    about = said(path)
    with path.open("rb") as file:
        start = file.read(4)
    # Packets of MPEG hold other than whole pictures, and an edit list leaves some out.
    shown, start_s = _shown(path, decoded=about.cut or start in _PROGRAM)
    start_s = start_s if start == _EBML else 0.0  # only there it counts in the stated length
    stamps, stamped, issues = _stamps(path, shown, fps)
    height, width = square(looks[0][0], aspect).shape[:2]
    found = Header(
        width=width,
        height=height,
        stamps_s=stamps,
        stamped=stamped,
        rate_hz=float(1 / np.median(np.diff(stamps))),
        turned_deg=turned,
        capture_hz=about.capture_hz,
        device=about.device,
    )
    stated_s = max(count / fps - start_s, 0.0) if fps > 0 and not about.cut else 0.0
    lost = 0 if about.cut else max(about.n_pictures - len(shown), 0)
    issues += of_time(stamps, stated_s=stated_s, lost=lost)
    issues += _of_pictures(found, float(np.median([p[0].mean() for p in looks])), about)
    if torn(looks):
        issues.append(_issue("interlaced", INTERLACED))
    return replace(found, issues=tuple(issues))


def _looks(path: Path, capture: Any, count: float) -> list[list[Picture]]:
    """Return a few pictures in a row from some places of the video; none if the first fails."""
    import cv2

    found: list[list[Picture]] = []
    for share in _LOOKS:
        if share:
            capture.set(cv2.CAP_PROP_POS_FRAMES, int(share * count))
        row = [picture for fine, picture in (capture.read() for _ in range(_ROW)) if fine]
        if not row:
            # The streams of camcorders cannot be sought in: then from its beginning.
            return [*found, *_first_looks(path)] if found else []
        found.append(row)
    return found


def _first_looks(path: Path) -> list[list[Picture]]:
    """Return a few pictures in a row, every second or two of the beginning."""
    capture = opened(path)
    found: list[list[Picture]] = []
    for number in grabbed(capture):
        if number == _BEGINNING:
            break
        if number % _EVERY < _ROW and number >= _EVERY:
            fine, picture = capture.retrieve()
            if fine and (number % _EVERY == 0 or not found):
                found.append([picture])
            elif fine:
                found[-1].append(picture)
    capture.release()
    return found


def _refuse_stale(path: Path, looks: list[list[Picture]]) -> None:
    """Refuse pictures that never change although the file's do.

    OpenCV 5.0 cannot convert interlaced pictures, and hands out what lay in memory, which may be
    of another film.

    Raises
    ------
    UnreadableFile
    """
    import cv2

    # Row by row: what lies in memory differs from one look to the next.
    pairs = [(row[0], other) for row in looks for other in row[1:]]
    if not pairs or not all(np.array_equal(one, other) for one, other in pairs):
        return
    capture = opened(path)
    capture.set(cv2.CAP_PROP_FORMAT, -1)
    sizes: dict[bytes, int] = {}  # of packets that differ: a still picture may repeat a large one
    for number in grabbed(capture):
        fine, packet = capture.retrieve()
        if number == _BEGINNING or not fine:
            break
        sizes[hashlib.sha256(packet.tobytes()).digest()] = packet.size
    capture.release()
    blocks = looks[0][0].size / 768  # of 16 x 16 pixels in three colours
    if len(sizes) > 2 and np.median(list(sizes.values())) > STILL * blocks:
        raise UnreadableFile(f"{path}: {UNSEPARATED}")


def pixel_aspect(capture: Any) -> float:
    """Return width over height of a pixel of the upright picture; 1 for nearly all cameras."""
    import cv2

    across, down = capture.get(cv2.CAP_PROP_SAR_NUM), capture.get(cv2.CAP_PROP_SAR_DEN)
    aspect = float(across / down) if across > 0 and down > 0 else 1.0
    turned = int(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 180 != 0
    return 1 / aspect if turned else aspect


def square(picture: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """Return a picture with square pixels, as angles need them; wider, never lower."""
    if abs(aspect - 1) < 0.01:
        return picture
    import cv2

    height, width = picture.shape[:2]
    size = (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))
    return np.asarray(cv2.resize(picture, size), dtype=np.uint8)


def _shown(path: Path, *, decoded: bool) -> tuple[Floats, float]:
    """Return the time of each picture in seconds, in order, and what is before the first."""
    import cv2

    capture = opened(path)
    if not decoded:
        capture.set(cv2.CAP_PROP_FORMAT, -1)
    fps, shown, first = capture.get(cv2.CAP_PROP_FPS), [], 0.0
    for _ in grabbed(capture):
        shown.append(capture.get(cv2.CAP_PROP_POS_MSEC))
        first = first if len(shown) > 1 else capture.get(cv2.CAP_PROP_PTS)
    capture.release()
    start_s = max(first / fps, 0.0) if fps > 0 else 0.0
    return np.sort(np.array(shown, dtype=np.float64)) / 1000, start_s


def _stamps(path: Path, shown: Floats, fps: float) -> tuple[Floats, bool, list[Issue]]:
    """Return increasing stamps from the first, and whether they are the file's own."""
    if len(shown) < 2:
        raise UnreadableFile(
            f"{path}: holds a single picture; to measure movement a video is needed."
        )
    shown = shown[shown >= 0]  # pictures before the start are only there to decode the others
    kept = shown[np.insert(np.diff(shown) > 0, 0, True)] if len(shown) else shown
    if len(kept) > len(shown) / 2 and len(kept) > 1:
        repeated = len(shown) - len(kept)
        text = f"{repeated} picture(s) have the time of the one before and are left out."
        return kept - kept[0], True, [_issue("stamps_repeat", text)] if repeated else []
    if not 1 <= fps <= 1000:
        raise UnreadableFile(
            f"{path}: neither the times of its pictures nor their rate are stated. Export it "
            "again as MP4."
        )
    text = f"The pictures have no times of their own; {fps:g} a second, as stated, was assumed."
    even: Floats = np.arange(max(len(shown), 2)) / fps
    return even, False, [_issue("no_stamps", text)]


def of_time(stamps_s: Floats, *, stated_s: float = 0.0, lost: int = 0) -> list[Issue]:
    """Return what is wrong with the times of pictures.

    Parameters
    ----------
    stamps_s : ndarray, shape (n_frames,)
        At least two, increasing.
    stated_s : float
        Length that the file states, or 0.
    lost : int
        Pictures that the file holds and that could not be read.
    """
    steps, issues = np.diff(stamps_s), []
    step = float(np.median(steps))
    if 1 / step < LEAST_HZ:
        text = (
            f"{1 / step:.3g} pictures a second: blinks and fast movements fall between them. "
            "Film at 30 or more (60 is better), in good light."
        )
        issues.append(_issue(LOW_RATE, text))
    pauses = steps > GAP_STEPS * step
    if pauses.any():
        times = (
            f"Once, for {steps.max():.2g} s,"
            if pauses.sum() == 1
            else (f"{pauses.sum()} times, the longest {steps.max():.2g} s,")
        )
        text = (
            f"{times} pictures are missing; nothing is measured across that, except, in a film of "
            "the eyes, closures across up to 0.15 s."
        )
        issues.append(_issue("gaps", text))
    even = np.sort(steps[~pauses])[: max(len(steps) - lost, 1)]  # those across lost ones aside
    if float(np.std(even)) / step > UNEVEN:
        text = "The camera's rate varies; the time of each picture was taken from the file."
        issues.append(Issue(code="uneven", severity="note", message=text))
    length = float(stamps_s[-1]) + step
    if stated_s - length > max(SHORT[0], SHORT[1] * stated_s):
        text = (
            f"The video is cut off: {length:.3g} s of {stated_s:.3g} s are there. What is there "
            "was read; copy it again."
        )
        issues.append(_issue("truncated", text))
    elif lost:
        issues.append(undecoded(lost, len(stamps_s) + lost))
    return issues


def undecoded(lost: int, n: int) -> Issue:
    """Return what is said where some of the pictures of a video are damaged."""
    what = "One picture" if lost == 1 else f"{lost} pictures"
    text = (
        f"{what} of {n} could not be decoded: the file is damaged there, and nothing was seen at "
        "that time. Copy it again, if the original plays."
    )
    return _issue("undecoded", text)


def of_size(width: int, height: int) -> list[Issue]:
    """Return what is wrong with the size of pictures."""
    if min(width, height) >= LEAST_LINES:
        return []
    text = (
        f"The picture is small ({width}x{height} pixels): lids and fingers are seen coarsely. "
        f"Film with {LEAST_LINES} lines or more, and nearer."
    )
    return [_issue("small_picture", text)]


def _of_pictures(found: Header, brightness: float, about: Said) -> list[Issue]:
    """Return what is wrong with the pictures and how they were taken."""
    issues = of_size(found.width, found.height)
    if brightness < DARK:
        issues.append(_issue("dark", "The pictures are dark; film with more light on the face."))
    if found.capture_hz > SLOWED * found.rate_hz:
        times = found.capture_hz / found.rate_hz
        text = (
            f"Slow motion: taken at {found.capture_hz:g} pictures a second, played at "
            f"{found.rate_hz:.3g}. Declare it ({times:.3g} times), else all times and frequencies "
            "are wrong."
        )
        issues.append(_issue("slow_motion", text))
    if about.place:
        text = "The file says where it was filmed. Results do not repeat it; remove it to share."
        issues.append(Issue(code="place_in_file", severity="note", message=text))
    return issues


def _issue(code: str, message: str) -> Issue:
    return Issue(code=code, severity="warning", message=message)


def read(path: Path) -> tuple[Recording, ...]:
    """Read what a video is: one recording without channels, with the times of its pictures.

    Raises
    ------
    UnreadableFile
        If no picture can be decoded, or there is only one.
    """
    found = header(path)
    return (
        Recording(
            id=path.name,
            kind="video",
            channels=(),
            clock=Clock(id=path.name),
            stamps_s=found.stamps_s,
            device=found.device,
            sources=(Source(path=path.name, sha256=digest(path)),),
            issues=found.issues,
        ),
    )


FORMAT = Format(
    id="video",
    title="video",
    suffixes=(
        *(".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".avi", ".mkv", ".webm", ".gif"),
        *(".mts", ".m2ts", ".ts", ".mpg", ".mpeg", ".vob", ".wmv", ".asf"),
    ),
    reads=looks_like_video,
    read=read,
)
